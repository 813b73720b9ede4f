"""GrabCut (Rother, Kolmogorov and Blake 2004): two colour models and a cut between them, by OpenCV.

It begins with a box around the object or with a rough mask of it, and strokes say what is wrong. A large crop is cut
on a smaller copy, and the border is brought back to the pictures' own pixels by a guided filter.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segstudio.assist.crops import FINE, Stroke, bitmap, draw, grown, rgb, sharpened, shrunk, smoothed
from segstudio.core import masks
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask

# 3 microseconds a pixel and round: a cut of this size answers within 0.2 s.
MOST = 50_000
# A cut that leaves less than this share of what it began with has lost the object, as GrabCut does where the object's
# colours are in its surroundings too.
LOST = 0.25
# A stroke of background inside a rough mask makes it doubtful so far around, as a share of the mask's size.
DOUBT = 0.3


def cut(
    picture: np.ndarray,
    *,
    box: Box | None = None,
    rough: Mask | None = None,
    strokes: Sequence[Stroke] = (),
    x: int = 0,
    y: int = 0,
    reach: float = 12.0,
    rounds: int = 1,
    most: int = MOST,
) -> Mask:
    """Return what stands out of its surroundings.

    Args:
        picture: uint8 RGB (h, w, 3); leave some background around the object, or nothing can be told from it.
        box: Everything outside of it is background.
        rough: A mask to begin from. What is farther than `reach` outside of it is background.
        strokes: Label 0 is background, others the object; they hold whatever the colours say.
        x, y: The crop's place.
        reach: In pixels, how far the rough mask may fall short; half as far it may go too far.
        rounds: Of learning the colours and cutting; on photos more than one has not paid.
        most: Pixels to cut on.
    """

    picture = rgb(picture)
    full = picture.shape[:2]
    if not full[0] or not full[1]:
        return masks.EMPTY
    small, ratio = shrunk(picture, most)
    first = _first(small.shape[:2], full, box, rough, x, y, reach / ratio)
    marks = draw(strokes, x, y, full, small.shape[:2])
    _doubt(first, marks)
    found = _cut(small, _marked(first, marks), rounds)
    begun = int((first % 2 == 1).sum())
    if box is not None and found.sum() < LOST * begun:
        # Most objects reach over the middle of a box that was drawn around them.
        found = _cut(small, _marked(_with_middle(first, box, x, y, full), marks), rounds)
    fine, _ = shrunk(picture, FINE)
    shape = fine.shape[:2]
    soft = found.astype(np.float32)
    if shape != found.shape:
        soft = sharpened(smoothed(soft, shape), fine, max(round(shape[0] / found.shape[0]), 1))
        said = draw(strokes, x, y, full, shape)
        soft[said >= 0] = said[said >= 0] > 0
        if box is not None:
            soft[~_inside(box, x, y, shape, (full[0] / shape[0], full[1] / shape[1]))] = 0
    return grown(soft > 0.5, full, x, y)


def _doubt(labels: np.ndarray, marks: np.ndarray) -> None:
    """Take what was sure about the rough mask back around strokes that say it is wrong."""
    import cv2

    sure = labels == cv2.GC_FGD
    wrong = sure & (marks == 0)
    if wrong.any():
        near = cv2.distanceTransform((~wrong).astype(np.uint8), cv2.DIST_L2, 5) < DOUBT * np.sqrt(sure.sum())
        labels[sure & near] = cv2.GC_PR_FGD


def _marked(labels: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """Return the labels with what the strokes say."""
    import cv2

    return np.where(marks == 0, cv2.GC_BGD, np.where(marks > 0, cv2.GC_FGD, labels)).astype(np.uint8)


def _with_middle(labels: np.ndarray, box: Box, x: int, y: int, full: tuple[int, int]) -> np.ndarray:
    """Return the labels with an ellipse in the middle of a box, half as wide and high, as the object."""
    import cv2

    shape = labels.shape[:2]
    columns = (np.arange(shape[1]) + 0.5) * full[1] / shape[1] + x - box.x - box.w / 2
    rows = (np.arange(shape[0]) + 0.5) * full[0] / shape[0] + y - box.y - box.h / 2
    far = (columns[None, :] / max(box.w, 1e-6)) ** 2 + (rows[:, None] / max(box.h, 1e-6)) ** 2
    return np.where(far < 0.0625, cv2.GC_FGD, labels).astype(np.uint8)


def _inside(box: Box, x: int, y: int, shape: tuple[int, int], ratio: tuple[float, float]) -> np.ndarray:
    """Return which pixels of a crop have their centre in a box, bool of `shape`."""
    columns = (np.arange(shape[1]) + 0.5) * ratio[1] + x
    rows = (np.arange(shape[0]) + 0.5) * ratio[0] + y
    return ((rows >= box.y) & (rows < box.bottom))[:, None] & ((columns >= box.x) & (columns < box.right))[None, :]


def _first(
    shape: tuple[int, int], full: tuple[int, int], box: Box | None, rough: Mask | None, x: int, y: int, reach: float
) -> np.ndarray:
    """Return GrabCut's labels before anything is cut, uint8 of `shape`."""
    import cv2

    labels = np.full(shape, cv2.GC_PR_FGD, np.uint8)
    if rough is not None:
        inside = bitmap(rough, x, y, full, shape)
        labels[~inside] = cv2.GC_PR_BGD
        if inside.any() and not inside.all():
            labels[cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, 5) > reach] = cv2.GC_BGD
            # What lies deep inside is right; without it the object could be lost.
            depth = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5)
            labels[depth > reach / 2] = cv2.GC_FGD
    if box is not None:
        labels[~_inside(box, x, y, shape, (full[0] / shape[0], full[1] / shape[1]))] = cv2.GC_BGD
    return labels


def _cut(picture: np.ndarray, labels: np.ndarray, rounds: int) -> np.ndarray:
    """Return the object after cutting, bool (h, w); where one side has no pixel to learn from, as it was labelled."""
    import cv2

    object_ = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    if object_.all():
        # All inside the box: the outermost pixels stand for the background.
        edge = np.ones(labels.shape, bool)
        edge[1:-1, 1:-1] = False
        labels[edge & (labels == cv2.GC_PR_FGD)] = cv2.GC_PR_BGD
        object_ = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    # k-means wants five samples for its five components.
    if object_.sum() < 5 or (~object_).sum() < 5:
        return object_
    cv2.setRNGSeed(7)
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    nowhere = (0, 0, 1, 1)
    cv2.grabCut(picture, labels, nowhere, background, foreground, rounds, cv2.GC_INIT_WITH_MASK)
    return (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)

"""Snapping a rough mask to the picture's edges by a dense CRF on a crop around it."""

from __future__ import annotations

import numpy as np

from segstudio.assist import crf
from segstudio.assist.crops import FINE, around, bitmap, grown, rgb, sharpened, shrunk, smoothed
from segstudio.core import masks
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask

# On so many pixels five rounds take about half a second.
MOST = 60_000
ROUNDS = 5
# How sure the mask is of a pixel `reach` away from its border, as a probability.
SURE = 0.98


def area(mask: Mask, reach: float, width: int, height: int) -> Box:
    """Return the part of the picture that snapping a mask looks at."""
    return around(mask.bounds.padded(reach), 0.1, width, height)


def snap(
    picture: np.ndarray,
    rough: Mask,
    *,
    x: int = 0,
    y: int = 0,
    reach: float = 10.0,
    strength: float = 3.0,
    colour: float = 13.0,
    most: int = MOST,
) -> Mask:
    """Return a mask whose border lies on the picture's edges.

    Args:
        picture: uint8 RGB (h, w, 3), such as `area` names.
        rough: The mask; what of it lies outside the crop stays as it is.
        x, y: The crop's place.
        reach: In pixels, how far the border may move.
        strength: What it costs two pixels of like colour to have different labels.
        colour: How different, in steps of 8-bit RGB, colours of the same thing are.
        most: Pixels to work on.
    """
    picture = rgb(picture)
    full = picture.shape[:2]
    if not full[0] or not full[1] or not rough.counts:
        return rough
    small, ratio = shrunk(picture, most)
    inside = bitmap(rough, x, y, full, small.shape[:2])
    unary = _unary(inside, reach / ratio)
    if unary is None:
        return rough
    pairs = [
        crf.Pairwise(crf.smoothness(small.shape[:2], 1.5), 3.0),
        crf.Pairwise(crf.appearance(small, max(2.0 * reach / ratio, 3.0), colour), strength),
    ]
    soft = crf.mean_field(unary, pairs, ROUNDS)[1].astype(np.float32)
    fine, _ = shrunk(picture, FINE)
    shape = fine.shape[:2]
    if shape != inside.shape:
        soft = sharpened(smoothed(soft, shape), fine, max(round(shape[0] / inside.shape[0]), 1))
    before = bitmap(rough, x, y, full, shape)
    # Beyond its reach nothing changes: other parts, holes and the crop's outside are as they were.
    near = _near(before, reach * shape[0] / full[0])
    lost = grown(near & before & (soft <= 0.5), full, x, y)
    won = grown(near & ~before & (soft > 0.5), full, x, y)
    return masks.union(masks.subtract(rough, lost), won)


def _depth(inside: np.ndarray) -> np.ndarray:
    """Return the distance of each pixel's centre from the border in pixels, positive inside, float32 (h, w)."""
    import cv2

    into = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5)
    out = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, 5)
    return np.where(inside, into - 0.5, 0.5 - out)


def _near(inside: np.ndarray, reach: float) -> np.ndarray:
    return np.abs(_depth(inside)) <= reach if inside.any() and not inside.all() else np.zeros(inside.shape, bool)


def _unary(inside: np.ndarray, reach: float) -> np.ndarray | None:
    """Return the costs (2, h, w) of background and object, or None where there is no border to move."""
    if not inside.any() or inside.all():
        return None
    steep = np.log(SURE / (1 - SURE)) / max(reach, 1.0)
    logit = np.clip(_depth(inside) * steep, -8, 8)
    return np.stack((np.logaddexp(0, logit), np.logaddexp(0, -logit)))

"""Watershed from strokes (Meyer 1991): each stroke floods its basin until it meets another's at an edge."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segstudio.assist.crops import Stroke, draw, lab, rgb, scaled, shrunk
from segstudio.core import masks
from segstudio.core.masks import Mask

# 0.12 s a megapixel.
MOST = 700_000


def edges(picture: np.ndarray) -> np.ndarray:
    """Return how strongly the colour changes at each pixel: the largest gradient of CIELAB, float32 (h, w)."""
    import cv2

    colours = cv2.GaussianBlur(lab(picture), (0, 0), 0.8)
    across, down = cv2.Sobel(colours, cv2.CV_32F, 1, 0), cv2.Sobel(colours, cv2.CV_32F, 0, 1)
    return np.sqrt(across**2 + down**2).max(axis=2)


def flood(picture: np.ndarray, strokes: Sequence[Stroke], x: int = 0, y: int = 0, most: int = MOST) -> dict[int, Mask]:
    """Return the region of each object's strokes, by label.

    Args:
        picture: uint8 RGB (h, w, 3).
        strokes: Label 0 is background. Without any such stroke the rim of the crop is background.
        x, y: The crop's place.
        most: Pixels to work on.
    """
    from skimage.segmentation import watershed

    picture = rgb(picture)
    full = picture.shape[:2]
    if not full[0] or not full[1]:
        return {}
    small, _ = shrunk(picture, most)
    marks = draw(strokes, x, y, full, small.shape[:2])
    if not (marks > 0).any():
        return {}
    if not (marks == 0).any():
        rim = np.ones(marks.shape, bool)
        rim[1:-1, 1:-1] = False
        marks[rim & (marks < 0)] = 0
    # The flood's own labels: 0 is unknown there, so that ours move up by one.
    found = watershed(edges(small), marks + 1)
    labels = scaled(found.astype(np.int32), full, smooth=False) - 1
    numbers = sorted({int(n) for n in np.unique(labels)} - {0, -1})
    regions = {n: masks.from_bitmap(labels == n, x, y) for n in numbers}
    return {n: region for n, region in regions.items() if region.counts}

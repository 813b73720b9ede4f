"""Watershed from strokes (Meyer 1991): each stroke floods its basin until it meets another's at an edge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from segstudio.assist.crops import Stroke, bitmap, draw, grown, lab, rgb, shrunk
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


def flood(
    picture: np.ndarray,
    strokes: Sequence[Stroke],
    x: int = 0,
    y: int = 0,
    *,
    within: Mask | None = None,
    rim: bool = True,
    most: int = MOST,
) -> dict[int, Mask]:
    """Return the region of each object's strokes, by label.

    Args:
        picture: uint8 RGB (h, w, 3).
        strokes: Label 0 is background.
        x, y: The crop's place.
        within: The strokes part this mask among themselves, every pixel of it; nothing outside of it is found.
        rim: The rim of the crop is background too, where no stroke says something else.
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
    field = None
    if within is not None:
        field = bitmap(within, x, y, full, small.shape[:2])
        marks[~field] = -1
        if not (marks > 0).any():
            return {}
    elif rim:
        edge = np.ones(marks.shape, bool)
        edge[1:-1, 1:-1] = False
        marks[edge & (marks < 0)] = 0
    # The flood's own labels: 0 is unknown there, so that ours move up by one.
    found = watershed(edges(small), marks + 1, mask=field)
    if field is not None:
        found = _filled(found)
    regions = {int(n) - 1: grown(found == n, full, x, y) for n in np.unique(found) if n > 1}
    if within is not None:
        regions = {n: masks.intersect(region, within) for n, region in regions.items()}
        beside = masks.subtract(within, masks.from_bitmap(np.ones(full, bool), x, y))
        # What of the mask lies beyond the crop stays with the first object.
        regions[min(regions)] = masks.union(regions[min(regions)], beside)
    return {n: region for n, region in regions.items() if region.counts}


def _filled(labels: np.ndarray) -> np.ndarray:
    """Return labels that are everywhere those of the nearest that was found (0 is none): so no pixel gets lost."""
    from scipy.ndimage import distance_transform_edt

    nearest: Any = distance_transform_edt(labels == 0, return_distances=False, return_indices=True)
    return labels[nearest[0], nearest[1]]

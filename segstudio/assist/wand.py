"""The magic wand: what has about the colour under the pointer, in CIELAB, where distances are as the eye sees them."""

from __future__ import annotations

import numpy as np

from segstudio.assist.crops import lab, rgb
from segstudio.core import masks
from segstudio.core.masks import Mask


def distances(picture: np.ndarray, at: tuple[float, float], x: int = 0, y: int = 0) -> np.ndarray:
    """Return how far each pixel's colour is from that at a place: CIE 1976 delta E, float32 (h, w).

    The place's colour is the median of its 3 x 3 pixels. A place outside the crop has no colour: all is infinitely far.
    """
    picture = rgb(picture)
    height, width = picture.shape[:2]
    column, row = int(np.floor(at[0] - x)), int(np.floor(at[1] - y))
    if not (0 <= column < width and 0 <= row < height):
        return np.full((height, width), np.inf, np.float32)
    colours = lab(picture)
    near = colours[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2].reshape(-1, 3)
    colours -= np.median(near, axis=0).astype(np.float32)
    return np.sqrt(np.einsum("ijk,ijk->ij", colours, colours))


def select(
    far: np.ndarray, at: tuple[float, float], tolerance: float, x: int = 0, y: int = 0, *, contiguous: bool = True
) -> Mask:
    """Return the pixels within a tolerance.

    Args:
        far: What `distances` returned.
        at: The same place.
        tolerance: Delta E; 2 is just visible, 10 a plain difference, 100 black against white.
        x, y: The crop's place.
        contiguous: Only what hangs together with the place.
    """
    import cv2

    alike = far <= tolerance
    if not contiguous:
        return masks.from_bitmap(alike, x, y)
    height, width = far.shape
    column, row = int(np.floor(at[0] - x)), int(np.floor(at[1] - y))
    if not (0 <= column < width and 0 <= row < height) or not np.isfinite(far[row, column]):
        return masks.EMPTY
    # The pixel clicked on belongs to its region, even where it differs from the median around it.
    alike[row, column] = True
    field = np.zeros((height + 2, width + 2), np.uint8)
    field[1:-1, 1:-1] = ~alike
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | (2 << 8)
    cv2.floodFill(np.zeros((height, width), np.uint8), field, (column, row), (0.0,), (0.0,), (0.0,), flags)
    return masks.from_bitmap(field[1:-1, 1:-1] == 2, x, y)

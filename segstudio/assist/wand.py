"""The magic wand: what has about the colour under the pointer, in CIELAB, where distances are as the eye sees them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segstudio.assist.crops import grown, lab, rgb, shrunk
from segstudio.core import masks
from segstudio.core.masks import Mask

# 0.05 s a megapixel, and 40 bytes of memory a pixel.
MOST = 24_000_000


@dataclass(frozen=True)
class Distances:
    """How far each pixel's colour is from that at a place.

    Args:
        values: CIE 1976 delta E, float32 (h, w), perhaps of a smaller copy of the crop; infinite where the place lies
            outside the crop.
        seed: The place's (row, column) in them, None outside.
        full: (h, w) of the crop.
        x, y: The crop's place.
    """

    values: np.ndarray
    seed: tuple[int, int] | None
    full: tuple[int, int]
    x: int
    y: int


def distances(picture: np.ndarray, at: tuple[float, float], x: int = 0, y: int = 0, most: int = MOST) -> Distances:
    """Return the distances to the colour at a place: the median of its 3 x 3 pixels.

    Args:
        picture: uint8 RGB (h, w, 3).
        at: In picture coordinates.
        x, y: The crop's place.
        most: Pixels to look at; a larger crop is shrunk.
    """
    picture = rgb(picture)
    height, width = full = picture.shape[:2]
    column, row = int(np.floor(at[0] - x)), int(np.floor(at[1] - y))
    if not (0 <= column < width and 0 <= row < height):
        return Distances(np.full((1, 1), np.inf, np.float32), None, full, x, y)
    near = np.ascontiguousarray(picture[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2])
    small, _ = shrunk(picture, most)
    colours = lab(small)
    colours -= np.median(lab(near).reshape(-1, 3), axis=0).astype(np.float32)
    values = np.sqrt(np.einsum("ijk,ijk->ij", colours, colours))
    seed = row * small.shape[0] // height, column * small.shape[1] // width
    return Distances(values, seed, full, x, y)


def select(far: Distances, tolerance: float, *, contiguous: bool = True) -> Mask:
    """Return the pixels within a tolerance.

    Args:
        far: The distances from the place clicked on.
        tolerance: Delta E; 2 is just visible, 10 a plain difference, 100 black against white.
        contiguous: Only what hangs together with the place.
    """
    import cv2

    if far.seed is None:
        return masks.EMPTY
    alike = far.values <= tolerance
    # The pixel clicked on belongs to its region, even where it differs from the median around it.
    alike[far.seed] = True
    if not contiguous:
        return grown(alike, far.full, far.x, far.y)
    height, width = alike.shape
    field = np.zeros((height + 2, width + 2), np.uint8)
    field[1:-1, 1:-1] = ~alike
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | (2 << 8)
    nothing = np.zeros((height, width), np.uint8)
    cv2.floodFill(nothing, field, far.seed[::-1], (0.0,), (0.0,), (0.0,), flags)
    return grown(field[1:-1, 1:-1] == 2, far.full, far.x, far.y)

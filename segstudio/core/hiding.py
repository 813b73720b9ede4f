"""Making what is annotated unrecognisable: which pixels, and what becomes of them.

Blurring and pixelating work within the hidden region alone, so nothing outside it changes or shines in. Their strength
is a share of the region's longer side: a face of 40 pixels and one of 400 keep as little of what was there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from segstudio.core import masks
from segstudio.core.annotation import Annotation
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box, Polygons
from segstudio.core.masks import Mask

How = Literal["blur", "pixelate", "average", "black"]
Shape = Literal["outline", "box", "oval"]
HOWS: tuple[How, ...] = get_args(How)
SHAPES: tuple[Shape, ...] = get_args(Shape)

# The points of a face lie well inside it.
_AROUND_POINTS = 0.5


@dataclass(frozen=True)
class Hiding:
    """How to hide something.

    Args:
        how: "blur", "pixelate" (blocks of one colour), "average" (the region's mean colour) or "black".
        shape: "outline" (the object's mask where it has one, else its box), "box", or "oval" (within the box).
        strength: Spread of the blur (its standard deviation), or the side of the blocks, as a share of the region's
            longer side.
        margin: Added on every side, as a share of the object's longer side.

    Raises:
        InputError: Something of it is out of range.
    """

    how: How = "blur"
    shape: Shape = "oval"
    strength: float = 0.2
    margin: float = 0.1

    def __post_init__(self) -> None:
        if self.how not in HOWS or self.shape not in SHAPES:
            raise InputError(
                f"There is no way to hide things called '{self.how}' in the shape '{self.shape}'.",
                remedy=f"Ways are {', '.join(HOWS)}; shapes are {', '.join(SHAPES)}.",
            )
        if not 0.05 <= self.strength <= 1:
            raise InputError("The strength lies between 0.05 and 1: below that, faces stay recognisable.")
        if not 0 <= self.margin <= 2:
            raise InputError("The margin lies between 0 and 2 times the object's longer side.")


@dataclass(frozen=True, eq=False)
class Region:
    """Pixels of a picture: bool (h, w) over the window that begins at (left, top)."""

    left: int
    top: int
    pixels: np.ndarray


def region(a: Annotation, hiding: Hiding, width: int, height: int) -> Region | None:
    """Return what to hide of an object on a picture of that size, or None where none of it lies inside."""
    drawn = a.geometry if hiding.shape == "outline" and isinstance(a.geometry, Mask | Polygons) else None
    if drawn is not None:
        mask = a.mask(width, height)
        found = _outline(mask, _margin(mask.bounds, hiding), width, height) if mask.area else None
        if found is not None:
            return found
    box = a.bounds
    if a.geometry is None and a.box is None:
        box = box.padded(_AROUND_POINTS * max(box.w, box.h))
    if not all(math.isfinite(v) for v in (box.x, box.y, box.w, box.h)) or not (box.w > 0 or box.h > 0):
        return None
    return _within(box.padded(_margin(box, hiding)), width, height, oval=hiding.shape == "oval")


def _margin(box: Box, hiding: Hiding) -> int:
    return math.ceil(hiding.margin * max(box.w, box.h))


def _outline(mask: Mask, margin: int, width: int, height: int) -> Region | None:
    left, top = max(mask.x - margin, 0), max(mask.y - margin, 0)
    right, bottom = min(mask.x + mask.w + margin, width), min(mask.y + mask.h + margin, height)
    if right <= left or bottom <= top:
        return None
    if not margin:
        return Region(left, top, masks.window(mask, left, top, right - left, bottom - top).astype(bool))
    import cv2

    # The whole mask is looked at: what lies outside the picture reaches into it by its margin.
    x, y = min(left, mask.x), min(top, mask.y)
    w, h = max(right, mask.x + mask.w) - x, max(bottom, mask.y + mask.h) - y
    bitmap = masks.window(mask, x, y, w, h).astype(np.uint8)
    far = cv2.distanceTransform(1 - bitmap, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return Region(left, top, far[top - y : bottom - y, left - x : right - x] <= margin)


def _within(box: Box, width: int, height: int, *, oval: bool) -> Region | None:
    x0, y0, x1, y1 = box.pixels()
    left, top, right, bottom = max(x0, 0), max(y0, 0), min(x1, width), min(y1, height)
    if right <= left or bottom <= top:
        return None
    if not oval:
        return Region(left, top, np.ones((bottom - top, right - left), bool))
    # Nearest point of each pixel to the centre: what the oval touches is hidden.
    x = _from_centre(left, right, (x0 + x1) / 2) / ((x1 - x0) / 2)
    y = _from_centre(top, bottom, (y0 + y1) / 2) / ((y1 - y0) / 2)
    return Region(left, top, y[:, None] ** 2 + x[None] ** 2 <= 1)


def _from_centre(first: int, end: int, centre: float) -> np.ndarray:
    starts = np.arange(first, end, dtype=np.float64)
    return np.maximum(0.0, np.maximum(starts - centre, centre - starts - 1))


def hide(pixels: np.ndarray, region: Region, hiding: Hiding, *, alpha: bool = False) -> None:
    """Change the pixels of a region in place, and no others.

    Args:
        pixels: (h, w) or (h, w, c) of any integer or float type, the whole picture.
        region: Inside the picture.
        hiding: How.
        alpha: The last channel is an opacity; it becomes full, lest its shape tell.
    """
    rows = slice(region.top, region.top + region.pixels.shape[0])
    columns = slice(region.left, region.left + region.pixels.shape[1])
    window = pixels[rows, columns]
    inside = region.pixels
    if not inside.any():
        return
    if alpha:
        window[inside, -1] = np.iinfo(pixels.dtype).max if pixels.dtype.kind in "iu" else 1
        window = window[..., :-1]
    values = window.astype(np.float64 if pixels.dtype.itemsize > 2 else np.float32)
    new = np.broadcast_to(_REPLACED[hiding.how](values, inside, hiding.strength), values.shape)[inside]
    if pixels.dtype.kind in "iu":
        limits = np.iinfo(pixels.dtype)
        new = np.clip(np.rint(new), limits.min, limits.max)
    window[inside] = new.astype(pixels.dtype)


def _blurred(values: np.ndarray, inside: np.ndarray, strength: float) -> np.ndarray:
    """Three box blurs are as good as a Gaussian, and as quick for a large spread as for a small one."""
    import cv2

    side = max(inside.shape)
    # Boxes of d pixels spread by sqrt(3 (d^2 - 1) / 12).
    width = max(round(math.sqrt(4 * (strength * side) ** 2 + 1)), 3) | 1
    # Only what is hidden counts: neighbours of the region neither shine in nor would tell of it.
    weight = inside.astype(values.dtype)
    sums = values * (weight if values.ndim == 2 else weight[..., None])
    for _ in range(3):
        weight = cv2.blur(weight, (width, width), borderType=cv2.BORDER_CONSTANT)
        sums = cv2.blur(sums, (width, width), borderType=cv2.BORDER_CONSTANT)
    sums = sums.reshape(values.shape)
    floor = np.finfo(values.dtype).tiny
    return sums / np.maximum(weight if values.ndim == 2 else weight[..., None], floor)


def _pixelated(values: np.ndarray, inside: np.ndarray, strength: float) -> np.ndarray:
    height, width = inside.shape
    block = max(round(strength * max(height, width)), 2)
    tops, lefts = np.arange(0, height, block), np.arange(0, width, block)
    weight = inside.astype(values.dtype)
    sums = values * (weight if values.ndim == 2 else weight[..., None])
    sums, weight = (np.add.reduceat(np.add.reduceat(v, tops, 0), lefts, 1) for v in (sums, weight))
    means = sums / np.maximum(weight if values.ndim == 2 else weight[..., None], 1)
    return means[np.arange(height)[:, None] // block, np.arange(width)[None] // block]


def _averaged(values: np.ndarray, inside: np.ndarray, strength: float) -> np.ndarray:  # noqa: ARG001
    return values[inside].mean(axis=0, dtype=np.float64)


def _blackened(values: np.ndarray, inside: np.ndarray, strength: float) -> np.ndarray:  # noqa: ARG001
    return np.zeros((), values.dtype)


_REPLACED = {"blur": _blurred, "pixelate": _pixelated, "average": _averaged, "black": _blackened}

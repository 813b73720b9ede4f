"""Decoded regions, cropped, with their borders; the least used go first when the budget is full."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

import numpy as np

from segstudio.core.annotation import Annotation, Geometry
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask

BUDGET = 384 * 1024 * 1024


class Crop(NamedTuple):
    """The pixels of a region.

    Args:
        x, y: Where the bitmap's top left pixel lies in the picture.
        bitmap: bool (h, w).
        ys, xs: int32 places, in the picture, of the border pixels: set ones with a neighbour that is not.
    """

    x: int
    y: int
    bitmap: np.ndarray
    ys: np.ndarray
    xs: np.ndarray

    @property
    def bytes(self) -> int:
        return self.bitmap.nbytes + self.ys.nbytes + self.xs.nbytes + 256


NOTHING = Crop(0, 0, np.zeros((0, 0), bool), np.zeros(0, np.int32), np.zeros(0, np.int32))


def border(bitmap: np.ndarray) -> np.ndarray:
    """Return the set pixels of a bool (h, w) bitmap that touch one that is not, or the bitmap's end; bool (h, w)."""
    inner = np.zeros_like(bitmap)
    if bitmap.shape[0] > 2 and bitmap.shape[1] > 2:
        core = inner[1:-1, 1:-1]
        np.logical_and(bitmap[:-2, 1:-1], bitmap[2:, 1:-1], out=core)
        core &= bitmap[1:-1, :-2]
        core &= bitmap[1:-1, 2:]
    return bitmap & ~inner


def crop_of(mask: Mask, width: int, height: int) -> Crop:
    """Return the decoded part of a mask that lies on a picture of width x height."""
    left, top = max(mask.x, 0), max(mask.y, 0)
    right, bottom = min(mask.x + mask.w, width), min(mask.y + mask.h, height)
    if right <= left or bottom <= top or not mask.counts:
        return NOTHING
    bitmap = mask.bitmap()[top - mask.y : bottom - mask.y, left - mask.x : right - mask.x]
    bitmap = np.ascontiguousarray(bitmap).view(np.bool_)
    ys, xs = np.nonzero(border(bitmap))
    return Crop(left, top, bitmap, (ys + top).astype(np.int32), (xs + left).astype(np.int32))


class Bitmaps:
    """The decoded regions of one picture's annotations.

    Args:
        width, height: Of the picture.
        budget: Bytes that are kept.
    """

    def __init__(self, width: int, height: int, budget: int = BUDGET) -> None:
        self.width, self.height, self.budget = width, height, budget
        self.held = 0
        self._crops: OrderedDict[int, tuple[Geometry, Crop]] = OrderedDict()

    def get(self, a: Annotation) -> Crop:
        """Return the region of an annotation; boxes and mere keypoints have none."""
        if a.geometry is None or isinstance(a.geometry, Box):
            return NOTHING
        found = self._crops.get(a.id)
        if found is not None and found[0] is a.geometry:
            self._crops.move_to_end(a.id)
            return found[1]
        crop = crop_of(a.mask(self.width, self.height), self.width, self.height)
        self.drop(a.id)
        self._crops[a.id] = (a.geometry, crop)
        self.held += crop.bytes
        while self.held > self.budget and len(self._crops) > 1:
            _, (_, old) = self._crops.popitem(last=False)
            self.held -= old.bytes
        return crop

    def drop(self, id: int) -> None:
        """Forget one annotation's region."""
        found = self._crops.pop(id, None)
        if found is not None:
            self.held -= found[1].bytes

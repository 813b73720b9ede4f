"""Decoded regions, cropped, with their borders; the least used go first when the budget is full.

Small regions are held as bitmaps. Large ones stay spans and are unpacked window by window: a region over a picture of
20,000 x 20,000 pixels then takes what its runs take.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property

import numpy as np

from segstudio.core import spans
from segstudio.core.annotation import Annotation, Geometry
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask
from segstudio.core.spans import Spans, Window

BUDGET = 256 * 1024 * 1024
# Pixels of its box from which a region stays spans.
LARGE = 1 << 21

# x and y of the top left pixel in the picture, and a bool bitmap.
Part = tuple[int, int, np.ndarray]
# Border pixels up to which it is quicker to clip them together with those of other regions.
_FEW = 1 << 12
_NO_PLACES = np.zeros(0, np.int32)


class Region:
    """The pixels of an annotation that lie on the picture; this one has none.

    Attributes:
        window: Their box.
        ys, xs: int32 places, in the picture, of the border pixels: set ones with a neighbour that is not; by rows.
    """

    def __init__(self, window: Window, ys: np.ndarray, xs: np.ndarray) -> None:
        self.window = window
        self.ys, self.xs = ys, xs

    @property
    def bytes(self) -> int:
        """What it takes in memory."""
        return self.ys.nbytes + self.xs.nbytes + 256

    def part(self, window: Window, step: int = 1) -> Part | None:
        """Return its pixels inside a window, of each `step` x `step` the top left one; None where its box ends before.

        The place returned is a multiple of `step`, in pixels of the picture.
        """
        left, top = max(self.window[0], window[0]), max(self.window[1], window[1])
        right, bottom = min(self.window[2], window[2]), min(self.window[3], window[3])
        left, top = -(-left // step) * step, -(-top // step) * step
        if right <= left or bottom <= top:
            return None
        return left, top, self._bitmap((left, top, right, bottom), step)

    def edges(self, window: Window) -> tuple[np.ndarray, np.ndarray]:
        """Return (ys, xs) of its border pixels inside a window, and of some outside: all where these are few."""
        if len(self.ys) <= _FEW:
            return self.ys, self.xs
        first, last = np.searchsorted(self.ys, (window[1], window[3]))
        return self.ys[first:last], self.xs[first:last]

    def spans(self) -> Spans:
        """Return its pixels as spans."""
        return spans.NOTHING

    @cached_property
    def peak(self) -> float | None:
        """The middle of its topmost pixels, None without any."""
        if not len(self.ys):
            return None
        # They are all border pixels. The upper rows of its box may be empty: a mask may have been cut.
        columns = self.xs[: np.searchsorted(self.ys, self.ys[0], side="right")]
        return (int(columns.min()) + int(columns.max()) + 1) / 2

    def _bitmap(self, window: Window, step: int) -> np.ndarray:
        """Return the pixels of a window that lies inside its own."""
        return spans.bitmap(self.spans(), window, step)


class _Small(Region):
    def __init__(self, bitmap: np.ndarray, x: int, y: int) -> None:
        ys, xs = np.nonzero(border(bitmap))
        window = (x, y, x + bitmap.shape[1], y + bitmap.shape[0])
        super().__init__(window, (ys + y).astype(np.int32), (xs + x).astype(np.int32))
        self._pixels = bitmap

    @property
    def bytes(self) -> int:
        return super().bytes + self._pixels.nbytes

    @cached_property
    def _spans(self) -> Spans:
        return spans.of_bitmap(self._pixels, self.window[0], self.window[1])

    def spans(self) -> Spans:
        return self._spans

    def _bitmap(self, window: Window, step: int) -> np.ndarray:
        x, y = self.window[:2]
        return self._pixels[window[1] - y : window[3] - y : step, window[0] - x : window[2] - x : step]


class _Large(Region):
    def __init__(self, pixels: Spans) -> None:
        ys, xs = spans.pixels(spans.border(pixels))
        rows = np.argsort(ys, kind="stable")
        super().__init__(pixels.window, ys[rows].astype(np.int32), xs[rows].astype(np.int32))
        self._pixels = pixels

    @property
    def bytes(self) -> int:
        return super().bytes + sum(values.nbytes for values in self._pixels)

    def spans(self) -> Spans:
        return self._pixels


NOTHING = Region((0, 0, 0, 0), _NO_PLACES, _NO_PLACES)


def border(bitmap: np.ndarray) -> np.ndarray:
    """Return the set pixels of a bool (h, w) bitmap that touch one that is not, or the bitmap's end; bool (h, w)."""
    inner = np.zeros_like(bitmap)
    if bitmap.shape[0] > 2 and bitmap.shape[1] > 2:
        core = inner[1:-1, 1:-1]
        np.logical_and(bitmap[:-2, 1:-1], bitmap[2:, 1:-1], out=core)
        core &= bitmap[1:-1, :-2]
        core &= bitmap[1:-1, 2:]
    return bitmap & ~inner


def region_of(mask: Mask, width: int, height: int) -> Region:
    """Return the part of a mask that lies on a picture of width x height."""
    left, top = max(mask.x, 0), max(mask.y, 0)
    right, bottom = min(mask.x + mask.w, width), min(mask.y + mask.h, height)
    if right <= left or bottom <= top or not mask.counts:
        return NOTHING
    if mask.w * mask.h > LARGE:
        return _Large(spans.within(mask.spans(), (left, top, right, bottom)))
    bitmap = mask.bitmap()[top - mask.y : bottom - mask.y, left - mask.x : right - mask.x]
    return _Small(np.ascontiguousarray(bitmap).view(np.bool_), left, top)


class Bitmaps:
    """The decoded regions of one picture's annotations.

    Args:
        width, height: Of the picture.
        budget: Bytes that are kept.
    """

    def __init__(self, width: int, height: int, budget: int = BUDGET) -> None:
        self.width, self.height, self.budget = width, height, budget
        self.held = 0
        self._regions: OrderedDict[int, tuple[Geometry, Region]] = OrderedDict()

    def get(self, a: Annotation) -> Region:
        """Return the region of an annotation; boxes and mere keypoints have none."""
        if a.geometry is None or isinstance(a.geometry, Box):
            return NOTHING
        found = self._regions.get(a.id)
        if found is not None and found[0] is a.geometry:
            self._regions.move_to_end(a.id)
            return found[1]
        region = region_of(a.mask(self.width, self.height), self.width, self.height)
        self.drop(a.id)
        self._regions[a.id] = (a.geometry, region)
        self.held += region.bytes
        while self.held > self.budget and len(self._regions) > 1:
            _, (_, old) = self._regions.popitem(last=False)
            self.held -= old.bytes
        return region

    def drop(self, id: int) -> None:
        """Forget one annotation's region."""
        found = self._regions.pop(id, None)
        if found is not None:
            self.held -= found[1].bytes

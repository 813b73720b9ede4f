"""The composed pixels of all sizes, in cells: made where they are looked at, brought up to date where they changed.

A copy that is not too large is a single cell, so that one image can wrap it. Larger ones are cut up, and the cells
that were looked at longest ago are given up when the budget is full: a picture of 20,000 x 20,000 pixels is never there
whole.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

import numpy as np

from segstudio.core.spans import Window, around

# Pixels that a copy may have and stay in one piece: 128 MB with both buffers.
WHOLE = 1 << 24
SIDE = 1024
BUDGET = 320 * 1024 * 1024
# Windows that are remembered one by one.
_MANY = 64


class Cell:
    """A rectangle of one copy.

    Attributes:
        window: In pixels of the picture.
        step: Picture pixels a pixel.
        owners: int32 (h, w): slot + 1 of the topmost object, 0 for none.
        colors: uint32 (h, w): premultiplied 0xAARRGGBB.
        changed, tinted: Windows of the picture where other objects lie on top, and where mere colours are others.
        blank: Nothing has been drawn yet; memory that was never written to takes no room.
    """

    __slots__ = ("blank", "changed", "colors", "owners", "step", "tinted", "window")

    def __init__(self, window: Window, step: int) -> None:
        left, top, right, bottom = self.window = window
        self.step = step
        shape = (-(-(bottom - top) // step), -(-(right - left) // step))
        self.owners, self.colors = np.zeros(shape, np.int32), np.zeros(shape, np.uint32)
        self.changed: list[Window] = [window]
        self.tinted: list[Window] = []
        self.blank = True

    @property
    def bytes(self) -> int:
        return self.owners.nbytes + self.colors.nbytes

    def mark(self, windows: Iterable[Window], changed: bool) -> None:
        """Remember that pixels are out of date."""
        waiting = self.changed if changed else self.tinted
        waiting.extend(w for w in (self._cut(w) for w in windows) if w[2] > w[0] and w[3] > w[1])
        if len(waiting) > _MANY:
            waiting[:] = _fewer(waiting)

    def due(self, wanted: Window) -> tuple[list[Window], list[Window]]:
        """Return what has changed and what is tinted near a window, and forget it; the rest stays out of date."""
        found = []
        for waiting in (self.changed, self.tinted):
            due = [
                w for w in waiting if w[0] < wanted[2] and wanted[0] < w[2] and w[1] < wanted[3] and wanted[1] < w[3]
            ]
            if due:
                gone = set(due)
                waiting[:] = [w for w in waiting if w not in gone]
            found.append(due)
        return found[0], found[1]

    def _cut(self, window: Window) -> Window:
        """Return a window grown to whole pixels of the cell and cut to it."""
        s, (left, top, right, bottom) = self.step - 1, self.window
        x0, y0, x1, y1 = window
        return max(x0 & ~s, left), max(y0 & ~s, top), min((x1 + s) & ~s, right), min((y1 + s) & ~s, bottom)

    def place(self, window: Window) -> tuple[slice, slice]:
        """Return where a window of the picture, inside the cell and in steps of its pixels, lies in the arrays."""
        left, top, step = self.window[0], self.window[1], self.step
        rows = slice((window[1] - top) // step, -(-(window[3] - top) // step))
        return rows, slice((window[0] - left) // step, -(-(window[2] - left) // step))


def _fewer(windows: list[Window]) -> list[Window]:
    """Return windows that cover the same: each once, or, if they are many or overlap much, the one around all."""
    total = windows[0]
    for w in windows:
        total = around(total, w)
    several = list(dict.fromkeys(windows))
    area = sum((r - left) * (b - t) for left, t, r, b in several)
    small = area < (total[2] - total[0]) * (total[3] - total[1])
    return several if small and len(several) < 8 * _MANY else [total]


class Cells:
    """The cells of one picture's copies; copy k has ceil(size / 2**k) pixels.

    Args:
        width, height: Of the picture.
        budget: Bytes that are kept; what is asked for at once is kept whatever it takes.
    """

    def __init__(self, width: int, height: int, budget: int = BUDGET) -> None:
        self.width, self.height, self.budget = width, height, budget
        self.held = 0
        self._cells: OrderedDict[tuple[int, int, int], Cell] = OrderedDict()

    def size(self, k: int) -> tuple[int, int]:
        """Return the width and height of copy k."""
        return -(-self.width >> k), -(-self.height >> k)

    def whole(self, k: int) -> bool:
        """Return whether copy k is a single cell."""
        width, height = self.size(k)
        return width * height <= WHOLE

    def within(self, k: int, window: Window) -> list[Cell]:
        """Return the cells of copy k that a window of it (in its own pixels) touches; missing ones are made."""
        if self.whole(k):
            return self._kept([(k, 0, 0)])
        left, top, right, bottom = window
        places = (
            (x, y) for y in range(top // SIDE, -(-bottom // SIDE)) for x in range(left // SIDE, -(-right // SIDE))
        )
        return self._kept([(k, x, y) for x, y in places])

    def mark(self, windows: list[Window], changed: bool) -> None:
        """Remember that pixels of all copies are out of date."""
        total: Window = (0, 0, 0, 0)
        for window in windows:
            total = around(total, window)
        for cell in self._cells.values():
            left, top, right, bottom = cell.window
            if left < total[2] and total[0] < right and top < total[3] and total[1] < bottom:
                cell.mark(windows, changed)

    def clear(self) -> None:
        """Give up all cells."""
        self._cells.clear()
        self.held = 0

    def _kept(self, keys: list[tuple[int, int, int]]) -> list[Cell]:
        found = []
        for key in keys:
            cell = self._cells.get(key)
            if cell is None:
                cell = self._cells[key] = self._made(*key)
                self.held += cell.bytes
            self._cells.move_to_end(key)
            found.append(cell)
        while self.held > self.budget and len(self._cells) > len(found):
            self.held -= self._cells.popitem(last=False)[1].bytes
        return found

    def _made(self, k: int, x: int, y: int) -> Cell:
        if self.whole(k):
            return Cell((0, 0, self.width, self.height), 1 << k)
        side = SIDE << k
        right, bottom = min((x + 1) * side, self.width), min((y + 1) * side, self.height)
        return Cell((x * side, y * side, right, bottom), 1 << k)

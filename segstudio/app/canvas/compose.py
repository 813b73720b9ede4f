"""The instance layer as pixels: which object is on top of each, and what colour that makes.

Regions are opaque towards each other: a pixel belongs to the topmost visible object. Borders of all objects, covered
ones too, are drawn over the fills, so that nothing hides without a trace. Halved copies for zooming out take every
second object number (no mixing) and draw the borders anew, one pixel wide at each size; they are made when asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from segstudio.app.canvas.bitmaps import NOTHING, Bitmaps, Crop, border
from segstudio.app.canvas.style import Style
from segstudio.app.canvas.table import Table, Window, merged
from segstudio.core.annotation import Annotation

Pair = tuple[Annotation | None, Annotation | None]

_BAND = 1 << 18
_MANY = 64
_SMALLEST = 512


class Live(NamedTuple):
    """A brush stroke that is being drawn: pixels (bool, full frame) to add to or take from a slot's region."""

    slot: int
    pixels: np.ndarray
    erase: bool
    extent: Window


class Composer:
    """Composes the annotations of one picture.

    Attributes:
        owners: int32 (height, width): slot + 1 of the topmost object of each pixel, 0 for none.
        table: The annotations as arrays.
        depth: The number of the smallest halved copy; copy k has ceil(size / 2**k) pixels.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.table = Table(width, height)
        self.bitmaps = Bitmaps(width, height)
        self.owners = np.zeros((height, width), np.int32)
        self.depth = 0
        while max(width, height) >> self.depth > _SMALLEST and self.depth < 6:
            self.depth += 1
        self._levels: dict[int, np.ndarray] = {}
        self._stale: dict[int, list[Window]] = {}
        self._live: Live | None = None

    @property
    def frame(self) -> Window:
        """The whole picture."""
        return 0, 0, self.width, self.height

    @property
    def style(self) -> Style:
        return self.table.style

    def set(self, annotations: Iterable[Annotation]) -> None:
        """Show these annotations and no others."""
        self._live = None
        self.table.fill_from(annotations)
        self._recompose([self.frame])

    def apply(self, pairs: Iterable[Pair]) -> list[Window]:
        """Replace annotations (before, after; None for one that is not there) and recompose where they differ.

        Returns:
            The windows of the picture that may look different now.
        """
        dirty = []
        for before, after in pairs:
            id = after.id if after is not None else before.id if before is not None else 0
            dirty.append(self._replace(id, after))
        dirty = [w for w in dirty if w[2] > w[0] and w[3] > w[1]]
        self._recompose(dirty)
        return dirty

    def _replace(self, id: int, after: Annotation | None) -> Window:
        table, slot = self.table, self.table.slot_of.get(id)
        old = table.rows[slot] if slot is not None else None
        window = table.window(slot) if slot is not None else (0, 0, 0, 0)
        was = (table.visible[slot], table.fill[slot + 1], table.edge[slot + 1]) if slot is not None else None
        crop = self.bitmaps.get(old) if old is not None else NOTHING
        if self._live is not None and slot == self._live.slot:
            self._live = None
        if after is None:
            table.remove(id)
            self.bitmaps.drop(id)
            return window
        new = table.put(after)
        if old is None or old.z != after.z or was != (table.visible[new], table.fill[new + 1], table.edge[new + 1]):
            return merged(window, table.window(new))
        return _difference(crop, self.bitmaps.get(after)) if table.visible[new] else (0, 0, 0, 0)

    def restyle(self, style: Style) -> list[Window]:
        """Draw with another style; return the windows that may look different."""
        self.table.style = style
        return self._restyle(list(self.table.slot_of.values()))

    def select(self, ids: frozenset[int]) -> list[Window]:
        """Draw other annotations as selected; return the windows that look different."""
        old = self.table.style
        self.table.style = replace(old, selection=ids)
        return self._restyle([self.table.slot_of[i] for i in ids ^ old.selection if i in self.table.slot_of])

    def _restyle(self, slots: list[int]) -> list[Window]:
        table = self.table
        visible, fill, edge = table.visible.copy(), table.fill.copy(), table.edge.copy()
        for slot in slots:
            table.restyle_slot(slot)
        moved = [table.window(s) for s in np.flatnonzero(visible != table.visible).tolist()]
        paints = (fill != table.fill) | (edge != table.edge)
        tinted = [table.window(s) for s in np.flatnonzero(paints[1:] & table.visible).tolist()]
        self._recompose(moved)
        self._mark(tinted)
        return self._few(moved + tinted)

    def level(self, k: int) -> np.ndarray:
        """Return the premultiplied colours of copy k, uint32 (h, w) 0xAARRGGBB; copy 0 has the picture's size.

        The array stays the same one for the composer's life; it is brought up to date here.
        """
        if k not in self._levels:
            shape = (-(-self.height >> k), -(-self.width >> k))
            self._levels[k] = np.zeros(shape, np.uint32)
            self._stale[k] = [self.frame]
        pending, self._stale[k] = self._stale[k], []
        for window in pending:
            self._color(k, window)
        return self._levels[k]

    def top(self, x: float, y: float) -> int:
        """Return the id of the topmost region at a place, 0 for none."""
        if not (0 <= x < self.width and 0 <= y < self.height):
            return 0
        row = self.table.rows[int(self.owners[int(y), int(x)]) - 1] if self.owners[int(y), int(x)] else None
        return row.id if row is not None else 0

    def under(self, x: float, y: float) -> list[int]:
        """Return the ids of all visible regions at a place, the topmost first."""
        if not (0 <= x < self.width and 0 <= y < self.height):
            return []
        left, top = int(x), int(y)
        window = (left, top, left + 1, top + 1)
        found = []
        for slot in reversed(self.table.within(window)):
            part = self._part(slot, window)
            row = self.table.rows[slot]
            if row is not None and part is not None and part[2].any():
                found.append(row.id)
        return found

    def stroke(self, a: Annotation, pixels: np.ndarray, erase: bool, window: Window) -> None:
        """Show a stroke on an annotation (or a new one) while it is drawn.

        Args:
            pixels: bool (height, width): all pixels of the stroke so far.
            window: Where they have changed since the last call.
        """
        slot = self.table.slot_of.get(a.id)
        if slot is None or (self._live is None and self.table.rows[slot] is not a):
            slot = self.table.put(a)
            window = merged(window, self.table.window(slot))
        extent = merged(self._live.extent, window) if self._live is not None else window
        self._live = Live(slot, pixels, erase, extent)
        if not erase:
            self.table.extend(slot, window)
        left, top, right, bottom = window
        # A pixel more on each side: the border moves there.
        self._recompose([(left - 1, top - 1, right + 1, bottom + 1)])

    def end_stroke(self, stored: Annotation | None) -> None:
        """Forget the stroke that is shown, if there is one, and show the stored annotation again (None: none)."""
        live, self._live = self._live, None
        row = self.table.rows[live.slot] if live is not None else None
        if live is None or row is None:
            return
        if stored is not None:
            self.table.put(stored)
        else:
            self.table.remove(row.id)
            self.bitmaps.drop(row.id)
        left, top, right, bottom = live.extent
        self._recompose([(left - 1, top - 1, right + 1, bottom + 1)])

    def _few(self, windows: list[Window]) -> list[Window]:
        """Return windows that cover the same; the whole frame for many or for much."""
        area = sum((r - left) * (b - t) for left, t, r, b in windows)
        return [self.frame] if len(windows) > 4 * _MANY or area > self.width * self.height else windows

    def _recompose(self, windows: list[Window]) -> None:
        """Stack the regions anew in these windows, and remember that their colours are stale."""
        windows = self._few(self._aligned(windows))
        for window in windows:
            self._stack(window)
        self._mark(windows)

    def _mark(self, windows: list[Window]) -> None:
        windows = self._few(self._aligned(windows))
        for k, stale in self._stale.items():
            stale.extend(windows)
            if len(stale) > _MANY:
                total = stale[0]
                for w in stale:
                    total = merged(total, w)
                small = sum((r - left) * (b - t) for left, t, r, b in stale) < (total[2] - total[0]) * (
                    total[3] - total[1]
                )
                self._stale[k] = list(dict.fromkeys(stale)) if small and len(stale) < 8 * _MANY else [total]

    def _aligned(self, windows: list[Window]) -> list[Window]:
        """Grow windows to whole pixels of the smallest copy; those off the picture are left out."""
        s = (1 << self.depth) - 1
        cut = (
            (max(w[0], 0) & ~s, max(w[1], 0) & ~s, min((w[2] + s) & ~s, self.width), min((w[3] + s) & ~s, self.height))
            for w in windows
            if w[2] > w[0] and w[3] > w[1]
        )
        return [w for w in cut if w[2] > w[0] and w[3] > w[1]]

    def _stack(self, window: Window) -> None:
        left, top, right, bottom = window
        out = self.owners[top:bottom, left:right]
        out[...] = 0
        for slot in self.table.within(window):
            part = self._part(slot, window)
            if part is not None:
                x, y, bitmap = part
                h, w = bitmap.shape
                np.copyto(out[y - top : y - top + h, x - left : x - left + w], slot + 1, where=bitmap)

    def _part(self, slot: int, window: Window) -> tuple[int, int, np.ndarray] | None:
        """Return (x, y, bool bitmap) of a slot's region inside a window, or None."""
        row = self.table.rows[slot]
        if row is None:
            return None
        crop = self.bitmaps.get(row)
        left, top, right, bottom = window
        live = self._live
        if live is not None and live.slot == slot:
            bitmap = np.zeros((bottom - top, right - left), bool)
            base = _clip(crop, window)
            if base is not None:
                x, y, part = base
                bitmap[y - top : y - top + part.shape[0], x - left : x - left + part.shape[1]] = part
            stroke = live.pixels[top:bottom, left:right]
            bitmap = bitmap & ~stroke if live.erase else bitmap | stroke
            return left, top, bitmap
        return _clip(crop, window)

    def _edges(self, slot: int, window: Window) -> tuple[np.ndarray, np.ndarray]:
        """Return (ys, xs) of a slot's border pixels inside a window."""
        row = self.table.rows[slot]
        left, top, right, bottom = window
        if self._live is not None and self._live.slot == slot:
            wide = (max(left - 1, 0), max(top - 1, 0), min(right + 1, self.width), min(bottom + 1, self.height))
            part = self._part(slot, wide)
            ys, xs = np.nonzero(border(part[2])) if part is not None else NOTHING[3:]
            # The wider window's own rim counts as border; it is cut off below, except where the picture ends.
            ys, xs = ys + wide[1], xs + wide[0]
        else:
            crop = self.bitmaps.get(row) if row is not None else NOTHING
            ys, xs = crop.ys, crop.xs
            end_x, end_y = _ends(crop)
            if left <= crop.x and top <= crop.y and end_x <= right and end_y <= bottom:
                return ys, xs
        inside = (xs >= left) & (xs < right) & (ys >= top) & (ys < bottom)
        return ys[inside], xs[inside]

    def _color(self, k: int, window: Window) -> None:
        """Bring a window of copy k up to date."""
        step = 1 << k
        left, top = window[0] >> k, window[1] >> k
        right, bottom = -(-window[2] >> k), -(-window[3] >> k)
        out = self._levels[k][top:bottom, left:right]
        source = self.owners[top * step : bottom * step : step, left * step : right * step : step]
        rows = max(1, _BAND // max(right - left, 1))
        for start in range(0, bottom - top, rows):
            np.take(self.table.fill, source[start : start + rows], out=out[start : start + rows], mode="clip")
        whole = (left * step, top * step, min(right * step, self.width), min(bottom * step, self.height))
        ys, xs, counts, slots = [], [], [], self.table.within(whole)
        for slot in slots:
            y, x = self._edges(slot, whole)
            ys.append(y)
            xs.append(x)
            counts.append(len(y))
        if slots:
            colors = np.repeat(self.table.edge[np.asarray(slots) + 1], counts)
            out[(np.concatenate(ys) >> k) - top, (np.concatenate(xs) >> k) - left] = colors


def _ends(crop: Crop) -> tuple[int, int]:
    return crop.x + crop.bitmap.shape[1], crop.y + crop.bitmap.shape[0]


def _clip(crop: Crop, window: Window) -> tuple[int, int, np.ndarray] | None:
    """Return (x, y, bitmap) of the part of a crop inside a window, or None."""
    end_x, end_y = _ends(crop)
    x, y = max(crop.x, window[0]), max(crop.y, window[1])
    right, bottom = min(end_x, window[2]), min(end_y, window[3])
    if right <= x or bottom <= y:
        return None
    return x, y, crop.bitmap[y - crop.y : bottom - crop.y, x - crop.x : right - crop.x]


def _difference(a: Crop, b: Crop) -> Window:
    """Return the window of the pixels that are in one crop only, a pixel wider; without area where there are none."""
    total = merged((a.x, a.y, *_ends(a)), (b.x, b.y, *_ends(b)))
    if total[2] <= total[0] or total[3] <= total[1]:
        return 0, 0, 0, 0
    differ = np.zeros((total[3] - total[1], total[2] - total[0]), bool)
    for crop in (a, b):
        h, w = crop.bitmap.shape
        part = differ[crop.y - total[1] : crop.y - total[1] + h, crop.x - total[0] : crop.x - total[0] + w]
        part ^= crop.bitmap
    rows, columns = np.flatnonzero(differ.any(axis=1)), np.flatnonzero(differ.any(axis=0))
    if not len(rows):
        return 0, 0, 0, 0
    x, y = total[0], total[1]
    return x + int(columns[0]) - 1, y + int(rows[0]) - 1, x + int(columns[-1]) + 2, y + int(rows[-1]) + 2

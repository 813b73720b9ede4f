"""The instance layer as pixels: which object is on top of each, and what colour that makes.

Regions are opaque towards each other: a pixel belongs to the topmost visible object. Borders of all objects, covered
ones too, are drawn over the fills, so that nothing hides without a trace. Halved copies for zooming out take every
second object number (no mixing) and draw the borders anew, one pixel wide at each size. Whatever the size of the
picture, only what is looked at is composed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from msgspec.structs import replace as altered

from segstudio.app.canvas.bitmaps import LARGE, NOTHING, Bitmaps, Part, Region
from segstudio.app.canvas.cells import Cell, Cells
from segstudio.app.canvas.live import Live
from segstudio.app.canvas.style import Style
from segstudio.app.canvas.table import Table
from segstudio.core import spans
from segstudio.core.annotation import Annotation
from segstudio.core.painting import Stroke
from segstudio.core.spans import Spans, Window, around, grown

Pair = tuple[Annotation | None, Annotation | None]

_BAND = 1 << 18
_MANY = 256
_SMALLEST = 512
# What a wide brush changes is brought up to date in tiles of this side, in pixels of the copy that is looked at.
_TILE = 256


class Composer:
    """Composes the annotations of one picture.

    Attributes:
        table: The annotations as arrays.
        bitmaps: Their decoded pixels.
        cells: What has been composed.
        depth: The number of the smallest halved copy; copy k has ceil(size / 2**k) pixels.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.table = Table(width, height)
        self.bitmaps = Bitmaps(width, height)
        self.cells = Cells(width, height)
        self.depth = 0
        while max(width, height) >> self.depth > _SMALLEST and self.depth < 6:
            self.depth += 1
        self._live: Live | None = None
        self._looked = 0

    @property
    def style(self) -> Style:
        return self.table.style

    def set(self, annotations: Iterable[Annotation]) -> None:
        """Show these annotations and no others."""
        self._live = None
        self.table.fill_from(annotations)
        self._mark([(0, 0, self.width, self.height)])

    def apply(self, pairs: Iterable[Pair]) -> list[Window]:
        """Replace annotations (before, after; None for one that is not there).

        Returns:
            The windows of the picture that may look different now.
        """
        dirty: list[Window] = []
        for before, after in pairs:
            id = after.id if after is not None else before.id if before is not None else 0
            dirty += self._replace(id, after)
        return self._mark(dirty)

    def _replace(self, id: int, after: Annotation | None) -> list[Window]:
        table, slot = self.table, self.table.slot_of.get(id)
        old = table.rows[slot] if slot is not None else None
        window = table.window(slot) if slot is not None else (0, 0, 0, 0)
        was = (table.visible[slot], table.fill[slot + 1], table.edge[slot + 1]) if slot is not None else None
        region = self.bitmaps.get(old) if old is not None else NOTHING
        drawn = None
        if self._live is not None and slot == self._live.slot:
            self._live, drawn = None, self._live.shape
        if after is None:
            table.remove(id)
            self.bitmaps.drop(id)
            return [window]
        new = table.put(after)
        if old is None or old.z != after.z or was != (table.visible[new], table.fill[new + 1], table.edge[new + 1]):
            return [around(window, table.window(new))]
        now = self.bitmaps.get(after)
        if not table.visible[new] or (drawn is not None and spans.same(drawn, now.spans())):
            return []
        return _difference(region, now)

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
        table, places = self.table, np.asarray(slots, np.int64)
        visible, fill, edge = table.visible[places], table.fill[places + 1], table.edge[places + 1]
        for slot in slots:
            table.restyle_slot(slot)
        moved = places[visible != table.visible[places]]
        paints = (fill != table.fill[places + 1]) | (edge != table.edge[places + 1])
        tinted = places[paints & table.visible[places]]
        return self._mark([table.window(s) for s in moved.tolist()]) + self._mark(
            [table.window(s) for s in tinted.tolist()], changed=False
        )

    def level(self, k: int) -> np.ndarray:
        """Return the premultiplied colours of copy k, uint32 (h, w) 0xAARRGGBB; copy 0 has the picture's size.

        Where the copy is a single cell, the array stays the same one until the cell is given up.
        """
        width, height = self.cells.size(k)
        pixels = self.part(k, (0, 0, width, height))[2]
        return pixels if pixels.size else np.zeros((height, width), np.uint32)

    def part(self, k: int, window: Window) -> Part:
        """Return the colours of a window of copy k, all in pixels of the copy.

        Returns:
            x and y of the top left pixel, and uint32 (h, w): at least the window, or what of it the copy has; what lies
            around it may be out of date. Of a copy in cells, nothing where nothing is drawn.
        """
        width, height = self.cells.size(k)
        left, top = max(window[0], 0), max(window[1], 0)
        right, bottom = min(window[2], width), min(window[3], height)
        if right <= left or bottom <= top:
            return 0, 0, np.zeros((0, 0), np.uint32)
        self._looked = k
        cells = self.cells.within(k, (left, top, right, bottom))
        wanted = (left << k, top << k, right << k, bottom << k)
        for cell in cells:
            self._update(cell, wanted)
        if all(cell.blank for cell in cells) and not self.cells.whole(k):
            return left, top, np.zeros((0, 0), np.uint32)
        if len(cells) == 1:
            return cells[0].window[0] >> k, cells[0].window[1] >> k, cells[0].colors
        pixels = np.empty((bottom - top, right - left), np.uint32)
        for cell in cells:
            x, y = cell.window[0] >> k, cell.window[1] >> k
            h, w = cell.colors.shape
            x0, y0, x1, y1 = max(x, left), max(y, top), min(x + w, right), min(y + h, bottom)
            pixels[y0 - top : y1 - top, x0 - left : x1 - left] = cell.colors[y0 - y : y1 - y, x0 - x : x1 - x]
        return left, top, pixels

    def top(self, x: float, y: float) -> int:
        """Return the id of the topmost region at a place, 0 for none."""
        return next(self._at(x, y), 0)

    def under(self, x: float, y: float) -> list[int]:
        """Return the ids of all visible regions at a place, the topmost first."""
        return list(self._at(x, y))

    def _at(self, x: float, y: float) -> Iterator[int]:
        if not (0 <= x < self.width and 0 <= y < self.height):
            return
        left, top = int(x), int(y)
        window = (left, top, left + 1, top + 1)
        for slot in reversed(self.table.within(window)):
            part = self._part(slot, window, 1)
            row = self.table.rows[slot]
            if row is not None and part is not None and part[2].any():
                yield row.id

    def stroke(self, a: Annotation, stroke: Stroke, dab: Spans) -> list[Window]:
        """Show a stroke on an annotation (or a new one) while it is drawn.

        Args:
            stroke: All of it so far.
            dab: What came to it since the last call.

        Returns:
            The windows of the picture that may look different now.
        """
        slot = self.table.slot_of.get(a.id)
        left, top, right, bottom = dab.window
        side = _TILE << self._looked
        small = (right - left) * (bottom - top) <= 4 * side * side
        # A pixel more on each side: the border moves there.
        dirty = [grown(w) for w in ([dab.window] if small else spans.tiles(dab, side))]
        live = self._live
        if live is None or slot != live.slot:
            if slot is None or self.table.rows[slot] is not a:
                slot = self.table.put(a)
                dirty.append(self.table.window(slot))
            live = self._live = Live(slot, stroke, self.bitmaps.get(a).spans())
        if not stroke.erase:
            self.table.extend(live.slot, dab.window)
        drawn = self._allowed(live, dab)
        if stroke.rule == "under" and not stroke.erase and self._sink(live.slot, drawn):
            dirty.append(self.table.window(live.slot))
        live.add(drawn)
        return self._mark(dirty)

    def _allowed(self, live: Live, dab: Spans) -> Spans:
        """Return what the rule of a stroke leaves of a dab; see `painting.allowed`."""
        rule, locked = live.stroke.rule, live.stroke.locked
        if live.stroke.erase or rule not in ("protect", "empty", "take"):
            return dab
        spared = []
        for slot in self.table.within(dab.window, hidden=rule == "empty"):
            row = self.table.rows[slot]
            if row is not None and slot != live.slot and (rule != "take" or row.id in locked):
                spared.append(self._spans(row, dab.window))
        return spans.subtract(dab, spans.union(spared)) if spared else dab

    def _spans(self, row: Annotation, window: Window) -> Spans:
        return spans.within(self.bitmaps.get(row).spans(), window)

    def _sink(self, slot: int, dab: Spans) -> bool:
        """Put an object below what its stroke meets; return whether it was not."""
        row = self.table.rows[slot]
        assert row is not None
        place, window = (row.z, row.id), dab.window
        for other in self.table.within(window):
            over = self.table.rows[other]
            if other == slot or over is None or (over.z, over.id) > place:
                continue
            if spans.intersect(dab, self._spans(over, window)):
                place = (over.z - 1, row.id)
        if place[0] == row.z:
            return False
        extent = self.table.window(slot)
        self.table.put(altered(row, z=place[0]))
        self.table.extend(slot, extent)
        return True

    def end_stroke(self, stored: Annotation | None) -> list[Window]:
        """Forget the stroke that is shown, if there is one, and show the stored annotation again (None: none).

        Returns:
            The windows of the picture that may look different now.
        """
        live, self._live = self._live, None
        row = self.table.rows[live.slot] if live is not None else None
        if live is None or row is None:
            return []
        dirty = [grown(live.stroke.window)]
        if stored is None or stored.z != row.z:
            dirty.append(self.table.window(live.slot))
        if stored is not None:
            self.table.put(stored)
        else:
            self.table.remove(row.id)
            self.bitmaps.drop(row.id)
        return self._mark(dirty)

    def _mark(self, windows: list[Window], changed: bool = True) -> list[Window]:
        """Remember that these windows are out of date; return them, or the whole frame for many or for much."""
        windows = [w for w in windows if w[2] > w[0] and w[3] > w[1]]
        area = sum((r - left) * (b - t) for left, t, r, b in windows)
        if len(windows) > _MANY or area > self.width * self.height:
            windows = [(0, 0, self.width, self.height)]
        self.cells.mark(windows, changed)
        return windows

    def _update(self, cell: Cell, wanted: Window) -> None:
        """Bring a cell up to date where a window of the picture touches what is not."""
        changed, tinted = cell.due(wanted)
        if not changed and not tinted:
            return
        near = self.table.finder((*changed, *tinted))
        found = {window: near(window) for window in (*changed, *tinted)}
        if cell.blank and not any(found.values()):
            return
        cell.blank = False
        for window in changed:
            self._stack(cell, window, found[window])
        for window, slots in found.items():
            self._color(cell, window, slots)

    def _stack(self, cell: Cell, window: Window, slots: list[int]) -> None:
        step = cell.step
        out = cell.owners[cell.place(window)]
        out[...] = 0
        for slot in slots:
            part = self._part(slot, window, step)
            if part is not None:
                x, y, bitmap = (part[0] - window[0]) // step, (part[1] - window[1]) // step, part[2]
                h, w = bitmap.shape
                np.copyto(out[y : y + h, x : x + w], slot + 1, where=bitmap)

    def _part(self, slot: int, window: Window, step: int) -> Part | None:
        """Return the pixels of a slot's object inside a window as they look now, see `Region.part`."""
        row, live = self.table.rows[slot], self._live
        if row is None:
            return None
        if live is None or not _touch(window, live.stroke.window):
            return self.bitmaps.get(row).part(window, step)
        if slot == live.slot:
            return window[0], window[1], spans.bitmap(live.shape, window, step)
        part = self.bitmaps.get(row).part(window, step)
        if part is None or not live.takes(row.id):
            return part
        x, y, bitmap = part
        return x, y, live.left_of(bitmap, x, y, window, step)

    def _edges(self, slot: int, window: Window) -> tuple[np.ndarray, np.ndarray]:
        """Return (ys, xs) of a slot's border pixels inside a window, and maybe of some outside."""
        row, live = self.table.rows[slot], self._live
        if row is None:
            return NOTHING.ys, NOTHING.xs
        if live is not None and _touch(window, grown(live.stroke.window)):
            if slot == live.slot:
                return live.edges(window)
            if live.takes(row.id):
                return live.edges_left(slot, self.bitmaps.get(row).spans(), window)
        return self.bitmaps.get(row).edges(window)

    def _color(self, cell: Cell, window: Window, slots: list[int]) -> None:
        """Bring the colours of a cell's window up to date."""
        place = cell.place(window)
        out, source = cell.colors[place], cell.owners[place]
        rows = max(1, _BAND // max(out.shape[1], 1))
        for start in range(0, out.shape[0], rows):
            np.take(self.table.fill, source[start : start + rows], out=out[start : start + rows], mode="clip")
        if not slots:
            return
        edges = [self._edges(slot, window) for slot in slots]
        ys, xs = np.concatenate([y for y, _ in edges]), np.concatenate([x for _, x in edges])
        colors = np.repeat(self.table.edge[np.asarray(slots) + 1], [len(y) for y, _ in edges])
        inside = (xs >= window[0]) & (xs < window[2]) & (ys >= window[1]) & (ys < window[3])
        step = cell.step.bit_length() - 1
        out[(ys[inside] - window[1]) >> step, (xs[inside] - window[0]) >> step] = colors[inside]


def _touch(a: Window, b: Window) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _difference(a: Region, b: Region) -> list[Window]:
    """Return windows around the pixels that are in one region only, a pixel wider."""
    total = around(a.window, b.window)
    if (total[2] - total[0]) * (total[3] - total[1]) <= LARGE:
        differ = np.zeros((total[3] - total[1], total[2] - total[0]), bool)
        for region in (a, b):
            part = region.part(total)
            if part is not None:
                x, y, bitmap = part[0] - total[0], part[1] - total[1], part[2]
                differ[y : y + bitmap.shape[0], x : x + bitmap.shape[1]] ^= bitmap
        rows, columns = np.flatnonzero(differ.any(axis=1)), np.flatnonzero(differ.any(axis=0))
        if not len(rows):
            return []
        x, y = total[0], total[1]
        return [grown((x + int(columns[0]), y + int(rows[0]), x + int(columns[-1]) + 1, y + int(rows[-1]) + 1))]
    one, other = a.spans(), b.spans()
    differ = spans.union([spans.subtract(one, other), spans.subtract(other, one)])
    return [grown(w) for w in spans.tiles(differ, 2 * _TILE)]

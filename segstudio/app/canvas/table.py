"""The annotations of one picture as arrays: places, stacking, visibility and colours, for queries without a loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from segstudio.app.canvas.style import Style
from segstudio.core.annotation import Annotation
from segstudio.core.geometry import Box
from segstudio.core.spans import Window, around

# So many rows are compared in a loop faster than by arrays.
_FEW = 40


# What annotations may have besides a region: a box of their own, keypoints, a dense map.
BOX, POINTS, DENSE = 1, 2, 4


class Table:
    """One row (a slot) an annotation. Slots stay where they are; those of deleted ones are used again.

    Attributes:
        rows: The annotation of each slot, or None.
        slot_of: Slot by annotation id.
        boxes: float64 (n, 4): left, top, right, bottom of what is drawn; NaN for a slot that is free.
        visible: bool (n,).
        bears: uint8 (n,): the sum of what it has of `BOX`, `POINTS` and `DENSE`.
        fill, edge: uint32 (n + 1,): colours; entry 0 is transparent, slot s has entry s + 1.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.style = Style()
        self.clear()

    def clear(self, room: int = 16) -> None:
        """Forget all rows."""
        self.rows: list[Annotation | None] = []
        self.slot_of: dict[int, int] = {}
        self.boxes = np.zeros((room, 4))
        self.visible = np.zeros(room, bool)
        self.bears = np.zeros(room, np.uint8)
        self.fill = np.zeros(room + 1, np.uint32)
        self.edge = np.zeros(room + 1, np.uint32)
        self._keys = np.zeros((2, room), np.int64)
        self._free: list[int] = []
        self._rank: np.ndarray | None = None

    def put(self, a: Annotation) -> int:
        """Add an annotation or replace the one with its id; return its slot."""
        slot = self.slot_of.get(a.id)
        if slot is None:
            slot = self._free.pop() if self._free else len(self.rows)
            if slot == len(self.rows):
                self.rows.append(None)
            self._grow()
            self.slot_of[a.id] = slot
            self._rank = None
        elif self._keys[0, slot] != a.z:
            self._rank = None
        self.rows[slot] = a
        self._keys[:, slot] = a.z, a.id
        box = a.bounds
        self.boxes[slot] = np.nan_to_num((box.x, box.y, box.right, box.bottom), posinf=1e9, neginf=-1e9)
        boxed = a.box is not None or isinstance(a.geometry, Box)
        self.bears[slot] = BOX * boxed + POINTS * (a.keypoints is not None) + DENSE * (a.dense is not None)
        self.restyle_slot(slot)
        return slot

    def remove(self, id: int) -> None:
        """Take an annotation out, if it is there."""
        slot = self.slot_of.pop(id, None)
        if slot is not None:
            self.rows[slot] = None
            self.visible[slot] = False
            self.boxes[slot] = np.nan  # which touches nothing
            self.fill[slot + 1] = self.edge[slot + 1] = 0
            self._free.append(slot)
            self._rank = None

    def restyle_slot(self, slot: int) -> None:
        """Look up anew whether a slot is visible and in which colours."""
        a = self.rows[slot]
        if a is not None:
            self.visible[slot] = self.style.visible(a)
            self.fill[slot + 1], self.edge[slot + 1] = self.style.paints(a)

    def window(self, slot: int) -> Window:
        """Return the whole pixels of the picture that a slot can touch."""
        # One pixel more: polygons are rasterised by a rule that rounds outwards.
        left, top = np.floor(self.boxes[slot, :2]) - 1
        right, bottom = np.ceil(self.boxes[slot, 2:]) + 1
        return max(int(left), 0), max(int(top), 0), min(int(right), self.width), min(int(bottom), self.height)

    def extend(self, slot: int, window: Window) -> None:
        """Grow a slot's box so that it holds a window."""
        box = self.boxes[slot]
        if box[2] <= box[0] or box[3] <= box[1]:
            box[:] = window
        else:
            box[:2] = np.minimum(box[:2], window[:2])
            box[2:] = np.maximum(box[2:], window[2:])

    def _ranks(self) -> np.ndarray:
        """Return the place in the stack of each slot in use."""
        if self._rank is None:
            used = np.fromiter(self.slot_of.values(), np.int64, len(self.slot_of))
            self._rank = np.zeros(len(self.rows), np.int64)
            self._rank[used[np.lexsort((self._keys[1, used], self._keys[0, used]))]] = np.arange(len(used))
        return self._rank

    def within(self, window: Window, hidden: bool = False, bearing: int = 0) -> list[int]:
        """Return the visible slots (or all) whose box touches a window, the lowest in the stack first.

        Args:
            bearing: Only those that have this, see `bears`.
        """
        found = self.touching(window, hidden, bearing)
        return found[np.argsort(self._ranks()[found])].tolist()

    def touching(self, window: Window, hidden: bool = False, bearing: int = 0) -> np.ndarray:
        """Return what `within` does, as an int64 array in no order of the stack: what needs none is quicker so."""
        left, top, right, bottom = window
        n = len(self.rows)
        if bearing and not int(np.bitwise_or.reduce(self.bears[:n])) & bearing:
            return np.zeros(0, np.int64)
        b = self.boxes[:n].T
        hit = (b[0] < right + 1) & (b[2] > left - 1) & (b[1] < bottom + 1) & (b[3] > top - 1)
        if not hidden:
            hit &= self.visible[:n]
        if bearing:
            hit &= (self.bears[:n] & bearing) != 0
        return np.flatnonzero(hit)

    def finder(self, windows: Sequence[Window]) -> Callable[[Window], list[int]]:
        """Return `within` for some windows; where little is near them, it is looked for once for all."""
        if len(windows) < 3:
            return self.within
        total: Window = (0, 0, 0, 0)
        for window in windows:
            total = around(total, window)
        slots = self.within(total)
        if len(slots) > _FEW:
            return self.within
        boxes = list(zip(slots, self.boxes[slots].tolist(), strict=True))

        def near(window: Window) -> list[int]:
            x0, y0, x1, y1 = window
            return [
                s for s, (left, top, right, bottom) in boxes
                if left < x1 + 1 and right > x0 - 1 and top < y1 + 1 and bottom > y0 - 1
            ]  # fmt: skip

        return near

    def shown(self, exposed: Box | None = None, bearing: int = 0) -> list[Annotation]:
        """Return the visible annotations whose box touches a part of the picture, the lowest first; see `within`."""
        window = exposed.pixels() if exposed else (-(10**9), -(10**9), 10**9, 10**9)
        return [row for row in (self.rows[slot] for slot in self.within(window, bearing=bearing)) if row is not None]

    def fill_from(self, annotations: Iterable[Annotation]) -> None:
        """Hold these annotations and no others."""
        rows = list(annotations)
        self.clear(max(len(rows), 16))
        for a in rows:
            self.put(a)

    def _grow(self) -> None:
        room = len(self.visible)
        if len(self.rows) <= room:
            return
        self.boxes = np.concatenate([self.boxes, np.zeros((room, 4))])
        self.visible = np.concatenate([self.visible, np.zeros(room, bool)])
        self.bears = np.concatenate([self.bears, np.zeros(room, np.uint8)])
        self.fill = np.concatenate([self.fill, np.zeros(room, np.uint32)])
        self.edge = np.concatenate([self.edge, np.zeros(room, np.uint32)])
        self._keys = np.concatenate([self._keys, np.zeros((2, room), np.int64)], axis=1)

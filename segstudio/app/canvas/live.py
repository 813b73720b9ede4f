"""A brush stroke that is being drawn: what its object looks like now."""

from __future__ import annotations

import numpy as np

from segstudio.core import spans
from segstudio.core.painting import Stroke
from segstudio.core.spans import Spans, Window, grown

Places = tuple[np.ndarray, np.ndarray]


class Live:
    """The shape of a slot's object with the stroke so far, and what the others lose to it.

    Args:
        slot: Of the object that is painted on.
        stroke: What is drawn.
        shape: The object's pixels before.

    Attributes:
        shape: Its pixels now.
        drawn: What the rule has left of the stroke.
    """

    def __init__(self, slot: int, stroke: Stroke, shape: Spans) -> None:
        self.slot, self.stroke, self.shape = slot, stroke, shape
        self.drawn = spans.NOTHING
        # The tiles that a wide brush touches ask one by one: what they ask for is found for the whole dab, once.
        self._place: Window = (0, 0, 0, 0)
        self._edges: dict[int, Places] = {}
        self._known: tuple[Window, int] | None = None
        self._bitmap = np.zeros((0, 0), bool)

    def add(self, dab: Spans) -> None:
        """Take in what the rule has left of one step of the brush."""
        self.shape = spans.patched(self.shape, dab, spans.subtract if self.stroke.erase else _joined)
        self.drawn = spans.patched(self.drawn, dab, _joined)
        self._place = grown(dab.window)
        self._edges.clear()
        self._known = None

    def takes(self, id: int) -> bool:
        """Return whether the stroke takes pixels from another object."""
        return self.stroke.rule == "take" and not self.stroke.erase and id not in self.stroke.locked

    def left_of(self, bitmap: np.ndarray, x: int, y: int, window: Window, step: int) -> np.ndarray:
        """Return what a stroke that takes leaves of another object's part of a window; see `Region.part`."""
        if self._known != (window, step):
            self._known, self._bitmap = (window, step), spans.bitmap(self.drawn, window, step)
        h, w = bitmap.shape
        i, j = (y - window[1]) // step, (x - window[0]) // step
        return bitmap & ~self._bitmap[i : i + h, j : j + w]

    def edges(self, window: Window) -> Places:
        """Return (ys, xs) of the shape's border pixels inside a window."""
        return self._found(-1, self.shape, window)

    def edges_left(self, slot: int, pixels: Spans, window: Window) -> Places:
        """Return (ys, xs) of the border pixels of what a stroke that takes leaves of another object's pixels."""
        return self._found(slot, pixels, window)

    def _found(self, slot: int, pixels: Spans, window: Window) -> Places:
        left, top, right, bottom = window
        x0, y0, x1, y1 = self._place
        if left < x0 or top < y0 or right > x1 or bottom > y1:
            return self._edges_of(slot, pixels, window)
        found = self._edges.get(slot)
        if found is None:
            found = self._edges[slot] = self._edges_of(slot, pixels, self._place)
        first, last = np.searchsorted(found[0], (top, bottom))
        ys, xs = found[0][first:last], found[1][first:last]
        inside = (xs >= left) & (xs < right)
        return ys[inside], xs[inside]

    def _edges_of(self, slot: int, pixels: Spans, window: Window) -> Places:
        """Return border pixels by rows."""
        near = spans.within(pixels, grown(window))
        if slot != -1:
            near = spans.subtract(near, spans.within(self.drawn, grown(window)))
        ys, xs = spans.pixels(spans.within(spans.border(near), window))
        order = np.argsort(ys, kind="stable")
        return ys[order], xs[order]


def _joined(a: Spans, b: Spans) -> Spans:
    return spans.union([a, b])

"""A brush stroke that is being drawn: what its object looks like now."""

from __future__ import annotations

import numpy as np

from segstudio.core import spans
from segstudio.core.painting import Stroke
from segstudio.core.spans import Spans, Window, grown


class Live:
    """The shape of a slot's object with the stroke so far.

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
        self._place: Window = (0, 0, 0, 0)
        self._ys = self._xs = np.zeros(0, np.int64)

    def add(self, dab: Spans) -> None:
        """Take in what the rule has left of one step of the brush."""
        self.shape = spans.patched(self.shape, dab, spans.subtract if self.stroke.erase else _joined)
        self.drawn = spans.patched(self.drawn, dab, _joined)
        # The tiles that a wide brush touches ask for their edges one by one.
        self._place = grown(dab.window)
        self._ys, self._xs = edges_of(spans.within(self.shape, grown(self._place)), self._place)

    def takes(self, id: int) -> bool:
        """Return whether the stroke takes pixels from another object."""
        return self.stroke.rule == "take" and not self.stroke.erase and id not in self.stroke.locked

    def edges(self, window: Window) -> tuple[np.ndarray, np.ndarray]:
        """Return (ys, xs) of the shape's border pixels inside a window."""
        left, top, right, bottom = window
        x0, y0, x1, y1 = self._place
        if left < x0 or top < y0 or right > x1 or bottom > y1:
            return edges_of(spans.within(self.shape, grown(window)), window)
        first, last = np.searchsorted(self._ys, (top, bottom))
        ys, xs = self._ys[first:last], self._xs[first:last]
        inside = (xs >= left) & (xs < right)
        return ys[inside], xs[inside]


def edges_of(pixels: Spans, window: Window) -> tuple[np.ndarray, np.ndarray]:
    """Return (ys, xs), by rows, of the border pixels inside a window of pixels known in it and a pixel around."""
    ys, xs = spans.pixels(spans.within(spans.border(pixels), window))
    order = np.argsort(ys, kind="stable")
    return ys[order], xs[order]


def _joined(a: Spans, b: Spans) -> Spans:
    return spans.union([a, b])

"""Intelligent scissors: a wire along the edges follows the pointer from the last anchor."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from segstudio.app.canvas.draft import NOTHING, Dot, Draft, Line
from segstudio.app.i18n import tr
from segstudio.app.tools.assisting import APPLY, Assist, color_of, cut_out
from segstudio.app.tools.base import Event, Keys, Run, ToolContext, clamp
from segstudio.assist import scissors
from segstudio.core.geometry import Box, Polygons, ring_area

# In screen pixels: how near a click must come to the first anchor.
CLOSE = 9.0
# So many wires are kept.
KEPT = 4
DRAWING: Keys = frozenset(("Enter", "Backspace", "Esc"))


@dataclass
class _Leg:
    """The way from one anchor to the next; its wire comes from a thread, its end perhaps before that."""

    start: tuple[float, float]
    wire: scissors.Wire | None = None
    end: tuple[float, float] | None = None
    straight: bool = False
    done: np.ndarray | None = None

    def ahead(self, to: tuple[float, float], straight: bool) -> np.ndarray:
        """Return the way to a place."""
        return np.array([self.start, to]) if straight or self.wire is None else self.wire.to(*to)

    def settle(self) -> None:
        """Fix the way, once both its end and its wire are known."""
        if self.done is None and self.end is not None and (self.straight or self.wire is not None):
            self.done = self.ahead(self.end, self.straight)


@dataclass
class _Outline:
    """What is being drawn."""

    legs: list[_Leg] = field(default_factory=list)
    pointer: tuple[float, float] = (0.0, 0.0)
    straight: bool = False
    near: bool = False
    closed: bool = False
    applied: bool = False

    def ways(self) -> list[np.ndarray]:
        """Return the legs so far; one that waits for its wire is straight until then."""
        return [leg.ahead(leg.end, True) if leg.done is None else leg.done for leg in self.legs if leg.end is not None]


class Scissors(Assist):
    """Draws an outline along the picture's edges."""

    name = "scissors"
    label = "Scissors"
    hint = (
        "Click along an edge · Shift: straight · Enter, double click or the first anchor closes · Backspace takes back"
    )
    options = (APPLY,)

    def run(self, context: ToolContext) -> Run:
        outline = _Outline()
        while True:
            event = yield DRAWING if outline.legs else frozenset()
            if event.kind == "press" and event.button == "left":
                if outline.legs or self.ready(context, self.value("apply")):
                    self._press(context, outline, event)
            elif event.kind == "key" and event.key == "Esc":
                outline.legs.clear()
            elif event.kind == "key" and event.key == "Backspace" and outline.legs:
                self._back(context, outline)
            elif event.kind == "key" and event.key == "Enter" and len(outline.legs) > 2:
                self._close(context, outline)
            elif event.kind in ("move", "release"):
                self._point(context, outline, event)
            if outline.closed:
                # The last wires may still be on their way; they hold the old outline.
                outline = _Outline()
            elif event.kind in ("press", "move", "key"):
                self._show(context, outline)

    def _point(self, context: ToolContext, outline: _Outline, event: Event) -> None:
        outline.pointer, outline.straight = clamp(event, context.size), event.shift
        first = outline.legs[0].start if len(outline.legs) > 2 else None
        outline.near = first is not None and _distance(first, event) <= CLOSE

    def _press(self, context: ToolContext, outline: _Outline, event: Event) -> None:
        self._point(context, outline, event)
        place = outline.pointer
        if outline.legs:
            if outline.near or (event.double and len(outline.legs) > 2):
                self._close(context, outline, straight=event.shift)
                return
            leg = outline.legs[-1]
            if event.double or leg.start == place:
                return
            leg.end, leg.straight = place, event.shift
            leg.settle()
        outline.legs.append(_Leg(place))
        self._wire(context, outline, outline.legs[-1])
        # A wire's map takes some 10 MB; the last few are kept for Backspace.
        for old in outline.legs[:-KEPT]:
            if old.done is not None:
                old.wire = None

    def _wire(self, context: ToolContext, outline: _Outline, leg: _Leg) -> None:
        """Build a leg's wire in a thread."""
        x, y = leg.start
        read, area = cut_out(context, context.shown_box().union(Box(x - 8, y - 8, 16, 16)), leg.start)

        def then(wire: scissors.Wire) -> None:
            leg.wire = wire
            leg.settle()
            if outline.closed:
                self._finish(context, outline)
            elif leg in outline.legs:
                self._show(context, outline)

        context.work(lambda: scissors.Wire(read(), leg.start, int(area.x), int(area.y)), then)

    def _back(self, context: ToolContext, outline: _Outline) -> None:
        outline.legs.pop()
        if outline.legs:
            last = outline.legs[-1]
            dropped = last.wire is None and last.done is not None
            last.end, last.straight, last.done = None, False, None
            if dropped:
                self._wire(context, outline, last)

    def _close(self, context: ToolContext, outline: _Outline, straight: bool = False) -> None:
        last = outline.legs[-1]
        last.end, last.straight = outline.legs[0].start, straight
        last.settle()
        outline.closed = True
        context.preview(NOTHING)
        self._finish(context, outline)

    def _finish(self, context: ToolContext, outline: _Outline) -> None:
        """Apply a closed outline, once all its wires are there."""
        if outline.applied or any(leg.done is None for leg in outline.legs):
            return
        outline.applied = True
        ring = scissors.ring(outline.ways())
        if ring and ring_area(ring) > 0:
            self.apply(context, Polygons((ring,)), self.value("apply"))
        else:
            context.say(tr("This outline encloses nothing."))

    def _show(self, context: ToolContext, outline: _Outline) -> None:
        if not outline.legs:
            context.preview(NOTHING)
            return
        last = outline.legs[-1]
        to = outline.legs[0].start if outline.near else outline.pointer
        color = color_of(context, self.value("apply"))
        done = outline.ways()
        lines = [Line(tuple(map(tuple, np.concatenate(done).tolist())), color, width=2.0)] if done else []
        ahead = last.ahead(to, outline.straight).tolist()
        waits = last.wire is None and not outline.straight
        lines.append(Line(tuple(map(tuple, ahead)), (255, 255, 255), dashed=waits))
        dots = tuple(Dot(*leg.start) for leg in outline.legs[1:])
        first = outline.legs[0].start
        context.preview(Draft(lines=tuple(lines), dots=dots, vertices=(first,), closing=outline.near))


def _distance(place: tuple[float, float], event: Event) -> float:
    return math.hypot(place[0] - event.x, place[1] - event.y) * event.zoom

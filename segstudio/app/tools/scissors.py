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
DRAWING: Keys = frozenset(("Enter", "Backspace", "Esc"))


@dataclass
class _Leg:
    """The way from one anchor to the next; its wire comes from a thread, its end perhaps before that."""

    start: tuple[float, float]
    wire: scissors.Wire | None = None
    end: tuple[float, float] | None = None
    straight: bool = False

    def way(self, to: tuple[float, float], straight: bool = False) -> np.ndarray:
        if straight or self.wire is None:
            return np.array([self.start, to])
        return self.wire.to(*to)

    @property
    def settled(self) -> bool:
        return self.straight or self.wire is not None


@dataclass
class _Outline:
    """What is being drawn."""

    legs: list[_Leg] = field(default_factory=list)
    pointer: tuple[float, float] = (0.0, 0.0)
    straight: bool = False
    near: bool = False
    closed: bool = False

    def ways(self) -> list[np.ndarray]:
        return [leg.way(leg.end, leg.straight) for leg in self.legs if leg.end is not None]


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
                self._back(outline)
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
        self._begin(context, outline, place)

    def _begin(self, context: ToolContext, outline: _Outline, place: tuple[float, float]) -> None:
        """Begin a leg at a place, and build its wire in a thread."""
        leg = _Leg(place)
        outline.legs.append(leg)
        shown = context.shown_box().union(Box(place[0] - 8, place[1] - 8, 16, 16))
        read, area = cut_out(context, shown, place)

        def then(wire: scissors.Wire) -> None:
            leg.wire = wire
            if outline.closed:
                self._finish(context, outline)
            elif leg in outline.legs:
                self._show(context, outline)

        context.work(lambda: scissors.Wire(read(), place, int(area.x), int(area.y)), then)

    def _back(self, outline: _Outline) -> None:
        outline.legs.pop()
        if outline.legs:
            last = outline.legs[-1]
            last.end, last.straight = None, False

    def _close(self, context: ToolContext, outline: _Outline, straight: bool = False) -> None:
        last = outline.legs[-1]
        last.end, last.straight = outline.legs[0].start, straight
        outline.closed = True
        context.preview(NOTHING)
        self._finish(context, outline)

    def _finish(self, context: ToolContext, outline: _Outline) -> None:
        """Apply a closed outline, once all its wires are there."""
        if not all(leg.settled for leg in outline.legs):
            return
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
        ahead = last.way(to, outline.straight).tolist()
        waits = last.wire is None and not outline.straight
        lines.append(Line(tuple(map(tuple, ahead)), (255, 255, 255), dashed=waits))
        dots = tuple(Dot(*leg.start) for leg in outline.legs[1:])
        first = outline.legs[0].start
        context.preview(Draft(lines=tuple(lines), dots=dots, vertices=(first,), closing=outline.near))


def _distance(place: tuple[float, float], event: Event) -> float:
    return math.hypot(place[0] - event.x, place[1] - event.y) * event.zoom

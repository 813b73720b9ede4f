"""Drawing a polygon by clicks, or by hand."""

from __future__ import annotations

import math
from collections.abc import Generator

from segstudio.app.canvas.draft import NOTHING, Draft, Point
from segstudio.app.tools.base import Event, Keys, Run, Tool, ToolContext, clamp, top_z
from segstudio.core import edits
from segstudio.core.annotation import Annotation
from segstudio.core.geometry import Polygons, ring_area

# In screen pixels: how near a click must come to the first vertex, and how far apart freehand points are.
CLOSE = 9.0
APART = 5.0
DRAWING: Keys = frozenset(("Enter", "Backspace", "Esc"))


class Polygon(Tool):
    """Each click is a vertex; a drag draws freehand."""

    name = "polygon"
    hint = (
        "Click vertices, or drag freehand · double click, Enter or the first vertex closes · Backspace takes one back"
    )

    def run(self, context: ToolContext) -> Run:
        while True:
            event = yield frozenset()
            if event.kind != "press" or event.button != "left" or not context.size[0]:
                continue
            if context.category is None:
                context.say("Add a class first: a new object needs one.")
                continue
            try:
                points = yield from _draw(context, event)
            finally:
                context.preview(NOTHING)
            _finish(context, points)


def _draw(context: ToolContext, press: Event) -> Generator[Keys, Event, list[Point]]:
    """Collect vertices; return none if the drawing was cancelled."""
    points, last = [clamp(press, context.size)], press
    while True:
        closing = len(points) > 2 and _near(points[0], last, CLOSE)
        pointer = points[0] if closing else clamp(last, context.size)
        # Freehand points would hide the line under dots.
        dots = points if len(points) < 200 else points[:1]
        context.preview(Draft(line=(*points, pointer), vertices=tuple(dots), closing=closing))
        event = yield DRAWING
        if event.kind == "key":
            if event.key == "Esc":
                return []
            if event.key == "Enter":
                return points
            points.pop()
            if not points:
                return []
        elif event.kind == "press" and event.button == "left":
            closes = len(points) > 2 and _near(points[0], event, CLOSE)
            if closes or event.double:
                return points
            points.append(clamp(event, context.size))
        elif event.kind == "move" and event.button == "left" and not _near(points[-1], event, APART):
            points.append(clamp(event, context.size))
        if event.kind in ("press", "move"):
            last = event


def _near(point: Point, event: Event, reach: float) -> bool:
    return math.hypot(point[0] - event.x, point[1] - event.y) * event.zoom <= reach


def _finish(context: ToolContext, points: list[Point]) -> None:
    distinct = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
    ring = tuple(v for p in distinct for v in p)
    category = context.category
    if not points or category is None:
        return
    if len(distinct) < 3 or ring_area(ring) == 0:
        context.say("A polygon needs three vertices that are not on one line.")
        return
    media, frame = context.place
    new = Annotation(context.new_id(), media, category.id, frame, Polygons((ring,)), z=top_z(context))
    if context.commit(edits.add([new], "Draw polygon")):
        context.set_selection([new.id])

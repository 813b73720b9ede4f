"""What the assist tools share: where a result goes, and strokes."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from typing import cast

import numpy as np

from segstudio.app.canvas.draft import Line
from segstudio.app.i18n import tr
from segstudio.app.tools.base import Event, Keys, Tool, ToolContext, clamp, top_z
from segstudio.app.tools.options import Option
from segstudio.assist.crops import Stroke
from segstudio.core import assist_edits, colors, edits, masks
from segstudio.core.annotation import Annotation
from segstudio.core.colors import RGB
from segstudio.core.geometry import Box, Polygons
from segstudio.core.masks import Mask

NEW, ADD, TAKE, REPLACE = "new", "add", "take", "replace"
APPLY = Option(
    "apply",
    "Result",
    "choice",
    NEW,
    choices=(
        (NEW, "New object"),
        (ADD, "Add to selected"),
        (TAKE, "Take from selected"),
        (REPLACE, "Replace selected"),
    ),
    tip="Where the pixels go that the tool finds.",
)
# The largest part of a picture that is looked at; a picture of more pixels may be one that is never held whole.
LARGEST = 67_108_864
# Screen pixels of a stroke that says what is object and what is not.
STROKE = 6.0
LEFT_COLOR: RGB = (47, 191, 113)
RIGHT_COLOR: RGB = (238, 90, 82)


class Assist(Tool):
    """A tool that finds pixels for a new object or the selected one."""

    # As the history shows it.
    label = ""

    def ready(self, context: ToolContext, apply: str) -> bool:
        """Return whether there is something to apply a result to; say what is missing where not."""
        if not context.size[0]:
            return False
        if apply == NEW:
            if context.category is None:
                context.say(tr("Add a class first: a new object needs one."))
            return context.category is not None
        if selected(context) is None:
            context.say(tr("Select a single object first."))
            return False
        return True

    def apply(self, context: ToolContext, shape: Mask | Polygons, apply: str) -> bool:
        """Give found pixels to a new object or to the selected one, as one step; return whether anything changed."""
        if not self.ready(context, apply):
            return False
        found = masks.from_polygons(shape, *context.size) if isinstance(shape, Polygons) else shape
        if not found.counts:
            context.say(tr("Nothing was found here."))
            return False
        target = selected(context)
        if apply == NEW or target is None:
            return add_objects(context, [shape], self.label)
        return context.commit(assist_edits.give(target, shape, context.size, cast(assist_edits.How, apply), self.label))


def selected(context: ToolContext) -> Annotation | None:
    """Return the selected object, None unless exactly one that shows is selected."""
    rows = [a for id in context.selection if (a := context.annotations.get(id)) and context.visible(a)]
    return rows[0] if len(rows) == 1 else None


def add_objects(context: ToolContext, shapes: list[Mask | Polygons], label: str) -> bool:
    """Add objects of the current class on top of all and select them, as one step."""
    category = context.category
    if category is None or not shapes:
        return False
    media, frame = context.place
    first, z = context.new_ids(len(shapes)), top_z(context)
    made = [Annotation(first + i, media, category.id, frame, shape, z=z) for i, shape in enumerate(shapes)]
    if not context.commit(edits.add(made, label)):
        return False
    context.set_selection([a.id for a in made])
    return True


def color_of(context: ToolContext, apply: str) -> RGB:
    """Return the colour that a result is shown in."""
    if apply == TAKE:
        return RIGHT_COLOR
    target = None if apply == NEW else selected(context)
    return colors.class_color(context.category if target is None else context.category_of(target))


def cut_out(
    context: ToolContext, box: Box, about: tuple[float, float] | None = None
) -> tuple[Callable[[], np.ndarray], Box]:
    """Return what reads a part of the picture, for a thread to call, and its whole pixels inside the picture.

    Of a part of more than `LARGEST` pixels only so much is taken about a place, by default its middle.
    """
    left, top, right, bottom = box.clipped(*context.size).pixels()
    area = Box(float(left), float(top), float(right - left), float(bottom - top))
    if area.area > LARGEST:
        by = math.sqrt(LARGEST / area.area)
        w, h = math.floor(area.w * by), math.floor(area.h * by)
        x, y = about or (area.x + area.w / 2, area.y + area.h / 2)
        x = min(max(math.floor(x - w / 2), left), right - w)
        y = min(max(math.floor(y - h / 2), top), bottom - h)
        area = Box(float(x), float(y), float(w), float(h))
    return lambda: context.pixels(area), area


def stroke_line(stroke: Stroke, color: RGB, zoom: float) -> Line:
    """Return how a stroke shows."""
    # A dot is a line too short to be seen as one.
    (x, y), *more = stroke.points
    return Line(((x, y), *(more or [(x + 0.01, y)])), color, width=max(stroke.width * zoom, 2.0))


def drawn(
    context: ToolContext, press: Event, label: int, show: Callable[[Stroke], object]
) -> Generator[Keys, Event, Stroke | None]:
    """Follow a stroke from its press to its release.

    Args:
        label: What the stroke says.
        show: Called with the stroke so far, to draw it.

    Returns:
        The stroke, None if Esc took it back.
    """
    points = [clamp(press, context.size)]
    width = STROKE / press.zoom
    while True:
        show(Stroke(tuple(points), label, width))
        event = yield frozenset(("Esc",))
        if event.kind == "key" and event.key == "Esc":
            return None
        if event.kind in ("move", "release"):
            place = clamp(event, context.size)
            if place != points[-1]:
                points.append(place)
        if event.kind == "release":
            return Stroke(tuple(points), label, width)

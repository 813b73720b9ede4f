"""Cutting objects in two along a line."""

from __future__ import annotations

from segstudio.app.canvas.draft import NOTHING
from segstudio.app.tools.base import Run, Tool, ToolContext
from segstudio.app.tools.outline import Outline
from segstudio.core import boolean_edits
from segstudio.core.errors import SegstudioError


class Cut(Tool):
    """A line across an object makes two of it."""

    name = "cut"
    hint = (
        "Click a line across the object, from outside to outside, or drag it freehand · double click or Enter cuts · "
        "Backspace takes a point back · Esc leaves off · with nothing selected it cuts all that it crosses"
    )

    def run(self, context: ToolContext) -> Run:
        while True:
            event = yield frozenset()
            if event.kind != "press" or event.button != "left" or not context.size[0]:
                continue
            outline = Outline(context, None, closed=False)
            try:
                points = yield from outline.draw(event)
            finally:
                context.preview(NOTHING)
            if len(points) > 1:
                self._cut(context, points)

    def _cut(self, context: ToolContext, points: list[tuple[float, float]]) -> None:
        chosen, locked = context.selection, context.locked
        rows = [a for a in context.annotations.values() if context.visible(a) and a.id not in locked]
        rows = [a for a in rows if not chosen or a.id in chosen]
        try:
            change = boolean_edits.cut(rows, points, context.size, context.new_ids)
        except SegstudioError as error:
            context.say(f"{error.message} {error.remedy or ''}".strip())
            return
        if context.commit(change):
            context.set_selection(c.id for c in change.changes)

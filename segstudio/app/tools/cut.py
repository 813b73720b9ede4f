"""Cutting objects in two along a line."""

from __future__ import annotations

from collections.abc import Generator

from segstudio.app.canvas.draft import NOTHING, Point
from segstudio.app.tools.base import Event, Keys, Run, Tool, ToolContext, clamp
from segstudio.app.tools.outline import Outline
from segstudio.core import boolean_edits
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import SegstudioError

# Of more objects than this the cut does not show before it is made.
MOST_SHOWN = 300


class Cut(Tool):
    """A line across an object makes two of it."""

    name = "cut"
    hint = (
        "Click or drag a line across the object · Enter or double click cuts · Backspace takes a point back · "
        "Esc cancels · nothing selected: cuts all it crosses"
    )

    def run(self, context: ToolContext) -> Run:
        while True:
            event = yield frozenset()
            if event.kind != "press" or event.button != "left" or not context.size[0]:
                continue
            try:
                points = yield from self._line(context, event)
            finally:
                context.show(())
                context.preview(NOTHING)
            if len(points) > 1:
                self._cut(context, points)

    def _line(self, context: ToolContext, press: Event) -> Generator[Keys, Event, list[Point]]:
        """Follow the line, and show what it would cut."""
        outline = Outline(context, None, closed=False)
        drawing = outline.draw(press)
        try:
            keys = next(drawing)
            while True:
                event = yield keys
                try:
                    keys = drawing.send(event)
                except StopIteration as done:
                    # A cut that is still being computed shows no more.
                    context.work(lambda: None, lambda _: None, "cut")
                    return done.value
                if event.kind in ("press", "move", "key"):
                    ahead = [clamp(event, context.size)] if event.kind == "move" else []
                    self._show(context, [*outline.points, *ahead])
        finally:
            drawing.close()

    def _show(self, context: ToolContext, points: list[Point]) -> None:
        rows, size = self._rows(context), context.size
        if len(points) < 2 or len(rows) > MOST_SHOWN:
            context.show(())
            return

        def compute() -> ChangeSet:
            try:
                return boolean_edits.cut(rows, points, size, _unreal)
            except SegstudioError:
                return ChangeSet(())

        def then(change: ChangeSet) -> None:
            context.show(c.after for c in change.changes if isinstance(c.after, Annotation))

        context.work(compute, then, "cut")

    def _rows(self, context: ToolContext) -> list[Annotation]:
        chosen, locked = context.selection, context.locked
        rows = (a for a in context.annotations.values() if context.visible(a) and a.id not in locked)
        return [a for a in rows if not chosen or a.id in chosen]

    def _cut(self, context: ToolContext, points: list[Point]) -> None:
        try:
            change = boolean_edits.cut(self._rows(context), points, context.size, context.new_ids)
        except SegstudioError as error:
            context.say(f"{error.message} {error.remedy or ''}".strip())
            return
        if context.commit(change):
            context.set_selection(c.id for c in change.changes)


def _unreal(count: int) -> int:
    """Return ids for what is only shown."""
    return -count

"""Dragging a box."""

from __future__ import annotations

from segstudio.app.canvas.draft import NOTHING, Draft
from segstudio.app.i18n import tr
from segstudio.app.tools.base import Run, Tool, ToolContext, clamp, dragged, top_z
from segstudio.core import edits
from segstudio.core.annotation import Annotation
from segstudio.core.geometry import Box

# A drag of fewer screen pixels than this is a click.
LEAST = 3.0


class BoxTool(Tool):
    """Draws a box."""

    name = "box"
    hint = "Drag a box · Esc cancels"

    def run(self, context: ToolContext) -> Run:
        while True:
            event = yield frozenset()
            if event.kind != "press" or event.button != "left" or not context.size[0]:
                continue
            start = clamp(event, context.size)
            try:
                while event.kind != "release":
                    event = yield frozenset(("Esc",))
                    if event.kind == "key" and event.key == "Esc":
                        break
                    if event.kind == "move":
                        context.preview(Draft(box=dragged(start, clamp(event, context.size))))
            finally:
                context.preview(NOTHING)
            box = dragged(start, clamp(event, context.size))
            if event.kind == "release" and min(box.w, box.h) * event.zoom >= LEAST:
                self._done(context, box)

    def _done(self, context: ToolContext, box: Box) -> None:
        if context.category is None:
            context.say(tr("Add a class first: a new object needs one."))
            return
        media, frame = context.place
        new = Annotation(context.new_id(), media, context.category.id, frame, box, z=top_z(context))
        if context.commit(edits.add([new], "Draw box")):
            context.set_selection([new.id])

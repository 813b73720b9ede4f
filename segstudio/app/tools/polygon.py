"""Drawing a polygon by clicks or by hand: an object, a further part of one, or a hole in it."""

from __future__ import annotations

from segstudio.app.canvas.draft import NOTHING, Point
from segstudio.app.i18n import tr
from segstudio.app.tools.base import Run, Tool, ToolContext, top_z
from segstudio.app.tools.options import Option
from segstudio.app.tools.outline import Magnet, Outline, mark
from segstudio.core import edits, shape_edits
from segstudio.core.annotation import Annotation
from segstudio.core.errors import SegstudioError
from segstudio.core.geometry import Polygons, Ring, ring_area

MODES = ("new", "part", "hole")


class Polygon(Tool):
    """Each click is a vertex; a drag draws freehand."""

    name = "polygon"
    hint = (
        "Click vertices or drag freehand · Enter or double click closes · Backspace takes one back · Shift: part, "
        "Alt: hole, X: which · F: the other way along a border · Ctrl: no snap"
    )
    options = (
        Option(
            "mode", "Draws", "choice", "new",
            choices=(("new", "a new object"), ("part", "a part of the selected"), ("hole", "a hole in the selected")),
            tip="Shift or Alt at the first click: a part or a hole, for this once.",
        ),
        Option("snap", "Snap", "flag", True, tip="The pointer snaps to other borders and to the picture's edges."),
        Option("follow", "Follow borders", "flag", True, tip="Two places on one border are joined along it."),
    )  # fmt: skip

    def run(self, context: ToolContext) -> Run:
        magnet, marked = Magnet(context), False
        while True:
            event = yield frozenset("X")
            if event.kind == "key":
                self.set_value("mode", MODES[(MODES.index(self.value("mode")) + 1) % len(MODES)])
                continue
            if event.kind in ("move", "leave"):
                spot = magnet.spot(event) if self.value("snap") and context.size[0] else None
                if spot is not None or marked:
                    context.preview(mark(spot))
                marked = spot is not None
            if event.kind != "press" or event.button != "left" or not context.size[0]:
                continue
            mode = "part" if event.shift else "hole" if event.alt else self.value("mode")
            if not _ready(context, mode):
                continue
            outline = Outline(context, magnet if self.value("snap") else None, follows=self.value("follow"))
            try:
                points = yield from outline.draw(event)
            finally:
                context.preview(NOTHING)
            _finish(context, mode, points)


def _target(context: ToolContext) -> Annotation | None:
    """Return the selected object if it is only one."""
    if len(context.selection) != 1:
        return None
    a = context.annotations.get(next(iter(context.selection)))
    return a if a is not None and context.visible(a) else None


def _ready(context: ToolContext, mode: str) -> bool:
    """Return whether what is drawn can come to be; else say what is missing."""
    if mode == "new" and context.category is None:
        context.say(tr("Add a class first: a new object needs one."))
        return False
    if mode != "new" and _target(context) is None:
        context.say(tr("Select the object that this belongs to first."))
        return False
    return True


def _finish(context: ToolContext, mode: str, points: list[Point]) -> None:
    distinct = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
    ring: Ring = tuple(v for p in distinct for v in p)
    if not points:
        return
    if len(distinct) < 3 or ring_area(ring) == 0:
        context.say(tr("A polygon needs three vertices that are not on one line."))
        return
    if mode == "new":
        _add(context, ring)
        return
    a = _target(context)
    if a is not None:
        try:
            context.commit(shape_edits.add_ring(a, ring, context.size, hole=mode == "hole"))
        except SegstudioError as error:
            context.say(f"{error.message} {error.remedy or ''}".strip())


def _add(context: ToolContext, ring: Ring) -> None:
    category = context.category
    if category is None:
        return
    media, frame = context.place
    new = Annotation(context.new_id(), media, category.id, frame, Polygons((ring,)), z=top_z(context))
    if context.commit(edits.add([new], "Draw polygon")):
        context.set_selection([new.id])

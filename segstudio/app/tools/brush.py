"""Brush and eraser: one stroke, one change."""

from __future__ import annotations

from collections.abc import Generator

from msgspec.structs import replace

from segstudio.app.canvas.draft import NOTHING, Draft
from segstudio.app.i18n import tr
from segstudio.app.tools.base import Event, Keys, Run, ToolContext, top_z
from segstudio.app.tools.dabs import LARGEST, SMALLEST, Tip, sweep, tip
from segstudio.app.tools.options import Option
from segstudio.app.tools.sized import SizedTool
from segstudio.core import masks, painting, spans
from segstudio.core.annotation import Annotation
from segstudio.core.geometry import Box
from segstudio.core.painting import Stroke

SIZE = Option("size", "Size", "int", 40, SMALLEST, LARGEST, unit="px", log=True, tip="[ and ], or Alt and the wheel")
SHAPE = Option("shape", "Shape", "choice", "round", choices=(("round", "Round"), ("square", "Square")))
PRESSURE = Option(
    "pressure", "Pressure", "flag", True, tip="The harder a pen is pressed, the wider the stroke, up to the size"
)
RULE = Option(
    "rule",
    "Over others",
    "choice",
    "keep",
    choices=(
        ("keep", "Overlap"),
        ("protect", "Protect others"),
        ("under", "Paint under"),
        ("take", "Take from others"),
        ("empty", "Only empty"),
    ),
    tip="What happens where the stroke meets other objects",
)


class Brush(SizedTool):
    """Paints on the selected object, or starts a new one."""

    name = "brush"
    hint = (
        "Paint on the selected object or begin a new one · Right button or Alt erases · Shift: straight line · [ ] size"
    )
    presses = frozenset(("left", "right"))
    erases = False
    options = (SIZE, SHAPE, RULE, PRESSURE)

    @property
    def size(self) -> int:
        """The diameter in picture pixels."""
        return self.value("size")

    def run(self, context: ToolContext) -> Run:
        # Where the brush was lifted last: a straight line goes on from there.
        self._end: Tip | None = None
        return super().run(context)

    def _erasing(self, event: Event) -> bool:
        """Return whether what is done now takes pixels away: a pen's other end always does."""
        return event.eraser or self.erases != (event.alt or event.ctrl or event.button == "right")

    def _tip(self, event: Event) -> Tip:
        pressure = event.pressure if self.value("pressure") else 1.0
        return tip(event.x, event.y, max(round(self.size * pressure), SMALLEST))

    def _preview(self, context: ToolContext, event: Event, erase: bool | None = None) -> None:
        if event.kind in ("move", "press", "release"):
            held = bool(event.button) and event.kind != "release"
            size = float(self._tip(event).size if held else self.size)
            erase = self._erasing(event) if erase is None else erase
            context.preview(Draft(brush=(event.x, event.y, size), square=self.value("shape") == "square", erases=erase))
        elif event.kind == "leave":
            context.preview(NOTHING)

    def _target(self, context: ToolContext, erase: bool) -> Annotation | None:
        """Return the object to paint on: the selected one, else (to erase) none, else a new one."""
        chosen = [a for id in context.selection if (a := context.annotations.get(id)) and context.visible(a)]
        if len(chosen) == 1:
            a = chosen[0]
            if not isinstance(a.geometry, Box):
                return a
            if erase and painting.begins_empty(a):
                context.say(tr("This object has a box and a pose, and no pixels to take away yet."))
                return None
            # A box has no pixels on the screen; its stroke begins with the pixels that the edit will give it.
            return replace(a, geometry=masks.EMPTY if painting.begins_empty(a) else a.mask(*context.size))
        if chosen:
            context.say(tr("Select a single object to paint on."))
            return None
        if erase:
            context.say(tr("Select the object to erase from."))
            return None
        if context.category is None:
            context.say(tr("Add a class first: a new object needs one."))
            return None
        media, frame = context.place
        return Annotation(context.new_id(), media, context.category.id, frame, masks.EMPTY, z=top_z(context))

    def _stroke(self, context: ToolContext, press: Event) -> Generator[Keys, Event, Event]:
        """Follow one stroke; return the last place of the pointer."""
        erase = self._erasing(press)
        target = self._target(context, erase)
        if target is None:
            return press
        stroke = Stroke("keep" if self.erases else self.value("rule"), erase, context.locked)
        # With Shift the stroke begins where the last one ended.
        last = self._end if press.shift else None
        event = seen = press
        try:
            while True:
                if event.kind in ("press", "move", "release"):
                    seen = event
                    # A pen that is lifted presses no more: what it drew stays as wide as it was.
                    here = self._tip(event) if event.pressure or last is None else last
                    self._dab(context, target, stroke, last, here)
                    last = here
                self._preview(context, event, erase)
                if event.kind == "release":
                    break
                event = yield frozenset(("Esc",))
                if event.kind == "key" and event.key == "Esc":
                    return seen
            self._finish(context, target, stroke)
        finally:
            context.end_stroke()
        self._end = last
        return seen

    def _dab(self, context: ToolContext, target: Annotation, stroke: Stroke, last: Tip | None, here: Tip) -> None:
        if last == here:
            return
        shape = self.value("shape")
        dab = sweep(last or here, here, context.size, shape)
        if last is not None and stroke.count:
            dab = spans.subtract(dab, sweep(last, last, context.size, shape))
        if dab:
            stroke.add(dab)
            context.stroke(target, stroke, dab)

    def _finish(self, context: ToolContext, target: Annotation, stroke: Stroke) -> None:
        drawn = masks.from_spans(stroke.pixels)
        if not drawn.counts:
            return
        stored = context.annotations.get(target.id)
        if stroke.erase:
            if stored is not None:
                context.commit(painting.erase(stored, drawn, context.size))
            return
        others = [a for a in context.annotations.values() if a.id != target.id]
        change = painting.paint(
            stored or target,
            drawn,
            context.size,
            stroke.rule,
            shown=[a for a in others if context.visible(a)],
            hidden=[a for a in others if not context.visible(a)],
            locked=stroke.locked,
            new=stored is None,
        )
        if context.commit(change) and stored is None:
            context.set_selection([target.id])


class Eraser(Brush):
    """Takes pixels away from the selected object."""

    name = "eraser"
    hint = "Erase from the selected object · Right button or Alt paints · Shift: straight line · [ ] size · Esc cancels"
    erases = True
    options = (SIZE, SHAPE, PRESSURE)

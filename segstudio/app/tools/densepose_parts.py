"""Painting the 14 coarse parts of a dense pose."""

from __future__ import annotations

from collections.abc import Generator

from segstudio.app.canvas.draft import NOTHING, Draft
from segstudio.app.densepose_state import part_color
from segstudio.app.i18n import tr
from segstudio.app.tools.base import Event, Keys, Run, Tool, ToolContext
from segstudio.app.tools.dabs import LARGEST, SMALLEST, sweep, tip
from segstudio.app.tools.options import Button, Option
from segstudio.core import densepose_edits as edits
from segstudio.core import masks
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.densepose import COARSE
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask
from segstudio.core.painting import Stroke

_ERASED = (20, 20, 20)
_KEYS: Keys = frozenset("[],.F")


class DenseParts(Tool):
    """Paints a coarse part on the selected object; a cell has one part, the last that was painted."""

    name = "dense_parts"
    mode = "densepose"
    cursor = "none"
    hint = (
        "Paint a body part on the selected person · , . other part · right click takes the part there · [ ] size · "
        "Alt or Ctrl erases · F fills what is left · Esc cancels"
    )
    options = (
        Option("part", "Part", "choice", "1", choices=tuple((str(i), name) for i, name in enumerate(COARSE, 1))),
        Option("size", "Size", "int", 24, SMALLEST, LARGEST, unit="px", log=True),
        Option("inside", "Stay inside", "flag", True, tip="Paint only on pixels of the object's own shape"),
    )
    buttons = (Button("Fill What Is Left", "F", "paint-bucket"),)

    @property
    def part(self) -> int:
        """The part that is painted, 1 to 14."""
        return int(self.value("part"))

    def run(self, context: ToolContext) -> Run:
        last = Event("leave")
        context.dense.set(part=self.part)
        while True:
            self._preview(context, last, ())
            event = yield _KEYS
            if event.kind == "option":
                context.dense.set(part=self.part)
            elif event.kind == "key":
                self._key(context, event)
            elif event.kind == "press" and event.button == "right":
                self._take(context, event)
            elif event.kind == "press" and event.button == "left" and context.size[0]:
                last = yield from self._stroke(context, event)
            elif event.kind in ("move", "release", "leave"):
                last = event

    def _choose(self, context: ToolContext, part: int) -> None:
        self.set_value("part", str(part))
        context.dense.set(part=part)

    def _key(self, context: ToolContext, event: Event) -> None:
        size = self.value("size")
        match event.key:
            case "[" | "]":
                step = max(1, size // 8)
                self.set_value("size", size + step if event.key == "]" else size - step)
            case "," | ".":
                self._choose(context, (self.part - 1 + (1 if event.key == "." else -1)) % len(COARSE) + 1)
            case "F":
                a = self._target(context)
                if a is not None:
                    self._fill(context, a)

    def _take(self, context: ToolContext, event: Event) -> None:
        """Choose the part that is painted under the pointer."""
        a = self._target(context)
        part = a.dense.part_at(event.x, event.y) if a is not None and a.dense is not None else 0
        if part:
            self._choose(context, part)

    def _preview(self, context: ToolContext, event: Event, regions: tuple) -> None:
        if event.kind == "leave":
            context.preview(NOTHING)
            return
        size = float(self.value("size"))
        context.preview(Draft(brush=(event.x, event.y, size), erases=event.alt or event.ctrl, regions=regions))

    def _target(self, context: ToolContext) -> Annotation | None:
        chosen = [a for id in context.selection if (a := context.annotations.get(id)) and context.visible(a)]
        if len(chosen) == 1:
            return chosen[0]
        context.say(tr("Select one person to paint on."))
        return None

    def _outline(self, context: ToolContext, a: Annotation) -> Mask | None:
        """Return where painting is allowed; None for everywhere."""
        drawn = a.geometry is not None and not isinstance(a.geometry, Box)
        return a.mask(*context.size) if drawn and self.value("inside") else None

    def _stroke(self, context: ToolContext, press: Event) -> Generator[Keys, Event, Event]:
        """Follow one stroke; return the last place of the pointer."""
        a = self._target(context)
        if a is None:
            found = context.under(press.x, press.y)
            context.set_selection(found[:1])
            return press
        erase = press.alt or press.ctrl
        drawn = Stroke()
        event, last = press, tip(press.x, press.y, self.value("size"))
        seen = press
        while True:
            if event.kind in ("press", "move", "release"):
                seen = event
                here = tip(event.x, event.y, self.value("size"))
                drawn.add(sweep(last, here, context.size))
                last = here
                stroke = masks.from_spans(drawn.pixels)
                color = _ERASED if erase else part_color(self.part)
                self._preview(context, event, ((stroke, color),) if stroke.counts else ())
                if event.kind == "release":
                    context.commit(self._painted(context, a, stroke, erase))
                    return seen
            event = yield frozenset(("Esc",))
            if event.kind == "key" and event.key == "Esc":
                return seen

    def _painted(self, context: ToolContext, a: Annotation, stroke: Mask, erase: bool) -> ChangeSet:
        outline = self._outline(context, a)
        return edits.paint_part(a, 0 if erase else self.part, stroke, erase=erase, within=outline)

    def _fill(self, context: ToolContext, a: Annotation) -> None:
        """Paint the part on everything inside the outline that has none yet."""
        context.commit(edits.fill_rest(a, self.part, a.mask(*context.size)))

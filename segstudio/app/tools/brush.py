"""Brush and eraser: one stroke, one change."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from msgspec.structs import replace

from segstudio.app.canvas.draft import NOTHING, Draft
from segstudio.app.canvas.table import Window, merged
from segstudio.app.tools.base import Event, Keys, Run, Tool, ToolContext, top_z
from segstudio.app.tools.dabs import LARGEST, SMALLEST, dab, snapped
from segstudio.app.tools.options import Option
from segstudio.core import edits, masks, painting
from segstudio.core.annotation import Annotation
from segstudio.core.geometry import Box

SIZES: Keys = frozenset("[]")


class Brush(Tool):
    """Paints on the selected object, or starts a new one."""

    name = "brush"
    hint = "Paint on the selected object, or begin a new one · [ ] size · Alt or Ctrl erases · Esc cancels the stroke"
    cursor = "none"
    erases = False

    options = (Option("size", "Size", "int", 40, SMALLEST, LARGEST, unit="px", log=True),)

    @property
    def size(self) -> int:
        """The diameter in picture pixels."""
        return self.value("size")

    def run(self, context: ToolContext) -> Run:
        last = Event("leave")
        while True:
            self._preview(context, last)
            event = yield SIZES
            if event.kind == "key":
                if event.key in SIZES:
                    self._step(event.key)
                continue
            if event.kind == "option":
                continue
            last = event
            if event.kind == "press" and event.button == "left" and context.size[0]:
                last = yield from self._stroke(context, event)

    def _step(self, key: str) -> None:
        step = max(1, self.size // 8)
        self.set_value("size", self.size + step if key == "]" else self.size - step)

    def _inverted(self, event: Event) -> bool:
        return self.erases != (event.alt or event.ctrl)

    def _preview(self, context: ToolContext, event: Event) -> None:
        if event.kind in ("move", "press", "release"):
            context.preview(Draft(brush=(event.x, event.y, float(self.size)), erases=self._inverted(event)))
        elif event.kind == "leave":
            context.preview(NOTHING)

    def _target(self, context: ToolContext, erase: bool) -> Annotation | None:
        """Return the object to paint on: the selected one, else (to erase) none, else a new one."""
        chosen = [a for id in context.selection if (a := context.annotations.get(id)) and context.visible(a)]
        if len(chosen) == 1:
            a = chosen[0]
            # A box has no pixels on the screen; its stroke begins with the pixels that the edit will give it.
            return replace(a, geometry=a.mask(*context.size)) if isinstance(a.geometry, Box) else a
        if chosen:
            context.say("Select a single object to paint on.")
            return None
        if erase:
            context.say("Select the object to erase from.")
            return None
        if context.category is None:
            context.say("Add a class first: a new object needs one.")
            return None
        media, frame = context.place
        return Annotation(context.new_id(), media, context.category.id, frame, masks.EMPTY, z=top_z(context))

    def _stroke(self, context: ToolContext, press: Event) -> Generator[Keys, Event, Event]:
        """Follow one stroke; return the last place of the pointer."""
        erase = self._inverted(press)
        target = self._target(context, erase)
        if target is None:
            return press
        width, height = context.size
        pixels = np.zeros((height, width), bool)
        extent: Window = (0, 0, 0, 0)
        event, seen, last = press, press, snapped(press.x, press.y, self.size)
        try:
            while True:
                if event.kind in ("press", "move", "release"):
                    seen = event
                    here = snapped(event.x, event.y, self.size)
                    window, bitmap = dab(last, here, self.size, context.size)
                    last = here
                    if bitmap.size:
                        pixels[window[1] : window[3], window[0] : window[2]] |= bitmap
                        extent = merged(extent, window)
                        context.stroke(target, pixels, erase, window)
                self._preview(context, event)
                if event.kind == "release":
                    break
                event = yield frozenset(("Esc",))
                if event.kind == "key" and event.key == "Esc":
                    return seen
            self._finish(context, target, pixels, extent, erase)
        finally:
            context.end_stroke()
        return seen

    def _finish(
        self, context: ToolContext, target: Annotation, pixels: np.ndarray, extent: Window, erase: bool
    ) -> None:
        left, top, right, bottom = extent
        stroke = masks.from_bitmap(pixels[top:bottom, left:right], left, top)
        if not stroke.counts:
            return
        stored = context.annotations.get(target.id)
        if stored is not None:
            edit = painting.erase if erase else painting.paint
            context.commit(edit(stored, stroke, context.size))
        else:
            new = Annotation(target.id, target.media, target.category, target.frame, stroke, z=target.z)
            if context.commit(edits.add([new], "Paint")):
                context.set_selection([new.id])


class Eraser(Brush):
    """Takes pixels away from the selected object."""

    name = "eraser"
    hint = "Erase from the selected object · [ ] size · Alt or Ctrl paints · Esc cancels the stroke"
    erases = True

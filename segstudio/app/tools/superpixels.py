"""Superpixels: the pointer picks small parts of like colour, as a brush that knows the edges."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

from segstudio.app.canvas.draft import NOTHING, Draft
from segstudio.app.i18n import tr
from segstudio.app.tools.assisting import LEFT_COLOR, RIGHT_COLOR, Assist, add_objects, cut_out, selected
from segstudio.app.tools.base import Event, Keys, Run, ToolContext
from segstudio.app.tools.options import Option
from segstudio.assist.superpixels import Superpixels, split
from segstudio.core import assist_edits, masks, painting
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask

SIZE = Option("size", "Size", "int", 16, 4, 256, unit="px", log=True, tip="About how wide a superpixel is.")
# So many are kept: going back to a size or a place answers at once.
KEPT = 6


class SuperpixelTool(Assist):
    """Adds superpixels to the selected object, or begins a new one."""

    name = "superpixels"
    label = "Superpixels"
    hint = "Click or drag to add to the selected object, or begin a new one · Alt or right button takes · [ ] size"
    options = (SIZE,)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self._parts: Superpixels | None = None
        self._asked: tuple[Any, ...] = ()
        self._cache: dict[tuple[Any, ...], Superpixels] = {}

    def run(self, context: ToolContext) -> Run:
        self._parts = None
        self._asked = ()
        self._cache.clear()
        self._split(context)
        while True:
            event = yield frozenset("[]")
            if event.kind == "key" and event.key in ("[", "]"):
                size = self.value("size")
                self.set_value("size", max(size + 1, size * 1.25) if event.key == "]" else size / 1.25)
            if event.kind in ("key", "option"):
                self._split(context)
            elif event.kind == "leave":
                context.preview(NOTHING)
            elif event.kind == "move":
                self._hover(context, event)
            elif event.kind == "press" and event.button in ("left", "right") and context.size[0]:
                yield from self._stroke(context, event)

    def _split(self, context: ToolContext) -> None:
        """Ask for the superpixels of what is in sight."""
        shown = context.shown_box()
        if not context.size[0] or shown.area <= 0:
            return
        # A little more than is in sight, on a grid, so that small moves of the view change nothing.
        step = 2.0 ** math.ceil(math.log2(max(shown.w, shown.h) / 4))
        left, top = shown.x // step * step, shown.y // step * step
        wide, high = (-(-edge // step) * step for edge in (shown.right, shown.bottom))
        read, area = cut_out(context, Box(left, top, wide - left, high - top))
        size = self.value("size")
        key = (context.place, area, size)
        # Asking again would only throw away what is under way.
        if key == self._asked:
            return
        self._asked = key
        if key in self._cache:
            self._parts = self._cache[key]
            self.set_note("")
            return

        def then(parts: Superpixels) -> None:
            self._parts = parts
            self._cache[key] = parts
            while len(self._cache) > KEPT:
                del self._cache[next(iter(self._cache))]
            self.set_note("")

        self.set_note(tr("Looking for edges…"))
        context.work(lambda: split(read(), size, int(area.x), int(area.y)), then, "superpixels")

    def _hover(self, context: ToolContext, event: Event) -> None:
        self._split(context)
        if self._parts is None:
            return
        found = self._parts.mask([self._parts.at(event.x, event.y)])
        color = RIGHT_COLOR if event.alt else LEFT_COLOR
        context.preview(Draft(regions=((found, color),)) if found.counts else NOTHING)

    def _stroke(self, context: ToolContext, press: Event) -> Generator[Keys, Event, None]:
        takes = press.alt or press.button == "right"
        parts, target = self._parts, selected(context)
        if parts is None:
            here = context.pixels(Box(0, 0, 1, 1)).size
            late, never = (
                tr("A moment: the superpixels are not there yet."),
                tr("The pixels of the picture aren't here."),
            )
            context.say(late if here else never)
            return
        if takes and target is None:
            context.say(tr("Select the object to take from."))
            return
        if takes and target is not None and painting.begins_empty(target):
            context.say(tr("This object has a box and a pose, and no pixels to take away yet."))
            return
        if target is None and not self.ready(context, "new"):
            return
        numbers: set[int] = set()
        last, region = press, masks.EMPTY
        color = RIGHT_COLOR if takes else LEFT_COLOR
        try:
            event = press
            while True:
                fresh = {parts.at(x, y) for x, y in _between(last, event)} - {-1}
                if not fresh <= numbers:
                    numbers |= fresh
                    region = parts.mask(numbers)
                    context.preview(Draft(regions=((region, color),)))
                last = event
                if event.kind == "release":
                    break
                event = yield frozenset(("Esc",))
                if event.kind == "key" and event.key == "Esc":
                    return
                if event.kind not in ("move", "release"):
                    event = last
        finally:
            context.preview(NOTHING)
        self._apply(context, region, takes)

    def _apply(self, context: ToolContext, region: Mask, takes: bool) -> None:
        target = selected(context)
        if not region.counts:
            return
        if target is not None:
            how = "take" if takes else "add"
            context.commit(assist_edits.give(target, region, context.size, how, self.label))
        elif not takes:
            add_objects(context, [region], self.label)


def _between(a: Event, b: Event) -> list[tuple[float, float]]:
    """Return places on the way from one event to the next, 4 screen pixels apart."""
    steps = max(int(max(abs(b.x - a.x), abs(b.y - a.y)) * b.zoom / 4), 1)
    return [(a.x + (b.x - a.x) * i / steps, a.y + (b.y - a.y) * i / steps) for i in range(steps + 1)]

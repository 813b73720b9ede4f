"""Watershed: a stroke on each object, and they part the picture among themselves along its edges."""

from __future__ import annotations

from segstudio.app.i18n import tr
from segstudio.app.tools.assisting import APPLY, NEW, add_objects, cut_out
from segstudio.app.tools.base import Keys, Run, ToolContext
from segstudio.app.tools.options import Button
from segstudio.app.tools.refining import Refining, Session
from segstudio.assist import watershed
from segstudio.core import masks
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask

KEYS: Keys = frozenset(("Enter", "Backspace", "Esc", "N"))


class Watershed(Refining):
    """Parts several objects at once by strokes."""

    name = "watershed"
    label = "Watershed"
    hint = "Draw on an object · N or Shift: the next object · right button or Alt: background · Enter makes the objects"
    options = (APPLY,)
    buttons = (
        Button("Next Object", "N"),
        Button("Cancel", "Esc"),
        Button("Accept", "Enter", "check", primary=True),
    )

    def run(self, context: ToolContext) -> Run:
        while True:
            session, label, area = Session(NEW), 1, Box(0, 0, 0, 0)
            self._area = area
            while not session.over:
                event = yield KEYS if session.strokes else frozenset()
                used = max((s.label for s in session.strokes), default=0)
                if event.kind == "option" and session.strokes:
                    session.apply = self.value("apply")
                elif event.kind == "key" and event.key == "N":
                    label = used + 1
                    self.set_note(tr("Object {n}", n=label))
                elif event.kind == "press" and not session.strokes:
                    session.apply = self.value("apply")
                    if self.ready(context, session.apply):
                        self._area = context.shown_box()
                        yield from self.act(context, session, event, label)
                elif session.strokes:
                    if event.kind == "press" and event.shift:
                        label = used + 1
                    yield from self.act(context, session, event, label)

    def find(self, context: ToolContext, session: Session) -> None:
        # Where the view has moved since, the strokes of before count as well.
        self._area = self._area.union(context.shown_box())
        area, x, y = cut_out(context, self._area)
        pixels, strokes = context.pixels(area), tuple(session.strokes)

        def then(found: dict[int, Mask]) -> None:
            self.on_found(context, session, found)

        context.work(lambda: watershed.flood(pixels, strokes, x, y), then, self.name)

    def finish(self, context: ToolContext, session: Session) -> None:
        found: list[Mask] = [session.found[label] for label in sorted(session.found)]
        if not found:
            context.say(tr("Nothing was found here."))
        elif session.apply == NEW:
            add_objects(context, [*found], self.label)
        else:
            whole = masks.EMPTY
            for mask in found:
                whole = masks.union(whole, mask)
            self.apply(context, whole, session.apply)

"""GrabCut: a box around an object, or its rough mask, and strokes where the result is wrong."""

from __future__ import annotations

from collections.abc import Generator

from segstudio.app.canvas.draft import NOTHING, Draft
from segstudio.app.i18n import tr
from segstudio.app.tools.assisting import APPLY, REPLACE, color_of, cut_out, selected
from segstudio.app.tools.base import Event, Keys, Run, ToolContext, clamp, dragged
from segstudio.app.tools.options import Button, Option
from segstudio.app.tools.refining import Refining, Session
from segstudio.assist import grabcut
from segstudio.assist.crops import around
from segstudio.core import assist_edits, masks
from segstudio.core.colors import RGB
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask

# A drag of fewer screen pixels than this is a click.
LEAST = 3.0
REACH = Option(
    "reach", "Reach", "int", 12, 2, 200, unit="px", log=True, tip="From a mask: how far its border may be off."
)
KEYS: Keys = frozenset(("Enter", "Backspace", "Esc"))


class GrabCut(Refining):
    """Cuts what stands out of its surroundings."""

    name = "grabcut"
    label = "GrabCut"
    hint = (
        "Drag a box, or Q: begin with the selected object · then left: object, right or Alt: background · Enter accepts"
    )
    options = (REACH, APPLY)
    buttons = (
        Button("From Selection", "Q"),
        Button("Cancel", "Esc"),
        Button("Accept", "Enter", "check", primary=True),
    )

    def run(self, context: ToolContext) -> Run:
        while True:
            session = yield from self._begun(context)
            self.ask(context, session)
            while not session.over:
                event = yield KEYS
                if event.kind == "option":
                    if session.rough is None:
                        session.apply = self.value("apply")
                    self.ask(context, session)
                    continue
                yield from self.act(context, session, event, 1)

    def _begun(self, context: ToolContext) -> Generator[Keys, Event, Session]:
        """Return a session, once a box is drawn or the selected object is taken."""
        while True:
            event = yield frozenset("Q")
            self._zoom = event.zoom
            if event.kind == "key" and event.key == "Q" and context.size[0]:
                session = self._from_selection(context)
                if session is not None:
                    return session
            elif event.kind == "press" and event.button == "left" and self.ready(context, self.value("apply")):
                box = yield from _dragged(context, event)
                if box is not None:
                    return Session(self.value("apply"), box=box)

    def _from_selection(self, context: ToolContext) -> Session | None:
        target = selected(context)
        rough = target.mask(*context.size) if target is not None else masks.EMPTY
        if target is None or not rough.counts:
            context.say(tr("Select a single object first."))
            return None
        return Session(REPLACE, rough=rough, target=target.id)

    def find(self, context: ToolContext, session: Session) -> None:
        reach = float(self.value("reach"))
        begun = session.box or session.rough
        assert begun is not None
        bounds = begun.bounds if session.box else begun.bounds.padded(reach)
        for stroke in session.strokes:
            for px, py in stroke.points:
                bounds = bounds.union(Box(px, py, 1, 1))
        read, area = cut_out(context, around(bounds, 0.2, *context.size))
        strokes = tuple(session.strokes)

        def compute() -> Mask:
            return grabcut.cut(
                read(),
                box=session.box,
                rough=session.rough,
                strokes=strokes,
                x=int(area.x),
                y=int(area.y),
                reach=reach,
            )

        def then(found: Mask) -> None:
            self.on_found(context, session, {1: found} if found.counts else {})

        context.work(compute, then, self.name)

    def finish(self, context: ToolContext, session: Session) -> None:
        target = context.annotations.get(session.target)
        if 1 not in session.found:
            context.say(tr("Nothing was found here."))
        elif session.rough is None:
            self.apply(context, session.found[1], session.apply)
        elif target is not None:
            context.commit(assist_edits.give(target, session.found[1], context.size, "replace", self.label))

    def color(self, context: ToolContext, session: Session, label: int) -> RGB:
        return color_of(context, session.apply)


def _dragged(context: ToolContext, press: Event) -> Generator[Keys, Event, Box | None]:
    """Follow the drag of a box; return None for a click, or if Esc took it back."""
    start, event = clamp(press, context.size), press
    try:
        while event.kind != "release":
            event = yield frozenset(("Esc",))
            if event.kind == "key" and event.key == "Esc":
                return None
            if event.kind == "move":
                context.preview(Draft(box=dragged(start, clamp(event, context.size))))
    finally:
        context.preview(NOTHING)
    box = dragged(start, clamp(event, context.size))
    return box if min(box.w, box.h) * event.zoom >= LEAST else None

"""Watershed: a stroke on each object, and they part the picture among themselves along its edges."""

from __future__ import annotations

from segstudio.app.i18n import tr
from segstudio.app.tools.assisting import APPLY, NEW, add_objects, cut_out, selected
from segstudio.app.tools.base import Event, Keys, Run, ToolContext
from segstudio.app.tools.options import Button, Option
from segstudio.app.tools.refining import Refining, Session
from segstudio.assist import watershed
from segstudio.core import boolean_edits, masks
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask

KEYS: Keys = frozenset(("Enter", "Backspace", "Esc", "N"))
SPLIT = "split"
RIM = Option(
    "rim", "Rim", "flag", True, tip="The rim of what is in sight is background: untick it where an object reaches over."
)


class Watershed(Refining):
    """Parts several objects at once by strokes, or one that was taken for one."""

    name = "watershed"
    label = "Watershed"
    hint = (
        "Draw on an object · N or Shift: the next one · right or Alt: background · Q: part the selected object · Enter"
    )
    options = (RIM, APPLY)
    buttons = (
        Button("Part It", "Q"),
        Button("Next", "N"),
        Button("Cancel", "Esc"),
        Button("Accept", "Enter", "check", primary=True),
    )

    def run(self, context: ToolContext) -> Run:
        while True:
            session, label = Session(NEW), 1
            self._area = Box(0, 0, 0, 0)
            while not session.over:
                event = yield KEYS if session.strokes or session.rough else frozenset("Q")
                if event.kind == "option":
                    session.apply = SPLIT if session.rough else self.value("apply")
                    if session.strokes:
                        self.ask(context, session)
                elif event.kind == "key" and event.key == "Q":
                    self._part(context, session)
                elif event.kind == "key" and event.key == "N":
                    label = _last(session) + 1
                    self.set_note(tr("Object {n}", n=label))
                elif self._begun(context, session, event):
                    if event.kind == "press" and event.shift and session.strokes:
                        label = _last(session) + 1
                    yield from self.act(context, session, event, label)

    def _begun(self, context: ToolContext, session: Session, event: Event) -> bool:
        """Return whether there is a session that an event belongs to; a first stroke begins one."""
        if session.strokes or session.rough is not None:
            return True
        if event.kind != "press" or not self.ready(context, self.value("apply")):
            return False
        session.apply, self._area = self.value("apply"), context.shown_box()
        return True

    def _part(self, context: ToolContext, session: Session) -> None:
        """Let the strokes part the selected object."""
        target = selected(context)
        rough = target.mask(*context.size) if target is not None else masks.EMPTY
        if target is None or not rough.counts:
            context.say(tr("Select a single object first."))
            return
        session.rough, session.apply, session.target = rough, SPLIT, target.id
        self._area = rough.bounds.padded(4)
        self.set_note(tr("Draw on each part"))

    def find(self, context: ToolContext, session: Session) -> None:
        if session.rough is None:
            # Where the view has moved since, the strokes of before count as well.
            self._area = self._area.union(context.shown_box())
        strokes, within, rim = tuple(session.strokes), session.rough, self.value("rim")
        read, area = cut_out(context, self._area, strokes[0].points[0] if strokes else None)

        def then(found: dict[int, Mask]) -> None:
            self.on_found(context, session, found)

        context.work(
            lambda: watershed.flood(read(), strokes, int(area.x), int(area.y), within=within, rim=rim), then, self.name
        )

    def finish(self, context: ToolContext, session: Session) -> None:
        found: list[Mask] = [session.found[label] for label in sorted(session.found)]
        if not found:
            context.say(tr("Nothing was found here."))
        elif session.apply == SPLIT:
            self._split(context, session, found)
        elif session.apply == NEW:
            add_objects(context, [*found], self.label)
        else:
            whole = masks.EMPTY
            for mask in found:
                whole = masks.union(whole, mask)
            self.apply(context, whole, session.apply)

    def _split(self, context: ToolContext, session: Session, found: list[Mask]) -> None:
        """Leave the first part to the object that was parted; the others become objects of its class."""
        target = context.annotations.get(session.target)
        if target is None:
            return
        change = boolean_edits.part(target, found, context.new_ids, self.label)
        if context.commit(change):
            context.set_selection(c.id for c in change.changes)


def _last(session: Session) -> int:
    return max((stroke.label for stroke in session.strokes), default=0)

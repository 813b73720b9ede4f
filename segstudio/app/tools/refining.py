"""What GrabCut and watershed share: strokes say what is what, a thread finds the regions, Enter takes them."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field

from segstudio.app.canvas.draft import NOTHING, Draft
from segstudio.app.i18n import tr
from segstudio.app.tools.assisting import RIGHT_COLOR, Assist, drawn, stroke_line
from segstudio.app.tools.base import Event, Keys, ToolContext
from segstudio.assist.crops import Stroke
from segstudio.core import colors
from segstudio.core.colors import RGB
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask


@dataclass
class Session:
    """What the person has said so far, and what was found.

    Args:
        apply: Where the result goes.
        box: The box that it began with, or None.
        rough: The mask that it began with, or None.
        target: The object that this mask is of, 0 without one.
        strokes: What was drawn since.
        found: The regions, by label.
        busy: A newer result is being computed.
        accepted: Enter was pressed; it is applied when it is there.
        over: Nothing more is wanted of it.
    """

    apply: str
    box: Box | None = None
    rough: Mask | None = None
    target: int = 0
    strokes: list[Stroke] = field(default_factory=list)
    found: dict[int, Mask] = field(default_factory=dict)
    busy: bool = False
    accepted: bool = False
    over: bool = False


class Refining(Assist):
    """Refines a result by strokes."""

    _zoom = 1.0

    def find(self, context: ToolContext, session: Session) -> None:
        """Ask for the regions of what was said; call `on_found` with them."""
        raise NotImplementedError

    def finish(self, context: ToolContext, session: Session) -> None:
        """Apply what was found."""
        raise NotImplementedError

    def color(self, context: ToolContext, session: Session, label: int) -> RGB:
        """Return the colour that a region and its strokes show in."""
        return colors.instance_color(label)

    def on_found(self, context: ToolContext, session: Session, found: dict[int, Mask]) -> None:
        """Show a result, and apply it where it is waited for."""
        session.found, session.busy = found, False
        if session.over:
            return
        self.set_note("" if found else tr("Nothing was found yet"))
        if session.accepted:
            self._accept(context, session)
        else:
            self.show(context, session)

    def ask(self, context: ToolContext, session: Session) -> None:
        """Have the regions found anew."""
        session.busy = True
        self.set_note(tr("Looking…"))
        self.find(context, session)
        self.show(context, session)

    def show(self, context: ToolContext, session: Session, stroke: Stroke | None = None) -> None:
        """Show the regions and the strokes, the one being drawn too."""
        if session.over:
            return
        strokes = [*session.strokes, *([stroke] if stroke else [])]
        lines = [
            stroke_line(s, self.color(context, session, s.label) if s.label else RIGHT_COLOR, self._zoom)
            for s in strokes
        ]
        regions = tuple((mask, self.color(context, session, label)) for label, mask in sorted(session.found.items()))
        context.preview(Draft(regions=regions, lines=tuple(lines), box=session.box, rubber=True))

    def drop(self, context: ToolContext, session: Session) -> None:
        """End a session without a result."""
        session.over = True
        self.set_note("")
        context.preview(NOTHING)

    def _accept(self, context: ToolContext, session: Session) -> None:
        self.drop(context, session)
        self.finish(context, session)

    def act(self, context: ToolContext, session: Session, event: Event, label: int) -> Generator[Keys, Event, None]:
        """Deal with what every session knows: strokes, Backspace, Enter and Esc.

        Args:
            label: Of a stroke with the left button; the right one and Alt draw background.
        """
        self._zoom = event.zoom
        if event.kind == "press" and event.button in ("left", "right"):
            background = event.button == "right" or event.alt
            stroke = yield from drawn(
                context, event, 0 if background else label, lambda s: self.show(context, session, s)
            )
            if stroke is not None:
                session.strokes.append(stroke)
                self.ask(context, session)
            else:
                self.show(context, session)
        elif event.kind == "key" and event.key == "Backspace" and session.strokes:
            session.strokes.pop()
            self.ask(context, session)
        elif event.kind == "key" and event.key == "Esc":
            self.drop(context, session)
        elif event.kind == "key" and event.key == "Enter":
            session.accepted = True
            if not session.busy:
                self._accept(context, session)

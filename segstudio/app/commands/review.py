"""Judging predictions, looking again, and earlier versions of a picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from segstudio.app.commands.labels import Waiting
from segstudio.app.dialogs.accept import AcceptDialog
from segstudio.app.flip import Flip
from segstudio.app.i18n import tr
from segstudio.app.session import Session
from segstudio.core import edits, review_edits
from segstudio.core.annotation import FLAGGED, PREDICTED, TODO, Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import SegstudioError

if TYPE_CHECKING:
    from segstudio.app.panels.attributes import DetailsPanel
    from segstudio.app.panels.history import HistoryPanel
    from segstudio.store import Version


class ReviewCommands:
    """Handlers of the "review" actions, and of judging predictions.

    Args:
        session: The session.
        window: Over which dialogs appear.
        flip: Shows earlier versions.
        details: Where comments are written.
        history: Where the versions are listed.
    """

    def __init__(
        self, session: Session, window: QWidget, flip: Flip, details: DetailsPanel, history: HistoryPanel
    ) -> None:
        self._session = session
        self._window = window
        self._flip = flip
        self._details = details
        self._history = history
        history.shown.connect(self.show_version)
        history.restored.connect(self.restore)

    def accept(self) -> None:
        """Make the selected predictions the person's own."""
        self._commit(lambda rows: edits.accept([a for a in rows if a.is_prediction]))

    def reject(self) -> None:
        """Mark the selected predictions as wrong."""
        self._commit(lambda rows: edits.reject([a for a in rows if a.is_prediction]))

    def accept_shown(self) -> None:
        """Make every visible prediction of the picture the person's own."""
        view = self._session.view
        shown = [a for a in self._session.annotations.values() if a.is_prediction and view.visible(a)]
        self._session.commit(edits.accept(shown))

    def accept_above(self) -> None:
        """Ask for a score and accept all predictions that reach it, here or in all pictures."""
        session = self._session
        project = session.project
        if project is None:
            return

        def everywhere() -> list[Annotation]:
            with Waiting():
                return project.annotations_of(review=PREDICTED)

        dialog = AcceptDialog(self._window, list(session.annotations.values()), everywhere, session.view.threshold)
        if dialog.exec():
            with Waiting():
                session.commit(edits.accept(dialog.taken))

    def state(self, review: str) -> None:
        """Give the selected objects a review state."""
        self._commit(lambda rows: review_edits.set_state(rows, review))

    def flag(self) -> None:
        """Flag the selected objects for another look, or take the flags away where all have one."""
        rows = self._session.selected()
        self.state(TODO if rows and all(a.review == FLAGGED for a in rows) else FLAGGED)

    def comment(self) -> None:
        """Let the person write a comment about the selected objects, or about the picture."""
        self._details.edit_comment()

    def next(self) -> None:
        """Go to the next object that needs a look: flagged ones first, then unsure predictions, then what is to do."""
        session = self._session
        if session.project is None or session.media is None:
            return
        view = session.view
        found = review_edits.next_look(filter(view.visible, session.annotations.values()), session.selection)
        if found is not None:
            session.select([found.id])
            return
        self._next_picture()

    def _next_picture(self) -> None:
        """Go on to the next picture that has something to look at, from the start again after the last."""
        session = self._session
        project, media = session.project, session.media
        assert project is not None and media is not None
        here = (media.id, session.frame)
        place, wrapped = here, False
        while True:
            there = project.next_with(review_edits.LOOKS, *place, pictures=(FLAGGED,))
            if there is None and not wrapped:
                wrapped, place = True, (0, -1)
                continue
            if there is None or (wrapped and there >= here):
                break
            place = there
            rows = [a for a in project.annotations(*there) if session.view.visible(a)]
            found = review_edits.next_look(rows, ())
            flagged = [m.comment for m in project.media([there[0]]) if m.review == FLAGGED]
            if found is not None or flagged:
                session.go_to(*there)
                session.select([found.id] if found is not None else ())
                if flagged:
                    session.said.emit(f"{tr('This picture is flagged.')} {flagged[0]}".strip())
                return
        first = review_edits.next_look(filter(session.view.visible, session.annotations.values()), ())
        session.select([first.id] if first is not None else ())
        if first is None:
            session.said.emit(tr("Nothing needs a look any more."))

    def flip(self) -> None:
        """Show what the picture was before its corrections, or what it is."""
        self._flip.toggle()

    def show_version(self, version: Version | None) -> None:
        """Show the picture as it was after a step, or (with None) as it is."""
        if version is None:
            self._flip.back()
        elif version != self._flip.version:
            self._flip.show(version)

    def restore(self, version: Version) -> None:
        """Bring the picture back to a version, as a new step."""
        session = self._session
        project, media = session.project, session.media
        if project is None or media is None:
            return
        try:
            past = project.past(media.id, session.frame, version.seq)
            change = review_edits.restore(
                project.annotations(media.id, session.frame), past.annotations,
                categories=session.categories, known=past.categories,
                hidden_runs=frozenset(r.id for r in project.runs() if r.state in ("gone", "purged")),
                new_ids=lambda n: session.new_id("annotation", n),
                label=f"Restore “{version.label}”",
            )  # fmt: skip
        except SegstudioError as error:
            session.failed.emit(error)
            return
        self._flip.back()
        if not session.commit(change):
            session.said.emit(tr("The picture is as it was then."))

    def versions(self) -> None:
        """Show the list of versions of this picture."""
        self._history.show_versions()

    def _commit(self, edit: Callable[[list[Annotation]], ChangeSet]) -> None:
        self._session.commit(edit(self._session.selected()))

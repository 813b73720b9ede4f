"""Undo, the clipboard, and the selection."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from segstudio.app.i18n import tr
from segstudio.app.session import Session
from segstudio.core import edits
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import SegstudioError
from segstudio.core.labels import Category

OFFSET = 10.0


class EditCommands:
    """Handlers of the "edit" and "object" actions.

    Args:
        session: The session.
        ask_class: Asks the person for a class; returns None when they think better of it.
    """

    def __init__(self, session: Session, ask_class: Callable[[], Category | None]) -> None:
        self._session = session
        self._ask_class = ask_class
        self._copied: list[Annotation] = []

    def undo(self) -> None:
        """Take back the last step."""
        self._session.undo()

    def redo(self) -> None:
        """Repeat the step that was undone last."""
        self._session.redo()

    def copy(self) -> None:
        """Remember the selected objects."""
        self._copied = self._session.selected()
        n = len(self._copied)
        self._session.said.emit(tr("Copied 1 object.") if n == 1 else tr("Copied {n:,} objects.", n=n))

    def paste(self) -> None:
        """Add the remembered objects to this picture, a little aside where they come from it."""
        media = self._session.media
        if media is not None and self._copied:
            here = any(a.media == media.id and a.frame == self._session.frame for a in self._copied)
            self._add(self._copied, OFFSET if here else 0.0, "Paste")

    def duplicate(self) -> None:
        """Add the selected objects once more, a little aside."""
        self._add(self._session.selected(), OFFSET, "Duplicate")

    def _add(self, rows: Sequence[Annotation], offset: float, label: str) -> None:
        session = self._session
        if session.media is None or session.project is None or not rows:
            return
        picture, media = session.picture, session.media
        size = (picture.width, picture.height) if picture is not None else (media.width, media.height)
        first = session.project.new_ids("annotation", len(rows))
        change = edits.copies(rows, (media.id, session.frame), size, first, offset, label)
        if session.commit(change):
            session.select(c.id for c in change.changes)

    def delete(self) -> None:
        """Delete the selected objects; Ctrl+Z brings them back."""
        self._session.commit(edits.delete(self._session.selected()))

    def select_all(self) -> None:
        """Select every visible object."""
        view = self._session.view
        self._session.select(a.id for a in self._session.annotations.values() if view.visible(a))

    def select_none(self) -> None:
        """Select nothing."""
        self._session.select(())

    def next_object(self) -> None:
        """Select the next visible object, as the list shows them."""
        self._walk(1)

    def previous_object(self) -> None:
        """Select the previous visible object."""
        self._walk(-1)

    def _walk(self, by: int) -> None:
        view = self._session.view
        ids = [a.id for a in reversed(self._session.annotations.values()) if view.visible(a)]
        if not ids:
            return
        at = [i for i, id in enumerate(ids) if id in self._session.selection]
        place = (at[-1 if by > 0 else 0] + by) % len(ids) if at else (0 if by > 0 else -1)
        self._session.select([ids[place]])

    def relabel(self) -> None:
        """Give the selected objects another class."""
        category = self._ask_class()
        if category is not None:
            self._commit(lambda rows: edits.relabel(rows, category))

    def choose_class(self, number: str) -> None:
        """Make the n-th class the current one; selected objects get it."""
        categories = list(self._session.categories.values())
        if int(number) <= len(categories):
            category = categories[int(number) - 1]
            self._session.set_category(category.id)
            if self._session.selection:
                self._commit(lambda rows: edits.relabel(rows, category))

    def _commit(self, edit: Callable[[list[Annotation]], ChangeSet]) -> None:
        try:
            self._session.commit(edit(self._session.selected()))
        except SegstudioError as error:
            self._session.failed.emit(error)

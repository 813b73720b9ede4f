"""Selecting objects by what they are instead of by where they lie."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from segstudio.app.dialogs.palette import Choice, Palette
from segstudio.app.i18n import tr
from segstudio.app.session import Session
from segstudio.core.annotation import Annotation


class SelectCommands:
    """Handlers of the "select" actions.

    Args:
        session: The session.
        window: The parent of the dialogs.
    """

    def __init__(self, session: Session, window: QWidget) -> None:
        self._session = session
        self._window = window

    def _shown(self) -> list[Annotation]:
        view = self._session.view
        return [a for a in self._session.annotations.values() if view.visible(a) and a.id not in view.locked]

    def _select(self, fits: Callable[[Annotation], bool]) -> None:
        self._session.select(a.id for a in self._shown() if fits(a))
        self._session.said.emit(tr("{n:,} selected", n=len(self._session.selection)))

    def invert(self) -> None:
        """Select every visible object that is not selected, and no other."""
        selected = self._session.selection
        self._select(lambda a: a.id not in selected)

    def same_class(self) -> None:
        """Select every visible object of the selected ones' classes."""
        wanted = {a.category for a in self._session.selected()}
        self._select(lambda a: a.category in wanted)

    def by_class(self) -> None:
        """Ask for a class and select its visible objects."""
        rows, categories = self._shown(), self._session.categories.values()
        numbers = {c.id: sum(a.category == c.id for a in rows) for c in categories}
        choices = [Choice(c.name, f"{numbers[c.id]:,}", c.id) for c in categories if numbers[c.id]]
        wanted = Palette(self._window, choices, tr("Class")).ask()
        if wanted is not None:
            self._select(lambda a: a.category == wanted)

    def by_score(self) -> None:
        """Ask for a range of scores and select the visible predictions in it."""
        from segstudio.app.dialogs.score import ScoreDialog

        rows = self._shown()
        dialog = ScoreDialog(self._window, [a.score for a in rows if a.score is not None])
        if dialog.exec():
            self._select(lambda a: a.score is not None and dialog.holds(a.score))

"""Designing the skeletons of classes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from segstudio.app.commands.labels import Waiting
from segstudio.app.dialogs.skeleton import SkeletonDialog
from segstudio.app.session import Session
from segstudio.core.labels import Category


class SkeletonCommands:
    """Handler of the "skeletons" actions.

    Args:
        session: The session.
        parent: Over which the designer appears.
        chosen: Returns the classes that are chosen in the panel, in their order.
    """

    def __init__(self, session: Session, parent: QWidget, chosen: Callable[[], list[Category]]) -> None:
        self._session = session
        self._parent = parent
        self._chosen = chosen

    def edit(self) -> None:
        """Design the keypoints of the first chosen class; one step of the history, its objects included."""
        project = self._session.project
        for category in self._chosen()[:1]:
            if project is None:
                return
            with Waiting():
                rows = [a for a in project.annotations_of(category=category.id) if a.keypoints is not None]
            dialog = SkeletonDialog(self._parent, category, rows)
            if dialog.exec() and dialog.change is not None:
                self._session.commit(dialog.change)

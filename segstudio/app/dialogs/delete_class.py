"""Asking what becomes of the objects of a class that is deleted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QWidget

from segstudio.app.dialogs.base import Dialog
from segstudio.app.i18n import tr
from segstudio.app.widgets import button, row
from segstudio.core.labels import Category


class DeleteClassDialog(Dialog):
    """Delete the objects too, or give them to another class.

    Attributes:
        into: The class that gets the objects; None where they go with their class.
    """

    def __init__(
        self, parent: QWidget | None, found: Sequence[Category], objects: int, others: Sequence[Category]
    ) -> None:
        names = ", ".join(c.name for c in found)
        text = tr("{n:,} objects in the whole project have this class. Ctrl+Z brings everything back.", n=objects)
        super().__init__(parent, tr("Delete {names}?", names=names), text)
        self.into: Category | None = None
        self._others = others
        self.target = QComboBox()
        self.target.setAccessibleName(tr("Class that gets the objects"))
        self.target.addItems([c.name for c in others])
        self.move_them = button(tr("Move Its Objects"), self._move, kind="primary")
        self.move_them.setEnabled(bool(others))
        self.target.setEnabled(bool(others))
        self.content.addLayout(row(self.move_them, self.target, None))
        self.with_objects = button(tr("Delete with Its Objects"), self.accept)
        self.set_buttons(self.with_objects, None, button(tr("Cancel"), self.reject))
        self.move_them.setDefault(True)

    def _move(self) -> None:
        self.into = self._others[self.target.currentIndex()]
        self.accept()

"""What went wrong: what happened, to which file, what is safe, what to do. Never a traceback."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from segstudio.app.dialogs.base import Dialog
from segstudio.app.i18n import later, tr
from segstudio.app.widgets import button, icon_label, label, row
from segstudio.core.errors import ProjectError, SegstudioError

SAFE = later("Everything you have done up to here is saved.")


class ErrorDialog(Dialog):
    """Shows one error."""

    def __init__(self, parent: QWidget | None, error: SegstudioError) -> None:
        title = tr("The project has a problem") if isinstance(error, ProjectError) else tr("That did not work")
        super().__init__(parent, title)
        self.error = error
        self.content.setSpacing(12)
        self.content.addWidget(label(error.message, wrap=True))
        for icon, text in (
            ("file", ", ".join(part for part in (error.path, error.place) if part)),
            ("shield-check", tr(SAFE)),
            ("lightbulb", error.remedy or ""),
        ):
            if text:
                line = label(text, "muted", wrap=True)
                line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                picture = icon_label(icon, 18)
                made = row(picture, line, spacing=8)
                made.setAlignment(picture, Qt.AlignmentFlag.AlignTop)
                made.setStretch(1, 1)
                self.content.addLayout(made)
        close = button(tr("Close"), self.accept, kind="primary")
        close.setDefault(True)
        copy = button(tr("Copy Details"), lambda: QGuiApplication.clipboard().setText(str(error)), kind="quiet")
        self.set_buttons(copy, None, close)

"""What a licence forbids, said before a model is used for the first time."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from segstudio.app.dialogs.base import Dialog
from segstudio.app.i18n import tr
from segstudio.app.widgets import button, label


class LicenceDialog(Dialog):
    """Asks whether a model that may not be used commercially is to be used."""

    def __init__(self, parent: QWidget | None, title: str, licence: str) -> None:
        super().__init__(parent, tr("Not for commercial use"), tr("{title} comes with these terms:", title=title))
        self.content.addWidget(label(licence, "", wrap=True))
        text = tr("They may also bind what you make with it, such as annotations. This is asked once a model.")
        self.content.addWidget(label(text, "muted", wrap=True))
        self.use = button(tr("Use It"), self.accept, kind="primary")
        self.set_buttons(self.use, button(tr("Cancel"), self.reject))
        self.use.setDefault(True)

"""What this program is."""

from __future__ import annotations

import platform

from PySide6 import __version__ as qt_version
from PySide6.QtWidgets import QWidget

from segstudio import __version__
from segstudio.app.dialogs.base import Dialog
from segstudio.app.i18n import tr
from segstudio.app.widgets import button, label


class AboutDialog(Dialog):
    """Name, version and licence."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(
            parent,
            "segstudio",
            tr("Label pictures and video, run vision models on them, correct what they see, export COCO."),
        )
        self.content.addWidget(
            label(f"segstudio {__version__} · Python {platform.python_version()} · Qt {qt_version}", "muted")
        )
        self.content.addWidget(
            label(
                tr("Free software under the Apache License 2.0. Nothing you open leaves this computer."),
                "muted",
                wrap=True,
            )
        )
        self.set_buttons(button(tr("Close"), self.accept, kind="primary"))

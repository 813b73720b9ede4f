"""Opening the window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from segstudio.app import platform_check

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def application(theme: str = "system", language: str = "en") -> QApplication:
    """Return the process's QApplication with the program's look, made if there is none.

    Args:
        theme: "system", "light" or "dark".
        language: "system" or one of `i18n.LANGUAGES`.

    Raises:
        DisplayError: Qt can't start here; the message says what to install.
    """
    platform_check.prepare()
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QApplication

    from segstudio.app import i18n
    from segstudio.app import theme as look

    known = QApplication.instance()
    if known is None:
        QGuiApplication.setHighDpiScaleFactorRoundingPolicy(_policy())
        known = QApplication(["segstudio"])
    assert isinstance(known, QApplication)
    known.setApplicationName("segstudio")
    known.setDesktopFileName("segstudio")
    i18n.install(known, language)
    look.install(known, theme)
    return known


def _policy():
    from PySide6.QtCore import Qt

    return Qt.HighDpiScaleFactorRoundingPolicy.PassThrough


def run(paths: Sequence[str | Path] = ()) -> int:
    """Show the window and return when it is closed.

    Args:
        paths: A project, a folder, or files; nothing shows the welcome page.

    Returns:
        The process's exit code.

    Raises:
        DisplayError: Qt can't start here; the message says what to install.
    """
    from segstudio.app.settings import Settings

    settings = Settings()
    app = application(settings.theme, settings.language)
    from PySide6.QtCore import QTimer

    from segstudio.app.main_window import MainWindow

    window = MainWindow(settings)
    window.show()
    if paths:
        QTimer.singleShot(0, lambda: window.open_paths(list(paths)))
    return app.exec()

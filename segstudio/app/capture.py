"""Pictures of the real window, for the demo and the documentation."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from segstudio.core.errors import InputError

PATIENCE = 30.0


def capture_window(
    project: str | Path | None,
    out_png: str | Path,
    size: tuple[int, int] = (1600, 1000),
    theme: str = "dark",
    media: int | None = None,
) -> Path:
    """Open a project in the real window and write what it looks like.

    Works with a display and, with QT_QPA_PLATFORM=offscreen, without one. The person's settings are not touched.

    Args:
        project: A project file, a folder, or None for the welcome page.
        out_png: The picture to write.
        size: Of the window in pixels.
        theme: "light" or "dark".
        media: Id of the picture to show; by default the one that the project shows first.

    Returns:
        The path of the picture.

    Raises:
        DisplayError: Qt can't start here.
        InputError: The picture can't be written.
        SegstudioError: The project can't be opened.
    """
    import os

    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from segstudio.app.main import application

    application(theme)
    from segstudio.app.main_window import MainWindow
    from segstudio.app.settings import Settings

    with tempfile.TemporaryDirectory() as home:
        window = MainWindow(Settings(Path(home) / "settings.ini"))
        try:
            window.resize(*size)
            window.show()
            if project is not None:
                window.load([project])
                if media is not None:
                    window.session.go_to(media)
                _wait(lambda: window.session.picture is not None or window.session.problem is not None)
            _settle(0.8 if project is not None else 0.2)
            if not window.grab().save(str(out_png)):
                raise InputError("The picture of the window could not be written.", path=out_png)
        finally:
            window.close()
            window.deleteLater()
            _settle(0.0)
    return Path(out_png)


def _wait(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not ready() and time.monotonic() < end:
        _settle(0.02)


def _settle(seconds: float) -> None:
    """Let thumbnails and timers come to rest."""
    from PySide6.QtCore import QCoreApplication

    end = time.monotonic() + seconds
    while True:
        QCoreApplication.processEvents()
        if time.monotonic() >= end:
            return
        time.sleep(0.005)

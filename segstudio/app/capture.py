"""Pictures of the real window, for the demo and the documentation."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from segstudio.core.errors import InputError

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from segstudio.app.canvas.view import CanvasView
    from segstudio.app.main_window import MainWindow

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
    with opened_window(project, theme, size) as window:
        if media is not None:
            show_media(window, media)
        settle(0.8 if project is not None else 0.2)
        if not window.grab().save(str(out_png)):
            raise InputError("The picture of the window could not be written.", path=out_png)
    return Path(out_png)


def capture_overlays(project: str | Path, folder: str | Path, side: int = 1200) -> list[Path]:
    """Write each picture of a project with everything that the canvas draws over it.

    Args:
        project: A project file or a folder.
        folder: Where the PNG files go, named like the pictures; made if it is not there.
        side: The longer side in pixels that smaller pictures are enlarged to, so that lines and letters stay readable.

    Returns:
        The paths of the pictures; media that can't be read have none.

    Raises:
        DisplayError: Qt can't start here.
        InputError: A picture can't be written.
        ProjectError: The project can't be opened.
    """
    made: list[Path] = []
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with opened_window(project, "dark", (1200, 800)) as window:
        for media in window.session.media_ids:
            show_media(window, media)
            shown = window.session.media
            if window.session.picture is None or shown is None:
                continue
            path = folder / (shown.path.strip("/").replace("/", "-").rsplit(".", 1)[0] + ".png")
            if not _rendered(window.canvas, side).save(str(path)):
                raise InputError("The picture could not be written.", path=path)
            made.append(path)
    return made


def _rendered(canvas: CanvasView, side: int) -> QImage:
    """Return the picture with its overlays, without the window around it."""
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QImage, QPainter

    width, height = canvas.scene_state.size
    scale = max(1.0, side / max(width, height))
    image = QImage(round(width * scale), round(height * scale), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    canvas.scene().render(painter, QRectF(image.rect()), QRectF(0, 0, width, height))
    painter.end()
    return image


@contextmanager
def opened_window(project: str | Path | None, theme: str, size: tuple[int, int]) -> Iterator[MainWindow]:
    """Yield the real window on a project, with settings of its own; it is closed at the end."""
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
                _wait(lambda: window.session.picture is not None or window.session.problem is not None)
            yield window
        finally:
            window.close()
            window.deleteLater()
            settle(0.0)


def show_media(window: MainWindow, media: int) -> None:
    """Go to a picture and wait until it is decoded."""
    window.session.go_to(media)
    _wait(lambda: window.session.picture is not None or window.session.problem is not None)


def _wait(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not ready() and time.monotonic() < end:
        settle(0.02)


def settle(seconds: float) -> None:
    """Let thumbnails and timers come to rest."""
    from PySide6.QtCore import QCoreApplication

    end = time.monotonic() + seconds
    while True:
        QCoreApplication.processEvents()
        if time.monotonic() >= end:
            return
        time.sleep(0.005)

"""The stage that the guide's pictures are taken on: the real window, on sample photos with predictions."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage, QKeySequence, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from segstudio.app.capture import opened_window, settle, show_media
from segstudio.app.main_window import MainWindow

WIDTH = 1400
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE = Qt.KeyboardModifier.NoModifier


class Stage:
    """Opens windows, acts in them as a person would, and saves what they look like.

    Args:
        demo: The output of `segstudio demo --headless`.
        images: Where the pictures go.

    Attributes:
        window: The one that is open.
    """

    def __init__(self, demo: Path, images: Path) -> None:
        self._demo = demo
        self._images = images
        self._opened: AbstractContextManager[MainWindow] | None = None
        self._folder = tempfile.TemporaryDirectory()
        self.window: MainWindow

    def open(
        self, name: str | None, *, theme: str = "dark", size: tuple[int, int] = (1440, 900), tool: str = "select"
    ) -> MainWindow:
        """Open a window on a fresh copy of the demo's project and show one of its photos; None: the welcome page."""
        self.close()
        project = None
        if name is not None:
            copy = Path(self._folder.name) / "demo"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(self._demo, copy)
            project = copy / "demo.segstudio"
        self._opened = opened_window(project, theme, size)
        self.window = self._opened.__enter__()
        if name is not None and self.window.session.project is not None:
            ids = {m.path: m.id for m in self.window.session.project.media()}
            show_media(self.window, ids[name])
            self.window.link.use(tool)
        self.rest(0.8 if name is not None else 0.2)
        return self.window

    def rest(self, seconds: float = 0.3) -> None:
        """Let everything that goes on come to rest."""
        settle(seconds)

    def press(self, x: float, y: float, button=LEFT, mods=NONE) -> None:
        """Press a mouse button at a place of the picture."""
        self._mouse(QEvent.Type.MouseMove, x, y, Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, mods)
        self._mouse(QEvent.Type.MouseButtonPress, x, y, button, button, mods)

    def move(self, x: float, y: float, button=Qt.MouseButton.NoButton, mods=NONE) -> None:
        """Move the mouse to a place of the picture."""
        self._mouse(QEvent.Type.MouseMove, x, y, Qt.MouseButton.NoButton, button, mods)

    def release(self, x: float, y: float, button=LEFT, mods=NONE) -> None:
        """Let a mouse button go at a place of the picture."""
        self._mouse(QEvent.Type.MouseButtonRelease, x, y, button, Qt.MouseButton.NoButton, mods)

    def click(self, x: float, y: float, button=LEFT, mods=NONE) -> None:
        """Click at a place of the picture."""
        self.press(x, y, button, mods)
        self.release(x, y, button, mods)

    def drag(self, *places: tuple[float, float], button=LEFT, mods=NONE) -> None:
        """Press at the first place, move over the others, let go at the last."""
        self.press(*places[0], button, mods)
        for place in places[1:]:
            self.move(*place, button, mods)
        self.release(*places[-1], button, mods)

    def key(self, keys: str) -> None:
        """Type a key on the canvas, as QKeySequence writes it: "Return", "N", "Ctrl+Z"."""
        pressed = QKeySequence(keys)[0]
        self.window.canvas.setFocus()
        QTest.keyClick(self.window.canvas, pressed.key(), pressed.keyboardModifiers())

    def act(self, action: str) -> None:
        """Do an action of the table, by its id."""
        self.window.actions_.refresh()
        self.window.actions_[action].trigger()

    def save(self, name: str) -> None:
        """Write what the window looks like to <name>.webp, no wider than a page shows."""
        self.rest()
        self.save_widget(self.window, name)

    def save_widget(self, widget: QWidget, name: str) -> None:
        """Write what a widget (a dialog, a panel) looks like to <name>.webp."""
        self._images.mkdir(parents=True, exist_ok=True)
        shown = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(shown.constBits(), np.uint8).reshape(shown.height(), shown.bytesPerLine())
        shot = Image.fromarray(rows[:, : 3 * shown.width()].reshape(shown.height(), shown.width(), 3))
        width = min(WIDTH, shot.width)
        small = shot.resize((width, round(shot.height * width / shot.width)), Image.Resampling.LANCZOS)
        # Pictures in a repository stay small, and their colours true.
        small.save(self._images / f"{name}.webp", quality=88, method=6)

    def close(self) -> None:
        """Close the window that is open."""
        if self._opened is not None:
            with suppress(StopIteration):
                self._opened.__exit__(None, None, None)
            self._opened = None

    def _mouse(self, kind: QEvent.Type, x: float, y: float, button, held, mods) -> None:
        canvas = self.window.canvas
        at = canvas.viewportTransform().map(QPointF(x, y))
        port = canvas.viewport()
        QApplication.sendEvent(port, QMouseEvent(kind, at, QPointF(port.mapToGlobal(at.toPoint())), button, held, mods))

"""The canvas with what lies around and over it: rulers, magnifier, and the window of deep pictures."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from segstudio.app.background import Background
from segstudio.app.canvas.key_pointer import KeyPointer
from segstudio.app.canvas.magnifier import Magnifier
from segstudio.app.canvas.rulers import Corner, Ruler
from segstudio.app.canvas.view import CanvasView
from segstudio.app.session import Session
from segstudio.core.errors import MediaError
from segstudio.media import Picture


class CanvasFrame(QWidget):
    """Follows the session's view state."""

    def __init__(self, session: Session, canvas: CanvasView) -> None:
        super().__init__()
        self._session = session
        self._canvas = canvas
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        self.rulers = (Corner(), Ruler(canvas, across=True), Ruler(canvas, across=False))
        for widget, (row, column) in zip(self.rulers, ((0, 0), (0, 1), (1, 0)), strict=True):
            grid.addWidget(widget, row, column)
        grid.addWidget(canvas, 1, 1)
        self.magnifier = Magnifier(canvas)
        self.pointer = KeyPointer(canvas)
        self.background = Background(self, self._on_failed)
        self._window = session.view.window
        session.view.changed.connect(self._follow)
        session.picture_changed.connect(self._on_picture)
        self._follow()

    def _follow(self) -> None:
        view, state = self._session.view, self._canvas.scene_state
        for ruler in self.rulers:
            ruler.setVisible(view.rulers)
        self.magnifier.switch(view.magnifier)
        self.pointer.switch(view.key_pointer)
        if (view.display, view.grid) != (state.display, state.grid):
            state.display, state.grid = view.display, view.grid
            self._canvas.refresh()
        if view.window != self._window:
            self._window = view.window
            self._read()

    def _on_picture(self) -> None:
        if self._session.view.window is not None:
            self._read()

    def _read(self) -> None:
        """Read the samples of a deep picture through the chosen window; only the canvas shows it."""
        session, window = self._session, self._session.view.window
        picture, reader, media, frame = session.picture, session.reader, session.media, session.frame
        if picture is None or picture.window is None or reader is None or media is None:
            return
        if window is None:
            self.background.drop_all()
            self._canvas.set_pixels(picture.source)
            return

        def shown(found: Picture) -> None:
            if session.picture is picture and session.view.window == window:
                self._canvas.set_pixels(found.source)

        self.background.run(lambda: reader.read(media, frame, window), shown, "window")

    def _on_failed(self, error: Exception) -> None:
        # A file that is gone meanwhile: the picture stays as it was.
        if isinstance(error, MediaError):
            self._session.failed.emit(error)
            return
        raise error

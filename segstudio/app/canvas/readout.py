"""What a map says under the pointer, in words beside it."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel

from segstudio.app.canvas.view import CanvasView
from segstudio.app.theme import set_role

AWAY = 16


class Readout(QLabel):
    """Follows the pointer over the canvas while there is something to say.

    Args:
        view: The canvas.
        words: Returns what is said of a place of the picture, "" for nothing.
    """

    def __init__(self, view: CanvasView, words: Callable[[float, float], str]) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._words = words
        self._at = (math.nan, math.nan)
        self.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self, "tip")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        view.cursor_moved.connect(self._on_cursor)

    def refresh(self) -> None:
        """Say anew what is under the pointer."""
        self._on_cursor(*self._at)

    def _on_cursor(self, x: float, y: float) -> None:
        self._at = (x, y)
        text = "" if math.isnan(x) else self._words(x, y)
        self.setText(text)
        self.setVisible(bool(text))
        if text:
            self.adjustSize()
            port, at = self._view.viewport().rect(), self._view.viewportTransform().map(QPointF(x, y))
            left = at.x() + AWAY if at.x() + AWAY + self.width() < port.width() else at.x() - AWAY - self.width()
            top = at.y() + AWAY if at.y() + AWAY + self.height() < port.height() else at.y() - AWAY - self.height()
            self.move(max(round(left), 0), max(round(top), 0))

"""A magnifier in the canvas's corner: the pixels around the pointer, several times as large."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from segstudio.app.canvas.view import CanvasView

SIDE = 192
FACTOR = 6.0
LEAST = 8.0  # screen pixels a picture pixel, so that single pixels show
MARGIN = 12


class Magnifier(QWidget):
    """Shows what the pointer is on; it keeps out of the pointer's way."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._at: QPointF | None = None
        self.on = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(SIDE, SIDE)
        self.hide()
        view.cursor_moved.connect(self._on_cursor)

    def switch(self, on: bool) -> None:
        """Show it while the pointer is over the picture, or never."""
        self.on = on
        self._place()

    def _on_cursor(self, x: float, y: float) -> None:
        self._at = None if math.isnan(x) else QPointF(x, y)
        if self.on:
            self._place()

    def _place(self) -> None:
        if not self.on or self._at is None:
            self.hide()
            return
        port, pointer = self._view.viewport().rect(), self._view.viewportTransform().map(self._at)
        left = QPointF(MARGIN, port.height() - SIDE - MARGIN)
        near = QRectF(left.x(), left.y(), SIDE, SIDE).adjusted(-40, -40, 40, 40).contains(pointer)
        at = QPointF(port.width() - SIDE - MARGIN, left.y()) if near else left
        self.move(at.toPoint())
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._at is None:
            return
        view = self._view
        zoom = max(view.scale_now * FACTOR, LEAST)
        side = SIDE / zoom
        part = QRectF(self._at.x() - side / 2, self._at.y() - side / 2, side, side)
        painter = QPainter(self)
        painter.fillRect(self.rect(), view.backdrop)
        view.scene().render(painter, QRectF(self.rect()), part)
        middle = SIDE / 2
        for pen in (QPen(QColor(0, 0, 0, 160), 3), QPen(QColor(255, 255, 255), 1)):
            painter.setPen(pen)
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                start = QPointF(middle + 5 * dx, middle + 5 * dy)
                painter.drawLine(start, start + QPointF(9 * dx, 9 * dy))
        painter.setPen(QPen(QColor(0, 0, 0), 2))
        painter.drawRect(QRectF(0.5, 0.5, SIDE - 1, SIDE - 1))
        painter.setPen(QPen(QColor(255, 255, 255), 1))
        painter.drawRect(QRectF(1.5, 1.5, SIDE - 3, SIDE - 3))
        painter.end()

"""The handles of the selected object."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from segstudio.app.canvas.handles import Handle, handles_of
from segstudio.app.canvas.layers.base import Layer, to_screen

SIDE = 7.0
# Vertices nearer to each other than this, on the screen, get no handle each.
APART = 9.0


class HandlesLayer(Layer):
    """Small white squares (boxes) and discs (vertices, joints); of crowded ones only some show."""

    name = "handles"

    def paint(self, painter: QPainter, exposed: QRectF, _zoom: float) -> None:
        selected = self.scene.selected()
        # A brush can't grab them, and they would hide what it paints.
        if len(selected) != 1 or self.scene.draft.brush is not None:
            return
        scale = to_screen(painter)
        margin = SIDE / scale
        part = exposed.adjusted(-margin, -margin, margin, margin)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(0, 0, 0, 220), 1.25))
        painter.setBrush(QColor(255, 255, 255))
        taken: set[tuple[int, int]] = set()
        for handle in handles_of(selected[0]):
            at = QPointF(handle.x, handle.y)
            if part.contains(at) and self._free(handle, scale, taken):
                self._draw(painter, handle, at * scale)

    def _free(self, handle: Handle, scale: float, taken: set[tuple[int, int]]) -> bool:
        if handle.kind != "vertex":
            return True
        cell = (int(handle.x * scale / APART), int(handle.y * scale / APART))
        if cell in taken:
            return False
        taken.add(cell)
        return True

    def _draw(self, painter: QPainter, handle: Handle, at: QPointF) -> None:
        if handle.kind == "box":
            painter.drawRect(QRectF(at.x() - SIDE / 2, at.y() - SIDE / 2, SIDE, SIDE))
        else:
            painter.drawEllipse(at, SIDE / 2, SIDE / 2)

"""The handles of the selected object."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from segstudio.app.canvas.handles import Handle, handles_of
from segstudio.app.canvas.layers.base import Layer, to_screen
from segstudio.core.geometry import Box

SIDE = 7.0
# Of vertices nearer to each other than this, on the screen, only some get a handle.
APART = 9.0


class HandlesLayer(Layer):
    """Small white squares (boxes) and discs (vertices, joints); of crowded ones only some show."""

    name = "handles"

    def paint(self, painter: QPainter, exposed: QRectF, _zoom: float) -> None:
        selected = self.scene.selected()
        # A brush can't grab them, and they would hide what it paints.
        if len(selected) != 1 or self.scene.draft.brush is not None or not self.scene.handles:
            return
        scale = to_screen(painter)
        part = Box(exposed.x(), exposed.y(), exposed.width(), exposed.height()).padded(SIDE / scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(0, 0, 0, 220), 1.25))
        painter.setBrush(QColor(255, 255, 255))
        # Joints that are drawn are their own handles: a disc on top would hide which ones are hidden.
        joints = "keypoints" not in self.scene.kinds
        for handle in handles_of(selected[0], part, APART / scale):
            if joints or handle.kind != "joint":
                self._draw(painter, handle, QPointF(handle.x, handle.y) * scale)

    def _draw(self, painter: QPainter, handle: Handle, at: QPointF) -> None:
        if handle.kind == "box":
            painter.drawRect(QRectF(at.x() - SIDE / 2, at.y() - SIDE / 2, SIDE, SIDE))
        else:
            painter.drawEllipse(at, SIDE / 2, SIDE / 2)

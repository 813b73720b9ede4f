"""A grid over the picture, for sizes and alignment at a glance."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from segstudio.app.canvas.layers.base import Layer, scale_of

# Lines nearer to each other than this, on the screen, would hide the picture; every second, fourth, ... is drawn then.
NEAREST = 6.0


class GridLayer(Layer):
    """Lines every so many picture pixels, light over dark."""

    name = "grid"

    def paint(self, painter: QPainter, exposed: QRectF, _zoom: float) -> None:
        step = self.scene.grid
        if step <= 0:
            return
        scale = scale_of(painter)
        while step * scale < NEAREST:
            step *= 2
        part = exposed.intersected(QRectF(0, 0, *self.scene.size))
        if part.isEmpty():
            return
        left, right = math.floor(part.left() / step) * step, math.ceil(part.right())
        top, bottom = math.floor(part.top() / step) * step, math.ceil(part.bottom())
        lines = [QLineF(x, top, x, bottom) for x in range(left, right + 1, step)]
        lines += [QLineF(left, y, right, y) for y in range(top, bottom + 1, step)]
        for color in (QColor(0, 0, 0, 70), QColor(255, 255, 255, 90)):
            pen = QPen(color, 1)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawLines(lines)
            painter.translate(-1 / scale, -1 / scale)

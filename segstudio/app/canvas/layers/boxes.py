"""Boxes: objects that are boxes, and boxes stated besides a shape."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from segstudio.app.canvas.layers.base import Layer, pen
from segstudio.app.canvas.layers.paths import boxes_path
from segstudio.app.canvas.scene import Scene
from segstudio.app.canvas.table import BOX
from segstudio.core.geometry import Box

# From this number on lines are one pixel wide, which Qt draws many times faster.
MANY = 400
FAINT = 0.8
STATED = 0.45  # boxes beside a shape say less than the shape


class BoxesLayer(Layer):
    """Draws the boxes of each colour as one path."""

    name = "boxes"
    kind = "boxes"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._version = -1
        self._boxes = np.zeros((0, 4))
        self._colors = np.zeros(0, np.int64)

    def paint(self, painter: QPainter, exposed: QRectF, zoom: float) -> None:
        self._read()
        b = self._boxes
        margin = 3 / zoom
        hit = (b[:, 0] < exposed.right() + margin) & (b[:, 2] > exposed.left() - margin)
        hit &= (b[:, 1] < exposed.bottom() + margin) & (b[:, 3] > exposed.top() - margin)
        boxes, colors = b[hit], self._colors[hit]
        many = len(boxes) > MANY
        for value in np.unique(colors):
            color, predicted, stated = QColor(int(value) & 0xFFFFFF), bool(value >> 24 & 1), bool(value >> 25)
            path = boxes_path(boxes[colors == value])
            if not many and not stated:
                painter.setPen(pen(QColor(0, 0, 0), 3.0, 0.35))
                painter.drawPath(path)
            alpha = STATED if stated else FAINT if predicted else 1.0
            painter.setPen(pen(color, 1.0 if many or stated else 1.75, alpha))
            painter.drawPath(path)

    def _read(self) -> None:
        scene = self.scene
        if self._version == scene.version:
            return
        self._version = scene.version
        boxes, colors = [], []
        for a in scene.table.shown(bearing=BOX):
            box = a.geometry if isinstance(a.geometry, Box) else a.box
            if box is not None:
                r, g, b = scene.style.color(a)
                boxes.append((box.x, box.y, box.right, box.bottom))
                stated = not isinstance(a.geometry, Box | None)
                colors.append(stated << 25 | a.is_prediction << 24 | r << 16 | g << 8 | b)
        self._boxes = np.array(boxes, np.float64).reshape(-1, 4)
        self._colors = np.array(colors, np.int64)

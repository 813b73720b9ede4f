"""Landmarks of faces that are results, not annotations yet."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from segstudio.app.canvas.layers.base import Layer, pen, scale_of
from segstudio.app.canvas.layers.paths import boxes_path
from segstudio.core.results import Faces

COLOR = (255, 210, 0)
RADIUS = 2.5


class LandmarksLayer(Layer):
    """A box and five dots a face."""

    name = "landmarks"
    kind = "keypoints"

    def paint(self, painter: QPainter, exposed: QRectF, _zoom: float) -> None:
        radius = RADIUS / scale_of(painter)
        part = exposed.adjusted(-radius, -radius, radius, radius)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for faces in (r for r in self.scene.results if isinstance(r, Faces)):
            painter.setPen(pen(COLOR, 1.5))
            painter.drawPath(boxes_path(np.asarray(faces.boxes, np.float64).reshape(-1, 4)))
            painter.setPen(pen(QColor(0, 0, 0), 1.0, 0.8))
            painter.setBrush(QColor(*COLOR))
            for x, y in np.asarray(faces.landmarks, np.float64).reshape(-1, 2).tolist():
                if part.contains(x, y):
                    painter.drawEllipse(QPointF(x, y), radius, radius)

"""Poses: joints and limbs."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from segstudio.app.canvas.layers.base import Layer, box_of, pen, scale_of
from segstudio.app.canvas.layers.paths import segments_path
from segstudio.core.annotation import Annotation
from segstudio.core.colors import RGB
from segstudio.core.labels import Skeleton

RADIUS = 3.6
# From this many poses on the screen on, joints and limbs are thin lines only.
MANY = 300


class KeypointsLayer(Layer):
    """Draws joints as discs, hidden ones hollow; limbs as lines, dashed where an end is hidden."""

    name = "keypoints"
    kind = "keypoints"

    def paint(self, painter: QPainter, exposed: QRectF, _zoom: float) -> None:
        scene, scale = self.scene, scale_of(painter)
        poses = [a for a in scene.table.shown(box_of(exposed, 8 / scale)) if a.keypoints is not None]
        fine = len(poses) <= MANY
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, fine)
        for a in poses:
            category = scene.style.categories.get(a.category)
            skeleton = category.skeleton if category is not None else None
            self._limbs(painter, a, skeleton, scene.style.color(a), fine)
            if fine:
                self._joints(painter, a, scene.style.color(a), RADIUS / scale)

    def _limbs(self, painter: QPainter, a: Annotation, skeleton: Skeleton | None, color: RGB, fine: bool) -> None:
        points = np.array(a.keypoints.values if a.keypoints else (), np.float64).reshape(-1, 3)
        limbs = np.array(skeleton.limbs if skeleton is not None else (), np.int64).reshape(-1, 2)
        limbs = limbs[(limbs < len(points)).all(axis=1)]
        ends = points[limbs]
        drawn = (ends[:, :, 2] > 0).all(axis=1)
        hidden = drawn & (ends[:, :, 2] == 1).any(axis=1)
        for chosen, style in ((drawn & ~hidden, Qt.PenStyle.SolidLine), (hidden, Qt.PenStyle.DashLine)):
            path = segments_path(ends[chosen][:, :, :2].reshape(-1, 4))
            if fine:
                under = pen(QColor(0, 0, 0), 4.0, 0.45)
                painter.setPen(under)
                painter.drawPath(path)
            line = pen(color, 2.25 if fine else 1.0)
            line.setStyle(style)
            painter.setPen(line)
            painter.drawPath(path)

    def _joints(self, painter: QPainter, a: Annotation, color: RGB, radius: float) -> None:
        assert a.keypoints is not None
        for i in range(a.keypoints.count):
            x, y, v = a.keypoints.point(i)
            if v == 0:
                continue
            painter.setPen(pen(QColor(0, 0, 0), 3.5 if v == 1 else 1.5, 0.8))
            painter.setBrush(QColor(255, 255, 255) if v == 2 else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x, y), radius, radius)
            painter.setPen(pen(color, 2.0))
            painter.drawEllipse(QPointF(x, y), radius * 0.9, radius * 0.9)
        painter.setBrush(Qt.BrushStyle.NoBrush)

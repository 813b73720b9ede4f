"""A region that a panel points at: a gap of a panoptic map."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from segstudio.app.canvas.layers.base import Layer, pen, rect_of
from segstudio.app.canvas.layers.draft import region_image
from segstudio.app.canvas.scene import Scene
from segstudio.core.masks import Mask

COLOR = (255, 64, 160)  # far from what photos and classes are coloured like
LARGEST = 64_000_000  # pixels: of more, the box says enough


class MarkedLayer(Layer):
    """Fills the region and draws a frame around it, so that a gap of one pixel is seen too."""

    name = "marked"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._of: Mask | None = None
        self._image: tuple[QImage, np.ndarray] | None = None

    def paint(self, painter: QPainter, _exposed: QRectF, zoom: float) -> None:
        mask = self.scene.marked
        if mask is not self._of:
            self._of = mask
            self._image = region_image(mask, COLOR) if mask is not None and mask.w * mask.h <= LARGEST else None
        if mask is None:
            return
        if self._image is not None:
            painter.drawImage(rect_of(mask.bounds), self._image[0])
        frame = rect_of(mask.bounds.padded(6 / zoom))
        for stroke in (pen(QColor(0, 0, 0), 3.5, 0.6), pen(QColor(255, 255, 255), 1.5)):
            painter.setPen(stroke)
            painter.drawRect(frame)

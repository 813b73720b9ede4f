"""The regions of all objects, from the composed buffer."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from segstudio.app.canvas.layers.base import Layer
from segstudio.app.canvas.layers.picture import NEAREST_ZOOM, draw_part, level_for, part_of
from segstudio.app.canvas.scene import Scene


class InstancesLayer(Layer):
    """Draws the composer's pixels; one QImage wraps each copy that is in one piece."""

    name = "instances"
    kind = "masks"
    base = True

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        # An image looks at its array, which is kept beside it.
        self._images: dict[int, tuple[np.ndarray, QImage]] = {}

    def paint(self, painter: QPainter, exposed: QRectF, zoom: float) -> None:
        composer = self.scene.composer
        level = level_for(zoom, composer.depth)
        factor = float(1 << level)
        x, y, pixels = composer.part(level, part_of(exposed, self.scene.size, factor))
        if not pixels.size:
            return
        found = self._images.get(level)
        if found is None or found[0] is not pixels:
            height, width = pixels.shape
            image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
            found = self._images[level] = pixels, image
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, zoom <= NEAREST_ZOOM)
        draw_part(painter, found[1], exposed, self.scene.size, factor, x, y)

"""The regions of all objects, from the composed buffer."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from segstudio.app.canvas.compose import Composer
from segstudio.app.canvas.layers.base import Layer
from segstudio.app.canvas.layers.picture import NEAREST_ZOOM, draw_part, level_for
from segstudio.app.canvas.scene import Scene


class InstancesLayer(Layer):
    """Draws the composer's buffer; one QImage wraps each of its copies."""

    name = "instances"
    kind = "masks"
    base = True

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._composer: Composer | None = None
        self._images: dict[int, QImage] = {}

    def paint(self, painter: QPainter, exposed: QRectF, zoom: float) -> None:
        composer = self.scene.composer
        if composer is not self._composer:
            # The composer holds the arrays; it is kept as long as images look at them.
            self._composer, self._images = composer, {}
        level = level_for(zoom, composer.depth)
        pixels = composer.level(level)
        image = self._images.get(level)
        if image is None:
            height, width = pixels.shape
            image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
            self._images[level] = image
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, zoom <= NEAREST_ZOOM)
        draw_part(painter, image, exposed, self.scene.size, float(1 << level))

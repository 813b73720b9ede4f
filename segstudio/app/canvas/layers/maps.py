"""Maps over the whole picture: a class a pixel, a segment a pixel, heat."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from segstudio.app.canvas.layers.base import Layer
from segstudio.app.canvas.scene import Scene
from segstudio.core import colors
from segstudio.core.results import Heatmap, PanopticMap, Result, SemanticMap

HEAT = 0.7


class _MapLayer(Layer):
    """Turns the last result of its kind into one picture, once."""

    kind = "maps"
    base = True
    of: tuple[type[Result], ...] = ()

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._source: Result | None = None
        self._pixels = np.zeros((0, 0, 4), np.uint8)
        self._image = QImage()

    def paint(self, painter: QPainter, exposed: QRectF, _zoom: float) -> None:
        found = next((r for r in reversed(self.scene.results) if isinstance(r, self.of)), None)
        if found is None:
            self._source = None
            return
        if found is not self._source:
            self._source = found
            # The image looks at the array, which therefore stays.
            self._pixels = np.ascontiguousarray(self.colored(found))
            height, width = self._pixels.shape[:2]
            image_format = QImage.Format.Format_RGBA8888_Premultiplied
            self._image = QImage(self._pixels.data, width, height, 4 * width, image_format)
        smooth = isinstance(found, Heatmap)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.setClipRect(exposed)
        painter.drawImage(QRectF(0, 0, *self.scene.size), self._image)

    def colored(self, result: Result) -> np.ndarray:
        """Return a result as premultiplied RGBA, uint8 (h, w, 4)."""
        raise NotImplementedError


class SemanticLayer(_MapLayer):
    """A class a pixel, or a segment a pixel; what is nothing (the background, void) stays clear."""

    name = "semantic"
    of = (SemanticMap, PanopticMap)

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.opacity = 0.6

    def colored(self, result: Result) -> np.ndarray:
        assert isinstance(result, SemanticMap | PanopticMap)
        values, places = np.unique(result.map, return_inverse=True)
        clear = {label.id for label in result.classes.labels if label.name in ("background", "__background__")}
        table = np.zeros((len(values), 4), np.uint8)
        for i, value in enumerate(values.tolist()):
            nothing = value == 0 if isinstance(result, PanopticMap) else value in clear or value == 255
            if not nothing:
                table[i] = (*colors.instance_color(value), 255)
        return table[places.reshape(result.map.shape)]


class HeatmapLayer(_MapLayer):
    """Heat as colour; the colder, the clearer."""

    name = "heatmap"
    of = (Heatmap,)

    def colored(self, result: Result) -> np.ndarray:
        assert isinstance(result, Heatmap)
        values = np.clip(np.nan_to_num(result.values), 0, 1)
        alpha = HEAT * (0.25 + 0.75 * values)
        rgb = colors.lut("viridis")[np.rint(values * 255).astype(np.uint8)]
        return np.concatenate([rgb * alpha[..., None], 255 * alpha[..., None]], axis=-1).round().astype(np.uint8)

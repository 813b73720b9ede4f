"""The outline of what is selected, white over black, and of what the pointer is on."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath

from segstudio.app.canvas.layers.base import Layer, pen
from segstudio.app.canvas.layers.paths import boxes_path, polygons_path, segments_path
from segstudio.app.canvas.scene import Scene
from segstudio.core import spans
from segstudio.core.annotation import Annotation
from segstudio.core.geometry import Box, Polygons

# More selected objects than this are marked by their white borders only.
MOST = 100
_KEPT = 4 * MOST


class SelectionLayer(Layer):
    """Vector outlines, crisp at every zoom."""

    name = "selection"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._paths: dict[int, tuple[object, QPainterPath]] = {}

    def paint(self, painter: QPainter, exposed: QRectF, _zoom: float) -> None:
        scene = self.scene
        hovered = scene.get(scene.hover) if scene.hover not in scene.selection else None
        if hovered is not None and scene.style.visible(hovered):
            painter.setPen(pen(QColor(255, 255, 255), 1.5, 0.75))
            painter.drawPath(self._path(hovered))
        # The outline of what is being painted is an old one; its white border in the regions is up to date.
        selected = [a for a in scene.selected() if a.id != scene.stroked]
        if len(selected) > MOST:
            return
        paths = [path for a in selected if (path := self._path(a)).boundingRect().intersects(exposed)]
        for stroke in (pen(QColor(0, 0, 0), 4.0, 0.85), pen(QColor(255, 255, 255), 2.0)):
            painter.setPen(stroke)
            for path in paths:
                painter.drawPath(path)

    def _path(self, a: Annotation) -> QPainterPath:
        found = self._paths.get(a.id)
        key = a.geometry if a.geometry is not None else a.bounds
        if found is not None and found[0] is key:
            return found[1]
        match a.geometry:
            case Polygons():
                path = polygons_path(a.geometry)
            case Box() | None:
                path = boxes_path(_corners(a.geometry or a.bounds))
            case _:
                path = segments_path(spans.outline(self.scene.composer.bitmaps.get(a).spans()))
        if len(self._paths) > _KEPT:
            self._paths.clear()
        self._paths[a.id] = (key, path)
        return path


def _corners(box: Box) -> np.ndarray:
    return np.array([[box.x, box.y, box.right, box.bottom]])

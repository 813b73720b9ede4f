"""A view of a model's inside: a map or a picture over its box, boxes and points as lines with their texts."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPixmap

from segstudio.app.canvas import view_painting
from segstudio.app.canvas.layers.base import Layer, scale_of, to_screen
from segstudio.app.canvas.layers.labels import draw_tag
from segstudio.app.canvas.scene import Scene
from segstudio.app.canvas.view_painting import Pixels
from segstudio.core import view_reading
from segstudio.core.view_reading import Coloring
from segstudio.core.views import BoxesView, HeatView, PictureView, PointsView, View

MOST = 60  # texts


class InsideLayer(Layer):
    """Draws `Scene.insight`."""

    name = "inside"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._of: tuple[View, Coloring] | None = None
        self._pixels: Pixels | None = None
        self._tags: dict[tuple[str, tuple[int, int, int], float], QPixmap] = {}

    @property
    def drawn(self) -> bool:
        return super().drawn and self.scene.insight is not None

    def paint(self, painter: QPainter, exposed: QRectF, _zoom: float) -> None:
        view = self.scene.insight
        scale = scale_of(painter)
        if isinstance(view, HeatView | PictureView):
            painter.setClipRect(exposed)
            view_painting.paint_pixels(painter, view, self._image(view), scale)
        elif isinstance(view, BoxesView | PointsView):
            painter.setOpacity(1.0)
            view_painting.paint_shapes(painter, view, scale)
            self._texts(painter, view)

    def _image(self, view: HeatView | PictureView) -> Pixels:
        key = (view, self.scene.insight_coloring)
        if self._pixels is None or self._of is None or self._of[0] is not view or self._of[1] != key[1]:
            self._of, self._pixels = key, Pixels(*key)
        return self._pixels

    def _texts(self, painter: QPainter, view: BoxesView | PointsView) -> None:
        """Write a text at each box or point, the surest first; one that would cover another is left out."""
        ratio = abs(painter.deviceTransform().m11()) / scale_of(painter)
        scale = to_screen(painter)
        count = view_reading.size_of(view)[0]
        scores = [None] * count if view.scores is None else view.scores.tolist()
        taken: list[QRectF] = []
        for (x, y), text, score in zip(view_painting.anchors(view), view_reading.texts_of(view), scores):
            if not text or len(taken) >= MOST:
                continue
            tag = self._tag(text, view_reading.score_color(score), ratio)
            size = tag.deviceIndependentSize()
            aside = view_painting.RADIUS + 2 if isinstance(view, PointsView) else 0.0
            up = size.height() / 2 if aside else size.height()
            place = QRectF(QPointF(x * scale + aside, y * scale - up), size)
            if not any(place.intersects(other) for other in taken):
                taken.append(place)
                painter.drawPixmap(place.topLeft(), tag)

    def _tag(self, text: str, color: tuple[int, int, int], ratio: float) -> QPixmap:
        key = (text, color, ratio)
        if key not in self._tags:
            if len(self._tags) > 10 * MOST:
                self._tags.clear()
            self._tags[key] = draw_tag(text, color, False, ratio)
        return self._tags[key]

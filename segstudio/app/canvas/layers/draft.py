"""What the tool shows: lines, a rubber band, keypoints, the brush."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from segstudio.app.canvas.bitmaps import border
from segstudio.app.canvas.draft import NOTHING
from segstudio.app.canvas.layers.base import Layer, points_of, rect_of, to_screen
from segstudio.app.canvas.scene import Scene
from segstudio.core import colors
from segstudio.core.colors import RGB
from segstudio.core.heat import HeatMap
from segstudio.core.masks import Mask

ACCENT = QColor("#5b9dff")
DOT = 3.5
FILL, EDGE = 0.45, 0.95
HEAT = 0.75
DOTS = {"positive": QColor("#2fbf71"), "negative": QColor("#ee5a52"), "anchor": QColor(255, 255, 255)}


class DraftLayer(Layer):
    """Draws a `Draft`, dark underneath and light above, so that it shows on every picture."""

    name = "draft"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        # By mask and colour; the image looks at the array beside it.
        self._images: dict[tuple[Mask, RGB], tuple[QImage, np.ndarray]] = {}
        self._heat: tuple[HeatMap, QImage, np.ndarray] | None = None

    def paint(self, painter: QPainter, _exposed: QRectF, _zoom: float) -> None:
        if self.scene.draft is NOTHING:
            self._images.clear()
            self._heat = None
            return
        self._warm(painter)
        self._regions(painter)
        scale = to_screen(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self._ghost(painter, scale)
        self._lines(painter, scale)
        self._line(painter, scale)
        self._box(painter, scale)
        self._points(painter, scale)
        self._dots(painter, scale)
        self._picked(painter, scale)
        self._brush(painter, scale)
        self._mark(painter, scale)

    def _warm(self, painter: QPainter) -> None:
        heat = self.scene.draft.heat
        if heat is None:
            self._heat = None
            return
        if self._heat is None or self._heat[0] is not heat:
            self._heat = (heat, *_heat_image(heat))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipRect(QRectF(0, 0, *self.scene.size))
        painter.drawImage(rect_of(heat.box), self._heat[1])
        painter.restore()

    def _ghost(self, painter: QPainter, scale: float) -> None:
        draft = self.scene.draft
        places = [p * scale for p in points_of(draft.ghost)]
        lines = [QLineF(places[a], places[b]) for a, b in draft.ghost_limbs if max(a, b) < len(places)]
        for stroke in (QPen(QColor(0, 0, 0, 70), 3.0), QPen(QColor(255, 255, 255, 150), 1.0)):
            painter.setPen(stroke)
            painter.drawLines(lines)
        painter.setPen(QPen(QColor(0, 0, 0, 150), 1.0))
        painter.setBrush(QColor(255, 255, 255, 130))
        for at in places:
            painter.drawEllipse(at, DOT - 1, DOT - 1)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _mark(self, painter: QPainter, scale: float) -> None:
        if self.scene.draft.mark is None:
            return
        at = QPointF(*self.scene.draft.mark) * scale
        for stroke in (QPen(QColor(0, 0, 0, 200), 3.5), QPen(ACCENT, 2.0)):
            painter.setPen(stroke)
            painter.drawEllipse(at, 2 * DOT + 1, 2 * DOT + 1)

    def _regions(self, painter: QPainter) -> None:
        shown = {region: self._images.get(region) or region_image(*region) for region in self.scene.draft.regions}
        self._images = shown
        for (mask, _), (image, _) in shown.items():
            painter.drawImage(QRectF(mask.x, mask.y, mask.w, mask.h), image)

    def _lines(self, painter: QPainter, scale: float) -> None:
        for line in self.scene.draft.lines:
            points = QPolygonF([p * scale for p in points_of(line.points)])
            style = Qt.PenStyle.DashLine if line.dashed else Qt.PenStyle.SolidLine
            for stroke in (QPen(QColor(0, 0, 0, 170), line.width + 2), QPen(QColor(*line.color), line.width, style)):
                painter.setPen(stroke)
                if line.closed:
                    painter.drawPolygon(points)
                else:
                    painter.drawPolyline(points)

    def _dots(self, painter: QPainter, scale: float) -> None:
        for dot in self.scene.draft.dots:
            at = QPointF(dot.x, dot.y) * scale
            painter.setPen(QPen(QColor(0, 0, 0, 220), 3.5))
            painter.setBrush(DOTS[dot.kind])
            radius = DOT + (dot.kind != "anchor") * 1.5
            painter.drawEllipse(at, radius, radius)
            painter.setPen(QPen(QColor(255, 255, 255), 1.25))
            painter.drawEllipse(at, radius, radius)
            if dot.kind != "anchor":
                # Told apart without colours too: plus and minus.
                painter.drawLine(at - QPointF(radius - 2, 0), at + QPointF(radius - 2, 0))
                if dot.kind == "positive":
                    painter.drawLine(at - QPointF(0, radius - 2), at + QPointF(0, radius - 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _picked(self, painter: QPainter, scale: float) -> None:
        painter.setPen(QPen(QColor(255, 255, 255), 1.5))
        painter.setBrush(ACCENT)
        for p in points_of(self.scene.draft.picked):
            painter.drawEllipse(p * scale, DOT + 1.5, DOT + 1.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _line(self, painter: QPainter, scale: float) -> None:
        draft = self.scene.draft
        if len(draft.line) > 1:
            line = QPolygonF([p * scale for p in points_of(draft.line)])
            for stroke in (QPen(QColor(0, 0, 0, 170), 3.5), QPen(QColor(255, 255, 255), 1.5)):
                painter.setPen(stroke)
                painter.drawPolyline(line)
        painter.setPen(QPen(QColor(0, 0, 0, 220), 1.25))
        painter.setBrush(QColor(255, 255, 255))
        for i, p in enumerate(points_of(draft.vertices)):
            first = i == 0 and draft.closing
            painter.setBrush(ACCENT if first else QColor(255, 255, 255))
            painter.drawEllipse(p * scale, DOT * (1 + first), DOT * (1 + first))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _box(self, painter: QPainter, scale: float) -> None:
        draft = self.scene.draft
        if draft.box is None:
            return
        r = rect_of(draft.box)
        rect = QRectF(r.x() * scale, r.y() * scale, r.width() * scale, r.height() * scale)
        dashed = Qt.PenStyle.DashLine if draft.rubber else Qt.PenStyle.SolidLine
        painter.fillRect(rect, QColor(91, 157, 255, 36))
        painter.setPen(QPen(QColor(0, 0, 0, 170), 3))
        painter.drawRect(rect)
        painter.setPen(QPen(QColor(255, 255, 255), 1.5, dashed))
        painter.drawRect(rect)

    def _points(self, painter: QPainter, scale: float) -> None:
        draft = self.scene.draft
        places = [(QPointF(x, y) * scale, v) for x, y, v in draft.points]
        for a, b in draft.limbs:
            if a < len(places) and b < len(places) and places[a][1] and places[b][1]:
                hidden = 1 in (places[a][1], places[b][1])
                style = Qt.PenStyle.DashLine if hidden else Qt.PenStyle.SolidLine
                painter.setPen(QPen(QColor(255, 255, 255, 230), 2, style))
                painter.drawLine(places[a][0], places[b][0])
        for at, v in places:
            if v == 2:
                painter.setPen(QPen(QColor(0, 0, 0, 220), 1.25))
                painter.setBrush(ACCENT)
                painter.drawEllipse(at, DOT + 1, DOT + 1)
            elif v:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                for stroke in (QPen(QColor(0, 0, 0, 220), 4), QPen(ACCENT, 2)):
                    painter.setPen(stroke)
                    painter.drawEllipse(at, DOT + 0.5, DOT + 0.5)
        if draft.text is not None:
            self._text(painter, QPointF(draft.text[0], draft.text[1]) * scale, draft.text[2])

    def _text(self, painter: QPainter, at: QPointF, text: str) -> None:
        rect = QRectF(painter.fontMetrics().boundingRect(text)).adjusted(-6, -3, 6, 3)
        rect.moveTopLeft(at + QPointF(14, 12))
        # At the edge of the window it goes to the other side of the pointer.
        window = painter.worldTransform().inverted()[0].mapRect(QRectF(painter.viewport()))
        if rect.right() > window.right():
            rect.moveRight(at.x() - 14)
        if rect.bottom() > window.bottom():
            rect.moveBottom(at.y() - 12)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(20, 20, 20, 220))
        painter.drawRoundedRect(rect, 4, 4)
        painter.setPen(QColor(255, 255, 255))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

    def _brush(self, painter: QPainter, scale: float) -> None:
        draft = self.scene.draft
        if draft.brush is None:
            return
        x, y, size = draft.brush
        radius = max(size * scale / 2, 1.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        dashed = Qt.PenStyle.DotLine if draft.erases else Qt.PenStyle.SolidLine
        place = QRectF(x * scale - radius, y * scale - radius, 2 * radius, 2 * radius)
        draw = painter.drawRect if draft.square else painter.drawEllipse
        painter.setPen(QPen(QColor(0, 0, 0, 180), 2.5))
        draw(place)
        painter.setPen(QPen(QColor(255, 255, 255), 1.25, dashed))
        draw(place)


def _heat_image(heat: HeatMap) -> tuple[QImage, np.ndarray]:
    """Return heat as a translucent picture, the colder the clearer, and the array that it looks at."""
    values = np.clip(np.nan_to_num(heat.values), 0, 1)
    # What counts is where the warmest place is, not how sure the model was.
    values = values / max(float(values.max(initial=0.0)), 0.05)
    alpha = HEAT * np.sqrt(values)
    rgb = colors.lut("viridis")[np.rint(values * 255).astype(np.uint8)]
    pixels = np.concatenate([rgb * alpha[..., None], 255 * alpha[..., None]], axis=-1).round().astype(np.uint8)
    pixels = np.ascontiguousarray(pixels)
    height, width = values.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888_Premultiplied), pixels


def region_image(mask: Mask, color: RGB) -> tuple[QImage, np.ndarray]:
    """Return a mask as a translucent picture with a border, and the array that it looks at."""
    bitmap = mask.bitmap().astype(bool)
    table = np.array([0, colors.premultiplied(color, FILL), colors.premultiplied(color, EDGE)], np.uint32)
    pixels = np.ascontiguousarray(table[bitmap.astype(np.uint8) + border(bitmap)])
    height, width = bitmap.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied), pixels

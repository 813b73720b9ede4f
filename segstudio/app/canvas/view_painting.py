"""Painting views of a model's inside: over the picture, and as thumbnails."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from segstudio.app.canvas.layers.base import pen
from segstudio.core import view_reading
from segstudio.core.view_reading import Coloring
from segstudio.core.views import BarsView, BoxesView, HeatView, PictureView, PointsView, View

WIDTH, RADIUS = 2.0, 4.0  # desktop pixels
LARGE = 12.0  # desktop pixels a cell, from which cells show as squares


class Pixels:
    """A view's pixels as an image that looks at an array, which therefore stays beside it."""

    def __init__(self, view: HeatView | PictureView, coloring: Coloring, side: int = 0) -> None:
        rgb = view.rgb if isinstance(view, PictureView) else view_reading.colored(view, coloring, side)
        self._rgb = np.ascontiguousarray(rgb)
        height, width = self._rgb.shape[:2]
        self.image = QImage(self._rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888)


def box_of(view: View) -> QRectF:
    """Return the part of the picture that a view is stretched over."""
    left, top, right, bottom = view.box
    return QRectF(left, top, right - left, bottom - top)


def paint_pixels(painter: QPainter, view: View, pixels: Pixels, scale: float) -> None:
    """Paint a map or a picture over its box, large cells as squares.

    Args:
        painter: In picture coordinates.
        scale: Desktop pixels a picture pixel.
    """
    box = box_of(view)
    cell = box.width() / max(pixels.image.width(), 1) * scale
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, cell < LARGE)
    painter.drawImage(box, pixels.image)


def paint_shapes(painter: QPainter, view: BoxesView | PointsView, scale: float, width: float = WIDTH) -> None:
    """Paint boxes, or points and what joins them; the surer, the lighter, and the surest on top.

    Args:
        painter: In picture coordinates.
        scale: Desktop pixels a picture pixel.
        width: Of lines, in desktop pixels.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    count = view_reading.size_of(view)[0]
    scores = [None] * count if view.scores is None else view.scores.tolist()
    inks = [QColor(*view_reading.score_color(score)) for score in scores]
    if isinstance(view, BoxesView):
        for (left, top, right, bottom), ink in reversed(list(zip(view.boxes.tolist(), inks))):
            rect = QRectF(left, top, right - left, bottom - top)
            for line in (pen(QColor(0, 0, 0), width + 1.5, 0.5), pen(ink, width)):
                painter.setPen(line)
                painter.drawRect(rect)
        return
    places = [QPointF(x, y) for x, y in view.points.tolist()]
    for a, b in [] if view.links is None else view.links.tolist():
        for line in (pen(QColor(0, 0, 0), width + 1.5, 0.5), pen(QColor(255, 255, 255), width)):
            painter.setPen(line)
            painter.drawLine(places[a], places[b])
    radius = RADIUS * width / WIDTH / scale
    painter.setPen(pen(QColor(0, 0, 0), max(width / 2, 1)))
    for place, ink in zip(places, inks):
        painter.setBrush(ink)
        painter.drawEllipse(place, radius, radius)


def anchors(view: BoxesView | PointsView) -> list[tuple[float, float]]:
    """Return where the text of each box or point stands."""
    if isinstance(view, BoxesView):
        return [(left, top) for left, top, _, _ in view.boxes.tolist()]
    return [(x, y) for x, y in view.points.tolist()]


def thumbnail(
    view: View, coloring: Coloring, picture: QImage, size: tuple[int, int], side: int, ratio: float
) -> QImage:
    """Return a small picture of a view, as large as its shape lets it be.

    Args:
        view: The view.
        coloring: How maps are coloured.
        picture: What was looked at, maybe smaller: it lies below boxes and points.
        size: (width, height) of what was looked at.
        side: Desktop pixels of the longer side.
        ratio: Device pixels a desktop pixel.
    """
    if isinstance(view, BarsView):
        return _bars(view, side, ratio)
    box = box_of(view)
    factor = side / max(box.width(), box.height(), 1e-6)
    made = QImage(
        max(round(box.width() * factor * ratio), 1), max(round(box.height() * factor * ratio), 1),
        QImage.Format.Format_ARGB32_Premultiplied,
    )  # fmt: skip
    made.setDevicePixelRatio(ratio)
    made.fill(QColor(0, 0, 0))
    painter = QPainter(made)
    painter.scale(factor, factor)
    painter.translate(-box.topLeft())
    if isinstance(view, HeatView | PictureView):
        paint_pixels(painter, view, Pixels(view, coloring, round(side * ratio)), factor)
    elif isinstance(view, BoxesView | PointsView):
        painter.setOpacity(0.6)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(0, 0, *size), picture)
        painter.setOpacity(1.0)
        paint_shapes(painter, view, factor, 1.0)
    painter.end()
    return made


def _bars(view: BarsView, side: int, ratio: float) -> QImage:
    """Return upright bars from zero."""
    made = QImage(round(side * ratio), round(side * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    made.setDevicePixelRatio(ratio)
    made.fill(QColor(0, 0, 0))
    values = view.values.astype(float)
    low, high = min(float(values.min(initial=0)), 0.0), max(float(values.max(initial=0)), 0.0)
    room, step = side - 12, (side - 12) / max(len(values), 1)
    painter = QPainter(made)
    zero = 6 + room * high / ((high - low) or 1.0)
    for i, value in enumerate(values.tolist()):
        top = zero - room * value / ((high - low) or 1.0)
        color = QColor(*(view_reading.POSITIVE if value >= 0 else view_reading.NEGATIVE))
        painter.fillRect(QRectF(6 + i * step, min(top, zero), max(step - 1, 1), max(abs(zero - top), 1)), color)
    painter.end()
    return made

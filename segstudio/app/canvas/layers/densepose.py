"""Dense poses: coarse parts or what the points say about charts, U and V, and the points themselves."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from segstudio.app.canvas.layers.base import Layer, box_of, pen, rect_of, scale_of
from segstudio.app.canvas.scene import Scene
from segstudio.app.canvas.table import DENSE
from segstudio.app.densepose_state import Spot, chart_color, part_color
from segstudio.core import colors
from segstudio.core.annotation import Annotation
from segstudio.core.densepose import CHARTS, COARSE, GRID, DensePose
from segstudio.core.densepose_maps import Dense, contours
from segstudio.core.densepose_texture import applied

ALPHA = 0.7  # as published
RADIUS, CHOSEN, SMALLEST = 3.5, 6.0, 2.0
SHADES = 24  # of a dot's colour along U or V
CROWDED = 0.018  # of the object's size on the screen: how large a point may be at most
STEPS = 10  # contour lines between 0 and 1
NEAR = 0.12  # how far in U and V a pixel may be from what the atlas shows
ACCENT = QColor("#5b9dff")


class DensePoseLayer(Layer):
    """Draws the dense poses of the visible objects while the window is in DensePose mode."""

    name = "densepose"
    kind = "dense"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        # By object; the image looks at the array beside it.
        self._images: dict[int, tuple[DensePose, tuple[str, int], QImage, np.ndarray]] = {}

    @property
    def drawn(self) -> bool:
        return super().drawn and self.scene.mode == "densepose"

    def paint(self, painter: QPainter, exposed: QRectF, _zoom: float) -> None:
        scale = scale_of(painter)
        rows = self.scene.table.shown(box_of(exposed, 8 / scale), DENSE)
        for gone in self._images.keys() - {a.id for a in rows}:
            del self._images[gone]
        for a in rows:
            assert a.dense is not None
            if a.dense.masks:
                painter.drawImage(rect_of(a.dense.box), self._image(a.id, a.dense))
        aim = self.scene.dense.aim
        if aim is not None:
            for a in self._meant(rows):
                self._highlight(painter, a, aim, scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for a in rows:
            self._points(painter, a, scale)

    def _meant(self, rows: list[Annotation]) -> list[Annotation]:
        """Return the objects that the atlas speaks of: the selected ones, or all."""
        return [a for a in rows if a.id in self.scene.selection] or rows

    def _image(self, id: int, dense: DensePose) -> QImage:
        state = self.scene.dense
        known, look = self._images.get(id), (state.look, state.worn)
        if known is None or known[0] is not dense or known[1] != look:
            if state.look == "parts":
                pixels = part_pixels(dense)
            elif state.look == "texture":
                pixels = worn_pixels(state.map_of(dense), state.texture)
            else:
                pixels = map_pixels(state.map_of(dense), state.look)
            known = self._images[id] = (dense, look, _image(pixels), pixels)
        return known[2]

    def _points(self, painter: QPainter, a: Annotation, scale: float) -> None:
        """Draw the points as round dots, all of a colour at once; the chosen one and the one pointed at larger."""
        assert a.dense is not None
        state = self.scene.dense
        size = min(CROWDED * scale * math.sqrt(a.dense.box.area), RADIUS)
        if size < SMALLEST and a.dense.masks and a.id not in self.scene.selection:
            return  # Seen from afar the parts say more.
        size = max(size, SMALLEST)
        places: dict[colors.RGB, list[QPointF]] = {}
        large: list[tuple[QPointF, colors.RGB, bool]] = []
        for i, (x, y, part, u, v) in enumerate(a.dense.points().tolist()):
            at = QPointF(x, y)
            color = chart_color(part, state.look, round(u * SHADES) / SHADES, round(v * SHADES) / SHADES)
            if (a.id, i) in (state.point, state.hover):
                large.append((at, color, (a.id, i) == state.point))
            else:
                places.setdefault(color, []).append(at)
        every = [at for some in places.values() for at in some]
        _dots(painter, every, QColor(0, 0, 0, 180), 3.0 * size)
        _dots(painter, every, QColor(255, 255, 255), 2.5 * size)
        for color, some in places.items():
            _dots(painter, some, QColor(*color), 1.5 * size)
        for at, color, chosen in large:
            _dots(painter, [at], QColor(0, 0, 0, 180), 3.0 * CHOSEN)
            _dots(painter, [at], ACCENT if chosen else QColor(255, 255, 255), 2.5 * CHOSEN)
            _dots(painter, [at], QColor(*color), 1.8 * CHOSEN)

    def _highlight(self, painter: QPainter, a: Annotation, aim: Spot, scale: float) -> None:
        """Ring the pixel, and the point, that show what the atlas shows under the pointer."""
        assert a.dense is not None
        points = a.dense.points()
        places = []
        own = points[points[:, 2] == aim.chart]
        if len(own):
            places.append(own[np.argmin(((own[:, 3:] - aim[1:]) ** 2).sum(axis=1)), :2])
        if a.dense.masks:
            cells = self.scene.dense.map_of(a.dense)
            ys, xs = np.nonzero(cells.labels == aim.chart)
            if len(xs):
                away = np.abs(cells.uv[:, ys, xs] - np.array(aim[1:])[:, None]).max(axis=0)
                best = int(np.argmin(away))
                if away[best] < NEAR:
                    places.append(a.dense.to_picture(xs[best] + 0.5, ys[best] + 0.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place, radius in zip(reversed(places), (11.0, 8.0)):
            for line in (pen(QColor(0, 0, 0), 5.0, 0.8), pen(QColor(255, 255, 255), 2.5)):
                painter.setPen(line)
                painter.drawEllipse(QPointF(*place), radius / scale, radius / scale)


def _dots(painter: QPainter, places: list[QPointF], color: QColor, size: float) -> None:
    """Draw round dots of a diameter in screen pixels."""
    dot = QPen(color, size, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    dot.setCosmetic(True)
    painter.setPen(dot)
    painter.drawPoints(places)


def part_pixels(dense: DensePose) -> np.ndarray:
    """Return the coarse parts as premultiplied RGBA, uint8 (256, 256, 4)."""
    table = np.zeros((len(COARSE) + 1, 4), np.uint8)
    for number in range(1, len(COARSE) + 1):
        table[number] = _premultiplied(part_color(number))
    return table[dense.part_map()]


def map_pixels(cells: Dense, look: str) -> np.ndarray:
    """Return charts, U, V or the contour lines of both as premultiplied RGBA, uint8 (256, 256, 4)."""
    inside = cells.labels > 0
    if look == "contour":
        inside = contours(cells.labels, cells.uv, STEPS)
        value = cells.uv.mean(axis=0)
    else:
        value = cells.labels / len(CHARTS) if look == "charts" else cells.uv["uv".index(look)]
    rgb = colors.lut("parula")[np.rint(np.clip(value, 0, 1) * 255).astype(np.uint8)]
    pixels = np.zeros((GRID, GRID, 4), np.uint8)
    pixels[inside, :3] = np.rint(rgb[inside] * ALPHA)
    pixels[inside, 3] = round(255 * ALPHA)
    return pixels


def worn_pixels(cells: Dense, texture: np.ndarray) -> np.ndarray:
    """Return a texture on a person as RGBA, uint8 (256, 256, 4), opaque where it is known."""
    rgb = applied(cells.labels, cells.uv, texture)
    return np.ascontiguousarray(np.dstack((rgb, np.where(cells.labels > 0, 255, 0).astype(np.uint8))))


def _premultiplied(color: colors.RGB) -> tuple[int, int, int, int]:
    r, g, b = (round(c * ALPHA) for c in color)
    return r, g, b, round(255 * ALPHA)


def _image(pixels: np.ndarray) -> QImage:
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888_Premultiplied)

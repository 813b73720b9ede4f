"""The picture itself, and its pixel grid at high zoom."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PIL import Image
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from segstudio.app.canvas.layers.base import Layer
from segstudio.app.canvas.scene import Scene
from segstudio.app.canvas.tiles import Tiles
from segstudio.core.display import PLAIN, Display
from segstudio.core.spans import Window
from segstudio.media.regions import Regions

GRID_ZOOM = 14.0
NEAREST_ZOOM = 2.0
MAX_LEVEL = 6


def level_for(zoom: float, deepest: int = MAX_LEVEL) -> int:
    """Return how often a picture is halved before it is drawn at a zoom: the result shrinks by less than half again."""
    return min(max(math.floor(math.log2(1 / zoom) + 1e-6), 0), deepest) if zoom < 1 else 0


def part_of(exposed: QRectF, size: tuple[int, int], factor: float) -> Window:
    """Return what is needed of a copy to draw the exposed part of a picture, in the copy's pixels.

    Args:
        size: (width, height) of the picture.
        factor: Picture pixels a pixel of the copy.
    """
    part = exposed.intersected(QRectF(0, 0, *size))
    if part.isEmpty():
        return 0, 0, 0, 0
    # Whole pixels of the copy, and one more around: partial updates then meet without a seam.
    left, top = math.floor(part.left() / factor) - 1, math.floor(part.top() / factor) - 1
    return left, top, math.ceil(part.right() / factor) + 1, math.ceil(part.bottom() / factor) + 1


def draw_part(
    painter: QPainter, image: QImage, exposed: QRectF, size: tuple[int, int], factor: float, x: int = 0, y: int = 0
) -> None:
    """Draw the exposed part of a picture from a copy of it.

    Args:
        image: The copy, or as much of it as `part_of` says.
        size: (width, height) of the picture.
        factor: Picture pixels a pixel of the copy.
        x, y: Where the image begins in the copy.
    """
    left, top, right, bottom = part_of(exposed, size, factor)
    source = QRectF(left - x, top - y, right - left, bottom - top)
    source = source.intersected(QRectF(0, 0, image.width(), image.height()))
    if source.isEmpty():
        return
    target = QRectF((source.x() + x) * factor, (source.y() + y) * factor, 0, 0)
    target.setSize(source.size() * factor)
    painter.save()
    painter.setClipRect(QRectF(0, 0, *size).intersected(exposed.adjusted(-factor, -factor, factor, factor)))
    painter.drawImage(target, image, source)
    painter.restore()


class PictureLayer(Layer):
    """The picture. It wraps the array once and keeps it; halved copies are made when first needed.

    A picture that is read by regions is drawn from its small copies, and from tiles where these are too coarse.
    """

    name = "picture"
    base = True

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._source: np.ndarray | Regions | None = None
        self._tiles: Tiles | None = None
        self._copies: dict[int, QImage] = {}
        self._display: Display = PLAIN

    def set(self, source: np.ndarray | Regions | None, make_tiles: Callable[[Regions], Tiles]) -> None:
        """Show uint8 RGB (h, w, 3), a picture that is read by regions, or nothing."""
        if self._tiles is not None:
            self._tiles.close()
            self._tiles = None
        if isinstance(source, np.ndarray):
            source = np.ascontiguousarray(source)
        elif source is not None:
            self._tiles = make_tiles(source)
        self._source, self._copies = source, {}

    def give_up(self) -> bool:
        """Show what is there of a picture whose file can't be read any more; return whether that is news."""
        return self._tiles is not None and self._tiles.give_up()

    @property
    def empty(self) -> bool:
        return self._source is None

    def paint(self, painter: QPainter, exposed: QRectF, zoom: float) -> None:
        if self._source is None:
            return
        if self.scene.display != self._display:
            self._display, self._copies = self.scene.display, {}
        source = self._source
        level = level_for(zoom) if isinstance(source, np.ndarray) else level_for(zoom, source.deepest)
        factor = float(1 << level)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, zoom <= NEAREST_ZOOM)
        if self._tiles is not None and not isinstance(source, np.ndarray) and level < source.base:
            x, y, pixels = self._tiles.part(level, part_of(exposed, self.scene.size, factor))
            if pixels.size:
                shown = np.ascontiguousarray(self._display.shown(pixels))
                draw_part(painter, _wrapped(shown), exposed, self.scene.size, factor, x, y)
        else:
            draw_part(painter, self._copy(level), exposed, self.scene.size, factor)
        if zoom >= GRID_ZOOM:
            self._grid(painter, exposed, zoom)

    def _copy(self, level: int) -> QImage:
        found = self._copies.get(level)
        if found is None:
            source = self._source
            assert source is not None
            # An array that stays needs no other copy.
            whole = self._display.plain and (level == 0 or not isinstance(source, np.ndarray))
            if isinstance(source, np.ndarray):
                small = source if level == 0 else np.asarray(Image.fromarray(source).reduce(1 << level))
            else:
                small = source.copies[level - source.base]
            found = _wrapped(np.ascontiguousarray(self._display.shown(small)))
            self._copies[level] = found = found if whole else found.convertToFormat(QImage.Format.Format_RGB32)
        return found

    def _grid(self, painter: QPainter, exposed: QRectF, zoom: float) -> None:
        part = exposed.intersected(QRectF(0, 0, *self.scene.size))
        left, right = math.floor(part.left()), math.ceil(part.right())
        top, bottom = math.floor(part.top()), math.ceil(part.bottom())
        lines = [QLineF(x, top, x, bottom) for x in range(left, right + 1)]
        lines += [QLineF(left, y, right, y) for y in range(top, bottom + 1)]
        strength = min((zoom - GRID_ZOOM) / GRID_ZOOM, 1.0)
        grid = QPen(QColor(128, 128, 128, round(40 + 50 * strength)), 1)
        grid.setCosmetic(True)
        painter.setPen(grid)
        painter.drawLines(lines)


def _wrapped(rgb: np.ndarray) -> QImage:
    """Return a QImage over an array's memory; the array must outlive it."""
    height, width = rgb.shape[:2]
    return QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888)

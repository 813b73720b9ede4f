"""What a layer is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from segstudio.app.canvas.scene import Scene
from segstudio.core.colors import RGB
from segstudio.core.geometry import Box


class Layer:
    """One kind of overlay.

    Attributes:
        name: As the window knows it.
        kind: The switch of the view that it hangs on, or "" for always.
        base: It changes rarely and lies below the others: the view caches its pixels.
        visible, opacity: Set by the window.
        again: Called with windows of the picture (left, top, right, bottom) that must be painted once more; set by the
            view.
    """

    name = ""
    kind = ""
    base = False

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.visible = True
        self.opacity = 1.0
        self.again: Callable[[list[tuple[float, float, float, float]]], object] = lambda _: None

    @property
    def drawn(self) -> bool:
        """Whether it is painted at all."""
        return self.visible and (not self.kind or self.kind in self.scene.kinds)

    def paint(self, painter: QPainter, exposed: QRectF, zoom: float) -> None:
        """Paint the exposed part.

        Args:
            painter: In picture coordinates.
            exposed: The part of the picture that must be painted.
            zoom: Screen pixels (the device's, not the desktop's) a picture pixel.
        """
        raise NotImplementedError


def scale_of(painter: QPainter) -> float:
    """Return desktop pixels a picture pixel: what pen widths and letters are measured in."""
    return max(abs(painter.worldTransform().m11()), 1e-9)


def to_screen(painter: QPainter) -> float:
    """Let the painter draw in desktop pixels around the picture's origin; return their number a picture pixel.

    Multiply picture coordinates by the returned number afterwards.
    """
    scale = scale_of(painter)
    painter.scale(1 / scale, 1 / scale)
    return scale


def box_of(rect: QRectF, margin: float = 0.0) -> Box:
    """Return a QRectF as a Box, grown by a margin."""
    return Box(rect.x() - margin, rect.y() - margin, rect.width() + 2 * margin, rect.height() + 2 * margin)


def rect_of(box: Box) -> QRectF:
    """Return a Box as a QRectF."""
    return QRectF(box.x, box.y, box.w, box.h)


def pen(color: RGB | QColor, width: float = 1.5, alpha: float = 1.0) -> QPen:
    """Return a pen whose width does not grow with the zoom."""
    c = QColor(color) if isinstance(color, QColor) else QColor(*color)
    c.setAlphaF(alpha)
    result = QPen(c, width)
    result.setCosmetic(True)
    return result


def points_of(values: tuple[tuple[float, float], ...]) -> list[QPointF]:
    """Return (x, y) pairs as Qt's points."""
    return [QPointF(x, y) for x, y in values]

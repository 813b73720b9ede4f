"""Rulers at the canvas's edges, in picture pixels, with the pointer's place."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from segstudio.app.canvas.view import CanvasView
from segstudio.app.theme import theme

THICK = 20
APART = 64  # screen pixels between two numbers, at least


def spacing(zoom: float) -> float:
    """Return the picture pixels between two numbers: 1, 2 or 5 times a power of ten."""
    least = APART / max(zoom, 1e-9)
    power = 10.0 ** math.floor(math.log10(least))
    return next(f * power for f in (1, 2, 5, 10) if f * power >= least - 1e-12)


class Ruler(QWidget):
    """One ruler beside a canvas.

    Args:
        view: The canvas.
        across: Along its upper edge; else along its left one.
    """

    def __init__(self, view: CanvasView, *, across: bool) -> None:
        super().__init__()
        self._view = view
        self._across = across
        self._at = math.nan
        fixed, wide = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        self.setSizePolicy(*((wide, fixed) if across else (fixed, wide)))
        view.cursor_moved.connect(self._on_cursor)
        view.zoom_changed.connect(self.update)
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(self.update)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(THICK, THICK)

    def marks(self) -> list[tuple[float, str]]:
        """Return (screen place, number) of the marks that are in sight."""
        view, length = self._view, self.width() if self._across else self.height()
        first, last = (self._picture(p) for p in (0.0, float(length)))
        step = spacing(view.scale_now)
        found = []
        for k in range(math.floor(first / step), math.ceil(last / step) + 1):
            value = k * step
            digits = max(0, -math.floor(math.log10(step) + 1e-9))
            found.append((self._screen(value), f"{value:.{digits}f}"))
        return found

    def _picture(self, at: float) -> float:
        place = self._view.to_picture(QPointF(at, at))
        return place.x() if self._across else place.y()

    def _screen(self, value: float) -> float:
        place = self._view.viewportTransform().map(QPointF(value, value))
        return place.x() if self._across else place.y()

    def _on_cursor(self, x: float, y: float) -> None:
        self._at = x if self._across else y
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("panel"))
        font = QFont(self.font())
        font.setPixelSize(10)
        painter.setFont(font)
        if not self._across:
            # Painted as the upper one is, turned by a quarter.
            painter.translate(THICK, 0)
            painter.rotate(90)
        metrics = QFontMetrics(font)
        step = spacing(self._view.scale_now) * self._view.scale_now
        for at, text in self.marks():
            painter.setPen(theme().color("faint"))
            painter.drawLine(QPointF(at, THICK - 8), QPointF(at, THICK))
            for i in range(1, 5):
                painter.drawLine(QPointF(at + i * step / 5, THICK - 4), QPointF(at + i * step / 5, THICK))
            painter.setPen(theme().color("muted"))
            painter.drawText(QPointF(at + 3, metrics.ascent() + 1), text)
        if not math.isnan(self._at):
            place = self._screen(self._at)
            painter.setPen(theme().color("accent"))
            painter.drawLine(QPointF(place, 0), QPointF(place, THICK))
        painter.end()


class Corner(QWidget):
    """What fills the place where both rulers meet."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(THICK, THICK)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setObjectName("header")

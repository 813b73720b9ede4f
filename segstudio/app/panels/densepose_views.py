"""The drawings of the atlas: the body from the front and from behind, and one chart large."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from segstudio.app.densepose_state import CHART_KEYS, DenseState, Spot, chart_color, stepped
from segstudio.app.i18n import tr
from segstudio.app.theme import theme
from segstudio.app.widgets import follow_theme
from segstudio.core import colors
from segstudio.core import densepose_atlas as atlas
from segstudio.core.densepose import CHARTS
from segstudio.core.densepose_atlas import Patch

STOPS = 9  # of a gradient along U or V
FEET = (5, 6)
SHADE = 125  # how much darker a chart of the back is than one of the front, in per cent
ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
Dots = Callable[[], Iterable[tuple[Spot, bool]]]


class AtlasView(QWidget):
    """Base of both drawings: what the pointer is on, what a click picks, the cursor and the dots.

    Args:
        state: Shared with the overlay and the tools.
        dots: Returns the points to show, and of each whether it is the chosen one.

    Signals:
        picked: (Spot) a place was clicked.
    """

    picked = Signal(object)

    def __init__(self, state: DenseState, dots: Dots) -> None:
        super().__init__()
        self.state = state
        self._dots = dots
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.destroyed.connect(state.changed.subscribe(lambda _: self.update()))
        follow_theme(self, self.update)

    def spot_at(self, at: QPointF) -> Spot | None:
        """Return the place of the atlas at a point of the widget."""
        raise NotImplementedError

    def points_of(self, spot: Spot) -> list[QPointF]:
        """Return where the widget shows a place of the atlas."""
        raise NotImplementedError

    def draw(self, painter: QPainter) -> None:
        """Draw the charts."""
        raise NotImplementedError

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter)
        for spot, chosen in self._dots():
            for at in self.points_of(spot):
                painter.setPen(QPen(QColor(0, 0, 0, 190), 1.0))
                painter.setBrush(theme().color("accent") if chosen else QColor(255, 255, 255))
                painter.drawEllipse(at, 4.5 if chosen else 2.5, 4.5 if chosen else 2.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pointed = self.state.aim or self.state.seen
        if pointed is not None:
            self._ring(painter, pointed, QColor(255, 255, 255))
        if self.state.place is not None or self.hasFocus():
            self._cross(painter, self.state.cursor)

    def _ring(self, painter: QPainter, spot: Spot, color: QColor) -> None:
        for at in self.points_of(spot):
            for line in (QPen(QColor(0, 0, 0, 200), 4.0), QPen(color, 2.0)):
                painter.setPen(line)
                painter.drawEllipse(at, 6.0, 6.0)

    def _cross(self, painter: QPainter, spot: Spot) -> None:
        for at in self.points_of(spot):
            for line in (QPen(QColor(0, 0, 0, 220), 4.0), QPen(theme().color("accent"), 2.0)):
                painter.setPen(line)
                painter.drawLine(at - QPointF(9, 0), at + QPointF(9, 0))
                painter.drawLine(at - QPointF(0, 9), at + QPointF(0, 9))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.state.set(aim=self.spot_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self.state.set(aim=None)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = self.spot_at(event.position())
        if spot is not None and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(spot)
        elif spot is not None:
            # A look at the chart in large; nothing is taken yet.
            self.state.set(cursor=spot)


class BodyView(AtlasView):
    """The two figures; each chart is coloured as the overlay colours it."""

    def __init__(self, state: DenseState, dots: Dots) -> None:
        super().__init__(state, dots)
        self.setAccessibleName(tr("Atlas of the body"))
        self.setMinimumSize(120, 64)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._shapes = [(patch, QPolygonF([QPointF(x, y) for x, y in patch.outline()])) for patch in atlas.PATCHES]

    def sizeHint(self) -> QSize:
        return QSize(300, 280)

    def _scale(self) -> tuple[float, QPointF]:
        """Return pixels a head, and where the top of both heads' middle is."""
        across, down = 2 * (atlas.BACK + atlas.HALF) + 0.2, atlas.HEIGHT + 0.8
        scale = min(self.width() / across, self.height() / down)
        return scale, QPointF(self.width() / 2, (self.height() - scale * atlas.HEIGHT) / 2 + scale * 0.2)

    def spot_at(self, at: QPointF) -> Spot | None:
        scale, origin = self._scale()
        found = atlas.at(*((at - origin) / scale).toTuple())
        return Spot(*found) if found is not None else None

    def points_of(self, spot: Spot) -> list[QPointF]:
        scale, origin = self._scale()
        return [origin + QPointF(x, y) * scale for x, y in atlas.places(*spot)]

    def draw(self, painter: QPainter) -> None:
        scale, origin = self._scale()
        state = self.state
        current = (state.aim or state.seen or state.cursor).chart
        painter.save()
        painter.translate(origin)
        painter.scale(scale, scale)
        outline = QPen(theme().color("panel"), 1.5)
        outline.setCosmetic(True)
        painter.setPen(outline)
        painter.setBrush(theme().color("border"))
        for patch, shape in self._shapes:
            if patch.chart in FEET:
                # A foot is one chart and shown whole in front; here it only completes the body.
                painter.drawPolygon(shape.translated(atlas.BACK - atlas.FRONT, 0))
        for patch, shape in self._shapes:
            painter.setBrush(_brush(patch, state.look))
            painter.drawPolygon(shape)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for width, color in ((4.0, QColor(0, 0, 0, 160)), (2.0, QColor(255, 255, 255))):
            line = QPen(color, width)
            line.setCosmetic(True)
            painter.setPen(line)
            for patch, shape in self._shapes:
                if patch.chart == current:
                    painter.drawPolygon(shape)
        painter.restore()
        self._captions(painter, scale, origin)
        if state.place is not None:
            self._caps(painter, scale, origin)

    def _captions(self, painter: QPainter, scale: float, origin: QPointF) -> None:
        font = self.font()
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(theme().color("muted"))
        sides = ((atlas.FRONT, tr("Front"), tr("R"), tr("L")), (atlas.BACK, tr("Back"), tr("L"), tr("R")))
        for middle, title, left, right in sides:
            for text, x, y in ((title, middle - 1.4, 0.5), (left, middle - 1.8, 5.2), (right, middle + 1.8, 5.2)):
                at = origin + QPointF(x, y) * scale
                rect = QRectF(at.x() - 32, at.y() - 8, 64, 16)
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

    def _caps(self, painter: QPainter, scale: float, origin: QPointF) -> None:
        """Write the key of each chart on it, while a place is asked for."""
        painter.setPen(QColor(0, 0, 0))
        for patch in atlas.PATCHES:
            x = float(np.mean([patch.left.mean(), patch.right.mean()]))
            at = origin + QPointF(x, (patch.top + patch.bottom) / 2) * scale
            box = QRectF(at.x() - 7, at.y() - 7, 14, 14)
            painter.setBrush(QColor(255, 255, 255, 190))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(box, 3, 3)
            painter.setPen(QColor(20, 20, 20))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, CHART_KEYS[patch.chart - 1])


class ChartView(AtlasView):
    """One chart as a square, turned as it lies on the body: where a place is chosen to the hundredth.

    Attributes:
        chart: The one that is shown: what was pointed at last, here or in the picture, or the cursor's.
    """

    def __init__(self, state: DenseState, dots: Dots) -> None:
        super().__init__(state, dots)
        self.setAccessibleName(tr("Chart: arrows move the cursor, Enter takes the place"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedWidth(132)
        self.setMinimumHeight(88)
        self.setMaximumHeight(132)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.chart = state.cursor.chart
        self.destroyed.connect(state.changed.subscribe(self._follow))

    def _follow(self, changed: frozenset[str]) -> None:
        state = self.state
        if "cursor" in changed:
            self.chart = state.cursor.chart
        elif state.aim is not None:
            self.chart = state.aim.chart
        elif state.seen is not None and state.place is None:
            self.chart = state.seen.chart

    def sizeHint(self) -> QSize:
        return QSize(132, 132)

    def _square(self) -> QRectF:
        side = min(self.width(), self.height()) - 28
        return QRectF(14, (self.height() - side) / 2, side, side)

    def spot_at(self, at: QPointF) -> Spot | None:
        square = self._square()
        x, y = (at.x() - square.x()) / square.width(), (at.y() - square.y()) / square.height()
        found = atlas.turned(self.chart).coordinates(x, y)
        return Spot(self.chart, *(round(w, 4) for w in found)) if found is not None else None

    def points_of(self, spot: Spot) -> list[QPointF]:
        if spot.chart != self.chart:
            return []
        square = self._square()
        place = atlas.turned(spot.chart).place(min(max(spot.u, 0.0), 1.0), min(max(spot.v, 0.0), 1.0))
        if place is None:
            return []
        return [QPointF(square.x() + place[0] * square.width(), square.y() + place[1] * square.height())]

    def draw(self, painter: QPainter) -> None:
        square, patch = self._square(), atlas.turned(self.chart)
        painter.save()
        painter.translate(square.topLeft())
        painter.scale(square.width(), square.height())
        painter.fillRect(QRectF(0, 0, 1, 1), _brush(patch, self.state.look))
        grid = QPen(QColor(0, 0, 0, 70), 1.0)
        grid.setCosmetic(True)
        painter.setPen(grid)
        for at in (0.25, 0.5, 0.75):
            painter.drawLine(QPointF(at, 0), QPointF(at, 1))
            painter.drawLine(QPointF(0, at), QPointF(1, at))
        painter.restore()
        self._axes(painter, square, patch)

    def _axes(self, painter: QPainter, square: QRectF, patch: Patch) -> None:
        """Write at the end of each axis what it is, with an arrow that way."""
        font = self.font()
        font.setPixelSize(10)
        painter.setFont(font)
        painter.setPen(theme().color("muted"))
        for name, (axis, start, end) in (("U", patch.u), ("V", patch.v)):
            forward = end > start
            if axis == "s":
                text = f"{name} →" if forward else f"← {name}"
                rect = QRectF(square.left(), square.bottom(), square.width(), 14)
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
            else:
                painter.save()
                painter.translate(square.left() - 7, square.center().y())
                painter.rotate(-90)
                text = f"← {name}" if forward else f"{name} →"
                painter.drawText(QRectF(-40, -7, 80, 14), Qt.AlignmentFlag.AlignCenter, text)
                painter.restore()
        if self.hasFocus():
            painter.setPen(QPen(theme().color("accent"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(square)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in ARROWS:
            fast = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.state.set(cursor=stepped(self.state.cursor, *ARROWS[key], 0.1 if fast else 0.01))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.picked.emit(self.state.cursor)
        else:
            super().keyPressEvent(event)


def _brush(patch: Patch, look: str) -> QBrush:
    """Return a patch's colour, or the colour map along U or V."""
    if look in ("parts", "charts"):
        color = QColor(*chart_color(patch.chart, look))
        return QBrush(color.darker(SHADE) if look == "parts" and patch.back else color)
    axis, start, end = patch.v if look == "v" else patch.u
    left, right = float(patch.left.min()), float(patch.right.max())
    ends = (left, 0, right, 0) if axis == "s" else (0, patch.top, 0, patch.bottom)
    gradient = QLinearGradient(*ends)
    table = colors.lut("parula")
    for i in range(STOPS):
        at = i / (STOPS - 1)
        gradient.setColorAt(at, QColor(*table[round((start + at * (end - start)) * 255)].tolist()))
    return QBrush(gradient)


def name_of(spot: Spot) -> str:
    """Return the number and the name of a place's chart."""
    return tr("{n} · {name}", n=spot.chart, name=tr(CHARTS[spot.chart - 1].name))

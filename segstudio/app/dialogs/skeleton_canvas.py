"""The drawing board of the skeleton designer: points, limbs and pairs by mouse and keys."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from segstudio.app.i18n import tr
from segstudio.app.theme import theme
from segstudio.core import skeleton_design as design
from segstudio.core.skeleton_design import Design

MARGIN = 32
REACH = 12.0
RADIUS = 5.0
# With more points than this only the chosen one and the one under the pointer are named.
NAMED = 30
MOST_ZOOM = 24.0
_KEYS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip


class SkeletonCanvas(QWidget):
    """Shows a design and lets it be drawn.

    Attributes:
        mode: What a drag or a click does: "points", "limbs" or "pairs".
        chosen: Index of the chosen point, -1 for none.
        begun: Index of the point that a limb or a pair begins at, -1 for none.

    Signals:
        stepped: (design) the person made a step.
        picked: (index) the person chose a point.
    """

    stepped = Signal(object)
    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.mode = "points"
        self.chosen = self.begun = -1
        self._design = Design()
        self._zoom = 1.0
        self._middle = QPointF(0.5, 0.5)
        self._pointer: QPointF | None = None
        self._dragged: Design | None = None
        self._grip: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Drawing board"))

    def sizeHint(self) -> QSize:
        return QSize(480, 480)

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 320)

    def show_design(self, made: Design, chosen: int) -> None:
        """Show a design with one of its points chosen."""
        self._design, self._dragged = made, None
        self.chosen = chosen if chosen < len(made.points) else -1
        self.begun = self.begun if self.begun < len(made.points) else -1
        self.update()

    def set_mode(self, mode: str) -> None:
        """Draw "points", "limbs" or "pairs" from now on."""
        self.mode, self.begun = mode, -1
        self.update()

    # Places

    def _side(self) -> float:
        return max(min(self.width(), self.height()) - 2 * MARGIN, 16) * self._zoom

    def to_screen(self, x: float, y: float) -> QPointF:
        """Return where a place of the unit box is on the widget."""
        side = self._side()
        return QPointF(
            self.width() / 2 + (x - self._middle.x()) * side, self.height() / 2 + (y - self._middle.y()) * side
        )

    def _to_unit(self, at: QPointF) -> tuple[float, float]:
        side = self._side()
        return (
            (at.x() - self.width() / 2) / side + self._middle.x(),
            (at.y() - self.height() / 2) / side + self._middle.y(),
        )

    def _near(self, at: QPointF | None) -> int:
        if at is None or not self._design.points:
            return -1
        places = np.array([(p.x, p.y) for p in self._design.points])
        away = np.hypot(*((places - self._to_unit(at)) * self._side()).T)
        best = int(np.argmin(away))
        return best if away[best] <= REACH else -1

    # Steps

    def _step(self, made: Design, chosen: int | None = None) -> None:
        if chosen is not None:
            self.chosen = chosen
        self._dragged = None
        if made != self._design:
            self.stepped.emit(made)
        self.update()

    def _pick(self, index: int) -> None:
        self.chosen = index
        self.picked.emit(index)
        self.update()

    def _join(self, a: int, b: int) -> None:
        self.begun = -1
        self._step((design.toggle_limb if self.mode == "limbs" else design.toggle_pair)(self._design, a, b))

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if event.button() == Qt.MouseButton.MiddleButton:
            self._grip = at
            return
        if event.button() != Qt.MouseButton.LeftButton:
            return
        near = self._near(at)
        if self.mode == "points":
            if near < 0:
                self._step(design.add(self._design, *self._to_unit(at)), len(self._design.points))
                self.picked.emit(self.chosen)
            else:
                self._pick(near)
                self._dragged = self._design
            return
        if near < 0:
            self.begun = -1
            self.update()
        elif self.begun >= 0 and near != self.begun:
            self._join(self.begun, near)
        else:
            self._pick(near)
            self.begun = near

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._grip is not None:
            moved = (at - self._grip) / self._side()
            self._middle -= moved
            self._grip = at
        elif self._dragged is not None and event.buttons() & Qt.MouseButton.LeftButton:
            x, y = self._to_unit(at)
            self._dragged = design.change(self._design, self.chosen, x=x, y=y)
        self._pointer = at
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self._grip = None
            return
        if self._dragged is not None:
            self._step(self._dragged)
            return
        near = self._near(event.position())
        if self.mode != "points" and self.begun >= 0 and near >= 0 and near != self.begun:
            self._join(self.begun, near)

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self.update()
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        before = self._to_unit(event.position())
        self._zoom = min(max(self._zoom * 1.0015 ** event.angleDelta().y(), 1.0), MOST_ZOOM)
        after = self._to_unit(event.position())
        self._middle += QPointF(before[0] - after[0], before[1] - after[1])
        if self._zoom == 1.0:
            self._middle = QPointF(0.5, 0.5)
        self.update()
        event.accept()

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, count = Qt.Key(event.key()), len(self._design.points)
        if key in _KEYS and self.chosen >= 0:
            held = event.modifiers()
            step = 0.05 if held & Qt.KeyboardModifier.ShiftModifier else 0.01
            step = 0.001 if held & Qt.KeyboardModifier.AltModifier else step
            point, (dx, dy) = self._design.points[self.chosen], _KEYS[key]
            self._step(design.change(self._design, self.chosen, x=point.x + dx * step, y=point.y + dy * step))
        elif key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight) and count:
            self._pick((self.chosen + (1 if key == Qt.Key.Key_BracketRight else -1)) % count if self.chosen >= 0 else 0)
        elif key == Qt.Key.Key_Insert:
            self._step(design.add(self._design, 0.5, 0.5), count)
            self.picked.emit(self.chosen)
        elif key == Qt.Key.Key_Delete and self.chosen >= 0:
            self._step(design.remove(self._design, self.chosen), min(self.chosen, count - 2))
            self.picked.emit(self.chosen)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.mode != "points":
            if self.begun >= 0 and self.chosen not in (-1, self.begun):
                self._join(self.begun, self.chosen)
            else:
                self.begun = self.chosen
                self.update()
        elif key == Qt.Key.Key_Escape and self.begun >= 0:
            self.begun = -1
            self.update()
        else:
            super().keyPressEvent(event)

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        made = self._dragged or self._design
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme().color("canvas"))
        painter.setPen(QPen(theme().color("border"), 1))
        painter.drawRect(QRectF(self.to_screen(0, 0), self.to_screen(1, 1)))
        places = [self.to_screen(p.x, p.y) for p in made.points]
        if not places:
            self._empty(painter)
            return
        self._lines(painter, made, places)
        near = self._near(self._pointer)
        dim = self.mode == "pairs"
        radius = RADIUS if len(places) <= NAMED * self._zoom else RADIUS - 2
        for i, (at, point) in enumerate(zip(places, made.points, strict=True)):
            painter.setPen(QPen(QColor(0, 0, 0, 200), 1.25))
            painter.setBrush(QColor(point.color) if point.color else QColor(235, 235, 235, 150 if dim else 255))
            painter.drawEllipse(at, radius, radius)
            if i in (self.chosen, self.begun, near):
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(theme().color("accent"), 2))
                painter.drawEllipse(at, RADIUS + 4, RADIUS + 4)
        self._names(painter, made, places, near)

    def _empty(self, painter: QPainter) -> None:
        painter.setPen(theme().color("muted"))
        text = tr("Click to place the first point,\nor choose a template above.")
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)

    def _lines(self, painter: QPainter, made: Design, places: Sequence[QPointF]) -> None:
        pairing = self.mode == "pairs"
        for limb in made.limbs:
            color = QColor(limb.color) if limb.color else theme().color("text")
            color.setAlphaF(0.3 if pairing else 0.9)
            painter.setPen(QPen(color, 2))
            painter.drawLine(places[limb.a], places[limb.b])
        if pairing:
            painter.setPen(QPen(theme().color("accent"), 1.5, Qt.PenStyle.DashLine))
            for a, b in made.pairs:
                painter.drawLine(places[a], places[b])
        if self.begun >= 0 and self._pointer is not None:
            painter.setPen(QPen(theme().color("accent"), 2, Qt.PenStyle.DotLine))
            painter.drawLine(places[self.begun], self._pointer)

    def _names(self, painter: QPainter, made: Design, places: Sequence[QPointF], near: int) -> None:
        wanted = range(len(places)) if len(places) <= NAMED * self._zoom else {self.chosen, near} - {-1}
        taken: list[QRectF] = []
        metrics = painter.fontMetrics()
        for i in sorted(wanted, key=lambda i: i not in (self.chosen, near)):
            text = f"{i + 1} {made.points[i].name}"
            rect = QRectF(0, 0, metrics.horizontalAdvance(text) + 8, metrics.height() + 2)
            # Outwards, where there is room.
            rect.moveTopLeft(places[i] + QPointF(RADIUS + 5, -rect.height() / 2))
            if rect.right() > self.width() or (made.points[i].x < 0.5 and rect.width() < places[i].x() - RADIUS - 5):
                rect.moveRight(places[i].x() - RADIUS - 5)
            # A name that would cover another one is left out; the chosen one comes first.
            if any(rect.intersects(other) for other in taken):
                continue
            taken.append(rect)
            strong = i in (self.chosen, near)
            painter.setPen(theme().color("text" if strong else "muted"))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

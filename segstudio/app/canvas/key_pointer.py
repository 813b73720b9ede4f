"""A pointer that the keys move, so that every tool works without a mouse."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QWidget

from segstudio.app.canvas.view import CanvasView
from segstudio.app.tools.base import ARROWS_FIRST

ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
BUTTONS = {Qt.Key.Key_Space: Qt.MouseButton.LeftButton, Qt.Key.Key_Backslash: Qt.MouseButton.RightButton}
FAR, FINE = 10.0, 0.1
SIDE = 31
EDGE = 48  # screen pixels from the canvas's edge that the pointer keeps away, by scrolling


class KeyPointer(QObject):
    """While it is on, arrows move the pointer (Shift ten times as far, Ctrl a tenth), Space is the left button.

    Holding Space while the arrows move it drags; Backslash is the right button. It sends real mouse events: tools
    can't tell the difference.

    Args:
        view: The canvas.
    """

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self._cross = _Cross(view.viewport())
        self._held = Qt.MouseButton.NoButton
        self.on = False
        self.at = QPointF()
        view.installEventFilter(self)
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(self._place)
        view.zoom_changed.connect(self._place)

    def switch(self, on: bool) -> None:
        """Begin (in the middle of what is in sight) or end."""
        if on == self.on:
            return
        self.on = on
        if on:
            port = self._view.viewport().rect()
            self.at = self._view.to_picture(QPointF(port.center()))
            self._view.setFocus()
            self._send(QEvent.Type.MouseMove, Qt.MouseButton.NoButton)
        elif self._held != Qt.MouseButton.NoButton:
            self._release()
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kinds = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease)
        if not self.on or event.type() not in kinds or not isinstance(event, QKeyEvent):
            return False
        key = Qt.Key(event.key())
        runner = self._view.runner
        if key in ARROWS and runner is not None and ARROWS_FIRST in runner.keys:
            return False
        if key not in ARROWS and (key not in BUTTONS or event.modifiers() & Qt.KeyboardModifier.ControlModifier):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif event.type() == QEvent.Type.KeyPress:
            self._press(key, event)
        elif key in BUTTONS and not event.isAutoRepeat():
            self._release()
        return True

    def _press(self, key: Qt.Key, event: QKeyEvent) -> None:
        if key in ARROWS:
            held = event.modifiers()
            step = FAR if held & Qt.KeyboardModifier.ShiftModifier else 1.0
            step = FINE if held & Qt.KeyboardModifier.ControlModifier else step
            # Zoomed out, a step is a pixel of the screen: it would not be seen otherwise.
            step *= max(1.0, 1.0 / self._view.scale_now)
            dx, dy = ARROWS[key]
            width, height = self._view.scene_state.size
            at = self.at + QPointF(dx * step, dy * step)
            self.at = QPointF(min(max(at.x(), 0.0), width), min(max(at.y(), 0.0), height))
            self._follow()
            self._send(QEvent.Type.MouseMove, Qt.MouseButton.NoButton)
            self._place()
        elif not event.isAutoRepeat() and self._held == Qt.MouseButton.NoButton:
            self._held = BUTTONS[key]
            self._send(QEvent.Type.MouseButtonPress, self._held)

    def _release(self) -> None:
        button, self._held = self._held, Qt.MouseButton.NoButton
        if button != Qt.MouseButton.NoButton:
            self._send(QEvent.Type.MouseButtonRelease, button)

    def _send(self, kind: QEvent.Type, button: Qt.MouseButton) -> None:
        port = self._view.viewport()
        place = self._screen()
        mods = QApplication.keyboardModifiers() & Qt.KeyboardModifier.AltModifier
        event = QMouseEvent(kind, place, QPointF(port.mapToGlobal(place.toPoint())), button, self._held, mods)
        QApplication.sendEvent(port, event)

    def _screen(self) -> QPointF:
        return self._view.viewportTransform().map(self.at)

    def _follow(self) -> None:
        """Scroll so that the pointer stays in sight."""
        place, port = self._screen(), self._view.viewport().rect()
        for value, room, bar in (
            (place.x(), port.width(), self._view.horizontalScrollBar()),
            (place.y(), port.height(), self._view.verticalScrollBar()),
        ):
            edge = min(EDGE, room // 4)
            if value < edge:
                bar.setValue(bar.value() - round(edge - value))
            elif value > room - edge:
                bar.setValue(bar.value() + round(value - (room - edge)))

    def _place(self) -> None:
        self._cross.setVisible(self.on)
        if self.on:
            self._cross.move((self._screen() - QPointF(SIDE / 2, SIDE / 2)).toPoint())


class _Cross(QWidget):
    """Cross hairs, white over black."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(SIDE, SIDE)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, middle = QPainter(self), SIDE / 2
        for pen in (QPen(QColor(0, 0, 0), 3), QPen(QColor(255, 255, 255), 1)):
            painter.setPen(pen)
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                start = QPointF(middle + 4 * dx, middle + 4 * dy)
                painter.drawLine(start, start + QPointF(10 * dx, 10 * dy))
        painter.end()

"""From Qt's mouse and key events to a tool's."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QPointingDevice, QSinglePointEvent, QTabletEvent

from segstudio.app.tools.base import Event

_NAMES = {
    Qt.Key.Key_Return: "Enter",
    Qt.Key.Key_Enter: "Enter",
    Qt.Key.Key_Escape: "Esc",
    Qt.Key.Key_Backspace: "Backspace",
    Qt.Key.Key_Delete: "Del",
    Qt.Key.Key_Tab: "Tab",
    Qt.Key.Key_Backtab: "Tab",
    Qt.Key.Key_Space: "Space",
    Qt.Key.Key_Left: "Left",
    Qt.Key.Key_Right: "Right",
    Qt.Key.Key_Up: "Up",
    Qt.Key.Key_Down: "Down",
}
_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
_HELD = {Qt.KeyboardModifier.ControlModifier: "Ctrl", Qt.KeyboardModifier.AltModifier: "Alt"}
_BUTTONS = {
    Qt.MouseButton.LeftButton: "left",
    Qt.MouseButton.RightButton: "right",
    Qt.MouseButton.MiddleButton: "middle",
}


def key_name(event: QKeyEvent) -> str:
    """Return a key's name as tools know it.

    With Ctrl or Alt held only the arrows have one, "Ctrl+Left"; other keys then, and mere modifiers, have none: "".
    Undo is "Backspace": a tool in the middle of a drawing takes its own last step back before anything that is stored.
    """
    if event.matches(QKeySequence.StandardKey.Undo):
        return "Backspace"
    held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    if held:
        arrow = _NAMES[Qt.Key(event.key())] if event.key() in _ARROWS else ""
        return f"{_HELD[held]}+{arrow}" if arrow and held in _HELD else ""
    return _NAMES.get(Qt.Key(event.key())) or event.text().strip().upper()


def key_event(event: QKeyEvent, zoom: float) -> Event:
    """Return a key press as a tool's event."""
    shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    return Event("key", key=key_name(event), shift=shift, zoom=zoom)


def event_of(
    event: QMouseEvent | QTabletEvent, kind: Literal["press", "move", "release"], place: QPointF, zoom: float
) -> Event:
    """Return a mouse's or a pen's event as a tool's event.

    Args:
        place: Of the pointer, in picture coordinates.
        zoom: Desktop pixels a picture pixel.
    """
    button = _BUTTONS.get(_held(event) if kind == "move" else event.button(), "")
    held = event.modifiers()
    return Event(
        kind,
        place.x(),
        place.y(),
        button,
        "",
        bool(held & Qt.KeyboardModifier.ShiftModifier),
        bool(held & Qt.KeyboardModifier.ControlModifier),
        bool(held & Qt.KeyboardModifier.AltModifier),
        zoom,
        event.type() == QEvent.Type.MouseButtonDblClick,
        event.pressure() if isinstance(event, QTabletEvent) else 1.0,
        event.pointerType() == QPointingDevice.PointerType.Eraser,
    )


def _held(event: QSinglePointEvent) -> Qt.MouseButton:
    for button in _BUTTONS:
        if event.buttons() & button:
            return button
    return Qt.MouseButton.NoButton

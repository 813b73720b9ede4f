"""Fields of the details: they show one value, or say that several objects differ, and tell what is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QSizePolicy

from segstudio.app.i18n import later, tr
from segstudio.app.theme import theme
from segstudio.core.labels import AttributeSpec

MIXED = later("Several values")
Option = tuple[str, Any, str, str]  # text, value, icon, colour of the icon


class ChoiceField(QComboBox):
    """One of a few values.

    Signals:
        chosen: (value) by the person.
    """

    chosen = Signal(object)

    def __init__(self, options: Sequence[Option]) -> None:
        super().__init__()
        self._values = [value for _, value, _, _ in options]
        for text, _, icon, color in options:
            if icon:
                self.addItem(theme().icon(icon, color), text)
            else:
                self.addItem(text)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumContentsLength(6)
        self.activated.connect(lambda i: self.chosen.emit(self._values[i]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows open the list: on the way to a value, no other one may be taken."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.showPopup()
        elif event.key() not in (Qt.Key.Key_Home, Qt.Key.Key_End):
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the panel."""
        event.ignore()

    def show_values(self, values: Sequence[Any]) -> None:
        """Show the value that all have, or that they differ; a value that is none of the options is shown as text."""
        with QSignalBlocker(self):
            same = all(v == values[0] and type(v) is type(values[0]) for v in values)
            place = next((i for i, v in enumerate(self._values) if same and v == values[0]), -1)
            self.setPlaceholderText(str(values[0]) if same else tr(MIXED))
            self.setCurrentIndex(place)


class LineField(QLineEdit):
    """A text or a number.

    Signals:
        chosen: (value) by the person; None where the field was emptied.
        refused: (text) why what was typed is no value.
    """

    chosen = Signal(object)
    refused = Signal(str)

    def __init__(self, spec: AttributeSpec | None = None) -> None:
        super().__init__()
        self._spec = spec or AttributeSpec("")
        self._shown = ""
        self._hint = ""
        if spec is not None and spec.default is not None:
            self._hint = tr("{value} by default", value=spec.default)
        self.editingFinished.connect(self._finish)

    def show_values(self, values: Sequence[Any]) -> None:
        """Show the value that all have, or that they differ."""
        same = all(v == values[0] for v in values)
        value = values[0] if same else None
        self._shown = "" if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)
        self.setPlaceholderText(self._hint if same else tr(MIXED))
        if not (self.hasFocus() and self.isModified()):
            self.setText(self._shown)

    def _finish(self) -> None:
        text = self.text().strip()
        if text == self._shown:
            return
        value: Any = text or None
        if value is not None and self._spec.kind == "number":
            value = _number(text)
            trouble = self._spec.trouble(value)
            if trouble:
                self.setText(self._shown)
                self.refused.emit(f"{text} {trouble}.")
                return
        self._shown = text
        self.setModified(False)
        self.chosen.emit(value)


def _number(text: str) -> int | float | str:
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text


def field_of(spec: AttributeSpec) -> ChoiceField | LineField:
    """Return the field that an attribute is edited in."""
    none: Option = (tr("Not set"), None, "", "")
    if spec.kind == "flag":
        return ChoiceField([none, (tr("Yes"), True, "", ""), (tr("No"), False, "", "")])
    if spec.kind == "choice":
        return ChoiceField([none, *((text, text, "", "") for text in spec.choices)])
    return LineField(spec)

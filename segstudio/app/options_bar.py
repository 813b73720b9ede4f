"""The strip above the canvas: what the active tool lets the person choose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSlider, QWidget

from segstudio.app.i18n import tr
from segstudio.app.option_fields import option_field
from segstudio.app.table.tool import TOOLS
from segstudio.app.tools.adjust import Adjust
from segstudio.app.tools.base import Tool
from segstudio.app.tools.options import Button, Option
from segstudio.app.widgets import Elided, button, label

HEIGHT = 40


class OptionsBar(QWidget):
    """Shows one tool's name, options, note and buttons.

    Signals:
        chosen: (name) the person gave an option another value.
        pressed: (key) the person pressed a button.
    """

    chosen = Signal(str)
    pressed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        self._tool: Tool | None = None
        self._setters: dict[str, Callable[[Any], object]] = {}
        self._sliders: list[QSlider] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 0, 8, 0)
        self._row.setSpacing(16)
        self._row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        self.note = Elided("", "muted", Qt.TextElideMode.ElideRight)

    def minimumSizeHint(self) -> QSize:
        # The canvas decides how wide the window may become; sliders go first where the room is short.
        return QSize(0, HEIGHT)

    def show_tool(self, tool: Tool) -> None:
        """Show a tool's options and follow them."""
        if self._tool is not None:
            self._tool.changed = lambda _: None
        self._tool = tool
        tool.changed = self._on_changed
        self._build(tool)

    def _build(self, tool: Tool) -> None:
        self.note.setParent(None)
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._setters, self._sliders = {}, []
        self._row.addWidget(label(_title(tool), "heading"))
        for option in tool.options:
            self._row.addWidget(self._widget(tool, option))
        self._row.addWidget(self.note, 1)
        self.note.setText(tool.note)
        self.note.show()
        for spec in tool.buttons:
            self._row.addWidget(self._button(spec))
        self._fit()

    def _on_changed(self, name: str) -> None:
        tool = self._tool
        if tool is None:
            return
        if name == "":
            self._build(tool)
        elif name == "note":
            self.note.setText(tool.note)
        elif name in self._setters:
            self._setters[name](tool.value(name))

    def _button(self, spec: Button) -> QPushButton:
        made = button(
            tr(spec.text), lambda: self.pressed.emit(spec.key), kind="primary" if spec.primary else "", icon=spec.icon
        )
        # The keys stay with the canvas.
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return made

    def _widget(self, tool: Tool, option: Option) -> QWidget:
        def choose(value: Any) -> None:
            if value != tool.value(option.name):
                tool.set_value(option.name, value)
                self.chosen.emit(option.name)

        made = option_field(option, choose)
        made.set(tool.value(option.name))
        self._setters[option.name] = made.set
        if made.slider is not None:
            self._sliders.append(made.slider)
        return made

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show the sliders only where there is room for them; the fields beside them say the same."""
        for slider in self._sliders:
            slider.show()
        if self._row.minimumSize().width() > self.width():
            for slider in self._sliders:
                slider.hide()


def _title(tool: Tool) -> str:
    if isinstance(tool, Adjust) and tool.operation is not None:
        return tr(tool.operation.text).rstrip("…")
    return next((tr(text) for name, text, *_ in TOOLS if name == tool.name), "")

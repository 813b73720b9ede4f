"""The strip above the canvas: what the active tool lets the person choose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from segstudio.app.i18n import tr
from segstudio.app.option_fields import OptionField, option_field
from segstudio.app.table.tool import TOOLS
from segstudio.app.tools.adjust import Adjust
from segstudio.app.tools.base import Tool
from segstudio.app.tools.options import Button, Option
from segstudio.app.widgets import Elided, button, label

HEIGHT = 40
WIDE, NARROW = 16, 8  # between the fields


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
        self._fields: list[OptionField] = []
        self._name: QLabel | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 0, 8, 0)
        self._row.setSpacing(WIDE)
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
        self._setters, self._fields = {}, []
        self._name = label(_title(tool), "heading")
        self._row.addWidget(self._name)
        for option in tool.options:
            self._row.addWidget(self._widget(tool, option))
        self._row.addWidget(self.note, 1)
        self.note.setText(tool.note)
        for spec in tool.buttons:
            self._row.addWidget(self._button(spec))
        # Qt shows what is added to a shown widget only later, and what does not show takes no room.
        for widget in self.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if self._row.indexOf(widget) >= 0:
                widget.show()
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
        self._fields.append(made)
        return made

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give way in steps where the room is short, until nothing is cut.

        The sliders go first, for the fields beside them say the same; then the gaps; then the tool's name, which the
        toolbar says too; then the names of the lists, whose tooltips keep them.
        """
        sliders = [field.slider for field in self._fields if field.slider is not None]
        titles = [field.title for field in self._fields if field.title is not None and field.slider is None]
        names = [self._name] if self._name is not None else []
        for widget in (*sliders, *titles, *names):
            widget.show()
        self._row.setSpacing(WIDE)
        for step in (sliders, None, names, titles):
            if self._needed() <= self.width():
                return
            if step is None:
                self._row.setSpacing(NARROW)
            for widget in step or ():
                widget.hide()

    def _needed(self) -> int:
        """Return the width that what shows needs at least."""
        for field in self._fields:
            # A layout within a layout hears of what was hidden in it only with the next event.
            field.inside.activate()
        return self._row.minimumSize().width()


def _title(tool: Tool) -> str:
    if isinstance(tool, Adjust) and tool.operation is not None:
        return tr(tool.operation.text).rstrip("…")
    return next((tr(text) for name, text, *_ in TOOLS if name == tool.name), "")

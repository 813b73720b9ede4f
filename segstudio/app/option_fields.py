"""The widgets of options: a slider and a field for a number, a list for a choice, a tick for a flag."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QHBoxLayout, QSlider, QSpinBox, QWidget

from segstudio.app.i18n import tr
from segstudio.app.tools.options import Option
from segstudio.app.widgets import label

STEPS = 200  # of a slider over the range of a float or a logarithm
SLIDER, FIELD = 104, 76


class OptionField(QWidget):
    """One option with its name.

    Attributes:
        set: Shows a value; nobody is told.
        slider: Of a number, else None.
        title: The label before it, None for a flag, which is its own.
    """

    def __init__(self, option: Option) -> None:
        super().__init__()
        self.inside = QHBoxLayout(self)
        self.inside.setContentsMargins(0, 0, 0, 0)
        self.inside.setSpacing(8)
        self.setToolTip(tr(option.tip) if option.tip else tr(option.text))
        self.set: Callable[[Any], object] = lambda _: None
        self.slider: QSlider | None = None
        self.title = label(tr(option.text), "muted") if option.kind != "flag" else None
        if self.title is not None:
            self.inside.addWidget(self.title)


def option_field(option: Option, choose: Callable[[Any], object]) -> OptionField:
    """Return the widget of an option; `choose` is called with what the person chooses."""
    made = OptionField(option)
    {"flag": _flag, "choice": _choice}.get(option.kind, _number)(made, option, choose)
    return made


def _flag(made: OptionField, option: Option, choose: Callable[[Any], object]) -> None:
    box = QCheckBox(tr(option.text))
    box.clicked.connect(choose)
    made.inside.addWidget(box)
    made.set = box.setChecked


def _choice(made: OptionField, option: Option, choose: Callable[[Any], object]) -> None:
    box = QComboBox()
    box.setAccessibleName(tr(option.text))
    for value, text in option.choices:
        box.addItem(tr(text), value)
    box.activated.connect(lambda i: choose(box.itemData(i)))
    made.inside.addWidget(box)
    made.set = lambda value: box.setCurrentIndex(box.findData(value))


def _number(made: OptionField, option: Option, choose: Callable[[Any], object]) -> None:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, STEPS if option.log or option.kind == "float" else round(option.most - option.least))
    slider.setFixedWidth(SLIDER)
    field = QSpinBox() if option.kind == "int" else QDoubleSpinBox()
    if isinstance(field, QDoubleSpinBox):
        field.setDecimals(max(0, math.ceil(-math.log10(option.step))))
        field.setRange(option.least, option.most)
        field.setSingleStep(option.step)
    else:
        field.setRange(round(option.least), round(option.most))
        field.setSingleStep(max(1, round(option.step)))
    if option.unit:
        field.setSuffix(f" {option.unit}")
    field.lineEdit().setTextMargins(6, 0, 0, 0)
    field.setFixedWidth(FIELD)
    field.setKeyboardTracking(False)
    for widget in (slider, field):
        widget.setAccessibleName(tr(option.text))

    def show(value: Any) -> None:
        for widget in (slider, field):
            widget.blockSignals(True)
        slider.setValue(_to_slider(option, value))
        field.setValue(value)
        for widget in (slider, field):
            widget.blockSignals(False)

    def take(value: Any) -> None:
        show(value)
        choose(value)

    field.valueChanged.connect(take)
    slider.valueChanged.connect(lambda at: take(option.brought(_from_slider(option, at))))
    made.inside.addWidget(slider)
    made.inside.addWidget(field)
    made.slider = slider
    made.set = show


def _to_slider(option: Option, value: float) -> int:
    if option.log:
        low = max(option.least, 1e-6)
        return round(STEPS * math.log(max(value, low) / low) / math.log(option.most / low))
    if option.kind == "float":
        return round(STEPS * (value - option.least) / (option.most - option.least))
    return round(value - option.least)


def _from_slider(option: Option, at: int) -> float:
    if option.log:
        low = max(option.least, 1e-6)
        return low * (option.most / low) ** (at / STEPS)
    if option.kind == "float":
        steps = round((option.least + at / STEPS * (option.most - option.least)) / option.step)
        return steps * option.step
    return option.least + at

"""How the picture is shown: light, contrast, false colours, the window of 16-bit samples, grid, rulers, magnifier."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from segstudio.app.i18n import tr
from segstudio.app.option_fields import OptionField, option_field
from segstudio.app.session import Session
from segstudio.app.tools.options import Option
from segstudio.app.widgets import Panel, button, label
from segstudio.core.display import PLAIN

COLORS = (("", "As they are"), ("viridis", "Viridis"), ("parula", "Parula"))
LOOK = (
    Option("brightness", "Brightness", "int", 0, -100, 100, 1, "%"),
    Option("contrast", "Contrast", "int", 0, -100, 100, 1, "%"),
    Option("gamma", "Gamma", "float", 1.0, 0.1, 5.0, 0.05),
    Option("false_color", "Colours", "choice", "", choices=COLORS),
    Option("invert", "Invert", "flag", False),
)
AIDS = (
    Option("rulers", "Rulers", "flag", False),
    Option("magnifier", "Magnifier", "flag", False),
    Option("grid", "Grid", "int", 0, 0, 512, 8, "px", tip="Picture pixels between two lines; 0 for none."),
)
TITLE = 80


class DisplayPanel(Panel):
    """Only the view changes: the file, what is exported and what models see stay as they are."""

    title = "Display"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._view = session.view
        self.fields: dict[str, OptionField] = {}
        self.add_header(label(tr("Display"), "heading"), None, button(tr("Reset"), self.reset, kind="quiet"))
        inside = QWidget()
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(12, 0, 12, 12)
        rows.setSpacing(8)
        for option in LOOK:
            self._add(rows, option, self._choose_look)
        rows.addWidget(label(tr("Samples shown as black and white"), "small"))
        self._window = QWidget()
        window_rows = QVBoxLayout(self._window)
        window_rows.setContentsMargins(0, 0, 0, 0)
        window_rows.setSpacing(8)
        for option in (Option("low", "Black", "int", 0, 0, 65535), Option("high", "White", "int", 65535, 0, 65535)):
            self._add(window_rows, option, self._choose_window)
        self._auto = button(tr("Choose by Itself"), lambda: self._view.set(window=None), kind="quiet")
        window_rows.addWidget(self._auto)
        rows.addWidget(self._window)
        self._plain = label(tr("This picture has 8 bits a sample: there is no window to choose."), "muted", wrap=True)
        rows.addWidget(self._plain)
        rows.addSpacing(8)
        rows.addWidget(label(tr("Over the picture"), "small"))
        for option in AIDS:
            self._add(rows, option, lambda name, value: self._view.set(**{name: value}))
        rows.addStretch(1)
        area = QScrollArea(widgetResizable=True)
        area.setWidget(inside)
        self.body.addWidget(area, 1)
        self._view.changed.connect(self._show)
        session.picture_changed.connect(self._show)
        self._show()

    def _add(self, rows: QVBoxLayout, option: Option, choose: Any) -> None:
        made = option_field(option, lambda value: choose(option.name, value))
        if made.title is not None:
            made.title.setFixedWidth(TITLE)
        line = QHBoxLayout()
        line.addWidget(made)
        line.addStretch(1)
        rows.addLayout(line)
        self.fields[option.name] = made

    def _choose_look(self, name: str, value: Any) -> None:
        self._view.set(display=replace(self._view.display, **{name: value}))

    def _choose_window(self, name: str, value: int) -> None:
        low, high = self._shown_window()
        low, high = (value, max(high, value + 1)) if name == "low" else (min(low, value - 1), value)
        self._view.set(window=(float(low), float(high)))

    def _shown_window(self) -> tuple[float, float]:
        picture = self._session.picture
        return self._view.window or (picture.window if picture is not None else None) or (0.0, 65535.0)

    def reset(self) -> None:
        """Show the picture as it is."""
        self._view.set(display=PLAIN, window=None, grid=0, rulers=False, magnifier=False)

    def _show(self) -> None:
        picture, view = self._session.picture, self._view
        deep = picture is not None and picture.window is not None
        self._window.setVisible(deep)
        self._plain.setVisible(not deep)
        values = {
            name: getattr(view.display, name) for name in ("brightness", "contrast", "gamma", "false_color", "invert")
        }
        values |= {"rulers": view.rulers, "magnifier": view.magnifier, "grid": view.grid}
        values["low"], values["high"] = map(round, self._shown_window())
        for name, value in values.items():
            self.fields[name].set(value)

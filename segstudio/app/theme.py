"""Light and dark from one token file; follows the system and switches live."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QWidget

FOLDER = files("segstudio.resources") / "themes"


@cache
def tokens() -> dict[str, Any]:
    """Return the token file."""
    return json.loads((FOLDER / "tokens.json").read_text("utf-8"))


class Theme(QObject):
    """The look of the application.

    Attributes:
        mode: "system", "light" or "dark": what the person chose.
        name: "light" or "dark": what that means now.
    """

    changed = Signal()

    def __init__(self, app: QApplication, mode: str = "system") -> None:
        super().__init__(app)
        self._app = app
        self.mode = mode
        self.name = "dark"
        app.setStyle("Fusion")
        app.setFont(_font())
        app.styleHints().colorSchemeChanged.connect(self._refresh)
        self.choose(mode)

    def choose(self, mode: str) -> None:
        """Switch to "system", "light" or "dark"."""
        self.mode = mode
        schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
        # Qt then also asks the platform for matching window frames and file dialogs.
        self._app.styleHints().setColorScheme(schemes.get(mode, Qt.ColorScheme.Unknown))
        self._refresh()

    def color(self, name: str) -> QColor:
        """Return a colour of the current theme by its token's name."""
        return QColor(tokens()[self.name][name])

    def icon(self, name: str, color: str = "text") -> QIcon:
        """Return an icon of the icon family in a colour of the current theme."""
        return _icon(name, tokens()[self.name][color], tokens()[self.name]["faint"], tokens()[self.name]["accent"])

    def _refresh(self) -> None:
        name = self.mode
        if name == "system":
            name = "light" if self._app.styleHints().colorScheme() == Qt.ColorScheme.Light else "dark"
        self.name = name
        self._app.setPalette(_palette(tokens()[name]))
        self._app.setStyleSheet(_sheet(name))
        self.changed.emit()


_current: list[Theme] = []


def install(app: QApplication, mode: str = "system") -> Theme:
    """Give an application its look; a second call switches the mode of the one that is there."""
    if _current and _current[0].parent() is app:
        _current[0].choose(mode)
    else:
        _current[:] = [Theme(app, mode)]
    return _current[0]


def theme() -> Theme:
    """Return the application's theme."""
    return _current[0]


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget one of the style sheet's roles: "muted", "title", "card", ..."""
    widget.setProperty("role", role)


@cache
def _icon(name: str, color: str, disabled: str, checked: str) -> QIcon:
    import os

    os.environ.setdefault("QT_API", "pyside6")
    import qtawesome

    return qtawesome.icon(f"ph.{name}", color=color, color_disabled=disabled, color_on=checked)


def _font() -> QFont:
    font = QFont()
    known = set(QFontDatabase.families())
    families = [f for f in tokens()["font"]["families"] if f in known]
    if families:
        font.setFamilies(families)
    font.setPixelSize(tokens()["font"]["size"])
    font.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    return font


def _sheet(name: str) -> str:
    t = tokens()
    values = {**t[name], **t["size"]}
    values |= {
        "font": t["font"]["size"],
        "small": t["font"]["small"],
        "title": t["font"]["title"],
        "hero": t["font"]["hero"],
        "check": Path(str(FOLDER / f"check-{name}.svg")).as_posix(),
    }
    return Template((FOLDER / "window.qss").read_text("utf-8")).substitute(values)


def _palette(c: dict[str, str]) -> QPalette:
    p = QPalette()
    role = QPalette.ColorRole
    for key, name in (
        (role.Window, "window"), (role.WindowText, "text"), (role.Base, "field"), (role.AlternateBase, "panel"),
        (role.Text, "text"), (role.Button, "raised"), (role.ButtonText, "text"), (role.BrightText, "danger"),
        (role.ToolTipBase, "raised"), (role.ToolTipText, "text"), (role.PlaceholderText, "faint"),
        (role.Highlight, "accent"), (role.HighlightedText, "on_accent"), (role.Light, "hover"),
        (role.Link, "accent"), (role.Midlight, "border"), (role.Mid, "border"),
        (role.Dark, "shadow"), (role.Shadow, "shadow"), (role.Accent, "accent"),
    ):  # fmt: skip
        p.setColor(key, QColor(c[name]))
    for key in (role.WindowText, role.Text, role.ButtonText):
        p.setColor(QPalette.ColorGroup.Disabled, key, QColor(c["faint"]))
    return p

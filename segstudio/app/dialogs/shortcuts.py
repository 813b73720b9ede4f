"""All shortcuts on one page, from the table of actions."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from segstudio.app.dialogs.base import Dialog
from segstudio.app.table import Spec
from segstudio.app.widgets import button, label, row

CANVAS = (
    ("Ctrl+Wheel", "Zoom at the cursor"),
    ("Wheel", "Scroll; Shift+Wheel sideways"),
    ("Space+Drag", "Move the picture"),
    ("Middle drag", "Move the picture"),
    ("Arrows", "Nudge the selected objects"),
)


def shown(key: str) -> str:
    """Return a shortcut as people write it on this system."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


class ShortcutsDialog(Dialog):
    """Groups of lines: what it does, and the keys."""

    def __init__(self, parent: QWidget | None, specs: Iterable[Spec]) -> None:
        super().__init__(parent, "Keyboard shortcuts", "Ctrl+Shift+P finds every command by its name.", width=860)
        groups: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for spec in specs:
            if spec.keys:
                groups.setdefault(spec.menu or "Classes", []).append(
                    (tuple(map(shown, spec.keys)), spec.text.rstrip("…"))
                )
        if "Classes" in groups:
            groups["Classes"] = [(("1 … 9",), "Choose a class; selected objects get it")]
        groups["Canvas"] = [((keys,), text) for keys, text in CANVAS]
        area = QScrollArea(widgetResizable=True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        columns = row(spacing=40)
        sides = QVBoxLayout(), QVBoxLayout()
        filled = [0, 0]
        for name, lines in groups.items():
            side = filled.index(min(filled))
            filled[side] += len(lines) + 2
            sides[side].addLayout(self._group(name, lines))
        for side in sides:
            side.setSpacing(16)
            side.addStretch(1)
            columns.addLayout(side, 1)
        inside.setLayout(columns)
        area.setWidget(inside)
        area.setMinimumHeight(520)
        self.content.addWidget(area)
        self.set_buttons(button("Close", self.accept, kind="primary"))

    def _group(self, name: str, lines: list[tuple[tuple[str, ...], str]]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        grid.addWidget(label(name, "heading"), 0, 0)
        for i, (keys, text) in enumerate(lines, start=1):
            grid.addWidget(label(text, "muted"), i, 0)
            caps = row(None, *(label(key, "key") for key in keys), spacing=4)
            grid.addLayout(caps, i, 1)
        return grid

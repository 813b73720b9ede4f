"""All shortcuts on one page, from the table of actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from segstudio.app.actions import shown
from segstudio.app.dialogs.base import Dialog
from segstudio.app.i18n import later, tr
from segstudio.app.table import Spec
from segstudio.app.widgets import button, label, row

CANVAS = (
    (later("Ctrl+Wheel"), later("Zoom at the cursor")),
    (later("Wheel"), later("Scroll; Shift+Wheel sideways")),
    (later("Space+Drag"), later("Move the picture")),
    (later("Middle drag"), later("Move the picture")),
    (later("Arrows"), later("Nudge the selected objects")),
)


class ShortcutsDialog(Dialog):
    """Groups of lines: what it does, and the keys.

    Args:
        specs: The actions.
        keys: Their keys now, by id.
        tool: The active tool's name and its keys, as it says them itself.
        edit: Opens the editor.
    """

    def __init__(
        self,
        parent: QWidget | None,
        specs: Iterable[Spec],
        keys: Mapping[str, tuple[str, ...]],
        tool: tuple[str, str] = ("", ""),
        edit: Callable[[], object] | None = None,
    ) -> None:
        text = tr("{tool} tool: {hint}", tool=tool[0], hint=tool[1]) if tool[0] else ""
        super().__init__(parent, tr("Keyboard shortcuts"), text, width=860)
        groups: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for spec in specs:
            if keys[spec.id]:
                line = (tuple(map(shown, keys[spec.id])), tr(spec.text).rstrip("…"))
                groups.setdefault(tr(spec.menu or "Classes"), []).append(line)
        if all(keys.get(f"class.{n}") == (str(n),) for n in range(1, 10)):
            groups[tr("Classes")] = [(("1 … 9",), tr("Choose a class; selected objects get it"))]
        groups[tr("Canvas")] = [((tr(held),), tr(what)) for held, what in CANVAS]
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
        close = button(tr("Close"), self.accept, kind="primary")
        if edit is not None:
            self.set_buttons(button(tr("Edit…"), edit, icon="keyboard"), None, close)
        else:
            self.set_buttons(close)

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

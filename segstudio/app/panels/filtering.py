"""A button that opens a list of filters to tick; several of one group mean any of them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton

from segstudio.app.i18n import tr
from segstudio.app.theme import theme
from segstudio.app.widgets import follow_theme

# (kind, [(value, text, icon)])
Groups = list[tuple[str, list[tuple[str, str, str]]]]
Chosen = frozenset[tuple[str, str]]


class FilterButton(QToolButton):
    """Remembers what is ticked.

    Args:
        name: What it filters, for screen readers and the tooltip.
        groups: Returns the groups of filters when the list is opened.
        changed: Called with the (kind, value) pairs that are ticked.

    Attributes:
        chosen: What is ticked.
    """

    def __init__(self, name: str, groups: Callable[[], Groups], changed: Callable[[Chosen], object]) -> None:
        super().__init__()
        self._groups = groups
        self._changed = changed
        self.chosen: Chosen = frozenset()
        self.setToolTip(name)
        self.setAccessibleName(name)
        self.setIconSize(QSize(16, 16))
        self.setCheckable(True)
        follow_theme(self, self._paint)
        self.clicked.connect(self.open)

    def open(self) -> QMenu:
        """Open the list and return it."""
        self.setChecked(bool(self.chosen))
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        clear = menu.addAction(tr("Show All"))
        clear.setEnabled(bool(self.chosen))
        clear.triggered.connect(lambda: self.choose(frozenset()))
        for kind, rows in self._groups():
            menu.addSeparator()
            for value, text, icon in rows:
                action = QAction(text, menu)
                action.setCheckable(True)
                action.setChecked((kind, value) in self.chosen)
                if icon:
                    action.setIcon(theme().icon(icon))
                action.triggered.connect(lambda _, pair=(kind, value): self.choose(self.chosen ^ {pair}))
                menu.addAction(action)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))
        return menu

    def choose(self, chosen: Chosen) -> None:
        """Tick exactly these."""
        self.chosen = chosen
        self.setChecked(bool(chosen))
        self._paint()
        self._changed(chosen)

    def _paint(self) -> None:
        self.setIcon(theme().icon("funnel", "accent" if self.chosen else "muted"))

"""Where things are in the window: docks, toolbars, and the way back to that."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QSizePolicy, QTabWidget, QToolBar, QToolButton, QWidget

from segstudio.app.actions import Actions
from segstudio.app.widgets import Panel

TOP = (
    "file.folder",
    "file.open",
    "|",
    "edit.undo",
    "edit.redo",
    "|",
    "go.previous",
    "go.next",
    "go.done",
    "|",
    "view.fit",
    "view.toggle",
)
TOP_RIGHT = ("help.palette", "file.export")
LEFT_WIDTH, RIGHT_WIDTH = 248, 320
UPPER, LOWER = 440, 420


class Layout:
    """Builds the docks and toolbars of a window.

    Args:
        window: The window.
        left: The panel on the left.
        upper: The tabs at the upper right, the first one is shown.
        lower: The tabs at the lower right.
    """

    def __init__(self, window: QMainWindow, left: Panel, upper: list[Panel], lower: list[Panel]) -> None:
        self._window = window
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        window.setDocumentMode(True)
        self.left = _dock(window, left)
        self.upper = [_dock(window, panel) for panel in upper]
        self.lower = [_dock(window, panel) for panel in lower]
        self.top = _toolbar(window, "Commands", Qt.ToolBarArea.TopToolBarArea)
        self.tools = _toolbar(window, "Tools", Qt.ToolBarArea.LeftToolBarArea)
        self.docks = [self.left, *self.upper, *self.lower]
        self.reset()

    def fill(self, actions: Actions, tools: tuple[str, ...], beside: QWidget) -> None:
        """Put actions on the toolbars, and a widget beside the last of the upper left ones."""
        actions.fill_toolbar(self.top, TOP)
        self.top.addWidget(beside)
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.top.addWidget(spacer)
        actions.fill_toolbar(self.top, TOP_RIGHT)
        for id in TOP_RIGHT:
            button = self.top.widgetForAction(actions[id])
            if isinstance(button, QToolButton):
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        actions.fill_toolbar(self.tools, tools)

    def panel_actions(self) -> list[QAction]:
        """Return the actions that show and hide the docks."""
        return [dock.toggleViewAction() for dock in self.docks]

    def reset(self) -> None:
        """Put everything where it belongs."""
        window = self._window
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.left)
        for group in (self.upper, self.lower):
            for dock in group:
                window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        window.splitDockWidget(self.upper[0], self.lower[0], Qt.Orientation.Vertical)
        for group in (self.upper, self.lower):
            for before, dock in pairwise(group):
                window.tabifyDockWidget(before, dock)
        for dock in self.docks:
            dock.setFloating(False)
            dock.show()
        self.size()
        self.front()

    def size(self) -> None:
        """Give the docks their sizes; Qt heeds that only once the window is laid out."""
        self._window.resizeDocks([self.left, self.upper[0]], [LEFT_WIDTH, RIGHT_WIDTH], Qt.Orientation.Horizontal)
        self._window.resizeDocks([self.upper[0], self.lower[0]], [UPPER, LOWER], Qt.Orientation.Vertical)

    def front(self) -> None:
        """Show the first tab of each group."""
        for group in (self.upper, self.lower):
            group[0].raise_()

    def show_docks(self, shown: bool) -> None:
        """Show everything around the canvas, or only the menu (for the welcome page)."""
        for dock in self.docks:
            dock.setVisible(shown)
        self.tools.setVisible(shown)
        self.top.setVisible(shown)
        if shown:
            self.front()


def _dock(window: QMainWindow, panel: Panel) -> QDockWidget:
    dock = QDockWidget(panel.title, window)
    dock.setObjectName(f"dock-{panel.title.lower()}")
    dock.setWidget(panel)
    # The tabs and the panels' own headings say what a dock is: a title bar would say it again.
    dock.setTitleBarWidget(QWidget())
    dock.setMinimumWidth(200)
    return dock


def _toolbar(window: QMainWindow, name: str, area: Qt.ToolBarArea) -> QToolBar:
    bar = QToolBar(name, window)
    bar.setObjectName(f"bar-{name.lower()}")
    bar.setMovable(False)
    bar.setIconSize(QSize(20, 20))
    bar.toggleViewAction().setEnabled(False)
    window.addToolBar(area, bar)
    return bar

"""Where things are in the window: docks, toolbars, and the way back to that."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QSizePolicy, QTabWidget, QToolBar, QToolButton, QWidget

from segstudio.app.actions import Actions
from segstudio.app.i18n import tr
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


class Desk(QMainWindow):
    """A window inside the window: docks and toolbars around the canvas, swapped as a whole with the welcome page."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowFlags(Qt.WindowType.Widget)

    def sizeHint(self) -> QSize:
        return QSize(1200, 760)


class Layout:
    """Builds the docks and toolbars of a desk.

    Args:
        window: The desk.
        left: The panel on the left.
        upper: The tabs at the upper right, the first one is shown.
        lower: The tabs at the lower right.
    """

    def __init__(self, window: Desk, left: Panel, upper: list[Panel], lower: list[Panel]) -> None:
        self._window = window
        self.left = _dock(window, "files", tr(left.title), left)
        # Tabs inside a dock, not tabified docks: Qt leaves their tab bars behind where docks are hidden and shown.
        self.upper, self.lower = _tabs(upper), _tabs(lower)
        right = (
            _dock(window, "upper", tr("Upper Right"), self.upper),
            _dock(window, "lower", tr("Lower Right"), self.lower),
        )
        self.docks = [self.left, *right]
        self.top = _toolbar(window, "commands", tr("Commands"), Qt.ToolBarArea.TopToolBarArea)
        self.tools = _toolbar(window, "tools", tr("Tools"), Qt.ToolBarArea.LeftToolBarArea)
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

    def show_panel(self, panel: Panel) -> None:
        """Bring the tab of a panel to the front."""
        for tabs in (self.upper, self.lower):
            if tabs.indexOf(panel) >= 0:
                tabs.setCurrentWidget(panel)

    def panel_actions(self) -> list[QAction]:
        """Return the actions that show and hide the docks."""
        return [dock.toggleViewAction() for dock in self.docks]

    def reset(self) -> None:
        """Put everything where it belongs."""
        areas = Qt.DockWidgetArea.LeftDockWidgetArea, *[Qt.DockWidgetArea.RightDockWidgetArea] * 2
        for area, dock in zip(areas, self.docks, strict=True):
            self._window.addDockWidget(area, dock)
            dock.show()
        for tabs in (self.upper, self.lower):
            tabs.setCurrentIndex(0)
        self.size()

    def size(self) -> None:
        """Give the docks their sizes; Qt heeds that only once the window is laid out."""
        left, upper, lower = self.docks
        self._window.resizeDocks([left, upper], [LEFT_WIDTH, RIGHT_WIDTH], Qt.Orientation.Horizontal)
        self._window.resizeDocks([upper, lower], [UPPER, LOWER], Qt.Orientation.Vertical)


def _tabs(panels: list[Panel]) -> QTabWidget:
    tabs = QTabWidget()
    tabs.setDocumentMode(True)
    tabs.tabBar().setDrawBase(False)
    for panel in panels:
        tabs.addTab(panel, tr(panel.title))
    return tabs


def _dock(window: QMainWindow, name: str, title: str, inside: QWidget) -> QDockWidget:
    dock = QDockWidget(title, window)
    dock.setObjectName(f"dock-{name}")
    dock.setWidget(inside)
    # The tabs and the panels' own headings say what a dock is: a title bar would say it again.
    dock.setTitleBarWidget(QWidget())
    dock.setMinimumWidth(200)
    return dock


def _toolbar(window: QMainWindow, name: str, title: str, area: Qt.ToolBarArea) -> QToolBar:
    bar = QToolBar(title, window)
    bar.setObjectName(f"bar-{name}")
    bar.setMovable(False)
    bar.setIconSize(QSize(20, 20))
    bar.toggleViewAction().setEnabled(False)
    window.addToolBar(area, bar)
    return bar

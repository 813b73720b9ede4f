"""The main window: it puts the parts together and knows no more than that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from segstudio.app import opening
from segstudio.app.actions import Actions
from segstudio.app.bridge import Bridge
from segstudio.app.canvas.view import CanvasView
from segstudio.app.canvas_frame import CanvasFrame
from segstudio.app.canvas_link import CanvasLink
from segstudio.app.commands import HANDLERS
from segstudio.app.commands.files import FileCommands
from segstudio.app.dialogs.error import ErrorDialog
from segstudio.app.dialogs.palette import Choice, Palette
from segstudio.app.enabling import State
from segstudio.app.i18n import language, tr
from segstudio.app.keymap import Keymap
from segstudio.app.layout import Desk, Layout
from segstudio.app.options_bar import OptionsBar
from segstudio.app.panels import PANELS
from segstudio.app.panels.frames import FrameSlider
from segstudio.app.panels.welcome import WelcomePage
from segstudio.app.parts import Parts
from segstudio.app.session import Session
from segstudio.app.settings import Settings
from segstudio.app.status import StatusBar
from segstudio.app.table import tool
from segstudio.app.tools import make_tools
from segstudio.app.widgets import OpacitySlider
from segstudio.core.errors import SegstudioError
from segstudio.core.labels import Category

if TYPE_CHECKING:
    from segstudio.engine.engine import Engine


def make_engine() -> Engine:
    """Return the engine of this machine; torch loads with the first model."""
    from segstudio.engine.engine import Engine

    return Engine()


class MainWindow(QMainWindow):
    """The window.

    Args:
        settings: What is remembered between runs.
        engine: Makes the engine.
    """

    _trouble = Signal(object)

    def __init__(self, settings: Settings, engine: Callable[[], Engine] = make_engine) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setAcceptDrops(True)
        self.settings = settings
        self.session = Session(self)
        self.bridge = Bridge(self.session, engine)
        self.canvas = CanvasView()
        self.link = CanvasLink(self.session, self.canvas, self.bridge, make_tools(), settings)
        self.state = State(self.session, self.bridge, self.link)
        self.keymap = Keymap(settings, self)
        self._intake: opening.Intake | None = None
        self._errors: list[SegstudioError] = []
        self._make_parts()
        self._make_actions()
        self._connect()
        self.resize(1440, 900)
        self._sized = self._restore()
        self._on_project()

    def _make_parts(self) -> None:
        session = self.session
        self.parts = Parts(session, self.bridge, self.settings, self.canvas, self.link, self)
        self.panels = self.parts.panels
        for spec in PANELS:
            self.panels[spec.name] = spec.make(self.parts)
        places = {name: [self.panels[s.name] for s in PANELS if s.place == name] for name in ("left", "upper", "lower")}
        self.frames = FrameSlider(session)
        self.options = OptionsBar()
        self.status = StatusBar(session, self.bridge)
        self.setStatusBar(self.status)
        self.desk = Desk()
        self.layout_ = Layout(self.desk, places["left"][0], places["upper"], places["lower"])
        self.handlers = {name: make(self.parts) for name, make in HANDLERS.items()}
        files = self.handlers["files"]
        assert isinstance(files, FileCommands)
        self.welcome = WelcomePage(
            self.settings,
            self.bridge,
            lambda path: self.open_paths([path]),
            {"folder": files.open_folder, "files": files.open_files, "samples": files.open_samples},
        )
        work = QWidget()
        box = QVBoxLayout(work)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.options)
        self.frame = CanvasFrame(session, self.canvas)
        box.addWidget(self.frame, 1)
        box.addWidget(self.frames)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.welcome)
        self.desk.setCentralWidget(work)
        self.pages.addWidget(self.desk)
        self.setCentralWidget(self.pages)

    def _make_actions(self) -> None:
        self.actions_ = Actions(self, self.handlers, self.state, self.keymap)
        menus = self.actions_.fill_menus(self.menuBar())
        menus["View"].addSeparator()
        panels = menus["View"].addMenu(tr("Panels"))
        panels.addActions(self.layout_.panel_actions())
        tools = tuple(id for spec in tool.ROWS for id in (("|", spec.id) if spec.gap else (spec.id,)))
        self.layout_.fill(self.actions_, tools, OpacitySlider(self.session.view))

    def _connect(self) -> None:
        session = self.session
        session.failed.connect(self.show_error)
        self._trouble.connect(self.show_error)
        session.project_changed.connect(self._on_project)
        # Many signals of one event make one refresh.
        self._refresh = QTimer(self, singleShot=True, interval=0)
        self._refresh.timeout.connect(self.actions_.refresh)
        for signal in (
            session.project_changed, session.picture_changed, session.selection_changed, session.history_changed,
            session.annotations_changed, session.categories_changed, session.view.changed, self.bridge.changed,
            self.link.tool_changed, session.inside.changed,
        ):  # fmt: skip
            signal.connect(lambda *_: self._refresh.start())
        self.canvas.cursor_moved.connect(self.status.show_cursor)
        self.canvas.zoom_changed.connect(self.status.show_zoom)
        self.link.tool_changed.connect(self._on_tool)
        language().changed.connect(self._say_anew)
        self.options.chosen.connect(self.link.choose)
        self.options.pressed.connect(self.link.press)
        self.link.use("select")

    def _say_anew(self) -> None:
        """Let everybody say what is put together from words, numbers and names: the language is another one."""
        session = self.session
        self._on_tool()
        self.status.hush()
        session.categories_changed.emit()
        session.picture_changed.emit()
        session.annotations_changed.emit(None)
        session.media_changed.emit(None)
        session.history_changed.emit()
        self.bridge.changed.emit()

    def _on_tool(self) -> None:
        active = self.link.tools[self.link.tool]
        self.status.set_hint(tr(active.hint))
        self.options.show_tool(active)

    # Opening

    def open_paths(self, paths: Sequence[str | Path]) -> bool:
        """Open a project, a folder or files; nothing means: close the project. Return whether that worked."""
        try:
            self.load(paths)
        except SegstudioError as error:
            self.show_error(error)
            return False
        return True

    def load(self, paths: Sequence[str | Path]) -> None:
        """Do as `open_paths`, and leave what is open as it is where that does not work.

        Raises:
            SegstudioError: Nothing could be opened.
        """
        if not paths:
            self._leave()
            self.session.detach()
            return
        project, rest = opening.open_paths(paths)
        self._leave()
        self.session.attach(project)
        self._intake = opening.Intake(project, rest, self._trouble.emit)
        place = Path(project.path)
        self.settings.add_recent(place)
        self.session.said.emit(
            tr("{name} can only be read here.", name=place.name)
            if project.readonly
            else tr("Every step is saved in {name}", name=place.name)
        )

    def _leave(self) -> None:
        """Stop what works on the open project; what is finished is kept."""
        self.bridge.stop()
        if self._intake is not None:
            self._intake.close()
            self._intake = None

    def show_welcome(self) -> None:
        """Show the welcome page, or go back from it."""
        here = self.pages.currentIndex() == 0 and self.session.project is not None
        self._show_page(1 if here else 0)

    def _show_page(self, number: int) -> None:
        self.welcome.refresh()
        self.pages.setCurrentIndex(number)
        self.status.setVisible(number == 1)
        if number == 1:
            self.canvas.setFocus()
            if not self._sized:
                self._sized = True
                QTimer.singleShot(0, self.layout_.size)

    def _on_project(self) -> None:
        project = self.session.project
        self._show_page(0 if project is None else 1)
        name = Path(project.path).stem if project is not None else ""
        self.setWindowTitle(f"{name} – segstudio" if name else "segstudio")

    # Asking and telling

    def ask_class(self) -> Category | None:
        """Let the person choose a class by typing a few letters, starting at the selected object's."""
        now = next((a.category for a in self.session.selected()), None)
        at = list(self.session.categories).index(now) if now in self.session.categories else 0
        choices = [
            Choice(c.name, str(i) if i < 10 else "", c) for i, c in enumerate(self.session.categories.values(), start=1)
        ]
        return Palette(self, choices, tr("Class"), at=at).ask()

    def show_error(self, error: SegstudioError) -> None:
        """Show an error when the current event is done; the same one at a time only once."""
        if str(error) in map(str, self._errors):
            return
        self._errors.append(error)
        if len(self._errors) == 1:
            QTimer.singleShot(0, self._show_errors)

    def _show_errors(self) -> None:
        while self._errors:
            ErrorDialog(self, self._errors[0]).exec()
            del self._errors[0]

    def reset_layout(self) -> None:
        """Put all docks back to where they came."""
        self.layout_.reset()

    # Events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.open_paths(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.link.finish()
        self.settings.set_bytes("geometry", self.saveGeometry())
        if self.session.project is not None and self.pages.currentIndex() == 1:
            self.settings.set_bytes("state", self.desk.saveState())
        self._leave()
        self.bridge.close()
        self.canvas.set_runner(None)
        self.link.background.close()
        self.frame.background.close()
        self.canvas.background.close()
        for panel in self.panels.values():
            panel.close_threads()
        self.session.detach()
        self.settings.sync()
        super().closeEvent(event)

    def _restore(self) -> bool:
        """Take up the geometry of last time; return whether the docks have sizes from then."""
        geometry, state = self.settings.bytes("geometry"), self.settings.bytes("state")
        if geometry is not None:
            self.restoreGeometry(geometry)
        return state is not None and self.desk.restoreState(state)

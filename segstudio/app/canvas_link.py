"""Between the session and the canvas: what the session knows shows, what the tools ask for is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from PySide6.QtCore import QObject, QRectF, QTimer, Signal

from segstudio.app.background import Background
from segstudio.app.bridge import Bridge
from segstudio.app.canvas.draft import Draft
from segstudio.app.canvas.style import Style
from segstudio.app.canvas.view import CanvasView
from segstudio.app.densepose_state import DenseState
from segstudio.app.i18n import tr
from segstudio.app.session import Session
from segstudio.app.settings import Settings
from segstudio.app.theme import theme
from segstudio.app.tools.base import Event, Prompts, Runner, Tool
from segstudio.core import edits
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import SegstudioError
from segstudio.core.geometry import Box
from segstudio.core.labels import Category
from segstudio.core.painting import Stroke
from segstudio.core.results import Result
from segstudio.core.spans import Spans

T = TypeVar("T")


class SessionContext:
    """What a tool sees of the window (`ToolContext`).

    Args:
        session, view, bridge: Of the window.
        background: Runs what tools compute.
        leave: Goes back to the tool that was active before.
    """

    def __init__(
        self,
        session: Session,
        view: CanvasView,
        bridge: Bridge,
        background: Background,
        leave: Callable[[], object],
    ) -> None:
        self._session = session
        self._view = view
        self._bridge = bridge
        self._background = background
        self._leave = leave

    @property
    def annotations(self) -> Mapping[int, Annotation]:
        return self._session.annotations

    @property
    def selection(self) -> frozenset[int]:
        return self._session.selection

    @property
    def category(self) -> Category | None:
        return self._session.categories.get(self._session.category or 0)

    @property
    def place(self) -> tuple[int, int]:
        media = self._session.media
        return (media.id, self._session.frame) if media is not None else (0, 0)

    @property
    def size(self) -> tuple[int, int]:
        return self._view.scene_state.size

    @property
    def categories(self) -> Mapping[int, Category]:
        return self._session.categories

    @property
    def results(self) -> Sequence[Result]:
        return self._session.results.get(self.place, ())

    @property
    def dense(self) -> DenseState:
        return self._session.dense

    def pixels(self, box: Box | None = None) -> np.ndarray:
        picture = self._session.picture
        if picture is None:
            return np.zeros((0, 0, 3), np.uint8)
        if box is None:
            return picture.rgb
        left, top, right, bottom = box.clipped(picture.width, picture.height).pixels()
        return picture.region((left, top, right, bottom))

    def shown_box(self) -> Box:
        view = self._view
        shown = view.viewportTransform().inverted()[0].mapRect(QRectF(view.viewport().rect()))
        return Box(shown.x(), shown.y(), shown.width(), shown.height()).clipped(*self.size)

    def visible(self, a: Annotation) -> bool:
        return self._session.view.visible(a)

    @property
    def locked(self) -> frozenset[int]:
        return self._session.view.locked

    def category_of(self, a: Annotation) -> Category | None:
        return self._session.categories.get(a.category)

    def under(self, x: float, y: float) -> list[int]:
        return self._view.scene_state.under(x, y, self._view.scale_now)

    def inside(self, box: Box, touching: bool = False) -> list[int]:
        return self._view.scene_state.inside(box, touching)

    def commit(self, change: ChangeSet) -> bool:
        return self._session.commit(change)

    def new_id(self) -> int:
        return self._session.new_id()

    def new_ids(self, count: int) -> int:
        return self._session.new_id("annotation", count)

    def work(self, function: Callable[[], T], then: Callable[[T], object], key: str = "") -> None:
        self._background.run(function, then, key)

    def leave(self) -> None:
        QTimer.singleShot(0, self._view, self._leave)

    def set_selection(self, ids: Iterable[int]) -> None:
        self._session.select(ids)

    def show(self, drafts: Iterable[Annotation]) -> None:
        self._view.refresh(self._view.scene_state.show(drafts))
        # Handles of what is dragged reach over its pixels.
        self._view.refresh_overlays()

    def stroke(self, a: Annotation, stroke: Stroke, dab: Spans) -> None:
        self._view.refresh(self._view.scene_state.stroke(a, stroke, dab))

    def end_stroke(self) -> None:
        self._view.refresh(self._view.scene_state.end_stroke())
        # The outline of what was painted shows again.
        self._view.refresh_overlays()

    def preview(self, draft: Draft) -> None:
        self._view.preview(draft)

    @property
    def prompts(self) -> Prompts:
        return self._bridge.prompts

    def say(self, text: str) -> None:
        self._session.said.emit(text)


# Tools that make objects, which need a class.
DRAWS = frozenset(
    ("brush", "polygon", "box", "point", "prompt", "scissors", "wand", "superpixels", "grabcut", "watershed")
)


class CanvasLink(QObject):
    """Keeps the canvas in step with the session, and runs the tools.

    Args:
        session: The session.
        view: The canvas.
        bridge: Answers what tools ask a model for.
        tools: By name.
        settings: Remembers the values of their options.

    Attributes:
        tool: The name of the active one.
        background: Runs what tools compute.

    Signals:
        tool_changed: Another tool is active, or the same one anew.
    """

    tool_changed = Signal()

    def __init__(
        self, session: Session, view: CanvasView, bridge: Bridge, tools: Mapping[str, Tool], settings: Settings
    ) -> None:
        super().__init__(view)
        self.session = self._session = session
        self._view = view
        self._settings = settings
        self.background = Background(self, self._on_failed)
        self.context = SessionContext(session, view, bridge, self.background, self.leave)
        self.tools = tools
        self.tool = self._before = ""
        self._place: tuple[int, int] | None = None
        view.scene_state.dense = session.dense
        view.destroyed.connect(session.dense.changed.subscribe(lambda _: view.refresh_overlays()))
        session.leaving.connect(self.finish)
        session.picture_changed.connect(self._on_picture)
        session.annotations_changed.connect(self._on_annotations)
        session.selection_changed.connect(self._on_selection)
        session.categories_changed.connect(self._restyle)
        session.view.changed.connect(self._restyle)
        session.results_changed.connect(self._on_results)
        bridge.fetched.connect(self._on_fetched)
        view.failed.connect(self._on_failed)
        theme().changed.connect(self._paint)
        self._paint()
        self._restyle()

    def use(self, name: str) -> None:
        """Make a tool the active one; a notice gives way to its keys."""
        self.finish()
        self._session.said.emit("")
        self._use(name)

    def _use(self, name: str) -> None:
        if name != self.tool:
            self._before, self.tool = self.tool, name
        tool = self.tools[name]
        tool.prepare(self.context)
        self._view.scene_state.handles = not tool.mode
        if tool.mode:
            self._session.view.set(mode=tool.mode)
        self._recall(tool)
        self.background.drop_all()
        # What the last tool showed goes before the new one shows something.
        self._view.set_runner(None)
        self._view.set_runner(Runner(tool, self.context, self._refuses))
        session = self._session
        if name in DRAWS and session.project is not None and not session.categories and not session.project.readonly:
            # Drawing must not begin with a form to fill in.
            made = Category(session.new_id("category"), "object")
            if session.commit(edits.add_category(made)):
                session.said.emit(tr("New objects are of the class “object”. Double-click it in Labels to rename it."))
        self.tool_changed.emit()

    def _refuses(self, event: Event) -> bool:
        """Say why nothing can be drawn on a picture that can't be read, and keep the tool from beginning.

        What is there can still be selected, and what was begun while the picture was being read can be finished.
        """
        problem = self._session.problem
        if problem is None or self.tool == "select" or event.key in ("Esc", "[", "]"):
            return False
        self._session.said.emit(f"{problem.message} {problem.remedy or ''}".strip())
        return True

    def finish(self) -> None:
        """Store what is being drawn as far as it goes: the picture or the tool is about to change."""
        runner = self._view.runner
        if runner is not None and self._session.project is not None and not self._session.project.readonly:
            try:
                runner.finish()
            except Exception as error:
                self._on_failed(error)

    def leave(self) -> None:
        """Go back to the tool that was active before; what the active one said last stays."""
        self._use(self._before if self._before in self.tools and self._before != "adjust" else "select")

    def press(self, key: str) -> None:
        """Tell the active tool that a button of the bar was pressed."""
        self._send(Event("key", key=key, zoom=self._view.scale_now))
        self._view.setFocus()

    def choose(self, option: str) -> None:
        """Tell the active tool that the person chose another value, and remember it."""
        tool = self.tools[self.tool]
        self._settings.set_text(f"{tool.name}/{option}", str(tool.value(option)))
        self._send(Event("option", key=option, zoom=self._view.scale_now))

    def _recall(self, tool: Tool) -> None:
        """Give a tool the values that were chosen last; what a key changed since is newer."""
        for option in tool.options:
            stored = self._settings.text(f"{tool.name}/{option.name}")
            if stored and not tool.touched(option.name):
                tool.set_value(option.name, stored)

    def _on_fetched(self) -> None:
        tool = self.tools.get(self.tool)
        if tool is not None:
            tool.prepare(self.context)
            tool.changed("")

    def _send(self, event: Event) -> None:
        if self._view.runner is not None:
            try:
                self._view.runner.send(event)
            except Exception as error:
                self._on_failed(error)

    def _on_picture(self) -> None:
        session, view = self._session, self._view
        media, picture = session.media, session.picture
        place = (media.id, session.frame) if media is not None else None
        source = picture.source if picture is not None else None
        view.empty_text = (
            session.problem.message if session.problem is not None else "" if media is None else tr("Loading…")
        )
        size = (
            (picture.width, picture.height) if picture is not None else (media.width, media.height) if media else (0, 0)
        )
        if place == self._place and size == view.scene_state.size:
            view.set_pixels(source)
            return
        moved = place != self._place
        self._place = place
        view.set_picture(source, size)
        view.scene_state.set(session.annotations.values())
        if moved:
            view.scene_state.draft = Draft()
            self.background.drop_all()
            if view.runner is not None:
                view.runner.restart()

    def _on_annotations(self, change: ChangeSet | None) -> None:
        session, state = self._session, self._view.scene_state
        if change is None or self._place != self.context.place:
            state.set(session.annotations.values())
            self._view.refresh()
        else:
            windows = state.update(
                session.annotations, [c.id for c in change.of("annotation") if self._is_here(c.before, c.after)]
            )
            self._view.refresh(windows)
            self._view.refresh_overlays()

    def _is_here(self, *rows: Any) -> bool:
        return any(isinstance(row, Annotation) and (row.media, row.frame) == self._place for row in rows)

    def _restyle(self) -> None:
        session, view = self._session, self._session.view
        state = self._view.scene_state
        state.locked = view.locked
        state.mode = view.mode
        kinds = view.layers if view.shown else frozenset()
        # A map has regions only; the boxes around them would say nothing more.
        state.kinds = kinds - {"boxes"} if view.mode == "panoptic" else kinds
        state.restyle(
            Style(
                visible=view.visible,
                categories=session.categories,
                mode=view.color_mode,
                # The parts of a dense pose lie where the object's own colour would.
                opacity=0.0 if view.mode == "densepose" else view.opacity,
                filled="masks" in view.layers,
                selection=session.selection,
                apart=view.mode == "panoptic",
            )
        )
        self._view.refresh()

    def _on_selection(self) -> None:
        state, selection = self._view.scene_state, self._session.selection
        touched = state.selection | selection
        self._view.refresh(state.select(selection))
        self._view.refresh_overlays(state.around(touched))

    def _on_results(self) -> None:
        self._view.scene_state.results = self._session.results.get(self._place or (0, 0), ())
        self._view.refresh()

    def _on_failed(self, error: Exception) -> None:
        from segstudio.engine.runner import explain

        self._session.failed.emit(error if isinstance(error, SegstudioError) else explain(error, "This tool"))

    def _paint(self) -> None:
        self._view.backdrop = theme().color("canvas")
        self._view.refresh()

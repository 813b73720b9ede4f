"""Joins the canvas and the session: what the session holds is shown, what the tools want is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from PySide6.QtCore import QObject, Signal

from segstudio.app.canvas.draft import Draft
from segstudio.app.canvas.style import Style
from segstudio.app.canvas.table import Window
from segstudio.app.canvas.view import CanvasView
from segstudio.app.session import Session
from segstudio.app.tools import Runner, Tool, make_tools
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import SegstudioError
from segstudio.core.geometry import Box
from segstudio.core.labels import Category


class CanvasController(QObject):
    """Keeps a `CanvasView` in step with the session, and is the `ToolContext` of its tools.

    Attributes:
        tools: By name.
        tool: The one that is in use.

    Signals:
        tool_changed: (name) another tool is in use.
        prompted: (Box) the person asked for the mask of what is in a box.
    """

    tool_changed = Signal(str)
    prompted = Signal(object)

    def __init__(self, view: CanvasView, session: Session) -> None:
        super().__init__(view)
        self.view = view
        self.tools: dict[str, Tool] = make_tools()
        self._session = session
        self._scene = view.scene_state
        self._shown: tuple[int, int] | None = None
        session.picture_changed.connect(self._on_picture)
        session.annotations_changed.connect(self._on_annotations)
        session.selection_changed.connect(self._on_selection)
        session.categories_changed.connect(self._on_style)
        session.results_changed.connect(self._on_results)
        session.view.changed.connect(self._on_style)
        view.failed.connect(self._on_failed)
        self.tool = self.tools["select"]
        self.use("select")
        self._on_style()
        self._on_picture()

    def use(self, name: str) -> None:
        """Take up another tool."""
        self.tool = self.tools[name]
        self.view.set_runner(Runner(self.tool, self))
        self.tool_changed.emit(name)

    # What tools see

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
        return (media.id if media else 0, self._session.frame)

    @property
    def size(self) -> tuple[int, int]:
        return self._scene.size

    def visible(self, a: Annotation) -> bool:
        return self._session.view.visible(a)

    def category_of(self, a: Annotation) -> Category | None:
        return self._session.categories.get(a.category)

    def under(self, x: float, y: float) -> list[int]:
        return self._scene.under(x, y, self.view.scale_now)

    def inside(self, box: Box) -> list[int]:
        return self._scene.inside(box)

    def commit(self, change: ChangeSet) -> bool:
        return self._session.commit(change)

    def new_id(self) -> int:
        return self._session.new_id()

    def set_selection(self, ids: Iterable[int]) -> None:
        self._session.select(ids)

    def show(self, drafts: Iterable[Annotation]) -> None:
        if self._scene.show(drafts):
            self.view.refresh()

    def stroke(self, a: Annotation, pixels: np.ndarray, erase: bool, window: Window) -> None:
        self._scene.stroke(a, pixels, erase, window)
        self.view.refresh([window])

    def end_stroke(self) -> None:
        self._scene.end_stroke()
        self.view.refresh()

    def preview(self, draft: Draft) -> None:
        self.view.preview(draft)

    def request_prompt(self, box: Box) -> None:
        self.prompted.emit(box)

    def say(self, text: str) -> None:
        self._session.said.emit(text)

    # What the session tells

    def _on_picture(self) -> None:
        session = self._session
        key = (session.media.id, session.frame) if session.media is not None else None
        rgb = session.picture.rgb if session.picture is not None else None
        size = (rgb.shape[1], rgb.shape[0]) if rgb is not None else (0, 0)
        if rgb is None and session.media is not None:
            size = (session.media.width, session.media.height)
        self.view.empty_text = self._empty_text()
        if key == self._shown and size == self._scene.size:
            self.view.set_pixels(rgb)
            return
        self._shown = key
        if self.view.runner is not None:
            self.view.runner.restart()
        self.view.set_picture(rgb, size)
        self._on_annotations(None)
        self._on_results()

    def _empty_text(self) -> str:
        session = self._session
        if session.problem is not None:
            return " ".join(part for part in (session.problem.message, session.problem.remedy) if part)
        return "Reading the picture…" if session.media is not None else "Open photos, a video or a project to begin"

    def _on_annotations(self, change: ChangeSet | None) -> None:
        if change is None:
            self._scene.set(self._session.annotations.values())
            self.view.refresh()
            return
        ids = [c.id for c in change.of("annotation") if c.id in self._session.annotations or c.id in self._scene.rows]
        self._scene.update(self._session.annotations, ids)
        self.view.refresh()

    def _on_selection(self) -> None:
        self._scene.select(self._session.selection)
        self.view.refresh()

    def _on_results(self) -> None:
        self._scene.results = self._session.results.get(self.place, ())
        self.view.refresh()

    def _on_style(self) -> None:
        state = self._session.view
        style = Style(
            visible=state.visible,
            categories=dict(self._session.categories),
            mode=state.color_mode,
            opacity=state.opacity,
            filled="masks" in state.layers,
            selection=self._session.selection,
        )
        self._scene.kinds = frozenset(state.layers) if state.shown else frozenset()
        self._scene.restyle(style)
        self.view.refresh()

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, SegstudioError):
            raise error
        self._session.failed.emit(error)

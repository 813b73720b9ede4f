"""What the canvas benchmarks share: the least that a tool needs, and real mouse events."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from segstudio.app.canvas.draft import Draft
from segstudio.app.canvas.view import CanvasView
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.geometry import Box
from segstudio.core.labels import Category
from segstudio.core.painting import Stroke
from segstudio.core.spans import Spans


class Bench:
    """The least that a tool needs (`ToolContext`): annotations in a dictionary, changed as the window changes them."""

    locked: frozenset[int] = frozenset()

    def __init__(self, view: CanvasView, rows: list[Annotation]) -> None:
        self.view, self.state = view, view.scene_state
        self.annotations = {a.id: a for a in rows}
        self.category = Category(1, "thing")
        self.place = (1, 0)
        self.state.restyle(type(self.state.style)(categories={1: self.category}))
        self.state.set(rows)
        view.refresh()

    @property
    def selection(self) -> frozenset[int]:
        return self.state.selection

    @property
    def size(self) -> tuple[int, int]:
        return self.state.size

    def visible(self, _a: Annotation) -> bool:
        return True

    def category_of(self, _a: Annotation) -> Category:
        return self.category

    def under(self, x: float, y: float) -> list[int]:
        return self.state.under(x, y, self.view.scale_now)

    def inside(self, box: Box, touching: bool = False) -> list[int]:
        return self.state.inside(box, touching)

    def commit(self, change: ChangeSet) -> bool:
        for c in change.changes:
            self.annotations.pop(c.id, None)
            if isinstance(c.after, Annotation):
                self.annotations[c.id] = c.after
        self.view.refresh(self.state.update(self.annotations, [c.id for c in change.changes]))
        self.view.refresh_overlays()
        return bool(change)

    def new_id(self) -> int:
        return max(self.annotations, default=0) + 1

    def set_selection(self, ids: Iterable[int]) -> None:
        touched = self.state.selection | frozenset(ids)
        self.view.refresh(self.state.select(frozenset(ids)))
        self.view.refresh_overlays(self.state.around(touched))

    def show(self, drafts: Iterable[Annotation]) -> None:
        self.view.refresh(self.state.show(drafts))

    def stroke(self, a: Annotation, stroke: Stroke, dab: Spans) -> None:
        self.view.refresh(self.state.stroke(a, stroke, dab))

    def end_stroke(self) -> None:
        self.view.refresh(self.state.end_stroke())

    def preview(self, draft: Draft) -> None:
        self.view.preview(draft)

    def say(self, text: str) -> None:
        raise RuntimeError(text)


def mouse(view: CanvasView, kind: QEvent.Type, place: tuple[float, float], held: bool) -> None:
    """Send a mouse event at a place of the picture and let everything be painted."""
    at = view.viewportTransform().map(QPointF(*place))
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind == QEvent.Type.MouseMove else left
    event = QMouseEvent(kind, at, at, button, left if held else none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view.viewport(), event)
    QApplication.processEvents()

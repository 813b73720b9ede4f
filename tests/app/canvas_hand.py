"""A window's place taken by a dictionary, and a hand that moves the mouse and presses keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QKeyEvent, QMouseEvent, QPointingDevice, QTabletEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from segstudio.app.canvas.view import CanvasView
from segstudio.app.tools.base import Runner, Tool
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.geometry import Box
from segstudio.core.labels import Category, Skeleton

SKELETON = Skeleton(("head", "hand", "foot"), ((0, 1), (1, 2)))
CATEGORIES = {1: Category(1, "cat"), 2: Category(2, "dancer", skeleton=SKELETON)}
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton


class Oracle:
    """`Prompts` that keep what they are asked; a test answers."""

    def __init__(self, *models: tuple[str, str]) -> None:
        self.known = list(models)
        self.followed: list[str | None] = []
        self.asked: list[tuple[Any, str]] = []
        self.thens: list[Callable[[Any], object]] = []
        self.looked = False
        self.when_looked: Callable[[], object] = lambda: None

    def models(self):
        return self.known

    def follow(self, model, then=lambda: None):
        self.followed.append(model)
        self.when_looked = then

    def ready(self, model):
        return self.looked

    def ask(self, prompt, model, then):
        self.asked.append((prompt, model))
        self.thens.append(then)


class Desk:
    """A `ToolContext` that keeps its annotations in a dictionary; what was committed can be read back."""

    def __init__(self, view: CanvasView, rows: Iterable[Annotation] = ()) -> None:
        self.view = view
        self.state = view.scene_state
        self.dense = view.scene_state.dense
        self.annotations = {a.id: a for a in rows}
        self.category: Category | None = CATEGORIES[1]
        self.place = (1, 0)
        self.commits: list[ChangeSet] = []
        self.prompts = Oracle()
        self.said: list[str] = []
        self.rgb: np.ndarray | None = None
        self.later: list[object] | None = None
        self.left = 0
        self.results: list[object] = []
        self.state.set(self.annotations.values())
        view.refresh()

    @property
    def selection(self) -> frozenset[int]:
        return self.state.selection

    @property
    def size(self) -> tuple[int, int]:
        return self.state.size

    @property
    def categories(self):
        return CATEGORIES

    def pixels(self, box=None):
        rgb = self.rgb if self.rgb is not None else np.zeros((self.size[1], self.size[0], 3), np.uint8)
        if box is None:
            return rgb
        left, top, right, bottom = box.clipped(*self.size).pixels()
        return rgb[top:bottom, left:right]

    def shown_box(self):
        return Box(0.0, 0.0, float(self.size[0]), float(self.size[1]))

    def new_ids(self, count):
        return self.new_id()

    def work(self, function, then, key=""):
        """Do it at once, or, where `later` is a list, when the test calls it."""
        if self.later is None:
            then(function())
        else:
            self.later.append(lambda: then(function()))

    def leave(self):
        self.left += 1

    def visible(self, a):
        return True

    @property
    def locked(self):
        return self.state.locked

    def category_of(self, a):
        return CATEGORIES.get(a.category)

    def under(self, x, y):
        return self.state.under(x, y, self.view.scale_now)

    def inside(self, box, touching=False):
        return self.state.inside(box, touching)

    def commit(self, change: ChangeSet) -> bool:
        if not change:
            return False
        self.commits.append(change)
        for c in change.changes:
            if isinstance(c.after, Annotation):
                self.annotations[c.id] = c.after
            else:
                del self.annotations[c.id]
        self._refresh(self.state.update(self.annotations, [c.id for c in change.changes]))
        return True

    def new_id(self):
        return max(self.annotations, default=0) + 100

    def set_selection(self, ids):
        self._refresh(self.state.select(frozenset(ids) & self.annotations.keys() - self.locked))

    def show(self, drafts):
        self._refresh(self.state.show(drafts))

    def stroke(self, a, stroke, dab):
        self._refresh(self.state.stroke(a, stroke, dab))

    def end_stroke(self):
        self._refresh(self.state.end_stroke())

    def _refresh(self, windows):
        self.view.refresh(windows)
        self.view.refresh_overlays()

    def preview(self, draft):
        self.view.preview(draft)

    def say(self, text):
        self.said.append(text)


def make_view(qtbot, width: int = 200, height: int = 150, zoom: float = 2.0) -> CanvasView:
    """Return a shown canvas with a grey picture whose top left corner is inside the window."""
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(640, 480)
    view.set_picture(np.full((height, width, 3), 90, np.uint8))
    view.show()
    qtbot.waitExposed(view)
    view.zoom_to(zoom)
    view.centerOn(width / 2, height / 2)
    return view


def use(view: CanvasView, tool: Tool, rows: Iterable[Annotation] = (), selection: Iterable[int] = ()) -> Desk:
    """Give a canvas a tool and annotations; return what the tool works on."""
    desk = Desk(view, rows)
    desk.set_selection(selection)
    view.set_runner(Runner(tool, desk))
    return desk


class Hand:
    """Real events at places of the picture."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view
        self.down = Qt.MouseButton.NoButton

    def _at(self, x: float, y: float) -> QPointF:
        return self.view.viewportTransform().map(QPointF(x, y))

    def _mouse(self, kind, x, y, button, mods) -> None:
        at = self._at(x, y)
        port = self.view.viewport()
        event = QMouseEvent(kind, at, QPointF(port.mapToGlobal(at.toPoint())), button, self.down, mods)
        QApplication.sendEvent(port, event)

    def press(self, x, y, button=LEFT, mods=NONE) -> None:
        self.down = button
        self._mouse(QEvent.Type.MouseButtonPress, x, y, button, mods)

    def move(self, x, y, mods=NONE) -> None:
        self._mouse(QEvent.Type.MouseMove, x, y, Qt.MouseButton.NoButton, mods)

    def release(self, x, y, button=LEFT, mods=NONE) -> None:
        self.down = Qt.MouseButton.NoButton
        self._mouse(QEvent.Type.MouseButtonRelease, x, y, button, mods)

    def click(self, x, y, button=LEFT, mods=NONE) -> None:
        self.press(x, y, button, mods)
        self.release(x, y, button, mods)

    def double(self, x, y) -> None:
        self.click(x, y)
        self.down = LEFT
        self._mouse(QEvent.Type.MouseButtonDblClick, x, y, LEFT, NONE)
        self.release(x, y)

    def drag(self, *places, button=LEFT, mods=NONE) -> None:
        self.press(*places[0], button, mods)
        for place in places[1:]:
            self.move(*place, mods)
        self.release(*places[-1], button, mods)

    def pen(self, *places, eraser=False) -> None:
        """Draw with a pen over places (x, y, pressure)."""
        kinds = QPointingDevice.PointerType
        device = QPointingDevice(
            "pen",
            7,
            QInputDevice.DeviceType.Stylus,
            kinds.Eraser if eraser else kinds.Pen,
            QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
            1,
            3,
        )
        steps = [(QEvent.Type.TabletPress, *places[0], LEFT, LEFT)]
        steps += [(QEvent.Type.TabletMove, *place, Qt.MouseButton.NoButton, LEFT) for place in places[1:]]
        steps.append((QEvent.Type.TabletRelease, *places[-1][:2], 0.0, LEFT, Qt.MouseButton.NoButton))
        for kind, x, y, pressure, button, held in steps:
            at = self._at(x, y)
            event = QTabletEvent(kind, device, at, at, pressure, 0, 0, 0, 0, 0, NONE, button, held)
            QApplication.sendEvent(self.view.viewport(), event)
            assert event.isAccepted()

    def key(self, key, text="", mods=NONE) -> bool:
        """Press a key as a window would deliver it; return whether the canvas kept it from the shortcuts."""
        override = QKeyEvent(QEvent.Type.ShortcutOverride, key, mods, text)
        override.ignore()
        QApplication.sendEvent(self.view, override)
        if override.isAccepted():
            QApplication.sendEvent(self.view, QKeyEvent(QEvent.Type.KeyPress, key, mods, text))
            QApplication.sendEvent(self.view, QKeyEvent(QEvent.Type.KeyRelease, key, mods, text))
        return override.isAccepted()

    def wheel(self, x, y, steps, mods=NONE) -> None:
        at = self._at(x, y)
        phase = Qt.ScrollPhase.NoScrollPhase
        place = QPointF(self.view.viewport().mapToGlobal(at.toPoint()))
        event = QWheelEvent(at, place, QPoint(), QPoint(0, 120 * steps), Qt.MouseButton.NoButton, mods, phase, False)
        QApplication.sendEvent(self.view.viewport(), event)

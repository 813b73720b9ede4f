"""A person at the window, in a process that is killed: real events, and after each what the canvas shows."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterable
from pathlib import Path

from canvas_hand import CTRL, NONE, SHIFT, Hand
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from segstudio.core import document
from segstudio.core.annotation import Annotation

KEY = Qt.Key
# What happens, and how often.
DEEDS = {
    "stroke": 5, "box": 4, "polygon": 3, "move": 4, "erase": 2, "delete": 2, "relabel": 3, "undo": 4, "redo": 2,
    "go": 3,
}  # fmt: skip


def state(rows: Iterable[Annotation]) -> list[str]:
    """Return annotations as lines that can be compared and sent."""
    return [f"{a.id} {a.category} {document.text(a).decode()}" for a in sorted(rows, key=lambda a: a.id)]


def settle() -> None:
    """Let everything that has been asked for happen, painting too."""
    for _ in range(3):
        QApplication.processEvents()
        # An event loop would do this.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


class Person:
    """Works at a window with mouse and keys.

    Args:
        window: A shown window with an open project of pictures of 160 x 120.
        dice: Decides what is done.
    """

    def __init__(self, window, dice: random.Random) -> None:
        self.window = window
        self.dice = dice
        self.hand = Hand(window.canvas)

    def press(self, key: Qt.Key, mods: Qt.KeyboardModifier = NONE) -> None:
        """Press a key over the canvas, as the window gets it."""
        self.window.canvas.setFocus()
        settle()
        QTest.keyClick(self.window.canvas, key, mods)
        settle()

    def place(self) -> tuple[float, float]:
        """Return somewhere on the picture, or a little outside."""
        return self.dice.uniform(-5, 165), self.dice.uniform(-5, 125)

    def do(self, deed: str) -> None:
        """Do one of `DEEDS`."""
        getattr(self, f"_{deed}")()
        settle()

    def _choose(self) -> bool:
        """Select something that is on the canvas."""
        rows = list(self.window.session.annotations.values())
        self.press(KEY.Key_V)
        if not rows:
            return False
        box = self.dice.choice(rows).bounds
        self.hand.click(box.x + box.w / 2, box.y + box.h / 2)
        settle()
        return bool(self.window.session.selection)

    def _stroke(self) -> None:
        if self.dice.random() < 0.5:
            self.press(KEY.Key_V)
            self.press(KEY.Key_Escape)
        self.press(KEY.Key_B)
        self.hand.drag(*(self.place() for _ in range(4)))

    def _erase(self) -> None:
        if self._choose():
            self.press(KEY.Key_E)
            self.hand.drag(self.place(), self.place())

    def _box(self) -> None:
        self.press(KEY.Key_R)
        self.hand.drag(self.place(), self.place(), self.place())

    def _polygon(self) -> None:
        self.press(KEY.Key_P)
        for _ in range(self.dice.randint(3, 6)):
            self.hand.click(*self.place())
        self.press(KEY.Key_Return)

    def _move(self) -> None:
        if self._choose():
            (x, y), (dx, dy) = self.place(), (self.dice.randint(-30, 30), self.dice.randint(-30, 30))
            self.hand.drag((x, y), (x + dx / 2, y + dy / 2), (x + dx, y + dy))

    def _delete(self) -> None:
        if self._choose():
            self.press(KEY.Key_Delete)

    def _relabel(self) -> None:
        if self._choose():
            self.press(self.dice.choice([KEY.Key_1, KEY.Key_2, KEY.Key_3]))

    def _undo(self) -> None:
        self.press(KEY.Key_Z, CTRL)

    def _redo(self) -> None:
        self.press(*self.dice.choice([(KEY.Key_Y, CTRL), (KEY.Key_Z, CTRL | SHIFT)]))

    def _go(self) -> None:
        self.press(self.dice.choice([KEY.Key_D, KEY.Key_A]))


def work(shown, path: Path, seed: int) -> None:
    """Open the window on a project and work; tell what the canvas shows whenever it has been painted."""
    # Two cores and many threads would only take turns.
    os.environ.update(QT_QPA_PLATFORM="offscreen", OMP_NUM_THREADS="1")
    from segstudio.app.main import application
    from segstudio.app.main_window import MainWindow
    from segstudio.app.settings import Settings

    application("dark")
    window = MainWindow(Settings(path.with_suffix(f".{seed}.ini")))
    window.resize(1000, 700)
    window.show()
    window.load([path])
    while window.session.picture is None:
        QApplication.processEvents()
    settle()
    person = Person(window, random.Random(seed))
    while True:
        (deed,) = person.dice.choices(list(DEEDS), list(DEEDS.values()))
        person.do(deed)
        session, canvas = window.session, window.canvas.scene_state
        assert canvas.rows == session.annotations and not canvas.shown
        done = sum(step.done for step in session.steps())
        shown(json.dumps({"deed": deed, "media": session.media.id, "rows": state(canvas.rows.values()), "done": done}))

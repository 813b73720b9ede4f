"""Random real events on the real window: nothing raises, nothing is damaged, undo leads back to the first byte."""

from __future__ import annotations

import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import av
import numpy as np
import pytest
from app_fakes import ToyModel, card, picture
from canvas_hand import ALT, CTRL, LEFT, MIDDLE, NONE, RIGHT, SHIFT
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from window_victim import DEEDS, Person, settle

from segstudio.store import check

STEPS = int(os.environ.get("SEGSTUDIO_MONKEY_STEPS", "250"))
SEED = int(os.environ.get("SEGSTUDIO_MONKEY_SEED", "1"))
# They end the window, or open the system's own dialogs or another project.
NOT = {
    "file.quit", "file.open", "file.folder", "file.project", "file.samples", "file.import", "file.export", "file.copy",
}  # fmt: skip
TOOLS = (
    Qt.Key.Key_V, Qt.Key.Key_B, Qt.Key.Key_E, Qt.Key.Key_P, Qt.Key.Key_C, Qt.Key.Key_R, Qt.Key.Key_K, Qt.Key.Key_W,
    Qt.Key.Key_L, Qt.Key.Key_M, Qt.Key.Key_U, Qt.Key.Key_G, Qt.Key.Key_F, Qt.Key.Key_I, Qt.Key.Key_Y,
)  # fmt: skip
OTHERS = (
    Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_BracketLeft,
    Qt.Key.Key_BracketRight, Qt.Key.Key_Space, Qt.Key.Key_Tab, Qt.Key.Key_Backspace, Qt.Key.Key_Delete,
    Qt.Key.Key_Plus, Qt.Key.Key_X, Qt.Key.Key_F, Qt.Key.Key_Slash,
)  # fmt: skip

# Rows of a discarded run stay in the file for redo, unseen.
SEEN = "(run IS NULL OR run NOT IN (SELECT id FROM run WHERE state = 'gone'))"
QUERIES = (
    f"SELECT id, media, frame, category, z, review, origin, doc FROM annotation WHERE {SEEN} ORDER BY id",
    f"SELECT id, position, name, data FROM category WHERE {SEEN} ORDER BY id",
    "SELECT id, path, kind, status, review, data FROM media ORDER BY id",
)


def stored(path: Path) -> list[list[tuple]]:
    """Return the bytes of all objects, classes and pictures."""
    with closing(sqlite3.connect(path)) as connection:
        return [connection.execute(query).fetchall() for query in QUERIES]


class Monkey(Person):
    """Does anything at all with a window."""

    def __init__(self, window, dice: random.Random, folder: Path) -> None:
        super().__init__(window, dice)
        self.folder = folder
        self.log: list[str] = []
        self.ids = [id for id in window.actions_.specs if id not in NOT]
        # A dialog that opens is closed by Esc, as a person would.
        self.closer = QTimer(window, interval=10)
        self.closer.timeout.connect(self._close_dialog)
        self.closer.start()

    def _close_dialog(self) -> None:
        for widget in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
            if widget is not None:
                QTest.keyClick(widget, Qt.Key.Key_Escape)

    def step(self) -> None:
        """Do one thing."""
        kinds = {
            "pointer": 8, "drag": 10, "wheel": 2, "tool": 8, "key": 4, "action": 8, "shortcut": 8, "slider": 2,
            "list": 3, "classes": 1, "resize": 1, "deed": 6,
        }  # fmt: skip
        (kind,) = self.dice.choices(list(kinds), list(kinds.values()))
        self.log.append(kind)
        getattr(self, f"_do_{kind}")()
        settle()
        if self.window.session.project is None:
            self.window.load([self.folder])
        if self.window.pages.currentIndex() == 0:
            self.window.actions_["help.welcome"].trigger()
        self.wake()

    def wake(self) -> None:
        """Make the window the active one, as a window manager does once a dialog has closed."""
        self.window.activateWindow()
        settle()
        assert self.window.isActiveWindow()

    def _note(self, *what: object) -> None:
        self.log.append("  " + " ".join(map(str, what)))

    def _mods(self) -> Qt.KeyboardModifier:
        return self.dice.choice([NONE, NONE, NONE, SHIFT, CTRL, ALT, SHIFT | CTRL])

    def _do_pointer(self) -> None:
        """A lone event: presses and releases need not come in pairs."""
        what, mods = self.dice.choice(["press", "release", "move", "move", "double"]), self._mods()
        button, place = self.dice.choice([LEFT, LEFT, RIGHT, MIDDLE]), self.place()
        self._note(what, button.name, place, mods.name)
        if what == "double":
            self.hand.double(*place)
        elif what == "move":
            self.hand.move(*place, mods)
        else:
            getattr(self.hand, what)(*place, button, mods)

    def _do_drag(self) -> None:
        places, mods = [self.place() for _ in range(self.dice.randint(1, 6))], self._mods()
        self._note(places, mods.name)
        self.hand.drag(*places, button=self.dice.choice([LEFT, LEFT, LEFT, MIDDLE]), mods=mods)

    def _do_wheel(self) -> None:
        self.hand.wheel(*self.place(), self.dice.randint(-8, 8), self.dice.choice([NONE, SHIFT, CTRL, CTRL]))

    def _do_tool(self) -> None:
        self._key(self.dice.choice(TOOLS))

    def _do_key(self) -> None:
        self._key(self.dice.choice(OTHERS), self.dice.choice([NONE, NONE, SHIFT]))

    def _key(self, key: Qt.Key, mods: Qt.KeyboardModifier = NONE) -> None:
        """Press a key without waiting: the next event may come before everything has followed."""
        self._note(key.name, mods.name)
        self.window.canvas.setFocus()
        QTest.keyClick(self.window.canvas, key, mods)

    def _do_action(self) -> None:
        action = self.window.actions_[self.dice.choice(self.ids)]
        self._note(action.objectName(), action.isEnabled())
        action.trigger()

    def _do_shortcut(self) -> None:
        keys = [key for id in self.ids for key in self.window.actions_.specs[id].keys]
        pressed = QKeySequence(self.dice.choice(keys))[0]
        self._key(pressed.key(), pressed.keyboardModifiers())

    def _do_slider(self) -> None:
        slider = self.dice.choice(self.window.findChildren(type(self.window.panels["objects"].threshold.slider)))
        key = self.dice.choice([Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Left, Qt.Key.Key_Right])
        for _ in range(self.dice.randint(1, 10)):
            QTest.keyClick(slider, key)

    def _do_list(self) -> None:
        panel = self.dice.choice(
            [
                self.window.panels["files"],
                self.window.panels["labels"],
                self.window.panels["objects"],
                self.window.panels["history"],
            ]
        )
        port = panel.list.viewport()
        at = QPoint(self.dice.randrange(max(port.width(), 1)), self.dice.randrange(min(max(port.height(), 1), 200)))
        self._note(type(panel).__name__, at)
        self.dice.choice([QTest.mouseClick, QTest.mouseClick, QTest.mouseDClick])(port, LEFT, self._mods(), at)
        settle()
        if self.dice.random() < 0.5:
            QTest.keyClick(panel.list, self.dice.choice([Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_End, Qt.Key.Key_X]))
            self._note("and a key")
        if (editor := QApplication.focusWidget()) is not None and editor.parent() is port:
            QTest.keyClicks(editor, f"class {self.dice.randint(1, 20)}")
            QTest.keyClick(editor, Qt.Key.Key_Return)
            self._note("renamed")

    def _do_classes(self) -> None:
        QTest.keyClicks(self.window.panels["labels"].name, f"class {self.dice.randint(1, 12)}")
        QTest.keyClick(self.window.panels["labels"].name, Qt.Key.Key_Return)

    def _do_resize(self) -> None:
        self.window.resize(self.dice.randint(700, 1400), self.dice.randint(500, 900))

    def _do_deed(self) -> None:
        deed = self.dice.choice(list(DEEDS))
        self._note(deed)
        self.do(deed)

    def rest(self) -> None:
        """Let go of everything."""
        if self.hand.down != Qt.MouseButton.NoButton:
            self.hand.release(0, 0, self.hand.down)
        self.window.bridge.stop()
        self.wake()
        self.closer.stop()


def film(path: Path) -> None:
    """Write a film of twelve frames."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 112, "yuv420p"
        for i in range(12):
            frame = av.VideoFrame.from_ndarray(np.full((112, 160, 3), 20 * i, np.uint8), "rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_no_sequence_of_events_does_harm(window, folder: Path, qtbot, monkeypatch, seed: int) -> None:
    picture(folder / "p5.png", 420, 300, seed=5)
    film(folder / "q.mp4")
    (folder / "r.png").write_bytes(b"no picture")
    failures: list[object] = []
    window.session.failed.connect(failures.append)
    window.bridge.engine.catalog.cards["starter-instances"] = card("starter-instances")
    window.load([folder])
    path = Path(window.session.project.path)
    qtbot.waitUntil(lambda: window.session.picture is not None)
    # What is found out about files is no step of the history, so it has to be there first.
    window._intake.wait()
    before = stored(path)

    monkey = Monkey(window, random.Random(seed), folder)
    try:
        for _ in range(STEPS):
            monkey.step()
            assert not failures
        monkey.rest()
        assert not failures
        assert [p for p in check(path) if p.severity == "error"] == []
        after = stored(path)

        steps = sum(step.done for step in window.session.steps())
        assert steps
        for _ in range(steps):
            monkey.press(Qt.Key.Key_Z, CTRL)
        assert not window.actions_["edit.undo"].isEnabled()
        assert stored(path) == before
        for _ in range(steps):
            monkey.press(Qt.Key.Key_Y, CTRL)
        assert stored(path) == after
        assert list(window.canvas.scene_state.rows) == list(window.session.annotations)
    except BaseException:
        print(f"seed {seed}\n" + "\n".join(monkey.log))  # noqa: T201
        raise
    ToyModel.gate.set()

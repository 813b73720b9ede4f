"""The assist tools in the whole window: real threads, real steps, undone to the last byte."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from app_fakes import drag
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from segstudio.core import masks

K = Qt.Key
SIZE = (160, 120)


@pytest.fixture
def opened(window, tmp_path: Path, qtbot):
    """The window on a picture of a red rectangle on blue."""
    pixels = np.full((SIZE[1], SIZE[0], 3), (40, 80, 170), np.uint8)
    pixels[30:90, 50:120] = (210, 50, 40)
    noise = np.random.default_rng(1).normal(0, 4, pixels.shape)
    place = tmp_path / "scene"
    place.mkdir()
    Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8)).save(place / "scene.png")
    window.load([place])
    qtbot.waitUntil(lambda: window.session.picture is not None)
    qtbot.waitUntil(lambda: window.actions_["view.fit"].isEnabled())
    return window


def key(window, qtbot, code: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    window.canvas.setFocus()
    QApplication.processEvents()
    qtbot.keyClick(window.canvas, code, modifier)


def rest(window, qtbot) -> None:
    """Wait for what the tool computes in threads."""
    qtbot.waitUntil(lambda: not window.link.background.busy, timeout=30_000)
    QApplication.processEvents()


def stored(window) -> list[tuple]:
    with closing(sqlite3.connect(window.session.project.path)) as connection:
        return connection.execute("SELECT * FROM annotation ORDER BY id").fetchall()


def wand(window, qtbot) -> None:
    key(window, qtbot, K.Key_M)
    drag(window.canvas, (80, 60), (80, 60))


def superpixels(window, qtbot) -> None:
    key(window, qtbot, K.Key_U)
    rest(window, qtbot)
    drag(window.canvas, *((x, y) for y in range(34, 90, 6) for x in (54, 85, 116)))


def scissors(window, qtbot) -> None:
    key(window, qtbot, K.Key_L)
    for place in ((50, 30), (120, 30), (120, 90), (50, 90)):
        drag(window.canvas, place, place)
    key(window, qtbot, K.Key_Return)


def grabcut(window, qtbot) -> None:
    key(window, qtbot, K.Key_G)
    drag(window.canvas, (40, 20), (130, 100))
    rest(window, qtbot)
    key(window, qtbot, K.Key_Return)


def watershed(window, qtbot) -> None:
    key(window, qtbot, K.Key_F)
    drag(window.canvas, (60, 40), (110, 80))
    rest(window, qtbot)
    key(window, qtbot, K.Key_Return)


@pytest.mark.parametrize("tool", [wand, superpixels, scissors, grabcut, watershed])
def test_an_assist_makes_an_object_in_one_step_that_undo_takes_back(opened, qtbot, tool):
    tool(opened, qtbot)
    rest(opened, qtbot)
    (a,) = opened.session.annotations.values()
    truth = masks.from_bitmap(np.ones((60, 70), bool), 50, 30)
    assert masks.iou(a.mask(*SIZE), truth) > 0.85
    assert opened.session.selection == {a.id}
    after = stored(opened)
    key(opened, qtbot, K.Key_V)
    key(opened, qtbot, K.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert stored(opened) == []
    key(opened, qtbot, K.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert stored(opened) == after


def test_snapping_shows_first_and_is_done_at_enter(opened, qtbot):
    grabcut(opened, qtbot)
    rest(opened, qtbot)
    (a,) = opened.session.annotations.values()
    key(opened, qtbot, K.Key_B)
    drag(opened.canvas, (118, 60), (122, 60))
    before = stored(opened)
    opened.actions_.refresh()
    opened.actions_["shape.snap"].trigger()
    rest(opened, qtbot)
    assert stored(opened) == before and opened.canvas.scene_state.shown
    key(opened, qtbot, K.Key_Return)
    qtbot.waitUntil(lambda: opened.link.tool == "brush")
    assert stored(opened) != before and not opened.canvas.scene_state.shown
    key(opened, qtbot, K.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert stored(opened) == before
    assert a.id in opened.session.annotations

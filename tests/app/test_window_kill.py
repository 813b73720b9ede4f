"""kill -9 while a person works at the window: what the canvas had shown is there, and undo goes back through it all."""

from __future__ import annotations

import json
import os
import random
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from segstudio.store import ProjectFile, check
from segstudio.store.checking import Problem

sys.path.insert(0, str(Path(__file__).parents[1] / "store"))

import window_victim
from canvas_hand import CTRL
from killing import run_and_kill
from window_victim import Person, settle, state

KILLS = int(os.environ.get("SEGSTUDIO_WINDOW_KILLS", "10"))
SEED = int(os.environ.get("SEGSTUDIO_KILL_SEED", "1"))
PRELOAD = ("window_victim", "segstudio.app.main", "segstudio.app.main_window", "segstudio.engine.engine", "qtawesome")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's"),
]

Stored = tuple[int, dict[int, list[str]]]


def stored(project: ProjectFile) -> Stored:
    """Return the number of done steps and the objects of each picture."""
    done = sum(step.done for step in project.history())
    return done, {m: state(project.annotations(m)) for m in project.media_ids()}


def damage(path: Path) -> list[Problem]:
    """Return what `check` finds; that a mask was moved half out of its picture is the person's own wish."""
    return [p for p in check(path) if p.severity == "error"]


def around(project: ProjectFile) -> list[Stored]:
    """Return what is stored now, one step earlier, and one step later."""
    found = [stored(project)]
    for there, back in ((project.undo, project.redo), (project.redo, project.undo)):
        if there() is not None:
            found.append(stored(project))
            back()
    assert stored(project) == found[0]
    return found


def test_what_the_canvas_had_shown_outlives_the_process(project: ProjectFile, window, qtbot) -> None:
    path, dice, told = Path(project.path), random.Random(SEED), []
    first = stored(project)
    seen = first[1]
    project.close()
    for life in range(KILLS):
        why = f"seed {SEED}, life {life}"
        after, delay = dice.randint(1, 8), dice.random() * 0.15
        lines = run_and_kill(window_victim.work, path, 1000 * SEED + life, after=after, delay=delay, preload=PRELOAD)
        told += (acks := [json.loads(line) for line in lines])
        for ack in acks:
            seen = {**seen, ack["media"]: ack["rows"]}
        assert damage(path) == [], why
        with ProjectFile.open(path) as left:
            # One more edit, undo or redo may have reached the disk before the canvas was painted.
            assert (acks[-1]["done"], seen) in around(left), why
            last = stored(left)
            seen = last[1]
    assert len(told) >= KILLS and last[0] > first[0], "the victims did something"

    # Back to the beginning and forth again, by the keys of the window.
    window.load([path])
    qtbot.waitUntil(lambda: window.session.picture is not None)
    person = Person(window, dice)
    session = window.session
    for _ in range(last[0]):
        person.press(Qt.Key.Key_Z, CTRL)
    assert not any(step.done for step in session.steps())
    assert session.project.counts("media") == {} and not session.categories
    assert not window.actions_["edit.undo"].isEnabled()
    for _ in range(last[0]):
        person.press(Qt.Key.Key_Y, CTRL)
    settle()
    assert stored(session.project) == last
    assert list(window.canvas.scene_state.rows) == list(session.annotations)
    window.open_paths([])
    assert damage(path) == []

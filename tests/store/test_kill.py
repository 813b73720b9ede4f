"""kill -9 at random moments: what had been shown is there, and undo works back through the restart."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from segstudio.core import changes
from segstudio.core.labels import Category
from segstudio.core.media import Media
from segstudio.store import ProjectFile, check

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import kill_victim  # noqa: E402
from kill_victim import state  # noqa: E402
from killing import run_and_kill  # noqa: E402

KILLS = 50
SEED = int(os.environ.get("SEGSTUDIO_KILL_SEED", "1"))

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "work.segstudio"
    with ProjectFile.create(path) as made:
        first = made.new_ids("media", 2)
        rows = [Media(first, "a.jpg"), Media(first + 1, "b.jpg"), Category(made.new_ids("category"), "cat")]
        made.commit(changes.insert(rows, "Begin"))
    return path


def around(project: ProjectFile) -> list[str]:
    """Return the state now, one step earlier, and one step later."""
    states = [state(project)]
    if project.undo() is not None:
        states.append(state(project))
        project.redo()
    if project.redo() is not None:
        states.append(state(project))
        project.undo()
    assert state(project) == states[0]
    return states


@pytest.mark.slow
def test_no_edit_that_was_shown_is_lost(file: Path) -> None:
    dice = random.Random(SEED)
    lived = 0
    for life in range(KILLS):
        after, delay = dice.randint(1, 6), dice.random() * 0.02
        states = run_and_kill(kill_victim.work, file, SEED + life, after=after, delay=delay)
        assert check(file) == [], f"seed {SEED}, life {life}"
        with ProjectFile.open(file) as project:
            # One more edit, undo or redo may have reached the disk before its line reached us.
            assert states[-1] in around(project), f"seed {SEED}, life {life}"
            lived += len(states)
    assert lived >= KILLS, "the victims did something"
    with ProjectFile.open(file) as project:
        steps = sum(step.done for step in project.history())
        assert steps > 1
        for _ in range(steps):
            assert project.undo() is not None
        assert project.undo() is None
        assert state(project) == ""
        assert project.media() == []
    assert check(file) == []


@pytest.mark.slow
def test_a_killed_run_keeps_what_it_had_and_becomes_one_step(file: Path) -> None:
    dice = random.Random(SEED)
    for life in range(6):
        lines = run_and_kill(kill_victim.predict, file, after=dice.randint(2, 8), delay=dice.random() * 0.02)
        run = int(lines[0].split()[1])
        with ProjectFile.open(file) as project:
            ids = {a.id for a in project.all_annotations()}
            for line in lines[1:]:
                word, *named = line.split()
                assert {int(n) for n in named} <= ids, f"seed {SEED}, life {life}"
                if word == "accepted":
                    found = project.annotation(int(named[0]))
                    assert found is not None and found.origin.kind == "user"
            assert [r.state for r in project.runs() if r.id == run] == ["done"]
            assert project.history()[-1].label == "Predict"
            before = state(project)
            project.undo()
            mine = [a for a in project.all_annotations() if a.origin.run == run]
            assert mine == []
            project.redo()
            assert state(project) == before
        assert check(file) == []
        assert list(file.parent.glob("*-run*")) == []
    with ProjectFile.open(file) as project:
        while project.undo() is not None:
            pass
        assert (state(project), project.categories(), project.media()) == ("", [], [])


@pytest.mark.slow
def test_a_killed_import_is_there_whole_or_not_at_all(file: Path) -> None:
    dice = random.Random(SEED)
    for _ in range(4):
        before = 0
        with ProjectFile.open(file) as project:
            before = sum(project.counts().values())
        lines = run_and_kill(kill_victim.bring, file, after=1, delay=dice.random() * 2)
        with ProjectFile.open(file) as project:
            now = sum(project.counts().values())
            assert now - before in (0, 100_000)
            if lines[-1] == "done":
                assert now - before == 100_000
            assert all(run.state != "open" for run in project.runs())
        assert list(file.parent.glob("*-run*")) == []
    assert check(file) == []

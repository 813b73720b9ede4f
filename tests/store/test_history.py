"""Undo, redo, runs and ids: random sequences against a plain model, and the cases that are easy to get wrong."""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from segstudio.core import changes, document, edits, history
from segstudio.core.annotation import Annotation, Origin
from segstudio.core.changes import ChangeSet
from segstudio.core.geometry import Box
from segstudio.core.labels import Category
from segstudio.core.media import Media
from segstudio.store import ProjectFile, check

COLUMNS = "id, media, frame, category, z, run, review, origin, doc"


def stored(path: Path) -> list[tuple]:
    """Return the bytes of everything that is seen in a project."""
    seen = "run IS NULL OR run NOT IN (SELECT id FROM run WHERE state = 'gone')"
    with closing(sqlite3.connect(path)) as raw:
        found = raw.execute(f"SELECT {COLUMNS} FROM annotation WHERE {seen} ORDER BY id").fetchall()
        return found + raw.execute("SELECT id, path, data FROM media ORDER BY id").fetchall()


class Machine(RuleBasedStateMachine):
    """A project beside a list of states: undo and redo move a finger along the list."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "work.segstudio"
        self.project = ProjectFile.create(self.path)
        first = self.project.new_ids("media", 2)
        self.media = [first, first + 1]
        rows = [Media(m, f"{m}.jpg") for m in self.media]
        self.project.commit(changes.insert([*rows, Category(self.project.new_ids("category"), "cat")]))
        self.states: list[dict[int, bytes]] = [{}]
        self.bytes: list[list[tuple]] = [stored(self.path)]
        self.at = 0

    def teardown(self) -> None:
        self.project.close()
        self.folder.cleanup()

    def step(self, change: ChangeSet) -> None:
        if not change:
            return
        self.project.commit(change)
        now = dict(self.states[self.at])
        for c in change.changes:
            if isinstance(c.after, Annotation):
                now[c.id] = document.text(c.after)
            else:
                now.pop(c.id)
        del self.states[self.at + 1 :], self.bytes[self.at + 1 :]
        self.states.append(now)
        self.bytes.append(stored(self.path))
        self.at += 1

    def all(self) -> list[Annotation]:
        return list(self.project.all_annotations())

    @rule(media=st.integers(0, 1), n=st.integers(1, 3), x=st.floats(-1e6, 1e6))
    def add(self, media: int, n: int, x: float) -> None:
        first = self.project.new_ids("annotation", n)
        self.step(edits.add(Annotation(first + i, self.media[media], 1, geometry=Box(x, i, 2, 3)) for i in range(n)))

    @precondition(lambda self: self.states[self.at])
    @rule(data=st.data(), dx=st.integers(-3, 3))
    def move(self, data: st.DataObject, dx: int) -> None:
        self.step(edits.translate([data.draw(st.sampled_from(self.all()))], dx, 1))

    @precondition(lambda self: self.states[self.at])
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        self.step(edits.delete([data.draw(st.sampled_from(self.all()))]))

    @rule()
    def undo(self) -> None:
        if self.at:
            assert self.project.undo() is not None
            self.at -= 1

    @rule()
    def redo(self) -> None:
        done = self.project.redo()
        assert (done is None) == (self.at == len(self.states) - 1)
        self.at += done is not None

    @rule()
    def reopen(self) -> None:
        self.project.close()
        self.project = ProjectFile.open(self.path)

    @rule(n=st.integers(1, 3), accepted=st.booleans())
    def run(self, n: int, accepted: bool) -> None:
        run = self.project.begin_run("predict", "Predict")
        first = self.project.new_ids("annotation", n)
        origin = Origin("model", "m", run=run)
        rows = [Annotation(first + i, self.media[0], 1, geometry=Box(i, i, 2, 3), origin=origin) for i in range(n)]
        self.project.commit_to_run(edits.add(rows), run=run)
        self.project.end_run(run)
        del self.states[self.at + 1 :], self.bytes[self.at + 1 :]
        self.states.append(self.states[self.at] | {a.id: document.text(a) for a in rows})
        self.bytes.append(stored(self.path))
        self.at += 1
        if accepted:
            self.step(edits.accept(rows[:1]))
        if n == 3:
            self.project.discard_run(run)
            kept = {a.id for a in rows[: int(accepted)]}
            gone = {a.id for a in rows} - kept
            self.states.append({k: v for k, v in self.states[self.at].items() if k not in gone})
            self.bytes.append(stored(self.path))
            self.at += 1

    @invariant()
    def the_project_says_what_the_model_says(self) -> None:
        assert {a.id: document.text(a) for a in self.all()} == self.states[self.at]
        assert stored(self.path) == self.bytes[self.at], "byte for byte"
        assert check(self.path) == []


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)


def add_one(project: ProjectFile, **more) -> Annotation:
    a = Annotation(project.new_ids("annotation"), 1, 1, geometry=Box(1.0, 2.0, 3.0, 4.0), **more)
    project.commit(edits.add([a]))
    return a


def test_nudges_in_a_row_are_one_step(project: ProjectFile, monkeypatch: pytest.MonkeyPatch) -> None:
    a = add_one(project)
    for _ in range(5):
        project.commit(edits.translate([project.annotation(a.id)], 1, 0, nudge=True))
    assert len(project.history()) == 3
    monkeypatch.setattr(history, "MERGE_SECONDS", -1.0)
    project.commit(edits.translate([project.annotation(a.id)], 1, 0, nudge=True))
    assert len(project.history()) == 4
    project.undo()
    project.undo()
    assert project.annotation(a.id).geometry == a.geometry


def test_the_oldest_steps_go_when_the_budget_is_spent(project: ProjectFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "BUDGET", 4000)
    for _ in range(100):
        add_one(project)
    left = project.history()
    assert 0 < len(left) < 100
    for _ in left:
        assert project.undo() is not None
    assert project.undo() is None
    assert len(project.annotations(1)) == 100 - len(left)


def test_undoing_an_import_takes_all_it_brought_and_redo_brings_it_back(project: ProjectFile, file: Path) -> None:
    run = project.begin_run("import", "Import")
    m, c = Media(project.new_ids("media"), "new.jpg"), Category(project.new_ids("category"), "new")
    project.commit_to_run(changes.insert([m, c]), run=run)
    a = Annotation(project.new_ids("annotation"), m.id, c.id, origin=Origin("import", run=run))
    project.commit_to_run(edits.add([a]), run=run)
    project.end_run(run)
    project.undo()
    assert (len(project.media()), len(project.categories()), project.annotation(a.id)) == (2, 1, None)
    project.redo()
    assert (len(project.media()), len(project.categories())) == (3, 2)
    project.undo()
    add_one(project)
    project.close()
    with ProjectFile.open(file) as again, again.reading() as connection:
        count = connection.exec_driver_sql("SELECT count(*) FROM media").scalar_one()
        assert count == 2, "what can't come back is removed"
    assert check(file) == []


def test_a_persons_work_on_an_imported_picture_outlives_the_import(project: ProjectFile) -> None:
    run = project.begin_run("import", "Import")
    m, c = Media(project.new_ids("media"), "new.jpg"), Category(project.new_ids("category"), "new")
    project.commit_to_run(changes.insert([m, c]), run=run)
    mine = Annotation(project.new_ids("annotation"), m.id, c.id)
    project.commit(edits.add([mine]))
    project.end_run(run)
    project.discard_run(run)
    assert m.id in project.media_ids()
    assert c.id in {c.id for c in project.categories()}
    project.undo()
    project.undo()
    assert m.id in project.media_ids(), "the drawing came before the run's end and is still there"
    project.undo()
    assert m.id not in project.media_ids()


def test_what_a_run_changed_besides_comes_back_unless_a_person_changed_it_since(project: ProjectFile) -> None:
    first, second = project.media()
    old = add_one(project, origin=Origin("model", "old"))
    run = project.begin_run("predict", "Predict")
    project.commit_to_run(edits.delete([old]), run=run)
    project.commit_to_run(edits.set_review([first, second], "predicted"), run=run)
    project.end_run(run)
    project.commit(edits.set_review(project.media([second.id]), "done"))
    project.discard_run(run)
    assert project.annotation(old.id) is not None
    assert [m.review for m in project.media()] == ["todo", "done"]
    for _ in range(3):
        project.undo()
    assert [m.review for m in project.media()] == ["todo", "todo"]
    for _ in range(3):
        project.redo()
    assert [m.review for m in project.media()] == ["todo", "done"]


def test_a_run_of_a_living_process_is_left_alone(project: ProjectFile, file: Path) -> None:
    run = project.begin_run("predict", "Predict")
    a = Annotation(project.new_ids("annotation"), 1, 1, origin=Origin("model", run=run))
    project.commit_to_run(edits.add([a]), run=run)
    with ProjectFile.open(file) as other:
        assert [r.state for r in other.runs()] == ["open"]
    project.close()
    with ProjectFile.open(file) as other:
        assert [r.state for r in other.runs()] == ["done"]
        assert other.history()[-1].label == "Predict"


def test_two_processes_share_ids_and_history(project: ProjectFile, file: Path) -> None:
    seen = project.data_version()
    with ProjectFile.open(file) as other:
        ids = [p.new_ids("annotation") for p in (project, other) for _ in range(100)]
        assert len(set(ids)) == 200
        a = add_one(other)
    assert project.annotation(a.id) is not None
    changed = project.data_version()
    assert changed != seen
    add_one(project)
    assert project.data_version() == changed, "one's own writing is no news"
    project.undo()
    project.undo()
    assert project.annotation(a.id) is None


def test_readers_do_not_wait_for_a_writer(project: ProjectFile) -> None:
    counts: list[int] = []
    with project.transaction():
        add_one(project)
        reader = threading.Thread(target=lambda: counts.append(len(project.annotations(1))))
        reader.start()
        reader.join(5)
        assert counts == [0], "the reader saw the state before, at once"
    assert len(project.annotations(1)) == 1


def test_threads_write_in_turns(project: ProjectFile, file: Path) -> None:
    threads = [threading.Thread(target=lambda: [add_one(project) for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(project.annotations(1)) == 80
    assert len(project.history()) == 81
    assert check(file) == []


def test_forgetting_the_history_keeps_the_work(project: ProjectFile, file: Path) -> None:
    a = add_one(project)
    project.forget_history()
    assert project.undo() is None
    assert project.annotation(a.id) is not None
    assert check(file) == []


@pytest.mark.parametrize(
    ("damage", "place", "severity"),
    [
        ("UPDATE annotation SET media = 99", "object", "error"),
        ("UPDATE annotation SET category = 99", "object", "error"),
        ("UPDATE annotation SET doc = x'7b'", "object", "error"),
        ("UPDATE annotation SET origin = x'00'", "object", "error"),
        ("""UPDATE annotation SET doc = CAST('{"keypoints":[1,2,2,3]}' AS BLOB)""", "object", "error"),
        (
            """UPDATE annotation SET doc = CAST('{"mask":{"x":0,"y":0,"w":3,"h":3,"counts":"55"}}' AS BLOB)""",
            "object",
            "error",
        ),
        (
            """UPDATE annotation SET doc = CAST('{"mask":{"x":100,"y":0,"w":3,"h":3,"counts":"09"}}' AS BLOB)""",
            "object",
            "warning",
        ),
        ("UPDATE category SET data = x'c1'", "class", "error"),
        ("UPDATE media SET data = x'c1'", "picture", "error"),
        ("INSERT INTO category SELECT 50, position, name, run, data FROM category", "class", "error"),
        ("UPDATE history SET payload = x'c1' WHERE seq = 2", "step", "error"),
        ("UPDATE counter SET next = 1 WHERE name = 'annotation'", "counter", "error"),
        ("UPDATE history SET done = 0 WHERE seq = 1", "step", "error"),
    ],
)
def test_check_finds(project: ProjectFile, file: Path, damage: str, place: str, severity: str) -> None:
    add_one(project)
    project.close()
    assert check(file) == []
    with closing(sqlite3.connect(file)) as raw:
        raw.execute(damage)
        raw.commit()
    found = check(file)
    assert (place, severity) in {(p.place.split(" ")[0], p.severity) for p in found}

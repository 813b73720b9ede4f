"""Versions of a picture, the list of steps, and steps that change very many objects."""

from __future__ import annotations

import itertools
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from segstudio.core import changes, document, edits, label_edits, review_edits
from segstudio.core.annotation import Annotation, Origin
from segstudio.core.changes import ChangeSet
from segstudio.core.geometry import Box
from segstudio.core.labels import Category
from segstudio.core.media import Media
from segstudio.store import ProjectFile, check, schema, steps

COLUMNS = "id, media, frame, category, z, run, review, origin, doc"


def draw(project: ProjectFile, media: int, n: int = 1, **more) -> list[Annotation]:
    first = project.new_ids("annotation", n)
    rows = [Annotation(first + i, media, 1, geometry=Box(float(i), 0.0, 5.0, 5.0), **more) for i in range(n)]
    project.commit(edits.add(rows, f"Draw {n}"))
    return rows


def stored(path: Path) -> list[tuple]:
    """Return every object, byte for byte."""
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute(f"SELECT {COLUMNS} FROM annotation ORDER BY id").fetchall()


def texts(rows: list[Annotation]) -> list[tuple]:
    """Return what a person would call the same."""
    return [(a.id, a.category, a.z, a.review, a.origin, document.text(a)) for a in rows]


def by_row(change: ChangeSet) -> dict:
    return {(c.table, c.id): c for c in change.changes}


def predict(project: ProjectFile, media: int, n: int = 2) -> int:
    run = project.begin_run("predict", "Predict")
    first = project.new_ids("annotation", n)
    origin = Origin("model", "m", run=run)
    rows = [
        Annotation(first + i, media, 1, geometry=Box(i, i, 2, 3), origin=origin, review="predicted", score=0.5)
        for i in range(n)
    ]
    old = [a for a in project.annotations(media) if a.is_prediction]
    project.commit_to_run(changes.delete(old), run=run)
    project.commit_to_run(edits.add(rows), run=run)
    project.end_run(run)
    return run


def step(project: ProjectFile, dice: random.Random) -> None:
    """Do anything."""
    media = dice.choice(project.media_ids())
    rows = project.annotations(media)
    classes = project.categories()
    kind = dice.randrange(9)
    if kind == 0 or not rows:
        draw(project, media, dice.randint(1, 3), z=dice.randint(0, 2))
    elif kind == 1:
        project.commit(edits.translate(dice.sample(rows, 1), 1, 0, nudge=dice.random() < 0.5))
    elif kind == 2:
        project.commit(edits.delete(dice.sample(rows, 1)))
    elif kind == 3:
        predict(project, media)
    elif kind == 4:
        runs = [r.id for r in project.runs() if r.state == "done"]
        if runs:
            project.discard_run(dice.choice(runs))
    elif kind == 5:
        project.commit(edits.add_category(Category(project.new_ids("category"), "new", position=9)))
    elif kind == 6 and len(classes) > 1:
        gone, kept = dice.sample(classes, 2)
        if gone.id != 1:
            objects = project.annotations_of(category=gone.id)
            project.commit(dice.choice((lambda: label_edits.merge([gone], kept, objects),
                                        lambda: label_edits.delete(gone, objects)))())  # fmt: skip
    elif kind == 7:
        project.commit(edits.relabel(rows, dice.choice(classes)))
    else:
        project.commit(review_edits.set_state(dice.sample(rows, 1), "flagged"))


@settings(max_examples=40)
@example(2**32, False)  # a run is discarded after another one has deleted what it brought
@example(812, False)  # a run that deletes what another one brought, and both are discarded
@given(st.integers(0, 2**33), st.booleans())
def test_every_version_is_what_the_picture_was(seed: int, many: bool) -> None:
    dice = random.Random(seed)
    with pytest.MonkeyPatch.context() as patch, ProjectFile.create(":memory:") as project:
        patch.setattr(steps, "BULK", 2 if many else 256)
        project.new_ids("media", 2)
        project.new_ids("category")
        project.commit_to_run(changes.insert([Media(1, "a.jpg"), Media(2, "b.jpg"), Category(1, "cat")]))
        known: dict[int, dict[int, list[tuple]]] = {}

        def note() -> None:
            done = [s.seq for s in project.history() if s.done]
            known[done[-1] if done else 0] = {m: texts(project.annotations(m)) for m in (1, 2)}

        note()
        for _ in range(25):
            for _ in range(dice.choice((0, 0, 0, 1, 3))):
                project.undo()
            if dice.random() < 0.3:
                project.redo()
            step(project, dice)
            note()
            assert project.history() == project.history(project.history()[: dice.randint(0, 9)])
        alive = [s.seq for s in project.history() if s.done]
        for media in (1, 2):
            here = {v.seq for v in project.versions(media)}
            assert here <= set(alive)
            for before, seq in itertools.pairwise([0, *alive]):
                if known[before][media] != known[seq][media]:
                    assert seq in here, "a step that changed the picture is one of its versions"
                past = project.past(media, 0, seq)
                assert texts(past.annotations) == known[seq][media]
                assert {a.category for a in past.annotations} <= past.categories.keys()


def test_a_version_comes_back_as_a_new_step(project: ProjectFile, file: Path) -> None:
    draw(project, 1, 3)
    run = predict(project, 1)
    project.commit(edits.delete(project.annotations(1)[:2]))
    project.discard_run(run)
    now = project.annotations(1)
    (seq,) = (v.seq for v in project.versions(1) if v.label == "Predict")
    then = project.past(1, 0, seq)
    assert len(now) == 1 and len(then.annotations) == 5
    change = review_edits.restore(
        now, then.annotations, categories={c.id: c for c in project.categories()}, known=then.categories,
        hidden_runs=frozenset({run}), new_ids=lambda n: project.new_ids("annotation", n), label="Restore",
    )  # fmt: skip
    before = stored(file)
    project.commit(change)
    assert [a.geometry for a in project.annotations(1)] == [a.geometry for a in then.annotations]
    assert project.annotations(1)[0] == now[0] or now[0] in project.annotations(1)
    project.undo()
    assert stored(file) == before, "what the discarded run brought is still there to be brought back"
    project.redo()
    assert check(file) == []


def test_a_step_over_very_many_objects_is_small_and_goes_both_ways(project: ProjectFile, file: Path) -> None:
    project.commit(edits.add_category(Category(project.new_ids("category"), "dog", position=1)))
    cat, dog = project.categories()
    rows = draw(project, 1, 2_000)
    draw(project, 2, 1)
    seen = []
    project.changed.subscribe(lambda event: seen.append(event.changes))
    before = stored(file)
    change = label_edits.merge([cat], dog, project.annotations_of(category=cat.id))
    project.commit(change)
    after = stored(file)
    assert {row[3] for row in after} == {dog.id} and [row[8] for row in after] == [row[8] for row in before]
    with project.reading() as connection:
        size = connection.exec_driver_sql("SELECT length(payload) FROM history ORDER BY seq DESC LIMIT 1").scalar_one()
    assert size < 100 * len(rows)
    project.undo()
    assert stored(file) == before
    assert by_row(seen[-1]) == by_row(change.inverse())
    project.redo()
    assert stored(file) == after and check(file) == []
    assert by_row(seen[-1]) == by_row(change)


def test_a_large_step_is_compressed_and_damage_to_it_is_said(project: ProjectFile, file: Path) -> None:
    draw(project, 1, 3_000)
    rows = project.annotations(1)
    before = stored(file)
    project.commit(edits.translate(rows, 1, 1))
    after = stored(file)
    with project.reading() as connection:
        size = connection.exec_driver_sql("SELECT length(payload) FROM history ORDER BY seq DESC LIMIT 1").scalar_one()
    assert size < len(steps._pack(edits.translate(rows, 1, 1))) / 3
    project.undo()
    assert stored(file) == before
    project.redo()
    assert stored(file) == after and check(file) == []
    with project.transaction() as connection:
        connection.exec_driver_sql("UPDATE history SET payload = substr(payload, 1, 9000) WHERE length(payload) > 9000")
    assert any("can't be read" in p.text for p in check(file))


def test_an_object_that_another_process_deleted_comes_back_with_a_step_over_many(project: ProjectFile) -> None:
    rows = draw(project, 1, 300)
    with project.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM annotation WHERE id = 7")
    project.commit(review_edits.set_state(rows, "flagged"))
    assert {a.review for a in project.annotations(1)} == {"flagged"} and len(project.annotations(1)) == 300


def test_the_list_of_steps_is_read_only_where_it_changed(project: ProjectFile) -> None:
    known = project.history()
    for i in range(40):
        draw(project, 1)
        if i % 7 == 3:
            project.undo()
            project.undo()
            project.redo()
        known = project.history(known)
        assert known == project.history()
    project.forget_history()
    assert project.history(known) == []


def test_the_next_picture_to_look_at(project: ProjectFile) -> None:
    draw(project, 1)
    (a,) = draw(project, 2)
    assert project.next_with(["flagged"], 0, 0) is None
    project.commit(review_edits.set_state([a], "flagged"))
    assert project.next_with(["flagged"], 1, 0) == (2, 0)
    assert project.next_with(["flagged"], 2, 0) is None
    assert [b.id for b in project.annotations_of(review="flagged")] == [a.id]
    project.commit(edits.set_review(project.media([1]), "flagged"))
    assert project.next_with(["flagged"], 0, 0, ["flagged"]) == (1, 0)
    assert project.next_with(["rejected"], 1, 0, ["flagged"]) is None


def test_a_project_from_before_versions_gets_them(project: ProjectFile, file: Path) -> None:
    draw(project, 1)
    predict(project, 2)
    wanted = [(v.seq, v.objects) for m in (1, 2) for v in project.versions(m)]
    project.close()
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("DROP TABLE touched")
        raw.execute(f"PRAGMA user_version = {schema.VERSION - 1}")
    with ProjectFile.open(file) as again:
        assert [(v.seq, v.objects) for m in (1, 2) for v in again.versions(m)] == wanted
        assert [(v.label, v.objects) for v in again.versions(1)] == [("Draw 1", 1)]
    assert check(file) == []


def test_versions_end_where_the_history_ends(project: ProjectFile, monkeypatch: pytest.MonkeyPatch) -> None:
    from segstudio.core import history

    monkeypatch.setattr(history, "BUDGET", 20_000)
    for _ in range(200):
        draw(project, 1)
    kept = project.versions(1)
    assert 0 < len(kept) < 200 and len(project.past(1, 0, kept[-1].seq).annotations) == 200 - len(kept) + 1
    with project.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM touched").scalar_one() < 200


def test_patches_keep_what_they_do_not_change() -> None:
    a = Annotation(1, 2, 3, z=4, review="todo", comment="Hm")
    patch = steps.Columns(category=5, review="flagged")
    assert patch.put(a) == replace(a, category=5, review="flagged")
    assert steps.is_slim(changes.replace([(a, patch.put(a))]).changes[0])
    assert not steps.is_slim(changes.replace([(a, replace(a, comment=""))]).changes[0])

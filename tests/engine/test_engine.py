"""The engine from a picture to the project, with models that need no weights."""

from __future__ import annotations

import threading
import time

import msgspec
import numpy as np
import pytest
from engine_fakes import boxes, write_picture

from segstudio.core import changes, edits
from segstudio.core.annotation import Annotation
from segstudio.core.errors import Cancelled, InputError, MediaError, ProjectError, SegstudioError, WeightsError
from segstudio.core.geometry import Box
from segstudio.core.labels import Category
from segstudio.core.media import Media
from segstudio.core.results import Heatmap
from segstudio.engine import Noted, Rules, StateChanged
from segstudio.engine.pipeline import Alike, Item
from segstudio.store import ProjectFile

WAIT = 100.0


def rows(project: ProjectFile) -> list[bytes]:
    return sorted(msgspec.msgpack.encode(a) for a in project.all_annotations())


def undo_labels(project: ProjectFile) -> list[str]:
    return [step.label for step in project.history() if step.done]


# One picture


def test_one_picture_becomes_one_step(engine, project):
    media = project.media()[2]
    job = engine.predict_one(project, media, "fake", device="cpu")
    found = job.outcome(WAIT)
    assert [type(r).__name__ for r in found.results] == ["Boxes"]
    assert found.ingested.added == len(project.annotations(media.id)) == 3
    now = project.media([media.id])[0]
    assert (now.review, now.width, now.height, now.status) == ("predicted", 40, 24, "ok")
    assert undo_labels(project) == ["Add", "Predict with fake"]
    project.undo()
    assert (list(project.all_annotations()), project.categories()) == ([], [])
    assert project.media([media.id])[0].review == "todo"
    project.redo()
    assert len(project.annotations(media.id)) == 3


def test_predicting_again_replaces_and_never_touches_a_persons_work(engine, project):
    media = project.media()[2]
    engine.predict_one(project, media, "fake", device="cpu").outcome(WAIT)
    first, second, third = project.annotations(media.id)
    project.commit(edits.accept([first]))
    project.commit(edits.reject([second]))
    kept = [project.annotation(first.id), project.annotation(second.id)]
    done = engine.predict_one(project, media, "fake", device="cpu").outcome(WAIT).ingested
    assert (done.added, done.replaced, done.known) == (1, 1, 2)
    assert [project.annotation(a.id) for a in kept] == kept
    assert project.annotation(third.id) is None
    assert len(project.annotations(media.id)) == 3


def test_a_decoded_picture_is_taken_as_it_is(engine, project):
    frame = np.full((24, 40, 3), 6, np.uint8)
    found = engine.predict_one(project, project.media()[0], "fake", device="cpu", rgb=frame, store=False).outcome(WAIT)
    assert len(found.results[0].boxes) == 6
    assert found.ingested is None
    assert list(project.all_annotations()) == []


def test_results_for_display_are_returned_and_not_stored(engine, loader, project):
    heat = Heatmap(size=(24, 40), classes=boxes((1, 1), []).classes, values=np.zeros((3, 5), np.float32))
    loader.hook = lambda frames, context: [[heat, boxes((24, 40), [(1, 1, 5, 5)])] for _ in frames]
    found = engine.predict_one(project, project.media()[0], "fake", device="cpu").outcome(WAIT)
    assert found.shown == [heat]
    assert found.ingested.added == 1


def test_an_unknown_model_is_told_at_once(engine, project):
    with pytest.raises(InputError, match="no model"):
        engine.predict_one(project, project.media()[0], "else")
    with pytest.raises(InputError, match="no model"):
        engine.predict_many(project, None, "else")


def test_missing_weights_fail_the_job_and_not_the_engine(engine, project, monkeypatch):
    def load(card, device):
        raise WeightsError("The weights are not here.", remedy="Fetch them.")

    monkeypatch.setattr(engine.cache, "_load", load)
    job = engine.predict_many(project, None, "fake", device="cpu")
    with pytest.raises(WeightsError, match="not here"):
        job.outcome(WAIT)
    assert job.result.done == 0
    assert undo_labels(project) == ["Add"]


def test_scrubbing_delivers_the_last_picture_only(engine, loader, project):
    gate, entered = threading.Event(), threading.Event()

    def slow(frames, context):
        entered.set()
        assert gate.wait(WAIT)
        context.stage("decode", 0.9)

    loader.hook = slow
    media = project.media()
    first = engine.predict_one(project, media[0], "fake", device="cpu", slot="live")
    assert entered.wait(WAIT)
    others = [engine.predict_one(project, m, "fake", device="cpu", slot="live") for m in media[1:5]]
    gate.set()
    others[-1].outcome(WAIT)
    assert [j.state for j in (first, *others)] == ["cancelled"] * 4 + ["done"]
    assert {a.media for a in project.all_annotations()} == {media[4].id}


def test_a_stale_result_is_not_stored(engine, loader, project):
    revision = [0]
    loader.hook = lambda frames, context: revision.__setitem__(0, 1)
    job = engine.predict_one(project, project.media()[0], "fake", device="cpu", revision=lambda: revision[0])
    with pytest.raises(Cancelled):
        job.outcome(WAIT)
    assert list(project.all_annotations()) == []


def test_an_interactive_prediction_overtakes_a_run(engine, loader, project):
    order: list[int] = []
    gate = threading.Semaphore(0)

    def watched(frames, context):
        order.append(int(frames[0][0, 0, 0]))
        assert gate.acquire(timeout=WAIT)

    loader.hook = watched
    run = engine.predict_many(project, None, "fake", device="cpu")
    while not order:
        time.sleep(0.001)
    frame = np.full((24, 40, 3), 77, np.uint8)
    one = engine.predict_one(project, project.media()[0], "fake", device="cpu", rgb=frame, store=False)
    gate.release(100)
    one.outcome(WAIT)
    run.outcome(WAIT)
    assert order[:2] == [1, 77]
    assert len(order) == 11


# Runs


def test_a_run_is_one_step(engine, project):
    report = engine.predict_many(project, None, "fake", device="cpu").outcome(WAIT)
    assert (report.total, report.done, report.skipped) == (10, 10, [])
    assert report.added == len(list(project.all_annotations())) == sum(i % 7 + 1 for i in range(10))
    assert {a.origin.run for a in project.all_annotations()} == {report.run}
    assert {a.origin.weights for a in project.all_annotations()} == {"ab" * 32}
    assert {m.review for m in project.media()} == {"predicted"}
    assert undo_labels(project) == ["Add", "Predict 10 pictures with fake"]
    done = rows(project)
    project.undo()
    assert rows(project) == []
    assert project.categories() == []
    assert {m.review for m in project.media()} == {"todo"}
    project.redo()
    assert rows(project) == done


def test_some_pictures_only(engine, project):
    ids = [m.id for m in project.media()[3:5]]
    engine.predict_many(project, ids, "fake", device="cpu").outcome(WAIT)
    assert {a.media for a in project.all_annotations()} == set(ids)


def test_bad_pictures_are_skipped_told_and_marked(engine, project, tmp_path):
    media = project.media()
    (tmp_path / media[1].path).write_bytes(b"")
    (tmp_path / media[4].path).write_bytes(b"this is no picture at all")
    (tmp_path / media[7].path).unlink()
    report = engine.predict_many(project, None, "fake", device="cpu").outcome(WAIT)
    assert (report.done, report.total) == (7, 10)
    assert [s.media.id for s in report.skipped] == [media[i].id for i in (1, 4, 7)]
    assert all(isinstance(s.error, MediaError) and s.reason for s in report.skipped)
    assert [project.media([media[i].id])[0].status for i in (0, 1, 4, 7)] == ["ok", "empty", "mistyped", "missing"]
    assert project.media([media[7].id])[0].reason
    project.undo()
    assert project.media([media[7].id])[0].status == "missing", "what is known of files is no step"


def test_a_picture_that_the_model_chokes_on_is_skipped(engine, loader, project):
    def choke(frames, context):
        if any(f[0, 0, 0] == 3 for f in frames):
            raise ValueError("cannot reshape")

    loader.hook = choke
    report = engine.predict_many(project, None, "fake", device="cpu", batch=4).outcome(WAIT)
    assert report.done == 8
    assert [s.media.path for s in report.skipped] == ["0002.png", "0009.png"]
    assert "cannot reshape" in report.skipped[0].reason
    assert len({a.media for a in project.all_annotations()}) == 8


def test_a_model_that_never_works_ends_the_run(engine, loader, project):
    def fail(frames, context):
        raise ValueError("wrong weights")

    loader.hook = fail
    job = engine.predict_many(project, None, "fake", device="cpu")
    with pytest.raises(SegstudioError, match="wrong weights"):
        job.outcome(WAIT)
    assert len(job.result.skipped) == 5
    assert loader.made["fake", "cpu"].calls == 5


def test_batches_reach_the_model_and_all_pictures_are_stored(engine, loader, project):
    sizes = []
    loader.hook = lambda frames, context: sizes.append(len(frames))
    report = engine.predict_many(project, None, "fake", device="cpu", batch=4).outcome(WAIT)
    assert (sizes, report.done) == ([4, 4, 2], 10)
    assert len({a.media for a in project.all_annotations()}) == 10


def test_a_batch_holds_pictures_of_one_size(engine, loader, project):
    for i, name in enumerate(["0001.png", "0003.png", "0004.png", "0009.png"]):
        write_picture(project.media_root / name, 1, (30 if i < 3 else 31, 40))
    (project.media_root / "0008.png").write_bytes(b"")
    shapes = []
    loader.hook = lambda frames, context: shapes.append([f.shape[0] for f in frames])
    report = engine.predict_many(project, None, "fake", device="cpu", batch=4).outcome(WAIT)
    assert report.done == 9 and len({a.media for a in project.all_annotations()}) == 9
    assert all(len(set(one)) == 1 for one in shapes)
    assert sorted(map(len, shapes)) == [1, 1, 3, 4]


def test_pictures_of_many_sizes_do_not_wait_for_their_like():
    waiting, seen = Alike(3), []
    for i in range(20):
        waiting.add(Item(Media(i, f"{i}.png")), np.zeros((i + 1, 4, 3), np.uint8))
        seen.append([[item.media.id for item, _ in group] for group in waiting.ready(last=i == 19)])
    assert seen[:7] == [[], [], [], [], [], [[0]], [[1]]]
    assert sorted(id for groups in seen for group in groups for id in group) == list(range(20))


def test_cancelling_keeps_what_is_finished(engine, loader, project):
    job = None

    def stop(frames, context):
        if frames[0][0, 0, 0] == 4:
            job.cancel()
            context.stage("network", 0.1)

    loader.hook = stop
    started = threading.Event()
    loader.hook = lambda frames, context: started.wait(WAIT) and stop(frames, context)
    job = engine.predict_many(project, None, "fake", device="cpu")
    started.set()
    assert job.wait(WAIT)
    assert job.state == "cancelled"
    assert (job.result.done, job.result.total) == (3, 10)
    assert len({a.media for a in project.all_annotations()}) == 3
    assert [r.state for r in project.runs()] == ["done"]
    project.undo()
    assert rows(project) == []


def test_a_paused_run_goes_on(engine, loader, project):
    states, paused = [], threading.Event()

    def listen(event) -> None:
        if isinstance(event, StateChanged):
            states.append(event.state)
            if event.state == "paused":
                paused.set()

    engine.events.subscribe(listen)
    entered, gate = threading.Event(), threading.Event()

    def slow(frames, context):
        entered.set()
        assert gate.wait(WAIT)

    loader.hook = slow
    job = engine.predict_many(project, None, "fake", device="cpu")
    assert entered.wait(WAIT)
    job.pause()
    gate.set()
    assert paused.wait(WAIT)
    assert job.progress.done < 10
    job.resume()
    assert job.outcome(WAIT).done == 10
    assert states == ["queued", "running", "paused", "running", "done"]


def test_a_run_can_be_discarded_as_a_whole_and_brought_back(engine, project):
    engine.predict_many(project, None, "fake", device="cpu").outcome(WAIT)
    first = project.annotations(project.media()[0].id)[0]
    project.commit(edits.accept([first]))
    before = rows(project)
    reviews = [m.review for m in project.media()]
    report = engine.predict_many(project, None, "fake", device="cpu").outcome(WAIT)
    assert report.replaced == len(before) - 1
    engine.discard(project, report)
    assert rows(project) == before
    assert [m.review for m in project.media()] == reviews
    project.undo()
    assert len(rows(project)) == len(before)
    assert rows(project) != before
    project.redo()
    assert rows(project) == before


def test_discarding_keeps_what_a_person_took_over(engine, project):
    report = engine.predict_many(project, None, "fake", device="cpu").outcome(WAIT)
    first = project.annotations(project.media()[2].id)[0]
    project.commit(edits.accept([first]))
    engine.discard(project, report)
    assert [a.id for a in project.all_annotations()] == [first.id]
    assert [c.name for c in project.categories()] == ["person"]


def test_a_run_that_finds_nothing_leaves_no_step(engine, loader, project):
    loader.hook = lambda frames, context: [[boxes(f.shape[:2], [])] for f in frames]
    report = engine.predict_many(project, None, "fake", device="cpu").outcome(WAIT)
    assert (report.done, report.added) == (10, 0)
    assert undo_labels(project) == ["Add"]


def test_results_for_display_only_are_counted(engine, loader, project):
    heat = Heatmap(size=(24, 40), classes=boxes((1, 1), []).classes, values=np.zeros((3, 5), np.float32))
    loader.hook = lambda frames, context: [[heat] for _ in frames]
    assert engine.predict_many(project, None, "fake", device="cpu").outcome(WAIT).shown_only == 10


def test_a_persons_work_during_a_run_is_never_lost(engine, loader, project):
    """A prediction that is accepted after the model has seen its picture, but before the results land, stays."""
    engine.predict_many(project, None, "fake", device="cpu").outcome(WAIT)
    seen = []

    def accept_meanwhile(frames, context):
        value = int(frames[0][0, 0, 0])
        media = next(m for m in project.media() if m.id not in seen and (m.id - 1) % 7 + 1 == value)
        seen.append(media.id)
        project.commit(edits.accept(project.annotations(media.id)[:1]))

    loader.made["fake", "cpu"].hook = accept_meanwhile
    engine.predict_many(project, None, "fake", device="cpu").outcome(WAIT)
    people = [a for a in project.all_annotations() if a.origin.kind == "user"]
    assert len(people) == 10
    project.undo()
    assert [a for a in project.all_annotations() if a.origin.kind == "user"] == people


def test_memory_trouble_is_told_and_written_into_the_origin(engine, loader, project):
    notes = []
    engine.events.subscribe(lambda e: notes.append(e.note) if isinstance(e, Noted) else None)
    calls = []

    def once(frames, context):
        calls.append(1)
        if len(calls) == 2:
            raise MemoryError

    loader.hook = once
    report = engine.predict_many(project, None, "fake", device="cpu").outcome(WAIT)
    assert report.done == 10
    assert notes == report.notes == ["emptied the memory cache"]
    by_media = {a.media: a.origin.notes for a in project.all_annotations()}
    assert sorted(by_media.values()) == [()] * 9 + [("emptied the memory cache",)]


def test_a_full_disk_ends_the_run_with_its_reason(engine, project, monkeypatch):
    def full(*_, **__):
        raise ProjectError("The disk is full.", remedy="Free some space.")

    monkeypatch.setattr(project, "commit_to_run", full)
    job = engine.predict_many(project, None, "fake", device="cpu")
    with pytest.raises(ProjectError, match="disk is full"):
        job.outcome(WAIT)
    assert job.state == "failed"


def test_options_and_rules_reach_model_and_ingest(engine, loader, project):
    media = project.media()[2]
    project.commit(changes.insert([Category(1, "person")]))
    project.commit(changes.insert([Annotation(500, media.id, 1, geometry=Box(0, 2, 3, 10))]))
    given = []
    loader.hook = lambda frames, context: given.append(context.autocast)
    found = engine.predict_one(project, media, "fake", device="cpu", rules=Rules(known_iou=None)).outcome(WAIT)
    assert (found.ingested.known, found.ingested.added) == (0, 3)
    assert given == [False]


def test_a_wish_for_tiles_is_followed(engine, loader, project):
    shapes = []
    loader.hook = lambda frames, context: shapes.append(frames[0].shape[:2])
    engine.predict_one(project, project.media()[0], "fake", device="cpu", tile=24, store=False).outcome(WAIT)
    assert shapes == [(24, 24)] * 2

"""The engine around its predictions: videos, fetching, where it commits, and how it ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from engine_fakes import FakeCatalog, Loader, instances, make_project

from segstudio.core import changes
from segstudio.core.annotation import PREDICTED
from segstudio.core.errors import Cancelled, InputError, MediaError
from segstudio.core.geometry import Box
from segstudio.core.media import Media
from segstudio.engine import Engine
from segstudio.engine.pipeline import Item
from segstudio.engine.writer import hand_over
from segstudio.store import ProjectFile

WAIT = 100.0


# Videos


class FakeVideo:
    """Frames of a video as grey pictures of their number."""

    def __init__(self) -> None:
        self.order: list[int] = []

    def video(self, media: Media) -> SimpleNamespace:
        if media.path == "broken.mp4":
            raise MediaError("No frames.", path=media.path)
        return SimpleNamespace(frames=6)

    def read(self, media: Media, frame: int = 0) -> SimpleNamespace:
        self.order.append(frame)
        return SimpleNamespace(rgb=np.full((24, 40, 3), frame + 1, np.uint8))


def test_videos_are_predicted_a_frame_at_a_time(engine):
    with ProjectFile.create(":memory:") as project:
        entries = [Media(1, "a.mp4", "video", frames=0), Media(2, "broken.mp4", "video", frames=0)]
        project.commit(changes.insert(entries, "Add"))
        reader = FakeVideo()
        job = engine.predict_many(project, None, "fake", device="cpu", reader=reader, every=2)
        report = job.outcome(WAIT)
        assert (report.done, report.total, reader.order) == (3, 4, [0, 2, 4])
        assert [s.media.path for s in report.skipped] == ["broken.mp4"]
        assert {f: len(project.annotations(1, f)) for f in (0, 2, 4)} == {0: 1, 2: 3, 4: 5}


# Models, threads


def test_preloading_loads_once(engine, loader, project):
    engine.preload("fake", device="cpu").outcome(WAIT)
    made = loader.made["fake", "cpu"]
    engine.predict_one(project, project.media()[0], "fake", device="cpu").outcome(WAIT)
    assert (loader.made["fake", "cpu"], made.calls) == (made, 1)


def test_fetching_reports_bytes_and_can_be_cancelled(engine, monkeypatch):
    from segstudio.zoo import weights

    seen = []

    def fetch(cards, progress, cancel):
        seen.extend(card.name for card in cards)
        progress(50, 100, "half")
        engine.runner.jobs()[0].cancel()
        cancel.check()

    monkeypatch.setattr(weights, "fetch", fetch)
    job = engine.fetch(["fake", "fake2"])
    with pytest.raises(Cancelled):
        job.outcome(WAIT)
    assert seen == ["fake", "fake2"]
    assert (job.progress.done, job.progress.total, job.progress.stage) == (50, 100, "half")


def test_the_project_is_changed_where_the_caller_says(engine, project):
    """The window's way: work is queued for its thread, which takes it when it comes round."""
    inbox: list = []
    threads = set()
    project.changed.subscribe(lambda e: threads.add(threading.current_thread()))
    job = engine.predict_many(project, None, "fake", device="cpu", commit=inbox.append)
    end = time.monotonic() + WAIT
    while not job.wait(0.001) and time.monotonic() < end:
        while inbox:
            inbox.pop(0)()
    assert job.state == "done"
    assert job.result.done == 10
    assert threads == {threading.current_thread()}


def test_closing_with_a_pump_stores_what_was_finished(loader, project):
    engine = Engine(FakeCatalog(), load=loader)
    inbox: list = []
    enough = threading.Event()

    def slow(frames, context):
        if frames[0][0, 0, 0] == 5:
            enough.set()
            while True:
                context.cancel.check()
                time.sleep(0.001)

    loader.hook = slow
    job = engine.predict_many(project, None, "fake", device="cpu", commit=inbox.append)

    def pump() -> None:
        while inbox:
            inbox.pop(0)()

    assert enough.wait(WAIT)
    assert engine.close(pump=pump)
    assert job.state == "cancelled"
    assert len({a.media for a in project.all_annotations()}) == 4
    assert [r.state for r in project.runs()] == ["done"]


def test_closing_without_a_pump_does_not_hang(loader, project, monkeypatch):
    monkeypatch.setattr("segstudio.engine.writer._PATIENCE", 0.05)
    engine = Engine(FakeCatalog(), load=loader)
    inbox: list = []
    job = engine.predict_many(project, None, "fake", device="cpu", commit=inbox.append)
    while not inbox:
        time.sleep(0.001)
    assert engine.close()
    assert job.state in ("cancelled", "failed")
    for late in inbox:
        late()
    assert list(project.all_annotations()) == [], "what was given up never runs later"


def test_work_handed_over_returns_or_raises():
    assert hand_over(lambda work: work(), lambda: 5) == 5

    def fail() -> None:
        raise InputError("no")

    with pytest.raises(InputError):
        hand_over(lambda work: threading.Thread(target=work).start(), fail)


def _run_until_killed(folder: str) -> None:
    loader = Loader()
    loader.hook = lambda frames, context: time.sleep(0.02)
    engine = Engine(FakeCatalog(), load=loader)
    with ProjectFile.open(Path(folder) / "p.segstudio") as project:
        engine.predict_many(project, None, "fake", device="cpu").wait()


def test_a_killed_run_leaves_whole_pictures_and_one_step(tmp_path):
    path = tmp_path / "p.segstudio"
    make_project(tmp_path, 60, path=path).close()
    process = multiprocessing.get_context("spawn").Process(target=_run_until_killed, args=(str(tmp_path),))
    process.start()
    assert process.pid is not None
    with ProjectFile.open(path) as watcher:
        end = time.monotonic() + WAIT
        while len(watcher.counts("media")) < 5 and time.monotonic() < end:
            time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.join(WAIT)
    with ProjectFile.open(path) as project:
        counts = project.counts("media")
        assert 5 <= len(counts) < 60
        values = {m.id: int(m.path[:4]) % 7 + 1 for m in project.media()}
        assert all(n == values[media] for media, n in counts.items())
        assert all(a.review == PREDICTED for a in project.all_annotations())
        assert [r.state for r in project.runs()] == ["done"]
        project.undo()
        assert project.counts("media") == {}
        assert {m.review for m in project.media()} == {"todo"}


def test_large_pictures_are_not_decoded_far_ahead():
    from concurrent.futures import ThreadPoolExecutor

    from segstudio.engine.pipeline import AHEAD, read_ahead

    class Reader:
        def __init__(self) -> None:
            self.read_so_far = 0

        def read(self, media: Media, frame: int = 0) -> int:
            self.read_so_far += 1
            return media.id

        def video(self, media: Media) -> None:
            raise NotImplementedError

    for side, expected in ((9000, 2), (100, AHEAD + 1)):
        items = [Item(Media(i, str(i), width=side, height=side)) for i in range(20)]
        reader = Reader()
        with ThreadPoolExecutor(1) as pool:
            found = read_ahead(items, reader, pool)
            _, future = next(found)
            future.result()
            pool.submit(lambda: None).result()
            assert reader.read_so_far == expected
            assert [future.result() for _, future in found] == list(range(1, 20))


def test_a_real_network_goes_the_same_way(tmp_path):
    """A tiny Mask R-CNN with random weights: the zoo and the engine speak the same language."""
    from segstudio.zoo import Catalog, Options
    from segstudio.zoo.predictor import untrained

    with make_project(tmp_path, 2) as project, Engine(Catalog(), load=untrained) as engine:
        options = Options(threshold=0.0, max_instances=3)
        job = engine.predict_one(project, project.media()[0], "mask-rcnn-r50-fpn", device="cpu", options=options)
        found = job.outcome(WAIT)
        assert [type(r).__name__ for r in found.results] == ["Instances"]
        assert found.ingested.added == len(project.annotations(project.media()[0].id))
        job = engine.predict_many(project, None, "mask-rcnn-r50-fpn", device="cpu", options=options, batch=2)
        assert job.outcome(WAIT).done == 2


def test_masks_survive_the_way_into_the_project(engine, loader, project):
    found = instances((24, 40), [(2, 3, 12, 20), (20, 1, 39, 23)])
    loader.hook = lambda frames, context: [[found] for _ in frames]
    media = project.media()[0]
    engine.predict_one(project, media, "fake", device="cpu").outcome(WAIT)
    stored = sorted(project.annotations(media.id), key=lambda a: -(a.score or 0))
    assert [a.geometry for a in stored] == found.masks
    assert [a.box for a in stored] == [Box(2, 3, 10, 17), Box(20, 1, 19, 22)]

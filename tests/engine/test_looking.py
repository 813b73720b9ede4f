"""Looking inside a model by the engine: views, progress, cancelling, memory, models that show nothing."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import numpy as np
import pytest

from segstudio.core.errors import Cancelled, InputError, MediaError
from segstudio.core.views import HeatView
from segstudio.engine import Engine
from segstudio.engine.job import Progressed
from segstudio.engine.ladder import OutOfMemory
from segstudio.zoo.predictor import Predictor

WAIT = 60.0
FRAME = np.zeros((30, 40, 3), np.uint8)


class Glass:
    """Shows one map, its picture's first value; `fail` times memory does not suffice."""

    memory = 100

    def __init__(self, card, device: str) -> None:
        self.card, self.device = card, device
        self.fail = 0
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Event()
        self.asked: list[tuple] = []

    def look(self, frame, options, context):
        self.begun.set()
        assert self.gate.wait(WAIT)
        context.stage("half", 0.5)
        if self.fail:
            self.fail -= 1
            raise MemoryError("no room")
        self.asked.append((options.threshold, context.autocast))
        values = np.full((2, 2), frame[0, 0, 0], np.float32)
        return [HeatView(group="g", title="t", box=(0.0, 0.0, 40.0, 30.0), values=values)]


class Opaque(Predictor):
    """A predictor that does not say what it sees."""

    def __init__(self, card, device: str) -> None:
        self.card, self.device = card, device

    memory = 100

    def predict(self, frames, options=None, context=None):
        return [[] for _ in frames]


class Shelf:
    def get(self, name: str):
        if name not in ("glass", "opaque"):
            raise InputError(f"There is no model '{name}'.")
        return SimpleNamespace(name=name, title=name.title(), digest="", task="boxes")


@pytest.fixture
def made():
    return {}


@pytest.fixture
def engine(made):
    def load(card, device):
        predictor = (Glass if card.name == "glass" else Opaque)(card, device)
        made[card.name, device] = predictor
        return predictor

    with Engine(Shelf(), load=load) as one:
        yield one


def test_a_look_has_the_views_the_size_and_its_progress(engine):
    told = []
    engine.events.subscribe(lambda event: told.append(event) if isinstance(event, Progressed) else None)
    found = engine.look("glass", lambda: FRAME + 7, device="cpu").outcome(WAIT)
    assert (found.model, found.size, found.notes) == ("glass", (30, 40), ())
    assert [v.values[0, 0] for v in found.views] == [7]
    assert [(e.progress.done, e.progress.total, e.progress.stage) for e in told] == [(500, 1000, "half")]


def test_options_reach_the_model(engine, made):
    from segstudio.zoo import Options

    engine.look("glass", lambda: FRAME, device="cpu", options=Options(threshold=0.25)).outcome(WAIT)
    assert made["glass", "cpu"].asked == [(0.25, False)]


def test_a_model_without_internals_says_so(engine):
    with pytest.raises(InputError, match="Opaque shows nothing of its inside"):
        engine.look("opaque", lambda: FRAME, device="cpu").outcome(WAIT)
    with pytest.raises(InputError, match="no model"):
        engine.look("unknown", lambda: FRAME, device="cpu")


def test_a_picture_that_cannot_be_read_fails_the_job(engine):
    def read():
        raise MediaError("gone", status="missing")

    with pytest.raises(MediaError):
        engine.look("glass", read, device="cpu").outcome(WAIT)


def test_memory_is_saved_step_by_step_and_told(engine, made):
    engine.look("glass", lambda: FRAME, device="cpu").outcome(WAIT)
    made["glass", "cpu"].fail = 1
    found = engine.look("glass", lambda: FRAME, device="cpu").outcome(WAIT)
    assert found.notes == ("emptied the memory cache",) and found.views
    made["glass", "cpu"].fail = 99
    with pytest.raises(OutOfMemory, match="no room"):
        engine.look("glass", lambda: FRAME, device="cpu").outcome(WAIT)


def test_a_look_can_be_cancelled_and_a_newer_one_replaces_it(engine, made):
    engine.look("glass", lambda: FRAME, device="cpu").outcome(WAIT)
    glass = made["glass", "cpu"]
    for stop in ("cancel", "newer"):
        glass.gate.clear()
        glass.begun.clear()
        job = engine.look("glass", lambda: FRAME, device="cpu")
        assert glass.begun.wait(WAIT)
        newer = engine.look("glass", lambda: FRAME + 1, device="cpu") if stop == "newer" else None
        if newer is None:
            job.cancel()
        glass.gate.set()
        with pytest.raises(Cancelled):
            job.outcome(WAIT)
        if newer is not None:
            assert newer.outcome(WAIT).views[0].values[0, 0] == 1

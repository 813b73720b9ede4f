"""Prompts in the engine: what is kept and what goes, the newest wins, memory, and who answers without a model."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import numpy as np
import pytest

from segstudio.core import masks
from segstudio.core.errors import Cancelled, InputError, MediaError
from segstudio.core.geometry import Box
from segstudio.engine import Engine, Prompt
from segstudio.engine.ladder import OutOfMemory
from segstudio.engine.prompting import FALLBACK, EmbeddingCache
from segstudio.zoo.promptable import Embedding

WAIT = 100.0
FRAME = np.zeros((30, 40, 3), np.uint8)
POINT = Prompt(((5.5, 6.5, True),))


class Model:
    """Answers each prompt with a square at its first point, or with its box; embedding is counted."""

    memory = 100

    def __init__(self, card, device: str) -> None:
        self.card, self.device = card, device
        self.looked: list[int] = []
        self.asked: list[tuple] = []
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Event()
        self.fail = 0

    def embed(self, frame, context):
        self.begun.set()
        assert self.gate.wait(WAIT)
        if self.fail:
            self.fail -= 1
            raise MemoryError("no room")
        self.looked.append(int(frame[0, 0, 0]))
        return Embedding(frame.shape[:2], int(frame[0, 0, 0]), 100)

    def prompt(self, seen, points, labels, box, mask):
        self.asked.append((seen.state, points.tolist(), labels.tolist(), box, mask))
        if box is None:
            x, y = points[0]
            box = Box(x - 2, y - 2, 4, 4)
        return [(masks.from_box(box, 40, 30), 0.9), (masks.from_box(box.padded(1), 40, 30), 0.5)]


def card(name: str):
    return SimpleNamespace(name=name, title=name.title(), digest="ab" * 32, task="prompts")


class Shelf:
    """A catalog of the starter network and others; `here` says which are ready."""

    def __init__(self) -> None:
        self.cards = {name: card(name) for name in (FALLBACK, "small", "large")}
        self.here = ["small", "large"]

    def get(self, name):
        return self.cards[name]

    def parts(self, one):
        return [one]


@pytest.fixture
def shelf(monkeypatch) -> Shelf:
    from segstudio.zoo import promptable

    made = Shelf()
    monkeypatch.setattr(promptable, "ready", lambda catalog: [catalog.get(name) for name in catalog.here])
    return made


@pytest.fixture
def made() -> dict[tuple[str, str], Model]:
    return {}


@pytest.fixture
def engine(shelf, made):
    def load(one, device):
        return made.setdefault((one.name, device), Model(one, device))

    with Engine(shelf, load=load) as one:
        yield one


def read(value: int):
    return lambda: (np.full((30, 40, 3), value, np.uint8), (30, 40))


def ask(engine, place="a", value=1, prompt=POINT, **more):
    return engine.prompter.ask(place, read(value), prompt, **{"device": "cpu", **more})


def settle(engine) -> None:
    for job in engine.runner.jobs():
        assert job.wait(WAIT)


def test_a_prompt_is_answered_and_the_picture_looked_at_once(engine, made) -> None:
    first = ask(engine).outcome(WAIT)
    again = ask(engine, prompt=Prompt(box=Box(3, 4, 10, 12))).outcome(WAIT)
    assert (first.model, first.title, first.digest, first.fallback) == ("small", "Small", "ab" * 32, False)
    assert [score for _, score in first.proposals] == [0.9, 0.5]
    assert again.proposals[0][0].bounds == Box(3, 4, 10, 12)
    assert made["small", "cpu"].looked == [1]


def test_each_kind_of_prompt_reaches_the_model_as_it_is() -> None:
    mask = masks.from_box(Box(2, 3, 6, 5), 40, 30)
    points, labels, box, given = Prompt(((1.5, 2.5, True), (4.0, 5.0, False)), Box(0, 0, 9, 9), mask).arguments()
    assert points.tolist() == [[1.5, 2.5], [4.0, 5.0]]
    assert (labels.tolist(), box, given) == ([1, 0], Box(0, 0, 9, 9), mask)
    assert not Prompt()
    assert not Prompt(((1, 1, False),))
    assert Prompt(((1, 1, True),))
    # A mask with a point beside it still says where the object is.
    assert Prompt(((1, 1, False),), mask=mask)
    assert Prompt(((1, 1, False),), mask=mask).arguments()[2] == mask.bounds
    assert Prompt(((1, 1, True),), mask=mask).arguments()[2] is None
    assert Prompt().arguments()[0].shape == (0, 2)


def test_neighbours_are_looked_at_after_the_current_picture_and_answer_at_once(engine, made) -> None:
    pictures = [("b", read(2)), ("c", read(3)), ("a", read(1))]
    engine.prompter.look_ahead(pictures, device="cpu")
    settle(engine)
    assert made["small", "cpu"].looked == [2, 3, 1]
    assert all(engine.prompter.ready("", place) for place in "abc")
    assert not engine.prompter.ready("large", "a")
    ask(engine, "c", 3).outcome(WAIT)
    engine.prompter.look_ahead([("c", read(3)), ("d", read(4)), ("b", read(2))], device="cpu")
    settle(engine)
    assert made["small", "cpu"].looked == [2, 3, 1, 4]


def test_a_neighbour_that_can_not_be_read_is_passed_over(engine, made) -> None:
    def broken():
        raise MediaError("This picture is empty.")

    engine.prompter.look_ahead([("a", read(1)), ("b", broken), ("c", read(3))], device="cpu")
    settle(engine)
    assert made["small", "cpu"].looked == [1, 3]


def test_going_on_drops_the_neighbours_that_wait_and_keeps_what_was_begun(engine, made) -> None:
    engine.preload("small", device="cpu").outcome(WAIT)
    model = made["small", "cpu"]
    model.gate.clear()
    engine.prompter.look_ahead([("a", read(1)), ("b", read(2)), ("c", read(3))], device="cpu")
    assert model.begun.wait(WAIT)
    engine.prompter.look_ahead([("x", read(8)), ("y", read(9))], device="cpu")
    model.gate.set()
    settle(engine)
    assert model.looked == [1, 8, 9]
    assert engine.prompter.ready("", "a")


def test_a_prompt_overtakes_neighbours(engine, made) -> None:
    engine.preload("small", device="cpu").outcome(WAIT)
    model = made["small", "cpu"]
    model.gate.clear()
    engine.prompter.look_ahead([("a", read(1)), ("b", read(2)), ("c", read(3))], device="cpu")
    job = ask(engine, "z", 7)
    model.gate.set()
    job.outcome(WAIT)
    settle(engine)
    assert model.looked == [1, 7, 2, 3]


def test_of_a_picture_that_is_too_large_to_hold_a_copy_is_seen_and_its_own_pixels_count(engine) -> None:
    copy = np.zeros((3, 4, 3), np.uint8)
    engine.prompter.look_ahead([("a", lambda: (copy, (300, 400)))], device="cpu")
    settle(engine)
    assert engine.prompter.seen.get(("small", "ab" * 32, "a")).size == (300, 400)


def test_the_newest_prompt_wins(engine, made) -> None:
    engine.preload("small", device="cpu").outcome(WAIT)
    model = made["small", "cpu"]
    model.gate.clear()
    older = ask(engine)
    assert model.begun.wait(WAIT)
    middle, newest = ask(engine, prompt=Prompt(((1, 1, True),))), ask(engine, prompt=Prompt(((9, 9, True),)))
    model.gate.set()
    assert newest.outcome(WAIT).proposals
    for job in (older, middle):
        with pytest.raises(Cancelled):
            job.outcome(WAIT)
    # What the older one saw served the newest.
    assert model.looked == [1]
    assert [call[1] for call in model.asked] == [[[9, 9]]]


def test_an_answer_that_nobody_waits_for_is_dropped(engine, made) -> None:
    engine.preload("small", device="cpu").outcome(WAIT)
    model, now = made["small", "cpu"], [1]
    model.gate.clear()
    job = ask(engine, revision=lambda: now[0])
    assert model.begun.wait(WAIT)
    now[0] = 2
    model.gate.set()
    with pytest.raises(Cancelled, match="out of date"):
        job.outcome(WAIT)
    assert model.asked == []


def test_beyond_the_budget_the_longest_unused_goes() -> None:
    cache = EmbeddingCache(budget=250)
    seen = {name: Embedding((1, 1), name, 100) for name in "abcd"}
    cache.put("a", seen["a"])
    cache.put("b", seen["b"])
    assert cache.get("a") is seen["a"]
    cache.put("c", seen["c"])
    assert [cache.holds(name) for name in "abc"] == [True, False, True]
    assert cache.bytes == 200
    # What alone is larger than the budget is kept while it is the newest.
    cache.put("huge", Embedding((1, 1), None, 999))
    assert [cache.holds(name) for name in ("a", "c", "huge")] == [False, False, True]
    cache.put("d", seen["d"])
    assert [cache.holds(name) for name in ("huge", "d")] == [False, True]
    cache.clear()
    assert cache.bytes == 0
    assert cache.get("d") is None


def test_memory_that_does_not_suffice_is_made(engine, made) -> None:
    engine.preload("large", device="cpu").outcome(WAIT)
    engine.preload("small", device="cpu").outcome(WAIT)
    made["small", "cpu"].fail = 2
    answer = ask(engine).outcome(WAIT)
    assert answer.notes == ("emptied the memory cache", "unloaded large")
    made["small", "cpu"].fail = 99
    with pytest.raises(OutOfMemory, match="no room"):
        ask(engine, "b", 2).outcome(WAIT)


def test_the_starter_network_answers_where_nothing_else_is_here(engine, shelf, made) -> None:
    shelf.here = []
    assert ask(engine).outcome(WAIT).fallback
    assert ask(engine, model="large").outcome(WAIT).model == FALLBACK
    # It looks at nothing ahead.
    engine.prompter.look_ahead([("q", read(5))], device="cpu")
    settle(engine)
    assert not engine.prompter.ready("", "q")
    shelf.here = ["large"]
    assert ask(engine, model="small").outcome(WAIT).fallback
    assert ask(engine).outcome(WAIT).model == "large"
    assert ask(engine, model=FALLBACK).outcome(WAIT).fallback


def test_models_that_only_answer_prompts_predict_nothing(engine, project) -> None:
    media = project.media()[0]
    with pytest.raises(InputError, match="finds nothing by itself"):
        engine.predict_one(project, media, "small", device="cpu")
    with pytest.raises(InputError, match="finds nothing by itself"):
        engine.predict_many(project, None, "small", device="cpu")

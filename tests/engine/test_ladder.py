"""What happens when memory does not suffice."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from engine_fakes import Loader, boxes

from segstudio.core.errors import Cancelled
from segstudio.core.results import Scores
from segstudio.engine import device as devices
from segstudio.engine.cache import PredictorCache
from segstudio.engine.device import Device
from segstudio.engine.job import Job, Noted
from segstudio.engine.ladder import Ladder, OutOfMemory, Plan

FRAME = np.full((60, 80, 3), 3, np.uint8)


class OutOfMemoryError(RuntimeError):
    """Named as torch's."""


ERRORS = [
    OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    RuntimeError("CUDA error: out of memory"),
    RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
    MemoryError(),
]


def card(name: str) -> SimpleNamespace:
    return SimpleNamespace(name=name)


class Scene:
    """A ladder on a pretended device whose model fails until `fits(frames, device, autocast)`."""

    def __init__(self, fits: Callable, plan: Plan, error: BaseException = ERRORS[0]) -> None:
        self.told: list[str] = []
        self.emptied: list[str] = []
        self.tries = 0
        self.error = error
        self.fits = fits
        self.loader = Loader()
        self.loader.hook = None
        self.cache = PredictorCache(self._load, budget=10_000)
        self.ladder = Ladder(self.cache, card("big"), plan, None)
        self.job = Job("Predict", "batch", "cpu", publish=self._tell)

    def _tell(self, event: object) -> None:
        if isinstance(event, Noted):
            self.told.append(event.note)

    def _load(self, card_, device):
        predictor = self.loader(card_, device)

        def hook(frames, context):
            self.tries += 1
            if not self.fits(frames, device, context.autocast):
                raise self.error
            return

        predictor.hook = hook
        return predictor

    def predict(self, *frames: np.ndarray):
        return self.ladder.predict(self.job, frames or [FRAME])


@pytest.fixture(autouse=True)
def no_real_device(monkeypatch):
    monkeypatch.setattr(devices, "empty_cache", lambda name: None)
    monkeypatch.setattr(devices, "describe", lambda name: Device(name, "pretended", 8 * 10**9, 10**9))


def test_without_trouble_nothing_is_noted():
    scene = Scene(lambda *_: True, Plan("cuda:0"))
    [[found]] = scene.predict()
    assert (found.notes, scene.told, scene.tries) == ((), [], 1)


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: type(e).__name__)
def test_every_kind_of_memory_error_goes_down_to_the_processor(error):
    scene = Scene(lambda frames, device, autocast: device == "cpu", Plan("cuda:0"), error)
    [[found]] = scene.predict()
    steps = ["emptied the memory cache", "in half precision", "on the processor"]
    assert scene.told == steps
    assert found.notes == tuple(steps)
    assert len(found.boxes) == 3


def test_another_error_is_not_taken_for_one_of_memory():
    scene = Scene(lambda *_: False, Plan("cuda:0"), ValueError("odd shape"))
    with pytest.raises(ValueError, match="odd shape"):
        scene.predict()
    assert scene.tries == 1


def test_other_models_go_first():
    held = {"other": True}
    scene = Scene(lambda frames, device, autocast: not held["other"], Plan("cuda:0"))
    scene.cache.get(card("other"), "cuda:0")
    scene.cache.get(card("elsewhere"), "cpu")
    evict = scene.cache.evict_others

    def watched(*args):
        held["other"] = False
        return evict(*args)

    scene.cache.evict_others = watched
    scene.predict()
    assert scene.told == ["emptied the memory cache", "unloaded other"]
    assert scene.cache.holds(card("elsewhere"), "cpu")
    assert not scene.cache.holds(card("other"), "cuda:0")


def test_the_batch_is_halved_and_stays_so():
    scene = Scene(lambda frames, device, autocast: len(frames) <= 2, Plan("cuda:0", batch=8))
    assert len(scene.predict(*[FRAME] * 8)) == 8
    assert scene.told == ["emptied the memory cache", "4 at a time", "2 at a time"]
    tries = scene.tries
    results = scene.predict(*[FRAME] * 8)
    assert scene.tries == tries + 4
    assert "2 at a time" in results[7][0].notes


def test_a_large_picture_is_tiled_and_small_ones_stay_whole():
    scene = Scene(lambda frames, device, autocast: frames[0].shape[0] <= 512, Plan("cuda:0"))
    large = np.full((1500, 1100, 3), 3, np.uint8)
    [[found]] = scene.predict(large)
    assert scene.told == ["emptied the memory cache", "in tiles of 1024 pixels", "in tiles of 512 pixels"]
    assert found.size == (1500, 1100)
    tries = scene.tries
    [[small]] = scene.predict()
    assert (small.notes, scene.tries) == ((), tries + 1)
    scene.predict(large)
    assert len(scene.told) == 3, "a picture as large goes to what worked before at once"


def test_a_model_that_tiles_itself_gets_the_whole_picture_and_the_side():
    scene = Scene(lambda frames, device, autocast: frames[0].shape[0] <= 512, Plan("cuda:0"))
    predictor = scene.cache.get(scene.ladder.card, "cuda:0")
    asked = []

    def tiled(frame, side, options, context):
        asked.append((frame.shape[0], side))
        return predictor.found(frame)

    predictor.tiles_itself, predictor.predict_tiled = True, tiled
    [[found]] = scene.predict(np.full((1500, 1100, 3), 3, np.uint8))
    assert asked == [(1500, 1024)]
    assert found.notes == ("emptied the memory cache", "in tiles of 1024 pixels")


def test_results_that_speak_of_the_whole_picture_are_not_tiled():
    def scores(frames, context):
        if frames[0].shape[0] > 1024 and not context.autocast:
            raise MemoryError
        size, classes = frames[0].shape[:2], boxes((1, 1), []).classes
        made = Scores(size=size, classes=classes, labels=np.array([1]), scores=np.array([0.5], np.float32))
        return [[made] for _ in frames]

    scene = Scene(lambda *_: True, Plan("cuda:0"))
    scene.cache.get(scene.ladder.card, "cuda:0").hook = scores
    [[found]] = scene.predict(np.zeros((2000, 900, 3), np.uint8))
    assert isinstance(found, Scores)
    assert scene.told[-1] == "in half precision"


def test_when_nothing_helps_the_numbers_are_told():
    scene = Scene(lambda *_: False, Plan("cuda:0", batch=2))
    with pytest.raises(OutOfMemory) as caught:
        scene.predict(FRAME, np.zeros((600, 800, 3), np.uint8))
    text = str(caught.value)
    assert "big ran out of memory on a picture of 800x600 pixels" in text
    assert "cuda:0 (pretended, 1.0 GB of 8.0 GB free)" in text
    assert "2.00 GiB" in text
    assert caught.value.remedy


def test_on_the_processor_there_is_no_half_precision_and_no_further_device():
    scene = Scene(lambda *_: False, Plan("cpu"), MemoryError())
    with pytest.raises(OutOfMemory):
        scene.predict()
    assert scene.told == ["emptied the memory cache"]


def test_a_cancelled_job_stops_on_the_ladder():
    scene = Scene(lambda *_: False, Plan("cuda:0", batch=8))
    scene.job.publish = lambda event: scene.job.cancel()
    with pytest.raises(Cancelled):
        scene.predict(*[FRAME] * 8)
    assert scene.tries == 1


def test_torchs_own_errors_are_known():
    torch = pytest.importorskip("torch")
    assert devices.is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory."))
    assert devices.is_out_of_memory(RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"))
    assert not devices.is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))


def test_the_cache_evicts_the_least_recently_used_beyond_its_budget():
    loader = Loader()
    cache = PredictorCache(loader, budget=250)
    first = cache.get(card("a"), "cuda:0")
    cache.get(card("b"), "cuda:0")
    cache.get(card("c"), "cpu")
    assert cache.get(card("a"), "cuda:0") is first
    cache.get(card("d"), "cuda:0")
    assert [cache.holds(card(n), "cuda:0") for n in "abd"] == [True, False, True]
    assert cache.holds(card("c"), "cpu")
    cache.drop("a")
    assert cache.get(card("a"), "cuda:0") is not first


def test_a_model_larger_than_the_budget_is_kept_while_it_is_used():
    cache = PredictorCache(Loader(), budget=10)
    assert cache.get(card("a"), "cpu") is cache.get(card("a"), "cpu")
    assert cache.get(card("b"), "cpu") is cache.get(card("b"), "cpu")
    assert not cache.holds(card("a"), "cpu")


def test_two_threads_that_want_a_model_load_it_once():
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    loaded, together = [], Barrier(2, timeout=20)

    def load(card_, device):
        loaded.append(card_.name)
        return Loader()(card_, device)

    cache = PredictorCache(load, budget=1000)

    def get(_: int):
        together.wait()
        return cache.get(card("a"), "cpu")

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(get, range(2))
    assert one is two
    assert loaded == ["a"]

"""What the engine does when memory does not suffice, one rung after the other.

Empty the cache, evict other models, halve the batch, tile, autocast, CPU, then fail with the numbers. Each step taken
is told and recorded in the notes of the results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from segstudio.core.errors import SegstudioError
from segstudio.core.given import GivenBoxes
from segstudio.core.results import Result
from segstudio.engine import device as devices
from segstudio.engine.cache import PredictorCache
from segstudio.engine.job import Job
from segstudio.engine.tiling import NotTileable, predict_tiled
from segstudio.zoo.predictor import Context

T = TypeVar("T")
TILES = (1024, 512)


class OutOfMemory(SegstudioError):
    """Memory did not suffice, whatever the engine tried."""


@dataclass(frozen=True)
class Plan:
    """How pictures are predicted.

    Args:
        device: "cpu", "cuda:0" or "mps".
        batch: Pictures at once.
        tile: Side of the tiles in pixels; 0 for whole pictures.
        autocast: Half precision where the model supports it.
    """

    device: str
    batch: int = 1
    tile: int = 0
    autocast: bool = False


Rung = tuple[str, Plan]


class Ladder:
    """Predicts pictures with one model and steps down where memory does not suffice.

    Args:
        cache: Where the model is taken from.
        card: The model's card.
        plan: What to start with.
        options: `zoo` options, handed through.
    """

    def __init__(self, cache: PredictorCache, card: Any, plan: Plan, options: Any) -> None:
        self.cache = cache
        self.card = card
        self.plan = plan
        self.options = options
        self._hard_pixels = float("inf")
        self._hard: tuple[Plan, tuple[str, ...]] = (plan, ())

    def predict(
        self, job: Job, frames: Sequence[np.ndarray], given: Sequence[GivenBoxes] | None = None
    ) -> list[list[Result]]:
        """Return the results of each picture, uint8 RGB (h, w, 3).

        Args:
            given: The boxes to look in, a set a picture; such pictures are never cut into tiles.

        Raises:
            OutOfMemory: Nothing helped; the message has the numbers.
            Cancelled: The job was cancelled.
        """
        pixels = max(f.shape[0] * f.shape[1] for f in frames)
        plan, notes = self._hard if pixels >= self._hard_pixels else (self.plan, ())
        if given is not None:
            plan = replace(plan, tile=0)
        start = plan
        rungs: Iterator[Rung] | None = None
        while True:
            results, problem = self._attempt(job, frames, plan, given)
            if results is not None:
                break
            if rungs is None:
                rungs = self._rungs(frames, plan, tiles=given is None)
            note, plan = self._descend(rungs, frames, problem)
            job.note(note)
            notes = (*notes, note)
        if rungs is not None and plan != start:
            # A picture as large as this one would fail again; smaller ones may still do.
            self._hard_pixels, self._hard = min(pixels, self._hard_pixels), (plan, notes)
        if not notes:
            return results
        return [[replace(r, notes=(*r.notes, *notes)) for r in one] for one in results]

    def _attempt(
        self, job: Job, frames: Sequence[np.ndarray], plan: Plan, given: Sequence[GivenBoxes] | None
    ) -> tuple[list[list[Result]] | None, str]:
        """Return (results, ""), or (None, why) where memory did not suffice or the plan does not fit the model.

        The error itself stays in here: its traceback holds the tensors that the next attempt needs the room of.
        """
        try:
            predictor = self.cache.get(self.card, plan.device)
            context = Context(cancel=job, autocast=plan.autocast)
            if plan.tile:
                return [self._tiled(predictor, f, plan.tile, context) for f in frames], ""
            made: list[list[Result]] = []
            for start in range(0, len(frames), plan.batch):
                job.check()
                some = slice(start, start + plan.batch)
                options = self.options if given is None else replace(self.options, given=tuple(given[some]))
                made += predictor.predict(list(frames[some]), options, context)
            return made, ""
        except NotTileable as error:
            if self.plan.tile:
                raise
            return None, str(error)
        except Exception as error:
            if not devices.is_out_of_memory(error):
                raise
            return None, str(error).strip() or type(error).__name__

    def _tiled(self, predictor: Any, frame: np.ndarray, side: int, context: Context) -> list[Result]:
        # A model that blends its tiles itself leaves no seams; results of others are merged.
        if predictor.tiles_itself:
            return predictor.predict_tiled(frame, side, self.options, context)

        def one(tile: np.ndarray) -> Sequence[Result]:
            return predictor.predict([tile], self.options, context)[0]

        return predict_tiled(one, frame, side, context.cancel.check)

    def _rungs(self, frames: Sequence[np.ndarray], plan: Plan, *, tiles: bool) -> Iterator[Rung]:
        devices.empty_cache(plan.device)
        yield "emptied the memory cache", plan
        gone = self.cache.evict_others(self.card, plan.device)
        if gone:
            devices.empty_cache(plan.device)
            yield f"unloaded {', '.join(gone)}", plan
        batch = min(plan.batch, len(frames))
        while batch > 1:
            batch //= 2
            plan = replace(plan, batch=batch)
            yield f"{batch} at a time" if batch > 1 else "one picture at a time", plan
        whole = plan
        side = plan.tile or max(max(f.shape[:2]) for f in frames)
        for tile in TILES:
            if tiles and tile < side:
                plan = replace(plan, tile=tile)
                yield f"in tiles of {tile} pixels", plan
        if plan.device.startswith("cuda") and not plan.autocast:
            # Where tiles did not help they only cost: the last two steps take the picture whole again.
            yield "in half precision", replace(whole, autocast=True)
        if plan.device != devices.CPU:
            yield "on the processor", replace(whole, device=devices.CPU, autocast=False)

    def _descend(self, rungs: Iterator[Rung], frames: Sequence[np.ndarray], problem: str) -> Rung:
        # What the failed attempt held is free only now, outside of its except clause.
        devices.empty_cache(self.plan.device)
        rung = next(rungs, None)
        if rung is not None:
            return rung
        largest = max(frames, key=lambda f: f.shape[0] * f.shape[1])
        where = sorted({self.plan.device, devices.CPU})
        state = "; ".join(str(devices.describe(name)) for name in where)
        raise OutOfMemory(
            f"{self.card.name} ran out of memory on a picture of {largest.shape[1]}x{largest.shape[0]} pixels, also "
            f"after every way to save some ({problem.splitlines()[0]}). Memory: {state}.",
            remedy="Close other programs that use the device, take a smaller model, or scale the picture down.",
        )


def in_memory(
    cache: PredictorCache,
    job: Job,
    card: Any,
    device: str,
    call: Callable[[Any, Any], T],
    forget: Callable[[], object] = lambda: None,
) -> T:
    """Return what a call of (predictor, context) returns; where memory does not suffice, step down without tiles.

    Args:
        cache: Where the model is taken from.
        job: Told each step that is taken; it can cancel the call and gets the progress in thousandths.
        card: The model's card.
        device: "cpu", "cuda:0" or "mps".
        call: What to do.
        forget: Lets go of what else is kept in memory.

    Raises:
        OutOfMemory: Nothing helped.
        Cancelled: The job was cancelled.
    """
    problem = ""
    for note, where, half in _steps(cache, card, device, forget):
        if note:
            job.note(note)
        try:
            progress = lambda stage, share: job.report(round(1000 * share), 1000, stage)  # noqa: E731
            return call(cache.get(card, where), Context(cancel=job, progress=progress, autocast=half))
        except Exception as error:
            if not devices.is_out_of_memory(error):
                raise
            problem = str(error).strip() or type(error).__name__
        job.check()
    raise OutOfMemory(
        f"{card.title} ran out of memory, also after every way to save some ({problem.splitlines()[0]}).",
        remedy="Close other programs that use the device, or take a smaller model.",
    )


def _steps(
    cache: PredictorCache, card: Any, device: str, forget: Callable[[], object]
) -> Iterator[tuple[str, str, bool]]:
    """Yield (what was done, device, half precision); what a failed attempt held is free by then."""
    yield "", device, False
    forget()
    devices.empty_cache(device)
    yield "emptied the memory cache", device, False
    gone = cache.evict_others(card, device)
    devices.empty_cache(device)
    if gone:
        yield f"unloaded {', '.join(gone)}", device, False
    if device.startswith("cuda"):
        yield "in half precision", device, True
    if device != devices.CPU:
        devices.empty_cache(device)
        yield "on the processor", devices.CPU, False

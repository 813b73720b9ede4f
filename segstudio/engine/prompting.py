"""Prompts: pictures are looked at ahead and what was seen is kept, so that a prompt is answered at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from segstudio.core.errors import MediaError
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask
from segstudio.engine import device as devices
from segstudio.engine.cache import PredictorCache
from segstudio.engine.job import Job
from segstudio.engine.ladder import OutOfMemory, in_memory
from segstudio.engine.runner import Runner

if TYPE_CHECKING:
    from segstudio.zoo.promptable import Embedding, Proposal

T = TypeVar("T")
FALLBACK = "starter-instances"
BUDGET = 512 << 20  # bytes of main memory for what was seen
Read = Callable[[], tuple[np.ndarray, tuple[int, int]]]
"""Gives a picture's pixels, uint8 RGB, maybe of a smaller copy, and the (height, width) of the picture itself."""


@dataclass(frozen=True)
class Prompt:
    """What a person pointed at.

    Args:
        points: (x, y, whether it lies on the object), in the picture's continuous pixel coordinates.
        box: Around the object, or None.
        mask: What is to be refined, or None. It alone stands for its box.
    """

    points: tuple[tuple[float, float, bool], ...] = ()
    box: Box | None = None
    mask: Mask | None = None

    def __bool__(self) -> bool:
        """Whether there is enough to go by."""
        return self.box is not None or any(on for _, _, on in self.points) or self._refines

    @property
    def _refines(self) -> bool:
        return self.mask is not None and bool(self.mask.counts)

    def arguments(self) -> tuple[np.ndarray, np.ndarray, Box | None, Mask | None]:
        """Return points (n, 2), labels (n,), box and mask, as `zoo.promptable.Promptable` takes them."""
        places = np.array([point[:2] for point in self.points], np.float64).reshape(-1, 2)
        labels = np.array([int(on) for _, _, on in self.points], np.int64)
        box = self.box
        if box is None and self._refines and not labels.any():
            assert self.mask is not None
            box = self.mask.bounds
        return places, labels, box, self.mask


@dataclass(frozen=True)
class Answer:
    """What a model makes of a prompt.

    Args:
        model: Its card's name.
        title: Its card's title.
        digest: The sha256 of its weights.
        proposals: Masks with scores, the best first.
        fallback: The starter network answered, as no other was at hand or it was chosen.
        notes: What had to be done to get it.
    """

    model: str
    title: str
    digest: str
    proposals: list[Proposal]
    fallback: bool
    notes: tuple[str, ...] = ()


class EmbeddingCache:
    """Keeps what models have seen of pictures; beyond a budget what was used longest ago goes.

    The newest stays whatever its size. May be used from any thread.

    Args:
        budget: Bytes.
    """

    def __init__(self, budget: int = BUDGET) -> None:
        self.budget = budget
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Embedding] = OrderedDict()

    @property
    def bytes(self) -> int:
        """What is kept takes."""
        with self._lock:
            return sum(one.bytes for one in self._kept.values())

    def get(self, key: Hashable) -> Embedding | None:
        """Return what was seen, or None; it counts as used now."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def holds(self, key: Hashable) -> bool:
        """Return whether it is kept, without using it."""
        with self._lock:
            return key in self._kept

    def put(self, key: Hashable, seen: Embedding) -> None:
        """Keep what was seen."""
        with self._lock:
            self._kept[key] = seen
            self._kept.move_to_end(key)
            used = sum(one.bytes for one in self._kept.values())
            while used > self.budget and len(self._kept) > 1:
                used -= self._kept.popitem(last=False)[1].bytes

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()


class Prompter:
    """Answers prompts in the device's worker; part of the engine. Its methods return at once, from any thread.

    Args:
        runner: Runs the jobs.
        predictors: Loads the models.
        catalog: Gives the catalog.
        device: Gives the device that a wish means; called in a worker.
        lane: Gives the lane of a wish.
        budget: Bytes that may be kept.
    """

    def __init__(
        self,
        runner: Runner,
        predictors: PredictorCache,
        catalog: Callable[[], Any],
        device: Callable[[str], str],
        lane: Callable[[str], str],
        budget: int = BUDGET,
    ) -> None:
        self._runner = runner
        self._predictors = predictors
        self._catalog = catalog
        self._device = device
        self._lane = lane
        self.seen = EmbeddingCache(budget)
        self._ahead: Job | None = None

    def models(self) -> list[Any]:
        """Return the cards of the promptable networks that are here; without the starter network."""
        from segstudio.zoo import promptable

        return promptable.ready(self._catalog())

    def card(self, model: str = "") -> Any:
        """Return the card that a wish means: the model where it is here, "" the first that is, else the starter's."""
        ready = {card.name: card for card in self.models()} if model != FALLBACK else {}
        if model in ready:
            return ready[model]
        return next(iter(ready.values())) if ready and not model else self._catalog().get(FALLBACK)

    def ready(self, model: str, place: Hashable) -> bool:
        """Return whether a prompt at a picture is answered without looking at it first."""
        return self.seen.holds(self._key(self.card(model), place))

    def ask(
        self,
        place: Hashable,
        read: Read,
        prompt: Prompt,
        *,
        model: str = "",
        device: str = devices.AUTO,
        slot: str = "prompt",
        revision: Callable[[], object] | None = None,
        on_end: Callable[[Job], object] | None = None,
    ) -> Job:
        """Answer a prompt; the job's result is an `Answer`.

        Args:
            place: Says which picture it is, the same each time.
            read: Gives the picture where it was not looked at yet.
            model: As of `card`.
            slot: A newer prompt with the same slot replaces this one.
            revision: Asked now and before delivery; an answer whose revision has changed is dropped.
            on_end: Called with the job when it has ended.

        Raises:
            InputError: The catalog has no starter network either.
        """
        card = self.card(model)

        def work(job: Job) -> Answer:
            seen = self._look(job, card, device, place, read)
            job.check()
            found = self._in_memory(job, card, device, lambda p, _: p.prompt(seen, *prompt.arguments()))
            return Answer(card.name, card.title, card.digest, found, card.name == FALLBACK, job.notes)

        title = f"Cut out with {card.title}"
        return self._runner.submit(
            work, title=title, lane=self._lane(device), slot=slot, revision=revision, on_end=on_end
        )

    def look_ahead(
        self,
        pictures: Sequence[tuple[Hashable, Read]],
        *,
        model: str = "",
        device: str = devices.AUTO,
        on_end: Callable[[Job], object] | None = None,
    ) -> None:
        """Look at pictures before anyone asks: the first overtakes running jobs, the others wait until it is quiet.

        What an earlier call has not begun yet is dropped.

        Args:
            pictures: (place, read) of the current picture and then of its neighbours.
            on_end: Called with the job of the first picture when it has ended; not where it is kept already.
        """
        card = self.card(model)
        if self._ahead is not None:
            self._ahead.cancel()
            self._ahead = None
        if card.name == FALLBACK:
            return  # it looks at the parts of a picture that it is asked about
        lane, title = self._lane(device), f"Look at the picture with {card.title}"
        new = [(place, read) for place, read in pictures if not self.seen.holds(self._key(card, place))]
        if new and new[0][0] == pictures[0][0]:
            place, read = new.pop(0)
            self._runner.submit(
                lambda job: self._look(job, card, device, place, read), title=title, lane=lane, slot="look",
                on_end=on_end,
            )  # fmt: skip
        if new:
            steps = lambda job: self._look_at_each(job, card, device, new)  # noqa: E731
            self._ahead = self._runner.submit(steps, title=f"{title}s around", lane=lane, kind="batch")

    def _look_at_each(
        self, job: Job, card: Any, device: str, pictures: Sequence[tuple[Hashable, Read]]
    ) -> Generator[None, None, None]:
        for place, read in pictures:
            yield
            job.check()
            try:
                self._look(job, card, device, place, read)
            except (MediaError, OutOfMemory):
                # Nobody has asked for this one; whoever does will be told.
                continue

    def _key(self, card: Any, place: Hashable) -> Hashable:
        return card.name, card.digest, place

    def _look(self, job: Job, card: Any, device: str, place: Hashable, read: Read) -> Embedding:
        key = self._key(card, place)
        seen = self.seen.get(key)
        if seen is None:
            frame, size = read()
            job.check()
            seen = self._in_memory(job, card, device, lambda p, context: p.embed(frame, context))
            seen = replace(seen, size=size)
            self.seen.put(key, seen)
        return seen

    def _in_memory(self, job: Job, card: Any, device: str, call: Callable[[Any, Any], T]) -> T:
        return in_memory(self._predictors, job, card, self._device(device), call, self.seen.clear)

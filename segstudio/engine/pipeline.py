"""A model over many pictures: the next ones are decoded and the last ones stored while the model works on one."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from segstudio.core.errors import Cancelled, MediaError, SegstudioError
from segstudio.core.given import GivenBoxes
from segstudio.core.media import Media
from segstudio.core.results import Result
from segstudio.engine.drafts import shown
from segstudio.engine.given import Within, boxes_in, nothing, refusal
from segstudio.engine.ingest import Rules
from segstudio.engine.job import Job
from segstudio.engine.ladder import Ladder, OutOfMemory
from segstudio.engine.runner import explain
from segstudio.engine.single import own_reader
from segstudio.engine.writer import Commit, Found, Writer, Written, found_in

if TYPE_CHECKING:
    from segstudio.store import ProjectFile

AHEAD = 4  # pictures decoded ahead
AHEAD_PIXELS = 100_000_000  # of them together, as far as their sizes are known; and of those that wait for a full batch
_GIVE_UP = 5  # failures of a model that never worked, that end a run
_PATIENCE = 0.02  # seconds to wait for a picture before interactive work gets its turn


class Reader(Protocol):
    """Reads pictures: `segstudio.media.MediaReader`."""

    def read(self, media: Media, frame: int = 0) -> Any:
        """Return an object with `rgb`, uint8 (h, w, 3)."""
        ...

    def video(self, media: Media) -> Any:
        """Return an object with `frames`, their number."""
        ...


@dataclass(frozen=True)
class Item:
    """One picture, or one frame of a video."""

    media: Media
    frame: int = 0


@dataclass(frozen=True)
class Skipped:
    """An item that could not be predicted, and why."""

    media: Media
    frame: int
    error: SegstudioError

    @property
    def reason(self) -> str:
        """The error in one line."""
        return str(self.error)


@dataclass
class Report:
    """What a run over many pictures did; complete when its job has ended, also when it was cancelled.

    Args:
        total: Pictures and frames asked for.
        done: Of them predicted and stored.
        skipped: Those that could not be read or predicted.
        run: The run in the project; None where nothing was stored.
        added: New annotations.
        replaced: Earlier predictions that went.
        known: Predictions left out because a person's object says the same.
        joined: Objects that got a pose or a mask in their box.
        without: Pictures and frames that have no box to look in; they are not among the total.
        shown_only: Pictures with results that are shown and not stored (heat maps, whole-picture scores).
        notes: What the engine and ingest had to do.
        seconds: From start to end.
    """

    model: str
    total: int = 0
    done: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    run: int | None = None
    added: int = 0
    replaced: int = 0
    known: int = 0
    joined: int = 0
    without: int = 0
    shown_only: int = 0
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0


def expand(
    media: Iterable[Media], reader: Reader, skipped: list[Skipped], every: int = 1
) -> Generator[None, None, list[Item]]:
    """Return a list of pictures and of every n-th frame of videos; yields after each video that had to be opened."""
    items: list[Item] = []
    for m in media:
        if m.kind != "video":
            items.append(Item(m))
            continue
        try:
            count = m.frames or reader.video(m).frames
            items += [Item(m, frame) for frame in range(0, count, every)]
        except Exception as error:
            skipped.append(Skipped(m, 0, explain(error, f"Open {m.path}")))
        yield
    return items


def _pixels(waiting: Iterable[tuple[Item, Future]]) -> int:
    return sum(item.media.width * item.media.height for item, _ in waiting)


def read_ahead(
    items: Sequence[Item], reader: Reader, pool: Executor, ahead: int = AHEAD
) -> Iterator[tuple[Item, Future]]:
    """Yield each item with the future of its picture; the next `ahead` are being decoded meanwhile.

    Frames of videos are read by one thread, in order: decoders go forward only.
    """
    waiting: deque[tuple[Item, Future]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="segstudio video") as single:
        try:
            for item in items:
                by = single if item.media.kind == "video" else pool
                waiting.append((item, by.submit(reader.read, item.media, item.frame)))
                while len(waiting) > ahead or (len(waiting) > 1 and _pixels(waiting) > AHEAD_PIXELS):
                    yield waiting.popleft()
            while waiting:
                yield waiting.popleft()
        finally:
            for _, future in waiting:
                future.cancel()


class Alike:
    """Gathers pictures of equal size into batches.

    Some models pad the pictures of a batch to the largest, which changes a little what they find: so a picture's result
    does not depend on which others are near it.

    Args:
        batch: So many make a batch.
    """

    def __init__(self, batch: int) -> None:
        self._batch = batch
        self._groups: dict[tuple[int, ...], list[tuple[Item, np.ndarray]]] = {}

    def add(self, item: Item, frame: np.ndarray) -> None:
        """Take in a picture, uint8 (h, w, 3)."""
        self._groups.setdefault(frame.shape, []).append((item, frame))

    def ready(self, *, last: bool) -> Iterator[list[tuple[Item, np.ndarray]]]:
        """Yield full batches; also the one that was begun first where too many wait, and all where none comes any more.

        At most twice a batch of pictures wait, whatever their sizes, and fewer of huge ones.
        """
        for shape in [s for s, group in self._groups.items() if last or len(group) >= self._batch]:
            yield self._groups.pop(shape)
        pixels = sum(shape[0] * shape[1] * len(group) for shape, group in self._groups.items())
        if sum(map(len, self._groups.values())) >= 2 * self._batch or pixels >= AHEAD_PIXELS:
            yield self._groups.pop(next(iter(self._groups)))


@dataclass
class BatchRun:
    """Predicts many pictures and stores what is found as one run.

    Args:
        media: Ids of pictures and videos; None for all.
        every: Of a video, every n-th frame.
        reader: Reads them; None for one of the project's media folder.
        make_ladder: Makes what predicts; called in the worker's thread, where loading may take its time.
        pool: Threads that decode.
        label: Of the run.
        card: Of the model.
        rules: Of ingest.
        commit: Gets work to the thread that may change the project.
        on_result: Called with (item, results) in the worker's thread for each picture, for callers that show them.
    """

    project: ProjectFile
    media: list[int] | None
    every: int
    reader: Reader | None
    make_ladder: Callable[[], Ladder]
    pool: Executor
    label: str
    card: Any
    rules: Rules
    commit: Commit
    on_result: Callable[[Item, list[Result]], object] | None = None

    def __post_init__(self) -> None:
        self.report = Report(self.card.name)
        self._worked = False
        self._failures = 0
        self._writer: Writer | None = None

    def steps(self, job: Job) -> Generator[None, None, Report]:
        """The work of the job; yields at frame borders. What is finished is kept whatever ends it."""
        report, start = self.report, time.monotonic()
        job.result = report
        with ExitStack() as stack:
            stack.callback(lambda: self._close(job, time.monotonic() - start))
            reader = self.reader or stack.enter_context(closing(own_reader(self.project)))
            items = yield from expand(self.project.media(self.media), reader, report.skipped, self.every)
            if self.rules.within is not None:
                items = yield from self._with_boxes(items, self.rules.within)
            report.total = len(items) + len(report.skipped)
            job.report(len(report.skipped), report.total)
            self._ladder = self.make_ladder()
            self._writer = writer = Writer(self.project, self.commit, self.label, self.card, self.rules, job.token)
            stack.callback(writer.close)
            yield from self._pictures(job, items, reader)
        return report

    def _with_boxes(self, items: list[Item], within: Within) -> Generator[None, None, list[Item]]:
        """Return those that have boxes to look in.

        Raises:
            InputError: None has.
        """
        kept: list[Item] = []
        reasons: set[str] = set()
        categories = {c.id: c for c in self.project.categories()}
        for item in items:
            rows = self.project.annotations(item.media.id, item.frame)
            why = nothing(self.card, rows, categories, within)
            reasons.add(why)
            if not why:
                kept.append(item)
            yield
        if items and not kept:
            raise refusal(self.card, reasons, within)
        self.report.without = len(items) - len(kept)
        return kept

    def _boxes(self, item: Item, frame: np.ndarray) -> GivenBoxes | None:
        """Return the boxes of a picture to look in, as they are now; None where the model finds its own."""
        within = self.rules.within
        if within is None:
            return None
        rows = self.project.annotations(item.media.id, item.frame)
        categories = {c.id: c for c in self.project.categories()}
        return boxes_in(self.card, rows, categories, within, (frame.shape[0], frame.shape[1]))

    def _pictures(self, job: Job, items: list[Item], reader: Reader) -> Generator[None, None, None]:
        report = self.report
        waiting = Alike(self._ladder.plan.batch)
        left, batch = len(items), self._ladder.plan.batch
        for item, future in read_ahead(items, reader, self.pool, AHEAD + batch):
            while not wait([future], _PATIENCE).done:
                yield
                job.check()
            left -= 1
            try:
                waiting.add(item, future.result().rgb)
            except Exception as error:
                yield from self._unreadable(job, item, error)
            for group in waiting.ready(last=not left):
                yield from self._predicted(job, group)
            job.report(report.done + len(report.skipped), report.total)
            yield

    def _unreadable(self, job: Job, item: Item, error: Exception) -> Generator[None, None, None]:
        why = explain(error, f"Read {item.media.path}")
        self.report.skipped.append(Skipped(item.media, item.frame, why))
        if isinstance(why, MediaError) and item.media.kind == "image":
            yield from self._put(job, lambda: Found(item.media.id, item.frame, problem=why))

    def _predicted(self, job: Job, group: list[tuple[Item, np.ndarray]]) -> Generator[None, None, None]:
        try:
            given = [boxes for item, frame in group if (boxes := self._boxes(item, frame)) is not None]
            found = self._ladder.predict(job, [frame for _, frame in group], given or None)
        except Cancelled:
            raise
        except Exception as error:
            if len(group) > 1:
                # One of them fails: alone, the others are predicted all the same.
                for one in group:
                    yield from self._predicted(job, [one])
                return
            self._failed(group[0][0], error)
            return
        self._worked = True
        for (item, frame), results in zip(group, found):
            if self.on_result is not None:
                self.on_result(item, results)
            self.report.shown_only += len(shown(results)) == len(results) > 0
            make = partial(found_in, item.media, item.frame, frame.shape[:2], results)
            yield from self._put(job, make)
            self.report.done += 1

    def _failed(self, item: Item, error: Exception) -> None:
        why = explain(error, f"Predict {item.media.path}")
        self.report.skipped.append(Skipped(item.media, item.frame, why))
        self._failures += 1
        if not self._worked and self._failures >= _GIVE_UP and not isinstance(error, OutOfMemory):
            raise why from error

    def _put(self, job: Job, make: Callable[[], Found]) -> Generator[None, None, None]:
        assert self._writer is not None
        while not self._writer.put(make):
            yield
            job.check()

    def _close(self, job: Job, seconds: float) -> None:
        report = self.report
        report.seconds = seconds
        report.notes = list(dict.fromkeys(job.notes))
        w = self._writer.written if self._writer is not None else Written()
        report.run, report.added, report.replaced, report.known = w.run, w.added, w.replaced, w.known
        report.joined = w.joined
        report.done = w.pictures
        report.notes += list(w.notes)

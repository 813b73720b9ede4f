"""Results into the project: in the thread that may change it, several pictures at once, while the model goes on."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from segstudio.core import changes
from segstudio.core.annotation import Origin
from segstudio.core.changes import Change, ChangeSet, Row
from segstudio.core.errors import Cancelled, MediaError
from segstudio.core.labels import Category
from segstudio.core.media import Media
from segstudio.core.results import Result
from segstudio.engine.drafts import Draft, drafts
from segstudio.engine.ingest import Ingested, Rules, ingest
from segstudio.engine.job import CLOSING, CancelToken

if TYPE_CHECKING:
    from segstudio.store import ProjectFile

T = TypeVar("T")

Commit = Callable[[Callable[[], None]], object]
"""Runs the work it is given: at once, or later in the thread that may change the project. It need not wait."""

BACKLOG = 16  # pictures that wait to be written before the model waits for them
_GROUP, _GROUP_OBJECTS = 16, 200  # pictures, objects a transaction: a person's edit waits for it
_PATIENCE = 2.0  # seconds that a closing engine waits for a thread that does not take its work


def at_once(work: Callable[[], None]) -> None:
    """Commit in the calling thread."""
    work()


def hand_over(commit: Commit, work: Callable[[], T], closing: Callable[[], bool] = lambda: False) -> T:
    """Have work done by `commit` and return its result, or raise what it raised.

    Raises:
        Cancelled: The engine is closing and nobody takes the work; it will not run later either.
    """
    lock, done = threading.Lock(), threading.Event()
    state = {"open": True}
    value: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        with lock:
            if not state["open"]:
                return
            state["open"] = False
        try:
            value.append(work())
        except BaseException as error:
            errors.append(error)
        done.set()

    commit(run)
    since: float | None = None
    while not done.wait(0.05):
        if not closing():
            continue
        since = since or time.monotonic()
        with lock:
            if state["open"] and time.monotonic() - since > _PATIENCE:
                state["open"] = False
                raise Cancelled("the project was closed before the last results were stored")
    if errors:
        raise errors[0]
    return value[0]


@dataclass(frozen=True)
class Found:
    """What a model found in a picture, or why the picture could not be read.

    Args:
        size: (height, width) of the picture, which the project may not know yet.
        drafts: Of annotations.
        problem: Or None.
    """

    media: int
    frame: int
    size: tuple[int, int] = (0, 0)
    drafts: Sequence[Draft] = ()
    problem: MediaError | None = None


def found_in(media: Media, frame: int, size: tuple[int, int], results: Sequence[Result]) -> Found:
    """Return what results say, ready to be put into a project; the heavy part, for the worker."""
    return Found(media.id, frame, size, drafts(results))


def take_in(project: ProjectFile, found: Sequence[Found], origin: Origin, rules: Rules) -> tuple[ChangeSet, Ingested]:
    """Return the change that puts pictures into a project as it is now, and the sum of what happened.

    The caller is in a transaction, so that nobody changes it before the change is committed.
    """
    categories = {c.id: c for c in project.categories()}
    media = {m.id: m for m in project.media(sorted({f.media for f in found}))}
    done: list[Change] = []
    added = replaced = known = joined = 0
    notes: dict[str, None] = {}
    for f in found:
        if f.problem is not None:
            continue
        entry = media.get(f.media)
        if entry is None:
            continue
        part = ingest(
            f.drafts,
            media=entry,
            frame=f.frame,
            existing=project.annotations(f.media, f.frame),
            categories=list(categories.values()),
            origin=origin,
            new_ids=project.new_ids,
            rules=rules,
        )
        for change in part.changes.changes:
            if isinstance(change.after, Category):
                categories[change.id] = change.after
            elif isinstance(change.after, Media):
                media[change.id] = change.after
        done += part.changes.changes
        added, replaced = added + part.added, replaced + part.replaced
        known, joined = known + part.known, joined + part.joined
        notes.update(dict.fromkeys(part.notes))
    step = ChangeSet((), f"Predict with {origin.model}").then(ChangeSet(tuple(done)))
    return step, Ingested(step, added, replaced, known, joined, tuple(notes))


def note_files(project: ProjectFile, found: Sequence[Found]) -> None:
    """Store what reading the pictures has told: sizes, or what is wrong; it is no step of the history."""
    news: list[tuple[Row, Row]] = []
    told = {f.media: f for f in found}
    for m in project.media(sorted(told)):
        (height, width), problem = told[m.id].size, told[m.id].problem
        if problem is not None:
            reason = " ".join(part for part in (problem.message, problem.remedy) if part)
            news.append((m, msgspec.structs.replace(m, status=problem.status, reason=reason)))
        elif (m.width, m.height) != (width, height) or m.status != "ok":
            reason = m.reason if m.status == "ok" else ""
            news.append((m, msgspec.structs.replace(m, width=width, height=height, status="ok", reason=reason)))
    project.commit_to_run(changes.replace(news))


@dataclass
class Written:
    """What a writer has stored so far.

    Args:
        run: The run, None before anything was stored.
    """

    run: int | None = None
    pictures: int = 0
    added: int = 0
    replaced: int = 0
    known: int = 0
    joined: int = 0
    notes: dict[str, None] = field(default_factory=dict)


class Writer:
    """Stores what a batch job finds as one run, in a thread of its own.

    Args:
        project: Where to.
        commit: How to get to the thread that may change it.
        label: Of the run.
        card: Of the model, for the annotations' origin.
        rules: Of ingest.
        token: Of the job.
    """

    def __init__(
        self,
        project: ProjectFile,
        commit: Commit,
        label: str,
        card: Any,
        rules: Rules,
        token: CancelToken,
    ) -> None:
        self.written = Written()
        self._project = project
        self._commit = commit
        self._label = label
        self._origin = Origin("model", card.name, card.digest)
        self._rules = rules
        self._closing = lambda: token.reason == CLOSING
        self._queue: queue.SimpleQueue[Callable[[], Found] | None] = queue.SimpleQueue()
        self._room = threading.Semaphore(BACKLOG)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._loop, name="segstudio writer", daemon=True)
        self._thread.start()

    def put(self, make: Callable[[], Found], timeout: float = 0.02) -> bool:
        """Hand in a picture, as a function that is called in the writer's thread; return False where too many wait.

        Raises:
            SegstudioError: An earlier picture could not be stored.
        """
        self._raise()
        if not self._room.acquire(timeout=timeout):
            return False
        self._queue.put(make)
        return True

    def close(self) -> None:
        """Store what waits and close the run; it becomes one undo step.

        Raises:
            SegstudioError: Something could not be stored.
        """
        self._queue.put(None)
        self._thread.join()
        if self.written.run is not None:
            hand_over(self._commit, self._end, self._closing)
        self._raise()

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _end(self) -> None:
        if self.written.run is not None:
            self._project.end_run(self.written.run)

    def _loop(self) -> None:
        more = True
        while more:
            found: list[Found] = []
            taken = 0
            try:
                while more and (not taken or not self._enough(found)):
                    make = self._queue.get()
                    more = make is not None
                    taken += more
                    if make is not None and self._error is None:
                        found.append(make())
                if found:
                    hand_over(self._commit, lambda found=found: self._store(found), self._closing)
            except BaseException as error:
                self._error = error
            for _ in range(taken):
                self._room.release()

    def _enough(self, found: Sequence[Found]) -> bool:
        objects = sum(len(f.drafts) for f in found)
        return self._queue.empty() or len(found) >= _GROUP or objects >= _GROUP_OBJECTS

    def _store(self, found: Sequence[Found]) -> None:
        project, written, run = self._project, self.written, self.written.run
        with project.transaction():
            note_files(project, found)
            if run is None and any(f.problem is None for f in found):
                run = project.begin_run("predict", self._label, model=self._origin.model, weights=self._origin.weights)
            origin = msgspec.structs.replace(self._origin, run=run)
            step, sums = take_in(project, found, origin, self._rules)
            project.commit_to_run(step, run=run)
        written.run = run
        written.pictures += sum(f.problem is None for f in found)
        written.added += sums.added
        written.replaced += sums.replaced
        written.known += sums.known
        written.joined += sums.joined
        written.notes.update(dict.fromkeys(sums.notes))

"""A job: what it is called, how far it is, and the token that stops it."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from segstudio.core.errors import Cancelled, SegstudioError
from segstudio.core.events import Channel, T

log = logging.getLogger(__name__)

Kind = Literal["interactive", "batch"]
State = Literal["queued", "running", "paused", "done", "failed", "cancelled"]
ENDED = frozenset({"done", "failed", "cancelled"})

_numbers = itertools.count(1)
SUPERSEDED, STALE, CLOSING = "superseded by a newer request", "out of date", "closing"
_PUBLISH_EVERY = 0.05  # seconds between two progress events of one job
_WINDOW = 32  # steps that the rate is measured over


class SafeChannel(Channel[T]):
    """A channel whose subscribers can't hurt the publisher or each other: what they raise is logged."""

    def publish(self, event: T) -> None:
        for call in tuple(self._subscribers):
            try:
                call(event)
            except Exception:
                log.exception("A listener failed on %r", event)


class CancelToken:
    """A flag that work looks at between frames, tiles and stages."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.reason = ""

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def cancel(self, reason: str = "cancelled") -> None:
        """Ask the work to stop; the first reason stays."""
        if not self._event.is_set():
            self.reason = reason
            self._event.set()

    def check(self) -> None:
        """Return, or stop the work.

        Raises:
            Cancelled: Someone asked for it.
        """
        if self._event.is_set():
            raise Cancelled(self.reason)


@dataclass(frozen=True)
class Progress:
    """How far a job is.

    Args:
        done: Finished steps (pictures, bytes).
        total: Of so many; 0 while unknown.
        rate: Steps a second of the last steps, pauses left out; 0 while unknown.
        eta: Seconds left, or None while unknown.
        stage: What is being worked on, in words; may be empty.
    """

    done: int = 0
    total: int = 0
    rate: float = 0.0
    eta: float | None = None
    stage: str = ""


@dataclass(frozen=True)
class StateChanged:
    """A job was queued, started, paused, resumed or ended."""

    job: Job
    state: State


@dataclass(frozen=True)
class Progressed:
    """A job came further."""

    job: Job
    progress: Progress


@dataclass(frozen=True)
class Noted:
    """A job had to do something that the person should know: halve the batch, go to the CPU."""

    job: Job
    note: str


Event = StateChanged | Progressed | Noted
Publish = Callable[[Event], object]


class _Pace:
    """Measures the rate of the last steps on a clock that stands still in pauses."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._paused_at: float | None = None
        self._lost = 0.0
        self._marks: deque[tuple[float, int]] = deque(maxlen=_WINDOW)

    def pause(self) -> None:
        self._paused_at = self._clock()

    def resume(self) -> None:
        if self._paused_at is not None:
            self._lost += self._clock() - self._paused_at
            self._paused_at = None

    def mark(self, done: int) -> float:
        """Note that `done` steps are finished and return the rate."""
        now = self._clock() - self._lost
        if self._marks and done < self._marks[-1][1]:
            self._marks.clear()
        self._marks.append((now, done))
        first, start = self._marks[0]
        return (done - start) / (now - first) if now > first and done > start else 0.0


@dataclass(eq=False)
class Job:
    """One piece of work in a lane of the runner.

    Made by `Runner.submit`. `state`, `progress`, `result` and `error` may be read from any thread; all events are
    published in the thread that caused them, mostly the worker's.

    Args:
        title: What a person sees: "Predict 12 pictures with starter-instances".
        kind: "interactive" jobs overtake "batch" jobs at frame borders.
        lane: The device it runs on, or the name of another lane.
        slot: Of several interactive jobs with the same non-empty slot only the newest counts.
        publish: Where its events go.
    """

    title: str
    kind: Kind
    lane: str
    slot: str = ""
    publish: Publish = lambda _: None
    clock: Callable[[], float] = time.monotonic
    id: int = field(default_factory=lambda: next(_numbers))
    state: State = "queued"
    progress: Progress = Progress()
    result: Any = None
    error: SegstudioError | None = None
    notes: tuple[str, ...] = ()
    token: CancelToken = field(default_factory=CancelToken)

    def __post_init__(self) -> None:
        self.wake: Callable[[], None] = lambda: None
        self.fresh: Callable[[], bool] = lambda: True
        self.pausing = False
        self._pace = _Pace(self.clock)
        self._ended = threading.Event()
        self._published = -1.0
        self._lock = threading.Lock()

    def cancel(self, reason: str = "cancelled") -> None:
        """Ask the job to stop at the next border; what it has finished stays."""
        self.token.cancel(reason)
        self.wake()

    def pause(self) -> None:
        """Hold a batch job at the next frame border, interactive work goes on. Other jobs can't be paused."""
        if self.kind == "batch" and self.state not in ENDED:
            self.pausing = True
            self.wake()

    def resume(self) -> None:
        """Go on after `pause`."""
        self.pausing = False
        self.wake()

    def check(self) -> None:
        """Stop here if the job was cancelled or is out of date.

        Raises:
            Cancelled: It is.
        """
        self.token.check()
        if not self.fresh():
            self.token.cancel(STALE)
            self.token.check()

    def report(self, done: int, total: int, stage: str = "") -> None:
        """Say how far the work is; at most one event each 50 ms, and always one for the last step."""
        rate = self._pace.mark(done)
        eta = (total - done) / rate if rate > 0 and total else None
        self.progress = Progress(done, total, rate, eta, stage)
        now = self.clock()
        if now - self._published >= _PUBLISH_EVERY or (total and done >= total):
            self._published = now
            self.publish(Progressed(self, self.progress))

    def note(self, text: str) -> None:
        """Record something that the person should know."""
        self.notes = (*self.notes, text)
        self.publish(Noted(self, text))

    def enter(self, state: State) -> None:
        """Change the state, once into an end state, and tell the listeners."""
        with self._lock:
            if self.state == state or self.state in ENDED:
                return
            if state == "paused":
                self._pace.pause()
            elif self.state == "paused":
                self._pace.resume()
            self.state = state
        self.publish(StateChanged(self, state))

    def finish(self) -> None:
        """Let those who wait for the end go on."""
        self._ended.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the job has ended; return False where the time was over before."""
        return self._ended.wait(timeout)

    def outcome(self, timeout: float | None = None) -> Any:
        """Wait for the end and return the result.

        Raises:
            SegstudioError: The job failed.
            Cancelled: It was cancelled, replaced by a newer one, or stale.
            TimeoutError: It has not ended in time.
        """
        if not self.wait(timeout):
            raise TimeoutError(f"{self.title} has not ended in {timeout} s")
        if self.error is not None:
            raise self.error
        if self.state == "cancelled":
            raise Cancelled(self.token.reason)
        return self.result

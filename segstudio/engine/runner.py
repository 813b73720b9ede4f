"""One worker thread and one queue a device: work on a device is serial anyway.

Work is a function of its job. One that returns a generator is a chain of steps: between two of them interactive jobs
overtake, and the job can be paused or cancelled.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from inspect import isgenerator
from typing import Any, cast

from segstudio.core.errors import Cancelled, SegstudioError
from segstudio.engine.job import CLOSING, ENDED, SUPERSEDED, Event, Job, Kind, SafeChannel, State, StateChanged

log = logging.getLogger(__name__)

Work = Callable[[Job], Any]


class _Task:
    """A job with what it does."""

    def __init__(self, job: Job, work: Work, on_end: Callable[[Job], object] | None) -> None:
        self.job = job
        self.work = work
        self.on_end = on_end
        self.steps: Generator[Any, None, Any] | None = None

    def step(self) -> bool:
        """Do the next part; return True when the job has ended. Nothing that the work raises comes out."""
        try:
            if not self._advance():
                return False
            self._end("done")
        except Cancelled:
            self._stop("cancelled")
        except BaseException as error:
            self.job.error = explain(error, self.job.title)
            self._stop("failed")
        return True

    def _advance(self) -> bool:
        job = self.job
        job.check()
        job.enter("running")
        if self.steps is not None:
            try:
                next(self.steps)
                return False
            except StopIteration as stop:
                made = stop.value
        else:
            made = self.work(job)
            if isgenerator(made):
                self.steps = cast("Generator[Any, None, Any]", made)
                return False
        if job.kind == "interactive":
            job.check()
        job.result = made
        return True

    def _stop(self, state: State) -> None:
        try:
            if self.steps is not None:
                self.steps.close()
        except BaseException as error:
            self.job.error = explain(error, self.job.title)
            state = "failed"
        self._end(state)

    def _end(self, state: State) -> None:
        self.job.enter(state)
        if self.on_end is not None:
            try:
                self.on_end(self.job)
            except Exception:
                log.exception("The callback of %s failed", self.job.title)
        self.job.finish()


class _Lane:
    """A queue and the thread that works on it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._changed = threading.Condition()
        self._interactive: deque[_Task] = deque()
        self._batch: deque[_Task] = deque()
        self._current: _Task | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._loop, name=f"segstudio {name}", daemon=True)
        self._thread.start()

    def put(self, task: _Task) -> None:
        with self._changed:
            if self._closing:
                task.job.token.cancel(CLOSING)
            if task.job.slot:
                for other in (*self._interactive, *([self._current] if self._current else [])):
                    if other.job.slot == task.job.slot:
                        other.job.token.cancel(SUPERSEDED)
            self._queue(task).append(task)
            self._changed.notify_all()

    def wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closing = True
            for task in (*self._interactive, *self._batch, *([self._current] if self._current else [])):
                task.job.token.cancel(CLOSING)
            self._changed.notify_all()

    def join(self, timeout: float) -> bool:
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _loop(self) -> None:
        while (task := self._take()) is not None:
            ended = task.step()
            with self._changed:
                self._current = None
                if not ended:
                    # A job that goes on keeps its place: others of its kind wait until it has ended.
                    self._queue(task).appendleft(task)

    def _take(self) -> _Task | None:
        while True:
            with self._changed:
                waiting = [*self._interactive, *self._batch]
                ready = [t for t in waiting if not t.job.pausing or t.job.token.cancelled]
                held = [t.job for t in waiting if t.job.pausing and t.job.state != "paused" and t not in ready]
                if ready:
                    self._current = ready[0]
                    self._queue(ready[0]).remove(ready[0])
                elif not held:
                    if self._closing:
                        return None
                    self._changed.wait()
            # Told outside the lock: a listener may come back with a new job.
            for job in held:
                job.enter("paused")
            if ready:
                return ready[0]

    def _queue(self, task: _Task) -> deque[_Task]:
        return self._interactive if task.job.kind == "interactive" else self._batch


class Runner:
    """Runs jobs in lanes.

    Args:
        decoders: Threads of the pool that reads pictures ahead.
    """

    def __init__(self, decoders: int = 2) -> None:
        self.events: SafeChannel[Event] = SafeChannel()
        self.pool = ThreadPoolExecutor(decoders, thread_name_prefix="segstudio decode")
        self._lock = threading.Lock()
        self._lanes: dict[str, _Lane] = {}
        self._jobs: dict[int, Job] = {}
        self._closed = False

    def submit(
        self,
        work: Work,
        *,
        title: str,
        lane: str,
        kind: Kind = "interactive",
        slot: str = "",
        revision: Callable[[], object] | None = None,
        on_end: Callable[[Job], object] | None = None,
    ) -> Job:
        """Queue work and return its job.

        Args:
            work: Called with the job in the lane's thread. It returns the result, or a generator that yields at frame
                borders and returns the result.
            title: What a person sees.
            lane: The device ("cpu", "cuda:0") or another lane ("net").
            kind: "interactive" overtakes "batch" at frame borders.
            slot: A newer job with the same slot in the lane cancels the older ones.
            revision: Asked now, at each `Job.check` and before the result is delivered; when the answer differs from
                the first one the job is out of date and is dropped.
            on_end: Called once with the job when it has ended, however it ended, in the lane's thread.
        """
        job = Job(title, kind, lane, slot, self.events.publish)
        if revision is not None:
            wanted = revision()
            job.fresh = lambda: revision() == wanted
        with self._lock:
            if self._closed:
                raise SegstudioError("The engine is closed.")
            found = self._lanes.get(lane)
            if found is None:
                found = self._lanes[lane] = _Lane(lane)
            self._jobs = {k: j for k, j in self._jobs.items() if j.state not in ENDED}
            self._jobs[job.id] = job
        job.wake = found.wake
        job.publish(StateChanged(job, "queued"))
        found.put(_Task(job, work, on_end))
        return job

    def jobs(self) -> list[Job]:
        """Return the jobs that have not ended, oldest first."""
        with self._lock:
            return [j for j in self._jobs.values() if j.state not in ENDED]

    def close(self, timeout: float = 10.0, pump: Callable[[], object] | None = None) -> bool:
        """Cancel everything and wait for the threads; return whether all of them stopped in time.

        Args:
            timeout: Seconds to wait. A thread that is in a model call for longer is left behind.
            pump: Called while waiting, for a caller whose own thread has to run what the jobs hand to it.
        """
        with self._lock:
            self._closed = True
            lanes = list(self._lanes.values())
        for lane in lanes:
            lane.close()
        end = time.monotonic() + timeout
        while lanes and time.monotonic() < end:
            if pump is not None:
                pump()
            lanes = [lane for lane in lanes if not lane.join(0.01)]
        # Only now: a job that is being stopped may still ask for a picture.
        self.pool.shutdown(wait=False, cancel_futures=True)
        return not lanes


def explain(error: BaseException, title: str) -> SegstudioError:
    """Return an error that a person can act on; the traceback goes to the log."""
    if isinstance(error, SegstudioError):
        return error
    log.error("%s failed", title, exc_info=error)
    what = str(error).strip().splitlines()
    wrapped = SegstudioError(
        f"{title}: unexpected {type(error).__name__}{': ' + what[0] if what else ''}.",
        remedy="What was finished is kept. Please report it with the log.",
    )
    wrapped.__cause__ = error
    return wrapped

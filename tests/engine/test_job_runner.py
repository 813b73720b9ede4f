"""Lanes, jobs and what happens to them: order, pauses, ends and failures."""

from __future__ import annotations

import threading
import time

import pytest

from segstudio.core.errors import Cancelled, InputError, SegstudioError
from segstudio.engine.job import STALE, SUPERSEDED, Job, Progressed, StateChanged
from segstudio.engine.runner import Runner

WAIT = 100.0


@pytest.fixture
def runner():
    made = Runner()
    yield made
    assert made.close()


class Steps:
    """A batch work of `count` steps, each released by hand."""

    def __init__(self, count: int, log: list) -> None:
        self.count, self.log = count, log
        self.at = threading.Semaphore(0)
        self.gate = threading.Semaphore(0)
        self.closed = threading.Event()

    def __call__(self, job: Job):
        try:
            for i in range(self.count):
                self.at.release()
                assert self.gate.acquire(timeout=WAIT)
                self.log.append(("batch", i))
                job.report(i + 1, self.count)
                yield
            return "all"
        finally:
            self.closed.set()


def test_results_and_states_reach_the_caller(runner):
    seen = []
    runner.events.subscribe(lambda e: seen.append(e.state) if isinstance(e, StateChanged) else None)
    ends = []
    job = runner.submit(lambda job: 6 * 7, title="Count", lane="cpu", on_end=ends.append)
    assert job.outcome(WAIT) == 42
    assert seen == ["queued", "running", "done"]
    assert ends == [job]


def test_work_runs_in_the_thread_of_its_lane(runner):
    def ask(_: Job) -> str:
        return threading.current_thread().name

    names = [runner.submit(ask, title="Ask", lane=lane).outcome(WAIT) for lane in ("cpu", "cpu", "cuda:0")]
    assert names == ["segstudio cpu", "segstudio cpu", "segstudio cuda:0"]


def test_an_interactive_job_overtakes_a_batch_job_at_a_frame_border(runner):
    log: list = []
    steps = Steps(3, log)
    batch = runner.submit(steps, title="Many", lane="cpu", kind="batch")
    assert steps.at.acquire(timeout=WAIT)
    quick = runner.submit(lambda job: log.append("quick"), title="One", lane="cpu")
    steps.gate.release(3)
    quick.outcome(WAIT)
    assert batch.outcome(WAIT) == "all"
    assert log == [("batch", 0), "quick", ("batch", 1), ("batch", 2)]


def test_batch_jobs_run_one_after_the_other(runner):
    log: list = []
    first, second = Steps(2, log), Steps(2, log)
    jobs = [runner.submit(s, title="Many", lane="cpu", kind="batch") for s in (first, second)]
    first.gate.release(2)
    jobs[0].outcome(WAIT)
    second.gate.release(2)
    jobs[1].outcome(WAIT)
    assert log == [("batch", 0), ("batch", 1)] * 2


def test_the_newest_request_of_a_slot_wins(runner):
    hold, started = threading.Event(), threading.Event()
    done: list = []

    def slow(job: Job):
        started.set()
        assert hold.wait(WAIT)
        return "old"

    running = runner.submit(slow, title="0", lane="cpu", slot="live", on_end=done.append)
    assert started.wait(WAIT)
    waiting = [runner.submit(lambda job: done.append("late"), title=str(i), lane="cpu", slot="live") for i in range(5)]
    newest = runner.submit(lambda job: "new", title="6", lane="cpu", slot="live")
    other = runner.submit(lambda job: "other", title="7", lane="cpu", slot="elsewhere")
    hold.set()
    assert newest.outcome(WAIT) == "new"
    assert other.outcome(WAIT) == "other"
    assert "late" not in done
    for job in (running, *waiting):
        assert job.wait(WAIT)
        assert (job.state, job.result, job.token.reason) == ("cancelled", None, SUPERSEDED)


def test_a_result_that_is_out_of_date_is_dropped(runner):
    now = [1]

    def change(_: Job) -> str:
        now[0] += 1
        return "old"

    job = runner.submit(change, title="One", lane="cpu", revision=lambda: now[0])
    with pytest.raises(Cancelled, match=STALE):
        job.outcome(WAIT)
    assert job.result is None
    assert runner.submit(lambda job: "new", title="One", lane="cpu", revision=lambda: now[0]).outcome(WAIT) == "new"


def test_a_job_that_is_out_of_date_before_it_starts_never_runs(runner):
    hold, ran = threading.Event(), []
    runner.submit(lambda job: hold.wait(WAIT), title="Block", lane="cpu")
    now = [1]
    job = runner.submit(lambda job: ran.append(1), title="One", lane="cpu", revision=lambda: now[0])
    now[0] = 2
    hold.set()
    assert job.wait(WAIT)
    assert (job.state, ran) == ("cancelled", [])


def test_cancelling_ends_a_batch_job_at_the_next_border_and_cleans_up(runner):
    log: list = []
    steps = Steps(10, log)
    job = runner.submit(steps, title="Many", lane="cpu", kind="batch")
    assert steps.at.acquire(timeout=WAIT)
    job.cancel()
    steps.gate.release(10)
    assert job.wait(WAIT)
    assert log == [("batch", 0)]
    assert (job.state, steps.closed.is_set()) == ("cancelled", True)
    with pytest.raises(Cancelled):
        job.outcome()


def test_cancelling_ends_work_between_its_stages(runner):
    started = threading.Event()

    def stages(job: Job) -> None:
        started.set()
        while True:
            job.check()
            time.sleep(0.001)

    job = runner.submit(stages, title="Tiles", lane="cpu")
    assert started.wait(WAIT)
    job.cancel()
    assert job.wait(WAIT)
    assert job.state == "cancelled"


def test_a_queued_job_that_is_cancelled_never_runs(runner):
    hold, ran = threading.Event(), []
    runner.submit(lambda job: hold.wait(WAIT), title="Block", lane="cpu")
    job = runner.submit(lambda job: ran.append(1), title="Late", lane="cpu")
    job.cancel()
    hold.set()
    assert job.wait(WAIT)
    assert ran == []


def test_a_paused_job_waits_while_others_go_on(runner):
    log: list = []
    steps = Steps(3, log)
    paused = threading.Event()
    runner.events.subscribe(lambda e: paused.set() if isinstance(e, StateChanged) and e.state == "paused" else None)
    job = runner.submit(steps, title="Many", lane="cpu", kind="batch")
    assert steps.at.acquire(timeout=WAIT)
    job.pause()
    steps.gate.release(3)
    assert paused.wait(WAIT)
    assert runner.submit(lambda job: "quick", title="One", lane="cpu").outcome(WAIT) == "quick"
    other = Steps(1, log)
    other.gate.release()
    assert runner.submit(other, title="Other", lane="cpu", kind="batch").outcome(WAIT) == "all"
    assert job.state == "paused"
    assert log == [("batch", 0), ("batch", 0)]
    job.resume()
    assert job.outcome(WAIT) == "all"


def test_a_paused_job_can_be_cancelled(runner):
    steps = Steps(3, [])
    job = runner.submit(steps, title="Many", lane="cpu", kind="batch")
    assert steps.at.acquire(timeout=WAIT)
    job.pause()
    steps.gate.release()
    job.cancel()
    assert job.wait(WAIT)
    assert (job.state, steps.closed.is_set()) == ("cancelled", True)


@pytest.mark.parametrize("error", [ValueError("odd"), SystemExit(3), KeyboardInterrupt()])
def test_a_failure_is_told_and_the_worker_lives_on(runner, error):
    def fail(_: Job) -> None:
        raise error

    job = runner.submit(fail, title="Break", lane="cpu")
    with pytest.raises(SegstudioError, match=f"Break: unexpected {type(error).__name__}") as caught:
        job.outcome(WAIT)
    assert caught.value.__cause__ is error
    assert caught.value.remedy
    assert job.state == "failed"
    assert runner.submit(lambda job: 1, title="Next", lane="cpu").outcome(WAIT) == 1


def test_an_error_for_people_stays_as_it_is(runner):
    error = InputError("This is no number.", path="a.txt", remedy="Write one.")

    def fail(_: Job):
        yield
        raise error

    job = runner.submit(fail, title="Read", lane="cpu", kind="batch")
    assert job.wait(WAIT)
    assert job.error is error


def test_a_failing_clean_up_fails_the_job(runner):
    started = threading.Event()

    def work(_: Job):
        try:
            while True:
                started.set()
                yield
        finally:
            raise InputError("The disk is full.")

    job = runner.submit(work, title="Write", lane="cpu", kind="batch")
    assert started.wait(WAIT)
    job.cancel()
    with pytest.raises(InputError, match="disk"):
        job.outcome(WAIT)
    assert job.state == "failed"


def test_listeners_and_callbacks_that_raise_hurt_nobody(runner, caplog):
    seen = []

    def bad(_: object) -> None:
        raise RuntimeError("listener")

    runner.events.subscribe(bad)
    runner.events.subscribe(seen.append)
    assert runner.submit(lambda job: 1, title="One", lane="cpu", on_end=bad).outcome(WAIT) == 1
    assert runner.submit(lambda job: 2, title="Two", lane="cpu").outcome(WAIT) == 2
    assert len(seen) == 6
    assert "A listener failed" in caplog.text
    assert "The callback of One failed" in caplog.text


def test_a_listener_may_ask_for_more_work(runner):
    more = []

    def again(event) -> None:
        if isinstance(event, StateChanged) and event.state == "paused":
            more.append(runner.submit(lambda job: "more", title="More", lane="cpu"))

    runner.events.subscribe(again)
    steps = Steps(2, [])
    job = runner.submit(steps, title="Many", lane="cpu", kind="batch")
    assert steps.at.acquire(timeout=WAIT)
    job.pause()
    steps.gate.release(2)
    while not more:
        time.sleep(0.001)
    assert more[0].outcome(WAIT) == "more"
    job.resume()
    assert job.outcome(WAIT) == "all"


def test_closing_cancels_everything_and_refuses_more():
    runner = Runner()
    steps = Steps(100, [])
    job = runner.submit(steps, title="Many", lane="cpu", kind="batch")
    assert steps.at.acquire(timeout=WAIT)
    queued = [runner.submit(lambda job: 1, title="One", lane=lane) for lane in ("cpu", "cpu")]
    paused = runner.submit(Steps(2, []), title="Paused", lane="cpu", kind="batch")
    paused.pause()
    pumped = []
    steps.gate.release(100)
    assert runner.close(pump=lambda: pumped.append(1))
    assert [j.state for j in (job, *queued, paused)] == ["cancelled"] * 4
    assert steps.closed.is_set()
    assert pumped
    with pytest.raises(SegstudioError, match="closed"):
        runner.submit(lambda job: 1, title="Late", lane="cpu")


def test_closing_leaves_a_stuck_thread_behind_in_time():
    runner = Runner()
    hold, started = threading.Event(), threading.Event()

    def stuck(_: Job) -> None:
        started.set()
        hold.wait(WAIT)

    job = runner.submit(stuck, title="Stuck", lane="cpu")
    assert started.wait(WAIT)
    assert not runner.close(timeout=0.1)
    hold.set()
    assert job.wait(WAIT)


def test_progress_has_a_rate_and_a_time_left_and_pauses_do_not_count():
    now = [0.0]
    told = []
    job = Job("Many", "batch", "cpu", publish=told.append, clock=lambda: now[0])
    job.enter("running")
    for i in range(5):
        now[0] += 2.0
        job.report(i + 1, 10)
    assert job.progress.rate == pytest.approx(0.5)
    assert job.progress.eta == pytest.approx(10.0)
    job.enter("paused")
    now[0] += 1000.0
    job.enter("running")
    now[0] += 2.0
    job.report(6, 10)
    assert job.progress.rate == pytest.approx(0.5)
    assert job.progress.eta == pytest.approx(8.0)


def test_progress_events_are_few_but_the_last_one_always_comes():
    now = [0.0]
    told = []
    job = Job("Many", "batch", "cpu", publish=told.append, clock=lambda: now[0])
    for i in range(1000):
        now[0] += 0.001
        job.report(i + 1, 1000)
    progress = [e.progress for e in told if isinstance(e, Progressed)]
    assert 15 <= len(progress) <= 25
    assert progress[-1].done == 1000


def test_jobs_lists_what_has_not_ended(runner):
    hold = threading.Event()
    job = runner.submit(lambda job: hold.wait(WAIT), title="Block", lane="cpu")
    assert runner.jobs() == [job]
    hold.set()
    job.wait(WAIT)
    assert runner.jobs() == []


def test_waiting_too_short_says_so(runner):
    hold = threading.Event()
    job = runner.submit(lambda job: hold.wait(WAIT), title="Block", lane="cpu")
    with pytest.raises(TimeoutError):
        job.outcome(0.01)
    hold.set()

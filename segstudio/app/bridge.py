"""The engine, as the window sees it: jobs run in worker threads, what they tell arrives in the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QObject, Signal

from segstudio.app.i18n import later, tr
from segstudio.app.prompting import Prompting
from segstudio.app.session import Session
from segstudio.core.errors import InputError, SegstudioError
from segstudio.core.panoptic_merge import PUBLISHED

if TYPE_CHECKING:
    from segstudio.engine.engine import Engine
    from segstudio.engine.given import Within
    from segstudio.engine.job import Event, Job

ENDED = ("done", "failed", "cancelled")
# Tasks whose results are corrected in a mode of their own, of the same name.
OWN_MODE = ("panoptic", "densepose")
# The hint of the first minute: what comes after a prediction.
CORRECT = later("Click an object to correct it · Enter accepts · Backspace rejects · Ctrl+Shift+E exports")


class Bridge(QObject):
    """Starts jobs for the session and relays what becomes of them.

    Args:
        session: Whose project and picture the jobs are about.
        make_engine: Makes the engine when it is first needed.

    Attributes:
        run: The last run over many pictures, None before the first.
        one: The last prediction of a single picture.
        fetching: The last fetch of weights.
        looking: The last look inside a model.
        prompts: Asks models that cut out what is pointed at.
        device: Where models run: "auto" is the first graphics card, else the CPU.
        merge: What is left out where a model's instances and stuff become one map.

    Signals:
        changed: A job of these came further, or ended.
        fetched: Weights have arrived.
        predicted: (Prediction) a picture has been predicted.
    """

    changed = Signal()
    fetched = Signal()
    predicted = Signal(object)
    _event = Signal(object)
    _ended = Signal(object, object)
    _handed = Signal(object)

    def __init__(self, session: Session, make_engine: Callable[[], Engine]) -> None:
        super().__init__(session)
        self._session = session
        self._make_engine = make_engine
        self._engine: Engine | None = None
        self.run: Job | None = None
        self.one: Job | None = None
        self.fetching: Job | None = None
        self.looking: Job | None = None
        self.device = "auto"
        self.merge = PUBLISHED
        self.split_things = self.multi_scale = False
        self.prompts = Prompting(session, self)
        # Workers emit; Qt carries it over to the thread of this object.
        self._event.connect(self._on_event)
        self._ended.connect(lambda call, job: call(job))
        self._handed.connect(self._do)

    @property
    def engine(self) -> Engine:
        """The engine; making it loads no torch."""
        if self._engine is None:
            self._engine = self._make_engine()
            self._engine.events.subscribe(self._event.emit)
        return self._engine

    def running(self) -> Job | None:
        """Return the run that goes on, or None."""
        return self.run if self.run is not None and self.run.state not in ENDED else None

    def predict_one(self, model: str, within: Within | None = None) -> None:
        """Predict the current picture or frame, in the boxes of some of its objects where that is wanted."""
        session = self._session
        if session.project is None or session.media is None:
            return
        picture = session.picture
        # One that is read by regions is decoded by the job.
        rgb = picture.rgb if picture is not None and not picture.divided else None
        end = self._on_end(lambda job: self._on_predicted(job, model))
        project, media, frame, device = session.project, session.media, session.frame, self.device
        self._start(
            "one",
            lambda: self.engine.predict_one(
                project,
                media,
                model,
                frame=frame,
                rgb=rgb,
                device=device,
                options=self._options(model),
                **self._into(within),
                on_end=end,
            ),
        )

    def predict_all(self, model: str, within: Within | None = None) -> None:
        """Predict all pictures of the project as one run, in the boxes of their objects where that is wanted."""
        project = self._session.project
        if project is not None and self.running() is None:
            end = self._on_end(self._on_run)
            device = self.device
            self._start(
                "run",
                lambda: self.engine.predict_many(
                    project, None, model, device=device, options=self._options(model), **self._into(within), on_end=end
                ),
            )

    def _into(self, within: Within | None) -> dict[str, Any]:
        """Return how predictions are taken in: with boxes they change objects that a person may be editing.

        Those changes are made in this thread, so that the person's next edit knows of them.
        """
        from segstudio.engine.ingest import DEFAULT, Rules

        return {"rules": DEFAULT} if within is None else {"rules": Rules(within=within), "commit": self._handed.emit}

    def _do(self, work: Callable[[], None]) -> None:
        work()

    def look_inside(self, model: str, then: Callable[[Job], object]) -> None:
        """Look inside a model while it looks at the current picture; `then` gets the job when it has ended."""
        picture = self._session.picture
        if picture is not None:
            end = self._on_end(then)
            self._start("looking", lambda: self.engine.look(model, lambda: picture.rgb, device=self.device, on_end=end))

    def _options(self, model: str) -> Any:
        """Return options that store predictions below the shown threshold too: the slider then has some to show."""
        from segstudio.zoo import Options

        card = self.engine.catalog.get(model)
        # In a panoptic map a pixel has one segment: an object that takes part changes the others.
        threshold = None if card.task == "panoptic" else card.default_threshold / 2
        split, scales = self.split_things, self.multi_scale
        return Options(threshold=threshold, merge=self.merge, split_things=split, multi_scale=scales)

    def fetch(self, models: list[str]) -> None:
        """Fetch weights."""
        if self.fetching is None or self.fetching.state in ENDED:
            self._start("fetching", lambda: self.engine.fetch(models, on_end=self._on_end(self._on_fetched)))

    def add_weights(self, model: str, path: str) -> None:
        """Check a weights file that was brought by hand and put it where the model looks for it."""
        from pathlib import Path

        from segstudio.zoo.weights import bring

        engine = self.engine
        parts = engine.catalog.parts(engine.catalog.get(model))

        def added(job: Job) -> None:
            for part in parts:
                engine.cache.drop(part.name)
            if job.state == "done":
                self._session.said.emit(tr("{name} was checked and taken.", name=Path(path).name))
            self._on_fetched(job)

        self.work(f"Check {Path(path).name}", lambda _: bring(parts, path), added)

    def find_owner(self, path: str, then: Callable[[Any], object]) -> None:
        """Tell which model's weights a file is; `then` gets its card, or None for a file that no card knows.

        Of several cards the first counts. A file that is neither, nor a model by itself, is told as an error.
        """
        from pathlib import Path

        from segstudio.zoo import newcards, weights

        cards = list(self.engine.catalog)

        def find(_: object) -> object:
            found = next(iter(weights.owners(cards, path)), None)
            if found is None and Path(path).suffix.lower() not in newcards.BUILDERS:
                raise InputError(
                    "No model here has such weights, and a model of its own ends in .onnx, .pt2, .pt or .torchscript.",
                    path=path,
                    remedy="Weights that you trained belong to a card: open it and choose Add a Weights File.",
                )
            return found

        def found(job: Job) -> None:
            self._finish(job)
            if job.state == "done":
                then(job.result)

        self.work(f"Check {Path(path).name}", find, found)

    def work(self, title: str, work: Callable[[Job], object], then: Callable[[Job], object]) -> Job:
        """Run any work in a thread of its own and call `then` with its job in the GUI thread when it has ended."""
        return self.engine.runner.submit(work, title=title, lane="files", on_end=self._on_end(then))

    def discard(self) -> None:
        """Take the last run away, as an undoable step."""
        project = self._session.project
        last = self.last_run()
        if project is None or last is None:
            return
        report = self.run.result if self.run is not None else None
        try:
            if report is not None and report.run == last:
                self.engine.discard(project, report)
            else:
                project.discard_run(last)
        except SegstudioError as error:
            self._session.failed.emit(error)

    def last_run(self) -> int | None:
        """Return the newest finished prediction run that is not discarded."""
        project = self._session.project
        if project is None or self.running() is not None:
            return None
        return next((r.id for r in reversed(project.runs()) if r.kind == "predict" and r.state == "done"), None)

    def stop(self) -> None:
        """Cancel what runs and wait for it; what is finished is kept."""
        for job in (self.run, self.one, self.fetching, self.looking):
            if job is not None and job.state not in ENDED:
                job.cancel()
                while not job.wait(0.02):
                    QCoreApplication.processEvents()

    def close(self) -> None:
        """End the engine's threads."""
        if self._engine is not None:
            self._engine.close(pump=QCoreApplication.processEvents)

    def _start(self, place: str, make: Callable[[], Job]) -> None:
        try:
            setattr(self, place, make())
        except SegstudioError as error:
            self._session.failed.emit(error)
        self.changed.emit()

    def _on_end(self, call: Callable[[Job], object]) -> Callable[[Job], object]:
        return lambda job: self._ended.emit(call, job)

    def _on_event(self, event: Event) -> None:
        self.changed.emit()
        note: str = getattr(event, "note", "")
        if note:
            self._session.said.emit(note)

    def _on_predicted(self, job: Job, model: str) -> None:
        if job.state == "done":
            found: Any = job.result
            task, shown = self.engine.catalog.get(model).task, self._session.media
            here = shown is not None and (found.media.id, found.frame) == (shown.id, self._session.frame)
            # Who has gone on to another picture stays in the mode they are in.
            if task in OWN_MODE and here:
                self._session.view.set(mode=task)
            self._session.set_results(found.media.id, found.frame, found.shown)
            self.predicted.emit(found)
            n = found.ingested.added + found.ingested.joined if found.ingested is not None else 0
            text = tr("Nothing was found here.")
            if n or found.shown:
                text = tr("Found {n:,}.", n=n) + " " + tr(CORRECT)
            self._session.said.emit(text)
        self._finish(job)

    def _on_run(self, job: Job) -> None:
        report: Any = job.result
        if report is not None:
            text = tr(
                "Predicted {done:,} of {total:,}: {added:,} objects.",
                done=report.done, total=report.total, added=report.added + report.joined,
            )  # fmt: skip
            if report.without:
                text += " " + tr("{n:,} have no box to look in.", n=report.without)
            if report.skipped:
                told = tr("{n:,} could not be read or predicted; the file list says why.", n=len(report.skipped))
                text += f" {told}"
            self._session.said.emit(f"{text} {tr(CORRECT)}")
        self._finish(job)

    def _on_fetched(self, job: Job) -> None:
        self._finish(job)
        self.fetched.emit()

    def _finish(self, job: Job) -> None:
        if job.state == "failed" and job.error is not None:
            self._session.failed.emit(job.error)
        self.changed.emit()

"""The engine: what the window and the command line ask for predictions. No Qt; torch loads with the first model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from segstudio.core.errors import InputError
from segstudio.core.media import Media
from segstudio.core.results import Result
from segstudio.engine import device as devices
from segstudio.engine import given
from segstudio.engine.cache import PredictorCache
from segstudio.engine.ingest import DEFAULT, Rules
from segstudio.engine.job import Event, Job, SafeChannel
from segstudio.engine.ladder import Ladder, Plan
from segstudio.engine.looking import Look, Read, look
from segstudio.engine.pipeline import BatchRun, Item, Reader, Report
from segstudio.engine.prompting import Prompter
from segstudio.engine.runner import Runner
from segstudio.engine.single import Prediction as Prediction
from segstudio.engine.single import SingleRun
from segstudio.engine.writer import Commit, at_once

if TYPE_CHECKING:
    from segstudio.store import ProjectFile

OnEnd = Callable[[Job], object]
Revision = Callable[[], object]


class Engine:
    """Runs models in worker threads.

    Every method returns at once with a job, and may be called from any thread. Callbacks and events come in a worker's
    thread.

    Args:
        catalog: `zoo.Catalog`; by default the one of this machine.
        load: Makes a predictor of (card, device); by default `zoo.load`.
        decoders: Threads that read pictures ahead.
        budget: Bytes that loaded models may take on a device; by default half of what it has.

    Attributes:
        prompter: Answers prompts.
    """

    def __init__(
        self,
        catalog: Any = None,
        *,
        load: Callable[[Any, str], Any] | None = None,
        decoders: int = 2,
        budget: int | None = None,
    ) -> None:
        self._catalog = catalog
        self.runner = Runner(decoders)
        self.cache = PredictorCache(load or _zoo_load, budget)
        self.prompter = Prompter(self.runner, self.cache, lambda: self.catalog, self.device, self._lane)
        self._auto = ""

    @property
    def events(self) -> SafeChannel[Event]:
        """All jobs' events: `StateChanged`, `Progressed`, `Noted`."""
        return self.runner.events

    @property
    def catalog(self) -> Any:
        """The catalog of models."""
        if self._catalog is None:
            from segstudio.zoo import Catalog

            self._catalog = Catalog()
        return self._catalog

    # Predictions

    def predict_one(
        self,
        project: ProjectFile,
        media: Media,
        model: str,
        *,
        frame: int = 0,
        rgb: np.ndarray | None = None,
        device: str = devices.AUTO,
        options: Any = None,
        tile: int = 0,
        rules: Rules = DEFAULT,
        store: bool = True,
        commit: Commit = at_once,
        slot: str | None = None,
        revision: Revision | None = None,
        on_end: OnEnd | None = None,
    ) -> Job:
        """Predict one picture now; what is found becomes one undo step. The job's result is a `Prediction`.

        Args:
            rgb: The decoded picture, where it is at hand.
            device: "auto", "cpu", "cuda:0", "mps".
            options: `zoo.Options`; by default the ones of the card.
            tile: Side of tiles in pixels for pictures of small objects; 0 takes the picture whole.
            rules: How the predictions are taken in, and in which boxes the model looks; without a box to look in the
                job fails with an `InputError`.
            store: False only returns the results.
            commit: Gets work to the thread that may change the project; by default the worker does it.
            slot: A newer request with the same slot replaces this one; by default picture and model. Give all requests
                of a slider or a scrubbing hand one slot.
            revision: Asked now and before delivery; a result whose revision has changed is dropped.
            on_end: Called with the job when it has ended.

        Raises:
            InputError: There is no such model, it only answers prompts, or it can't look in given boxes.
        """
        card = self._finder(model, rules)

        single = SingleRun(
            project, media, frame, rgb, card, lambda: self._ladder(card, device, options, tile), rules, store, commit
        )
        return self.runner.submit(
            single.work,
            title=f"Predict {Path(media.path).name} with {model}",
            lane=self._lane(device),
            slot=f"predict {media.id} {frame} {model}" if slot is None else slot,
            revision=revision,
            on_end=on_end,
        )

    def predict_many(
        self,
        project: ProjectFile,
        media: Sequence[int] | None,
        model: str,
        *,
        every: int = 1,
        batch: int | None = None,
        device: str = devices.AUTO,
        options: Any = None,
        tile: int = 0,
        rules: Rules = DEFAULT,
        commit: Commit = at_once,
        reader: Reader | None = None,
        on_result: Callable[[Item, list[Result]], object] | None = None,
        on_end: OnEnd | None = None,
    ) -> Job:
        """Predict many pictures as one run; the job's result is a `Report`, also when it was cancelled or failed.

        Pictures that can't be read or predicted are skipped and reported. What is finished stays; `discard` takes the
        run away as a whole. The job can be paused.

        Args:
            media: Ids; None for all of the project.
            every: Of videos, every n-th frame.
            batch: Pictures that the model gets at once; None for as many as suit the device.
            reader: Reads the pictures; by default one of the project's media folder.
            on_result: Called with (item, results) in the worker's thread for each picture.
            device, options, tile, rules, commit, on_end: As in `predict_one`.

        Raises:
            InputError: There is no such model, it only answers prompts, or it can't look in given boxes.
        """
        card = self._finder(model, rules)
        count = len(project.media_ids()) if media is None else len(media)
        title = f"Predict {count} {'picture' if count == 1 else 'pictures'} with {model}"

        run = BatchRun(
            project,
            None if media is None else list(media),
            every,
            reader,
            lambda: self._ladder(card, device, options, tile, batch),
            self.runner.pool,
            title,
            card,
            rules,
            commit,
            on_result,
        )
        return self.runner.submit(run.steps, title=title, lane=self._lane(device), kind="batch", on_end=on_end)

    def look(
        self,
        model: str,
        read: Read,
        *,
        device: str = devices.AUTO,
        options: Any = None,
        slot: str = "look inside",
        revision: Revision | None = None,
        on_end: OnEnd | None = None,
    ) -> Job:
        """Look inside a model while it looks at a picture; the job's result is a `Look`.

        Args:
            model: Its card's name.
            read: Gives the picture, uint8 RGB (h, w, 3), in the worker's thread.
            device, options, slot, revision, on_end: As in `predict_one`.

        Raises:
            InputError: There is no such model. (One that shows nothing of its inside lets the job fail.)
        """
        card = self.catalog.get(model)

        def work(job: Job) -> Look:
            return look(self.cache, job, card, self.device(device), read(), options)

        return self.runner.submit(
            work,
            title=f"Look inside {card.title}",
            lane=self._lane(device),
            slot=slot,
            revision=revision,
            on_end=on_end,
        )

    def discard(self, project: ProjectFile, report: Report) -> None:
        """Take an ended run away as a whole: its untouched predictions go, those it had replaced return.

        What a person accepted or edited stays. It can be undone.

        Raises:
            ProjectError: The project can't be written.
        """
        if report.run is not None:
            project.discard_run(report.run)

    # Models

    def preload(self, model: str, *, device: str = devices.AUTO, on_end: OnEnd | None = None) -> Job:
        """Load a model, so that its first prediction starts at once."""
        card = self.catalog.get(model)

        def work(_: Job) -> None:
            self.cache.get(card, self.device(device))

        return self.runner.submit(work, title=f"Load {model}", lane=self._lane(device), on_end=on_end)

    def fetch(self, models: Sequence[str], *, on_end: OnEnd | None = None) -> Job:
        """Fetch the weights of models, one after the other, with progress in bytes; can be cancelled and goes on later.

        Raises:
            InputError: There is no such model.
        """
        cards = [self.catalog.get(name) for name in models]

        def work(job: Job) -> None:
            from segstudio import zoo

            parts = {part.name: part for card in cards for part in self.catalog.parts(card)}
            zoo.fetch(parts.values(), job.report, job)
            for name in (*parts, *models):
                self.cache.drop(name)

        title = f"Fetch {', '.join(models)}"
        return self.runner.submit(work, title=title, lane="net", on_end=on_end)

    def device(self, wish: str = devices.AUTO) -> str:
        """Return the device that a wish means here; loads torch where it has to be asked.

        Raises:
            InputError: No such device.
        """
        if wish != devices.AUTO:
            return devices.resolve(wish)
        if not self._auto:
            self._auto = devices.resolve(wish)
        return self._auto

    def close(self, timeout: float = 10.0, pump: Callable[[], object] | None = None) -> bool:
        """Cancel all jobs, keep what they have finished, and end the threads; return whether all ended in time.

        Args:
            timeout: Seconds.
            pump: Called while waiting. The window gives `QApplication.processEvents`, so that work that `commit` has
                sent to its thread is done; without it, that work is dropped.
        """
        return self.runner.close(timeout, pump)

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Inside

    def _finder(self, model: str, rules: Rules) -> Any:
        """Return the card of a model that finds something by itself, and in given boxes where the rules have some."""
        card = self.catalog.get(model)
        if getattr(card, "task", "") == "prompts":
            raise InputError(
                f"{card.title} finds nothing by itself: it cuts out what is pointed at.",
                remedy="Use it with the tool Cut Out in the window, or choose another model to predict with.",
            )
        if rules.within is not None:
            given.check(card)
        return card

    def _ladder(self, card: Any, device: str, options: Any, tile: int, batch: int | None = 1) -> Ladder:
        from segstudio.zoo import Options

        where = self.device(device)
        plan = Plan(where, devices.batch(where) if batch is None else batch, tile)
        return Ladder(self.cache, card, plan, Options() if options is None else options)

    def _lane(self, device: str) -> str:
        # Which device "auto" is only torch knows, and this may be the thread that must not wait for it.
        return devices.AUTO if device == self._auto else device


def _zoo_load(card: Any, device: str) -> Any:
    from segstudio import zoo

    return zoo.load(card, device)

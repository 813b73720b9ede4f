"""One picture, now."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from segstudio.core.annotation import Origin
from segstudio.core.changes import ChangeSet
from segstudio.core.given import GivenBoxes
from segstudio.core.media import Media
from segstudio.core.results import Result
from segstudio.engine.drafts import shown
from segstudio.engine.given import boxes_in, nothing, refusal
from segstudio.engine.ingest import Ingested, Rules
from segstudio.engine.job import CLOSING, Job
from segstudio.engine.ladder import Ladder
from segstudio.engine.writer import Commit, Found, found_in, hand_over, note_files, take_in

if TYPE_CHECKING:
    from segstudio.media import MediaReader
    from segstudio.store import ProjectFile


@dataclass(frozen=True)
class Prediction:
    """The result of an interactive prediction.

    Args:
        results: As the model gave them.
        shown: Those of them that are for display only.
        changes: What was committed, empty where nothing was.
        ingested: Counts and notes, None where nothing was to be stored.
        seconds: In the model, from the decoded picture to the results.
    """

    model: str
    media: Media
    frame: int
    results: list[Result]
    shown: list[Result]
    changes: ChangeSet
    ingested: Ingested | None
    seconds: float


@dataclass(frozen=True)
class SingleRun:
    """Predicts one picture and stores what is found as one step.

    Args:
        rgb: The decoded picture; None to read it from its file.
        card: Of the model.
        ladder: Makes the ladder; called in the worker's thread, where loading may take its time.
        rules: Of ingest.
        store: False only returns the results.
        commit: Gets work to the thread that may change the project.
    """

    project: ProjectFile
    media: Media
    frame: int
    rgb: np.ndarray | None
    card: Any
    ladder: Callable[[], Ladder]
    rules: Rules
    store: bool
    commit: Commit

    def work(self, job: Job) -> Prediction:
        """The work of the job."""
        rgb = self.rgb if self.rgb is not None else self._read()
        job.check()
        given = self._boxes(rgb)
        ladder = self.ladder()
        start = time.monotonic()
        results = ladder.predict(job, [rgb], given)[0]
        seconds = time.monotonic() - start
        job.check()
        step, sums = ChangeSet(()), None
        if self.store:
            found = found_in(self.media, self.frame, rgb.shape[:2], results)
            step, sums = hand_over(self.commit, lambda: self._put(job, found), lambda: job.token.reason == CLOSING)
        return Prediction(self.card.name, self.media, self.frame, results, shown(results), step, sums, seconds)

    def _boxes(self, rgb: np.ndarray) -> list[GivenBoxes] | None:
        """Return the boxes to look in; None where the model finds its own.

        Raises:
            InputError: There are none.
        """
        within = self.rules.within
        if within is None:
            return None
        rows = self.project.annotations(self.media.id, self.frame)
        categories = {c.id: c for c in self.project.categories()}
        boxes = boxes_in(self.card, rows, categories, within, (rgb.shape[0], rgb.shape[1]))
        if not len(boxes):
            raise refusal(self.card, {nothing(self.card, rows, categories, within)}, within)
        return [boxes]

    def _put(self, job: Job, found: Found) -> tuple[ChangeSet, Ingested]:
        job.check()
        with self.project.transaction():
            note_files(self.project, [found])
            step, sums = take_in(self.project, [found], Origin("model", self.card.name, self.card.digest), self.rules)
            self.project.commit(step)
        return step, sums

    def _read(self) -> np.ndarray:
        reader = own_reader(self.project)
        try:
            return reader.read(self.media, self.frame).rgb
        finally:
            reader.close()


def own_reader(project: ProjectFile) -> MediaReader:
    """Return a reader of the project's media that keeps nothing and so takes no room from the window's."""
    from segstudio.media import MediaReader

    return MediaReader(project.media_root, cache_bytes=0)

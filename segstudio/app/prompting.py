"""Prompts, as the window sees them: pictures are looked at ahead, and answers come back in the GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from segstudio.core.media import Media

if TYPE_CHECKING:
    from segstudio.app.bridge import Bridge
    from segstudio.app.session import Session
    from segstudio.engine.job import Job
    from segstudio.engine.prompting import Answer, Prompt, Read
    from segstudio.media import Picture


SIDE = 1024  # pixels of the longer side that the networks see


class Prompting(QObject):
    """Asks the engine about the session's current picture.

    Args:
        session: Whose picture it is.
        bridge: Has the engine.
    """

    _ended = Signal(object, object)

    def __init__(self, session: Session, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._session = session
        self._bridge = bridge
        self._model: str | None = None
        self._then: Callable[[], object] = lambda: None
        self._number = 0
        # Workers emit; Qt carries it over to the thread of this object.
        self._ended.connect(lambda call, job: call(job))
        session.picture_changed.connect(self._look)

    def models(self) -> list[tuple[str, str]]:
        """Return (name, title) of the models for prompts that are here."""
        return [(card.name, card.title) for card in self._bridge.engine.prompter.models()]

    def follow(self, model: str | None, then: Callable[[], object] = lambda: None) -> None:
        """Look at the current picture and its neighbours from now on; None stops that and drops what was asked.

        Args:
            then: Called each time that a current picture has been looked at.
        """
        self._model, self._then = model, then
        if model is None:
            self._number += 1
        else:
            self._look()

    def ready(self, model: str) -> bool:
        """Return whether a prompt on the current picture is answered without looking at it first."""
        session = self._session
        if session.media is None:
            return False
        return self._bridge.engine.prompter.ready(model, self._place(session.media, session.frame))

    def ask(self, prompt: Prompt, model: str, then: Callable[[Answer | None], object]) -> None:
        """Ask for what a prompt means; `then` gets the answer, or None where there was an error, which is shown.

        It is not called once something newer was asked for, or another picture is shown.
        """
        session, picture = self._session, self._session.picture
        if picture is None or session.media is None:
            return
        self._number += 1
        number = self._number

        def found(job: Job) -> None:
            if number != self._number or session.picture is not picture or job.state == "cancelled":
                return
            if job.error is not None:
                session.failed.emit(job.error)
            then(job.result if job.state == "done" else None)

        self._bridge.engine.prompter.ask(
            self._place(session.media, session.frame),
            lambda: _pixels(picture),
            prompt,
            model=model,
            device=self._bridge.device,
            on_end=lambda job: self._ended.emit(found, job),
        )

    def _look(self) -> None:
        session, picture = self._session, self._session.picture
        if self._model is None or picture is None or session.media is None:
            return
        pictures: list[tuple[Hashable, Read]] = [(self._place(session.media, session.frame), lambda: _pixels(picture))]
        pictures += [(self._place(*wanted), self._reading(*wanted)) for wanted in session.neighbours()]
        self._bridge.engine.prompter.look_ahead(
            pictures,
            model=self._model,
            device=self._bridge.device,
            on_end=lambda job: self._ended.emit(self._on_looked, job),
        )

    def _on_looked(self, job: Job) -> None:
        if self._model is None or job.state == "cancelled":
            return
        if job.error is not None:
            # Once is enough: the next picture would fail as well.
            self._model = None
            self._session.failed.emit(job.error)
        self._then()

    def _place(self, media: Media, frame: int) -> Hashable:
        project = self._session.project
        return (str(project.path) if project is not None else "", media.id, frame)

    def _reading(self, media: Media, frame: int) -> Read:
        reader = self._session.reader
        assert reader is not None
        return lambda: _pixels(reader.read(media, frame))


def _pixels(picture: Picture) -> tuple[np.ndarray, tuple[int, int]]:
    """Return what models look at, and the (height, width) of the picture."""
    return picture.small(SIDE), (picture.height, picture.width)

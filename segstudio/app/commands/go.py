"""Going from picture to picture and saying how far each is."""

from __future__ import annotations

from segstudio.app.i18n import tr
from segstudio.app.session import Session
from segstudio.core import edits

PAGE = 512


class GoCommands:
    """Handlers of the "go" actions."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def next(self) -> None:
        """Go to the next picture."""
        self._session.step(1)

    def previous(self) -> None:
        """Go to the previous picture."""
        self._session.step(-1)

    def first(self) -> None:
        """Go to the first picture."""
        self._session.step(-len(self._session.media_ids))

    def last(self) -> None:
        """Go to the last picture."""
        self._session.step(len(self._session.media_ids))

    def frame(self, by: str) -> None:
        """Go some frames forward or back in a video."""
        media = self._session.media
        if media is not None and media.kind == "video":
            self._session.go_to(media.id, self._session.frame + int(by))

    def next_undone(self) -> None:
        """Go to the next usable picture that is not marked done, from the start again after the end."""
        session = self._session
        if session.project is None:
            return
        ids = session.media_ids[session.index + 1 :] + session.media_ids[: session.index]
        for start in range(0, len(ids), PAGE):
            # The file list is in the order of ids, the search is not once it has gone round the end.
            rows = {m.id: m for m in session.project.media(ids[start : start + PAGE])}
            for id in ids[start : start + PAGE]:
                media = rows.get(id)
                if media is not None and media.review != "done" and media.status in ("ok", "unread"):
                    session.go_to(id)
                    return
        session.said.emit(tr("Every picture is done."))

    def mark_done(self) -> None:
        """Mark the picture done and go to the next one that is not."""
        self.mark("done")
        self.next_undone()

    def mark(self, review: str) -> None:
        """Give the picture a review state."""
        if self._session.media is not None:
            self._session.commit(edits.set_review([self._session.media], review))

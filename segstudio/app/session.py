"""The state of the window: which project, which picture, what is selected. Panels, layers and tools meet here only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from segstudio.app.session_state import SessionState
from segstudio.core import changes, edits, label_edits
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import MediaError, SegstudioError
from segstudio.core.media import Media
from segstudio.media import MediaReader, Picture, Prefetcher, describe

if TYPE_CHECKING:
    from segstudio.store import ProjectFile

AHEAD = 2


class Session(SessionState):
    """One open project and where the person is in it. All methods belong to the GUI thread."""

    _decoded = Signal(object, int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._prefetcher: Prefetcher | None = None
        self._unsubscribe = lambda: None
        self._decoded.connect(self._on_decoded)

    # Projects

    def attach(self, project: ProjectFile) -> None:
        """Make a project the open one and go to the picture that was shown last."""
        self.detach()
        self.project = project
        self.reader = reader = MediaReader(project.media_root)

        def ready(media: Media, frame: int, found: Picture | MediaError) -> None:
            seen = describe(media, reader.root) if media.status != "ok" or isinstance(found, MediaError) else media
            self._decoded.emit(seen, frame, found)

        self._prefetcher = Prefetcher(reader, ready)
        self._unsubscribe = project.changed.subscribe(self._stored.emit)
        self._version = project.data_version()
        self._list_media()
        self._read_categories()
        self.project_changed.emit()
        self.history_changed.emit()
        last = int(project.meta("last_media", "0") or 0)
        if self.media_ids:
            self.go_to(last if last in self._places else self._first_usable(project))
        self._timer.start()

    def _first_usable(self, project: ProjectFile) -> int:
        """Return the first picture that is not known to be broken; of a long list only the start is looked at."""
        early = project.media(self.media_ids[:64])
        usable = {m.id for m in early if m.status in ("ok", "unread")}
        return next((id for id in self.media_ids[:64] if id in usable), self.media_ids[0])

    def detach(self) -> None:
        """Close the project; everything is on disk already."""
        if self.project is None:
            return
        self.leaving.emit()
        self._timer.stop()
        if self._prefetcher is not None:
            self._prefetcher.close()
        self._unsubscribe()
        if self.media is not None and not self.project.readonly:
            self.project.set_meta("last_media", str(self.media.id))
        self.project.close()
        if self.reader is not None:
            self.reader.close()
        self.project = self.reader = self.media = self.picture = self.problem = self.category = None
        self.annotations, self.categories, self.media_ids, self._places = {}, {}, [], {}
        self.results, self.selection, self.frame = {}, frozenset(), 0
        self._steps, self._steps_old = [], True
        self.view.set(hidden=frozenset(), hidden_categories=frozenset(), locked=frozenset(), isolated=None)
        self.categories_changed.emit()
        self.project_changed.emit()
        self.picture_changed.emit()
        self.annotations_changed.emit(None)

    # Pictures

    @property
    def index(self) -> int:
        """The place of the current picture in the file list, -1 without one."""
        return self.place_of(self.media.id) if self.media else -1

    def go_to(self, media: int, frame: int = 0) -> None:
        """Make a picture, or a frame of a video, the current one; its pixels follow with `picture_changed`."""
        if self.project is None or self._prefetcher is None:
            return
        found = self.project.media([media])
        if not found:
            return
        self.leaving.emit()
        self.media = found[0]
        self.frame = min(max(frame, 0), max(self.media.frames - 1, 0)) if self.media.kind == "video" else 0
        self.problem = None
        self.selection = frozenset()
        self.view.set(isolated=None)
        self._read_annotations()
        self.picture = self._prefetcher.show(self.media, self.frame, self.neighbours())
        self.picture_changed.emit()
        self.annotations_changed.emit(None)
        self.selection_changed.emit()
        self.results_changed.emit()

    def step(self, by: int) -> None:
        """Go `by` pictures forward (or back), not beyond the ends."""
        if self.media_ids:
            self.go_to(self.media_ids[min(max(self.index + by, 0), len(self.media_ids) - 1)])

    def neighbours(self) -> list[tuple[Media, int]]:
        """Return (media, frame) of the pictures that are likely to be shown next, the likeliest first."""
        assert self.project is not None and self.media is not None
        if self.media.kind == "video":
            return [(self.media, n) for n in range(self.frame + 1, min(self.frame + 1 + AHEAD, self.media.frames))]
        ids = (
            self.media_ids[self.index + 1 : self.index + 1 + AHEAD]
            + self.media_ids[max(self.index - 1, 0) : self.index]
        )
        return [(m, 0) for m in self.project.media(ids) if m.kind == "image" and m.status in ("ok", "unread")]

    def _on_decoded(self, seen: Media, frame: int, found: Picture | MediaError) -> None:
        if self.media is None or (seen.id, frame) != (self.media.id, self.frame):
            return
        if isinstance(found, Picture):
            self.picture = found
        else:
            self.problem = found
            seen = replace(seen, status=found.status, reason=f"{found.message} {found.remedy or ''}".strip())
        if seen != self.media:
            self.note_media([seen])
        self.picture_changed.emit()

    def note_media(self, seen: Iterable[Media]) -> None:
        """Store what was found out about files; it is no step of the history, and review states stay.

        A size that is known already, as a file's annotations said it, outlasts a picture that can't be read.
        """
        if self.project is None or self.project.readonly:
            return
        found = {m.id: m for m in seen}
        try:
            with self.project.transaction():
                now = self.project.media(list(found))
                self.project.commit_to_run(changes.replace((m, _noted(m, found[m.id])) for m in now))
        except SegstudioError as error:
            self.failed.emit(error)

    # Changes

    def commit(self, change: ChangeSet) -> bool:
        """Write a change as one undo step; return whether there was something to write and it was written."""
        if self.project is None or not change:
            return False
        try:
            change = changes.rebased(label_edits.with_defaults(change, self.categories), self.annotations)
            for amend in self.amends:
                change = amend(change)
            if not change:
                return False
            self.project.commit(self._with_review(change), initiator=self)
        except SegstudioError as error:
            self.failed.emit(error)
            return False
        return True

    def _with_review(self, change: ChangeSet) -> ChangeSet:
        """Add to an edit of objects that their picture is in work now."""
        assert self.project is not None
        if any(c.before is not None for c in change.of("category")):
            return change  # merging or deleting a class is work on no picture
        touched = self.project.media(sorted(change.media_ids()))
        fresh = [m for m in touched if m.review in ("todo", "predicted")]
        return change.then(edits.set_review(fresh, "corrected")) if fresh else change

    def undo(self) -> None:
        """Take back the last step."""
        self._walk(-1)

    def redo(self) -> None:
        """Repeat the step that was undone last."""
        self._walk(1)

    def walk_to(self, done: int) -> None:
        """Undo or redo until exactly `done` steps of the history are done."""
        if self.project is not None:
            self._walk(done - sum(step.done for step in self.steps()))

    def _walk(self, steps: int) -> None:
        """Go back or forth in the history, and to a picture that the last of these steps changed."""
        if self.project is None:
            return
        change: ChangeSet | None = None
        try:
            for _ in range(abs(steps)):
                change = self.project.redo() if steps > 0 else self.project.undo()
        except SegstudioError as error:
            self.failed.emit(error)
        rows = [row for c in (change.changes if change else ()) for row in (c.before, c.after)]
        where = [(row.media, row.frame) for row in rows if isinstance(row, Annotation)]
        here = (self.media.id, self.frame) if self.media else None
        if where and here not in where:
            self.go_to(*where[0])

    def new_id(self, table: str = "annotation", count: int = 1) -> int:
        """Return an id that nothing else has; of several in a row the first."""
        assert self.project is not None
        return self.project.new_ids(table, count)

    def selected(self) -> list[Annotation]:
        """Return the selected annotations, lowest in the stack first."""
        return [a for a in self.annotations.values() if a.id in self.selection]

    def set_category(self, category: int | None) -> None:
        """Choose the class that new objects get."""
        if category != self.category:
            self.category = category
            self.categories_changed.emit()


def _noted(now: Media, seen: Media) -> Media:
    size = (seen.width, seen.height) if seen.width and seen.height else (now.width, now.height)
    return replace(seen, review=now.review, width=size[0], height=size[1])

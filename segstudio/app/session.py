"""The state of the window: which project, which picture, what is selected. Panels, layers and tools meet here only."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer, Signal

from segstudio.app.loading import PictureLoader
from segstudio.app.view_state import ViewState
from segstudio.core import changes, edits
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import MediaError, SegstudioError
from segstudio.core.labels import Category
from segstudio.core.media import Media
from segstudio.core.results import Result
from segstudio.media import MediaReader, Picture
from segstudio.store import Changed, ProjectFile

POLL_MS = 1000


class Session(QObject):
    """One open project and where the person is in it. All methods belong to the GUI thread.

    Signals:
        project_changed: Another project is open, or none.
        picture_changed: Another picture or frame is current, or its pixels have arrived (`picture`, `problem`).
        annotations_changed: (ChangeSet or None) those of the current picture; None means: all of them anew.
        media_changed: (list of ids or None) entries of the file list changed; None means: the whole list.
        categories_changed: The classes, or which one is current.
        selection_changed: Other annotations are selected.
        history_changed: A step was added, undone or redone.
        results_changed: (Result list) maps and scores of the current picture that are no annotations.
        said: (text) a short notice for the person.
        failed: (SegstudioError) something did not work.
    """

    project_changed = Signal()
    picture_changed = Signal()
    annotations_changed = Signal(object)
    media_changed = Signal(object)
    categories_changed = Signal()
    selection_changed = Signal()
    history_changed = Signal()
    results_changed = Signal()
    said = Signal(str)
    failed = Signal(object)
    _stored = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.view = ViewState(self)
        self.project: ProjectFile | None = None
        self.reader: MediaReader | None = None
        self.media: Media | None = None
        self.frame = 0
        self.picture: Picture | None = None
        self.problem: MediaError | None = None
        self.annotations: dict[int, Annotation] = {}
        self.categories: dict[int, Category] = {}
        self.category: int | None = None
        self.selection: frozenset[int] = frozenset()
        self.media_ids: list[int] = []
        self.results: dict[tuple[int, int], list[Result]] = {}
        self._places: dict[int, int] = {}
        self._version = 0
        self._unsubscribe = lambda: None
        self._ticket = 0
        self._loader = PictureLoader(self)
        self._loader.loaded.connect(self._on_loaded)
        # A worker thread may commit: the signal carries its changes over to this thread.
        self._stored.connect(self._on_changed)
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._poll)

    # Projects

    def attach(self, project: ProjectFile) -> None:
        """Make a project the open one and go to the picture that was shown last."""
        self.detach()
        self.project = project
        self.reader = MediaReader(project.media_root)
        self._unsubscribe = project.changed.subscribe(self._stored.emit)
        self._version = project.data_version()
        self.media_ids = project.media_ids()
        self._places = {id: i for i, id in enumerate(self.media_ids)}
        self._read_categories()
        self.project_changed.emit()
        self.history_changed.emit()
        last = int(project.meta("last_media", "0") or 0)
        if self.media_ids:
            self.go_to(last if last in self._places else self.media_ids[0])
        self._timer.start()

    def detach(self) -> None:
        """Close the project; everything is on disk already."""
        if self.project is None:
            return
        self._timer.stop()
        self._loader.forget()
        self._unsubscribe()
        if self.media is not None and not self.project.readonly:
            self.project.set_meta("last_media", str(self.media.id))
        self.project.close()
        if self.reader is not None:
            self.reader.close()
        self.project = self.reader = self.media = self.picture = self.problem = self.category = None
        self.annotations, self.categories, self.media_ids, self._places = {}, {}, [], {}
        self.results, self.selection, self.frame = {}, frozenset(), 0
        self.view.set(hidden=frozenset(), hidden_categories=frozenset())
        self.project_changed.emit()
        self.picture_changed.emit()

    def close(self) -> None:
        """Close the project and end the worker."""
        self.detach()
        self._loader.close()

    # Pictures

    @property
    def index(self) -> int:
        """The place of the current picture in the file list, -1 without one."""
        return self._places.get(self.media.id, -1) if self.media else -1

    def go_to(self, media: int, frame: int = 0) -> None:
        """Make a picture, or a frame of a video, the current one; its pixels follow with `picture_changed`."""
        if self.project is None or self.reader is None:
            return
        found = self.project.media([media])
        if not found:
            return
        same = self.media is not None and self.media.id == media
        self.media = found[0]
        self.frame = min(max(frame, 0), max(self.media.frames - 1, 0)) if self.media.frames else max(frame, 0)
        self.picture = self.reader.cached(self.media, self.frame)
        self.problem = None
        self.selection = frozenset()
        self._read_annotations()
        self.picture_changed.emit()
        self.annotations_changed.emit(None)
        self.selection_changed.emit()
        self.results_changed.emit()
        near = [] if same else self._neighbours()
        self._ticket = self._loader.request(self.reader, self.media, self.frame, near)

    def step(self, by: int) -> None:
        """Go `by` pictures forward (or back), not beyond the ends."""
        if self.media_ids:
            self.go_to(self.media_ids[min(max(self.index + by, 0), len(self.media_ids) - 1)])

    def _neighbours(self) -> list[Media]:
        assert self.project is not None
        ids = self.media_ids[self.index + 1 : self.index + 3] + self.media_ids[max(self.index - 1, 0) : self.index]
        return [m for m in self.project.media(ids) if m.kind == "image" and m.status in ("ok", "unread")]

    def _on_loaded(self, ticket: int, picture: Picture | None, problem: MediaError | None) -> None:
        if ticket != self._ticket or self.media is None:
            return
        fresh = picture is not self.picture or problem is not None
        self.picture, self.problem = picture, problem
        if picture is not None and (self.media.width, self.media.height) != (picture.width, picture.height):
            seen = replace(self.media, width=picture.width, height=picture.height, status="ok", reason=picture.note)
            self.note_media([seen])
        elif problem is not None and self.media.status != problem.status:
            reason = " ".join(part for part in (problem.message, problem.remedy) if part)
            self.note_media([replace(self.media, status=problem.status, reason=reason)])
        if fresh:
            self.picture_changed.emit()

    def note_media(self, seen: Iterable[Media]) -> None:
        """Store what was found out about files; it is no step of the history."""
        if self.project is None or self.project.readonly:
            return
        seen = list(seen)
        now = {m.id: m for m in self.project.media([m.id for m in seen])}
        found = changes.replace((now[m.id], replace(m, review=now[m.id].review)) for m in seen if m.id in now)
        try:
            self.project.commit_to_run(found, initiator=self)
        except SegstudioError as error:
            self.failed.emit(error)

    # Changes

    def commit(self, change: ChangeSet) -> bool:
        """Write a change as one undo step; return whether there was something to write and it was written."""
        if self.project is None or not change:
            return False
        try:
            self.project.commit(self._with_review(change), initiator=self)
        except SegstudioError as error:
            self.failed.emit(error)
            return False
        return True

    def _with_review(self, change: ChangeSet) -> ChangeSet:
        """Add to an edit of objects that the picture is in work now."""
        assert self.project is not None
        touched = self.project.media(sorted(change.media_ids()))
        fresh = [m for m in touched if m.review in ("todo", "predicted")]
        return change.then(edits.set_review(fresh, "corrected")) if fresh else change

    def undo(self) -> None:
        """Take back the last step."""
        self._walk(-1)

    def redo(self) -> None:
        """Repeat the step that was undone last."""
        self._walk(1)

    def _walk(self, steps: int) -> None:
        """Go back or forth in the history and to the picture that changes last."""
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

    def walk_to(self, done: int) -> None:
        """Undo or redo until exactly `done` steps of the history are done."""
        if self.project is not None:
            self._walk(done - sum(step.done for step in self.project.history()))

    def new_id(self, table: str = "annotation") -> int:
        """Return an id that nothing else has."""
        assert self.project is not None
        return self.project.new_ids(table)

    def select(self, ids: Iterable[int]) -> None:
        """Select annotations of the current picture."""
        chosen = frozenset(ids) & self.annotations.keys()
        if chosen != self.selection:
            self.selection = frozenset(chosen)
            self.selection_changed.emit()

    def selected(self) -> list[Annotation]:
        """Return the selected annotations, lowest in the stack first."""
        return [a for a in self.annotations.values() if a.id in self.selection]

    def set_category(self, category: int | None) -> None:
        """Choose the class that new objects get."""
        if category != self.category:
            self.category = category
            self.categories_changed.emit()

    # Listening to the project

    def _on_changed(self, event: Changed) -> None:
        if self.project is None:
            return
        change = event.changes
        if change is None:
            self._reload()
        else:
            self._apply(change)
        self.history_changed.emit()

    def _apply(self, change: ChangeSet) -> None:
        tables = {c.table for c in change.changes}
        if "category" in tables:
            self._read_categories()
        if "media" in tables:
            self._apply_media(change)
        if "annotation" in tables:
            touched = change.media_ids()
            if self.media is not None and self.media.id in touched:
                self._read_annotations()
                self.annotations_changed.emit(change)
                self.select(self.selection)
            self.media_changed.emit(sorted(touched))

    def _apply_media(self, change: ChangeSet) -> None:
        rows = list(change.of("media"))
        if any(c.before is None or c.after is None for c in rows):
            self._read_media()
            return
        for c in rows:
            if self.media is not None and c.id == self.media.id and isinstance(c.after, Media):
                self.media = c.after
        self.media_changed.emit([c.id for c in rows])

    def _read_media(self) -> None:
        assert self.project is not None
        self.media_ids = self.project.media_ids()
        self._places = {id: i for i, id in enumerate(self.media_ids)}
        self.media_changed.emit(None)
        if self.media is None or self.media.id not in self._places:
            self.media = None
            if self.media_ids:
                self.go_to(self.media_ids[0])
            else:
                self.picture, self.annotations, self.selection = None, {}, frozenset()
                self.picture_changed.emit()
                self.annotations_changed.emit(None)

    def _read_categories(self) -> None:
        assert self.project is not None
        self.categories = {c.id: c for c in self.project.categories()}
        if self.category not in self.categories:
            self.category = next(iter(self.categories), None)
        self.categories_changed.emit()

    def _read_annotations(self) -> None:
        if self.project is not None and self.media is not None:
            self.annotations = {a.id: a for a in self.project.annotations(self.media.id, self.frame)}

    def _reload(self) -> None:
        """Read everything anew and tell of what is different."""
        assert self.project is not None
        before = self.annotations, self.categories
        self._read_annotations()
        if self.project.media_ids() != self.media_ids:
            self._read_media()
        else:
            self.media_changed.emit(None)
        if {c.id: c for c in self.project.categories()} != before[1]:
            self._read_categories()
        if self.annotations != before[0]:
            self.annotations_changed.emit(None)
            self.select(self.selection)

    def _poll(self) -> None:
        """Notice what another process has written."""
        if self.project is None:
            return
        try:
            version = self.project.data_version()
            if version != self._version:
                self._version = version
                self._reload()
                self.history_changed.emit()
        except SegstudioError as error:
            self._timer.stop()
            self.failed.emit(error)

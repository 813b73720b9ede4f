"""What the session knows, and how it follows the project file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from segstudio.app.densepose_state import DenseState
from segstudio.app.inside_state import InsideState
from segstudio.app.view_state import ViewState
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import MediaError, SegstudioError
from segstudio.core.labels import Category
from segstudio.core.media import Media
from segstudio.core.results import Result
from segstudio.media import MediaReader, Picture

if TYPE_CHECKING:
    from segstudio.store import Changed, ProjectFile
    from segstudio.store.journal import Step

POLL_MS = 1000


class SessionState(QObject):
    """The reading half of `Session`: its attributes, its signals, and how both follow what is committed.

    Attributes:
        amends: What each edit of a person goes through before it is written: a mode that keeps pictures in some state
            (no overlaps) adds here what its edits need besides. Undo and redo do not pass.

    Signals:
        project_changed: Another project is open, or none.
        leaving: The current picture, or the project, is about to be left: what is not stored yet can be.
        picture_changed: Another picture or frame is current, or its pixels have arrived (`picture`, `problem`).
        annotations_changed: (ChangeSet or None) those of the current picture; None means: all of them anew.
        media_changed: (list of ids or None) entries of the file list changed; None means: the whole list.
        categories_changed: The classes, or which one is current.
        selection_changed: Other annotations are selected.
        history_changed: A step was added, undone or redone.
        results_changed: Maps and scores of the current picture that are no annotations.
        said: (text) a short notice for the person.
        failed: (SegstudioError) something did not work.
    """

    project_changed = Signal()
    leaving = Signal()
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
        self.dense = DenseState()
        self.inside = InsideState(self)
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
        self.amends: list[Callable[[ChangeSet], ChangeSet]] = []
        self._places: dict[int, int] = {}
        self._steps: list[Step] = []
        self._steps_old = True
        self._version = 0
        # A worker thread may commit: the signal carries its changes over to this thread.
        self._stored.connect(self._on_changed)
        self.history_changed.connect(self._forget_steps)
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._poll)

    def go_to(self, media: int, frame: int = 0) -> None:
        """Make a picture, or a frame of a video, the current one."""
        raise NotImplementedError

    def steps(self) -> list[Step]:
        """Return the history, oldest step first."""
        if self._steps_old:
            self._steps = self.project.history(self._steps) if self.project is not None else []
            self._steps_old = False
        return self._steps

    def _forget_steps(self) -> None:
        self._steps_old = True

    def place_of(self, media: int) -> int:
        """Return the place of an entry in the file list, -1 where it has none."""
        return self._places.get(media, -1)

    def select(self, ids: Iterable[int]) -> None:
        """Select annotations of the current picture; others are left out, and so are locked ones."""
        chosen = (frozenset(ids) & self.annotations.keys()) - self.view.locked
        if chosen != self.selection:
            self.selection = frozenset(chosen)
            self.selection_changed.emit()

    def toggle_locked(self, ids: Iterable[int]) -> None:
        """Lock annotations if one of them is not, else unlock them; what is locked is selected no longer."""
        ids, locked = frozenset(ids), self.view.locked
        self.view.set(locked=locked - ids if ids <= locked else locked | ids)
        self.select(self.selection)

    def set_results(self, media: int, frame: int, results: list[Result]) -> None:
        """Keep what a model said about a picture beyond annotations (maps, scores) and show it."""
        self.results[media, frame] = results
        if self.media is not None and (self.media.id, self.frame) == (media, frame):
            self.results_changed.emit()

    def _on_changed(self, event: Changed) -> None:
        if self.project is None:
            return
        if event.changes is None:
            self._reload()
        else:
            self._apply(event.changes)
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
                self.view.admit(frozenset(c.id for c in change.of("annotation") if c.before is None))
                self._apply_annotations(change)
                self.annotations_changed.emit(change)
                self.select(self.selection)
            self.media_changed.emit(sorted(touched))

    def _apply_annotations(self, change: ChangeSet) -> None:
        """Take over the changed rows only: reading 10,000 anew after each stroke would be felt."""
        assert self.media is not None
        here = (self.media.id, self.frame)
        unsorted = False
        for c in change.of("annotation"):
            old, new = self.annotations.get(c.id), c.after
            if isinstance(new, Annotation) and (new.media, new.frame) == here:
                self.annotations[c.id] = new
                unsorted = unsorted or old is None or old.z != new.z
            else:
                self.annotations.pop(c.id, None)
        if unsorted:
            self.annotations = {a.id: a for a in sorted(self.annotations.values(), key=lambda a: (a.z, a.id))}

    def _apply_media(self, change: ChangeSet) -> None:
        rows = list(change.of("media"))
        if any(c.before is None or c.after is None for c in rows):
            self._read_media()
            return
        if self.project is not None and self.media is not None and self.media.id in {c.id for c in rows}:
            # As it is now: a worker's change may arrive after a newer one of this thread.
            self.media = next(iter(self.project.media([self.media.id])), self.media)
        self.media_changed.emit([c.id for c in rows])

    def _list_media(self) -> None:
        assert self.project is not None
        self.media_ids = self.project.media_ids()
        self._places = {id: i for i, id in enumerate(self.media_ids)}

    def _read_media(self) -> None:
        self._list_media()
        self.media_changed.emit(None)
        if self.media is not None and self.media.id in self._places:
            return
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
        annotations, categories = self.annotations, self.categories
        self._read_annotations()
        if self.project.media_ids() != self.media_ids:
            self._read_media()
        else:
            self.media_changed.emit(self.media_ids)
        if {c.id: c for c in self.project.categories()} != categories:
            self._read_categories()
        if self.annotations != annotations:
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

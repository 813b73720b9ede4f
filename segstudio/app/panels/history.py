"""Every step that was taken, and the versions of the picture; a click goes there, or shows what was."""

from __future__ import annotations

import time
from bisect import bisect_left
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QStyleOptionViewItem, QTabBar

from segstudio.app.history_words import said
from segstudio.app.i18n import later, moment, tr
from segstudio.app.panels.rows import CELL, Index, RowDelegate, RowList, of_all
from segstudio.app.session import Session
from segstudio.app.widgets import EmptyState, Panel, button, icon_button, label, row

if TYPE_CHECKING:
    from segstudio.store import Version
    from segstudio.store.journal import Step

LABEL = Qt.ItemDataRole.UserRole
WHEN = LABEL + 1
STATE = LABEL + 2  # "done", "now" or "undone"
VERSION = LABEL + 3


def when(seconds: float) -> str:
    """Return a time of today as hours and minutes, an earlier one with its day."""
    then, now = time.localtime(seconds), time.localtime()
    same = (then.tm_year, then.tm_yday) == (now.tm_year, now.tm_yday)
    return moment(seconds) if same else moment(seconds, later("d MMM HH:mm"))


class HistoryModel(QAbstractListModel):
    """The steps that a search finds, newest first, with the beginning as the last row."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._steps: list[Step] = []
        self._found: list[int] | None = None  # by number, oldest first
        self._search = ""
        self.done = 0
        self._later = QTimer(self, singleShot=True, interval=60)
        self._later.timeout.connect(self.read)
        session.history_changed.connect(self._later.start)
        session.project_changed.connect(self.read)
        self.read()

    @property
    def all(self) -> int:
        """The number of steps, whether a search finds them or not."""
        return len(self._steps)

    def read(self) -> None:
        """Follow the project."""
        self.beginResetModel()
        self._steps = self._session.steps()
        self.done = bisect_left(self._steps, True, key=lambda step: not step.done)
        if self._search:
            self._found = [
                i for i, s in enumerate(self._steps, start=1) if self._search in f"{s.label}\n{said(s.label)}".lower()
            ]
        else:
            self._found = None
        self.endResetModel()

    def search(self, text: str) -> None:
        """List only the steps whose label contains the text, whatever the case."""
        self._search = text.strip().lower()
        self.read()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if parent.isValid() or not self._steps:
            return 0
        return len(self._steps) + 1 if self._found is None else len(self._found)

    def done_at(self, place: int) -> int:
        """Return how many steps are done when the history stands at a row."""
        if self._found is not None:
            return self._found[len(self._found) - 1 - place]
        return len(self._steps) - place

    def row_of_now(self) -> int:
        """Return the row at which the history stands, or the nearest one that is listed."""
        if self._found is None:
            return len(self._steps) - self.done
        return sum(number > self.done for number in self._found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole):
        number = self.done_at(index.row())
        step = self._steps[number - 1] if number else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return said(step.label) or tr("Change") if step else tr("Beginning")
        if role == WHEN:
            return when(step.created) if step else ""
        if role == STATE:
            return "now" if number == self.done else "done" if number < self.done else "undone"
        return None


class VersionModel(QAbstractListModel):
    """The versions of the current picture, newest first; the first one is the present."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._rows: list[Version] = []
        self.wanted = False
        self._later = QTimer(self, singleShot=True, interval=60)
        self._later.timeout.connect(self.read)
        session.history_changed.connect(self._start)
        session.picture_changed.connect(self._start)

    def _start(self) -> None:
        if self.wanted:
            self._later.start()

    def read(self) -> None:
        """Follow the project."""
        session = self._session
        self.beginResetModel()
        here = session.project is not None and session.media is not None
        self._rows = session.project.versions(session.media.id, session.frame) if here else []  # type: ignore[union-attr]
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole):
        version = self._rows[index.row()]
        if role == VERSION:
            return version
        if role == Qt.ItemDataRole.DisplayRole:
            return said(version.label) or tr("Change")
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr("{label} · objects: {n:,} · A click shows the picture as it was.", label=said(version.label),
                      n=version.objects)  # fmt: skip
        if role == WHEN:
            return when(version.created)
        if role == STATE:
            return "now" if index.row() == 0 else "done"
        return None


class _Delegate(RowDelegate):
    marks_now = True

    def cells(self, rect: QRect, index: Index) -> dict[str, QRect]:
        return {}

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state = index.data(STATE)
        painter.save()
        self.background(painter, option, marked=self.marks_now and state == "now")
        icon, color = {
            "now": ("caret-right", "accent"),
            "done": ("check", "faint"),
            "undone": ("arrow-clockwise", "faint"),
        }[state]
        self.icon(painter, QRect(rect.left() + 8, rect.top(), 20, rect.height()), icon, color, 14)
        words = "faint" if state == "undone" else "text"
        right = self._right(painter, rect, index)
        self.words(painter, QRect(rect.left() + 34, rect.top(), right - rect.left() - 42, rect.height()), index.data(),
                   words)  # fmt: skip
        painter.restore()

    def _right(self, painter: QPainter, rect: QRect, index: Index) -> int:
        """Draw what stands at the right; return where it begins."""
        text = index.data(WHEN)
        width = painter.fontMetrics().horizontalAdvance(text) + 4
        self.words(painter, QRect(rect.right() - 12 - width, rect.top(), width, rect.height()), text, "muted",
                   right=True)  # fmt: skip
        return rect.right() - 12 - width


class _VersionDelegate(_Delegate):
    marks_now = False  # the marked one is the one that is looked at

    def cells(self, rect: QRect, index: Index) -> dict[str, QRect]:
        if index.row() == 0:
            return {}
        return {"restore": QRect(rect.right() - CELL - 8, rect.top(), CELL, rect.height())}

    def tip(self, index: Index, cell: str) -> str:
        return tr("Bring this version back, as a new step")

    def _right(self, painter: QPainter, rect: QRect, index: Index) -> int:
        version: Version = index.data(VERSION)
        cells = self.cells(rect, index)
        if cells:
            self.icon(painter, cells["restore"], "arrow-counter-clockwise", "muted")
        rect = rect.adjusted(0, 0, -CELL - 4, 0)
        left = super()._right(painter, rect, index)
        number = f"{version.objects:,}"
        width = painter.fontMetrics().horizontalAdvance(number) + 4
        self.words(painter, QRect(left - 12 - width, rect.top(), width, rect.height()), number, "faint", right=True)
        return left - 12 - width


class HistoryPanel(Panel):
    """All steps, or the versions of the current picture.

    Signals:
        shown: (Version or None) the person wants to see a version, or the present.
        restored: (Version) the person wants it back.
    """

    title = "History"
    shown = Signal(object)
    restored = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.model = HistoryModel(session)
        self.list = _list(_Delegate(session), self.model, tr("History"))
        self.list.setSelectionMode(RowList.SelectionMode.NoSelection)
        self._undo = icon_button("arrow-counter-clockwise", tr("Undo (Ctrl+Z)"), session.undo)
        self._redo = icon_button("arrow-clockwise", tr("Redo (Ctrl+Y)"), session.redo)
        self._number = label("", "small")
        self.search = QLineEdit(placeholderText=tr("Search steps"), clearButtonEnabled=True)
        self.search.setAccessibleName(tr("Search steps"))
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.addTab(tr("All Steps"))
        self.tabs.addTab(tr("This Picture"))
        delegate = _VersionDelegate(session)
        self.version_model = VersionModel(session)
        self.versions = _list(delegate, self.version_model, tr("Versions of this picture"))
        self.versions.setSelectionMode(RowList.SelectionMode.SingleSelection)
        self.stack = QStackedWidget()
        for page in (
            EmptyState("clock-counter-clockwise", tr("Nothing done yet"),
                       tr("Each step appears here and can be taken back, also tomorrow.")),
            self.list,
            EmptyState("magnifying-glass", tr("Nothing found"), tr("No step is called like this.")),
            EmptyState("clock-counter-clockwise", tr("No versions yet"),
                       tr("Each step that changes objects of this picture makes one; any can be shown and restored.")),
            self.versions,
        ):  # fmt: skip
            self.stack.addWidget(page)
        self.add_header(label(tr("History"), "heading"), self._number, None, self._undo, self._redo)
        self.body.addLayout(row(self.tabs, None, margins=(8, 0, 8, 4)))
        self._search_line = row(self.search, margins=(8, 0, 8, 8))
        self.body.addLayout(self._search_line)
        self.body.addWidget(self.stack, 1)
        self.restore = button(tr("Restore This Version"), self.restore_chosen, icon="arrow-counter-clockwise")
        self.body.addLayout(row(self.restore, margins=(8, 8, 8, 8)))
        self._typed = QTimer(self, singleShot=True, interval=150)
        self._typed.timeout.connect(lambda: self.model.search(self.search.text()))
        self.search.textChanged.connect(self._typed.start)
        self.list.clicked.connect(self._go)
        self.list.activated.connect(self._go)
        self.versions.row_clicked.connect(self._look)
        self.versions.activated.connect(self._look)
        self.versions.selectionModel().currentChanged.connect(self._on_current)
        delegate.clicked_cell.connect(lambda index, _: self.restored.emit(index.data(VERSION)))
        self.tabs.currentChanged.connect(self._on_tab)
        self.model.modelReset.connect(self._show)
        self.version_model.modelReset.connect(self._show)
        self._show()

    def show_versions(self) -> None:
        """Bring the versions of the current picture to the front."""
        self.come_forward()
        self.tabs.setCurrentIndex(1)
        self.versions.setFocus()

    def restore_chosen(self) -> None:
        """Bring the version that is chosen in the list back."""
        self.restored.emit(self.versions.currentIndex().data(VERSION))

    def _on_tab(self, place: int) -> None:
        self.version_model.wanted = place == 1
        if place == 1:
            self.version_model.read()
        else:
            self.shown.emit(None)
        self._show()

    def _go(self, index: QModelIndex) -> None:
        self._session.walk_to(self.model.done_at(index.row()))

    def _on_current(self, index: QModelIndex) -> None:
        self._show()
        # A new list of versions has a current one too, which nobody chose.
        if self.versions.hasFocus() and index.isValid():
            self._look(index)

    def _look(self, index: QModelIndex) -> None:
        self.shown.emit(index.data(VERSION) if index.row() > 0 else None)

    def _show(self, *_: object) -> None:
        of_picture = self.tabs.currentIndex() == 1
        self.search.setVisible(not of_picture and self.model.all > 0)
        self.restore.setVisible(of_picture and self.version_model.rowCount() > 1)
        self.restore.setEnabled(self.versions.currentIndex().row() > 0)
        if of_picture:
            n = self.version_model.rowCount()
            self.stack.setCurrentIndex(4 if n else 3)
            self._number.setText(f"{n:,}" if n else "")
        else:
            n, all_ = self.model.rowCount(), self.model.all
            self.stack.setCurrentIndex(1 if n else 2 if all_ else 0)
            # The start is a row, and no step.
            n -= n > all_
            self._number.setText(of_all(n, all_) if all_ else "")
            if self.model.rowCount():
                self.list.scrollTo(self.model.index(min(self.model.row_of_now(), self.model.rowCount() - 1)))
        self._undo.setEnabled(self.model.done > 0)
        self._redo.setEnabled(self.model.done < self.model.all)


def _list(delegate: _Delegate, model: QAbstractListModel, name: str) -> RowList:
    made = RowList(delegate)
    made.setModel(model)
    made.setAccessibleName(name)
    return made

"""Every step that was taken; a click goes there."""

from __future__ import annotations

import time

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRect, Qt, QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStackedWidget, QStyleOptionViewItem

from segstudio.app.panels.rows import Index, RowDelegate, RowList
from segstudio.app.session import Session
from segstudio.app.widgets import EmptyState, Panel, icon_button, label

LABEL = Qt.ItemDataRole.UserRole
WHEN = LABEL + 1
STATE = LABEL + 2  # "done", "now" or "undone"


class HistoryModel(QAbstractListModel):
    """The steps, newest first, with the beginning as the last row."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._steps: list = []
        self.done = 0
        self._later = QTimer(self, singleShot=True, interval=60)
        self._later.timeout.connect(self.read)
        session.history_changed.connect(self._later.start)
        session.project_changed.connect(self.read)
        self.read()

    def read(self) -> None:
        """Follow the project."""
        self.beginResetModel()
        self._steps = self._session.steps()
        self.done = sum(step.done for step in self._steps)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or not self._steps else len(self._steps) + 1

    def done_at(self, place: int) -> int:
        """Return how many steps are done when the history stands at a row."""
        return len(self._steps) - place

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole):
        number = self.done_at(index.row())
        step = self._steps[number - 1] if number else None
        if role == Qt.ItemDataRole.DisplayRole:
            return step.label or "Change" if step else "Start"
        if role == WHEN:
            return time.strftime("%H:%M", time.localtime(step.created)) if step else ""
        if role == STATE:
            return "now" if number == self.done else "done" if number < self.done else "undone"
        return None


class _Delegate(RowDelegate):
    def cells(self, rect: QRect, index: Index) -> dict[str, QRect]:
        return {}

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state = index.data(STATE)
        painter.save()
        self.background(painter, option, marked=state == "now")
        icon, color = {
            "now": ("caret-right", "accent"),
            "done": ("check", "faint"),
            "undone": ("arrow-clockwise", "faint"),
        }[state]
        self.icon(painter, QRect(rect.left() + 8, rect.top(), 20, rect.height()), icon, color, 14)
        words = "faint" if state == "undone" else "text"
        self.words(painter, QRect(rect.left() + 34, rect.top(), rect.width() - 92, rect.height()), index.data(), words)
        self.words(
            painter, QRect(rect.right() - 58, rect.top(), 46, rect.height()), index.data(WHEN), "muted", right=True
        )
        painter.restore()


class HistoryPanel(Panel):
    """The list of steps."""

    title = "History"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.model = HistoryModel(session)
        self.list = RowList(_Delegate(session))
        self.list.setModel(self.model)
        self.list.setSelectionMode(RowList.SelectionMode.NoSelection)
        self.list.setAccessibleName("History")
        self._undo = icon_button("arrow-counter-clockwise", "Undo (Ctrl+Z)", session.undo)
        self._redo = icon_button("arrow-clockwise", "Redo (Ctrl+Y)", session.redo)
        self.stack = QStackedWidget()
        self.stack.addWidget(
            EmptyState(
                "clock-counter-clockwise",
                "Nothing done yet",
                "Each step appears here and can be taken back, also tomorrow.",
            )
        )
        self.stack.addWidget(self.list)
        self.add_header(label("History", "heading"), None, self._undo, self._redo)
        self.body.addWidget(self.stack, 1)
        self.list.clicked.connect(self._go)
        self.list.activated.connect(self._go)
        self.model.modelReset.connect(self._show)
        self._show()

    def _go(self, index: QModelIndex) -> None:
        self._session.walk_to(self.model.done_at(index.row()))

    def _show(self) -> None:
        n = self.model.rowCount()
        self.stack.setCurrentIndex(1 if n else 0)
        self._undo.setEnabled(self.model.done > 0)
        self._redo.setEnabled(n > 0 and self.model.done < n - 1)
        if n:
            self.list.scrollTo(self.model.index(n - 1 - self.model.done))

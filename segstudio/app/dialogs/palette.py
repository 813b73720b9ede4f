"""The command palette: type a few letters of what you want."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QRect, Qt
from PySide6.QtGui import QIcon, QKeyEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QStyleOptionViewItem, QWidget

from segstudio.app.dialogs.base import Popup
from segstudio.app.panels.rows import Index, RowDelegate, RowList
from segstudio.app.theme import theme

HINT = Qt.ItemDataRole.UserRole
ENABLED = HINT + 1
ROWS = 10


@dataclass(frozen=True)
class Choice:
    """One line of a palette."""

    text: str
    hint: str
    value: Any
    icon: QIcon | None = None
    enabled: bool = True


def match(pattern: str, text: str) -> int | None:
    """Return how badly a pattern fits a text (0 is best), or None where its letters are not all there in order.

    Letters at the beginning of words cost nothing, gaps cost their length.
    """
    text, cost, at = text.lower(), 0, -1
    words = "".join(pattern.lower().split())
    if words and words in text.replace(" ", ""):
        return text.replace(" ", "").index(words)
    for letter in words:
        starts = [i for i in range(at + 1, len(text)) if text[i] == letter and (i == 0 or not text[i - 1].isalnum())]
        found = starts[0] if starts else text.find(letter, at + 1)
        if found < 0:
            return None
        cost += 0 if starts else 20 + found - at
        at = found
    return cost + len(text) if words else 0


class _Model(QAbstractListModel):
    def __init__(self, choices: list[Choice], parent: QObject) -> None:
        super().__init__(parent)
        self._all = choices
        self.shown = choices

    def filter(self, pattern: str) -> None:
        scored = [(match(pattern, c.text), i, c) for i, c in enumerate(self._all)]
        self.beginResetModel()
        self.shown = (
            [c for score, i, c in sorted((s, i, c) for s, i, c in scored if s is not None)]
            if pattern.strip()
            else self._all
        )
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole):
        choice = self.shown[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return choice.text
            case Qt.ItemDataRole.DecorationRole:
                return choice.icon
            case _ if role == HINT:
                return choice.hint
            case _ if role == ENABLED:
                return choice.enabled
        return None


class _Delegate(RowDelegate):
    height = 32

    def cells(self, rect: QRect, index: Index) -> dict[str, QRect]:
        return {}

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect  # type: ignore[attr-defined]
        painter.save()
        self.background(painter, option)
        icon: QIcon | None = index.data(Qt.ItemDataRole.DecorationRole)
        if icon is not None:
            icon.paint(painter, rect.left() + 14, rect.center().y() - 8, 16, 16)
        words = "text" if index.data(ENABLED) else "faint"
        self.words(painter, QRect(rect.left() + 40, rect.top(), rect.width() - 160, rect.height()), index.data(), words)
        self.words(
            painter, QRect(rect.right() - 134, rect.top(), 120, rect.height()), index.data(HINT), "muted", right=True
        )
        painter.restore()


class Palette(Popup):
    """A search field above a list; Enter or a click chooses.

    Args:
        free: Whether Enter takes what was typed where no line fits it.
        at: The line that is chosen before anything is typed.

    Attributes:
        chosen: The value of the line that was chosen, or None.
    """

    def __init__(
        self, parent: QWidget, choices: list[Choice], placeholder: str, *, free: bool = False, at: int = 0
    ) -> None:
        super().__init__(parent, 560)
        self.chosen: Any = None
        self._free = free
        self._at = at
        self.field = QLineEdit(placeholderText=placeholder)
        self.field.setAccessibleName(placeholder)
        self.model = _Model(choices, self)
        self.list = RowList(_Delegate(self))
        self.list.setModel(self.model)
        self.list.setFixedHeight(32 * ROWS)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.addWidget(self.field)
        self.body.addWidget(self.list)
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self.list.clicked.connect(self._choose)
        self._filter("")
        self.field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
                self._move(
                    {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: ROWS}.get(Qt.Key(event.key()), -ROWS)
                )
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose(self.list.currentIndex())
                return True
        return super().eventFilter(watched, event)

    def _move(self, by: int) -> None:
        n = self.model.rowCount()
        if n:
            self.list.setCurrentIndex(self.model.index(min(max(self.list.currentIndex().row() + by, 0), n - 1)))

    def _filter(self, text: str) -> None:
        self.model.filter(text)
        self.list.setCurrentIndex(self.model.index(0 if text.strip() else self._at))

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            choice = self.model.shown[index.row()]
            if not choice.enabled:
                return
            self.chosen = choice.value
        elif self._free and self.field.text().strip():
            self.chosen = self.field.text().strip()
        else:
            return
        self.accept()

    def ask(self) -> Any:
        """Show the palette, wait, and return the chosen value or None."""
        self.place()
        self.exec()
        return self.chosen


def icon_of(name: str) -> QIcon:
    """Return an icon in the colour of a palette's lines."""
    return theme().icon(name, "muted")

"""What the painted lists have in common: small icons in a row that can be clicked."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from segstudio.app.i18n import tr
from segstudio.app.theme import theme

Index = QModelIndex | QPersistentModelIndex
CELL = 24


class RowDelegate(QStyledItemDelegate):
    """Base of the delegates: the background of a row, dots, icons and text.

    Signals:
        clicked_cell: (index, name of the cell) one of the row's icons was clicked.
    """

    clicked_cell = Signal(QModelIndex, str)
    height = 28

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, self.height)

    def cells(self, rect: QRect, index: Index) -> dict[str, QRect]:
        """Return the places of the row's clickable icons by name."""
        raise NotImplementedError

    def tip(self, index: Index, cell: str) -> str:
        """Return what a clickable icon does."""
        raise NotImplementedError

    def background(self, painter: QPainter, option: QStyleOptionViewItem, *, marked: bool = False) -> None:
        """Fill the row: selected, hovered or neither."""
        state = option.state  # type: ignore[attr-defined]
        rect = option.rect.adjusted(4, 1, -4, -1)  # type: ignore[attr-defined]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if marked or state & QStyle.StateFlag.State_Selected:
            painter.setBrush(theme().color("accent_soft"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(theme().color("hover"))
        else:
            return
        painter.drawRoundedRect(rect, 5, 5)

    def dot(self, painter: QPainter, rect: QRect, color: QColor, *, hollow: bool = False) -> None:
        """Draw the colour of a class."""
        box = QRect(0, 0, 12, 12)
        box.moveCenter(rect.center())
        painter.setPen(color)
        painter.setBrush(Qt.BrushStyle.NoBrush if hollow else color)
        painter.drawRoundedRect(box, 4, 4)

    def icon(self, painter: QPainter, rect: QRect, name: str, color: str = "muted", size: int = 16) -> None:
        """Draw an icon in the middle of a rectangle."""
        box = QRect(0, 0, size, size)
        box.moveCenter(rect.center())
        theme().icon(name, color).paint(painter, box)

    def cap(self, painter: QPainter, rect: QRect, text: str) -> None:
        """Draw a key of the keyboard."""
        painter.save()
        painter.setPen(theme().color("border"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect, 3, 3)
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(theme().color("muted"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()

    def words(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        color: str = "text",
        *,
        right: bool = False,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
    ) -> None:
        """Draw one line of text, shortened where it does not fit."""
        painter.setPen(theme().color(color))
        shown = painter.fontMetrics().elidedText(text, mode, rect.width())
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(rect, int(side | Qt.AlignmentFlag.AlignVCenter), shown)

    def editorEvent(self, event: QEvent, model, option: QStyleOptionViewItem, index: Index) -> bool:
        if event.type() in (
            QEvent.Type.MouseButtonRelease,
            QEvent.Type.MouseButtonPress,
            QEvent.Type.MouseButtonDblClick,
        ):
            assert isinstance(event, QMouseEvent)
            for name, rect in self.cells(option.rect, index).items():  # type: ignore[attr-defined]
                if rect.contains(event.position().toPoint()):
                    if event.type() != QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
                        self.clicked_cell.emit(QModelIndex(index), name)  # pyright: ignore[reportArgumentType]
                    return True
        return False

    def helpEvent(self, event, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        from PySide6.QtWidgets import QToolTip

        for name, rect in self.cells(option.rect, index).items():  # type: ignore[attr-defined]
            if rect.contains(event.pos()):
                QToolTip.showText(event.globalPos(), self.tip(index, name), view)
                return True
        return super().helpEvent(event, view, option, index)


class RowDrag(QObject):
    """Moves rows of a list by dragging them.

    Qt's own drag and drop would let rows leave the list, and can't be tested without a screen.

    Args:
        view: The list.
        drop: Called with the dragged rows and the place before which they are dropped.
    """

    def __init__(self, view: RowList, drop: Callable[[list[int], int], object]) -> None:
        super().__init__(view)
        self._view = view
        self._drop = drop
        self._start: QPoint | None = None
        self._rows: list[int] = []
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QMouseEvent):
            return False
        at = event.position().toPoint()
        if event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self._start = at if self._view.indexAt(at).isValid() else None
        elif event.type() == QEvent.Type.MouseMove and self._start is not None:
            return self._move(at)
        elif event.type() == QEvent.Type.MouseButtonRelease:
            place, rows, self._start = self._view.line, self._rows, None
            self._rows = []
            self._view.set_line(-1)
            if place >= 0:
                self._drop(rows, place)
                return True
        return False

    def _move(self, at: QPoint) -> bool:
        assert self._start is not None
        if not self._rows:
            if (at - self._start).manhattanLength() < QApplication.startDragDistance():
                return True
            pressed = self._view.indexAt(self._start).row()
            chosen = sorted(index.row() for index in self._view.selectedIndexes())
            self._rows = chosen if pressed in chosen else [pressed]
        index = self._view.indexAt(at)
        if index.isValid():
            self._view.set_line(index.row() + (at.y() > self._view.visualRect(index).center().y()))
        else:
            self._view.set_line(0 if at.y() < 0 else self._view.model().rowCount())
        return True


# What moves in a list and chooses from it.
LIST_KEYS = frozenset(
    (
        Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End,
        Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space,
    )
)  # fmt: skip


def keep_list_keys(event: QEvent) -> bool:
    """Keep what moves in a list from the window's shortcuts: call it from the list's `event`; True: it is handled."""
    if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if plain and event.key() in LIST_KEYS:
            event.accept()
            return True
    return False


def of_all(listed: int, all_: int) -> str:
    """Return how many rows are listed, and of how many where a search or a filter hides some."""
    return f"{all_:,}" if listed == all_ else tr("{n:,} of {m:,}", n=listed, m=all_)


def action_menu(widget: QWidget, ids: Iterable[str]) -> QMenu:
    """Return a menu of the window's actions by their names; "|" is a separator."""
    menu = QMenu(widget)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    window = widget.window()
    for id in ids:
        if id == "|":
            menu.addSeparator()
            continue
        action = window.findChild(QAction, id)
        if action is not None:
            menu.addAction(action)
    return menu


class RowList(QListView):
    """A list of painted rows of equal height; a click on an icon of a row does not change the selection.

    Signals:
        row_clicked: (index) a row was clicked, and none of its icons.
    """

    row_clicked = Signal(QModelIndex)

    def __init__(self, delegate: RowDelegate) -> None:
        super().__init__()
        self.setItemDelegate(delegate)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._delegate = delegate
        self.line = -1
        self._on_cell = False
        self.clicked.connect(lambda index: None if self._on_cell else self.row_clicked.emit(index))
        theme().changed.connect(self.viewport().update)

    def set_line(self, place: int) -> None:
        """Show a line before a row, where something would be dropped; -1 for none."""
        if place != self.line:
            self.line = place
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.line >= 0:
            last = self.model().rowCount() - 1
            rect = self.visualRect(self.model().index(min(self.line, last), 0))
            y = rect.bottom() if self.line > last else rect.top()
            painter = QPainter(self.viewport())
            painter.fillRect(8, y - 1, self.viewport().width() - 16, 2, theme().color("accent"))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._on_cell = self._hits_cell(self.indexAt(event.position().toPoint()), event)
        super().mouseReleaseEvent(event)

    def selectionCommand(self, index, event=None):
        if isinstance(event, QMouseEvent) and self._hits_cell(QModelIndex(index), event):
            return QItemSelectionModel.SelectionFlag.NoUpdate
        return super().selectionCommand(index, event)

    def _hits_cell(self, index: QModelIndex, event: QMouseEvent) -> bool:
        cells = self._delegate.cells(self.visualRect(index), index) if index.isValid() else {}
        return any(rect.contains(event.position().toPoint()) for rect in cells.values())

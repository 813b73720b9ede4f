"""The classes of the project: colour, name, number of objects, eye, hotkey."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import QAbstractListModel, QModelIndex, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QColorDialog, QLineEdit, QStackedWidget, QStyleOptionViewItem

from segstudio.app.panels.rows import CELL, Index, RowDelegate, RowList
from segstudio.app.session import Session
from segstudio.app.widgets import EmptyState, Panel, icon_button, label, row
from segstudio.core import colors, edits
from segstudio.core.labels import Category

CATEGORY = Qt.ItemDataRole.UserRole
COUNT = CATEGORY + 1


class LabelModel(QAbstractListModel):
    """The classes in their order; renaming a row is one undo step."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._rows: list[Category] = []
        self._counts: dict[int, int] = {}
        session.categories_changed.connect(self._read)
        session.project_changed.connect(self._read)
        # Counting is a query over all annotations: once after a burst of changes, not once a change.
        self._later = QTimer(self, singleShot=True, interval=150)
        self._later.timeout.connect(self._count)
        session.history_changed.connect(self._later.start)
        self._read()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole):
        category = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole | Qt.ItemDataRole.ToolTipRole:
                return category.name
            case Qt.ItemDataRole.UserRole:
                return category
            case _ if role == COUNT:
                return self._counts.get(category.id, 0)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        category, name = self._rows[index.row()], str(value).strip()
        if not name or name == category.name or any(c.name == name for c in self._rows):
            return False
        return self._session.commit(edits.change_category(category, replace(category, name=name)))

    def row_of(self, category: int | None) -> int:
        """Return the row of a class, -1 for none."""
        return next((i for i, c in enumerate(self._rows) if c.id == category), -1)

    def _read(self) -> None:
        rows = list(self._session.categories.values())
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        self._later.start()

    def _count(self) -> None:
        project = self._session.project
        self._counts = project.counts() if project is not None else {}
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))


class _Delegate(RowDelegate):
    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session

    def cells(self, rect: QRect, index: Index) -> dict[str, QRect]:
        return {
            "color": QRect(rect.left() + 8, rect.top(), CELL, rect.height()),
            "eye": QRect(rect.right() - CELL - 8, rect.top(), CELL, rect.height()),
        }

    def tip(self, index: Index, cell: str) -> str:
        return "Change the colour" if cell == "color" else "Show or hide this class"

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        category: Category = index.data(CATEGORY)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        hidden = category.id in self._session.view.hidden_categories
        painter.save()
        self.background(painter, option, marked=category.id == self._session.category)
        cells = self.cells(rect, index)
        self.dot(painter, cells["color"], QColor(*colors.class_color(category)), hollow=hidden)
        self.icon(painter, cells["eye"], "eye-slash" if hidden else "eye", "faint" if hidden else "muted")
        right = cells["eye"].left()
        if index.row() < 9:
            self.cap(painter, QRect(right - 20, rect.center().y() - 8, 16, 17), str(index.row() + 1))
        count = index.data(COUNT)
        self.words(
            painter,
            QRect(right - 72, rect.top(), 44, rect.height()),
            f"{count:,}" if count else "–",
            "muted",
            right=True,
        )
        left = cells["color"].right() + 4
        self.words(
            painter,
            QRect(left, rect.top(), right - 70 - left, rect.height()),
            category.name,
            "faint" if hidden else "text",
        )
        painter.restore()


class LabelsPanel(Panel):
    """The list of classes; the marked one is what new objects get."""

    title = "Labels"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.model = LabelModel(session)
        delegate = _Delegate(session)
        self.list = RowList(delegate)
        self.list.setModel(self.model)
        self.list.setAccessibleName("Classes")
        self.name = QLineEdit(placeholderText="New class…", clearButtonEnabled=True)
        self.name.setAccessibleName("Name of a new class")
        self.name.returnPressed.connect(self.add)
        self.stack = QStackedWidget()
        self.stack.addWidget(
            EmptyState(
                "tag", "No classes yet", "Type a name below, or let a model or an imported file bring its classes."
            )
        )
        self.stack.addWidget(self.list)
        self._all = icon_button("eye", "Show all classes", lambda: session.view.set(hidden_categories=frozenset()))
        self._number = label("", "small")
        self.add_header(label("Classes", "heading"), self._number, None, self._all)
        self.body.addWidget(self.stack, 1)
        self.body.addLayout(
            row(self.name, icon_button("plus", "Add the class", self.add), margins=(12, 8, 8, 8), spacing=4)
        )
        delegate.clicked_cell.connect(self._on_cell)
        self.list.clicked.connect(lambda index: session.set_category(index.data(CATEGORY).id))
        session.categories_changed.connect(self._show)
        session.project_changed.connect(self._show)
        session.view.changed.connect(self.list.viewport().update)
        self._show()

    def add(self) -> None:
        """Add the class that is typed in the field and make it the current one."""
        name = self.name.text().strip()
        session = self._session
        if not name or session.project is None:
            return
        known = next((c for c in session.categories.values() if c.name == name), None)
        if known is None:
            position = max((c.position for c in session.categories.values()), default=-1) + 1
            known = Category(session.new_id("category"), name, position=position)
            if not session.commit(edits.add_category(known)):
                return
        session.set_category(known.id)
        self.name.clear()

    def _on_cell(self, index: QModelIndex, cell: str) -> None:
        category: Category = index.data(CATEGORY)
        if cell == "eye":
            self._session.view.toggle_category(category.id)
            return
        color = QColorDialog.getColor(QColor(*colors.class_color(category)), self, f"Colour of {category.name}")
        if color.isValid():
            self._session.commit(edits.change_category(category, replace(category, color=color.name())))

    def _show(self) -> None:
        n = self.model.rowCount()
        self._number.setText(str(n) if n else "")
        self.stack.setCurrentIndex(1 if n else 0)
        self.setEnabled(self._session.project is not None)
        place = self.model.row_of(self._session.category)
        if place >= 0:
            self.list.setCurrentIndex(self.model.index(place))

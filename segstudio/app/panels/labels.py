"""The classes of the project: colour, name, number of objects, eye, hotkey; their order is the order of the keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QStyleOptionViewItem, QWidget

from segstudio.app.i18n import tr
from segstudio.app.panels.rows import CELL, Index, RowDelegate, RowDrag, RowList, action_menu, of_all
from segstudio.app.session import Session
from segstudio.app.table.labels import ROWS
from segstudio.app.widgets import EmptyState, Panel, icon_button, label, row
from segstudio.core import colors
from segstudio.core.labels import Category

CATEGORY = Qt.ItemDataRole.UserRole
COUNT = CATEGORY + 1
KEY = CATEGORY + 2


class LabelModel(QAbstractListModel):
    """The classes in their order, those that a search finds; renaming a row is one undo step.

    Attributes:
        rename: Gives a class another name; set by the panel.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._rows: list[Category] = []
        self._keys: dict[int, int] = {}
        self._counts: dict[int, int] = {}
        self._search = ""
        self.rename: Callable[[Category, str], bool] = lambda *_: False
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
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole | Qt.ItemDataRole.AccessibleTextRole:
                return category.name
            case Qt.ItemDataRole.ToolTipRole:
                return tip(category, self._keys.get(category.id, 0))
            case Qt.ItemDataRole.UserRole:
                return category
            case _ if role == COUNT:
                return self._counts.get(category.id, 0)
            case _ if role == KEY:
                return self._keys.get(category.id, 0)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        category = self._rows[index.row()]
        return str(value).strip() != category.name and self.rename(category, str(value))

    def row_of(self, category: int | None) -> int:
        """Return the row of a class, -1 for none."""
        return next((i for i, c in enumerate(self._rows) if c.id == category), -1)

    @property
    def searching(self) -> bool:
        """Whether a search hides some of the classes."""
        return bool(self._search)

    def search(self, text: str) -> None:
        """List only the classes whose name or supercategory contains the text, whatever the case."""
        self._search = text.strip().lower()
        self._read()

    def _read(self) -> None:
        rows = list(self._session.categories.values())
        self._keys = {c.id: i for i, c in enumerate(rows[:9], start=1)}
        if self._search:
            rows = [c for c in rows if self._search in f"{c.name} {c.supercategory}".lower()]
        if [c.id for c in rows] != [c.id for c in self._rows]:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        elif rows:
            self._rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
        self._later.start()

    def _count(self) -> None:
        project = self._session.project
        self._counts = project.counts() if project is not None else {}
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))


def tip(category: Category, key: int) -> str:
    """Return a few lines about a class."""
    lines = [category.name]
    kind = tr("Countable things") if category.thing else tr("Stuff")
    lines.append(f"{category.supercategory} · {kind}" if category.supercategory else kind)
    if category.attributes:
        lines.append(tr("Attributes: {names}", names=", ".join(spec.name for spec in category.attributes)))
    if category.skeleton is not None:
        lines.append(tr("{n} keypoints", n=len(category.skeleton.names)))
    if key:
        lines.append(tr("Key {n}: new objects get this class, and so do selected ones", n=key))
    return "\n".join(lines)


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
        return tr("Change the colour") if cell == "color" else tr("Show or hide this class")

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect  # type: ignore[attr-defined]
        editor.setGeometry(rect.adjusted(32, 0, -CELL - 12, 0))

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
        if index.data(KEY):
            self.cap(painter, QRect(right - 20, rect.center().y() - 8, 16, 17), str(index.data(KEY)))
        count = index.data(COUNT)
        number = QRect(right - 72, rect.top(), 44, rect.height())
        self.words(painter, number, f"{count:,}" if count else "–", "muted", right=True)
        left, right = cells["color"].right() + 4, number.left()
        used = min(painter.fontMetrics().horizontalAdvance(category.name), right - left)
        text = QRect(left, rect.top(), right - left, rect.height())
        self.words(painter, text, category.name, "faint" if hidden else "text")
        more = " · ".join(part for part in (category.supercategory, "" if category.thing else tr("stuff")) if part)
        if more and right - left - used > 40:
            self.words(painter, text.adjusted(used + 8, 0, 0, 0), more, "faint")
        painter.restore()


class LabelsPanel(Panel):
    """The list of classes; the marked one is what new objects get.

    Attributes:
        commands: What can be done to the chosen classes.
    """

    title = "Labels"

    def __init__(self, session: Session) -> None:
        # The commands ask by palettes, whose list is one of the panels' lists.
        from segstudio.app.commands.labels import LabelCommands

        super().__init__()
        self._session = session
        self.model = LabelModel(session)
        self.commands = LabelCommands(session, self, self.chosen, self._begin)
        self.model.rename = self.commands.set_name
        delegate = _Delegate(session)
        self.list = RowList(delegate)
        self.list.setModel(self.model)
        self.list.setAccessibleName(tr("Classes"))
        self.list.setSelectionMode(RowList.SelectionMode.ExtendedSelection)
        self.list.setEditTriggers(RowList.EditTrigger.DoubleClicked)
        self.drag = RowDrag(self.list, self._drop)
        self.name = QLineEdit(placeholderText=tr("Find or add a class…"), clearButtonEnabled=True)
        self.name.setAccessibleName(tr("Name of a class"))
        self.name.returnPressed.connect(self.add)
        self.name.textChanged.connect(self._search)
        self.stack = QStackedWidget()
        self.stack.addWidget(
            EmptyState(
                "tag",
                tr("No classes yet"),
                tr("Type a name below, or let a model or an imported file bring its classes."),
            )
        )
        self.stack.addWidget(self.list)
        self.stack.addWidget(EmptyState("magnifying-glass", tr("No such class"), tr("Enter adds it.")))
        self._all = icon_button("eye", tr("Show all classes"), lambda: session.view.set(hidden_categories=frozenset()))
        self._more = icon_button("dots-three", tr("What can be done to the class"), self._pop)
        self._number = label("", "small")
        self.add_header(label(tr("Classes"), "heading"), self._number, None, self._all, self._more)
        self.body.addWidget(self.stack, 1)
        plus = icon_button("plus", tr("Add the class"), self.add)
        self.body.addLayout(row(self.name, plus, margins=(12, 8, 8, 8), spacing=4))
        self._kept: set[int] = set()
        self.model.modelAboutToBeReset.connect(self._keep)
        self.model.modelReset.connect(self._reselect)
        delegate.clicked_cell.connect(self._on_cell)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(lambda at: self._menu(self.list.viewport().mapToGlobal(at)))
        self.list.row_clicked.connect(self._on_clicked)
        self.list.activated.connect(self._on_clicked)
        session.categories_changed.connect(self._show)
        session.project_changed.connect(self._show)
        session.view.changed.connect(self.list.viewport().update)
        self._show()

    def chosen(self) -> list[Category]:
        """Return the classes that are selected in the list, else the current one."""
        rows = sorted(index.row() for index in self.list.selectedIndexes())
        found = [self.model.index(i).data(CATEGORY) for i in rows]
        now = self._session.categories.get(self._session.category or 0)
        return found or ([now] if now is not None else [])

    def add(self) -> None:
        """Add the class that is typed in the field and make it the current one."""
        if self.commands.add(self.name.text()) is not None:
            self.name.clear()

    def _begin(self, category: Category | None) -> None:
        self.come_forward()
        place = self.model.row_of(category.id) if category is not None else -1
        if place < 0:
            self.name.setFocus()
        else:
            self.list.setFocus()
            self.list.edit(self.model.index(place))

    def _keep(self) -> None:
        self._kept = {index.data(CATEGORY).id for index in self.list.selectedIndexes()}

    def _reselect(self) -> None:
        chosen = QItemSelection()
        for place in range(self.model.rowCount()):
            index = self.model.index(place)
            if index.data(CATEGORY).id in self._kept:
                chosen.select(index, index)
        self.list.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _search(self, text: str) -> None:
        self.model.search(text)
        self._show()

    def _on_clicked(self, index: QModelIndex) -> None:
        if len(self.list.selectedIndexes()) == 1:
            self._session.set_category(index.data(CATEGORY).id)

    def _on_cell(self, index: QModelIndex, cell: str) -> None:
        category: Category = index.data(CATEGORY)
        if cell == "eye":
            self._session.view.toggle_category(category.id)
            return
        self.list.setCurrentIndex(index)
        self.commands.recolor()

    def _drop(self, rows: list[int], place: int) -> None:
        if self.model.searching:
            self._session.said.emit(tr("Clear the search to change the order."))
            return
        before = self.model.index(place).data(CATEGORY).id if place < self.model.rowCount() else None
        self.commands.put([self.model.index(i).data(CATEGORY).id for i in rows], before)

    def _pop(self) -> None:
        self._menu(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _menu(self, at: QPoint) -> None:
        menu = action_menu(self, (spec.id for spec in ROWS))
        menu.popup(at)

    def _show(self) -> None:
        n, all_ = self.model.rowCount(), len(self._session.categories)
        self._number.setText(of_all(n, all_) if all_ else "")
        self.stack.setCurrentIndex(1 if n else 2 if all_ else 0)
        self.setEnabled(self._session.project is not None)
        self._all.setEnabled(bool(self._session.view.hidden_categories))
        self._more.setEnabled(n > 0)
        place = self.model.row_of(self._session.category)
        if place >= 0 and not self.list.selectedIndexes():
            self.list.setCurrentIndex(self.model.index(place))
        self.list.viewport().update()

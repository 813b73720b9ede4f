"""The editor of keyboard shortcuts."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QSortFilterProxyModel, Qt
from PySide6.QtGui import QFont, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QTableView,
    QWidget,
)

from segstudio.app.actions import shown
from segstudio.app.dialogs.base import Dialog
from segstudio.app.i18n import tr
from segstudio.app.keymap import PRESETS, Keymap, title_of
from segstudio.app.table import ACTIONS, Spec
from segstudio.app.widgets import button, label, row

Index = QModelIndex | Any


def name_of(spec: Spec) -> str:
    """Return an action's name with its menu, in the person's language."""
    text = tr(spec.text).rstrip("…")
    return f"{tr(spec.menu)}: {text}" if spec.menu else text


class _Model(QAbstractTableModel):
    """Two columns: what it does, and its keys."""

    def __init__(self, keymap: Keymap, parent: QObject) -> None:
        super().__init__(parent)
        self._keymap = keymap
        self._keys = keymap.keys()
        keymap.changed.connect(self._refresh)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(ACTIONS)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 2

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return (tr("Action"), tr("Keys"))[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        spec = ACTIONS[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return name_of(spec) if index.column() == 0 else "   ".join(map(shown, self._keys[spec.id]))
        if role == Qt.ItemDataRole.UserRole:
            return spec.id
        if role == Qt.ItemDataRole.FontRole and index.column() == 1 and self._keymap.changed_by_person(spec.id):
            return _bold()
        return None

    def _refresh(self) -> None:
        self._keys = self._keymap.keys()
        self.dataChanged.emit(self.index(0, 0), self.index(len(ACTIONS) - 1, 1))


class KeysDialog(Dialog):
    """Search an action, press new keys; a key that another action has is only taken when the person says so."""

    def __init__(self, parent: QWidget | None, keymap: Keymap) -> None:
        text = tr("Choose an action, press its new keys. Keys of your own are bold.")
        super().__init__(parent, tr("Edit keyboard shortcuts"), text, width=720)
        self._keymap = keymap
        self.presets = QComboBox()
        self.presets.setAccessibleName(tr("Preset"))
        for name in PRESETS:
            self.presets.addItem(title_of(name), name)
        self.presets.setCurrentIndex(PRESETS.index(keymap.preset))
        self.presets.activated.connect(lambda i: keymap.choose(PRESETS[i]))
        self.search = QLineEdit(placeholderText=tr("Search actions and keys"), clearButtonEnabled=True)
        self.content.addLayout(row(self.search, label(tr("Preset"), "muted"), self.presets))
        self._make_table()
        self.keys = QKeySequenceEdit(maximumSequenceLength=1)
        self.keys.setAccessibleName(tr("New keys"))
        self.keys.keySequenceChanged.connect(self._show_conflict)
        self.use = button(tr("Use"), lambda: self._apply(add=False), kind="primary")
        self.add = button(tr("Use Too"), lambda: self._apply(add=True))
        self.clear = button(tr("No Keys"), lambda: keymap.set(self._current(), ()))
        self.back = button(tr("Reset"), lambda: keymap.reset(self._current()))
        self.content.addLayout(
            row(label(tr("New keys"), "muted"), self.keys, self.use, self.add, self.clear, self.back)
        )
        self.conflict = label("", "muted", wrap=True)
        self.content.addWidget(self.conflict)
        self.set_buttons(
            button(tr("Reset All"), keymap.reset, kind="quiet"), None, button(tr("Close"), self.accept, kind="primary")
        )
        self._show_conflict()

    def _make_table(self) -> None:
        model = _Model(self._keymap, self)
        self._filter = QSortFilterProxyModel(self)
        self._filter.setSourceModel(model)
        self._filter.setFilterKeyColumn(-1)
        self._filter.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.search.textChanged.connect(self._filter.setFilterFixedString)
        self.table = QTableView()
        self.table.setModel(self._filter)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.table.setMinimumHeight(360)
        self.table.setTabKeyNavigation(False)
        self.table.selectRow(0)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_conflict())
        self.content.addWidget(self.table)

    def _current(self) -> str:
        index = self.table.currentIndex()
        return str(index.data(Qt.ItemDataRole.UserRole)) if index.isValid() else ""

    def _apply(self, *, add: bool) -> None:
        id, key = self._current(), self.keys.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        if id and key:
            held = self._keymap.keys()[id] if add else ()
            self._keymap.set(id, (*held, key))
            self.keys.clear()

    def _show_conflict(self) -> None:
        id, key = self._current(), self.keys.keySequence()
        ready = bool(id) and not key.isEmpty()
        users = self._keymap.users(key.toString(), id) if ready else []
        names = ", ".join(name_of(spec) for spec in ACTIONS if spec.id in users)
        self.use.setEnabled(ready)
        self.add.setEnabled(ready)
        self.use.setText(tr("Take the Keys") if users else tr("Use"))
        text = tr("{key} belongs to “{names}”, which would lose it.", key=shown(key.toString()), names=names)
        self.conflict.setText(text if users else "")


def _bold() -> QFont:
    font = QApplication.font()
    font.setBold(True)
    return font

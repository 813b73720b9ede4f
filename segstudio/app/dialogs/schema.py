"""The attributes that the objects of a class may have."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from segstudio.app.dialogs.base import Dialog
from segstudio.app.i18n import later, tr
from segstudio.app.widgets import button, icon_button, label, row
from segstudio.core import label_edits
from segstudio.core.errors import InputError
from segstudio.core.labels import ATTRIBUTE_KINDS, AttributeSpec, Category

KINDS = {"flag": later("Flag"), "choice": later("Choice"), "number": later("Number"), "text": later("Text")}
OLD = Qt.ItemDataRole.UserRole  # the name that a line had when the dialog opened
YES = ("yes", "true", "1", "on")
NO = ("no", "false", "0", "off")


def written(spec: AttributeSpec) -> tuple[str, str]:
    """Return an attribute's values and its default as the table shows them."""
    values = ", ".join(spec.choices)
    if spec.kind == "number" and (spec.least, spec.most) != (None, None):
        ends = ("" if v is None else f"{v:g}" for v in (spec.least, spec.most))
        values = "..".join(ends)
    default = spec.default
    if isinstance(default, bool):
        return values, "yes" if default else "no"
    return values, "" if default is None else f"{default:g}" if isinstance(default, int | float) else default


def understood(name: str, kind: str, values: str, default: str) -> AttributeSpec:
    """Return the attribute that a line of the table says.

    Raises:
        InputError: A range or a default can't be understood.
    """
    name, default = name.strip(), default.strip()
    if kind == "choice":
        choices = tuple(dict.fromkeys(v.strip() for v in values.split(",") if v.strip()))
        return AttributeSpec(name, kind, default or None, choices)
    if kind == "number":
        least, most = _range(name, values)
        return AttributeSpec(name, kind, None if not default else _number(name, default), (), least, most)
    if kind == "flag":
        if default.lower() not in (*YES, *NO, ""):
            raise InputError(f"The default of {name} is not yes or no.", remedy="Type yes, no, or nothing.")
        return AttributeSpec(name, kind, None if not default else default.lower() in YES)
    return AttributeSpec(name, kind, default or None)


def _number(name: str, text: str) -> int | float:
    try:
        value = float(text)
    except ValueError:
        raise InputError(f"{text} is not a number.", place=name, remedy="Type one, or leave it empty.") from None
    return int(value) if value.is_integer() and "." not in text else value


def _range(name: str, text: str) -> tuple[float | None, float | None]:
    if not text.strip():
        return None, None
    match = re.fullmatch(r"\s*([^\s.]*(?:\.\d+)?)\s*\.\.\s*(\S*)\s*", text)
    if match is None:
        raise InputError(f"The range of {name} is not understood.", remedy="Write 0..10, 0.. or ..10.")
    least, most = (float(_number(name, part)) if part else None for part in match.groups())
    return least, most


class SchemaDialog(Dialog):
    """A table: name, kind, values and default of each attribute.

    Attributes:
        specs: The attributes, once the dialog was accepted.
        renamed: The new names of those that had another one before.
    """

    def __init__(self, parent: QWidget | None, category: Category) -> None:
        text = tr(
            "What objects of this class can say about themselves. Values of a choice are separated by commas, those of "
            "a number are a range like 0..10."
        )
        super().__init__(parent, tr("Attributes of {name}", name=category.name), text, width=640)
        self.specs: tuple[AttributeSpec, ...] = category.attributes
        self.renamed: dict[str, str] = {}
        self.table = QTableWidget(0, 4)
        self.table.setHorizontalHeaderLabels([tr("Name"), tr("Kind"), tr("Values"), tr("Default")])
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(36)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        for column, width in ((0, 160), (1, 104), (3, 104)):
            self.table.setColumnWidth(column, width)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setMinimumHeight(224)
        self.content.addWidget(self.table)
        self.trouble = label("", "danger", wrap=True)
        self.content.addLayout(
            row(
                button(tr("Add Attribute"), self.add, icon="plus"),
                icon_button("trash", tr("Remove the attribute"), self.remove),
                icon_button("arrow-up", tr("Move up"), lambda: self.move_line(-1)),
                icon_button("arrow-down", tr("Move down"), lambda: self.move_line(1)),
                None,
            )
        )
        self.content.addWidget(self.trouble)
        self.set_buttons(button(tr("Cancel"), self.reject), button(tr("Apply"), self.apply, kind="primary"))
        for spec in category.attributes:
            self._put(self.table.rowCount(), spec)

    def add(self) -> None:
        """Add a line and let the person type its name."""
        place = self.table.rowCount()
        self._put(place, AttributeSpec(""))
        self.table.setCurrentCell(place, 0)
        self.table.edit(self.table.currentIndex())

    def remove(self) -> None:
        """Take the current line out; values that objects have stay with them."""
        if self.table.currentRow() >= 0:
            self.table.removeRow(self.table.currentRow())

    def move_line(self, by: int) -> None:
        """Move the current line up or down."""
        here = self.table.currentRow()
        there = here + by
        if here < 0 or not 0 <= there < self.table.rowCount():
            return
        cells, old = self._cells(here), self._old_name(here)
        self.table.removeRow(here)
        self._insert(there, cells, old)
        self.table.setCurrentCell(there, 0)

    def apply(self) -> None:
        """Take the attributes over, or say what is wrong with them."""
        try:
            specs = tuple(understood(*self._cells(i)) for i in range(self.table.rowCount()))
            label_edits.check_attributes(specs)
        except InputError as error:
            self.trouble.setText(f"{error.message} {error.remedy or ''}".strip())
            return
        self.specs = specs
        names = ((self._old_name(i), spec.name) for i, spec in enumerate(specs))
        self.renamed = {old: new for old, new in names if old and old != new}
        self.accept()

    def _old_name(self, place: int) -> str:
        item = self.table.item(place, 0)
        return item.data(OLD) or "" if item is not None else ""

    def _put(self, place: int, spec: AttributeSpec) -> None:
        self._insert(place, (spec.name, spec.kind, *written(spec)), spec.name)

    def _insert(self, place: int, cells: tuple[str, str, str, str], old: str) -> None:
        self.table.insertRow(place)
        for column in (0, 2, 3):
            self.table.setItem(place, column, QTableWidgetItem(cells[column]))
        name = self.table.item(place, 0)
        if name is not None:
            name.setData(OLD, old)
        kind = QComboBox()
        kind.setAccessibleName(tr("Kind"))
        for name in ATTRIBUTE_KINDS:
            kind.addItem(tr(KINDS[name]), name)
        kind.setCurrentIndex(ATTRIBUTE_KINDS.index(cells[1]))
        self.table.setCellWidget(place, 1, kind)

    def _cells(self, place: int) -> tuple[str, str, str, str]:
        name, values, default = (item.text() if (item := self.table.item(place, c)) else "" for c in (0, 2, 3))
        kind = self.table.cellWidget(place, 1)
        assert isinstance(kind, QComboBox)
        return name, kind.currentData(), values, default

"""The skeleton designer: names, limbs, symmetry, colours and sigmas of a class's keypoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, Qt
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from segstudio.app.dialogs.base import Dialog
from segstudio.app.dialogs.colors import ColorDialog
from segstudio.app.dialogs.skeleton_canvas import SkeletonCanvas
from segstudio.app.i18n import later, tr
from segstudio.app.widgets import button, icon_button, label, row
from segstudio.core import keypoint_edits, skeletons
from segstudio.core import skeleton_design as design
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import InputError
from segstudio.core.labels import Category
from segstudio.core.skeleton_design import Design

NAME, MIRROR, SIGMA, COLOR = range(4)
MODES = {
    "points": ("dots-nine", later("Points: click adds one, drag moves · Insert, Delete, arrows, [ ]")),
    "limbs": (
        "line-segment",
        later("Limbs: drag or click from point to point; again takes it away · Enter on two points"),
    ),
    "pairs": ("arrows-left-right", later("Mirror images: drag or click from point to point · Enter on two points")),
}


class SkeletonDialog(Dialog):
    """A drawing board beside a table of points and one of limbs.

    Attributes:
        canvas: The drawing board.
        points, limbs: The tables.
        change: What was decided, once the dialog was accepted; None without a change.
    """

    def __init__(self, parent: QWidget | None, category: Category, rows: Sequence[Annotation]) -> None:
        text = tr("Place the points of a typical pose in the order in which they are to be clicked.")
        super().__init__(parent, tr("Skeleton of {name}", name=category.name), text, width=960)
        self._category, self._rows = category, rows
        self._steps = [design.begin(category.skeleton)]
        self._at = 0
        self._filling = False
        self.change: ChangeSet | None = None
        self.canvas = SkeletonCanvas()
        self.hint = label("", "small")
        self.points = _table((tr("Name"), tr("Mirror image"), tr("Sigma"), ""), (0, 124, 60, 36))
        self.limbs = _table((tr("From"), tr("To"), ""), (0, 160, 36))
        self.trouble = label("", "danger", wrap=True)
        self.drop = QCheckBox()
        self._build()
        for keys, call in ((QKeySequence.StandardKey.Undo, self.undo), (QKeySequence.StandardKey.Redo, self.redo)):
            QShortcut(keys, self).activated.connect(call)
        self.canvas.stepped.connect(self.step)
        self.canvas.picked.connect(self._choose)
        self.points.itemChanged.connect(self._on_item)
        self.points.currentCellChanged.connect(lambda r, *_: self._choose(r))
        for table, call in ((self.points, self._recolor_point), (self.limbs, self._recolor_limb)):
            table.cellDoubleClicked.connect(lambda r, c, t=table, f=call: c == t.columnCount() - 1 and f(r))
            table.installEventFilter(self)
        self.drop.toggled.connect(self._judge)
        self.set_mode("points")
        self._show(0 if self.now.points else -1)

    @property
    def now(self) -> Design:
        """The design as it stands."""
        return self._steps[self._at]

    # Steps

    def step(self, made: Design) -> None:
        """Take up another design as the next step."""
        if made != self.now:
            del self._steps[self._at + 1 :]
            self._steps.append(made)
            self._at += 1
            self._show(self.canvas.chosen)

    def undo(self) -> None:
        """Take back the last step."""
        self._go(-1)

    def redo(self) -> None:
        """Repeat the step that was taken back."""
        self._go(1)

    def _go(self, by: int) -> None:
        self._at = min(max(self._at + by, 0), len(self._steps) - 1)
        self._show(self.canvas.chosen)

    def set_mode(self, mode: str) -> None:
        """Let the drawing board draw "points", "limbs" or "pairs"."""
        self.canvas.set_mode(mode)
        self.modes[mode].setChecked(True)
        self.hint.setText(tr(MODES[mode][1]))

    def take_template(self, name: str) -> None:
        """Begin anew with a published skeleton; points of the same name keep what objects have."""
        if name:
            self.step(design.take(self.now, skeletons.get(name).skeleton))
        self.templates.setCurrentIndex(0)

    def apply(self) -> None:
        """Take the skeleton over and close."""
        try:
            self.change = self._change()
        except InputError as error:
            self._complain(error)
            return
        self.accept()

    def _change(self) -> ChangeSet:
        made = self.now
        skeleton = design.finished(made) if made.points else None
        kept = design.kept(made) if skeleton is not None else None
        return keypoint_edits.change_skeleton(
            self._category, skeleton, self._rows, kept, drop=self.drop.isChecked() and not self.drop.isHidden()
        )

    # Showing

    def _build(self) -> None:
        self.templates = QComboBox()
        self.templates.setAccessibleName(tr("Template"))
        self.templates.addItem(tr("Begin with a template…"), "")
        for name in skeletons.names():
            self.templates.addItem(tr(skeletons.get(name).title), name)
        self.templates.activated.connect(lambda i: self.take_template(self.templates.itemData(i)))
        self._group = QButtonGroup(self)
        self.modes: dict[str, QToolButton] = {}
        for mode, (icon, text) in MODES.items():
            made = icon_button(icon, tr(text), lambda m=mode: self.set_mode(m), color="text")
            made.setCheckable(True)
            self._group.addButton(made)
            self.modes[mode] = made
        left, right = QVBoxLayout(), QVBoxLayout()
        undo = icon_button("arrow-counter-clockwise", tr("Undo"), self.undo)
        redo = icon_button("arrow-clockwise", tr("Redo"), self.redo)
        left.addLayout(row(*self.modes.values(), None, undo, redo, spacing=4))
        left.addWidget(self.canvas, 1)
        left.addWidget(self.hint)
        right.addWidget(self.templates)
        tabs = QTabWidget()
        tabs.addTab(self._points_page(), tr("Points"))
        tabs.addTab(self.limbs, tr("Limbs"))
        right.addWidget(tabs, 1)
        both = row(spacing=16)
        both.addLayout(left, 3)
        both.addLayout(right, 2)
        self.content.addLayout(both)
        self.content.addWidget(self.trouble)
        self.content.addWidget(self.drop)
        self.save = button(tr("Apply"), self.apply, kind="primary")
        self.set_buttons(button(tr("Cancel"), self.reject), self.save)
        # Enter in a cell or on the board must not close the dialog.
        self.save.setAutoDefault(False)
        self.resize(1080, 720)
        self.canvas.setFocus()

    def _points_page(self) -> QWidget:
        page = QWidget()
        inside = QVBoxLayout(page)
        inside.setContentsMargins(0, 8, 0, 0)
        inside.addWidget(self.points, 1)
        inside.addLayout(
            row(
                icon_button("plus", tr("Add a point"), lambda: self._on_chosen(lambda m, _: design.add(m, 0.5, 0.5))),
                icon_button("trash", tr("Remove the point"), lambda: self._on_chosen(_removed)),
                icon_button("arrow-up", tr("Move up"), lambda: self._move(-1)),
                icon_button("arrow-down", tr("Move down"), lambda: self._move(1)),
                None,
                button(tr("Pair by Names"), lambda: self.step(design.pair_by_names(self.now)), kind="quiet"),
                spacing=4,
            )
        )
        return page

    def _on_chosen(self, change: Callable[[Design, int], Design]) -> None:
        made = change(self.now, self.canvas.chosen)
        if len(made.points) > len(self.now.points):
            self.canvas.chosen = len(made.points) - 1
        self.step(made)

    def _move(self, by: int) -> None:
        here = self.canvas.chosen
        if 0 <= here + by < len(self.now.points) and here >= 0:
            made = design.move_row(self.now, here, by)
            self.canvas.chosen = here + by
            self.step(made)

    def _show(self, chosen: int) -> None:
        made = self.now
        chosen = min(chosen, len(made.points) - 1)
        self._filling = True
        self.canvas.show_design(made, chosen)
        self._fill_points(made)
        self._fill_limbs(made)
        self._filling = False
        self._choose(chosen)
        self._judge()

    def _fill_points(self, made: Design) -> None:
        self.points.setRowCount(len(made.points))
        for i, point in enumerate(made.points):
            partner = made.partner(i)
            texts = (point.name, "" if partner is None else made.points[partner].name, f"{point.sigma:g}", "")
            for column, text in enumerate(texts):
                _cell(self.points, i, column, text, editable=column != COLOR)
            _swatch(self.points, i, COLOR, point.color)

    def _fill_limbs(self, made: Design) -> None:
        self.limbs.setRowCount(len(made.limbs))
        for i, limb in enumerate(made.limbs):
            for column, text in enumerate((made.points[limb.a].name, made.points[limb.b].name, "")):
                _cell(self.limbs, i, column, text, editable=False)
            _swatch(self.limbs, i, 2, limb.color)

    def _choose(self, index: int) -> None:
        if self._filling:
            return
        self._filling = True
        self.canvas.chosen = index
        self.canvas.update()
        if index >= 0:
            column = max(self.points.currentColumn(), 0)
            which = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.points.setCurrentCell(index, column, which)
        self._filling = False

    def _judge(self) -> None:
        """Say what is wrong, and what would be lost."""
        made, old = self.now, self._category.skeleton
        lost = keypoint_edits.losing(self._rows, old, design.kept(made)) if old is not None and made.points else 0
        self.drop.setVisible(bool(lost))
        self.drop.setText(tr("Remove the labelled keypoints that are gone from {n} objects", n=lost))
        try:
            self._change()
        except InputError as error:
            self._complain(error)
        else:
            self.trouble.hide()
            self.save.setEnabled(True)

    def _complain(self, error: InputError) -> None:
        self.trouble.setText(f"{error.message} {error.remedy or ''}".strip())
        self.trouble.show()
        self.save.setEnabled(False)

    # The tables

    def _on_item(self, item: QTableWidgetItem) -> None:
        if self._filling:
            return
        index, text = item.row(), item.text().strip()
        point = self.now.points[index]
        made = self.now
        if item.column() == NAME:
            made = design.change(made, index, name=text)
        elif item.column() == MIRROR:
            made = self._paired(index, text)
        elif item.column() == SIGMA:
            made = design.change(made, index, sigma=_number(text, point.sigma))
        if made == self.now:
            self._show(index)
        else:
            self.step(made)

    def _paired(self, index: int, name: str) -> Design:
        made = self.now
        other = next((i for i, p in enumerate(made.points) if p.name == name), None)
        now = made.partner(index)
        if other == now or (other is None and name):
            return made
        return design.toggle_pair(made, index, now if other is None and now is not None else other or 0)

    def _recolor_point(self, index: int) -> None:
        point = self.now.points[index]
        color = self._ask_color(point.name, point.color)
        if color is not None:
            self.step(design.change(self.now, index, color=color))

    def _recolor_limb(self, index: int) -> None:
        limb = self.now.limbs[index]
        names = f"{self.now.points[limb.a].name} – {self.now.points[limb.b].name}"
        color = self._ask_color(names, limb.color)
        if color is not None:
            self.step(design.color_limb(self.now, index, color))

    def _ask_color(self, name: str, color: str) -> str | None:
        """Return "#rrggbb", "" for the object's own colour, or None for no change."""
        dialog = ColorDialog(self, Category(0, name, color=color or None), ())
        return (dialog.color or "") if dialog.exec() else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Give the tables keys of their own: Delete, Insert, Alt with an arrow, Enter on a colour."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        key, alt = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if watched is self.points:
            if alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self._move(-1 if key == Qt.Key.Key_Up else 1)
            elif key == Qt.Key.Key_Delete:
                self._on_chosen(_removed)
            elif key == Qt.Key.Key_Insert:
                self._on_chosen(lambda made, _: design.add(made, 0.5, 0.5))
            elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.points.currentColumn() == COLOR:
                self._recolor_point(self.points.currentRow())
            elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.points.edit(self.points.currentIndex())
            else:
                return super().eventFilter(watched, event)
            return True
        at = self.limbs.currentRow()
        if watched is self.limbs and at >= 0:
            limb = self.now.limbs[at]
            if key == Qt.Key.Key_Delete:
                self.step(design.toggle_limb(self.now, limb.a, limb.b))
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._recolor_limb(at)
                return True
        return super().eventFilter(watched, event)


def _removed(made: Design, index: int) -> Design:
    return design.remove(made, index) if index >= 0 else made


def _number(text: str, before: float) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return before
    return value if 0 < value <= 1 else before


def _table(titles: Sequence[str], widths: Sequence[int]) -> QTableWidget:
    made = QTableWidget(0, len(titles))
    made.setHorizontalHeaderLabels(list(titles))
    made.verticalHeader().setDefaultSectionSize(28)
    made.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    header = made.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    for column, width in enumerate(widths):
        if width:
            made.setColumnWidth(column, width)
        else:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
    made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    return made


def _cell(table: QTableWidget, line: int, column: int, text: str, *, editable: bool) -> None:
    item = table.item(line, column)
    if item is None:
        item = QTableWidgetItem()
        if not editable:
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
        table.setItem(line, column, item)
    item.setText(text)


def _swatch(table: QTableWidget, line: int, column: int, color: str) -> None:
    item = table.item(line, column)
    if item is None:
        return
    pixmap = QPixmap(16, 16)
    pixmap.fill(QColor(color) if color else Qt.GlobalColor.transparent)
    item.setIcon(QIcon(pixmap))
    item.setToolTip(color or tr("The object's own colour; Enter or a double click chooses another"))

"""The objects of the picture: eye, class, score, review state, accept and reject."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractListModel, QItemSelection, QItemSelectionModel, QModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QMenu,
    QStackedWidget,
    QStyle,
    QStyleOptionViewItem,
)

from segstudio.app.i18n import later, tr
from segstudio.app.panels.filtering import FilterButton
from segstudio.app.panels.in_boxes import Offer
from segstudio.app.panels.rows import CELL, Index, RowDelegate, RowList, action_menu, of_all
from segstudio.app.panels.states import OBJECT, object_state
from segstudio.app.session import Session
from segstudio.app.theme import theme
from segstudio.app.widgets import EmptyState, Panel, ThresholdSlider, icon_button, label, row
from segstudio.core import colors, edits
from segstudio.core.annotation import PREDICTED, REJECTED, Annotation
from segstudio.core.geometry import Box, Polygons
from segstudio.core.masks import Mask

ANNOTATION = Qt.ItemDataRole.UserRole
MENU = (
    "object.accept", "object.reject", "|", "object.relabel", "review.comment", "|", "review.done", "review.flag",
    "review.todo", "|", "object.hide", "object.lock", "edit.duplicate", "edit.delete",
)  # fmt: skip


class ObjectModel(QAbstractListModel):
    """The annotations of the current picture above the threshold that a search and a filter find, topmost first.

    Attributes:
        states: The review states that are listed; empty for all.
        commented: Whether only those with a comment are listed.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._rows: list[Annotation] = []
        self._places: dict[int, int] = {}
        self._search = ""
        self.states: frozenset[str] = frozenset()
        self.commented = False
        session.annotations_changed.connect(lambda _: self.read())
        session.picture_changed.connect(self.read)
        session.view.changed.connect(self.read)
        session.categories_changed.connect(self._repaint)
        self.read()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole):
        a = self._rows[index.row()]
        if role == ANNOTATION:
            return a
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.name(a)
        if role == Qt.ItemDataRole.ToolTipRole:
            return describe(a, self.name(a))
        return None

    def name(self, a: Annotation) -> str:
        """Return the name of an annotation's class."""
        category = self._session.categories.get(a.category)
        return category.name if category else tr("class {n}", n=a.category)

    def row_of(self, id: int) -> int:
        """Return the row of an annotation, -1 for one that is not listed."""
        return self._places.get(id, -1)

    def read(self) -> None:
        """Follow the session."""
        view = self._session.view
        rows = [a for a in self._session.annotations.values() if view.passes(a) and self._finds(a)]
        rows.reverse()
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self._places = {a.id: i for i, a in enumerate(rows)}
            self.endResetModel()
        else:
            self._repaint()

    @property
    def filtering(self) -> bool:
        """Whether a search or a filter may hide objects."""
        return bool(self._search or self.states or self.commented)

    def search(self, text: str) -> None:
        """List only the objects whose class, comment or model contains the text, whatever the case."""
        self._search = text.strip().lower()
        self.read()

    def filter(self, states: frozenset[str], *, commented: bool) -> None:
        """List only the objects in these review states (none: any), and maybe only those with a comment."""
        self.states, self.commented = states, commented
        self.read()

    def _finds(self, a: Annotation) -> bool:
        if (self.states and a.review not in self.states) or (self.commented and not a.comment):
            return False
        return not self._search or self._search in f"{self.name(a)} {a.comment} {a.origin.model}".lower()

    def _repaint(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))


def describe(a: Annotation, name: str) -> str:
    """Return a few lines about an annotation."""
    box = a.bounds
    place = tr("{w:.0f} × {h:.0f} px at {x:.0f}, {y:.0f}", w=box.w, h=box.h, x=box.x, y=box.y)
    lines = [f"{name} · {shape_name(a)}", place]
    lines.append(object_state(a.review)[2])
    if a.comment:
        lines.append(f"“{a.comment}”")
    lines.extend(f"{key}: {value}" for key, value in a.attributes.items())
    if a.score is not None:
        lines.append(tr("Score {score:.3f}", score=a.score))
    if a.origin.model:
        text = tr("Predicted by {model}", model=a.origin.model)
        lines.append(text if a.is_prediction else tr("Corrected from {model}", model=a.origin.model))
    if a.origin.notes:
        lines.extend(a.origin.notes)
    return "\n".join(lines)


def shape_name(a: Annotation) -> str:
    """Return the kind of an annotation in one word or two."""
    word = {Mask: later("mask"), Polygons: later("polygon"), Box: later("box")}.get(type(a.geometry), "")
    kind = tr(word) if word else ""
    if a.keypoints is not None:
        return tr("{kind} with keypoints", kind=kind) if kind else tr("keypoints")
    return kind or tr("no shape")


_ICONS = {Mask: "paint-brush", Polygons: "polygon", Box: "rectangle"}


class _Delegate(RowDelegate):
    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session

    def cells(self, rect: QRect, index: Index) -> dict[str, QRect]:
        a: Annotation = index.data(ANNOTATION)
        right = rect.right() - 8
        names = ("eye", "lock", "reject", "accept") if a.is_prediction else ("eye", "lock")
        return {name: QRect(right - i * CELL, rect.top(), CELL, rect.height()) for i, name in enumerate(names, start=1)}

    def tip(self, index: Index, cell: str) -> str:
        tips = {
            "eye": tr("Show or hide"),
            "lock": tr("Lock or unlock"),
            "accept": tr("Accept (Enter)"),
            "reject": tr("Reject (Backspace)"),
        }
        return tips[cell]

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        a: Annotation = index.data(ANNOTATION)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state = option.state  # type: ignore[attr-defined]
        active = bool(state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected))
        view = self._session.view
        rejected = a.review == REJECTED
        hidden = a.id in view.hidden or a.category in view.hidden_categories
        hidden = hidden or (view.isolated is not None and a.id not in view.isolated)
        locked = a.id in view.locked
        painter.save()
        self.background(painter, option)
        cells = self.cells(rect, index)
        color = QColor(*colors.annotation_color(a, self._session.categories.get(a.category), view.color_mode))
        self.dot(painter, QRect(rect.left() + 8, rect.top(), CELL, rect.height()), color, hollow=hidden or rejected)
        icon = _ICONS.get(type(a.geometry), "person")
        self.icon(painter, QRect(rect.left() + 32, rect.top(), 20, rect.height()), icon, "faint", 14)
        if active or hidden:
            self.icon(painter, cells["eye"], "eye-slash" if hidden else "eye", "muted")
        if active or locked:
            self.icon(painter, cells["lock"], "lock" if locked else "lock-open", "text" if locked else "muted")
        right = cells["lock" if active or locked else "eye"].left()
        if a.is_prediction and active:
            self.icon(painter, cells["accept"], "check", "ok")
            self.icon(painter, cells["reject"], "x", "danger")
            right = cells["accept"].left()
        # Where a row has its icons, the name needs the room of the bar.
        place = QRect(rect.left(), rect.top(), right - rect.left(), rect.height())
        right = self._state(painter, a, place, bar=not active)
        left = rect.left() + 56
        font = painter.font()
        font.setStrikeOut(rejected)
        painter.setFont(font)
        name = str(index.data()) + (f" {a.track}" if a.track is not None else "")
        self.words(
            painter,
            QRect(left, rect.top(), right - left - 6, rect.height()),
            name,
            "faint" if hidden or rejected else "text",
            mode=Qt.TextElideMode.ElideRight,
        )
        painter.restore()

    def _state(self, painter: QPainter, a: Annotation, rect: QRect, *, bar: bool) -> int:
        """Draw the review state, a sign for a comment, and the score of a prediction; return where they begin."""
        signs = [] if a.review == PREDICTED and a.score is not None else [object_state(a.review)[:2]]
        if a.comment:
            signs.append(("chat-text", "muted"))
        for icon, color in signs:
            self.icon(painter, QRect(rect.right() - 20, rect.top(), 18, rect.height()), icon, color, 14)
            rect = rect.adjusted(0, 0, -20, 0)
        if a.score is None or not a.is_prediction:
            return rect.right() - 4
        self.words(
            painter, QRect(rect.right() - 40, rect.top(), 36, rect.height()), f"{a.score:.2f}", "muted", right=True
        )
        if not bar:
            return rect.right() - 40
        line = QRect(rect.right() - 76, rect.center().y() - 1, 32, 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("border"))
        painter.drawRoundedRect(line, 1, 1)
        painter.setBrush(theme().color("accent"))
        painter.drawRoundedRect(QRect(line.left(), line.top(), max(round(line.width() * a.score), 2), 3), 1, 1)
        return line.left()


class ObjectsPanel(Panel):
    """The list of objects; its selection is the canvas's selection.

    Args:
        offers: Returns what models can do with the selected objects.
    """

    title = "Objects"

    def __init__(self, session: Session, offers: Callable[[], list[Offer]] = list) -> None:
        super().__init__()
        self._session = session
        self._offers = offers
        self._following = False
        self.model = ObjectModel(session)
        delegate = _Delegate(session)
        self.list = RowList(delegate)
        self.list.setModel(self.model)
        self.list.setAccessibleName(tr("Objects"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.threshold = ThresholdSlider(session.view)
        self._number = label("", "small")
        self._accept = icon_button("checks", tr("Accept all predictions that are shown"), self.accept_shown)
        self.search = QLineEdit(placeholderText=tr("Search objects"), clearButtonEnabled=True)
        self.search.setAccessibleName(tr("Search objects"))
        self.search.textChanged.connect(self.model.search)
        self.filter = FilterButton(tr("Filter objects"), self._groups, self._on_filter)
        self.stack = QStackedWidget()
        self._empty = EmptyState("selection-plus", tr("No objects here yet"), "")
        self.stack.addWidget(self._empty)
        self.stack.addWidget(self.list)
        self.add_header(label(tr("Objects"), "heading"), self._number, None, self._accept)
        self.body.addLayout(row(self.search, self.filter, margins=(8, 0, 8, 8), spacing=4))
        self.body.addLayout(row(self.threshold, margins=(12, 0, 12, 8)))
        self.body.addWidget(self.stack, 1)
        delegate.clicked_cell.connect(self._on_cell)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(lambda at: self.menu().popup(self.list.viewport().mapToGlobal(at)))
        self.list.selectionModel().selectionChanged.connect(self._on_selected)
        self.model.modelReset.connect(self._show)
        session.selection_changed.connect(self._follow)
        session.annotations_changed.connect(lambda _: self._show())
        session.picture_changed.connect(self._show)
        self._show()

    def menu(self) -> QMenu:
        """Return the menu of the selected objects, with what models can do with them."""
        made = action_menu(self, MENU)
        offers = self._offers()
        if offers:
            made.addSeparator()
        for text, icon, call in offers:
            made.addAction(theme().icon(icon, "text"), text).triggered.connect(lambda _=False, call=call: call())
        return made

    def accept_shown(self) -> None:
        """Make every visible prediction the person's own, as one step."""
        view = self._session.view
        shown = [a for a in self._session.annotations.values() if a.is_prediction and view.visible(a)]
        self._session.commit(edits.accept(shown))

    def _groups(self) -> list[tuple[str, list[tuple[str, str, str]]]]:
        states = [(name, object_state(name)[2], object_state(name)[0]) for name in OBJECT]
        return [("state", states), ("more", [("comment", tr("With a comment"), "chat-text")])]

    def _on_filter(self, chosen: frozenset[tuple[str, str]]) -> None:
        states = frozenset(value for kind, value in chosen if kind == "state")
        self.model.filter(states, commented=("more", "comment") in chosen)

    def _on_cell(self, index: QModelIndex, cell: str) -> None:
        a: Annotation = index.data(ANNOTATION)
        if cell == "eye":
            self._session.view.toggle_hidden({a.id})
        elif cell == "lock":
            self._session.toggle_locked({a.id})
        else:
            self._session.commit(edits.accept([a]) if cell == "accept" else edits.reject([a]))

    def _on_selected(self, *_: object) -> None:
        if not self._following:
            rows = self.list.selectionModel().selectedIndexes()
            self._session.select(index.data(ANNOTATION).id for index in rows)

    def _follow(self) -> None:
        """Select in the list what is selected on the canvas."""
        rows = sorted(r for r in (self.model.row_of(id) for id in self._session.selection) if r >= 0)
        chosen = QItemSelection()
        for place in rows:
            chosen.select(self.model.index(place), self.model.index(place))
        self._following = True
        try:
            self.list.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        finally:
            self._following = False
        if rows:
            self.list.scrollTo(self.model.index(rows[0]))

    def _show(self) -> None:
        session = self._session
        listed, all_ = self.model.rowCount(), len(session.annotations)
        self._number.setText(of_all(listed, all_))
        self._number.setVisible(all_ > 0)
        predictions = any(a.is_prediction for a in session.annotations.values())
        self.threshold.setVisible(any(a.is_prediction and a.score is not None for a in session.annotations.values()))
        self._accept.setEnabled(predictions)
        if listed:
            self.stack.setCurrentIndex(1)
            self._follow()
            return
        self.stack.setCurrentIndex(0)
        problem = session.problem
        heading = tr("No objects here yet") if problem is None else tr("This file can't be read")
        self._empty.heading.setText(tr("Nothing found") if all_ and self.model.filtering else heading)
        if all_ and self.model.filtering:
            self._empty.text.setText(tr("No object here is like this. Clear the search and the filter to see all."))
        elif problem is not None:
            self._empty.text.setText(f"{problem.message} {problem.remedy or ''}".strip())
        elif all_:
            text = tr("{n:,} predictions score below the threshold. Move the slider to the left to see them.", n=all_)
            self._empty.text.setText(text)
        else:
            self._empty.text.setText(tr("Draw one with a tool on the left, or let a model predict this picture."))

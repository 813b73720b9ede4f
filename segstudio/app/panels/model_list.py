"""The list of models: painted rows in groups, of which the opened one has its details as a widget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem, QWidget

from segstudio.app.file_words import said
from segstudio.app.i18n import later, tr
from segstudio.app.panels.progress import megabytes
from segstudio.app.panels.rows import Index, RowDelegate, RowList, keep_list_keys
from segstudio.app.theme import theme
from segstudio.zoo import Card, choosing
from segstudio.zoo.predictor import lacking

if TYPE_CHECKING:
    from segstudio.zoo import Catalog

GIVES = {
    "boxes": ("bounding-box", later("boxes"), later("Boxes")),
    "instances": ("selection-foreground", later("masks"), later("Masks")),
    "poses": ("person", later("keypoints"), later("Keypoints")),
    "faces": ("smiley", later("faces"), later("Faces")),
    "semantic": ("map-trifold", later("regions"), later("Regions")),
    "panoptic": ("squares-four", later("regions and objects"), later("Regions and objects")),
    "densepose": ("person-simple", later("dense poses"), later("Dense poses")),
    "labels": ("tag", later("picture labels"), later("Picture labels")),
    "prompts": ("sparkle", later("what you point at"), later("For the tool Cut Out")),
}
ENTRY = Qt.ItemDataRole.UserRole
HEADING, ROW = 30, 46
SIDE = 8


@dataclass(frozen=True)
class Entry:
    """A row: a card, or a heading, or (with neither) the place of the offer."""

    card: Card | None = None
    heading: str = ""


@dataclass(frozen=True)
class CardState:
    """What is known of a card on this machine.

    Args:
        needed: Bytes of weights that are not here.
        lacks: Python modules that are not installed.
        fetchable: Whether all that is needed has a source.
        restricted: The licence that forbids commercial use, or "".
    """

    needed: int
    lacks: tuple[str, ...]
    fetchable: bool
    restricted: str


class CardModel(QAbstractListModel):
    """The cards that a search and a filter find, in groups, the starter pack first.

    Attributes:
        shown: The rows.
        states: Of each card, by name.
        chosen: The name of the card that predicts.
    """

    def __init__(self, catalog: Catalog) -> None:
        super().__init__()
        self._catalog = catalog
        self._text, self._tasks, self._here = "", frozenset[str](), False
        self._lacks: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.shown: list[Entry] = []
        self.states: dict[str, CardState] = {}
        self.chosen = ""
        self.read()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole):
        entry = self.shown[index.row()]
        if role == ENTRY:
            return entry
        if entry.card is None:
            return entry.heading if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.card.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{entry.card.title}, {self.words(entry.card)}"
        return said(entry.card.description) if role == Qt.ItemDataRole.ToolTipRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        entry = self.shown[index.row()]
        return Qt.ItemFlag.ItemIsEnabled if entry.card is not None else Qt.ItemFlag.NoItemFlags

    def words(self, card: Card) -> str:
        """Return in a few words what a card gives and what it needs."""
        state = self.states[card.name]
        parts = [tr(GIVES[card.task][1])]
        if state.needed:
            parts.append(megabytes(state.needed))
        if state.restricted:
            parts.append(tr("non-commercial"))
        return " · ".join(parts)

    def row_of(self, name: str) -> int:
        """Return the row of a card, -1 for one that is not shown."""
        return next((i for i, e in enumerate(self.shown) if e.card is not None and e.card.name == name), -1)

    def total(self) -> int:
        """Return how many cards there are, shown or not."""
        return len(self.states)

    def filter(self, text: str, tasks: Iterable[str], *, here: bool) -> None:
        """List only the cards with these words that give one of these (none: anything), and maybe only those here."""
        self._text, self._tasks, self._here = text, frozenset(tasks), here
        self.read()

    def read(self) -> None:
        """Look which weights are here, and list what passes."""
        states = {card.name: self._state(card) for card in self._catalog}
        found = [
            card
            for card in self._catalog
            if choosing.passes(card, self._tasks, self._text)
            and not (self._here and (states[card.name].needed or states[card.name].lacks))
        ]
        rows = _grouped(found, offer=not (self._text or self._tasks or self._here))
        if rows != self.shown:
            self.beginResetModel()
            self.shown, self.states = rows, states
            self.endResetModel()
        elif states != self.states:
            self.states = states
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))

    def _state(self, card: Card) -> CardState:
        if card.requires not in self._lacks:
            self._lacks[card.requires] = tuple(lacking(card))
        parts = self._catalog.parts(card)
        gone = choosing.absent(parts)
        return CardState(gone.bytes, self._lacks[card.requires], gone.fetchable, choosing.restriction(parts))


def _grouped(cards: list[Card], *, offer: bool) -> list[Entry]:
    """Return rows: the starter pack, then a group for each thing that models give; maybe a place for an offer."""
    starters = [card for card in cards if card.starter]
    groups = [(tr("Starter pack"), starters)]
    for task, (_, _, heading) in GIVES.items():
        groups.append((tr(heading), [card for card in cards if card.task == task and not card.starter]))
    rows: list[Entry] = []
    for i, (heading, held) in enumerate(groups):
        if held:
            rows += [Entry(heading=heading), *(Entry(card) for card in held)]
        if i == 0 and offer:
            rows.append(Entry())
    return rows


class CardDelegate(RowDelegate):
    """Paints headings and closed cards; where a row has a widget, that paints itself."""

    def __init__(self, model: CardModel, inside: Mapping[int, QWidget]) -> None:
        super().__init__(model)
        self._model = model
        self._inside = inside

    def cells(self, rect: QRect, index: Index) -> dict[str, QRect]:
        return {}

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        entry: Entry = index.data(ENTRY)
        inside = self._inside.get(index.row())
        if inside is not None:
            view: CardList = option.widget  # type: ignore[attr-defined, assignment]
            width = max(view.viewport().width(), 160)
            layout = inside.layout()
            return QSize(width, layout.totalHeightForWidth(width) if layout is not None else 0)
        if entry.card is None:
            return QSize(120, HEADING if entry.heading else 0)
        return QSize(120, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: Entry = index.data(ENTRY)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        if index.row() in self._inside:
            return
        painter.save()
        if entry.card is None:
            font = painter.font()
            font.setPixelSize(11)
            painter.setFont(font)
            self.words(painter, rect.adjusted(SIDE + 4, 4, -SIDE, 0), entry.heading, "muted")
        else:
            self._card(painter, option, entry.card, rect.adjusted(SIDE, 2, -SIDE, -2))
        painter.restore()

    def _card(self, painter: QPainter, option: QStyleOptionViewItem, card: Card, rect: QRect) -> None:
        state = option.state  # type: ignore[attr-defined]
        known = self._model.states[card.name]
        chosen = card.name == self._model.chosen
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        over = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme().color("accent" if chosen or focused or over else "border"))
        painter.setBrush(theme().color("accent_soft" if chosen else "raised"))
        painter.drawRoundedRect(rect.adjusted(0, 0, -1, -1), 8, 8)
        self.icon(painter, QRect(rect.left() + 8, rect.top(), 22, rect.height()), GIVES[card.task][0], "muted", 18)
        sign, color = ("check-circle", "ok") if not known.needed else ("cloud-arrow-down", "faint")
        if not known.fetchable:
            sign, color = "file-plus", "faint"
        if known.lacks:
            sign, color = "warning", "warn"
        self.icon(painter, QRect(rect.right() - 28, rect.top(), 20, rect.height()), sign, color, 16)
        text = QRect(rect.left() + 38, rect.top() + 4, rect.width() - 38 - 32, (rect.height() - 8) // 2)
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        self.words(painter, text, card.title, mode=Qt.TextElideMode.ElideRight)
        font.setBold(False)
        font.setPixelSize(11)
        painter.setFont(font)
        below = text.translated(0, text.height())
        color = "warn" if known.restricted else "muted"
        self.words(painter, below, self._model.words(card), color, mode=Qt.TextElideMode.ElideRight)


class CardList(RowList):
    """Shows the cards; Enter, Space or a click opens one.

    Signals:
        picked: (name) a card was clicked, or opened by the keyboard.
    """

    picked = Signal(str)

    def __init__(self, model: CardModel) -> None:
        inside: dict[int, QWidget] = {}
        super().__init__(CardDelegate(model, inside))
        self._inside = inside
        self.cards = model
        self.setUniformItemSizes(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setModel(model)
        self._again = QTimer(self, singleShot=True, interval=0)
        self._again.timeout.connect(self.scheduleDelayedItemsLayout)
        model.modelAboutToBeReset.connect(self._inside.clear)
        self.row_clicked.connect(self._on_clicked)

    def put(self, row: int, widget: QWidget) -> None:
        """Give a row a widget; it is the list's from now on."""
        self._hide(row)
        self._inside[row] = widget
        self.setIndexWidget(self.cards.index(row), widget)
        self.scheduleDelayedItemsLayout()

    def take(self, row: int) -> None:
        """Take a row's widget away."""
        if row in self._inside:
            self._hide(row)
            self.setIndexWidget(self.cards.index(row), None)  # pyright: ignore[reportArgumentType]
            self.scheduleDelayedItemsLayout()

    def _hide(self, row: int) -> None:
        # Qt deletes a widget that is replaced, but lets it show until then.
        old = self._inside.pop(row, None)
        if old is not None:
            old.hide()

    def settle(self) -> None:
        """Lay the rows out again: what a widget shows has changed."""
        self._again.start()

    def event(self, event: QEvent) -> bool:
        return keep_list_keys(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        entry = self.currentIndex().data(ENTRY) if self.currentIndex().isValid() else None
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and entry and entry.card:
            self.picked.emit(entry.card.name)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.settle()

    def _on_clicked(self, index: QModelIndex) -> None:
        entry: Entry = index.data(ENTRY)
        if entry.card is not None:
            self.picked.emit(entry.card.name)

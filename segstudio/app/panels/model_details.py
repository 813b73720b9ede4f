"""A model's card, opened: what it is, where it comes from, what its licence says, and the buttons for its weights."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from segstudio.app.file_words import said
from segstudio.app.i18n import tr
from segstudio.app.panels.model_list import GIVES, SIDE, CardState
from segstudio.app.panels.progress import megabytes
from segstudio.app.widgets import Elided, button, icon_label, label, row
from segstudio.zoo import Card, status
from segstudio.zoo.predictor import installing


class _Frame(QFrame):
    """Tells when it is clicked."""

    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("model")
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()


class CardDetails(QWidget):
    """All about one card.

    Signals:
        clicked: It was clicked, beside its buttons.
        fetch: Its weights are wanted.
        add: A weights file is to be added by hand.
    """

    clicked = Signal()
    fetch = Signal()
    add = Signal()

    def __init__(self, card: Card, parts: Iterable[Card], state: CardState, *, chosen: bool) -> None:
        super().__init__()
        self.card = card
        outer = QVBoxLayout(self)
        outer.setContentsMargins(SIDE, 2, SIDE, 2)
        frame = _Frame()
        frame.setProperty("current", chosen)
        frame.clicked.connect(self.clicked.emit)
        outer.addWidget(frame)
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(10, 8, 10, 10)
        layout.setSpacing(6)
        icon, gives, _ = GIVES[card.task]
        title = Elided(card.title, "heading", Qt.TextElideMode.ElideRight)
        head = row(icon_label(icon, 18), title, label(tr(gives), "small"), spacing=8)
        head.setStretch(1, 1)
        layout.addLayout(head)
        layout.addWidget(label(said(card.description), "", wrap=True))
        if state.restricted:
            layout.addLayout(_warning(tr("Not for commercial use: {licence}", licence=state.restricted)))
        for module in state.lacks:
            layout.addLayout(_warning(tr("Needs: {command}", command=installing(module))))
        self.facts = label("\n".join(self._facts(state)), "small", wrap=True)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.facts.setCursor(Qt.CursorShape.IBeamCursor)
        layout.addWidget(self.facts)
        self.get = button(tr("Fetch {size}", size=megabytes(state.needed)), self.fetch.emit, kind="narrow")
        self.bring = button(tr("Add a Weights File…"), self.add.emit, kind="narrow")
        self.bring.setToolTip(tr("Take a file that you brought by hand; it is checked first"))
        if state.needed and not state.fetchable:
            layout.addWidget(label("\n".join(_by_hand(parts)), "small", wrap=True))
        layout.addLayout(row(self.get, self.bring, None, spacing=6))
        self.get.setVisible(state.needed > 0 and state.fetchable)
        self.bring.setVisible(state.needed > 0)

    def _facts(self, state: CardState) -> list[str]:
        card = self.card
        facts = [tr("Licence: {licence}", licence=card.licence)]
        if card.paper:
            facts.append(tr("Paper: {paper}", paper=card.paper))
        if card.bytes:
            facts.append(tr("Weights: {size}", size=megabytes(card.bytes)))
        if card.composes:
            facts.append(tr("Runs on: {names}", names=", ".join(card.composes)))
        facts += [f"{name}: {value:g}" for name, value in card.metrics.items()]
        return facts


def _warning(text: str) -> QHBoxLayout:
    made = QHBoxLayout()
    made.setSpacing(6)
    made.addWidget(icon_label("warning", 16, "warn"), alignment=Qt.AlignmentFlag.AlignTop)
    made.addWidget(label(text, "", wrap=True), 1)
    return made


def _by_hand(parts: Iterable[Card]) -> list[str]:
    """Return what a person must bring, where from."""
    wanted = [entry.file for part in parts for entry in status(part) if entry.state != "ready"]
    lines = [tr("It can't be fetched. Bring by hand:")]
    return lines + [f"{file.name} ({megabytes(file.bytes)}, {file.origin})" for file in wanted]

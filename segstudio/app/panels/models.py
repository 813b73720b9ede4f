"""The models: what each gives, whether it is here, and the buttons that run it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from segstudio.app.bridge import Bridge
from segstudio.app.i18n import later, tr
from segstudio.app.panels.progress import JobProgress, megabytes
from segstudio.app.session import Session
from segstudio.app.settings import Settings
from segstudio.app.theme import set_role
from segstudio.app.widgets import Elided, Panel, ThresholdSlider, button, icon_label, label, row
from segstudio.zoo import Card
from segstudio.zoo import weights as zoo_weights
from segstudio.zoo.predictor import installing, lacking

GIVES = {
    "boxes": ("bounding-box", later("boxes")),
    "instances": ("selection-foreground", later("masks")),
    "poses": ("person", later("keypoints")),
    "faces": ("smiley", later("faces")),
    "semantic": ("map-trifold", later("regions")),
    "panoptic": ("squares-four", later("regions and objects")),
    "densepose": ("person-simple", later("dense poses")),
    "labels": ("tag", later("picture labels")),
    "prompts": ("sparkle", later("what you point at")),
}


def missing_bytes(cards: list[Card]) -> int:
    """Return how many bytes of the cards' weights are not here yet."""
    return sum(entry.file.bytes for card in cards for entry in zoo_weights.status(card) if entry.state != "ready")


class ModelCard(QFrame):
    """One model: click to choose it.

    Signals:
        chosen: (name) it was clicked.
        fetch: (name) its weights are wanted.
    """

    chosen = Signal(str)
    fetch = Signal(str)

    def __init__(self, card: Card) -> None:
        super().__init__()
        self.card = card
        self.setObjectName("model")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        icon, _ = GIVES[card.task]
        title = Elided(card.title, "heading", Qt.TextElideMode.ElideRight)
        self.state = label("", "small")
        self.button = button(tr("Fetch"), lambda: self.fetch.emit(card.name))
        self.about = label("", "small", wrap=True)
        self._lacking = [installing(module) for module in lacking(card)]
        head = row(icon_label(icon, 18, "muted"), title, self.state, spacing=8)
        head.setStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.about)
        layout.addWidget(self.button, alignment=Qt.AlignmentFlag.AlignLeft)
        self.current = False

    def show_state(self, needed: int, *, current: bool) -> None:
        """Say whether the weights are here, and whether this is the chosen model."""
        card = self.card
        gives = tr(GIVES[card.task][1])
        needs = (tr("Needs: {command}", command=command) for command in self._lacking)
        self.about.setText(" ".join((tr(card.description), *needs)))
        self.setAccessibleName(f"{card.title}, {gives}")
        self.state.setText(gives if not needed else f"{gives} · {megabytes(needed)}")
        self.button.setText(tr("Fetch {size}", size=megabytes(needed)))
        self.button.setVisible(needed > 0)
        if current != self.current:
            self.current = current
            self.setProperty("current", current)
            self.style().polish(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.chosen.emit(self.card.name)

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return):
            self.chosen.emit(self.card.name)
        else:
            super().keyPressEvent(event)


class ModelsPanel(Panel):
    """Choose a model, run it on this picture or on all, see how far it is, take it back."""

    title = "Models"

    def __init__(self, session: Session, bridge: Bridge, settings: Settings, discard: Callable[[], object]) -> None:
        super().__init__()
        self._session = session
        self._bridge = bridge
        self._settings = settings
        self.cards: dict[str, ModelCard] = {}
        self.model = ""
        self.predict = button(tr("Predict"), self.predict_one, kind="primary", icon="sparkle")
        self.predict.setToolTip(tr("Predict this picture (Ctrl+Return)"))
        self.predict_every = button(tr("Predict All"), self.predict_all)
        self.predict_every.setToolTip(tr("Predict all pictures of the project (Ctrl+Shift+Return)"))
        self.progress = JobProgress("pictures", pausable=True)
        self.fetching = JobProgress("bytes")
        self.undo_run = button(tr("Discard the last run"), discard, kind="quiet", icon="arrow-u-up-left")
        self._offer = self._make_offer()
        self._inside = QWidget()
        self._list = QVBoxLayout(self._inside)
        self._list.setContentsMargins(12, 4, 12, 12)
        self._list.setSpacing(8)
        area = QScrollArea(widgetResizable=True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self._inside)
        self._inside.setAutoFillBackground(False)
        area.viewport().setAutoFillBackground(False)
        area.setFrameShape(QFrame.Shape.NoFrame)
        buttons = row(self.predict, self.predict_every, margins=(12, 12, 12, 8))
        buttons.setStretch(0, 1)
        buttons.setStretch(1, 1)
        self.body.addLayout(buttons)
        for widget in (self.progress, self.fetching, self.undo_run):
            self.body.addLayout(row(widget, margins=(12, 0, 12, 0)))
        self.body.addLayout(row(ThresholdSlider(session.view), margins=(12, 8, 12, 8)))
        self.body.addWidget(area, 1)
        self._fill()
        bridge.changed.connect(self._show)
        bridge.fetched.connect(self._show)
        session.project_changed.connect(self._show)
        session.picture_changed.connect(self._show)
        session.history_changed.connect(self._show)
        self._show()

    def predict_one(self) -> None:
        """Run the chosen model on the current picture, after fetching it where it is missing."""
        if self._ready_or_fetch():
            self._bridge.predict_one(self.model)

    def predict_all(self) -> None:
        """Run the chosen model on all pictures."""
        if self._ready_or_fetch():
            self._bridge.predict_all(self.model)

    def choose(self, name: str) -> None:
        """Make a model the chosen one, with the threshold that suits it."""
        card = self.cards[name].card
        if card.task == "prompts":
            self._session.said.emit(tr("{title} cuts out what you point at: take the tool Cut Out.", title=card.title))
            return
        self.model = name
        self._settings.set_text("model", name)
        self._session.view.set(threshold=card.default_threshold)
        self._show()

    def _ready_or_fetch(self) -> bool:
        if not self.model:
            return False
        if self._needed(self.model):
            self._session.said.emit(tr("Fetching the model first. Press Predict again when it is here."))
            self._bridge.fetch([self.model])
            return False
        return True

    def _needed(self, name: str) -> int:
        catalog = self._bridge.engine.catalog
        return missing_bytes(catalog.parts(catalog.get(name)))

    def _fill(self) -> None:
        catalog = self._bridge.engine.catalog
        more = [card for card in catalog if not card.starter]
        groups = (
            (tr("Starter pack"), [card for card in catalog if card.starter]),
            (tr("More models"), [card for card in more if card.task != "prompts"]),
            (tr("For the tool Cut Out"), [card for card in more if card.task == "prompts"]),
        )
        for i, (heading, cards) in enumerate(groups):
            if not cards:
                continue
            self._list.addWidget(label(heading, "small"))
            if i == 1:
                self._list.addWidget(self._offer)
            for card in cards:
                made = self.cards[card.name] = ModelCard(card)
                made.chosen.connect(self.choose)
                made.fetch.connect(lambda name: self._bridge.fetch([name]))
                self._list.addWidget(made)
        self._list.addStretch(1)
        stored = self._settings.text("model")
        usable = [name for name, made in self.cards.items() if made.card.task != "prompts"]
        ready = [name for name in usable if not self._needed(name)]
        preferred = [n for n in (stored, "starter-instances", *ready, *usable) if n in usable]
        if preferred:
            self.model = preferred[0]
            self._session.view.set(threshold=self.cards[self.model].card.default_threshold)

    def _make_offer(self) -> QFrame:
        frame = QFrame()
        set_role(frame, "notice")
        self._offer_text = label("", "", wrap=True)
        self._offer_button = button("", self._take_offer, kind="primary")
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(8)
        layout.addWidget(self._offer_text)
        layout.addWidget(self._offer_button, alignment=Qt.AlignmentFlag.AlignLeft)
        return frame

    def _take_offer(self) -> None:
        better = next((c.card for c in self.cards.values() if c.card.recommended), None)
        if better is not None:
            self.choose(better.name)
            self._bridge.fetch([better.name])

    def _show(self) -> None:
        session, bridge = self._session, self._bridge
        running = bridge.running()
        self.progress.show_job(running)
        self.fetching.show_job(bridge.fetching)
        usable = session.picture is not None and bool(self.model)
        self.predict.setEnabled(usable)
        self.predict_every.setEnabled(bool(session.media_ids) and running is None and bool(self.model))
        self.undo_run.setVisible(bridge.last_run() is not None)
        for name, widget in self.cards.items():
            widget.show_state(self._needed(name), current=name == self.model)
        better = next((c.card for c in self.cards.values() if c.card.recommended), None)
        needed = self._needed(better.name) if better is not None else 0
        self._offer.setVisible(needed > 0)
        if better is not None:
            text = tr("{model} finds more, and with finer outlines. It needs the network once.", model=better.title)
            self._offer_text.setText(text)
            self._offer_button.setText(tr("Fetch {size}", size=megabytes(needed)))

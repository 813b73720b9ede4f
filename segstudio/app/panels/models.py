"""The models: search, choose one, run it, see how far it is, bring its weights."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from segstudio.app.bridge import Bridge
from segstudio.app.dialogs.licence import LicenceDialog
from segstudio.app.i18n import language, tr
from segstudio.app.panels.filtering import Chosen, FilterButton, Groups
from segstudio.app.panels.in_boxes import InBoxes
from segstudio.app.panels.model_details import CardDetails
from segstudio.app.panels.model_files import ModelFiles
from segstudio.app.panels.model_list import GIVES, SIDE, CardList, CardModel
from segstudio.app.panels.progress import JobProgress, megabytes
from segstudio.app.session import Session
from segstudio.app.settings import Settings
from segstudio.app.theme import set_role
from segstudio.app.widgets import EmptyState, Panel, button, icon_button, label, row
from segstudio.zoo import Card

FIRST = "starter-instances"  # what is chosen where nothing was


class ModelsPanel(Panel):
    """Choose a model, run it on this picture or on all, take the run back.

    Attributes:
        model: The name of the chosen one, "" for none.
        opened: The name of the one whose details show, "" for none.
        list: Of the models.
        files: Takes files that the person brings.

    Signals:
        chosen: Another model is the one that predicts.
    """

    title = "Models"
    chosen = Signal()

    def __init__(self, session: Session, bridge: Bridge, settings: Settings, discard: Callable[[], object]) -> None:
        super().__init__()
        self._session = session
        self._bridge = bridge
        self._settings = settings
        self.model = self.opened = ""
        self.predict = button(tr("Predict"), self.predict_one, kind="primary", icon="sparkle")
        self.predict.setToolTip(tr("Predict this picture (Ctrl+Return)"))
        self.predict_every = button(tr("Predict All"), self.predict_all)
        self.predict_every.setToolTip(tr("Predict all pictures of the project (Ctrl+Shift+Return)"))
        self.progress = JobProgress("pictures", pausable=True)
        self.fetching = JobProgress("bytes")
        self.split_things = QCheckBox(tr("Split things into objects"))
        tip = tr("Each connected piece of a thing class becomes an object; stuff stays one region a class")
        self.split_things.setToolTip(tip)
        self.split_things.setChecked(settings.text("split_things") == "1")
        bridge.split_things = self.split_things.isChecked()
        self.multi_scale = QCheckBox(tr("Several scales, mirrored too"))
        tip = tr("The mean of what the network says at six scales and of mirror images; many times slower")
        self.multi_scale.setToolTip(tip)
        self.multi_scale.setChecked(settings.text("multi_scale") == "1")
        bridge.multi_scale = self.multi_scale.isChecked()
        self.in_boxes = InBoxes(session, bridge, settings, self.ready, lambda: self._show())
        # One box for all, so that what a model lacks takes no room.
        self.options = QWidget()
        column = QVBoxLayout(self.options)
        column.setContentsMargins(12, 0, 12, 8)
        column.setSpacing(8)
        for widget in (self.split_things, self.multi_scale, self.in_boxes):
            column.addWidget(widget)
        self.undo_run = icon_button("arrow-u-up-left", tr("Discard the last run"), discard)
        self.cards = CardModel(bridge.engine.catalog)
        self.list = CardList(self.cards)
        self.list.setAccessibleName(tr("Models"))
        self.search = QLineEdit(clearButtonEnabled=True)
        self.search.setAccessibleName(tr("Search models"))
        self.filter = FilterButton(tr("Filter models"), self._groups, lambda _: self._filter())
        self.files = ModelFiles(self, bridge, settings)
        self.new = icon_button("file-plus", tr("Add a Model File…"), self.files.add_model)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.list)
        nothing = tr("No model is like this. Clear the search and the filter to see all.")
        self.stack.addWidget(EmptyState("magnifying-glass", tr("Nothing found"), nothing))
        self._arrange()
        self._choose_first()
        self.split_things.toggled.connect(lambda on: self._set_option("split_things", on))
        self.multi_scale.toggled.connect(lambda on: self._set_option("multi_scale", on))
        self.search.textChanged.connect(lambda _: self._filter())
        self.search.returnPressed.connect(self._enter_list)
        self.list.picked.connect(self._on_picked)
        self.cards.modelReset.connect(self._furnish)
        self.cards.dataChanged.connect(lambda *_: self._furnish())
        bridge.changed.connect(self._show)
        bridge.fetched.connect(self.cards.read)
        for signal in (session.project_changed, session.picture_changed, session.history_changed):
            signal.connect(self._show)
        language().changed.connect(self._say_anew)
        self._say_anew()
        self._show()

    def _arrange(self) -> None:
        buttons = row(self.predict, self.predict_every, self.undo_run, margins=(12, 12, 12, 8))
        buttons.setStretch(0, 1)
        buttons.setStretch(1, 1)
        self.body.addLayout(buttons)
        for widget in (self.progress, self.fetching):
            self.body.addLayout(row(widget, margins=(12, 0, 12, 0)))
        self.body.addWidget(self.options)
        self.body.addLayout(row(self.search, self.filter, self.new, margins=(8, 0, 8, 4), spacing=4))
        self.body.addWidget(self.stack, 1)

    # Running

    def predict_one(self) -> None:
        """Run the chosen model on the current picture, after fetching it where it is missing."""
        if self.ready():
            self.in_boxes.predict_one(self._card(self.model))

    def predict_all(self) -> None:
        """Run the chosen model on all pictures."""
        if self.ready():
            self.in_boxes.predict_all(self._card(self.model))

    def _set_option(self, name: str, on: bool) -> None:
        setattr(self._bridge, name, on)
        self._settings.set_text(name, "1" if on else "")

    def ready(self, name: str = "") -> bool:
        """Return whether a model, by default the chosen one, can run now; what it lacks is fetched or asked for."""
        name = name or self.model
        if not name or not self._agreed(name):
            return False
        state = self.cards.states[name]
        if not state.needed:
            return True
        if state.fetchable:
            self._session.said.emit(tr("Fetching the model first. Press again when it is here."))
            self._bridge.fetch([name])
        else:
            self._session.said.emit(tr("The weights of this model must be brought by hand: see its card."))
            self.open(name)
        return False

    def _agreed(self, name: str) -> bool:
        """Return whether the person may use a model, and knows what its licence forbids."""
        licence, key = self.cards.states[name].restricted, f"licence/{name}"
        if not licence or self._settings.text(key):
            return True
        if not LicenceDialog(self, self._card(name).title, licence).exec():
            return False
        self._settings.set_text(key, "1")
        return True

    # Choosing

    def choose(self, name: str) -> None:
        """Make a model the chosen one, with the threshold that suits it, and open its card."""
        card = self._card(name)
        if card.task == "prompts":
            self._session.said.emit(tr("{title} cuts out what you point at: take the tool Cut Out.", title=card.title))
        else:
            self._take(name)
            self._settings.set_text("model", name)
        self.open(name)
        self._show()

    def open(self, name: str) -> None:
        """Show the details of a card; "" closes the one that is open."""
        self.opened = name
        self._furnish()
        at = self.cards.row_of(name)
        if at >= 0:
            self.list.setCurrentIndex(self.cards.index(at))
            self.list.scrollTo(self.cards.index(at))

    def _on_picked(self, name: str) -> None:
        if name == self.opened:
            self.open("")
        else:
            self.choose(name)

    def _take(self, name: str) -> None:
        self.model = self.cards.chosen = name
        self._session.view.set(threshold=self._card(name).default_threshold)
        self.chosen.emit()

    def _choose_first(self) -> None:
        usable = [card.name for card in self._bridge.engine.catalog if card.task != "prompts"]
        here = [name for name in usable if not self.cards.states[name].needed]
        first = next((n for n in (self._settings.text("model"), FIRST, *here, *usable) if n in usable), "")
        if first:
            self._take(first)

    def _card(self, name: str) -> Card:
        return self._bridge.engine.catalog.get(name)

    def _enter_list(self) -> None:
        """Go on from the search to the first card that it found."""
        first = next((i for i, entry in enumerate(self.cards.shown) if entry.card is not None), -1)
        if first >= 0:
            self.list.setFocus()
            self.list.setCurrentIndex(self.cards.index(first))

    def _groups(self) -> Groups:
        held = {card.task for card in self._bridge.engine.catalog}
        gives = [(task, tr(words), icon) for task, (icon, words, _) in GIVES.items() if task in held]
        return [("where", [("here", tr("Ready to run here"), "check-circle")]), ("gives", gives)]

    def _filter(self) -> None:
        chosen: Chosen = self.filter.chosen
        tasks = [value for kind, value in chosen if kind == "gives"]
        self.cards.filter(self.search.text(), tasks, here=("where", "here") in chosen)

    # Weights

    def fetch(self, name: str) -> None:
        """Fetch a model's weights."""
        if self._agreed(name):
            self._bridge.fetch([name])

    def reveal(self, name: str) -> None:
        """Choose a card, also one that is new or that the search or the filter hides."""
        self._say_anew()
        self.search.clear()
        self.filter.choose(frozenset())
        self.choose(name)

    # What is shown

    def _say_anew(self) -> None:
        """Say in the current language what is put together from words and numbers."""
        self.search.setPlaceholderText(tr("Search {n} models", n=self.cards.total()))
        self.cards.read()
        self._furnish()

    def _furnish(self) -> None:
        """Give the open card its details and the offer its notice: a reset of the rows has taken them."""
        self.stack.setCurrentIndex(0 if any(entry.card for entry in self.cards.shown) else 1)
        better = self.better()
        for i, entry in enumerate(self.cards.shown):
            if entry.card is None and not entry.heading and better is not None:
                self.list.put(i, self._offer(better))
            elif entry.card is not None and entry.card.name == self.opened:
                made = self._details(entry.card)
                self.list.put(i, made)
                QWidget.setTabOrder(self.list, made.get)
                QWidget.setTabOrder(made.get, made.bring)
            else:
                self.list.take(i)
        self.list.viewport().update()

    def _details(self, card: Card) -> CardDetails:
        parts = self._bridge.engine.catalog.parts(card)
        made = CardDetails(card, parts, self.cards.states[card.name], chosen=card.name == self.model)
        made.clicked.connect(lambda: self.open(""), Qt.ConnectionType.QueuedConnection)
        made.fetch.connect(lambda: self.fetch(card.name))
        made.add.connect(lambda: self.files.add_weights(card))
        return made

    def _offer(self, better: Card) -> QWidget:
        """Return the notice about a better model that has to be fetched."""
        holder = QWidget()
        outer = QVBoxLayout(holder)
        outer.setContentsMargins(SIDE, 6, SIDE, 2)
        frame = QFrame()
        set_role(frame, "notice")
        outer.addWidget(frame)
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(8)
        text = tr("{model} finds more, and with finer outlines. It needs the network once.", model=better.title)
        layout.addWidget(label(text, "", wrap=True))
        size = megabytes(self.cards.states[better.name].needed)
        self.take_offer = button(tr("Fetch {size}", size=size), lambda: self._take_offer(better), kind="primary")
        layout.addWidget(self.take_offer, alignment=Qt.AlignmentFlag.AlignLeft)
        return holder

    def better(self) -> Card | None:
        """Return the model that is recommended and not here yet."""
        catalog = self._bridge.engine.catalog
        return next((c for c in catalog if c.recommended and self.cards.states[c.name].needed), None)

    def _take_offer(self, better: Card) -> None:
        self.choose(better.name)
        self.fetch(better.name)

    def _show(self) -> None:
        session, bridge = self._session, self._bridge
        running = bridge.running()
        self.progress.show_job(running)
        self.fetching.show_job(bridge.fetching)
        self.predict.setEnabled(session.picture is not None and bool(self.model))
        card = self._card(self.model) if self.model else None
        all_ = card is not None and not self.in_boxes.here_only(card)
        self.predict_every.setEnabled(bool(session.media_ids) and running is None and all_)
        semantic = card is not None and card.task == "semantic"
        for option in (self.split_things, self.multi_scale):
            option.setVisible(semantic)
        self.in_boxes.follow(card)
        self.options.setVisible(semantic or (card is not None and bool(card.takes_boxes)))
        self.undo_run.setVisible(bridge.last_run() is not None)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Files may have come by another way.
        self.cards.read()

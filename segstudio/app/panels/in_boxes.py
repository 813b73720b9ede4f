"""Where a model looks: in the whole picture, or in the boxes of objects that are there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from segstudio.app.bridge import Bridge
from segstudio.app.i18n import later, tr
from segstudio.app.overlaps import choices
from segstudio.app.session import Session
from segstudio.app.settings import Settings
from segstudio.app.widgets import label, row
from segstudio.zoo import Card

if TYPE_CHECKING:
    from segstudio.core.annotation import Annotation
    from segstudio.engine.given import Within

PLACES = {
    "picture": later("The whole picture"),
    "selected": later("The selected objects"),
    "boxes": later("All boxes of the picture"),
}
# Of the tasks that can be done in a box: the model that does it where none was chosen, an icon, and the words.
TASKS = {
    "poses": ("starter-poses", "person", later("Pose from {model}"), later("Replace the pose by that of {model}")),
    "instances": (
        "starter-instances", "paint-brush", later("Mask from {model}"), later("Replace the mask by that of {model}"),
    ),
}  # fmt: skip

Offer = tuple[str, str, Callable[[], object]]


class InBoxes(QWidget):
    """Asks where the chosen model is to look, and runs models in boxes.

    Args:
        session, bridge, settings: Of the window.
        ready: Returns whether a model can run now; what it lacks is fetched or said.

    Attributes:
        place: The list of places.
        replace: Whether what objects have is replaced.
    """

    def __init__(
        self, session: Session, bridge: Bridge, settings: Settings, ready: Callable[[str], bool], changed: Callable
    ) -> None:
        super().__init__()
        self._session, self._bridge, self._settings = session, bridge, settings
        self._ready = ready
        self.place = choices(tr("Look in"), PLACES, "picture", lambda _: self._show())
        self.place.activated.connect(lambda _: changed())
        self.replace = QCheckBox(tr("Replace what they have"))
        self.replace.setToolTip(tr("Also look in objects that have a pose or a mask already; it is replaced"))
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(4)
        line = row(label(tr("Look in")), self.place, margins=(0, 0, 0, 0))
        line.setStretch(1, 1)
        body.addLayout(line)
        body.addWidget(self.replace)
        self._show()

    def _show(self) -> None:
        self.replace.setVisible(self.place.currentData() != "picture")

    def follow(self, card: Card | None) -> None:
        """Show the choice for models that have it."""
        self.setVisible(card is not None and bool(card.takes_boxes))

    def here_only(self, card: Card) -> bool:
        """Return whether what is chosen makes sense for the current picture only."""
        return bool(card.takes_boxes) and self.place.currentData() == "selected"

    def predict_one(self, card: Card) -> None:
        """Run a model on the current picture, where the person wants it to look."""
        place = self.place.currentData() if card.takes_boxes else "picture"
        if place == "picture":
            self._bridge.predict_one(card.name)
        elif place == "selected" and not self._session.selection:
            self._session.said.emit(tr("Select the objects to look in first."))
        else:
            objects = self._session.selection if place == "selected" else None
            self._run(card, self._within(objects, replace=self.replace.isChecked()))

    def predict_all(self, card: Card) -> None:
        """Run a model on all pictures, where the person wants it to look."""
        if self.here_only(card):
            self._session.said.emit(tr("Objects are selected on this picture only: choose all boxes, or Predict."))
        elif not card.takes_boxes or self.place.currentData() == "picture":
            self._bridge.predict_all(card.name)
        else:
            self._remember(card)
            self._bridge.predict_all(card.name, self._within(None, replace=self.replace.isChecked()))

    # From the selection: the menus.

    def model_for(self, task: str) -> Card | None:
        """Return the model that does a task in boxes: the one that did it last, or the starter pack's."""
        usable = {c.name: c for c in self._bridge.engine.catalog if c.takes_boxes and c.task == task}
        wanted = (self._settings.text(f"in_boxes/{task}"), TASKS[task][0], *usable)
        return next((usable[name] for name in wanted if name in usable), None)

    def offers(self) -> list[Offer]:
        """Return (text, icon, call) of what models can do with the selected objects."""
        made: list[Offer] = []
        for task, (_, icon, words, again) in TASKS.items():
            card = self.model_for(task)
            if card is None:
                continue
            found = self._selected(card)
            if found:
                text = tr(again if self._all_have(found, card) else words, model=card.title)
                made.append((text, icon, lambda task=task: self.run(task)))
        return made

    def run(self, task: str) -> None:
        """Let a model do its task in the selected objects; where all of them have it done already, do it anew."""
        card = self.model_for(task)
        if card is None:
            self._session.said.emit(tr("No model here can do that."))
        elif self._ready(card.name):
            replace = self._all_have(self._selected(card), card)
            self._run(card, self._within(self._session.selection, replace=replace))

    def _selected(self, card: Card) -> list[Annotation]:
        """Return the selected objects that a model can look in."""
        from segstudio.engine.given import boxes_in

        session = self._session
        wanted = self._within(session.selection, replace=True)
        boxes = boxes_in(card, session.selected(), session.categories, wanted)
        return [session.annotations[id] for id in boxes.objects.tolist()]

    def _all_have(self, rows: list[Annotation], card: Card) -> bool:
        from segstudio.engine.given import has_part

        return bool(rows) and all(has_part(a, card.task) for a in rows)

    def _within(self, objects: frozenset[int] | None, *, replace: bool) -> Within:
        from segstudio.engine.given import Within

        return Within(objects, replace, self._session.view.locked)

    def _run(self, card: Card, within: Within) -> None:
        self._remember(card)
        self._bridge.predict_one(card.name, within)

    def _remember(self, card: Card) -> None:
        self._settings.set_text(f"in_boxes/{card.task}", card.name)

"""A model file that no card knows: what it is taken for shows, can be changed, and becomes a card of one's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QSpinBox, QWidget

from segstudio.app.bridge import Bridge
from segstudio.app.dialogs.base import Dialog
from segstudio.app.file_words import said
from segstudio.app.i18n import later, tr
from segstudio.app.panels.model_list import GIVES
from segstudio.app.theme import set_role
from segstudio.app.widgets import button, label, row
from segstudio.core.errors import InputError, SegstudioError

if TYPE_CHECKING:
    from segstudio.engine.job import Job
    from segstudio.zoo.newcards import Draft, Wishes

SOON = 400  # ms after the last change that the file is looked at again
RESIZED = {
    "stretch": later("Stretched"),
    "letterbox": later("Fitted in"),
    "shorter": later("By the shorter side"),
}
OWN = "\0own"  # names instead of a known label set


class NewModelDialog(Dialog):
    """Shows what a model file seems to be; what the person changes counts, the rest is guessed again.

    Attributes:
        added: The name of the card that was added, "" before.
        draft: What would be added, None while that is not known.
    """

    def __init__(self, parent: QWidget | None, bridge: Bridge, path: Path) -> None:
        from segstudio.zoo import labels
        from segstudio.zoo.systems.files.adapters import ADAPTERS

        text = tr("{name}: what the file does not say is guessed. Correct it here.", name=path.name)
        super().__init__(parent, tr("Add a Model File"), text, width=600)
        self._bridge, self._path, self._adapters = bridge, path, ADAPTERS
        self._job: Job | None = None
        self._over = False
        self.added = ""
        self.draft: Draft | None = None
        self._touched: set[str] = set()
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        self._soon.timeout.connect(self._look)
        self.name = self._line("name", tr("Name"))
        self.adapter = self._choice("adapter", tr("Outputs"), [(name, name) for name in ADAPTERS])
        self.task = self._choice("task", tr("Gives"), [])
        known = [(tr("Names of your own"), OWN), *((name, name) for name in labels.names())]
        self.labels = self._choice("labels", tr("Classes"), known)
        self.classes = self._line("classes", tr("Class names"))
        self.classes.setPlaceholderText(tr("In the network's order, with commas between them"))
        self.height_, self.width_ = self._side(tr("Height of the input")), self._side(tr("Width of the input"))
        self.resize_ = self._choice("resize", tr("Pictures are"), [(tr(text), key) for key, text in RESIZED.items()])
        self.channels = self._choice("channels", tr("Channels"), [("RGB", "rgb"), ("BGR", "bgr")])
        self.range = self._choice("range", tr("Values"), [(tr("0 to 1"), 1.0), (tr("0 to 255"), 255.0)])
        self.mean, self.std = self._line("mean", tr("Mean")), self._line("std", tr("Standard deviation"))
        self._arrange()
        self._look()

    def _arrange(self) -> None:
        self.fields = QWidget()
        form = QFormLayout(self.fields)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Name"), self.name)
        form.addRow(tr("Outputs"), row(self.adapter, label(tr("Gives"), "muted"), self.task, None))
        form.addRow(tr("Classes"), row(self.labels, None))
        form.addRow("", self.classes)
        sides = row(self.height_, label("×", "muted"), self.width_, self.resize_, None)
        form.addRow(tr("Input"), sides)
        form.addRow(tr("Values"), row(self.channels, self.range, None))
        form.addRow(tr("Mean, std"), row(self.mean, self.std))
        self.content.addWidget(self.fields)
        self.remarks = label("", "small", wrap=True)
        self.said = label("", "muted", wrap=True)
        self.content.addWidget(self.remarks)
        self.content.addWidget(self.said)
        self.content.addStretch(1)
        self.fields.hide()
        self.close_button = button(tr("Cancel"), self.reject)
        self.add_button = button(tr("Add"), self.add, kind="primary")
        self.add_button.setDefault(True)
        self.set_buttons(None, self.close_button, self.add_button)

    # The fields

    def _line(self, name: str, text: str) -> QLineEdit:
        made = QLineEdit()
        made.setAccessibleName(text)
        made.textEdited.connect(lambda _: self._on_change(name))
        return made

    def _choice(self, name: str, text: str, choices: list[tuple[str, Any]]) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName(text)
        for words, value in choices:
            made.addItem(words, value)
        made.activated.connect(lambda _: self._on_change(name))
        return made

    def _side(self, text: str) -> QSpinBox:
        made = QSpinBox(minimum=1, maximum=8192)
        made.setKeyboardTracking(False)
        made.lineEdit().setTextMargins(6, 0, 0, 0)
        made.setAccessibleName(text)
        made.valueChanged.connect(lambda _: self._on_change("size"))
        return made

    def _on_change(self, name: str) -> None:
        self._touched.add(name)
        # What is found by the look that still goes on would write over the change.
        self._job = self.draft = None
        if name == "adapter":
            # What another adapter gives and how many classes it counts is for it to say.
            self._touched -= {"task", "labels", "classes"}
        self.classes.setVisible(self.labels.currentData() == OWN)
        self.add_button.setEnabled(False)
        self._soon.start()

    def wishes(self) -> Wishes:
        """Return what the person has said.

        Raises:
            InputError: Mean or std are not three numbers, or no class has a name.
        """
        from segstudio.zoo import newcards

        said = self._touched
        own = self.labels.currentData() == OWN
        spec = {"channels": self.channels.currentData(), "range": self.range.currentData()}
        spec = {key: value for key, value in spec.items() if key in said}
        spec |= {key: _three(field.text()) for key, field in (("mean", self.mean), ("std", self.std)) if key in said}
        wishes = newcards.Wishes(
            name=self.name.text().strip() if "name" in said else "",
            adapter=self.adapter.currentData() if "adapter" in said else "",
            task=self.task.currentData() or "" if "task" in said else "",
            size=(self.height_.value(), self.width_.value()) if "size" in said else None,
            settings={"resize": self.resize_.currentData()} if "resize" in said else {},
            input=spec,
        )
        if "classes" in said and own:
            return replace(wishes, classes=newcards.names_in(self.classes.text()))
        return replace(wishes, labels=self.labels.currentData()) if "labels" in said and not own else wishes

    def _fill(self, draft: Draft) -> None:
        """Show a draft in the fields; nobody is told."""
        values, spec, settings = draft.values, draft.values["input"], draft.values["settings"]
        fields = self.findChildren(QWidget)
        blocked = [field for field in fields if not field.blockSignals(True)]
        if "name" not in self._touched:
            self.name.setText(values["name"])
        _choose(self.adapter, settings["adapter"])
        self.task.clear()
        for task in self._adapters[settings["adapter"]].tasks:
            self.task.addItem(tr(GIVES[task][1]), task)
        _choose(self.task, values["task"])
        _choose(self.labels, values.get("labels", OWN))
        if "classes" not in self._touched:
            self.classes.setText(", ".join(values.get("classes", ())))
        self.classes.setVisible(self.labels.currentData() == OWN)
        self.height_.setValue(spec["size"][0])
        self.width_.setValue(spec["size"][-1])
        _choose(self.resize_, settings.get("resize", "stretch"))
        _choose(self.channels, spec.get("channels", "rgb"))
        _choose(self.range, float(spec["range"]))
        for name, field, usual in (("mean", self.mean, [0.0] * 3), ("std", self.std, [1.0] * 3)):
            if name not in self._touched:
                field.setText(", ".join(f"{value:g}" for value in spec.get(name, usual)))
        for field in blocked:
            field.blockSignals(False)

    # Looking and adding

    def _look(self) -> None:
        """Look at the file with what the person has said so far."""
        from segstudio.zoo import newcards

        self.draft = None
        try:
            wishes = self.wishes()
        except InputError as error:
            self._say(f"{error.message} {error.remedy or ''}", danger=True)
            return
        self._say(tr("Looking at the file…"))
        self._run(lambda: newcards.propose(self._path, wishes), self._on_draft)

    def add(self) -> None:
        """Make the card and put the file into the cache, once the model has looked at a grey picture."""
        from segstudio.zoo import newcards

        draft = self.draft
        if draft is None:
            return
        draft.values["name"] = self.name.text().strip() or draft.values["name"]
        self._say(tr("Trying the model on a grey picture…"))
        catalog = self._bridge.engine.catalog
        self._run(lambda: newcards.add(draft, catalog), self._on_added)

    def _run(self, work: Callable[[], object], then: Callable[[Any], object]) -> None:
        self.add_button.setEnabled(False)

        def ended(job: Job) -> None:
            if self._over or job is not self._job:
                return
            if job.error is not None:
                self._on_error(job.error)
            elif job.state == "done":
                then(job.result)

        self._job = self._bridge.work(tr("Look at {name}", name=self._path.name), lambda _: work(), ended)

    def _on_error(self, error: SegstudioError) -> None:
        """Say what is wrong; where the person can help, by naming adapter, size or classes, the fields show."""
        remedy = error.remedy or ""
        if isinstance(error, InputError):
            self.fields.show()
        elif not remedy and not self.fields.isVisible():
            remedy = tr("Weights without a network belong to a model's card: open it and choose Add a Weights File.")
        self._say(f"{error.message} {remedy}", danger=True)
        self.add_button.setEnabled(self.draft is not None)
        self.adjustSize()

    def _on_draft(self, draft: Draft) -> None:
        self.draft = draft
        self.fields.show()
        self._fill(draft)
        self.remarks.setText("\n".join(f"• {said(remark)}" for remark in draft.remarks))
        self._say("")
        self.add_button.setEnabled(True)
        self.adjustSize()

    def _on_added(self, card: Any) -> None:
        self.added = card.name
        self.accept()

    def _say(self, text: str, *, danger: bool = False) -> None:
        set_role(self.said, "danger" if danger else "muted")
        self.said.style().polish(self.said)
        self.said.setText(text.strip())
        self.said.setVisible(bool(text))

    def done(self, result: int) -> None:
        self._over = True
        self._soon.stop()
        super().done(result)


def _choose(box: QComboBox, value: Any) -> None:
    box.setCurrentIndex(max(box.findData(value), 0))


def _three(text: str) -> list[float]:
    """Return three numbers of a text.

    Raises:
        InputError: There are others, or fewer.
    """
    try:
        found = [float(part) for part in text.replace(",", " ").split()]
    except ValueError:
        found = []
    if len(found) != 3:
        raise InputError("Mean and standard deviation are three numbers each, one a channel.")
    return found

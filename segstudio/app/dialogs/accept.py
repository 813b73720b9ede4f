"""Accepting all predictions above a score."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QSlider, QWidget

from segstudio.app.dialogs.base import Dialog
from segstudio.app.i18n import tr
from segstudio.app.widgets import button, label, row
from segstudio.core import review_edits
from segstudio.core.annotation import Annotation


class AcceptDialog(Dialog):
    """A score, here or everywhere, and how many predictions that takes.

    Args:
        here: The objects of this picture.
        everywhere: Returns all predictions of the project; asked once, when it is needed.
        score: To begin with.

    Attributes:
        taken: The predictions to accept, once the dialog was accepted.
    """

    def __init__(
        self,
        parent: QWidget | None,
        here: list[Annotation],
        everywhere: Callable[[], list[Annotation]],
        score: float,
    ) -> None:
        text = tr("Takes predictions that nobody judged yet. Rejected and flagged ones stay as they are.")
        super().__init__(parent, tr("Accept above a score"), text)
        self._here = here
        self._everywhere = everywhere
        self._all: list[Annotation] | None = None
        self.taken: list[Annotation] = []
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 1000)
        self.slider.setAccessibleName(tr("Score"))
        self.number = QDoubleSpinBox(decimals=3, minimum=0, maximum=1, singleStep=0.01)
        self.number.setAccessibleName(tr("Score"))
        self.where = QComboBox()
        self.where.setAccessibleName(tr("Pictures"))
        self.where.addItems([tr("This picture"), tr("All pictures")])
        self.content.addLayout(row(label(tr("Score"), "muted"), self.slider, self.number))
        self.content.addLayout(row(label(tr("In"), "muted"), self.where, None))
        self._count = label("", "muted")
        self.content.addWidget(self._count)
        self.ok = button(tr("Accept"), self.accept, kind="primary")
        self.set_buttons(button(tr("Cancel"), self.reject), self.ok)
        self.slider.valueChanged.connect(lambda v: self.number.setValue(v / 1000))
        self.number.valueChanged.connect(self._on_number)
        self.where.currentIndexChanged.connect(self._show)
        self.number.setValue(score)
        self._show()

    def _on_number(self, value: float) -> None:
        if self.slider.value() != round(value * 1000):
            self.slider.blockSignals(True)
            self.slider.setValue(round(value * 1000))
            self.slider.blockSignals(False)
        self._show()

    def _show(self) -> None:
        rows = self._here
        if self.where.currentIndex() == 1:
            if self._all is None:
                self._all = self._everywhere()
            rows = self._all
        self.taken = [a for a in rows if review_edits.certain(a, self.number.value())]
        pictures = len({(a.media, a.frame) for a in self.taken})
        self._count.setText(
            tr("Predictions: {n:,} · pictures: {m:,}", n=len(self.taken), m=pictures)
            if self.taken
            else tr("No prediction scores as high.")
        )
        self.ok.setEnabled(bool(self.taken))

"""Choosing predictions by their score."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QDoubleSpinBox, QWidget

from segstudio.app.dialogs.base import Dialog
from segstudio.app.i18n import tr
from segstudio.app.widgets import button, label, row


class ScoreDialog(Dialog):
    """Asks for a range of scores, and says how many objects lie in it.

    Args:
        parent: The window.
        scores: Of the objects that can be chosen.
    """

    def __init__(self, parent: QWidget | None, scores: Sequence[float]) -> None:
        super().__init__(parent, tr("Select by Score"), tr("Predictions whose score lies in this range."), width=360)
        self._scores = scores
        self._scores = scores
        self.least, self.most = self._field(tr("From"), 0.0), self._field(tr("To"), 0.5)
        self._number = label("", "muted")
        self.content.addLayout(row(label(tr("From")), self.least, label(tr("to")), self.most, None, self._number))
        self._choose = button(tr("Select"), self.accept, kind="primary")
        self.set_buttons(button(tr("Cancel"), self.reject), self._choose)
        self._choose.setDefault(True)
        self._count()

    def holds(self, score: float) -> bool:
        """Return whether a score lies in the range; both ends are in it."""
        # The fields show hundredths.
        return self.least.value() - 5e-4 <= score <= self.most.value() + 5e-4

    def _field(self, name: str, value: float) -> QDoubleSpinBox:
        field = QDoubleSpinBox()
        field.setAccessibleName(name)
        field.setRange(0, 1)
        field.setSingleStep(0.05)
        field.setValue(value)
        field.valueChanged.connect(self._count)
        return field

    def _count(self) -> None:
        n = sum(self.holds(score) for score in self._scores)
        self._number.setText(tr("1 object") if n == 1 else tr("{n:,} objects", n=n))
        self._choose.setEnabled(n > 0)

"""Choosing the colour of a class."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QColorDialog, QGridLayout, QToolButton, QWidget

from segstudio.app.dialogs.base import Dialog
from segstudio.app.i18n import tr
from segstudio.app.widgets import button
from segstudio.core import colors, label_edits
from segstudio.core.labels import Category

COLUMNS = 8
SIDE = 28


class ColorDialog(Dialog):
    """A palette of colours that are far apart, the free ones first, and any other colour.

    Attributes:
        color: "#rrggbb", or None for the colour that the class has by itself.
    """

    def __init__(self, parent: QWidget | None, category: Category, categories: Iterable[Category]) -> None:
        text = tr("Colours that no other class wears come first. All are far apart, for colour-blind eyes too.")
        super().__init__(parent, tr("Colour of {name}", name=category.name), text, width=360)
        self.color = category.color
        self._now = QColor(*colors.class_color(category))
        others = [c for c in categories if c.id != category.id]
        self.swatches: list[QToolButton] = []
        grid = QGridLayout()
        grid.setSpacing(4)
        for i, text in enumerate(label_edits.suggested_colors(others)):
            swatch = self._swatch(text)
            self.swatches.append(swatch)
            grid.addWidget(swatch, i // COLUMNS, i % COLUMNS)
        self.content.addLayout(grid)
        self.set_buttons(
            button(tr("By Itself"), lambda: self.choose(None), kind="quiet"),
            button(tr("Other…"), self.other),
            None,
            button(tr("Cancel"), self.reject),
        )
        self.swatches[0].setFocus()

    def choose(self, color: str | None) -> None:
        """Take a colour and close."""
        self.color = color
        self.accept()

    def other(self) -> None:
        """Let the person mix a colour."""
        color = QColorDialog.getColor(self._now, self, tr("Any colour"))
        if color.isValid():
            self.choose(color.name())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk over the palette."""
        by = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -COLUMNS, Qt.Key.Key_Down: COLUMNS,
        }.get(Qt.Key(event.key()), 0)  # fmt: skip
        focus = self.focusWidget()
        if by and isinstance(focus, QToolButton) and focus in self.swatches:
            place = self.swatches.index(focus) + by
            if 0 <= place < len(self.swatches):
                self.swatches[place].setFocus()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and focus in self.swatches:
            assert isinstance(focus, QToolButton)
            focus.click()
            return
        super().keyPressEvent(event)

    def _swatch(self, color: str) -> QToolButton:
        made = QToolButton()
        made.setFixedSize(SIDE + 8, SIDE + 8)
        made.setIconSize(QSize(SIDE, SIDE))
        made.setIcon(_icon(color))
        made.setToolTip(color)
        made.setAccessibleName(color)
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.clicked.connect(lambda: self.choose(color))
        return made


def _icon(color: str) -> QIcon:
    pixmap = QPixmap(SIDE * 2, SIDE * 2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawRoundedRect(pixmap.rect().adjusted(2, 2, -2, -2), 12, 12)
    painter.end()
    return QIcon(pixmap)

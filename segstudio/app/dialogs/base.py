"""What the dialogs have in common."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from segstudio.app.widgets import label, row


class Dialog(QDialog):
    """A dialog with a title line, content, and a row of buttons below.

    Attributes:
        content: The layout for the content.
    """

    def __init__(self, parent: QWidget | None, title: str, text: str = "", width: int = 480) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(width)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(24, 24, 24, 16)
        self._outer.setSpacing(16)
        head = QVBoxLayout()
        head.setSpacing(4)
        head.addWidget(label(title, "title", wrap=True))
        if text:
            head.addWidget(label(text, "muted", wrap=True))
        self._outer.addLayout(head)
        self.content = QVBoxLayout()
        self.content.setSpacing(8)
        self._outer.addLayout(self.content)

    def set_buttons(self, *buttons: QWidget | None) -> None:
        """Put buttons into the last row; None stands for a stretch."""
        self._outer.addLayout(row(*(buttons if None in buttons else (None, *buttons))))


class Popup(QDialog):
    """A frameless dialog at the top of its window that closes with Escape or a click outside."""

    def __init__(self, parent: QWidget, width: int) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setFixedWidth(width)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(8, 8, 8, 8)
        self.body.setSpacing(8)

    def place(self) -> None:
        """Move to the upper middle of the window."""
        parent = self.parentWidget()
        assert parent is not None
        window = parent.window()
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - self.width()) // 2, corner.y() + max(window.height() // 8, 40))

"""Small widgets that several panels share."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from segstudio.app.i18n import tr
from segstudio.app.theme import set_role, theme
from segstudio.app.view_state import ViewState


def label(text: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    """Return a label in one of the style sheet's roles."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        set_role(made, role)
    return made


def button(text: str, call: Callable[[], object], *, kind: str = "", icon: str = "") -> QPushButton:
    """Return a push button of a kind: "", "primary", "quiet", or "narrow" where two must share a panel's width."""
    made = QPushButton(text)
    made.setProperty("kind", kind)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.clicked.connect(lambda: call())
    if icon:
        color = {"primary": "on_accent", "quiet": "accent"}.get(kind, "text")
        follow_theme(made, lambda: made.setIcon(theme().icon(icon, color)))
        made.setIconSize(QSize(16, 16))
    return made


def icon_button(icon: str, tip: str, call: Callable[[], object] | None = None, *, color: str = "muted") -> QToolButton:
    """Return a small flat button with an icon, named by its tooltip for screen readers too."""
    made = QToolButton()
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    made.setIconSize(QSize(16, 16))
    follow_theme(made, lambda: made.setIcon(theme().icon(icon, color)))
    if call is not None:
        made.clicked.connect(lambda: call())
    return made


def icon_label(icon: str, size: int, color: str = "muted") -> QLabel:
    """Return a label that shows an icon."""
    made = QLabel()
    made.setFixedSize(size, size)
    follow_theme(made, lambda: made.setPixmap(theme().icon(icon, color).pixmap(size, size)))
    return made


class _Follower(QObject):
    """Lives as long as its widget, and so does its connection to the theme."""

    def __init__(self, widget: QWidget, call: Callable[[], object]) -> None:
        super().__init__(widget)
        self._call = call
        theme().changed.connect(self.follow)

    @Slot()
    def follow(self) -> None:
        self._call()


def follow_theme(widget: QWidget, call: Callable[[], object]) -> None:
    """Call now and after each change of the theme, as long as the widget lives."""
    _Follower(widget, call).follow()


def line() -> QFrame:
    """Return a thin horizontal line."""
    made = QFrame()
    set_role(made, "line")
    return made


def row(*items: QWidget | None, spacing: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QHBoxLayout:
    """Return a horizontal layout; None stands for a stretch."""
    made = QHBoxLayout()
    made.setSpacing(spacing)
    made.setContentsMargins(*margins)
    for item in items:
        if item is None:
            made.addStretch(1)
        else:
            made.addWidget(item)
    return made


class Elided(QLabel):
    """One line of text that ends in "…" where the room ends; the tooltip has all of it."""

    def __init__(self, text: str = "", role: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle) -> None:
        super().__init__()
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        if role:
            set_role(self, role)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        text = QFontMetrics(self.font()).elidedText(self.text(), self._mode, self.contentsRect().width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), int(self.alignment()), text)


LEAST = 190  # pixels of height that every panel can do with


class Panel(QWidget):
    """Base of a panel: a header line, then the content.

    Attributes:
        title: What the dock's tab says.
        body: The layout below the header.
    """

    title = ""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)

    def minimumSizeHint(self) -> QSize:
        # Two panels above each other must not make the window taller than a small screen.
        hint = super().minimumSizeHint()
        return QSize(hint.width(), min(hint.height(), LEAST))

    def close_threads(self) -> None:
        """End what works for this panel in threads, before the window closes."""

    def come_forward(self) -> None:
        """Bring the panel to the front where it lies under another tab."""
        above = self.parentWidget()
        while above is not None and not isinstance(above, QTabWidget):
            above = above.parentWidget()
        if isinstance(above, QTabWidget):
            above.setCurrentWidget(self)

    def add_header(self, *items: QWidget | None) -> None:
        """Add a line of widgets in the panel's margins; None stands for a stretch."""
        self.body.addLayout(row(*items, margins=(12, 8, 8, 8), spacing=4))


class EmptyState(QWidget):
    """What a panel shows while it has nothing: what it is for, and the first thing to do."""

    def __init__(self, icon: str, title: str, text: str, *buttons: QPushButton) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(8)
        layout.addStretch(1)
        layout.addWidget(icon_label(icon, 32, "faint"), alignment=Qt.AlignmentFlag.AlignHCenter)
        self.heading = label(title, "heading")
        self.heading.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.heading)
        self.text = label(text, "muted", wrap=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.text)
        for made in buttons:
            layout.addWidget(made, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(2)


class ThresholdSlider(QWidget):
    """Hides predictions below a score; nothing runs again."""

    moved = Signal(float)

    def __init__(self, view: ViewState) -> None:
        super().__init__()
        self._view = view
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 100)
        self.slider.setPageStep(5)
        self.slider.setAccessibleName(tr("Score threshold"))
        self.slider.setToolTip(tr("Hide predictions that the model is less sure of. Nothing runs again."))
        self._value = label("", "muted")
        self._value.setFixedWidth(QFontMetrics(self._value.font()).horizontalAdvance("≥ 100 % "))
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setLayout(row(label(tr("Score"), "muted"), self.slider, self._value))
        self.slider.valueChanged.connect(lambda v: view.set(threshold=v / 100))
        view.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        percent = round(self._view.threshold * 100)
        self._value.setText(f"≥ {percent} %")
        if self.slider.value() != percent:
            self.slider.blockSignals(True)
            self.slider.setValue(percent)
            self.slider.blockSignals(False)


class OpacitySlider(QSlider):
    """How strongly regions cover the picture."""

    def __init__(self, view: ViewState) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(0, 100)
        self.setPageStep(10)
        self.setFixedWidth(96)
        self.setAccessibleName(tr("Opacity of masks"))
        self.setToolTip(tr("Opacity of masks"))
        self.setValue(round(view.opacity * 100))
        self.valueChanged.connect(lambda v: view.set(opacity=v / 100))

"""The frame slider of a video; pictures don't show it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider, QSpinBox, QWidget

from segstudio.app.i18n import tr
from segstudio.app.session import Session
from segstudio.app.widgets import icon_button, label, row


class FrameSlider(QWidget):
    """Goes to a frame; scrubbing decodes only the frame where the handle is now."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(tr("Frame"))
        self.slider.setPageStep(10)
        self.number = QSpinBox()
        self.number.setAccessibleName(tr("Frame number"))
        self.number.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.number.setKeyboardTracking(False)
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.number.setMinimumWidth(72)
        self.total = label("", "muted")
        self.setLayout(
            row(
                icon_button("skip-back", tr("Previous frame (,)"), lambda: self._step(-1)),
                icon_button("skip-forward", tr("Next frame (.)"), lambda: self._step(1)),
                self.slider,
                self.number,
                self.total,
                margins=(8, 6, 12, 6),
            )
        )
        self.slider.valueChanged.connect(self._go)
        self.number.valueChanged.connect(lambda n: self._go(n - 1))
        session.picture_changed.connect(self._show)
        session.media_changed.connect(lambda _: self._show())
        self._show()

    def _step(self, by: int) -> None:
        self._go(min(max(self._session.frame + by, 0), self.slider.maximum()))

    def _go(self, frame: int) -> None:
        media = self._session.media
        if media is not None and media.kind == "video" and frame != self._session.frame:
            self._session.go_to(media.id, frame)

    def _show(self) -> None:
        media = self._session.media
        self.setVisible(media is not None and media.kind == "video")
        if media is None or media.kind != "video":
            return
        last = max(media.frames - 1, 0)
        for widget, top, value in (
            (self.slider, last, self._session.frame),
            (self.number, last + 1, self._session.frame + 1),
        ):
            widget.blockSignals(True)
            widget.setRange(int(widget is self.number), top)
            widget.setValue(value)
            widget.blockSignals(False)
        self.total.setText(tr("of {n:,}", n=media.frames) if media.frames else "")

"""The status bar: file, place, cursor and pixel, zoom, the tool's keys, what the engine does."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QStatusBar

from segstudio.app.bridge import Bridge
from segstudio.app.i18n import tr
from segstudio.app.session import Session
from segstudio.app.widgets import Elided, label
from segstudio.core.errors import MediaError

SHOWN_MS = 6000


class StatusBar(QStatusBar):
    """A hint or a notice on the left, facts on the right."""

    def __init__(self, session: Session, bridge: Bridge) -> None:
        super().__init__()
        self._session = session
        self._bridge = bridge
        self.setSizeGripEnabled(False)
        self.hint = Elided("", "", Qt.TextElideMode.ElideRight)
        self._hint_text = ""
        self._zoom = 1.0
        self.cursor_text = label()
        self.zoom_text = label()
        self.place = label()
        self.file = label()
        self.engine = label()
        self.addWidget(self.hint, 1)
        for widget in (self.engine, self.cursor_text, self.zoom_text, self.place, self.file):
            self.addPermanentWidget(widget)
        self._back = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._back.timeout.connect(lambda: self.hint.setText(self._hint_text))
        session.picture_changed.connect(self._show)
        session.project_changed.connect(self._show)
        session.media_changed.connect(lambda _: self._show())
        session.said.connect(self.say)
        bridge.changed.connect(self._show_engine)
        self._show()

    def say(self, text: str) -> None:
        """Show a notice for some seconds; "" takes away what shows."""
        if not text:
            self.hush()
            return
        self.hint.setText(text)
        self._back.start()

    def hush(self) -> None:
        """Show the tool's keys again, whatever was noted last."""
        self._back.stop()
        self.hint.setText(self._hint_text)

    def set_hint(self, text: str) -> None:
        """Show what the active tool's keys are."""
        self._hint_text = text
        if not self._back.isActive():
            self.hint.setText(text)

    def show_cursor(self, x: float, y: float) -> None:
        """Show the cursor's place in the picture and the pixel there; outside, nothing."""
        picture = self._session.picture
        # Outside of the canvas x and y are NaN, for which every comparison is false.
        if picture is None or not (0 <= x < picture.width and 0 <= y < picture.height):
            self.cursor_text.setText("")
            return
        try:
            r, g, b = picture.region((int(x), int(y), int(x) + 1, int(y) + 1))[0, 0].tolist()
        except MediaError:
            # The file is gone; the canvas says so.
            self.cursor_text.setText("")
            return
        # As many digits as a screen pixel can tell apart.
        digits = 0 if self._zoom < 2 else 1 if self._zoom < 10 else 2
        at = f"{int(x)}, {int(y)}" if digits == 0 else f"{x:.{digits}f}, {y:.{digits}f}"
        self.cursor_text.setText(f"{at}   {r} {g} {b}")

    def show_zoom(self, zoom: float) -> None:
        """Show how many screen pixels a picture pixel has."""
        self._zoom = zoom
        self.zoom_text.setText(f"{zoom * 100:.0f} %" if self._session.media is not None else "")

    def _show(self) -> None:
        session = self._session
        media = session.media
        self.place.setText(f"{session.index + 1:,} / {len(session.media_ids):,}" if media else "")
        name = media.path.rpartition("/")[2] if media else ""
        self.file.setText(self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, 260))
        if media is None:
            self.cursor_text.setText("")
            self.zoom_text.setText("")

    def _show_engine(self) -> None:
        for job in (self._bridge.one, self._bridge.looking, self._bridge.run, self._bridge.fetching):
            if job is not None and job.state in ("queued", "running", "paused"):
                percent = f" {100 * job.progress.done // job.progress.total} %" if job.progress.total else "…"
                states = {"paused": tr("Paused"), "queued": tr("Waiting")}
                self.engine.setText(states.get(job.state, tr("Working")) + percent)
                return
        self.engine.setText("")

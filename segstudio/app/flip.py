"""The picture as it was, shown in place of the picture as it is: to look at, not to edit."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLabel

from segstudio.app.canvas.draft import Draft
from segstudio.app.canvas.view import CanvasView
from segstudio.app.canvas_link import CanvasLink
from segstudio.app.history_words import said
from segstudio.app.i18n import moment, tr
from segstudio.app.session import Session
from segstudio.app.theme import set_role
from segstudio.core.errors import SegstudioError
from segstudio.store import Version

HELD = 0.35  # seconds after which letting go of the key flips back


class Flip(QObject):
    """Shows a version of the current picture until it is flipped back, or the picture or its objects change.

    Args:
        session: The session.
        view: The canvas.
        link: Runs the tools, which rest meanwhile.

    Attributes:
        version: What is shown, None for the present.
    """

    def __init__(self, session: Session, view: CanvasView, link: CanvasLink) -> None:
        super().__init__(view)
        self._session = session
        self._view = view
        self._link = link
        self.version: Version | None = None
        self._since = 0.0
        self._sign = QLabel(view)
        set_role(self._sign, "key")
        self._sign.hide()
        # After the canvas has followed: then it shows the present already.
        for signal in (session.picture_changed, session.annotations_changed, link.tool_changed):
            signal.connect(lambda *_: self.back())

    def toggle(self) -> None:
        """Show what the picture was before its corrections, or flip back. Holding the key shows it while it is held."""
        if self.version is not None:
            self.back()
            return
        session = self._session
        if session.project is None or session.media is None:
            return
        version = session.project.baseline(session.media.id, session.frame)
        if version is None:
            session.said.emit(tr("Nothing has changed this picture yet."))
            return
        self.show(version)
        self._since = time.monotonic()
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def show(self, version: Version) -> None:
        """Show the picture as it was after a step."""
        session = self._session
        if session.project is None or session.media is None:
            return
        try:
            past = session.project.past(session.media.id, session.frame, version.seq)
        except SegstudioError as error:
            session.failed.emit(error)
            return
        self.version = version
        self._view.set_runner(None)
        state = self._view.scene_state
        state.draft = Draft()
        state.set(past.annotations)
        self._view.refresh()
        self._view.refresh_overlays()
        self._say(version, len(past.annotations))
        session.view.set(flipped=True)

    def back(self) -> None:
        """Show the present again."""
        if self.version is None:
            return
        self.version = None
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        self._sign.hide()
        self._view.scene_state.set(self._session.annotations.values())
        self._view.refresh()
        if self._view.runner is None and self._link.tool:
            # Out of the signal that may have come from a tool's change.
            QTimer.singleShot(0, self, self._resume)
        self._session.view.set(flipped=False)

    def _resume(self) -> None:
        if self._view.runner is None and self.version is None:
            self._link.use(self._link.tool)

    def _say(self, version: Version, count: int) -> None:
        when = moment(version.created)
        self._sign.setText(
            tr("Before · {label} · {when} · objects: {n:,}", label=said(version.label), when=when, n=count)
        )
        self._sign.adjustSize()
        self._sign.move((self._view.width() - self._sign.width()) // 2, 12)
        self._sign.show()
        self._sign.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyRelease and not event.isAutoRepeat():
            action = self._view.window().findChild(QAction, "review.flip")
            if action is not None and QKeySequence(event.key()) in action.shortcuts():
                app = QApplication.instance()
                if app is not None:
                    app.removeEventFilter(self)
                if time.monotonic() - self._since > HELD:
                    self.back()
        return False

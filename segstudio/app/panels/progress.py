"""How far a job is, with the time left and its buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from segstudio.app.history_words import said
from segstudio.app.i18n import tr
from segstudio.app.widgets import Elided, icon_button, label, row

if TYPE_CHECKING:
    from segstudio.engine.job import Job


def time_left(seconds: float | None) -> str:
    """Return a duration as people say it: "about 2 min left"."""
    if seconds is None:
        return ""
    if seconds < 90:
        return tr("{n} s left", n=max(round(seconds), 1))
    if seconds < 5400:
        return tr("about {n} min left", n=round(seconds / 60))
    return tr("about {n:.1f} h left", n=seconds / 3600)


def megabytes(count: int) -> str:
    """Return a size in megabytes (10^6), or in gigabytes from one on."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(round(count / 1e6), 1)} MB"


class JobProgress(QWidget):
    """A title, a bar, numbers, and buttons to pause and to cancel; invisible while nothing runs.

    Args:
        unit: "pictures", "bytes", or "share" for a part of the whole.
        pausable: Whether there is a pause button.
    """

    def __init__(self, unit: str, *, pausable: bool = False) -> None:
        super().__init__()
        self._job: Job | None = None
        self._unit = unit
        self.title = Elided("", "heading")
        self.numbers = label("", "small")
        self.bar = QProgressBar(textVisible=False)
        self.pause = icon_button("pause", tr("Pause"), self._pause)
        self.resume = icon_button("play", tr("Go on"), self._pause)
        self.cancel = icon_button("x", tr("Cancel; what is finished stays"), lambda: self._job and self._job.cancel())
        self.pause.setVisible(pausable)
        self._pausable = pausable
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        top = row(self.title, self.pause, self.resume, self.cancel, spacing=2)
        top.setStretch(0, 1)
        layout.addLayout(top)
        layout.addWidget(self.bar)
        layout.addWidget(self.numbers)
        self.hide()

    def show_job(self, job: Job | None) -> None:
        """Show a job's progress, or hide when it is None or has ended."""
        from segstudio.engine.job import ENDED

        self._job = job
        self.setVisible(job is not None and job.state not in ENDED)
        if job is None or job.state in ENDED:
            return
        held = job.pausing
        self.pause.setVisible(self._pausable and not held)
        self.resume.setVisible(self._pausable and held)
        self.title.setText(said(job.title))
        done, total = job.progress.done, job.progress.total
        self.bar.setRange(0, 1000 if total else 0)
        self.bar.setValue(round(1000 * done / total) if total else 0)
        self.numbers.setText(self._words(done, total, job, held))

    def _words(self, done: int, total: int, job: Job, held: bool) -> str:
        if job.token.cancelled:
            return tr("Stopping…")
        if not total:
            return tr("Waiting…") if job.state == "queued" else tr("Starting…")
        if self._unit == "share":
            return f"{100 * done // total} %"
        shown = [megabytes(n) if self._unit == "bytes" else f"{n:,}" for n in (done, total)]
        far = tr("{done} of {total}", done=shown[0], total=shown[1])
        left = tr("paused") if held else time_left(job.progress.eta)
        return " · ".join(part for part in (far, left) if part)

    def _pause(self) -> None:
        if self._job is not None:
            self._job.resume() if self._job.pausing else self._job.pause()
            self.show_job(self._job)

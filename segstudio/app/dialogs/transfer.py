"""Importing and exporting annotation files and frames: the work runs beside the window, and what it did is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from segstudio.app.bridge import ENDED, Bridge
from segstudio.app.dialogs.base import Dialog
from segstudio.app.dialogs.hiding import HidingFields, Sample
from segstudio.app.i18n import later, tr
from segstudio.app.overlaps import OVERLAPS, choices
from segstudio.app.panels.progress import JobProgress
from segstudio.app.settings import Settings
from segstudio.app.theme import set_role
from segstudio.app.widgets import button, icon_label, label, row
from segstudio.core.errors import InputError

if TYPE_CHECKING:
    from segstudio.engine.frames import FramesReport
    from segstudio.engine.job import Job
    from segstudio.engine.reports import ExportReport, ImportReport
    from segstudio.store import ProjectFile

_STAY = later("Cancelled; the pictures written by then stay.")


def counted(n: int, one: str, many: str) -> str:
    """Return a number with its noun, both of which stand in the texts: "{n:,} object", "{n:,} objects"."""
    return tr(one if n == 1 else many, n=n)


def objects(n: int) -> str:
    """Return "1 object", "2 objects"."""
    return counted(n, later("{n:,} object"), later("{n:,} objects"))


def pictures(n: int) -> str:
    """Return "1 picture", "2 pictures"."""
    return counted(n, later("{n:,} picture"), later("{n:,} pictures"))


def items(n: int) -> str:
    """Return "1 item", "2 items"."""
    return counted(n, later("{n:,} item"), later("{n:,} items"))


def _notes(found: Sequence[Any]) -> QWidget:
    """Return a scrolling list of a report's notes."""
    inside = QWidget()
    lines = QVBoxLayout(inside)
    lines.setContentsMargins(0, 0, 8, 0)
    for note in found:
        icon, color = {"skipped": ("warning", "warn"), "changed": ("pencil-simple", "muted")}.get(
            note.kind, ("info", "muted")
        )
        text = label(str(note), "muted", wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        line = row(icon_label(icon, 16, color), text)
        line.setStretch(1, 1)
        lines.addLayout(line)
    lines.addStretch(1)
    area = QScrollArea(widgetResizable=True)
    area.setWidget(inside)
    # A long note takes several lines.
    deep = sum(1 + len(str(note)) // 60 for note in found)
    area.setMinimumHeight(min(24 * deep + 8 * len(found) + 8, 220))
    inside.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area


class TransferDialog(Dialog):
    """Base of the others: shows the progress of a job, then its report or its error.

    Attributes:
        report: What the job returned, None before it is done.
    """

    unit = "annotations"
    stopped = later("Cancelled; nothing was changed.")

    def __init__(self, parent: QWidget | None, bridge: Bridge, title: str, text: str) -> None:
        super().__init__(parent, title, text, width=580)
        self._bridge = bridge
        self._job: Job | None = None
        self.report: Any = None
        self._progress = JobProgress(self.unit)
        self._icon = icon_label("check-circle", 20, "ok")
        self.said = label("", "", wrap=True)
        self._details: QWidget | None = None
        self._said_line = QWidget()
        line = row(self._icon, self.said)
        line.setStretch(1, 1)
        self._said_line.setLayout(line)
        self._said_line.hide()
        bridge.changed.connect(self._show)

    def add_outcome(self) -> None:
        """Put the progress and the outcome at the end of the content."""
        self.content.addWidget(self._progress)
        self.content.addWidget(self._said_line)

    def start(self, title: str, work: Callable[[Job], object]) -> None:
        """Run work in a thread of the engine."""
        self._said_line.hide()
        self._job = self._bridge.work(title, work, self._on_end)
        self._progress.show_job(self._job)

    def words(self, report: Any) -> str:
        """Return a report in a sentence."""
        raise NotImplementedError

    def ended(self, worked: bool) -> None:
        """Change the buttons when the work is over."""
        raise NotImplementedError

    def reject(self) -> None:
        if self._job is not None and self._job.state not in ENDED:
            self._job.cancel()
            return
        super().reject()

    def _show(self) -> None:
        self._progress.show_job(self._job)

    def _on_end(self, job: Job) -> None:
        self._progress.show_job(None)
        if self._details is not None:
            self._details.deleteLater()
            self._details = None
        worked = job.state == "done"
        if worked:
            self.report = job.result
            text = self.words(self.report)
            if self.report.notes:
                self._details = _notes(self.report.notes)
                self.content.addWidget(self._details)
        else:
            text = tr(self.stopped) if job.error is None else f"{job.error.message} {job.error.remedy or ''}"
        set_role(self.said, "" if worked or job.error is None else "danger")
        self.said.style().polish(self.said)
        self.said.setText(text.strip())
        self._icon.setVisible(worked)
        self._said_line.show()
        self.ended(worked)
        self.adjustSize()


class ImportDialog(TransferDialog):
    """Imports a file and closes by itself when there is nothing to say about it."""

    def __init__(self, parent: QWidget | None, bridge: Bridge, project: ProjectFile, path: Path) -> None:
        super().__init__(
            parent,
            bridge,
            tr("Import {name}", name=path.name),
            tr("It becomes one step of the history, and can be undone."),
        )
        self.add_outcome()
        self.close_button = button(tr("Cancel"), self.reject)
        self.set_buttons(self.close_button)

        def work(job: Job) -> ImportReport:
            from segstudio.engine import exchange

            return exchange.import_file(project, path, progress=job.report, cancel=job.token)

        self.start(tr("Import {name}", name=path.name), work)

    def words(self, report: ImportReport) -> str:
        what, where = objects(report.annotations), pictures(report.media + report.matched)
        text = tr("Imported {objects} on {pictures}.", objects=what, pictures=where)
        if report.categories:
            text += " " + counted(report.categories, later("{n:,} class is new."), later("{n:,} classes are new."))
        if report.joined:
            text += " " + tr("{objects} got keypoints or a dense pose.", objects=objects(report.joined))
        if report.present:
            text += " " + tr("{objects} had been there already.", objects=objects(report.present))
        if report.skipped:
            text += " " + tr("{items} could not be used.", items=items(report.skipped))
        return text

    def ended(self, worked: bool) -> None:
        self.close_button.setText(tr("Close"))
        if worked and not self.report.notes:
            self.accept()


class ExportDialog(TransferDialog):
    """Asks for the file, writes it, and shows the counts and what could not be written as it is."""

    def __init__(
        self,
        parent: QWidget | None,
        bridge: Bridge,
        project: ProjectFile,
        settings: Settings,
        threshold: float,
        sample: Callable[[], Sample | None] = lambda: None,
    ) -> None:
        super().__init__(parent, bridge, tr("Export"), tr("One file of the whole project."))
        self._dry = False
        self._project = project
        self._settings = settings
        self._threshold = threshold
        self.path = QLineEdit(str(Path(settings.folder("export")) / f"{Path(project.path).stem}.json"))
        self.path.setAccessibleName(tr("File to write"))
        self.predictions = QCheckBox(
            tr("Include predictions that nobody has accepted yet, from a score of {score:.0%}", score=threshold)
        )
        self.predictions.setChecked(True)
        self.hiding = HidingFields(project.categories(), settings, sample)
        self.path.textChanged.connect(lambda text: self.hiding.show_path(Path(text)))
        self.hiding.show_path(Path(self.path.text()))
        line = row(self.path, button(tr("Browse…"), self._browse))
        self.content.addLayout(line)
        self.content.addLayout(self._choices())
        self.content.addWidget(self.predictions)
        self.content.addWidget(self.hiding)
        self._on_format(self.format.currentData())
        self.add_outcome()
        self.write = button(tr("Export"), self.export, kind="primary")
        self.write.setDefault(True)
        self.close_button = button(tr("Cancel"), self.reject)
        self.check = button(tr("Check"), self.look)
        self.check.setToolTip(tr("Say what would be written and what is in the way; nothing is written"))
        self.set_buttons(self.check, None, self.close_button, self.write)

    def _choices(self) -> QHBoxLayout:
        """Return the format, and the overlap rule for the one format that needs it."""
        from segstudio.formats.registry import FORMATS

        titles = {f.name: f.title for f in FORMATS if f.write is not None}
        self._suffixes = {f.name: f.suffixes for f in FORMATS}
        chosen = self._settings.text("export/format", "coco")
        self.format = choices(tr("Format"), titles, chosen if chosen in titles else "coco", self._on_format)
        rule = self._settings.text("panoptic/rule", "top")
        self.rule = choices(tr("Overlaps"), OVERLAPS, rule if rule in OVERLAPS else "top", lambda _: None)
        self.rule.setToolTip(tr("Who gets a pixel that several objects claim"))
        return row(self.format, self.rule, None)

    def _on_format(self, name: str) -> None:
        self._settings.set_text("export/format", name)
        self.rule.setVisible(name == "coco-panoptic")
        path, suffixes = Path(self.path.text()), self._suffixes[name]
        if path.suffix.lower() not in suffixes:
            self.path.setText(str(path.with_suffix(suffixes[0])))
        # Results are predictions and nothing else.
        self.predictions.setVisible(name != "coco-results")
        # The others name no pictures.
        self.hiding.setVisible(name in ("coco", "coco-panoptic"))

    def _browse(self) -> None:
        suffixes = self._suffixes[self.format.currentData()]
        kinds = f"{self.format.currentText()} ({' '.join(f'*{suffix}' for suffix in suffixes)})"
        name, _ = QFileDialog.getSaveFileName(self, tr("Export"), self.path.text(), kinds)
        if name:
            self.path.setText(name if Path(name).suffix else name + suffixes[0])

    def export(self) -> None:
        """Write the file."""
        self._run(dry=False)

    def look(self) -> None:
        """Say what would be written."""
        self._run(dry=True)

    def _run(self, *, dry: bool) -> None:
        self._dry = dry
        format, rule = self.format.currentData(), self.rule.currentData()
        path = Path(self.path.text()).expanduser()
        chosen = "all" if self.predictions.isChecked() else "accepted"
        threshold = self._threshold
        hide = self.hiding.value(path)
        self.stopped = _STAY if hide is not None else TransferDialog.stopped

        def work(job: Job) -> ExportReport:
            from segstudio.engine import exchange

            if hide is not None and not hide.classes:
                raise InputError("No class is chosen whose objects are to be hidden.", remedy="Tick at least one.")
            return exchange.export_file(
                self._project,
                path,
                format,
                progress=job.report,
                cancel=job.token,
                predictions=chosen,
                min_score=threshold,
                overlap=rule,
                hide=hide,
                dry=dry,
            )

        self.write.setEnabled(False)
        self.check.setEnabled(False)
        self.start(tr("Export {name}", name=path.name), work)

    def words(self, report: ExportReport) -> str:
        text = tr(
            later("This would write {objects} on {pictures} in {classes} to {path}.")
            if self._dry
            else later("Wrote {objects} on {pictures} in {classes} to {path}."),
            objects=objects(report.annotations),
            pictures=pictures(report.media),
            classes=counted(report.categories, later("{n:,} class"), later("{n:,} classes")),
            path=report.path,
        )
        if report.predictions:
            text += " " + counted(
                report.predictions,
                later("{n:,} prediction among them is unchecked."),
                later("{n:,} predictions among them are unchecked."),
            )
        if report.copied is not None:
            text += " " + tr(
                later("Hidden in copies of {pictures}, if it is run: {objects}.")
                if self._dry
                else later("Hidden in copies of {pictures} in {folder}: {objects}."),
                objects=objects(report.copied.objects),
                pictures=pictures(len(report.copied.media)),
                folder=report.copied.folder,
            )
        return text

    def ended(self, worked: bool) -> None:
        self.write.setEnabled(True)
        self.check.setEnabled(True)
        if worked and not self._dry:
            self._settings.set_folder("export", self.report.path.parent)
            self.close_button.setText(tr("Close"))
            self.write.setText(tr("Export Again"))


class FramesDialog(TransferDialog):
    """Writes the annotated frames of all videos; closes by itself when there is nothing to say beside their number."""

    unit = "frames"
    stopped = _STAY

    def __init__(self, parent: QWidget | None, bridge: Bridge, project: ProjectFile, folder: Path) -> None:
        super().__init__(
            parent,
            bridge,
            tr("Export Frames"),
            tr("The frames with objects, under the names that an exported COCO file uses."),
        )
        self.add_outcome()
        self.close_button = button(tr("Cancel"), self.reject)
        self.set_buttons(self.close_button)

        def work(job: Job) -> FramesReport:
            from segstudio.engine.frames import export_project_frames

            return export_project_frames(project, folder, progress=job.report, cancel=job.token)

        self.start(tr("Export frames to {name}", name=folder.name), work)

    def words(self, report: FramesReport) -> str:
        if not report.frames and not report.notes:
            return tr("No frame of a video has an object yet; nothing was written.")
        frames = counted(report.frames, later("{n:,} frame"), later("{n:,} frames"))
        text = tr("Wrote {frames} to {folder}.", frames=frames, folder=report.folder)
        return text + (" " + tr("{items} could not be written.", items=items(report.skipped)) if report.skipped else "")

    def ended(self, worked: bool) -> None:
        self.close_button.setText(tr("Close"))
        if worked and not self.report.notes:
            self.accept()

"""Opening, importing, exporting, copying, closing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from platformdirs import user_documents_path
from PySide6.QtWidgets import QFileDialog, QWidget

from segstudio.app.bridge import Bridge
from segstudio.app.dialogs.hiding import Sample
from segstudio.app.dialogs.transfer import ExportDialog, FramesDialog, ImportDialog
from segstudio.app.i18n import tr
from segstudio.app.session import Session
from segstudio.app.settings import Settings
from segstudio.core.errors import SegstudioError
from segstudio.engine.intake import copy_samples
from segstudio.media.sniff import IMAGE_EXTENSIONS, VIDEO_EXTENSIONS
from segstudio.store import SUFFIX

Open = Callable[[Sequence[str | Path]], bool]


class FileCommands:
    """Handlers of the "file" actions.

    Args:
        window: The parent of dialogs.
        open_paths: Opens paths in the window; returns whether that worked.
    """

    def __init__(self, window: QWidget, session: Session, bridge: Bridge, settings: Settings, open_paths: Open) -> None:
        self._window = window
        self._bridge = bridge
        self._session = session
        self._settings = settings
        self._open = open_paths

    def open_files(self) -> None:
        """Let the person choose pictures and videos."""
        patterns = " ".join(f"*{e} *{e.upper()}" for e in (*IMAGE_EXTENSIONS, *VIDEO_EXTENSIONS))
        folder = self._settings.folder("open")
        names, _ = QFileDialog.getOpenFileNames(
            self._window, tr("Open Files"), folder, f"{tr('Pictures and videos')} ({patterns});;{tr('All files')} (*)"
        )
        if names and self._open(names):
            self._settings.set_folder("open", Path(names[0]).parent)

    def open_folder(self) -> None:
        """Let the person choose a folder."""
        name = QFileDialog.getExistingDirectory(self._window, tr("Open Folder"), self._settings.folder("open"))
        if name and self._open([name]):
            self._settings.set_folder("open", name)

    def open_project(self) -> None:
        """Let the person choose a project file."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, tr("Open Project"), self._settings.folder("open"), f"{tr('segstudio projects')} (*{SUFFIX})"
        )
        if name:
            self._open([name])

    def open_samples(self) -> None:
        """Copy the sample photos to the person's documents, once, and open them."""
        try:
            self._open([copy_samples(user_documents_path() / "segstudio samples")])
        except SegstudioError as error:
            self._session.failed.emit(error)

    def import_file(self) -> None:
        """Let the person choose an annotation file and import it as one undo step."""
        name, _ = QFileDialog.getOpenFileName(
            self._window,
            tr("Import Annotations"),
            self._settings.folder("import"),
            f"COCO (*.json);;{tr('All files')} (*)",
        )
        if name:
            self._settings.set_folder("import", Path(name).parent)
            self.import_path(Path(name))

    def import_path(self, path: Path) -> None:
        """Import an annotation file."""
        if self._session.project is None:
            return
        dialog = ImportDialog(self._window, self._bridge, self._session.project, path)
        dialog.exec()
        if dialog.report is not None:
            self._session.said.emit(dialog.words(dialog.report))

    def export(self) -> None:
        """Let the person choose what to write and where."""
        if self._session.project is not None:
            threshold = self._session.view.threshold
            ExportDialog(
                self._window, self._bridge, self._session.project, self._settings, threshold, self._sample
            ).exec()

    def _sample(self) -> Sample | None:
        """Return the shown picture and what an export would take of its objects."""
        picture, threshold = self._session.picture, self._session.view.threshold
        if picture is None or picture.divided:
            return None
        objects = self._session.annotations.values()
        weak = {a.id for a in objects if a.is_prediction and a.score is not None and a.score < threshold}
        return Sample(picture.rgb, [a for a in objects if a.id not in weak])

    def export_frames(self) -> None:
        """Let the person choose a folder and write the annotated frames of all videos into it."""
        project = self._session.project
        if project is None:
            return
        if not any(m.kind == "video" for m in project.media()):
            self._session.said.emit(tr("This project has no video: there are no frames to export."))
            return
        name = QFileDialog.getExistingDirectory(self._window, tr("Export Frames"), self._settings.folder("export"))
        if not name:
            return
        self._settings.set_folder("export", name)
        dialog = FramesDialog(self._window, self._bridge, project, Path(name))
        dialog.exec()
        if dialog.report is not None:
            self._session.said.emit(dialog.words(dialog.report))

    def save_copy(self) -> None:
        """Write a copy of the project."""
        project = self._session.project
        if project is None:
            return
        name, _ = QFileDialog.getSaveFileName(
            self._window, tr("Save a Copy"), self._settings.folder("export"), f"{tr('segstudio projects')} (*{SUFFIX})"
        )
        if not name:
            return
        path = Path(name if name.endswith(SUFFIX) else name + SUFFIX)
        try:
            # The system's dialog has asked before it returned the name of a file that exists.
            path.unlink(missing_ok=True)
            project.save_copy(path)
            self._session.said.emit(tr("Saved a copy as {path}", path=path))
        except OSError as error:
            self._session.failed.emit(SegstudioError(f"The copy could not be written: {error.strerror}.", path=path))
        except SegstudioError as error:
            self._session.failed.emit(error)

    def close_project(self) -> None:
        """Close the project and show the welcome page."""
        self._open([])

    def quit(self) -> None:
        """Close the window."""
        self._window.close()

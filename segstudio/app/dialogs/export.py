"""Writing annotations to a file of another format, and saying what was written."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QFileDialog, QLineEdit, QWidget

from segstudio.app.dialogs.base import Dialog
from segstudio.app.settings import Settings
from segstudio.app.widgets import button, icon_label, label, row
from segstudio.core.errors import SegstudioError
from segstudio.store import ProjectFile


class ExportDialog(Dialog):
    """Asks for the file, writes it, and shows the counts and what could not be written as it is."""

    def __init__(self, parent: QWidget | None, project: ProjectFile, settings: Settings) -> None:
        super().__init__(parent, "Export", "COCO JSON that pycocotools and other tools read.", width=560)
        self._project = project
        self._settings = settings
        stem = Path(project.path).stem
        self.path = QLineEdit(str(Path(settings.folder("export")) / f"{stem}.json"))
        self.path.setAccessibleName("File to write")
        self.predictions = QCheckBox("Include predictions that nobody has checked")
        self.predictions.setChecked(True)
        self.content.addLayout(row(self.path, button("Browse…", self._browse)))
        self.content.addWidget(self.predictions)
        self._icon = icon_label("check-circle", 20, "ok")
        self.said = label("", "", wrap=True)
        line = row(self._icon, self.said)
        line.setStretch(1, 1)
        self.content.addLayout(line)
        self._icon.hide()
        self.write = button("Export", self.export, kind="primary")
        self.close_button = button("Cancel", self.reject)
        self.set_buttons(self.close_button, self.write)

    def _browse(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Export", self.path.text(), "COCO (*.json)")
        if name:
            self.path.setText(name if Path(name).suffix else name + ".json")

    def export(self) -> None:
        """Write the file."""
        from segstudio.engine import exchange

        path = Path(self.path.text()).expanduser()
        try:
            report = exchange.export_file(self._project, path)
        except SegstudioError as error:
            self._icon.hide()
            self.said.setText(f"{error.message} {error.remedy or ''}".strip())
            self.said.setProperty("role", "danger")
            self.said.style().polish(self.said)
            return
        self._settings.set_folder("export", path.parent)
        self._icon.show()
        self.said.setText(f"{report}")
        self.close_button.setText("Close")
        self.write.setText("Export Again")

"""The File menu."""

from __future__ import annotations

from segstudio.app.table.spec import Spec, row

ROWS: tuple[Spec, ...] = (
    row("file.open", "Open Files…", "file-plus", "Ctrl+O", "files.open_files"),
    row("file.folder", "Open Folder…", "folder-open", "Ctrl+U", "files.open_folder"),
    row("file.project", "Open Project…", "stack", "Ctrl+Shift+O", "files.open_project"),
    row("file.samples", "Open Sample Photos", "image", "", "files.open_samples"),
    row("|file.import", "Import Annotations…", "download-simple", "Ctrl+I", "files.import_file", "project"),
    row("file.export", "Export…", "export", "Ctrl+Shift+E", "files.export", "project"),
    row("file.frames", "Export Frames…", "film-strip", "", "files.export_frames", "project"),
    row("file.copy", "Save a Copy…", "copy", "Ctrl+Shift+S", "files.save_copy", "project"),
    row("|file.close", "Close Project", "x", "Ctrl+W", "files.close_project", "project"),
    row("file.quit", "Quit", "sign-out", "Ctrl+Q", "files.quit"),
)

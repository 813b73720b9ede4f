"""The Edit menu, and the keys that choose classes."""

from __future__ import annotations

from segstudio.app.table.spec import Spec, row

ROWS: tuple[Spec, ...] = (
    row("edit.undo", "Undo", "arrow-counter-clockwise", "Ctrl+Z", "edit.undo", "undo"),
    row("edit.redo", "Redo", "arrow-clockwise", "Ctrl+Y Ctrl+Shift+Z", "edit.redo", "redo"),
    row("|edit.copy", "Copy", "copy-simple", "Ctrl+C", "edit.copy", "selection"),
    row("edit.paste", "Paste", "clipboard", "Ctrl+V", "edit.paste", "picture"),
    row("edit.duplicate", "Duplicate", "copy", "Ctrl+D", "edit.duplicate", "selection"),
    row("edit.delete", "Delete", "trash", "Del", "edit.delete", "selection"),
    row("|edit.all", "Select All", "selection-all", "Ctrl+A", "edit.select_all", "objects"),
    row("edit.none", "Select None", "selection-slash", "Ctrl+Shift+A", "edit.select_none", "selection"),
    row("edit.invert", "Invert the Selection", "selection-inverse", "Ctrl+Shift+I", "select.invert", "objects"),
    row("edit.same", "Select the Same Class", "selection-foreground", "Ctrl+Alt+A", "select.same_class", "selection"),
    row("edit.by_class", "Select by Class…", "tag", "", "select.by_class", "objects"),
    row("edit.by_score", "Select by Score…", "funnel", "", "select.by_score", "objects"),
    *(
        row(f"class.{n}", f"Choose Class {n}", "tag", str(n), f"edit.choose_class:{n}", "project", menu="")
        for n in range(1, 10)
    ),
)

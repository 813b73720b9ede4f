"""The Help menu."""

from __future__ import annotations

from segstudio.app.table.spec import Spec, row

ROWS: tuple[Spec, ...] = (
    row("help.palette", "Command Palette…", "command", "Ctrl+Shift+P Ctrl+K", "help.palette"),
    row("help.keys", "Keyboard Shortcuts", "keyboard", "? F1", "help.shortcuts"),
    row("help.edit_keys", "Edit Keyboard Shortcuts…", "sliders", "", "help.edit_shortcuts"),
    row("|help.welcome", "Welcome Page", "house", "", "help.welcome"),
    row("help.about", "About segstudio", "info", "", "help.about"),
)

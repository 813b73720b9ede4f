"""The pictures of the page on comfort: display, rulers, magnifier, and the editor of shortcuts."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence
from stage import Stage

from segstudio.app.dialogs.keys import KeysDialog
from segstudio.core.display import Display


def shoot(stage: Stage) -> None:
    """Write display.webp and keys.webp."""
    window = stage.open("camera.jpg", tool="brush")
    window.session.view.set(rulers=True, magnifier=True, grid=64, display=Display(brightness=10, contrast=20))
    window.layout_.show_panel(window.panels["display"])
    stage.rest()
    stage.move(320, 150)
    stage.save("display")
    dialog = KeysDialog(window, window.keymap)
    dialog.show()
    dialog.search.setText("picture")
    dialog.table.selectRow(2)
    dialog.keys.setKeySequence(QKeySequence("D"))
    stage.rest()
    stage.save_widget(dialog, "keys")
    dialog.close()

"""Files that a person brings to the Models panel: weights of a known model, or a model of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QFileDialog, QWidget

from segstudio.app.bridge import Bridge
from segstudio.app.i18n import tr
from segstudio.app.settings import Settings
from segstudio.zoo import Card


class Host(Protocol):
    """The panel, as far as it matters here."""

    def reveal(self, name: str) -> None: ...


class ModelFiles:
    """Asks for files and takes them.

    Args:
        panel: The models panel, a widget.
        bridge: Checks files in the background.
        settings: Remember the folder.
    """

    def __init__(self, panel: Host, bridge: Bridge, settings: Settings) -> None:
        assert isinstance(panel, QWidget)
        self._widget, self._panel, self._bridge, self._settings = panel, panel, bridge, settings

    def add_weights(self, card: Card) -> None:
        """Let the person name a weights file that was brought by hand, and take it where it is one of the model's."""
        path = self._asked(tr("Add a Weights File of {title}", title=card.title), tr("All files (*)"))
        if path:
            self._bridge.add_weights(card.name, path)

    def add_model(self) -> None:
        """Let the person name a file: weights of a known model are taken, another model gets a card of its own."""
        kinds = f"{tr('Models and weights')} (*.onnx *.pt *.pt2 *.torchscript *.pth *.safetensors *.pkl)"
        path = self._asked(tr("Add a Model File"), f"{kinds};;{tr('All files (*)')}")
        if path:
            self._bridge.find_owner(path, lambda card: self._on_owner(path, card))

    def _asked(self, title: str, kinds: str) -> str:
        path, _ = QFileDialog.getOpenFileName(self._widget, title, self._settings.folder("weights"), kinds)
        if path:
            self._settings.set_folder("weights", Path(path).parent)
        return path

    def _on_owner(self, path: str, card: Card | None) -> None:
        if card is not None:
            self._panel.reveal(card.name)
            self._bridge.add_weights(card.name, path)
            return
        # It takes words from this room.
        from segstudio.app.dialogs.new_model import NewModelDialog

        dialog = NewModelDialog(self._widget, self._bridge, Path(path))
        dialog.exec()
        dialog.deleteLater()
        if dialog.added:
            self._bridge.fetched.emit()
            self._panel.reveal(dialog.added)

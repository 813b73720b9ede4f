"""The picture of the guide's page on models from files: the dialog, looking at the starter pack's U2-Net."""

from __future__ import annotations

from stage import Stage

from segstudio.app.dialogs.new_model import NewModelDialog
from segstudio.zoo import Catalog, weights


def shoot(stage: Stage) -> None:
    """Write new-model.webp: what is read from and guessed of an ONNX file."""
    window = stage.open(None)
    card = Catalog().get("starter-instances")
    dialog = NewModelDialog(window, window.bridge, weights.locate(card)[card.weights[0].name])
    dialog.show()
    while dialog.draft is None:
        stage.rest(0.2)
    stage.rest(0.5)
    stage.save_widget(dialog, "new-model")
    dialog.close()

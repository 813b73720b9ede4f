"""torchvision's semantic segmentation networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from segstudio.zoo.blocks.semantic import SemanticPredictor, classes_of
from segstudio.zoo.predictor import Build

if TYPE_CHECKING:
    from torch import Tensor

    from segstudio.zoo.blocks.taps import Tap


def build(build: Build, name: str, taps: Sequence[Tap] = ()) -> SemanticPredictor:
    """Return the predictor of one of torchvision's segmentation networks.

    Args:
        build: Setting "num_classes" counts the background in; "aux" tells whether the checkpoint has the second
            classifier that only training uses.
        name: torchvision's name of the network.
        taps: What can be looked at.
    """
    from torchvision.models import get_model

    aux = {"aux_loss": True} if build.settings.get("aux") else {}
    network: Any = get_model(name, weights=None, weights_backbone=None, num_classes=classes_of(build), **aux)
    build.fill(network)
    if aux:
        network.aux_classifier = None
        # Features that nobody reads would still be kept.
        layers = network.backbone.return_layers
        network.backbone.return_layers = {layer: role for layer, role in layers.items() if role != "aux"}
    return TorchvisionMaps(build, network, taps)


class TorchvisionMaps(SemanticPredictor):
    """Scores are taken before torchvision enlarges all of them to the input's size."""

    def bare(self, inputs: list[tuple[list[int], Tensor]]) -> list[Tensor]:
        import torch

        with torch.inference_mode():
            return [self.network(batch)["out"] for _, batch in inputs]

    def scores(self, batch: Tensor) -> Tensor:
        features = self.network.backbone(batch)
        return self.network.classifier(features.get("out", features))

"""SimpleBaseline (Xiao et al. 2018, arXiv 1804.06208): a ResNet and three transposed convolutions."""

from __future__ import annotations

from typing import Any

from segstudio.zoo.blocks.topdown import AffinePredictor
from segstudio.zoo.predictor import Build, Predictor


def build(build: Build) -> Predictor:
    """Return the predictor. Settings: "backbone", torchvision's name of the ResNet; "filters" of each of the three."""
    network = network_of(build.settings)
    build.fill(network)
    return AffinePredictor(build, network)


def network_of(settings: dict[str, Any]) -> Any:
    """Return the network of a card's settings, with random weights."""
    from torch import Tensor, nn
    from torchvision.models import get_model

    from segstudio.zoo.blocks.heads import enlarging

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            body: Any = get_model(settings["backbone"], weights=None)
            wide = body.fc.in_features
            # The checkpoint has the ResNet's own names at its top, and no classifier.
            for name, module in body.named_children():
                if name not in ("avgpool", "fc"):
                    self.add_module(name, module)
            self.order = list(self._modules)
            filters = settings["filters"]
            self.deconv_layers = nn.Sequential(*enlarging(wide, filters))
            self.final_layer = nn.Conv2d(filters, settings["joints"], 1)

        def forward(self, x: Tensor) -> Tensor:
            for name in self.order:
                x = getattr(self, name)(x)
            return self.final_layer(self.deconv_layers(x))

    return Network()

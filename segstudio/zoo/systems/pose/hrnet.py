"""HRNet for poses (Sun et al. 2019, arXiv 1902.09212): features at full resolution all the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segstudio.core.views import HeatView, View
from segstudio.zoo.blocks.topdown import AffinePredictor, Crop
from segstudio.zoo.predictor import Build, Predictor

if TYPE_CHECKING:
    from torch import Tensor


def build(build: Build) -> Predictor:
    """Return the predictor. Settings: "width", "modules" a stage, "blocks" a branch."""
    network = network_of(build.settings)
    build.fill(network)
    return HRNetPose(build, network)


def network_of(settings: dict[str, Any]) -> Any:
    """Return the network of a card's settings, with random weights."""
    from torch import nn

    from segstudio.zoo.blocks import hrnet

    class Network(hrnet.HighResolutionNet):
        def __init__(self) -> None:
            stages = hrnet.stages(settings["width"], settings["modules"], settings["blocks"])
            super().__init__(stages, single=True)
            self.final_layer = nn.Conv2d(settings["width"], settings["joints"], 1)

        def forward(self, x: Tensor) -> Tensor:
            return self.final_layer(self.features(x)[0])

    return Network()


class HRNetPose(AffinePredictor):
    """HRNet, which shows its branches."""

    def watched(self) -> dict[str, Any]:
        last = self.network.stage4[-1]
        return {f"1/{4 << i}": branch for i, branch in enumerate(last.branches)}

    def inside(self, seen: dict[str, Tensor], output: Tensor, crop: Crop) -> list[View]:
        """Return the mean over the channels of each resolution before the last fusion, and the heat maps."""
        branches: list[View] = [
            HeatView(
                group="Branches, mean over the channels",
                title=f"{name}: {maps.shape[1]} channels of {maps.shape[-1]} x {maps.shape[-2]}",
                box=crop.window,
                values=maps[0].float().mean(0).cpu().numpy(),
            )
            for name, maps in seen.items()
        ]
        return branches + super().inside(seen, output, crop)

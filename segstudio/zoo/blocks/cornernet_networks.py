"""The network of CornerNet (Law and Deng 2018, arXiv 1808.01244) under its published key names."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from segstudio.zoo.blocks import hourglass104
from segstudio.zoo.blocks.centernet_networks import start_heat
from segstudio.zoo.blocks.hourglass104 import Convolution

CORNERS = ("tl", "br")


class CornerPool(nn.Module):
    """The largest value from each cell to an edge of the map.

    Args:
        axis: -1 along rows, -2 along columns.
        forward: From the cell towards the right or lower edge; else towards the left or upper one.
    """

    def __init__(self, axis: int, forward: bool) -> None:
        super().__init__()
        self.axis, self.ahead = axis, forward

    def forward(self, x: Tensor) -> Tensor:
        if self.ahead:
            return x.flip(self.axis).cummax(self.axis).values.flip(self.axis)
        return x.cummax(self.axis).values


class CornerBranch(nn.Module):
    """Features at a box's corner, gathered along the two edges that meet there.

    Args:
        width: Channels in and out.
        inner: Channels of each edge.
        top_left: From the top-left corner one looks right and down; else from the bottom-right one left and up.
    """

    def __init__(self, width: int, inner: int, top_left: bool) -> None:
        super().__init__()
        self.p1_conv1 = Convolution(3, width, inner)
        self.p2_conv1 = Convolution(3, width, inner)
        self.p_conv1 = nn.Conv2d(inner, width, 3, padding=1, bias=False)
        self.p_bn1 = nn.BatchNorm2d(width)
        self.conv1 = nn.Conv2d(width, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = Convolution(3, width, width)
        self.pool1 = CornerPool(-2, top_left)
        self.pool2 = CornerPool(-1, top_left)

    def forward(self, x: Tensor) -> Tensor:
        edges = self.pool1(self.p1_conv1(x)) + self.pool2(self.p2_conv1(x))
        return self.conv2(F.relu(self.p_bn1(self.p_conv1(edges)) + self.bn1(self.conv1(x))))


class CornerNetwork(hourglass104.Stacks):
    """Two hourglasses, each with a branch a corner and three heads on it.

    Args:
        classes: How many.
        dims: Channels of each level of the hourglass.
        modules: Residuals of each level.
        inner: Channels of the edges in a corner's branch.
    """

    def __init__(
        self,
        classes: int,
        dims: Sequence[int] = hourglass104.DIMS,
        modules: Sequence[int] = hourglass104.MODULES,
        inner: int = 128,
    ) -> None:
        super().__init__(2, dims, modules)
        width = dims[0]
        for corner in CORNERS:
            branches = [CornerBranch(width, inner, corner == "tl") for _ in self.kps]
            setattr(self, f"{corner}_cnvs", nn.ModuleList(branches))
            for name, outputs in (("heats", classes), ("tags", 1), ("regrs", 2)):
                heads = [hourglass104.head(width, outputs) for _ in self.kps]
                setattr(self, f"{corner}_{name}", nn.ModuleList(heads))
                if name == "heats":
                    start_heat([head[-1] for head in heads])

    def outputs(self, image: Tensor) -> list[dict[str, Tensor]]:
        """Return the maps of each stack while training, else of the last alone.

        They are `tl_heat` (logits), `tl_tag` (embedding), `tl_regr` (offset as x, y), and the same of `br`; each at a
        quarter of the picture's size.
        """
        features = self.features(image)
        wanted = range(len(features)) if self.training else [len(features) - 1]
        return [self._read(features[i], i) for i in wanted]

    def _read(self, x: Tensor, stack: int) -> dict[str, Tensor]:
        made: dict[str, Tensor] = {}
        for corner in CORNERS:
            branch = getattr(self, f"{corner}_cnvs")[stack](x)
            for name in ("heat", "tag", "regr"):
                made[f"{corner}_{name}"] = getattr(self, f"{corner}_{name}s")[stack](branch)
        return made


def unmirrored(maps: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the first half of a batch whose second half are mirror images."""
    half = len(maps["tl_heat"]) // 2
    return {name: x[:half] for name, x in maps.items()}


def as_float(maps: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return maps as float32, with probabilities for the heat maps' logits."""
    return {name: torch.sigmoid(x.float()) if name.endswith("heat") else x.float() for name, x in maps.items()}

"""HRNet's body (Sun et al. 2019, arXiv 1902.09212; Wang et al. 2020, arXiv 1908.07919).

Branches of different resolution run side by side and exchange their features after each module. Modules are named as
in the published checkpoints of the pose and of the semantic networks, so a network is this body and its own head.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock, Bottleneck


@dataclass(frozen=True)
class Stage:
    """One stage of modules.

    Args:
        modules: How many follow each other.
        widths: Channels of each branch, the highest resolution first.
        blocks: Residual blocks of each branch in each module.
    """

    modules: int
    widths: tuple[int, ...]
    blocks: int


def stages(width: int, modules: Sequence[int] = (1, 4, 3), blocks: int = 4) -> tuple[Stage, ...]:
    """Return the stages 2, 3, 4 of a published network.

    Args:
        width: Channels of the highest resolution (32: W32); each lower one has twice as many.
        modules: Of each stage; (1, 3, 2) in W18-small-v2.
        blocks: Of each branch; 2 in W18-small-v2.
    """
    return tuple(Stage(n, tuple(width << i for i in range(branches)), blocks) for branches, n in enumerate(modules, 2))


def convolution(inputs: int, outputs: int, size: int, stride: int = 1, relu: bool = True) -> nn.Sequential:
    """Return convolution without a bias, batch norm and, where asked, ReLU: the modules 0, 1, 2."""
    layers: list[nn.Module] = [nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, nn.ReLU(inplace=True)) if relu else nn.Sequential(*layers)


class HighResolutionModule(nn.Module):
    """Branches that run apart and are then fused: each becomes the sum of all, resampled to its resolution.

    Args:
        stage: Its widths and blocks.
        outputs: So many of the fused branches are made, from the highest resolution down.
        mode: How lower resolutions are enlarged: "nearest" or "bilinear".
        align_corners: Of bilinear enlarging.
    """

    def __init__(self, stage: Stage, outputs: int, mode: str, align_corners: bool) -> None:
        super().__init__()
        widths = stage.widths
        self.enlarging: dict[str, Any] = {"mode": mode}
        if mode == "bilinear":
            self.enlarging["align_corners"] = align_corners
        self.branches = nn.ModuleList(
            nn.Sequential(*(BasicBlock(width, width) for _ in range(stage.blocks))) for width in widths
        )
        self.fuse_layers = nn.ModuleList(
            nn.ModuleList(_way(widths, source, target) for source in range(len(widths))) for target in range(outputs)
        )

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """Return the fused maps of the maps (n, c, h, w) of the branches."""
        maps = [branch(x) for branch, x in zip(self.branches, maps)]
        return [self._fuse(maps, target, ways) for target, ways in enumerate(self.fuse_layers)]

    def _fuse(self, maps: list[Tensor], target: int, ways: Any) -> Tensor:
        total: Tensor | None = None
        for source, (x, way) in enumerate(zip(maps, ways)):
            y = way(x)
            if source > target:
                y = F.interpolate(y, size=maps[target].shape[-2:], **self.enlarging)
            total = y if total is None else total + y
        assert total is not None
        return F.relu(total)


def _way(widths: Sequence[int], source: int, target: int) -> nn.Module:
    """Return what a branch's map goes through on its way to another branch (enlarging is left to the module)."""
    if source == target:
        return nn.Identity()
    if source > target:
        return convolution(widths[source], widths[target], 1, relu=False)
    steps = target - source
    return nn.Sequential(
        *(convolution(widths[source], widths[source], 3, 2) for _ in range(steps - 1)),
        convolution(widths[source], widths[target], 3, 2, relu=False),
    )


def _transition(before: Sequence[int], widths: Sequence[int]) -> nn.ModuleList:
    """Return the ways from one stage's branches into the next one's; further branches come from the last by stride."""
    ways: list[nn.Module] = []
    for i, width in enumerate(widths):
        if i < len(before):
            ways.append(nn.Identity() if before[i] == width else convolution(before[i], width, 3))
        else:
            steps = i + 1 - len(before)
            ends = [before[-1]] * (steps - 1) + [width]
            ways.append(nn.Sequential(*(convolution(before[-1], end, 3, 2) for end in ends)))
    return nn.ModuleList(ways)


class HighResolutionNet(nn.Module):
    """The body: a stem at a quarter of the input's size, a stage of bottlenecks, and the stages of branches.

    Args:
        stages: The stages 2, 3, 4.
        stem: Channels of the two stem convolutions and of the bottlenecks.
        bottlenecks: How many stage 1 has: 4, or 2 in W18-small-v2.
        mode: "nearest" in the pose networks, "bilinear" in the semantic ones.
        align_corners: Of bilinear enlarging: False in the semantic networks of 2019, True in those with OCR.
        single: The last module gives the highest resolution alone (the pose networks).
    """

    def __init__(
        self,
        stages: Sequence[Stage],
        *,
        stem: int = 64,
        bottlenecks: int = 4,
        mode: str = "nearest",
        align_corners: bool = False,
        single: bool = False,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, stem, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(stem)
        self.conv2 = nn.Conv2d(stem, stem, 3, 2, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(stem)
        wide = stem * Bottleneck.expansion
        first = Bottleneck(stem, stem, downsample=convolution(stem, wide, 1, relu=False))
        self.layer1 = nn.Sequential(first, *(Bottleneck(wide, stem) for _ in range(bottlenecks - 1)))
        self.count = len(stages)
        before: Sequence[int] = (wide,)
        for i, stage in enumerate(stages):
            self.add_module(f"transition{i + 1}", _transition(before, stage.widths))
            modules = []
            for j in range(stage.modules):
                last = single and i == len(stages) - 1 and j == stage.modules - 1
                modules.append(HighResolutionModule(stage, 1 if last else len(stage.widths), mode, align_corners))
            self.add_module(f"stage{i + 2}", nn.Sequential(*modules))
            before = stage.widths

    def features(self, x: Tensor) -> list[Tensor]:
        """Return the maps (n, width, h, w) of the last stage's branches, the highest resolution (1/4) first."""
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.relu(self.bn2(self.conv2(x)))
        maps = [self.layer1(x)]
        for i in range(self.count):
            ways: Any = getattr(self, f"transition{i + 1}")
            maps = [way(maps[min(j, len(maps) - 1)]) for j, way in enumerate(ways)]
            maps = getattr(self, f"stage{i + 2}")(maps)
        return maps

"""The hourglass of CornerNet (Law and Deng 2018, arXiv 1808.01244), 104 layers deep, that CenterNet shares.

It is not the stacked hourglass of human pose: plain residuals, strided instead of pooled, nearest upsampling. Modules
are named as in the published checkpoints of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

DIMS = (256, 256, 384, 384, 384, 512)
MODULES = (2, 2, 2, 2, 2, 4)


class Convolution(nn.Module):
    """Convolution (`conv`), batch norm (`bn`) and ReLU; without the norm the convolution has a bias."""

    def __init__(self, kernel: int, inputs: int, outputs: int, stride: int = 1, norm: bool = True) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2, bias=not norm)
        self.bn = nn.BatchNorm2d(outputs) if norm else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(x)))


class Residual(nn.Module):
    """Two 3x3 convolutions beside a `skip`, which is a 1x1 convolution where shapes differ."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        plain = stride == 1 and inputs == outputs
        self.skip = nn.Identity() if plain else projection(inputs, outputs, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.skip(x))


def projection(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """Return a 1x1 convolution with a batch norm."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))


def _chain(widths: Sequence[int], stride: int = 1) -> nn.Sequential:
    """Return residuals from each width to the next; the first one strides."""
    steps = pairwise(widths)
    return nn.Sequential(*(Residual(a, b, stride if i == 0 else 1) for i, (a, b) in enumerate(steps)))


class Hourglass(nn.Module):
    """One hourglass, as deep as there are steps between `dims`; each level keeps a branch of its own size.

    Args:
        dims: Channels of each level, the finest first.
        modules: Residuals of each level.
    """

    def __init__(self, dims: Sequence[int], modules: Sequence[int]) -> None:
        super().__init__()
        own, inner, count = dims[0], dims[1], modules[0]
        self.up1 = _chain([own] * (count + 1))
        self.low1 = _chain([own] + [inner] * count, stride=2)
        if len(dims) > 2:
            self.low2: nn.Module = Hourglass(dims[1:], modules[1:])
        else:
            self.low2 = _chain([inner] * (modules[1] + 1))
        self.low3 = _chain([inner] * count + [own])

    def forward(self, x: Tensor) -> Tensor:
        low = self.low3(self.low2(self.low1(x)))
        return self.up1(x) + F.interpolate(low, scale_factor=2.0)


class Stacks(nn.Module):
    """Hourglasses one after the other on a map of a quarter of the picture's size.

    The picture's sides must be such that a quarter of them halves evenly as often as the hourglass is deep: multiples
    of 4 * 2^depth, or one less.

    Args:
        stacks: How many.
        dims: Channels of each level.
        modules: Residuals of each level.
    """

    def __init__(self, stacks: int = 2, dims: Sequence[int] = DIMS, modules: Sequence[int] = MODULES) -> None:
        super().__init__()
        width = dims[0]
        self.pre = nn.Sequential(Convolution(7, 3, width // 2, stride=2), Residual(width // 2, width, stride=2))
        self.kps = nn.ModuleList(Hourglass(dims, modules) for _ in range(stacks))
        self.cnvs = nn.ModuleList(Convolution(3, width, width) for _ in range(stacks))
        self.inters = nn.ModuleList(Residual(width, width) for _ in range(stacks - 1))
        self.inters_ = nn.ModuleList(projection(width, width) for _ in range(stacks - 1))
        self.cnvs_ = nn.ModuleList(projection(width, width) for _ in range(stacks - 1))

    def features(self, image: Tensor) -> list[Tensor]:
        """Return the map of each stack, (n, dims[0], h / 4, w / 4)."""
        x, maps = self.pre(image), []
        for i, (hourglass, convolution) in enumerate(zip(self.kps, self.cnvs)):
            maps.append(convolution(hourglass(x)))
            if i < len(self.inters):
                x = self.inters[i](torch.relu(self.inters_[i](x) + self.cnvs_[i](maps[-1])))
        return maps


def head(width: int, outputs: int) -> nn.Sequential:
    """Return a head: a 3x3 convolution with ReLU and a 1x1 convolution."""
    return nn.Sequential(Convolution(3, width, width, norm=False), nn.Conv2d(width, outputs, 1))

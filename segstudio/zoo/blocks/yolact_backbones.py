"""The backbones of YOLACT and YolactEdge, under the key names of their checkpoints.

Each has `channels`, those of its maps at 1/8, 1/16 and 1/32 of the picture (C3 to C5), and returns these three maps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn
from torchvision.models import mobilenet_v2
from torchvision.models.resnet import Bottleneck

from segstudio.core.errors import InputError
from segstudio.zoo.blocks.deformable import DeformableConv


class Stages(nn.Module):
    """A backbone that is a row of stages, of which three are read.

    Args:
        read: The places of the stages that give C3, C4 and C5.
    """

    def __init__(self, layers: Sequence[nn.Module], channels: tuple[int, int, int], read: tuple[int, int, int]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.channels = channels
        self.read = read

    def stem(self, x: Tensor) -> Tensor:
        """Return what the first stage sees."""
        return x

    def forward(self, x: Tensor) -> list[Tensor]:
        x = self.stem(x)
        maps = []
        for place, layer in enumerate(self.layers):
            x = layer(x)
            if place in self.read:
                maps.append(x)
        return maps

    def fine(self, x: Tensor) -> Tensor:
        """Return C3 alone; the stages after it do not run."""
        x = self.stem(x)
        for layer in list(self.layers)[: self.read[0] + 1]:
            x = layer(x)
        return x


class ResNet(Stages):
    """A ResNet of bottlenecks (He et al. 2015, arXiv 1512.03385).

    Args:
        blocks: Bottlenecks a stage.
        width: Channels of the stem, 64 as published.
        deform_every: Every so many bottlenecks of the last three stages have a deformable 3x3 convolution; 0 for none.
    """

    def __init__(self, blocks: Sequence[int], width: int = 64, deform_every: int = 0) -> None:
        sizes = [width << stage for stage in range(4)]
        stages = [_bottlenecks(width, width, blocks[0], stride=1)]
        for size, count in zip(sizes[1:], blocks[1:], strict=True):
            stages.append(_bottlenecks(2 * size, size, count, stride=2, deform_every=deform_every))
        super().__init__(stages, (8 * width, 16 * width, 32 * width), (1, 2, 3))
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)

    def stem(self, x: Tensor) -> Tensor:
        return self.maxpool(self.relu(self.bn1(self.conv1(x))))


def _bottlenecks(inside: int, size: int, count: int, *, stride: int, deform_every: int = 0) -> nn.Sequential:
    outside = size * Bottleneck.expansion
    shortcut = nn.Sequential(nn.Conv2d(inside, outside, 1, stride, bias=False), nn.BatchNorm2d(outside))
    row = [Bottleneck(inside, size, stride, shortcut), *(Bottleneck(outside, size) for _ in range(count - 1))]
    if deform_every:
        for block in row[::deform_every]:
            convolution: Any = DeformableConv(size, size, stride=block.stride)
            block.conv2 = convolution
    return nn.Sequential(*row)


class DarkNet(Stages):
    """DarkNet-53 (Redmon and Farhadi 2018, arXiv 1804.02767).

    Args:
        blocks: Residual blocks a stage.
        width: Channels of the stem, 32 as published.
    """

    def __init__(self, blocks: Sequence[int] = (1, 2, 8, 8, 4), width: int = 32) -> None:
        stages = []
        for stage, count in enumerate(blocks):
            inside, outside = width << stage, width << (stage + 1)
            row = (_DarkNetBlock(outside) for _ in range(count))
            stages.append(nn.Sequential(_dark(inside, outside, 3, 2), *row))
        super().__init__(stages, (8 * width, 16 * width, 32 * width), (2, 3, 4))
        self._preconv = _dark(3, width, 3)

    def stem(self, x: Tensor) -> Tensor:
        return self._preconv(x)


class _DarkNetBlock(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = _dark(channels, channels // 2, 1)
        self.conv2 = _dark(channels // 2, channels, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv2(self.conv1(x)) + x


def _dark(inside: int, outside: int, kernel: int, stride: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(inside, outside, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outside), nn.LeakyReLU(0.1, inplace=True))


# Blocks of MobileNetV2 of one size, as torchvision numbers them.
_MOBILE = ((0, 1), (1, 2), (2, 4), (4, 7), (7, 11), (11, 14), (14, 17))


class MobileNet(Stages):
    """MobileNetV2 (Sandler et al. 2018, arXiv 1801.04381) up to its stage of 160 channels.

    The checkpoints have two more stages (`UNREAD`), whose output nothing uses.

    Args:
        width: Share of the published channels.
    """

    UNREAD = ("backbone.layers.7.", "backbone.layers.8.")

    def __init__(self, width: float = 1.0) -> None:
        blocks: Any = mobilenet_v2(weights=None, width_mult=width).features
        stages = [blocks[0], *(nn.Sequential(*blocks[start:end]) for start, end in _MOBILE[1:])]
        c3, c4, c5 = (blocks[end - 1].out_channels for _, end in (_MOBILE[3], _MOBILE[4], _MOBILE[6]))
        super().__init__(stages, (c3, c4, c5), (3, 4, 6))


_RESNETS = {"resnet50": (3, 4, 6, 3), "resnet101": (3, 4, 23, 3)}


def build(settings: dict[str, Any]) -> Stages:
    """Return the backbone that a card's settings name.

    Args:
        settings: "backbone" (resnet50, resnet101, darknet53, mobilenetv2) and, where it is not the published one,
            "blocks", "width" and "deform_every" as the classes above take them.

    Raises:
        InputError: There is no such backbone.
    """
    name = settings["backbone"]
    given = {key: settings[key] for key in ("blocks", "width", "deform_every") if key in settings}
    if name in _RESNETS:
        return ResNet(**{"blocks": _RESNETS[name], **given})
    if name == "darknet53":
        return DarkNet(**given)
    if name == "mobilenetv2":
        return MobileNet(**given)
    known = ", ".join([*_RESNETS, "darknet53", "mobilenetv2"])
    raise InputError(f"YOLACT has no backbone '{name}'.", remedy=f"Known are {known}.")

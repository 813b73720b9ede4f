"""HRNet for maps (Wang et al. 2020, arXiv 1908.07919), and with object-contextual representations (Yuan et al. 2020,
arXiv 1909.11065); layer names of HRNet/HRNet-Semantic-Segmentation."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from segstudio.zoo.blocks.hrnet import HighResolutionNet, Stage


def _unit(inputs: int, outputs: int, size: int) -> list[nn.Module]:
    return [
        nn.Conv2d(inputs, outputs, size, padding=size // 2),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    ]


class _Joined(HighResolutionNet):
    """The body with its four streams joined at the highest resolution."""

    def __init__(self, stages: Sequence[Stage], bottlenecks: int, align_corners: bool, stem: int) -> None:
        super().__init__(stages, stem=stem, bottlenecks=bottlenecks, mode="bilinear", align_corners=align_corners)
        self.channels = sum(stages[-1].widths)
        self.align_corners = align_corners
        # What has no weights of its own, but a name by which it can be looked at.
        self.streams = nn.ModuleList(nn.Identity() for _ in stages[-1].widths)

    def joined(self, x: Tensor) -> Tensor:
        """Return the streams (n, channels, h / 4, w / 4)."""
        first, *lower = (stream(y) for stream, y in zip(self.streams, self.features(x)))
        size = first.shape[2:]
        raised = (F.interpolate(y, size, mode="bilinear", align_corners=self.align_corners) for y in lower)
        return torch.cat((first, *raised), dim=1)


class HRNetMaps(_Joined):
    """The network: (n, 3, h, w) to scores (n, classes, h / 4, w / 4).

    Args:
        classes: Channels of the output.
        stages: The body's stages 2 to 4.
        bottlenecks: Of its first stage.
        stem: Channels of the stem; 64 as published.
    """

    def __init__(self, classes: int, stages: Sequence[Stage], bottlenecks: int = 4, stem: int = 64) -> None:
        super().__init__(stages, bottlenecks, align_corners=False, stem=stem)
        self.last_layer = nn.Sequential(*_unit(self.channels, self.channels, 1), nn.Conv2d(self.channels, classes, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.last_layer(self.joined(x))


def _norm_act(channels: int) -> nn.Sequential:
    return nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU())


def _projection(inputs: int, outputs: int, count: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for i in range(count):
        layers += [nn.Conv2d(inputs if i == 0 else outputs, outputs, 1, bias=False), _norm_act(outputs)]
    return nn.Sequential(*layers)


class _ObjectAttention(nn.Module):
    """Each pixel as a mean of the object regions, weighted by how alike they are."""

    def __init__(self, channels: int, keys: int) -> None:
        super().__init__()
        self.keys = keys
        self.f_pixel = _projection(channels, keys, 2)
        self.f_object = _projection(channels, keys, 2)
        self.f_down = _projection(channels, keys, 1)
        self.f_up = _projection(keys, channels, 1)

    def forward(self, x: Tensor, regions: Tensor) -> Tensor:
        n, _, h, w = x.shape
        query = self.f_pixel(x).flatten(2).transpose(1, 2)
        key = self.f_object(regions).flatten(2)
        value = self.f_down(regions).flatten(2).transpose(1, 2)
        weights = (query @ key * self.keys**-0.5).softmax(-1)
        return self.f_up((weights @ value).transpose(1, 2).reshape(n, self.keys, h, w))


class _Distribution(nn.Module):
    def __init__(self, channels: int, keys: int) -> None:
        super().__init__()
        self.object_context_block = _ObjectAttention(channels, keys)
        self.conv_bn_dropout = nn.Sequential(
            nn.Conv2d(2 * channels, channels, 1, bias=False), _norm_act(channels), nn.Dropout2d(0.05)
        )

    def forward(self, x: Tensor, regions: Tensor) -> Tensor:
        return self.conv_bn_dropout(torch.cat((self.object_context_block(x, regions), x), dim=1))


class HRNetOcr(_Joined):
    """The network: (n, 3, h, w) to scores (n, classes, h / 4, w / 4).

    The scores of an auxiliary head say softly where each class's region lies; the mean feature of each region is what
    every pixel is then described by.

    Args:
        classes: Channels of the output.
        stages: The body's stages 2 to 4.
        middle, keys: Channels of the head, and of its attention.
        bottlenecks: Of the body's first stage.
        stem: Channels of the stem; 64 as published.
    """

    def __init__(
        self,
        classes: int,
        stages: Sequence[Stage],
        middle: int = 512,
        keys: int = 256,
        bottlenecks: int = 4,
        stem: int = 64,
    ) -> None:
        super().__init__(stages, bottlenecks, align_corners=True, stem=stem)
        self.regions = nn.Identity()
        self.conv3x3_ocr = nn.Sequential(*_unit(self.channels, middle, 3))
        self.ocr_distri_head = _Distribution(middle, keys)
        self.cls_head = nn.Conv2d(middle, classes, 1)
        self.aux_head = nn.Sequential(*_unit(self.channels, self.channels, 1), nn.Conv2d(self.channels, classes, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.both(x)[1]

    def both(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the scores of the auxiliary head and of the network."""
        x = self.joined(x)
        soft = self.aux_head(x)
        x = self.conv3x3_ocr(x)
        shares = self.regions(soft.flatten(2).softmax(2).view_as(soft))
        means = (shares.flatten(2) @ x.flatten(2).transpose(1, 2)).transpose(1, 2).unsqueeze(3)
        return soft, self.cls_head(self.ocr_distri_head(x, means))

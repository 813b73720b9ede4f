"""Portraits: SINet (Park et al. 2020, arXiv 1911.09099) and ExtremeC3Net (Park et al. 2019, arXiv 1908.03093).

Layers are named as in clovaai/ext_portrait_segmentation.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from segstudio.zoo.blocks.espnet import Conv, ConvNormAct, NormAct

_EPS = 1e-3
# (kernel, pooling) of the two branches of each block of SINet: two of level 2, eight of level 3.
_SINET = (
    ((3, 1), (5, 1)),
    ((3, 1), (3, 1)),
    ((3, 1), (5, 1)),
    ((3, 1), (3, 1)),
    ((5, 1), (3, 2)),
    ((5, 2), (3, 4)),
    ((3, 1), (3, 1)),
    ((5, 1), (5, 1)),
    ((3, 2), (3, 4)),
    ((3, 1), (5, 2)),
)


def _raised(x: Tensor, factor: int) -> Tensor:
    return F.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=True)


class _Squeeze(nn.Module):
    """Each channel times what a small network makes of all channels' means."""

    def __init__(self, channels: int, divide: int) -> None:
        super().__init__()
        few = channels // divide
        layers: list[nn.Module] = [nn.Linear(channels, few), nn.PReLU(few)]
        if divide > 1:
            layers += [nn.Linear(few, channels), nn.PReLU(channels)]
        self.dense = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.dense(x.mean((2, 3)))[..., None, None]


class _Separable(NormAct):
    """Half the size: a depthwise convolution, channels weighted, a 1x1 convolution."""

    def __init__(self, inputs: int, outputs: int, divide: int) -> None:
        super().__init__(outputs)
        self.conv = nn.Sequential(
            nn.Conv2d(inputs, inputs, 3, 2, 1, groups=inputs, bias=False),
            _Squeeze(inputs, divide),
            nn.Conv2d(inputs, outputs, 1, bias=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(self.conv(x))


class _Branch(nn.Module):
    """A depthwise separable convolution at a size divided by `pooling`."""

    def __init__(self, inputs: int, outputs: int, size: int, pooling: int) -> None:
        super().__init__()
        self.pooling = pooling
        self.conv = nn.Sequential(
            nn.Conv2d(inputs, inputs, size, padding=size // 2, groups=inputs, bias=False),
            nn.BatchNorm2d(inputs, eps=_EPS),
        )
        self.act_conv1x1 = nn.Sequential(nn.PReLU(inputs), nn.Conv2d(inputs, outputs, 1, bias=False))
        self.bn = nn.BatchNorm2d(outputs, eps=_EPS)

    def forward(self, x: Tensor) -> Tensor:
        y = F.avg_pool2d(x, self.pooling) if self.pooling > 1 else x
        y = self.act_conv1x1(self.conv(y))
        return self.bn(_raised(y, self.pooling) if self.pooling > 1 else y)


class Squeezed(nn.Module):
    """Spatial squeeze: half of the channels in each of two branches of their own size."""

    def __init__(self, inputs: int, outputs: int, branches: tuple[tuple[int, int], tuple[int, int]]) -> None:
        super().__init__()
        half = outputs // 2
        self.c1 = Conv(inputs, half, 1, groups=2)
        self.d1 = _Branch(half, half, *branches[0])
        self.d2 = _Branch(half, half, *branches[1])
        self.BR = NormAct(outputs)
        self.add = inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        n, _, h, w = x.shape
        few = self.c1(x)
        few = few.view(n, 2, few.shape[1] // 2, h, w).transpose(1, 2).reshape(n, -1, h, w)
        y = torch.cat((self.d1(few), self.d2(few)), dim=1)
        return self.BR(x + y if self.add else y)


class _SINetEncoder(nn.Module):
    def __init__(self, classes: int) -> None:
        super().__init__()
        self.level1 = ConvNormAct(3, 12, 3, 2)
        self.level2_0 = _Separable(12, 16, 1)
        self.level2 = nn.ModuleList(Squeezed(48 if i else 16, 48, _SINET[i]) for i in range(2))
        self.BR2 = NormAct(64)
        self.level3_0 = _Separable(64, 48, 2)
        self.level3 = nn.ModuleList(Squeezed(96 if i else 48, 96, _SINET[2 + i]) for i in range(8))
        self.BR3 = NormAct(144)
        self.classifier = Conv(144, classes, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return level 2 at a quarter of the size, and the scores at an eighth."""
        entry = self.level2_0(self.level1(x))
        second = entry
        for block in self.level2:
            second = block(second)
        entry = self.level3_0(self.BR2(torch.cat((entry, second), dim=1)))
        third = entry
        for block in self.level3:
            third = block(third)
        return second, self.classifier(self.BR3(torch.cat((entry, third), dim=1)))


class SINet(nn.Module):
    """The network: (n, 3, h, w), sides multiples of 32, to scores (n, classes, h, w).

    Finer features are let in only where the coarse scores are unsure: information blocking.
    """

    def __init__(self, classes: int = 2) -> None:
        super().__init__()
        self.encoder = _SINetEncoder(classes)
        self.bn_3 = nn.BatchNorm2d(classes, eps=_EPS)
        self.level2_C = ConvNormAct(48, classes, 1)
        self.gate = nn.Identity()
        self.bn_2 = nn.BatchNorm2d(classes, eps=_EPS)
        self.classifier = nn.Sequential(
            nn.UpsamplingBilinear2d(scale_factor=2), nn.Conv2d(classes, classes, 3, padding=1, bias=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        second, scores = self.encoder(x)
        coarse = self.bn_3(_raised(scores, 2))
        unsure = self.gate(1 - coarse.softmax(1).amax(1, keepdim=True))
        fine = self.level2_C(second) * unsure + coarse
        return self.classifier(self.bn_2(_raised(fine, 2)))


class _Concentrated(nn.Module):
    """Concentrated, concatenated, compressed: what lies between the taps of a dilated convolution is gathered first."""

    def __init__(self, inputs: int, outputs: int, rate: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        if rate > 1:
            length = 2 * rate - 1
            layers = [
                nn.Conv2d(inputs, inputs, (length, 1), padding=(rate - 1, 0), groups=inputs, bias=False),
                nn.BatchNorm2d(inputs),
                nn.PReLU(inputs),
                nn.Conv2d(inputs, inputs, (1, length), padding=(0, rate - 1), groups=inputs, bias=False),
                nn.BatchNorm2d(inputs),
            ]
        layers += [
            nn.Conv2d(inputs, inputs, 3, padding=rate, dilation=rate, groups=inputs, bias=False),
            nn.Conv2d(inputs, outputs, 1, bias=False),
        ]
        self.conv = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class _C3(nn.Module):
    """Three branches of a third of the channels.

    Args:
        size, stride: Of the convolution that makes the channels few.
        add: What came in is added.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        rates: tuple[int, int, int] = (2, 4, 8),
        *,
        down: bool = False,
        add: bool = True,
    ) -> None:
        super().__init__()
        few = outputs // 3
        self.c1 = Conv(inputs, few, 3, 2) if down else Conv(inputs, few, 1)
        self.d1 = _Concentrated(few, outputs - 2 * few, rates[0])
        self.d2 = _Concentrated(few, few, rates[1])
        self.d3 = _Concentrated(few, few, rates[2])
        if down:
            self.bn: nn.Module = nn.BatchNorm2d(outputs, eps=_EPS)
            self.act = nn.PReLU(outputs)
        else:
            self.bn = NormAct(outputs)
        self.down, self.add = down, add and not down

    def forward(self, x: Tensor) -> Tensor:
        few = self.c1(x)
        y = torch.cat((self.d1(few), self.d2(few), self.d3(few)), dim=1)
        y = self.bn(x + y if self.add else y)
        return self.act(y) if self.down else y


class _ExtremeEncoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.level1 = ConvNormAct(3, 24, 3, 2)
        self.b1 = NormAct(27)
        self.level2_0 = _C3(27, 48, (1, 2, 3), down=True)
        self.level2 = nn.ModuleList([_C3(48, 48, (1, 3, 4))])
        self.b2 = NormAct(99)
        self.level3_0 = _C3(99, 56, (1, 3, 5), add=False)
        self.level3 = nn.ModuleList(_C3(56, 56) for _ in range(5))
        self.b3 = NormAct(112)

    def forward(self, x: Tensor) -> Tensor:
        half = F.avg_pool2d(x, 2)
        entry = self.level2_0(self.b1(torch.cat((self.level1(x), half), dim=1)))
        y = entry
        for block in self.level2:
            y = block(y)
        entry = self.level3_0(self.b2(torch.cat((y, entry, F.avg_pool2d(half, 2)), dim=1)))
        y = entry
        for block in self.level3:
            y = block(y)
        return self.b3(torch.cat((entry, y), dim=1))


class ExtremeC3(nn.Module):
    """The network: (n, 3, h, w), sides multiples of 4, to a score of the person (n, 1, h, w)."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = _ExtremeEncoder()
        self.upsample = nn.Sequential(
            nn.Conv2d(112, 24, 1, bias=False), nn.BatchNorm2d(24), nn.UpsamplingBilinear2d(scale_factor=2)
        )
        self.Fine = nn.Sequential(Conv(3, 24, 3, 2), _C3(24, 24))
        self.classifier = nn.Sequential(
            NormAct(24), nn.UpsamplingBilinear2d(scale_factor=2), nn.Conv2d(24, 1, 1, bias=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.upsample(self.encoder(x)) + self.Fine(x))

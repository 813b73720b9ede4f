"""ESPNet (Mehta et al. 2018, arXiv 1803.06815) with the layer names of sacmehta/ESPNet."""

from __future__ import annotations

from itertools import accumulate

import torch
from torch import Tensor, nn

_EPS = 1e-3
RATES = (1, 2, 4, 8, 16)


class Conv(nn.Module):
    """A convolution without bias that keeps the size (but for its stride)."""

    def __init__(
        self, inputs: int, outputs: int, size: int, stride: int = 1, dilation: int = 1, groups: int = 1
    ) -> None:
        super().__init__()
        pad = size // 2 * dilation
        self.conv = nn.Conv2d(inputs, outputs, size, stride, pad, dilation, groups, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class NormAct(nn.Module):
    """Batch normalisation and PReLU."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(channels, eps=_EPS)
        self.act = nn.PReLU(channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self.bn(x))


class ConvNormAct(NormAct):
    """A convolution, batch normalisation and PReLU."""

    def __init__(self, inputs: int, outputs: int, size: int, stride: int = 1) -> None:
        super().__init__(outputs)
        self.conv = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(self.conv(x))


class Pyramid(nn.Module):
    """An efficient spatial pyramid: few channels, seen at five dilation rates, the wider ones summed up on the way.

    Args:
        size, stride: Of the convolution to few channels.
    """

    def __init__(self, inputs: int, outputs: int, size: int, stride: int) -> None:
        super().__init__()
        few = outputs // 5
        self.c1 = Conv(inputs, few, size, stride)
        for rate in RATES:
            setattr(self, f"d{rate}", Conv(few, outputs - 4 * few if rate == 1 else few, 3, dilation=rate))

    def branches(self, x: Tensor) -> Tensor:
        """Return the joined branches before their norm."""
        x = self.c1(x)
        first, *wider = (getattr(self, f"d{rate}")(x) for rate in RATES)
        return torch.cat((first, *accumulate(wider)), dim=1)


class Downsampler(Pyramid):
    """A pyramid of half the size."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 3, 2)
        self.bn = nn.BatchNorm2d(outputs, eps=_EPS)
        self.act = nn.PReLU(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self.bn(self.branches(x)))


class Residual(Pyramid):
    """A pyramid that is added to what came in, where `add`."""

    def __init__(self, inputs: int, outputs: int, add: bool = True) -> None:
        super().__init__(inputs, outputs, 1, 1)
        self.bn = NormAct(outputs)
        self.add = add

    def forward(self, x: Tensor) -> Tensor:
        y = self.branches(x)
        return self.bn(x + y if self.add else y)


class Encoder(nn.Module):
    """ESPNet-C: scores at 1/8, and the maps that the decoder takes up again."""

    def __init__(self, classes: int, p: int, q: int) -> None:
        super().__init__()
        self.level1 = ConvNormAct(3, 16, 3, 2)
        self.sample = nn.AvgPool2d(3, stride=2, padding=1)
        self.b1 = NormAct(16 + 3)
        self.level2_0 = Downsampler(16 + 3, 64)
        self.level2 = nn.ModuleList(Residual(64, 64) for _ in range(p))
        self.b2 = NormAct(128 + 3)
        self.level3_0 = Downsampler(128 + 3, 128)
        self.level3 = nn.ModuleList(Residual(128, 128) for _ in range(q))
        self.b3 = NormAct(256)
        self.classifier = Conv(256, classes, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return level 1, level 1 with the picture (both at 1/2), level 2 (1/4) and the scores (1/8)."""
        half = self.sample(x)
        first = self.level1(x)
        joined = self.b1(torch.cat((first, half), dim=1))
        entry = self.level2_0(joined)
        y = entry
        for block in self.level2:
            y = block(y)
        second = self.b2(torch.cat((y, entry, self.sample(half)), dim=1))
        entry = self.level3_0(second)
        y = entry
        for block in self.level3:
            y = block(y)
        return first, joined, second, self.classifier(self.b3(torch.cat((entry, y), dim=1)))


class ESPNet(nn.Module):
    """The network: (n, 3, h, w), sides multiples of 8, to scores (n, classes, h, w).

    Args:
        classes: Channels of the output.
        p, q: Residual blocks of levels 2 and 3.
        picture: The last convolution sees the shrunken picture too, as in the CamVid network.
    """

    def __init__(self, classes: int, p: int = 2, q: int = 8, *, picture: bool = False) -> None:
        super().__init__()
        self.picture = picture
        self.encoder = Encoder(classes, p, q)
        self.level3_C = Conv(128 + 3, classes, 1)
        self.br = nn.BatchNorm2d(classes, eps=_EPS)
        self.conv = ConvNormAct((19 if picture else 16) + classes, classes, 3)
        self.up_l3 = nn.Sequential(_double(classes))
        self.combine_l2_l3 = nn.Sequential(NormAct(2 * classes), Residual(2 * classes, classes, add=False))
        self.up_l2 = nn.Sequential(_double(classes), NormAct(classes))
        self.classifier = _double(classes)

    def forward(self, x: Tensor) -> Tensor:
        first, joined, second, scores = self.encoder(x)
        raised = self.up_l3(self.br(scores))
        merged = self.up_l2(self.combine_l2_l3(torch.cat((self.level3_C(second), raised), dim=1)))
        fine = self.conv(torch.cat((merged, joined if self.picture else first), dim=1))
        return self.classifier(fine)


def _double(channels: int) -> nn.ConvTranspose2d:
    return nn.ConvTranspose2d(channels, channels, 2, stride=2, bias=False)

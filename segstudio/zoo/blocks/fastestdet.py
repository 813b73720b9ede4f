"""FastestDet (ma-dan 2022, github.com/dog-qiuqiu/FastestDet): one map of cells on a slim ShuffleNetV2, without anchors.

Modules are named like the tensors of the published state dict. A cell says whether something is near it, how far from
its corner the centre lies, how large it is as a share of the picture, and which class it has.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

_WIDTHS = (24, 48, 96, 192)
_REPEATS = (4, 8, 4)


def _conv(inputs: int, outputs: int, kernel: int, *, stride: int = 1, groups: int = 1, active: bool = True) -> list:
    layers: list[nn.Module] = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return [*layers, nn.ReLU(inplace=True)] if active else layers


def _deep(width: int, *, active: bool = True) -> list:
    """Return a 5x5 convolution of each channel by itself."""
    return _conv(width, width, 5, groups=width, active=active)


class _Shuffle(nn.Module):
    """A block of ShuffleNetV2 (Ma et al. 2018, arXiv 1807.11164) that takes every other channel through."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        middle = outputs // 2
        through = inputs if stride == 2 else inputs // 2
        self.branch_main = nn.Sequential(
            *_conv(through, middle, 1),
            *_conv(middle, middle, 3, stride=stride, groups=middle, active=False),
            *_conv(middle, outputs - through, 1),
        )
        if stride == 2:
            self.branch_proj = nn.Sequential(
                *_conv(inputs, inputs, 3, stride=2, groups=inputs, active=False), *_conv(inputs, inputs, 1)
            )
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        if self.stride == 2:
            return torch.cat((self.branch_proj(x), self.branch_main(x)), 1)
        return torch.cat((x[:, 0::2], self.branch_main(x[:, 1::2])), 1)


class _Backbone(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first_conv = nn.Sequential(*_conv(3, _WIDTHS[0], 3, stride=2))
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.stage2, self.stage3, self.stage4 = (
            nn.Sequential(_Shuffle(inputs, outputs, 2), *(_Shuffle(outputs, outputs, 1) for _ in range(repeats - 1)))
            for inputs, outputs, repeats in zip(_WIDTHS, _WIDTHS[1:], _REPEATS)
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        fine = self.stage2(self.maxpool(self.first_conv(x)))
        middle = self.stage3(fine)
        return fine, middle, self.stage4(middle)


class _Point(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1x1 = nn.Sequential(*_conv(inputs, outputs, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.conv1x1(x)


class _Views(nn.Module):
    """Views of 5, 9 and 13 cells side by side, added to what came in."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.Conv1x1 = _Point(inputs, width)
        self.S1, self.S2, self.S3 = (
            nn.Sequential(*(layer for _ in range(depth) for layer in _deep(width))) for depth in (1, 2, 3)
        )
        self.output = nn.Sequential(*_conv(3 * width, width, 1, active=False))

    def forward(self, x: Tensor) -> Tensor:
        x = self.Conv1x1(x)
        return torch.relu(x + self.output(torch.cat((self.S1(x), self.S2(x), self.S3(x)), 1)))


class _Head(nn.Module):
    def __init__(self, width: int, outputs: int) -> None:
        super().__init__()
        self.conv5x5 = nn.Sequential(*_deep(width), *_conv(width, outputs, 1, active=False))

    def forward(self, x: Tensor) -> Tensor:
        return self.conv5x5(x)


class _Heads(nn.Module):
    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.conv1x1 = _Point(width, width)
        self.obj_layers, self.reg_layers, self.cls_layers = (_Head(width, n) for n in (1, 4, classes))

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1x1(x)
        near, shift, kind = self.obj_layers(x), self.reg_layers(x), self.cls_layers(x)
        # In half precision scores near one would come out equal.
        return torch.cat((near.float().sigmoid(), shift.float(), kind.float().softmax(1)), 1)


class FastestDet(nn.Module):
    """The network: an input of sides that 32 divides gives a map at a sixteenth.

    Args:
        classes: How many there are.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.backbone = _Backbone()
        self.upsample = nn.Upsample(scale_factor=2, mode="nearest")
        self.avg_pool = nn.AvgPool2d(3, 2, 1)
        self.SPP = _Views(sum(_WIDTHS[1:]), _WIDTHS[2])
        self.detect_head = _Heads(_WIDTHS[2], classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return (b, 1 + 4 + classes, h, w): objectness in [0, 1], four raw numbers of the box, class probabilities."""
        fine, middle, coarse = self.backbone(x)
        return self.detect_head(self.SPP(torch.cat((self.avg_pool(fine), middle, self.upsample(coarse)), 1)))


def decode_boxes(raw: Tensor) -> Tensor:
    """Return the boxes (b, 4, h, w) of the four raw numbers, as centre x, centre y, width, height in cells."""
    height, width = raw.shape[2:]
    y, x = (torch.arange(n, device=raw.device, dtype=raw.dtype) for n in (height, width))
    return torch.stack(
        (
            raw[:, 0].tanh() + x,
            raw[:, 1].tanh() + y[:, None],
            raw[:, 2].sigmoid() * width,
            raw[:, 3].sigmoid() * height,
        ),
        1,
    )

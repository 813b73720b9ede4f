"""FCN on VGG-16 (Long et al. 2015, arXiv 1411.4038) with the layer names of the Caffe networks."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

Variant = Literal["32s", "16s", "8s", "8s-atonce"]

_VGG = ((1, 2), (2, 2), (4, 3), (8, 3), (8, 3))  # width in units of the first block's, convolutions


def bilinear_kernel(inputs: int, outputs: int, size: int) -> Tensor:
    """Return the weight (inputs, outputs, size, size) of a transposed convolution that resamples bilinearly.

    (1 - |y - centre| / factor) (1 - |x - centre| / factor) on the diagonal of the channels, zero elsewhere.
    """
    factor = (size + 1) // 2
    centre = factor - 1.0 if size % 2 else factor - 0.5
    line = 1 - (torch.arange(size, dtype=torch.float64) - centre).abs() / factor
    weight = torch.zeros(inputs, outputs, size, size, dtype=torch.float64)
    shared = torch.arange(min(inputs, outputs))
    weight[shared, shared] = line[:, None] * line[None, :]
    return weight.float()


class FCN(nn.Module):
    """The network: (n, 3, h, w), BGR minus the mean, to scores (n, classes, h, w).

    Args:
        classes: Background included.
        variant: The stride of the finest scores that are used; "8s-atonce" scales the pooled maps first.
        width: Channels of the first block.
        deep: Channels of the two fully connected layers, which are convolutions here.
    """

    def __init__(self, classes: int, variant: Variant = "8s", width: int = 64, deep: int = 4096) -> None:
        super().__init__()
        self.variant = variant
        inputs = 3
        for i, (scale, count) in enumerate(_VGG, 1):
            for j in range(1, count + 1):
                pad = 100 if (i, j) == (1, 1) else 1
                setattr(self, f"conv{i}_{j}", nn.Conv2d(inputs, scale * width, 3, padding=pad))
                inputs = scale * width
        self.pool = nn.MaxPool2d(2, ceil_mode=True)
        self.relu = nn.ReLU(inplace=True)
        self.fc6 = nn.Conv2d(inputs, deep, 7)
        self.fc7 = nn.Conv2d(deep, deep, 1)
        self.dropout = nn.Dropout2d()
        self.score_fr = nn.Conv2d(deep, classes, 1)
        self._make_upscoring(classes, width)

    def _make_upscoring(self, classes: int, width: int) -> None:
        def upscore(stride: int) -> nn.ConvTranspose2d:
            layer = nn.ConvTranspose2d(classes, classes, 2 * stride, stride=stride, bias=False)
            layer.weight.data.copy_(bilinear_kernel(classes, classes, 2 * stride))
            return layer

        # What has no weights of its own, but a name by which it can be looked at.
        self.skip4, self.skip3, self.fuse4, self.fuse3 = (nn.Identity() for _ in range(4))
        if self.variant == "32s":
            self.upscore = upscore(32)
            return
        self.score_pool4 = nn.Conv2d(8 * width, classes, 1)
        self.upscore2 = upscore(2)
        if self.variant == "16s":
            self.upscore16 = upscore(16)
            return
        self.score_pool3 = nn.Conv2d(4 * width, classes, 1)
        self.upscore_pool4 = upscore(2)
        self.upscore8 = upscore(8)

    def forward(self, x: Tensor) -> Tensor:
        size, maps = x.shape[2:], []
        for i, (_, count) in enumerate(_VGG, 1):
            for j in range(1, count + 1):
                x = self.relu(getattr(self, f"conv{i}_{j}")(x))
            x = self.pool(x)
            maps.append(x)
        x = self.dropout(self.relu(self.fc6(x)))
        x = self.score_fr(self.dropout(self.relu(self.fc7(x))))
        if self.variant == "32s":
            return _cut(self.upscore(x), 19, size)
        pool3, pool4 = maps[2], maps[3]
        if self.variant == "8s-atonce":
            pool3, pool4 = pool3 * 0.0001, pool4 * 0.01
        x = self.upscore2(x)
        x = self.fuse4(x + self.skip4(_cut(self.score_pool4(pool4), 5, x.shape[2:])))
        if self.variant == "16s":
            return _cut(self.upscore16(x), 27, size)
        x = self.upscore_pool4(x)
        x = self.fuse3(x + self.skip3(_cut(self.score_pool3(pool3), 9, x.shape[2:])))
        return _cut(self.upscore8(x), 31, size)


def _cut(x: Tensor, offset: int, size: torch.Size) -> Tensor:
    return x[:, :, offset : offset + size[0], offset : offset + size[1]]

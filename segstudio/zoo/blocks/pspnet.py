"""PSPNet (Zhao et al. 2017, arXiv 1612.01105) with the layer names of hszhao/semseg."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models.resnet import Bottleneck

BINS = (1, 2, 3, 6)
STRIDE = 8
_DEPTHS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


class PyramidPooling(nn.Module):
    """The features, and beside them their means over 1x1, 2x2, 3x3 and 6x6 cells."""

    def __init__(self, channels: int, reduced: int) -> None:
        super().__init__()
        self.features = nn.ModuleList(
            nn.Sequential(
                nn.AdaptiveAvgPool2d(cells),
                nn.Conv2d(channels, reduced, 1, bias=False),
                nn.BatchNorm2d(reduced),
                nn.ReLU(inplace=True),
            )
            for cells in BINS
        )

    def forward(self, x: Tensor) -> Tensor:
        size = x.shape[2:]
        pooled = (F.interpolate(f(x), size, mode="bilinear", align_corners=True) for f in self.features)
        return torch.cat((x, *pooled), dim=1)


class PSPNet(nn.Module):
    """The network: (n, 3, 8 k + 1, 8 l + 1) to scores (n, classes, k + 1, l + 1).

    Args:
        classes: Channels of the output.
        layers: 50, 101 or 152.
        width: Channels of the first block's inside; 64 as published.
    """

    def __init__(self, classes: int, layers: int = 50, width: int = 64) -> None:
        super().__init__()
        stem: list[nn.Module] = []
        for inputs, outputs, stride in ((3, width, 2), (width, width, 1), (width, 2 * width, 1)):
            convolution = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
            stem += [convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
        self.layer0 = nn.Sequential(*stem, nn.MaxPool2d(3, stride=2, padding=1))
        counts = _DEPTHS[layers] if width == 64 else (1, 1, 1, 1)
        self.layer1 = _stage(2 * width, width, counts[0])
        self.layer2 = _stage(4 * width, 2 * width, counts[1], stride=2)
        self.layer3 = _stage(8 * width, 4 * width, counts[2], dilation=2)
        self.layer4 = _stage(16 * width, 8 * width, counts[3], dilation=4)
        channels = 32 * width
        self.ppm = PyramidPooling(channels, channels // len(BINS))
        self.cls = _head(2 * channels, 8 * width, classes)
        self.aux = _head(channels // 2, 4 * width, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.cls(self.ppm(self.layer4(self._shallow(x))))

    def both(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the scores, and those of the auxiliary head that only training uses."""
        x = self._shallow(x)
        return self.cls(self.ppm(self.layer4(x))), self.aux(x)

    def _shallow(self, x: Tensor) -> Tensor:
        return self.layer3(self.layer2(self.layer1(self.layer0(x))))


def _stage(inputs: int, planes: int, count: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    # Unlike in torchvision the first block of a dilated stage has its stage's own dilation.
    project = nn.Sequential(nn.Conv2d(inputs, 4 * planes, 1, stride, bias=False), nn.BatchNorm2d(4 * planes))
    blocks = [Bottleneck(inputs, planes, stride, project, dilation=dilation)]
    blocks += [Bottleneck(4 * planes, planes, dilation=dilation) for _ in range(1, count)]
    return nn.Sequential(*blocks)


def _head(inputs: int, middle: int, classes: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, middle, 3, padding=1, bias=False),
        nn.BatchNorm2d(middle),
        nn.ReLU(inplace=True),
        nn.Dropout2d(0.1),
        nn.Conv2d(middle, classes, 1),
    )

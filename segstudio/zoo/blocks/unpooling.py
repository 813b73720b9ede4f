"""SegNet (Badrinarayanan et al. 2015, arXiv 1511.00561) and DeconvNet (Noh et al. 2015, arXiv 1505.04366).

Both remember in their max pools which pixel of four won, and put the values of the way up back there. The unpooled
value lands elsewhere when two values of a window tie; nothing can be said about the classes of such pixels.
"""

from __future__ import annotations

import re
from itertools import pairwise

from torch import Tensor, nn

_BLOCKS = ((1, 2), (2, 2), (4, 3), (8, 3), (8, 3))  # width in units of the first block's, convolutions


class _Unit(nn.Module):
    def __init__(self, inputs: int, outputs: int, norm: bool) -> None:
        super().__init__()
        convolution = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.cbr_unit = (
            nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))
            if norm
            else nn.Sequential(convolution)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.cbr_unit(x)


class _Block(nn.Module):
    def __init__(self, widths: list[int], last: bool = True) -> None:
        super().__init__()
        for i, (inputs, outputs) in enumerate(pairwise(widths), 1):
            setattr(self, f"conv{i}", _Unit(inputs, outputs, last or i < len(widths) - 1))

    def forward(self, x: Tensor) -> Tensor:
        for unit in self.children():
            x = unit(x)
        return x


class SegNet(nn.Module):
    """The network: (n, 3, h, w) to scores (n, classes, h, w), layers named as meetps/pytorch-semseg names them.

    Args:
        classes: Channels of the output.
        norm_scores: The last convolution also ends in batch normalisation and ReLU, as pytorch-semseg's does.
        width: Channels of the first block.
    """

    def __init__(self, classes: int, *, norm_scores: bool = False, width: int = 64) -> None:
        super().__init__()
        inputs = 3
        for i, (scale, count) in enumerate(_BLOCKS, 1):
            setattr(self, f"down{i}", _Block([inputs] + [scale * width] * count))
            outputs = classes if i == 1 else _BLOCKS[i - 2][0] * width
            setattr(self, f"up{i}", _Block([scale * width] * count + [outputs], norm_scores or i > 1))
            setattr(self, f"unpool{i}", nn.MaxUnpool2d(2))
            inputs = scale * width
        self.pools = nn.ModuleList(nn.MaxPool2d(2, return_indices=True) for _ in _BLOCKS)

    def forward(self, x: Tensor) -> Tensor:
        places: list[tuple[Tensor, list[int]]] = []
        for i in range(1, 6):
            x = getattr(self, f"down{i}")(x)
            size = list(x.shape[2:])
            x, indices = self.pools[i - 1](x)
            places.append((indices, size))
        for i in range(5, 0, -1):
            indices, size = places.pop()
            x = getattr(self, f"up{i}")(getattr(self, f"unpool{i}")(x, indices, size))
        return x


_CAFFE = re.compile(r"(conv|bn)(\d)(\d)(d?)\.(.+)")


def from_caffe_names(key: str) -> str:
    """Return SegNet's key for one with the Caffe network's names (conv11, bn11, ..., conv11d), any other as it is."""
    match = _CAFFE.fullmatch(key)
    if match is None:
        return key
    kind, block, place, up, leaf = match.groups()
    # On the way up the Caffe names count down.
    place = _BLOCKS[int(block) - 1][1] + 1 - int(place) if up else int(place)
    return f"{'up' if up else 'down'}{block}.conv{place}.cbr_unit.{0 if kind == 'conv' else 1}.{leaf}"


def _layers(widths: list[int], transposed: bool = False) -> nn.Sequential:
    kind = nn.ConvTranspose2d if transposed else nn.Conv2d
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [kind(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


class DeconvNet(nn.Module):
    """The network: (n, 3, h, w) with sides that are multiples of 32, 224 at least, to scores (n, classes, h, w).

    Args:
        classes: Channels of the output, background included.
        width: Channels of the first block.
        deep: Channels of the two fully connected layers, which are convolutions here.
    """

    def __init__(self, classes: int, width: int = 64, deep: int = 4096) -> None:
        super().__init__()
        inputs = 3
        for i, (scale, count) in enumerate(_BLOCKS, 1):
            outputs = scale * width
            setattr(self, f"conv{i}", _layers([inputs] + [outputs] * count))
            after = width if i == 1 else _BLOCKS[i - 2][0] * width
            back = _layers([outputs] * count + [after], transposed=True)
            if i == 1:
                back.append(nn.ConvTranspose2d(width, classes, 1))
            setattr(self, f"deconv{i}", back)
            setattr(self, f"unpool{i}", nn.MaxUnpool2d(2))
            inputs = outputs
        self.pools = nn.ModuleList(nn.MaxPool2d(2, return_indices=True) for _ in _BLOCKS)
        self.conv67 = nn.Sequential(
            *(nn.Conv2d(inputs, deep, 7), nn.BatchNorm2d(deep), nn.ReLU(inplace=True)),
            *(nn.Conv2d(deep, deep, 1), nn.BatchNorm2d(deep), nn.ReLU(inplace=True)),
        )
        self.deconv67 = nn.Sequential(
            nn.ConvTranspose2d(deep, inputs, 7), nn.BatchNorm2d(inputs), nn.ReLU(inplace=True)
        )

    def forward(self, x: Tensor) -> Tensor:
        places: list[tuple[Tensor, list[int]]] = []
        for i in range(1, 6):
            x = getattr(self, f"conv{i}")(x)
            size = list(x.shape[2:])
            x, indices = self.pools[i - 1](x)
            places.append((indices, size))
        x = self.deconv67(self.conv67(x))
        for i in range(5, 0, -1):
            indices, size = places.pop()
            x = getattr(self, f"deconv{i}")(getattr(self, f"unpool{i}")(x, indices, size))
        return x

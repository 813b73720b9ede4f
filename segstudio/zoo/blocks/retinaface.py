"""RetinaFace (Deng et al. 2019, arXiv 1905.00641): the network as biubug6 publishes it, its anchors and its decoding.

Modules are named like the tensors of the published state dicts. Anchors are (centre x, centre y, width, height) as
shares of the picture; boxes and landmarks come out in pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from segstudio.zoo.blocks import tensors

POINTS = 5
_CLASSES = 2  # no face, face


def _conv(inputs: int, outputs: int, kernel: int, slope: float | None, stride: int = 1, groups: int = 1) -> list:
    """Return a convolution, its batch norm and, with a slope (0 is a plain ReLU), the activation."""
    layers: list[nn.Module] = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return layers if slope is None else [*layers, nn.LeakyReLU(slope, inplace=True)]


class MobileNetQuarter(nn.Module):
    """MobileNetV1 with a quarter of the channels (Howard et al. 2017, arXiv 1704.04861).

    Args:
        slope: Of the activations below zero.
    """

    channels: tuple[int, ...] = (64, 128, 256)

    def __init__(self, slope: float) -> None:
        super().__init__()

        def stage(widths: Sequence[tuple[int, int]]) -> list[nn.Module]:
            return [
                nn.Sequential(*_conv(a, a, 3, slope, stride, groups=a), *_conv(a, b, 1, slope))
                for (a, _), (b, stride) in pairwise(widths)
            ]

        first = nn.Sequential(*_conv(3, 8, 3, slope, 2))
        self.stage1 = nn.Sequential(first, *stage([(8, 2), (16, 1), (32, 2), (32, 1), (64, 2), (64, 1)]))
        self.stage2 = nn.Sequential(*stage([(64, 1), (128, 2), *[(128, 1)] * 5]))
        self.stage3 = nn.Sequential(*stage([(128, 1), (256, 2), (256, 1)]))

    def forward(self, x: Tensor) -> list[Tensor]:
        fine = self.stage1(x)
        middle = self.stage2(fine)
        return [fine, middle, self.stage3(middle)]


class ResNet(nn.Module):
    """torchvision's ResNet up to its last stage.

    Args:
        name: "resnet50", or a smaller one for tests.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        from torchvision.models import get_model

        body: Any = get_model(name, weights=None)
        for part, module in body.named_children():
            if part not in ("avgpool", "fc"):
                self.add_module(part, module)
        width: int = body.fc.in_features
        self.channels: tuple[int, ...] = (width // 4, width // 2, width)

    def forward(self, x: Tensor) -> list[Tensor]:
        outputs = []
        for name, module in self.named_children():
            x = module(x)
            if name in ("layer2", "layer3", "layer4"):
                outputs.append(x)
        return outputs


class _Pyramid(nn.Module):
    """A feature pyramid whose coarser maps are enlarged by repeating pixels, added and smoothed."""

    def __init__(self, channels: Sequence[int], width: int, slope: float) -> None:
        super().__init__()
        self.output1, self.output2, self.output3 = (nn.Sequential(*_conv(c, width, 1, slope)) for c in channels)
        self.merge1, self.merge2 = (nn.Sequential(*_conv(width, width, 3, slope)) for _ in range(2))

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        fine, middle, coarse = self.output1(maps[0]), self.output2(maps[1]), self.output3(maps[2])
        middle = self.merge2(middle + functional.interpolate(coarse, size=middle.shape[2:], mode="nearest"))
        fine = self.merge1(fine + functional.interpolate(middle, size=fine.shape[2:], mode="nearest"))
        return [fine, middle, coarse]


class _Context(nn.Module):
    """The context module of SSH (Najibi et al. 2017, arXiv 1708.03979): views of 3, 5 and 7 pixels side by side."""

    def __init__(self, width: int, slope: float) -> None:
        super().__init__()
        half, quarter = width // 2, width // 4
        self.conv3X3 = nn.Sequential(*_conv(width, half, 3, None))
        self.conv5X5_1 = nn.Sequential(*_conv(width, quarter, 3, slope))
        self.conv5X5_2 = nn.Sequential(*_conv(quarter, quarter, 3, None))
        self.conv7X7_2 = nn.Sequential(*_conv(quarter, quarter, 3, slope))
        self.conv7x7_3 = nn.Sequential(*_conv(quarter, quarter, 3, None))

    def forward(self, x: Tensor) -> Tensor:
        shared = self.conv5X5_1(x)
        wide = self.conv7x7_3(self.conv7X7_2(shared))
        return functional.relu(torch.cat([self.conv3X3(x), self.conv5X5_2(shared), wide], 1))


class _Head(nn.Module):
    """One 1x1 convolution with so many values an anchor, flattened to (batch, anchors, values)."""

    def __init__(self, width: int, anchors: int, values: int) -> None:
        super().__init__()
        self.conv1x1 = nn.Conv2d(width, anchors * values, 1)
        self.values = values

    def forward(self, x: Tensor) -> Tensor:
        return self.conv1x1(x).permute(0, 2, 3, 1).reshape(len(x), -1, self.values)


class RetinaFace(nn.Module):
    """The network.

    Args:
        body: Gives three maps at strides 8, 16 and 32; its `channels` are theirs.
        width: Channels of the pyramid.
        slope: Of the activations of the pyramid and the context modules below zero.
        anchors: A cell.
    """

    def __init__(self, body: MobileNetQuarter | ResNet, width: int, slope: float, anchors: int = 2) -> None:
        super().__init__()
        self.body = body
        self.fpn = _Pyramid(body.channels, width, slope)
        self.ssh1, self.ssh2, self.ssh3 = (_Context(width, slope) for _ in body.channels)
        levels = len(body.channels)
        self.ClassHead = nn.ModuleList(_Head(width, anchors, _CLASSES) for _ in range(levels))
        self.BboxHead = nn.ModuleList(_Head(width, anchors, 4) for _ in range(levels))
        self.LandmarkHead = nn.ModuleList(_Head(width, anchors, 2 * POINTS) for _ in range(levels))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return box shifts (b, n, 4), class logits (b, n, 2; the second is a face's), landmark shifts (b, n, 10)."""
        maps = self.fpn(self.body(x))
        maps = [context(m) for context, m in zip((self.ssh1, self.ssh2, self.ssh3), maps)]
        boxes, classes, points = (
            torch.cat([head(m) for head, m in zip(heads, maps)], 1)
            for heads in (self.BboxHead, self.ClassHead, self.LandmarkHead)
        )
        return boxes, classes, points


class Anchors(NamedTuple):
    """How anchors lie: a stride a level, the sides of the square anchors of each of its cells, and the variances."""

    strides: tuple[int, ...]
    sides: tuple[tuple[int, ...], ...]
    variance: tuple[float, float] = (0.1, 0.2)

    def grids(self, size: tuple[int, int]) -> list[tuple[int, int]]:
        """Return the (rows, columns) of each level for a picture of (height, width)."""
        return [(-(-size[0] // s), -(-size[1] // s)) for s in self.strides]

    def on(self, size: tuple[int, int], device: torch.device | str) -> Tensor:
        """Return the anchors (n, 4) of a picture of (height, width): by level, row, column, side."""
        height, width = size
        levels = []
        for (rows, columns), stride, sides in zip(self.grids(size), self.strides, self.sides):
            y = (torch.arange(rows, device=device) + 0.5) * (stride / height)
            x = (torch.arange(columns, device=device) + 0.5) * (stride / width)
            side = tensors.send(sides, device).float()
            y, x, side = torch.meshgrid(y, x, side, indexing="ij")
            levels.append(torch.stack((x, y, side / width, side / height), -1).reshape(-1, 4))
        return torch.cat(levels)


def decode(shifts: Tensor, anchors: Tensor, variance: Sequence[float], size: tuple[int, int]) -> Tensor:
    """Return boxes (..., n, 4) as left, top, right, bottom in pixels of a picture of (height, width)."""
    centre = anchors[..., :2] + shifts[..., :2] * variance[0] * anchors[..., 2:]
    half = anchors[..., 2:] * torch.exp(shifts[..., 2:] * variance[1]) / 2
    return torch.cat((centre - half, centre + half), -1) * tensors.send([size[1], size[0]] * 2, shifts.device)


def decode_points(shifts: Tensor, anchors: Tensor, variance: Sequence[float], size: tuple[int, int]) -> Tensor:
    """Return landmarks (..., n, 5, 2) as x, y in pixels of a picture of (height, width)."""
    shifts = shifts.unflatten(-1, (POINTS, 2))
    points = anchors[..., None, :2] + shifts * variance[0] * anchors[..., None, 2:]
    return points * tensors.send([size[1], size[0]], shifts.device)


def select(boxes: Tensor, scores: Tensor, threshold: float, overlap: float, most: int) -> Tensor:
    """Return the places of the boxes that are kept, best first.

    Args:
        boxes: (n, 4) in pixels. The corners count as whole pixels: a box from 3 to 3 is one pixel wide.
        scores: (n,).
        threshold: Scores have to lie above it.
        overlap: A box goes once its intersection over union with a better one lies above this.
        most: So many of the best are looked at.
    """
    from torchvision.ops import nms

    (places,) = torch.nonzero(scores > threshold, as_tuple=True)
    order = scores[places].argsort(descending=True, stable=True)[:most]
    places = places[order]
    kept = nms(boxes[places] + boxes.new_tensor([0, 0, 1, 1]), scores[places], overlap)
    return places[kept]

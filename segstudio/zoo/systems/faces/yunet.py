"""YuNet (Wu et al. 2023, Machine Intelligence Research 20, 656-665): faces with five landmarks, without anchors.

Modules are named like the tensors that github.com/ShiqiYu/libfacedetection.train publishes. A cell says how likely a
face is near it, and where box and landmarks lie from its corner, in strides.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from segstudio.core.views import BoxesView, HeatView, View
from segstudio.zoo.blocks import faces, tensors
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, Predictor

_STRIDES = (8, 16, 32)
_POOLED = (0, 2, 3, 4)  # stages after which the maps are halved
_TAKEN = (3, 4, 5)  # stages whose maps go into the pyramid
_HEADS = {"cls": 1, "bbox": 4, "obj": 1, "kps": 10}


def build(build: Build) -> Predictor:
    """Return the predictor; settings "channels" has those of the six stages, "shared" is as `YuNet` takes it."""
    network = YuNet(build.settings["channels"], shared=build.settings["shared"])
    build.fill(network)
    return YuNetPredictor(build, network)


class _Unit(nn.Module):
    """A pointwise convolution, then one of each channel by itself."""

    def __init__(self, inputs: int, outputs: int, *, active: bool = True) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, groups=outputs)
        self.bn = nn.BatchNorm2d(outputs) if active else None

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv2(self.conv1(x))
        return x if self.bn is None else functional.relu(self.bn(x), inplace=True)


class _Stem(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, 2, 1)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = _Unit(width, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv2(functional.relu(self.bn1(self.conv1(x)), inplace=True))


class _Pair(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1, self.conv2 = _Unit(inputs, inputs), _Unit(inputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv2(self.conv1(x))


class _Backbone(nn.Module):
    def __init__(self, channels: Sequence[int]) -> None:
        super().__init__()
        self.model0 = _Stem(channels[0])
        for i, (inputs, outputs) in enumerate(pairwise(channels), 1):
            self.add_module(f"model{i}", _Pair(inputs, outputs))

    def forward(self, x: Tensor) -> list[Tensor]:
        taken = []
        for i, stage in enumerate(self.children()):
            x = stage(x)
            if i in _TAKEN:
                taken.append(x)
            if i in _POOLED:
                x = functional.max_pool2d(x, 2)
        return taken


class _Neck(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.lateral_convs = nn.ModuleList(_Unit(width, width) for _ in _TAKEN)

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        fine, middle, coarse = maps
        coarse = self.lateral_convs[2](coarse)
        middle = self.lateral_convs[1](middle + functional.interpolate(coarse, scale_factor=2.0, mode="nearest"))
        fine = self.lateral_convs[0](fine + functional.interpolate(middle, scale_factor=2.0, mode="nearest"))
        return [fine, middle, coarse]


class _Head(nn.Module):
    def __init__(self, width: int, *, shared: bool) -> None:
        super().__init__()
        self.shared = shared
        if shared:
            self.multi_level_share_convs = nn.ModuleList(nn.Sequential(_Unit(width, width)) for _ in _STRIDES)
        for name, values in _HEADS.items():
            level = nn.ModuleList(_Unit(width, values, active=False) for _ in _STRIDES)
            self.add_module(f"multi_level_{name}", level)

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        if self.shared:
            maps = [conv(m) for conv, m in zip(self.multi_level_share_convs, maps)]
        return [
            torch.cat([conv(m).flatten(2) for conv, m in zip(getattr(self, f"multi_level_{name}"), maps)], 2).mT
            for name in _HEADS
        ]


class YuNet(nn.Module):
    """The network; its input has sides that 32 divides.

    Args:
        channels: Of the six stages.
        shared: The heads of a level have a unit in common.
    """

    def __init__(self, channels: Sequence[int], *, shared: bool) -> None:
        super().__init__()
        self.backbone = _Backbone(channels)
        self.neck = _Neck(channels[-1])
        self.bbox_head = _Head(channels[-1], shared=shared)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Return face logits (b, n, 1), boxes (b, n, 4), objectness logits (b, n, 1), landmarks (b, n, 10).

        Cells are by level, row, column.
        """
        return self.bbox_head(self.neck(self.backbone(x)))


def cells(size: tuple[int, int], device: str) -> Tensor:
    """Return (n, 3) of the corner x, y and the stride of each cell of an input of (height, width)."""
    levels = []
    for stride in _STRIDES:
        y, x = (torch.arange(side // stride, device=device) * stride for side in size)
        y, x = torch.meshgrid(y, x, indexing="ij")
        levels.append(torch.stack((x, y, torch.full_like(x, stride)), -1).reshape(-1, 3))
    return torch.cat(levels).float()


def decode(raw: Tensor, points: Tensor, where: Tensor) -> tuple[Tensor, Tensor]:
    """Return boxes (..., n, 4) and landmarks (..., n, 5, 2) in pixels of the input."""
    corner, stride = where[..., :2], where[..., 2:]
    centre = raw[..., :2] * stride + corner
    half = raw[..., 2:].exp() * stride / 2
    marks = points.unflatten(-1, (faces.POINTS, 2)) * stride[..., None, :] + corner[..., None, :]
    return torch.cat((centre - half, centre + half), -1), marks


class YuNetPredictor(faces.FacePredictor):
    """Faces with landmarks."""

    def __init__(self, build: Build, network: YuNet) -> None:
        super().__init__(build, network, multiple=_STRIDES[-1])

    def candidates(self, batch: faces.Batch, outputs: Any) -> tuple[Tensor, Tensor, Tensor]:
        face, raw, near, points = outputs
        scores = (face.sigmoid() * near.sigmoid())[..., 0]
        best, order = scores.topk(min(self.most, scores.shape[1]), dim=1)
        height, width = (int(side) for side in batch.pixels.shape[2:])
        where = cells((height, width), self.device)[order]
        raw, points = (values.take_along_dim(order[..., None], 1) for values in (raw, points))
        boxes, marks = decode(raw, points, where)
        scale = tensors.send([batch.size[1] / batch.seen[1], batch.size[0] / batch.seen[0]], boxes.device)
        return best, boxes * scale.repeat(2), marks * scale

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return each level's probability of a face, its objectness, and the boxes and landmarks before suppression."""
        [batch] = self.prepare([frame])
        context.stage("network", 0.1)
        with self.inference(context):
            outputs = [output.float() for output in self.network(batch.pixels)]
            scores, boxes, marks = (values[0].cpu() for values in self.candidates(batch, outputs))
        context.stage("views", 0.9)
        sure = scores >= self.threshold(options)
        height, width = batch.size
        whole = (0.0, 0.0, float(width), float(height))
        return [
            BoxesView(
                group="Boxes",
                title="Before suppression",
                box=whole,
                boxes=boxes[sure].numpy(),
                scores=scores[sure].numpy(),
            ),
            faces.landmark_view(marks[sure], scores[sure], batch.size, "Before suppression"),
            *self._maps(batch, outputs[0][0, :, 0].sigmoid().cpu(), outputs[2][0, :, 0].sigmoid().cpu()),
        ]

    def _maps(self, batch: faces.Batch, face: Tensor, near: Tensor) -> list[View]:
        views: list[View] = []
        sides = [int(side) for side in batch.pixels.shape[2:]]
        box = (0.0, 0.0, sides[1] * batch.size[1] / batch.seen[1], sides[0] * batch.size[0] / batch.seen[0])
        start = 0
        for stride in _STRIDES:
            rows, columns = (side // stride for side in sides)
            for title, values in (("Face", face), ("Objectness", near)):
                level = values[start : start + rows * columns].view(rows, columns).numpy()
                group = f"Scores at stride {stride}"
                views.append(HeatView(group=group, title=title, box=box, values=level, low=0.0, high=1.0))
            start += rows * columns
        return views

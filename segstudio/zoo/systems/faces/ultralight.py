"""Ultra-light face detectors (Linzaer 2019, Ultra-Light-Fast-Generic-Face-Detector-1MB): SSD on a slim MobileNet.

Modules are named like the tensors of the published state dicts. There are no landmarks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from segstudio.core.errors import InputError
from segstudio.core.results import Result
from segstudio.core.views import BoxesView, HeatView, View
from segstudio.zoo.blocks import candidates, tensors
from segstudio.zoo.predictor import (
    DEFAULT_CONTEXT,
    DEFAULT_OPTIONS,
    Build,
    Context,
    Options,
    Predictor,
    TorchPredictor,
)

_SIDES = ((10, 16, 24), (32, 48), (64, 96), (128, 192, 256))  # of the anchors of each level, in pixels of the input
_LEVELS = (8, 11, 13)  # after so many layers of the base a level is taken
_VARIANCE = 0.1, 0.2


def build(build: Build) -> Predictor:
    """Return the predictor; setting "wide" puts a receptive field block into the base (the "RFB" version)."""
    network = UltraLight(wide=build.settings["wide"])
    build.fill(network)
    return UltraLightPredictor(build, network)


def _conv(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


def _separated(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False),
        nn.BatchNorm2d(inputs),
        nn.ReLU(inplace=True),
        nn.Conv2d(inputs, outputs, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def _plain(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """Return the same without norms, and without an activation at the end."""
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs), nn.ReLU(), nn.Conv2d(inputs, outputs, 1)
    )


class _Normed(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int, *, dilation: int = 1, active: bool = False) -> None:
        super().__init__()
        padding = dilation * (kernel // 2)
        self.conv = nn.Conv2d(inputs, outputs, kernel, 1, padding, dilation, bias=False)
        self.bn = nn.BatchNorm2d(outputs)
        self.active = active

    def forward(self, x: Tensor) -> Tensor:
        x = self.bn(self.conv(x))
        return functional.relu(x, inplace=True) if self.active else x


class _Field(nn.Module):
    """A receptive field block (Liu et al. 2018, arXiv 1711.07767): views that are 2, 3 and 5 times dilated."""

    def __init__(self, width: int) -> None:
        super().__init__()
        few = width // 8
        twice, more = 2 * few, few // 2 * 3

        def branch(dilation: int, *between: tuple[int, int]) -> nn.Sequential:
            convs = [_Normed(a, b, 3, active=True) for a, b in between]
            return nn.Sequential(_Normed(width, few, 1), *convs, _Normed(twice, twice, 3, dilation=dilation))

        self.branch0 = branch(2, (few, twice))
        self.branch1 = branch(3, (few, twice))
        self.branch2 = branch(5, (few, more), (more, twice))
        self.ConvLinear = _Normed(3 * twice, width, 1)
        self.shortcut = _Normed(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        views = torch.cat((self.branch0(x), self.branch1(x), self.branch2(x)), 1)
        return functional.relu(self.ConvLinear(views) + self.shortcut(x))


class UltraLight(nn.Module):
    """The network.

    Args:
        wide: With a receptive field block.
    """

    def __init__(self, *, wide: bool) -> None:
        super().__init__()
        self.base_net = nn.Sequential(
            _conv(3, 16, 2),
            *(
                _separated(*how)
                for how in ((16, 32, 1), (32, 32, 2), (32, 32, 1), (32, 64, 2), (64, 64, 1), (64, 64, 1))
            ),
            _Field(64) if wide else _separated(64, 64, 1),
            *(_separated(*how) for how in ((64, 128, 2), (128, 128, 1), (128, 128, 1), (128, 256, 2), (256, 256, 1))),
        )
        self.extras = nn.ModuleList([nn.Sequential(nn.Conv2d(256, 64, 1), nn.ReLU(), _plain(64, 256, 2), nn.ReLU())])
        self.classification_headers, self.regression_headers = (self._heads(values) for values in (2, 4))

    @staticmethod
    def _heads(values: int) -> nn.ModuleList:
        counts = [len(sides) * values for sides in _SIDES]
        last = nn.Conv2d(256, counts[3], 3, padding=1)
        return nn.ModuleList([*(_plain(*how) for how in zip((64, 128, 256), counts)), last])

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, list[tuple[int, int]]]:
        """Return class logits (b, n, 2; the second is a face's), box shifts (b, n, 4), the rows and columns a level."""
        maps = []
        for number, layer in enumerate(self.base_net, 1):
            x = layer(x)
            if number in _LEVELS:
                maps.append(x)
        maps.append(self.extras[0](x))
        logits, shifts = (
            torch.cat([h(m).permute(0, 2, 3, 1).reshape(len(m), -1, n) for h, m in zip(heads, maps)], 1)
            for heads, n in ((self.classification_headers, 2), (self.regression_headers, 4))
        )
        return logits, shifts, [(int(m.shape[2]), int(m.shape[3])) for m in maps]


def anchors(grids: Sequence[tuple[int, int]], size: tuple[int, int], device: str) -> Tensor:
    """Return (n, 4) of centre x, y, width, height as shares of an input of (height, width), none above 1."""
    levels = []
    for (rows, columns), sides in zip(grids, _SIDES):
        y = (torch.arange(rows, device=device) + 0.5) / rows
        x = (torch.arange(columns, device=device) + 0.5) / columns
        y, x, side = torch.meshgrid(y, x, tensors.send(sides, device).float(), indexing="ij")
        levels.append(torch.stack((x, y, side / size[1], side / size[0]), -1).reshape(-1, 4))
    return torch.cat(levels).clamp(max=1)


def decode(shifts: Tensor, where: Tensor) -> Tensor:
    """Return boxes (..., n, 4) as shares of the picture: left, top, right, bottom."""
    centre = shifts[..., :2] * _VARIANCE[0] * where[..., 2:] + where[..., :2]
    half = torch.exp(shifts[..., 2:] * _VARIANCE[1]) * where[..., 2:] / 2
    return torch.cat((centre - half, centre + half), -1)


class UltraLightPredictor(TorchPredictor):
    """Boxes of faces."""

    def __init__(self, build: Build, network: UltraLight) -> None:
        super().__init__(build.card, build.device, network)
        spec = build.card.input
        if spec is None or len(spec.size) != 2:
            raise InputError(f"The card '{build.card.name}' needs an input size of (height, width).")
        self.size: tuple[int, int] = tuple(build.settings.get("size", spec.size))
        self.mean, self.std = (
            torch.tensor(values, device=self.device).view(3, 1, 1) for values in (spec.mean, spec.std)
        )
        self.overlap: float = build.settings["nms"]

    def prepare(self, frames: Sequence[np.ndarray]) -> Tensor:
        """Return (b, 3, h, w): the whole pictures, stretched to the input size and normalised."""
        resized = []
        for frame in frames:
            pixels = tensors.from_frame(frame, self.device)[None].float()
            resized.append(functional.interpolate(pixels, size=self.size, mode="bilinear", align_corners=False))
        return (torch.cat(resized) - self.mean) / self.std

    def bare(self, inputs: Tensor) -> tuple[Tensor, Tensor, list[tuple[int, int]]]:
        with torch.inference_mode():
            return self.network(inputs)

    def forward(self, inputs: Tensor, options: Options, context: Context) -> Tensor:  # noqa: ARG002
        """Return (b, n, 5) on the device: box as shares of the picture, score."""
        with self.inference(context):
            logits, shifts, grids = self.network(inputs)
            boxes = decode(shifts.float(), anchors(grids, self.size, self.device))
            return torch.cat((boxes, logits.float().softmax(-1)[..., 1:]), -1)

    def decode(self, outputs: Tensor, frames: Sequence[np.ndarray], options: Options) -> list[list[Result]]:
        return candidates.results(outputs, frames, self.overlap, self.threshold(options), options, self.classes)

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return each level's best probability of a face, and the boxes before suppression."""
        inputs = self.prepare([frame])
        context.stage("network", 0.1)
        with self.inference(context):
            logits, shifts, grids = self.network(inputs)
            face = logits[0].float().softmax(-1)[:, 1].cpu()
            boxes = decode(shifts[0].float(), anchors(grids, self.size, self.device)).cpu()
        height, width = (float(side) for side in frame.shape[:2])
        whole, sure = (0.0, 0.0, width, height), face >= self.threshold(options)
        shown = (boxes[sure] * torch.tensor([width, height] * 2)).numpy()
        views: list[View] = [
            BoxesView(group="Boxes", title="Before suppression", box=whole, boxes=shown, scores=face[sure].numpy())
        ]
        start = 0
        for (rows, columns), sides in zip(grids, _SIDES):
            end = start + rows * columns * len(sides)
            level = face[start:end].view(rows, columns, len(sides)).amax(2).numpy()
            title = f"Faces of {sides[0]} to {sides[-1]} pixels of the input"
            views.append(HeatView(group="Scores", title=title, box=whole, values=level, low=0.0, high=1.0))
            start = end
        return views

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
from segstudio.zoo.blocks import candidates, slim, tensors
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
_VARIANCE = 0.1, 0.2


def build(build: Build) -> Predictor:
    """Return the predictor; setting "wide" puts a receptive field block into the base (the "RFB" version)."""
    network = UltraLight(wide=build.settings["wide"])
    build.fill(network)
    return UltraLightPredictor(build, network)


class UltraLight(nn.Module):
    """The network.

    Args:
        wide: With a receptive field block.
    """

    def __init__(self, *, wide: bool) -> None:
        super().__init__()
        self.base_net = nn.Sequential(*slim.base(wide=wide))
        self.extras = nn.ModuleList([slim.last()])
        self.classification_headers, self.regression_headers = (nn.ModuleList(slim.heads(n)) for n in (2, 4))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, list[tuple[int, int]]]:
        """Return class logits (b, n, 2; the second is a face's), box shifts (b, n, 4), the rows and columns a level."""
        maps = []
        for number, layer in enumerate(self.base_net, 1):
            x = layer(x)
            if number in slim.LEVELS:
                maps.append(x)
        maps.append(self.extras[0](x))
        logits, shifts = (
            slim.flat([head(m) for head, m in zip(heads, maps)], n)
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

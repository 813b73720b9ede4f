"""EfficientNet-lite0 (Tan and Le 2019, arXiv 1905.11946; without squeeze-and-excitation), timm's network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from segstudio.core.errors import InputError
from segstudio.core.results import Result, Scores
from segstudio.core.views import BarsView, PictureView, View
from segstudio.zoo.blocks import tensors
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, TorchPredictor

if TYPE_CHECKING:
    from torch import Tensor

_TOP = 12  # classes whose scores are shown
# How many blocks each of timm's stages has; the published checkpoint numbers the blocks right through.
_DEPTHS = (1, 2, 2, 3, 3, 4, 1)
_OUTER = {"_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head", "_bn1": "bn2", "_fc": "classifier"}
_FIRST = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
_INNER = {
    "_expand_conv": "conv_pw", "_bn0": "bn1", "_depthwise_conv": "conv_dw", "_bn1": "bn2", "_project_conv": "conv_pwl",
    "_bn2": "bn3",
}  # fmt: skip


def build(build: Build) -> TorchPredictor:
    """Return the classifier; setting "arch" is timm's name of the network."""
    import timm

    network = timm.create_model(build.settings["arch"], pretrained=False, num_classes=build.settings["num_classes"])
    build.fill(network, rename=timm_key)
    return _Classifier(build, network)


def timm_key(key: str) -> str:
    """Return timm's name of a tensor of the published checkpoint; names that are timm's already stay."""
    first, *rest = key.split(".")
    if first in _OUTER:
        return ".".join((_OUTER[first], *rest))
    if first != "_blocks" or not rest[0].isdigit():
        return key
    block = int(rest[0])
    for stage, depth in enumerate(_DEPTHS):
        if block < depth:
            names = _INNER if stage else _FIRST
            return ".".join(("blocks", str(stage), str(block), names.get(rest[1], rest[1]), *rest[2:]))
        block -= depth
    return key


class _Classifier(TorchPredictor):
    def __init__(self, build: Build, network: Any) -> None:
        super().__init__(build.card, build.device, network)
        import torch

        spec = build.card.input
        if spec is None or len(spec.size) != 2:
            raise InputError(f"The card '{build.card.name}' needs an input size of (height, width).")
        self.side: int = build.settings.get("size", spec.size[0])
        self.share: float = build.settings["crop"]
        self.mean, self.std = (
            torch.tensor(values, device=self.device).view(3, 1, 1) for values in (spec.mean, spec.std)
        )

    def prepare(self, frames: Sequence[np.ndarray]) -> Tensor:
        """Return the middle square of each frame as (n, 3, side, side)."""
        import torch
        from torchvision.transforms import InterpolationMode
        from torchvision.transforms import functional as transforms

        shorter, how = round(self.side / self.share), InterpolationMode.BICUBIC
        squares = []
        for frame in frames:
            small = transforms.resize(tensors.from_frame(frame, self.device), [shorter], how, antialias=True)
            squares.append(transforms.center_crop(small, [self.side]))
        return (torch.stack(squares).float() / 255 - self.mean) / self.std

    def bare(self, inputs: Tensor) -> Tensor:
        import torch

        with torch.inference_mode():
            return self.network(inputs)

    def forward(self, inputs: Tensor, options: Options, context: Context) -> Tensor:  # noqa: ARG002
        with self.inference(context):
            return self.network(inputs).float().softmax(dim=-1)

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return the scores of the surest classes, and the square of the picture that they are about."""
        context.stage("network", 0.0)
        scores = self.forward(self.prepare([frame]), options, context)[0].cpu().numpy()
        order = np.argsort(-scores, kind="stable")[:_TOP]
        height, width = frame.shape[:2]
        half = min(height, width) * self.share / 2
        left, top = width / 2 - half, height / 2 - half
        box = (left, top, left + 2 * half, top + 2 * half)
        square = frame[round(top) : round(top + 2 * half), round(left) : round(left + 2 * half)]
        names = tuple(self.classes.by_id(i).name for i in order.tolist())
        return [
            BarsView(
                group="Scores", title=f"The {len(order)} surest classes", box=box, labels=names, values=scores[order]
            ),
            PictureView(group="Input", title="What is looked at", box=box, rgb=np.ascontiguousarray(square)),
        ]

    def decode(self, outputs: Tensor, frames: Sequence[np.ndarray], options: Options) -> list[list[Result]]:
        results: list[list[Result]] = []
        for row, frame in zip(outputs.cpu().numpy(), frames):
            order = np.argsort(-row, kind="stable")
            if options.labels is not None:
                order = order[np.isin(order, list(options.labels))]
            order = order[row[order] >= self.threshold(options)][: options.top]
            size = (frame.shape[0], frame.shape[1])
            results.append([Scores(size=size, classes=self.classes, labels=order.astype(np.int64), scores=row[order])])
        return results

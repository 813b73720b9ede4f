"""FastestDet (ma-dan 2022, github.com/dog-qiuqiu/FastestDet): a detector of a quarter of a million weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from segstudio.core.errors import InputError
from segstudio.core.results import Result
from segstudio.core.views import BoxesView, HeatView, View
from segstudio.zoo.blocks import candidates, fastestdet, tensors
from segstudio.zoo.predictor import (
    DEFAULT_CONTEXT,
    DEFAULT_OPTIONS,
    Build,
    Context,
    Options,
    Predictor,
    TorchPredictor,
)

_MAPS = 6  # classes that `look` shows the probability of


def build(build: Build) -> Predictor:
    """Return the predictor; the card's label set has the classes in the network's order."""
    network = fastestdet.FastestDet(len(build.card.label_set().labels))
    build.fill(network)
    return FastestDetPredictor(build, network)


class FastestDetPredictor(TorchPredictor):
    """Boxes."""

    def __init__(self, build: Build, network: fastestdet.FastestDet) -> None:
        super().__init__(build.card, build.device, network)
        if build.card.input is None or len(build.card.input.size) != 2:
            raise InputError(f"The card '{build.card.name}' needs an input size of (height, width).")
        self.size: tuple[int, ...] = tuple(build.settings.get("size", build.card.input.size))
        self.flip = build.card.input.channels == "bgr"
        self.overlap: float = build.settings["nms"]
        self.ids = torch.tensor([label.id for label in self.classes.labels], device=self.device)

    def prepare(self, frames: Sequence[np.ndarray]) -> Tensor:
        """Return (b, 3, h, w) in [0, 1]: the whole pictures, stretched to the input size."""
        resized = []
        for frame in frames:
            pixels = tensors.from_frame(frame, self.device)[None].float()
            resized.append(functional.interpolate(pixels, size=self.size, mode="bilinear", align_corners=False))
        batch = torch.cat(resized) / 255
        return batch.flip(1) if self.flip else batch

    def bare(self, inputs: Tensor) -> Tensor:
        with torch.inference_mode():
            return self.network(inputs)

    def forward(self, inputs: Tensor, options: Options, context: Context) -> Tensor:  # noqa: ARG002
        """Return (b, cells, 6) on the device: box as shares of the picture, score, id of the class."""
        with self.inference(context):
            maps = self.network(inputs).float()
            near, probability = maps[:, :1], maps[:, 5:]
            best, kind = probability.max(1, keepdim=True)
            height, width = maps.shape[2:]
            sides = tensors.send([width, height] * 2, maps.device).view(1, 4, 1, 1)
            boxes = fastestdet.decode_boxes(maps[:, 1:5]) / sides
            corners = torch.cat((boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2), 1)
            ids = self.ids[kind].float()
            return torch.cat((corners, near * best, ids), 1).flatten(2).transpose(1, 2)

    def decode(self, outputs: Tensor, frames: Sequence[np.ndarray], options: Options) -> list[list[Result]]:
        return candidates.results(outputs, frames, self.overlap, self.threshold(options), options, self.classes)

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return where something is near, how sure the cells are of it, the surest classes, and all boxes kept."""
        inputs = self.prepare([frame])
        context.stage("network", 0.1)
        with self.inference(context):
            maps = self.network(inputs)[0].float().cpu()
        near, probability = maps[0], maps[5:]
        height, width = (float(side) for side in frame.shape[:2])
        whole = (0.0, 0.0, width, height)
        rows = self.forward(inputs, options, context)[0].cpu()
        sure = rows[:, 4] >= self.threshold(options)
        names = [self.classes.by_id(int(id)).name for id in rows[sure, 5]]
        score = near * probability.amax(0)

        def heat(group: str, title: str, values: Tensor) -> View:
            kept = np.ascontiguousarray(values.numpy(), np.float32)
            return HeatView(group=group, title=title, box=whole, values=kept, low=0.0, high=1.0)

        surest = (near * probability).amax(dim=(1, 2)).topk(min(_MAPS, len(probability))).indices.tolist()
        return [
            heat("Cells", "Objectness", near),
            heat("Cells", "Score: objectness by the surest class", score),
            *(heat("Classes", self.classes.by_id(int(self.ids[k])).name, near * probability[k]) for k in surest),
            BoxesView(
                group="Boxes",
                title="Before suppression",
                box=whole,
                boxes=(rows[sure, :4] * torch.tensor([width, height] * 2)).numpy(),
                scores=rows[sure, 4].numpy(),
                texts=tuple(names),
            ),
        ]

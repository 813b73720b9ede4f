"""SSD (Liu et al. 2016, arXiv 1512.02325) and SSDLite (Sandler et al. 2018, arXiv 1801.04381), torchvision's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.models.detection.image_list import ImageList

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

_SHOWN = 300  # default boxes that `look` shows at most


def build(build: Build) -> Predictor:
    """Return the predictor; setting "network" is torchvision's name of it."""
    from torchvision.models import get_model

    classes = len(build.card.classes) + 1 if build.card.classes else build.settings["num_classes"]
    network = get_model(build.settings["network"], weights=None, weights_backbone=None, num_classes=classes)
    build.fill(network)
    return SsdPredictor(build, network)


class _Raw(NamedTuple):
    """The heads' output: box shifts (b, n, 4), class logits (b, n, c), default boxes (n, 4) in the input, grids."""

    shifts: Tensor
    logits: Tensor
    defaults: Tensor
    grids: list[tuple[int, int]]


class SsdPredictor(TorchPredictor):
    """Boxes."""

    def __init__(self, build: Build, network: Any) -> None:
        super().__init__(build.card, build.device, network)
        self.most: int = build.settings["candidates"]
        scale = network.transform.image_mean, network.transform.image_std
        self.mean, self.std = (torch.tensor(values, device=self.device).view(3, 1, 1) for values in scale)
        self.defaults: dict[tuple[tuple[int, int], ...], Tensor] = {}

    def prepare(self, frames: Sequence[np.ndarray]) -> list[Tensor]:
        """Return float tensors (3, h, w) in [0, 1]; the network itself stretches and normalises them."""
        return [tensors.from_frame(frame, self.device).float().div_(255) for frame in frames]

    def bare(self, inputs: list[Tensor]) -> Any:
        with torch.inference_mode():
            return self.network(inputs)

    def _heads(self, inputs: list[Tensor]) -> _Raw:
        # What `network.transform` does, with numbers that lie on the device already.
        width, height = self._input
        size, rows = (height, width), [((x - self.mean) / self.std)[None] for x in inputs]
        images = torch.cat([F.interpolate(x, size=size, mode="bilinear", align_corners=False) for x in rows])
        maps = list(self.network.backbone(images).values())
        found = self.network.head(maps)
        grids = [(int(m.shape[2]), int(m.shape[3])) for m in maps]
        return _Raw(found["bbox_regression"].float(), found["cls_logits"].float(), self._defaults(grids), grids)

    def _defaults(self, grids: list[tuple[int, int]]) -> Tensor:
        """Return the default boxes of any picture: all have the size of the input."""
        if tuple(grids) not in self.defaults:
            width, height = self._input
            image = ImageList(torch.zeros((1, 3, height, width)), [(height, width)])
            [boxes] = self.network.anchor_generator(image, [torch.zeros((1, 1, *grid)) for grid in grids])
            self.defaults[tuple(grids)] = tensors.send(boxes, self.device)
        return self.defaults[tuple(grids)]

    def forward(self, inputs: list[Tensor], options: Options, context: Context) -> Tensor:  # noqa: ARG002
        """Return (b, k, 6) on the device, best first: box as shares of the picture, score, class.

        Of each class the best `topk_candidates` count, as published, and of all the best that the card's setting
        "candidates" says.
        """
        with self.inference(context):
            raw = self._heads(inputs)
            scores = raw.logits.softmax(-1)[..., 1:].transpose(1, 2)
            best, places = scores.topk(min(self.network.topk_candidates, scores.shape[2]), dim=2)
            score, order = best.flatten(1).topk(min(self.most, best[0].numel()), dim=1)
            kind = order // best.shape[2] + 1
            place = places.flatten(1).gather(1, order)
            boxes = self._decoded(raw, place)
            return torch.cat((boxes, score[..., None], kind[..., None].float()), -1)

    def _decoded(self, raw: _Raw, place: Tensor) -> Tensor:
        """Return the boxes (b, k, 4) of some default boxes (b, k), as shares of the input, inside it."""
        shifts = raw.shifts.take_along_dim(place[..., None], 1)
        defaults, coder = raw.defaults[place], self.network.box_coder
        size = defaults[..., 2:] - defaults[..., :2]
        by_place, _, by_size, _ = coder.weights
        centre = defaults[..., :2] + size / 2 + shifts[..., :2] / by_place * size
        half = (shifts[..., 2:] / by_size).clamp(max=coder.bbox_xform_clip).exp() * size / 2
        boxes = torch.cat((centre - half, centre + half), -1)
        return (boxes / tensors.send(self._input * 2, boxes.device)).clamp(0, 1)

    @property
    def _input(self) -> tuple[int, int]:
        """(width, height) of what the network sees."""
        return self.network.transform.fixed_size

    def decode(self, outputs: Tensor, frames: Sequence[np.ndarray], options: Options) -> list[list[Result]]:
        return candidates.results(
            outputs, frames, self.network.nms_thresh, self.threshold(options), options, self.classes
        )

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return the best score at each place of each level, the default boxes that fired and what they became."""
        inputs = self.prepare([frame])
        context.stage("network", 0.1)
        with self.inference(context):
            raw = self._heads(inputs)
            best, kind = raw.logits[0].softmax(-1)[:, 1:].max(1)
            score, place = best.topk(min(_SHOWN, len(best)))
            place = place[score >= self.threshold(options)]
            boxes = self._decoded(raw, place[None])[0].cpu()
        height, width = (float(side) for side in frame.shape[:2])
        whole, scale = (0.0, 0.0, width, height), torch.tensor([width, height] * 2)
        names = tuple(self.classes.by_id(int(k) + 1).name for k in kind[place])
        defaults = raw.defaults[place].cpu() / torch.tensor(self._input * 2) * scale
        sure = best[place].cpu().numpy()
        views: list[View] = [
            BoxesView(
                group="Default boxes",
                title="Those that fired",
                box=whole,
                boxes=defaults.numpy(),
                scores=sure,
                texts=names,
            ),
            BoxesView(
                group="Default boxes",
                title="What they became",
                box=whole,
                boxes=(boxes * scale).numpy(),
                scores=sure,
                texts=names,
            ),
        ]
        start, counts = 0, self.network.anchor_generator.num_anchors_per_location()
        for (rows, columns), count in zip(raw.grids, counts):
            end = start + rows * columns * count
            level = best[start:end].view(rows, columns, count).amax(2).cpu().numpy()
            title = f"Best score, {rows} x {columns} places"
            views.append(HeatView(group="Levels", title=title, box=whole, values=level, low=0.0, high=1.0))
            start = end
        return views

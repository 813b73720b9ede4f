"""RetinaFace (Deng et al. 2019, arXiv 1905.00641) as biubug6 publishes it: faces with five landmarks, in one pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from segstudio.core.views import BoxesView, HeatView, View
from segstudio.zoo.blocks import faces, retinaface, slim
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, Predictor

_SHOWN = 500  # anchors that `look` shows at most


def build(build: Build) -> Predictor:
    """Return the predictor; setting "backbone" is "mobilenet0.25", one of torchvision's ResNets, "slim" or "rfb".

    The last two have no pyramid and take no "width" and "slope". Two checkpoints of the first are published under one
    name and with the same tensors: settings "slope" (of the activations below zero) and "min_sizes" (of the anchors)
    are what tells them apart.
    """
    settings = build.settings
    sides = tuple(tuple(level) for level in settings["min_sizes"])
    anchors = retinaface.Anchors(tuple(settings["strides"]), sides, tuple(settings["variance"]))
    if settings["backbone"] in ("slim", "rfb"):
        light = slim.SlimFaces(wide=settings["backbone"] == "rfb")
        build.fill(light)
        return RetinaFacePredictor(build, light, anchors)
    slope = settings["slope"]
    small = settings["backbone"] == "mobilenet0.25"
    body = retinaface.MobileNetQuarter(slope) if small else retinaface.ResNet(settings["backbone"])
    network = retinaface.RetinaFace(body, settings["width"], slope, len(sides[0]))
    build.fill(network)
    return RetinaFacePredictor(build, network, anchors)


class RetinaFacePredictor(faces.FacePredictor):
    """Faces with landmarks.

    Args:
        anchors: Those that the network was trained with.
    """

    def __init__(self, build: Build, network: nn.Module, anchors: retinaface.Anchors) -> None:
        super().__init__(build, network)
        self.anchors = anchors

    def candidates(self, batch: faces.Batch, outputs: Any) -> tuple[Tensor, Tensor, Tensor]:
        shifts, logits, points = outputs
        anchors = self.anchors.on(batch.seen, self.device)
        scores = logits.softmax(-1)[..., 1]
        best, order = scores.topk(min(self.most, scores.shape[1]), dim=1)
        anchors = anchors[order]
        shifts, points = (values.take_along_dim(order[..., None], 1) for values in (shifts, points))
        boxes = retinaface.decode(shifts, anchors, self.anchors.variance, batch.size)
        return best, boxes, retinaface.decode_points(points, anchors, self.anchors.variance, batch.size)

    def keep(self, boxes: Tensor, scores: Tensor, options: Options) -> Tensor:
        return retinaface.select(boxes, scores, self.threshold(options), self.overlap, self.most)

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return the score of each anchor size at each place, the anchors that fired, what they became, and landmarks.

        Scores are a face's probability; an anchor fires above the threshold.
        """
        [batch] = self.prepare([frame])
        context.stage("network", 0.1)
        with self.inference(context):
            shifts, logits, points = (values[0].float().cpu() for values in self.network(batch.pixels))
        context.stage("views", 0.9)
        scores = logits.softmax(-1)[:, 1]
        anchors = self.anchors.on(batch.seen, "cpu")
        fired = retinaface.select(anchors, scores, self.threshold(options), 1.0, _SHOWN)
        scale = torch.tensor([batch.size[1], batch.size[0]] * 2)
        corners = torch.cat((anchors[:, :2] - anchors[:, 2:] / 2, anchors[:, :2] + anchors[:, 2:] / 2), 1) * scale
        boxes = retinaface.decode(shifts[fired], anchors[fired], self.anchors.variance, batch.size)
        marks = retinaface.decode_points(points[fired], anchors[fired], self.anchors.variance, batch.size)
        whole = (0.0, 0.0, float(batch.size[1]), float(batch.size[0]))
        sure = scores[fired].numpy()
        return [
            BoxesView(
                group="Anchors", title="Anchors that fired", box=whole, boxes=corners[fired].numpy(), scores=sure
            ),
            BoxesView(group="Anchors", title="The boxes they became", box=whole, boxes=boxes.numpy(), scores=sure),
            faces.landmark_view(marks, scores[fired], batch.size, "Landmarks of the anchors that fired"),
            *self._maps(scores, batch.seen, batch.size),
        ]

    def _maps(self, scores: Tensor, seen: tuple[int, int], size: tuple[int, int]) -> list[View]:
        """Return a map a level and anchor size; `seen` is what the network was given, `size` the picture."""
        views: list[View] = []
        start = 0
        for (rows, columns), stride, sides in zip(self.anchors.grids(seen), self.anchors.strides, self.anchors.sides):
            count = rows * columns * len(sides)
            level = scores[start : start + count].view(rows, columns, len(sides)).numpy()
            start += count
            # The last row and column of cells reach beyond the picture.
            box = (0.0, 0.0, columns * stride * size[1] / seen[1], rows * stride * size[0] / seen[0])
            views += [
                HeatView(
                    group=f"Scores at stride {stride}",
                    title=f"Anchors of {side} pixels",
                    box=box,
                    values=np.ascontiguousarray(level[..., k], np.float32),
                    low=0.0,
                    high=1.0,
                )
                for k, side in enumerate(sides)
            ]
        return views

"""RetinaFace (Deng et al. 2019, arXiv 1905.00641) as biubug6 publishes it: faces with five landmarks, in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from segstudio.core.errors import InputError
from segstudio.core.labels import FACE_FIVE
from segstudio.core.results import Faces, Result
from segstudio.core.views import BoxesView, HeatView, PointsView, View
from segstudio.zoo.blocks import retinaface, tensors
from segstudio.zoo.predictor import (
    DEFAULT_CONTEXT,
    DEFAULT_OPTIONS,
    Build,
    Context,
    Options,
    Predictor,
    TorchPredictor,
)

FACE = 1
_SHOWN = 500  # anchors that `look` shows at most


def build(build: Build) -> Predictor:
    """Return the predictor; setting "backbone" is "mobilenet0.25" or one of torchvision's ResNets.

    Two checkpoints of the small one are published under one name and with the same tensors: settings "slope" (of the
    activations below zero) and "min_sizes" (of the anchors) are what tells them apart.
    """
    settings = build.settings
    slope = settings["slope"]
    small = settings["backbone"] == "mobilenet0.25"
    body = retinaface.MobileNetQuarter(slope) if small else retinaface.ResNet(settings["backbone"])
    sides = tuple(tuple(level) for level in settings["min_sizes"])
    anchors = retinaface.Anchors(tuple(settings["strides"]), sides, tuple(settings["variance"]))
    network = retinaface.RetinaFace(body, settings["width"], slope, len(sides[0]))
    build.fill(network)
    return RetinaFacePredictor(build, network, anchors)


class _Batch(NamedTuple):
    """Frames of one size: their places among all, their pixels, and (height, width) of the frames themselves."""

    places: list[int]
    pixels: Tensor
    size: tuple[int, int]


class _Candidates(NamedTuple):
    """The best anchors of a batch, best first: (b, k, 15) of box, score and landmarks in pixels of the frames."""

    places: list[int]
    rows: Tensor
    size: tuple[int, int]


class RetinaFacePredictor(TorchPredictor):
    """Faces with landmarks.

    Args:
        anchors: Those that the network was trained with.
    """

    def __init__(self, build: Build, network: retinaface.RetinaFace, anchors: retinaface.Anchors) -> None:
        super().__init__(build.card, build.device, network)
        if build.card.input is None:
            raise InputError(f"The card '{build.card.name}' needs an [input].")
        self.anchors = anchors
        self.mean = torch.tensor(build.card.input.mean).view(3, 1, 1)
        self.flip = build.card.input.channels == "bgr"
        self.longest: int = build.settings["longest"]
        self.overlap: float = build.settings["nms"]
        self.most: int = build.settings["candidates"]

    def prepare(self, frames: Sequence[np.ndarray]) -> list[_Batch]:
        """Return batches of frames of equal size, normalised; what is larger than the card's limit is scaled down."""
        uint8 = [tensors.from_frame(frame, self.device) for frame in frames]
        mean = self.mean.to(self.device)
        batches = []
        for places, stack in tensors.by_shape(uint8):
            size = int(stack.shape[2]), int(stack.shape[3])
            pixels = stack.flip(1).float() if self.flip else stack.float()
            scale = self.longest / max(size)
            if scale < 1:
                smaller = [max(round(side * scale), 1) for side in size]
                pixels = functional.interpolate(pixels, size=smaller, mode="bilinear", antialias=True)
            batches.append(_Batch(places, pixels - mean, size))
        return batches

    def bare(self, inputs: list[_Batch]) -> list[tuple[Tensor, Tensor, Tensor]]:
        with torch.inference_mode():
            return [self.network(batch.pixels) for batch in inputs]

    def forward(self, inputs: list[_Batch], options: Options, context: Context) -> list[_Candidates]:  # noqa: ARG002
        """Return the best anchors of each batch, on the device."""
        found = []
        for batch in inputs:
            context.cancel.check()
            with self.inference(context):
                shifts, logits, points = self.network(batch.pixels)
                found.append(self._candidates(batch, shifts.float(), logits.float(), points.float()))
        return found

    def _candidates(self, batch: _Batch, shifts: Tensor, logits: Tensor, points: Tensor) -> _Candidates:
        height, width = (int(side) for side in batch.pixels.shape[2:])
        anchors = self.anchors.on((height, width), self.device)
        scores = logits.softmax(-1)[..., 1]
        best, order = scores.topk(min(self.most, scores.shape[1]), dim=1)
        anchors = anchors[order]
        shifts, points = (values.take_along_dim(order[..., None], 1) for values in (shifts, points))
        boxes = retinaface.decode(shifts, anchors, self.anchors.variance, batch.size)
        marks = retinaface.decode_points(points, anchors, self.anchors.variance, batch.size)
        return _Candidates(batch.places, torch.cat((boxes, best[..., None], marks.flatten(2)), -1), batch.size)

    def decode(self, outputs: list[_Candidates], frames: Sequence[np.ndarray], options: Options) -> list[list[Result]]:
        results: list[list[Result]] = [[] for _ in frames]
        for batch, rows in zip(outputs, tensors.fetch([batch.rows for batch in outputs])):
            for place, candidates in zip(batch.places, rows):
                results[place] = [self._faces(candidates, batch.size, options)]
        return results

    def _faces(self, rows: Tensor, size: tuple[int, int], options: Options) -> Faces:
        if options.labels is not None and FACE not in options.labels:
            rows = rows[:0]
        keep = retinaface.select(rows[:, :4], rows[:, 4], self.threshold(options), self.overlap, self.most)
        rows = rows[keep[: options.max_instances]]
        height, width = size
        limits = torch.tensor([width, height, width, height])
        return Faces(
            size=size,
            classes=self.classes,
            boxes=torch.minimum(rows[:, :4].clamp(min=0), limits).numpy(),
            labels=np.full(len(rows), FACE, np.int64),
            scores=rows[:, 4].numpy(),
            landmarks=rows[:, 5:].reshape(-1, retinaface.POINTS, 2).numpy(),
        )

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
        height, width = (int(side) for side in batch.pixels.shape[2:])
        scores = logits.softmax(-1)[:, 1]
        anchors = self.anchors.on((height, width), "cpu")
        fired = retinaface.select(anchors, scores, self.threshold(options), 1.0, _SHOWN)
        scale = torch.tensor([batch.size[1], batch.size[0]] * 2)
        corners = torch.cat((anchors[:, :2] - anchors[:, 2:] / 2, anchors[:, :2] + anchors[:, 2:] / 2), 1) * scale
        boxes = retinaface.decode(shifts[fired], anchors[fired], self.anchors.variance, batch.size)
        marks = retinaface.decode_points(points[fired], anchors[fired], self.anchors.variance, batch.size)
        whole = (0.0, 0.0, float(batch.size[1]), float(batch.size[0]))
        certain = scores[fired].numpy()
        return [
            BoxesView(
                group="Anchors", title="Anchors that fired", box=whole, boxes=corners[fired].numpy(), scores=certain
            ),
            BoxesView(group="Anchors", title="The boxes they became", box=whole, boxes=boxes.numpy(), scores=certain),
            self._landmarks(marks.numpy(), certain, whole),
            *self._maps(scores, (height, width), batch.size),
        ]

    def _landmarks(self, marks: np.ndarray, scores: np.ndarray, whole: tuple[float, float, float, float]) -> View:
        count = len(marks)
        links = np.array(FACE_FIVE.limbs)[None] + np.arange(count)[:, None, None] * retinaface.POINTS
        return PointsView(
            group="Landmarks",
            title="Landmarks of the anchors that fired",
            box=whole,
            points=marks.reshape(-1, 2),
            scores=scores.repeat(retinaface.POINTS),
            links=links.reshape(-1, 2).astype(np.int64),
        )

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

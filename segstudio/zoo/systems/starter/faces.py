"""MTCNN (Zhang et al. 2016, arXiv 1604.02878): a cascade of three small networks for faces and five landmarks.

The first network slides over a pyramid of the picture and proposes, the second rejects, the third decides and places
the landmarks. Tensor names are those of the published torch state dicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from segstudio.core.labels import FACE_FIVE
from segstudio.core.results import Faces, Result
from segstudio.core.views import BoxesView, HeatView, PointsView, View
from segstudio.zoo.blocks import tensors
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, Predictor

if TYPE_CHECKING:
    from torch import Tensor

FACE = 1
_CELL = 12  # pixels that one answer of the first network looks at
_STRIDE = 2  # pixels between two answers
_BATCH = 512
_LEVELS = 16  # of the pyramid that are shown, those of the smallest faces first


def build(build: Build) -> Predictor:
    """Return the cascade; the card's files are the three networks in their order."""
    networks = [make() for make in (_proposal, _refine, _output)]
    for network, file in zip(networks, build.card.weights):
        build.fill(network, file.name)
    return _Cascade(build, networks)


def _trunk(*layers: tuple[str, Any]) -> Any:
    from collections import OrderedDict

    from torch import nn

    return nn.Sequential(OrderedDict(layers))


def _network(trunk: Any, heads: dict[str, Any], flat: bool) -> Any:
    """Return a module that runs the trunk and then each head, in order; the tensors keep their flat names."""
    from torch import nn

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for name, layer in (*trunk.named_children(), *heads.items()):
                self.add_module(name, layer)
            self.order = [name for name, _ in trunk.named_children()]

        def forward(self, x: Tensor) -> list[Tensor]:
            for name in self.order:
                if flat and name.startswith("dense"):
                    # The published dense layers count columns first.
                    x = x.permute(0, 3, 2, 1).flatten(1)
                x = getattr(self, name)(x)
            return [getattr(self, name)(x) for name in heads]

    return Network()


def _proposal() -> Any:
    from torch import nn

    trunk = _trunk(
        ("conv1", nn.Conv2d(3, 10, 3)), ("prelu1", nn.PReLU(10)), ("pool1", nn.MaxPool2d(2, 2, ceil_mode=True)),
        ("conv2", nn.Conv2d(10, 16, 3)), ("prelu2", nn.PReLU(16)),
        ("conv3", nn.Conv2d(16, 32, 3)), ("prelu3", nn.PReLU(32)),
    )  # fmt: skip
    return _network(trunk, {"conv4_1": nn.Conv2d(32, 2, 1), "conv4_2": nn.Conv2d(32, 4, 1)}, flat=False)


def _refine() -> Any:
    from torch import nn

    trunk = _trunk(
        ("conv1", nn.Conv2d(3, 28, 3)), ("prelu1", nn.PReLU(28)), ("pool1", nn.MaxPool2d(3, 2, ceil_mode=True)),
        ("conv2", nn.Conv2d(28, 48, 3)), ("prelu2", nn.PReLU(48)), ("pool2", nn.MaxPool2d(3, 2, ceil_mode=True)),
        ("conv3", nn.Conv2d(48, 64, 2)), ("prelu3", nn.PReLU(64)),
        ("dense4", nn.Linear(576, 128)), ("prelu4", nn.PReLU(128)),
    )  # fmt: skip
    return _network(trunk, {"dense5_1": nn.Linear(128, 2), "dense5_2": nn.Linear(128, 4)}, flat=True)


def _output() -> Any:
    from torch import nn

    trunk = _trunk(
        ("conv1", nn.Conv2d(3, 32, 3)), ("prelu1", nn.PReLU(32)), ("pool1", nn.MaxPool2d(3, 2, ceil_mode=True)),
        ("conv2", nn.Conv2d(32, 64, 3)), ("prelu2", nn.PReLU(64)), ("pool2", nn.MaxPool2d(3, 2, ceil_mode=True)),
        ("conv3", nn.Conv2d(64, 64, 3)), ("prelu3", nn.PReLU(64)), ("pool3", nn.MaxPool2d(2, 2, ceil_mode=True)),
        ("conv4", nn.Conv2d(64, 128, 2)), ("prelu4", nn.PReLU(128)),
        ("dense5", nn.Linear(1152, 256)), ("prelu5", nn.PReLU(256)),
    )  # fmt: skip
    heads = {"dense6_1": nn.Linear(256, 2), "dense6_2": nn.Linear(256, 4), "dense6_3": nn.Linear(256, 10)}
    return _network(trunk, heads, flat=True)


@dataclass
class _Seen:
    """What was found, on the CPU: (scale, scores (h, w)) a level of the pyramid, then (boxes, scores) a stage."""

    levels: list[tuple[float, Tensor]] = field(default_factory=list)
    stages: list[tuple[Tensor, Tensor]] = field(default_factory=list)


class _Cascade(Predictor):
    def __init__(self, build: Build, networks: list[Any]) -> None:
        super().__init__(build.card, build.device)
        self.proposal, self.refine, self.output = (
            network.eval().requires_grad_(False).to(build.device) for network in networks
        )
        self.settings = build.settings

    def predict(
        self, frames: Sequence[np.ndarray], options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[list[Result]]:
        """Return one `Faces` a frame."""
        import torch

        if not frames or (options.labels is not None and FACE not in options.labels):
            return [[self._none(frame.shape[:2])] for frame in frames]
        with torch.inference_mode():
            return [[faces] for faces in self._faces(frames, options, context, [_Seen() for _ in frames])]

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return the first network's scores on each level of the pyramid, and what each stage keeps."""
        import torch

        seen = _Seen()
        with torch.inference_mode():
            [faces] = self._faces([frame], options, context, [seen])
        height, width = frame.shape[:2]
        whole = (0.0, 0.0, float(width), float(height))
        views: list[View] = []
        for scale, scores in seen.levels[:_LEVELS]:
            # A cell stands in the middle of the pixels that it looks at.
            first = (_CELL - _STRIDE) / 2 / scale
            rows, columns = scores.shape
            box = (first, first, first + columns * _STRIDE / scale, first + rows * _STRIDE / scale)
            title = f"Faces of {_CELL / scale:.0f} px"
            values = scores.numpy()
            views.append(HeatView(group="Pyramid", title=title, box=box, values=values, low=0.0, high=1.0))
        names = ("Proposed by the first network", "Kept by the second")
        for title, (boxes, scores) in zip(names, seen.stages):
            shown = BoxesView(group="Stages", title=title, box=whole, boxes=boxes.numpy(), scores=scores.numpy())
            views.append(shown)
        views.append(
            BoxesView(group="Stages", title="Kept by the third", box=whole, boxes=faces.boxes, scores=faces.scores)
        )
        points = faces.landmarks.reshape(-1, 2)
        names = FACE_FIVE.names * len(faces.boxes)
        views.append(PointsView(group="Stages", title="Landmarks", box=whole, points=points, texts=tuple(names)))
        return views

    def _faces(
        self, frames: Sequence[np.ndarray], options: Options, context: Context, seen: Sequence[_Seen]
    ) -> list[Faces]:
        """Return the faces of each frame; a device is waited for after each network, once for all frames."""
        context.stage("faces", 0.0)
        proposed = self._propose(frames, context, seen)
        context.stage("faces", 0.6)
        refined = []
        for boxes, rows, one in zip(proposed, self._judged(self.refine, frames, proposed, 24, context), seen):
            sure = rows[:, 1] >= self.settings["thresholds"][1]
            boxes, scores, shifts = boxes[sure], rows[sure, 1], rows[sure, 2:6]
            keep = _suppress(boxes, scores, 0.7)
            refined.append(_square(_shifted(boxes[keep], shifts[keep])))
            one.stages.append((refined[-1], scores[keep]))
        context.stage("faces", 0.8)
        judged = self._judged(self.output, frames, refined, 48, context)
        return [self._decided(*three, options) for three in zip(refined, judged, frames)]

    def _decided(self, boxes: Tensor, rows: Tensor, frame: np.ndarray, options: Options) -> Faces:
        """Return the faces of what the last network says (n, 16) of boxes."""
        import torch

        sure = rows[:, 1] >= min(self.settings["thresholds"][2], self.threshold(options))
        boxes, scores, shifts, points = boxes[sure], rows[sure, 1], rows[sure, 2:6], rows[sure, 6:]
        extent = (boxes[:, 2:] - boxes[:, :2])[:, None]
        # Five x, then five y, relative to the box that was looked at.
        points = boxes[:, None, :2] + extent * points.reshape(-1, 2, 5).transpose(1, 2)
        boxes = _shifted(boxes, shifts)
        keep = _suppress_nested(boxes, scores, 0.7)
        keep = keep[scores[keep] >= self.threshold(options)][: options.max_instances]
        height, width = frame.shape[:2]
        limits = torch.tensor([width, height, width, height], dtype=torch.float32)
        return Faces(
            size=(height, width),
            classes=self.classes,
            boxes=torch.minimum(boxes[keep].clamp(min=0), limits).numpy(),
            labels=np.full(len(keep), FACE, np.int64),
            scores=scores[keep].numpy(),
            landmarks=points[keep].numpy(),
        )

    def _none(self, size: tuple[int, ...]) -> Faces:
        return Faces(
            size=(size[0], size[1]),
            classes=self.classes,
            boxes=np.zeros((0, 4), np.float32),
            labels=np.zeros(0, np.int64),
            scores=np.zeros(0, np.float32),
            landmarks=np.zeros((0, 5, 2), np.float32),
        )

    def _scales(self, height: int, width: int) -> list[float]:
        """Return how much the levels of a picture's pyramid are scaled, the smallest faces first."""
        smallest = max(self.settings["min_face"], min(height, width) * self.settings["min_share"])
        scales, scale = [], _CELL / smallest
        while min(height, width) * scale >= _CELL:
            scales.append(scale)
            scale *= self.settings["factor"]
        return scales

    def _propose(self, frames: Sequence[np.ndarray], context: Context, seen: Sequence[_Seen]) -> list[Tensor]:
        """Return square candidates (n, 4) of each frame from all levels of its pyramid."""
        import cv2
        import torch

        owners = [(i, scale) for i, frame in enumerate(frames) for scale in self._scales(*frame.shape[:2])]
        pictures = []
        for i, scale in owners:
            size = (int(frames[i].shape[1] * scale + 1), int(frames[i].shape[0] * scale + 1))
            how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
            pictures.append(tensors.from_frame(cv2.resize(frames[i], size, interpolation=how), self.device))
        said: dict[int, Tensor] = {}
        for places, stack in tensors.by_shape(pictures):
            context.cancel.check()
            logits, shifts = self.proposal(_normalised(stack))
            said.update(zip(places, torch.cat((logits.softmax(1)[:, 1:], shifts), 1)))
        found: list[list[Tensor]] = [[] for _ in frames]
        for (i, scale), maps in zip(owners, tensors.fetch([said[k] for k in range(len(owners))])):
            seen[i].levels.append((scale, maps[0]))
            found[i].append(_candidates(maps, scale, self.settings["thresholds"][0]))
        proposed = []
        for levels, one in zip(found, seen):
            every = torch.cat([torch.zeros((0, 9)), *levels])
            every = every[_suppress(every[:, :4], every[:, 8], 0.7)]
            proposed.append(_square(_shifted(every[:, :4], every[:, 4:8])))
            one.stages.append((proposed[-1], every[:, 8]))
        return proposed

    def _judged(
        self, network: Any, frames: Sequence[np.ndarray], boxes: Sequence[Tensor], side: int, context: Context
    ) -> list[Tensor]:
        """Return what a network says of each frame's boxes, (n, 6 or 16): no face, face, shifts and landmarks."""
        import torch

        crops = [_crop(f, box, side) for f, some in zip(frames, boxes) for box in some.round().int().tolist()]
        parts = []
        for start in range(0, max(len(crops), 1), _BATCH):
            context.cancel.check()
            some = crops[start : start + _BATCH] or [np.zeros((side, side, 3), np.uint8)]
            first, *others = network(_normalised(tensors.from_frames(some, self.device)))
            parts.append(torch.cat((first.softmax(1), *others), 1))
        [rows] = tensors.fetch([torch.cat(parts)])
        return list(rows[: len(crops)].split([len(some) for some in boxes]))


def _normalised(pictures: Tensor) -> Tensor:
    return (pictures.float() - 127.5) / 128


def _candidates(maps: Tensor, scale: float, least: float) -> Tensor:
    """Return a level's candidates (n, 9), box, shifts and score, of what the first network says (5, h, w)."""
    import torch

    row, column = torch.nonzero(maps[0] >= least, as_tuple=True)
    corner = torch.stack((column, row), 1).float() * _STRIDE
    boxes = torch.cat((corner, corner + _CELL), 1) / scale
    level = torch.cat((boxes, maps[1:, row, column].T, maps[0, row, column][:, None]), 1)
    return level[_suppress(level[:, :4], level[:, 8], 0.5)]


def _crop(frame: np.ndarray, box: list[int], side: int) -> np.ndarray:
    """Return the box's content, black outside the picture, as a square of `side` pixels."""
    import cv2

    height, width = frame.shape[:2]
    left, top, right, bottom = box
    right, bottom = max(right, left + 1), max(bottom, top + 1)
    inner = frame[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    if left < 0 or top < 0 or right > width or bottom > height:
        before_y, before_x = max(-top, 0), max(-left, 0)
        canvas = np.zeros((bottom - top, right - left, 3), np.uint8)
        canvas[before_y : before_y + inner.shape[0], before_x : before_x + inner.shape[1]] = inner
        inner = canvas
    how = cv2.INTER_AREA if inner.shape[0] > side else cv2.INTER_LINEAR
    return cv2.resize(inner, (side, side), interpolation=how)


def _shifted(boxes: Tensor, shifts: Tensor) -> Tensor:
    """Return boxes whose corners are moved by shares of width and height."""
    extent = boxes[:, 2:] - boxes[:, :2]
    return boxes + shifts * extent.repeat(1, 2)


def _square(boxes: Tensor) -> Tensor:
    """Return squares of the longer side around the same centres."""
    import torch

    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]).amax(1, keepdim=True) / 2
    return torch.cat((centre - half, centre + half), 1)


def _suppress(boxes: Tensor, scores: Tensor, overlap: float) -> Tensor:
    from torchvision.ops import nms

    return nms(boxes, scores, overlap)


def _suppress_nested(boxes: Tensor, scores: Tensor, share: float) -> Tensor:
    """Return the places that stay, best first, where a box goes once `share` of the smaller of two is common."""
    import torch

    order = scores.argsort(descending=True, stable=True)
    boxes = boxes[order]
    area = (boxes[:, 2:] - boxes[:, :2]).clamp(min=0).prod(1)
    extent = torch.minimum(boxes[:, None, 2:], boxes[None, :, 2:]) - torch.maximum(
        boxes[:, None, :2], boxes[None, :, :2]
    )
    common = extent.clamp(min=0).prod(2) / torch.minimum(area[:, None], area[None]).clamp(min=1e-6)
    above = (common > share).triu(1)
    stays = torch.ones(len(boxes), dtype=torch.bool)
    while True:
        before, stays = stays, ~(above & stays[:, None]).any(0)
        if torch.equal(before, stays):
            return order[stays]

"""What detectors that find objects as points share: pictures on padded canvases, peaks of heat maps, values at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from segstudio.core import soft_nms
from segstudio.zoo.blocks import tensors
from segstudio.zoo.predictor import Context, Options, TorchPredictor
from segstudio.zoo.spec import Card


@dataclass(frozen=True)
class Grid:
    """How a map's coordinates become the picture's: x * scale_x + left, y * scale_y + top.

    Args:
        scale_x, scale_y: Pixels of the picture a cell of the map.
        left, top: Where the map's corner lies in the picture, in pixels; beyond it where there is a margin.
    """

    scale_x: float
    scale_y: float
    left: float
    top: float

    def box(self, height: int, width: int) -> tuple[float, float, float, float]:
        """Return the part of the picture that a map of that size lies over."""
        return self.left, self.top, self.left + width * self.scale_x, self.top + height * self.scale_y

    def on_picture(self, places: np.ndarray) -> np.ndarray:
        """Return places (..., 2) in cells as places in the picture."""
        return (places * (self.scale_x, self.scale_y) + (self.left, self.top)).astype(np.float32)


@dataclass(frozen=True)
class Batch:
    """Pictures of one shape as the network wants them.

    Args:
        places: Which of the frames they are.
        images: float32 (n, 3, h, w), or (2 n, 3, h, w) with the mirrored ones behind.
        grids: Of each frame, from the network's output to the frame.
    """

    places: list[int]
    images: Tensor
    grids: list[Grid]


class Canvas:
    """Lays frames on black canvases and normalises them as a card says."""

    def __init__(self, card: Card, device: str) -> None:
        assert card.input is not None
        self.device = device
        self.bgr = card.input.channels == "bgr"
        self.mean = torch.tensor(card.input.mean, device=device).view(1, 3, 1, 1) * card.input.range
        self.std = torch.tensor(card.input.std, device=device).view(1, 3, 1, 1) * card.input.range
        self.scale = card.input.range / 255

    def shrunk(self, frame: np.ndarray, longest: int) -> tuple[np.ndarray, float, float]:
        """Return the frame with its longer side no longer than that, and how many of its pixels go on one, x and y."""
        h, w = frame.shape[:2]
        if max(h, w) <= longest:
            return frame, 1.0, 1.0
        height, width = (max(round(side * longest / max(h, w)), 1) for side in (h, w))
        return cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA), w / width, h / height

    def lay(self, frame: np.ndarray, height: int, width: int, top: int, left: int) -> Tensor:
        """Return a uint8 (3, height, width) canvas with the frame at a place; what reaches beyond is cut off."""
        image = tensors.from_frame(frame, self.device)
        canvas = torch.zeros((height, width, 3), dtype=torch.uint8, device=self.device).permute(2, 0, 1)
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(left + image.shape[2], width), min(top + image.shape[1], height)
        canvas[:, y0:y1, x0:x1] = image[:, y0 - top : y1 - top, x0 - left : x1 - left]
        return canvas

    def batches(self, canvases: Sequence[Tensor], grids: Sequence[Grid], mirrored: bool) -> list[Batch]:
        """Return the canvases as batches of equal shape, with their mirror images where asked."""
        made = []
        for places, stack in tensors.by_shape(canvases):
            images = self.normalised(stack)
            if mirrored:
                images = torch.cat((images, images.flip(3)))
            if self.device.startswith("cuda"):
                images = images.contiguous(memory_format=torch.channels_last)
            made.append(Batch(places, images, [grids[i] for i in places]))
        return made

    def normalised(self, stack: Tensor) -> Tensor:
        """Return uint8 RGB pictures (n, 3, h, w) as the network wants them."""
        images = stack.flip(1) if self.bgr else stack
        return (images.float() * self.scale - self.mean) / self.std


@dataclass(frozen=True)
class Top:
    """The best cells of heat maps, best first; all (n, k).

    Args:
        scores: float32.
        cells: int64 places in the flattened map.
        classes: int64 channels.
        xs, ys: float32 column and row.
    """

    scores: Tensor
    cells: Tensor
    classes: Tensor
    xs: Tensor
    ys: Tensor


def peaks(heat: Tensor, size: int = 3) -> Tensor:
    """Return the heat maps (n, c, h, w) with 0 where a larger value lies within a window of that odd size."""
    best = F.max_pool2d(heat, size, stride=1, padding=size // 2)
    return heat * (best == heat)


def top(heat: Tensor, count: int) -> Top:
    """Return the `count` best cells over all channels of heat maps (n, c, h, w)."""
    n, c, h, w = heat.shape
    scores, flat = heat.reshape(n, -1).topk(min(count, c * h * w))
    return _top(scores, flat % (h * w), flat // (h * w), w)


def top_of_best(heat: Tensor, count: int) -> Top:
    """Return the same as `top` by taking `count` of each channel first, which decides otherwise between equals."""
    n, c, h, w = heat.shape
    scores, cells = heat.reshape(n, c, -1).topk(min(count, h * w))
    kept = scores.shape[2]
    best, flat = scores.reshape(n, -1).topk(min(count, c * kept))
    return _top(best, cells.reshape(n, -1).gather(1, flat), flat // kept, w)


def top_of_each(heat: Tensor, count: int) -> Top:
    """Return the `count` best cells of each channel; all (n, c, k)."""
    n, c, h, w = heat.shape
    scores, cells = heat.reshape(n, c, -1).topk(min(count, h * w))
    classes = torch.arange(c, device=heat.device).view(1, c, 1).expand_as(cells)
    return _top(scores, cells, classes, w)


def _top(scores: Tensor, cells: Tensor, classes: Tensor, width: int) -> Top:
    return Top(scores, cells, classes, (cells % width).float(), (cells // width).float())


def values_at(maps: Tensor, cells: Tensor) -> Tensor:
    """Return the values (n, k, c) of maps (n, c, h, w) at flattened places (n, k)."""
    flat = maps.flatten(2)
    return flat.gather(2, cells[:, None].expand(-1, flat.shape[1], -1)).transpose(1, 2)


def placed(grids: Sequence[Grid], device: Any) -> tuple[Tensor, Tensor]:
    """Return scale and shift (n, 1, 2), as x, y, of each picture's grid."""
    rows = [[g.scale_x, g.scale_y, g.left, g.top] for g in grids]
    steps = tensors.send(np.array(rows, np.float32), device)[:, None]
    return steps[..., :2], steps[..., 2:]


def in_order(outputs: Sequence[tuple[Batch, Any]], found: Sequence[Tensor]) -> list[np.ndarray]:
    """Return the rows (k, c) of each frame, of batches' rows (n, k, c) on the CPU."""
    by_place = {i: rows for (batch, _), x in zip(outputs, found) for i, rows in zip(batch.places, x.numpy())}
    return [by_place[i] for i in range(len(by_place))]


def wanted(rows: np.ndarray, labels: np.ndarray, threshold: float, options: Options) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows (n, c), whose fifth column is the score, that reach a threshold and have a wanted label."""
    keep = rows[:, 4] >= threshold
    if options.labels is not None:
        keep &= np.isin(labels, list(options.labels))
    return rows[keep], labels[keep]


def softened(
    found: Sequence[tuple[np.ndarray, np.ndarray]], rule: soft_nms.Rule, least: float
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return pictures' rows and labels after soft-NMS within each class, the best first.

    Args:
        found: Rows (n, c) and labels (n,) a picture. Scores are only lowered, from the best down: what is weaker than
            `least` may be missing.
        rule: How.
        least: Lowest score that is kept.
    """
    every = np.concatenate([labels for _, labels in found])
    classes = int(every.max(initial=0)) + 1
    pictures = np.repeat(np.arange(len(found)), [len(labels) for _, labels in found])
    rows, groups = soft_nms.suppress_groups(
        np.concatenate([rows for rows, _ in found]), pictures * classes + every, rule, least
    )
    order = np.lexsort((-rows[:, 4], groups // classes))
    rows, groups = rows[order], groups[order]
    ends = np.searchsorted(groups // classes, np.arange(1, len(found)))
    return list(zip(np.split(rows, ends), np.split(groups % classes, ends)))


class StackedPredictor(TorchPredictor):
    """A predictor whose network gives maps after every stack; the last ones count."""

    def bare(self, inputs: list[Batch]) -> list[list[dict[str, Tensor]]]:
        with torch.inference_mode():
            return [self.network.outputs(batch.images) for batch in inputs]

    def forward(
        self,
        inputs: list[Batch],
        options: Options,  # noqa: ARG002
        context: Context,
    ) -> list[tuple[Batch, dict[str, Tensor]]]:
        """Return each batch with the last stack's maps as the network gives them."""
        made = []
        with self.inference(context):
            for batch in inputs:
                context.cancel.check()
                made.append((batch, self.network.outputs(batch.images)[-1]))
        return made

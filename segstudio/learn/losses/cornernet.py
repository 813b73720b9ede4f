"""What CornerNet is trained by: targets of both corners, and the sum of its four losses.

As published by Law and Deng (2018, arXiv 1808.01244; princeton-vl/CornerNet, sample/coco.py and
models/py_utils/kp.py). Lengths are in pixels of the network's input.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from segstudio.core import gaussians
from segstudio.learn.losses.heat import focal
from segstudio.zoo.blocks import points

_TINY = 1e-4  # keeps means of nothing finite
CORNERS = ("tl", "br")


@dataclass(frozen=True)
class Truth:
    """The objects of one picture.

    Args:
        boxes: float (n, 4): left, top, right, bottom.
        labels: int (n,), channels of the heat maps.
    """

    boxes: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class Recipe:
    """Weights of the losses, and how far a corner may lie beside its place.

    Args:
        overlap: IoU that a box with corners within the drawn radius keeps with the true one.
        pull: Weight of the embeddings of one box being alike.
        push: Weight of the embeddings of different boxes being different.
        offset: Weight of the offsets within a cell.
    """

    overlap: float = 0.3
    pull: float = 0.1
    push: float = 0.1
    offset: float = 1.0


PUBLISHED = Recipe()


@dataclass(frozen=True)
class Targets:
    """What the maps of a batch should be; by corner, "tl" and "br".

    Args:
        heat: float32 (n, classes, h, w).
        cells: int64 (n, m), places in the flattened map.
        offsets: float32 (n, m, 2), x and y within the cell.
        there: bool (n, m), false where a picture has fewer boxes.
    """

    heat: dict[str, Tensor]
    cells: dict[str, Tensor]
    offsets: dict[str, Tensor]
    there: Tensor


def targets(
    truths: Sequence[Truth],
    classes: int,
    input_size: tuple[int, int],
    size: tuple[int, int],
    recipe: Recipe = PUBLISHED,
) -> Targets:
    """Return the targets of a batch; boxes are cut to the input, and what has no area there is left out.

    Args:
        truths: A picture each.
        classes: Channels of the heat maps.
        input_size: (height, width) of the input, such as (511, 511).
        size: (height, width) of the maps, such as (128, 128).
        recipe: Says the overlap.
    """
    n = len(truths)
    heat = {kind: np.zeros((n, classes, *size), np.float32) for kind in CORNERS}
    kept = [_whole(truth, input_size) for truth in truths]
    most = max(len(boxes) for boxes, _ in kept)
    cells = {kind: np.zeros((n, most), np.int64) for kind in CORNERS}
    offsets = {kind: np.zeros((n, most, 2), np.float32) for kind in CORNERS}
    there = np.zeros((n, most), bool)
    ratio = np.array([size[1] / input_size[1], size[0] / input_size[0]])
    for i, (boxes, labels) in enumerate(kept):
        for j, (box, label) in enumerate(zip(boxes, labels)):
            wide, high = ((box[2:] - box[:2]) * ratio).tolist()
            radius = int(max(gaussians.cornernet_radius(math.ceil(high), math.ceil(wide), recipe.overlap), 0))
            there[i, j] = True
            for kind, corner in zip(CORNERS, (box[:2], box[2:])):
                spot = corner * ratio
                x, y = spot.astype(np.int64).tolist()
                gaussians.draw(heat[kind][i, int(label)], (x, y), radius)
                cells[kind][i, j] = y * size[1] + x
                offsets[kind][i, j] = spot - (x, y)
    return Targets(_tensors(heat), _tensors(cells), _tensors(offsets), torch.from_numpy(there))


def loss(maps: Sequence[dict[str, Tensor]], targets: Targets, recipe: Recipe = PUBLISHED) -> dict[str, Tensor]:
    """Return the losses, weighted: "heat", "pull", "push" and "offset"; they are to be summed.

    Args:
        maps: The network's output, a dict a stack; the mean over the stacks is taken.
        targets: Of the same batch.
        recipe: The weights.
    """
    parts: dict[str, list[Tensor]] = {"heat": [], "pull": [], "push": [], "offset": []}
    for one in maps:
        tags = [points.values_at(one[f"{kind}_tag"], targets.cells[kind])[..., 0] for kind in CORNERS]
        pull, push = grouping(tags[0], tags[1], targets.there)
        parts["heat"].append(torch.stack([focal(one[f"{kind}_heat"], targets.heat[kind]) for kind in CORNERS]).sum())
        parts["pull"].append(recipe.pull * pull)
        parts["push"].append(recipe.push * push)
        offset = torch.stack([_offset_loss(one[f"{kind}_regr"], targets, kind) for kind in CORNERS]).sum()
        parts["offset"].append(recipe.offset * offset)
    return {name: torch.stack(values).mean() for name, values in parts.items()}


def grouping(first: Tensor, second: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
    """Return how far the embeddings of a box's corners are from their mean, and how close different boxes' means are.

    Equations 4 and 5. As published, a picture with one box has a push of nearly 1, that no weight can change.

    Args:
        first: (n, m), of the top-left corners.
        second: (n, m), of the bottom-right ones.
        there: bool (n, m).
    """
    count = there.sum(1, keepdim=True).float()
    mean = (first + second) / 2
    spread = ((first - mean) ** 2 + (second - mean) ** 2) / (count + _TINY)
    close = F.relu(1 - (mean[:, None] - mean[:, :, None]).abs())
    # Each box is as close as can be to itself: that share is taken off.
    close = (close - 1 / (count + _TINY)[..., None]) / ((count - 1) * count + _TINY)[..., None]
    both = there[:, None] & there[:, :, None]
    return spread[there].sum(), close[both].sum()


def _offset_loss(maps: Tensor, targets: Targets, kind: str) -> Tensor:
    got = points.values_at(maps, targets.cells[kind])[targets.there]
    off = F.smooth_l1_loss(got, targets.offsets[kind][targets.there], reduction="sum")
    return off / (targets.there.sum() + _TINY)


def _whole(truth: Truth, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return boxes and labels of what has an area within the input."""
    boxes = np.asarray(truth.boxes, np.float64).reshape(-1, 4).clip(0, [size[1] - 1, size[0] - 1] * 2)
    keep = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    return boxes[keep], np.asarray(truth.labels)[keep]


def _tensors(arrays: dict[str, np.ndarray]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(array) for name, array in arrays.items()}

"""What CenterNet is trained by: targets from boxes and joints, and the sum of its losses.

As published by Zhou et al. (2019, arXiv 1904.07850; xingyizhou/CenterNet, src/lib/datasets/sample and src/lib/trains).
Lengths are in pixels of the network's input; maps are a quarter of its size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from segstudio.core import gaussians
from segstudio.learn.losses.heat import focal
from segstudio.zoo.blocks import points

_TINY = 1e-4  # keeps means of nothing finite


@dataclass(frozen=True)
class Truth:
    """The objects of one picture.

    Args:
        boxes: float (n, 4): left, top, right, bottom.
        labels: int (n,), channels of the centre map.
        joints: float (n, j, 3): x, y, and visibility, above 0 where the joint is labelled; None without poses.
    """

    boxes: np.ndarray
    labels: np.ndarray
    joints: np.ndarray | None = None


@dataclass(frozen=True)
class Recipe:
    """What each loss is multiplied by: centres, sizes, offsets, offsets to joints, joints, offsets of joints."""

    heat: float = 1.0
    size: float = 0.1
    offset: float = 1.0
    joints: float = 1.0
    joint_heat: float = 1.0
    joint_offset: float = 1.0


PUBLISHED = Recipe()


@dataclass(frozen=True)
class Wanted:
    """Values that a map should have at some cells.

    Args:
        cells: int64 (n, m), places in the flattened map.
        values: float32 (n, m, c).
        counts: float32 (n, m, c), 1 where the value counts, else 0.
    """

    cells: Tensor
    values: Tensor
    counts: Tensor

    def loss(self, maps: Tensor) -> Tensor:
        """Return the mean absolute error of maps (n, c, h, w) over the values that count."""
        off = (points.values_at(maps, self.cells) - self.values).abs() * self.counts
        return off.sum() / (self.counts.sum() + _TINY)


@dataclass(frozen=True)
class Targets:
    """What the maps of a batch should be: heat maps and wanted values, by the heads' names."""

    heat: dict[str, Tensor]
    wanted: dict[str, Wanted]


def targets(truths: Sequence[Truth], classes: int, size: tuple[int, int], stride: int = 4) -> Targets:
    """Return the targets of a batch.

    Boxes are cut to the map; what has no area there is left out. A person without a labelled joint is a centre, but
    teaches neither size nor offset. Joints outside the map teach nothing.

    Args:
        truths: A picture each; all with joints or all without.
        classes: Channels of the centre map.
        size: (height, width) of the maps.
        stride: Of the maps.
    """
    joints = truths[0].joints
    count = 0 if joints is None else joints.shape[1]
    made = [_Picture(classes, count, size) for _ in truths]
    for picture, truth in zip(made, truths):
        for i, (box, label) in enumerate(zip(truth.boxes / stride, truth.labels)):
            limbs = None
            if truth.joints is not None:
                limbs = truth.joints[i] * (1 / stride, 1 / stride, 1)
            picture.add(np.asarray(box, np.float32), int(label), limbs)
    heat = {"hm": torch.from_numpy(np.stack([picture.heat for picture in made]))}
    if count:
        heat["hm_hp"] = torch.from_numpy(np.stack([picture.joint_heat for picture in made]))
    return Targets(heat, {name: _padded([picture.rows[name] for picture in made]) for name in made[0].rows})


def loss(maps: Sequence[dict[str, Tensor]], targets: Targets, recipe: Recipe = PUBLISHED) -> dict[str, Tensor]:
    """Return the losses, weighted, by the heads' names; they are to be summed.

    Args:
        maps: The network's output, a dict a stack; the mean over the stacks is taken.
        targets: Of the same batch.
        recipe: The weights.
    """
    weights = {
        "hm": recipe.heat,
        "wh": recipe.size,
        "reg": recipe.offset,
        "hps": recipe.joints,
        "hm_hp": recipe.joint_heat,
        "hp_offset": recipe.joint_offset,
    }
    parts = {name: [focal(one[name], heat) for one in maps] for name, heat in targets.heat.items()}
    parts |= {name: [wanted.loss(one[name]) for one in maps] for name, wanted in targets.wanted.items()}
    return {name: weights[name] * torch.stack(values).mean() for name, values in parts.items()}


class _Picture:
    """The targets of one picture, as rows of (cell, values, which count) by head."""

    def __init__(self, classes: int, joints: int, size: tuple[int, int]) -> None:
        self.size = size
        self.heat = np.zeros((classes, *size), np.float32)
        self.joint_heat = np.zeros((joints, *size), np.float32)
        names = ("wh", "reg", "hps", "hp_offset") if joints else ("wh", "reg")
        self.rows: dict[str, list[tuple[int, np.ndarray, np.ndarray]]] = {name: [] for name in names}

    def add(self, box: np.ndarray, label: int, joints: np.ndarray | None) -> None:
        height, width = self.size
        box = box.clip(0, np.array([width - 1, height - 1] * 2, np.float32))
        w, h = box[2:] - box[:2]
        if w <= 0 or h <= 0:
            return
        radius = int(max(gaussians.centernet_radius(math.ceil(h), math.ceil(w)), 0))
        middle = (box[:2] + box[2:]) / 2
        cell = middle.astype(np.int64)
        gaussians.draw(self.heat[label], (cell[0], cell[1]), radius)
        place = int(cell[1] * width + cell[0])
        teaches = np.full(2, 1.0 if joints is None or joints[:, 2].any() else 0.0)
        self.rows["wh"].append((place, np.array([w, h]), teaches))
        self.rows["reg"].append((place, middle - cell, teaches))
        if joints is not None:
            self._add_joints(joints, cell, place, radius)

    def _add_joints(self, joints: np.ndarray, cell: np.ndarray, place: int, radius: int) -> None:
        height, width = self.size
        spots = joints[:, :2]
        seen = (joints[:, 2] > 0) & (spots >= 0).all(1) & (spots < (width, height)).all(1)
        self.rows["hps"].append((place, np.where(seen[:, None], spots - cell, 0).ravel(), seen.repeat(2)))
        for j in seen.nonzero()[0]:
            own = spots[j].astype(np.int64)
            gaussians.draw(self.joint_heat[j], (own[0], own[1]), radius)
            self.rows["hp_offset"].append((int(own[1] * width + own[0]), spots[j] - own, np.ones(2)))


def _padded(rows: Sequence[list[tuple[int, np.ndarray, np.ndarray]]]) -> Wanted:
    """Return the rows of each picture as one table, filled up with rows that don't count."""
    most = max(map(len, rows))
    channels = next((len(values) for picture in rows for _, values, _ in picture), 2)
    cells = torch.zeros((len(rows), most), dtype=torch.int64)
    values, counts = (torch.zeros((len(rows), most, channels)) for _ in range(2))
    for i, picture in enumerate(rows):
        for j, (cell, value, count) in enumerate(picture):
            cells[i, j] = cell
            values[i, j] = torch.as_tensor(value, dtype=torch.float32)
            counts[i, j] = torch.as_tensor(count, dtype=torch.float32)
    return Wanted(cells, values, counts)

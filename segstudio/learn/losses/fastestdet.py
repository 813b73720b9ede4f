"""FastestDet's target assignment and loss, by the rules of its training code (github.com/dog-qiuqiu/FastestDet).

Boxes are centre x, centre y, width, height in cells of the output map.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from segstudio.zoo.blocks.fastestdet import decode_boxes

WEIGHTS = {"boxes": 8.0, "objectness": 16.0, "classes": 1.0}
_FAR, _NEAR = 0.75, 0.25  # shares of the objectness loss that cells without and with an object have
_TINY = 1e-7


class Candidates(NamedTuple):
    """The cells that might be for an object: up to four each, around its centre.

    Args:
        pictures, rows, columns: int64 (n,): which cells.
        boxes: (n, 4) of the object.
        labels: int64 (n,): the place of its class.
    """

    pictures: Tensor
    rows: Tensor
    columns: Tensor
    boxes: Tensor
    labels: Tensor


def targets(boxes: Sequence[Tensor], labels: Sequence[Tensor], size: tuple[int, int]) -> Candidates:
    """Return the cell that holds each object's centre, and the next ones to the right and below, inside the map.

    Args:
        boxes: Of each picture, (m, 4) of centre x, centre y, width, height as shares of the picture.
        labels: Of each picture, int64 (m,).
        size: Rows and columns of the map.
    """
    rows, columns = size
    every = torch.cat(list(boxes)).view(-1, 4) * torch.tensor([columns, rows, columns, rows])
    pictures = torch.cat([torch.full((len(b),), i) for i, b in enumerate(boxes)]).long()
    corners = torch.tensor([[0, 0], [1, 0], [0, 1], [1, 1]])
    cells = every[:, :2].long() + corners[:, None]
    inside = (cells[..., 0] < columns) & (cells[..., 1] < rows)
    which = torch.arange(len(every)).expand(4, -1)[inside]
    x, y = cells[inside].unbind(1)
    return Candidates(pictures[which], y, x, every[which], torch.cat(list(labels)).long()[which])


def siou(a: Tensor, b: Tensor) -> Tensor:
    """Return the similarity (n,) of boxes by SIoU (Gevorgyan 2022, arXiv 2205.12740), 1 for equal ones.

    It is the intersection over union less half the costs of distance, which the angle weighs, and of shape.
    """
    near, far = a[:, :2] - a[:, 2:] / 2, a[:, :2] + a[:, 2:] / 2
    other_near, other_far = b[:, :2] - b[:, 2:] / 2, b[:, :2] + b[:, 2:] / 2
    common = (torch.minimum(far, other_far) - torch.maximum(near, other_near)).clamp(min=0).prod(1)
    overlap = common / (a[:, 2:].prod(1) + b[:, 2:].prod(1) - common + _TINY)
    around = torch.maximum(far, other_far) - torch.minimum(near, other_near)
    apart = b[:, :2] - a[:, :2]
    # The sine of the angle to the nearer axis.
    sine = apart.abs() / (apart.norm(dim=1, keepdim=True) + _TINY)
    sine = torch.where(sine[:, 0] > math.sqrt(0.5), sine[:, 1], sine[:, 0]).clamp(max=1 - _TINY)
    angle = torch.cos(2 * torch.arcsin(sine) - math.pi / 2)
    distance = (1 - torch.exp((angle[:, None] - 2) * (apart / (around + _TINY)) ** 2)).sum(1)
    unlike = (a[:, 2:] - b[:, 2:]).abs() / torch.maximum(a[:, 2:], b[:, 2:]).clamp(min=_TINY)
    shape = ((1 - torch.exp(-unlike)) ** 4).sum(1)
    return overlap - 0.5 * (distance + shape)


class FastestDetLoss(nn.Module):
    """SIoU of boxes, negative log-likelihood of classes, and smooth L1 between objectness and the boxes' similarity.

    Of the candidates only those count whose box is more alike than the mean of the batch.
    """

    def forward(self, maps: Tensor, wanted: Candidates) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the weighted loss, and its parts "boxes", "objectness" and "classes" before weighting.

        Args:
            maps: The network's output, (b, 1 + 4 + classes, h, w).
            wanted: Of the batch.
        """
        near, probability = maps[:, 0], maps[:, 5:]
        goal, weight = torch.zeros_like(near), torch.full_like(near, _FAR)
        parts = {"boxes": maps.new_zeros(()), "classes": maps.new_zeros(())}
        if len(wanted.labels):
            boxes = decode_boxes(maps[:, 1:5]).permute(0, 2, 3, 1)[wanted.pictures, wanted.rows, wanted.columns]
            alike = siou(boxes, wanted.boxes)
            better = alike >= alike.mean()
            picture, row, column = (where[better] for where in (wanted.pictures, wanted.rows, wanted.columns))
            alike = alike[better]
            parts["boxes"] = (1 - alike).mean()
            sure = probability.permute(0, 2, 3, 1)[picture, row, column].clamp(min=_TINY).log()
            parts["classes"] = functional.nll_loss(sure, wanted.labels[better])
            # The published code lets the gradient through here, too.
            goal[picture, row, column] = alike
            count = torch.bincount(picture, minlength=len(maps))[picture]
            weight[picture, row, column] = _NEAR * near.shape[1] * near.shape[2] / count
        parts["objectness"] = (functional.smooth_l1_loss(near, goal, reduction="none") * weight).mean()
        return sum((WEIGHTS[name] * part for name, part in parts.items()), maps.new_zeros(())), parts

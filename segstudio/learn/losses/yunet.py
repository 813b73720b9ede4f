"""YuNet's target assignment and loss (Wu et al. 2023), by the rules of github.com/ShiqiYu/libfacedetection.train.

Boxes are left, top, right, bottom in pixels of the input; cells are corner x, corner y, stride.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from segstudio.zoo.systems.faces.yunet import decode

WEIGHTS = {"boxes": 5.0, "objectness": 1.0, "classes": 1.0, "landmarks": 0.1}
_RADIUS = 2.5  # strides around a face's centre within which cells may be for it
_CANDIDATES = 10  # cells whose overlaps tell how many a face gets
_OVERLAP_COST = 3.0
_FAR = 1e8
_BETA = 1 / 9  # of the landmarks' smooth L1
_SMOOTH = 0.1  # of the boxes' loss: below it is squared
_TINY = 1e-8


class Face(NamedTuple):
    """The faces of a picture: boxes (m, 4), landmarks (m, 5, 2), and how well each one's are known, (m,) in [0, 1]."""

    boxes: Tensor
    points: Tensor
    known: Tensor


def targets(scores: Tensor, boxes: Tensor, where: Tensor, faces: Tensor) -> tuple[Tensor, Tensor]:
    """Return the face that each cell is for, int64 (n,), -1 for none, and the overlap of its box with it (n,).

    SimOTA (Ge et al. 2021, arXiv 2107.08430): cells in a face or near its centre may be for it; each face gets as many
    of the cheapest as its ten best overlaps sum up to, and a cell that several want goes to the one it costs least.

    Args:
        scores: (n,) of the network, in [0, 1].
        boxes: (n, 4) of the network.
        where: (n, 3) cells.
        faces: (m, 4).
    """
    from torchvision.ops import box_iou

    matched = torch.full((len(scores),), -1, dtype=torch.int64, device=scores.device)
    overlap = torch.zeros_like(scores)
    if not len(faces):
        return matched, overlap
    centre = where[:, None, :2] + where[:, None, 2:] / 2
    inside = ((centre > faces[:, :2]) & (centre < faces[:, 2:])).all(2)
    near = ((centre - (faces[:, :2] + faces[:, 2:]) / 2).abs() < _RADIUS * where[:, None, 2:]).all(2)
    (valid,) = torch.nonzero(inside.any(1) | near.any(1), as_tuple=True)
    if not len(valid):
        return matched, overlap
    shares = box_iou(boxes[valid], faces)
    unsure = functional.binary_cross_entropy(scores[valid].sqrt(), torch.ones_like(scores[valid]), reduction="none")
    cost = unsure[:, None] - _OVERLAP_COST * (shares + _TINY).log() + _FAR * ~(inside & near)[valid]
    many = shares.topk(min(_CANDIDATES, len(valid)), dim=0).values.sum(0).int().clamp(min=1)
    rank = cost.argsort(dim=0, stable=True).argsort(dim=0)
    wanted = rank < many
    # Of several faces the cheapest.
    face = cost.masked_fill(~wanted, torch.inf).argmin(1)
    taken = wanted.any(1)
    matched[valid[taken]] = face[taken]
    overlap[valid[taken]] = shares[taken, face[taken]]
    return matched, overlap


def apart(a: Tensor, b: Tensor) -> Tensor:
    """Return how far boxes (n, 4) are from others, by the smooth extended IoU (Peng and Yu 2021).

    It is 1 less the intersection over the union, where the intersection of boxes apart from each other is negative;
    squared below 0.1.
    """
    least = torch.minimum(a[:, :2], b[:, :2])
    first = torch.maximum(a[:, :2], b[:, :2]) - least
    last = torch.minimum(a[:, 2:], b[:, 2:]) - least
    low, high = torch.minimum(first, last), torch.maximum(first, last)
    common = last.prod(1) + low.prod(1) - first[:, 0] * high[:, 1] - high[:, 0] * first[:, 1]
    union = (a[:, 2:] - a[:, :2]).prod(1) + (b[:, 2:] - b[:, :2]).prod(1) - common
    missing = 1 - common / (union + 1e-7)
    return torch.where(missing < _SMOOTH, 0.5 * missing**2 / _SMOOTH, missing - 0.5 * _SMOOTH)


def yunet_loss(outputs: Sequence[Tensor], where: Tensor, faces: Sequence[Face]) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the weighted loss, and its parts "boxes", "objectness", "classes", "landmarks" before weighting.

    Args:
        outputs: The network's.
        where: (n, 3) its cells.
        faces: Of each picture.
    """
    logits, raw, near, points = (output.float() for output in outputs)
    boxes, _ = decode(raw, points, where)
    zero = logits.new_zeros(())
    parts = dict.fromkeys(WEIGHTS, zero)
    goal = torch.zeros_like(near)
    weight, count = zero, 0
    for i, one in enumerate(faces):
        scores = (logits[i].sigmoid() * near[i].sigmoid())[:, 0].detach()
        matched, overlap = targets(scores, boxes[i].detach(), where, one.boxes)
        (cells,) = torch.nonzero(matched >= 0, as_tuple=True)
        face = matched[cells]
        goal[i, cells] = 1.0
        count += len(cells)
        parts["boxes"] = parts["boxes"] + apart(boxes[i, cells], one.boxes[face]).sum()
        sure = functional.binary_cross_entropy_with_logits(logits[i, cells, 0], overlap[cells], reduction="sum")
        parts["classes"] = parts["classes"] + sure
        marks = ((one.points[face] - where[cells, None, :2]) / where[cells, None, 2:]).flatten(1)
        off = functional.smooth_l1_loss(points[i, cells], marks, reduction="none", beta=_BETA).sum(1)
        parts["landmarks"] = parts["landmarks"] + (off * one.known[face]).sum()
        weight = weight + one.known[face].sum()
    parts["objectness"] = functional.binary_cross_entropy_with_logits(near, goal, reduction="sum")
    for name in ("boxes", "objectness", "classes"):
        parts[name] = parts[name] / max(count, 1)
    parts["landmarks"] = parts["landmarks"] / weight.clamp(min=_TINY)
    return sum((WEIGHTS[name] * part for name, part in parts.items()), zero), parts

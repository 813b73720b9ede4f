"""MTCNN's targets and loss (Zhang et al. 2016, arXiv 1604.02878), for each of its three networks.

The networks look at square crops. What a crop is for depends on how much it overlaps a face; landmarks are learnt from
crops of faces whose landmarks are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

NEGATIVE, PART, POSITIVE = 0, 1, 2
_APART, _PARTLY, _WHOLE = 0.3, 0.4, 0.65  # overlaps below and from which a crop is one of these
_UNUSED = -1
_HARD = 0.7  # share of the crops, the hardest, that the classes are learnt from
# Weights of classes, boxes and landmarks; the third network is about landmarks.
WEIGHTS = {"proposal": (1.0, 0.5, 0.5), "refine": (1.0, 0.5, 0.5), "output": (1.0, 0.5, 1.0)}


class Targets(NamedTuple):
    """What crops are for.

    Args:
        kinds: int64 (n,): NEGATIVE, PART, POSITIVE, or -1 for crops in between, which are not used.
        shifts: (n, 4) that move the crop's corners onto the face, in shares of its side; of meaning for the last two.
        points: (n, 10) of five x, then five y, in shares of the crop; of meaning where `known`.
        known: bool (n,).
    """

    kinds: Tensor
    shifts: Tensor
    points: Tensor
    known: Tensor


def targets(crops: Tensor, faces: Tensor, points: Tensor, known: Tensor) -> Targets:
    """Return what crops are for.

    Args:
        crops: (n, 4) left, top, right, bottom of squares.
        faces: (m, 4).
        points: (m, 5, 2) of x, y.
        known: bool (m,): the landmarks are known.
    """
    from torchvision.ops import box_iou

    count = len(crops)
    if not len(faces):
        nothing = torch.zeros(count, dtype=torch.int64)
        return Targets(nothing, torch.zeros(count, 4), torch.zeros(count, 10), nothing.bool())
    overlap, face = box_iou(crops, faces).max(1)
    kinds = torch.full((count,), _UNUSED)
    kinds[overlap < _APART] = NEGATIVE
    kinds[overlap >= _PARTLY] = PART
    kinds[overlap >= _WHOLE] = POSITIVE
    side = (crops[:, 2:] - crops[:, :2])[:, None]
    shifts = (faces[face] - crops) / side.repeat(1, 1, 2)[:, 0]
    marks = (points[face] - crops[:, None, :2]) / side
    return Targets(kinds, shifts, marks.transpose(1, 2).flatten(1), known[face] & (kinds == POSITIVE))


def mtcnn_loss(outputs: Sequence[Tensor], wanted: Targets, network: str) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the weighted loss of a network, and its parts "classes", "boxes", "landmarks" before weighting.

    Cross-entropy over the hardest 70 % of positive and negative crops, and squared distances of boxes (positive and
    part) and of landmarks, averaged over those crops.

    Args:
        outputs: Logits (n, 2; the second is a face's), shifts (n, 4), and landmarks (n, 10) where the network has them.
        wanted: Of the same crops.
        network: "proposal", "refine" or "output".
    """
    zero = outputs[0].new_zeros(())
    sure = (wanted.kinds == NEGATIVE) | (wanted.kinds == POSITIVE)
    labels = (wanted.kinds[sure] == POSITIVE).long()
    each = functional.cross_entropy(outputs[0][sure], labels, reduction="none")
    hard = each.topk(max(int(_HARD * len(each)), 1)).values if len(each) else each
    boxed = wanted.kinds >= PART
    parts = {
        "classes": hard.mean() if len(hard) else zero,
        "boxes": _squared(outputs[1], wanted.shifts, boxed) if boxed.any() else zero,
        "landmarks": _squared(outputs[2], wanted.points, wanted.known)
        if len(outputs) > 2 and wanted.known.any()
        else zero,
    }
    return sum((w * part for w, part in zip(WEIGHTS[network], parts.values())), zero), parts


def _squared(got: Tensor, wanted: Tensor, counts: Tensor) -> Tensor:
    return ((got[counts] - wanted[counts]) ** 2).sum(1).mean()

"""The targets and loss of the ultra-light face detectors, by the rules of their training code: SSD's for one class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

POSITIVE = 0.35  # overlap from which an anchor is for a face
NEGATIVES = 3  # for each anchor that is for a face
_VARIANCE = 0.1, 0.2


class Targets(NamedTuple):
    """What the anchors of a picture are for: bool (n,), and shifts (n, 4) of meaning where that is true."""

    positive: Tensor
    shifts: Tensor


def targets(faces: Tensor, anchors: Tensor) -> Targets:
    """Return what each anchor is for: the face that it overlaps most, from `POSITIVE` on; each face gets its best one.

    Args:
        faces: (m, 4) left, top, right, bottom as shares of the picture.
        anchors: (n, 4) centre x, centre y, width, height.
    """
    from torchvision.ops import box_iou

    if not len(faces):
        return Targets(torch.zeros(len(anchors), dtype=torch.bool, device=anchors.device), torch.zeros_like(anchors))
    corners = torch.cat((anchors[:, :2] - anchors[:, 2:] / 2, anchors[:, :2] + anchors[:, 2:] / 2), 1)
    overlaps = box_iou(faces, corners)
    share, face = overlaps.max(0)
    for number, anchor in enumerate(overlaps.argmax(1).tolist()):
        face[anchor], share[anchor] = number, 2.0
    wanted = faces[face]
    centre = ((wanted[:, :2] + wanted[:, 2:]) / 2 - anchors[:, :2]) / (_VARIANCE[0] * anchors[:, 2:])
    extent = ((wanted[:, 2:] - wanted[:, :2]) / anchors[:, 2:]).log() / _VARIANCE[1]
    return Targets(share >= POSITIVE, torch.cat((centre, extent), 1))


def ultralight_loss(logits: Tensor, shifts: Tensor, wanted: Sequence[Targets]) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the loss, and its parts "boxes" and "classes", both of which have the weight 1.

    Smooth L1 of the boxes, and cross-entropy over the faces and, in each picture, the three for each that the network
    is least sure are none; both over the number of anchors that are for a face.

    Args:
        logits: (b, n, 2), the second is a face's.
        shifts: (b, n, 4).
        wanted: Of each picture.
    """
    positive = torch.stack([t.positive for t in wanted])
    found = positive.sum().clamp(min=1)
    boxes = torch.stack([t.shifts for t in wanted])[positive]
    doubt = -functional.log_softmax(logits.detach(), 2)[..., 0]
    rank = doubt.masked_fill(positive, -torch.inf).argsort(dim=1, descending=True, stable=True).argsort(dim=1)
    counted = positive | (rank < NEGATIVES * positive.sum(1, keepdim=True))
    parts = {
        "boxes": functional.smooth_l1_loss(shifts[positive], boxes, reduction="sum") / found,
        "classes": functional.cross_entropy(logits[counted], positive[counted].long(), reduction="sum") / found,
    }
    return parts["boxes"] + parts["classes"], parts

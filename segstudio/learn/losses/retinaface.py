"""RetinaFace's targets and loss (Deng et al. 2019, arXiv 1905.00641), by the rules of biubug6's training code.

Boxes, landmarks and anchors are shares of the picture here: boxes left, top, right, bottom, landmarks (5, 2) of x, y,
anchors centre x, centre y, width, height.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

POSITIVE = 0.35  # overlap from which an anchor is for a face
REACHABLE = 0.2  # a face that no anchor overlaps as much as this claims none
NEGATIVES = 7  # for each anchor that is for a face
WEIGHTS = (2.0, 1.0, 1.0)  # boxes, classes, landmarks


class Targets(NamedTuple):
    """What the anchors of a picture are for.

    Args:
        labels: int64 (n,): 1 a face with landmarks, -1 one without, 0 none.
        boxes: (n, 4) shifts, of meaning where the label is not 0.
        points: (n, 10) shifts, of meaning where it is 1.
    """

    labels: Tensor
    boxes: Tensor
    points: Tensor


def encode(boxes: Tensor, anchors: Tensor, variance: Sequence[float] = (0.1, 0.2)) -> Tensor:
    """Return the shifts (n, 4) that turn anchors into boxes (n, 4)."""
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2 - anchors[:, :2]
    extent = (boxes[:, 2:] - boxes[:, :2]) / anchors[:, 2:]
    return torch.cat((centre / (variance[0] * anchors[:, 2:]), extent.log() / variance[1]), 1)


def encode_points(points: Tensor, anchors: Tensor, variance: Sequence[float] = (0.1, 0.2)) -> Tensor:
    """Return the shifts (n, 10) that turn anchors into landmarks (n, 5, 2)."""
    return ((points - anchors[:, None, :2]) / (variance[0] * anchors[:, None, 2:])).flatten(1)


def targets(
    boxes: Tensor, points: Tensor, known: Tensor, anchors: Tensor, variance: Sequence[float] = (0.1, 0.2)
) -> Targets:
    """Return what each anchor is for.

    Each goes to the face that it overlaps most, where that is `POSITIVE` or more; besides, each face within reach gets
    the anchor that overlaps it most, the later face where two want the same one.

    Args:
        boxes: (m, 4) of the faces.
        points: (m, 5, 2).
        known: bool (m,): the landmarks are known.
        anchors: (n, 4).
    """
    from torchvision.ops import box_iou

    nothing = Targets(
        torch.zeros(len(anchors), dtype=torch.int64, device=anchors.device),
        torch.zeros_like(anchors),
        anchors.new_zeros(len(anchors), 10),
    )
    if not len(boxes):
        return nothing
    corners = torch.cat((anchors[:, :2] - anchors[:, 2:] / 2, anchors[:, :2] + anchors[:, 2:] / 2), 1)
    overlaps = box_iou(boxes, corners)
    highest, best = overlaps.max(1)
    reachable = highest >= REACHABLE
    if not reachable.any():
        return nothing
    share, face = overlaps.max(0)
    share[best[reachable]] = 2.0
    for number, anchor in enumerate(best.tolist()):
        face[anchor] = number
    labels = torch.where(known, 1, -1)[face]
    labels[share < POSITIVE] = 0
    return Targets(labels, encode(boxes[face], anchors, variance), encode_points(points[face], anchors, variance))


class RetinaFaceLoss(nn.Module):
    """Smooth L1 of boxes and of landmarks, and cross-entropy over the faces and the hardest others."""

    def forward(
        self, outputs: tuple[Tensor, Tensor, Tensor], wanted: Sequence[Targets]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the weighted loss, and its parts "boxes", "classes" and "landmarks" before weighting.

        Args:
            outputs: The network's: box shifts (b, n, 4), logits (b, n, 2), landmark shifts (b, n, 10).
            wanted: Of each picture.
        """
        shifts, logits, points = outputs
        labels = torch.stack([t.labels for t in wanted])
        positive, marked = labels != 0, labels > 0
        found = positive.sum().clamp(min=1)
        # Where nothing is wanted the targets may be infinite: they are left out, not multiplied by zero.
        near = [torch.stack([t.boxes for t in wanted])[positive], torch.stack([t.points for t in wanted])[marked]]
        boxes = functional.smooth_l1_loss(shifts[positive], near[0], reduction="sum") / found
        landmarks = functional.smooth_l1_loss(points[marked], near[1], reduction="sum") / marked.sum().clamp(min=1)
        each = functional.cross_entropy(logits.flatten(0, 1), positive.long().flatten(), reduction="none")
        each = each.view_as(labels)
        classes = each[positive | hardest(each.detach(), positive)].sum() / found
        parts = {"boxes": boxes, "classes": classes, "landmarks": landmarks}
        return sum((w * part for w, part in zip(WEIGHTS, parts.values())), boxes.new_zeros(())), parts


def hardest(losses: Tensor, positive: Tensor) -> Tensor:
    """Return the negatives that count: in each row the `NEGATIVES` with the highest loss for each positive.

    Args:
        losses: (b, n) of the classes.
        positive: bool (b, n).
    """
    count = (NEGATIVES * positive.sum(1, keepdim=True)).clamp(max=positive.shape[1] - 1)
    rank = losses.masked_fill(positive, 0.0).argsort(dim=1, descending=True, stable=True).argsort(dim=1)
    return (rank < count) & ~positive

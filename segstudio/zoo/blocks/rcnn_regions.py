"""A region-based detector's way from its maps to boxes, in shapes that don't depend on what is found.

The arithmetic is torchvision's. What does not count keeps its place and is marked, so that nothing need be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.models.detection.transform import GeneralizedRCNNTransform

from segstudio.zoo.blocks import suppression

CANDIDATES = 1024  # so many of the likeliest pairs of a box and a class are looked at; where they don't do, all are


class Transform(GeneralizedRCNNTransform):
    """torchvision's resizing and normalising, with the mean and the deviation where the network lies."""

    _mean: Tensor
    _std: Tensor

    def __init__(self, min_size: int, max_size: int, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__(min_size, max_size, list(mean), list(std))
        self.register_buffer("_mean", torch.tensor(mean)[:, None, None], persistent=False)
        self.register_buffer("_std", torch.tensor(std)[:, None, None], persistent=False)

    def normalize(self, image: Tensor) -> Tensor:
        return (image - self._mean) / self._std


class Proposals(NamedTuple):
    """Where objects may be in a batch.

    Args:
        boxes: float (b, k, 4) in pixels of the network's input, the best first.
        objectness: float (b, k) in [0, 1].
        valid: bool (b, k).
        settled: bool (), see `suppression.kept`.
    """

    boxes: Tensor
    objectness: Tensor
    valid: Tensor
    settled: Tensor


def propose(rpn: Any, images: Any, features: Mapping[str, Tensor]) -> Proposals:
    """Return what torchvision's proposal network finds: as its own `rpn(images, features)`, objectness as well.

    Only the best anchors of each level are ever made and moved.
    """
    levels = list(features.values())
    whole = images.tensors.shape[-2:]
    boxes, scores = [], []
    for logits, deltas, cells in zip(*rpn.head(levels), rpn.anchor_generator.cell_anchors):
        values = logits.float().permute(0, 2, 3, 1).flatten(1)
        top = values.topk(min(rpn.pre_nms_top_n(), values.shape[1]), 1)
        moves = deltas.permute(0, 2, 3, 1).reshape(*values.shape, 4)
        moves = moves.gather(1, top.indices[..., None].expand(-1, -1, 4)).float()
        anchors = _anchors(top.indices, cells, logits.shape[-2:], whole)
        boxes.append(decoded(moves, anchors, rpn.box_coder))
        scores.append(top.values.sigmoid())
    box, score = as_rows(boxes, scores)
    box = clipped(box, images.image_sizes)
    valid = (score >= max(rpn.score_thresh, 0)) & _large(box, rpn.min_size)
    return ranked(box, score, valid, suppression_of=box, overlap=rpn.nms_thresh, most=rpn.post_nms_top_n())


def as_rows(boxes: Sequence[Tensor], scores: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Return the levels' boxes (b, k, 4) as (b, levels, most k, 4), and their scores likewise, -1 where no box is."""
    most = max(one.shape[1] for one in scores)
    score = torch.stack([F.pad(one, (0, most - one.shape[1]), value=-1) for one in scores], 1)
    return torch.stack([F.pad(one, (0, 0, 0, most - one.shape[1])) for one in boxes], 1), score


def ranked(
    boxes: Tensor, scores: Tensor, valid: Tensor, *, suppression_of: Tensor, overlap: float, most: int
) -> Proposals:
    """Return the best boxes of all levels; those of different levels don't suppress each other.

    Args:
        boxes: float (b, levels, k, 4).
        scores: float (b, levels, k).
        valid: bool (b, levels, k).
        suppression_of: The boxes as their overlap is reckoned.
        overlap: See `suppression.kept`.
        most: Boxes of a picture.
    """
    mask, settled = suppression.kept(suppression_of.flatten(0, 1), scores.flatten(0, 1), valid.flatten(0, 1), overlap)
    flat = scores.flatten(1)
    places, real = suppression.best(mask.view_as(flat), flat, most)
    return Proposals(taken(boxes.flatten(1, 2), places), flat.gather(1, places), real, settled)


def detect(
    heads: Any, logits: Tensor, deltas: Tensor, proposals: Proposals, sizes: Sequence[tuple[int, int]]
) -> tuple[dict[str, Tensor], Tensor]:
    """Return the objects of a batch that the box head found, as torchvision's `postprocess_detections` does.

    Args:
        heads: torchvision's, for their thresholds and limits.
        logits: (b k, classes), the background first.
        deltas: (b k, 4 classes).
        proposals: That the head was asked about.
        sizes: (height, width) of each picture without padding.

    Returns:
        "boxes" (b, n, 4), "labels", "scores" and "valid" (b, n), the surest first; and whether this is all.
    """
    shape = proposals.valid.shape
    scores = logits.float().softmax(-1).view(*shape, -1)[..., 1:]
    classes, flat = scores.shape[2], scores.flatten(1)
    likely = ((scores > heads.score_thresh) & proposals.valid[..., None]).flatten(1)
    limit = heads.detections_per_img
    places, valid = suppression.best(likely, flat, max(CANDIDATES, 4 * limit))
    rows, labels = places // classes, places % classes + 1
    moves = taken(deltas.float().view(shape[0], -1, 4), rows * (classes + 1) + labels)
    boxes = clipped(decoded(moves, taken(proposals.boxes, rows), heads.box_coder), sizes)
    valid, scores = valid & _large(boxes, 1e-2), flat.gather(1, places)
    mask, settled = suppression.kept(boxes, scores, valid, heads.nms_thresh, labels)
    # What was not looked at is less sure than all that was: it is not missed where there is enough of that.
    enough = (mask.sum(1) >= limit) | (likely.sum(1) <= places.shape[1])
    first, real = suppression.best(mask, scores, limit)
    found = {"boxes": taken(boxes, first), "labels": labels.gather(1, first), "scores": scores.gather(1, first)}
    return {**found, "valid": real}, settled & enough.all()


def decoded(deltas: Tensor, boxes: Tensor, coder: Any) -> Tensor:
    """Return boxes (..., 4) moved by deltas (..., 4) (Girshick et al. 2014, appendix C).

    Args:
        deltas: Of the centre and of the logarithms of the sides.
        boxes: left, top, right, bottom.
        coder: torchvision's, for its weights and its limit.
    """
    (dx, dy, dw, dh), (wx, wy, ww, wh) = deltas.unbind(-1), coder.weights
    left, top, right, bottom = boxes.unbind(-1)
    width, height = right - left, bottom - top
    x = dx / wx * width + (left + 0.5 * width)
    y = dy / wy * height + (top + 0.5 * height)
    half_width = 0.5 * ((dw / ww).clamp(max=coder.bbox_xform_clip).exp() * width)
    half_height = 0.5 * ((dh / wh).clamp(max=coder.bbox_xform_clip).exp() * height)
    return torch.stack((x - half_width, y - half_height, x + half_width, y + half_height), -1)


def clipped(boxes: Tensor, sizes: Sequence[tuple[int, int]]) -> Tensor:
    """Return boxes (b, ..., 4) within their pictures of (height, width)."""
    found = [
        torch.stack((one[..., 0::2].clamp(0, width), one[..., 1::2].clamp(0, height)), -1).flatten(-2)
        for one, (height, width) in zip(boxes, sizes)
    ]
    return torch.stack(found)


def _anchors(places: Tensor, cells: Tensor, grid: tuple[int, int], whole: tuple[int, int]) -> Tensor:
    """Return the anchors (b, k, 4) at places (b, k) of a level, which counts rows, columns, then kinds.

    Args:
        places: int64.
        cells: (kinds, 4), the anchors around the origin.
        grid: (rows, columns).
        whole: (height, width) of the network's input.
    """
    cells = cells.to(places.device, torch.float32, non_blocking=True)
    spot = places // len(cells)
    x, y = spot % grid[1] * (whole[1] // grid[1]), spot // grid[1] * (whole[0] // grid[0])
    return torch.stack((x, y, x, y), -1) + cells[places % len(cells)]


def _large(boxes: Tensor, least: float) -> Tensor:
    return (boxes[..., 2:] - boxes[..., :2] >= least).all(-1)


def taken(rows: Tensor, places: Tensor) -> Tensor:
    """Return rows (b, k, 4) of (b, n, 4)."""
    return rows.gather(1, places[..., None].expand(-1, -1, rows.shape[2]))

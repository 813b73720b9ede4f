"""Greedy non-maximum suppression of a batch at once, as a mask over fixed shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segstudio.zoo.blocks import waiting

if TYPE_CHECKING:
    from torch import Tensor

# A box can owe its stay to one that owes its own to a third, and so on; chains in pictures are shorter than this.
ROUNDS = 32


def kept(
    boxes: Tensor, scores: Tensor, valid: Tensor, overlap: float, groups: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Return which boxes stay: from the best down, each unless it overlaps one that stays.

    The same boxes as `torchvision.ops.nms` keeps on the CPU; of equal scores the first comes first. On a device (see
    `waiting.fixed`) nothing is read: in rounds, all boxes are asked whether a better one that stayed in the last round
    overlaps them, and once nothing changes any more, that is it.

    Args:
        boxes: float (b, n, 4): left, top, right, bottom.
        scores: float (b, n).
        valid: bool (b, n): the others neither stay nor suppress, whatever numbers they hold but NaN.
        overlap: A box goes once its intersection over union with a better one that stays lies above this.
        groups: integer (b, n): boxes of different ones don't suppress each other.

    Returns:
        bool (b, n), and a bool () that is False where the rounds did not do. Fetch it with the results and hand it to
        `waiting.require`.
    """
    import torch

    if not waiting.fixed(boxes):
        return _one_by_one(boxes, scores, valid, overlap, groups), valid.new_ones(())
    order = scores.masked_fill(~valid, -torch.inf).argsort(dim=1, descending=True, stable=True)
    counts = valid.gather(1, order)
    above = _above(boxes.gather(1, order[..., None].expand_as(boxes)), overlap)
    if groups is not None:
        mine = groups.gather(1, order)
        above &= mine[:, :, None] == mine[:, None]
    # As numbers, for a product says for all at once whether anyone overlaps: on a device the short ones are enough.
    better = above.to(torch.float16 if boxes.is_cuda else torch.float32).triu_(1)
    before = stays = counts
    for _ in range(ROUNDS):
        before, stays = stays, counts & ~(torch.bmm(stays[:, None].to(better), better)[:, 0] > 0)
    return torch.zeros_like(valid).scatter_(1, order, stays), (before == stays).all()


def best(mask: Tensor, scores: Tensor, most: int) -> tuple[Tensor, Tensor]:
    """Return the places (b, k) of what stays, the best first, and whether there is anything at each.

    Args:
        mask: bool (b, n).
        scores: float (b, n).
        most: k is this, or n where that is less.
    """
    import torch

    order = scores.masked_fill(~mask, -torch.inf).argsort(dim=1, descending=True, stable=True)[:, :most]
    return order, mask.gather(1, order)


def _one_by_one(boxes: Tensor, scores: Tensor, valid: Tensor, overlap: float, groups: Tensor | None) -> Tensor:
    import torch
    from torchvision.ops import batched_nms, nms

    mask = torch.zeros_like(valid)
    for i, row in enumerate(valid):
        (places,) = torch.nonzero(row, as_tuple=True)
        box, score = boxes[i, places], scores[i, places]
        stay = nms(box, score, overlap) if groups is None else batched_nms(box, score, groups[i, places], overlap)
        mask[i, places[stay]] = True
    return mask


def _above(boxes: Tensor, overlap: float) -> Tensor:
    """Return whether the intersection over union of boxes (b, n, 4) with each other is above a limit: (b, n, n)."""
    import torch

    wide = boxes if boxes.dtype == torch.float64 else boxes.float()
    left, top, right, bottom = wide.unbind(2)
    areas = (right - left) * (bottom - top)
    width = torch.minimum(right[:, :, None], right[:, None]) - torch.maximum(left[:, :, None], left[:, None])
    height = torch.minimum(bottom[:, :, None], bottom[:, None]) - torch.maximum(top[:, :, None], top[:, None])
    shared = width.clamp_(min=0).mul_(height.clamp_(min=0))
    # torchvision compares with the limit in double precision, which a float above it need not reach.
    limit = overlap if wide.dtype == torch.float64 else _float_below(overlap)
    return shared / (areas[:, :, None] + areas[:, None] - shared) > limit


def _float_below(value: float) -> float:
    """Return the largest float32 that is not above a number."""
    near = np.float32(value)
    return float(near if float(near) <= value else np.nextafter(near, np.float32(-np.inf)))

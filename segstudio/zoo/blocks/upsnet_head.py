"""UPSNet's way from boxes, masks and a semantic map to one panoptic map (Xiong et al. 2019, sections 3.2 and 3.3).

Boxes are left, top, right, bottom of the pixels at their corners: a box of one pixel has right = left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F
from torchvision.ops import batched_nms, nms

VOID = 255
_WEIGHTS = (10.0, 10.0, 5.0, 5.0)
_LARGEST = math.log(1000 / 16)


class Regions(NamedTuple):
    """Boxes (n, 4), classes (n,) and probabilities (n,), the surest first."""

    boxes: Tensor
    classes: Tensor
    scores: Tensor


def shifted(boxes: Tensor, deltas: Tensor, size: tuple[int, int], weights: Sequence[float] = (1, 1, 1, 1)) -> Tensor:
    """Return boxes (n, 4) moved by deltas (n, 4 k), clipped to the picture: (n, k, 4)."""
    sides = boxes[:, 2:] - boxes[:, :2] + 1
    middles = boxes[:, :2] + 0.5 * (sides - 1)
    steps = deltas.view(len(boxes), -1, 4) / deltas.new_tensor(weights)
    centre = steps[..., :2] * sides[:, None] + middles[:, None]
    half = 0.5 * (steps[..., 2:].clamp(max=_LARGEST).exp() * sides[:, None] - 1)
    limits = boxes.new_tensor([size[1] - 1, size[0] - 1])
    low, high = (centre - half).clamp(min=0), (centre + half).clamp(min=0)
    return torch.cat((torch.minimum(low, limits), torch.minimum(high, limits)), -1)


def _wide(boxes: Tensor) -> Tensor:
    """Return boxes that end where their last pixel does, as torchvision counts."""
    return torch.cat((boxes[..., :2], boxes[..., 2:] + 1), -1)


def proposals(
    levels: Sequence[tuple[Tensor, Tensor, Tensor]], size: tuple[int, int], most: int = 1000, overlap: float = 0.7
) -> Tensor:
    """Return one picture's proposals (n, 4), the surest first.

    Args:
        levels: Of each level logits (3, h, w), deltas (12, h, w) and anchors (h w 3, 4).
        size: (height, width) of the picture as the network sees it.
        most: So many of each level, and in all.
        overlap: From which of two the less sure one goes.
    """
    boxes, scores = [], []
    for logits, deltas, base in levels:
        values = logits.permute(1, 2, 0).flatten().sigmoid()
        best = values.topk(min(most, len(values))).indices
        moved = shifted(base[best], deltas.permute(1, 2, 0).reshape(-1, 4)[best], size)[:, 0]
        keep = nms(_wide(moved), values[best], overlap)
        boxes.append(moved[keep])
        scores.append(values[best][keep])
    order = torch.cat(scores).argsort(descending=True, stable=True)[:most]
    return torch.cat(boxes)[order]


def regions(
    rois: Tensor,
    deltas: Tensor,
    probabilities: Tensor,
    size: tuple[int, int],
    *,
    threshold: float,
    apart: bool,
    overlap: float = 0.5,
    most: int = 100,
) -> Regions:
    """Return the objects that the box head found.

    Args:
        rois: (n, 4).
        deltas: (n, 4 classes), the background counted in.
        probabilities: (n, classes), the background first.
        size: (height, width) of the picture.
        threshold: What a probability must exceed.
        apart: Whether boxes of different classes leave each other in peace; for a panoptic map they do not.
        overlap: From which of two the less sure one goes.
        most: Objects at most.
    """
    moved = shifted(rois, deltas, size, _WEIGHTS)[:, 1:]
    places, kinds = torch.nonzero(probabilities[:, 1:] > threshold, as_tuple=True)
    boxes, scores = moved[places, kinds], probabilities[places, kinds + 1]
    if apart:
        keep = batched_nms(_wide(boxes), scores, kinds, overlap)[:most]
    else:
        keep = nms(_wide(boxes), scores, overlap)[:most]
    return Regions(boxes[keep], kinds[keep] + 1, scores[keep])


def energies(logits: Tensor, boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Return mask logits (n, m, m) enlarged to their boxes' whole pixels, 0 elsewhere: (n, h, w)."""
    found = logits.new_zeros((len(boxes), *size))
    for i, (left, top, right, bottom) in enumerate(boxes.long().tolist()):
        width, height = max(right - left + 1, 1), max(bottom - top + 1, 1)
        large = F.interpolate(logits[i][None, None], size=(height, width), mode="bilinear", align_corners=False)[0, 0]
        found[i, top : bottom + 1, left : right + 1] = large[: size[0] - top, : size[1] - left]
    return found


def kept(energy: Tensor, classes: Tensor, scores: Tensor, covered: float = 0.3) -> Tensor:
    """Return the places of the masks that stay, the surest first: of a class, those that better ones hardly cover.

    Args:
        energy: (n, h, w), see `energies`.
        classes: (n,).
        scores: (n,).
        covered: The share of a mask from which it goes.
    """
    shapes = (energy > 0).flatten(1)
    areas = shapes.sum(1)
    stay, taken = torch.zeros(len(shapes), dtype=torch.bool, device=energy.device), {}
    order = scores.argsort(descending=True, stable=True)
    # Which of them stay is asked once, at the end: a question each would make a graphics card wait each time.
    for i, kind in zip(*torch.stack((order, classes[order])).tolist(), strict=True):
        canvas = taken.setdefault(kind, torch.zeros_like(shapes[0]))
        share = (shapes[i] & canvas).sum().double() / areas[i]
        stay[i] = (areas[i] > 0) & (share <= covered)
        canvas |= shapes[i] & stay[i]
    return order[stay[order]]


def inside(semantic: Tensor, boxes: Tensor, classes: Tensor, stuff: int) -> Tensor:
    """Return the semantic logits of each object's class inside its box, 0 elsewhere: (n, h, w).

    Args:
        semantic: (classes, h, w), stuff first.
        boxes: (n, 4).
        classes: (n,), 1 for the first thing.
        stuff: Classes of stuff.
    """
    height, width = semantic.shape[-2:]
    low, high = boxes[:, :2].long(), boxes[:, 2:].round().long() + 1
    xs, ys = torch.arange(width, device=boxes.device), torch.arange(height, device=boxes.device)
    across = (xs >= low[:, :1]) & (xs < high[:, :1])
    down = (ys >= low[:, 1:]) & (ys < high[:, 1:])
    return semantic[classes + stuff - 1] * (down[:, :, None] & across[:, None])


def panoptic_logits(semantic: Tensor, own: Tensor, energy: Tensor, stuff: int, void: bool = True) -> Tensor:
    """Return the logits (stuff + n + 1, h, w) of stuff, of the n objects, and of the unknown class.

    What the semantic head takes for a thing but no object claims is unknown.

    Args:
        semantic: (classes, h, w).
        own: (n, h, w), see `inside`.
        energy: (n, h, w), see `energies`.
        stuff: Classes of stuff.
        void: Whether there is an unknown class.
    """
    parts = [semantic[:stuff], own + energy]
    if void:
        claimed = own.amax(0) if len(own) else torch.zeros_like(semantic[0])
        parts.append((semantic[stuff:].amax(0) - claimed)[None])
    return torch.cat(parts)


class Unified(NamedTuple):
    """A class and an object a pixel.

    Args:
        classes: int64 (h, w) of the semantic head's numbers, `VOID` where none.
        objects: int64 (h, w): 1 for the first object, 0 where none.
        order: `order[k - 1]` is the place, among those that went in, of object k.
    """

    classes: Tensor
    objects: Tensor
    order: list[int]


def unified(panoptic: Tensor, semantic: Tensor, classes: Tensor, stuff: int, least: int = 4096) -> Unified:
    """Return the panoptic map in which an object that the semantic head takes for stuff is that stuff.

    Args:
        panoptic: int64 (h, w): stuff, then objects; anything above is unknown.
        semantic: int64 (h, w), the semantic head's classes.
        classes: int64 (n,) of the objects, 1 for the first thing.
        stuff: Classes of stuff.
        least: Pixels that a class of stuff needs.
    """
    kinds = torch.where(panoptic < stuff, panoptic, VOID)
    objects, order = torch.zeros_like(panoptic), []
    for i, kind in enumerate((classes + stuff - 1).tolist()):
        region = panoptic == stuff + i
        votes = torch.bincount(semantic[region]) if bool(region.any()) else None
        if votes is None:
            continue
        winner = int(votes.argmax())
        if winner != kind and winner < stuff and int(votes[winner]) >= 0.5 * int(votes.sum()):
            kinds[region] = winner
            continue
        order.append(i)
        kinds[region], objects[region] = kind, len(order)
    for c in torch.unique(kinds[kinds < stuff]).tolist():
        region = kinds == c
        if int(region.sum()) < least:
            kinds[region] = VOID
    return Unified(kinds, objects, order)

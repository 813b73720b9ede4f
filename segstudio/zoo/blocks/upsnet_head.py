"""UPSNet's way from boxes, masks and a semantic map to one panoptic map (Xiong et al. 2019, sections 3.2 and 3.3).

Boxes are left, top, right, bottom of the pixels at their corners: a box of one pixel has right = left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from segstudio.zoo.blocks import rcnn_regions, suppression, waiting

VOID = 255
_WEIGHTS = (10.0, 5.0)
_LARGEST = math.log(1000 / 16)


class Regions(NamedTuple):
    """Boxes (..., n, 4), classes (..., n) and probabilities (..., n), the surest first, and which of them count."""

    boxes: Tensor
    classes: Tensor
    scores: Tensor
    valid: Tensor


def shifted(boxes: Tensor, deltas: Tensor, size: tuple[int, int], weights: tuple[float, float] = (1, 1)) -> Tensor:
    """Return boxes (..., n, 4) moved by deltas (..., n, 4 k), clipped to the picture: (..., n, k, 4).

    Args:
        boxes: Whatever comes before the last two dimensions is of batches.
        deltas: Of the middles and of the logarithms of the sides.
        size: (height, width) of the picture.
        weights: What those of the middles and those of the sides are divided by.
    """
    sides = boxes[..., 2:] - boxes[..., :2] + 1
    middles = boxes[..., :2] + 0.5 * (sides - 1)
    steps, sides = deltas.unflatten(-1, (-1, 4)), sides[..., None, :]
    centre = steps[..., :2] / weights[0] * sides + middles[..., None, :]
    half = 0.5 * ((steps[..., 2:] / weights[1]).clamp(max=_LARGEST).exp() * sides - 1)
    xs, ys = torch.stack((centre - half, centre + half), -2).unbind(-1)
    return torch.stack((xs.clamp(0, size[1] - 1), ys.clamp(0, size[0] - 1)), -1).flatten(-2)


def _wide(boxes: Tensor) -> Tensor:
    """Return boxes that end where their last pixel does, as torchvision counts."""
    return torch.cat((boxes[..., :2], boxes[..., 2:] + 1), -1)


def proposals(
    levels: Sequence[tuple[Tensor, Tensor, Tensor]], size: tuple[int, int], most: int = 1000, overlap: float = 0.7
) -> rcnn_regions.Proposals:
    """Return the proposals of a batch.

    Args:
        levels: Of each level logits (b, 3, h, w), deltas (b, 12, h, w) and anchors (h w 3, 4).
        size: (height, width) of the pictures as the network sees them.
        most: So many of each level, and in all.
        overlap: From which of two the less sure one goes.
    """
    boxes, scores = [], []
    for logits, deltas, base in levels:
        values = logits.permute(0, 2, 3, 1).flatten(1).sigmoid()
        best = values.topk(min(most, values.shape[1]), 1)
        moves = rcnn_regions.taken(deltas.permute(0, 2, 3, 1).reshape(len(values), -1, 4), best.indices)
        boxes.append(shifted(base[best.indices], moves, size)[..., 0, :])
        scores.append(best.values)
    box, score = rcnn_regions.as_rows(boxes, scores)
    return rcnn_regions.ranked(box, score, score >= 0, suppression_of=_wide(box), overlap=overlap, most=most)


def regions(
    proposals: rcnn_regions.Proposals,
    deltas: Tensor,
    probabilities: Tensor,
    size: tuple[int, int],
    *,
    threshold: float,
    apart: bool,
    overlap: float = 0.5,
    most: int = 100,
) -> tuple[Regions, Tensor]:
    """Return the objects of a batch that the box head found, and whether these are all.

    Args:
        proposals: That the head was asked about, (b, k, 4).
        deltas: (b, k, 4 classes), the background counted in.
        probabilities: (b, k, classes), the background first.
        size: (height, width) of the pictures.
        threshold: What a probability must exceed.
        apart: Whether boxes of different classes leave each other in peace; for a panoptic map they do not.
        overlap: From which of two the less sure one goes.
        most: Objects of a picture at most.
    """
    scores = probabilities[..., 1:]
    kinds, flat = scores.shape[2], scores.flatten(1)
    likely = ((scores > threshold) & proposals.valid[..., None]).flatten(1)
    looked = max(rcnn_regions.CANDIDATES, 4 * most) if waiting.fixed(flat) else int(likely.sum(1).max())
    places, valid = suppression.best(likely, flat, looked)
    rows, classes = places // kinds, places % kinds + 1
    moved = shifted(proposals.boxes, deltas, size, _WEIGHTS).flatten(1, 2)
    boxes, scores = rcnn_regions.taken(moved, rows * (kinds + 1) + classes), flat.gather(1, places)
    mask, settled = suppression.kept(_wide(boxes), scores, valid, overlap, classes if apart else None)
    # What was not looked at is less sure than all that was: it is not missed where there is enough of that.
    enough = (mask.sum(1) >= most) | (likely.sum(1) <= looked)
    first, real = suppression.best(mask, scores, most)
    found = Regions(rcnn_regions.taken(boxes, first), classes.gather(1, first), scores.gather(1, first), real)
    return found, settled & enough.all()


def energies(logits: Tensor, boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Return mask logits (n, m, m) enlarged to their boxes' whole pixels, 0 elsewhere: (n, h, w)."""
    left, top, right, bottom = boxes.long().unbind(1)
    down, across = _spread(top, bottom, size[0], logits), _spread(left, right, size[1], logits)
    return down @ logits @ across.mT


def _spread(low: Tensor, high: Tensor, length: int, logits: Tensor) -> Tensor:
    """Return how much each of m values, spread from a first to a last pixel, weighs at each pixel: (n, length, m).

    Bilinear along one side, with the values at the middles of m equal parts.
    """
    m, low, sides = logits.shape[-1], low[:, None], (high - low + 1)[:, None]
    pixels = torch.arange(length, device=low.device) - low
    at = ((pixels + 0.5) * (m / sides.clamp(min=1)) - 0.5).clamp(0, m - 1)
    weights = (1 - (at[..., None] - torch.arange(m, device=low.device)).abs()).clamp(min=0)
    return (weights * ((pixels >= 0) & (pixels < sides))[..., None]).to(logits)


def kept(energy: Tensor, found: Regions, covered: float = 0.3) -> Tensor:
    """Return which masks stay (n,): of a class, those that surer ones hardly cover. Nothing is read.

    Args:
        energy: (n, h, w), see `energies`.
        found: The objects, the surest first.
        covered: The share of a mask from which it goes.
    """
    if not len(energy):
        return found.valid
    shapes = (energy > 0).flatten(1) & found.valid[:, None]
    areas, stay, taken = shapes.sum(1), torch.zeros_like(found.valid), torch.zeros_like(shapes)
    every = torch.arange(len(shapes), device=shapes.device)
    # What is taken of a class stands in the row of its first object.
    rows = torch.where(found.classes[:, None] == found.classes, every, len(shapes)).amin(1)
    for i, row in enumerate(rows.split(1)):
        before = taken.index_select(0, row)[0]
        stay[i] = (areas[i] > 0) & ((shapes[i] & before).sum().double() / areas[i] <= covered)
        taken.index_copy_(0, row, (before | (shapes[i] & stay[i]))[None])
    return stay


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


def panoptic_logits(
    semantic: Tensor, own: Tensor, energy: Tensor, stuff: int, void: bool = True, valid: Tensor | None = None
) -> Tensor:
    """Return the logits (stuff + n + 1, h, w) of stuff, of the n objects, and of the unknown class.

    What the semantic head takes for a thing but no object claims is unknown.

    Args:
        semantic: (classes, h, w).
        own: (n, h, w), see `inside`.
        energy: (n, h, w), see `energies`.
        stuff: Classes of stuff.
        void: Whether there is an unknown class.
        valid: bool (n,), which objects there are; None for all. The others have -inf.
    """
    parts = [semantic[:stuff], own + energy]
    claimed = own.amax(0) if len(own) else torch.zeros_like(semantic[0])
    if valid is not None and len(own):
        none = ~valid[:, None, None]
        parts[1] = parts[1].masked_fill(none, -torch.inf)
        claimed = own.masked_fill(none, -torch.inf).amax(0).masked_fill(none.all(), 0)
    if void:
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

"""From what YOLACT's heads say to objects: anchors, boxes, suppression, and masks as sums of prototypes.

Boxes are in shares of the picture, left, top, right, bottom, until they are put into a picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from segstudio.zoo.blocks import suppression, waiting

_SPREAD = (0.1, 0.2)  # what offsets of a place and of a size are multiplied by
_DROPPED = -1.0  # the score of what was suppressed
_LOOKED = 1000  # candidates that the traditional rule looks at where a device must not be waited for


def anchors(size: int, scales: Sequence[Sequence[float]], ratios: Sequence[float], *, square: bool) -> Tensor:
    """Return the anchors of a square input as float32 (a, 4): centre x and y, width and height as shares of it.

    Level by level (P3 to P7), then row by row; at each place scale by scale, then ratio by ratio.

    Args:
        size: Side of the input in pixels.
        scales: The anchors' sizes in pixels, a list a level.
        ratios: Width over height.
        square: As high as wide whatever the ratio: an error of the first YOLACT that its weights were trained with.
    """
    rows = []
    side = -(-size // 4)
    for sizes in scales:
        side = -(-side // 2)
        place = (np.arange(side) + 0.5) / side
        root = np.sqrt(np.asarray(ratios))
        width = (np.asarray(sizes)[:, None] * root).ravel() / size
        height = width if square else (np.asarray(sizes)[:, None] / root).ravel() / size
        y, x, shape = np.meshgrid(place, place, np.arange(len(width)), indexing="ij")
        rows.append(np.stack([x, y, width[shape], height[shape]], axis=-1).reshape(-1, 4))
    return torch.from_numpy(np.concatenate(rows).astype(np.float32))


def boxes_of(offsets: Tensor, priors: Tensor) -> Tensor:
    """Return the boxes (..., a, 4) that offsets (..., a, 4) make of anchors (a, 4)."""
    centre = priors[:, :2] + offsets[..., :2] * _SPREAD[0] * priors[:, 2:]
    size = priors[:, 2:] * torch.exp(offsets[..., 2:] * _SPREAD[1])
    corner = centre - size / 2
    return torch.cat((corner, size + corner), dim=-1)


def offsets_of(boxes: Tensor, priors: Tensor) -> Tensor:
    """Return the offsets that make boxes (a, 4) of anchors (a, 4)."""
    place = ((boxes[:, :2] + boxes[:, 2:]) / 2 - priors[:, :2]) / (_SPREAD[0] * priors[:, 2:])
    size = torch.log((boxes[:, 2:] - boxes[:, :2]) / priors[:, 2:]) / _SPREAD[1]
    return torch.cat((place, size), dim=1)


def overlaps(a: Tensor, b: Tensor) -> Tensor:
    """Return intersection over union of boxes (..., n, 4) and (..., m, 4) as (..., n, m)."""
    shared = intersections(a, b)
    return shared / (areas(a)[..., :, None] + areas(b)[..., None, :] - shared)


def intersections(a: Tensor, b: Tensor) -> Tensor:
    """Return the area that boxes (..., n, 4) and (..., m, 4) share, as (..., n, m)."""
    low = torch.maximum(a[..., :, None, :2], b[..., None, :, :2])
    high = torch.minimum(a[..., :, None, 2:], b[..., None, :, 2:])
    width, height = (high - low).clamp_(min=0).unbind(-1)
    return width * height


def areas(boxes: Tensor) -> Tensor:
    """Return the area of boxes (..., 4)."""
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])


@dataclass(frozen=True)
class Rules:
    """Which of a picture's candidates become objects.

    Args:
        suppression: "fast": a class at a time, by boxes that may be suppressed themselves; "cross-class": the same over
            all classes at once; "traditional": a class at a time, from the best box down.
        floor: An anchor whose best class does not score above this is no candidate.
        overlap: Boxes that overlap by more are one object.
        candidates: At most so many a class.
        size: Side of the network's input, in whose pixels the traditional rule measures.
    """

    suppression: str = "fast"
    floor: float = 0.05
    overlap: float = 0.5
    candidates: int = 200
    size: int = 550


@dataclass
class Kept:
    """Objects of a picture by falling score, as tensors on the network's device.

    Args:
        place: int64 (n,), the anchor of each.
        label: int64 (n,), its class without the background.
        score: float32 (n,); below 0 for rows that only fill up.
        settled: bool (), False where a fixed amount of work did not do (see `waiting.require`); None if it always does.
    """

    place: Tensor
    label: Tensor
    score: Tensor
    settled: Tensor | None = None

    def first(self, count: int | Tensor) -> Kept:
        """Return the first rows."""
        return Kept(self.place[:count], self.label[:count], self.score[:count], self.settled)


def candidates(scores: Tensor, rules: Rules) -> Tensor:
    """Return scores (classes, a) in which the anchors that are no candidates have none."""
    return scores.masked_fill(scores.amax(dim=0) <= rules.floor, _DROPPED)


def suppress(boxes: Tensor, scores: Tensor, rules: Rules, limit: int) -> Kept:
    """Return the objects among a picture's boxes.

    A fixed number of rows comes back, unless the CPU follows the traditional rule.

    Args:
        boxes: (a, 4).
        scores: (classes, a) as `candidates` gives them.
        limit: At most so many objects.
    """
    if not len(boxes):
        none = torch.zeros(0, dtype=torch.int64, device=boxes.device)
        return Kept(none, none, none.float())
    if rules.suppression == "traditional":
        fixed = waiting.fixed(scores)
        return _traditional_fixed(boxes, scores, rules, limit) if fixed else _traditional(boxes, scores, rules, limit)
    if rules.suppression == "cross-class":
        best, label = scores.max(dim=0)
        best, place = best.topk(min(rules.candidates, len(best)))
        best = _unsuppressed(boxes[place], best, rules.overlap)
        order = best.argsort(descending=True, stable=True)[:limit]
        return Kept(place[order], label[place[order]], best[order])
    values, places = scores.topk(min(rules.candidates, scores.shape[1]), dim=1)
    values = _unsuppressed(boxes[places], values, rules.overlap)
    score, order = values.flatten().topk(min(limit, values.numel()))
    return Kept(places.flatten()[order], order // values.shape[1], score)


def _unsuppressed(boxes: Tensor, scores: Tensor, overlap: float) -> Tensor:
    """Return the scores (..., n), sorted, without those whose box (..., n, 4) overlaps that of a better one."""
    worst = overlaps(boxes, boxes).triu_(diagonal=1).amax(dim=-2)
    return scores.masked_fill(~(worst <= overlap), _DROPPED)


def _traditional(boxes: Tensor, scores: Tensor, rules: Rules, limit: int) -> Kept:
    from torchvision.ops import batched_nms

    label, place = torch.nonzero(scores > rules.floor, as_tuple=True)
    score = scores[label, place]
    # Classes are told apart by moving them away from each other, which needs the digits of a double.
    kept = batched_nms(_whole_pixels(boxes[place], rules), score.double(), label, _at(rules.overlap))[:limit]
    return Kept(place[kept], label[kept], score[kept])


def _traditional_fixed(boxes: Tensor, scores: Tensor, rules: Rules, limit: int) -> Kept:
    """Do the same with the best candidates only: what is weaker changes nothing, once there are enough objects."""
    score, flat = scores.flatten().topk(min(_LOOKED, scores.numel()))
    # Of equal scores the first comes first.
    flat, order = flat.sort()
    score, flat = score[order][None], flat[None]
    label, place = flat // len(boxes), flat % len(boxes)
    valid = score > rules.floor
    pixels = _whole_pixels(boxes[place], rules)
    mask, settled = suppression.kept(pixels, score.double(), valid, _at(rules.overlap), label)
    best, real = suppression.best(mask, score, limit)
    place, label, score = (x.gather(1, best)[0] for x in (place, label, score.masked_fill(~mask, _DROPPED)))
    if flat.numel() < scores.numel():
        seen = ~valid.all()  # what was not looked at is no candidate
        settled = settled & (seen | real.all() if real.shape[1] == limit else seen)
    return Kept(place, label, score, settled)


def _whole_pixels(boxes: Tensor, rules: Rules) -> Tensor:
    """Return boxes (..., 4) as the traditional rule measures them: in pixels, the last one included."""
    pixels = (boxes * rules.size).double()
    pixels[..., 2:] += 1
    return pixels


def _at(overlap: float) -> float:
    """Return the limit above which boxes overlap that overlap by so much at least."""
    return float(np.nextafter(np.float32(overlap), np.float32(0)))


def combine(coefficients: Tensor, prototypes: Tensor) -> Tensor:
    """Return the mask logits (n, h, w) of coefficients (n, k) and prototypes (k, h, w)."""
    return (coefficients @ prototypes.flatten(1)).view(-1, *prototypes.shape[1:])


def ordered(low: Tensor, high: Tensor, size: int, padding: int = 0) -> tuple[Tensor, Tensor]:
    """Return two edges, given as shares, in pixels of an axis of `size`: sorted, moved apart and kept on it."""
    a, b = low * size, high * size
    return (torch.minimum(a, b) - padding).clamp(min=0), (torch.maximum(a, b) + padding).clamp(max=size)


def cropped(masks: Tensor, boxes: Tensor) -> Tensor:
    """Return masks (n, h, w) with zeros outside their boxes (n, 4) and a pixel around them."""
    height, width = masks.shape[-2:]
    left, right = ordered(boxes[:, 0], boxes[:, 2], width, 1)
    top, bottom = ordered(boxes[:, 1], boxes[:, 3], height, 1)
    x = torch.arange(width, device=masks.device, dtype=boxes.dtype)
    y = torch.arange(height, device=masks.device, dtype=boxes.dtype)
    across = (x >= left[:, None]) & (x < right[:, None])
    down = (y >= top[:, None]) & (y < bottom[:, None])
    return masks * (down[:, :, None] & across[:, None, :])


def planes(coefficients: Tensor, prototypes: Tensor, boxes: Tensor) -> Tensor:
    """Return how much of each object is where: float (n, h, w) in [0, 1], zero outside its box (n, 4)."""
    return cropped(torch.sigmoid(combine(coefficients, prototypes)), boxes)


def in_picture(boxes: Tensor, height: int, width: int) -> Tensor:
    """Return boxes (n, 4) in pixels of a picture, corners sorted, as far as they lie in it."""
    left, right = ordered(boxes[:, 0], boxes[:, 2], width)
    top, bottom = ordered(boxes[:, 1], boxes[:, 3], height)
    return torch.stack((left.clamp(max=width), top.clamp(max=height), right.clamp(min=0), bottom.clamp(min=0)), dim=1)


def rules_of(settings: Mapping[str, Any], size: int) -> Rules:
    """Return the rules of a card's settings: "suppression", and the rest where it is not the published one."""
    names = ("suppression", "floor", "overlap", "candidates")
    return Rules(**{name: settings[name] for name in names if name in settings}, size=size)

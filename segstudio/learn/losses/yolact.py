"""What YOLACT and YOLACT++ are trained by: targets of anchors, and the sum of five losses.

As published by Bolya et al. (2019, arXiv 1904.02689 and 1912.06218; dbolya/yolact, layers/modules/multibox_loss.py).
Boxes are in shares of the picture: left, top, right, bottom.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from segstudio.zoo.blocks.yolact import Raw
from segstudio.zoo.blocks.yolact_decoding import areas, intersections, offsets_of, overlaps, planes

IGNORED = -1


@dataclass(frozen=True)
class Truth:
    """The objects of one picture.

    Args:
        boxes: float32 (n, 4).
        labels: int64 (n,), classes without the background, from 0.
        masks: float32 (n, h, w), 0 or 1, of the input's size.
        crowds: float32 (m, 4), boxes around crowds that are not told apart.
    """

    boxes: Tensor
    labels: Tensor
    masks: Tensor
    crowds: Tensor | None = None


@dataclass(frozen=True)
class Recipe:
    """The published thresholds and weights.

    Args:
        positive: Overlap with an object from which an anchor is that object's.
        negative: Overlap below which it is background; between the two it is ignored.
        crowd: A background anchor with more than this share of it in a crowd is ignored.
        hard: So many background anchors count for each object's anchor, the hardest of the picture.
        masks: At most so many masks a picture are compared; where there are more, some are drawn and count for all.
        least_area: Mask scores are learned from true masks of more pixels, at the prototypes' size.
        box, label, mask, region, score: What each loss is multiplied by.
    """

    positive: float = 0.5
    negative: float = 0.4
    crowd: float = 0.7
    hard: int = 3
    masks: int = 100
    least_area: int = 25
    box: float = 1.5
    label: float = 1.0
    mask: float = 6.125
    region: float = 1.0
    score: float = 25.0


PUBLISHED = Recipe()


@dataclass(frozen=True)
class Targets:
    """What the anchors of one picture should say.

    Args:
        labels: int64 (a,): 0 for the background, 1 + class, or `IGNORED`.
        objects: int64 (a,), the object that each anchor overlaps most.
        offsets: float32 (a, 4), towards that object.
    """

    labels: Tensor
    objects: Tensor
    offsets: Tensor


def targets(truth: Truth, anchors: Tensor, recipe: Recipe = PUBLISHED) -> Targets:
    """Return the targets of a picture's anchors.

    Every object gets the free anchor that it overlaps most, however little that is.

    Args:
        anchors: float32 (a, 4): centre x and y, width and height.
    """
    corners = torch.cat((anchors[:, :2] - anchors[:, 2:] / 2, anchors[:, :2] + anchors[:, 2:] / 2), dim=1)
    if len(truth.boxes):
        shared = overlaps(truth.boxes, corners)
        best, objects = shared.max(dim=0)
        for number in range(len(shared)):
            place = shared[number].argmax()
            shared[:, place] = 0
            best[place], objects[place] = 2, number
        labels = truth.labels[objects] + 1
        labels[best < recipe.positive] = IGNORED
        labels[best < recipe.negative] = 0
        offsets = offsets_of(truth.boxes[objects], anchors)
    else:
        labels = objects = anchors.new_zeros(len(anchors), dtype=torch.int64)
        offsets = torch.zeros_like(anchors)
    if truth.crowds is not None and len(truth.crowds):
        inside = (intersections(corners, truth.crowds) / areas(corners)[:, None]).amax(dim=1)
        labels = labels.masked_fill((labels == 0) & (inside > recipe.crowd), IGNORED)
    return Targets(labels, objects, offsets)


def hardest(logits: Tensor, labels: Tensor, ratio: int) -> Tensor:
    """Return which background anchors of each picture count, bool (n, a): those least sure to be background.

    Args:
        logits: (n, a, 1 + classes).
        labels: (n, a) as in `Targets`.
        ratio: So many for each anchor with an object.
    """
    doubt = torch.logsumexp(logits, dim=2) - logits[..., 0]
    doubt = doubt.detach().masked_fill(labels != 0, 0.0)
    rank = doubt.argsort(dim=1, descending=True).argsort(dim=1)
    count = (ratio * (labels > 0).sum(dim=1)).clamp(max=labels.shape[1] - 1)
    return (rank < count[:, None]) & (labels == 0)


def label_loss(logits: Tensor, labels: Tensor, recipe: Recipe = PUBLISHED) -> Tensor:
    """Return the summed cross entropy of the objects' anchors and the hardest of the background."""
    counted = (labels > 0) | hardest(logits, labels, recipe.hard)
    return F.cross_entropy(logits[counted], labels[counted], reduction="sum")


@dataclass(frozen=True)
class _Drawn:
    """Masks of one picture that were compared: predicted and true (n, h, w), and the classes."""

    predicted: Tensor
    true: Tensor
    labels: Tensor


def small_masks(masks: Tensor, size: Sequence[int]) -> Tensor:
    """Return masks (n, h, w) at another size: 1 where more than half of it is set, bilinearly, else 0."""
    if not len(masks):
        return masks.new_zeros((0, *size))
    return (F.interpolate(masks[None], size=tuple(size), mode="bilinear", align_corners=False)[0] > 0.5).float()


def mask_loss(raw: Raw, truth: Truth, target: Targets, recipe: Recipe = PUBLISHED) -> tuple[Tensor, _Drawn]:
    """Return the summed cross entropy of a picture's masks, each cropped to its true box and divided by its area.

    Args:
        raw: Of one picture, without the batch's axis.
    """
    chosen = torch.nonzero(target.labels > 0).flatten()
    total = len(chosen)
    if total > recipe.masks:
        chosen = chosen[torch.randperm(total, device=chosen.device)[: recipe.masks]]
    owners = target.objects[chosen]
    height, width = raw.prototypes.shape[1:]
    true = small_masks(truth.masks, (height, width))[owners]
    boxes = truth.boxes[owners]
    predicted = planes(raw.coefficients[chosen], raw.prototypes, boxes)
    each = F.binary_cross_entropy(predicted.clamp(0, 1), true, reduction="none").sum(dim=(1, 2))
    each = each / (areas(boxes) * (width * height))
    return each.sum() * (total / max(len(chosen), 1)), _Drawn(predicted, true, truth.labels[owners])


def region_loss(regions: Tensor, truths: Sequence[Truth]) -> Tensor:
    """Return the cross entropy of a batch's semantic maps (n, classes, h, w), a pixel's classes summed.

    A pixel may have several classes, or none.
    """
    want = torch.zeros_like(regions)
    for plane, truth in zip(want, truths):
        small = small_masks(truth.masks, regions.shape[-2:])
        for label, mask in zip(truth.labels.tolist(), small):
            plane[label] = torch.maximum(plane[label], mask)
    pixels = regions.shape[-1] * regions.shape[-2]
    return F.binary_cross_entropy_with_logits(regions, want, reduction="sum") / pixels


def score_loss(drawn: Sequence[_Drawn], score: Callable[[Tensor], Tensor], recipe: Recipe = PUBLISHED) -> Tensor:
    """Return the summed smooth L1 between the overlaps that YOLACT++ expects of its masks and those they have.

    Args:
        score: From masks (n, 1, h, w) to (n, classes).
    """
    predicted, true, labels = (
        torch.cat([getattr(one, name) for one in drawn]) for name in ("predicted", "true", "labels")
    )
    large = true.sum(dim=(1, 2)) > recipe.least_area
    predicted, true, labels = predicted[large], true[large], labels[large]
    if not len(labels):
        return predicted.sum() * 0
    hard = (predicted > 0.5).float()
    shared = (hard * true).sum(dim=(1, 2))
    fit = shared / (hard.sum(dim=(1, 2)) + true.sum(dim=(1, 2)) - shared)
    expected = score(predicted[:, None]).gather(1, labels[:, None])[:, 0]
    return F.smooth_l1_loss(expected, fit, reduction="sum")


def loss(
    raw: Raw,
    regions: Tensor,
    truths: Sequence[Truth],
    anchors: Tensor,
    *,
    score: Callable[[Tensor], Tensor] | None = None,
    recipe: Recipe = PUBLISHED,
) -> dict[str, Tensor]:
    """Return the weighted losses of a batch; their sum is what is to fall.

    All but "region", a mean over pictures, are divided by the number of anchors that have an object in the whole batch
    (1 where there is none; the published code divides by zero there).

    Args:
        raw: What the heads say, in single precision.
        regions: float32 (n, classes, h, w), logits of the semantic map.
        anchors: float32 (a, 4) as `yolact_decoding.anchors` gives them.
        score: YOLACT++'s network of mask scores.

    Returns:
        "box", "label", "mask", "region", and with mask scores "score".
    """
    found = [targets(truth, anchors, recipe) for truth in truths]
    labels = torch.stack([one.labels for one in found])
    taken = labels > 0
    offsets = torch.stack([one.offsets for one in found])
    parts = [mask_loss(Raw(*one), truth, target, recipe) for *one, truth, target in zip(*raw, truths, found)]
    sums = {
        "box": recipe.box * F.smooth_l1_loss(raw.offsets[taken], offsets[taken], reduction="sum"),
        "label": recipe.label * label_loss(raw.logits, labels, recipe),
        "mask": recipe.mask * torch.stack([part for part, _ in parts]).sum(),
    }
    if score is not None:
        sums["score"] = recipe.score * score_loss([drawn for _, drawn in parts], score, recipe)
    count = max(int(taken.sum()), 1)
    losses = {name: value / count for name, value in sums.items()}
    losses["region"] = recipe.region * region_loss(regions, truths) / len(truths)
    return losses

"""Targets and losses of Faster, Mask and Keypoint R-CNN (Ren et al. 2015; He et al. 2017), with torchvision's pieces.

Two recipes are published with weights: torchvision's and detectron2's. They differ in the box losses alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.models.detection.roi_heads import fastrcnn_loss, keypointrcnn_loss, maskrcnn_loss
from torchvision.models.detection.rpn import concat_box_prediction_layers

IGNORED = -1

Target = Mapping[str, Tensor]


@dataclass(frozen=True)
class Recipe:
    """What the published trainings do differently.

    Args:
        linear: Box losses are L1; otherwise smooth L1 that is quadratic below 1/9.
        full: The proposal network's losses are divided by the number of anchors to sample, whether or not there were as
            many; otherwise by those sampled.
    """

    linear: bool = False
    full: bool = False


TORCHVISION = Recipe()
DETECTRON2 = Recipe(linear=True, full=True)


def anchor_targets(rpn: Any, anchors: Sequence[Tensor], targets: Sequence[Target]) -> tuple[list[Tensor], list[Tensor]]:
    """Return what each anchor should say.

    An anchor is an object (1) where its IoU with one is 0.7 or more, or the highest that this object has with any
    anchor; background (0) below 0.3 with all; ignored (-1) between.

    Args:
        rpn: torchvision's proposal network, for its thresholds.
        anchors: (n, 4) a picture.
        targets: "boxes" (k, 4) a picture.

    Returns:
        Labels (n,) and regression targets (n, 4) a picture; the latter hold only where the label is 1.
    """
    labels, matched = rpn.assign_targets_to_anchors(list(anchors), [dict(target) for target in targets])
    return [one.long() for one in labels], list(rpn.box_coder.encode(matched, list(anchors)))


def proposal_loss(
    rpn: Any,
    objectness: Tensor,
    deltas: Tensor,
    labels: Sequence[Tensor],
    wanted: Sequence[Tensor],
    recipe: Recipe = TORCHVISION,
) -> dict[str, Tensor]:
    """Return the proposal network's losses over a random half of objects and background, 256 anchors a picture.

    Args:
        rpn: torchvision's proposal network, for its sampler.
        objectness: Logits (n * pictures, 1).
        deltas: (n * pictures, 4).
        labels: As `anchor_targets` gives them.
        wanted: Likewise.
    """
    inside, outside = (torch.cat(one).bool() for one in rpn.fg_bg_sampler(list(labels)))
    sampled = inside | outside
    count = rpn.fg_bg_sampler.batch_size_per_image * len(labels) if recipe.full else int(sampled.sum())
    flat = torch.cat(list(labels)).to(objectness)
    certain = F.binary_cross_entropy_with_logits(objectness.flatten()[sampled], flat[sampled], reduction="sum")
    boxes = _distance(deltas[inside], torch.cat(list(wanted))[inside], recipe)
    return {"objectness": certain / max(count, 1), "proposal_boxes": boxes / max(count, 1)}


def box_loss(
    logits: Tensor, deltas: Tensor, labels: Sequence[Tensor], wanted: Sequence[Tensor], recipe: Recipe = TORCHVISION
) -> dict[str, Tensor]:
    """Return the box head's losses: the cross-entropy of the classes, and the distance of each object's own box.

    Args:
        logits: (n, classes), the background first.
        deltas: (n, 4 * classes).
        labels: (n,) in all, 0 for the background.
        wanted: (n, 4) in all, the encoded boxes.
    """
    if not recipe.linear:
        classes, boxes = fastrcnn_loss(logits, deltas, list(labels), list(wanted))
        return {"classes": classes, "boxes": boxes}
    flat = torch.cat(list(labels))
    objects = torch.nonzero(flat > 0).flatten()
    own = deltas.view(len(flat), -1, 4)[objects, flat[objects]]
    boxes = _distance(own, torch.cat(list(wanted))[objects], recipe)
    return {"classes": F.cross_entropy(logits, flat), "boxes": boxes / max(len(flat), 1)}


def _distance(got: Tensor, wanted: Tensor, recipe: Recipe) -> Tensor:
    if recipe.linear:
        return F.l1_loss(got, wanted, reduction="sum")
    return F.smooth_l1_loss(got, wanted, beta=1 / 9, reduction="sum")


def losses(
    network: Any, pictures: Sequence[Tensor], targets: Sequence[Target], recipe: Recipe = TORCHVISION
) -> dict[str, Tensor]:
    """Return every loss of a detector on a batch, by name; their sum is what is minimised.

    Of the proposals and the true boxes 512 a picture are sampled, a quarter objects (IoU 0.5 or more with one). Masks
    and keypoints are asked for in the objects' boxes alone: a binary cross-entropy a pixel of the object's class, and
    a softmax over the places of each labelled keypoint.

    Args:
        network: torchvision's, in training mode where many proposals are wanted.
        pictures: As the network's transform takes them.
        targets: "boxes" (k, 4) float, "labels" (k,) int64 from 1; for heads "masks" (k, h, w) uint8 or "keypoints"
            (k, points, 3) float: x, y, v, in pixels of the picture.
    """
    images, scaled = network.transform(list(pictures), [dict(target) for target in targets])
    return detection_losses(network, images, network.backbone(images.tensors), scaled, recipe)


def detection_losses(
    network: Any, images: Any, features: dict[str, Tensor], scaled: Sequence[Target], recipe: Recipe = TORCHVISION
) -> dict[str, Tensor]:
    """Return the same from the pyramid on, for networks with more heads.

    Args:
        network: torchvision's.
        images: What its transform made of the pictures.
        features: What its backbone made of these.
        scaled: The targets as the transform resized them.
    """
    rpn, heads = network.rpn, network.roi_heads
    levels = list(features.values())
    maps, shifts = rpn.head(levels)
    anchors = rpn.anchor_generator(images, levels)
    counts = [one.shape[1] * one.shape[2] * one.shape[3] for one in maps]
    objectness, deltas = concat_box_prediction_layers(maps, shifts)
    found = proposal_loss(rpn, objectness, deltas, *anchor_targets(rpn, anchors, scaled), recipe)
    boxes = rpn.box_coder.decode(deltas.detach(), anchors).view(len(anchors), -1, 4)
    proposals, _ = rpn.filter_proposals(boxes, objectness, images.image_sizes, counts)
    proposals, matched, labels, wanted = heads.select_training_samples(proposals, scaled)
    pooled = heads.box_head(heads.box_roi_pool(features, proposals, images.image_sizes))
    classes, corrections = heads.box_predictor(pooled)
    found |= box_loss(classes, corrections, labels, wanted, recipe)
    inside = [torch.nonzero(one > 0).flatten() for one in labels]
    objects = [one[where] for one, where in zip(proposals, inside)]
    owners = [one[where] for one, where in zip(matched, inside)]
    if heads.has_mask():
        logits = heads.mask_predictor(heads.mask_head(heads.mask_roi_pool(features, objects, images.image_sizes)))
        shapes, kinds = [one["masks"] for one in scaled], [one["labels"] for one in scaled]
        found["masks"] = maskrcnn_loss(logits, objects, shapes, kinds, owners)
    if heads.has_keypoint():
        pooled = heads.keypoint_roi_pool(features, objects, images.image_sizes)
        logits = heads.keypoint_predictor(heads.keypoint_head(pooled))
        found["keypoints"] = keypointrcnn_loss(logits, objects, [one["keypoints"] for one in scaled], owners)
    return found

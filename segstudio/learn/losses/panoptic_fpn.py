"""Targets and loss of Panoptic FPN (Kirillov et al. 2019, arXiv 1901.02446), as detectron2 publishes its recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.transforms.v2 import functional as pictures_

from segstudio.learn.losses import rcnn
from segstudio.zoo.blocks.panoptic_fpn import STRIDE

IGNORED = 255  # in a semantic target: pixels that nobody has labelled
WEIGHT = 0.5  # of the semantic loss beside those of the instances


def semantic_target(values: np.ndarray, labels: Mapping[int, int], stuff: Sequence[int]) -> np.ndarray:
    """Return what the semantic head should say: 0 for things, a stuff class from 1, 255 where there is nothing.

    Args:
        values: A panoptic map (h, w); 0 is void.
        labels: The label id of each of its values.
        stuff: Label ids of the stuff classes, in the head's order; all others are things.

    Returns:
        uint8 (h, w).
    """
    places = {label: k for k, label in enumerate(stuff, 1)}
    numbers = np.full(int(values.max(initial=0)) + 1, IGNORED, np.uint8)
    for value, label in labels.items():
        if 0 < value < len(numbers):
            numbers[value] = places.get(label, 0)
    return numbers[values]


def semantic_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the cross-entropy a labelled pixel, at the resolution of the network's input, times its weight.

    Args:
        logits: (n, classes, h, w) at stride 4.
        targets: int64 (n, 4 h, 4 w), 255 where nothing counts.
    """
    large = F.interpolate(logits.float(), scale_factor=STRIDE, mode="bilinear", align_corners=False)
    counted = max(int((targets != IGNORED).sum()), 1)
    return WEIGHT * F.cross_entropy(large, targets, ignore_index=IGNORED, reduction="sum") / counted


def losses(
    network: Any, pictures: Sequence[Tensor], targets: Sequence[rcnn.Target], semantic: Sequence[Tensor]
) -> dict[str, Tensor]:
    """Return every loss of a batch, by name: those of Mask R-CNN by detectron2's recipe, and "semantic".

    Args:
        network: A Mask R-CNN with a `sem_seg_head`.
        pictures: As its transform takes them.
        targets: As `rcnn.losses` takes them.
        semantic: uint8 (h, w) a picture, as `semantic_target` makes them.
    """
    images, scaled = network.transform(list(pictures), [dict(target) for target in targets])
    features = network.backbone(images.tensors)
    found = rcnn.detection_losses(network, images, features, scaled, rcnn.DETECTRON2)
    height, width = images.tensors.shape[-2:]
    # Padding says nothing.
    wanted = torch.full((len(semantic), height, width), IGNORED, device=images.tensors.device)
    for k, (one, (rows, columns)) in enumerate(zip(semantic, images.image_sizes)):
        nearest = pictures_.InterpolationMode.NEAREST
        wanted[k, :rows, :columns] = pictures_.resize(one[None], [rows, columns], nearest)[0].to(wanted)
    found["semantic"] = semantic_loss(network.sem_seg_head(features), wanted)
    return found

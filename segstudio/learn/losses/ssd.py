"""SSD's target assignment and loss (Liu et al. 2016, arXiv 1512.02325), which torchvision's network brings.

A default box is for the object that it overlaps by half or more, and each object gets the one that overlaps it most;
smooth L1 of those boxes, and cross-entropy over them and the three hardest others for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


def targets(network: Any, boxes: Tensor, defaults: Tensor) -> Tensor:
    """Return which object each default box is for, int64 (n,); -1 for none.

    Args:
        network: torchvision's SSD.
        boxes: (m, 4) of the objects, left, top, right, bottom in the default boxes' coordinates.
        defaults: (n, 4).
    """
    from torchvision.ops import box_iou

    if not len(boxes):
        return torch.full((len(defaults),), -1, dtype=torch.int64, device=defaults.device)
    return network.proposal_matcher(box_iou(boxes, defaults))


def ssd_loss(
    network: Any, pictures: Sequence[Tensor], boxes: Sequence[Tensor], labels: Sequence[Tensor]
) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the loss, and its parts "boxes" and "classes", both of which have the weight 1.

    Args:
        network: torchvision's SSD; its batch norms may be in any mode.
        pictures: float (3, h, w) in [0, 1].
        boxes: Of each picture, (m, 4) left, top, right, bottom in its pixels.
        labels: Of each picture, int64 (m,), from 1.
    """
    wanted = [{"boxes": b, "labels": k} for b, k in zip(boxes, labels)]
    images, wanted = network.transform(list(pictures), wanted)
    maps = list(network.backbone(images.tensors).values())
    outputs, defaults = network.head(maps), network.anchor_generator(images, maps)
    matched = [targets(network, one["boxes"], where) for one, where in zip(wanted, defaults)]
    found = network.compute_loss(wanted, outputs, defaults, matched)
    parts = {"boxes": found["bbox_regression"], "classes": found["classification"]}
    return parts["boxes"] + parts["classes"], parts

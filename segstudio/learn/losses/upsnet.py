"""UPSNet's panoptic loss and its targets (Xiong et al. 2019, arXiv 1901.03784, section 3.3).

The other losses are those of Mask R-CNN and of a semantic head. This one teaches the panoptic logits of a picture:
stuff, then one channel an object, then the unknown class.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from segstudio.zoo.blocks.upsnet_head import VOID, energies, inside, panoptic_logits

QUARTER = 0.25


def logits(semantic: Tensor, masks: Tensor, boxes: Tensor, classes: Tensor, stuff: int) -> Tensor:
    """Return the panoptic logits (stuff + n + 1, h, w) at a quarter of the picture's size.

    Args:
        semantic: (classes, h, w), the semantic head's.
        masks: (n, 28, 28), the mask head's for each object's class.
        boxes: (n, 4), the objects' true boxes in pixels of the picture.
        classes: (n,), 1 for the first thing.
        stuff: Classes of stuff.
    """
    small = boxes * QUARTER
    size = int(semantic.shape[1]), int(semantic.shape[2])
    own = inside(semantic, small, classes, stuff)
    return panoptic_logits(semantic, own, energies(masks, small, size), stuff)


def targets(semantic: Tensor, masks: Tensor, stuff: int, known: Sequence[int] | None = None) -> Tensor:
    """Return which channel of the panoptic logits each pixel should win, int64 (h, w); 255 does not count.

    Args:
        semantic: int64 (h, w), true classes, stuff first; 255 where nothing is known.
        masks: int64 (n, h, w): 1 on each object, 255 where nothing is known.
        stuff: Classes of stuff.
        known: The objects that have a channel, in its order. Training leaves out some on purpose, so that the unknown
            class is learnt from them; None for all, and then no pixel is unknown.
    """
    wanted = torch.where((semantic < stuff) | (semantic >= VOID), semantic, -1)
    chosen = masks if known is None else masks[list(known)]
    for i, mask in enumerate(chosen):
        wanted[(mask != 0) & (mask != VOID)] = stuff + i
    wanted[wanted == -1] = VOID if known is None else stuff + len(chosen)
    return wanted


def loss(found: Tensor, wanted: Tensor) -> Tensor:
    """Return the cross entropy of panoptic logits (k, h, w) and channels (h, w); 0 where nothing counts."""
    counted = (wanted != VOID).sum().clamp(min=1)
    return F.cross_entropy(found[None], wanted[None], ignore_index=VOID, reduction="sum") / counted

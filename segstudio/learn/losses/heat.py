"""The loss of heat maps of centres and corners, which CornerNet brought up and CenterNet took over."""

from __future__ import annotations

import torch
from torch import Tensor

_EDGE = 1e-4  # probabilities stay this far from 0 and 1


def focal(logits: Tensor, target: Tensor, focus: float = 2.0, relief: float = 4.0) -> Tensor:
    """Return the focal loss with less weight around each object, over the number of objects.

    Law and Deng 2018, arXiv 1808.01244, equation 1. Without an object it is the sum itself.

    Args:
        logits: Any shape.
        target: The same shape: 1 at an object, less around it, 0 elsewhere.
        focus: Exponent that takes weight from what is right already.
        relief: Exponent of (1 - target), which takes weight from the surroundings of an object.
    """
    p = torch.sigmoid(logits).clamp(_EDGE, 1 - _EDGE)
    positive = target == 1
    hit = torch.log(p) * (1 - p) ** focus
    miss = torch.log(1 - p) * p**focus * (1 - target) ** relief
    total = -torch.where(positive, hit, miss).sum()
    return total / positive.sum().clamp(min=1)

"""From candidate boxes to results: thresholds, suppression and limits, on the CPU."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segstudio.core.labels import LabelSet
from segstudio.core.results import Boxes
from segstudio.zoo.predictor import Options

if TYPE_CHECKING:
    from torch import Tensor


def survivors(
    boxes: Tensor, scores: Tensor, labels: Tensor | None, threshold: float, overlap: float, options: Options
) -> Tensor:
    """Return the places of the candidates that are kept, best first.

    Args:
        boxes: (n, 4) left, top, right, bottom.
        scores: (n,).
        labels: (n,) ids: boxes of different ones don't suppress each other. None where there is one class.
        threshold: Lowest score.
        overlap: A box goes once its intersection over union with a better one lies above this.
        options: For `labels` and `max_instances`.
    """
    import torch
    from torchvision.ops import batched_nms, nms

    keep = scores >= threshold
    if options.labels is not None and labels is not None:
        keep &= torch.isin(labels, torch.tensor(sorted(options.labels), dtype=labels.dtype))
    keep &= (boxes[:, 2:] > boxes[:, :2]).all(1)
    (places,) = torch.nonzero(keep, as_tuple=True)
    if labels is None:
        kept = nms(boxes[places], scores[places], overlap)
    else:
        kept = batched_nms(boxes[places], scores[places], labels[places], overlap)
    return places[kept[: options.max_instances]]


def clipped(boxes: Tensor, size: tuple[int, int]) -> np.ndarray:
    """Return boxes as float32 within a picture of (height, width)."""
    height, width = size
    return np.clip(boxes.numpy().astype(np.float32), 0, np.array([width, height] * 2, np.float32))


def as_boxes(boxes: Tensor, scores: Tensor, labels: Tensor, size: tuple[int, int], classes: LabelSet) -> Boxes:
    """Return the result of candidates that are kept."""
    return Boxes(
        size=size,
        classes=classes,
        boxes=clipped(boxes, size),
        labels=labels.numpy().astype(np.int64),
        scores=scores.numpy().astype(np.float32),
    )

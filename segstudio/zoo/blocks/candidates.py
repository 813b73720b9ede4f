"""From candidate boxes to results: thresholds, suppression and limits, on the CPU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from segstudio.core.labels import LabelSet
from segstudio.core.results import Boxes, Result
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


def results(
    outputs: Tensor, frames: Sequence[np.ndarray], overlap: float, threshold: float, options: Options, classes: LabelSet
) -> list[list[Result]]:
    """Return the boxes of frames whose candidates came as shares of the picture.

    Args:
        outputs: float (n, candidates, 6): left, top, right, bottom in [0, 1], score, id of the class; or without the
            class where there is one, of id 1.
        frames: Of the candidates.
        overlap, threshold, options: As in `survivors`.
        classes: Of the ids.
    """
    import torch

    found: list[list[Result]] = []
    # All candidates of a batch come to the CPU at once.
    for rows, frame in zip(outputs.cpu(), frames):
        height, width = (int(side) for side in frame.shape[:2])
        boxes, scores = rows[:, :4] * rows.new_tensor([width, height] * 2), rows[:, 4]
        labels = rows[:, 5].long() if rows.shape[1] > 5 else torch.ones(len(rows), dtype=torch.int64)
        kept = survivors(boxes, scores, labels, threshold, overlap, options)
        found.append([as_boxes(boxes[kept], scores[kept], labels[kept], (height, width), classes)])
    return found


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

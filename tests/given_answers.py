"""What a pretended model says of given boxes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from segstudio.core import masks
from segstudio.core.geometry import Box
from segstudio.core.given import GivenBoxes
from segstudio.core.results import Instances, Poses
from segstudio.zoo import Card


def answer(card: Card, size: tuple[int, int], given: GivenBoxes, part: Callable[[Box], Box]) -> Poses | Instances:
    """Return every joint in the middle of each box, or of a model of masks the part of the box that is filled."""
    common: dict[str, Any] = {
        "size": size, "classes": card.label_set(), "boxes": given.boxes, "labels": given.labels,
        "scores": np.ones(len(given), np.float32), "objects": given.objects,
    }  # fmt: skip
    if card.task == "poses":
        middle = (given.boxes[:, :2] + given.boxes[:, 2:]) / 2
        points = np.concatenate((middle, np.ones((len(given), 1))), 1)[:, None].repeat(17, 1)
        return Poses(**common, keypoints=points)
    filled = [part(Box(x, y, right - x, low - y)) for x, y, right, low in given.boxes.tolist()]
    return Instances(**common, masks=[masks.from_box(box, size[1], size[0]) for box in filled])

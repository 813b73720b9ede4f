"""Boxes that are there already: what a model is given instead of looking for objects itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class GivenBoxes:
    """The boxes of one picture that a model is to look in, each with the object it belongs to.

    Args:
        boxes: float32 (n, 4), left, top, right, bottom in pixels of the picture, with an area inside of it.
        labels: int64 (n,), ids of the model's label set; -1 where a class is none of the model's.
        objects: int64 (n,), what `Boxes.objects` says of the results: the ids of the annotations.
    """

    boxes: np.ndarray
    labels: np.ndarray
    objects: np.ndarray

    def __len__(self) -> int:
        return len(self.boxes)

"""Where a model that works in boxes has them from: a detector, or whoever gave them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from segstudio.core.errors import InputError
from segstudio.core.given import GivenBoxes
from segstudio.core.labels import LabelSet
from segstudio.core.results import Boxes
from segstudio.zoo.predictor import Context, Options, Predictor


def detected(detector: Predictor, frames: Sequence[np.ndarray], options: Options, context: Context) -> list[Boxes]:
    """Return what a detector finds in each frame."""
    found = [results[0] for results in detector.predict(frames, options, replace(context, progress=None))]
    assert all(isinstance(boxes, Boxes) for boxes in found)
    return found  # pyright: ignore[reportReturnType]


def given_boxes(frames: Sequence[np.ndarray], given: Sequence[GivenBoxes], classes: LabelSet) -> list[Boxes]:
    """Return the given boxes of each frame as if a detector were sure of them, clipped to the frame.

    Raises:
        InputError: There is not one set for each frame.
    """
    if len(given) != len(frames):
        raise InputError(f"Boxes were given for {len(given)} pictures, and {len(frames)} are to be predicted.")
    return [
        Boxes(
            size=(int(frame.shape[0]), int(frame.shape[1])),
            classes=classes,
            boxes=np.clip(here.boxes, 0, np.tile(frame.shape[1::-1], 2)).astype(np.float32),
            labels=here.labels,
            scores=np.ones(len(here), np.float32),
            objects=here.objects,
        )
        for frame, here in zip(frames, given)
    ]

"""What models return: typed, numpy only, in the coordinates of the picture that went in.

Boxes are float32 arrays of shape (n, 4) as left, top, right, bottom in pixels. Scores are float32 in [0, 1].
Labels are int64 ids of the result's label set. Rows are sorted by falling score.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from segstudio.core.labels import LabelSet
from segstudio.core.masks import Mask


@dataclass(frozen=True, kw_only=True)
class Result:
    """Base of all results.

    Args:
        size: (height, width) of the picture.
        classes: The label set that `labels` refer to.
        notes: What the engine had to do to get it (halved batch, tiled, ran on the CPU).
    """

    size: tuple[int, int]
    classes: LabelSet
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Boxes(Result):
    """Detected boxes; or given ones, with what was found in them.

    `objects` is int64 (n,), which of the given boxes' objects each belongs to; None where the model found them itself.
    """

    boxes: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    objects: np.ndarray | None = None


@dataclass(frozen=True, kw_only=True)
class Instances(Boxes):
    """Detected boxes with a mask each, cropped."""

    masks: list[Mask]


@dataclass(frozen=True, kw_only=True)
class Poses(Boxes):
    """Detected boxes with keypoints (n, k, 3): x, y, confidence in [0, 1]; names in `classes.skeleton`."""

    keypoints: np.ndarray


@dataclass(frozen=True, kw_only=True)
class DenseMaps(Boxes):
    """Detected people with a dense map each, over their box.

    `parts` holds for each a uint8 (h, w) map of the charts 1 to 24, 0 for the background, `uv` a float32 (2, h, w) map
    of U and V in [0, 1]. The first pixel lies at the whole part of the box's corner; h and w are the whole parts of its
    height and width, 1 at least.
    """

    parts: list[np.ndarray]
    uv: list[np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Faces(Boxes):
    """Detected faces with landmarks (n, 5, 2): left eye, right eye, nose, left and right mouth corner.

    Left and right are the viewer's for the points as drawn: the eye with the smaller x on an upright face comes first.
    """

    landmarks: np.ndarray


@dataclass(frozen=True, kw_only=True)
class SemanticMap(Result):
    """A class a pixel: `map` is uint8 or uint16 (h, w) of label ids; `confidence` is float32 (h, w) or None.

    Where `split_things`, each connected piece of a thing class is an object of its own; else a class is one region.
    """

    map: np.ndarray
    confidence: np.ndarray | None = None
    split_things: bool = False


@dataclass(frozen=True, kw_only=True)
class PanopticMap(Result):
    """A segment a pixel: `map` int32 (h, w), 0 is void; `segments` maps a segment id to (label id, score)."""

    map: np.ndarray
    segments: dict[int, tuple[int, float]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Heatmap(Result):
    """A float32 (h', w') map in [0, 1] that is stretched over the picture; `title` says of what."""

    values: np.ndarray
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class JointHeat(Result):
    """How much of each keypoint a pose network sees where; names in `classes.skeleton`.

    Args:
        boxes: float32 (n, 4), the part of the picture that each pose's maps are stretched over: left, top, right,
            bottom in pixels; it may reach beyond the picture.
        heat: float16 or float32 (n, k, h, w) in [0, 1].
    """

    boxes: np.ndarray
    heat: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Scores(Result):
    """Whole-picture class scores, sorted by falling score."""

    labels: np.ndarray
    scores: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Picture(Result):
    """A picture that the model made: uint8 RGB (h', w', 3)."""

    rgb: np.ndarray

"""One segment a pixel out of instances that may overlap and a semantic map, as models give them.

The rule is that of Panoptic FPN (Kirillov et al. 2019, "Panoptic Segmentation", section 4, and "Panoptic Feature
Pyramid Networks") in the form that detectron2 published: instances are laid down by falling score, each takes what is
still free, and one that is covered too far is left out; stuff then fills what nobody has, in the order of its classes,
and regions that are too small stay void. `core.panoptic` instead makes a map of what people have drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segstudio.core.errors import InputError
from segstudio.core.masks import Mask

NAME = "Instances by score, then stuff (Panoptic FPN)"


@dataclass(frozen=True)
class Rule:
    """What is left out.

    Args:
        overlap: An instance of which more than this share is covered by better ones is left out.
        stuff_area: Pixels that a class of stuff needs, in all its regions together.
        confidence: The score that an instance needs.

    Raises:
        InputError: A share beyond 0 to 1, or a negative area.
    """

    overlap: float = 0.5
    stuff_area: int = 4096
    confidence: float = 0.5

    def __post_init__(self) -> None:
        if not (0 <= self.overlap <= 1 and 0 <= self.confidence <= 1 and self.stuff_area >= 0):
            raise InputError(
                f"There is no merge with overlap {self.overlap}, confidence {self.confidence} and a stuff area of "
                f"{self.stuff_area}.",
                remedy="The first two lie between 0 and 1, the area is 0 pixels or more.",
            )


PUBLISHED = Rule()


@dataclass(frozen=True)
class Merged:
    """A map and whose its values are.

    Args:
        values: int32 (h, w), 0 is void; segments are numbered 1, 2, ..., instances first.
        instances: `instances[k - 1]` is the place, among those that went in, of the instance of value k.
        stuff: (class of the semantic map, pixels) of the values after those.
    """

    values: np.ndarray
    instances: tuple[int, ...]
    stuff: tuple[tuple[int, int], ...]


def merge(semantic: np.ndarray, masks: Sequence[Mask], scores: np.ndarray, rule: Rule = PUBLISHED) -> Merged:
    """Return the panoptic map of a picture by the rule `NAME`.

    Args:
        semantic: uint8 or uint16 (h, w): a class of stuff a pixel, 0 for what is none.
        masks: Of the instances.
        scores: (n,) of the instances in [0, 1].
        rule: What is left out.

    Returns:
        The map; a class of stuff is one segment, however many regions it has.
    """
    import cv2

    semantic = np.asarray(semantic)
    if not semantic.flags.f_contiguous:
        # Column by column, as masks lie in memory.
        semantic = cv2.transpose(semantic).T
    order = [int(i) for i in np.argsort(-np.asarray(scores, np.float64), kind="stable")]
    order = [i for i in order if scores[i] >= rule.confidence and masks[i].counts]
    classes = int(semantic.max(initial=0)) + 1
    # Few segments fit into narrow numbers, which take a fraction of the time of wide ones.
    values = np.zeros(semantic.shape[::-1], np.uint8 if len(order) + classes < 1 << 8 else np.uint16).T
    kept: list[int] = []
    for i in order:
        if _lay(values, masks[i], len(kept) + 1, rule.overlap):
            kept.append(i)
    stuff = np.multiply(semantic, values == 0, dtype=semantic.dtype)
    areas = _areas(stuff, classes)
    # A limit of nothing still asks for a pixel.
    found = np.flatnonzero(areas >= max(rule.stuff_area, 1)).tolist()
    numbers = np.zeros(max(classes, 256), values.dtype)
    numbers[found] = np.arange(len(kept) + 1, len(kept) + len(found) + 1)
    values += cv2.LUT(stuff.T, numbers[:256]).T if stuff.dtype == np.uint8 and stuff.size else numbers[stuff]
    return Merged(values.astype(np.int32), tuple(kept), tuple((i, int(areas[i])) for i in found))


def _lay(values: np.ndarray, mask: Mask, k: int, overlap: float) -> bool:
    """Write k where the mask is and the map is free, unless it is covered too far; return whether it was written."""
    x, y = max(mask.x, 0), max(mask.y, 0)
    right, bottom = min(mask.x + mask.w, values.shape[1]), min(mask.y + mask.h, values.shape[0])
    if right <= x or bottom <= y:
        return False
    bitmap = mask.bitmap().view(np.bool_)[y - mask.y : bottom - mask.y, x - mask.x : right - mask.x]
    window = values[y:bottom, x:right]
    free = bitmap & (window == 0)
    area, left = int(np.count_nonzero(bitmap)), int(np.count_nonzero(free))
    if not area or area - left > overlap * area:
        return False
    window += np.multiply(free, k, dtype=values.dtype)
    return True


def _areas(stuff: np.ndarray, classes: int) -> np.ndarray:
    """Return the number of pixels of each class; none of class 0, which is no stuff."""
    if stuff.dtype == np.uint8 and not stuff.size % 2:
        # Two pixels at a time: counting takes its time a number, not a byte.
        pairs = np.bincount(stuff.ravel(order="K").view(np.uint16), minlength=1 << 16).reshape(256, 256)
        areas = (pairs.sum(0) + pairs.sum(1))[:classes]
    else:
        areas = np.bincount(stuff.ravel(order="K"), minlength=classes)
    areas[0] = 0
    return areas

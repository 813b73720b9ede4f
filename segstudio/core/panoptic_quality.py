"""Panoptic quality (Kirillov et al., "Panoptic Segmentation", 2019), with the conventions of COCO's evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


@dataclass
class Tally:
    """What was counted for one class.

    Args:
        iou: Sum of the intersection over union of the matched pairs.
        tp: Matched pairs.
        fp: Segments found that match none.
        fn: True segments that none matches.
    """

    iou: float = 0.0
    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __iadd__(self, other: Tally) -> Tally:
        self.iou, self.tp = self.iou + other.iou, self.tp + other.tp
        self.fp, self.fn = self.fp + other.fp, self.fn + other.fn
        return self

    @property
    def quality(self) -> Quality | None:
        """The class's quality, None where neither side has a segment of it."""
        if not (self.tp or self.fp or self.fn):
            return None
        rq = self.tp / (self.tp + 0.5 * self.fp + 0.5 * self.fn)
        sq = self.iou / self.tp if self.tp else 0.0
        return Quality(self.iou / (self.tp + 0.5 * self.fp + 0.5 * self.fn), sq, rq, 1)


class Quality(NamedTuple):
    """Panoptic, segmentation and recognition quality in [0, 1], and the number of classes they are the mean of."""

    pq: float
    sq: float
    rq: float
    classes: int


class Segment(NamedTuple):
    """What a value of a map stands for: a class, and whether it is a crowd (which is neither found nor missed)."""

    category: int
    crowd: bool = False


def match(
    truth: np.ndarray, found: np.ndarray, true: Mapping[int, Segment], segments: Mapping[int, Segment]
) -> dict[int, Tally]:
    """Match the segments of one picture by IoU over 0.5 and count, by class.

    Args:
        truth: Map of what is there, integers (h, w); values that `true` does not know are void.
        found: Map of what was found, of the same size.
        true: The segments of the first map by value.
        segments: The segments of the second.
    """
    wide = np.int64(max(int(found.max(initial=0)) + 1, 1))
    pairs, counts = np.unique(truth.astype(np.int64) * wide + found, return_counts=True)
    common = {(int(p // wide), int(p % wide)): int(n) for p, n in zip(pairs.tolist(), counts.tolist())}
    area: dict[int, int] = {}
    there: dict[int, int] = {}
    void: dict[int, int] = {}
    for (t, f), n in common.items():
        there[t], area[f] = there.get(t, 0) + n, area.get(f, 0) + n
        if t not in true:
            void[f] = void.get(f, 0) + n
    tallies: dict[int, Tally] = {}
    matched: set[int] = set()
    missed = {t for t, s in true.items() if not s.crowd}
    for (t, f), n in common.items():
        if t not in missed or f not in segments or true[t].category != segments[f].category:
            continue
        iou = n / (area[f] + there[t] - n - void.get(f, 0))
        if iou > 0.5:
            tallies.setdefault(true[t].category, Tally()).__iadd__(Tally(iou, 1))
            matched.add(f)
            missed.discard(t)
    for t in missed:
        tallies.setdefault(true[t].category, Tally()).fn += 1
    for f, segment in segments.items():
        if f in matched:
            continue
        crowds = (t for t, s in true.items() if s.crowd and s.category == segment.category)
        ignored = void.get(f, 0) + sum(common.get((t, f), 0) for t in crowds)
        if ignored <= 0.5 * area.get(f, 0) or not area.get(f, 0):
            tallies.setdefault(segment.category, Tally()).fp += 1
    return tallies


def mean(tallies: Iterable[Tally]) -> Quality | None:
    """Return the mean quality of classes, those without a segment left out; None where none has one."""
    known = [t.quality for t in tallies]
    values = np.array([q for q in known if q is not None])
    if not len(values):
        return None
    pq, sq, rq, _ = values.mean(axis=0).tolist()
    return Quality(pq, sq, rq, len(values))

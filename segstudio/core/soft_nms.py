"""Soft-NMS (Bodla et al. 2017, arXiv 1704.04503): overlapping boxes lose score instead of being removed.

Rows are float32: left, top, right, bottom, score and further columns. A box's width is right - left + 1, as in the
published code of the detectors that use it, whose order of rows is kept as well.

Each round takes the best box that is left and lowers the others, which must be over before the next begins; but the
rounds of all classes and pictures run side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Method = Literal["hard", "linear", "gaussian"]


@dataclass(frozen=True)
class Rule:
    """How scores are lowered.

    Args:
        overlap: IoU above which "hard" removes a box and "linear" multiplies its score by 1 - IoU.
        sigma: "gaussian" multiplies by exp(-IoU^2 / sigma).
        floor: A box whose lowered score lies below it is dropped.
        method: One of these.
        merging: Exponent of CornerNet's soft_nms_merge, which averages a box's corners with those of the boxes that it
            lowers; None for no averaging. As published, columns 5 and 6, the scores of the two corners, then stay where
            they are while boxes and scores change places.
    """

    overlap: float = 0.5
    sigma: float = 0.5
    floor: float = 0.001
    method: Method = "gaussian"
    merging: float | None = None


PUBLISHED = Rule()


def suppress(state: np.ndarray, rule: Rule = PUBLISHED) -> int:
    """Lower the scores in place and return how many rows are left; they stand first, the best one at the top.

    The rows behind them are what the work left there. (CornerNet and CenterNet publish detections with those rows, so
    with some boxes twice.)

    Args:
        state: float32 (n, 5 or more); with `merging` columns 5 and 6 are the scores of a box's two corners.
        rule: How.
    """
    return int(_run(state.T[:, None], np.array([len(state)]), rule, -np.inf)[0])


def suppress_groups(
    rows: np.ndarray, groups: np.ndarray, rule: Rule = PUBLISHED, least: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return what is left of rows in several groups that do not lower each other, and the groups of it.

    Args:
        rows: As in `suppress`; they stay as they are.
        groups: int64 (n,).
        rule: How.
        least: Rows whose lowered score lies below it are left out.

    Returns:
        Group by group, and the best first in each.
    """
    names, places, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if not len(rows):
        return rows.copy(), groups.copy()
    # The largest groups first: those that are finished stand at the end, where the work leaves them out.
    lines = np.empty(len(names), np.int64)
    lines[np.argsort(-sizes, kind="stable")] = np.arange(len(names))
    order = np.argsort(places, kind="stable")
    within = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    planes = np.zeros((rows.shape[1], len(names), int(sizes.max())), np.float32)
    planes[:, lines[places[order]], within] = rows[order].T
    counts = _run(planes, np.sort(sizes)[::-1].copy(), rule, least)[lines]
    kept = np.arange(planes.shape[2]) < counts[:, None]
    return np.ascontiguousarray(planes[:, lines][:, kept].T), np.repeat(names, counts)


def _run(planes: np.ndarray, counts: np.ndarray, rule: Rule, least: float) -> np.ndarray:
    """Work on planes (columns, groups, rows) in place and return how many rows of each group are left.

    Args:
        planes: Of groups of fewer rows the last ones do not matter.
        counts: int64 (groups,) of rows.
        rule: How.
        least: A group whose best row is below it is finished.
    """
    first = 0
    while (going := np.flatnonzero(counts > first)).size:
        end = going[-1] + 1
        part, count = planes[:, :end, first : counts[:end].max()], counts[:end] - first
        moving = part if rule.merging is None else part[:5]
        chosen = _to_front(moving, count)
        over = (chosen[4] < least) & (count > 0)
        count[over] = 0
        if part.shape[2] > 1:
            count -= _lower(part, moving, count - 1, rule)
        counts[:end] = np.where(count > 0, count + first, np.minimum(counts[:end], first))
        first += 1
    return counts


def _to_front(moving: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Let the best row of each group change places with its first, and return it as (columns, groups)."""
    groups = np.arange(moving.shape[1])
    live = np.arange(moving.shape[2]) < count[:, None]
    best = np.where(live, moving[4], -np.inf).argmax(1)
    chosen = moving[:, groups, best]
    moving[:, groups, best] = moving[:, :, 0]
    moving[:, :, 0] = chosen
    return chosen


def _lower(part: np.ndarray, moving: np.ndarray, count: np.ndarray, rule: Rule) -> np.ndarray:
    """Lower all rows behind the first of each group, drop what falls too low, and return how many those were.

    Args:
        part: (columns, groups, rows), the first rows being the chosen ones.
        moving: The columns of it that change places.
        count: int64 (groups,) of rows behind the first; none where it is not positive.
        rule: How.
    """
    rest = moving[:, :, 1:]
    share, touching = _shares(part[:4, :, :1], rest, rule)
    place = np.arange(rest.shape[2])
    live = place < count[:, None]
    touching &= live
    score = np.where(touching, rest[4] * share, rest[4])
    dropped = touching & (score < rule.floor)
    lost = dropped.sum(1)
    hit = np.flatnonzero(lost)
    steps = _steps(dropped[hit], count[hit]) if len(hit) else None
    if rule.merging is not None:
        visited = np.broadcast_to(place, live.shape).copy()
        if steps is not None:
            visited[hit] = steps.visited
        weight = np.where(live, (1 - share) ** np.float32(rule.merging), np.float32(0))
        _merge(part, weight, visited, count >= 0)
    if steps is None:
        rest[4] = score
        return lost
    whole = rest[:, hit]
    lowered = whole.copy()
    lowered[4] = score[hit]
    rest[4] = score
    rest[:, hit] = np.where(steps.written, np.take_along_axis(lowered, steps.source[None], 2), whole)
    return lost


def _shares(chosen: np.ndarray, rest: np.ndarray, rule: Rule) -> tuple[np.ndarray, np.ndarray]:
    """Return what is left of each row's score, and which rows the chosen box touches at all."""
    width = np.minimum(chosen[2], rest[2]) - np.maximum(chosen[0], rest[0]) + 1
    height = np.minimum(chosen[3], rest[3]) - np.maximum(chosen[1], rest[1]) + 1
    own = (chosen[2] - chosen[0] + 1) * (chosen[3] - chosen[1] + 1)
    theirs = (rest[2] - rest[0] + 1) * (rest[3] - rest[1] + 1)
    touching = (width > 0) & (height > 0)
    both = width * height
    iou = np.divide(both, own + theirs - both, out=np.zeros_like(both), where=touching)
    if rule.method == "gaussian":
        share = np.exp(-(iou * iou) / np.float32(rule.sigma))
    elif rule.method == "linear":
        share = np.where(iou > rule.overlap, 1 - iou, 1)
    else:
        share = np.where(iou > rule.overlap, 0, 1)
    return share.astype(np.float32), touching


@dataclass(frozen=True)
class _Steps:
    """How rows (groups, rows) move up where some are dropped: the last row steps into the place of one that goes.

    Args:
        source: Which row comes to each place.
        written: Whether one comes there at all.
        visited: In which place each row was looked at.
    """

    source: np.ndarray
    written: np.ndarray
    visited: np.ndarray


def _steps(dropped: np.ndarray, count: np.ndarray) -> _Steps:
    """Return the steps of groups of which some rows are dropped.

    One row after the other is looked at. One that is dropped is replaced by the last, which is looked at in its place;
    so what is kept beyond the number of rows that will be left fills the gaps before it, from the end.
    """
    size = dropped.shape[1]
    place = np.arange(size)
    left = (count - dropped.sum(1))[:, None]
    behind = (place >= left) & (place < count[:, None])
    late = behind & ~dropped
    gap_of, gap = np.nonzero(dropped & ~behind)
    _, turned = np.nonzero(late[:, ::-1])
    source = np.broadcast_to(place, dropped.shape).copy()
    source[gap_of, gap] = size - 1 - turned
    # When the gaps are full, the rows between the last one that is left and the first of those that moved remain; they
    # are looked at behind it, one in the place of the other, the second last of all.
    until = np.where(late.any(1), late.argmax(1), count)[:, None]
    spare = until - left
    line = np.arange(len(dropped))[:, None]
    at = np.minimum(left, size - 1)
    source[line, at] = np.where(spare > 0, at + (spare > 1), source[line, at])
    written = (place < left) | ((place == left) & (spare > 0))
    # The gap that is open when the rows behind have their turn: one further after each that is kept.
    gaps = np.broadcast_to(left, (len(dropped), size + 1)).copy()
    gaps[gap_of, (np.cumsum(dropped & ~behind, 1) - 1)[gap_of, gap]] = gap
    turn = np.cumsum(late[:, ::-1], 1)[:, ::-1] - late
    visited = np.where(behind, np.take_along_axis(gaps, turn, 1), place)
    return _Steps(source, written, visited)


def _merge(part: np.ndarray, weight: np.ndarray, visited: np.ndarray, real: np.ndarray) -> None:
    """Average the chosen box's corners with the others' by corner score and weight, in groups that are `real`."""
    chosen, rest = part[:, :, 0], part[:, :, 1:]
    for score, corner in ((5, slice(0, 2)), (6, slice(2, 4))):
        share = np.take_along_axis(rest[score], visited, 1) * weight
        total = chosen[score] + share.sum(1)
        mean = chosen[corner] * chosen[score] + (rest[corner] * share).sum(2)
        chosen[corner] = np.divide(mean, total, out=chosen[corner].copy(), where=real & (total > 0))

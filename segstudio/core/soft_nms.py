"""Soft-NMS (Bodla et al. 2017, arXiv 1704.04503): overlapping boxes lose score instead of being removed.

Rows are float32: left, top, right, bottom, score and further columns. A box's width is right - left + 1, as in the
published code of the detectors that use it, whose order of rows is kept as well.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

Method = Literal["hard", "linear", "gaussian"]


def suppress(
    state: np.ndarray,
    *,
    overlap: float = 0.5,
    sigma: float = 0.5,
    floor: float = 0.001,
    method: Method = "gaussian",
    merging: float | None = None,
) -> int:
    """Lower the scores in place and return how many rows are left; they stand first, the best one at the top.

    The rows behind them are what the work left there. (CornerNet and CenterNet publish detections with those rows, so
    with some boxes twice.)

    Args:
        state: float32 (n, 5 or more); with `merging` columns 5 and 6 are the scores of a box's two corners.
        overlap: IoU above which "hard" removes a box and "linear" multiplies its score by 1 - IoU.
        sigma: "gaussian" multiplies by exp(-IoU^2 / sigma).
        floor: A box whose lowered score lies below it is dropped.
        merging: Exponent of CornerNet's soft_nms_merge, which averages a box's corners with those of the boxes that it
            lowers; None for no averaging. As published, columns 5 and 6 then stay where they are while boxes and
            scores change places.
    """
    moving = slice(0, 5 if merging is not None else state.shape[1])
    first, count = 0, len(state)
    while first < count:
        best = first + int(state[first:count, 4].argmax())
        state[[first, best], moving] = state[[best, first], moving]
        rest = state[first + 1 : count]
        share, touching = _shares(state[first], rest, overlap, sigma, method)
        lowered = rest[:, moving].copy()
        lowered[touching, 4] *= share[touching]
        dropped = touching & (lowered[:, 4] < floor)
        rows, places = _visits(dropped)
        if merging is not None:
            state[first, :4] = _merged(state[first], rest, rows, places, (1 - share) ** np.float32(merging))
        left = len(rest) - int(np.count_nonzero(dropped))
        rest[:left, moving] = lowered[rows[~dropped[rows]]]
        if len(places) and places[-1] == left:
            rest[left, moving] = lowered[rows[-1]]
        first, count = first + 1, first + 1 + left
    return count


def _shares(
    chosen: np.ndarray, rest: np.ndarray, overlap: float, sigma: float, method: Method
) -> tuple[np.ndarray, np.ndarray]:
    """Return what is left of each row's score, and which rows the chosen box touches at all."""
    width = np.minimum(chosen[2], rest[:, 2]) - np.maximum(chosen[0], rest[:, 0]) + 1
    height = np.minimum(chosen[3], rest[:, 3]) - np.maximum(chosen[1], rest[:, 1]) + 1
    own = (chosen[2] - chosen[0] + 1) * (chosen[3] - chosen[1] + 1)
    theirs = (rest[:, 2] - rest[:, 0] + 1) * (rest[:, 3] - rest[:, 1] + 1)
    touching = (width > 0) & (height > 0)
    both = width * height
    iou = np.divide(both, own + theirs - both, out=np.zeros_like(both), where=touching)
    if method == "gaussian":
        share = np.exp(-(iou * iou) / np.float32(sigma))
    elif method == "linear":
        share = np.where(iou > overlap, 1 - iou, 1)
    else:
        share = np.where(iou > overlap, 0, 1)
    return share.astype(np.float32), touching


def _visits(dropped: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which row is looked at in which place: the last row steps into the place of one that is dropped."""
    everything = np.arange(len(dropped))
    if not dropped.any():
        return everything, everything
    order, rows, places = everything.tolist(), [], []
    place = 0
    while place < len(order):
        row = order[place]
        rows.append(row)
        places.append(place)
        if not dropped[row]:
            place += 1
        elif place == len(order) - 1:
            order.pop()
        else:
            order[place] = order.pop()
    return np.array(rows, np.int64), np.array(places, np.int64)


def _merged(
    chosen: np.ndarray, rest: np.ndarray, rows: np.ndarray, places: np.ndarray, shares: np.ndarray
) -> np.ndarray:
    """Return the chosen box's corners, averaged with the others' by corner score and share."""
    first = chosen[5] + (weights := rest[places, 5] * shares[rows]).sum()
    top_left = (chosen[:2] * chosen[5] + (rest[rows, :2] * weights[:, None]).sum(0)) / first
    second = chosen[6] + (weights := rest[places, 6] * shares[rows]).sum()
    bottom_right = (chosen[2:4] * chosen[6] + (rest[rows, 2:4] * weights[:, None]).sum(0)) / second
    return np.concatenate((top_left, bottom_right))

"""Masks of a picture from a plane of coarse values."""

from __future__ import annotations

import math

import numpy as np

from segstudio.core import masks
from segstudio.core.masks import EMPTY, Mask

_ROWS = 1 << 24  # pixels that are enlarged at once


def enlarge(plane: np.ndarray, size: tuple[int, int]) -> Mask:
    """Return where a plane of logits (h, w), resampled bilinearly to (height, width), is above zero.

    Only the window that can be above zero is resampled, so that a small object costs the same in an 8k picture.
    """
    inside = plane > 0
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not len(rows):
        return EMPTY
    top, bottom = _span(int(rows[0]), int(rows[-1]), plane.shape[0], size[0])
    left, right = _span(int(columns[0]), int(columns[-1]), plane.shape[1], size[1])
    x_low, x_high, x_share = _taps(left, right, plane.shape[1], size[1])
    set_ = np.empty((bottom - top, right - left), bool)
    step = max(1, _ROWS // max(right - left, 1))
    for start in range(top, bottom, step):
        end = min(start + step, bottom)
        y_low, y_high, y_share = _taps(start, end, plane.shape[0], size[0])
        lines = plane[y_low] * (1 - y_share)[:, None] + plane[y_high] * y_share[:, None]
        set_[start - top : end - top] = lines[:, x_low] * (1 - x_share) + lines[:, x_high] * x_share > 0
    return masks.from_bitmap(set_, left, top)


def _span(first: int, last: int, source: int, target: int) -> tuple[int, int]:
    """Return the range of target pixels that source pixels `first` to `last` can reach."""
    scale = target / source
    return max(math.floor((first - 0.5) * scale) - 1, 0), min(math.ceil((last + 1.5) * scale) + 1, target)


def _taps(start: int, end: int, source: int, target: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return of target pixels `start` to `end` the two source pixels between which each lies, and how far."""
    place = (np.arange(start, end) + 0.5) * (source / target) - 0.5
    place = place.clip(0, None).astype(np.float32)
    low = np.minimum(place.astype(np.int64), source - 1)
    return low, np.minimum(low + 1, source - 1), place - low

"""Masks damaged the way models damage them, for `correction.py`."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

Damage = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]  # truth, other objects, dice -> damaged


def depth(mask: np.ndarray) -> np.ndarray:
    """Return the distance from the border in pixels, positive inside, float32 (h, w)."""
    padded = np.pad(mask.astype(np.uint8), 1)
    into = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
    out = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    return into - out


def bleeding(truth: np.ndarray, _others: np.ndarray, dice: np.random.Generator) -> np.ndarray:
    """The border wanders, more to the outside than to the inside: by some 8 % of the object's size."""
    size = float(np.sqrt(truth.sum()))
    cells = max(round(max(truth.shape) / max(size / 4, 4)), 2)
    waves = cv2.resize(
        dice.normal(0, 1, (cells, cells)).astype(np.float32), truth.shape[::-1], interpolation=cv2.INTER_CUBIC
    )
    return depth(truth) > -size * (0.03 + 0.08 * waves)


def merged(truth: np.ndarray, others: np.ndarray, _dice: np.random.Generator) -> np.ndarray:
    """A neighbour, or as much of it as the object is large, is taken for a part of the object."""
    apart = cv2.distanceTransform((~truth).astype(np.uint8), cv2.DIST_L2, 5)
    near = others & ~truth & (apart < 1.2 * np.sqrt(truth.sum()))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(near.astype(np.uint8))
    touching = [n for n in range(1, count) if apart[labels == n].min() <= 3 and stats[n, cv2.CC_STAT_AREA] > 20]
    if not touching:
        return truth
    largest = max(touching, key=lambda n: stats[n, cv2.CC_STAT_AREA])
    both = truth | (labels == largest)
    return cv2.morphologyEx(both.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)).astype(bool)


def filled(truth: np.ndarray, _others: np.ndarray, _dice: np.random.Generator) -> np.ndarray:
    """Holes and bays are filled: between legs, under handles."""
    reach = max(round(0.25 * np.sqrt(truth.sum())), 2)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    padded = np.pad(truth.astype(np.uint8), reach)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, disc)[reach:-reach, reach:-reach]
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return cv2.drawContours(np.zeros(truth.shape, np.uint8), outlines, -1, 1, cv2.FILLED).astype(bool) | truth


def coarse(truth: np.ndarray, _others: np.ndarray, dice: np.random.Generator) -> np.ndarray:
    """The 28 x 28 mask of a two-stage detector, pasted into a box that is off by up to 6 % a side."""
    rows, columns = np.flatnonzero(truth.any(axis=1)), np.flatnonzero(truth.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    small = cv2.resize(truth[top:bottom, left:right].astype(np.float32), (28, 28), interpolation=cv2.INTER_AREA)
    w, h = right - left, bottom - top
    off = dice.uniform(-0.06, 0.06, 4) * (w, h, w, h)
    x0, y0, x1, y1 = (round(v) for v in (left + off[0], top + off[1], right + off[2], bottom + off[3]))
    pasted = cv2.resize(small, (max(x1 - x0, 2), max(y1 - y0, 2)), interpolation=cv2.INTER_LINEAR) > 0.5
    frame = np.zeros((truth.shape[0] + 200, truth.shape[1] + 200), bool)
    frame[100 + y0 : 100 + y0 + pasted.shape[0], 100 + x0 : 100 + x0 + pasted.shape[1]] = pasted
    return frame[100:-100, 100:-100]


DAMAGES: dict[str, Damage] = {"bleeding": bleeding, "merged": merged, "filled": filled, "coarse 28x28": coarse}

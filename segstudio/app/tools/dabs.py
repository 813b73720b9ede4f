"""Which pixels a brush covers."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np

from segstudio.core import spans
from segstudio.core.spans import Spans

SMALLEST, LARGEST = 1, 2000
Shape = Literal["round", "square"]
# Rounding must not bite into the shape.
_MORE = 1e-9


class Tip(NamedTuple):
    """A brush put down: its centre and its diameter (or side) in pixels."""

    x: float
    y: float
    size: int


def tip(x: float, y: float, size: int) -> Tip:
    """Return a brush at a place: its centre is a pixel's centre for odd sizes, a corner for even ones.

    So its shape is the same wherever it is put down.
    """
    if size % 2:
        return Tip(math.floor(x) + 0.5, math.floor(y) + 0.5, size)
    return Tip(float(round(x)), float(round(y)), size)


def sweep(a: Tip, b: Tip, frame: tuple[int, int], shape: Shape = "round") -> Spans:
    """Return the pixels whose centre a brush passes over on its way from a to b, its size changing evenly.

    Args:
        frame: (width, height) of the picture; what lies outside is cut off.
    """
    left = max(math.floor(min(a.x - a.size / 2, b.x - b.size / 2)), 0)
    right = min(math.ceil(max(a.x + a.size / 2, b.x + b.size / 2)), frame[0])
    if right <= left:
        return spans.NOTHING
    columns = np.arange(left, right)
    x = columns + 0.5
    # The shape is convex: each column is one run, from the highest of its parts to the lowest.
    if shape == "square":
        first, last = _between(_square_sides(a, b), x)
    else:
        parts = [_disc(a, x), _disc(b, x), _between(_tangents(a, b), x)]
        first, last = np.minimum.reduce([p[0] for p in parts]), np.maximum.reduce([p[1] for p in parts])
    full = last >= first
    columns, first, last = columns[full], first[full], last[full]
    tops = np.maximum(np.ceil(first - 0.5 - _MORE), 0).astype(np.int64)
    bottoms = np.minimum(np.floor(last - 0.5 + _MORE) + 1, frame[1]).astype(np.int64)
    full = bottoms > tops
    return Spans(columns[full], tops[full], bottoms[full])


def _disc(at: Tip, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    square = (at.size / 2) ** 2 + _MORE - (x - at.x) ** 2
    half = np.sqrt(np.maximum(square, 0))
    return np.where(square >= 0, at.y - half, np.inf), np.where(square >= 0, at.y + half, -np.inf)


Sides = list[tuple[float, float, float, float]]


def _tangents(a: Tip, b: Tip) -> Sides:
    """Return the sides of the shape between two discs, none where one holds the other."""
    dx, dy = b.x - a.x, b.y - a.y
    length, slope = math.hypot(dx, dy), (a.size - b.size) / 2
    if length <= abs(slope):
        return []
    along, across = slope / length, math.sqrt(1 - (slope / length) ** 2)
    dx, dy = dx / length, dy / length
    corners = []
    for side in (1, -1):
        nx, ny = dx * along - side * dy * across, dy * along + side * dx * across
        ends = [(t.x + t.size / 2 * nx, t.y + t.size / 2 * ny) for t in (a, b)]
        corners += ends if side == 1 else ends[::-1]
    return [(*p, *q) for p, q in zip(corners, corners[1:] + corners[:1], strict=True)]


def _square_sides(a: Tip, b: Tip) -> Sides:
    """Return the sides of two squares and the lines between their corners: the outermost bound what they sweep."""
    turns = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    rings = [[(t.x + i * t.size / 2, t.y + j * t.size / 2) for i, j in turns] for t in (a, b)]
    sides = [(*p, *q) for ring in rings for p, q in zip(ring, ring[1:] + ring[:1], strict=True)]
    return [*sides, *((*p, *q) for p, q in zip(*rings, strict=True))]


def _between(sides: Sides, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the highest and the lowest place of any side in each column."""
    first, last = np.full(len(x), np.inf), np.full(len(x), -np.inf)
    for x0, y0, x1, y1 in sides:
        if x0 == x1:
            continue
        t = (x - x0) / (x1 - x0)
        y = np.where((t >= 0) & (t <= 1), y0 + t * (y1 - y0), np.nan)
        first, last = np.fmin(first, y), np.fmax(last, y)
    return first, last

"""Boxes and polygons in picture coordinates.

Coordinates are COCO's: x to the right, y down, in pixels, continuous; the pixel in column c and row r
covers [c, c + 1) x [r, r + 1).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np


class Box(msgspec.Struct, frozen=True, tag="box", gc=False):
    """An axis-aligned box: left, top, width, height in pixels."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    @property
    def area(self) -> float:
        return self.w * self.h

    @property
    def bounds(self) -> Box:
        return self

    def union(self, other: Box) -> Box:
        """Return the smallest box around both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Box(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)

    def intersection(self, other: Box) -> Box | None:
        """Return the common box, or None where the two share no area."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        w, h = min(self.right, other.right) - x, min(self.bottom, other.bottom) - y
        return Box(x, y, w, h) if w > 0 and h > 0 else None

    def padded(self, margin: float) -> Box:
        """Return the box grown by `margin` pixels on each side."""
        return Box(self.x - margin, self.y - margin, self.w + 2 * margin, self.h + 2 * margin)

    def clipped(self, width: float, height: float) -> Box:
        """Return the part of the box inside a picture of that size (width or height may be 0)."""
        x, y = min(max(self.x, 0.0), width), min(max(self.y, 0.0), height)
        return Box(x, y, min(max(self.right, x), width) - x, min(max(self.bottom, y), height) - y)

    def pixels(self) -> tuple[int, int, int, int]:
        """Return (left, top, right, bottom) of the whole pixels that the box touches."""
        return math.floor(self.x), math.floor(self.y), math.ceil(self.right), math.ceil(self.bottom)


Ring = tuple[float, ...]


class Polygons(msgspec.Struct, frozen=True, tag="polygons"):
    """One region of one or several outer rings, with holes.

    Args:
        parts: Outer rings, each x0, y0, x1, y1, ...; the region is their union, as in COCO.
        holes: Inner rings, cut out of the union.
    """

    parts: tuple[Ring, ...]
    holes: tuple[Ring, ...] = ()

    @property
    def bounds(self) -> Box:
        rings = [ring for ring in self.parts if len(ring) > 1]
        if not rings:
            return Box(0.0, 0.0, 0.0, 0.0)
        x, y = min(min(ring[0::2]) for ring in rings), min(min(ring[1::2]) for ring in rings)
        right, bottom = max(max(ring[0::2]) for ring in rings), max(max(ring[1::2]) for ring in rings)
        return Box(x, y, right - x, bottom - y)

    @property
    def vertices(self) -> int:
        return sum(len(ring) // 2 for ring in (*self.parts, *self.holes))


def ring_points(ring: Sequence[float]) -> np.ndarray:
    """Return a ring as a float64 array of shape (n, 2); a number without its partner at the end is left out."""
    return np.asarray(ring[: len(ring) // 2 * 2], dtype=np.float64).reshape(-1, 2)


def ring_from_points(points: np.ndarray) -> Ring:
    """Return an (n, 2) array as a ring."""
    return tuple(float(v) for v in np.asarray(points, dtype=np.float64).ravel())


def ring_area(ring: Sequence[float]) -> float:
    """Return the area inside a ring by the shoelace formula; self-crossings cancel."""
    p = ring_points(ring)
    if len(p) < 3:
        return 0.0
    q = np.roll(p, -1, axis=0)
    return abs(float(np.sum(p[:, 0] * q[:, 1] - q[:, 0] * p[:, 1]))) / 2.0

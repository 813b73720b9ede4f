"""The borders of other objects, to snap to and to follow while an outline is drawn or moved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from segstudio.core import contours
from segstudio.core.annotation import Annotation, Geometry
from segstudio.core.geometry import Box, Polygons, ring_points
from segstudio.core.masks import Mask

# A vertex draws the pointer from this many times as far as a side.
EAGER = 1.5


class Spot(NamedTuple):
    """A place on a border.

    Args:
        x, y: In picture coordinates.
        owner: Id of the object whose border it is; 0 for the edge of the picture.
        ring: The number of the ring, parts first, then holes.
        at: How far along the ring: the number of the vertex before, and the share of the side behind it.
    """

    x: float
    y: float
    owner: int
    ring: int = 0
    at: float = 0.0


class Borders:
    """The borders of some objects of a picture. Those of masks run along pixel borders; they are traced when needed.

    Args:
        size: (width, height) of the picture, whose edges are borders too.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        self._rows: list[Annotation] = []
        self._boxes = np.zeros((0, 4))
        self._places: dict[int, tuple[Geometry, tuple[float, ...]]] = {}
        self._rings: dict[int, list[np.ndarray]] = {}

    def set(self, rows: Iterable[Annotation]) -> None:
        """Take the borders of these objects and no others; what has not changed is kept."""
        before, self._rows = self._places, [a for a in rows if a.geometry is not None]
        self._places = {}
        for a in self._rows:
            kept = before.get(a.id)
            if kept is None or kept[0] is not a.geometry:
                assert a.geometry is not None
                box = a.geometry.bounds
                kept = (a.geometry, (box.x, box.y, box.right, box.bottom))
                self._rings.pop(a.id, None)
            self._places[a.id] = kept
        self._boxes = np.array([place for _, place in self._places.values()]).reshape(-1, 4)

    def nearest(self, x: float, y: float, reach: float, *, edges: bool = True) -> Spot | None:
        """Return the place on a border next to (x, y) within `reach` pixels: rather a vertex than a side.

        Args:
            edges: Whether the edges of the picture count; they do where no object's border is in reach.
        """
        best: tuple[float, Spot] | None = None
        wide = reach * EAGER
        low, high = self._boxes[:, :2] - wide, self._boxes[:, 2:] + wide
        for i in np.flatnonzero(((low <= (x, y)) & ((x, y) <= high)).all(axis=1)).tolist():
            a = self._rows[i]
            for number, ring in enumerate(self.rings(a)):
                found = _on_ring(ring, x, y, reach)
                if found is not None and (best is None or found[0] < best[0]):
                    best = (found[0], Spot(found[1], found[2], a.id, number, found[3]))
        if best is not None:
            return best[1]
        return self._on_edge(x, y, reach) if edges else None

    def rings(self, a: Annotation) -> list[np.ndarray]:
        """Return an object's rings, float64 (n, 2) each, parts first."""
        if a.id not in self._rings:
            assert a.geometry is not None
            self._rings[a.id] = _rings(a.geometry)
        return self._rings[a.id]

    def between(self, a: Spot, b: Spot, *, far: bool = False) -> np.ndarray:
        """Return the vertices of a border between two of its places, float64 (n, 2), the shorter way or the other.

        Places on different borders have none.
        """
        if (a.owner, a.ring) != (b.owner, b.ring) or not a.owner:
            return np.zeros((0, 2))
        row = next((row for row in self._rows if row.id == a.owner), None)
        rings = self.rings(row) if row is not None else []
        if a.ring >= len(rings):
            return np.zeros((0, 2))
        ring = rings[a.ring]
        ways = (_stretch(ring, a.at, b.at), _stretch(ring, b.at, a.at)[::-1])
        lengths = [_length(np.vstack(((a.x, a.y), way, (b.x, b.y)))) for way in ways]
        return ways[(lengths[0] > lengths[1]) != far]

    def _on_edge(self, x: float, y: float, reach: float) -> Spot | None:
        place = [x, y]
        for axis, end in enumerate(self.size):
            near = min((0.0, float(end)), key=lambda edge: abs(place[axis] - edge))
            if abs(place[axis] - near) <= reach:
                place[axis] = near
        return Spot(*place, owner=0) if place != [x, y] else None


def _rings(shape: Geometry) -> list[np.ndarray]:
    if isinstance(shape, Box):
        return [
            np.array([(shape.x, shape.y), (shape.right, shape.y), (shape.right, shape.bottom), (shape.x, shape.bottom)])
        ]
    outline = contours.trace(shape) if isinstance(shape, Mask) else shape
    assert isinstance(outline, Polygons)
    return [ring_points(r) for r in (*outline.parts, *outline.holes) if len(r) >= 4]


def _on_ring(ring: np.ndarray, x: float, y: float, reach: float) -> tuple[float, float, float, float] | None:
    """Return (how far, x, y, place along) of the place of a ring next to a point, or None beyond its reach."""
    gap = np.hypot(ring[:, 0] - x, ring[:, 1] - y)
    vertex = int(np.argmin(gap))
    if gap[vertex] <= reach * EAGER:
        return float(gap[vertex]) / EAGER, *ring[vertex].tolist(), float(vertex)
    side, share, distance = nearest_side(ring, x, y)
    if distance > reach:
        return None
    a, b = ring[side], ring[(side + 1) % len(ring)]
    px, py = (a + share * (b - a)).tolist()
    return distance, px, py, side + min(share, 1 - 1e-9)


def nearest_side(ring: np.ndarray, x: float, y: float) -> tuple[int, float, float]:
    """Return the side of a ring next to a point: its first vertex, the share along it, and the distance.

    Args:
        ring: float64 (n, 2).
    """
    after = np.roll(ring, -1, axis=0)
    along = after - ring
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((x - ring[:, 0]) * along[:, 0] + (y - ring[:, 1]) * along[:, 1]) / length, 0, 1)
    distance = np.hypot(ring[:, 0] + share * along[:, 0] - x, ring[:, 1] + share * along[:, 1] - y)
    side = int(np.argmin(distance))
    return side, float(share[side]), float(distance[side])


def _stretch(ring: np.ndarray, start: float, end: float) -> np.ndarray:
    """Return the vertices of a ring after one place and before another, in the ring's direction."""
    n = len(ring)
    first = int(np.floor(start)) + 1
    last = int(np.ceil(end)) - 1
    if end < start:
        last += n
    return ring[np.arange(first, last + 1) % n]


def _length(line: np.ndarray) -> float:
    return float(np.hypot(*np.diff(line, axis=0).T).sum())

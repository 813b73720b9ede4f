"""The handles of a selected object: corners and sides of a box, vertices and sides of a polygon, joints of a pose."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from segstudio.core.annotation import Annotation
from segstudio.core.borders import nearest_side
from segstudio.core.geometry import Box, Polygons, ring_points

# In screen pixels: how near the pointer must come to a handle and to a side, and how long a side must be, so that there
# is room for the handles at its ends.
GRAB = 7.0
SIDE_GRAB = 4.0
SHORTEST = 24.0


class Handle(NamedTuple):
    """A place that can be dragged.

    Args:
        kind: "box", "vertex" or "joint".
        index: Of a box 0 to 7 clockwise from the top left corner; of a vertex or a joint its number.
        ring: Of a vertex: its ring, parts first, then holes.
    """

    kind: str
    x: float
    y: float
    index: int
    ring: int = 0


def box_handles(box: Box) -> list[Handle]:
    """Return the corners and the middles of the sides, clockwise from the top left."""
    cx, cy = box.x + box.w / 2, box.y + box.h / 2
    places = [
        (box.x, box.y), (cx, box.y), (box.right, box.y), (box.right, cy),
        (box.right, box.bottom), (cx, box.bottom), (box.x, box.bottom), (box.x, cy),
    ]  # fmt: skip
    return [Handle("box", x, y, i) for i, (x, y) in enumerate(places)]


def handles_of(a: Annotation, part: Box, apart: float = 0.0) -> list[Handle]:
    """Return what can be dragged of an object in a part of the picture; those that lie on top of others come first.

    Args:
        apart: Of vertices in one square of this size only the first is returned.
    """
    found: list[Handle] = []
    if a.keypoints is not None:
        points = (a.keypoints.point(i) for i in range(a.keypoints.count))
        found += [Handle("joint", x, y, i) for i, (x, y, v) in enumerate(points) if v > 0]
    if isinstance(a.geometry, Polygons):
        for number, ring in enumerate((*a.geometry.parts, *a.geometry.holes)):
            found += _vertices(ring_points(ring), number, part, apart)
    box = a.geometry if isinstance(a.geometry, Box) else a.box
    if box is not None:
        found += box_handles(box)
    return [h for h in found if part.x <= h.x <= part.right and part.y <= h.y <= part.bottom]


def _vertices(points: np.ndarray, ring: int, part: Box, apart: float) -> list[Handle]:
    low, high = (part.x, part.y), (part.right, part.bottom)
    near = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1))
    if apart and len(near):
        # Rows of whole numbers, of which each is one complex number: sorted at once.
        cells = np.floor(points[near] / apart) @ (1, 1j)
        near = near[np.sort(np.unique(cells, return_index=True)[1])]
    return [Handle("vertex", x, y, i, ring) for i, (x, y) in zip(near.tolist(), points[near].tolist())]


def grab(a: Annotation, x: float, y: float, zoom: float) -> Handle | None:
    """Return the nearest handle within reach of a place, or None."""
    reach = GRAB / max(zoom, 1e-9)
    near = handles_of(a, Box(x, y, 0, 0).padded(reach))
    return min(near, key=lambda h: (h.x - x) ** 2 + (h.y - y) ** 2) if near else None


def side_at(a: Annotation, x: float, y: float, zoom: float, reach: float, shortest: float) -> tuple[int, int] | None:
    """Return the side of a polygon at a place as (ring, number of its first vertex), or None.

    Args:
        reach, shortest: How far the side may be from the place and how long it must be, in screen pixels.
    """
    if not isinstance(a.geometry, Polygons):
        return None
    best: tuple[float, int, int] | None = None
    for number, ring in enumerate((*a.geometry.parts, *a.geometry.holes)):
        points = ring_points(ring)
        if len(points) < 2 or not _reaches(points, x, y, reach / max(zoom, 1e-9)):
            continue
        side, _, distance = nearest_side(points, x, y)
        length = float(np.hypot(*(points[(side + 1) % len(points)] - points[side])))
        if distance * zoom <= reach and length * zoom >= shortest and (best is None or distance < best[0]):
            best = (distance, number, side)
    return best[1:] if best is not None else None


def _reaches(points: np.ndarray, x: float, y: float, reach: float) -> bool:
    """Return whether a place lies within reach of the box around some points."""
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return left - reach <= x <= right + reach and top - reach <= y <= bottom + reach


def resized(box: Box, index: int, x: float, y: float) -> Box:
    """Return a box with one of its handles moved; it may turn over."""
    left, top, right, bottom = box.x, box.y, box.right, box.bottom
    if index in (0, 6, 7):
        left = x
    if index in (2, 3, 4):
        right = x
    if index in (0, 1, 2):
        top = y
    if index in (4, 5, 6):
        bottom = y
    return Box(min(left, right), min(top, bottom), abs(right - left), abs(bottom - top))

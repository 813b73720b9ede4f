"""The handles of a selected object: corners and sides of a box, vertices of a polygon, joints of a pose."""

from __future__ import annotations

from typing import NamedTuple

from segstudio.core.annotation import Annotation
from segstudio.core.geometry import Box, Polygons

GRAB = 7.0
# More vertices than this are too close together to be grabbed one by one at most zooms; near ones still can be.
MOST = 4000


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


def handles_of(a: Annotation) -> list[Handle]:
    """Return what can be dragged of an object; those that lie on top of others come first."""
    found: list[Handle] = []
    if a.keypoints is not None:
        points = (a.keypoints.point(i) for i in range(a.keypoints.count))
        found += [Handle("joint", x, y, i) for i, (x, y, v) in enumerate(points) if v > 0]
    if isinstance(a.geometry, Polygons) and a.geometry.vertices <= MOST:
        for number, ring in enumerate((*a.geometry.parts, *a.geometry.holes)):
            found += [Handle("vertex", ring[2 * i], ring[2 * i + 1], i, number) for i in range(len(ring) // 2)]
    box = a.geometry if isinstance(a.geometry, Box) else a.box
    if box is not None:
        found += box_handles(box)
    return found


def grab(a: Annotation, x: float, y: float, zoom: float) -> Handle | None:
    """Return the nearest handle within reach of a place, or None."""
    reach = GRAB / max(zoom, 1e-9)
    near = [h for h in handles_of(a) if abs(h.x - x) <= reach and abs(h.y - y) <= reach]
    return min(near, key=lambda h: (h.x - x) ** 2 + (h.y - y) ** 2) if near else None


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

"""Outlines with fewer vertices, and what that costs. A border that objects share stays a shared one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from segstudio.core import changes, contours, masks
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.edits import by_person, count_of
from segstudio.core.geometry import Polygons, Ring, ring_from_points, ring_points
from segstudio.core.masks import Mask
from segstudio.core.shape_edits import SAME

_TRIES = 6  # halvings of a tolerance that is too wide for a ring


class Deviation(NamedTuple):
    """What simplifying costs.

    Args:
        before, after: Numbers of vertices.
        pixels: The farthest that a place of the old outline lies from the new one.
        iou: Of the old and the new pixels; the lowest of several objects.
    """

    before: int
    after: int
    pixels: float
    iou: float


def simplify(rows: Sequence[Annotation], tolerance: float) -> ChangeSet:
    """Return the change to outlines with fewer vertices; masks become polygons, boxes stay as they are."""
    found = [
        a for a in rows if isinstance(a.geometry, Polygons) or (isinstance(a.geometry, Mask) and a.geometry.counts)
    ]
    shapes = simplified([a.geometry for a in found if isinstance(a.geometry, Polygons | Mask)], tolerance)
    pairs = [(a, replace(by_person(a), geometry=b, box=None)) for a, b in zip(found, shapes) if a.geometry != b]
    return changes.replace(pairs, f"Simplify {count_of(len(pairs))}")


def simplified(shapes: Sequence[Polygons | Mask], tolerance: float) -> list[Polygons]:
    """Return outlines with fewer vertices, none of their places farther than `tolerance` pixels from the old ones.

    Masks are traced along their pixel borders first. Stretches of border that several rings have in common, vertex by
    vertex, are simplified alike and stay common (lines by Douglas and Peucker, 1973). With a tolerance of 0 only
    vertices within straight lines go.
    """
    several = len(shapes) > 1
    outlines = [contours.trace(shape) if isinstance(shape, Mask) else shape for shape in shapes]
    rings: list[Ring] = [ring for outline in outlines for ring in (*outline.parts, *outline.holes)]
    traced = [isinstance(s, Mask) for s, o in zip(shapes, outlines) for _ in range(len(o.parts) + len(o.holes))]
    # Neighbours' corners need not be one's own: with a vertex a pixel both borders have the same ones.
    points = [_by_pixel(ring_points(r)) if several and t else ring_points(r) for r, t in zip(rings, traced)]
    for i, less in _fewer([p for p in points if len(p) > 3], tolerance).items():
        at = [n for n, p in enumerate(points) if len(p) > 3][i]
        if 2 * len(less) < len(rings[at]):
            rings[at] = ring_from_points(less)
    made, first = [], 0
    for outline in outlines:
        middle, last = first + len(outline.parts), first + len(outline.parts) + len(outline.holes)
        made.append(Polygons(tuple(rings[first:middle]), tuple(rings[middle:last])))
        first = last
    return made


def _by_pixel(ring: np.ndarray) -> np.ndarray:
    """Return a ring of level and steep lines between whole numbers with a vertex at each of them."""
    step = np.roll(ring, -1, axis=0) - ring
    count = np.abs(step).sum(axis=1).astype(np.int64)
    behind = np.cumsum(count)
    along = np.arange(behind[-1]) - np.repeat(behind - count, count)
    return np.repeat(ring, count, axis=0) + along[:, None] * np.repeat(np.sign(step), count, axis=0)


def _fewer(rings: list[np.ndarray], tolerance: float) -> dict[int, np.ndarray]:
    """Return the simplified rings by number; those left with fewer than three vertices at any width are missing."""
    import shapely

    stretches = _stretches(rings)
    found: dict[int, np.ndarray] = {}
    left, reach = list(range(len(rings))), tolerance
    for _ in range(_TRIES):
        lines = [shapely.LineString(line) for i in left for line, _ in stretches[i]]
        less = iter([shapely.get_coordinates(line) for line in shapely.simplify(lines, reach)] if lines else [])
        for i in left:
            parts = [next(less)[:: -1 if turned else 1][:-1] for _, turned in stretches[i]]
            ring = np.concatenate(parts)
            if len(ring) > 2:
                found[i] = ring
        # What would become a line is small: it gets more vertices than the tolerance asks for.
        left = [i for i in left if i not in found]
        if not left:
            break
        reach /= 2
    return found


def _stretches(rings: list[np.ndarray]) -> list[list[tuple[np.ndarray, bool]]]:
    """Return each ring as lines, end to end, between the vertices where other rings join or leave it.

    A line of several rings has the same direction in all of them; the flag says that the ring has the other one. Closed
    lines, not rings, are what GEOS keeps within its tolerance: of a ring it drops the first vertex too.
    """
    shared = _sharing_of_sides(rings)
    made: list[list[tuple[np.ndarray, bool]]] = []
    for ring, sides in zip(rings, shared):
        joints = np.flatnonzero(sides != np.roll(sides, 1))
        start = int(joints[0]) if len(joints) else int(np.lexsort((ring[:, 1], ring[:, 0]))[0])
        closed = np.vstack((np.roll(ring, -start, axis=0), ring[start : start + 1]))
        cuts = [*(joints - start).tolist(), len(ring)] if len(joints) else [0, len(ring)]
        lines = [closed[a : b + 1] for a, b in pairwise(cuts)]
        turned = [_is_turned(line) for line in lines]
        made.append([(line[::-1] if back else line, back) for line, back in zip(lines, turned)])
    return made


def _is_turned(line: np.ndarray) -> bool:
    """Return whether the other direction of a line is the one that all rings take."""
    one, other = line[0].tolist(), line[-1].tolist()
    return (one, line[1].tolist()) > (other, line[-2].tolist())


def _sharing_of_sides(rings: list[np.ndarray]) -> list[np.ndarray]:
    """Return for each side of each ring a number that says which rings have that side, uint64 (n,) each."""
    if not rings:
        return []
    after = [np.roll(ring, -1, axis=0) for ring in rings]
    ends = np.round(np.stack((np.concatenate(rings), np.concatenate(after)), axis=1) / SAME).astype(np.int64)
    # The same for both directions of a side.
    turned = (ends[:, 0, 0] > ends[:, 1, 0]) | ((ends[:, 0, 0] == ends[:, 1, 0]) & (ends[:, 0, 1] > ends[:, 1, 1]))
    ends[turned] = ends[turned, ::-1]
    side = np.unique(ends.reshape(-1, 4), axis=0, return_inverse=True)[1].ravel()
    lengths = [len(ring) for ring in rings]
    names = np.random.default_rng(0).integers(1, 2**63, len(rings), dtype=np.uint64)
    sums = np.zeros(side.max() + 1, np.uint64)
    np.add.at(sums, side, np.repeat(names, lengths))
    return np.split(sums[side], np.cumsum(lengths)[:-1])


def deviation(change: ChangeSet, size: tuple[int, int]) -> Deviation:
    """Return what a change of outlines costs; of a mask the traced outline counts as the old one."""
    import shapely

    before = after = 0
    pixels, iou = 0.0, 1.0
    for c in change.of("annotation"):
        if not (isinstance(c.before, Annotation) and isinstance(c.after, Annotation)):
            continue
        old, new = c.before.geometry, c.after.geometry
        if not isinstance(new, Polygons) or not isinstance(old, Polygons | Mask):
            continue
        outline = contours.trace(old) if isinstance(old, Mask) else old
        before, after = before + outline.vertices, after + new.vertices
        rings = [
            [shapely.LinearRing(ring_points(r)) for r in (*s.parts, *s.holes) if len(r) >= 6] for s in (outline, new)
        ]
        if len(rings[0]) == len(rings[1]) and rings[0]:
            pixels = max(pixels, float(np.max(shapely.hausdorff_distance(rings[0], rings[1]))))
        iou = min(iou, masks.iou(c.before.mask(*size), c.after.mask(*size)))
    return Deviation(before, after, pixels, iou)

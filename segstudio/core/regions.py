"""Polygons as exact regions of the plane, for unions, cuts and the like: to and from shapely's geometries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from segstudio.core.geometry import Box, Polygons, Ring, ring_from_points, ring_points


def region(shape: Polygons | Box) -> Any:
    """Return the region of a shape as a shapely geometry: its parts together, less its holes.

    A ring that crosses itself holds the points that are inside it an odd number of times, as COCO's rule has it.
    """
    import shapely

    if isinstance(shape, Box):
        return shapely.box(shape.x, shape.y, shape.right, shape.bottom)
    whole = shapely.union_all(_areas(shape.parts))
    return areas_of(shapely.difference(whole, shapely.union_all(_areas(shape.holes)))) if shape.holes else whole


def _areas(rings: Iterable[Ring]) -> list[Any]:
    import shapely

    made = [shapely.Polygon(ring_points(ring)) for ring in rings if len(ring) >= 6]
    valid = shapely.is_valid(made)
    return [area if good else areas_of(shapely.make_valid(area)) for area, good in zip(made, valid)]


def areas_of(geometry: Any) -> Any:
    """Return a geometry's areas; the lines and points in it, which other operations may stumble over, are left out."""
    import shapely

    if geometry.geom_type == "Polygon" and not geometry.is_empty:
        return geometry
    parts = shapely.get_parts(shapely.get_parts(geometry).ravel())
    return shapely.MultiPolygon([g for g in parts if g.geom_type == "Polygon" and g.area > 0])


def combined(rule: Callable[[Any, Any], Any], shapes: Iterable[Polygons | Box]) -> Any:
    """Return the areas that a function of two shapely geometries makes of several, in whatever order it takes them."""
    left = [region(shape) for shape in shapes]
    # In pairs, and pairs of pairs: most of them are small.
    while len(left) > 1:
        odd = left[len(left) - len(left) % 2 :]
        left = [areas_of(rule(a, b)) for a, b in zip(left[::2], left[1::2])] + odd
    return left[0]


def polygons(geometry: Any) -> Polygons:
    """Return a shapely geometry's areas as polygons."""
    import shapely

    areas = shapely.get_parts(areas_of(geometry))
    parts = [_points(g.exterior) for g in areas]
    holes = [_points(ring) for g in areas for ring in g.interiors]
    parts, holes = without_islands(parts, holes)
    return Polygons(tuple(map(ring_from_points, parts)), tuple(map(ring_from_points, holes)))


def _points(ring: Any) -> np.ndarray:
    import shapely

    return shapely.get_coordinates(ring)[:-1]


def without_islands(parts: list[np.ndarray], holes: list[np.ndarray]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Move the parts that lie in a hole into that hole's ring, since holes are taken from all parts at once.

    Args:
        parts, holes: Rings that don't cross each other, as arrays of shape (n, 2).
    """
    if len(parts) < 2 or not holes:
        return parts, holes
    low, high = np.array([p.min(axis=0) for p in parts]), np.array([p.max(axis=0) for p in parts])
    owner, extent = np.full(len(parts), -1), np.full(len(parts), np.inf)
    inner: dict[int, tuple[float, float]] = {}
    for number, hole in enumerate(holes):
        floor, ceiling = hole.min(axis=0), hole.max(axis=0)
        size = float(np.prod(ceiling - floor))
        near = np.flatnonzero((low >= floor).all(axis=1) & (high <= ceiling).all(axis=1) & (extent > size))
        if len(near):
            inner |= {i: _inner_point(parts[i]) for i in near.tolist() if i not in inner}
            # The hole that holds an island is the smallest of those around it.
            inside = near[_inside(np.array([inner[i] for i in near.tolist()]), hole)]
            owner[inside], extent[inside] = number, size
    merged = list(holes)
    # From the top down, so that what lies above an island is in the ring already.
    for island in sorted(np.flatnonzero(owner >= 0).tolist(), key=lambda i: low[i, 1]):
        merged[owner[island]] = bridged(merged[owner[island]], parts[island])
    return [part for part, own in zip(parts, owner.tolist()) if own < 0], merged


def _inner_point(ring: np.ndarray) -> tuple[float, float]:
    """Return a point within a ring: between the two lines that a level line through its middle meets first."""
    levels = np.unique(ring[:, 1])
    gap = int(np.argmax(np.diff(levels)))
    y = (levels[gap] + levels[gap + 1]) / 2
    after = np.roll(ring, -1, axis=0)
    low, high = np.minimum(ring[:, 1], after[:, 1]), np.maximum(ring[:, 1], after[:, 1])
    met = (low < y) & (y < high)
    a, b = ring[met], after[met]
    xs = np.sort(a[:, 0] + (y - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0]))
    return float(xs[0] + xs[1]) / 2, float(y)


def _inside(points: np.ndarray, ring: np.ndarray) -> np.ndarray:
    """Return for float (n, 2) points whether they lie in a ring, bool (n,)."""
    a, b = ring, np.roll(ring, -1, axis=0)
    px, py = points[:, :1], points[:, 1:]
    met = (a[:, 1] > py) != (b[:, 1] > py)
    height = np.where(b[:, 1] == a[:, 1], 1.0, b[:, 1] - a[:, 1])
    x = a[:, 0] + (py - a[:, 1]) / height * (b[:, 0] - a[:, 0])
    return (met & (x > px)).sum(axis=1) % 2 == 1


def bridged(ring: np.ndarray, island: np.ndarray) -> np.ndarray:
    """Return a ring that runs to an island inside it and round it, there and back along a vertical line.

    Vertical lines meet no column of pixels, so that COCO's rule does not see the bridge.
    """
    island = np.roll(island, -int(np.lexsort((island[:, 0], island[:, 1]))[0]), axis=0)
    x, y = island[0]
    a, b = ring, np.roll(ring, -1, axis=0)
    width = b[:, 0] - a[:, 0]
    steep = width == 0
    share = np.where(steep, 0.0, (x - a[:, 0]) / np.where(steep, 1, width))
    level = a[:, 1] + share * (b[:, 1] - a[:, 1])
    above = (np.minimum(a[:, 0], b[:, 0]) <= x) & (x <= np.maximum(a[:, 0], b[:, 0])) & (level <= y)
    at = int(np.argmax(np.where(above, level, -np.inf)))
    foot = np.array([(x, level[at])])
    return np.concatenate((ring[: at + 1], foot, island, island[:1], foot, ring[at + 1 :]))

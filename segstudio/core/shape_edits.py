"""Edits of outlines: vertices and sides, parts and holes, borders that neighbours share, conversion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from msgspec.structs import replace

from segstudio.core import changes, contours, masks
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.edits import by_person, count_of, set_geometry
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box, Polygons, Ring, ring_from_points, ring_points
from segstudio.core.masks import Mask
from segstudio.core.regions import polygons, region

# Vertices of neighbours nearer than this are the same place: files round to hundredths.
SAME = 0.01

# Annotation id to vertex numbers, counted through all its rings, the parts' first.
Picks = Mapping[int, Sequence[int]]


def vertices(shape: Polygons) -> np.ndarray:
    """Return all vertices, float64 (n, 2), the parts' first, then the holes'."""
    rings = [ring_points(ring) for ring in (*shape.parts, *shape.holes)]
    return np.concatenate(rings) if rings else np.zeros((0, 2))


def number_of(shape: Polygons, ring: int, index: int) -> int:
    """Return the number of a ring's vertex, counted through all rings."""
    return sum(len(r) // 2 for r in [*shape.parts, *shape.holes][:ring]) + index


def place_of(shape: Polygons, number: int) -> tuple[int, int]:
    """Return (ring, index) of a vertex that is counted through all rings."""
    for ring, values in enumerate((*shape.parts, *shape.holes)):
        if number < len(values) // 2:
            return ring, number
        number -= len(values) // 2
    raise IndexError(number)


def sharing(rows: Iterable[Annotation], points: np.ndarray) -> dict[int, list[int]]:
    """Return the vertices of polygons that lie where one of the points (float (n, 2)) is."""
    found: dict[int, list[int]] = {}
    if not len(points):
        return found
    low, high = points.min(axis=0) - SAME, points.max(axis=0) + SAME
    for a in rows:
        if not isinstance(a.geometry, Polygons):
            continue
        all_ = vertices(a.geometry)
        near = np.flatnonzero(((all_ >= low) & (all_ <= high)).all(axis=1))
        gaps = np.abs(all_[near, None] - points[None]).max(axis=2) if len(near) else np.zeros((0, 1))
        numbers = near[(gaps <= SAME).any(axis=1)].tolist()
        if numbers:
            found[a.id] = numbers
    return found


def move_vertices(
    rows: Iterable[Annotation], picks: Picks, dx: float, dy: float, size: tuple[int, int], *, nudge: bool = False
) -> ChangeSet:
    """Return the move of picked vertices, of one polygon or of several, by (dx, dy) pixels.

    Args:
        size: (width, height) of the picture. Moved vertices stop at its edges, all by the same way.
        nudge: Nudges in a row become one step.
    """
    chosen = [(a, a.geometry, list(picks[a.id])) for a in rows if a.id in picks and isinstance(a.geometry, Polygons)]
    if not chosen:
        return ChangeSet(())
    moving = np.concatenate([vertices(shape)[numbers] for _, shape, numbers in chosen])
    step = _kept_inside(moving, np.array((dx, dy)), size)
    pairs = []
    for a, shape, numbers in chosen:
        points = vertices(shape)
        points[numbers] += step
        pairs.append((a, replace(by_person(a), geometry=_with_vertices(shape, points), box=None)))
    n = max(len(numbers) for _, _, numbers in chosen)
    label = "Move vertex" if n == 1 else f"Move {n} vertices"
    return changes.replace(pairs, label, "nudge" if nudge else "")


def _kept_inside(points: np.ndarray, step: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return the step, shortened so that points that are on the picture stay on it."""
    end = np.array(size, float)
    inside = (points >= 0) & (points <= end)
    least = np.where(inside, -points, -np.inf).max(axis=0)
    most = np.where(inside, end - points, np.inf).min(axis=0)
    return np.clip(step, least, most)


def _with_vertices(shape: Polygons, points: np.ndarray) -> Polygons:
    rings: list[Ring] = []
    at = 0
    for ring in (*shape.parts, *shape.holes):
        n = len(ring) // 2
        rings.append(ring_from_points(points[at : at + n]))
        at += n
    return Polygons(tuple(rings[: len(shape.parts)]), tuple(rings[len(shape.parts) :]))


def insert_vertex(rows: Iterable[Annotation], x: float, y: float, a: Annotation, side: tuple[int, int]) -> ChangeSet:
    """Return the insertion of a vertex at (x, y) on a polygon's side (ring, index of its first vertex).

    Args:
        rows: Other polygons; those that have the same side get the vertex too, so that the border stays a shared one.
    """
    if not isinstance(a.geometry, Polygons):
        raise InputError(f"Object {a.id} is not a polygon.")
    ring = ring_points([*a.geometry.parts, *a.geometry.holes][side[0]])
    ends = np.stack((ring[side[1]], ring[(side[1] + 1) % len(ring)]))
    pairs = [(a, _with_point(a, side, x, y))]
    for other in rows:
        same = _same_side(other, ends) if other.id != a.id else None
        if same is not None:
            pairs.append((other, _with_point(other, same, x, y)))
    return changes.replace(pairs, "Add vertex")


def _same_side(a: Annotation, ends: np.ndarray) -> tuple[int, int] | None:
    """Return the side of a polygon between two places, (ring, index), or None."""
    if not isinstance(a.geometry, Polygons):
        return None
    for number, ring in enumerate((*a.geometry.parts, *a.geometry.holes)):
        points = ring_points(ring)
        after = np.roll(points, -1, axis=0)
        for one, two in ((ends[0], ends[1]), (ends[1], ends[0])):
            same = (np.abs(points - one).max(axis=1) <= SAME) & (np.abs(after - two).max(axis=1) <= SAME)
            if same.any():
                return number, int(np.argmax(same))
    return None


def _with_point(a: Annotation, side: tuple[int, int], x: float, y: float) -> Annotation:
    assert isinstance(a.geometry, Polygons)
    rings = [*a.geometry.parts, *a.geometry.holes]
    cut = 2 * side[1] + 2
    rings[side[0]] = (*rings[side[0]][:cut], float(x), float(y), *rings[side[0]][cut:])
    n = len(a.geometry.parts)
    return replace(by_person(a), geometry=Polygons(tuple(rings[:n]), tuple(rings[n:])), box=None)


def delete_vertices(rows: Iterable[Annotation], picks: Picks) -> ChangeSet:
    """Return the removal of picked vertices; a ring left with fewer than three goes whole.

    Raises:
        InputError: Nothing would be left of an object.
    """
    pairs = []
    for a in rows:
        if a.id not in picks or not isinstance(a.geometry, Polygons):
            continue
        shape = a.geometry
        points = vertices(shape)
        keep = np.ones(len(points), bool)
        keep[list(picks[a.id])] = False
        rings: list[Ring | None] = []
        at = 0
        for ring in (*shape.parts, *shape.holes):
            n = len(ring) // 2
            left = keep[at : at + n]
            rings.append(
                ring if left.all() else ring_from_points(points[at : at + n][left]) if left.sum() > 2 else None
            )
            at += n
        n = len(shape.parts)
        parts, holes = (tuple(r for r in some if r is not None) for some in (rings[:n], rings[n:]))
        if not parts:
            raise InputError(
                f"Nothing would be left of object {a.id}: an outline needs three vertices.",
                remedy="Delete the object itself instead.",
            )
        pairs.append((a, replace(by_person(a), geometry=Polygons(parts, holes), box=None)))
    n = max((len(numbers) for numbers in picks.values()), default=0)
    return changes.replace(pairs, "Delete vertex" if n == 1 else f"Delete {n} vertices")


def delete_ring(a: Annotation, ring: int) -> ChangeSet:
    """Return the removal of one part or hole; `ring` counts the parts first, then the holes.

    Raises:
        InputError: It is the only part.
    """
    if not isinstance(a.geometry, Polygons):
        raise InputError(f"Object {a.id} is not a polygon.", remedy="Convert it to a polygon first.")
    parts, holes = list(a.geometry.parts), list(a.geometry.holes)
    if ring >= len(parts):
        del holes[ring - len(parts)]
        return set_geometry(a, Polygons(tuple(parts), tuple(holes)), "Fill hole")
    if len(parts) == 1:
        raise InputError("This is the object's only part.", remedy="Delete the object itself instead.")
    # A hole of that part goes with it; one that reaches into another part stays.
    gone = region(Polygons((parts.pop(ring),)))
    rest = region(Polygons(tuple(parts)))
    kept = [h for h in holes if not gone.intersects(region(Polygons((h,)))) or rest.intersects(region(Polygons((h,))))]
    return set_geometry(a, Polygons(tuple(parts), tuple(kept)), "Delete part")


def add_ring(a: Annotation, ring: Ring, size: tuple[int, int], *, hole: bool = False) -> ChangeSet:
    """Return the addition of a further part to an object, or of a hole.

    A mask stays a mask, a polygon and a box become or stay polygons.

    Raises:
        InputError: The ring has no area, the hole lies beside the object or leaves nothing of it.
    """
    label = "Cut hole" if hole else "Add part"
    area = region(Polygons((ring,)))
    if area.area == 0:
        raise InputError("A polygon needs three vertices that are not on one line.")
    shape = a.geometry
    if isinstance(shape, Mask):
        drawn = masks.from_polygons(Polygons((ring,)), *size)
        new: Mask | Polygons = masks.subtract(shape, drawn) if hole else masks.union(shape, drawn)
        left, same = bool(new.counts), new == shape
    else:
        new = _ring_added(shape, ring, hole)
        left = not region(new).is_empty
        same = hole and not region(shape).intersects(area) if shape is not None else hole
    if not left:
        raise InputError(f"Nothing would be left of object {a.id}.", remedy="Delete the object itself instead.")
    if same and hole:
        raise InputError("This hole lies beside the object.", remedy="Draw it over the object that it is cut from.")
    return set_geometry(a, new, label)


def _ring_added(shape: Polygons | Box | None, ring: Ring, hole: bool) -> Polygons:
    if shape is None:
        return Polygons(()) if hole else Polygons((ring,))
    if isinstance(shape, Box):
        shape = _box_polygon(shape)
    if hole:
        return Polygons(shape.parts, (*shape.holes, ring))
    added = region(Polygons((ring,)))
    holes = [h for h in shape.holes if added.intersects(region(Polygons((h,))))]
    if not holes:
        return Polygons((*shape.parts, ring), shape.holes)
    # Holes are taken from all parts at once: those that the new part reaches into must make room for it.
    left = [polygons(region(Polygons((h,))).difference(added)) for h in holes]
    kept = tuple(h for h in shape.holes if h not in holes)
    island = any(hole_.holes for hole_ in left)
    if island:
        return polygons(region(shape).union(added))
    return Polygons((*shape.parts, ring), (*kept, *(r for hole_ in left for r in hole_.parts)))


def _box_polygon(box: Box) -> Polygons:
    return Polygons(((box.x, box.y, box.right, box.y, box.right, box.bottom, box.x, box.bottom),))


def to_polygon(rows: Sequence[Annotation]) -> ChangeSet:
    """Return the conversion to polygons along pixel borders: the very same pixels, holes and parts kept."""

    def convert(a: Annotation) -> Polygons | None:
        if isinstance(a.geometry, Mask):
            return contours.trace(a.geometry) if a.geometry.counts else None
        return _box_polygon(a.geometry) if isinstance(a.geometry, Box) else None

    return _converted(rows, convert, "polygon")


def to_mask(rows: Sequence[Annotation], size: tuple[int, int]) -> ChangeSet:
    """Return the conversion to masks, by COCO's rule; objects without a pixel on the picture stay as they are."""

    def convert(a: Annotation) -> Mask | None:
        made = None if isinstance(a.geometry, Mask) else a.mask(*size)
        return made if made is not None and made.counts else None

    return _converted(rows, convert, "mask")


def _converted(
    rows: Sequence[Annotation], convert: Callable[[Annotation], Polygons | Mask | None], kind: str
) -> ChangeSet:
    made = [(a, convert(a)) for a in rows]
    pairs = [(a, replace(by_person(a), geometry=shape)) for a, shape in made if shape is not None]
    return changes.replace(pairs, f"Convert {count_of(len(pairs))} to {kind}")

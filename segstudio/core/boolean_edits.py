"""Edits that make one object of several, or several of one: union, subtract, intersect, exclude, cut, split, merge.

Where all operands are outlines (polygons, boxes) the result is exact polygons; where one is a mask it is a mask.
What two objects say differently (keypoints, attributes, a track) can't be kept in one: such a change is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace

from segstudio.core import changes, contours, masks, spans
from segstudio.core.annotation import Annotation, Geometry
from segstudio.core.changes import Change, ChangeSet
from segstudio.core.edits import by_person, count_of
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box, Polygons
from segstudio.core.masks import Mask
from segstudio.core.regions import combined, polygons, region

Size = tuple[int, int]


def union(rows: Sequence[Annotation], size: Size) -> ChangeSet:
    """Return the change to one object that covers what any of them covers; it takes the place of the lowest.

    Raises:
        InputError: Fewer than two objects with a shape, or they say what can't be said of one object.
    """
    rows = _shaped(rows, 2)
    shape = _union(rows, size)
    return _one_of(rows, shape, f"Union of {count_of(len(rows))}")


def intersect(rows: Sequence[Annotation], size: Size) -> ChangeSet:
    """Return the change to one object that covers what all of them cover.

    Raises:
        InputError: As for `union`, or they have nothing in common.
    """
    rows = _shaped(rows, 2)
    shapes = _outlines(rows)
    if shapes is not None:
        import shapely

        made: Geometry = polygons(combined(shapely.intersection, shapes))
    else:
        made = rows[0].mask(*size)
        for a in rows[1:]:
            made = masks.intersect(made, a.mask(*size))
    if _is_empty(made):
        raise InputError("These objects have nothing in common.", remedy="Select objects that overlap.")
    return _one_of(rows, made, f"Intersection of {count_of(len(rows))}")


def exclude(rows: Sequence[Annotation], size: Size) -> ChangeSet:
    """Return the change to one object that covers what an odd number of them covers: of two, what only one does.

    Raises:
        InputError: As for `union`, or nothing would be left.
    """
    rows = _shaped(rows, 2)
    shapes = _outlines(rows)
    if shapes is not None:
        import shapely

        made: Geometry = polygons(combined(shapely.symmetric_difference, shapes))
    else:
        made = masks.from_spans(spans.odd([m.spans() for m in _masks(rows, size)]))
    if _is_empty(made):
        raise InputError("Nothing would be left: these objects cover the same.")
    return _one_of(rows, made, f"Exclusion of {count_of(len(rows))}")


def subtract(rows: Sequence[Annotation], size: Size) -> ChangeSet:
    """Return the change of the lowest object to what the others do not cover; the others stay as they are.

    Raises:
        InputError: Fewer than two objects with a shape, they don't overlap, or nothing of it would be left.
    """
    rows = _shaped(rows, 2)
    first, others = rows[0], rows[1:]
    shapes = _outlines(rows)
    if shapes is not None:
        import shapely

        old = region(shapes[0])
        rest = old.difference(shapely.union_all([region(s) for s in shapes[1:]]))
        # Rounding may move a border that was not touched.
        made: Geometry = shapes[0] if rest.equals(old) else polygons(rest)
        same = made is shapes[0]
    else:
        before = first.mask(*size)
        made = masks.subtract(before, masks.union(*_masks(others, size)))
        same = made == before
    if _is_empty(made):
        raise InputError(
            f"The others cover all of object {first.id}: nothing would be left of it.",
            remedy="Bring it to the front to take it from the others instead, or delete it.",
        )
    if same:
        raise InputError("These objects do not overlap.", remedy="Select objects that overlap.")
    return changes.replace([_reshaped(first, made)], f"Subtract {count_of(len(others))}")


def merge(rows: Sequence[Annotation], size: Size) -> ChangeSet:
    """Return the change to one object that has all of them as its parts, each as it was drawn.

    Raises:
        InputError: As for `union`, or they are of different classes.
    """
    rows = _shaped(rows, 2)
    if len({a.category for a in rows}) > 1:
        raise InputError(
            "These objects are of different classes.",
            remedy="Change their class first; Union makes one object of the lowest one's class.",
        )
    shapes = _outlines(rows)
    if shapes is None or any(isinstance(s, Box) or s.holes for s in shapes):
        made = _union(rows, size)
    else:
        made = Polygons(tuple(ring for s in shapes if isinstance(s, Polygons) for ring in s.parts))
    return _one_of(rows, made, f"Merge {count_of(len(rows))}")


def split(rows: Sequence[Annotation], new_ids: Callable[[int], int]) -> ChangeSet:
    """Return the change to an object for each connected piece; the largest piece stays the object itself.

    Pixels that meet at a corner are connected. Keypoints and the track stay with the largest piece.

    Args:
        new_ids: Reserves n ids and returns the first.

    Raises:
        InputError: All of them are in one piece.
    """
    found = [(a, _pieces(a.geometry)) for a in rows]
    several = [(a, pieces) for a, pieces in found if len(pieces) > 1]
    if not several:
        raise InputError("Nothing to split: each of these objects is in one piece.")
    first = new_ids(sum(len(pieces) - 1 for _, pieces in several))
    made: list[Change] = []
    for a, pieces in several:
        made += _apart(a, pieces, first)
        first += len(pieces) - 1
    return ChangeSet(tuple(made), f"Split {count_of(len(several))}")


def cut(
    rows: Sequence[Annotation], line: Sequence[tuple[float, float]], size: Size, new_ids: Callable[[int], int]
) -> ChangeSet:
    """Return the change that cuts objects along a line into what lies on its two sides.

    The larger side stays the object itself, with its keypoints and its track; no pixel is lost and none in both.

    Args:
        line: Two points or more, in picture coordinates.
        new_ids: Reserves n ids and returns the first.

    Raises:
        InputError: The line crosses none of them from border to border.
    """
    halves = [(a, two) for a in rows if (two := _halves(a, line, size)) is not None]
    if not halves:
        raise InputError(
            "The line does not cut an object in two.", remedy="Draw it from outside the object to outside of it."
        )
    first = new_ids(len(halves))
    made = [change for i, (a, two) in enumerate(halves) for change in _apart(a, two, first + i)]
    return ChangeSet(tuple(made), f"Cut {count_of(len(halves))}")


def part(
    a: Annotation, pieces: Sequence[Geometry], new_ids: Callable[[int], int], label: str = "Part 1 object"
) -> ChangeSet:
    """Return the change of one object into given pieces; the first stays the object itself.

    Args:
        new_ids: Reserves n ids and returns the first.
    """
    first = new_ids(len(pieces) - 1) if len(pieces) > 1 else 0
    return ChangeSet(tuple(c for c in _apart(a, pieces, first) if c.before != c.after), label)


# Shapes


def _shaped(rows: Sequence[Annotation], least: int) -> list[Annotation]:
    """Return the objects that have a shape which covers something, or refuse too few of them."""
    found = [a for a in rows if a.geometry is not None and not _is_empty(a.geometry)]
    if len(found) < least:
        raise InputError("This takes two objects with a shape.", remedy="Select several: Shift-click adds one.")
    return found


def _outlines(rows: Sequence[Annotation]) -> list[Polygons | Box] | None:
    """Return the shapes, or None where one of them is a mask."""
    shapes = [a.geometry for a in rows if isinstance(a.geometry, Polygons | Box)]
    return shapes if len(shapes) == len(rows) else None


def _is_empty(shape: Geometry) -> bool:
    return not (shape.counts if isinstance(shape, Mask) else isinstance(shape, Box) or shape.parts)


def _union(rows: Sequence[Annotation], size: Size) -> Polygons | Mask:
    shapes = _outlines(rows)
    if shapes is None:
        return masks.union(*_masks(rows, size))
    import shapely

    return polygons(shapely.union_all([region(s) for s in shapes]))


def _masks(rows: Sequence[Annotation], size: Size) -> list[Mask]:
    return [a.mask(*size) for a in rows]


def _pieces(shape: Geometry | None) -> list[Geometry]:
    """Return the connected pieces of a shape, the largest first."""
    if isinstance(shape, Polygons):
        import shapely

        areas = list(shapely.get_parts(region(shape)))
        if len(areas) > 1:
            areas.sort(key=lambda g: -g.area)
            return [polygons(g) for g in areas]
    if isinstance(shape, Mask):
        found = shape.spans()
        numbers = spans.pieces(found, corners=True)
        areas = np.bincount(numbers, found.bottoms - found.tops)
        return [masks.from_spans(spans.chosen(found, numbers == i)) for i in np.argsort(-areas, kind="stable").tolist()]
    return [] if shape is None else [shape]


def _halves(a: Annotation, line: Sequence[tuple[float, float]], size: Size) -> list[Geometry] | None:
    """Return what lies on the two sides of a line, the larger first, or None where it does not cut the object."""
    import shapely

    shape = a.geometry
    if shape is None or len(line) < 2:
        return None
    knife = shapely.LineString(line)
    if not knife.intersects(shapely.box(*_corners(shape))):
        return None
    area = region(contours.trace(shape) if isinstance(shape, Mask) else shape)
    inner = area.intersection(knife)
    if inner.is_empty:
        return None
    border = shapely.union_all([area.boundary, inner])
    pieces = [p for p in shapely.get_parts(shapely.polygonize([border])) if area.contains(p.point_on_surface())]
    if len(pieces) <= len(shapely.get_parts(area)):
        return None
    sides = _sides(pieces, inner)
    if not (sides < 0).any() or not (sides > 0).any():
        return None
    left, right, beside = ([p for p, s in zip(pieces, sides.tolist()) if s == side] for side in (-1, 1, 0))
    first, second = sorted((shapely.union_all(left), shapely.union_all(right)), key=lambda g: -g.area)
    first = shapely.union_all([first, *beside])
    if not isinstance(shape, Mask):
        return [polygons(first), polygons(second)]
    smaller = masks.intersect(shape, masks.from_polygons(polygons(second), *_reach(shape, size)))
    larger = masks.subtract(shape, smaller)
    return [larger, smaller] if larger.counts and smaller.counts else None


def _corners(shape: Geometry) -> tuple[float, float, float, float]:
    box = shape.bounds
    return box.x, box.y, box.right, box.bottom


def _reach(mask: Mask, size: Size) -> Size:
    """Return a picture's size, grown to where a mask that reaches over its edge ends."""
    return max(size[0], mask.x + mask.w), max(size[1], mask.y + mask.h)


def _sides(pieces: Sequence[Any], inner: Any) -> np.ndarray:
    """Return on which side of a line pieces lie that it parts: -1 on its left, 1 on its right, 0 beside its ends.

    Args:
        inner: The stretches of the line within the object.
    """
    import shapely

    strands = [shapely.get_coordinates(g) for g in shapely.get_parts(inner) if g.geom_type == "LineString"]
    starts, ends = (np.concatenate([s[cut] for s in strands]) for cut in (slice(None, -1), slice(1, None)))
    along = ends - starts
    length = np.hypot(*along.T)
    # A hair to each side of the middle of each straight stretch.
    off = (
        np.column_stack((along[:, 1], -along[:, 0]))
        * (np.minimum(1e-3, length / 4) / np.maximum(length, 1e-12))[:, None]
    )
    middle = (starts + ends) / 2
    left, right = (
        np.array([(shapely.contains_xy(piece, *(middle + sign * off).T) * length).sum() for piece in pieces])
        for sign in (1, -1)
    )
    return np.where(np.isclose(left, right), 0, np.sign(right - left)).astype(int)


# Objects


def _reshaped(a: Annotation, shape: Geometry) -> tuple[Annotation, Annotation]:
    return a, replace(by_person(a), geometry=shape, box=None)


def _apart(a: Annotation, pieces: Sequence[Geometry], first: int) -> list[Change]:
    """Return the changes of an object into pieces: the first stays itself, the others get ids from `first` on."""
    before, after = _reshaped(a, pieces[0])
    others = [
        replace(after, id=first + i, geometry=piece, keypoints=None, track=None, source=None)
        for i, piece in enumerate(pieces[1:])
    ]
    return [Change("annotation", a.id, before, after), *(Change("annotation", b.id, None, b) for b in others)]


def _one_of(rows: Sequence[Annotation], shape: Geometry, label: str) -> ChangeSet:
    """Return the change to one object of that shape in the place of the first; the others go.

    What only one of them has (keypoints, a track, an attribute) is kept.

    Raises:
        InputError: Two of them say different things, so that one would be lost.
    """
    first, others = rows[0], rows[1:]
    keypoints = _agreed(rows, "keypoints")
    owner = next((a for a in rows if a.keypoints is not None), first)
    if keypoints is not None and owner.category != first.category:
        raise InputError(
            f"The keypoints of object {owner.id} do not fit the class of object {first.id}.",
            remedy="Give both the same class first, or delete the keypoints.",
        )
    track, crowd = _agreed(rows, "track"), first.crowd
    if any(a.crowd != crowd for a in others):
        raise InputError("Some of these objects are crowds and some are not.", remedy="Make them alike first.")
    attributes: dict[str, Any] = {}
    for a in rows:
        for name, value in a.attributes.items():
            if attributes.setdefault(name, value) != value:
                raise InputError(
                    f"These objects say different things about “{name}”, and one object can say only one.",
                    remedy="Make the attribute alike first.",
                )
    _, after = _reshaped(first, shape)
    after = replace(after, keypoints=keypoints, track=track, attributes=attributes)
    gone = (Change("annotation", a.id, a, None) for a in others)
    kept = changes.replace([(first, after)]).changes
    return ChangeSet((*kept, *gone), label)


def _agreed(rows: Sequence[Annotation], field: str) -> Any:
    """Return what at most one of the objects says, or several alike."""
    said = [value for a in rows if (value := getattr(a, field)) is not None]
    if any(value != said[0] for value in said):
        word = {"keypoints": "keypoints", "track": "tracks"}[field]
        raise InputError(
            f"Several of these objects have {word}, and one object can keep only one's.",
            remedy=f"Delete the {word} of all but one first.",
        )
    return said[0] if said else None

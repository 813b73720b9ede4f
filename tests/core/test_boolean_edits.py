"""Several objects into one, one into several: no pixel is lost, no word either."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from shapes_made_up import (
    SIZE,
    applied,
    boxes,
    frame,
    free_polygons,
    ids_from,
    objects,
    pixel_masks,
    pixel_polygons,
    texts,
)

from segstudio.core import boolean_edits, masks
from segstudio.core.annotation import Annotation, Keypoints
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box, Polygons
from segstudio.core.masks import Mask

anything = st.one_of(pixel_masks(), pixel_polygons, free_polygons, boxes)
on_pixels = st.one_of(pixel_masks(), pixel_polygons)
lines = st.lists(st.tuples(st.floats(-5, 45), st.floats(-5, 35)), min_size=2, max_size=4)
SQUARE = Polygons(((2.0, 2.0, 12.0, 2.0, 12.0, 12.0, 2.0, 12.0),))


def block(id: int, x: int, y: int, w: int = 10, h: int = 10, **more) -> Annotation:
    return Annotation(id, 1, 1, geometry=masks.from_bitmap(np.ones((h, w)), x, y), **more)


@settings(max_examples=60)
@given(objects(on_pixels, 2))
def test_boolean_edits_are_those_of_the_pixels_outlines_included(rows: list[Annotation]) -> None:
    counts = np.sum([frame(a) for a in rows], axis=0)
    wanted = {
        boolean_edits.union: counts > 0,
        boolean_edits.intersect: counts == len(rows),
        boolean_edits.exclude: counts % 2 == 1,
        boolean_edits.subtract: (frame(rows[0]) == 1) & (counts == 1),
    }
    for edit, pixels in wanted.items():
        try:
            change = edit(rows, SIZE)
        except InputError:
            assert not pixels.any() or edit is boolean_edits.subtract
            continue
        after = applied(change, rows)
        assert (frame(after[0]) == pixels).all(), edit.__name__
        assert [a.id for a in after] == ([a.id for a in rows] if edit is boolean_edits.subtract else [1])
        outlines = all(isinstance(a.geometry, Polygons) for a in rows)
        assert isinstance(after[0].geometry, Polygons if outlines else Mask)
        assert texts(applied(change.inverse(), after)) == texts(rows)


@settings(max_examples=60)
@given(objects(anything, 2), lines)
def test_no_edit_trips_over_a_shape_and_each_can_be_taken_back(rows: list[Annotation], line: list) -> None:
    for edit in (
        lambda: boolean_edits.union(rows, SIZE),
        lambda: boolean_edits.intersect(rows, SIZE),
        lambda: boolean_edits.exclude(rows, SIZE),
        lambda: boolean_edits.subtract(rows, SIZE),
        lambda: boolean_edits.merge(rows, SIZE),
        lambda: boolean_edits.split(rows, ids_from(50)),
        lambda: boolean_edits.cut(rows, line, SIZE, ids_from(50)),
    ):
        try:
            change = edit()
        except InputError:
            continue
        after = applied(change, rows)
        assert all(a.bounds.area > 0 or isinstance(a.geometry, Box) for a in after if a.id not in {b.id for b in rows})
        assert texts(applied(change.inverse(), after)) == texts(rows)


@settings(max_examples=60)
@given(objects(on_pixels), lines)
def test_a_cut_loses_no_pixel_and_gives_none_twice(rows: list[Annotation], line: list) -> None:
    try:
        change = boolean_edits.cut(rows, line, SIZE, ids_from(50))
    except InputError:
        return
    after = applied(change, rows)
    by_kind = [
        [sum(frame(a).astype(int) for a in some if isinstance(a.geometry, kind)) for some in (rows, after)]
        for kind in (Mask, Polygons)
    ]
    # A slanting cut through an outline may give a pixel's centre to either side by COCO's rounding.
    assert np.array_equal(*by_kind[0])
    assert np.abs(np.subtract(*by_kind[1])).sum() <= 40


def test_a_line_across_cuts_in_two_and_the_larger_half_stays_itself() -> None:
    keypoints = Keypoints((3.0, 3.0, 2.0))
    for shape in (block(1, 2, 2).geometry, SQUARE, Box(2, 2, 10, 10)):
        a = Annotation(1, 1, 1, geometry=shape, keypoints=keypoints, track=4, attributes={"a": 1}, z=3)
        change = boolean_edits.cut([a, block(2, 30, 2)], [(5, 0), (5, 20)], SIZE, ids_from(50))
        kept, new = applied(change, [a, block(2, 30, 2)])[::2]
        places = [b.geometry.bounds for b in (kept, new)]
        assert (kept.id, new.id, *places) == (1, 50, Box(5, 2, 7, 10), Box(2, 2, 3, 10))
        assert (kept.keypoints, kept.track, new.keypoints, new.track) == (keypoints, 4, None, None)
        assert (new.attributes, new.z, new.category) == ({"a": 1}, 3, 1)


def test_a_line_that_ends_inside_cuts_nothing() -> None:
    with pytest.raises(InputError, match="does not cut"):
        boolean_edits.cut([block(1, 2, 2)], [(5, 0), (5, 8)], SIZE, ids_from(50))


def test_a_line_over_one_leg_leaves_the_other_leg_alone() -> None:
    bitmap = np.ones((12, 12), np.uint8)
    bitmap[:8, 4:8] = 0
    a = Annotation(1, 1, 1, geometry=masks.from_bitmap(bitmap, 5, 5))
    kept, new = applied(boolean_edits.cut([a], [(4, 9), (10, 9)], SIZE, ids_from(50)), [a])
    assert new.bounds == Box(5, 5, 4, 4)
    assert frame(kept).sum() + 16 == bitmap.sum()


@given(objects(on_pixels))
def test_a_split_gives_each_piece_an_object_of_its_own(rows: list[Annotation]) -> None:
    import cv2

    try:
        change = boolean_edits.split(rows, ids_from(50))
    except InputError:
        return
    after = applied(change, rows)
    assert (sum(frame(a).astype(int) for a in after) == sum(frame(a).astype(int) for a in rows)).all()
    assert all(cv2.connectedComponents(frame(a), connectivity=8)[0] == 2 for a in after)


def test_split_pieces_do_not_share_keypoints_or_a_track() -> None:
    bitmap = np.ones((4, 9), np.uint8)
    bitmap[:, 6] = 0
    a = Annotation(7, 1, 1, geometry=masks.from_bitmap(bitmap), keypoints=Keypoints((1.0, 1.0, 2.0)), track=3)
    kept, new = applied(boolean_edits.split([a], ids_from(50)), [a])
    assert (kept.id, kept.bounds.w, kept.keypoints, kept.track) == (7, 6, a.keypoints, 3)
    assert (new.id, new.bounds.w, new.keypoints, new.track) == (50, 2, None, None)


def test_merging_keeps_each_outline_as_it_was_drawn() -> None:
    other = Polygons(((8.0, 8.0, 20.0, 8.0, 20.0, 20.0),))
    rows = [Annotation(1, 1, 1, geometry=SQUARE), Annotation(2, 1, 1, geometry=other)]
    (merged,) = applied(boolean_edits.merge(rows, SIZE), rows)
    assert merged.geometry == Polygons((*SQUARE.parts, *other.parts))
    (united,) = applied(boolean_edits.union(rows, SIZE), rows)
    assert isinstance(united.geometry, Polygons) and len(united.geometry.parts) == 1


def test_what_only_one_says_is_kept_and_what_two_say_differently_is_refused() -> None:
    points = Keypoints((1.0, 1.0, 2.0))
    a, b = block(1, 2, 2, attributes={"a": 1}), block(2, 8, 2, keypoints=points, track=5, attributes={"b": 2})
    (made,) = applied(boolean_edits.union([a, b], SIZE), [a, b])
    assert (made.id, made.keypoints, made.track, made.attributes) == (1, points, 5, {"a": 1, "b": 2})
    for more in ({"attributes": {"b": 3}}, {"track": 6}, {"keypoints": Keypoints((2.0, 1.0, 2.0))}, {"crowd": True}):
        with pytest.raises(InputError):
            boolean_edits.union([replace(a, **more), b], SIZE)
    with pytest.raises(InputError, match="different classes"):
        boolean_edits.merge([a, replace(b, category=2)], SIZE)
    with pytest.raises(InputError, match="do not fit the class"):
        boolean_edits.union([a, replace(b, category=2)], SIZE)


def test_too_few_objects_and_empty_results_say_what_to_do() -> None:
    for edit in (boolean_edits.union, boolean_edits.intersect, boolean_edits.exclude, boolean_edits.subtract):
        with pytest.raises(InputError, match="two objects"):
            edit([block(1, 2, 2)], SIZE)
    with pytest.raises(InputError, match="nothing in common"):
        boolean_edits.intersect([block(1, 2, 2), block(2, 20, 2)], SIZE)
    with pytest.raises(InputError, match="do not overlap"):
        boolean_edits.subtract([block(1, 2, 2), block(2, 20, 2)], SIZE)
    with pytest.raises(InputError, match="nothing would be left"):
        boolean_edits.subtract([block(1, 2, 2, 4, 4), block(2, 2, 2)], SIZE)
    with pytest.raises(InputError, match="cover the same"):
        boolean_edits.exclude([block(1, 2, 2), block(2, 2, 2)], SIZE)


def test_an_island_made_in_a_hole_survives() -> None:
    ring = Polygons(((0.0, 0, 20, 0, 20, 20, 0, 20),), ((4.0, 4, 16, 4, 16, 16, 4, 16),))
    island = Polygons(((8.0, 8, 12, 8, 12, 12, 8, 12),))
    rows = [Annotation(1, 1, 1, geometry=ring), Annotation(2, 1, 1, geometry=island)]
    (made,) = applied(boolean_edits.union(rows, SIZE), rows)
    assert (frame(made) == frame(rows[0]) | frame(rows[1])).all()

"""Snapping to borders, and following them from one place to another."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from shapes_made_up import SIZE, boxes, objects, pixel_masks, pixel_polygons

from segstudio.core import masks
from segstudio.core.annotation import Annotation
from segstudio.core.borders import Borders, Spot
from segstudio.core.geometry import Polygons, ring_from_points

SQUARE = Annotation(7, 1, 1, geometry=Polygons(((10.0, 10.0, 20.0, 10.0, 20.0, 20.0, 10.0, 20.0),)))


def borders(*rows: Annotation) -> Borders:
    made = Borders(SIZE)
    made.set(rows)
    return made


def test_a_vertex_draws_more_than_a_side_and_far_away_nothing_does() -> None:
    b = borders(SQUARE)
    assert b.nearest(11, 9, 2) == Spot(10, 10, 7, 0, 0)
    assert b.nearest(15, 9, 2) == Spot(15, 10, 7, 0, 0.5)
    assert b.nearest(9, 15, 2) == Spot(10, 15, 7, 0, 3.5)
    assert b.nearest(15, 15, 2) is None


def test_the_edges_of_the_picture_draw_where_no_border_does() -> None:
    b = borders(SQUARE)
    assert b.nearest(1, 25, 2) == Spot(0, 25, 0)
    assert b.nearest(39, 29.5, 2) == Spot(40, 30, 0)
    assert b.nearest(1, 25, 2, edges=False) is None


def test_a_mask_is_followed_along_its_pixels() -> None:
    a = Annotation(3, 1, 1, geometry=masks.from_bitmap(np.array([[1, 0], [1, 1]]), 5, 5))
    b = borders(a)
    start, end = b.nearest(5.1, 5.1, 1), b.nearest(7.1, 7.1, 1)
    assert start is not None and end is not None
    assert b.between(start, end).tolist() in ([[5, 7]], [[6, 5], [6, 6], [7, 6]])


def test_the_shorter_way_round_and_the_other() -> None:
    b = borders(SQUARE)
    start, end = b.nearest(12, 10, 1), b.nearest(10, 14, 1)
    assert start is not None and end is not None
    assert b.between(start, end).tolist() == [[10, 10]]
    assert b.between(start, end, far=True).tolist() == [[20, 10], [20, 20], [10, 20]]
    assert b.between(end, start).tolist() == [[10, 10]]
    assert b.between(start, Spot(0, 5, 0)).tolist() == []


@settings(max_examples=60)
@given(
    objects(st.one_of(pixel_masks(), pixel_polygons, boxes), most=1),
    st.tuples(st.floats(0, 40), st.floats(0, 30)),
    st.tuples(st.floats(0, 40), st.floats(0, 30)),
)
def test_both_ways_together_are_the_ring(rows: list[Annotation], one: tuple, two: tuple) -> None:
    b = borders(*rows)
    start, end = b.nearest(*one, 100, edges=False), b.nearest(*two, 100, edges=False)
    assert start is not None and end is not None
    if (start.owner, start.ring) != (end.owner, end.ring) or start.at == end.at:
        return
    near, far = b.between(start, end), b.between(start, end, far=True)
    ring = b.rings(rows[0])[start.ring]
    corners = {tuple(p) for p in ring.tolist()}
    both = np.concatenate((near, far))
    missing = corners - {tuple(p) for p in both.tolist()}
    assert missing <= {(start.x, start.y), (end.x, end.y)}
    assert {tuple(p) for p in both.tolist()} <= corners
    line = np.concatenate(([start[:2]], near, [end[:2]], far[::-1]))
    assert np.isclose(Annotation(1, 1, 1, geometry=Polygons((ring_from_points(line),))).bounds.area, _bounds(ring))


def _bounds(ring: np.ndarray) -> float:
    return float(np.prod(ring.max(axis=0) - ring.min(axis=0)))


def test_what_has_changed_is_traced_anew() -> None:
    b = borders(SQUARE)
    assert b.nearest(20, 20, 1) is not None
    moved = Annotation(7, 1, 1, geometry=Polygons(((0.0, 0.0, 5.0, 0.0, 5.0, 5.0),)))
    b.set([moved])
    assert b.nearest(20, 20, 1) is None
    assert b.nearest(5, 5, 1) == Spot(5, 5, 7, 0, 2)

"""Every edit of a dense pose can be taken back to the byte, and refuses what makes no sense."""

from __future__ import annotations

import numpy as np
import pytest
from densepose_data import BOX, person
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core import densepose_edits as edits
from segstudio.core import document, masks
from segstudio.core.annotation import Annotation, Origin
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box

unit = st.floats(0, 1)
spot = st.tuples(st.floats(-50, 200), st.floats(-50, 300))
strokes = st.builds(
    lambda x, y, w, h: masks.from_bitmap(np.ones((h, w), np.uint8), x, y),
    *(st.integers(-40, 120), st.integers(-40, 180), st.integers(1, 40), st.integers(1, 40)),
)
steps = st.one_of(
    st.tuples(st.just("add"), spot, st.integers(1, 24), unit, unit),
    st.tuples(st.just("set"), st.integers(0, 9), st.integers(1, 24), unit, unit),
    st.tuples(st.just("move"), st.integers(0, 9), spot),
    st.tuples(st.just("delete"), st.sets(st.integers(0, 9), min_size=1, max_size=3)),
    st.tuples(st.just("swap")),
    st.tuples(st.just("paint"), st.integers(1, 14), strokes),
    st.tuples(st.just("erase"), st.integers(0, 14), strokes),
    st.tuples(st.just("clear")),
)


def made() -> Annotation:
    return Annotation(1, 1, 1, geometry=BOX, dense=person())


def done(a: Annotation, step: tuple) -> ChangeSet:
    count = a.dense.count if a.dense else 0
    match step:
        case "add", (x, y), part, u, v:
            return edits.add_point(a, x, y, part, u, v)
        case "set", index, part, u, v if index < count:
            return edits.set_point(a, index, part, u, v)
        case "move", index, (x, y) if index < count:
            return edits.move_point(a, index, x, y)
        case "delete", indices:
            return edits.delete_points(a, indices)
        case "swap", *_:
            return edits.swap_sides(a)
        case "paint", part, stroke:
            return edits.paint_part(a, part, stroke)
        case "erase", part, stroke:
            return edits.paint_part(a, part, stroke, erase=True)
        case "clear", *_:
            return edits.clear(a)
    return ChangeSet(())


@given(st.lists(steps, max_size=12))
def test_undoing_every_step_gives_the_stored_bytes_back(plan: list[tuple]) -> None:
    first = made()
    stored = document.text(first)
    a = document.parse(stored, id=1, media=1, category=1)
    start, taken = a, []
    for step in plan:
        changes = done(a, step)
        for change in changes.changes:
            assert isinstance(change.after, Annotation)
            taken.append(change)
            a = change.after
            again = document.parse(document.text(a), id=1, media=1, category=1)
            assert (again.dense, again.geometry) == (a.dense, a.geometry)
    for change in reversed(taken):
        assert change.inverse().before == a
        a = change.before
    assert a == start and document.text(a) == stored


def test_an_edit_of_a_prediction_makes_it_a_persons() -> None:
    a = Annotation(1, 1, 1, geometry=BOX, dense=person(), origin=Origin("model", "m", run=3), score=0.5)
    after = edits.add_point(a, 30, 60, 2, 0.5, 0.5).changes[0].after
    assert isinstance(after, Annotation)
    assert after.origin.kind == "user" and after.origin.parent == 3


def test_the_first_point_is_measured_in_the_objects_box() -> None:
    after = edits.add_point(Annotation(1, 1, 1, geometry=BOX), 42.0, 84.0, 2, 0.5, 0.5).changes[0].after
    assert isinstance(after, Annotation) and after.dense is not None
    assert (after.dense.box, after.dense.x, after.dense.y) == (BOX, (128.0,), (128.0,))


def test_a_stroke_beyond_the_box_lets_the_grid_grow_and_keeps_what_was_painted() -> None:
    a = Annotation(1, 1, 1, geometry=Box(10.0, 20.0, 128.0, 256.0), dense=person())
    stroke = masks.from_bitmap(np.ones((10, 10), np.uint8), 120, 200)
    after = edits.paint_part(a, 14, stroke).changes[0].after
    assert isinstance(after, Annotation) and after.dense is not None and a.dense is not None
    assert after.dense.box == a.geometry
    assert after.dense.part_at(125, 205) == 14
    assert after.dense.part_at(*a.dense.to_picture(100, 100)) == 1
    np.testing.assert_allclose(after.dense.points(), a.dense.points())


def test_painting_stays_within_the_outline() -> None:
    stroke = masks.from_bitmap(np.ones((40, 40), np.uint8), 10, 20)
    outline = masks.from_bitmap(np.ones((40, 20), np.uint8), 10, 20)
    after = edits.paint_part(Annotation(1, 1, 1, geometry=BOX), 1, stroke, within=outline).changes[0].after
    assert isinstance(after, Annotation) and after.dense is not None
    assert after.dense.part_at(20, 30) == 1 and after.dense.part_at(40, 30) == 0


def test_what_changes_nothing_is_no_step() -> None:
    a = made()
    stroke = masks.from_bitmap(np.ones((4, 4), np.uint8), 30, 60)
    assert not edits.paint_part(a, 1, stroke)
    assert not edits.paint_part(a, 1, masks.EMPTY)
    assert not edits.clear(Annotation(1, 1, 1, geometry=BOX))


@pytest.mark.parametrize(("part", "u", "v"), [(0, 0.5, 0.5), (25, 0.5, 0.5), (2, -0.1, 0.5), (2, 0.5, 1.1)])
def test_impossible_coordinates_are_refused(part: int, u: float, v: float) -> None:
    with pytest.raises(InputError):
        edits.add_point(made(), 30, 60, part, u, v)


def test_an_object_without_an_area_takes_no_point() -> None:
    with pytest.raises(InputError, match="no area"):
        edits.add_point(Annotation(1, 1, 1, geometry=Box(5, 5, 0, 0)), 5, 5, 2, 0.5, 0.5)

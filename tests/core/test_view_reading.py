"""Views: their ranges and colours, what they say at a place, and which come first for an object."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core import colors, view_reading
from segstudio.core.geometry import Box
from segstudio.core.views import BarsView, BoxesView, HeatView, PictureView, PointsView

INFERNO = view_reading.Coloring("inferno")
WHOLE = (0.0, 0.0, 40.0, 30.0)


def heat(values, group: str = "Maps", title: str = "a", box=WHOLE, **more) -> HeatView:
    return HeatView(group=group, title=title, box=box, values=np.asarray(values, np.float32), **more)


VIEWS = (
    heat([[1, 2], [3, 4], [5, 6]]),
    PictureView(group="Crops", title="b", box=WHOLE, rgb=np.zeros((4, 5, 3), np.uint8)),
    BoxesView(group="Boxes", title="c", box=WHOLE, boxes=np.zeros((3, 4)), scores=np.float32([0.2, 0.9, 0])),
    PointsView(group="Points", title="d", box=WHOLE, points=np.zeros((2, 2), np.float32)),
    BarsView(group="Bars", title="e", box=WHOLE, labels=("x", "y"), values=np.float32([-1, 2])),
)  # fmt: skip


def test_every_kind_has_a_word_a_size_and_a_range():
    assert [view_reading.kind_of(v) for v in VIEWS] == ["heat", "picture", "boxes", "points", "bars"]
    assert [view_reading.size_of(v) for v in VIEWS] == [(3, 2), (4, 5), (3,), (2,), (2,)]
    ranges = [view_reading.range_of(v) for v in VIEWS]
    assert ranges == [(1, 6), None, (0, pytest.approx(0.9)), None, (-1, 2)]


@pytest.mark.parametrize(
    ("values", "ends", "scale"),
    [
        ([[0, 1], [2, 4]], {}, (0, 4, False)),
        ([[-4, 1], [2, 3]], {}, (-4, 4, True)),
        ([[-0.1, 10], [2, 3]], {}, (pytest.approx(-0.1), 10, False)),
        ([[0.2, 0.3]], {"low": 0.0, "high": 1.0}, (0, 1, False)),
        ([[0.2, 0.3]], {"low": -2.0, "high": 2.0}, (-2, 2, True)),
        ([[5, 5]], {}, (5, 5, False)),
    ],
)
def test_the_scale_has_two_sides_where_both_count(values, ends, scale):
    assert view_reading.scale_of(heat(values, **ends)) == scale


def test_the_ends_of_the_scale_have_its_outer_colours_and_zero_the_middle_of_two_sides():
    one = view_reading.colored(heat([[0, 1]], low=0.0, high=1.0), INFERNO)
    assert np.array_equal(one[0], colors.lut("inferno")[[0, 255]])
    two = view_reading.colored(heat([[-3, 0, 3]]), INFERNO)
    assert np.array_equal(two[0], colors.lut("diverging")[[0, 128, 255]])
    beyond = view_reading.colored(heat([[-9, 9, np.nan]], low=0.0, high=1.0))
    assert np.array_equal(beyond[0], colors.lut("viridis")[[0, 255, 0]])
    assert view_reading.colored(heat([[2, 2]])).shape == (1, 2, 3)


def test_stretching_takes_the_values_that_occur():
    view = heat([[0.2, 0.3]], low=0.0, high=1.0)
    assert view_reading.scale_of(view, stretch=True) == pytest.approx((0.2, 0.3, False))
    made = view_reading.colored(view, view_reading.Coloring(stretch=True))
    assert np.array_equal(made[0], colors.lut("viridis")[[0, 255]])


@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 120))
def test_a_small_copy_is_about_as_large_as_wanted(height, width, side):
    made = view_reading.colored(heat(np.zeros((height, width))), side=side)
    assert side <= max(max(made.shape), side) and max(made.shape[:2]) <= max(2 * side, 1)


def test_colours_of_the_two_sides_differ_to_all_eyes():
    table = colors._linear(colors.lut("diverging") / 255.0)
    for eye in colors._VISION:
        lab = colors.oklab(table @ eye.T)
        assert np.linalg.norm(lab[20] - lab[235]) > 0.15
        lightness = lab[:, 0]
        assert (np.diff(lightness[:128]) > -1e-3).all() and (np.diff(lightness[128:]) < 1e-3).all()


@given(st.floats(-50, 90), st.floats(-50, 90))
def test_a_place_says_the_value_of_its_cell_or_nothing(x, y):
    view = heat(np.arange(12).reshape(3, 4), box=(-10.0, 0.0, 30.0, 30.0))
    found = view_reading.at(view, x, y)
    if -10 <= x < 30 and 0 <= y < 30:
        assert found == int(y // 10) * 4 + int((x + 10) // 10)
    else:
        assert found is None


def test_size_and_offset_are_read_with_the_centre_and_other_classes_are_not():
    centres = [heat([[i]], "Centres", f"class {i}") for i in range(80)]
    more = [heat([[7]], "Size", "width"), heat([[8]], "Size", "height"), heat([[0.5]], "Offset", "x")]
    elsewhere = heat([[3]], "Crop", "other", box=(0.0, 0.0, 10.0, 10.0))
    levels = [heat([[1]], "Levels", "fine"), heat([[1, 2], [3, 4]], "Levels", "finer")]
    views = [*centres, *more, elsewhere, *levels, *VIEWS[1:]]
    found = view_reading.readings(views, centres[3], 5, 5)
    assert [(v.title, value) for v, value in found] == [("class 3", 3), ("width", 7), ("height", 8), ("x", 0.5)]
    assert [value for _, value in view_reading.readings(views, levels[0], 5, 5)] == [1, 1, 7, 8, 0.5]
    assert view_reading.readings(views, centres[3], -5, 5) == []
    assert view_reading.readings(views, VIEWS[1], 5, 5) == []
    # Of the shown map's own group the others come before those of other groups.
    assert [v.title for v, _ in view_reading.readings(views, more[2], 5, 5)] == ["x", "width", "height"]


def test_groups_stand_in_the_order_of_their_first_view():
    assert view_reading.groups_of([*VIEWS, VIEWS[0]]) == ["Maps", "Crops", "Boxes", "Points", "Bars"]


def test_what_lies_over_the_object_comes_first():
    near = heat([[1]], title="near", box=(9.0, 9.0, 21.0, 21.0))
    touching = heat([[1]], title="touching", box=(18.0, 10.0, 40.0, 20.0))
    far = heat([[1]], title="far", box=(30.0, 0.0, 40.0, 8.0))
    whole = heat([[1]], title="whole")
    order = view_reading.for_object([whole, far, touching, near], Box(10, 10, 10, 10), (40, 30))
    assert [v.title for v in order] == ["near", "touching", "whole", "far"]
    assert view_reading.for_object([whole, near], None, (40, 30)) == [whole, near]

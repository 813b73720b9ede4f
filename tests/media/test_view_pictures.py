"""Views drawn as pictures for files."""

from __future__ import annotations

import numpy as np
import pytest

from segstudio.core import colors, view_reading
from segstudio.core.views import BarsView, BoxesView, HeatView, PictureView, PointsView
from segstudio.media.view_pictures import LEAST, OVER, drawn

WHOLE = (0.0, 0.0, 80.0, 60.0)
RGB = np.full((60, 80, 3), 100, np.uint8)


def heat(values, box=WHOLE) -> HeatView:
    return HeatView(group="g", title="t", box=box, values=np.asarray(values, np.float32), low=0.0, high=1.0)


@pytest.mark.parametrize(
    ("box", "place"),
    [
        ((20.0, 10.0, 40.0, 30.0), (20, 10, 40, 30)),
        ((-20.0, -10.0, 100.0, 40.0), (0, 0, 80, 40)),
        (WHOLE, (0, 0, 80, 60)),
    ],
)
def test_a_map_lies_over_its_part_of_the_picture_and_nowhere_else(box, place):
    made = drawn(heat(np.ones((4, 4)), box), RGB)
    left, top, right, bottom = place
    changed = (made != RGB).any(axis=2)
    inside = np.zeros_like(changed)
    inside[top:bottom, left:right] = True
    assert np.array_equal(changed, inside)
    want = OVER * colors.lut("viridis")[255] + (1 - OVER) * 100
    assert np.abs(made[top, left] - want).max() <= 1
    assert (RGB == 100).all()


def test_a_map_beyond_the_picture_leaves_it_as_it_is():
    assert np.array_equal(drawn(heat([[1]], (100.0, 0.0, 120.0, 20.0)), RGB), RGB)


def test_the_cells_stand_where_they_belong_in_a_map_that_reaches_beyond_the_picture():
    values = np.zeros((2, 4))
    values[:, 2:] = 1
    made = drawn(heat(values, (-80.0, 0.0, 80.0, 60.0)), RGB)
    # Only the right half is over the picture, and it is hot.
    assert np.ptp(made[:, 30:].reshape(-1, 3), axis=0).max() == 0


def test_a_map_alone_has_its_cells_as_squares():
    made = drawn(heat([[0, 1], [1, 0]]), RGB, coloring=view_reading.Coloring("grey"), alone=True)
    assert made.shape[0] == made.shape[1] >= LEAST
    assert made[0, 0].tolist() == [0, 0, 0] and made[0, -1].tolist() == [255, 255, 255]


def test_pictures_are_written_as_they_are():
    rgb = np.arange(36, dtype=np.uint8).reshape(3, 4, 3)
    assert np.array_equal(drawn(PictureView(group="g", title="t", box=WHOLE, rgb=rgb), RGB), rgb)


def test_boxes_points_and_links_are_drawn_on_the_picture():
    boxes = np.float32([[10, 10, 40, 40], [30, 30, 20, 20]])
    made = drawn(BoxesView(group="g", title="t", box=WHOLE, boxes=boxes, scores=np.float32([1, 0.5])), RGB)
    assert made[40, 25].tolist() == colors.lut("viridis")[255].tolist()
    assert (made[50:] == 100).all()
    points = PointsView(
        group="g",
        title="t",
        box=WHOLE,
        points=np.float32([[10, 50], [70, 50]]),
        texts=("a", "b"),
        links=np.array([[0, 1]]),
    )
    made = drawn(points, RGB)
    assert made[50, 40].tolist() == [255, 255, 255] and (made[:30] == 100).all()


def test_nothing_found_leaves_the_picture_as_it_is():
    none = np.zeros((0, 4), np.float32)
    assert np.array_equal(drawn(BoxesView(group="g", title="t", box=WHOLE, boxes=none), RGB), RGB)


def test_bars_are_as_long_as_their_numbers_and_point_to_their_side():
    view = BarsView(group="g", title="t", box=WHOLE, labels=("a", "b", "c"), values=np.float32([1, 0.5, -0.5]))
    made = drawn(view, RGB)
    blue, red = (made == view_reading.POSITIVE).all(axis=2), (made == view_reading.NEGATIVE).all(axis=2)
    lengths = blue.sum(axis=1)
    assert lengths[8 + 11] == pytest.approx(2 * lengths[8 + 22 + 11], abs=3)
    assert red[8 + 44 + 11].sum() == pytest.approx(lengths[8 + 22 + 11], abs=3)
    assert np.flatnonzero(red.any(axis=0)).max() <= np.flatnonzero(blue.any(axis=0)).min() + 1
    assert drawn(BarsView(group="g", title="t", box=WHOLE, labels=(), values=np.float32([])), RGB).size

"""Heat maps of keypoints and the ways to read them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core import heatmaps

HEIGHT, WIDTH = 40, 32
# How far from the truth a whole Gaussian well inside the map may be read, in cells each way.
BOUNDS = {"argmax": 0.5, "quarter": 0.25, "soft-argmax": 0.01, "DARK": 0.05}


@given(
    x=st.floats(9, WIDTH - 10),
    y=st.floats(9, HEIGHT - 10),
    sigma=st.sampled_from([1.5, 2.0, 2.5]),
    name=st.sampled_from(sorted(BOUNDS)),
)
def test_a_gaussian_is_read_back_where_it_was_drawn(x: float, y: float, sigma: float, name: str) -> None:
    maps = heatmaps.draw(np.array([[x, y]]), (HEIGHT, WIDTH), sigma)
    points, values = heatmaps.DECODERS[name](maps)
    assert np.abs(points[0] - (x, y)).max() <= BOUNDS[name] + 1e-6
    assert values[0] == maps.max()


@given(x=st.floats(3, WIDTH - 4), y=st.floats(3, HEIGHT - 4), sigma=st.floats(1.0, 3.0))
def test_the_taylor_series_of_an_exact_gaussian_is_exact(x: float, y: float, sigma: float) -> None:
    points, _ = heatmaps.dark(heatmaps.draw(np.array([[x, y]]), (HEIGHT, WIDTH), sigma), smooth=False)
    np.testing.assert_allclose(points[0], (x, y), atol=2e-3)


@given(x=st.integers(0, WIDTH * 4 - 1), y=st.integers(0, HEIGHT * 4 - 1))
def test_published_targets_are_read_back_to_a_cell(x: int, y: int) -> None:
    place = np.array([[x, y]], float)
    maps, weights = heatmaps.draw_hrnet(place, np.ones(1), (HEIGHT, WIDTH), (4, 4))
    assert weights[0, 0] == 1
    if maps.max() == 1:  # not so where rounding put the middle beyond the border
        assert np.abs(heatmaps.argmax(maps)[0][0] - place[0] / 4).max() <= 0.5
    plane, seen = heatmaps.draw_bearpaw(place[0] / 4, (HEIGHT, WIDTH), 1)
    assert seen
    assert np.abs(heatmaps.argmax(plane)[0] - place[0] / 4).max() <= 1
    square = heatmaps.draw_princeton(np.array([[[x / 4, y / 4]]]), 64)
    if x > 0:
        assert np.abs(heatmaps.princeton(square)[0][0] - place[0] / 4).max() <= 1


@pytest.mark.parametrize("read", [heatmaps.hrnet, heatmaps.princeton, heatmaps.bearpaw, *heatmaps.DECODERS.values()])
def test_leading_axes_are_free_and_nothing_is_changed(read) -> None:
    maps = np.random.default_rng(0).random((2, 3, 12, 9), np.float32)
    before = maps.copy()
    points, values = read(maps)
    assert points.shape == (2, 3, 2)
    assert values.shape == (2, 3)
    np.testing.assert_array_equal(maps, before)
    assert read(maps[:0])[0].shape == (0, 3, 2)
    single, value = read(maps[1, 2])
    np.testing.assert_allclose(single, points[1, 2])
    assert value == values[1, 2]


def test_a_quarter_goes_to_the_warmer_side() -> None:
    maps = np.zeros((1, 9, 9), np.float32)
    maps[0, 4, 4], maps[0, 4, 5], maps[0, 3, 4] = 1.0, 0.4, 0.2
    assert heatmaps.quarter(maps)[0].tolist() == [[4.25, 3.75]]
    assert heatmaps.hrnet(maps)[0].tolist() == [[4.25, 3.75]]
    assert heatmaps.princeton(maps)[0].tolist() == [[4.75, 4.25]]
    assert heatmaps.bearpaw(maps)[0].tolist() == [[5.75, 5.25]]


def test_equal_neighbours_and_borders_differ_from_code_to_code() -> None:
    maps = np.zeros((1, 9, 9), np.float32)
    maps[0, 1, 4] = 1.0
    assert heatmaps.quarter(maps)[0].tolist() == [[4, 1]]
    assert heatmaps.princeton(maps)[0].tolist() == [[4.25, 1.25]]
    maps[0, 1, 5] = 0.5
    assert heatmaps.quarter(maps)[0].tolist() == [[4.25, 1]], "the second row moves"
    assert heatmaps.hrnet(maps)[0].tolist() == [[4, 1]], "but not in HRNet's code"


def test_maps_without_heat() -> None:
    maps = np.full((1, 9, 9), -1.0, np.float32)
    maps[0, 5, 5] = -0.5
    assert heatmaps.hrnet(maps)[0].tolist() == [[0, 0]]
    assert heatmaps.bearpaw(maps)[0].tolist() == [[0.5, 0.5]]
    points, values = heatmaps.princeton(maps)
    assert (points.tolist(), values.tolist()) == ([[4, 4]], [0]), "the first cell that is lower than a neighbour"
    assert heatmaps.soft_argmax(maps)[0].tolist() == [[4, 4]]


def test_soft_argmax_is_drawn_by_a_second_peak_and_a_sharper_softmax_less() -> None:
    maps = heatmaps.draw(np.array([[10.0, 10.0]]), (40, 40), 2) + 0.5 * heatmaps.draw(
        np.array([[30.0, 10.0]]), (40, 40), 2
    )
    plain = heatmaps.soft_argmax(maps)[0][0, 0]
    sharp = heatmaps.soft_argmax(maps, beta=50)[0][0, 0]
    assert plain == pytest.approx(10 + 20 / 3, abs=0.1)
    assert sharp == pytest.approx(10, abs=0.1)
    assert heatmaps.dark(maps)[0][0, 0] == pytest.approx(10, abs=0.1)


def test_a_series_without_a_top_moves_nothing() -> None:
    ramp = np.tile(np.linspace(0.1, 1, 12, dtype=np.float32), (12, 1))
    ramp[:, 8:] = 0.2
    points, _ = heatmaps.dark(ramp[None], smooth=False)
    cell, _ = heatmaps.argmax(ramp[None])
    assert np.abs(points - cell).max() <= 1


def test_joints_beyond_the_map_weigh_nothing() -> None:
    joints = np.array([[40.0, 40], [-60, 40], [40, 40], [-20, 40]])
    maps, weights = heatmaps.draw_hrnet(joints, np.array([1, 1, 0, 1]), (HEIGHT, WIDTH), (4, 4))
    assert weights[:, 0].tolist() == [1, 0, 0, 1]
    assert [float(m.max()) > 0 for m in maps] == [True, False, False, True]
    plane, seen = heatmaps.draw_bearpaw(np.array([-9.0, 4]), (HEIGHT, WIDTH))
    assert not seen
    assert not plane.any()


def test_two_people_on_one_map_keep_both_peaks() -> None:
    people = np.array([[[10.0, 10.0]], [[12.0, 10.0]]])
    plane = heatmaps.draw_princeton(people, 64)[0]
    assert plane[10, 10] == plane[10, 12] == 1
    assert plane[10, 11] == pytest.approx(np.exp(-0.5))

"""Heat maps of keypoints: the right map for a pose, its values and its peaks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core.geometry import Box
from segstudio.core.heat import HeatMap, map_of
from segstudio.core.labels import COCO_PERSON, FACE_FIVE, LabelSet, Skeleton
from segstudio.core.results import JointHeat


def hill(column: float, row: float, size: tuple[int, int] = (48, 40), height: float = 0.8) -> np.ndarray:
    ys, xs = np.mgrid[: size[0], : size[1]]
    return (height * np.exp(-((xs - column) ** 2 + (ys - row) ** 2) / 18)).astype(np.float32)


@given(st.floats(0, 39), st.floats(0, 47))
def test_places_and_cells_are_each_other_s_inverse(column: float, row: float) -> None:
    heat = HeatMap(hill(3, 3), Box(-20, 30, 80, 192))
    assert heat.cell(*heat.place(column, row)) == pytest.approx((column, row))


def test_the_heat_of_a_cell_is_read_in_its_middle_and_none_lies_beyond() -> None:
    values = np.array([[0.0, 1.0], [0.5, 0.25]], np.float32)
    heat = HeatMap(values, Box(10, 20, 40, 40))
    assert [heat.at(20, 30), heat.at(40, 30), heat.at(20, 50), heat.at(40, 50)] == [0, 1, 0.5, 0.25]
    assert heat.at(30, 30) == pytest.approx(0.5) and heat.at(11, 21) == 0
    assert heat.at(9, 30) == heat.at(51, 30) == heat.at(30, 61) == 0
    assert HeatMap(np.full((1, 1), 0.7, np.float32), Box(0, 0, 5, 5)).at(2, 3) == pytest.approx(0.7)


@given(st.floats(4, 35), st.floats(4, 43), st.floats(-3, 3), st.floats(-3, 3))
def test_a_climb_finds_the_peak_between_cells(column: float, row: float, dx: float, dy: float) -> None:
    heat = HeatMap(hill(column, row), Box(0, 0, 40, 48))
    x, y = heat.place(column, row)
    found = heat.peak(*heat.place(round(column) + 2 + abs(dx), row + dy))
    assert found == pytest.approx((x, y), abs=0.1)


def test_the_nearest_peak_comes_first_and_the_highest_second() -> None:
    heat = HeatMap(np.maximum(hill(8, 8, height=0.4), hill(30, 30)), Box(0, 0, 40, 48))
    low = heat.peak(6, 7)
    assert low == pytest.approx((8.5, 8.5), abs=0.2)
    assert heat.peak(*low) == pytest.approx((30.5, 30.5), abs=0.2)
    assert HeatMap(hill(0, 0), Box(0, 0, 40, 48)).peak(3, 3) == pytest.approx((0.5, 0.5), abs=0.6)


def test_the_map_is_that_of_the_pose_and_of_the_keypoint_s_name() -> None:
    maps = np.stack([np.stack([np.full((4, 4), 0.01 * k + n, np.float32) for k in range(17)]) for n in (0, 1)])
    result = JointHeat(
        size=(100, 100),
        classes=LabelSet("people", (), COCO_PERSON),
        boxes=np.array([[0, 0, 40, 40], [50, 50, 90, 90]], np.float32),
        heat=maps,
    )
    found = map_of([result], COCO_PERSON, 5, Box(55, 55, 10, 20))
    assert found is not None and found.box == Box(50, 50, 40, 40) and found.values[0, 0] == pytest.approx(1.05)
    other = map_of([result], Skeleton(("tail", "left_ear")), 1, Box(1, 1, 0, 0))
    assert other is not None and other.values[0, 0] == pytest.approx(0.03)
    assert map_of([result], FACE_FIVE, 2, Box(1, 1, 9, 9)) is not None, "a nose is a nose"
    assert map_of([result], FACE_FIVE, 3, Box(1, 1, 9, 9)) is None
    assert map_of([result], COCO_PERSON, 0, Box(42, 42, 5, 5)) is None
    assert map_of([], COCO_PERSON, 0, Box(1, 1, 9, 9)) is None

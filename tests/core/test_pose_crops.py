"""Crops around people and the ways back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core import pose_crops

numbers = st.floats(-500, 500)


@given(x=numbers, y=numbers, scale=st.floats(0.1, 5), turn=st.floats(-180, 180), px=numbers, py=numbers)
def test_the_way_back_undoes_the_way_there(x: float, y: float, scale: float, turn: float, px: float, py: float) -> None:
    centre, points = np.array([x, y]), np.array([[px, py], [0, 0]])
    matrix = pose_crops.affine(centre, scale, turn, (192, 256))
    np.testing.assert_allclose(
        pose_crops.apply(pose_crops.inverse(matrix), pose_crops.apply(matrix, points)), points, atol=1e-6
    )
    np.testing.assert_allclose(pose_crops.apply(matrix, centre), (96, 128), atol=1e-6)


def test_boxes_grow_to_the_aspect_of_the_input() -> None:
    boxes = np.array([[0, 0, 90, 40], [0, 0, 30, 80]], np.float32)
    centre, scale = pose_crops.centre_scale(boxes, 192 / 256, padding=1.0)
    assert centre.tolist() == [[45, 20], [15, 40]]
    np.testing.assert_allclose(scale * 200, [[90, 120], [60, 80]])


def test_an_hourglass_sees_a_square_around_the_centre() -> None:
    assert pose_crops.hourglass_window(np.array([100.0, 60.0]), 0.4, 64) == (60, 20, 140, 100)
    matrix = pose_crops.hourglass(np.array([100.0, 60.0]), 0.4, 0, (256, 256))
    np.testing.assert_allclose(pose_crops.apply(matrix, np.array([[60.0, 20], [140, 100]])), [[0, 0], [256, 256]])


@pytest.mark.parametrize("first", [0, 1])
def test_points_of_an_hourglass_are_cut_to_whole_numbers(first: int) -> None:
    centre = np.array([100.0, 60.0])
    points = np.array([[10.9, 10.2]]) + first
    back = pose_crops.hourglass_points(points, centre, 0.4, (80, 80), back=True, first=first)
    assert back.tolist() == [[70 + first, 30 + first]]

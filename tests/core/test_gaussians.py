"""Gaussian peaks: their radius and how they are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core import gaussians

SIDES = st.floats(1.0, 200.0)
OVERLAPS = st.floats(0.05, 0.95)


def iou(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    both = max(width, 0) * max(height, 0)
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


@given(SIDES, SIDES, OVERLAPS)
def test_corners_within_cornernets_radius_keep_the_overlap(height: float, width: float, overlap: float) -> None:
    r = gaussians.cornernet_radius(height, width, overlap)
    box = (0.0, 0.0, width, height)
    moved = [
        (r, r, width + r, height + r),
        (r, r, width - r, height - r),
        (-r, -r, width + r, height + r),
    ]
    overlaps = [iou(box, other) for other in moved]
    assert min(overlaps) == pytest.approx(overlap, rel=1e-6), "the radius is the largest that keeps it"


@given(SIDES, SIDES)
def test_centernets_radius_is_at_least_cornernets(height: float, width: float) -> None:
    assert gaussians.centernet_radius(height, width) >= gaussians.cornernet_radius(height, width, 0.7) - 1e-9


def test_centernets_radius_of_a_worked_case() -> None:
    # h = w = 10, overlap 0.7: the third case, b = -28, 4ac = -336, (-28 + sqrt(784 + 336)) / 2.
    assert gaussians.centernet_radius(10, 10) == pytest.approx((-28 + np.sqrt(784 + 336)) / 2)


def test_a_peak_is_one_at_its_centre_and_falls() -> None:
    heat = np.zeros((9, 11), np.float32)
    gaussians.draw(heat, (4.9, 3.2), 2)
    assert heat[3, 4] == 1.0
    assert heat[3, 5] == pytest.approx(np.exp(-1 / (2 * (5 / 6) ** 2)))
    assert np.count_nonzero(heat) == 25


def test_drawing_keeps_what_is_higher() -> None:
    heat = np.full((5, 5), 0.5, np.float32)
    gaussians.draw(heat, (2, 2), 1)
    assert heat[2, 2] == 1.0
    assert heat[2, 0] == 0.5
    assert heat[1, 1] == 0.5, "the flank lies below what was there"


def test_a_sigma_is_cut_at_three_and_may_reach_in_from_outside() -> None:
    heat = np.zeros((20, 20), np.float32)
    gaussians.draw_sigma(heat, (9.5, 10.4), 1.0)
    assert heat[10, 10] == 1.0
    assert np.count_nonzero(heat) == 49
    edge = np.zeros((20, 20), np.float32)
    gaussians.draw_sigma(edge, (-3.0, 5.0), 1.0)
    assert edge[5, 0] == pytest.approx(np.exp(-2.0))
    gaussians.draw_sigma(edge, (50.0, 5.0), 1.0)
    assert edge[:, 5:].max() == 0

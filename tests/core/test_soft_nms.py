"""Soft-NMS against a box at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segstudio.core import soft_nms

FLOOR = 0.02


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    w = min(a[2], b[2]) - max(a[0], b[0]) + 1
    h = min(a[3], b[3]) - max(a[1], b[1]) + 1
    if w <= 0 or h <= 0:
        return -1.0
    return w * h / ((a[2] - a[0] + 1) * (a[3] - a[1] + 1) + (b[2] - b[0] + 1) * (b[3] - b[1] + 1) - w * h)


def one_at_a_time(rows: np.ndarray, method: str) -> list[tuple[float, ...]]:
    """Return what is left, by taking the best and lowering the others, over and over."""
    waiting, kept = [row.astype(np.float64) for row in rows], []
    while waiting:
        best = waiting.pop(int(np.argmax([row[4] for row in waiting])))
        kept.append(tuple(best))
        staying = []
        for row in waiting:
            iou = overlap(best, row)
            if method == "gaussian":
                row[4] *= np.exp(-(iou**2) / 0.5) if iou >= 0 else 1.0
            elif iou > 0.5:
                row[4] *= 1 - iou if method == "linear" else 0.0
            if iou < 0 or row[4] >= FLOOR:
                staying.append(row)
        waiting = staying
    return kept


@settings(deadline=None)
@given(st.integers(0, 2**31), st.integers(0, 20), st.sampled_from(["gaussian", "linear", "hard"]))
def test_the_same_boxes_with_the_same_scores_are_left(seed: int, count: int, method: soft_nms.Method) -> None:
    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, 30, (count, 2))
    rows = np.column_stack((corners, corners + rng.uniform(1, 60, (count, 2)), rng.uniform(0.03, 1, (count, 1))))
    state = rows.astype(np.float32)
    left = soft_nms.suppress(state, floor=FLOOR, method=method)
    np.testing.assert_allclose(state[:left], np.array(one_at_a_time(rows, method)).reshape(-1, 5), rtol=1e-4, atol=1e-5)


def test_a_box_that_touches_nothing_stays_however_low() -> None:
    rows = np.array([[0, 0, 10, 10, 0.9], [100, 100, 110, 110, 0.0005]], np.float32)
    assert soft_nms.suppress(rows) == 2


def test_further_columns_go_with_their_box() -> None:
    rows = np.array([[0, 0, 10, 10, 0.5, 1.0], [50, 50, 60, 60, 0.9, 2.0]], np.float32)
    assert soft_nms.suppress(rows) == 2
    assert rows[:, 5].tolist() == [2.0, 1.0]


def test_merging_averages_corners_by_their_scores() -> None:
    rows = np.array([[0, 0, 10, 10, 0.9, 0.8, 0.4], [0, 0, 10, 20, 0.6, 0.8, 0.2]], np.float32)
    iou = 121 / (121 + 231 - 121)
    weight = 1 - np.exp(-(iou**2) / 0.5)
    assert soft_nms.suppress(rows, merging=1.0) == 2
    assert rows[0, 3] == pytest.approx((10 * 0.4 + 20 * 0.2 * weight) / (0.4 + 0.2 * weight), rel=1e-5)
    assert rows[0, :3].tolist() == pytest.approx([0, 0, 10])

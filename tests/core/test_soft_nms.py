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
    left = soft_nms.suppress(state, soft_nms.Rule(floor=FLOOR, method=method))
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
    assert soft_nms.suppress(rows, soft_nms.Rule(merging=1.0)) == 2
    assert rows[0, 3] == pytest.approx((10 * 0.4 + 20 * 0.2 * weight) / (0.4 + 0.2 * weight), rel=1e-5)
    assert rows[0, :3].tolist() == pytest.approx([0, 0, 10])


def in_place(state: np.ndarray, rule: soft_nms.Rule) -> int:
    """Do as the published loops do: look at one row after the other, the last stepping in for one that is dropped."""
    moving = slice(0, 5 if rule.merging is not None else state.shape[1])
    count, i = len(state), 0
    while i < count:
        best = i + int(state[i:count, 4].argmax())
        state[[i, best], moving] = state[[best, i], moving]
        sums = state[i, 5:7].astype(np.float64) if rule.merging is not None else None
        corners = state[i, :4].astype(np.float64) * np.repeat(state[i, 5:7], 2) if rule.merging is not None else None
        pos = i + 1
        while pos < count:
            iou = overlap(state[i], state[pos])
            if iou < 0:
                pos += 1
                continue
            share = np.exp(-(iou**2) / rule.sigma)
            if sums is not None and corners is not None:
                weights = state[pos, 5:7] * (1 - share) ** rule.merging
                sums += weights
                corners += state[pos, :4] * np.repeat(weights, 2)
            state[pos, 4] *= share
            if state[pos, 4] < rule.floor:
                state[pos, moving] = state[count - 1, moving]
                count -= 1
            else:
                pos += 1
        if sums is not None and corners is not None:
            state[i, :4] = corners / np.repeat(sums, 2)
        i += 1
    return count


def boxes_of(rng: np.random.Generator, count: int, spread: float) -> np.ndarray:
    corners = rng.uniform(0, spread, (count, 2))
    sizes, scores = rng.uniform(1, 60, (count, 2)), rng.uniform(0.03, 1, (count, 3))
    return np.column_stack((corners, corners + sizes, scores)).astype(np.float32)


@settings(deadline=None, max_examples=200)
@given(
    st.integers(0, 2**31), st.integers(0, 25), st.sampled_from([2.0, 30.0]), st.sampled_from([0.02, 0.3]),
    st.sampled_from([None, 1.0, 8.0]),
)  # fmt: skip
def test_rows_end_up_where_the_published_loops_leave_them(
    seed: int, count: int, spread: float, floor: float, merging: float | None
) -> None:
    rows = boxes_of(np.random.default_rng(seed), count, spread)
    want, got, rule = rows.copy(), rows.copy(), soft_nms.Rule(floor=floor, merging=merging)
    assert soft_nms.suppress(got, rule) == in_place(want, rule)
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


@settings(deadline=None)
@given(
    st.integers(0, 2**31), st.integers(0, 60), st.integers(1, 12), st.sampled_from([0.0, 0.2]),
    st.sampled_from([None, 8.0]),
)  # fmt: skip
def test_groups_side_by_side_are_as_one_after_the_other(
    seed: int, count: int, groups: int, least: float, merging: float | None
) -> None:
    rng = np.random.default_rng(seed)
    rows, rule = boxes_of(rng, count, 20.0), soft_nms.Rule(floor=0.02, merging=merging)
    # Some large, some small, some numbers without a row.
    names = (rng.exponential(1, count) * groups).astype(np.int64)
    given_rows = rows.copy()
    left, of = soft_nms.suppress_groups(rows, names, rule, least)
    np.testing.assert_array_equal(rows, given_rows)
    assert sorted(of.tolist()) == of.tolist()
    for name in np.unique(names):
        alone = rows[names == name]
        alone = alone[: soft_nms.suppress(alone, rule)]
        np.testing.assert_allclose(left[of == name], alone[alone[:, 4] >= least], rtol=1e-5)

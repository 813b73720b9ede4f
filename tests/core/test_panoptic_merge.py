"""Merging instances and stuff into one map."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segstudio.core import masks
from segstudio.core.errors import InputError
from segstudio.core.panoptic_merge import PUBLISHED, Rule, merge


def box(x: int, y: int, w: int, h: int) -> masks.Mask:
    return masks.from_bitmap(np.ones((h, w), bool), x, y)


def plainly(semantic: np.ndarray, shapes: np.ndarray, scores: np.ndarray, rule: Rule) -> tuple[np.ndarray, list, list]:
    """The rule, instance by instance and class by class on whole pictures."""
    values, kept, stuff = np.zeros(semantic.shape, np.int64), [], []
    for i in np.argsort(-scores, kind="stable"):
        if scores[i] < rule.confidence:
            break
        area, covered = shapes[i].sum(), (shapes[i] & (values > 0)).sum()
        if not area or covered > rule.overlap * area:
            continue
        kept.append(int(i))
        values[shapes[i] & (values == 0)] = len(kept)
    for c in range(1, int(semantic.max(initial=0)) + 1):
        region = (semantic == c) & (values == 0)
        if region.any() and region.sum() >= rule.stuff_area:
            stuff.append((c, int(region.sum())))
            values[region] = len(kept) + len(stuff)
    return values, kept, stuff


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 1 << 30),
    st.integers(1, 13),
    st.integers(1, 17),
    st.integers(0, 7),
    st.sampled_from([np.uint8, np.uint16]),
    st.sampled_from([0.0, 0.3, 0.5, 1.0]),
    st.integers(0, 30),
)
def test_it_is_the_rule_worked_out_plainly(
    seed: int, height: int, width: int, count: int, kind: type, overlap: float, limit: int
) -> None:
    rng = np.random.default_rng(seed)
    semantic = rng.integers(0, 5, (height, width)).astype(kind)
    shapes = rng.random((count, height, width)) < rng.random((count, 1, 1))
    scores = rng.integers(0, 11, count).astype(np.float32) / 10
    rule = Rule(overlap, limit, 0.3)
    values, kept, stuff = plainly(semantic, shapes, scores, rule)
    for laid in (semantic, np.asfortranarray(semantic)):
        got = merge(laid, [masks.from_bitmap(shape) for shape in shapes], scores, rule)
        assert got.values.dtype == np.int32
        np.testing.assert_array_equal(got.values, values)
        assert list(got.instances) == kept
        assert list(got.stuff) == stuff


def test_more_segments_than_a_byte_counts() -> None:
    semantic = np.full((30, 30), 3, np.uint8)
    shapes = [box(i % 30, i // 30, 1, 1) for i in range(300)]
    got = merge(semantic, shapes, np.linspace(1, 0.6, 300), Rule(stuff_area=1))
    assert got.values.max() == 301
    assert got.instances == tuple(range(300))
    assert got.stuff == ((3, 600),)


def test_masks_may_reach_beyond_the_picture() -> None:
    got = merge(np.zeros((4, 5), np.uint8), [box(-2, -2, 4, 4), box(3, 2, 9, 9), box(8, 8, 2, 2)], np.ones(3))
    want = np.zeros((4, 5), int)
    want[:2, :2], want[2:, 3:] = 1, 2
    np.testing.assert_array_equal(got.values, want)
    assert got.instances == (0, 1)


def test_the_published_parameters() -> None:
    assert (PUBLISHED.overlap, PUBLISHED.stuff_area, PUBLISHED.confidence) == (0.5, 4096, 0.5)
    empty = merge(np.zeros((0, 0), np.uint8), [], np.zeros(0))
    assert (empty.values.shape, empty.instances, empty.stuff) == ((0, 0), (), ())


@pytest.mark.parametrize(
    "wrong", [{"overlap": 1.5}, {"confidence": -0.1}, {"stuff_area": -1}, {"overlap": float("nan")}]
)
def test_parameters_beyond_reason(wrong: dict) -> None:
    with pytest.raises(InputError, match="no merge"):
        Rule(**wrong)

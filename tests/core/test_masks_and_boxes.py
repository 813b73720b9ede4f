"""Masks against pycocotools on the whole picture, set operations against numpy, boxes against arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco

from segstudio.core import masks
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box, Polygons, ring_area

bitmaps = hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, max_side=24), elements=st.integers(0, 1))
places = st.integers(-10, 30)


@st.composite
def placed(draw: st.DrawFn) -> masks.Mask:
    return masks.from_bitmap(draw(bitmaps), draw(places), draw(places))


def frame(runs: bytes, h: int, w: int) -> np.ndarray:
    """Expand a code one run at a time."""
    flat: list[int] = []
    for i, n in enumerate(masks.decode_runs(runs)):
        flat += [i % 2] * int(n)
    return np.array(flat, np.uint8).reshape(w, h).T


@given(bitmaps)
def test_a_bitmap_comes_back_and_codes_as_pycocotools_codes_it(bitmap: np.ndarray) -> None:
    h, w = bitmap.shape
    mask = masks.from_bitmap(bitmap)
    assert (masks.paste(mask, h, w) == bitmap).all()
    assert mask.area == bitmap.sum()
    code = coco.encode(np.asfortranarray(bitmap))["counts"].decode()
    assert masks.to_coco(mask, h, w) == {"size": [h, w], "counts": code}
    assert masks.from_coco({"size": [h, w], "counts": code}, h, w) == mask
    assert masks.from_coco({"size": [h, w], "counts": masks.decode_runs(code.encode()).tolist()}) == mask
    assert (frame(code.encode(), h, w) == bitmap).all()


coordinate = st.one_of(st.floats(-20, 70), st.integers(-200, 700).map(lambda v: v / 10))
rings = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=8).map(
    lambda p: tuple(v for xy in p for v in xy)
)


@given(st.lists(rings, min_size=1, max_size=3), st.lists(rings, max_size=2), st.integers(1, 60), st.integers(1, 60))
def test_polygons_fill_the_pixels_of_cocos_rule(parts: list, holes: list, w: int, h: int) -> None:
    def full(rings: list) -> np.ndarray:
        if not rings:
            return np.zeros((h, w), np.uint8)
        return frame(coco.merge(coco.frPyObjects([list(r) for r in rings], h, w))["counts"], h, w)

    mask = masks.from_polygons(Polygons(tuple(parts), tuple(holes)), w, h)
    assert (masks.paste(mask, h, w) == (full(parts) & (1 - full(holes)))).all()


wild = st.floats(allow_nan=True, allow_infinity=True)


@given(st.lists(wild, max_size=12))
def test_no_coordinate_crashes(values: list[float]) -> None:
    try:
        mask = masks.from_polygons(Polygons((tuple(values),)), 30, 20)
    except InputError:
        assert not np.isfinite(values).all()
    else:
        assert 0 <= mask.area <= 600


def test_a_ring_around_everything_fills_the_picture() -> None:
    far = (-1e300, -1e300, 1e300, -1e300, 1e300, 1e300, -1e300, 1e300)
    assert masks.from_polygons(Polygons((far,)), 20, 10).area == 200


@given(placed(), placed())
def test_set_operations(a: masks.Mask, b: masks.Mask) -> None:
    x, y = masks.window(a, -10, -10, 70, 70), masks.window(b, -10, -10, 70, 70)
    for operation, expected in (
        (masks.union, x | y),
        (masks.intersect, x & y),
        (masks.subtract, x & (1 - y)),
    ):
        assert operation(a, b) == masks.from_bitmap(expected, -10, -10)
    union = (x | y).sum()
    assert masks.iou(a, b) == pytest.approx((x & y).sum() / union if union else 0.0)


@pytest.mark.parametrize(
    "rle",
    [
        {"size": [2, 2], "counts": [5]},
        {"size": [2, 2], "counts": [-1, 5]},
        {"size": [2, 2], "counts": [2**62, 2**62, 2**62, 2**62 + 4]},
        {"size": [2, 2], "counts": [2**80]},
        {"size": [2, 2], "counts": [1.5, 2.5]},
        {"size": [2, 2], "counts": [[1, 3]]},
        {"size": [2, 2], "counts": ["a"]},
        {"size": [-2, -2], "counts": [4]},
        {"size": [10**9, 10**9], "counts": [0, 10**18]},
        {"size": [2], "counts": [4]},
        {"size": [2, 2]},
        {"size": [2, 2], "counts": "o"},
        {"size": [2, 2], "counts": "é4"},
        {"size": [2, 2], "counts": ""},
    ],
)
def test_codes_that_do_not_fit_are_refused(rle: dict) -> None:
    with pytest.raises(InputError):
        masks.from_coco(rle)


@given(st.binary(max_size=30))
def test_no_code_crashes(counts: bytes) -> None:
    for read in (
        lambda: masks.Mask(0, 0, 4, 5, counts).bitmap(),
        lambda: masks.from_coco({"size": [5, 4], "counts": counts}),
    ):
        try:
            read()
        except InputError:
            continue


boxes = st.builds(Box, *(st.floats(0, 100) for _ in range(4)))


@given(boxes, boxes)
def test_boxes(a: Box, b: Box) -> None:
    both, common = a.union(b), a.intersection(b)
    assert both == b.union(a)
    assert both.area >= max(a.area, b.area) - 1e-6
    assert (common is None) == (b.intersection(a) is None)
    if common is not None:
        assert common.area <= min(a.area, b.area) + 1e-6
    clipped = a.clipped(50, 40)
    assert 0 <= clipped.x <= clipped.right <= 50 + 1e-9
    assert 0 <= clipped.y <= clipped.bottom <= 40 + 1e-9


def test_ring_area_ignores_a_number_without_its_partner() -> None:
    assert ring_area((0, 0, 4, 0, 4, 3, 0, 3, 9)) == 12

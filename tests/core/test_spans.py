"""Spans against bitmaps: what is done without unpacking gives the pixels that unpacking gives."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco

from segstudio.core import masks, spans
from segstudio.core.spans import Spans

bitmaps = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, max_side=20))
places = st.integers(-12, 24)
FRAME = (-16, -16, 48, 48)


@st.composite
def placed(draw: st.DrawFn) -> Spans:
    return masks.from_bitmap(draw(bitmaps), draw(places), draw(places)).spans()


def full(some: Spans) -> np.ndarray:
    """Fill a frame that begins at (-16, -16) pixel by pixel."""
    frame = np.zeros((64, 64), bool)
    for x, top, bottom in zip(*some, strict=True):
        assert bottom > top
        assert not frame[top + 16 : bottom + 16, x + 16].any()
        frame[top + 16 : bottom + 16, x + 16] = True
    return frame


def normal(some: Spans) -> bool:
    """Whether spans are sorted and apart, as `Spans` promises."""
    same = some.columns[1:] == some.columns[:-1]
    later = (some.columns[1:] > some.columns[:-1]) | (same & (some.tops[1:] > some.bottoms[:-1]))
    return bool(later.all())


@given(bitmaps, places, places)
def test_a_masks_spans_are_its_pixels_and_give_its_code_back(bitmap: np.ndarray, x: int, y: int) -> None:
    mask = masks.from_bitmap(bitmap, x, y)
    some = mask.spans()
    assert normal(some) and some.area == bitmap.sum()
    assert (full(some)[y + 16 : y + 16 + bitmap.shape[0], x + 16 : x + 16 + bitmap.shape[1]] == bitmap).all()
    assert masks.from_spans(some) == mask


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=12))
def test_run_lengths_are_coded_as_they_are_read(runs: list[int]) -> None:
    assert masks.decode_runs(masks.encode_runs(np.array(runs, np.int64))).tolist() == runs


@given(st.lists(st.integers(1, 90), min_size=1, max_size=12))
def test_run_lengths_are_coded_as_pycocotools_codes_them(runs: list[int]) -> None:
    theirs = coco.frPyObjects({"size": [1, sum(runs)], "counts": runs}, 1, sum(runs))["counts"]
    assert masks.encode_runs(np.array(runs, np.int64)) == theirs


@given(st.lists(placed(), min_size=1, max_size=4))
def test_set_operations(several: list[Spans]) -> None:
    frames = [full(s) for s in several]
    joined = spans.union(several)
    assert normal(joined) and (full(joined) == np.any(frames, axis=0)).all()
    a, b = several[0], several[-1]
    for made, want in (
        (spans.intersect(a, b), frames[0] & frames[-1]),
        (spans.subtract(a, b), frames[0] & ~frames[-1]),
    ):
        assert normal(made) and (full(made) == want).all()


@given(placed())
def test_border_pixels_are_those_with_a_neighbour_outside(some: Spans) -> None:
    around = np.pad(full(some), 1)
    inner = around[:-2, 1:-1] & around[2:, 1:-1] & around[1:-1, :-2] & around[1:-1, 2:]
    rim = spans.border(some)
    assert normal(rim) and (full(rim) == (full(some) & ~inner)).all()
    ys, xs = spans.pixels(rim)
    assert (full(rim)[ys + 16, xs + 16]).all() and len(ys) == rim.area


@given(placed())
def test_the_outline_runs_where_a_pixel_differs_from_its_neighbour(some: Spans) -> None:
    around = np.pad(full(some), 1)
    steep, level = np.zeros((66, 66), int), np.zeros((66, 66), int)
    for x0, y0, x1, y1 in (spans.outline(some) + 17).astype(int).tolist():
        if x0 == x1:
            steep[y0:y1, x0] += 1
        else:
            assert y0 == y1
            level[y0, x0:x1] += 1
    assert (steep[:, 1:] == (around[:, 1:] != around[:, :-1])).all()
    assert (level[1:] == (around[1:] != around[:-1])).all()


@given(placed(), st.integers(-4, 5), st.integers(-4, 5), st.integers(1, 30), st.integers(1, 30), st.integers(1, 5))
def test_a_window_of_every_nth_pixel(some: Spans, i: int, j: int, w: int, h: int, step: int) -> None:
    x, y = max(i * step, -16), max(j * step, -16)
    window = (x, y, min(x + w, 48), min(y + h, 48))
    want = full(some)[y + 16 : window[3] + 16, x + 16 : window[2] + 16]
    assert (spans.bitmap(some, window, step) == want[::step, ::step]).all()
    inside = spans.within(some, window)
    assert normal(inside) and inside.area == want.sum()
    assert spans.holds(some, x, y) == want[0, 0]


@given(placed(), st.integers(2, 9))
def test_tiles_cover_all_pixels_and_touch_some(some: Spans, side: int) -> None:
    frame = full(some)
    for left, top, right, bottom in spans.tiles(some, side):
        assert left // side == (right - 1) // side and top // side == (bottom - 1) // side
        part = frame[top + 16 : bottom + 16, left + 16 : right + 16]
        assert part.any()
        part[...] = False
    assert not frame.any()


def test_a_box_of_the_largest_size_costs_no_pixels() -> None:
    mask = masks.from_spans(spans.box((0, 0, 20_000, 20_000)))
    hole = masks.from_spans(spans.box((9_000, 9_000, 9_010, 9_010)))
    assert masks.subtract(mask, hole).area == 400_000_000 - 100
    assert masks.union(masks.subtract(mask, hole), hole) == mask
    assert len(masks.to_coco(mask, 20_000, 20_000)["counts"]) < 20

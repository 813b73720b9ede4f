"""What each assist finds in pictures whose regions are known, and that no input breaks one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segstudio.assist import grabcut, scissors, snap, superpixels, wand, watershed
from segstudio.assist.crops import Stroke, draw, grown
from segstudio.core import masks
from segstudio.core.geometry import Box, Polygons
from segstudio.core.masks import Mask

WIDTH, HEIGHT = 120, 90
# Where the crop of the synthetic picture lies in its picture.
X, Y = 1000, 500
INK, PAPER = (200, 60, 50), (70, 120, 190)


def noisy(truth: np.ndarray, seed: int = 1) -> np.ndarray:
    """A picture with a region in one colour and the rest in another, and some noise."""
    colours = np.where(truth[:, :, None], np.array(INK), np.array(PAPER)).astype(float)
    return np.clip(colours + np.random.default_rng(seed).normal(0, 6, colours.shape), 0, 255).astype(np.uint8)


def ring(hole: float = 12.0) -> np.ndarray:
    """A disc of radius 30 with a hole, bool (90, 120)."""
    ys, xs = np.mgrid[:HEIGHT, :WIDTH]
    far = np.hypot(xs + 0.5 - 60, ys + 0.5 - 45)
    return (far < 30) & (far >= hole)


def placed(bitmap: np.ndarray) -> Mask:
    return masks.from_bitmap(bitmap, X, Y)


def rough(bitmap: np.ndarray, by: int) -> Mask:
    """The region moved to the right and down: a mask whose border is off."""
    return masks.from_bitmap(np.roll(bitmap, (by, by), (0, 1)), X, Y)


def test_scissors_follow_the_border_of_a_disc() -> None:
    truth = ring(hole=0)
    picture = noisy(truth)
    anchors = [(X + 60 + 30 * np.cos(t), Y + 45 + 30 * np.sin(t)) for t in np.arange(5) * 2 * np.pi / 5]
    ways = [scissors.Wire(picture, a, X, Y).to(*b) for a, b in zip(anchors, [*anchors[1:], anchors[0]])]
    for way, a in zip(ways, anchors):
        assert tuple(way[0]) == a
        off = np.hypot(way[:, 0] - X - 60, way[:, 1] - Y - 45) - 30
        assert np.abs(off).max() < 3
    shape = scissors.ring(ways)
    found = masks.from_polygons(Polygons((shape,)), X + WIDTH, Y + HEIGHT)
    assert masks.iou(found, placed(truth)) > 0.95


def test_a_large_map_is_shrunk_and_the_way_stays_near() -> None:
    truth = ring(hole=0)
    wire = scissors.Wire(noisy(truth).repeat(4, axis=0).repeat(4, axis=1), (120 + 240, 180), most=20_000)
    way = wire.to(240, 300)
    assert np.abs(np.hypot(way[:, 0] - 240, way[:, 1] - 180) - 120).max() < 16


def test_grabcut_finds_what_is_in_a_box_and_keeps_its_hole() -> None:
    truth = ring()
    found = grabcut.cut(noisy(truth), box=Box(X + 25, Y + 10, 70, 70), x=X, y=Y)
    assert masks.iou(found, placed(truth)) > 0.97
    hole = masks.window(found, X + 60, Y + 45, 1, 1)
    assert hole[0, 0] == 0


def test_grabcut_mends_a_mask() -> None:
    truth = ring()
    start = rough(truth, 5)
    found = grabcut.cut(noisy(truth), rough=start, x=X, y=Y, reach=20)
    assert masks.iou(start, placed(truth)) < 0.75
    assert masks.iou(found, placed(truth)) > 0.95


def test_grabcut_does_as_the_strokes_say() -> None:
    truth = ring()
    keep = Stroke(((X + 60.0, Y + 45.0), (X + 62.0, Y + 47.0)), 1, 5)
    drop = Stroke(((X + 35.0, Y + 45.0), (X + 45.0, Y + 45.0)), 0, 5)
    found = grabcut.cut(noisy(truth), box=Box(X + 25, Y + 10, 70, 70), strokes=[keep, drop], x=X, y=Y)
    marks = draw([keep, drop], X, Y, truth.shape, truth.shape)
    inside = masks.window(found, X, Y, WIDTH, HEIGHT)
    assert inside[marks == 1].all() and not inside[marks == 0].any()


def test_grabcut_on_a_smaller_copy_finds_the_same() -> None:
    truth = ring().repeat(4, axis=0).repeat(4, axis=1)
    picture = noisy(truth)
    found = grabcut.cut(picture, box=Box(100, 40, 280, 280), most=30_000)
    assert masks.iou(found, masks.from_bitmap(truth)) > 0.96


def test_the_wand_takes_one_region_or_all_of_a_colour() -> None:
    truth = np.zeros((HEIGHT, WIDTH), bool)
    truth[10:40, 10:40] = truth[50:80, 70:110] = True
    picture = noisy(truth)
    at = (X + 20.0, Y + 20.0)
    far = wand.distances(picture, at, X, Y)
    one = wand.select(far, 25)
    everywhere = wand.select(far, 25, contiguous=False)
    left = truth.copy()
    left[:, 60:] = False
    assert masks.iou(one, placed(left)) > 0.97
    assert masks.iou(everywhere, placed(truth)) > 0.97


@given(st.floats(0, 60), st.floats(0, 60))
def test_more_tolerance_takes_no_pixel_away(a: float, b: float) -> None:
    picture = noisy(ring(), 4)
    at = (30.0, 20.0)
    far = wand.distances(picture, at)
    small, large = (wand.select(far, t) for t in sorted((a, b)))
    assert masks.subtract(small, large) == masks.EMPTY
    assert masks.window(small, 30, 20, 1, 1)[0, 0] == 1


def test_delta_e_is_that_of_scikit_image() -> None:
    from skimage.color import deltaE_cie76, rgb2lab

    picture = np.random.default_rng(2).integers(0, 256, (1, 40, 3), np.uint8).repeat(3, axis=0)
    picture[:, :3] = (180, 20, 90)
    expected = deltaE_cie76(rgb2lab(picture), rgb2lab(np.array([[[180, 20, 90]]], np.uint8)))
    assert np.abs(wand.distances(picture, (1.5, 1.5)).values - expected).max() < 0.5


def test_superpixels_keep_to_borders_and_add_up() -> None:
    truth = ring(hole=0)
    parts = superpixels.split(noisy(truth), 8, X, Y)
    assert parts.at(X - 1, Y) == -1
    whole = parts.mask(range(parts.count))
    assert (whole.w, whole.h, whole.area) == (WIDTH, HEIGHT, WIDTH * HEIGHT)
    counts = np.bincount(parts.labels.ravel(), weights=truth.ravel()) / np.bincount(parts.labels.ravel())
    chosen = parts.mask(np.flatnonzero(counts > 0.5).tolist())
    assert masks.iou(chosen, placed(truth)) > 0.93
    middle = parts.at(X + 60, Y + 45)
    assert masks.window(parts.mask([middle]), X + 60, Y + 45, 1, 1)[0, 0] == 1


def test_watershed_parts_what_strokes_name() -> None:
    truth = np.zeros((HEIGHT, WIDTH), bool)
    truth[10:40, 10:40] = truth[50:80, 70:110] = True
    strokes = [
        Stroke(((X + 20.0, Y + 20.0), (X + 30.0, Y + 30.0)), 1),
        Stroke(((X + 90.0, Y + 60.0),), 2),
        Stroke(((X + 60.0, Y + 5.0), (X + 60.0, Y + 30.0)), 0),
    ]
    found = watershed.flood(noisy(truth), strokes, X, Y)
    left, right = truth.copy(), truth.copy()
    left[:, 60:] = right[:, :60] = False
    assert set(found) == {1, 2}
    assert masks.iou(found[1], placed(left)) > 0.93 and masks.iou(found[2], placed(right)) > 0.93
    assert masks.intersect(found[1], found[2]) == masks.EMPTY
    # Without a stroke of background the rim stands for it, unless that is not wanted.
    assert masks.iou(watershed.flood(noisy(truth), strokes[:1], X, Y)[1], placed(left)) > 0.9
    assert watershed.flood(noisy(truth), strokes[:1], X, Y, rim=False)[1].area == WIDTH * HEIGHT


def test_watershed_within_a_mask_parts_it_and_nothing_else() -> None:
    truth = np.zeros((HEIGHT, WIDTH), bool)
    truth[20:70, 20:60] = truth[20:70, 61:100] = True
    picture = noisy(truth)
    picture[:, 60] = (250, 250, 250)
    both = placed(np.pad(np.ones((50, 80), bool), ((20, 20), (20, 20))))
    strokes = [Stroke(((X + 40.0, Y + 40.0),), 1), Stroke(((X + 80.0, Y + 40.0),), 2)]
    found = watershed.flood(picture, strokes, X, Y, within=both)
    assert masks.union(found[1], found[2]) == both
    assert masks.intersect(found[1], found[2]) == masks.EMPTY
    assert abs(found[1].area - 2000) <= 100
    beside = Stroke(((X + 5.0, Y + 5.0),), 3)
    assert watershed.flood(picture, [*strokes, beside], X, Y, within=both) == found


def test_watershed_within_a_mask_loses_no_pixel_of_it() -> None:
    spots = np.zeros((HEIGHT, WIDTH), bool)
    spots[10:30, 10:30] = spots[10:30, 80:100] = spots[60:80, 75:95] = spots[5, 5] = True
    strokes = [Stroke(((X + 20.0, Y + 20.0),), 1), Stroke(((X + 90.0, Y + 20.0),), 2)]
    for most in (100_000, 1_500):
        found = watershed.flood(noisy(spots), strokes, X, Y, within=placed(spots), most=most)
        assert masks.union(found[1], found[2]) == placed(spots)
        # What no stroke touched goes with the nearest.
        assert masks.window(found[2], X + 80, Y + 70, 1, 1)[0, 0] and masks.window(found[1], X + 5, Y + 5, 1, 1)[0, 0]


def test_watershed_keeps_what_of_a_mask_lies_beyond_the_crop() -> None:
    beyond = masks.from_bitmap(np.ones((20, 60), bool), X - 30, Y + 10)
    strokes = [Stroke(((X + 5.0, Y + 15.0),), 1), Stroke(((X + 25.0, Y + 15.0),), 2)]
    found = watershed.flood(noisy(ring()), strokes, X, Y, within=beyond)
    assert masks.union(found[1], found[2]) == beyond


def test_snapping_brings_a_border_to_the_edge_and_keeps_the_hole() -> None:
    truth = ring()
    start = rough(truth, 4)
    found = snap.snap(noisy(truth), start, x=X, y=Y)
    assert masks.iou(start, placed(truth)) < 0.8
    assert masks.iou(found, placed(truth)) > 0.95
    assert masks.window(found, X + 60, Y + 45, 1, 1)[0, 0] == 0


def test_snapping_changes_nothing_beyond_its_reach() -> None:
    truth = ring(hole=0)
    start = masks.from_bitmap(truth | (np.hypot(*np.ogrid[-20:70, -100:20]) < 9), X, Y)
    found = snap.snap(noisy(truth), start, x=X, y=Y, reach=5)
    # The spot in the wrong colour is deeper than the reach: its middle stays.
    assert masks.window(found, X + 100, Y + 20, 1, 1)[0, 0] == 1
    outside = masks.from_bitmap(np.ones((5, 5), bool), X - 50, Y)
    kept = snap.snap(noisy(truth), masks.union(start, outside), x=X, y=Y)
    assert masks.subtract(outside, kept) == masks.EMPTY


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 40), st.integers(0, 40), st.integers(0, 2**20))
def test_a_smaller_copy_is_laid_out_as_its_pixels_fall(h: int, w: int, more: int, wider: int, seed: int) -> None:
    chosen = np.random.default_rng(seed).random((h, w)) < 0.3
    full = h + more, w + wider
    rows, columns = np.arange(full[0]) * h // full[0], np.arange(full[1]) * w // full[1]
    assert grown(chosen, full, 5, 7) == masks.from_bitmap(chosen[np.ix_(rows, columns)], 5, 7)


def test_a_large_crop_is_looked_at_on_smaller_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    truth = ring().repeat(5, axis=0).repeat(5, axis=1)
    picture, whole = noisy(truth), masks.from_bitmap(truth)
    for module in (grabcut, snap):
        monkeypatch.setattr(module, "FINE", 60_000)
    cut = grabcut.cut(picture, box=Box(130, 60, 340, 330), most=30_000)
    snapped = snap.snap(picture, masks.from_bitmap(np.roll(truth, (10, 10), (0, 1))), reach=25, most=20_000)
    picked = wand.select(wand.distances(picture, (300.0, 110.0), most=20_000), 25)
    strokes = [Stroke(((300.0, 110.0),), 1), Stroke(((300.0, 225.0),), 0), Stroke(((9.0, 9.0),), 0)]
    flooded = watershed.flood(picture, strokes, most=20_000)[1]
    for found in (cut, snapped, picked, flooded):
        assert masks.iou(found, whole) > 0.93
        assert masks.window(found, 300, 225, 1, 1)[0, 0] == 0


STROKES = st.lists(
    st.builds(
        Stroke,
        st.lists(st.tuples(st.floats(-40, 60), st.floats(-40, 60)), max_size=4).map(tuple),
        st.integers(0, 3),
        st.floats(0, 30),
    ),
    max_size=4,
)
PICTURES = st.builds(
    lambda h, w, seed, kind: {
        "noise": np.random.default_rng(seed).integers(0, 256, (h, w, 3), np.uint8),
        "flat": np.full((h, w, 3), seed % 256, np.uint8),
        "grey": np.random.default_rng(seed).integers(0, 256, (h, w), np.uint8),
        "deep": np.random.default_rng(seed).integers(0, 65536, (h, w, 3), np.uint16),
        "alpha": np.random.default_rng(seed).integers(0, 256, (h, w, 4), np.uint8),
        "split": np.repeat(np.where(np.arange(w) < w // 2, 0, 255)[None, :, None], h, 0).repeat(3, 2).astype(np.uint8),
    }[kind],
    st.integers(0, 24),
    st.integers(0, 24),
    st.integers(0, 1000),
    st.sampled_from(["noise", "flat", "grey", "deep", "alpha", "split"]),
)
BOXES = st.builds(Box, st.floats(-50, 50), st.floats(-50, 50), st.floats(0, 80), st.floats(0, 80))
PLACES = st.tuples(st.floats(-40, 60), st.floats(-40, 60))
OFFSET = 7


def _rough(box: Box) -> Mask:
    return masks.from_box(box, 60, 60)


def _wand(picture: np.ndarray, box: Box, strokes: list[Stroke], at: tuple[float, float]) -> list[Mask]:
    far = wand.distances(picture, at, OFFSET, OFFSET, most=300)
    return [wand.select(far, box.w, contiguous=flag) for flag in (True, False)]


def _superpixels(picture: np.ndarray, box: Box, strokes: list[Stroke], at: tuple[float, float]) -> list[Mask]:
    parts = superpixels.split(picture, box.w / 4, OFFSET, OFFSET, most=300)
    return [parts.mask([parts.at(*at)]), parts.mask(range(-1, parts.count + 1))]


def _snap(picture: np.ndarray, box: Box, strokes: list[Stroke], at: tuple[float, float]) -> list[Mask]:
    before = masks.intersect(_rough(box), masks.from_bitmap(np.ones(picture.shape[:2], bool), OFFSET, OFFSET))
    return [snap.snap(picture, before, x=OFFSET, y=OFFSET, reach=box.h / 8, most=300)]


ASSISTS: dict[str, Callable[..., list[Mask]]] = {
    "box": lambda p, box, strokes, at: [grabcut.cut(p, box=box, strokes=strokes, x=OFFSET, y=OFFSET, most=300)],
    "mask": lambda p, box, strokes, at: [
        grabcut.cut(p, rough=_rough(box), strokes=strokes, x=OFFSET, y=OFFSET, most=300)
    ],
    "watershed": lambda p, box, strokes, at: [*watershed.flood(p, strokes, OFFSET, OFFSET, most=300).values()],
    "within": lambda p, box, strokes, at: [
        *watershed.flood(p, strokes, OFFSET, OFFSET, within=_rough(box), most=300).values()
    ],
    "wand": _wand,
    "superpixels": _superpixels,
    "snap": _snap,
}


@pytest.mark.parametrize("name", ASSISTS)
@given(PICTURES, BOXES, STROKES, PLACES)
@settings(max_examples=60)
def test_no_input_breaks_an_assist_and_results_stay_in_the_crop(
    name: str, picture: np.ndarray, box: Box, strokes: list[Stroke], at: tuple[float, float]
) -> None:
    found = ASSISTS[name](picture, box, strokes, at)
    height, width = picture.shape[:2]
    for mask in found:
        if name == "within":
            mask = masks.intersect(mask, masks.from_bitmap(np.ones((height, width), bool), OFFSET, OFFSET))
        assert mask.area == int(masks.window(mask, OFFSET, OFFSET, width, height).sum())
    assert ASSISTS[name](picture, box, strokes, at) == found


@given(PICTURES, PLACES, PLACES)
@settings(max_examples=60)
def test_no_input_breaks_the_scissors(
    picture: np.ndarray, anchor: tuple[float, float], to: tuple[float, float]
) -> None:
    way = scissors.Wire(picture, anchor, OFFSET, OFFSET, most=300).to(*to)
    assert tuple(way[0]) == anchor and tuple(way[-1]) == to
    assert np.array_equal(scissors.Wire(picture, anchor, OFFSET, OFFSET, most=300).to(*to), way)
    scissors.ring([way, way[::-1]])


def test_strokes_that_are_not_numbers_draw_nothing() -> None:
    strokes = [Stroke(((float("nan"), 1.0),)), Stroke(()), Stroke(((1e300, -1e300), (5.0, 5.0)), 1, 1e9)]
    assert draw(strokes[:2], 0, 0, (20, 20), (20, 20)).max() == -1
    assert draw(strokes, 0, 0, (20, 20), (20, 20)).shape == (20, 20)

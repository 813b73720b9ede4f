"""The composed buffer equals a naive composition of full frames, however it came about."""

from __future__ import annotations

import functools
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segstudio.app.canvas import bitmaps, cells, compose
from segstudio.app.canvas.bitmaps import Bitmaps, border
from segstudio.app.canvas.compose import Composer
from segstudio.app.canvas.style import Style
from segstudio.core import masks, painting, spans
from segstudio.core.annotation import Annotation, Origin
from segstudio.core.geometry import Box, Polygons
from segstudio.core.masks import Mask
from segstudio.core.painting import RULES, Stroke

W, H = 90, 70


@pytest.fixture(params=["in one piece", "in cells and spans"], autouse=True, scope="module")
def pieces(request):
    """Everything holds for the pictures and regions that are cut up because they are large, too."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param != "in one piece":
            patch.setattr(bitmaps, "LARGE", 40)
            patch.setattr(compose, "LARGE", 40)
            patch.setattr(compose, "_TILE", 16)
            patch.setattr(cells, "WHOLE", 30)
            patch.setattr(cells, "SIDE", 32)
        yield request.param


def naive(rows, style, width=W, height=H, step=1):
    """Compose full frames, one object after the other."""
    owner = np.zeros((height, width), np.int64)
    edges = np.zeros((-(-height // step), -(-width // step)), np.uint32)
    fill = {0: 0}
    for a in sorted(rows, key=lambda a: (a.z, a.id)):
        if not style.visible(a) or isinstance(a.geometry, Box) or a.geometry is None:
            continue
        full = masks.paste(a.mask(width, height), height, width).astype(bool)
        fill[a.id], edge = style.paints(a)
        owner[full] = a.id
        around = np.pad(full, 1)
        inner = around[:-2, 1:-1] & around[2:, 1:-1] & around[1:-1, :-2] & around[1:-1, 2:]
        for y, x in np.argwhere(full & ~inner):
            edges[y // step, x // step] = edge
    colors = np.vectorize(fill.__getitem__, otypes=[np.uint32])(owner[::step, ::step])
    return owner, np.where(edges > 0, edges, colors)


def owners(composer):
    """Return the id of the topmost object of every ninth pixel each way."""
    return np.array([[composer.top(x, y) for x in range(0, W, 9)] for y in range(0, H, 9)])


def check(composer, rows, style=None):
    style = style or composer.style
    owner, _ = naive(rows, style)
    assert (owners(composer) == owner[::9, ::9]).all()
    for k in (0, 1, 2):
        assert (composer.level(k) == naive(rows, style, step=1 << k)[1]).all(), k


coordinates = st.integers(-10, W + 10)


@st.composite
def shapes(draw):
    kind = draw(st.sampled_from(("mask", "polygon", "box")))
    x, y = draw(coordinates), draw(st.integers(-10, H + 10))
    if kind == "mask":
        h, w = draw(st.integers(1, 25)), draw(st.integers(1, 25))
        seed = draw(st.integers(0, 99))
        return masks.from_bitmap(np.random.default_rng(seed).random((h, w)) < 0.8, x, y)
    if kind == "box":
        return Box(x, y, draw(st.integers(1, 40)), draw(st.integers(1, 40)))
    points = draw(st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=7))
    return Polygons((tuple(float(v) for p in points for v in p),))


@st.composite
def annotations(draw, id=None):
    return Annotation(
        id or draw(st.integers(1, 9)),
        1,
        draw(st.integers(1, 3)),
        geometry=draw(shapes()),
        z=draw(st.integers(0, 2)),
        score=draw(st.sampled_from((None, 0.2, 0.8))),
        origin=draw(st.sampled_from((Origin(), Origin("model", "toy")))),
    )


def _above(threshold):
    return lambda a: a.score is None or a.score >= threshold


@settings(max_examples=60)
@given(st.lists(annotations(), max_size=8, unique_by=lambda a: a.id), st.sampled_from((0.0, 0.5)))
def test_all_at_once_equals_naive(rows, threshold):
    composer = Composer(W, H)
    composer.restyle(Style(visible=_above(threshold), selection=frozenset((2, 3))))
    composer.set(rows)
    check(composer, rows)


@settings(max_examples=60)
@given(
    st.lists(annotations(), max_size=6, unique_by=lambda a: a.id),
    st.lists(st.one_of(annotations(), st.integers(1, 9)), min_size=1, max_size=6),
    st.booleans(),
)
def test_change_by_change_equals_naive(rows, steps, looked):
    composer = Composer(W, H)
    composer.set(rows)
    now = {a.id: a for a in rows}
    for step in steps:
        if looked:
            composer.level(0)
            composer.level(1)
        before = now.get(step if isinstance(step, int) else step.id)
        if isinstance(step, int):
            now.pop(step, None)
            composer.apply([(before, None)])
        else:
            now[step.id] = step
            composer.apply([(before, step)])
    check(composer, now.values())


@settings(max_examples=40)
@given(
    st.lists(annotations(), min_size=1, max_size=6, unique_by=lambda a: a.id),
    st.lists(
        st.tuples(
            st.sampled_from((0.0, 0.5, 1.0)),
            st.sampled_from(("class", "instance")),
            st.sampled_from((0.0, 0.45)),
            st.frozensets(st.integers(1, 9), max_size=3),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_styles_filter_and_recolour_without_composing_anew(rows, styles):
    composer = Composer(W, H)
    composer.set(rows)
    composer.level(0)
    for threshold, mode, opacity, selection in styles:
        composer.restyle(Style(visible=_above(threshold), mode=mode, opacity=opacity))
        composer.level(1)
        composer.select(selection)
    check(composer, rows)


@settings(max_examples=40)
@given(
    st.lists(annotations(), max_size=6, unique_by=lambda a: a.id),
    annotations(id=20),
    st.booleans(),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, W - 12), st.integers(0, H - 12)), min_size=1, max_size=5),
)
def test_dabs_equal_recomposing_everything(rows, target, stored, erase, dabs):
    if isinstance(target.geometry, Box):
        target = Annotation(20, 1, 1, geometry=masks.EMPTY)
    everything = [*rows, target] if stored else rows
    composer = Composer(W, H)
    composer.set(everything)
    for k in (0, 1, 2):
        composer.level(k)
    stroke, pixels = Stroke(erase=erase), np.zeros((H, W), bool)
    for x, y in dabs:
        pixels[y : y + 9, x : x + 11] = True
        dab = spans.box((x, y, x + 11, y + 9))
        stroke.add(dab)
        composer.stroke(target, stroke, dab)
        composer.level(0)
    full = masks.paste(target.mask(W, H), H, W).astype(bool)
    shape = masks.from_bitmap(full & ~pixels if erase else full | pixels)
    after = Annotation(20, 1, target.category, geometry=shape, z=target.z, score=target.score, origin=target.origin)
    check(composer, [*rows, after])
    composer.end_stroke(target if stored else None)
    check(composer, everything)


@settings(max_examples=60)
@given(
    st.lists(annotations(), max_size=6, unique_by=lambda a: a.id),
    annotations(id=20),
    st.sampled_from(RULES),
    st.lists(st.tuples(st.integers(0, W - 12), st.integers(0, H - 12)), min_size=1, max_size=5),
    st.frozensets(st.integers(1, 9), max_size=3),
)
def test_a_stroke_by_any_rule_shows_what_the_edit_stores(rows, target, rule, dabs, locked):
    if isinstance(target.geometry, Box):
        target = Annotation(20, 1, 1, geometry=masks.EMPTY)
    composer = Composer(W, H)
    composer.restyle(Style(visible=_above(0.5)))
    composer.set([*rows, target])
    stroke = Stroke(rule, locked=locked)
    for x, y in dabs:
        dab = spans.subtract(spans.box((x, y, x + 11, y + 9)), stroke.pixels)
        if dab:
            stroke.add(dab)
            composer.stroke(target, stroke, dab)
            composer.level(1)
    change = painting.paint(
        target,
        masks.from_spans(stroke.pixels),
        (W, H),
        rule,
        shown=[a for a in rows if composer.style.visible(a)],
        hidden=[a for a in rows if not composer.style.visible(a)],
        locked=locked,
    )
    if not composer.style.visible(target):
        return
    now = {a.id: a for a in (*rows, target)}
    for c in change.changes:
        now.pop(c.id)
        if c.after is not None:
            # The colours of what was a prediction change when the edit makes it a person's, not before.
            now[c.id] = attribute_to(c.after, c.before)
    live = [composer.level(k).copy() for k in (0, 1)]
    fresh = Composer(W, H)
    fresh.restyle(composer.style)
    fresh.set(now.values())
    for k in (0, 1):
        assert (fresh.level(k) == live[k]).all()
    composer.end_stroke(target)
    check(composer, [*rows, target])


def attribute_to(a, other):
    return msgspec.structs.replace(a, origin=other.origin, score=other.score, review=other.review)


def test_cells_that_were_looked_at_longest_ago_are_given_up(monkeypatch):
    monkeypatch.setattr(cells, "WHOLE", 100)
    monkeypatch.setattr(cells, "SIDE", 64)
    composer = Composer(640, 640)
    composer.cells.budget = 10 * 64 * 64 * 8
    whole = Annotation(1, 1, 1, geometry=masks.from_box(Box(3, 3, 600, 600), 640, 640))
    composer.set([whole])
    for y in range(0, 640, 40):
        x, top, pixels = composer.part(0, (100, y, 200, y + 40))
        assert (pixels[y - top + 5, 120 - x] != 0) == (3 <= y + 5 < 603)
        assert composer.cells.held <= composer.cells.budget
    assert composer.level(0).shape == (640, 640), "what is asked for at once is there whatever it takes"


def test_a_committed_stroke_stays():
    target = Annotation(1, 1, 1, geometry=masks.from_box(Box(5, 5, 20, 20), W, H))
    composer = Composer(W, H)
    composer.set([target])
    stroke, dab = Stroke(), spans.box((20, 20, 40, 40))
    stroke.add(dab)
    composer.stroke(target, stroke, dab)
    after = Annotation(1, 1, 1, geometry=masks.union(target.mask(W, H), masks.from_spans(dab)))
    composer.apply([(target, after)])
    composer.end_stroke(after)
    check(composer, [after])


def test_a_small_change_of_a_large_shape_recomposes_a_small_window():
    big = np.ones((600, 800), bool)
    small = big.copy()
    small[300:310, 400:420] = False
    a = Annotation(1, 1, 1, geometry=masks.from_bitmap(big))
    composer = Composer(800, 600)
    composer.set([a])
    dirty = composer.apply([(a, Annotation(1, 1, 1, geometry=masks.from_bitmap(small)))])
    assert functools.reduce(spans.around, dirty) == (399, 299, 421, 311)
    assert composer.top(405, 305) == 0 and composer.top(398, 305) == 1


def test_picking_returns_the_topmost_first():
    rows = [
        Annotation(1, 1, 1, geometry=Mask(0, 0, 30, 30, masks.from_bitmap(np.ones((30, 30))).counts), z=5),
        Annotation(2, 1, 1, geometry=masks.from_bitmap(np.ones((20, 20)), 5, 5)),
        Annotation(3, 1, 1, geometry=masks.from_bitmap(np.ones((5, 5)), 60, 60)),
    ]
    composer = Composer(W, H)
    composer.set(rows)
    assert composer.under(10, 10) == [1, 2]
    assert composer.top(10.9, 10.9) == 1
    assert composer.top(62, 62) == 3 and composer.top(80, 20) == 0
    assert composer.top(-1, 5) == 0 and composer.under(W, 5) == []
    composer.restyle(replace(composer.style, visible=lambda a: a.id != 1))
    assert composer.under(10, 10) == [2] and composer.top(10, 10) == 2


def test_bitmaps_stay_within_their_budget_and_notice_a_new_shape():
    kept = Bitmaps(W, H, budget=5000)
    rows = [Annotation(i, 1, 1, geometry=masks.from_bitmap(np.ones((30, 30)), i, 0)) for i in range(1, 9)]
    for a in rows:
        assert kept.get(a).spans().area == 900
    assert 0 < kept.held <= 5000
    assert kept.get(rows[0]).window[0] == 1
    moved = Annotation(1, 1, 1, geometry=masks.from_bitmap(np.ones((3, 3)), 40, 40))
    assert kept.get(moved).spans().area == 9


@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 1 << 16))
def test_border_pixels_are_those_with_a_neighbour_outside(h, w, seed):
    bitmap = np.random.default_rng(seed).random((h, w)) < 0.8
    padded = np.pad(bitmap, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    assert (border(bitmap) == (bitmap & ~inner)).all()


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1e300])
def test_wild_coordinates_do_no_harm(bad):
    composer = Composer(W, H)
    composer.set([Annotation(1, 1, 1, geometry=Box(bad, 1.0, 5.0, bad)), Annotation(2, 1, 1)])
    assert composer.level(0).max() == 0

"""Vertices, sides, rings, shared borders, conversion, simplifying, stacking, clean-ups."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from shapes_made_up import (
    SIZE,
    applied,
    bitmaps,
    boxes,
    coordinates,
    frame,
    free_polygons,
    objects,
    pixel_masks,
    pixel_polygons,
    texts,
)

from segstudio.core import boolean_edits, cleanup_edits, edits, masks, order_edits, shape_edits, simplify_edits, spans
from segstudio.core.annotation import CORRECTED, Annotation, Origin
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box, Polygons, ring_from_points, ring_points
from segstudio.core.masks import Mask

anything = st.one_of(pixel_masks(), pixel_polygons, free_polygons, boxes)
outlines = st.one_of(pixel_polygons, free_polygons)
LEFT = Polygons(((0.0, 0.0, 10.0, 0.0, 10.0, 10.0, 0.0, 10.0),))
RIGHT = Polygons(((10.0, 0.0, 20.0, 0.0, 20.0, 10.0, 10.0, 10.0),))
RING = Polygons(LEFT.parts, ((2.0, 2.0, 8.0, 2.0, 8.0, 8.0, 2.0, 8.0),))


def polygon(shape: Polygons, id: int = 1) -> Annotation:
    return Annotation(id, 1, 1, geometry=shape)


@settings(max_examples=60)
@given(objects(anything))
def test_every_edit_of_an_outline_can_be_taken_back(rows: list[Annotation]) -> None:
    ring = (1.0, 1.0, 14.0, 2.0, 9.0, 13.0)
    picks = {a.id: [0] for a in rows if isinstance(a.geometry, Polygons)}
    for edit in (
        lambda: shape_edits.move_vertices(rows, picks, 3, -2, SIZE),
        lambda: shape_edits.delete_vertices(rows, picks),
        lambda: shape_edits.delete_ring(rows[0], 0),
        lambda: shape_edits.add_ring(rows[0], ring, SIZE),
        lambda: shape_edits.add_ring(rows[0], ring, SIZE, hole=True),
        lambda: shape_edits.to_polygon(rows),
        lambda: shape_edits.to_mask(rows, SIZE),
        lambda: simplify_edits.simplify(rows, 1.5),
        lambda: cleanup_edits.fill_holes(rows, SIZE, 0),
        lambda: cleanup_edits.remove_small(rows, SIZE, 5),
        lambda: cleanup_edits.largest_piece(rows, SIZE),
        lambda: cleanup_edits.grow(rows, SIZE, 2),
        lambda: cleanup_edits.shrink(rows, SIZE, 1),
        lambda: cleanup_edits.smooth(rows, SIZE, 3),
        lambda: order_edits.restack(rows, frozenset((1,)), "forward"),
    ):
        try:
            change = edit()
        except InputError:
            continue
        after = applied(change, rows)
        assert texts(applied(change.inverse(), after)) == texts(rows)


def test_an_edit_of_a_prediction_makes_it_a_persons_own() -> None:
    a = Annotation(1, 1, 1, geometry=LEFT, score=0.5, origin=Origin("model", "toy", run=3), review="predicted")
    for change in (
        shape_edits.move_vertices([a], {1: [0]}, 1, 1, SIZE),
        shape_edits.add_ring(a, (20.0, 0.0, 25.0, 0.0, 25.0, 5.0), SIZE),
        shape_edits.to_mask([a], SIZE),
        cleanup_edits.grow([a], SIZE, 1),
    ):
        (b,) = applied(change, [a])
        assert (b.origin.kind, b.origin.parent, b.review, b.score) == ("user", 3, CORRECTED, None)


@given(objects(pixel_masks()))
def test_mask_to_polygon_and_back_keeps_every_pixel(rows: list[Annotation]) -> None:
    there = applied(shape_edits.to_polygon(rows), rows)
    assert all(isinstance(a.geometry, Polygons) for a in there)
    assert [a.geometry for a in applied(shape_edits.to_mask(there, SIZE), there)] == [a.geometry for a in rows]


def test_a_stated_box_survives_conversion_and_a_polygon_without_pixels_stays_one() -> None:
    thin = Polygons(((1.0, 1.0, 1.1, 1.0, 1.1, 1.1),))
    rows = [Annotation(1, 1, 1, geometry=LEFT, box=Box(0, 0, 11, 11)), polygon(thin, 2)]
    first, second = applied(shape_edits.to_mask(rows, SIZE), rows)
    assert isinstance(first.geometry, Mask) and first.box == Box(0, 0, 11, 11)
    assert second == rows[1]


def test_a_shared_vertex_moves_with_its_neighbours_and_a_shared_side_gets_its_vertex_twice() -> None:
    rows = [polygon(LEFT), polygon(RIGHT, 2)]
    picks = shape_edits.sharing(rows, np.array([(10.0, 10.0)]))
    assert picks == {1: [2], 2: [3]}
    moved = applied(shape_edits.move_vertices(rows, picks, -2, 3, SIZE), rows)
    assert [shape_edits.vertices(a.geometry)[n].tolist() for a, n in zip(moved, (2, 3))] == [[8, 13], [8, 13]]
    added = applied(shape_edits.insert_vertex(rows, 10, 5, rows[0], (0, 1)), rows)
    assert all((10.0, 5.0) in map(tuple, ring_points(a.geometry.parts[0]).tolist()) for a in added)
    assert [a.geometry.vertices for a in added] == [5, 5]


def test_moved_vertices_stop_at_the_edge_of_the_picture_and_keep_their_distances() -> None:
    rows = [polygon(LEFT)]
    (moved,) = applied(shape_edits.move_vertices(rows, {1: [0, 1]}, -5, -5, SIZE), rows)
    assert moved == rows[0], "the corner at 0, 0 can go no farther and holds the other"
    (moved,) = applied(shape_edits.move_vertices(rows, {1: [1, 2]}, 100, 2, SIZE), rows)
    assert shape_edits.vertices(moved.geometry)[[1, 2]].tolist() == [[40, 2], [40, 12]]


@given(outlines, st.data())
def test_a_vertex_is_found_by_its_number_and_deleting_it_leaves_the_others(
    shape: Polygons, data: st.DataObject
) -> None:
    number = data.draw(st.integers(0, shape.vertices - 1))
    ring, index = shape_edits.place_of(shape, number)
    assert shape_edits.number_of(shape, ring, index) == number
    size = len([*shape.parts, *shape.holes][ring]) // 2
    try:
        (after,) = applied(shape_edits.delete_vertices([polygon(shape)], {1: [number]}), [polygon(shape)])
    except InputError:
        assert size == 3 and len(shape.parts) == 1
        return
    assert after.geometry.vertices == shape.vertices - (1 if size > 3 else 3)


def test_parts_and_holes_come_and_go() -> None:
    a = polygon(LEFT)
    hole, far = RING.holes[0], (20.0, 0.0, 30.0, 0.0, 30.0, 10.0)
    (a,) = applied(shape_edits.add_ring(a, hole, SIZE, hole=True), [a])
    assert a.geometry == RING
    (b,) = applied(shape_edits.add_ring(a, far, SIZE), [a])
    assert b.geometry == Polygons((*RING.parts, far), RING.holes)
    (c,) = applied(shape_edits.delete_ring(b, 0), [b])
    assert c.geometry == Polygons((far,)), "its hole goes with a part"
    (d,) = applied(shape_edits.delete_ring(b, 2), [b])
    assert d.geometry == Polygons((*RING.parts, far))
    with pytest.raises(InputError, match="only part"):
        shape_edits.delete_ring(c, 0)


def test_a_part_drawn_over_a_hole_shows() -> None:
    a = polygon(RING)
    for ring, pixels in (
        ((4.0, 4.0, 6.0, 4.0, 6.0, 6.0, 4.0, 6.0), 4),
        ((6.0, 4.0, 14.0, 4.0, 14.0, 6.0, 6.0, 6.0), 12),
    ):
        (after,) = applied(shape_edits.add_ring(a, ring, SIZE), [a])
        drawn = masks.paste(masks.from_polygons(Polygons((ring,)), *SIZE), SIZE[1], SIZE[0])
        assert (frame(after) == frame(a) | drawn).all()
        assert frame(after).sum() == frame(a).sum() + pixels


def test_a_hole_beside_the_object_or_over_all_of_it_is_refused() -> None:
    for shape in (LEFT, masks.from_polygons(LEFT, *SIZE)):
        a = Annotation(1, 1, 1, geometry=shape)
        with pytest.raises(InputError, match="beside"):
            shape_edits.add_ring(a, (20.0, 0.0, 30.0, 0.0, 30.0, 10.0), SIZE, hole=True)
        with pytest.raises(InputError, match="Nothing would be left"):
            shape_edits.add_ring(a, (-1.0, -1.0, 30.0, -1.0, 30.0, 30.0, -1.0, 30.0), SIZE, hole=True)
        with pytest.raises(InputError, match="three vertices"):
            shape_edits.add_ring(a, (0.0, 0.0, 5.0, 5.0, 9.0, 9.0), SIZE)


@settings(max_examples=60)
@given(objects(st.one_of(outlines, pixel_masks())), st.floats(0, 3))
def test_simplifying_stays_within_its_tolerance(rows: list[Annotation], tolerance: float) -> None:
    change = simplify_edits.simplify(rows, tolerance)
    cost = simplify_edits.deviation(change, SIZE)
    assert cost.pixels <= tolerance + 1e-9
    assert cost.after <= cost.before
    assert 0 <= cost.iou <= 1


@pytest.mark.parametrize("seed", range(20))
def test_no_place_of_a_rugged_outline_moves_farther_than_the_tolerance(seed: int) -> None:
    dice = np.random.default_rng(seed)
    t = np.sort(dice.random(150)) * 2 * np.pi
    far = 14 + dice.normal(0, 1.5, 150)
    ring = np.column_stack((20 + far * np.cos(t), 15 + far * np.sin(t)))
    change = simplify_edits.simplify([polygon(Polygons((ring_from_points(ring),)))], 1.0)
    cost = simplify_edits.deviation(change, SIZE)
    assert cost.pixels <= 1.0 and cost.after < cost.before


def test_simplifying_by_nothing_keeps_the_pixels_of_a_mask() -> None:
    a = Annotation(1, 1, 1, geometry=masks.from_bitmap(np.tri(12, 12, dtype=np.uint8)))
    change = simplify_edits.simplify([a], 0)
    assert simplify_edits.deviation(change, SIZE) == (26, 26, 0.0, 1.0)
    assert simplify_edits.deviation(simplify_edits.simplify([a], 1), SIZE).after < 10


stacks = st.lists(st.tuples(st.integers(-2, 2), coordinates), min_size=2, max_size=7).map(
    lambda found: sorted(
        (Annotation(i, 1, 1, geometry=Box(x, 0, 8, 8), z=z) for i, (z, x) in enumerate(found, 1)),
        key=lambda a: (a.z, a.id),
    )
)


@given(stacks, st.sets(st.integers(1, 7)), st.sampled_from(["front", "forward", "backward", "back"]))
def test_restacking_moves_the_chosen_and_keeps_the_order_of_the_rest(rows: list, chosen: set, way: str) -> None:
    after = applied(order_edits.restack(rows, frozenset(chosen), way), rows)
    order = [a.id for a in sorted(after, key=lambda a: (a.z, a.id))]
    before = [a.id for a in rows]
    for keep in (chosen, set(before) - chosen):
        assert [id for id in order if id in keep] == [id for id in before if id in keep]
    mine = [i for i, id in enumerate(order) if id in chosen]
    if mine and way in ("front", "back"):
        assert mine == list(range(len(order)))[-len(mine) :] if way == "front" else mine == list(range(len(mine)))


def test_forward_passes_the_next_object_that_overlaps() -> None:
    rows = [Annotation(i, 1, 1, geometry=Box(x, 0, 8, 8)) for i, x in ((1, 0.0), (2, 20.0), (3, 4.0), (4, 2.0))]
    after = applied(order_edits.restack(rows, frozenset((1,)), "forward"), rows)
    assert [a.id for a in sorted(after, key=lambda a: (a.z, a.id))] == [2, 3, 1, 4]
    after = applied(order_edits.restack(rows, frozenset((4,)), "backward"), rows)
    assert [a.id for a in sorted(after, key=lambda a: (a.z, a.id))] == [1, 2, 4, 3]


@given(bitmaps, st.integers(1, 4))
def test_growing_and_shrinking_go_by_distance_and_not_over_the_edge(bitmap: np.ndarray, pixels: int) -> None:
    size = (bitmap.shape[1], bitmap.shape[0])
    a = Annotation(1, 1, 1, geometry=masks.from_bitmap(bitmap))
    ys, xs = np.mgrid[: size[1], : size[0]]

    def near(set_: np.ndarray) -> np.ndarray:
        places = np.argwhere(set_)
        if not len(places):
            return np.zeros(set_.shape, bool)
        return (np.hypot(ys[..., None] - places[:, 0], xs[..., None] - places[:, 1]) <= pixels).any(axis=2)

    (grown,) = applied(cleanup_edits.grow([a], size, pixels), [a])
    assert (masks.paste(grown.geometry, size[1], size[0]) == near(bitmap)).all()
    (shrunk,) = applied(cleanup_edits.shrink([a], size, pixels), [a])
    left = ~near(bitmap == 0)
    assert (masks.paste(shrunk.geometry, size[1], size[0]) == (left if left.any() else bitmap)).all()


def test_holes_are_filled_up_to_a_size_and_crumbs_go() -> None:
    bitmap = np.ones((12, 20), np.uint8)
    bitmap[2, 2] = bitmap[5:8, 5:8] = 0
    bitmap[:, 14] = bitmap[:, 16] = bitmap[4:, 15:] = 0
    a = Annotation(1, 1, 1, geometry=masks.from_bitmap(bitmap, 3, 3))

    def area(change) -> int:
        return applied(change, [a])[0].geometry.area

    whole = int(bitmap.sum())
    assert area(cleanup_edits.fill_holes([a], SIZE, 1)) == whole + 1
    assert area(cleanup_edits.fill_holes([a], SIZE, 0)) == whole + 10
    assert area(cleanup_edits.remove_small([a], SIZE, 5)) == whole - 4
    assert area(cleanup_edits.largest_piece([a], SIZE)) == 12 * 14 - 10
    assert area(cleanup_edits.remove_small([a], SIZE, 10**6)) == 12 * 14 - 10, "the largest piece always stays"


def test_polygons_that_lose_only_rings_stay_polygons() -> None:
    far = (20.0, 0.0, 24.0, 0.0, 24.0, 4.0, 20.0, 4.0)
    pinhole = (21.0, 1.0, 22.0, 1.0, 22.0, 2.0, 21.0, 2.0)
    a = polygon(Polygons((*LEFT.parts, far), (*RING.holes, pinhole)))
    (after,) = applied(cleanup_edits.fill_holes([a], SIZE, 5), [a])
    assert after.geometry == Polygons((*LEFT.parts, far), RING.holes)
    (after,) = applied(cleanup_edits.fill_holes([a], SIZE, 0), [a])
    assert after.geometry == Polygons((*LEFT.parts, far))
    for change in (cleanup_edits.largest_piece([a], SIZE), cleanup_edits.remove_small([a], SIZE, 30)):
        (after,) = applied(change, [a])
        assert after.geometry == RING
    (after,) = applied(cleanup_edits.grow([a], SIZE, 1), [a])
    assert isinstance(after.geometry, Mask)


def test_smoothing_takes_spikes_and_leaves_a_plain_shape_as_it_was_drawn() -> None:
    bitmap = np.zeros((20, 30), np.uint8)
    bitmap[5:15, 5:25] = 1
    bitmap[1:5, 12] = 1
    a = Annotation(1, 1, 1, geometry=masks.from_bitmap(bitmap))
    (after,) = applied(cleanup_edits.smooth([a], (30, 20), 4), [a])
    assert masks.paste(after.geometry, 20, 30)[1:4, 12].sum() == 0
    full = Annotation(1, 1, 1, geometry=Box(0, 0, 30, 20))
    assert not cleanup_edits.smooth([full], (30, 20), 4)


@settings(max_examples=60)
@given(objects(anything), st.sampled_from([0.0, 10.0]))
def test_copies_are_the_same_moved_and_lie_on_the_picture_where_they_fit(rows: list[Annotation], offset: float) -> None:
    change = edits.copies(rows, (5, 0), SIZE, 70, offset)
    made = [c.after for c in change.changes]
    assert [(a.id, a.media) for a in made] == [(70 + i, 5) for i in range(len(rows))]
    low = min(a.bounds.x for a in made), min(a.bounds.y for a in made)
    steps = {(a.bounds.x - b.bounds.x, a.bounds.y - b.bounds.y) for a, b in zip(made, rows)}
    assert len({tuple(np.round(s, 6)) for s in steps}) == 1
    for i, end in enumerate(SIZE):
        high = max((a.bounds.right, a.bounds.bottom)[i] for a in made)
        assert high <= end + 1e-6 or low[i] < 1


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
def test_pieces_of_spans_are_those_of_pixels(share: float) -> None:
    import cv2

    bitmap = (np.random.default_rng(7).random((60, 70)) < share).astype(np.uint8)
    found = spans.of_bitmap(bitmap.astype(bool))
    for corners in (False, True):
        numbers = spans.pieces(found, corners=corners)
        n, labels = cv2.connectedComponents(bitmap, connectivity=8 if corners else 4)
        assert numbers.max() + 1 == n - 1
        pairs = {(int(i), int(labels[y, x])) for i, x, y in zip(numbers, found.columns, found.tops)}
        assert len(pairs) == n - 1, "one to one"


@given(st.lists(pixel_masks(), min_size=1, max_size=4))
def test_odd_is_what_an_odd_number_has(found: list[Mask]) -> None:
    pixels = masks.from_spans(spans.odd([m.spans() for m in found]))
    wanted = sum(masks.paste(m, SIZE[1], SIZE[0]).astype(int) for m in found) % 2
    assert (masks.paste(pixels, SIZE[1], SIZE[0]) == wanted).all()


def test_a_large_object_is_cleaned_up_tile_by_tile(monkeypatch) -> None:
    bitmap = np.random.default_rng(3).random((90, 110)) < 0.6
    bitmap[30:80, 20:90] = True
    a = Annotation(1, 1, 1, geometry=masks.from_bitmap(bitmap, 5, 0))
    size = (130, 95)
    edits_ = [
        lambda: cleanup_edits.grow([a], size, 3),
        lambda: cleanup_edits.shrink([a], size, 2),
        lambda: cleanup_edits.smooth([a], size, 4),
    ]
    whole = [edit() for edit in edits_]
    monkeypatch.setattr(cleanup_edits, "TILE", 32)
    assert [edit() for edit in edits_] == whole


def _sides(shape: Polygons) -> set[frozenset]:
    """Return the sides of an outline, cut at whole numbers where they are level or steep."""
    found = set()
    for ring in (*shape.parts, *shape.holes):
        points = [tuple(p) for p in ring_points(ring).tolist()]
        found |= {frozenset(pair) for pair in zip(points, points[1:] + points[:1])}
    return found


@pytest.mark.parametrize("as_masks", [False, True])
def test_what_neighbours_share_they_still_share_when_it_is_simplified(as_masks: bool) -> None:
    dice = np.random.default_rng(4)
    border = [(20 + v, float(y)) for y, v in zip(range(31), dice.normal(0, 1.5, 31).round(2))]
    left = Polygons((ring_from_points(np.array([(0.0, 0.0), *border, (0.0, 30.0)])),))
    right = Polygons((ring_from_points(np.array([(40.0, 30.0), *border[::-1], (40.0, 0.0)])),))
    rows = [polygon(left), polygon(right, 2)]
    if as_masks:
        whole = masks.from_box(Box(0, 0, *SIZE), *SIZE)
        first = masks.from_polygons(left, *SIZE)
        rows = [replace(rows[0], geometry=first), replace(rows[1], geometry=masks.subtract(whole, first))]
    change = simplify_edits.simplify(rows, 1.5)
    after = applied(change, rows)
    assert simplify_edits.deviation(change, SIZE).pixels <= 1.5
    shared = _sides(after[0].geometry) & _sides(after[1].geometry)
    ends = sorted(y for side in shared for _, y in side)
    assert len(shared) < 25 and ends[0] == 0 and ends[-1] == 30
    assert (frame(after[0]) + frame(after[1]) == 1).all(), "neither a gap nor an overlap"


def test_a_ring_that_is_shared_whole_is_the_same_in_both() -> None:
    t = np.sort(np.random.default_rng(2).random(60)) * 2 * np.pi
    ring = np.column_stack((20 + 9 * np.cos(t), 15 + 9 * np.sin(t)))
    around = Polygons(
        ((0.0, 0.0, 40.0, 0.0, 40.0, 30.0, 0.0, 30.0),), (ring_from_points(np.roll(ring[::-1], 7, axis=0)),)
    )
    rows = [polygon(around), polygon(Polygons((ring_from_points(ring),)), 2)]
    first, second = applied(simplify_edits.simplify(rows, 0.5), rows)
    places = [{tuple(p) for p in ring_points(r).tolist()} for r in (first.geometry.holes[0], second.geometry.parts[0])]
    assert places[0] == places[1] and len(places[0]) < 40


def test_an_empty_mask_stays_what_it_is() -> None:
    rows = [Annotation(1, 1, 1, geometry=masks.EMPTY), Annotation(2, 1, 1, geometry=masks.EMPTY)]
    for change in (
        shape_edits.to_polygon(rows),
        simplify_edits.simplify(rows, 1),
        cleanup_edits.grow(rows, SIZE, 3),
        cleanup_edits.fill_holes(rows, SIZE, 0),
    ):
        assert not change
    with pytest.raises(InputError, match="two objects"):
        boolean_edits.union(rows, SIZE)

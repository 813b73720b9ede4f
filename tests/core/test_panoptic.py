"""Panoptic maps: who gets a pixel, what is void, and edits that leave no overlap behind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from segstudio.core import changes, edits, masks, painting, panoptic, panoptic_edits
from segstudio.core.annotation import CORRECTED, REJECTED, Annotation, Keypoints, Origin
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box, Polygons
from segstudio.core.labels import Category
from segstudio.core.masks import Mask

SIZE = (40, 30)
SKY = Category(1, "sky", thing=False)
CAT = Category(2, "cat")
CATEGORIES = {1: SKY, 2: CAT}


def box(x: int, y: int, w: int, h: int) -> Mask:
    return masks.from_bitmap(np.ones((h, w), np.uint8), x, y)


def row(id: int, shape: Mask | Polygons | Box | None, category: int = 2, **more) -> Annotation:
    return Annotation(id, 1, category, geometry=shape, **more)


def applied(rows: Sequence[Annotation], change: ChangeSet) -> list[Annotation]:
    found = {a.id: a for a in rows}
    for c in change.of("annotation"):
        assert found.get(c.id) == c.before
        found.pop(c.id, None)
        if isinstance(c.after, Annotation):
            found[c.id] = c.after
    return sorted(found.values(), key=lambda a: a.id)


def overlap(rows: Sequence[Annotation]) -> int:
    return int(panoptic.claimed_twice(rows, SIZE).sum())


def union(rows: Sequence[Annotation]) -> np.ndarray:
    return panoptic.compose(rows, SIZE).values > 0


@pytest.mark.parametrize(
    ("rule", "winner"),
    [("top", 3), ("score", 4), ("small", 2), ("things", 3)],
)
def test_the_rule_says_who_gets_a_pixel(rule, winner):
    rows = [
        row(1, box(0, 0, 30, 20), category=1, z=5, score=0.1),
        row(2, box(4, 4, 3, 3), z=1, score=0.5),
        row(3, box(2, 2, 10, 10), z=2, score=0.8),
        row(4, box(1, 1, 12, 12), z=1),
    ]
    if rule == "top":
        winner = 1
    assert panoptic.compose(rows, SIZE, rule, CATEGORIES).owner(5.5, 5.5) == winner


def test_an_unknown_rule_names_the_known_ones():
    with pytest.raises(InputError, match="things"):
        panoptic.compose([], SIZE, "luck")  # pyright: ignore[reportArgumentType]


def test_boxes_poses_and_rejected_objects_are_no_segments():
    rows = [
        row(1, Box(0, 0, 5, 5)),
        row(2, None, keypoints=Keypoints((1.0, 1.0, 2.0))),
        row(3, box(0, 0, 5, 5), review=REJECTED),
    ]
    assert panoptic.compose(rows, SIZE).void == 40 * 30


shapes = st.builds(
    lambda x, y, w, h, keep: masks.from_bitmap(np.array(keep * (w * h), np.uint8)[: w * h].reshape(h, w), x, y),
    st.integers(-5, 38),
    st.integers(-5, 28),
    st.integers(1, 20),
    st.integers(1, 20),
    st.lists(st.sampled_from([0, 1, 1, 1]), min_size=1, max_size=9).filter(any),
)
pictures = st.lists(
    st.builds(
        lambda shape, category, z, polygon: (
            Polygons(((shape.x, shape.y, shape.x + 9.0, shape.y, shape.x + 5.0, shape.y + 8.0),)) if polygon else shape,
            category,
            z,
        ),
        shapes,
        st.sampled_from([1, 2]),
        st.integers(0, 2),
        st.booleans(),
    ),
    max_size=6,
).map(lambda found: [row(i, shape, category, z=z) for i, (shape, category, z) in enumerate(found, 1)])


@given(pictures, st.sampled_from(list(panoptic.RULES)))
def test_a_window_of_the_map_is_that_part_of_the_whole(rows, rule):
    whole = panoptic.compose(rows, SIZE, rule, CATEGORIES)
    part = panoptic.compose(rows, SIZE, rule, CATEGORIES, Box(7.5, 3.2, 20, 50))
    assert (part.values == whole.values[3:30, 7:28]).all() and part.values.shape == (27, 21)
    assert part.ids == whole.ids
    assert part.owner(8.5, 4.5) == whole.owner(8.5, 4.5)


@given(pictures)
def test_the_masks_of_a_map_are_its_pixels(rows):
    found = panoptic.compose(rows, SIZE)
    again = np.zeros_like(found.values)
    for value, mask in panoptic.masks_of(found.values).items():
        frame = masks.paste(mask, 30, 40)
        assert mask == masks.from_bitmap(frame) and frame.any()
        again[frame == 1] = value
    assert (again == found.values).all()


@given(pictures)
def test_what_is_claimed_twice_is_what_two_masks_hold(rows):
    total = sum((masks.paste(a.mask(*SIZE), 30, 40).astype(int) for a in rows), np.zeros((30, 40), int))
    assert (panoptic.claimed_twice(rows, SIZE) == (total > 1)).all()


@given(pictures, st.sampled_from(list(panoptic.RULES)))
def test_resolving_leaves_the_map_and_no_overlap(rows, rule):
    change = panoptic_edits.resolve_all(rows, SIZE, rule, CATEGORIES)
    after = applied(rows, change)
    assert overlap(after) == 0
    old, new = (panoptic.compose(found, SIZE, rule, CATEGORIES).masks() for found in (rows, after))
    assert old == new
    assert applied(after, change.inverse()) == rows
    # Who loses nothing is left as drawn.
    assert all(c.before.mask(*SIZE) != c.after.mask(*SIZE) for c in change.changes if c.after is not None)


@given(pictures, pictures, st.sampled_from(["take", "protect"]))
def test_an_edit_brings_no_overlap_into_a_map_without(rows, drawn, way):
    rows = applied(rows, panoptic_edits.resolve_all(rows, SIZE))
    drawn = [replace(a, id=a.id + 3) for a in drawn]
    known = {a.id: a for a in rows}
    change = ChangeSet(
        tuple(changes.Change("annotation", a.id, known.get(a.id), a) for a in drawn if a != known.get(a.id)), "Draw"
    )
    done = panoptic_edits.resolve(change, rows, SIZE, way=way)
    after = applied(rows, done)
    assert overlap(after) == 0
    # Nothing gets lost on the way: whatever somebody had or drew, somebody has.
    assert (union(after) == union(applied(rows, change))).all()
    assert applied(after, done.inverse()) == rows
    if way == "protect":
        untouched = [a for a in rows if a.id not in {b.id for b in drawn}]
        assert [a for a in after if a in untouched] == untouched


@given(pictures, pictures)
def test_an_edit_takes_only_what_it_gains(rows, drawn):
    """Overlaps that were there before are left to the step that resolves them all."""
    new = [replace(a, id=a.id + 100, z=9) for a in drawn[:1]]
    after = applied(rows, panoptic_edits.resolve(changes.insert(new), rows, SIZE))
    twice = panoptic.claimed_twice(rows, SIZE)
    for a in new:
        twice &= masks.paste(a.mask(*SIZE), 30, 40) == 0
    assert (panoptic.claimed_twice(after, SIZE) == twice).all()


def test_painting_takes_from_the_neighbour_in_one_step():
    rows = [row(1, box(0, 0, 10, 10)), row(2, box(10, 0, 10, 10))]
    change = panoptic_edits.resolve(painting.paint(rows[0], box(8, 0, 6, 5), SIZE), rows, SIZE)
    assert change.label == "Paint" and len(change.changes) == 2
    first, second = applied(rows, change)
    assert (first.mask(*SIZE).area, second.mask(*SIZE).area) == (120, 80)


def test_protecting_leaves_the_neighbour_its_pixels():
    rows = [row(1, box(0, 0, 10, 10)), row(2, box(10, 0, 10, 10))]
    change = panoptic_edits.resolve(painting.paint(rows[0], box(8, 0, 6, 5), SIZE), rows, SIZE, way="protect")
    assert not change
    below = painting.paint(rows[0], box(8, 8, 6, 5), SIZE)
    first, second = applied(rows, panoptic_edits.resolve(below, rows, SIZE, way="protect"))
    assert second == rows[1] and first.mask(*SIZE).area == 100 + 6 * 5 - 2 * 2 - 4 * 2


def test_a_locked_object_loses_nothing_and_what_it_keeps_goes_to_nobody_else():
    rows = [row(1, box(0, 0, 10, 10)), row(2, box(5, 0, 10, 10))]
    new = row(3, box(0, 0, 20, 10))
    after = {a.id: a for a in applied(rows, panoptic_edits.resolve(changes.insert([new]), rows, SIZE, locked=[2]))}
    assert after[2] == rows[1]
    # The five columns that 1 and 2 both had stay an overlap of 1 and 2: the new one got none of them.
    assert after[3].mask(*SIZE).area == 100 and after[1].mask(*SIZE) == box(5, 0, 5, 10)


def test_who_loses_the_last_pixel_is_gone_but_a_pose_stays():
    pose = Keypoints((1.0, 1.0, 2.0))
    rows = [row(1, box(0, 0, 3, 3)), row(2, box(5, 0, 3, 3), keypoints=pose)]
    after = applied(rows, panoptic_edits.resolve(changes.insert([row(3, box(0, 0, 20, 10))]), rows, SIZE))
    assert {a.id: (a.geometry is None, a.keypoints) for a in after} == {2: (True, pose), 3: (False, None)}


def test_a_prediction_that_loses_pixels_is_the_persons():
    found = Origin("model", model="m", run=4)
    rows = [row(1, box(0, 0, 9, 9), origin=found, score=0.5), row(2, box(20, 0, 9, 9), origin=found, score=0.5)]
    after = applied(rows, panoptic_edits.resolve(changes.insert([row(3, box(4, 4, 9, 9))]), rows, SIZE))
    first, second, _ = after
    assert (first.origin.kind, first.origin.parent, first.review) == ("user", 4, CORRECTED)
    assert second == rows[1]


def test_other_pictures_and_other_tables_pass_unchanged():
    rows = [row(1, box(0, 0, 10, 10))]
    elsewhere = replace(row(7, box(0, 0, 10, 10)), media=2)
    change = changes.insert([elsewhere, CAT])
    assert panoptic_edits.resolve(change, rows, SIZE) == change


def test_on_an_empty_picture_only_its_own_rows_are_parted():
    here, there = row(1, box(0, 0, 9, 9)), replace(row(2, box(0, 0, 9, 9)), media=2)
    change = changes.insert([there, replace(there, id=3), here, replace(here, id=4, z=1)])
    done = panoptic_edits.resolve(change, [], SIZE, place=(1, 0))
    assert [c.id for c in done.changes] == [2, 3, 4] and done.changes[0].after == there


def test_relabelling_and_reordering_take_nothing():
    rows = [row(1, box(0, 0, 10, 10)), row(2, box(5, 0, 10, 10))]
    for change in (edits.relabel(rows[:1], SKY), changes.replace([(rows[0], replace(rows[0], z=9))])):
        assert panoptic_edits.resolve(change, rows, SIZE) == change


def test_taking_back_a_rejection_is_a_gain():
    rows = [row(1, box(0, 0, 10, 10)), row(2, box(5, 0, 10, 10), review=REJECTED)]
    change = changes.replace([(rows[1], replace(rows[1], review=CORRECTED))])
    assert overlap(applied(rows, panoptic_edits.resolve(change, rows, SIZE))) == 0


def test_gaps_come_largest_first_and_touch_at_corners():
    rows = [row(1, box(0, 0, 40, 30))]
    values = panoptic.compose(rows, SIZE).values
    values[2:5, 2:5] = 0
    values[5, 5] = 0
    values[20:26, 30:40] = 0
    found = panoptic.gaps(values)
    assert [g.area for g in found] == [60, 10]
    assert found[0].mask == box(30, 20, 10, 6)
    assert found[1].mask.bounds == Box(2, 2, 4, 4)
    assert panoptic.gaps(np.ones((3, 4), np.int32)) == [] and panoptic.gaps(np.zeros((0, 0), np.int32)) == []


@given(pictures)
def test_gaps_are_the_void(rows):
    found = panoptic.compose(rows, SIZE)
    assert sum(g.area for g in panoptic.gaps(found.values)) == found.void
    total = np.zeros((30, 40), int)
    for gap in panoptic.gaps(found.values):
        assert gap.area == gap.mask.area
        total += masks.paste(gap.mask, 30, 40)
    assert (total == (found.values == 0)).all()


def strip() -> tuple[list[Annotation], Mask]:
    """Two segments, left and right of a gap six pixels wide, the right one touching more of it."""
    rows = [row(1, box(0, 0, 10, 20)), row(2, box(16, 0, 10, 30)), row(3, box(0, 20, 10, 10), category=1)]
    return rows, box(10, 0, 6, 30)


def test_a_gap_goes_to_the_neighbour_with_the_longest_border():
    rows, gap = strip()
    found = panoptic.compose(rows, SIZE)
    assert panoptic.neighbours(found, gap) == [(2, 30), (1, 20), (3, 10)]
    after = applied(rows, panoptic_edits.fill_into(rows[1], gap, SIZE))
    assert after[1].mask(*SIZE) == box(10, 0, 16, 30)


def test_a_gap_is_shared_out_among_the_nearest():
    rows, gap = strip()
    change = panoptic_edits.fill_nearest(rows, panoptic.compose(rows, SIZE), gap, SIZE)
    after = {a.id: a.mask(*SIZE) for a in applied(rows, change)}
    assert change.label == "Fill gap"
    assert after[2] == box(13, 0, 13, 30) and after[1] == box(0, 0, 13, 20) and after[3] == box(0, 20, 13, 10)


@given(pictures)
def test_sharing_out_every_gap_leaves_no_void(rows):
    for gap in panoptic.gaps(panoptic.compose(rows, SIZE).values):
        found = panoptic.compose(rows, SIZE)
        parts = panoptic.shared_out(found, gap.mask)
        assert sum(m.area for m in parts.values()) == (gap.area if found.values.any() else 0)
        rows = applied(rows, panoptic_edits.fill_nearest(rows, found, gap.mask, SIZE))
    found = panoptic.compose(rows, SIZE)
    assert found.void in (0, 40 * 30)


def test_a_gap_for_a_class_joins_its_stuff_and_makes_a_new_thing():
    rows, gap = strip()
    new = row(9, None)
    joined = applied(rows, panoptic_edits.fill_class(rows, gap, SIZE, SKY, new))
    assert len(joined) == 3 and joined[2].mask(*SIZE).area == 100 + 180
    made = applied(rows, panoptic_edits.fill_class(rows, gap, SIZE, CAT, new, top=4))
    assert (made[-1].id, made[-1].z, made[-1].geometry, made[-1].category) == (9, 4, gap, 2)


def test_the_border_moves_into_one_neighbour_only():
    rows = [row(1, box(0, 0, 10, 20)), row(2, box(10, 0, 10, 20)), row(3, box(0, 20, 30, 5))]
    change = panoptic_edits.move_border(rows[0], rows[1], box(5, 15, 8, 8), SIZE)
    first, second, third = applied(rows, change)
    assert (first.mask(*SIZE).area, second.mask(*SIZE).area) == (200 + 15, 200 - 15) and third == rows[2]
    assert not panoptic_edits.move_border(rows[0], rows[1], box(30, 15, 8, 8), SIZE)


def test_findings_name_what_a_data_set_must_not_hold():
    rows = [
        row(1, box(0, 0, 10, 10)),
        row(2, box(0, 0, 10, 10), z=1),
        row(3, box(0, 0, 2, 10), z=2),
        row(4, box(20, 0, 2, 2)),
        row(5, box(20, 10, 5, 5), 1),
        row(6, box(30, 10, 5, 5), 1),
        row(7, box(30, 20, 5, 5), 99),
        row(8, Box(0, 0, 5, 5)),
        row(9, box(38, 20, 5, 5)),
    ]
    found = [(f.kind, f.ids, f.pixels) for f in panoptic.findings(rows, SIZE, CATEGORIES)]
    assert found == [
        ("empty", (1,), 100),
        ("overlap", (2,), 20),
        ("tiny", (4,), 4),
        ("outside", (9,), 15),
        ("tiny", (9,), 10),
        ("no class", (7,), 25),
        ("not a region", (8,), 0),
        ("split stuff", (5, 6), 50),
    ]


def test_a_class_becomes_stuff():
    (change,) = panoptic_edits.set_thing(CAT, False).changes
    assert change.after == replace(CAT, thing=False)


@given(pictures, pictures, st.sampled_from(list(panoptic.RULES)))
def test_the_box_of_a_change_holds_every_pixel_that_changes(rows, drawn, rule):
    known = {a.id: a for a in rows}
    change = ChangeSet(
        tuple(changes.Change("annotation", a.id, known.get(a.id), a) for a in drawn if a != known.get(a.id))
    )
    maps = (panoptic.compose(found, SIZE, rule, CATEGORIES) for found in (rows, applied(rows, change)))
    owners = [np.array([0, *found.ids])[found.values] for found in maps]
    found = panoptic.changed_box(change, (1, 0), SIZE, rule)
    ys, xs = np.nonzero(owners[0] != owners[1])
    if found is None:
        assert not len(ys)
    elif len(ys):
        assert found.x <= xs.min() and xs.max() < found.right and found.y <= ys.min() and ys.max() < found.bottom
    assert panoptic.changed_box(change, (2, 0), SIZE) is None


def test_what_was_painted_under_others_takes_nothing_from_them():
    rows = [row(1, box(0, 0, 10, 10), z=1), row(2, box(10, 0, 10, 10))]
    sunk = changes.replace([(rows[0], replace(rows[0], z=-1, geometry=box(0, 0, 15, 12)))])
    first, second = applied(rows, panoptic_edits.resolve(sunk, rows, SIZE))
    assert second == rows[1] and first.mask(*SIZE).area == 15 * 12 - 5 * 10
    new = changes.insert([row(3, box(5, 0, 10, 5), z=-1)])
    assert not [a for a in applied(rows, panoptic_edits.resolve(new, rows, SIZE)) if a.id == 3]


@pytest.mark.parametrize("count", [255, 256, 300])
def test_a_map_of_many_segments_tells_them_all_apart(count):
    rows = [row(i, box((i - 1) % 40, (i - 1) // 40, 2, 1)) for i in range(1, count + 1)]
    found = panoptic.compose(rows, SIZE)
    assert found.values.dtype == np.int32 and found.values.flags.f_contiguous
    assert found.owner((count - 1) % 40, (count - 1) // 40) == count and found.owner(0, 0) == 1
    assert set(np.unique(found.values)) - {0} == set(range(1, count + 1))

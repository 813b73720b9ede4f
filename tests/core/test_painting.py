"""Brush strokes: each rule against sets of pixels, and back to the byte."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from segstudio.core import document, masks, painting
from segstudio.core.annotation import CORRECTED, PREDICTED, Annotation, Keypoints, Origin
from segstudio.core.changes import ChangeSet
from segstudio.core.geometry import Box, Polygons
from segstudio.core.painting import RULES, Rule

W, H = 40, 30
SIZE = (W, H)


def frame(a: Annotation) -> np.ndarray:
    return masks.paste(a.mask(W, H), H, W).astype(bool)


@st.composite
def blobs(draw: st.DrawFn) -> masks.Mask:
    seed, h, w = draw(st.integers(0, 99)), draw(st.integers(1, 16)), draw(st.integers(1, 16))
    bitmap = np.random.default_rng(seed).random((h, w)) < 0.8
    return masks.from_bitmap(bitmap, draw(st.integers(0, W - w)), draw(st.integers(0, H - h)))


corner = st.tuples(st.integers(0, W), st.integers(0, H))
polygons = st.lists(corner, min_size=3, max_size=5).map(lambda p: Polygons((tuple(float(v) for xy in p for v in xy),)))
boxes = st.builds(Box, st.integers(0, 20), st.integers(0, 20), st.integers(1, 9), st.integers(1, 9))


@st.composite
def people(draw: st.DrawFn, id: int) -> Annotation:
    return Annotation(
        id,
        1,
        1,
        geometry=draw(st.one_of(blobs(), polygons, boxes)),
        z=draw(st.integers(0, 2)),
        keypoints=draw(st.sampled_from((None, Keypoints((3.0, 4.0, 2.0))))),
        origin=draw(st.sampled_from((Origin(), Origin("model", "m", run=4)))),
        review=PREDICTED,
    )


scenes = st.tuples(*(people(i) for i in range(1, 6)))


def after(change: ChangeSet, rows: list[Annotation]) -> dict[int, Annotation]:
    now = {a.id: a for a in rows}
    for c in change.changes:
        assert (c.before is None) == (c.id not in now) and (c.before is None or c.before == now[c.id])
        now.pop(c.id, None)
        if isinstance(c.after, Annotation):
            now[c.id] = c.after
    return now


@settings(max_examples=150)
@given(scenes, blobs(), st.sampled_from(RULES), st.integers(0, 5), st.booleans(), st.booleans())
def test_every_rule_and_its_inverse(
    rows: tuple[Annotation, ...], stroke: masks.Mask, rule: Rule, hide: int, lock: bool, new: bool
) -> None:
    a = replace(rows[0], geometry=masks.EMPTY, keypoints=None) if new else rows[0]
    others = [b for b in rows[1:] if b.id != hide]
    hidden = [b for b in rows[1:] if b.id == hide]
    locked = frozenset((2, 3)) if lock else frozenset()
    change = painting.paint(a, stroke, SIZE, rule, shown=others, hidden=hidden, locked=locked, new=new)
    stored = [*others, *hidden] if new else [a, *others, *hidden]
    now = after(change, stored)
    back = after(change.inverse(), list(now.values()))
    assert {i: document.text(b) for i, b in back.items()} == {b.id: document.text(b) for b in stored}

    pixels = masks.paste(stroke, H, W).astype(bool)
    claimed = [b for b in others if not isinstance(b.geometry, Box)]
    spared = {
        "protect": claimed,
        "empty": [*claimed, *(b for b in hidden if not isinstance(b.geometry, Box))],
        "take": [b for b in claimed if b.id in locked],
    }.get(rule, [])
    for b in spared:
        pixels = pixels & ~frame(b)
    if new and not pixels.any():
        assert a.id not in now
    else:
        begins = frame(a) if not new and not (painting.begins_empty(a) and pixels.any()) else False
        assert (frame(now[a.id]) == (begins | pixels)).all()
    for b in [*others, *hidden]:
        touched = rule == "take" and b in claimed and b.id not in locked and (frame(b) & pixels).any()
        if not touched:
            assert now[b.id] == b
            continue
        left = frame(b) & ~pixels
        if b.id in now:
            assert (frame(now[b.id]) == left).all() and now[b.id].origin.kind == "user"
        else:
            assert not left.any() and b.keypoints is None
    if rule == "under" and a.id in now:
        mine = now[a.id]
        over = [b for b in claimed if (frame(b) & pixels).any()]
        assert all((b.z, b.id) > (mine.z, mine.id) for b in over)
    elif a.id in now:
        assert now[a.id].z == a.z


@pytest.mark.parametrize("rule", RULES)
def test_a_stroke_that_changes_no_pixel_leaves_a_polygon(rule: Rule) -> None:
    a = Annotation(1, 1, 1, geometry=Polygons(((0.0, 0.0, 30.0, 0.0, 30.0, 25.0, 0.0, 25.0),)))
    assert not painting.paint(a, masks.from_box(Box(5, 5, 9, 9), W, H), SIZE, rule)
    assert not painting.erase(a, masks.from_box(Box(35, 5, 3, 3), W, H), SIZE)


def test_erasing_the_last_pixel_deletes_what_has_no_keypoints() -> None:
    a = Annotation(1, 1, 1, geometry=masks.from_box(Box(5, 5, 9, 9), W, H))
    everything = masks.from_box(Box(0, 0, W, H), W, H)
    assert painting.erase(a, everything, SIZE).changes[0].after is None
    posed = replace(a, keypoints=Keypoints((3.0, 4.0, 2.0)))
    left = painting.erase(posed, everything, SIZE).changes[0].after
    assert isinstance(left, Annotation) and left.geometry is None and left.keypoints == posed.keypoints


def test_going_under_changes_nothing_but_the_order() -> None:
    a = Annotation(
        1, 1, 1, geometry=Polygons(((0.0, 0.0, 30.0, 0.0, 30.0, 25.0, 0.0, 25.0),)), box=Box(0, 0, 31, 26), z=5
    )
    b = Annotation(2, 1, 1, geometry=masks.from_box(Box(5, 5, 9, 9), W, H), z=3)
    (change,) = painting.paint(a, masks.from_box(Box(8, 8, 3, 3), W, H), SIZE, "under", shown=[a, b]).changes
    assert change.after == replace(a, z=2)


def test_painting_a_prediction_makes_it_a_persons() -> None:
    a = Annotation(1, 1, 1, geometry=masks.from_box(Box(5, 5, 9, 9), W, H), origin=Origin("model", "m", run=4))
    (change,) = painting.paint(a, masks.from_box(Box(20, 8, 3, 3), W, H), SIZE, "protect").changes
    assert isinstance(change.after, Annotation)
    assert (change.after.origin.kind, change.after.origin.parent, change.after.review) == ("user", 4, CORRECTED)


def test_a_mask_for_a_box_around_a_pose_begins_with_nothing_and_the_box_stays() -> None:
    box = Box(5, 5, 20, 15)
    a = Annotation(1, 1, 1, geometry=box, keypoints=Keypoints((8.0, 9.0, 2.0)))
    stroke = masks.from_box(Box(8, 8, 4, 4), W, H)
    assert not painting.erase(a, stroke, SIZE), "there is nothing yet to take away"
    [painted] = after(painting.paint(a, stroke, SIZE), [a]).values()
    assert painted.geometry == stroke and painted.box == box
    [more] = after(painting.paint(painted, masks.from_box(Box(12, 8, 4, 4), W, H), SIZE), [painted]).values()
    assert more.geometry == masks.from_box(Box(8, 8, 8, 4), W, H) and more.box == box
    [beyond] = after(painting.paint(painted, masks.from_box(Box(12, 8, 28, 4), W, H), SIZE), [painted]).values()
    assert beyond.box is None, "it would say less than the mask"
    [less] = after(painting.erase(more, stroke, SIZE), [more]).values()
    assert less.geometry.area == 16 and less.box == box
    [gone] = after(painting.erase(painted, stroke, SIZE), [painted]).values()
    assert gone.geometry == box and gone.box is None and gone.keypoints == a.keypoints

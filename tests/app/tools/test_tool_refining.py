"""GrabCut, watershed and snapping by real mouse and key events, on a picture whose regions are known."""

from __future__ import annotations

import numpy as np
import pytest
from assist_scene import DISC, SQUARE, H, W, block, iou
from canvas_hand import ALT, RIGHT, SHIFT
from PySide6.QtCore import Qt

from segstudio.app.operations import OPERATIONS, Subject
from segstudio.app.tools.base import Event
from segstudio.core import masks
from segstudio.core.annotation import CORRECTED, PREDICTED, Annotation, Origin
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box, Polygons

K = Qt.Key


def test_a_box_and_enter_cut_an_object_out(desk_of):
    desk, hand, _ = desk_of("grabcut")
    hand.drag((130, 30), (160, 60), (190, 110))
    assert desk.state.draft.regions and desk.state.draft.box and not desk.commits
    assert hand.key(K.Key_Return)
    (a,) = desk.annotations.values()
    assert iou(a, SQUARE) > 0.95 and [c.label for c in desk.commits] == ["GrabCut"]
    assert not desk.state.draft.regions and desk.selection == {a.id}


@pytest.mark.parametrize("how", [{"button": RIGHT}, {"mods": ALT}])
def test_strokes_say_what_is_object_and_what_is_not(desk_of, how):
    desk, hand, _ = desk_of("grabcut")
    hand.drag((10, 25), (190, 125))
    both = desk.state.draft.regions[0][0]
    assert masks.window(both, 160, 70, 1, 1)[0, 0]
    hand.drag((145, 45), (175, 45), (175, 95), (145, 95), (145, 50), **how)
    hand.drag((148, 60), (172, 60), (172, 80), (148, 80), **how)
    hand.drag((50, 75), (70, 75))
    assert len(desk.state.draft.lines) == 3
    hand.key(K.Key_Return)
    (a,) = desk.annotations.values()
    inside = masks.paste(a.mask(W, H), H, W)
    assert inside[75, 52:68].all() and not inside[60, 150:170].any()


def test_backspace_takes_a_stroke_back_and_escape_the_whole(desk_of):
    desk, hand, _ = desk_of("grabcut")
    hand.drag((130, 30), (190, 110))
    before = desk.state.draft.regions
    hand.drag((145, 45), (175, 95), button=RIGHT)
    assert desk.state.draft.regions != before
    assert hand.key(K.Key_Backspace)
    assert desk.state.draft.regions == before and not desk.state.draft.lines
    assert hand.key(K.Key_Escape)
    assert not desk.state.draft.regions and not desk.commits
    assert not hand.key(K.Key_Return)


def test_grabcut_begins_with_the_selected_object_and_replaces_it(desk_of):
    rough = masks.from_bitmap(np.roll(SQUARE, (4, 4), (0, 1)))
    row = Annotation(1, 1, 1, geometry=rough, origin=Origin("model", "toy", run=3), review=PREDICTED, score=0.5)
    desk, hand, _ = desk_of("grabcut", [row], [1])
    assert hand.key(K.Key_Q, "q")
    assert hand.key(K.Key_Return)
    assert list(desk.annotations) == [1] and iou(desk.annotations[1], SQUARE) > 0.95
    assert desk.annotations[1].review == CORRECTED


def test_what_began_with_an_object_is_for_it_whatever_is_selected_since(desk_of):
    rough = Annotation(1, 1, 1, geometry=masks.from_bitmap(np.roll(SQUARE, (4, 4), (0, 1))))
    other = block(2, x=0, y=0)
    desk, hand, _ = desk_of("grabcut", [rough, other], [1])
    hand.key(K.Key_Q, "q")
    desk.set_selection([2])
    hand.key(K.Key_Return)
    assert iou(desk.annotations[1], SQUARE) > 0.95 and desk.annotations[2] == other
    # One that is gone meanwhile gets nothing.
    desk.set_selection([2])
    hand.key(K.Key_Q, "q")
    del desk.annotations[2]
    hand.key(K.Key_Return)
    assert len(desk.commits) == 1


def test_grabcut_without_a_selected_object_says_so(desk_of):
    desk, hand, _ = desk_of("grabcut")
    hand.key(K.Key_Q, "q")
    assert desk.said == ["Select a single object first."]


def test_enter_before_the_result_is_there_waits_for_it(desk_of):
    desk, hand, _ = desk_of("grabcut")
    desk.later = []
    hand.drag((130, 30), (190, 110))
    hand.key(K.Key_Return)
    assert not desk.commits
    desk.later.pop()()
    assert len(desk.commits) == 1 and iou(next(iter(desk.annotations.values())), SQUARE) > 0.95


def test_a_result_that_comes_after_escape_shows_nothing(desk_of):
    desk, hand, _ = desk_of("grabcut")
    desk.later = []
    hand.drag((130, 30), (190, 110))
    hand.key(K.Key_Escape)
    desk.later.pop()()
    assert not desk.commits and not desk.state.draft.regions


def test_a_click_is_no_box(desk_of):
    desk, hand, _ = desk_of("grabcut")
    hand.click(50, 50)
    assert not desk.state.draft.regions and not hand.key(K.Key_Return)


def test_watershed_makes_several_objects_of_a_stroke_each(desk_of):
    desk, hand, _ = desk_of("watershed")
    hand.drag((35, 60), (35, 90))
    assert len(desk.state.draft.regions) == 1
    hand.drag((160, 55), (160, 90), mods=SHIFT)
    hand.drag((100, 10), (110, 140), button=RIGHT)
    hand.drag((55, 75), (65, 75), mods=ALT)
    assert len(desk.state.draft.regions) == 2
    assert hand.key(K.Key_Return)
    left, right = desk.annotations.values()
    assert iou(left, DISC) > 0.93 and iou(right, SQUARE) > 0.93
    assert [c.label for c in desk.commits] == ["Watershed"] and desk.selection == {left.id, right.id}
    assert masks.intersect(left.geometry, right.geometry) == masks.EMPTY


def test_n_begins_the_next_object_of_the_watershed(desk_of):
    desk, hand, _ = desk_of("watershed")
    hand.drag((35, 60), (35, 90))
    hand.drag((85, 60), (85, 90))
    assert hand.key(K.Key_N, "n")
    hand.click(160, 70)
    assert len(desk.state.draft.regions) == 2
    assert hand.key(K.Key_Backspace)
    assert len(desk.state.draft.regions) == 1
    assert hand.key(K.Key_Escape)
    assert not desk.commits and not desk.state.draft.regions
    # Nothing is drawn: N is the window's again.
    assert not hand.key(K.Key_N, "n")


def test_an_object_that_reaches_over_the_rim_needs_no_rim(desk_of):
    desk, hand, tool = desk_of("watershed")
    hand.click(100, 10)
    ((small, _),) = desk.state.draft.regions
    tool.set_value("rim", False)
    hand.view.runner.send(Event("option", key="rim"))
    ((large, _),) = desk.state.draft.regions
    assert large.area == W * H > small.area


def test_watershed_adds_to_the_selected_object(desk_of):
    desk, hand, _ = desk_of("watershed", [block(id=1, x=0, y=0, w=10, h=10)], [1], apply="add")
    hand.drag((150, 60), (170, 80))
    hand.key(K.Key_Return)
    assert len(desk.annotations) == 1
    assert iou(desk.annotations[1], SQUARE | (np.add.outer(np.arange(H) // 10, np.arange(W) // 10) == 0)) > 0.9


def test_watershed_parts_what_was_taken_for_one_object(desk_of):
    both = Annotation(7, 1, 2, geometry=masks.from_bitmap(DISC | SQUARE), origin=Origin("model", "toy"), score=0.5)
    desk, hand, _ = desk_of("watershed", [both], [7])
    assert hand.key(K.Key_Q, "q")
    hand.drag((35, 60), (35, 90))
    hand.drag((150, 60), (170, 80), mods=SHIFT)
    assert len(desk.state.draft.regions) == 2 and not desk.commits
    assert hand.key(K.Key_Return)
    first, second = desk.annotations[7], desk.annotations[max(desk.annotations)]
    assert iou(first, DISC) == 1 and iou(second, SQUARE) == 1 and second.category == 2
    assert len(desk.commits) == 1 and desk.selection == {first.id, second.id}
    assert not first.is_prediction and desk.commits[0].inverse().changes[-1].after == both


def test_background_of_the_watershed_goes_off_the_parted_object(desk_of):
    desk, hand, _ = desk_of("watershed", [Annotation(7, 1, 1, geometry=masks.from_bitmap(DISC | SQUARE))], [7])
    hand.key(K.Key_Q, "q")
    hand.drag((35, 60), (35, 90))
    hand.drag((150, 60), (170, 80), button=RIGHT)
    hand.key(K.Key_Return)
    assert list(desk.annotations) == [7] and iou(desk.annotations[7], DISC) == 1


def test_parting_without_a_selected_object_says_so(desk_of):
    desk, hand, _ = desk_of("watershed")
    assert hand.key(K.Key_Q, "q")
    assert desk.said == ["Select a single object first."]
    hand.key(K.Key_Return)
    assert not desk.commits


SNAP = next(operation for operation in OPERATIONS if operation.name == "snap")
VALUES = {"reach": 10, "strength": 3.0}


def subject(rows, picture):
    def pixels(box):
        left, top, right, bottom = box.clipped(W, H).pixels()
        return picture[top:bottom, left:right]

    return Subject(tuple(rows), (W, H), (), {}, pixels, lambda n: -n)


@pytest.fixture
def picture(desk_of):
    return desk_of("grabcut")[0].rgb


def test_snapping_brings_masks_and_outlines_to_the_edges(picture):
    off = np.roll(SQUARE, (4, 4), (0, 1))
    drawn = Polygons(((144.0, 44.0, 184.0, 44.0, 184.0, 104.0, 144.0, 104.0),))
    rows = [Annotation(1, 1, 1, geometry=masks.from_bitmap(off)), Annotation(2, 1, 1, geometry=drawn)]
    change = SNAP.edit(subject(rows, picture), VALUES)
    assert change.label == "Snap to edges" and len(change.changes) == 2
    for c in change.changes:
        assert iou(c.after, SQUARE) > 0.95 > 0.85 > iou(c.before, SQUARE)
    assert "pixels change" in SNAP.note(subject(rows, picture), VALUES, change)
    assert change.inverse().changes[0].after == rows[1]


def test_snapping_keeps_a_hole(picture):
    row = Annotation(1, 1, 1, geometry=masks.from_bitmap(np.roll(DISC, (3, 3), (0, 1))))
    (c,) = SNAP.edit(subject([row], picture), VALUES).changes
    assert iou(c.after, DISC) > 0.93
    assert masks.window(c.after.geometry, 60, 75, 1, 1)[0, 0] == 0


def test_a_box_has_nothing_to_snap(picture):
    with pytest.raises(InputError, match="no border"):
        SNAP.edit(subject([Annotation(1, 1, 1, geometry=Box(1, 1, 5, 5))], picture), VALUES)

"""Selecting, moving and reshaping by real mouse and key events."""

from __future__ import annotations

import numpy as np
import pytest
from canvas_hand import CTRL, SHIFT, Hand, make_view, use
from PySide6.QtCore import Qt

from segstudio.app.tools import Select
from segstudio.core import masks
from segstudio.core.annotation import CORRECTED, PREDICTED, Annotation, Keypoints, Origin
from segstudio.core.geometry import Box, Polygons

K = Qt.Key
SQUARE = (20.0, 20.0, 60.0, 20.0, 60.0, 60.0, 20.0, 60.0)
MODEL = Origin("model", "toy", run=7)


def block(id, x, y, w=30, h=30, **more):
    return Annotation(id, 1, 1, geometry=masks.from_bitmap(np.ones((h, w)), x, y), **more)


@pytest.fixture
def view(qtbot):
    return make_view(qtbot)


def test_a_click_selects_the_topmost_and_clicks_again_what_lies_beneath(view):
    desk, hand = use(view, Select(), [block(1, 10, 10), block(2, 20, 20), block(3, 25, 25)]), Hand(view)
    seen = []
    for _ in range(4):
        hand.click(30, 30)
        seen.append(set(desk.selection))
    assert seen == [{3}, {2}, {1}, {3}]
    assert desk.commits == []


def test_tab_cycles_what_lies_beneath_a_click_and_is_left_to_the_window_otherwise(view):
    desk, hand = use(view, Select(), [block(1, 10, 10), block(2, 20, 20), block(3, 100, 100)]), Hand(view)
    assert not hand.key(K.Key_Tab, "\t")
    hand.click(30, 30)
    assert desk.selection == {2}
    assert hand.key(K.Key_Tab, "\t")
    assert desk.selection == {1}
    hand.click(110, 110)
    assert desk.selection == {3}
    assert not hand.key(K.Key_Tab, "\t")


def test_shift_adds_and_takes_away_and_a_click_beside_clears(view):
    desk, hand = use(view, Select(), [block(1, 10, 10), block(2, 60, 60)]), Hand(view)
    hand.click(15, 15)
    hand.click(70, 70, mods=SHIFT)
    assert desk.selection == {1, 2}
    hand.click(15, 15, mods=SHIFT)
    assert desk.selection == {2}
    hand.click(150, 20)
    assert desk.selection == set()


def test_a_rubber_band_selects_what_it_surrounds(view):
    rows = [block(1, 10, 10), block(2, 60, 60), Annotation(3, 1, 1, geometry=Box(120, 20, 10, 10))]
    desk, hand = use(view, Select(), rows), Hand(view)
    hand.drag((5, 5), (50, 50), (95, 95))
    assert desk.selection == {1, 2}
    hand.press(115, 15, mods=SHIFT)
    hand.move(135, 35, SHIFT)
    assert view.scene_state.draft.rubber
    hand.release(135, 35, mods=SHIFT)
    assert desk.selection == {1, 2, 3} and view.scene_state.draft.box is None


def test_ctrl_drag_frames_even_on_an_object(view):
    desk, hand = use(view, Select(), [block(1, 0, 0, 150, 140), block(2, 60, 60)]), Hand(view)
    hand.drag((50, 50), (70, 70), (95, 95), mods=CTRL)
    assert desk.selection == {2} and desk.commits == []


def test_a_drag_moves_all_selected_as_one_step(view):
    desk, hand = use(view, Select(), [block(1, 10, 10), block(2, 60, 60)], [1, 2]), Hand(view)
    hand.press(20, 20)
    hand.move(30, 25)
    assert view.scene_state.composer.top(45, 40) == 1, "the draft shows while it is dragged"
    assert desk.commits == []
    hand.release(30, 25)
    assert len(desk.commits) == 1
    assert (desk.annotations[1].geometry.x, desk.annotations[1].geometry.y) == (20, 15)
    assert (desk.annotations[2].geometry.x, desk.annotations[2].geometry.y) == (70, 65)
    assert desk.selection == {1, 2}


def test_a_cancelled_drag_leaves_nothing(view):
    rows = [block(1, 10, 10), block(2, 60, 60)]
    desk, hand = use(view, Select(), rows, [1]), Hand(view)
    before = view.scene_state.composer.level(0).copy()
    hand.press(20, 20)
    hand.move(90, 90)
    assert (view.scene_state.composer.level(0) != before).any()
    assert hand.key(K.Key_Escape)
    hand.move(100, 100)
    hand.release(100, 100)
    assert desk.commits == [] and view.scene_state.shown == {}
    assert (view.scene_state.composer.level(0) == before).all()


def test_leaving_the_tool_in_a_drag_leaves_nothing(view):
    desk, hand = use(view, Select(), [block(1, 10, 10)], [1]), Hand(view)
    hand.press(20, 20)
    hand.move(90, 90)
    view.set_runner(None)
    assert view.scene_state.shown == {} and desk.commits == []
    assert view.scene_state.composer.top(20, 20) == 1


def test_a_tremble_is_a_click(view):
    desk, hand = use(view, Select(), [block(1, 10, 10)]), Hand(view)
    hand.drag((20, 20), (20.5, 20.5))
    assert desk.selection == {1} and desk.commits == []


def test_box_handles_resize_and_stay_on_the_picture(view):
    desk, hand = use(view, Select(), [Annotation(1, 1, 1, geometry=Box(20, 20, 40, 30))], [1]), Hand(view)
    hand.drag((60, 50), (70, 60), (80, 70))
    box = desk.annotations[1].geometry
    assert (box.x, box.y, box.w, box.h) == (20, 20, 60, 50)
    hand.drag((50, 70), (50, 400))
    assert desk.annotations[1].geometry.bottom == 150
    hand.drag((20, 85), (100, 85))
    box = desk.annotations[1].geometry
    assert (box.x, box.right) == (80, 100), "a side dragged over the other turns the box over"


def test_polygon_vertices_move_appear_and_go(view):
    desk, hand = use(view, Select(), [Annotation(1, 1, 1, geometry=Polygons((SQUARE,)))], [1]), Hand(view)
    hand.drag((60, 60), (80, 90))
    assert desk.annotations[1].geometry.parts[0][4:6] == pytest.approx((80, 90))
    hand.double(40, 20)
    assert desk.annotations[1].geometry.parts[0][:6] == pytest.approx((20, 20, 40, 20, 60, 20))
    hand.click(40, 20, mods=Qt.KeyboardModifier.AltModifier)
    assert desk.annotations[1].geometry.parts[0][:4] == pytest.approx((20, 20, 60, 20))


def test_a_hole_s_vertex_moves_alone(view):
    hole = (30.0, 30.0, 50.0, 30.0, 40.0, 50.0)
    shape = Polygons((SQUARE,), (hole,))
    desk, hand = use(view, Select(), [Annotation(1, 1, 1, geometry=shape)], [1]), Hand(view)
    hand.drag((40, 50), (40, 55))
    moved = desk.annotations[1].geometry
    assert moved.parts == (SQUARE,) and moved.holes[0] == pytest.approx((30, 30, 50, 30, 40, 55))


def test_a_joint_moves_and_keeps_its_visibility(view):
    points = Keypoints((30.0, 30.0, 2.0, 60.0, 60.0, 1.0, 0.0, 0.0, 0.0))
    desk, hand = use(view, Select(), [Annotation(1, 1, 2, keypoints=points)], [1]), Hand(view)
    hand.drag((60, 60), (70, 80.5))
    assert desk.annotations[1].keypoints.values == pytest.approx((30, 30, 2, 70, 80.5, 1, 0, 0, 0))


def test_arrows_nudge_by_one_and_by_ten(view):
    desk, hand = use(view, Select(), [block(1, 10, 10)], [1]), Hand(view)
    assert hand.key(K.Key_Right) and hand.key(K.Key_Down, mods=SHIFT)
    assert (desk.annotations[1].geometry.x, desk.annotations[1].geometry.y) == (11, 20)
    assert {c.merge for c in desk.commits} == {"nudge"}
    desk.set_selection(())
    hand.move(150, 100)
    assert not hand.key(K.Key_Right)


def test_moving_a_prediction_makes_it_a_person_s(view):
    desk, hand = use(view, Select(), [block(1, 10, 10, score=0.9, origin=MODEL, review=PREDICTED)], [1]), Hand(view)
    hand.drag((20, 20), (40, 40))
    a = desk.annotations[1]
    assert (a.origin.kind, a.origin.parent, a.review, a.score) == ("user", 7, CORRECTED, None)


def test_escape_clears_the_selection(view):
    desk, hand = use(view, Select(), [block(1, 10, 10)], [1]), Hand(view)
    assert hand.key(K.Key_Escape)
    assert desk.selection == set()


def test_boxes_and_poses_can_be_hit_and_the_smaller_box_wins(view):
    rows = [
        Annotation(1, 1, 1, geometry=Box(10, 10, 100, 100)),
        Annotation(2, 1, 1, geometry=Box(20, 20, 30, 30)),
        Annotation(3, 1, 2, keypoints=Keypoints((150.0, 20.0, 2.0) + (0.0,) * 6)),
    ]
    desk, hand = use(view, Select(), rows), Hand(view)
    hand.click(40, 40)
    assert desk.selection == {2}
    hand.click(100, 100)
    assert desk.selection == {1}
    hand.click(151, 21)
    assert desk.selection == {3}

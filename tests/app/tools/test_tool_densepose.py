"""DensePose points and parts by real mouse and key events."""

from __future__ import annotations

import numpy as np
import pytest
from canvas_hand import ALT, RIGHT, SHIFT, Hand, make_view, use
from densepose_data import BOX, person
from msgspec.structs import replace
from PySide6.QtCore import QPointF, Qt

from segstudio.app.canvas.key_pointer import KeyPointer
from segstudio.app.densepose_state import CHART_KEYS, Spot
from segstudio.app.tools import make_tools
from segstudio.app.tools.densepose_point import PICK
from segstudio.core import densepose as dp
from segstudio.core import masks
from segstudio.core.annotation import Annotation
from segstudio.core.geometry import Box

K = Qt.Key
SHAPE = masks.from_bitmap(np.ones((128, 64), np.uint8), 10, 20)


@pytest.fixture
def view(qtbot):
    return make_view(qtbot, 200, 180, 2.0)


def bare(id=1, **more):
    return Annotation(id, 1, 1, geometry=BOX, **more)


def given():
    return bare(dense=person())


def place(dense: dp.DensePose, x: float, y: float) -> tuple[float, float]:
    """Return the pixel of a place in the box's steps."""
    return dense.to_picture(x, y)


def pointer(view, rows=(), selection=(1,)):
    tool = make_tools()["dense_point"]
    return use(view, tool, rows, selection), Hand(view), tool


def pick(view, spot):
    """Click a place of the atlas, as its panel hands it on."""
    from segstudio.app.tools.base import Event

    view.scene_state.dense.set(cursor=spot)
    view.runner.send(Event("key", key=PICK))


def only(desk) -> Annotation:
    (a,) = desk.annotations.values()
    return a


# Points


def test_a_click_and_a_place_on_the_atlas_make_a_point(view):
    desk, hand, _ = pointer(view, [bare()])
    hand.click(42, 84)
    assert desk.commits == [] and view.scene_state.dense.place == pytest.approx((42, 84))
    pick(view, Spot(9, 0.25, 0.75))
    dense = only(desk).dense
    assert dense is not None and len(desk.commits) == 1
    assert (dense.x, dense.y) == (pytest.approx((128,)), pytest.approx((128,)))
    assert (dense.part, dense.u, dense.v) == ((9.0,), (0.25,), (0.75,))
    assert view.scene_state.dense.place is None


def test_enter_takes_the_guess_from_the_parts_and_the_neighbours(view):
    desk, hand, _ = pointer(view, [given()])
    x, y = place(person(), 130, 110)
    hand.click(x, y)
    assert view.scene_state.dense.cursor.chart == 2
    assert hand.key(K.Key_Return, "\r")
    dense = only(desk).dense
    assert dense is not None and dense.count == 6
    assert dense.part[-1] == 2.0 and 0.5 < dense.u[-1] < 0.75


def test_a_point_can_be_placed_with_the_keyboard_alone(view):
    desk, hand, _ = pointer(view, [bare()])
    keys = KeyPointer(view)
    keys.switch(True)
    keys.at = QPointF(42.0, 84.0)
    hand.key(K.Key_Right)
    hand.key(K.Key_Down, mods=SHIFT)
    hand.key(K.Key_Space, " ")
    assert view.scene_state.dense.place == pytest.approx((43.0, 94.0))
    assert hand.key(K.Key_C, "c")  # lower leg, front
    assert hand.key(K.Key_Down) and hand.key(K.Key_Down, mods=SHIFT)
    assert hand.key(K.Key_Return, "\r")
    dense = only(desk).dense
    assert dense is not None
    assert dense.part == (13.0,) and dense.u == (0.61,) and dense.v == (0.5,)


@pytest.mark.parametrize("number", [1, 9, 10, 24])
def test_each_chart_has_a_key(view, number):
    _, hand, _ = pointer(view, [bare()])
    hand.click(42, 84)
    key = CHART_KEYS[number - 1]
    assert hand.key(getattr(K, f"Key_{key}"), key.lower())
    assert view.scene_state.dense.cursor.chart == number


def test_brackets_step_through_the_charts(view):
    _, hand, _ = pointer(view, [bare()])
    hand.click(42, 84)
    view.scene_state.dense.set(cursor=Spot(24, 0.5, 0.5))
    hand.key(K.Key_BracketRight, "]")
    assert view.scene_state.dense.cursor.chart == 1
    hand.key(K.Key_BracketLeft, "[")
    assert view.scene_state.dense.cursor.chart == 24


def test_esc_drops_the_place_and_keys_go_back_to_the_window(view):
    desk, hand, _ = pointer(view, [bare()])
    hand.click(42, 84)
    assert hand.key(K.Key_Escape)
    assert view.scene_state.dense.place is None and desk.commits == []
    assert not hand.key(K.Key_Return, "\r") and not hand.key(K.Key_B, "b")


def test_a_click_elsewhere_moves_the_place(view):
    desk, hand, _ = pointer(view, [bare()])
    hand.click(42, 84)
    hand.click(30, 60)
    assert view.scene_state.dense.place == pytest.approx((30, 60))
    assert desk.commits == []


def test_dragging_a_point_moves_it_and_only_it(view):
    desk, hand, _ = pointer(view, [given()])
    start = place(person(), 80, 60)
    hand.drag(start, (start[0] + 5, start[1] + 3), (start[0] + 12, start[1] + 6))
    dense = only(desk).dense
    assert dense is not None and len(desk.commits) == 1
    moved = dense.points() - person().points()
    assert moved[0, :2] == pytest.approx((12, 6)) and not moved[1:].any() and not moved[0, 2:].any()


def test_a_small_shake_or_esc_moves_nothing(view):
    desk, hand, _ = pointer(view, [given()])
    x, y = place(person(), 80, 60)
    hand.drag((x, y), (x + 0.5, y))
    hand.press(x, y)
    hand.move(x + 20, y)
    hand.key(K.Key_Escape)
    hand.release(x + 20, y)
    assert desk.commits == [] and view.scene_state.shown == {}
    assert view.scene_state.dense.point == (1, 0)


def test_a_chosen_point_takes_another_place_on_the_atlas(view):
    desk, hand, _ = pointer(view, [given()])
    hand.click(*place(person(), 80, 60))
    assert view.scene_state.dense.cursor == Spot(2, 0.25, 0.75)
    pick(view, Spot(1, 0.5, 0.25))
    dense = only(desk).dense
    assert dense is not None
    assert (dense.part[0], dense.u[0], dense.v[0]) == (1.0, 0.5, 0.25)
    assert hand.key(K.Key_Return, "\r") and hand.key(K.Key_3, "3") and hand.key(K.Key_Return, "\r")
    dense = only(desk).dense
    assert dense is not None and dense.count == 5 and dense.part[0] == 3.0


def test_a_chosen_point_is_nudged_and_deleted(view):
    desk, hand, tool = pointer(view, [given()])
    assert hand.key(K.Key_Tab) and hand.key(K.Key_Tab)
    assert view.scene_state.dense.point == (1, 1)
    hand.key(K.Key_Left)
    dense = only(desk).dense
    assert dense is not None
    assert dense.point(1).x == pytest.approx(person().point(1).x - 1)
    assert desk.commits[-1].merge
    assert hand.key(K.Key_Delete)
    dense = only(desk).dense
    assert dense is not None and dense.count == 4 and dense.part == (2.0, 2.0, 9.0, 9.0)
    assert "4 points" in tool.note


def test_a_click_on_another_person_selects_it_and_begins_there(view):
    other = Annotation(2, 1, 1, geometry=Box(120, 20, 60, 120))
    desk, hand, _ = pointer(view, [bare(), other], [])
    hand.click(150, 80)
    assert desk.selection == {2} and view.scene_state.dense.place == pytest.approx((150, 80))
    hand.click(42, 84)
    assert desk.selection == {1}


def test_a_place_is_never_given_to_an_object_that_was_selected_since(view):
    other = Annotation(2, 1, 1, geometry=Box(20, 20, 60, 120))
    desk, hand, _ = pointer(view, [bare(), other])
    hand.click(42, 84)
    desk.set_selection([2])
    hand.key(K.Key_Return, "\r")
    assert desk.commits == [] and "Another object" in desk.said[-1]
    assert view.scene_state.dense.place is None


def test_a_click_beside_everything_says_what_to_do(view):
    desk, hand, _ = pointer(view, [bare()], [])
    hand.click(190, 10)
    assert desk.commits == [] and "draw a box" in desk.said[-1]
    desk.set_selection([1])
    hand.click(190, 10)
    assert "outside" in desk.said[-1]


def test_hovering_a_point_tells_which(view):
    _, hand, _ = pointer(view, [given()])
    x, y = place(person(), 130, 90)
    hand.move(x + 1, y)
    assert view.scene_state.dense.hover == (1, 1)
    hand.move(x + 30, y + 40)
    assert view.scene_state.dense.hover is None


def test_leaving_the_tool_leaves_nothing_shown(view):
    desk, hand, _ = pointer(view, [given()])
    hand.click(42, 84)
    view.set_runner(None)
    state = view.scene_state.dense
    assert (state.place, state.point, state.hover) == (None, None, None)
    assert view.scene_state.draft.dots == () and desk.commits == []


def test_undoing_each_step_gives_the_object_back(view):
    desk, hand, _ = pointer(view, [given()])
    before = only(desk)
    hand.click(42, 84)
    hand.key(K.Key_Return, "\r")
    hand.drag(place(person(), 80, 60), (60, 90), (50, 100))
    hand.key(K.Key_Delete)
    assert len(desk.commits) == 3
    a = only(desk)
    for change in reversed([c for step in desk.commits for c in step.changes]):
        assert change.after == a
        a = change.before
    assert a == before


# Parts


def painter(view, rows=(), selection=(1,), **values):
    tool = make_tools()["dense_parts"]
    for name, value in values.items():
        tool.set_value(name, value)
    return use(view, tool, rows, selection), Hand(view), tool


def test_a_stroke_paints_the_part(view):
    desk, hand, _ = painter(view, [bare()], part="14", size=10)
    hand.drag((30, 40), (50, 40))
    dense = only(desk).dense
    assert dense is not None and len(desk.commits) == 1
    assert dense.part_at(40, 40) == 14 and dense.part_at(40, 60) == 0


def test_painting_stays_inside_the_outline_unless_told_otherwise(view):
    shape = Annotation(1, 1, 1, geometry=masks.from_bitmap(np.ones((128, 20), np.uint8), 10, 20), box=BOX)
    desk, hand, _ = painter(view, [shape], part="1", size=10)
    hand.drag((15, 60), (60, 60))
    dense = only(desk).dense
    assert dense is not None and dense.part_at(20, 60) == 1 and dense.part_at(50, 60) == 0
    desk, hand, _ = painter(view, [replace(shape, geometry=SHAPE)], part="1", size=10, inside=False)
    hand.drag((15, 60), (60, 60))
    dense = only(desk).dense
    assert dense is not None and dense.part_at(50, 60) == 1


def test_alt_erases_any_part(view):
    desk, hand, _ = painter(view, [given()], size=12)
    x, y = place(person(), 100, 100)
    hand.drag((x, y), (x + 4, y), mods=ALT)
    dense = only(desk).dense
    assert dense is not None
    assert dense.part_at(x, y) == 0 and dense.part_at(*place(person(), 190, 60)) == 1


def test_a_right_click_takes_the_part_that_is_there_and_keys_step(view):
    _, hand, tool = painter(view, [given()])
    hand.click(*place(person(), 100, 200), button=RIGHT)
    assert tool.part == 6 and view.scene_state.dense.part == 6
    hand.key(K.Key_Period, ".")
    assert tool.part == 7
    hand.key(K.Key_Comma, ",")
    hand.key(K.Key_BracketRight, "]")
    assert tool.part == 6 and tool.value("size") == 27


def test_f_fills_what_is_left_of_the_outline(view):
    desk, hand, _ = painter(view, [replace(given(), geometry=SHAPE)], part="3")
    assert hand.key(K.Key_F, "f")
    dense = only(desk).dense
    assert dense is not None
    shown = dense.part_map()
    assert (shown[person().part_map() == 0] == 3).all()
    assert (shown[person().part_map() > 0] == person().part_map()[person().part_map() > 0]).all()
    assert hand.key(K.Key_F, "f") and len(desk.commits) == 1


def test_esc_cancels_a_stroke(view):
    desk, hand, _ = painter(view, [bare()])
    hand.press(30, 40)
    hand.move(50, 40)
    assert view.scene_state.draft.regions
    hand.key(K.Key_Escape)
    assert not view.scene_state.draft.regions
    hand.release(50, 40)
    assert desk.commits == []


def test_with_nothing_selected_a_click_selects(view):
    desk, hand, _ = painter(view, [bare()], [])
    hand.click(40, 60)
    assert desk.selection == {1} and desk.commits == [] and "Select" in desk.said[0]

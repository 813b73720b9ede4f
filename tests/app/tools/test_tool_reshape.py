"""Vertices, sides, shared borders and rings by real mouse and key events."""

from __future__ import annotations

import numpy as np
import pytest
from canvas_hand import ALT, CTRL, NONE, SHIFT, Hand, make_view, use
from PySide6.QtCore import Qt

from segstudio.app.canvas.handles import grab, handles_of
from segstudio.app.tools import Select
from segstudio.core import masks
from segstudio.core.annotation import Annotation
from segstudio.core.geometry import Box, Polygons, ring_from_points

K = Qt.Key
LEFT = (20.0, 20.0, 60.0, 20.0, 60.0, 60.0, 20.0, 60.0)
RIGHT = (60.0, 20.0, 100.0, 20.0, 100.0, 60.0, 60.0, 60.0)
HOLE = (30.0, 30.0, 50.0, 30.0, 50.0, 50.0, 30.0, 50.0)


def polygon(id, *parts, holes=(), **more):
    return Annotation(id, 1, 1, geometry=Polygons(parts, holes), **more)


@pytest.fixture
def view(qtbot):
    made = make_view(qtbot)
    yield made
    made.set_runner(None)


def part(desk, id=1, ring=0):
    shape = desk.annotations[id].geometry
    return (*shape.parts, *shape.holes)[ring]


def test_a_dragged_side_takes_both_its_ends(view):
    desk, hand = use(view, Select(), [polygon(1, LEFT)], [1]), Hand(view)
    hand.drag((40, 20), (45, 15), (50, 10))
    assert part(desk) == pytest.approx((30, 10, 70, 10, 60, 60, 20, 60))
    assert len(desk.commits) == 1


def test_the_side_under_the_pointer_is_marked_and_a_vertex_is_not(view):
    desk, hand = use(view, Select(), [polygon(1, LEFT)], [1]), Hand(view)
    hand.move(40, 21)
    assert [line.points for line in view.scene_state.draft.lines] == [((20, 20), (60, 20))]
    hand.move(20, 20)
    assert view.scene_state.draft.lines == ()
    hand.move(40, 40)
    assert view.scene_state.draft.lines == () and desk.commits == []


def test_inside_a_drag_still_moves_the_object(view):
    desk, hand = use(view, Select(), [polygon(1, LEFT)], [1]), Hand(view)
    hand.drag((40, 40), (50, 40))
    assert part(desk) == pytest.approx((30, 20, 70, 20, 70, 60, 30, 60))


def test_a_shared_vertex_takes_its_neighbour_along_as_one_step_unless_told_otherwise(view):
    tool = Select()
    desk, hand = use(view, tool, [polygon(1, LEFT), polygon(2, RIGHT)], [1]), Hand(view)
    hand.press(60, 60)
    hand.move(64, 70)
    assert desk.state.shown.keys() == {1, 2}, "both show while they are dragged"
    hand.release(64, 70)
    assert part(desk)[4:6] == pytest.approx((64, 70)) and part(desk, 2)[6:] == pytest.approx((64, 70))
    assert len(desk.commits) == 1
    tool.set_value("shared", False)
    tool.set_value("snap", False)
    hand.drag((60, 20), (50, 15))
    assert part(desk)[2:4] == pytest.approx((50, 15)) and part(desk, 2)[:2] == (60, 20)


def test_a_locked_neighbour_stays(view):
    desk, hand = use(view, Select(), [polygon(1, LEFT), polygon(2, RIGHT)], [1]), Hand(view)
    desk.state.locked = frozenset((2,))
    hand.drag((60, 60), (64, 90))
    assert part(desk)[4:6] == pytest.approx((64, 90)) and part(desk, 2) == RIGHT


def test_a_vertex_added_to_a_shared_side_is_added_to_both(view):
    desk, hand = use(view, Select(), [polygon(1, LEFT), polygon(2, RIGHT)], [1]), Hand(view)
    hand.double(60, 40)
    assert [desk.annotations[i].geometry.vertices for i in (1, 2)] == [5, 5]
    hand.drag((60, 40), (70, 40))
    assert part(desk)[4:6] == part(desk, 2)[8:10] == pytest.approx((70, 40))
    hand.click(70, 40, mods=ALT)
    assert [desk.annotations[i].geometry.vertices for i in (1, 2)] == [4, 4]


def test_a_dragged_vertex_snaps_to_borders_and_edges_and_ctrl_suspends_it(view):
    far = polygon(2, (100.0, 20.0, 140.0, 20.0, 140.0, 60.0, 100.0, 60.0))
    desk, hand = use(view, Select(), [polygon(1, LEFT), far], [1]), Hand(view)
    hand.press(60, 60)
    hand.move(98, 41)
    assert [(d.x, d.y) for d in view.scene_state.draft.dots] == [pytest.approx((100, 41))]
    hand.release(98, 41)
    assert part(desk)[4:6] == pytest.approx((100, 41))
    hand.drag((100, 41), (80, 148))
    assert part(desk)[4:6] == pytest.approx((80, 150))
    hand.press(80, 150)
    hand.move(98, 90, CTRL)
    hand.move(98, 41, CTRL)
    hand.release(98, 41, mods=CTRL)
    assert part(desk)[4:6] == pytest.approx((98, 41))


def test_a_vertex_snaps_to_the_border_of_a_mask(view):
    a = Annotation(2, 1, 1, geometry=masks.from_bitmap(np.ones((20, 20)), 100, 40))
    desk, hand = use(view, Select(), [polygon(1, LEFT), a], [1]), Hand(view)
    hand.drag((60, 60), (98, 50))
    assert part(desk)[4:6] == pytest.approx((100, 50))


def test_several_vertices_are_picked_by_a_band_and_move_together(view):
    desk, hand = use(view, Select(), [polygon(1, LEFT)], [1]), Hand(view)
    hand.drag((50, 10), (55, 40), (70, 70), mods=ALT)
    assert view.scene_state.draft.picked == ((60, 20), (60, 60))
    hand.drag((60, 20), (65, 25), (70, 30))
    assert part(desk) == pytest.approx((20, 20, 70, 30, 70, 70, 20, 60))
    assert view.scene_state.draft.picked == (pytest.approx((70, 30)), pytest.approx((70, 70)))
    assert hand.key(K.Key_Left) and hand.key(K.Key_Up, mods=SHIFT)
    assert part(desk)[2:6] == pytest.approx((69, 20, 69, 60))
    hand.click(69, 20, mods=SHIFT)
    assert len(view.scene_state.draft.picked) == 1
    assert hand.key(K.Key_Delete)
    assert desk.annotations[1].geometry.vertices == 3 and view.scene_state.draft.picked == ()


def test_a_cancelled_drag_leaves_the_picked_vertices_marked(view):
    desk, hand = use(view, Select(), [polygon(1, LEFT)], [1]), Hand(view)
    hand.drag((50, 10), (55, 40), (70, 70), mods=ALT)
    hand.press(60, 20)
    hand.move(70, 30)
    assert hand.key(K.Key_Escape)
    hand.release(70, 30)
    assert view.scene_state.draft.picked == ((60, 20), (60, 60)) and desk.commits == []


def test_escape_lets_go_of_the_picked_vertices_first(view):
    tool = Select()
    desk, hand = use(view, tool, [polygon(1, LEFT)], [1]), Hand(view)
    hand.drag((50, 10), (55, 40), (70, 70), mods=ALT)
    assert tool.note.startswith("2 picked")
    assert hand.key(K.Key_Escape)
    assert tool.note == ""
    assert view.scene_state.draft.picked == () and desk.selection == {1}
    assert not hand.key(K.Key_Delete), "with none picked the window's Delete deletes the object"
    assert hand.key(K.Key_Escape) and desk.selection == set()


def test_vertices_are_reached_by_keys_alone(view):
    desk, hand = use(view, Select(), [polygon(1, LEFT, holes=(HOLE,))], [1]), Hand(view)
    assert hand.key(K.Key_BracketLeft, "[")
    assert view.scene_state.draft.picked == ((30, 50),), "the last vertex of the hole"
    assert hand.key(K.Key_BracketRight, "]") and hand.key(K.Key_BracketRight, "]")
    assert view.scene_state.draft.picked == ((60, 20),)
    assert hand.key(K.Key_Plus, "+")
    assert view.scene_state.draft.picked == ((60, 40),)
    assert hand.key(K.Key_Right)
    assert part(desk)[4:6] == (61, 40)


def test_alt_shift_click_takes_a_hole_away_and_refuses_the_only_part(view):
    desk, hand = use(view, Select(), [polygon(1, LEFT, holes=(HOLE,))], [1]), Hand(view)
    hand.click(50, 50, mods=ALT | SHIFT)
    assert desk.annotations[1].geometry == Polygons((LEFT,))
    hand.click(60, 60, mods=ALT | SHIFT)
    assert desk.annotations[1].geometry == Polygons((LEFT,)) and "only part" in desk.said[-1]


def test_three_vertices_are_the_least(view):
    desk, hand = use(view, Select(), [polygon(1, LEFT[:6])], [1]), Hand(view)
    hand.click(60, 60, mods=ALT)
    assert part(desk) == LEFT[:6] and "three vertices" in desk.said[-1]


def test_leaving_the_tool_in_a_vertex_drag_leaves_nothing(view):
    desk, hand = use(view, Select(), [polygon(1, LEFT), polygon(2, RIGHT)], [1]), Hand(view)
    hand.press(60, 60, mods=NONE)
    hand.move(64, 90)
    view.set_runner(None)
    assert view.scene_state.shown == {} and desk.commits == [] and view.scene_state.draft.dots == ()


def test_an_outline_of_many_vertices_can_be_grabbed_and_shows_only_handles_apart():
    t = np.linspace(0, 2 * np.pi, 20000, endpoint=False)
    points = 100 + 50 * np.column_stack((np.cos(t), np.sin(t)))
    a = polygon(1, ring_from_points(points))
    handle = grab(a, 150.0, 100.0, 1.0)
    assert handle is not None and (handle.index, handle.ring) == (0, 0)
    assert 30 < len(handles_of(a, Box(0, 0, 200, 200), 9.0)) < 100
    assert len(handles_of(a, Box(149, 99, 2, 2))) < 500

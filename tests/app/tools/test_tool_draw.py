"""Brush, eraser, polygon, box, and points by real mouse and key events."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from canvas_hand import ALT, CATEGORIES, CTRL, LEFT, RIGHT, SHIFT, Hand, make_view, use
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from segstudio.app.canvas.view import CanvasView
from segstudio.app.tools import Brush, Eraser, make_tools
from segstudio.app.tools.dabs import LARGEST, SMALLEST, sweep, tip
from segstudio.core import document, masks, spans
from segstudio.core.annotation import CORRECTED, PREDICTED, Annotation, Keypoints, Origin
from segstudio.core.geometry import Box, Polygons
from segstudio.core.masks import Mask
from segstudio.core.painting import RULES

K = Qt.Key
W, H = 200, 150


@pytest.fixture
def view(qtbot):
    return make_view(qtbot, W, H)


def frame(a):
    return masks.paste(a.mask(W, H), H, W).astype(bool)


def block(id, x, y, w=30, h=30, **more):
    return Annotation(id, 1, 1, geometry=masks.from_bitmap(np.ones((h, w)), x, y), **more)


def disc(x, y, size):
    """Pixels whose centre lies within the radius of a place."""
    cx, cy, _ = tip(x, y, size)
    ys, xs = np.mgrid[:H, :W] + 0.5
    return (xs - cx) ** 2 + (ys - cy) ** 2 <= (size / 2) ** 2 + 1e-9


def test_a_click_with_the_brush_starts_a_new_object(view):
    desk, hand = use(view, Brush(size=21)), Hand(view)
    hand.click(60.3, 40.7)
    (change,) = desk.commits
    (a,) = desk.annotations.values()
    assert change.label == "Paint" and isinstance(a.geometry, Mask)
    assert (frame(a) == disc(60.3, 40.7, 21)).all()
    assert desk.selection == {a.id} and a.category == 1


def test_one_stroke_is_one_change_on_the_selected_object(view):
    desk, hand = use(view, Brush(size=10), [block(1, 20, 20)], [1]), Hand(view)
    hand.drag((30, 30), (60, 30), (100, 90))
    assert len(desk.commits) == 1 and len(desk.annotations) == 1
    painted = frame(desk.annotations[1])
    for t in np.linspace(0, 1, 9):
        assert (painted | ~disc(30 + 30 * t, 30, 10)).all()
        assert (painted | ~disc(60 + 40 * t, 30 + 60 * t, 8)).all()
    assert painted[20:50, 20:50].all() and not painted[100:].any()


def test_the_live_stroke_shows_what_the_commit_will(view):
    desk, hand = use(view, Brush(size=30), [block(1, 20, 20), block(2, 40, 40, z=1)], [1]), Hand(view)
    state = view.scene_state
    hand.press(60, 45)
    hand.move(90, 80)
    live = state.composer.level(0).copy()
    hand.release(90, 80)
    assert desk.commits
    assert (state.composer.level(0) == live).all()
    assert state.composer.top(60, 60) == 2, "what lies above stays above"


def test_escape_drops_a_stroke(view):
    desk, hand = use(view, Brush(size=30), [block(1, 20, 20)], [1]), Hand(view)
    before = view.scene_state.composer.level(0).copy()
    hand.press(60, 45)
    hand.move(90, 80)
    assert hand.key(K.Key_Escape)
    hand.release(90, 80)
    assert desk.commits == [] and (view.scene_state.composer.level(0) == before).all()
    desk.set_selection(())
    hand.press(60, 45)
    hand.key(K.Key_Escape)
    assert view.scene_state.composer.top(60, 45) == 0 and desk.annotations.keys() == {1}


@pytest.mark.parametrize(("tool", "mods"), [(Eraser, Qt.KeyboardModifier.NoModifier), (Brush, ALT), (Brush, CTRL)])
def test_erasing(view, tool, mods):
    desk, hand = use(view, tool(size=11), [block(1, 20, 20)], [1]), Hand(view)
    hand.click(35, 35, mods=mods)
    want = np.zeros((H, W), bool)
    want[20:50, 20:50] = True
    assert (frame(desk.annotations[1]) == (want & ~disc(35, 35, 11))).all()


def test_erasing_everything_deletes_and_erasing_nothing_says_so(view):
    desk, hand = use(view, Eraser(size=100), [block(1, 20, 20)], [1]), Hand(view)
    hand.click(35, 35)
    assert desk.annotations == {}
    hand.click(35, 35)
    assert desk.said == ["Select the object to erase from."]


@pytest.mark.parametrize("shape", [Polygons(((20.0, 20.0, 60.0, 20.0, 40.0, 60.0),)), Box(20, 20, 40, 30)])
def test_a_brushed_polygon_or_box_becomes_a_mask(view, shape):
    a = Annotation(1, 1, 1, geometry=shape, origin=Origin("model", "toy", run=3), review=PREDICTED, score=0.5)
    desk, hand = use(view, Brush(size=10), [a], [1]), Hand(view)
    hand.press(100, 100)
    assert view.scene_state.composer.top(40, 30) == 1, "its pixels show while it is brushed"
    hand.release(100, 100)
    after = desk.annotations[1]
    assert isinstance(after.geometry, Mask) and after.review == CORRECTED and after.origin.parent == 3
    assert (frame(after) == (frame(a) | disc(100, 100, 10))).all()


def test_brushing_a_box_with_a_pose_begins_with_nothing(view):
    a = Annotation(1, 1, 1, geometry=Box(20, 20, 100, 80), keypoints=Keypoints((40.0, 40.0, 2.0)))
    desk, hand = use(view, Brush(size=10), [a], [1]), Hand(view)
    hand.click(60, 60, RIGHT)
    assert "no pixels to take away yet" in desk.said[-1] and not desk.commits
    hand.press(60, 60)
    assert [view.scene_state.composer.top(x, y) for x, y in ((60, 60), (100, 90))] == [1, 0]
    hand.release(60, 60)
    after = desk.annotations[1]
    assert (frame(after) == disc(60, 60, 10)).all() and after.box == a.geometry
    hand.click(60, 60, RIGHT)
    assert desk.annotations[1].geometry == a.geometry, "without a pixel it is the box again"


def test_brackets_change_the_size_within_its_range(view):
    brush = Brush(size=40)
    desk, hand = use(view, brush), Hand(view)
    told = []
    brush.changed = told.append
    hand.move(50, 50)
    assert hand.key(K.Key_BracketRight, "]") and brush.size == 45 and told == ["size"]
    assert view.scene_state.draft.brush == pytest.approx((50, 50, 45))
    for _ in range(60):
        hand.key(K.Key_BracketLeft, "[")
    assert brush.size == SMALLEST
    brush.set_value("size", 99999)
    assert brush.size == LARGEST and desk.commits == []


def test_several_selected_objects_are_not_painted_on(view):
    desk, hand = use(view, Brush(size=10), [block(1, 20, 20), block(2, 80, 80)], [1, 2]), Hand(view)
    hand.click(60, 60)
    assert desk.commits == [] and desk.said


def test_drawing_without_a_class_says_what_to_do(view):
    for name in ("brush", "polygon", "box"):
        desk, hand = use(view, make_tools()[name]), Hand(view)
        desk.category = None
        hand.drag((20, 20), (60, 60))
        assert desk.commits == [] and "class" in desk.said[0], name


centres = st.tuples(st.floats(-20, 70), st.floats(-20, 60))


def covered(dab):
    return spans.bitmap(dab, (0, 0, 50, 40))


@settings(max_examples=80)
@given(centres, centres, st.integers(1, 40))
def test_a_round_brush_covers_the_pixels_within_the_radius_of_its_way(a, b, size):
    a, b = tip(*a, size), tip(*b, size)
    ys, xs = np.mgrid[:40, :50] + 0.5
    dx, dy = b.x - a.x, b.y - a.y
    t = np.clip(((xs - a.x) * dx + (ys - a.y) * dy) / max(dx * dx + dy * dy, 1e-12), 0, 1)
    distance = np.hypot(a.x + t * dx - xs, a.y + t * dy - ys)
    sure = np.abs(distance - size / 2) > 1e-6
    assert (covered(sweep(a, b, (50, 40))) == (distance <= size / 2))[sure].all()


@settings(max_examples=80)
@given(centres, centres, st.integers(1, 40), st.integers(1, 40), st.sampled_from(("round", "square")))
def test_a_brush_that_changes_its_size_covers_all_it_was_on_the_way(a, b, first, last, shape):
    a, b = tip(*a, first), tip(*b, last)
    found = covered(sweep(a, b, (50, 40), shape))
    ys, xs = np.mgrid[:40, :50] + 0.5
    want, near = np.zeros((40, 50), bool), np.zeros((40, 50), bool)
    for t in np.linspace(0, 1, 201):
        x, y, half = a.x + t * (b.x - a.x), a.y + t * (b.y - a.y), (first + t * (last - first)) / 2
        away = np.hypot(xs - x, ys - y) if shape == "round" else np.maximum(np.abs(xs - x), np.abs(ys - y))
        want |= away <= half - 1e-6
        near |= away <= half + 0.5
    assert not (want & ~found).any() and not (found & ~near).any()


def test_a_square_brush_put_down_is_a_square():
    assert sweep(tip(10, 10, 6), tip(10, 10, 6), (50, 40), "square").window == (7, 7, 13, 13)
    assert sweep(tip(10.2, 10.2, 5), tip(10.2, 10.2, 5), (50, 40), "square").area == 25


def test_the_smallest_brush_paints_the_pixel_under_the_pointer():
    for shape in ("round", "square"):
        ys, xs = np.nonzero(covered(sweep(tip(3.9, 4.1, 1), tip(3.9, 4.1, 1), (50, 40), shape)))
        assert (xs.tolist(), ys.tolist()) == ([3], [4])


def test_shift_draws_a_straight_line_from_where_the_last_stroke_ended(view):
    desk, hand = use(view, Brush(size=9), [block(1, 5, 5, 3, 3)], [1]), Hand(view)
    hand.click(40, 40)
    hand.click(100, 80, mods=SHIFT)
    painted = frame(desk.annotations[1])
    assert len(desk.commits) == 2
    for t in np.linspace(0, 1, 7):
        assert painted[round(40 + 40 * t), round(40 + 60 * t)]
    hand.click(20, 100)
    assert not frame(desk.annotations[1])[95, 30:90].any(), "without Shift there is no line"


def test_the_right_button_erases_and_with_the_eraser_paints(view):
    desk, hand = use(view, Brush(size=11), [block(1, 20, 20)], [1]), Hand(view)
    hand.drag((35, 35), (45, 35), button=RIGHT)
    assert not frame(desk.annotations[1])[35, 35:45].any()
    desk, hand = use(view, Eraser(size=11), [block(1, 20, 20)], [1]), Hand(view)
    hand.click(90, 90, button=RIGHT)
    assert frame(desk.annotations[1])[90, 90]


def test_alt_and_the_wheel_change_the_size(view):
    brush = Brush(size=40)
    _, hand = use(view, brush), Hand(view)
    zoom = view.zoom
    hand.wheel(60, 40, 1, ALT)
    assert brush.size == 45
    hand.wheel(60, 40, -2, ALT)
    assert brush.size == 40 and view.zoom == zoom


def test_a_pen_paints_as_wide_as_it_is_pressed_and_its_other_end_erases(view):
    desk, hand = use(view, Brush(size=40), [block(1, 5, 5, 3, 3)], [1]), Hand(view)
    hand.pen((60, 60, 0.5), (120, 60, 1.0))
    painted = frame(desk.annotations[1])
    assert painted[60, 52:139].all() and painted[42:78, 120].all()
    assert not painted[48, 60] and painted[52, 60] and painted[45:75, 125].all()
    assert len(desk.commits) == 1
    hand.pen((120, 60, 1.0), eraser=True)
    assert not frame(desk.annotations[1])[60, 110:135].any()
    desk, hand = use(view, Brush(size=40, pressure=False), [block(1, 5, 5, 3, 3)], [1]), Hand(view)
    hand.pen((60, 60, 0.1))
    assert frame(desk.annotations[1])[42:78, 60].all()


@pytest.mark.parametrize("erase", [False, True])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("new", [False, True])
def test_what_shows_while_painting_is_what_is_stored(view, rule, new, erase):
    rows = [block(1, 20, 20, z=1), block(2, 40, 40, z=2), block(3, 10, 45, z=0), block(4, 60, 20, 20, 20, z=1)]
    rows.append(Annotation(5, 1, 1, geometry=Polygons(((90.0, 20.0, 130.0, 30.0, 100.0, 70.0),))))
    brush = Brush(size=18, rule=rule)
    desk, hand = use(view, brush, rows, [] if new else [1]), Hand(view)
    hidden = {4}
    desk.visible = lambda a: a.id not in hidden
    view.scene_state.restyle(replace(view.scene_state.style, visible=desk.visible))
    before = {a.id: document.text(a) for a in desk.annotations.values()}
    button = RIGHT if erase else LEFT
    hand.press(30, 30, button)
    for place in ((60, 62), (22, 60), (70, 30), (110, 40)):
        hand.move(*place)
    state = view.scene_state
    live = [state.composer.level(k).copy() for k in (0, 1)]
    hand.release(110, 40, button)
    if erase and new:
        assert desk.commits == [] and desk.said
        return
    assert len(desk.commits) == 1 and desk.annotations[4] == rows[3]
    state.select(frozenset())
    desk.set_selection([] if new else [1])
    for k in (0, 1):
        assert (state.composer.level(k) == live[k]).all()
    fresh = use(make_plain(view), brush, desk.annotations.values(), desk.selection).state
    fresh.restyle(state.style)
    assert (fresh.composer.level(0) == state.composer.level(0)).all()
    desk.commit(desk.commits[0].inverse())
    assert {a.id: document.text(a) for a in desk.annotations.values()} == before


def make_plain(view):
    other = CanvasView()
    other.set_picture(np.zeros((H, W, 3), np.uint8))
    return other


@pytest.mark.parametrize("end", ["enter", "double", "first"])
def test_a_polygon_by_clicks(view, end):
    desk, hand = use(view, make_tools()["polygon"]), Hand(view)
    for place in ((20, 20), (80, 20), (80, 70)):
        hand.click(*place)
    hand.move(40, 70)
    assert view.scene_state.draft.line[-1] == pytest.approx((40, 70))
    if end == "enter":
        assert hand.key(K.Key_Return, "\r")
    elif end == "double":
        hand.double(80, 70)
    else:
        hand.click(21, 21)
    (a,) = desk.annotations.values()
    assert a.geometry.parts[0] == pytest.approx((20, 20, 80, 20, 80, 70))
    assert len(desk.commits) == 1 and view.scene_state.draft.line == () and desk.selection == {a.id}


def test_backspace_takes_vertices_back_and_escape_all(view):
    desk, hand = use(view, make_tools()["polygon"]), Hand(view)
    assert not hand.key(K.Key_Backspace)
    for place in ((20, 20), (80, 20), (80, 70), (150, 140)):
        hand.click(*place)
    hand.key(K.Key_Backspace)
    assert len(view.scene_state.draft.vertices) == 3
    hand.key(K.Key_Escape)
    assert view.scene_state.draft.line == () and not hand.key(K.Key_Escape)
    hand.click(20, 20)
    hand.click(80, 20)
    hand.key(K.Key_Return, "\r")
    assert desk.commits == [] and "three" in desk.said[0]


def test_a_freehand_polygon_stays_on_the_picture(view):
    desk, hand = use(view, make_tools()["polygon"]), Hand(view)
    t = np.linspace(0, 2 * np.pi, 60)
    hand.drag(*((100 + 130 * np.cos(v), 75 + 60 * np.sin(v)) for v in t))
    hand.key(K.Key_Enter, "\r")
    (a,) = desk.annotations.values()
    box = a.geometry.bounds
    assert a.geometry.vertices > 30 and (box.x, box.right) == (0, 200)


def test_a_box_by_a_drag_in_any_direction(view):
    desk, hand = use(view, make_tools()["box"]), Hand(view)
    hand.drag((90, 80), (60, 50), (30, 40))
    (a,) = desk.annotations.values()
    assert (a.geometry.x, a.geometry.y, a.geometry.w, a.geometry.h) == pytest.approx((30, 40, 60, 40))
    hand.click(100, 100)
    hand.press(100, 100)
    hand.move(150, 150)
    hand.key(K.Key_Escape)
    hand.release(150, 150)
    assert len(desk.commits) == 1 and view.scene_state.draft.box is None


def test_points_in_the_skeleton_s_order_with_hidden_and_missing_ones(view):
    desk, hand = use(view, make_tools()["point"]), Hand(view)
    desk.category = CATEGORIES[2]
    hand.move(30, 30)
    assert view.scene_state.draft.text[2] == "head (1/3)"
    hand.click(30, 30)
    assert hand.key(K.Key_X, "x")
    hand.click(60, 90, RIGHT)
    (a,) = desk.annotations.values()
    assert a.keypoints.values == pytest.approx((30, 30, 2, 0, 0, 0, 60, 90, 1)) and a.category == 2
    desk.set_selection(())
    hand.click(50, 50, mods=SHIFT)
    hand.key(K.Key_N, "n")
    assert list(desk.annotations.values())[-1].keypoints.values == pytest.approx((50, 50, 1, 0, 0, 0, 0, 0, 0))


def test_points_go_to_the_selected_object_that_has_none(view):
    a = Annotation(1, 1, 2, geometry=Box(10, 10, 100, 100))
    desk, hand = use(view, make_tools()["point"], [a], [1]), Hand(view)
    hand.click(30, 30)
    hand.click(40, 40)
    hand.key(K.Key_Backspace)
    hand.key(K.Key_Return, "\r")
    assert desk.annotations[1].keypoints.labelled == 1 and desk.annotations[1].geometry == a.geometry
    assert len(desk.commits) == 1


def test_points_need_a_skeleton_and_escape_drops_them(view):
    desk, hand = use(view, make_tools()["point"]), Hand(view)
    hand.click(30, 30)
    assert "skeleton" in desk.said[0]
    desk.category = CATEGORIES[2]
    hand.click(30, 30)
    hand.click(30, 40)
    hand.key(K.Key_Escape)
    assert desk.commits == [] and view.scene_state.draft.points == ()


def test_every_tool_has_a_name_and_says_its_keys():
    tools = make_tools()
    assert all(tool.hint and tool.name == name for name, tool in tools.items())

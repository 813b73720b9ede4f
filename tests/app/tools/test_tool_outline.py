"""Drawing parts, holes and shared borders, and cutting, by real mouse and key events."""

from __future__ import annotations

import numpy as np
import pytest
from canvas_hand import ALT, CTRL, SHIFT, Hand, make_view, use
from PySide6.QtCore import Qt

from segstudio.app.tools import make_tools
from segstudio.core import masks
from segstudio.core.annotation import Annotation
from segstudio.core.geometry import Box, Polygons

K = Qt.Key
SQUARE = (20.0, 20.0, 80.0, 20.0, 80.0, 80.0, 20.0, 80.0)


def polygon(id, *parts, holes=(), **more):
    return Annotation(id, 1, 1, geometry=Polygons(parts, holes), **more)


@pytest.fixture
def view(qtbot):
    made = make_view(qtbot)
    yield made
    made.set_runner(None)


def tool(name, **values):
    made = make_tools()[name]
    for key, value in values.items():
        made.set_value(key, value)
    return made


def clicks(hand, *places, first=Qt.KeyboardModifier.NoModifier):
    for i, place in enumerate(places):
        hand.click(*place, mods=first if i == 0 else Qt.KeyboardModifier.NoModifier)
    hand.key(K.Key_Return, "\r")


def test_alt_at_the_first_click_cuts_a_hole_and_shift_adds_a_part(view):
    desk, hand = use(view, tool("polygon"), [polygon(1, SQUARE)], [1]), Hand(view)
    clicks(hand, (40, 40), (60, 40), (60, 60), (40, 60), first=ALT)
    hole = desk.annotations[1].geometry.holes
    assert hole == (pytest.approx((40, 40, 60, 40, 60, 60, 40, 60)),)
    clicks(hand, (120, 40), (140, 40), (140, 60), first=SHIFT)
    shape = desk.annotations[1].geometry
    assert shape.parts == (SQUARE, pytest.approx((120, 40, 140, 40, 140, 60))) and shape.holes == hole
    assert desk.selection == {1} and len(desk.annotations) == 1
    clicks(hand, (120, 100), (140, 100), (140, 120))
    assert len(desk.annotations) == 2, "without a key it is a new object again"


def test_the_mode_is_chosen_in_the_bar_or_by_its_key(view):
    drawing = tool("polygon")
    desk, hand = use(view, drawing, [polygon(1, SQUARE)], [1]), Hand(view)
    assert hand.key(K.Key_X, "x") and drawing.value("mode") == "part"
    assert hand.key(K.Key_X, "x") and drawing.value("mode") == "hole"
    clicks(hand, (40, 40), (60, 40), (60, 60))
    assert len(desk.annotations[1].geometry.holes) == 1
    assert hand.key(K.Key_X, "x") and drawing.value("mode") == "new"


def test_a_hole_is_cut_from_a_mask_too_and_it_stays_a_mask(view):
    a = Annotation(1, 1, 1, geometry=masks.from_bitmap(np.ones((60, 60)), 20, 20))
    desk, hand = use(view, tool("polygon"), [a], [1]), Hand(view)
    clicks(hand, (40, 40), (60, 40), (60, 60), (40, 60), first=ALT)
    assert desk.annotations[1].geometry.area == 60 * 60 - 20 * 20


def test_a_part_or_hole_of_nothing_says_what_to_do(view):
    desk, hand = use(view, tool("polygon"), [polygon(1, SQUARE)]), Hand(view)
    hand.click(40, 40, mods=ALT)
    assert "Select the object" in desk.said[-1] and view.scene_state.draft.line == ()
    desk.set_selection([1])
    clicks(hand, (120, 40), (140, 40), (140, 60), first=ALT)
    assert "beside" in desk.said[-1] and desk.commits == []


def test_clicks_near_a_border_snap_to_it_and_follow_it_round_the_corner(view):
    desk, hand = use(view, tool("polygon"), [polygon(1, SQUARE)]), Hand(view)
    hand.move(82, 42)
    assert [(d.x, d.y) for d in view.scene_state.draft.dots] == [pytest.approx((80, 42))]
    hand.click(82, 42)
    hand.click(120, 42)
    hand.click(120, 120)
    hand.click(50, 120)
    hand.click(50, 82)
    # Closing goes back along the border: round the corner at 80, 80.
    hand.key(K.Key_Return, "\r")
    new = next(a for id, a in desk.annotations.items() if id != 1)
    assert new.geometry.parts[0] == pytest.approx((80, 42, 120, 42, 120, 120, 50, 120, 50, 80, 80, 80))


def test_f_follows_the_border_the_other_way_and_backspace_takes_a_whole_stretch_back(view):
    _, hand = use(view, tool("polygon"), [polygon(1, SQUARE)]), Hand(view)
    hand.click(82, 42)
    hand.move(50, 82)

    def followed():
        return [pytest.approx(p) for p in view.scene_state.draft.lines[0].points]

    assert followed() == [(80, 42), (80, 80), (50, 80)]
    assert hand.key(K.Key_F, "f")
    assert followed() == [(80, 42), (80, 20), (20, 20), (20, 80), (50, 80)]
    hand.click(50, 82)
    hand.click(100, 100)
    assert hand.key(K.Key_Backspace) and hand.key(K.Key_Backspace)
    hand.move(120, 42)
    assert len(view.scene_state.draft.line) == 2, "the stretch went as it came"
    assert hand.key(K.Key_Escape)


def test_without_following_two_places_are_joined_straight_and_ctrl_does_not_snap(view):
    desk, hand = use(view, tool("polygon", follow=False), [polygon(1, SQUARE)]), Hand(view)
    hand.click(82, 42)
    hand.click(50, 82)
    hand.click(100, 100, mods=CTRL)
    hand.key(K.Key_Return, "\r")
    new = next(a for id, a in desk.annotations.items() if id != 1)
    assert new.geometry.parts[0] == pytest.approx((80, 42, 50, 80, 100, 100))
    hand.click(82, 42, mods=CTRL)
    assert view.scene_state.draft.line[0] == pytest.approx((82, 42))


def test_clicks_near_the_edge_of_the_picture_lie_on_it(view):
    desk, hand = use(view, tool("polygon")), Hand(view)
    clicks(hand, (2, 2), (60, 3), (40, 50))
    (new,) = desk.annotations.values()
    assert new.geometry.parts[0] == pytest.approx((0, 0, 60, 0, 40, 50))


def test_a_mask_is_followed_along_its_pixels(view):
    a = Annotation(1, 1, 1, geometry=masks.from_bitmap(np.ones((60, 60)), 20, 20))
    desk, hand = use(view, tool("polygon"), [a]), Hand(view)
    hand.click(81, 42)
    hand.click(120, 120)
    hand.click(50, 82)
    hand.key(K.Key_Return, "\r")
    new = next(a for id, a in desk.annotations.items() if id != 1)
    ring = new.geometry.parts[0]
    assert ring == pytest.approx((80, 42, 120, 120, 50, 80, 80, 80))
    assert not masks.intersect(new.mask(200, 150), a.geometry).counts, "not a pixel in both"


def test_what_changed_meanwhile_is_snapped_to_as_it_is_now(view):
    desk, hand = use(view, tool("polygon"), [polygon(1, SQUARE)]), Hand(view)
    hand.move(82, 42)
    from segstudio.core import edits

    desk.commit(edits.translate([desk.annotations[1]], 30, 0))
    hand.move(82, 43)
    assert view.scene_state.draft.dots == ()
    hand.move(112, 43)
    assert [(d.x, d.y) for d in view.scene_state.draft.dots] == [pytest.approx((110, 43))]


def test_a_line_across_cuts_an_object_in_two_and_selects_both(view):
    desk, hand = (
        use(view, tool("cut"), [polygon(1, SQUARE), polygon(2, (100.0, 20.0, 140.0, 20.0, 140.0, 60.0))], [1]),
        Hand(view),
    )
    hand.click(40, 10)
    hand.click(40, 90)
    assert len(view.scene_state.draft.line) >= 2
    hand.key(K.Key_Return, "\r")
    assert len(desk.annotations) == 3 and len(desk.selection) == 2 and 1 in desk.selection
    assert desk.annotations[1].geometry.bounds == Box(40, 20, 40, 60)
    assert len(desk.commits) == 1


def test_the_two_halves_show_before_they_are_cut_and_escape_takes_them_away(view):
    desk, hand = use(view, tool("cut"), [polygon(1, SQUARE)], [1]), Hand(view)
    hand.click(40, 10)
    hand.move(40, 50)
    assert view.scene_state.shown == {}
    hand.move(40, 90)
    assert view.scene_state.get(1).geometry.bounds == Box(40, 20, 40, 60) and len(view.scene_state.shown) == 2
    assert hand.key(K.Key_Escape)
    assert view.scene_state.shown == {} and desk.commits == []


def test_with_nothing_selected_a_freehand_line_cuts_all_that_it_crosses_but_locked_objects(view):
    rows = [polygon(1, SQUARE), polygon(2, (100.0, 20.0, 160.0, 20.0, 160.0, 80.0, 100.0, 80.0)), polygon(3, SQUARE)]
    desk, hand = use(view, tool("cut"), rows), Hand(view)
    desk.state.locked = frozenset((3,))
    hand.drag((10, 50), (60, 52), (120, 48), (170, 50))
    hand.key(K.Key_Return, "\r")
    assert len(desk.annotations) == 5 and desk.annotations[3] == rows[2]


def test_a_line_that_cuts_nothing_says_how_and_changes_nothing(view):
    desk, hand = use(view, tool("cut"), [polygon(1, SQUARE)]), Hand(view)
    hand.click(40, 10)
    hand.click(40, 50)
    hand.key(K.Key_Return, "\r")
    assert desk.commits == [] and "outside" in desk.said[-1]
    assert hand.view.scene_state.draft.line == ()


def test_a_double_click_ends_the_cut_and_escape_leaves_it(view):
    desk, hand = use(view, tool("cut"), [polygon(1, SQUARE)]), Hand(view)
    hand.click(40, 10)
    assert hand.key(K.Key_Escape)
    assert view.scene_state.draft.line == ()
    hand.click(40, 10)
    hand.double(40, 90)
    assert len(desk.annotations) == 2


def test_undo_takes_back_the_last_vertex_while_drawing_and_is_the_window_s_otherwise(view):
    desk, hand = use(view, tool("polygon")), Hand(view)
    assert not hand.key(K.Key_Z, "\x1a", CTRL)
    for place in ((40, 40), (60, 40), (60, 60), (120, 120)):
        hand.click(*place)
    assert hand.key(K.Key_Z, "\x1a", CTRL)
    hand.key(K.Key_Return, "\r")
    (made,) = desk.annotations.values()
    assert made.geometry.parts == (pytest.approx((40, 40, 60, 40, 60, 60)),)
    hand.click(40, 40)
    assert hand.key(K.Key_Z, "\x1a", CTRL)
    assert not hand.key(K.Key_Z, "\x1a", CTRL), "with nothing drawn it is the window's again"

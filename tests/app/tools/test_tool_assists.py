"""Wand, superpixels and scissors by real mouse and key events, on a picture whose regions are known."""

from __future__ import annotations

import numpy as np
import pytest
from assist_scene import DISC, SQUARE, H, W, block, iou
from canvas_hand import ALT, RIGHT, SHIFT
from PySide6.QtCore import Qt

from segstudio.app.tools import assisting
from segstudio.core import masks
from segstudio.core.annotation import CORRECTED, PREDICTED, Annotation, Keypoints, Origin
from segstudio.core.geometry import Box, Polygons
from segstudio.core.masks import Mask

K = Qt.Key


def test_a_click_of_the_wand_makes_an_object_with_its_hole(desk_of):
    desk, hand, _ = desk_of("wand", tolerance=25)
    hand.click(60, 50)
    (a,) = desk.annotations.values()
    assert iou(a, DISC) > 0.97 and isinstance(a.geometry, Mask)
    assert [c.label for c in desk.commits] == ["Magic wand"] and desk.selection == {a.id}


def test_the_wand_takes_a_colour_everywhere(desk_of):
    desk, hand, _ = desk_of("wand", tolerance=25, contiguous=False)
    hand.click(60, 50)
    (a,) = desk.annotations.values()
    assert iou(a, DISC | SQUARE) > 0.97


def test_shift_adds_to_the_selected_object_and_alt_takes_from_it(desk_of):
    desk, hand, _ = desk_of("wand", [block(x=100, w=60)], [1], tolerance=25)
    hand.click(150, 50, mods=SHIFT)
    assert iou(desk.annotations[1], SQUARE | masks.paste(block(x=100, w=60).mask(W, H), H, W).astype(bool)) > 0.97
    hand.click(110, 50, mods=ALT)
    assert iou(desk.annotations[1], SQUARE) > 0.97
    assert len(desk.commits) == 2 and len(desk.annotations) == 1


def test_a_drag_of_the_wand_changes_its_tolerance_while_it_shows(desk_of):
    desk, hand, tool = desk_of("wand", tolerance=10)
    hand.press(60, 50)
    hand.move(100, 50)
    assert tool.value("tolerance") == pytest.approx(10 + 40 * 2 / 4)
    assert desk.state.draft.regions and not desk.commits
    hand.release(100, 50)
    assert len(desk.commits) == 1 and not desk.state.draft.regions


def test_escape_drops_a_click_of_the_wand(desk_of):
    desk, hand, _ = desk_of("wand")
    hand.press(60, 50)
    assert hand.key(K.Key_Escape)
    hand.release(60, 50)
    assert not desk.commits and not desk.state.draft.regions


def test_brackets_change_the_tolerance(desk_of):
    _, hand, tool = desk_of("wand", tolerance=16)
    assert hand.key(K.Key_BracketRight, "]") and tool.value("tolerance") == 18
    assert hand.key(K.Key_BracketLeft, "[") and tool.value("tolerance") < 18


def test_the_wand_waits_for_its_picture(desk_of):
    desk, hand, _ = desk_of("wand", tolerance=25)
    desk.later = []
    hand.click(60, 50)
    assert not desk.commits
    desk.later.pop()()
    assert len(desk.commits) == 1
    (a,) = desk.annotations.values()
    assert iou(a, DISC) > 0.97


def test_the_wand_replaces_the_selected_prediction_and_makes_it_a_person_s(desk_of):
    row = block(origin=Origin("model", "toy", run=3), review=PREDICTED, score=0.7)
    desk, hand, _ = desk_of("wand", [row], [1], tolerance=25, apply="replace")
    hand.click(160, 70)
    a = desk.annotations[1]
    assert iou(a, SQUARE) > 0.97
    assert not a.is_prediction and a.review == CORRECTED and a.origin.model == "toy"


@pytest.mark.parametrize("name", ["wand", "scissors"])
@pytest.mark.parametrize("apply", ["add", "take", "replace"])
def test_without_a_selected_object_the_person_is_told(desk_of, name, apply):
    desk, hand, _ = desk_of(name, apply=apply)
    hand.click(60, 50)
    assert desk.said == ["Select a single object first."] and not desk.commits


def test_hovering_shows_a_superpixel_and_clicks_build_an_object(desk_of):
    desk, hand, _ = desk_of("superpixels", size=16)
    hand.move(160, 70)
    ((region, _),) = desk.state.draft.regions
    assert masks.window(region, 160, 70, 1, 1)[0, 0] and region.area < 1000 and not desk.commits
    hand.click(160, 70)
    (a,) = desk.annotations.values()
    assert a.geometry == region and desk.selection == {a.id}
    hand.drag((145, 50), (160, 50), (175, 50), (175, 70), (175, 90), (150, 90), (150, 70))
    assert len(desk.annotations) == 1 and len(desk.commits) == 2
    assert iou(desk.annotations[a.id], SQUARE) > 0.8


@pytest.mark.parametrize("how", [{"mods": ALT}, {"button": RIGHT}])
def test_superpixels_are_taken_from_the_selected_object(desk_of, how):
    desk, hand, _ = desk_of("superpixels", [block(x=0, y=0, w=W, h=H)], [1], size=16)
    hand.click(60, 75, **how)
    assert masks.window(desk.annotations[1].mask(W, H), 60, 75, 1, 1)[0, 0] == 0
    assert desk.annotations[1].mask(W, H).area < W * H
    desk.set_selection(())
    hand.click(60, 75, **how)
    assert desk.said == ["Select the object to take from."]


def test_superpixels_on_a_box_with_a_pose_begin_with_nothing(desk_of):
    posed = Annotation(1, 1, 1, geometry=Box(0, 0, W, H), keypoints=Keypoints((60.0, 75.0, 2.0)))
    desk, hand, _ = desk_of("superpixels", [posed], [1], size=16)
    hand.click(160, 70, RIGHT)
    assert "no pixels to take away yet" in desk.said[-1] and not desk.commits
    hand.click(160, 70)
    assert 0 < desk.annotations[1].geometry.area < 1000 and desk.annotations[1].box == posed.geometry


def test_escape_drops_a_stroke_of_superpixels(desk_of):
    desk, hand, _ = desk_of("superpixels")
    hand.press(60, 75)
    hand.move(70, 75)
    assert hand.key(K.Key_Escape)
    hand.release(70, 75)
    assert not desk.commits and not desk.state.draft.regions


def test_another_size_gives_other_superpixels(desk_of):
    desk, hand, tool = desk_of("superpixels", size=8)
    hand.move(160, 70)
    small = desk.state.draft.regions[0][0]
    while tool.value("size") < 40:
        assert hand.key(K.Key_BracketRight, "]")
    hand.move(161, 70)
    assert desk.state.draft.regions[0][0].area > 2 * small.area


def corners(count=6):
    return [(60 + 40 * np.cos(t), 75 + 40 * np.sin(t)) for t in np.arange(count) * 2 * np.pi / count]


@pytest.mark.parametrize("close", ["enter", "first", "double"])
def test_scissors_cut_a_disc_out_of_few_clicks(desk_of, close):
    desk, hand, _ = desk_of("scissors")
    for x, y in corners()[:5]:
        hand.move(x - 3, y)
        hand.click(x, y)
    assert len(desk.state.draft.lines) == 2 and len(desk.state.draft.dots) == 4
    if close != "double":
        hand.click(*corners()[5])
    if close == "enter":
        assert hand.key(K.Key_Return)
    elif close == "first":
        hand.click(*corners()[0])
    else:
        hand.double(*corners()[5])
    (a,) = desk.annotations.values()
    assert isinstance(a.geometry, Polygons)
    filled = masks.from_polygons(a.geometry, W, H)
    disc = np.hypot(*(np.mgrid[:H, :W] + 0.5 - np.array([75, 60])[:, None, None])) < 40
    assert masks.iou(filled, masks.from_bitmap(disc)) > 0.95
    assert len(desk.commits) == 1 and desk.state.draft.lines == ()


def test_backspace_takes_anchors_back_and_escape_all(desk_of):
    desk, hand, _ = desk_of("scissors")
    for x, y in corners()[:3]:
        hand.click(x, y)
    assert hand.key(K.Key_Backspace)
    assert len(desk.state.draft.dots) == 1
    assert hand.key(K.Key_Escape)
    assert desk.state.draft.dots == () and not desk.commits
    # With nothing drawn the keys are the window's again.
    assert not hand.key(K.Key_Backspace)


def test_many_anchors_can_all_be_taken_back(desk_of):
    desk, hand, _ = desk_of("scissors")
    places = corners(12)
    seen = []
    for x, y in places:
        hand.click(x, y)
        hand.move(x + 2, y + 5)
        seen.append(desk.state.draft.lines)
    for (x, y), lines in reversed(list(zip(places[:-1], seen[:-1]))):
        assert hand.key(K.Key_Backspace)
        hand.move(x + 2, y + 4)
        hand.move(x + 2, y + 5)
        assert desk.state.draft.lines == lines
    assert hand.key(K.Key_Backspace) and not hand.key(K.Key_Backspace)


def test_scissors_that_were_faster_than_their_wires_still_cut(desk_of):
    desk, hand, _ = desk_of("scissors")
    desk.later = []
    for x, y in corners():
        hand.click(x, y)
    hand.key(K.Key_Return)
    assert not desk.commits
    for job in desk.later:
        job()
    (a,) = desk.annotations.values()
    disc = np.hypot(*(np.mgrid[:H, :W] + 0.5 - np.array([75, 60])[:, None, None])) < 40
    assert iou(a, disc) > 0.95


def test_wires_that_come_after_the_end_change_nothing(desk_of):
    desk, hand, _ = desk_of("scissors")
    desk.later = []
    for x, y in [(10, 10), (190, 10), (190, 140), (10, 10)]:
        hand.click(x, y, mods=SHIFT)
    assert len(desk.commits) == 1
    for job in desk.later:
        job()
    assert len(desk.commits) == 1 and desk.state.draft.lines == ()


def test_shift_makes_a_straight_side(desk_of):
    desk, hand, _ = desk_of("scissors")
    for x, y in [(10, 10), (190, 10), (190, 140), (10, 140)]:
        hand.click(x, y, mods=SHIFT)
    hand.click(10, 10, mods=SHIFT)
    (a,) = desk.annotations.values()
    assert a.geometry.vertices == 4


def test_scissors_take_from_the_selected_object(desk_of):
    row = block(x=0, y=0, w=W, h=H)
    desk, hand, _ = desk_of("scissors", [row], [1], apply="take")
    for x, y in [(10, 10), (100, 10), (100, 100)]:
        hand.click(x, y, mods=SHIFT)
    hand.key(K.Key_Return)
    left = desk.annotations[1].mask(W, H)
    assert W * H - 5000 < left.area < W * H - 2000
    assert desk.commits[0].label == "Scissors"


def test_of_a_huge_part_only_what_lies_about_the_place_is_read(desk_of, monkeypatch):
    monkeypatch.setattr(assisting, "LARGEST", 5_000)
    desk, _, _ = desk_of("scissors")
    for about, left in (((190.0, 10.0), 119), ((0.0, 0.0), 0), (None, 59)):
        read, area = assisting.cut_out(desk, Box(-20, -20, 400, 400), about)
        assert (area.x, area.w) == (left, 81) and area.area <= 5_000
        assert read().shape == (area.h, area.w, 3)
    read, area = assisting.cut_out(desk, Box(10.5, 20.5, 10, 10))
    assert area == Box(10, 20, 11, 11) and (read() == desk.rgb[20:31, 10:21]).all()

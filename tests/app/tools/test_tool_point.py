"""Placing, laying down and correcting keypoints by mouse and keys."""

from __future__ import annotations

import numpy as np
import pytest
from canvas_hand import ALT, CATEGORIES, CTRL, RIGHT, SHIFT, Hand, make_view, use
from PySide6.QtCore import QPoint, Qt

from segstudio.app.tools.point import PointTool
from segstudio.core import changes, skeletons
from segstudio.core.annotation import CORRECTED, PREDICTED, Annotation, Keypoints, Origin
from segstudio.core.geometry import Box
from segstudio.core.labels import Category, LabelSet, Skeleton
from segstudio.core.results import JointHeat

K = Qt.Key
FISH = Skeleton(
    ("nose", "left_fin", "right_fin", "tail"),
    ((0, 3), (3, 1), (3, 2)),
    ((1, 2),),
    positions=((0.0, 0.5), (0.5, 1.0), (0.5, 0.0), (1.0, 0.5)),
)
PERSON = skeletons.get("body-17").skeleton
POINTS = Keypoints((40.0, 60.0, 2.0, 70.0, 90.0, 1.0, 70.0, 30.0, 2.0, 0.0, 0.0, 0.0))


@pytest.fixture
def view(qtbot, monkeypatch):
    monkeypatch.setitem(CATEGORIES, 3, Category(3, "fish", skeleton=FISH))
    monkeypatch.setitem(CATEGORIES, 4, Category(4, "person", skeleton=PERSON))
    made = make_view(qtbot)
    yield made
    made.set_runner(None)


def ready(view, *rows: Annotation, select: tuple[int, ...] = (), category: int = 3, **values):
    desk = use(view, PointTool(**values), rows, select)
    desk.category = CATEGORIES[category]
    return desk, Hand(view)


def fish(**more) -> Annotation:
    return Annotation(1, 1, 3, keypoints=POINTS, **more)


def joint(desk, index: int, id: int = 1):
    return desk.annotations[id].keypoints.point(index)


def draft(view):
    return view.scene_state.draft


def test_the_ghost_holds_the_next_joint_at_the_pointer_and_follows_what_is_placed(view):
    _desk, hand = ready(view)
    hand.move(50, 60)
    assert draft(view).text[2] == "nose (1/4)"
    assert draft(view).ghost[0] == pytest.approx((50, 60)) == draft(view).mark
    assert draft(view).ghost[3][0] > 50 and draft(view).ghost_limbs == FISH.limbs
    hand.click(50, 60)
    hand.click(70, 80)
    hand.click(70, 40)
    hand.move(80, 70)
    assert draft(view).text[2] == "tail (4/4)"
    assert draft(view).mark == pytest.approx((90, 60), abs=2), "as big as the three joints say"


def test_without_the_ghost_only_the_name_shows(view):
    _desk, hand = ready(view, ghost=False)
    hand.move(50, 60)
    assert draft(view).ghost == () and draft(view).mark is None and draft(view).text[2] == "nose (1/4)"


def test_the_ghost_lies_in_the_selected_object(view):
    boxed = Annotation(1, 1, 3, geometry=Box(20, 30, 100, 60))
    _desk, hand = ready(view, boxed, select=(1,))
    hand.move(150, 140)
    assert draft(view).ghost[0] == pytest.approx((20, 60)) and draft(view).ghost[3] == pytest.approx((120, 60))


def test_a_joint_is_dragged_and_keeps_its_visibility(view):
    desk, hand = ready(view, fish(), select=(1,))
    hand.move(71, 89)
    assert draft(view).mark == pytest.approx((70, 90))
    assert draft(view).text[2].startswith("left_fin · hidden · 70.00, 90.00")
    hand.press(71, 89)
    hand.move(81, 99)
    assert view.scene_state.get(1).keypoints.point(1) == pytest.approx((80, 100, 1))
    assert desk.commits == [] and "80.00, 100.00" in draft(view).text[2]
    hand.release(81, 99)
    assert joint(desk, 1) == pytest.approx((80, 100, 1)) and len(desk.commits) == 1
    hand.press(80, 100)
    hand.move(10, 10)
    hand.key(K.Key_Escape)
    hand.release(10, 10)
    assert joint(desk, 1) == pytest.approx((80, 100, 1)) and len(desk.commits) == 1


def test_with_ctrl_all_that_hangs_on_a_joint_moves(view):
    places = skeletons.positions(PERSON) * 120 + (40, 15)
    points = Keypoints(tuple(np.column_stack((places, np.full(17, 2.0))).ravel().tolist())).moved(9, 0, 0, 0)
    desk, hand = ready(view, Annotation(1, 1, 4, keypoints=points), select=(1,))
    knee, ankle, shoulder = (joint(desk, i) for i in (13, 15, 5))
    hand.drag(knee[:2], (knee[0] + 10, knee[1] + 5), (knee[0] + 20, knee[1] + 10), mods=CTRL)
    assert joint(desk, 13) == pytest.approx((knee[0] + 20, knee[1] + 10, 2), abs=0.6)
    assert joint(desk, 15) == pytest.approx((ankle[0] + 20, ankle[1] + 10, 2), abs=0.6)
    assert joint(desk, 5) == shoulder and joint(desk, 9) == (0, 0, 0) and len(desk.commits) == 1


def test_visibility_by_one_key_over_a_joint(view):
    desk, hand = ready(view, fish(), select=(1,))
    assert not hand.key(K.Key_H, "h"), "away from a joint the key is the window's"
    hand.move(40, 60)
    assert hand.key(K.Key_H, "h") and joint(desk, 0)[2] == 1
    assert hand.key(K.Key_H, "h") and joint(desk, 0)[2] == 2
    assert hand.key(K.Key_1, "1") and joint(desk, 0) == (40, 60, 1)
    assert hand.key(K.Key_2, "2") and joint(desk, 0) == (40, 60, 2)
    assert hand.key(K.Key_0, "0") and joint(desk, 0) == (0, 0, 0)
    hand.move(70, 90)
    assert hand.key(K.Key_X, "x") and joint(desk, 1) == (0, 0, 0)
    hand.click(70, 30, RIGHT)
    assert joint(desk, 2)[2] == 1, "a right click hides"
    assert len(desk.commits) == 7


def test_a_missing_joint_shows_where_it_would_be_and_can_be_put_there(view):
    desk, hand = ready(view, fish(), select=(1,))
    hand.move(60, 60)
    (ghost,) = draft(view).ghost
    assert ghost == pytest.approx((100, 60), abs=6)
    hand.move(*ghost)
    assert "tail · not labelled" in draft(view).text[2]
    hand.key(K.Key_1, "1")
    assert joint(desk, 3) == pytest.approx((*ghost, 1), abs=1e-6)
    hand.key(K.Key_0, "0")
    hand.drag(ghost, (110, 70), (120, 80))
    assert joint(desk, 3) == pytest.approx((ghost[0] + 20, ghost[1] + 20, 2), abs=2)
    hand.key(K.Key_X, "x")
    (ghost,) = draft(view).ghost
    hand.click(*ghost)
    assert joint(desk, 3)[2] == 2
    hand.key(K.Key_X, "x")
    hand.key(K.Key_F, "f")
    assert joint(desk, 3)[2] == 2 and desk.commits[-1].label == "Lay the missing keypoints"
    made = len(desk.commits)
    hand.key(K.Key_F, "f")
    assert len(desk.commits) == made and "lacks no joint" in desk.said[-1]


def test_arrows_nudge_the_joint_and_only_it(view):
    desk, hand = ready(view, fish(), select=(1,))
    hand.move(40, 60)
    hand.key(K.Key_Right)
    hand.key(K.Key_Down, mods=SHIFT)
    assert joint(desk, 0) == pytest.approx((41, 70, 2))
    hand.key(K.Key_Left, mods=ALT)
    hand.key(K.Key_Up, mods=CTRL)
    assert joint(desk, 0) == pytest.approx((40.9, 69.9, 2))
    assert joint(desk, 1) == (70, 90, 1)
    assert "40.90, 69.90" in draft(view).text[2]


def test_brackets_go_over_the_joints_without_a_mouse(view):
    desk, hand = ready(view, fish(), select=(1,))
    assert hand.key(K.Key_BracketRight, "]")
    assert draft(view).text[2].startswith("nose")
    hand.key(K.Key_BracketRight, "]")
    hand.key(K.Key_Right)
    assert joint(desk, 1) == pytest.approx((71, 90, 1))
    hand.key(K.Key_BracketLeft, "[")
    hand.key(K.Key_BracketLeft, "[")
    assert draft(view).text[2].startswith("tail")
    hand.key(K.Key_Right)
    assert joint(desk, 3)[2] == 2, "a missing one comes into being where its ghost is"
    hand.key(K.Key_Escape)
    assert draft(view).mark is None
    assert not hand.key(K.Key_Right), "and the arrows are the window's again"


def test_a_chosen_joint_stays_chosen_when_the_pointer_goes(view):
    desk, hand = ready(view, fish(), select=(1,))
    hand.click(40, 60)
    hand.move(90, 60)
    hand.key(K.Key_Right)
    assert joint(desk, 0) == pytest.approx((41, 60, 2)) and len(desk.commits) == 1
    desk.set_selection(())
    hand.move(90, 61)
    assert not hand.key(K.Key_H, "h")


def test_one_pair_is_swapped_by_a_key(view):
    desk, hand = ready(view, fish(), select=(1,))
    hand.move(70, 90)
    hand.key(K.Key_L, "l")
    assert joint(desk, 1) == (70, 30, 2) and joint(desk, 2) == (70, 90, 1)


def test_an_edited_prediction_is_a_person_s(view):
    a = fish(origin=Origin("model", "toy", run=3), review=PREDICTED, score=0.5)
    desk, hand = ready(view, a, select=(1,))
    hand.drag((40, 60), (50, 60), (60, 60))
    assert desk.annotations[1].review == CORRECTED and desk.annotations[1].origin.kind == "user"


def test_a_drag_lays_a_pose_into_a_box_and_shift_mirrors_it(view):
    desk, hand = ready(view)
    hand.press(30, 40)
    hand.move(100, 90)
    assert len(draft(view).points) == 4 and draft(view).box is not None
    hand.move(110, 120)
    hand.release(110, 120)
    (a,) = desk.annotations.values()
    assert a.keypoints.values == pytest.approx((30, 80, 2, 70, 120, 2, 70, 40, 2, 110, 80, 2), abs=0.6)
    assert desk.selection == {a.id} and draft(view).points == ()
    desk.set_selection(())
    hand.drag((30, 40), (60, 60), (110, 120), mods=SHIFT)
    mirrored = list(desk.annotations.values())[-1].keypoints
    assert mirrored.point(0)[:2] == pytest.approx((110, 80), abs=0.6)


@pytest.mark.parametrize(("fit", "ends"), [("along", ((1, 2), (15, 16))), ("across", ((6,), (5,)))])
def test_a_drag_from_end_to_end_lays_a_person(view, fit, ends):
    desk, hand = ready(view, category=4, fit=fit)
    first, last = ((100, 20), (100, 120)) if fit == "along" else ((90, 50), (115, 50))
    hand.press(*first)
    hand.move(*last)
    assert ("the ankles" if fit == "along" else "the left shoulder") in draft(view).text[2]
    hand.release(*last)
    (a,) = desk.annotations.values()
    places = np.array(a.keypoints.values).reshape(-1, 3)
    for place, which in zip((first, last), ends, strict=True):
        assert places[list(which), :2].mean(axis=0) == pytest.approx(place, abs=0.6)
    assert (places[:, 2] == 2).all()


def test_a_face_is_laid_by_two_points_and_what_leaves_the_picture_is_not_labelled(view, monkeypatch):
    monkeypatch.setitem(CATEGORIES, 5, Category(5, "face", skeleton=skeletons.get("face-106").skeleton))
    desk, hand = ready(view, category=5, fit="across")
    hand.drag((90, 60), (100, 60), (120, 60))
    (a,) = desk.annotations.values()
    assert a.keypoints.count == 106 and a.keypoints.labelled == 106
    desk.set_selection(())
    hand.drag((170, 60), (180, 60), (200, 60))
    later = list(desk.annotations.values())[-1]
    assert 0 < later.keypoints.labelled < 106


def test_a_laid_pose_goes_to_the_selected_object_and_escape_drops_it(view):
    boxed = Annotation(1, 1, 3, geometry=Box(20, 30, 100, 60))
    desk, hand = ready(view, boxed, select=(1,))
    hand.press(30, 40)
    hand.move(110, 120)
    hand.key(K.Key_Escape)
    hand.release(110, 120)
    assert desk.commits == [] and draft(view).points == ()
    hand.key(K.Key_F, "f")
    a = desk.annotations[1]
    assert a.geometry == boxed.geometry
    assert a.keypoints.values == pytest.approx((20, 60, 2, 70, 90, 2, 70, 30, 2, 120, 60, 2))


def test_f_lays_a_new_pose_in_sight_without_a_mouse(view):
    desk, hand = ready(view)
    assert hand.key(K.Key_F, "f")
    (a,) = desk.annotations.values()
    box = a.keypoints.bounds
    assert a.keypoints.labelled == 4 and (box.x + box.w / 2, box.y + box.h / 2) == pytest.approx((100, 75))
    assert desk.selection == {a.id}


def test_an_unsteady_click_is_a_click(view):
    desk, hand = ready(view)
    hand.drag((50, 60), (51, 61), (52, 61))
    hand.key(K.Key_N, "n")
    (a,) = desk.annotations.values()
    assert a.keypoints.point(0) == pytest.approx((50, 60, 2)) and a.keypoints.labelled == 1


def test_away_from_the_selected_pose_a_click_begins_another(view):
    desk, hand = ready(view, fish(), select=(1,))
    hand.move(60, 60)
    assert draft(view).text is None
    hand.move(180, 140)
    assert draft(view).text[2] == "nose (1/4)"
    hand.click(180, 140)
    hand.key(K.Key_Return, "\r")
    assert len(desk.annotations) == 2 and desk.annotations[1] == fish()


def warm(x: float, y: float) -> JointHeat:
    ys, xs = np.mgrid[:30, :40] * 5 + 2.5
    hill = np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / 300).astype(np.float32)
    return JointHeat(
        size=(150, 200),
        classes=LabelSet("fish", (), FISH),
        boxes=np.array([[0, 0, 200, 150]], np.float32),
        heat=np.stack([hill, hill * 0, hill * 0, hill * 0])[None],
    )


def test_the_heat_of_a_joint_shows_and_p_goes_to_its_peak(view):
    desk, hand = ready(view, fish(), select=(1,))
    desk.results = [warm(52, 70)]
    hand.move(40, 60)
    assert draft(view).heat is not None and "heat 0.4" in draft(view).text[2]
    assert view.grab().toImage().pixelColor(0, 0).isValid(), "it is painted"
    hand.press(40, 60)
    hand.move(52, 70)
    assert draft(view).heat is not None and "heat 0.9" in draft(view).text[2]
    hand.key(K.Key_Escape)
    hand.release(52, 70)
    hand.move(40, 60)
    hand.key(K.Key_P, "p")
    assert joint(desk, 0) == pytest.approx((52, 70, 2), abs=1.5)


def test_heat_can_be_switched_off_and_shows_for_the_next_joint_too(view):
    desk, hand = ready(view)
    desk.results = [warm(52, 70)]
    hand.move(40, 60)
    assert draft(view).heat is not None
    desk, hand = ready(view, heat=False)
    desk.results = [warm(52, 70)]
    hand.move(41, 60)
    assert draft(view).heat is None


def test_p_without_heat_changes_nothing(view):
    desk, hand = ready(view, fish(), select=(1,))
    hand.move(40, 60)
    hand.key(K.Key_P, "p")
    assert desk.commits == [] and "No model has said" in desk.said[-1]


def test_the_window_hands_the_tool_what_the_model_saw(opened):
    context, session = opened.link.context, opened.session
    assert list(context.results) == []
    seen = warm(52, 70)
    session.set_results(session.media.id, 0, [seen])
    assert list(context.results) == [seen]
    session.step(1)
    assert list(context.results) == []


def test_a_digit_beside_a_joint_neither_changes_the_pose_nor_reaches_the_classes(view):
    desk, hand = ready(view, fish(), select=(1,))
    hand.move(55, 60)
    for code, text in ((K.Key_0, "0"), (K.Key_1, "1"), (K.Key_2, "2")):
        assert hand.key(code, text) and desk.annotations[1] == fish()
    assert "Point at a joint first" in desk.said[-1]
    assert not hand.key(K.Key_3, "3"), "the other classes keep their keys"


@pytest.mark.parametrize(("code", "text"), [(K.Key_L, "l"), (K.Key_P, "p"), (K.Key_H, "h"), (K.Key_X, "x")])
def test_a_joints_key_that_just_misses_it_chooses_no_tool(view, code, text):
    desk, hand = ready(view, fish(), select=(1,))
    hand.move(55, 60)
    assert hand.key(code, text) and desk.annotations[1] == fish()
    assert desk.said[-1] == f"Point at a joint first: then {text.upper()} changes it."
    hand.move(190, 140)
    assert not hand.key(code, text), "away from the pose it is the window's"


def test_beside_a_joint_l_keeps_the_tool_and_away_from_the_pose_it_chooses_scissors(opened, qtbot):
    session, view = opened.session, opened.canvas
    category = session.new_id("category")
    session.commit(changes.insert([Category(category, "fish", skeleton=FISH)], "Class"))
    a = Annotation(session.new_id(), session.media.id, category, keypoints=POINTS)
    session.commit(changes.insert([a], "Pose"))
    opened.link.use("point")
    session.select({a.id})
    view.setFocus()
    for place, tool in (((55.0, 60.0), "point"), ((155.0, 115.0), "scissors")):
        at = view.mapFromScene(*place)
        qtbot.mouseMove(view.viewport(), at + QPoint(1, 0))
        qtbot.mouseMove(view.viewport(), at)
        qtbot.keyClick(view, K.Key_L)
        qtbot.waitUntil(lambda tool=tool: opened.link.tool == tool)
        assert session.annotations[a.id].keypoints == POINTS


def test_a_hidden_object_that_is_selected_gets_no_keypoints(view):
    box = Annotation(1, 1, 3, geometry=Box(20, 20, 60, 60))
    desk, hand = ready(view, box, select=(1,))
    desk.visible = lambda a: a.id != 1
    hand.click(40, 60)
    hand.key(K.Key_Return, "\r")
    assert desk.annotations[1] == box and len(desk.annotations) == 2

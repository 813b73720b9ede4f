"""The skeleton designer by mouse and keys, and what it does to a class and its objects."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from segstudio.app.dialogs import skeleton as module
from segstudio.app.dialogs.skeleton import COLOR, MIRROR, NAME, SIGMA, SkeletonDialog
from segstudio.core import keypoint_edits, skeletons
from segstudio.core.annotation import Annotation
from segstudio.core.labels import COCO_PERSON, Category, Skeleton

K, LEFT = Qt.Key, Qt.MouseButton.LeftButton
FISH = Skeleton(
    ("nose", "left_fin", "right_fin", "tail"),
    ((0, 3),),
    ((1, 2),),
    positions=((0.0, 0.5), (0.5, 1.0), (0.5, 0.0), (1.0, 0.5)),
)
ROW = Annotation(9, 1, 1, keypoints=keypoint_edits.as_keypoints([(5, 5, 2), (6, 6, 1), (7, 7, 2), (8, 8, 2)]))


@pytest.fixture
def dialog(look, qtbot):
    def make(skeleton: Skeleton | None = FISH, rows=()) -> SkeletonDialog:
        made = SkeletonDialog(None, Category(1, "fish", skeleton=skeleton), rows)
        qtbot.addWidget(made)
        made.show()
        qtbot.waitExposed(made)
        return made

    return make


def at(made: SkeletonDialog, x: float, y: float) -> QPoint:
    return made.canvas.to_screen(x, y).toPoint()


def drag(made: SkeletonDialog, start, end) -> None:
    QTest.mousePress(made.canvas, LEFT, pos=at(made, *start))
    # qtbot's moves carry no buttons; the widget needs them.
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    for share in (0.5, 1.0):
        place = [a + share * (b - a) for a, b in zip(start, end, strict=True)]
        where = QPointF(at(made, *place))
        event = QMouseEvent(
            QEvent.Type.MouseMove, where, where, Qt.MouseButton.NoButton, LEFT, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(made.canvas, event)
    QTest.mouseRelease(made.canvas, LEFT, pos=at(made, *end))


def skeleton_of(made: SkeletonDialog) -> Skeleton:
    made.apply()
    assert made.change is not None
    (c,) = made.change.of("category")
    return c.after.skeleton


def texts(made: SkeletonDialog, column: int) -> list[str]:
    return [made.points.item(i, column).text() for i in range(made.points.rowCount())]


def test_looking_changes_nothing(dialog):
    made = dialog()
    assert texts(made, NAME) == list(FISH.names) and texts(made, MIRROR) == ["", "right_fin", "left_fin", ""]
    made.apply()
    assert made.change is not None and not made.change and made.result()


def test_points_are_placed_and_dragged_with_the_mouse(dialog):
    made = dialog(None)
    assert not made.save.isEnabled() or made.now.points == ()
    for place in ((0.2, 0.2), (0.8, 0.2), (0.5, 0.9)):
        QTest.mouseClick(made.canvas, LEFT, pos=at(made, *place))
    drag(made, (0.5, 0.9), (0.5, 0.6))
    done = skeleton_of(made)
    assert done.names == ("point_1", "point_2", "point_3")
    assert done.positions[2] == pytest.approx((0.5, 0.6), abs=0.01)


def test_limbs_are_drawn_by_a_drag_and_by_two_clicks_and_go_by_the_same(dialog):
    made = dialog()
    made.set_mode("limbs")
    drag(made, (0.5, 0.0), (1.0, 0.5))
    QTest.mouseClick(made.canvas, LEFT, pos=at(made, 0.5, 1.0))
    QTest.mouseClick(made.canvas, LEFT, pos=at(made, 0.0, 0.5))
    drag(made, (0.0, 0.5), (1.0, 0.5))
    assert made.limbs.rowCount() == 2 and len(made.now.points) == 4
    assert skeleton_of(made).limbs == ((2, 3), (1, 0))


def test_pairs_are_drawn_and_found_by_names(dialog):
    made = dialog(replace(FISH, symmetry=()))
    made.set_mode("pairs")
    drag(made, (0.0, 0.5), (1.0, 0.5))
    assert made.now.pairs == ((0, 3),)
    drag(made, (0.0, 0.5), (1.0, 0.5))
    made.step(module.design.pair_by_names(made.now))
    assert skeleton_of(made).symmetry == ((1, 2),)


def test_the_board_works_by_keys_alone(dialog):
    made = dialog()
    made.canvas.setFocus()
    QTest.keyClick(made.canvas, K.Key_BracketRight)
    QTest.keyClick(made.canvas, K.Key_Up)
    QTest.keyClick(made.canvas, K.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert (made.now.points[1].x, made.now.points[1].y) == pytest.approx((0.45, 0.99))
    made.set_mode("limbs")
    QTest.keyClick(made.canvas, K.Key_Return)
    QTest.keyClick(made.canvas, K.Key_BracketRight)
    QTest.keyClick(made.canvas, K.Key_Return)
    assert made.isVisible() and (made.now.limbs[-1].a, made.now.limbs[-1].b) == (1, 2)
    QTest.keyClick(made.canvas, K.Key_Insert)
    assert len(made.now.points) == 5 and made.canvas.chosen == 4
    QTest.keyClick(made.canvas, K.Key_Delete)
    assert len(made.now.points) == 4 and made.canvas.chosen == 3
    QTest.keyClick(made.canvas, K.Key_BracketLeft)
    QTest.keyClick(made.canvas, K.Key_Return)
    QTest.keyClick(made.canvas, K.Key_Escape)
    assert made.isVisible() and made.canvas.begun == -1


def test_the_table_renames_pairs_and_sets_sigmas(dialog):
    made = dialog()
    made.points.item(0, NAME).setText("snout")
    made.points.item(3, SIGMA).setText("0,09")
    made.points.item(0, MIRROR).setText("tail")
    made.points.item(1, MIRROR).setText("")
    made.points.item(2, SIGMA).setText("none")
    done = skeleton_of(made)
    assert done.names[0] == "snout" and done.sigmas == (0.05, 0.05, 0.05, 0.09) and done.symmetry == ((0, 3),)


def test_the_table_reorders_by_alt_and_arrows_and_removes(dialog):
    made = dialog()
    made.points.setFocus()
    made.points.setCurrentCell(3, NAME)
    QTest.keyClick(made.points, K.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert texts(made, NAME) == ["nose", "left_fin", "tail", "right_fin"] and made.points.currentRow() == 2
    QTest.keyClick(made.points, K.Key_Delete)
    assert texts(made, NAME) == ["nose", "left_fin", "right_fin"] and made.now.limbs == ()
    QTest.keyClick(made.points, K.Key_Insert)
    assert len(made.now.points) == 4 and made.points.currentRow() == 3


def test_colours_of_points_and_limbs(dialog, monkeypatch):
    made = dialog()
    monkeypatch.setattr(made, "_ask_color", lambda *_: "#112233")
    made.points.setFocus()
    made.points.setCurrentCell(1, COLOR)
    QTest.keyClick(made.points, K.Key_Return)
    made.limbs.setCurrentCell(0, 0)
    QTest.keyClick(made.limbs, K.Key_Return)
    done = skeleton_of(made)
    assert done.colors == ("", "#112233", "", "") and done.limb_colors == ("#112233",)


def test_steps_are_undone_and_redone(dialog):
    made = dialog()
    made.take_template("hand-21")
    made.points.item(0, NAME).setText("root")
    made.undo()
    made.undo()
    assert texts(made, NAME) == list(FISH.names)
    made.redo()
    assert made.now.points[0].name == "wrist"
    made.step(module.design.remove(made.now, 0))
    made.redo()
    assert len(made.now.points) == 20, "a new step ends what could be repeated"


@pytest.mark.parametrize("name", skeletons.names())
def test_every_template_can_be_taken(dialog, name):
    made = dialog(None)
    made.take_template(name)
    made.canvas.grab()
    template = skeletons.get(name).skeleton
    assert replace(skeleton_of(made), positions=template.positions) == template


def test_double_names_are_refused_before_they_are_applied(dialog):
    made = dialog()
    made.points.item(0, NAME).setText("tail")
    assert not made.save.isEnabled() and "tail" in made.trouble.text()
    made.points.item(0, NAME).setText("nose")
    assert made.save.isEnabled() and made.trouble.isHidden()


def test_labelled_keypoints_go_only_when_that_is_ticked(dialog):
    made = dialog(rows=[ROW])
    assert made.drop.isHidden()
    made.step(module.design.remove(made.now, 3))
    assert made.drop.isVisible() and not made.save.isEnabled() and "lose" in made.trouble.text()
    made.drop.setChecked(True)
    assert made.save.isEnabled()
    made.apply()
    after = next(made.change.of("annotation")).after
    assert after.keypoints.count == 3 and after.keypoints.labelled == 3


def test_a_renamed_point_keeps_what_objects_have(dialog):
    made = dialog(rows=[ROW])
    made.points.item(3, NAME).setText("tail_fin")
    made.points.setCurrentCell(3, NAME)
    made.points.setFocus()
    QTest.keyClick(made.points, K.Key_Up, Qt.KeyboardModifier.AltModifier)
    made.apply()
    after = next(made.change.of("annotation")).after
    assert keypoint_edits.joints_of(after.keypoints) == [(5, 5, 2), (6, 6, 1), (8, 8, 2), (7, 7, 2)]


def test_the_wheel_zooms_about_the_pointer_and_names_appear(dialog, qtbot):
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    made = dialog(skeletons.get("wholebody-133").skeleton)
    spot = made.canvas.to_screen(0.5, 0.1)
    for steps in (600, -1200):
        event = QWheelEvent(
            spot, spot, QPoint(), QPoint(0, steps), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(made.canvas, event)
        made.canvas.grab()
        if steps > 0:
            assert (made.canvas.to_screen(0.5, 0.1) - spot).manhattanLength() < 1
            assert made.canvas.to_screen(0.6, 0.1).x() - spot.x() > 80
    assert made.canvas.to_screen(0.5, 0.5) == QPointF(made.canvas.width() / 2, made.canvas.height() / 2)


def test_the_action_designs_the_chosen_class_as_one_undo_step(opened, monkeypatch):
    session = opened.session
    person = Category(session.new_id("category"), "person", skeleton=COCO_PERSON, position=9)
    points = keypoint_edits.as_keypoints((i + 1.0, 2.0, 2) for i in range(17))
    a = Annotation(session.new_id(), session.media.id, person.id, keypoints=points)
    from segstudio.core import changes

    session.commit(changes.insert([person, a]))
    session.set_category(person.id)
    before = session.annotations[a.id]

    def answer(dialog: SkeletonDialog) -> int:
        dialog.take_template("wholebody-133")
        dialog.apply()
        return dialog.result()

    monkeypatch.setattr(SkeletonDialog, "exec", answer)
    opened.actions_.refresh()
    opened.actions_["labels.skeleton"].trigger()
    assert session.annotations[a.id].keypoints.count == 133 and session.annotations[a.id].keypoints.labelled == 17
    assert len(session.categories[person.id].skeleton.names) == 133
    session.undo()
    assert session.annotations[a.id].keypoints == before.keypoints and session.categories[person.id] == person

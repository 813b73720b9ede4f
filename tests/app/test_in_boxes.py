"""Models in the boxes of objects that are there, by mouse and keys."""

from __future__ import annotations

from typing import Any

import app_fakes
import pytest
from app_fakes import ToyCatalog, ToyModel, card, drag, hold
from given_answers import answer
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication

from segstudio.app.dialogs.error import ErrorDialog
from segstudio.core import changes
from segstudio.core.annotation import TODO, Annotation, Keypoints
from segstudio.core.geometry import Box
from segstudio.core.labels import Category
from segstudio.core.masks import Mask


class Boxed(ToyModel):
    """Puts every joint into the middle of a given box, or fills its left half."""

    asked: list[tuple[str, list[int]]] = []

    def predict(self, frames: Any, options: Any, context: Any) -> Any:
        assert ToyModel.gate.wait(20)
        if options.given is None:
            return [[] for _ in frames]
        return [[self._in(frame.shape[:2], given)] for frame, given in zip(frames, options.given, strict=True)]

    def _in(self, size: tuple[int, int], given: Any) -> Any:
        Boxed.asked.append((self.card.name, sorted(given.objects.tolist())))
        return answer(self.card, size, given, lambda box: Box(box.x, box.y, box.w / 2, box.h))


CARDS = (
    card("toy", title="Toy poses", task="poses", labels="coco-person", takes_boxes="own", starter=True),
    card("starter-instances", title="Toy masks", takes_boxes="any"),
    card("whole", title="Whole pictures"),
)


@pytest.fixture
def boxed(monkeypatch, request):
    """The opened window, whose models look in boxes; its first picture has the boxes of two people and of a cat."""
    monkeypatch.setattr(app_fakes, "ToyCatalog", lambda: ToyCatalog(*CARDS))
    monkeypatch.setattr(app_fakes, "ToyModel", Boxed)
    monkeypatch.setattr(Boxed, "asked", [])
    opened = request.getfixturevalue("opened")
    session = opened.session
    first = session.new_id("category", 2)
    session.commit(changes.insert([Category(first, "person"), Category(first + 1, "cat")], "Classes"))
    ids = session.new_id("annotation", 3)
    rows = [
        Annotation(ids + i, session.media.id, first + (i == 2), geometry=Box(10.0 + 40 * i, 20, 30, 40))
        for i in range(3)
    ]
    session.commit(changes.insert(rows, "Draw"))
    opened.ids = [a.id for a in rows]
    return opened


def models(window):
    return window.panels["models"]


def look_in(window, place: str, qtbot) -> None:
    """Choose a place by keys."""
    box = models(window).in_boxes.place
    box.setFocus()
    while box.currentData() != place:
        qtbot.keyClick(box, Qt.Key.Key_Down)


def predict(window, qtbot, count: int) -> None:
    """Press Predict, and wait until models were asked so often and all is stored."""
    qtbot.mouseClick(models(window).predict, Qt.MouseButton.LeftButton)
    settled(window, qtbot, count)


def settled(window, qtbot, count: int) -> None:
    qtbot.waitUntil(lambda: len(Boxed.asked) == count, timeout=20000)
    qtbot.waitUntil(lambda: window.bridge.one.state == "done", timeout=20000)
    qtbot.wait(10)


def test_the_choice_shows_for_models_that_have_it(boxed, qtbot):
    panel = models(boxed)
    assert panel.model == "toy" and panel.in_boxes.isVisible() and not panel.in_boxes.replace.isVisible()
    texts = [panel.in_boxes.place.itemText(i) for i in range(3)]
    assert texts == ["The whole picture", "The selected objects", "All boxes of the picture"]
    panel.choose("whole")
    assert not panel.in_boxes.isVisible()


def test_all_boxes_of_the_picture_get_their_pose_as_one_step(boxed, qtbot):
    session, (one, two, cat) = boxed.session, boxed.ids
    look_in(boxed, "boxes", qtbot)
    assert models(boxed).in_boxes.replace.isVisible()
    predict(boxed, qtbot, 1)
    assert Boxed.asked == [("toy", [one, two])]
    assert sorted(session.annotations) == [one, two, cat], "no doubles"
    assert session.annotations[two].keypoints.values[:3] == (65.0, 40.0, 2.0)
    assert session.annotations[two].geometry == Box(50, 20, 30, 40) and session.annotations[two].review == TODO
    qtbot.keyClick(boxed, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: session.annotations[two].keypoints is None)
    qtbot.waitUntil(lambda: boxed.actions_["edit.redo"].isEnabled())
    qtbot.keyClick(boxed, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: session.annotations[two].keypoints is not None)


def test_only_the_selected_objects_are_looked_in_and_not_on_other_pictures(boxed, qtbot):
    session, (one, two, _) = boxed.session, boxed.ids
    said = []
    session.said.connect(said.append)
    look_in(boxed, "selected", qtbot)
    assert not models(boxed).predict_every.isEnabled()
    qtbot.mouseClick(models(boxed).predict, Qt.MouseButton.LeftButton)
    assert said[-1] == "Select the objects to look in first." and Boxed.asked == []
    qtbot.keyClick(boxed, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert "on this picture only" in said[-1] and Boxed.asked == []
    boxed.link.use("select")
    drag(boxed.canvas, (52, 22), (52, 22))
    assert session.selection == {two}
    predict(boxed, qtbot, 1)
    assert Boxed.asked == [("toy", [two])] and session.annotations[one].keypoints is None


def test_locked_objects_and_those_with_a_pose_are_left_alone_until_asked(boxed, qtbot):
    session, (one, two, _) = boxed.session, boxed.ids
    old = Keypoints((30.0, 30.0, 2.0) * 17)
    a = session.annotations[one]
    session.commit(changes.replace([(a, replace(a, keypoints=old))], "Pose"))
    look_in(boxed, "boxes", qtbot)
    predict(boxed, qtbot, 1)
    assert Boxed.asked == [("toy", [two])] and session.annotations[one].keypoints == old
    box = models(boxed).in_boxes.replace
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    session.toggle_locked({two})
    predict(boxed, qtbot, 2)
    assert Boxed.asked[1] == ("toy", [one]) and session.annotations[one].keypoints != old


def test_a_pose_that_comes_while_its_box_is_dragged_is_kept(boxed, qtbot):
    session, one = boxed.session, boxed.ids[0]
    boxed.link.use("select")
    session.select({one})
    look_in(boxed, "selected", qtbot)
    ToyModel.gate.clear()
    qtbot.mouseClick(models(boxed).predict, Qt.MouseButton.LeftButton)
    hold(boxed.canvas, (40, 60), (43, 65), (45, 70))
    ToyModel.gate.set()
    settled(boxed, qtbot, 1)
    qtbot.waitUntil(lambda: session.annotations[one].keypoints is not None)
    at = boxed.canvas.mapFromScene(45, 70)
    qtbot.mouseRelease(boxed.canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
    after = session.annotations[one]
    assert after.geometry.bounds.right == pytest.approx(45, abs=1) and after.keypoints.values[:2] == (25.0, 40.0)
    stored = session.project.annotation(one)
    assert (stored.geometry, stored.keypoints) == (after.geometry, after.keypoints)
    session.undo()
    assert session.annotations[one].geometry == Box(10, 20, 30, 40)
    assert session.annotations[one].keypoints is not None


def test_predict_all_looks_in_every_pictures_own_boxes(boxed, qtbot):
    session, (one, two, _) = boxed.session, boxed.ids
    said = []
    session.said.connect(said.append)
    look_in(boxed, "boxes", qtbot)
    qtbot.mouseClick(models(boxed).predict_every, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: boxed.bridge.run is not None and boxed.bridge.run.state == "done", timeout=20000)
    qtbot.waitUntil(lambda: any("3 have no box to look in" in text for text in said), timeout=20000)
    assert Boxed.asked == [("toy", [one, two])]


def test_no_box_of_the_class_is_said(boxed, qtbot, monkeypatch):
    told = []
    monkeypatch.setattr(ErrorDialog, "exec", lambda self: told.append(str(self.error)))
    boxed.session.select({boxed.ids[2]})
    look_in(boxed, "selected", qtbot)
    qtbot.mouseClick(models(boxed).predict, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(told) == 1, timeout=20000)
    assert "no box of the class person among the selected objects" in told[0]


def menu_of(window, id: int, qtbot):
    """Open the context menu of an object by a right click on its row; return its texts and a way to choose one."""
    panel = window.panels["objects"]
    window.session.select({id})
    rect = panel.list.visualRect(panel.model.index(panel.model.row_of(id)))
    port = panel.list.viewport()
    at = rect.center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, port.mapToGlobal(at))
    QApplication.sendEvent(port, event)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    return menu


def choose(menu, text: str, qtbot) -> None:
    action = next(a for a in menu.actions() if a.text() == text)
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())


def test_the_context_menu_offers_what_models_can_do_with_an_object(boxed, qtbot):
    session, (one, _, cat) = boxed.session, boxed.ids
    menu = menu_of(boxed, cat, qtbot)
    texts = [a.text() for a in menu.actions()]
    assert "Mask from Toy masks" in texts and "Pose from Toy poses" not in texts
    choose(menu, "Mask from Toy masks", qtbot)
    settled(boxed, qtbot, 1)
    assert isinstance(session.annotations[cat].geometry, Mask) and session.annotations[cat].box == Box(90, 20, 30, 40)
    choose(menu_of(boxed, one, qtbot), "Pose from Toy poses", qtbot)
    settled(boxed, qtbot, 2)
    assert session.annotations[one].keypoints is not None
    again = menu_of(boxed, one, qtbot)
    choose(again, "Replace the pose by that of Toy poses", qtbot)
    settled(boxed, qtbot, 3)
    assert Boxed.asked == [("starter-instances", [cat]), ("toy", [one]), ("toy", [one])]


def test_the_actions_do_the_same_from_the_palette(boxed, qtbot):
    one = boxed.ids[0]
    assert not boxed.actions_["model.poses"].isEnabled()
    boxed.session.select({one})
    qtbot.waitUntil(lambda: boxed.actions_["model.poses"].isEnabled())
    boxed.actions_["model.poses"].trigger()
    settled(boxed, qtbot, 1)
    assert boxed.session.annotations[one].keypoints is not None

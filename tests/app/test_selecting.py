"""Selecting by class and score, locking, showing a few objects only, copying between pictures."""

from __future__ import annotations

import numpy as np
import pytest
from canvas_hand import Hand
from msgspec.structs import replace
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from segstudio.app.dialogs.score import ScoreDialog
from segstudio.core import changes, edits, masks
from segstudio.core.annotation import Annotation, Keypoints, Origin
from segstudio.core.geometry import Box
from segstudio.core.labels import Category, Skeleton


@pytest.fixture
def objects(opened):
    """Five objects on the first picture: blocks of two classes, the last two predictions."""
    session = opened.session
    first = session.new_id("category", 2)
    classes = [Category(first, "cat"), Category(first + 1, "dancer", skeleton=Skeleton(("head",)))]
    for category in classes:
        session.commit(edits.add_category(category))
    made = []
    for i in range(5):
        shape = masks.from_bitmap(np.ones((12, 12)), 2 + 14 * i, 4)
        made.append(Annotation(session.new_id(), session.media.id, first + i % 2, geometry=shape))
    for i, score in ((3, 0.35), (4, 0.8)):
        made[i] = replace(made[i], score=score, origin=Origin("model", "toy"), review="predicted")
    session.commit(edits.add(made))
    session.view.set(threshold=0.1)
    return [session.annotations[a.id] for a in made]


def trigger(window, id: str) -> None:
    window.actions_.refresh()
    assert window.actions_[id].isEnabled(), id
    window.actions_[id].trigger()


def chosen(window, objects) -> list[int]:
    return [i for i, a in enumerate(objects) if a.id in window.session.selection]


def test_selecting_the_same_class_and_the_others(opened, objects):
    opened.session.select([objects[0].id])
    trigger(opened, "edit.same")
    assert chosen(opened, objects) == [0, 2, 4]
    trigger(opened, "edit.invert")
    assert chosen(opened, objects) == [1, 3]


def test_selecting_by_class_takes_a_few_letters(opened, objects):
    def type_name():
        popup = QApplication.activePopupWidget()
        QTest.keyClicks(popup.focusWidget(), "danc")
        QTest.keyClick(popup.focusWidget(), "\r")

    QTimer.singleShot(100, type_name)
    trigger(opened, "edit.by_class")
    assert chosen(opened, objects) == [1, 3]


def test_selecting_by_score(opened, objects):
    def choose():
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ScoreDialog)
        dialog.least.setValue(0.5)
        dialog.most.setValue(0.8)
        dialog.accept()

    QTimer.singleShot(100, choose)
    trigger(opened, "edit.by_score")
    assert chosen(opened, objects) == [4]


def test_a_locked_object_can_be_neither_picked_nor_selected(opened, objects):
    session, hand = opened.session, Hand(opened.canvas)
    session.select([objects[0].id])
    trigger(opened, "object.lock")
    assert session.selection == frozenset()
    hand.click(8, 10)
    assert session.selection == frozenset()
    trigger(opened, "edit.all")
    assert chosen(opened, objects) == [1, 2, 3, 4]
    hand.move(8, 10)
    assert opened.canvas.scene_state.hover == 0
    trigger(opened, "object.unlock")
    hand.click(8, 10)
    assert chosen(opened, objects) == [0]


def test_the_lock_of_the_list_locks(opened, objects):
    panel = opened.panels["objects"]
    index = panel.model.index(panel.model.row_of(objects[2].id))
    panel._on_cell(index, "lock")
    assert opened.session.view.locked == {objects[2].id}
    panel._on_cell(index, "lock")
    assert opened.session.view.locked == frozenset()


def test_isolating_shows_the_selected_only_and_what_is_drawn_meanwhile(opened, objects):
    session = opened.session
    session.select([objects[1].id])
    trigger(opened, "object.isolate")
    assert [a.id for a in session.annotations.values() if session.view.visible(a)] == [objects[1].id]
    new = Annotation(session.new_id(), session.media.id, objects[0].category, geometry=Box(1.0, 40, 9, 9))
    session.commit(edits.add([new]))
    assert session.view.visible(new)
    trigger(opened, "object.isolate")
    assert all(session.view.visible(a) for a in session.annotations.values())


def test_isolating_ends_with_the_picture(opened, objects):
    opened.session.select([objects[1].id])
    trigger(opened, "object.isolate")
    opened.session.step(1)
    assert opened.session.view.isolated is None


def test_what_is_copied_to_another_picture_keeps_all_it_says(opened, objects):
    session = opened.session
    rich = replace(
        objects[1], keypoints=Keypoints((20.0, 8.0, 2.0)), z=7, attributes={"a": [1, 2]}, crowd=True,
        geometry=masks.from_bitmap(np.ones((12, 12)), 16, 4),
    )  # fmt: skip
    session.commit(changes.replace([(objects[1], rich)], "Fill"))
    session.select([rich.id])
    trigger(opened, "edit.copy")
    session.step(1)
    trigger(opened, "edit.paste")
    (made,) = session.annotations.values()
    assert (made.category, made.geometry, made.keypoints, made.z, made.attributes, made.crowd) == (
        rich.category, rich.geometry, rich.keypoints, 7, {"a": [1, 2]}, True,
    )  # fmt: skip
    assert made.media == session.media.id and made.id != rich.id


def test_what_is_pasted_onto_a_smaller_picture_comes_to_lie_on_it(opened, objects):
    session = opened.session
    width, height = opened.canvas.scene_state.size
    far = replace(objects[0], geometry=masks.from_bitmap(np.ones((12, 12)), width + 50, height + 40))
    session.commit(changes.replace([(objects[0], far)], "Move"))
    session.select([far.id])
    trigger(opened, "edit.copy")
    session.step(1)
    trigger(opened, "edit.paste")
    (made,) = session.annotations.values()
    assert made.geometry == replace(far.geometry, x=width - 12, y=height - 12)


def test_what_is_hidden_is_selected_no_more(window, qtbot, folder):
    window.load([folder])
    session = window.session
    qtbot.waitUntil(lambda: session.picture is not None)
    window.link.use("box")
    made = Annotation(session.new_id(), session.media.id, session.category, geometry=Box(5.0, 5, 9, 9))
    session.commit(edits.add([made]))
    session.select([made.id])
    window.actions_.refresh()
    window.actions_["object.hide"].trigger()
    assert session.view.hidden == {made.id} and not session.selection
    # From the list it can be selected still, and shown again by the same key.
    session.select([made.id])
    window.actions_.refresh()
    window.actions_["object.hide"].trigger()
    assert not session.view.hidden and session.selection == {made.id}

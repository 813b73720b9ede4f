"""Review by real events: states, accepting above a score, looking again, flipping, versions."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from segstudio.app.dialogs.accept import AcceptDialog
from segstudio.app.panels.history import STATE, VERSION
from segstudio.core import edits
from segstudio.core.annotation import Annotation, Origin
from segstudio.core.geometry import Box
from segstudio.core.labels import Category

MODEL = Origin("model", "toy")
CTRL_ALT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


@pytest.fixture
def desk(opened, qtbot):
    """The window with predictions on its first two pictures."""
    session = opened.session
    session.view.set(threshold=0.0)
    session.commit(edits.add_category(Category(session.new_id("category"), "cat")))
    for media, scores in zip(session.media_ids, ((0.9, 0.4, 0.7), (0.8,)), strict=False):
        first = session.new_id("annotation", len(scores))
        rows = [
            Annotation(first + i, media, 1, geometry=Box(9 * i, 1, 5, 5), score=score, origin=MODEL, review="predicted")
            for i, score in enumerate(scores)
        ]
        session.project.commit(edits.add(rows, "Predict with toy"))
    qtbot.waitUntil(lambda: len(session.annotations) == 3)
    qtbot.waitUntil(lambda: opened.actions_["review.flip"].isEnabled())
    return opened


def scores(session) -> list[float | None]:
    return [a.score for a in session.selected()]


def when_accepting(act) -> None:
    def look() -> None:
        found = QApplication.activeModalWidget()
        act(found) if isinstance(found, AcceptDialog) else QTimer.singleShot(10, look)

    QTimer.singleShot(0, look)


def test_the_next_that_needs_a_look(desk, qtbot):
    session = desk.session
    flagged = next(a for a in session.annotations.values() if a.score == 0.9)
    session.select([flagged.id])
    qtbot.waitUntil(lambda: desk.actions_["review.flag"].isEnabled())
    qtbot.keyClick(desk.canvas, Qt.Key.Key_F, CTRL_ALT)
    session.select([])
    seen = []
    for _ in range(4):
        qtbot.keyClick(desk.canvas, Qt.Key.Key_J)
        seen.append((session.media.id, *scores(session)))
    first, second = session.media_ids[:2]
    assert seen == [(first, 0.9), (first, 0.4), (first, 0.7), (second, 0.8)]
    qtbot.keyClick(desk.canvas, Qt.Key.Key_J)
    assert (session.media.id, scores(session)) == (first, [0.9]), "round the end to the start"
    session.commit(edits.set_review(session.project.media(session.media_ids[3:4]), "flagged"))
    session.go_to(session.media_ids[1])
    session.select(session.annotations)
    qtbot.keyClick(desk.canvas, Qt.Key.Key_J)
    assert session.media.id == session.media_ids[3], "a flagged picture needs a look, objects or not"
    session.commit(edits.set_review([session.media], "done"))
    for media in session.media_ids[:2]:
        session.go_to(media)
        session.commit(edits.accept(list(session.annotations.values())))
    said = []
    session.said.connect(said.append)
    qtbot.keyClick(desk.canvas, Qt.Key.Key_J)
    assert said == ["Nothing needs a look any more."] and not session.selection


def test_a_flag_is_put_and_taken_away_by_one_key(desk, qtbot):
    session = desk.session
    session.select(session.annotations)
    qtbot.waitUntil(lambda: desk.actions_["review.flag"].isEnabled())
    qtbot.keyClick(desk.canvas, Qt.Key.Key_F, CTRL_ALT)
    assert {a.review for a in session.selected()} == {"flagged"}
    qtbot.keyClick(desk.canvas, Qt.Key.Key_F, CTRL_ALT)
    assert {a.review for a in session.selected()} == {"predicted"}
    qtbot.keyClick(desk.canvas, Qt.Key.Key_D, CTRL_ALT)
    assert {(a.review, a.is_prediction) for a in session.selected()} == {("accepted", False)}


def test_accepting_above_a_score_here_and_everywhere(desk, qtbot):
    session = desk.session

    def here(dialog):
        dialog.slider.setFocus()
        dialog.number.setValue(0.7)
        assert "Predictions: 2 · pictures: 1" in dialog._count.text()
        dialog.grab()
        qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)

    when_accepting(here)
    qtbot.keyClick(desk.canvas, Qt.Key.Key_Return, CTRL_ALT)
    assert sorted(a.score for a in session.annotations.values() if a.is_prediction) == [0.4]

    def everywhere(dialog):
        dialog.number.setValue(0.99)
        assert not dialog.ok.isEnabled()
        dialog.where.setCurrentIndex(1)
        dialog.slider.setValue(300)
        assert "Predictions: 2 · pictures: 2" in dialog._count.text()
        dialog.ok.click()

    when_accepting(everywhere)
    desk.actions_["review.accept"].trigger()
    assert not any(a.is_prediction for a in session.project.all_annotations())
    session.undo()
    assert sum(a.is_prediction for a in session.project.all_annotations()) == 2


def shown_ids(desk) -> set[int]:
    """The objects that the canvas finds under the places where the predictions are."""
    state = desk.canvas.scene_state
    return {id for i in range(3) for id in state.under(9 * i + 2, 3, desk.canvas.scale_now)}


def test_flipping_shows_what_the_model_said_and_edits_nothing(desk, qtbot):
    session = desk.session
    before = set(session.annotations)
    qtbot.waitUntil(lambda: shown_ids(desk) == before)
    session.commit(edits.delete(list(session.annotations.values())[:1]))
    now = set(session.annotations)
    assert shown_ids(desk) == now
    steps = len(session.steps())
    desk.canvas.setFocus()
    qtbot.keyClick(desk.canvas, Qt.Key.Key_QuoteLeft)
    assert session.view.flipped and shown_ids(desk) == before and set(session.annotations) == now
    desk.grab()
    qtbot.mouseClick(desk.canvas.viewport(), Qt.MouseButton.LeftButton)
    QTest.qWait(400)
    QTest.keyClick(desk.canvas, Qt.Key.Key_X)
    assert session.view.flipped, "another key that is let go of is none of its business"
    qtbot.keyClick(desk.canvas, Qt.Key.Key_QuoteLeft)
    assert not session.view.flipped and shown_ids(desk) == now and len(session.steps()) == steps
    qtbot.waitUntil(lambda: desk.canvas.runner is not None)


def test_holding_the_key_shows_it_only_while_it_is_held(desk, qtbot):
    for key in (Qt.Key.Key_QuoteLeft, Qt.Key.Key_F6):
        QTest.keyPress(desk.canvas, key)
        assert desk.session.view.flipped
        QTest.qWait(400)
        QTest.keyRelease(desk.canvas, key)
        assert not desk.session.view.flipped


def test_an_edit_or_another_picture_ends_the_flip(desk, qtbot):
    session = desk.session
    session.commit(edits.accept(list(session.annotations.values())))
    for leave in (lambda: session.undo(), lambda: session.step(1), lambda: desk.link.use("box")):
        desk.actions_["review.flip"].trigger()
        assert session.view.flipped
        leave()
        assert not session.view.flipped
        qtbot.waitUntil(lambda: desk.canvas.runner is not None)


def test_a_version_is_looked_at_and_restored(desk, qtbot):
    session = desk.session
    history = desk.panels["history"]
    all_ = {a.id: a for a in session.annotations.values()}
    session.commit(edits.delete(list(session.annotations.values())[:2]))
    session.commit(edits.accept(list(session.annotations.values())))
    qtbot.keyClick(desk.canvas, Qt.Key.Key_V, CTRL_ALT)
    model = history.version_model
    qtbot.waitUntil(lambda: model.rowCount() == 3)
    assert [model.index(i).data() for i in range(3)] == ["Accept 1 object", "Delete 2 objects", "Predict with toy"]
    assert [model.index(i).data(STATE) for i in range(3)] == ["now", "done", "done"]
    view = history.versions
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(model.index(2)).center())
    assert session.view.flipped and shown_ids(desk) == set(all_)
    history.grab()
    cell = view.itemDelegate().cells(view.visualRect(model.index(2)), model.index(2))["restore"].center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=cell)
    assert not session.view.flipped
    assert {a.id: (a.geometry, a.score, a.review, a.origin) for a in session.annotations.values()} == {
        a.id: (a.geometry, a.score, a.review, a.origin) for a in all_.values()
    }
    assert [s.label for s in session.steps()][-1] == "Restore “Predict with toy”"
    session.undo()
    assert len(session.annotations) == 1
    qtbot.waitUntil(lambda: model.rowCount() == 3)
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: session.view.flipped)
    assert history.restore.isEnabled()
    qtbot.keyClick(history.restore, Qt.Key.Key_Space)
    assert session.steps()[-1].label == "Restore “Delete 2 objects”" and not session.view.flipped
    session.undo()
    said = []
    session.said.connect(said.append)
    qtbot.waitUntil(lambda: model.rowCount() == 3)
    history.restored.emit(model.index(0).data(VERSION))
    assert said == ["The picture is as it was then."]


def test_steps_are_searched_and_a_click_goes_there(desk, qtbot):
    session, history = desk.session, desk.panels["history"]
    session.commit(edits.translate(list(session.annotations.values()), 1, 0))
    session.commit(edits.accept(list(session.annotations.values())))
    history.come_forward()
    qtbot.keyClicks(history.search, "move")
    qtbot.waitUntil(lambda: history.model.rowCount() == 1)
    assert history._number.text().startswith("1 of ")
    view = history.list
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(history.model.index(0)).center())
    assert all(a.origin.kind == "user" and a.review == "corrected" for a in session.annotations.values())
    history.search.setText("no such step")
    qtbot.waitUntil(lambda: history.stack.currentIndex() == 2)

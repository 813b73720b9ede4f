"""Cutting out what is pointed at, by real mouse and key events; the model's answers are made up."""

from __future__ import annotations

import pytest
from canvas_hand import ALT, CATEGORIES, LEFT, RIGHT, Hand, Oracle, make_view, use
from PySide6.QtCore import Qt

from segstudio.app.tools.prompt import PromptTool
from segstudio.core import masks
from segstudio.core.annotation import Annotation, Origin
from segstudio.core.geometry import Box
from segstudio.engine.prompting import FALLBACK, Answer

KEY = Qt.Key
SMALL = ("small", "Small SAM")


@pytest.fixture
def view(qtbot, look):
    return make_view(qtbot)


def mask(x: int, y: int, side: int = 20):
    return masks.from_box(Box(x, y, side, side), 200, 150)


def answer(*shapes, model: str = "small", fallback: bool = False) -> Answer:
    """Return an answer whose proposals have falling scores."""
    found = [(shape, 0.9 - 0.2 * i) for i, shape in enumerate(shapes)]
    return Answer(model, "Small SAM", "ab" * 32, found, fallback)


@pytest.fixture
def given(view):
    """Return (tool, desk, hand, oracle) of a canvas with one object and a model at hand."""
    tool = PromptTool()
    old = Annotation(7, 1, 1, geometry=mask(120, 20), score=0.6, origin=Origin("model", "toy"), review="predicted")
    desk = use(view, tool, [old])
    oracle = desk.prompts = Oracle(SMALL)
    tool.prepare(desk)
    view.runner.restart()
    return tool, desk, Hand(view), oracle


def test_a_click_asks_and_enter_adds_what_shows(given, view) -> None:
    tool, desk, hand, oracle = given
    hand.click(50, 40)
    ((prompt, model),) = oracle.asked
    assert [(round(x), round(y), on) for x, y, on in prompt.points] == [(50, 40, True)]
    assert (prompt.box, prompt.mask, model) == (None, None, "small")
    oracle.thens[-1](answer(mask(40, 30), mask(30, 20, 40)))
    assert [region for region, _ in view.scene_state.draft.regions] == [mask(40, 30)]
    assert [dot.kind for dot in view.scene_state.draft.dots] == ["positive"]
    assert tool.note == "1 of 2, score 0.90"
    assert hand.key(KEY.Key_Return)
    (change,) = desk.commits
    new = change.changes[0].after
    assert (new.geometry, new.category, new.score) == (mask(40, 30), 1, None)
    assert new.origin == Origin("user", "small", "ab" * 32)
    assert desk.selection == {new.id}
    assert view.scene_state.draft.regions == view.scene_state.draft.dots == ()
    # With nothing begun, Enter belongs to the window again.
    assert not hand.key(KEY.Key_Return)


def test_tab_shows_the_next_proposal_and_comes_round(given, view) -> None:
    tool, desk, hand, oracle = given
    hand.click(50, 40)
    shapes = [mask(40, 30), mask(30, 20, 40), mask(45, 35, 8)]
    oracle.thens[-1](answer(*shapes))
    for i in (1, 2, 0, 1):
        assert hand.key(KEY.Key_Tab)
        assert view.scene_state.draft.regions[0][0] == shapes[i]
    assert tool.note.startswith("2 of 3")
    hand.key(KEY.Key_Return)
    assert desk.commits[0].changes[0].after.geometry == shapes[1]


def test_right_and_alt_clicks_say_what_is_not_it_and_backspace_takes_back(given, view) -> None:
    _, desk, hand, oracle = given
    hand.click(50, 40)
    hand.click(90, 60, RIGHT)
    hand.click(20, 30, LEFT, ALT)
    prompt, _ = oracle.asked[-1]
    assert [on for _, _, on in prompt.points] == [True, False, False]
    assert [dot.kind for dot in view.scene_state.draft.dots] == ["positive", "negative", "negative"]
    assert hand.key(KEY.Key_Backspace)
    assert [on for _, _, on in oracle.asked[-1][0].points] == [True, False]
    hand.key(KEY.Key_Backspace)
    hand.key(KEY.Key_Backspace)
    assert view.scene_state.draft.dots == ()
    assert not hand.key(KEY.Key_Backspace)
    assert len(oracle.asked) == 5
    assert desk.commits == []


def test_a_drag_is_a_box_and_a_newer_box_replaces_it(given, view) -> None:
    _, _, hand, oracle = given
    hand.drag((30, 20), (60, 50), (80, 70))
    box = oracle.asked[-1][0].box
    assert [round(v) for v in (box.x, box.y, box.w, box.h)] == [30, 20, 50, 50]
    hand.click(40, 30)
    hand.drag((90, 70), (30, 20))
    prompt, _ = oracle.asked[-1]
    assert round(prompt.box.w) == 60
    assert len(prompt.points) == 1
    assert view.scene_state.draft.box == prompt.box
    # Esc in the middle of a drag forgets that drag only.
    hand.press(10, 10)
    hand.move(50, 50)
    hand.key(KEY.Key_Escape)
    hand.release(50, 50)
    assert len(oracle.asked) == 3
    assert view.scene_state.draft.box == prompt.box
    hand.key(KEY.Key_Escape)
    assert view.scene_state.draft.box is None


def test_only_the_newest_answer_shows_and_none_after_esc(given, view) -> None:
    _, desk, hand, oracle = given
    hand.click(50, 40)
    hand.key(KEY.Key_Escape)
    oracle.thens[0](answer(mask(40, 30)))
    assert view.scene_state.draft.regions == ()
    hand.click(60, 60)
    oracle.thens[0](answer(mask(40, 30)))
    assert view.scene_state.draft.regions == ()
    hand.key(KEY.Key_Return)
    assert desk.commits == []
    assert "nothing to accept" in desk.said[-1]


def test_a_point_beside_alone_asks_nothing_yet(given) -> None:
    _, desk, hand, oracle = given
    hand.click(50, 40, RIGHT)
    assert oracle.asked == []
    assert "click on the object" in desk.said[-1]
    hand.click(60, 40)
    assert [on for _, _, on in oracle.asked[-1][0].points] == [False, True]
    # Places outside the picture are no points.
    hand.click(-20, 40)
    hand.click(40, 190, RIGHT)
    assert len(oracle.asked) == 1


def test_the_selected_object_is_refined_where_that_was_chosen(given) -> None:
    tool, desk, hand, oracle = given
    tool.set_value("into", "selected")
    hand.click(125, 25)
    assert oracle.asked == []
    assert "Select a single object" in desk.said[-1]
    desk.set_selection([7])
    hand.click(150, 60, RIGHT)
    prompt, _ = oracle.asked[-1]
    assert prompt.mask == mask(120, 20)
    oracle.thens[-1](answer(mask(122, 22, 16)))
    hand.key(KEY.Key_Return)
    (change,) = desk.commits
    assert len(change.changes) == 1
    before, after = change.changes[0].before, change.changes[0].after
    assert (before.id, after.geometry) == (7, mask(122, 22, 16))
    # The prediction is a person's now, and says where it came from.
    assert (after.origin.kind, after.origin.model, after.score) == ("user", "toy", None)


def test_without_a_class_nothing_is_added(given) -> None:
    _, desk, hand, oracle = given
    desk.category = None
    hand.click(50, 40)
    oracle.thens[-1](answer(mask(40, 30)))
    hand.key(KEY.Key_Return)
    assert desk.commits == []
    assert "Add a class" in desk.said[-1]
    desk.category = CATEGORIES[1]
    hand.key(KEY.Key_Return)
    assert len(desk.commits) == 1


def test_the_bar_says_who_answers_and_how_far_it_is(given) -> None:
    tool, desk, hand, oracle = given
    assert [value for value, _ in tool.options[0].choices] == ["small", FALLBACK]
    assert oracle.followed[-1] == "small"
    assert tool.note == "Looking at the picture…"
    oracle.looked = True
    oracle.when_looked()
    assert tool.note == "Ready"
    hand.click(50, 40)
    assert tool.note == "Cutting out…"
    oracle.thens[-1](answer())
    assert tool.note == "Nothing was found there."
    hand.click(60, 40)
    oracle.thens[-1](None)
    assert tool.note == "Ready"
    oracle.known = []
    tool.prepare(desk)
    assert tool.value("model") == FALLBACK
    hand.key(KEY.Key_Escape)
    assert tool.note == "Coarse: Models has finer ones."
    assert "starter network answers" in desk.said[-1]


def test_leaving_the_tool_takes_everything_away(given, view) -> None:
    _, desk, hand, oracle = given
    hand.click(50, 40)
    oracle.thens[-1](answer(mask(40, 30)))
    view.set_runner(None)
    assert view.scene_state.draft.regions == ()
    assert oracle.followed[-1] is None
    assert desk.commits == []

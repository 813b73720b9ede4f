"""The whole way from a click to an object: window, bridge and engine; the model is made up."""

from __future__ import annotations

import pytest
from app_fakes import ToyModel, drag
from PySide6.QtCore import QPoint, QPointF, Qt

from segstudio.core.geometry import Box
from segstudio.engine.prompting import FALLBACK
from segstudio.zoo import Card


def point(window) -> None:
    """Bring a model for prompts, and take the tool."""
    ToyModel.looked.clear()
    card = Card("pointer", "Pointer", "prompts", "Cuts out.", "toy:make", "none")
    window.bridge.engine.catalog.cards["pointer"] = card
    window.link.use("prompt")


@pytest.fixture
def pointing(opened):
    """The window with the tool, and a model for prompts at hand."""
    point(opened)
    return opened


def click(window, qtbot, x: float, y: float, button=Qt.MouseButton.LeftButton) -> None:
    view = window.canvas
    at = view.mapFromScene(QPointF(x, y))
    qtbot.mouseClick(view.viewport(), button, pos=QPoint(at.x(), at.y()))


def shown(window):
    """Return the masks of the proposal that shows."""
    return [mask for mask, _ in window.canvas.scene_state.draft.regions]


def test_a_click_a_proposal_and_enter_make_an_object_that_can_be_undone(pointing, qtbot) -> None:
    window, tool = pointing, pointing.link.tools["prompt"]
    click(window, qtbot, 60, 50)
    qtbot.waitUntil(lambda: bool(shown(window)))
    assert tool.note == "1 of 2, score 0.90"
    qtbot.keyClick(window.canvas, Qt.Key.Key_Tab)
    (mask,) = shown(window)
    assert mask.w == 14
    qtbot.keyClick(window.canvas, Qt.Key.Key_Return)
    (made,) = window.session.annotations.values()
    assert made.geometry == mask
    assert (made.origin.kind, made.origin.model) == ("user", "pointer")
    assert window.session.selection == {made.id}
    window.session.undo()
    assert window.session.annotations == {}


def test_the_picture_and_its_neighbours_are_looked_at_before_anyone_asks(pointing, qtbot) -> None:
    window = pointing
    # The first picture, the two after it, and then on the second the last one; none of them twice.
    qtbot.waitUntil(lambda: len(ToyModel.looked) == 3)
    sums = [int(window.session.reader.read(m).rgb.sum()) for m in window.session.project.media()]
    assert ToyModel.looked == [("pointer", total) for total in sums[:3]]
    assert window.link.tools["prompt"].note == "Ready"
    window.session.step(1)
    qtbot.waitUntil(lambda: len(ToyModel.looked) == 4)
    assert ToyModel.looked[-1] == ("pointer", sums[3])
    # With another tool nothing is looked at.
    window.link.use("brush")
    window.session.step(1)
    qtbot.waitUntil(lambda: window.session.picture is not None)
    window.bridge.engine.prompter.seen.clear()
    window.session.step(-1)
    qtbot.wait(50)
    assert len(ToyModel.looked) == 4


def test_an_answer_for_a_picture_that_was_left_is_dropped(opened, qtbot) -> None:
    window = opened
    ToyModel.gate.clear()
    try:
        point(window)
        click(window, qtbot, 60, 50)
        assert window.link.tools["prompt"].note == "Looking at the picture…"
        window.session.step(1)
        qtbot.waitUntil(lambda: window.session.picture is not None)
        assert window.link.tools["prompt"].note == "Looking at the picture…"
    finally:
        ToyModel.gate.set()
    qtbot.waitUntil(lambda: window.link.tools["prompt"].note == "Ready")
    assert shown(window) == []
    assert window.canvas.scene_state.draft.dots == ()


def test_a_box_is_answered_by_the_starter_network_where_nothing_else_is_here(opened, qtbot) -> None:
    opened.link.use("prompt")
    tool = opened.link.tools["prompt"]
    assert tool.value("model") == FALLBACK
    assert "Coarse" in tool.note
    drag(opened.canvas, (20, 30), (40, 50), (70, 90))
    qtbot.waitUntil(lambda: bool(shown(opened)))
    assert shown(opened)[0].bounds == Box(20, 30, 50, 60)
    qtbot.keyClick(opened.canvas, Qt.Key.Key_Return)
    (made,) = opened.session.annotations.values()
    assert made.origin.model == FALLBACK


def test_a_model_that_arrives_is_offered_and_the_choice_is_remembered(opened, qtbot) -> None:
    opened.link.use("prompt")
    tool = opened.link.tools["prompt"]
    assert [value for value, _ in tool.options[0].choices] == [FALLBACK]
    card = Card("pointer", "Pointer", "prompts", "Cuts out.", "toy:make", "none")
    opened.bridge.engine.catalog.cards["pointer"] = card
    opened.bridge.fetched.emit()
    assert [value for value, _ in tool.options[0].choices] == ["pointer", FALLBACK]
    tool.set_value("model", FALLBACK)
    opened.link.choose("model")
    again = type(tool)()
    opened.link.tools = {**opened.link.tools, "prompt": again}
    opened.link.use("prompt")
    assert again.value("model") == FALLBACK

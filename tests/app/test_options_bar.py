"""The strip above the canvas, operations with a preview, and work in threads."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from canvas_hand import Desk, Hand, make_view
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QPushButton,
    QSlider,
    QSpinBox,
    QWidget,
)

from segstudio.app.background import Background
from segstudio.app.operations import Operation
from segstudio.app.option_fields import _from_slider, _to_slider
from segstudio.app.options_bar import OptionsBar
from segstudio.app.tools import TOOLS
from segstudio.app.tools.adjust import Adjust
from segstudio.app.tools.base import Runner, Tool
from segstudio.app.tools.options import Button, Option
from segstudio.core import changes, edits, masks
from segstudio.core.annotation import Annotation
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box

K = Qt.Key
SIZE = Option("size", "Size", "int", 40, 1, 2000, unit="px", log=True)
FLAG = Option("only", "Only empty", "flag", False)
KIND = Option("kind", "Kind", "choice", "round", choices=(("round", "Round"), ("square", "Square")))
FINE = Option("fine", "Fine", "float", 0.5, 0, 5, 0.1)


class Made(Tool):
    """A tool with one option of each kind."""

    name = "brush"
    options = (SIZE, FLAG, KIND, FINE)
    buttons = (Button("Apply", "Enter", "check", primary=True),)


@pytest.fixture
def view(qtbot):
    made = make_view(qtbot)
    yield made
    made.set_runner(None)


@pytest.fixture
def bar(look, qtbot) -> OptionsBar:
    made = OptionsBar()
    qtbot.addWidget(made)
    made.resize(1200, 40)
    made.show()
    return made


@given(st.floats(allow_nan=True) | st.text() | st.none() | st.booleans() | st.integers())
def test_any_value_is_brought_into_range(value):
    assert 1 <= SIZE.brought(value) <= 2000 and isinstance(SIZE.brought(value), int)
    assert FLAG.brought(value) in (True, False)
    assert KIND.brought(value) in ("round", "square")
    assert 0 <= FINE.brought(value) <= 5


@given(st.sampled_from([1, 2, 3, 40, 1999, 2000]))
def test_a_slider_says_the_ends_exactly_and_the_rest_nearly(value):
    back = SIZE.brought(_from_slider(SIZE, _to_slider(SIZE, value)))
    assert back == pytest.approx(value, rel=0.03, abs=0.5)


def test_the_bar_shows_what_a_tool_offers_and_follows_it(bar):
    tool = Made()
    bar.show_tool(tool)
    number, tick, choice = bar.findChild(QSpinBox), bar.findChild(QCheckBox), bar.findChild(QComboBox)
    assert number.value() == 40 and not tick.isChecked() and choice.currentText() == "Round"
    tool.set_value("size", 99999)
    tool.set_value("only", True)
    tool.set_value("kind", "square")
    tool.set_note("12 px")
    assert number.value() == 2000 and tick.isChecked() and choice.currentText() == "Square"
    assert bar.note.text() == "12 px"


def test_what_a_person_chooses_reaches_the_tool_once(bar, qtbot):
    tool, told, keys = Made(), [], []
    bar.chosen.connect(told.append)
    bar.pressed.connect(keys.append)
    bar.show_tool(tool)
    bar.findChild(QSpinBox).setValue(7)
    bar.findChild(QDoubleSpinBox).setValue(1.3)
    qtbot.mouseClick(bar.findChild(QCheckBox), Qt.MouseButton.LeftButton, pos=bar.findChild(QCheckBox).rect().center())
    qtbot.mouseClick(bar.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert (tool.value("size"), tool.value("fine")) == (7, 1.3) and told[:2] == ["size", "fine"] and keys == ["Enter"]
    slider = bar.findChild(QSlider)
    slider.setValue(slider.maximum())
    assert tool.value("size") == 2000 == bar.findChild(QSpinBox).value()


def test_sliders_give_way_where_the_room_is_short(bar):
    bar.show_tool(Made())
    QApplication.processEvents()
    assert bar.findChild(QSlider).isVisible()
    bar.resize(420, 40)
    assert not bar.findChild(QSlider).isVisible() and bar.findChild(QSpinBox).isVisible()


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_nothing_of_any_tool_is_cut_in_a_window_1280_pixels_wide(bar, tool):
    bar.resize(663, 40)
    bar.show_tool(tool())
    for _ in range(3):
        QApplication.processEvents()
    kinds = (QCheckBox, QComboBox, QSpinBox, QDoubleSpinBox, QPushButton)
    for widget in (w for kind in kinds for w in bar.findChildren(kind)):
        assert widget.isVisible() and widget.width() >= min(widget.minimumSizeHint().width(), widget.maximumWidth())
    shown = [w for w in bar.children() if isinstance(w, QWidget) and w.isVisible()]
    assert max(w.geometry().right() for w in shown) < bar.width()


def test_all_tools_fit_into_a_window_720_pixels_high(opened):
    opened.resize(1280, 720)
    for _ in range(3):
        QApplication.processEvents()
    bar = opened.layout_.tools
    last = bar.widgetForAction(opened.actions_["tool.dense_parts"])
    assert last.isVisible() and last.geometry().bottom() < bar.height()


def test_values_outlive_the_window(window, qtbot, folder):
    window.load([folder])
    window.link.use("brush")
    window.options.findChild(QSpinBox).setValue(123)
    assert window.settings.text("brush/size") == "123"
    fresh = type(window.link.tools["brush"])()
    window.link._recall(fresh)
    assert fresh.value("size") == 123


# Operations

GROW = Option("by", "By", "int", 5, 0, 50, unit="px")


def _grow(subject, values):
    if values["by"] == 50:
        raise InputError("That is too much.", remedy="Choose less.")
    pairs = []
    for a in subject.rows:
        b = a.geometry.padded(values["by"])
        pairs.append((a, edits.set_geometry(a, b).changes[0].after if values["by"] else a))
    if values["by"] == 7:
        return changes.delete(subject.rows)
    return changes.replace(pairs, "Grow")


OPERATION = Operation("grow", "Grow", "", "", _grow, (GROW,), note=lambda s, v, c: f"{len(c.changes)} grown")


@pytest.fixture
def desk(view) -> Desk:
    adjust = Adjust()
    adjust.take(OPERATION)
    made = Desk(view, [Annotation(1, 1, 1, geometry=Box(20.0, 20, 10, 10)), Annotation(2, 1, 1)])
    made.set_selection([1])
    view.set_runner(Runner(adjust, made))
    return made


def _adjust(view) -> Adjust:
    return view.runner.tool


def test_a_preview_changes_nothing_and_enter_does(view, desk):
    tool, hand = _adjust(view), Hand(view)
    assert desk.state.shown[1].geometry == Box(15.0, 15, 20, 20) and desk.commits == [] and tool.note == "1 grown"
    tool.set_value("by", 2)
    view.runner.send(_event("by"))
    assert desk.state.shown[1].geometry == Box(18.0, 18, 14, 14)
    assert hand.key(K.Key_Return)
    assert desk.annotations[1].geometry == Box(18.0, 18, 14, 14) and desk.left == 1 and len(desk.commits) == 1
    view.set_runner(None)
    assert desk.state.shown == {}


def test_esc_leaves_everything_as_it_is(view, desk):
    before = dict(desk.annotations)
    assert Hand(view).key(K.Key_Escape)
    view.set_runner(None)
    assert desk.left == 1 and desk.annotations == before and desk.state.shown == {}


def test_an_operation_that_cannot_be_done_says_why_in_the_bar(view, desk):
    tool = _adjust(view)
    tool.set_value("by", 50)
    view.runner.send(_event("by"))
    assert tool.note == "That is too much. Choose less." and desk.state.shown == {}


def test_what_would_be_deleted_shows_as_nothing(view, desk):
    tool = _adjust(view)
    tool.set_value("by", 7)
    view.runner.send(_event("by"))
    assert desk.state.shown[1].geometry is None


def test_a_slow_preview_comes_from_a_thread(view, desk):
    tool = _adjust(view)
    desk.later = []
    tool.take(Operation("slow", "Slow", "", "", _grow, (GROW,), slow=True))
    view.set_runner(None)
    view.set_runner(Runner(tool, desk))
    assert desk.state.shown == {} and len(desk.later) == 1
    desk.later.pop()()
    assert desk.state.shown[1].geometry == Box(15.0, 15, 20, 20)


def test_enter_before_a_slow_preview_waits_for_it_and_computes_it_once(view, desk):
    calls = []

    def grow(subject, values):
        calls.append(values)
        return _grow(subject, values)

    tool, hand = _adjust(view), Hand(view)
    desk.later = []
    tool.take(Operation("slow", "Slow", "", "", grow, (GROW,), slow=True))
    view.set_runner(None)
    view.set_runner(Runner(tool, desk))
    assert hand.key(K.Key_Return) and not desk.commits and not desk.left
    desk.later.pop()()
    assert desk.annotations[1].geometry == Box(15.0, 15, 20, 20)
    assert (len(calls), len(desk.commits), desk.left) == (1, 1, 1)


def _event(name):
    from segstudio.app.tools.base import Event

    return Event("option", key=name)


def test_objects_come_to_the_front_and_go_back_again(window, qtbot, folder):
    window.load([folder])
    session = window.session
    qtbot.waitUntil(lambda: session.picture is not None)
    window.link.use("box")
    rows = [Annotation(session.new_id(), session.media.id, session.category, geometry=Box(5.0 * i, 5, 9, 9), z=i)
            for i in range(3)]  # fmt: skip
    session.commit(edits.add(rows))
    before = list(session.annotations.values())
    session.select([rows[0].id])
    window.actions_.refresh()
    window.actions_["shape.front"].trigger()
    assert list(session.annotations) == [rows[1].id, rows[2].id, rows[0].id]
    window.actions_["shape.back"].trigger()
    assert list(session.annotations) == [rows[0].id, rows[1].id, rows[2].id]
    session.undo(), session.undo()
    assert list(session.annotations.values()) == before


# Threads


def test_the_newest_of_a_key_wins_and_dropped_work_tells_nobody(qtbot, qapp):
    owner, told, failures = QObject(), [], []
    background = Background(owner, failures.append)
    gate = threading.Event()
    try:
        background.run(lambda: gate.wait(10) and "old", told.append, "a")
        background.run(lambda: "new", told.append, "a")
        background.run(lambda: 1 / 0, told.append, "b")
        gate.set()
        qtbot.waitUntil(lambda: told == ["new"] and len(failures) == 1)
        assert isinstance(failures[0], ZeroDivisionError)
        background.run(lambda: "dropped", told.append)
        background.drop_all()
        background.run(lambda: "kept", told.append)
        qtbot.waitUntil(lambda: "kept" in told)
        assert told == ["new", "kept"] and not background.busy
    finally:
        background.close()


def test_a_region_and_marks_of_a_draft_are_painted(view, desk):
    from segstudio.app.canvas.draft import Dot, Draft, Line

    view.set_runner(None)
    plain = view.grab().toImage()
    square = masks.from_bitmap(np.ones((20, 20), np.uint8), 40, 40)
    draft = Draft(
        regions=((square, (255, 0, 0)),),
        lines=(Line(((5.0, 5.0), (90.0, 5.0)), (0, 255, 0)),),
        dots=(Dot(80.0, 80.0, "positive"), Dot(90.0, 80.0, "negative")),
    )
    view.preview(draft)
    shown = view.grab().toImage()
    at = view.mapFromScene(50, 50)
    assert shown.pixelColor(at).red() > plain.pixelColor(at).red()
    assert shown.pixelColor(view.mapFromScene(80, 80)) != plain.pixelColor(view.mapFromScene(80, 80))
    assert draft.bounds() == Box(5.0, 5.0, 85.0, 75.0)
    view.preview(Draft())
    assert view.grab().toImage() == plain


# The status bar


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_all_keys_of_a_tool_show_in_a_window_1280_pixels_wide(opened, tool):
    opened.resize(1280, 720)
    status = opened.status
    status.cursor_text.setText("1234, 1234   255 255 255")
    status.set_hint(tool.hint)
    status.hush()
    for _ in range(3):
        QApplication.processEvents()
    assert status.hint.fontMetrics().horizontalAdvance(status.hint.text()) <= status.hint.width()


def test_a_notice_gives_way_to_the_keys_of_the_tool_that_is_chosen(opened):
    opened.session.said.emit("Something was saved.")
    assert opened.status.hint.text() == "Something was saved."
    opened.actions_["tool.cut"].trigger()
    assert opened.status.hint.text() == opened.link.tools["cut"].hint

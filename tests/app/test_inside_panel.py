"""Looking inside the chosen model: asking, walking through what it saw, and reading it off the canvas."""

from __future__ import annotations

import numpy as np
import pytest
from app_fakes import ToyModel, card, drag
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from segstudio.app import view_words
from segstudio.app.dialogs.error import ErrorDialog
from segstudio.core import colors, view_reading
from segstudio.core.errors import InputError, WeightsError
from segstudio.core.views import BarsView, HeatView

TITLES = ["cat", "width", "x", "the cat", "the bird", "boxes", "points", "two"]


@pytest.fixture
def panel(opened):
    made = opened.panels["inside"]
    made.come_forward()
    return made


@pytest.fixture
def looked(opened, panel, qtbot):
    """The panel after a look at the first picture."""
    qtbot.mouseClick(panel.begin, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(panel.views.views) == len(TITLES))
    return panel


def titles(panel) -> list[str]:
    return [view.title for view in panel.views.views]


def click(panel, title: str, qtbot) -> None:
    """Click a view's thumbnail."""
    index = panel.views.index(titles(panel).index(title))
    panel.grid.scrollTo(index)
    place = panel.grid.visualRect(index).center()
    qtbot.mouseClick(panel.grid.viewport(), Qt.MouseButton.LeftButton, pos=place)


def point(view, x: float, y: float) -> None:
    """Move the mouse to a place of the picture."""
    port, at = view.viewport(), view.viewportTransform().map(QPointF(x, y))
    none = Qt.MouseButton.NoButton
    where = QPointF(port.mapToGlobal(at.toPoint()))
    QApplication.sendEvent(
        port, QMouseEvent(QEvent.Type.MouseMove, at, where, none, none, Qt.KeyboardModifier.NoModifier)
    )


def pixel(window, x: float, y: float) -> np.ndarray:
    """Return the colour of the canvas at a place of the picture."""
    shot = window.canvas.grab().toImage()
    at = window.canvas.viewportTransform().map(QPointF(x, y))
    ratio = shot.devicePixelRatio()
    color = shot.pixelColor(round(at.x() * ratio), round(at.y() * ratio))
    return np.array([color.red(), color.green(), color.blue()])


def test_nothing_is_asked_before_the_person_wants_it(panel):
    assert panel.stack.currentIndex() == 0 and panel.begin.isEnabled() and panel.name.text() == "Toy masks"
    assert panel._bridge.looking is None


def test_a_look_lists_all_views_and_shows_the_first(opened, looked):
    assert titles(looked) == TITLES
    assert looked.stack.currentIndex() == 1 and looked.name.text() == "Toy masks"
    assert opened.canvas.scene_state.insight is looked.views.views[0]
    offered = [looked.group.itemText(i) for i in range(looked.group.count())]
    assert offered == [
        "All views (8)",
        "Centres (1)",
        "Size (1)",
        "Offset (1)",
        "Crops (2)",
        "Candidates (2)",
        "Numbers (1)",
    ]


def test_the_window_goes_on_while_the_model_looks_and_a_look_can_be_cancelled(opened, panel, qtbot):
    ToyModel.gate.clear()
    opened.actions_["model.inside"].trigger()
    qtbot.waitUntil(lambda: panel._bridge.looking.state == "running")
    qtbot.waitUntil(panel.progress.isVisible)
    assert (not panel.begin.isEnabled() and "%" in opened.status.engine.text()) or opened.status.engine.text()
    panel.progress.cancel.click()
    ToyModel.gate.set()
    qtbot.waitUntil(lambda: panel._bridge.looking.state == "cancelled")
    qtbot.waitUntil(lambda: not panel.progress.isVisible() and panel.begin.isEnabled())
    assert panel.views.views == []


def test_the_map_covers_the_picture_as_much_as_the_slider_says_in_the_chosen_colours(opened, looked, qtbot):
    size = opened.canvas.scene_state.size
    plain = opened.session.picture.rgb[60, size[0] - 3].astype(int)
    hot = colors.lut("viridis")[255].astype(int)
    looked.opacity.setValue(100)
    assert np.abs(pixel(opened, size[0] - 2.5, 60.5) - hot).max() <= 3
    looked.opacity.setValue(50)
    assert np.abs(pixel(opened, size[0] - 2.5, 60.5) - (hot + plain) / 2).max() <= 6
    looked.opacity.setValue(100)
    looked.scale.setCurrentIndex(looked.scale.findData("inferno"))
    looked.scale.activated.emit(looked.scale.currentIndex())
    assert np.abs(pixel(opened, size[0] - 2.5, 60.5) - colors.lut("inferno")[255].astype(int)).max() <= 3
    click(looked, "x", qtbot)
    assert np.abs(pixel(opened, 1.5, 60.5) - colors.lut("diverging")[0].astype(int)).max() <= 3
    looked.opacity.setValue(0)
    assert np.abs(pixel(opened, size[0] - 2.5, 60.5) - plain).max() <= 3


def test_a_click_shows_a_view_and_another_one_or_escape_hides_it(opened, looked, qtbot):
    scene = opened.canvas.scene_state
    click(looked, "the bird", qtbot)
    assert scene.insight.title == "the bird" and looked.hide_it.isVisible()
    click(looked, "the bird", qtbot)
    assert scene.insight is None and not looked.hide_it.isVisible()
    click(looked, "boxes", qtbot)
    assert scene.insight.title == "boxes"
    opened.canvas.setFocus()
    opened.actions_.refresh()
    qtbot.keyClick(opened.canvas, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: scene.insight is None)
    opened.actions_.refresh()
    assert not opened.actions_["model.inside_hide"].isEnabled()


def test_escape_drops_the_selection_first(opened, looked, qtbot):
    opened.panels["models"].predict.click()
    qtbot.waitUntil(lambda: len(opened.session.annotations) == 2)
    drag(opened.canvas, (20, 40))
    assert opened.session.selection
    opened.canvas.setFocus()
    opened.actions_.refresh()
    qtbot.keyClick(opened.canvas, Qt.Key.Key_Escape)
    assert not opened.session.selection and opened.session.inside.shown is not None
    qtbot.keyClick(opened.canvas, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: opened.session.inside.shown is None)


def test_keys_walk_through_the_views(opened, looked, qtbot):
    shown = lambda: opened.session.inside.shown.title  # noqa: E731
    looked.grid.setFocus()
    for _ in range(3):
        qtbot.keyClick(looked.grid, Qt.Key.Key_Right)
    assert shown() == "the cat"
    qtbot.keyClick(looked.grid, Qt.Key.Key_Left)
    assert shown() == "x"
    qtbot.keyClick(looked.grid, Qt.Key.Key_End)
    assert shown() == "two"
    qtbot.keyClick(looked.grid, Qt.Key.Key_Right)
    assert shown() == "two"
    qtbot.keyClick(looked.grid, Qt.Key.Key_Space)
    assert opened.session.inside.shown is None
    opened.canvas.setFocus()
    opened.actions_.refresh()
    for key, title in ((Qt.Key.Key_Right, "cat"), (Qt.Key.Key_Right, "width"), (Qt.Key.Key_Left, "cat")):
        qtbot.keyClick(opened.canvas, key, Qt.KeyboardModifier.AltModifier)
        qtbot.waitUntil(lambda title=title: shown() == title)


def test_a_group_narrows_the_grid(looked):
    looked.group.setCurrentIndex(looked.group.findData("Crops"))
    looked.group.activated.emit(looked.group.currentIndex())
    assert titles(looked) == ["the cat", "the bird"]
    looked.step(1)
    assert looked._state.shown.title == "the cat" and looked.group.currentData() == "Crops"


def test_what_lies_over_the_selected_object_comes_first(opened, looked, qtbot):
    bird = max(opened.session.annotations.values(), key=lambda a: a.bounds.x, default=None)
    assert bird is None
    opened.panels["models"].predict.click()
    qtbot.waitUntil(lambda: len(opened.session.annotations) == 2)
    bird = max(opened.session.annotations.values(), key=lambda a: a.bounds.x)
    opened.session.select([bird.id])
    assert titles(looked)[0] == "the bird" and titles(looked)[1:4] == ["cat", "width", "x"]
    opened.session.select([])
    assert titles(looked) == TITLES


def test_the_pointer_reads_the_map_with_its_size_and_offset(opened, looked, qtbot):
    point(opened.canvas, 155, 60)
    assert looked.readout.isVisible()
    assert looked.readout.text().splitlines() == ["cat: 1", "Size, width: 40 px", "Offset, x: 0.5"]
    point(opened.canvas, 2, 60)
    assert looked.readout.text().splitlines()[0] == "cat: 0"
    point(opened.canvas, -30, 60)
    assert not looked.readout.isVisible()
    point(opened.canvas, 2, 60)
    looked.hide_view()
    assert not looked.readout.isVisible()
    looked.step(1)
    assert looked.readout.isVisible(), "the pointer is still there"
    click(looked, "boxes", qtbot)
    assert not looked.readout.isVisible()


def test_numbers_show_as_bars_and_maps_with_their_scale(looked, qtbot):
    click(looked, "two", qtbot)
    assert looked.numbers.isVisible() and looked.bars.accessibleName() == "a 1.5, b -0.5"
    assert not looked.scale_bar.isVisible()
    click(looked, "width", qtbot)
    assert not looked.numbers.isVisible() and looked.scale_bar.words() == ("0", "40 px")


def test_the_colours_can_be_stretched_over_what_occurs(looked, qtbot):
    whole = (0.0, 0.0, 160.0, 120.0)
    dim = HeatView(group="g", title="dim", box=whole, values=np.float32([[0.1, 0.2]]), low=0.0, high=1.0)
    looked._state.take("toy", looked._state.place, (160, 120), (dim,))
    looked.step(0)
    assert looked.scale_bar.words() == ("0", "1")
    qtbot.mouseClick(looked.stretch, Qt.MouseButton.LeftButton)
    assert looked.scale_bar.words() == ("0.1", "0.2")


def test_thumbnails_say_their_group_where_all_are_listed(looked):
    tall = looked.grid.visualRect(looked.views.index(0)).height()
    assert looked.views.named
    looked.group.setCurrentIndex(looked.group.findData("Crops"))
    looked.group.activated.emit(looked.group.currentIndex())
    assert not looked.views.named and looked.grid.visualRect(looked.views.index(0)).height() < tall


def test_boxes_and_points_are_drawn_on_the_canvas(opened, looked, qtbot):
    click(looked, "boxes", qtbot)
    for x, score in ((10, 0.9), (60, 0.4)):
        assert np.abs(pixel(opened, x, 40) - np.array(view_reading.score_color(float(np.float32(score))))).max() <= 40
    click(looked, "points", qtbot)
    assert pixel(opened, 35, 30).min() >= 200, "the link is white"


def test_of_many_views_only_thumbnails_in_sight_are_made(opened, looked):
    heat = np.zeros((4, 4), np.float32)
    whole = (0.0, 0.0, 160.0, 120.0)
    many = tuple(HeatView(group="g", title=str(i), box=whole, values=heat) for i in range(600))
    looked._state.take("toy", looked._state.place, (160, 120), many)
    before = looked.views.made
    looked.grid.viewport().repaint()
    assert 0 < looked.views.made - before < 60


def test_another_picture_forgets_what_was_seen_and_stops_the_look(opened, looked, qtbot):
    opened.session.step(1)
    assert looked.stack.currentIndex() == 0 and opened.canvas.scene_state.insight is None
    ToyModel.gate.clear()
    looked.look()
    opened.session.step(1)
    ToyModel.gate.set()
    qtbot.waitUntil(lambda: looked._bridge.looking.state == "cancelled")
    assert looked.views.views == []


def test_looking_again_keeps_the_view_that_showed(opened, looked, qtbot):
    click(looked, "width", qtbot)
    before = looked.views.views
    qtbot.mouseClick(looked.again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: looked.views.views and looked.views.views[0] is not before[0])
    assert opened.session.inside.shown.title == "width" and opened.session.inside.shown is looked.views.views[1]


def test_views_of_another_model_than_the_chosen_one_say_so(opened, looked, qtbot):
    assert not looked.other.isVisible()
    opened.bridge.engine.catalog.cards["starter-instances"] = card("starter-instances", title="Other masks")
    opened.panels["models"].choose("starter-instances")
    assert looked.name.text() == "Toy masks" and looked.other.isVisible() and "Other masks" in looked.other.text()
    qtbot.mouseClick(looked.again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: looked.name.text() == "Other masks")
    assert not looked.other.isVisible()


def test_why_a_model_showed_nothing_is_forgotten_when_another_is_chosen(opened, panel, qtbot, monkeypatch):
    monkeypatch.setattr(ToyModel, "look", lambda *_: [])
    panel.look()
    qtbot.waitUntil(lambda: panel.empty.heading.text() == "Nothing to show")
    opened.panels["models"].choose("starter-instances")
    assert panel.empty.heading.text() == "Look inside the model"


def test_groups_have_words_in_the_interfaces_language(monkeypatch):
    monkeypatch.setattr(view_words, "tr", lambda text, **more: f"<{text}>".format(**more))
    assert view_words.group_name("Proposals") == "<Proposals>"
    assert view_words.group_name("Scores at stride 8") == "<Scores at stride 8>"
    assert view_words.group_name("Class scores, 40 × 40 cells") == "<Class scores, 40 × 40 cells>"
    assert view_words.group_name("Of my own") == "Of my own" and not view_words.known("Of my own")


def test_a_model_that_shows_nothing_says_so_in_the_panel(opened, panel, qtbot, monkeypatch):
    def refuse(self, frame, options, context):
        raise InputError("Toy masks shows nothing of its inside.", remedy="Choose another model.")

    monkeypatch.setattr(ToyModel, "look", refuse)
    panel.look()
    qtbot.waitUntil(lambda: panel.empty.heading.text() == "Nothing to show")
    assert panel.empty.text.text() == "Toy masks shows nothing of its inside. Choose another model."


def test_a_picture_in_which_nothing_is_found_says_so(panel, qtbot, monkeypatch):
    monkeypatch.setattr(ToyModel, "look", lambda *_: [])
    panel.look()
    qtbot.waitUntil(lambda: "found nothing in this picture" in panel.empty.text.text())
    assert panel.stack.currentIndex() == 0 and panel.begin.isEnabled()


def test_other_errors_are_shown_as_errors(opened, panel, qtbot, monkeypatch):
    told = []
    monkeypatch.setattr(ErrorDialog, "exec", lambda self: told.append(str(self.error)))

    def fail(self, frame, options, context):
        raise WeightsError("damaged")

    monkeypatch.setattr(ToyModel, "look", fail)
    panel.look()
    qtbot.waitUntil(lambda: bool(told))
    assert "damaged" in told[0] and panel.stack.currentIndex() == 0


def test_closing_the_project_forgets_the_views(opened, looked, qtbot):
    opened.load([])
    assert looked.views.views == [] and opened.session.inside.place is None


def test_a_view_of_numbers_shows_nothing_over_the_picture(opened, looked, qtbot):
    looked.hide_view()
    plain = opened.canvas.grab().toImage()
    click(looked, "two", qtbot)
    assert isinstance(opened.canvas.scene_state.insight, BarsView)
    assert opened.canvas.grab().toImage() == plain

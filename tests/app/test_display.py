"""What only the view changes: light and colours, the window of deep pictures, rulers, grid and magnifier."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile
from canvas_hand import Hand, make_view
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QSlider, QSpinBox

from segstudio.app.canvas.rulers import APART, Ruler, spacing
from segstudio.core.display import Display


@pytest.fixture
def opened(window, qtbot, folder):
    window.load([folder])
    qtbot.waitUntil(lambda: window.session.picture is not None)
    window.link.use("select")
    return window


def middle(window) -> tuple[int, int, int]:
    view = window.canvas
    width, height = view.scene_state.size
    at = view.mapFromScene(width / 2, height / 2)
    color = view.viewport().grab().toImage().pixelColor(at)
    return color.red(), color.green(), color.blue()


def test_brightness_changes_the_view_and_nothing_else(opened):
    panel, before = opened.panels["display"], opened.session.picture.rgb.copy()
    shown = middle(opened)
    slider = panel.fields["brightness"].findChild(QSlider)
    slider.setValue(slider.maximum())
    assert middle(opened) == (255, 255, 255) and opened.session.view.display == Display(brightness=100)
    assert (opened.session.picture.rgb == before).all() and (opened.link.context.pixels() == before).all()
    opened.actions_["view.plain"].trigger()
    assert middle(opened) == shown and slider.value() == 100
    opened.session.view.set(display=Display(invert=True))
    assert middle(opened) == tuple(255 - v for v in shown)


def test_a_deep_picture_is_seen_through_a_window_of_choice(window, qtbot, tmp_path):
    values = np.linspace(0, 4000, 60 * 80).reshape(60, 80).astype(np.uint16)
    tifffile.imwrite(tmp_path / "deep.tif", values)
    window.load([tmp_path])
    qtbot.waitUntil(lambda: window.session.picture is not None)
    panel, picture = window.panels["display"], window.session.picture
    before = picture.rgb.copy()
    assert panel._window.isVisibleTo(panel) and not panel._plain.isVisibleTo(panel)
    panel.fields["high"].findChild(QSpinBox).setValue(100)
    assert window.session.view.window is not None and window.session.view.window[1] == 100
    qtbot.waitUntil(lambda: middle(window) == (255, 255, 255))
    assert (window.session.picture.rgb == before).all()
    panel._auto.click()
    qtbot.waitUntil(lambda: middle(window) != (255, 255, 255))
    window.load([])


def test_a_plain_picture_has_no_window_to_choose(opened):
    panel = opened.panels["display"]
    assert not panel._window.isVisibleTo(panel) and panel._plain.isVisibleTo(panel)


@given(st.floats(1e-3, 64))
def test_a_rulers_numbers_are_apart_but_not_far(zoom):
    step = spacing(zoom)
    assert step * zoom * (1 + 1e-9) >= APART and step * zoom <= 2.5 * APART * (1 + 1e-9)


def test_a_ruler_says_where_its_marks_are(look, qtbot):
    view = make_view(qtbot, zoom=10.0)
    ruler = Ruler(view, across=True)
    qtbot.addWidget(ruler)
    ruler.resize(view.viewport().width(), 20)
    marks = {text: at for at, text in ruler.marks()}
    text, at = list(marks.items())[2]
    assert at == pytest.approx(view.mapFromScene(float(text), 0).x(), abs=1)
    view.zoom_to(64)
    assert any("." in text for _, text in ruler.marks()) or spacing(64) >= 1


def test_rulers_grid_and_magnifier_come_and_go(opened):
    hand, frame = Hand(opened.canvas), opened.frame
    for id in ("view.rulers", "view.magnifier", "view.grid"):
        opened.actions_[id].trigger()
    opened.actions_.refresh()
    assert all(ruler.isVisible() for ruler in frame.rulers) and opened.canvas.scene_state.grid == 64
    assert all(opened.actions_[id].isChecked() for id in ("view.rulers", "view.magnifier", "view.grid"))
    hand.move(80, 60)
    assert frame.magnifier.isVisible()
    image = frame.magnifier.grab().toImage()
    assert len({image.pixelColor(x, 60).rgb() for x in range(20, 170, 10)}) > 1
    for id in ("view.rulers", "view.magnifier", "view.grid"):
        opened.actions_[id].trigger()
    assert not frame.magnifier.isVisible() and opened.canvas.scene_state.grid == 0
    assert not any(ruler.isVisible() for ruler in frame.rulers)


def test_the_magnifier_keeps_out_of_the_pointers_way(opened):
    opened.session.view.set(magnifier=True)
    view, glass = opened.canvas, opened.frame.magnifier
    for x, y in ((12, view.viewport().height() - 20), (view.viewport().width() - 20, view.viewport().height() - 20)):
        place = view.mapToScene(x, y)
        view.cursor_moved.emit(place.x(), place.y())
        assert glass.isVisible() and not glass.geometry().contains(x, y)


def test_the_status_bar_tells_parts_of_a_pixel_when_they_can_be_seen(opened):
    opened.canvas.zoom_to(20)
    opened.status.show_cursor(10.257, 7.5)
    assert opened.status.cursor_text.text().startswith("10.26, 7.50")
    opened.canvas.zoom_to(1)
    opened.status.show_cursor(10.257, 7.5)
    assert opened.status.cursor_text.text().startswith("10, 7 ")

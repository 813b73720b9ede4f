"""The DensePose overlay and the atlas, linked both ways in the real window."""

from __future__ import annotations

import numpy as np
import pytest
from canvas_hand import Hand, make_view, use
from densepose_data import BOX, person
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from segstudio.app.canvas.layers.densepose import map_pixels
from segstudio.app.densepose_state import LOOKS, Spot, chart_color, part_color
from segstudio.app.dialogs.error import ErrorDialog
from segstudio.app.tools import make_tools
from segstudio.core import changes, colors
from segstudio.core.annotation import Annotation
from segstudio.core.densepose_maps import filled_grid


def given(id=1):
    return Annotation(id, 1, 1, geometry=BOX, dense=person())


def color_at(view, x, y):
    view.refresh()
    at = view.viewportTransform().map(QPoint(0, 0))
    image = view.viewport().grab().toImage()
    at = view.viewportTransform().map(float(x), float(y))
    c = image.pixelColor(round(at[0]), round(at[1]))
    return c.red(), c.green(), c.blue()


def mixed(color, under=90, alpha=0.7):
    return pytest.approx([c * alpha + under * (1 - alpha) for c in color], abs=3)


@pytest.fixture
def view(qtbot):
    made = make_view(qtbot, 200, 180, 2.0)
    use(made, make_tools()["select"], [given()])
    made.scene_state.mode = "densepose"
    return made


def test_parts_cover_the_picture_in_their_colours(view):
    assert color_at(view, *person().to_picture(70, 130)) == mixed(part_color(1))
    assert color_at(view, *person().to_picture(70, 200)) == mixed(part_color(6))


def test_charts_u_and_v_have_the_published_colour_map(view):
    cells = filled_grid(person())
    row, column = 130, 70
    wanted = {"charts": cells.labels[row, column] / 24, "u": cells.uv[0, row, column], "v": cells.uv[1, row, column]}
    for look, value in wanted.items():
        view.scene_state.dense.set(look=look)
        rgb = colors.lut("parula")[round(float(value) * 255)]
        assert color_at(view, *person().to_picture(column + 0.5, row + 0.5)) == mixed(rgb.tolist())


def test_contours_follow_tenths_of_u_and_v():
    cells = filled_grid(person())
    lines = map_pixels(cells, "contour")[..., 3] > 0
    whole = map_pixels(cells, "u")[..., 3] > 0
    assert 0 < lines.sum() < 0.5 * whole.sum() and not (lines & ~whole).any()


def test_points_alone_show_as_dots_in_their_colours(qtbot):
    from msgspec.structs import replace

    view = make_view(qtbot, 200, 180, 2.0)
    bare = replace(given(), dense=replace(person(), masks=()))
    use(view, make_tools()["select"], [bare])
    assert color_at(view, *person().point(3)[:2]) == (90, 90, 90)
    view.scene_state.mode = "densepose"
    assert color_at(view, *person().point(3)[:2]) == pytest.approx(chart_color(9, "parts"), abs=2)


def test_nothing_shows_in_other_modes_or_with_the_layer_off(view):
    place = person().to_picture(70, 130)
    view.scene_state.kinds -= {"dense"}
    assert color_at(view, *place) == (90, 90, 90)
    view.scene_state.kinds |= {"dense"}
    view.scene_state.mode = "instances"
    assert color_at(view, *place) == (90, 90, 90)


def test_a_part_that_is_none_of_the_24_is_grey():
    for look in LOOKS:
        assert chart_color(0.0, look) == chart_color(25.0, look) == (150, 150, 150)


# In the window


@pytest.fixture
def desk(opened, qtbot):
    """The window in DensePose mode on a person with a dense pose."""
    session = opened.session
    media = session.media.id
    session.commit(changes.insert([Annotation(7, media, *_category(session), geometry=BOX, dense=person())], "Add"))
    session.select([7])
    opened.link.use("dense_point")
    qtbot.waitUntil(lambda: opened.panels["atlas"].isVisible())
    return opened


def _category(session):
    from segstudio.core.labels import Category

    if not session.categories:
        session.commit(changes.insert([Category(session.new_id("category"), "person")], "Class"))
    return (next(iter(session.categories)),)


def test_choosing_a_tool_turns_to_densepose_and_brings_the_atlas(desk):
    assert desk.session.view.mode == "densepose"
    assert desk.panels["atlas"].isVisible()


def test_the_pointer_on_the_picture_shows_its_place_on_the_atlas(desk):
    panel, hand = desk.panels["atlas"], Hand(desk.canvas)
    hand.move(*person().to_picture(130, 110))
    seen = desk.session.dense.seen
    assert seen.chart == 2 and 0.5 < seen.u < 0.75
    assert "Torso, front" in panel.name.text() and f"{seen.u:.2f}" in panel.values.text()
    assert panel.chart_view.chart == 2 and panel.body_view.points_of(seen)
    hand.move(*person().to_picture(100, 238))
    assert desk.session.dense.seen.chart == 9 and panel.chart_view.chart == 9
    x, y = person().point(0)[:2]
    hand.move(x, y)
    assert desk.session.dense.seen == Spot(2, 0.25, 0.75)
    hand.move(2, 2)
    assert desk.session.dense.seen is None


def test_the_pointer_on_the_atlas_rings_its_place_in_the_picture(desk):
    panel, state = desk.panels["atlas"], desk.session.dense
    before = desk.canvas.viewport().grab().toImage()
    at = panel.body_view.points_of(Spot(2, 0.5, 0.5))[0]
    QTest.mouseMove(panel.body_view, at.toPoint())
    assert state.aim.chart == 2 and state.aim.u == pytest.approx(0.5, abs=0.05)
    after = desk.canvas.viewport().grab().toImage()
    assert before != after
    assert panel.chart_view.chart == 2
    QTest.mouseMove(panel.chart_view, QPoint(66, 66))
    assert state.aim == Spot(2, pytest.approx(0.5, abs=0.02), pytest.approx(0.5, abs=0.02))


def test_click_on_the_body_then_on_the_atlas_makes_a_point_that_undo_takes_back(desk):
    panel, hand, session = desk.panels["atlas"], Hand(desk.canvas), desk.session
    before = session.annotations[7]
    hand.click(*person().to_picture(160, 75))
    assert "click" in panel.next.text().lower()
    at = panel.body_view.points_of(Spot(1, 0.3, 0.6))[0]
    QTest.mouseClick(panel.body_view, Qt.MouseButton.LeftButton, pos=at.toPoint())
    dense = session.annotations[7].dense
    assert dense.count == 6 and dense.part[-1] == 1.0
    assert (dense.u[-1], dense.v[-1]) == (pytest.approx(0.3, abs=0.05), pytest.approx(0.6, abs=0.05))
    session.undo()
    assert session.annotations[7].dense == before.dense


def test_a_right_click_on_the_body_shows_the_chart_large_and_takes_nothing(desk):
    panel, hand, session = desk.panels["atlas"], Hand(desk.canvas), desk.session
    hand.click(*person().to_picture(160, 75))
    at = panel.body_view.points_of(Spot(9, 0.5, 0.5))[0]
    QTest.mouseClick(panel.body_view, Qt.MouseButton.RightButton, pos=at.toPoint())
    assert panel.chart_view.chart == 9 and session.annotations[7].dense.count == 5
    QTest.mouseClick(panel.chart_view, Qt.MouseButton.LeftButton, pos=QPoint(66, 40))
    assert session.annotations[7].dense.part[-1] == 9.0


def test_the_chart_takes_arrows_and_enter(desk):
    panel, hand, session = desk.panels["atlas"], Hand(desk.canvas), desk.session
    hand.click(*person().to_picture(160, 75))
    session.dense.set(cursor=Spot(2, 0.5, 0.5))
    panel.chart_view.setFocus()
    QTest.keyClick(panel.chart_view, Qt.Key.Key_Down)
    QTest.keyClick(panel.chart_view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert session.dense.cursor == Spot(2, 0.51, 0.6)
    QTest.keyClick(panel.chart_view, Qt.Key.Key_Return)
    dense = session.annotations[7].dense
    assert (dense.part[-1], dense.u[-1], dense.v[-1]) == (2.0, 0.51, 0.6)


def test_a_click_on_the_atlas_chooses_the_part_to_paint(desk):
    panel = desk.panels["atlas"]
    desk.link.use("dense_parts")
    at = panel.body_view.points_of(Spot(23, 0.8, 0.5))[0]
    QTest.mouseClick(panel.body_view, Qt.MouseButton.LeftButton, pos=at.toPoint())
    assert desk.link.tools["dense_parts"].part == 14


def test_the_look_is_chosen_in_the_panel_and_every_look_paints(desk):
    panel = desk.panels["atlas"]
    seen = set()
    for i, look in enumerate(LOOKS):
        panel.look.setCurrentIndex(i)
        panel.look.activated.emit(i)
        assert desk.session.dense.look == look
        image = desk.canvas.viewport().grab().toImage()
        seen.add(np.array(image.constBits()).tobytes())
        panel.grab()
    assert len(seen) == len(LOOKS)


def test_people_wear_the_texture_that_is_chosen(desk, tmp_path, monkeypatch, qtbot):
    panel, state = desk.panels["atlas"], desk.session.dense
    assert not panel.sheet.isVisible()
    state.set(look="texture")
    assert panel.sheet.isVisible()
    x, y = person().to_picture(70, 130)
    assert color_at(desk.canvas, x, y) in [tuple(c) for c in state.texture[1].reshape(-1, 3).tolist()]
    sheet = np.zeros((60, 40, 3), np.uint8)
    sheet[10:20, :10] = (200, 30, 60)
    name = tmp_path / "sheet.png"
    Image.fromarray(sheet).save(name)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(name), ""))
    qtbot.mouseClick(panel.sheet, Qt.MouseButton.LeftButton)
    assert color_at(desk.canvas, x, y) == (200, 30, 60), "the torso's front is chart 2"
    Image.fromarray(sheet[:, :30]).save(name)
    told = []
    monkeypatch.setattr(ErrorDialog, "exec", lambda self: told.append(str(self.error)))
    qtbot.mouseClick(panel.sheet, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(told))
    assert "4 squares wide" in told[0]
    assert color_at(desk.canvas, x, y) == (200, 30, 60)


def test_the_panel_offers_the_mode_where_it_is_off(desk):
    panel = desk.panels["atlas"]
    assert not panel.start.isVisible()
    desk.session.view.set(mode="instances")
    assert panel.start.isVisible()
    panel.start.click()
    assert desk.session.view.mode == "densepose"


def test_the_panel_offers_the_tools_while_none_of_them_is_active(desk):
    panel = desk.panels["atlas"]
    assert not panel.points.isVisible() and not panel.parts.isVisible()
    desk.link.use("select")
    assert panel.points.isVisible()
    panel.parts.click()
    assert desk.link.tool == "dense_parts" and not panel.parts.isVisible()


def test_the_export_dialog_writes_iuv_pictures(desk, tmp_path, qtbot):
    from segstudio.app.dialogs.transfer import ExportDialog

    dialog = ExportDialog(desk, desk.bridge, desk.session.project, desk.settings, 0.3)
    qtbot.addWidget(dialog)
    dialog.path.setText(str(tmp_path / "people.json"))
    at = dialog.format.findData("densepose-iuv")
    dialog.format.setCurrentIndex(at)
    dialog.format.activated.emit(at)
    assert dialog.path.text().endswith("people.zip")
    dialog.export()
    qtbot.waitUntil(lambda: (tmp_path / "people.zip").exists())
    qtbot.waitUntil(lambda: dialog.report is not None)
    assert dialog.report.media == 1
    at = dialog.format.findData("coco")
    dialog.format.setCurrentIndex(at)
    dialog.format.activated.emit(at)
    assert dialog.path.text().endswith("people.json")

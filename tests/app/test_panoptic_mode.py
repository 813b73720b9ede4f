"""Panoptic mode by real events: nothing overlaps, the meter follows, gaps are found and filled, all of it undone."""

from __future__ import annotations

import numpy as np
import pytest
from app_fakes import drag
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from segstudio.core import changes, masks, panoptic
from segstudio.core.annotation import REJECTED, Annotation, Origin
from segstudio.core.geometry import Box, Polygons
from segstudio.core.labels import Category
from segstudio.core.masks import Mask

SIZE = (160, 120)
CTRL = Qt.KeyboardModifier.ControlModifier


def box(x: int, y: int, w: int, h: int) -> Mask:
    return masks.from_bitmap(np.ones((h, w), np.uint8), x, y)


def key(window, qtbot, code: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    window.canvas.setFocus()
    QApplication.processEvents()
    qtbot.keyClick(window.canvas, code, modifier)


@pytest.fixture
def mapped(opened, qtbot):
    """A window in panoptic mode: sky above, a cat below on the left; all else is void."""
    session = opened.session
    media = session.media.id
    session.new_id("category", 2)
    first = session.new_id("annotation", 2)
    rows = [
        Annotation(first, media, 1, geometry=box(0, 0, 160, 60)),
        Annotation(first + 1, media, 2, geometry=box(0, 60, 60, 60)),
    ]
    session.commit(changes.insert([Category(1, "sky", thing=False), Category(2, "cat", position=1), *rows]))
    session.view.set(mode="panoptic")
    settled(opened, qtbot)
    return opened


def mode(window):
    return window.panels["panoptic"].mode


def settled(window, qtbot) -> None:
    """Wait until somebody has looked at the map as it is now."""
    qtbot.waitUntil(lambda: mode(window).survey is not None)


def exact(window) -> tuple[int, int]:
    """Return (void, pixels claimed twice) counted anew."""
    found = panoptic.compose(mode(window).rows(), SIZE)
    return found.void, int(panoptic.claimed_twice(mode(window).rows(), SIZE).sum())


def by_category(window, category: int) -> Annotation:
    (a,) = [a for a in window.session.annotations.values() if a.category == category]
    return a


def test_the_mode_brings_its_panel_to_the_front_and_back(opened, qtbot):
    panel = opened.panels["panoptic"]
    assert panel.stack.currentIndex() == 0 and not opened.actions_["gap.next"].isEnabled()
    opened.layout_.upper.setCurrentWidget(panel)
    panel.switch.click()
    assert opened.session.view.mode == "panoptic" and panel.stack.currentIndex() == 1
    opened.layout_.upper.setCurrentIndex(0)
    opened.session.view.set(mode="instances")
    assert panel.stack.currentIndex() == 0 and opened.layout_.upper.currentIndex() == 0
    opened.actions_["view.panoptic"].trigger()
    assert opened.layout_.upper.currentWidget() is panel
    settled(opened, qtbot)
    assert panel.meter.text() == "0.0 % labelled" and "19,200 px in 1 gap" in panel.count.text()


def test_the_meter_counts_what_nobody_has(mapped):
    assert mode(mapped).void == 100 * 60
    panel = mapped.panels["panoptic"]
    assert panel.meter.text() == "68.7 % labelled" and panel.count.text() == "6,000 px in 1 gap"
    assert panel.sound.text() == "No problems found." and not panel.warning.isVisible()


def test_a_stroke_takes_from_its_neighbour_in_one_step(mapped, qtbot):
    session = mapped.session
    before = dict(session.annotations)
    cat = by_category(mapped, 2)
    session.select([cat.id])
    key(mapped, qtbot, Qt.Key.Key_B)
    steps = len(session.steps())
    drag(mapped.canvas, (30, 80), (30, 55), (80, 55))
    assert len(session.steps()) == steps + 1
    assert exact(mapped) == (mode(mapped).void, 0)
    assert by_category(mapped, 1).mask(*SIZE).area < 160 * 60
    grown = by_category(mapped, 2).mask(*SIZE).area
    assert grown > 60 * 60
    settled(mapped, qtbot)
    assert mapped.panels["panoptic"].sound.isVisible()
    key(mapped, qtbot, Qt.Key.Key_Z, CTRL)
    assert session.annotations == before and mode(mapped).void == 100 * 60


def test_a_stroke_may_spare_its_neighbours(mapped, qtbot):
    panel = mapped.panels["panoptic"]
    panel.way.setCurrentIndex(panel.way.findData("protect"))
    panel.way.activated.emit(panel.way.currentIndex())
    sky, cat = by_category(mapped, 1), by_category(mapped, 2)
    mapped.session.select([cat.id])
    key(mapped, qtbot, Qt.Key.Key_B)
    drag(mapped.canvas, (30, 80), (30, 50), (80, 66))
    assert by_category(mapped, 1) == sky
    assert by_category(mapped, 2).mask(*SIZE).area > 3600
    assert exact(mapped) == (mode(mapped).void, 0)
    said = []
    mapped.session.said.connect(said.append)
    drag(mapped.canvas, (30, 20), (60, 22))
    assert "Nothing changed" in said[-1]
    assert mapped.settings.text("panoptic/way") == "protect"


def test_a_polygon_a_paste_and_a_deletion_keep_the_map(mapped, qtbot):
    key(mapped, qtbot, Qt.Key.Key_P)
    mapped.session.set_category(2)
    for x, y in ((50, 40), (110, 40), (110, 90), (50, 90)):
        drag(mapped.canvas, (x, y))
    key(mapped, qtbot, Qt.Key.Key_Return)
    assert len(mapped.session.annotations) == 3 and exact(mapped) == (mode(mapped).void, 0)
    drawn = list(mapped.session.annotations.values())[-1]
    # Nothing was above it: it is the polygon that was drawn.
    assert isinstance(drawn.geometry, Polygons)
    mapped.session.select([drawn.id])
    mapped.actions_.refresh()
    mapped.actions_["edit.duplicate"].trigger()
    assert len(mapped.session.annotations) == 4 and exact(mapped) == (mode(mapped).void, 0)
    mapped.actions_.refresh()
    mapped.actions_["edit.delete"].trigger()
    assert exact(mapped) == (mode(mapped).void, 0)


def test_hidden_objects_are_protected(mapped, qtbot):
    sky, cat = by_category(mapped, 1), by_category(mapped, 2)
    mapped.session.view.toggle_hidden({sky.id})
    mapped.session.select([cat.id])
    key(mapped, qtbot, Qt.Key.Key_B)
    drag(mapped.canvas, (30, 80), (30, 50), (80, 70))
    assert by_category(mapped, 1) == sky and exact(mapped)[1] == 0


@pytest.mark.parametrize("by", ["lock", "class", "isolation"])
def test_what_is_locked_or_out_of_sight_is_protected(by, mapped, qtbot):
    sky, cat = by_category(mapped, 1), by_category(mapped, 2)
    view = mapped.session.view
    chosen = {"lock": {"locked": frozenset({sky.id})}, "class": {"hidden_categories": frozenset({1})}}
    view.set(**chosen.get(by, {"isolated": frozenset({cat.id})}))
    mapped.session.select([cat.id])
    key(mapped, qtbot, Qt.Key.Key_B)
    drag(mapped.canvas, (30, 80), (30, 50), (80, 70))
    assert by_category(mapped, 1) == sky and by_category(mapped, 2).mask(*SIZE).area > 3600
    assert exact(mapped)[1] == 0


def test_overlaps_are_counted_and_resolved_by_the_rule(mapped, qtbot):
    session, panel = mapped.session, mapped.panels["panoptic"]
    session.view.set(mode="instances")
    id = session.new_id()
    session.commit(changes.insert([Annotation(id, session.media.id, 2, geometry=box(40, 40, 40, 40))]))
    session.view.set(mode="panoptic")
    settled(mapped, qtbot)
    assert panel.warning.isVisible() and panel.overlap.text().startswith("1,200 pixels")
    texts = [panel.model.index(i).data() for i in range(panel.model.rowCount())]
    assert texts == ["sky: loses 800 px to others", "cat: loses 400 px to others"]
    QTest.mouseClick(
        panel.list.viewport(), Qt.MouseButton.LeftButton, pos=panel.list.visualRect(panel.model.index(0)).center()
    )
    assert session.selection == {by_category(mapped, 1).id}
    panel.rule.setCurrentIndex(panel.rule.findData("small"))
    panel.rule.activated.emit(panel.rule.currentIndex())
    settled(mapped, qtbot)
    before = dict(session.annotations)
    panel.resolve.click()
    settled(mapped, qtbot)
    assert not panel.warning.isVisible() and exact(mapped)[1] == 0
    assert session.annotations[id] == before[id]
    session.undo()
    assert session.annotations == before


def test_gaps_are_visited_largest_first_and_filled(mapped, qtbot):
    session, panel = mapped.session, mapped.panels["panoptic"]
    sky = by_category(mapped, 1)
    hole = masks.subtract(sky.mask(*SIZE), box(100, 10, 5, 5))
    session.commit(changes.replace([(sky, Annotation(sky.id, sky.media, 1, geometry=hole))]))
    settled(mapped, qtbot)
    key(mapped, qtbot, Qt.Key.Key_O)
    assert mapped.canvas.scene_state.marked == box(60, 60, 100, 60)
    assert panel.next.text() == "Next Gap"
    key(mapped, qtbot, Qt.Key.Key_O)
    assert mapped.canvas.scene_state.marked == box(100, 10, 5, 5)
    # It is in the middle of the view, and near.
    at = mapped.canvas.to_picture(mapped.canvas.viewport().rect().center().toPointF())
    assert abs(at.x() - 102.5) < 2 and abs(at.y() - 12.5) < 2 and mapped.canvas.scale_now >= 5
    key(mapped, qtbot, Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    assert by_category(mapped, 1).mask(*SIZE) == box(0, 0, 160, 60) and mode(mapped).void == 6000
    assert mapped.canvas.scene_state.marked is None
    session.set_category(2)
    key(mapped, qtbot, Qt.Key.Key_N)
    assert mode(mapped).void == 0 and len(session.annotations) == 3
    settled(mapped, qtbot)
    assert panel.count.text() == "no gap" and not panel.next.isEnabled()
    session.undo()
    assert mode(mapped).void == 6000


def test_all_gaps_go_to_the_nearest_in_one_step(mapped, qtbot):
    steps = len(mapped.session.steps())
    mapped.actions_.refresh()
    mapped.actions_["gap.fill_all"].trigger()
    assert mode(mapped).void == 0 and exact(mapped) == (0, 0)
    assert len(mapped.session.steps()) == steps + 1 and mapped.session.steps()[-1].label == "Fill gaps"


def test_stuff_takes_a_gap_into_its_region(mapped):
    mapped.session.set_category(1)
    assert mode(mapped).fill("class") and mode(mapped).void == 0
    assert by_category(mapped, 1).mask(*SIZE).area == 160 * 60 + 6000


def test_a_class_is_made_stuff_and_things_again(mapped):
    panel = mapped.panels["panoptic"]
    mapped.session.set_category(2)
    assert panel.stuff.text() == "“cat” is stuff" and not panel.stuff.isChecked()
    panel.stuff.click()
    assert not mapped.session.categories[2].thing and panel.stuff.isChecked()
    mapped.session.undo()
    assert mapped.session.categories[2].thing and not panel.stuff.isChecked()


def test_what_is_below_the_threshold_is_no_part_of_the_map(mapped, qtbot):
    session = mapped.session
    found = Origin("model", model="toy")
    rows = [
        Annotation(session.new_id(), session.media.id, 2, geometry=box(70, 70, 20, 20), origin=found, score=0.1),
        Annotation(session.new_id(), session.media.id, 2, geometry=box(100, 70, 20, 20), review=REJECTED),
        Annotation(session.new_id(), session.media.id, 2, geometry=Box(100, 70, 20, 20)),
    ]
    session.commit(changes.insert(rows))
    assert mode(mapped).void == 6000
    session.select([by for by in session.annotations if session.annotations[by].category == 1])
    key(mapped, qtbot, Qt.Key.Key_B)
    drag(mapped.canvas, (80, 50), (80, 90))
    assert session.annotations[rows[0].id] == rows[0]
    session.view.set(threshold=0.05)
    qtbot.waitUntil(lambda: mode(mapped).found is not None)
    assert exact(mapped)[0] == mode(mapped).void < 6000


def test_random_edits_keep_the_map_and_the_meter_exact(mapped, qtbot):
    """The map is made anew in parts only: after each edit it must be what a whole one would be."""
    session = mapped.session
    rng = np.random.default_rng(7)
    for _ in range(40):
        rows = list(session.annotations.values())
        x, y = (int(v) for v in rng.integers(0, (140, 100)))
        w, h = (int(v) for v in rng.integers(3, 40, 2))
        shape = masks.from_bitmap((rng.random((h, w)) < 0.9).astype(np.uint8), x, y)
        a = rows[int(rng.integers(len(rows)))] if rows else None
        match int(rng.integers(5)):
            case 0:
                new = Annotation(
                    session.new_id(), session.media.id, int(rng.integers(1, 3)), geometry=shape, z=int(rng.integers(3))
                )
                session.commit(changes.insert([new]))
            case 1 if a is not None:
                session.commit(changes.delete([a]))
            case 2:
                session.undo()
            case 3:
                session.redo()
            case _ if a is not None:
                new = Annotation(a.id, a.media, a.category, geometry=masks.union(a.mask(*SIZE), shape), z=a.z)
                session.commit(changes.replace([(a, new)]))
        found = mode(mapped).found
        whole = panoptic.compose(mode(mapped).rows(), SIZE)
        assert (np.array([0, *found.ids])[found.values] == np.array([0, *whole.ids])[whole.values]).all()
        assert exact(mapped) == (mode(mapped).void, 0)


def test_another_picture_has_another_map(mapped, qtbot):
    mapped.session.step(1)
    qtbot.waitUntil(lambda: mode(mapped).found is not None)
    assert mode(mapped).void == 160 * 120
    mapped.session.step(-1)
    qtbot.waitUntil(lambda: mode(mapped).found is not None)
    assert mode(mapped).void == 6000


def test_stuff_is_told_from_things(mapped):
    style = mapped.canvas.scene_state.style
    sky, cat = by_category(mapped, 1), by_category(mapped, 2)
    fill, edge = style.paints(sky)
    assert fill == edge and 0.7 <= (fill >> 24) / 255 <= 0.8
    fill, edge = style.paints(cat)
    assert (fill >> 24) / 255 < 0.5 < (edge >> 24) / 255


def test_a_picture_too_large_for_a_map_says_so_and_is_left_alone(mapped, qtbot, monkeypatch):
    monkeypatch.setattr("segstudio.app.panoptic_mode.LARGEST", 100)
    mapped.session.view.set(threshold=0.2)
    panel = mapped.panels["panoptic"]
    assert panel.stack.currentIndex() == 0 and "too many pixels" in panel.empty.text.text()
    assert not panel.switch.isVisible()
    sky = by_category(mapped, 1)
    mapped.session.select([by_category(mapped, 2).id])
    key(mapped, qtbot, Qt.Key.Key_B)
    drag(mapped.canvas, (30, 80), (30, 50), (80, 66))
    assert by_category(mapped, 1) == sky

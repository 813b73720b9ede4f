"""Operations on shapes by their menu rows in the real window: what they make, what they refuse, and back again."""

from __future__ import annotations

import numpy as np
import pytest
from canvas_hand import Hand
from PySide6.QtCore import Qt

from segstudio.core import edits, masks
from segstudio.core.annotation import Annotation
from segstudio.core.geometry import Polygons
from segstudio.core.labels import Category
from segstudio.core.masks import Mask

K = Qt.Key
SQUARE = (10.0, 10.0, 30.0, 10.0, 30.0, 30.0, 10.0, 30.0)
OTHER = (20.0, 20.0, 40.0, 20.0, 40.0, 40.0, 20.0, 40.0)


@pytest.fixture
def fill(opened):
    """A function that adds objects of these shapes, selects them and returns their ids."""
    session = opened.session
    category = Category(session.new_id("category"), "thing")
    session.commit(edits.add_category(category))

    def add(*shapes):
        first = session.new_id("annotation", len(shapes))
        rows = [Annotation(first + i, session.media.id, category.id, geometry=g) for i, g in enumerate(shapes)]
        session.commit(edits.add(rows))
        session.select(a.id for a in rows)
        return [a.id for a in rows]

    return add


def trigger(window, id: str) -> None:
    window.actions_.refresh()
    assert window.actions_[id].isEnabled(), id
    window.actions_[id].trigger()


def test_union_makes_one_object_and_undo_brings_all_back(opened, fill):
    ids = fill(Polygons((SQUARE,)), Polygons((OTHER,)))
    before = dict(opened.session.annotations)
    trigger(opened, "shape.union")
    (made,) = opened.session.annotations.values()
    assert made.id == ids[0] and made.geometry.vertices == 8
    assert opened.session.selection == {ids[0]}
    trigger(opened, "edit.undo")
    assert opened.session.annotations == before


def test_two_hundred_objects_become_one_in_one_step(opened, fill):
    ids = fill(*(masks.from_bitmap(np.ones((6, 6)), 2 + i % 20 * 3, 2 + i // 20 * 3) for i in range(200)))
    trigger(opened, "shape.union")
    (made,) = opened.session.annotations.values()
    assert made.id == ids[0] and made.geometry.area == 63 * 33
    trigger(opened, "edit.undo")
    assert len(opened.session.annotations) == 200


def test_what_cannot_be_done_is_told_with_a_remedy_in_the_status_bar(opened, fill):
    fill(Polygons((SQUARE,)), Polygons((tuple(v + 40 for v in OTHER),)))
    before = dict(opened.session.annotations)
    trigger(opened, "shape.intersect")
    assert opened.status.hint.text().startswith("These objects have nothing in common. Select")
    assert opened.session.annotations == before
    opened.session.select(list(before)[:1])
    opened.actions_.refresh()
    assert not opened.actions_["shape.union"].isEnabled(), "one object alone has no union"


def test_split_pieces_are_selected_and_conversion_keeps_every_pixel(opened, fill):
    bitmap = np.ones((20, 30))
    bitmap[:, 14:16] = bitmap[5:9, 3:7] = 0
    (id,) = fill(masks.from_bitmap(bitmap, 4, 4))
    trigger(opened, "shape.split")
    assert len(opened.session.selection) == 2 and id in opened.session.selection
    stored = {a.id: a.geometry for a in opened.session.annotations.values()}
    trigger(opened, "shape.to_polygon")
    assert all(isinstance(a.geometry, Polygons) for a in opened.session.annotations.values())
    trigger(opened, "shape.to_mask")
    assert {a.id: a.geometry for a in opened.session.annotations.values()} == stored


def test_simplifying_shows_what_it_costs_before_it_is_done(opened, fill, qtbot):
    ys, xs = np.mgrid[:60, :60]
    (id,) = fill(masks.from_bitmap((xs - 30) ** 2 + (ys - 30) ** 2 < 25**2, 5, 5))
    trigger(opened, "shape.simplify")
    adjust, link = opened.link.tools["adjust"], opened.link
    qtbot.waitUntil(lambda: "→" in adjust.note and not link.background.busy)
    assert "px" in adjust.note and "IoU" in adjust.note
    assert isinstance(opened.session.annotations[id].geometry, Mask), "nothing has changed yet"
    many = opened.canvas.scene_state.get(id).geometry.vertices
    adjust.set_value("tolerance", 4.0)
    link.choose("tolerance")
    qtbot.waitUntil(lambda: not link.background.busy and opened.canvas.scene_state.get(id).geometry.vertices < many)
    Hand(opened.canvas).key(K.Key_Return, "\r")
    qtbot.waitUntil(lambda: isinstance(opened.session.annotations[id].geometry, Polygons))
    assert opened.session.annotations[id].geometry.vertices < many


@pytest.mark.parametrize("operation", ["fill_holes", "crumbs", "grow", "shrink", "smooth"])
def test_a_clean_up_shows_first_and_escape_leaves_everything(opened, fill, qtbot, operation):
    bitmap = np.ones((30, 30))
    bitmap[8:12, 8:12] = bitmap[:, 25:28] = 0
    (id,) = fill(masks.from_bitmap(bitmap, 10, 10))
    before = dict(opened.session.annotations)
    trigger(opened, f"shape.{operation}")
    state = opened.canvas.scene_state
    qtbot.waitUntil(lambda: not opened.link.background.busy and id in state.shown)
    assert state.get(id).geometry != before[id].geometry and "px" in opened.link.tools["adjust"].note
    Hand(opened.canvas).key(K.Key_Escape)
    qtbot.waitUntil(lambda: opened.link.tool != "adjust")
    assert opened.session.annotations == before and state.shown == {}

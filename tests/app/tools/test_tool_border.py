"""The border brush by real mouse events: two segments exchange pixels, and no third one is touched."""

from __future__ import annotations

import numpy as np
import pytest
from canvas_hand import Hand, make_view, use
from PySide6.QtCore import Qt

from segstudio.app.tools.border import Border
from segstudio.core import masks
from segstudio.core.annotation import Annotation

W, H = 200, 150


@pytest.fixture
def view(qtbot):
    return make_view(qtbot, W, H)


def block(id, x, y, w, h, **more):
    return Annotation(id, 1, 1, geometry=masks.from_bitmap(np.ones((h, w)), x, y), **more)


def frame(a):
    return masks.paste(a.mask(W, H), H, W).astype(bool)


def three():
    """Left and right of a border at x = 100, and one below both from y = 100."""
    return [block(1, 0, 0, 100, 100), block(2, 100, 0, 100, 100, z=3), block(3, 0, 100, 200, 40)]


def test_a_drag_over_the_border_moves_it(view):
    desk, hand = use(view, Border(size=20), three()), Hand(view)
    before = {id: frame(a) for id, a in desk.annotations.items()}
    hand.drag((90, 50), (110, 50))
    (change,) = desk.commits
    assert change.label == "Move border" and {c.id for c in change.changes} == {1, 2}
    after = {id: frame(a) for id, a in desk.annotations.items()}
    given = after[1] & ~before[1]
    assert given.any() and (given == (before[2] & ~after[2])).all()
    assert (after[1] | after[2] == before[1] | before[2]).all() and not (after[1] & after[2]).any()
    ys, xs = np.nonzero(given)
    assert xs.min() == 100 and xs.max() == 119 and ys.min() >= 40 and ys.max() < 60
    assert desk.selection == {1}


def test_only_the_neighbour_that_was_touched_first_gives_pixels(view):
    desk, hand = use(view, Border(size=20), three()), Hand(view)
    third = desk.annotations[3]
    hand.drag((90, 80), (106, 80), (106, 120), (40, 120))
    assert desk.annotations[3] is third
    assert frame(desk.annotations[2]).sum() < 100 * 100


def test_void_stays_void(view):
    desk, hand = use(view, Border(size=20), [block(1, 0, 0, 50, 100), block(2, 60, 0, 40, 100)]), Hand(view)
    hand.drag((45, 50), (70, 50))
    assert not frame(desk.annotations[1])[:, 50:60].any()
    assert frame(desk.annotations[1])[50, 60:80].all()


def test_a_stroke_that_touches_no_neighbour_changes_nothing(view):
    desk, hand = use(view, Border(size=10), three()), Hand(view)
    hand.drag((30, 30), (60, 30))
    assert desk.commits == []
    hand.drag((195, 145), (150, 120))
    assert desk.commits == [] and desk.said == ["Press inside a segment, near its border."]


def test_escape_leaves_everything_as_it_was(view, qtbot):
    desk, hand = use(view, Border(size=20), three()), Hand(view)
    hand.press(90, 50)
    hand.move(115, 50)
    assert view.scene_state.draft.regions[0][0].area > 0
    hand.key(Qt.Key.Key_Escape)
    hand.release(115, 50)
    assert desk.commits == [] and view.scene_state.draft.regions == ()


def test_the_keys_change_the_size(view):
    tool = Border(size=40)
    use(view, tool, three())
    hand = Hand(view)
    hand.key(Qt.Key.Key_BracketRight, "]")
    assert tool.value("size") == 45
    hand.key(Qt.Key.Key_BracketLeft, "[")
    assert tool.value("size") == 40


def test_who_gives_the_last_pixel_is_gone(view):
    desk, hand = use(view, Border(size=30), [block(1, 0, 0, 50, 50), block(2, 50, 20, 5, 5)]), Hand(view)
    hand.drag((45, 22), (55, 22))
    assert set(desk.annotations) == {1}

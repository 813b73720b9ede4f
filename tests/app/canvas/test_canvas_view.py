"""The view by real events: zoom, pan, hover, partial painting, and what it holds."""

from __future__ import annotations

import gc
import math
import os
import subprocess
import sys
import weakref
from dataclasses import replace

import numpy as np
import pytest
from canvas_hand import CTRL, MIDDLE, SHIFT, Hand, make_view, use
from PySide6.QtCore import QEvent, QPointF, QRect, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QApplication

from segstudio.app.canvas.layers.picture import level_for
from segstudio.app.canvas.view import CanvasView
from segstudio.app.tools import Brush, Select
from segstudio.core import masks, spans
from segstudio.core.annotation import Annotation
from segstudio.core.geometry import Box
from segstudio.core.painting import Stroke

K = Qt.Key


@pytest.fixture
def view(qtbot):
    return make_view(qtbot)


def block(id, x, y, w=30, h=30, **more):
    return Annotation(id, 1, 1, geometry=masks.from_bitmap(np.ones((h, w)), x, y), **more)


def grabbed(view) -> np.ndarray:
    """Return what the view paints, uint8 (h, w, 3)."""
    image = view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return data[:, : image.width(), 2::-1].copy()


def color_at(view, x, y) -> tuple[int, ...]:
    at = view.viewportTransform().map(QPointF(x, y)).toPoint()
    return tuple(int(v) for v in grabbed(view)[at.y(), at.x()])


def test_ctrl_wheel_zooms_at_the_pointer(view):
    hand = Hand(view)
    before = view.viewportTransform().map(QPointF(60.0, 40.0))
    seen = []
    view.zoom_changed.connect(seen.append)
    for _ in range(5):
        hand.wheel(60, 40, 1, CTRL)
        after = view.viewportTransform().map(QPointF(60.0, 40.0))
        assert abs(after.x() - before.x()) <= 3 and abs(after.y() - before.y()) <= 3
    assert seen == sorted(seen) and view.zoom == pytest.approx(2 * 1.0015**600)


def test_the_wheel_scrolls_and_shift_scrolls_across(view):
    hand, place = Hand(view), view.to_picture(QPointF(0, 0))
    hand.wheel(60, 40, -1)
    down = view.to_picture(QPointF(0, 0))
    assert down.y() > place.y() and down.x() == pytest.approx(place.x())
    hand.wheel(60, 40, -1, SHIFT)
    assert view.to_picture(QPointF(0, 0)).x() > down.x()


@pytest.mark.parametrize("how", ["middle", "space"])
def test_dragging_pans_and_no_tool_notices(view, how):
    desk, hand = use(view, Brush(size=20)), Hand(view)
    if how == "space":
        QApplication.sendEvent(view, _key(QEvent.Type.KeyPress, K.Key_Space))
    start = view.viewportTransform().map(QPointF(60, 40))
    hand.press(60, 40, MIDDLE if how == "middle" else Qt.MouseButton.LeftButton)
    hand.move(80, 50)
    moved = view.viewportTransform().map(QPointF(60, 40)) - start
    assert (moved.x(), moved.y()) == pytest.approx((40, 20), abs=1)
    hand.release(80, 50, MIDDLE if how == "middle" else Qt.MouseButton.LeftButton)
    assert desk.commits == [] and view.scene_state.composer.level(0).max() == 0
    if how == "space":
        QApplication.sendEvent(view, _key(QEvent.Type.KeyRelease, K.Key_Space))
        hand.click(60, 40)
        assert len(desk.commits) == 1


def _key(kind, key):
    return QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, " ")


def test_fit_shows_the_whole_picture_and_follows_the_window(view):
    view.fit()
    for size in ((640, 480), (300, 400)):
        view.resize(*size)
        shown = view.viewportTransform().mapRect(QRect(0, 0, 200, 150))
        assert view.viewport().rect().contains(shown)
        assert max(shown.width() / size[0], shown.height() / size[1]) > 0.8
    view.actual_size()
    zoom = view.zoom
    view.resize(640, 480)
    assert zoom == view.zoom == 1.0, "what the person zoomed stays"


def test_the_next_picture_is_fitted_unless_the_zoom_is_kept(view):
    view.keep_zoom = True
    view.zoom_to(5)
    place = view.to_picture(QPointF(0, 0))
    view.set_picture(np.zeros((150, 200, 3), np.uint8))
    assert view.zoom == 5 and view.to_picture(QPointF(0, 0)) == place
    view.keep_zoom = False
    view.set_picture(np.zeros((150, 200, 3), np.uint8))
    assert view.zoom < 5


def test_zoom_has_ends(view):
    view.zoom_to(1e9)
    assert view.zoom == 64
    view.zoom_to(1e-9)
    assert 0.05 < view.zoom < 1


def test_the_pointer_s_place_is_told_sub_pixel(view):
    hand, seen = Hand(view), []
    view.cursor_moved.connect(lambda x, y: seen.append((x, y)))
    hand.move(50.25, 60.25)
    assert seen[-1] == pytest.approx((50.25, 60.25), abs=0.26)
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert math.isnan(seen[-1][0])


def test_hovering_tells_the_object_and_its_end(view):
    use(view, Select(), [block(1, 10, 10), block(2, 60, 60)])
    hand, seen = Hand(view), []
    view.hovered.connect(seen.append)
    for place in ((20, 20), (22, 22), (70, 70), (150, 20), (151, 21)):
        hand.move(*place)
    assert seen == [1, 2, 0]


def test_pixels_of_picture_and_overlay(view):
    rgb = np.zeros((150, 200, 3), np.uint8)
    rgb[:, 100:] = (200, 100, 50)
    view.set_picture(rgb)
    view.zoom_to(2)
    use(view, Select(), [block(1, 120, 40)])
    assert color_at(view, 50.5, 50.5) == (0, 0, 0)
    assert color_at(view, 110.5, 50.5) == (200, 100, 50)
    style = view.scene_state.style
    want = np.array((200, 100, 50)) * (1 - style.opacity) + np.array(style.color(block(1, 0, 0))) * style.opacity
    assert color_at(view, 135.5, 55.5) == pytest.approx(want, abs=2)
    view.scene_state.kinds = frozenset()
    view.refresh()
    assert color_at(view, 135.5, 55.5) == (200, 100, 50)


@pytest.mark.parametrize("zoom", [0.4, 0.9, 1.0, 1.7, 3.0, 20.0])
def test_partial_painting_equals_full_painting(qtbot, zoom):
    rng = np.random.default_rng(4)
    view = make_view(qtbot, 900, 700, zoom)
    view.set_picture(rng.integers(0, 255, (700, 900, 3), np.uint8))
    view.zoom_to(zoom)
    rows = [block(i, int(x), int(y), 60, 50) for i, (x, y) in enumerate(rng.integers(0, 640, (40, 2)), 1)]
    use(view, Select(), rows, [3])
    kept = QImage(view.viewport().size(), QImage.Format.Format_RGB32)
    view.viewport().render(kept)
    state = view.scene_state
    stroke, dab = Stroke(), spans.box((400, 300, 464, 364))
    stroke.add(dab)
    view.refresh(state.stroke(rows[0], stroke, dab))
    part = view.viewportTransform().mapRect(QRect(400, 300, 64, 64)).adjusted(-2, -2, 2, 2)
    part = part.intersected(view.viewport().rect())
    view.viewport().render(kept, part.topLeft(), part)
    whole = QImage(kept.size(), QImage.Format.Format_RGB32)
    view.refresh()
    view.viewport().render(whole)
    a, b = (np.frombuffer(i.constBits(), np.uint8).astype(int) for i in (kept, whole))
    # Smooth scaling rounds differently where a part begins; no more than that.
    assert np.abs(a - b).max() <= 3 or (np.abs(a - b) > 3).mean() < 0.002


def test_the_array_of_a_picture_lives_as_long_as_it_is_shown(view):
    rgb = np.full((150, 200, 3), 77, np.uint8)
    alive = weakref.ref(rgb)
    view.set_picture(rgb)
    del rgb
    gc.collect()
    assert alive() is not None and color_at(view, 20, 20) == (77, 77, 77)
    view.set_picture(None)
    gc.collect()
    assert alive() is None


def test_an_empty_canvas_says_why(qtbot):
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(300, 200)
    view.empty_text = ""
    blank = grabbed(view)
    assert (blank == (0x14, 0x14, 0x14)).all()
    view.empty_text = "Open photos"
    assert (grabbed(view) != blank).any()
    view.fit()
    view.zoom_by(2)
    hand = Hand(view)
    hand.move(5, 5)
    assert view.scene_state.pick(5, 5, 1) == 0


STRIPES = """
import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from segstudio.app.canvas.view import CanvasView

app = QApplication([])
view = CanvasView()
view.resize(320, 240)
rgb = np.zeros((80, 100, 3), np.uint8)
rgb[:, ::2] = 255
view.set_picture(rgb)
view.show()
view.actual_size()
app.processEvents()
image = view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
assert (image.width(), view.zoom, view.scale_now) == (640, 1.0, 0.5)
row = np.frombuffer(image.constBits(), np.uint8).reshape(480, 640, 4)[240, :, 0]
print(sorted(set(row.tolist())), int((row == 255).sum()))
"""


def test_high_density_screens_get_all_their_pixels():
    # The scale is the process's: 100 % is one picture pixel a screen pixel, stripes of one pixel stay black and white.
    env = {**os.environ, "QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen"}
    found = subprocess.run([sys.executable, "-c", STRIPES], capture_output=True, text=True, env=env, check=False)
    assert found.stdout.strip() == "[0, 20, 255] 50", found.stderr


@pytest.mark.parametrize(
    ("zoom", "level"), [(8, 0), (1, 0), (0.99, 0), (0.51, 0), (0.5, 1), (0.26, 1), (0.25, 2), (0.001, 6)]
)
def test_the_halved_copy_for_a_zoom_is_never_enlarged(zoom, level):
    assert level_for(zoom) == level


def test_ten_thousand_paints_leave_none_alone(qtbot):
    view = make_view(qtbot, 40, 30, 1.0)
    view.resize(48, 36)
    rows = [block(1, 5, 5, 10, 10), Annotation(2, 1, 1, geometry=Box(20, 10, 10, 10))]
    use(view, Select(), rows, [1])
    port = view.viewport()
    for _ in range(50):
        port.repaint()
    before = sys.getrefcount(None)
    for _ in range(10_000):
        port.repaint()
    # Immortal in CPython 3.12 and newer, counted before that.
    assert abs(sys.getrefcount(None) - before) < 2000


def test_a_tool_that_fails_is_reported_and_goes_on(view):
    desk, hand = use(view, Select(), [block(1, 10, 10)], [1]), Hand(view)
    seen = []
    view.failed.connect(seen.append)
    commit = desk.commit

    def refuse(change):
        raise ValueError("the disk is full")

    desk.commit = refuse
    hand.drag((20, 20), (40, 40))
    assert [str(e) for e in seen] == ["the disk is full"]
    assert view.scene_state.shown == {} and view.scene_state.composer.top(12, 12) == 1
    desk.commit = commit
    hand.drag((20, 20), (40, 40))
    assert len(desk.commits) == 1


def test_hidden_objects_are_neither_drawn_nor_hit(view):
    desk, hand = use(view, Select(), [block(1, 10, 10), block(2, 60, 60)]), Hand(view)
    state = view.scene_state
    state.restyle(replace(state.style, visible=lambda a: a.id != 1))
    hand.click(20, 20)
    assert desk.selection == set() and state.pick(20, 20, 1) == 0

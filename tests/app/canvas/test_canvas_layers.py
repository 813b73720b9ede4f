"""What the layers paint, pixel by pixel where it matters."""

from __future__ import annotations

import numpy as np
import pytest
from canvas_hand import CATEGORIES, make_view
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QImage, QRegion

from segstudio.app.canvas.handles import box_handles, resized
from segstudio.app.canvas.layers.paths import boxes_path, path_of, segments_path
from segstudio.app.canvas.style import Style
from segstudio.core import colors, masks
from segstudio.core.annotation import PREDICTED, Annotation, Keypoints, Origin
from segstudio.core.geometry import Box
from segstudio.core.labels import Category, Label, LabelSet, Skeleton
from segstudio.core.results import Boxes, Faces, Heatmap, PanopticMap, SemanticMap

CLASSES = LabelSet("toy", (Label(0, "background"), Label(1, "cat"), Label(2, "dog")))
GREY = (90, 90, 90)


@pytest.fixture
def view(qtbot):
    view = make_view(qtbot)
    view.scene_state.restyle(Style(categories=CATEGORIES))
    return view


def painted(view):
    view.refresh()
    image = view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return data[:, : image.width(), 2::-1].copy()


def at(view, x, y):
    place = view.viewportTransform().map(QPointF(x, y)).toPoint()
    return tuple(int(v) for v in painted(view)[place.y(), place.x()])


def only(view, *names):
    for layer in view.layers.values():
        layer.visible = layer.name in ("picture", *names)


def test_paths_hold_what_they_are_given():
    path = segments_path(np.array([[0.0, 1, 2, 3], [4, 5, 6, 7]]))
    found = [(path.elementAt(i).type.value, path.elementAt(i).x, path.elementAt(i).y) for i in range(4)]
    assert found == [(0, 0, 1), (1, 2, 3), (0, 4, 5), (1, 6, 7)]
    assert boxes_path(np.array([[1.0, 2, 11, 22]])).boundingRect().getRect() == (1, 2, 10, 20)
    assert path_of(np.zeros((0, 2)), np.zeros(0, bool)).isEmpty()
    # Many paths one after the other: the bytes that a stream reads from must live long enough.
    kept = [boxes_path(np.random.default_rng(n).random((n % 7 + 1, 4))) for n in range(500)]
    assert all(p.elementCount() == 5 * (n % 7 + 1) for n, p in enumerate(kept))


def test_boxes_have_the_colour_of_their_class_and_stated_boxes_show_too(view):
    only(view, "boxes")
    shape = masks.from_bitmap(np.ones((10, 10)), 20, 20)
    rows = [
        Annotation(1, 1, 1, geometry=shape, box=Box(15, 15, 30, 30)),
        Annotation(2, 1, 2, geometry=Box(80, 60, 40, 30)),
    ]
    view.scene_state.set(rows)
    # A box stated besides a shape is there, but says less than the shape.
    assert at(view, 15, 30) not in (at(view, 10, 10), colors.class_color(CATEGORIES[1]))
    assert at(view, 100, 60) == colors.class_color(CATEGORIES[2])
    assert at(view, 100, 75) == GREY


def test_a_thousand_boxes_are_drawn_thin_and_all(view):
    only(view, "boxes")
    rows = [Annotation(i, 1, 1, geometry=Box(5.0 * (i % 39), 5.0 * (i // 39), 3, 3)) for i in range(1, 1001)]
    view.scene_state.set(rows)
    assert at(view, 5 * (700 % 39), 5 * (700 // 39) + 1) == colors.class_color(CATEGORIES[1])


def test_predictions_are_fainter_than_what_a_person_made(view):
    only(view, "instances")
    shape = masks.from_bitmap(np.ones((40, 40)), 20, 20)
    view.scene_state.set([Annotation(1, 1, 1, geometry=shape)])
    mine = np.array(at(view, 40, 40))
    model = Annotation(1, 1, 1, geometry=shape, origin=Origin("model", "toy"), review=PREDICTED)
    view.scene_state.set([model])
    theirs = np.array(at(view, 40, 40))
    assert np.abs(theirs - GREY).sum() < np.abs(mine - GREY).sum()


def test_the_selected_one_is_outlined_white_over_black(view):
    only(view, "instances", "selection")
    view.scene_state.set([Annotation(1, 1, 1, geometry=masks.from_bitmap(np.ones((40, 40)), 20, 20))])
    view.scene_state.select(frozenset((1,)))
    x, y = (int(v) for v in view.viewportTransform().map(QPointF(20, 40)).toTuple())
    row = painted(view)[y, x - 4 : x + 4].astype(int)
    white, black = (np.abs(row - v).max(axis=1) < 40 for v in (255, 0))
    assert white.any() and black.any() and black.argmax() < white.argmax()


def test_hidden_joints_are_hollow_and_unlabelled_ones_absent(view):
    only(view, "keypoints")
    points = Keypoints((40.0, 40.0, 2.0, 80.0, 40.0, 1.0, 0.0, 0.0, 0.0))
    view.scene_state.set([Annotation(1, 1, 2, keypoints=points)])
    assert at(view, 40, 40) == (255, 255, 255)
    assert at(view, 80, 40) != (255, 255, 255)
    along = {at(view, x, 40) for x in np.arange(46, 74, 0.5)}
    assert len(along) > 2, "the limb to a hidden joint is dashed"
    assert at(view, 1, 1) == GREY


def test_handles_do_not_hide_which_joints_of_the_selected_pose_are_hidden(view):
    only(view, "keypoints", "handles")
    points = Keypoints((40.0, 40.0, 2.0, 80.0, 40.0, 1.0, 0.0, 0.0, 0.0))
    view.scene_state.set([Annotation(1, 1, 2, keypoints=points)])
    view.scene_state.select(frozenset((1,)))
    assert at(view, 40, 40) == (255, 255, 255) and at(view, 80, 40) != (255, 255, 255)
    view.scene_state.kinds -= {"keypoints"}
    assert at(view, 80, 40) == (255, 255, 255), "where no joints are drawn the handles show them"


def test_limbs_and_joints_have_the_colours_of_the_skeleton_or_the_object_s(view):
    only(view, "keypoints")
    skeleton = Skeleton(("a", "b", "c"), ((0, 1), (1, 2)), colors=("#ff0000", "", ""), limb_colors=("#00ff00", ""))
    own = Category(3, "drawn", skeleton=skeleton)
    view.scene_state.restyle(Style(categories={3: own}))
    points = Keypoints((20.0, 40.0, 2.0, 80.0, 40.0, 2.0, 140.0, 40.0, 2.0))
    view.scene_state.set([Annotation(1, 1, 3, keypoints=points)])
    assert at(view, 50, 40) == (0, 255, 0)
    assert at(view, 110, 40) == colors.class_color(own)
    ring = {at(view, 20 + 3.6 * np.cos(t) / 2, 40 + 3.6 * np.sin(t) / 2) for t in np.linspace(0, 6, 40)}
    assert any(r > 180 and g < 60 and b < 60 for r, g, b in ring)


def test_an_object_with_other_keypoints_than_its_class_is_drawn_as_far_as_they_go(view):
    only(view, "keypoints")
    view.scene_state.set([Annotation(1, 1, 2, keypoints=Keypoints((20.0, 40.0, 2.0, 80.0, 40.0, 2.0)))])
    assert at(view, 50, 40) != GREY, "the limb between the two"
    view.scene_state.set([Annotation(1, 1, 99, keypoints=Keypoints((20.0, 40.0, 2.0)))])
    assert at(view, 20, 40) == (255, 255, 255)
    view.scene_state.set([Annotation(1, 1, 2, keypoints=Keypoints(()))])
    assert (painted(view) != GREY).any(), "nothing to draw is no failure"


@pytest.mark.parametrize(("count", "joint"), [(30, (255, 255, 255)), (900, None), (4000, None)])
def test_many_poses_are_drawn_more_simply_and_the_selected_one_well(view, count, joint):
    only(view, "keypoints")
    points = Keypoints((20.0, 40.0, 2.0, 80.0, 40.0, 2.0, 140.0, 40.0, 2.0))
    low = Keypoints((20.0, 90.0, 2.0, 80.0, 90.0, 2.0, 140.0, 90.0, 2.0))
    rows = [Annotation(i + 2, 1, 2, keypoints=low) for i in range(count)]
    view.scene_state.set([*rows, Annotation(1, 1, 2, keypoints=points)])
    assert at(view, 50, 90) != GREY and (joint is None or at(view, 20, 90) == joint)
    view.scene_state.select(frozenset((1,)))
    assert at(view, 20, 40) == (255, 255, 255)


def test_labels_show_where_they_can_be_read(view):
    only(view, "labels")
    big = Annotation(
        1, 1, 1, geometry=Box(40, 40, 60, 60), score=0.873, origin=Origin("model", "toy"), review=PREDICTED
    )
    small = Annotation(2, 1, 2, geometry=Box(150, 100, 4, 4))
    view.scene_state.set([big, small])
    blank = painted(view) != GREY
    layer = view.layers["labels"]
    assert len(layer._placed) == 1 and blank.any()
    view.scene_state.select(frozenset((2,)))
    painted(view)
    assert len(layer._placed) == 2, "the selected one always has its label"
    assert {key[0] for key in layer._tags} == {"cat 0.87", "dancer"}


def test_labels_do_not_cover_each_other(view):
    only(view, "labels")
    rows = [Annotation(i, 1, 1, geometry=Box(40 + i / 10, 40, 60, 60)) for i in range(1, 30)]
    view.scene_state.set(rows)
    painted(view)
    assert len(view.layers["labels"]._placed) == 1


def test_a_semantic_map_leaves_its_background_clear(view):
    only(view, "semantic")
    values = np.zeros((150, 200), np.uint8)
    values[:, 100:] = 2
    view.scene_state.results = [SemanticMap(size=(150, 200), classes=CLASSES, map=values)]
    opacity = view.layers["semantic"].opacity
    want = np.array(colors.instance_color(2)) * opacity + np.array(GREY) * (1 - opacity)
    assert at(view, 50, 50) == GREY and at(view, 150, 50) == pytest.approx(want, abs=2)


def test_a_panoptic_map_tells_segments_apart(view):
    only(view, "semantic")
    values = np.zeros((150, 200), np.int32)
    values[:, 60:120], values[:, 120:] = 1001, 1002
    view.scene_state.results = [PanopticMap(size=(150, 200), classes=CLASSES, map=values)]
    assert at(view, 30, 50) == GREY and len({at(view, x, 50) for x in (30, 90, 150)}) == 3


def test_a_heatmap_is_stretched_and_hides_the_picture_where_it_is_hot(view):
    only(view, "heatmap")
    heat = np.linspace(0, 1, 8, dtype=np.float32)[None].repeat(6, axis=0)
    heat[0, 0] = np.nan
    view.scene_state.results = [Heatmap(size=(150, 200), classes=CLASSES, values=heat)]
    cold, hot = np.array(at(view, 3, 75)), np.array(at(view, 197, 75))
    assert (
        np.abs(hot - colors.lut("viridis")[255]).sum()
        < 0.45 * np.abs(np.array(GREY) - colors.lut("viridis")[255]).sum()
    )
    assert np.abs(cold - GREY).sum() < np.abs(hot - GREY).sum()


def test_faces_show_their_landmarks_and_other_results_nothing(view):
    only(view, "landmarks")
    one = {
        "boxes": np.array([[20, 20, 80, 90]], np.float32),
        "labels": np.array([1]),
        "scores": np.array([0.9], np.float32),
    }
    view.scene_state.results = [Boxes(size=(150, 200), classes=CLASSES, **one)]
    assert (painted(view)[100:300, 200:400] == GREY).all()
    marks = np.array([[[35, 40], [65, 40], [50, 55], [40, 70], [60, 70]]], np.float32)
    view.scene_state.results = [Faces(size=(150, 200), classes=CLASSES, landmarks=marks, **one)]
    assert at(view, 50, 55) == (255, 210, 0)


def test_the_pixel_grid_shows_at_high_zoom_only(view):
    only(view)
    view.zoom_to(8)
    assert len({at(view, 100 + d / 16, 75.5) for d in range(16)}) == 1
    view.zoom_to(40)
    assert len({at(view, 100 + d / 40, 75.5) for d in range(40)}) == 2


@pytest.mark.parametrize("index", range(8))
def test_resizing_by_a_handle_moves_only_its_sides(index):
    box = Box(10, 20, 30, 40)
    handle = box_handles(box)[index]
    moved = resized(box, index, handle.x + 3, handle.y + 4)
    fixed = box_handles(box)[(index + 4) % 8]
    assert (fixed.x, fixed.y) in {(h.x, h.y) for h in box_handles(moved)} or index % 2
    assert resized(box, index, handle.x, handle.y) == box


def test_tags_that_a_selection_moves_elsewhere_are_asked_for(view):
    only(view, "labels", "instances")
    rows = [Annotation(i, 1, 1, geometry=masks.from_bitmap(np.ones((40, 60)), 20 + 9 * i, 40)) for i in range(1, 8)]
    view.scene_state.set(rows)
    asked = []
    view.layers["labels"].again = asked.extend
    moved = 0
    for chosen in ((7,), (1,), (), (4, 7)):
        before = painted(view)
        asked.clear()
        view.scene_state.select(frozenset(chosen))
        # A corner of the viewport is painted anew, and with it the tags are placed anew.
        corner = QImage(30, 30, QImage.Format.Format_RGB32)
        view.viewport().render(corner, QPoint(), QRegion(0, 0, 30, 30))
        parts = list(asked)
        different = (before != painted(view)).any(axis=2)
        # Regions have other borders when they are selected: only what lies above them is about tags.
        different[int(view.viewportTransform().map(QPointF(0, 39)).y()) :] = False
        moved += different.sum()
        for left, top, right, bottom in parts:
            place = view.viewportTransform().mapRect(QRectF(left, top, right - left, bottom - top)).toAlignedRect()
            different[place.top() : place.bottom() + 1, place.left() : place.right() + 1] = False
        assert not different.any(), (chosen, np.argwhere(different)[[0, -1]], parts)
    assert moved

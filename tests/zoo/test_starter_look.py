"""What the starter pack and torchvision's semantic networks show of their inside."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files

import cv2
import numpy as np
import pytest

from segstudio.core import view_reading
from segstudio.core.views import BarsView, BoxesView, HeatView, PictureView, PointsView, View
from segstudio.zoo import Catalog, Context, Options, load, predictor
from segstudio.zoo.spec import Card

Starter = Callable[[str], Card]
MOST = 64


def sample(name: str) -> np.ndarray:
    """Return one of the sample photos as RGB."""
    data = np.frombuffer((files("segstudio.resources") / "samples" / f"{name}.jpg").read_bytes(), np.uint8)
    return cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def sound(views: list[View], frame: np.ndarray) -> None:
    """Check what holds for all views."""
    assert 0 < len(views) <= MOST
    assert len({(v.group, v.title) for v in views}) == len(views), "each has a name of its own in its group"
    for view in views:
        left, top, right, bottom = view.box
        assert right > left and bottom > top
        assert left < frame.shape[1] and top < frame.shape[0] and right > 0 and bottom > 0
        if isinstance(view, HeatView):
            assert view.values.dtype == np.float32 and np.isfinite(view.values).all()


def test_boxes_show_where_classes_score_and_what_suppression_leaves(starter: Starter) -> None:
    model, frame = load(starter("starter-boxes")), sample("coffee")
    views = model.look(frame)
    sound(views, frame)
    before, after = views[-2:]
    assert isinstance(before, BoxesView) and isinstance(after, BoxesView)
    [[found]] = model.predict([frame])
    np.testing.assert_allclose(after.boxes, found.boxes, atol=0.5)
    assert len(before.boxes) > len(after.boxes) > 0
    # What is left was there before, at the same place and as sure.
    gap = np.abs(before.boxes[:, None] - after.boxes[None]).max(axis=2) + np.abs(before.scores[:, None] - after.scores)
    assert gap.min(axis=0).max() < 1.0
    assert "cup" in after.texts
    maps = {(v.group, v.title): v for v in views if isinstance(v, HeatView)}
    best = max(float(v.values.max()) for (_, title), v in maps.items() if title == "cup")
    assert best == pytest.approx(float(after.scores[after.texts.index("cup")]), abs=1e-3)
    x, y = found.boxes[0].reshape(2, 2).mean(axis=0)
    assert max(view_reading.at(v, x, y) or 0.0 for v in maps.values() if v.title == "cup") > 0.5


def test_faces_show_the_pyramid_and_what_each_stage_keeps(starter: Starter) -> None:
    model, frame = load(starter("starter-faces")), sample("astronaut")
    views = model.look(frame)
    sound(views, frame)
    pyramid = [v for v in views if isinstance(v, HeatView)]
    assert [v.values.size for v in pyramid] == sorted((v.values.size for v in pyramid), reverse=True)
    stages = [v for v in views if isinstance(v, BoxesView)]
    assert [len(v.boxes) for v in stages] == sorted((len(v.boxes) for v in stages), reverse=True)
    [[found]] = model.predict([frame])
    np.testing.assert_array_equal(stages[-1].boxes, found.boxes)
    marks = views[-1]
    assert isinstance(marks, PointsView) and marks.points.shape == (5, 2)
    x, y = marks.points.mean(axis=0)
    assert max(view_reading.at(v, x, y) or 0.0 for v in pyramid) > 0.6, "the face is hot on some level"


def test_a_picture_without_faces_shows_that_no_stage_keeps_one(starter: Starter) -> None:
    model, frame = load(starter("starter-faces")), np.full((64, 64, 3), 128, np.uint8)
    views = model.look(frame)
    sound(views, frame)
    assert [len(v.boxes) for v in views if isinstance(v, BoxesView)] == [0, 0, 0]
    assert views[-1].points.shape == (0, 2)


def test_poses_show_the_input_the_joints_heat_and_the_pose_of_a_person(starter: Starter) -> None:
    model, frame = load(starter("starter-poses")), sample("astronaut")
    views = model.look(frame)
    sound(views, frame)
    poses, heat = model.predict([frame])[0]
    pose = next(v for v in views if isinstance(v, PointsView))
    np.testing.assert_allclose(pose.points, poses.keypoints[0, :, :2], atol=1e-3)
    maps = [v for v in views if isinstance(v, HeatView)]
    assert tuple(v.title for v in maps) == pose.texts
    np.testing.assert_allclose(maps[0].values, heat.heat[0, 0].astype(np.float32), atol=1e-3)
    nose = maps[0]
    assert view_reading.at(nose, *pose.points[0].tolist()) > 0.3
    assert any(isinstance(v, PictureView) for v in views)
    read = [v for v in views if isinstance(v, PointsView) and v is not pose]
    assert [v.title.removeprefix("Heat map, ") for v in read] == ["argmax", "quarter", "soft-argmax", "DARK"]
    for v in (read[0], read[1], read[3]):
        assert np.abs(v.points[0] - pose.points[0]).max() < 10, "each finds the nose"


def test_instances_show_what_stands_out_in_each_box(starter: Starter) -> None:
    model, frame = load(starter("starter-instances")), sample("cat")
    stages: list[str] = []
    views = model.look(frame, context=Context(progress=lambda name, _: stages.append(name)))
    sound(views, frame)
    assert "masks" in stages
    [[found]] = model.predict([frame])
    saliency = [v for v in views if v.group == "Saliency"]
    crops = [v for v in views if v.group == "Crops"]
    assert len(saliency) == len(crops) == len(found.boxes)
    first = saliency[0]
    assert isinstance(first, HeatView) and isinstance(crops[0], PictureView)
    mask = found.masks[0]
    assert (first.values >= model.level).sum() == mask.area
    assert np.array_equal(
        crops[0].rgb, frame[int(first.box[1]) : int(first.box[3]), int(first.box[0]) : int(first.box[2])]
    )
    assert model.look(frame, Options(threshold=1.0))[0].boxes.shape == (0, 4)


def test_labels_show_the_surest_classes_as_bars(starter: Starter) -> None:
    model, frame = load(starter("starter-labels")), sample("cat")
    views = model.look(frame)
    sound(views, frame)
    bars = views[0]
    assert isinstance(bars, BarsView) and isinstance(views[1], PictureView)
    [[found]] = model.predict([frame])
    assert bars.labels[0] == model.classes.by_id(int(found.labels[0])).name
    np.testing.assert_allclose(bars.values[: len(found.scores)], found.scores, rtol=1e-5)


@pytest.mark.parametrize("name", ["lraspp-mobilenet", "fcn-r50"])
def test_semantic_networks_show_a_probability_a_class_and_their_doubt(name: str) -> None:
    model = predictor.untrained(Catalog().get(name))
    frame = sample("cat")[:90, :120]
    views = model.look(frame)
    sound(views, frame)
    shares = [v for v in views if v.group == "Probabilities"]
    means = [float(v.values.mean()) for v in shares]
    assert means == sorted(means, reverse=True)
    # What is left to one, the classes that are not shown share; none has more than the last that is.
    left = 1 - np.sum([v.values for v in shares], axis=0)
    hidden = len(model.classes.labels) - len(shares)
    assert left.min() > -1e-4 and left.mean() < hidden * means[-1] + 1e-4
    doubt = views[-1]
    assert doubt.title == "Entropy" and 0 <= doubt.values.min() <= doubt.values.max() <= doubt.high + 1e-4

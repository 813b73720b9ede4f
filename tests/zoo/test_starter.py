"""The starter pack on real photos, where its weights are at hand, and what of it needs none."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from segstudio.core import masks
from segstudio.core.errors import Cancelled, InputError, WeightsError
from segstudio.core.geometry import Box
from segstudio.core.heat import map_of
from segstudio.core.labels import COCO_PERSON
from segstudio.core.results import Boxes, Faces, Instances, JointHeat, Poses, Scores
from segstudio.zoo import Catalog, Context, Options, load, predictor
from segstudio.zoo.spec import Card
from segstudio.zoo.systems.starter.faces import _suppress_nested
from segstudio.zoo.systems.starter.labels import timm_key

Starter = Callable[[str], Card]


def sample(name: str) -> np.ndarray:
    """Return one of the sample photos as RGB."""
    data = np.frombuffer((files("segstudio.resources") / "samples" / f"{name}.jpg").read_bytes(), np.uint8)
    return cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def test_instances_on_the_sample_photos(starter: Starter) -> None:
    model = load(starter("starter-instances"))
    names = ["astronaut", "cat", "coffee", "motorcycle"]
    frames = [sample(name) for name in names]
    stages: list[float] = []
    found = model.predict(frames, context=Context(progress=lambda name, share: stages.append(share)))
    for [result], frame, expected in zip(
        found, frames, [("person", 0.8), ("cat", 0.9), ("cup", 0.9), ("motorcycle", 0.95)]
    ):
        assert isinstance(result, Instances)
        assert result.size == frame.shape[:2]
        assert (result.classes.by_id(int(result.labels[0])).name, result.scores[0] >= expected[1]) == (
            expected[0],
            True,
        )
        assert len(result.masks) == len(result.boxes) == len(result.scores)
        mask, box = result.masks[0], result.boxes[0]
        area = (box[2] - box[0]) * (box[3] - box[1])
        assert 0.25 * area < mask.area < 1.1 * area, "a mask that fills a good part of its box"
        assert masks.paste(mask, *result.size).sum() == mask.area, "nothing outside the picture"
    assert stages == sorted(stages)
    drawn = model.prompt_box(frames[1], Box(0, 0, 410, 300))
    assert masks.iou(drawn, found[1][0].masks[0]) > 0.8
    with pytest.raises(InputError, match="no area inside"):
        model.prompt_box(frames[1], Box(-50, -50, 20, 20))

    class Stop:
        def check(self) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        model.predict(frames, context=Context(cancel=Stop()))


def test_boxes_honour_the_options(starter: Starter) -> None:
    model = load(starter("starter-boxes"))
    assert not model.can_prompt
    frame = sample("coffee")
    [[many]] = model.predict([frame], Options(threshold=0.05))
    [[best]] = model.predict([frame], Options(threshold=0.05, max_instances=1))
    [[cups]] = model.predict([frame], Options(threshold=0.05, labels=frozenset({47})))
    [[none]] = model.predict([frame], Options(threshold=1.0))
    assert isinstance(many, Boxes)
    assert list(many.scores) == sorted(many.scores, reverse=True)
    assert len(many.boxes) > len(cups.boxes) >= 1
    assert set(cups.labels.tolist()) == {47}
    np.testing.assert_array_equal(best.boxes, many.boxes[:1])
    assert none.boxes.shape == (0, 4)
    assert model.predict([]) == []
    frame.setflags(write=False)
    [[again], [small]] = model.predict([frame, frame[:1, :1]], Options(threshold=0.05))
    np.testing.assert_allclose(again.boxes, many.boxes, atol=1e-3)
    assert small.size == (1, 1)


def test_poses_on_a_photo(starter: Starter) -> None:
    model = load(starter("starter-poses"))
    [[result, heat]] = model.predict([sample("astronaut")])
    assert isinstance(result, Poses)
    assert result.keypoints.shape == (1, 17, 3)
    nose, left_eye, right_eye = result.keypoints[0, :3]
    for point, truth in ((nose, (225, 115)), (left_eye, (245, 100)), (right_eye, (205, 100))):
        assert np.hypot(*(point[:2] - truth)) < 25
        assert point[2] > 0.3
    assert isinstance(heat, JointHeat) and heat.heat.shape[:2] == (1, 17)
    for index in range(7):
        x, y, sure = result.keypoints[0, index]
        found = map_of([heat], COCO_PERSON, index, Box(*result.boxes[0, :2], 100, 100))
        assert found is not None
        if sure > 0.5:
            cell = found.box.w / found.values.shape[1]
            assert np.hypot(*np.subtract(found.peak(x, y), (x, y))) < 2 * cell, "the heat lies where the joints are"
            assert found.at(x, y) > 0.5 * found.values.max()
    [[nobody, cold]] = model.predict([sample("motorcycle")])
    assert nobody.keypoints.shape == (0, 17, 3)
    assert isinstance(cold, JointHeat) and len(cold.boxes) == len(cold.heat) == 0


def test_faces_on_photos(starter: Starter) -> None:
    model = load(starter("starter-faces"))
    [[result], [nobody], [tiny]] = model.predict([sample("astronaut"), sample("coffee"), np.zeros((9, 9, 3), np.uint8)])
    assert isinstance(result, Faces)
    assert len(result.boxes) == 1
    left_eye, right_eye, nose, left_mouth, right_mouth = result.landmarks[0]
    assert left_eye[0] < nose[0] < right_eye[0]
    assert left_mouth[0] < right_mouth[0]
    assert left_eye[1] < nose[1] < left_mouth[1]
    left, top, right, bottom = result.boxes[0]
    assert all(left < x < right and top < y < bottom for x, y in result.landmarks[0])
    assert nobody.landmarks.shape == tiny.landmarks.shape == (0, 5, 2)


@pytest.mark.parametrize("name", ["starter-poses", "starter-faces"])
def test_where_people_are_not_wanted_nobody_is_found(starter: Starter, name: str) -> None:
    [[people, *_]] = load(starter(name)).predict([sample("astronaut")], Options(labels=frozenset({2})))
    assert len(people.boxes) == len(people.scores) == 0


def test_labels_of_photos(starter: Starter) -> None:
    model = load(starter("starter-labels"))
    [[cat], [coffee]] = model.predict([sample("cat"), sample("coffee")])
    assert isinstance(cat, Scores)
    assert {cat.classes.by_id(int(i)).name for i in cat.labels} & {"tabby", "tiger cat", "Egyptian cat"}
    assert coffee.classes.by_id(int(coffee.labels[0])).name == "espresso"
    assert len(cat.labels) <= 5


def test_cascade_runs_without_weights_and_agrees_with_itself_on_order() -> None:
    torch.manual_seed(0)
    model = predictor.untrained(Catalog().get("starter-faces"))
    frame = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    [[result]] = model.predict([frame], Options(threshold=0.0, max_instances=7))
    assert isinstance(result, Faces)
    assert result.landmarks.shape == (len(result.boxes), 5, 2)
    assert len(result.boxes) <= 7


def test_nested_boxes_go() -> None:
    boxes = torch.tensor([[0.0, 0, 10, 10], [2, 2, 6, 6], [20, 20, 30, 30], [21, 20, 31, 30]])
    kept = _suppress_nested(boxes, torch.tensor([0.5, 0.9, 0.7, 0.8]), 0.7)
    assert kept.tolist() == [1, 3]


@given(st.integers(0, 2**31), st.integers(0, 25))
@settings(deadline=None)
def test_nested_boxes_go_from_the_best_down(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    corners = rng.integers(0, 12, (count, 2))
    boxes = np.column_stack((corners, corners + rng.integers(0, 12, (count, 2)))).astype(np.float32)
    scores = rng.integers(0, 9, count).astype(np.float32)
    kept: list[int] = []
    for i in np.argsort(-scores, kind="stable").tolist():
        low, high = np.maximum(boxes[kept, :2], boxes[i, :2]), np.minimum(boxes[kept, 2:], boxes[i, 2:])
        area = np.minimum((boxes[kept, 2:] - boxes[kept, :2]).prod(1), (boxes[i, 2:] - boxes[i, :2]).prod())
        if not ((high - low).clip(0).prod(1) / np.maximum(area, np.float32(1e-6)) > np.float32(0.7)).any():
            kept.append(i)
    assert _suppress_nested(torch.from_numpy(boxes), torch.from_numpy(scores), 0.7).tolist() == kept


def test_graphs_can_not_be_built_without_their_files() -> None:
    catalog = Catalog()
    for name in ("starter-boxes", "starter-instances", "starter-poses"):
        with pytest.raises(WeightsError, match="can't be built without"):
            predictor.untrained(catalog.get(name))


def test_keys_of_the_published_classifier() -> None:
    pytest.importorskip("timm")
    import timm

    assert timm_key("_blocks.0._project_conv.weight") == "blocks.0.0.conv_pw.weight"
    assert timm_key("_blocks.15._bn2.running_var") == "blocks.6.0.bn3.running_var"
    own = list(timm.create_model("tf_efficientnet_lite0").state_dict())
    assert [timm_key(key) for key in own] == own

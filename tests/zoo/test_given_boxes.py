"""Models in given boxes: which can, and that each box gets its own result."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from segstudio.core import masks
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box
from segstudio.core.given import GivenBoxes
from segstudio.core.results import Instances, JointHeat, Poses
from segstudio.zoo import Catalog, Options, load
from segstudio.zoo.predictor import Predictor, lacking, untrained
from segstudio.zoo.spec import Card

CATALOG = Catalog()
TOP_DOWN = ("hrnet-pose-w32-256x192", "simplebaseline-r50-256x192", "hourglass-princeton-2hg", "coordinate-regression")


def given(*boxes: tuple[float, float, float, float], labels: int = 1, first: int = 70) -> GivenBoxes:
    corners = np.array(boxes, np.float32).reshape(-1, 4)
    n = len(corners)
    return GivenBoxes(corners, np.full(n, labels, np.int64), np.arange(first, first + n))


class NoDetector(Predictor):
    """Must not be asked."""

    def predict(self, frames: Any, options: Any = None, context: Any = None) -> Any:
        raise AssertionError("boxes were given")


def top_down(name: str) -> Any:
    torch.manual_seed(0)
    return untrained(CATALOG.get(name), parts={"starter-boxes": NoDetector(CATALOG.get("starter-boxes"))})


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("name", TOP_DOWN)
def test_each_box_gets_its_pose_however_unsure_and_alike(name: str) -> None:
    frame, boxes = noise(90, 120), given((5, 5, 60, 80), (5, 5, 60, 80), (40, 10, 110, 85))
    [[poses, heat]] = top_down(name).predict([frame], Options(threshold=1.0, max_instances=1, given=(boxes,)))
    assert isinstance(poses, Poses) and isinstance(heat, JointHeat)
    assert sorted(poses.objects.tolist()) == [70, 71, 72]
    assert len(poses.keypoints) == len(heat.heat) == 3
    places = {70 + i: box for i, box in enumerate(boxes.boxes.tolist())}
    assert [places[i] for i in poses.objects.tolist()] == poses.boxes.tolist(), "each row names its own box"


@pytest.mark.parametrize("name", TOP_DOWN)
def test_pictures_of_a_batch_have_their_own_boxes(name: str) -> None:
    model = top_down(name)
    frames = [noise(90, 120), noise(60, 70, 1), noise(90, 120, 2)]
    sets = (given((5, 5, 60, 80)), given(), given((1, 2, 50, 60), (30, 30, 110, 85), first=90))
    together = model.predict(frames, Options(given=sets))
    for frame, here, [poses, _] in zip(frames, sets, together):
        [[alone, _]] = model.predict([frame], Options(given=(here,)))
        assert poses.objects.tolist() == alone.objects.tolist()
        np.testing.assert_allclose(poses.keypoints, alone.keypoints, atol=1e-3)
    assert [len(poses.boxes) for poses, _ in together] == [1, 0, 2]


def test_a_set_of_boxes_is_needed_for_each_picture() -> None:
    with pytest.raises(InputError, match="given for 1 pictures, and 2"):
        top_down(TOP_DOWN[0]).predict([noise(30, 30)] * 2, Options(given=(given((1, 1, 9, 9)),)))


@pytest.mark.parametrize("name", [card.name for card in CATALOG if card.takes_boxes])
def test_what_a_card_promises_its_model_keeps(name: str) -> None:
    card = CATALOG.get(name)
    if lacking(card):
        pytest.skip(f"it needs {', '.join(lacking(card))}")
    module = importlib.import_module(f"segstudio.zoo.systems.{card.builder.split(':')[0]}")
    if card.tiny:
        assert top_down(name).takes_boxes
    else:
        made = [c for c in vars(module).values() if isinstance(c, type) and c.__module__ == module.__name__]
        assert any(issubclass(c, Predictor) and c.takes_boxes for c in made)


def test_every_card_that_runs_on_boxes_takes_them() -> None:
    assert {card.name for card in CATALOG if card.takes_boxes} == {card.name for card in CATALOG if card.composes}


def _sample(name: str) -> np.ndarray:
    data = np.frombuffer((files("segstudio.resources") / "samples" / f"{name}.jpg").read_bytes(), np.uint8)
    return cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def test_starter_poses_in_the_box_that_was_drawn(starter: Callable[[str], Card]) -> None:
    model, frame = load(starter("starter-poses")), _sample("astronaut")
    [[found, _]] = model.predict([frame])
    drawn = given(tuple(found.boxes[0].tolist()), (0, 0, 20, 20))
    [[poses, heat]] = model.predict([frame], Options(threshold=1.0, given=(drawn,)))
    assert isinstance(poses, Poses) and poses.objects.tolist() == [70, 71]
    np.testing.assert_allclose(poses.keypoints[0], found.keypoints[0], atol=1e-3)
    assert len(heat.heat) == 2


def test_starter_masks_in_boxes_of_any_class(starter: Callable[[str], Card]) -> None:
    model, frame = load(starter("starter-instances")), _sample("cat")
    [[found]] = model.predict([frame])
    drawn = given(tuple(found.boxes[0].tolist()), labels=-1)
    [[result]] = model.predict([frame], Options(given=(drawn,)))
    assert isinstance(result, Instances) and result.objects.tolist() == [70]
    left, top, right, bottom = found.boxes[0].tolist()
    inside = masks.from_box(Box(left, top, right - left, bottom - top), frame.shape[1], frame.shape[0])
    assert result.masks[0] == masks.intersect(found.masks[0], inside) and result.masks[0].area > 0


def test_starter_masks_look_once_at_a_box_that_comes_twice_and_not_where_nothing_is(
    starter: Callable[[str], Card], monkeypatch: pytest.MonkeyPatch
) -> None:
    model: Any = load(starter("starter-instances"))
    frame, network, seen = _sample("cat"), model.network, []

    def counted(batch: np.ndarray, names: list[str]) -> list[np.ndarray]:
        seen.append(batch.shape)
        return network(batch, names)

    monkeypatch.setattr(model, "network", counted)
    beyond = (9000.0, 20.0, 9050.0, 60.0)
    boxes = given((60, 40, 300, 280), (60, 40, 300, 280), beyond)
    [[found]] = model.predict([frame], Options(given=(boxes,)))
    assert len(seen) == 1
    assert found.masks[0].area > 0
    assert found.masks[0] == found.masks[1]
    assert found.masks[2].area == 0

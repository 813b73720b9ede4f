"""Top-down poses: from boxes to joints in the picture."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from segstudio.core import heatmaps  # noqa: E402
from segstudio.core.errors import InputError, WeightsError  # noqa: E402
from segstudio.core.results import Boxes, JointHeat, Poses  # noqa: E402
from segstudio.core.views import HeatView, PictureView  # noqa: E402
from segstudio.zoo import Catalog, labels, load_published  # noqa: E402
from segstudio.zoo.predictor import Options, Predictor, untrained  # noqa: E402

FAMILIES = ("hrnet-pose-w32-256x192", "simplebaseline-r50-256x192", "hourglass-princeton-2hg", "hourglass-bearpaw-hg2")


class Boxed(Predictor):
    """Finds the same people in every picture."""

    def __init__(self, boxes: list[list[float]], scores: list[float]) -> None:
        super().__init__(Catalog().get("starter-boxes"))
        self.found = np.array(boxes, np.float32).reshape(-1, 4), np.array(scores, np.float32)

    def predict(self, frames, options=None, context=None):
        boxes, scores = self.found
        keep = scores >= options.threshold
        sizes = [frame.shape[:2] for frame in frames]
        common: dict[str, Any] = {"classes": labels.get("coco-91"), "labels": np.ones(int(keep.sum()), np.int64)}
        return [[Boxes(size=size, boxes=boxes[keep], scores=scores[keep], **common)] for size in sizes]


class Redness(torch.nn.Module):
    """Stands in for a network: every joint is where the picture is red."""

    def __init__(self, joints: int, stacks: int) -> None:
        super().__init__()
        self.joints, self.stacks = joints, stacks

    def forward(self, x: Any) -> Any:
        red = torch.nn.functional.avg_pool2d(x[:, 0] - x[:, 1], 4)[:, None].expand(-1, self.joints, -1, -1)
        return torch.stack([red] * self.stacks, 1) if self.stacks else red


def model(name: str, boxes: Boxed | None = None, *, red: bool = False) -> Any:
    torch.manual_seed(0)
    made: Any = untrained(Catalog().get(name), parts={} if boxes is None else {"starter-boxes": boxes})
    if red:
        made.network = Redness(len(made.joints), 2 if "hourglass" in name else 0)
        made.size = (256, 192) if "256x192" in name else (256, 256)
        made.mean, made.std = torch.zeros(3, 1, 1), torch.ones(3, 1, 1)
    return made


def dotted(*dots: tuple[int, int]) -> np.ndarray:
    frame = np.zeros((300, 400, 3), np.uint8)
    for x, y in dots:
        frame[y - 3 : y + 4, x - 3 : x + 4, 0] = 255
    return frame


@pytest.mark.parametrize("name", FAMILIES)
def test_a_joint_comes_back_to_where_it_is_in_the_picture(name: str) -> None:
    boxes = Boxed([[20, 40, 140, 280], [250, 60, 330, 180]], [0.9, 0.2])
    made = model(name, boxes, red=True)
    [[poses, heat]] = made.predict([dotted((70, 190), (300, 100))], Options(threshold=0.05))
    assert isinstance(poses, Poses) and isinstance(heat, JointHeat)
    np.testing.assert_array_equal(poses.boxes, boxes.found[0])
    for pose, place in zip(poses.keypoints, [(70.5, 190.5), (300.5, 100.5)]):
        assert np.abs(pose[:, :2] - place).max() < 2.5
        assert pose[:, 2].min() > 0.5
    for maps, (left, top, right, bottom), (x, y) in zip(heat.heat, heat.boxes, [(70.5, 190.5), (300.5, 100.5)]):
        row, column = np.unravel_index(maps[0].argmax(), maps[0].shape)
        assert abs(left + (column + 0.5) / maps.shape[2] * (right - left) - x) < 4, "the heat lies where the joints are"
        assert abs(top + (row + 0.5) / maps.shape[1] * (bottom - top) - y) < 4


@pytest.mark.parametrize("name", FAMILIES)
def test_a_batch_gives_what_single_pictures_give(name: str) -> None:
    made = model(name, Boxed([[5, 5, 60, 90], [30, 0, 99, 99], [0, 0, 9, 9]], [0.9, 0.8, 0.7]))
    made.batch = 2
    rng = np.random.default_rng(0)
    frames = [rng.integers(0, 256, size, dtype=np.uint8) for size in ((100, 120, 3), (140, 100, 3))]
    together = made.predict(frames, Options(threshold=0.0))
    for frame, results in zip(frames, together):
        [alone] = made.predict([frame], Options(threshold=0.0))
        np.testing.assert_allclose(results[0].keypoints, alone[0].keypoints, atol=1e-3)
        np.testing.assert_allclose(results[1].heat, alone[1].heat, atol=1e-3)
        assert list(results[0].scores) == sorted(results[0].scores, reverse=True)


def test_options_are_honoured() -> None:
    made = model(FAMILIES[0], Boxed([[20, 40, 140, 280], [250, 60, 330, 180]], [0.9, 0.5]), red=True)
    frame = dotted((70, 190), (300, 100))

    def count(**options: Any) -> int:
        [[poses, heat]] = made.predict([frame], Options(**options))
        assert len(poses.boxes) == len(poses.keypoints) == len(heat.boxes) == len(heat.heat)
        return len(poses.boxes)

    assert count(threshold=0.1) == 2
    assert count(threshold=0.6) == 1
    assert count(threshold=0.1, max_instances=1) == 1
    assert count(threshold=0.1, labels=frozenset({2})) == 0
    assert made.predict([]) == []


def test_other_ways_to_read_are_a_setting() -> None:
    card = Catalog().get(FAMILIES[0])
    found = {}
    for reader in ("published", "argmax", "DARK"):
        made: Any = untrained(msgspec.structs.replace(card, tiny={**card.tiny, "reader": reader}))
        maps = heatmaps.draw(np.array([[7.3, 8.1]]), (16, 16), 2.0)
        found[reader] = np.abs(made.read(maps)[0] - 0.5 - (7.3, 8.1)).max()
    assert found["DARK"] < 0.05 < found["published"] < found["argmax"]
    with pytest.raises(InputError, match="not there: mean"):
        untrained(msgspec.structs.replace(card, tiny={**card.tiny, "reader": "mean"}))


def test_a_score_is_the_boxes_own_times_how_sure_the_joints_are() -> None:
    made = model(FAMILIES[0], Boxed([[20, 40, 140, 280]], [0.8]), red=True)
    [[poses, _]] = made.predict([dotted((70, 190))], Options(threshold=0.0))
    assert poses.scores[0] == pytest.approx(0.8 * poses.keypoints[0, :, 2].mean(), rel=1e-5)


def test_a_person_in_two_boxes_is_one_pose() -> None:
    boxes = Boxed([[20, 40, 140, 280], [22, 44, 138, 284], [250, 60, 330, 180]], [0.8, 0.9, 0.7])
    [[poses, heat]] = model(FAMILIES[0], boxes, red=True).predict(
        [dotted((70, 190), (300, 100))], Options(threshold=0.1)
    )
    assert sorted(poses.boxes.tolist()) == boxes.found[0][1:].tolist(), "the box of 0.8 went"
    assert len(heat.heat) == 2


def test_one_person_takes_the_whole_picture_only_where_the_card_says_so() -> None:
    frame = dotted((70, 190))
    nobody = Boxed([], [])
    [[poses, _]] = model("hourglass-princeton-2hg", nobody, red=True).predict([frame], Options(threshold=0.1))
    assert np.abs(poses.keypoints[0, :, :2] - (70, 190)).max() < 4
    left, top, right, bottom = poses.boxes[0]
    assert left < 70.5 < right < 80 and top < 190.5 < bottom < 200, "the box is what the joints fill"
    [[poses, heat]] = model(FAMILIES[0], nobody, red=True).predict([frame], Options(threshold=0.1))
    assert poses.keypoints.shape == (0, 17, 3)
    assert heat.heat.shape[:2] == (0, 17)


@pytest.mark.parametrize("name", FAMILIES)
def test_tiny_and_empty_pictures_and_people_at_the_border(name: str) -> None:
    made = model(name)
    [[poses, _]] = made.predict([np.zeros((1, 1, 3), np.uint8)], Options(threshold=0.0))
    assert poses.size == (1, 1)
    made = model(name, Boxed([[-5, -5, 3, 3], [90, 90, 130, 130], [40, 40, 40.5, 40.5]], [0.9, 0.8, 0.7]))
    [[poses, _]] = made.predict([np.zeros((100, 100, 3), np.uint8)], Options(threshold=0.0))
    assert np.isfinite(poses.keypoints).all()
    assert poses.boxes.min() >= 0 and poses.boxes.max() <= 100
    assert poses.keypoints[..., :2].min() >= 0 and poses.keypoints[..., :2].max() <= 100


@pytest.mark.parametrize("name", FAMILIES)
def test_inside_are_the_crop_and_a_map_a_joint(name: str) -> None:
    made = model(name, Boxed([[10, 10, 60, 90]], [0.9]))
    views = made.look(np.zeros((100, 120, 3), np.uint8))
    crop, *maps = views
    assert isinstance(crop, PictureView)
    assert crop.rgb.shape == (*made.size, 3)
    assert all(isinstance(view, HeatView) and np.isfinite(view.values).all() for view in maps)
    groups = list(dict.fromkeys(view.group for view in maps))
    if "hourglass" in name:
        assert groups == ["Stack 1", "Stack 2"]
        assert len(maps) == 2 * 16
    elif "hrnet" in name:
        assert groups == ["Branches, mean over the channels", "Heat maps"]
        assert [view.values.shape for view in maps[:4]] == [(16, 16), (8, 8), (4, 4), (2, 2)]
    assert model(name, Boxed([], [])).look(np.zeros((9, 9, 3), np.uint8)) == [] or "hourglass" in name


def test_a_checkpoint_of_another_size_or_family_is_named() -> None:
    catalog = Catalog()
    state = model("hrnet-pose-w32-256x192").network.state_dict()
    with pytest.raises(WeightsError, match="not of HRNet-W48"):
        load_published(catalog.get("hrnet-pose-w48-256x192"), state)
    with pytest.raises(WeightsError, match="not of Stacked Hourglass 2HG"):
        load_published(catalog.get("hourglass-princeton-2hg"), state)
    with pytest.raises(WeightsError, match="not of Stacked Hourglass hg8"):
        load_published(catalog.get("hourglass-bearpaw-hg8"), model("hourglass-bearpaw-hg2").network.state_dict())

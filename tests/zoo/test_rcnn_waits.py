"""The region-based family on the way that a device takes: the same results, with one wait a batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torchvision.ops import MultiScaleRoIAlign

from segstudio.core.panoptic_merge import Rule
from segstudio.core.results import Boxes, DenseMaps, Instances, JointHeat, PanopticMap, Poses, Result
from segstudio.zoo import Catalog, Options, predictor
from segstudio.zoo.blocks import detectron2, rcnn_regions, waiting
from segstudio.zoo.blocks.rcnn import RcnnPredictor
from segstudio.zoo.predictor import DEFAULT_CONTEXT

FAMILY = [
    card.name
    for card in Catalog()
    if card.builder.split(":")[0].split(".")[-1]
    in ("faster_rcnn", "mask_rcnn", "keypoint_rcnn", "detectron2", "panoptic_fpn", "densepose_rcnn")
]
LOOSE = Options(threshold=0.05, max_instances=5, merge=Rule(0.9, 10, 0.05))


def sure(name: str) -> Any:
    """Return a tiny model whose box head is confident of something, unlike one that has learnt nothing."""
    torch.manual_seed(5)
    model: Any = predictor.untrained(Catalog().get(name))
    with torch.no_grad():
        model.network.roi_heads.box_predictor.cls_score.weight.mul_(60)
    # It proposes all that it may; fewer will do.
    model.network.rpn._post_nms_top_n = {"training": 80, "testing": 80}
    return model


def photos(count: int = 3) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    sizes = ((60, 80, 3), (90, 50, 3), (60, 80, 3))
    return [rng.integers(0, 256, size, dtype=np.uint8) for size in sizes[:count]]


def test_the_family_is_whole() -> None:
    assert len(FAMILY) == 19


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], dict[str, int]]:
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "benchmarks"))
    from syncs import Reads

    def count(work: Callable[[], Any]) -> dict[str, int]:
        with Reads() as found:
            work()
        return dict(found.found)

    return count


@pytest.mark.parametrize("name", FAMILY)
def test_a_batch_waits_once(name: str, reads: Callable) -> None:
    model, two = sure(name), photos(2)
    assert reads(lambda: model.predict(two, LOOSE)) == {"fetch": 1}
    assert reads(lambda: model.predict(two, replace(LOOSE, threshold=1.0))) == {"fetch": 1}


def same(got: Result, want: Result) -> None:
    if isinstance(want, PanopticMap):
        assert isinstance(got, PanopticMap)
        np.testing.assert_array_equal(got.map, want.map)
        assert {k: label for k, (label, _) in got.segments.items()} == {
            k: label for k, (label, _) in want.segments.items()
        }
        return
    if isinstance(want, JointHeat):
        assert isinstance(got, JointHeat)
        np.testing.assert_allclose(got.heat, want.heat, atol=2e-3)
        return
    assert isinstance(got, Boxes) and isinstance(want, Boxes) and type(got) is type(want)
    np.testing.assert_array_equal(got.labels, want.labels)
    np.testing.assert_allclose(got.boxes, want.boxes, atol=1e-3)
    np.testing.assert_allclose(got.scores, want.scores, atol=1e-4)
    if isinstance(want, Instances) and isinstance(got, Instances):
        assert got.masks == want.masks
    if isinstance(want, Poses) and isinstance(got, Poses):
        np.testing.assert_allclose(got.keypoints, want.keypoints, atol=2e-3)
    if isinstance(want, DenseMaps) and isinstance(got, DenseMaps):
        for one, other in zip((*got.parts, *got.uv), (*want.parts, *want.uv), strict=True):
            assert one.dtype == other.dtype
            np.testing.assert_allclose(one, other, atol=1e-4)


@pytest.mark.parametrize("name", FAMILY)
def test_a_device_finds_what_the_cpu_finds(name: str) -> None:
    model = sure(name)
    for options in (LOOSE, replace(LOOSE, threshold=1.0)):
        want = model.predict(photos(), options)
        with waiting.as_on_a_device():
            got = model.predict(photos(), options)
        assert [len(results) for results in got] == [len(results) for results in want]
        for one, other in zip((r for results in got for r in results), (r for results in want for r in results)):
            same(one, other)


@pytest.mark.parametrize("name", ["mask-rcnn-r50-fpn", "d2-keypoint-rcnn-r50-fpn"])
def test_more_pairs_than_are_looked_at_are_found_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few places for pairs and for objects: what does not fit in is done again and lacks nothing."""
    model = sure(name)
    options = Options(threshold=0.01, max_instances=20)
    want = model.predict(photos(1), options)
    assert len(want[0][0].boxes) == 20  # pyright: ignore[reportAttributeAccessIssue]
    tried: list[bool] = []
    stages = model.stages

    def watched(inputs: list[Any], *more: Any) -> Any:
        tried.append(waiting.fixed(inputs[0]))
        return stages(inputs, *more)

    monkeypatch.setattr(model, "stages", watched)
    with waiting.as_on_a_device():
        model.room = waiting.Room()
        model.room.seen(1)
        for one, other in zip(model.predict(photos(1), options)[0], want[0], strict=True):
            same(one, other)
        assert tried == [True, False]
        model.predict(photos(1), options)
        assert tried == [True, False, True], "it has made room"


def test_room_is_for_all_at_first_and_then_for_twice_as_many_as_lately() -> None:
    room = waiting.Room()
    assert room.size > 1 << 30
    room.seen(3)
    assert room.size == 8
    room.seen(30)
    for _ in range(5):
        room.seen(0)
    assert room.size == 60
    for _ in range(20):
        room.seen(0)
    assert room.size == 8


def boxes_anywhere(count: int, width: int, height: int) -> torch.Tensor:
    """Return boxes of all sizes within a picture, some of no width, some at its last pixels."""
    generator = torch.Generator().manual_seed(1)
    corner = torch.rand(count, 2, generator=generator)
    size = torch.rand(count, 2, generator=generator) ** 3
    boxes = torch.cat((corner, corner + size), 1).clamp(max=1) * torch.tensor([width, height] * 2)
    boxes[0] = torch.tensor([width - 0.25, height - 0.5, width, height])
    boxes[1] = torch.tensor([width, height, width, height])
    boxes[2] = torch.tensor([0, 0, width, height])
    boxes[3, 2:] = boxes[3, :2]
    return boxes


@pytest.mark.parametrize("aligned", [False, True])
@pytest.mark.parametrize("sampling", [0, 2])
def test_regions_are_pooled_alike_without_counting(aligned: bool, sampling: int) -> None:
    generator = torch.Generator().manual_seed(2)
    x = {
        name: torch.randn(2, 5, 640 // stride, 960 // stride, generator=generator)
        for name, stride in zip(detectron2.LEVELS, detectron2.STRIDES)
    }
    boxes = [boxes_anywhere(60, 960, 640), boxes_anywhere(40, 930, 620)]
    pool = detectron2.Pooler(7, sampling, aligned)
    want = pool(x, boxes)
    assert len(set(detectron2.levels(torch.cat(boxes)).tolist())) == 4
    with waiting.as_on_a_device():
        got = pool(x, boxes)
    assert torch.equal(got, want)


def test_torchvisions_pooling_is_kept() -> None:
    generator = torch.Generator().manual_seed(2)
    x = {
        name: torch.randn(2, 5, 640 // stride, 960 // stride, generator=generator)
        for name, stride in zip(detectron2.LEVELS, detectron2.STRIDES)
    }
    sides = torch.tensor([111.9999, 112, 224, 223.9999, 448, 447.9999])
    boxes = [torch.stack((0 * sides, 0 * sides, sides, sides), 1), boxes_anywhere(40, 930, 620)]
    model: Any = predictor.untrained(Catalog().get("mask-rcnn-r50-fpn"))
    for name, side in (("box_roi_pool", 7), ("mask_roi_pool", 14)):
        ours = getattr(model.network.roi_heads, name)
        want = MultiScaleRoIAlign(list(detectron2.LEVELS), side, 2)(x, boxes, [(640, 960), (620, 930)])
        torch.testing.assert_close(ours(x, boxes), want, rtol=0, atol=0)


@pytest.mark.parametrize("name", ["faster-rcnn-r50-fpn", "d2-faster-rcnn-r50-fpn"])
def test_proposals_are_the_networks_own(name: str) -> None:
    model = sure(name)
    assert isinstance(model, RcnnPredictor)
    with torch.inference_mode():
        images, _ = model.network.transform(model.prepare(photos()))
        features = model.network.backbone(images.tensors)
        found = rcnn_regions.propose(model.network.rpn, images, features)
        with waiting.as_on_a_device():
            fixed = rcnn_regions.propose(model.network.rpn, images, features)
        want, _ = model.network.rpn(images, features)
    for i, theirs in enumerate(want):
        torch.testing.assert_close(found.boxes[i][found.valid[i]], theirs)
        torch.testing.assert_close(fixed.boxes[i][fixed.valid[i]], theirs)
        assert (found.objectness[i][found.valid[i]].diff() <= 0).all()
    stages = model.stages(model.prepare(photos()), LOOSE, DEFAULT_CONTEXT)
    torch.testing.assert_close(stages.proposals, want)

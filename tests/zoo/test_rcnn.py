"""The region-based detectors on random weights: batches, choices, classes, and the pieces of their decoding."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torchvision.models.detection.roi_heads import heatmaps_to_keypoints

from segstudio.core import masks
from segstudio.core.errors import WeightsError
from segstudio.core.results import Boxes, Instances, Poses
from segstudio.core.views import BoxesView, HeatView, PictureView
from segstudio.zoo import Catalog, Options, load_published, predictor
from segstudio.zoo.blocks import detectron2, keypoint_maps, pasting, rcnn_views
from segstudio.zoo.predictor import DEFAULT_CONTEXT

NAMES = ["d2-faster-rcnn-r50-fpn", "d2-mask-rcnn-r50-fpn", "d2-keypoint-rcnn-r50-fpn"]
MAPPING = Path(__file__).resolve().parents[3] / "shared" / "oracles" / "mappings" / "detectron2_to_torchvision.json"


def sure(name: str) -> Any:
    """Return a tiny model whose box head is confident of something (its large weights make rounding errors large)."""
    torch.manual_seed(5)
    model: Any = predictor.untrained(Catalog().get(name))
    with torch.no_grad():
        model.network.roi_heads.box_predictor.cls_score.weight.mul_(60)
    return model


def photos() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, size, dtype=np.uint8) for size in ((60, 80, 3), (90, 50, 3), (60, 80, 3))]


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_gives_what_each_picture_alone_gives(name: str) -> None:
    model = sure(name)
    frames, options = photos(), Options(threshold=0.05, max_instances=7)
    for frame, results in zip(frames[::2], model.predict(frames[::2], options), strict=True):
        [alone] = model.predict([frame], options)
        got, want = results[0], alone[0]
        assert isinstance(got, Boxes)
        assert isinstance(want, Boxes)
        assert len(got.boxes) == 7
        np.testing.assert_allclose(got.boxes, want.boxes, atol=0.02)
        np.testing.assert_allclose(got.scores, want.scores, atol=1e-3)
        np.testing.assert_array_equal(got.labels, want.labels)
        if isinstance(got, Instances) and isinstance(want, Instances):
            assert abs(got.masks[0].area - want.masks[0].area) <= 3


@pytest.mark.parametrize("name", NAMES)
def test_pictures_of_different_sizes_in_one_batch(name: str) -> None:
    model = sure(name)
    for frame, results in zip(photos(), model.predict(photos(), Options(threshold=0.05)), strict=True):
        got = results[0]
        assert isinstance(got, Boxes)
        assert got.size == frame.shape[:2]
        assert set(got.labels.tolist()) <= {label.id for label in model.classes.labels}
        assert (np.diff(got.scores) <= 0).all()
        assert (got.boxes >= 0).all()
        assert (got.boxes <= np.array([frame.shape[1], frame.shape[0]] * 2) + 1e-3).all()
        if isinstance(got, Instances):
            assert len(got.masks) == len(got.boxes)
        if isinstance(got, Poses):
            assert got.keypoints.shape == (len(got.boxes), 17, 3)


def test_only_the_classes_that_are_asked_for() -> None:
    model = sure(NAMES[1])
    [[everything]] = model.predict(photos()[:1], Options(threshold=0.05))
    assert isinstance(everything, Instances)
    wanted = int(everything.labels[0])
    [[some]] = model.predict(photos()[:1], Options(threshold=0.05, labels=frozenset({wanted})))
    assert isinstance(some, Instances)
    keep = everything.labels == wanted
    np.testing.assert_array_equal(some.boxes, everything.boxes[keep])
    assert some.masks == [m for m, k in zip(everything.masks, keep) if k]
    [[none]] = model.predict(photos()[:1], Options(threshold=1.0))
    assert isinstance(none, Instances)
    assert (len(none.boxes), none.masks) == (0, [])


def test_the_published_numbering_becomes_the_label_sets() -> None:
    """The 80 classes are numbered without gaps in the network, with COCO's gaps in the label set."""
    model = sure(NAMES[0])
    assert model.classes.by_id(int(model.ids[1])).name == "person"
    assert model.classes.by_id(int(model.ids[80])).name == "toothbrush"
    assert int(model.ids[12]) == 13


def test_every_published_key_has_its_place() -> None:
    if not MAPPING.is_file():
        pytest.skip("the reference mapping is not here")
    mapping = json.loads(MAPPING.read_text())
    for part in ("mask", "keypoint"):
        for theirs, ours in mapping[part]["keys"].items():
            assert detectron2.renamed(theirs) == ours


def test_a_checkpoint_of_another_head_is_refused() -> None:
    keys = {"roi_heads.box_predictor.cls_score.weight": torch.zeros(81, 1024), "pixel_mean": torch.zeros(3)}
    with pytest.raises(WeightsError, match="not of Mask R-CNN") as caught:
        load_published(Catalog().get(NAMES[1]), keys, tiny=True)
    assert "pixel_mean" not in str(caught.value)


def test_the_background_is_moved_to_the_front() -> None:
    name = "roi_heads.box_predictor"
    state = {
        f"{name}.cls_score.bias": torch.tensor([1.0, 2.0, 9.0]),
        f"{name}.bbox_pred.bias": torch.arange(8.0) + 1,
        "roi_heads.mask_head.predictor.bias": torch.tensor([3.0, 4.0]),
    }
    got = detectron2.convert(state)
    assert got[f"{name}.cls_score.bias"].tolist() == [9, 1, 2]
    assert got[f"{name}.bbox_pred.bias"].tolist() == [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert got["roi_heads.mask_predictor.mask_fcn_logits.bias"].tolist() == [0, 3, 4]


@pytest.mark.parametrize(
    ("size", "want"),
    [((480, 640), (800, 1067)), ((640, 480), (1067, 800)), ((300, 900), (444, 1333)), ((1, 1), (800, 800))],
)
def test_pictures_are_resized_by_their_shorter_side(size: tuple[int, int], want: tuple[int, int]) -> None:
    assert detectron2.size_of(*size, 800, 1333) == want


def test_anchors_are_not_rounded_and_levels_follow_the_size() -> None:
    anchors = detectron2.Anchors(((32,), (64,)), ((0.5, 1.0, 2.0),) * 2)
    first = anchors.cell_anchors[0]
    np.testing.assert_allclose(first[1], [-16, -16, 16, 16])
    np.testing.assert_allclose(first[0], [-(2**4.5), -(2**3.5), 2**4.5, 2**3.5], rtol=1e-6)
    boxes = torch.tensor([[0, 0, side, side] for side in (10, 111, 112, 223, 224, 447, 448, 5000)], dtype=torch.float32)
    assert detectron2.levels(boxes).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


@pytest.mark.parametrize("smooth", [False, True])
def test_keypoints_are_torchvisions_all_people_at_once(smooth: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = torch.Generator().manual_seed(2)
    maps = torch.randn(9, 5, 60, 60, generator=generator)
    if smooth:
        maps = torch.nn.functional.avg_pool2d(maps, 5, 1) * 5
    boxes = torch.rand(9, 4, generator=generator) * 120
    boxes[:, 2:] += boxes[:, :2]
    boxes[0, 2:] = boxes[0, :2] + 0.25  # narrower than a pixel
    want, logits = heatmaps_to_keypoints(maps, boxes)
    for cells in (1, 1 << 18, 1 << 26):
        monkeypatch.setattr(keypoint_maps, "_CELLS", cells)
        points, peaks, shares = keypoint_maps.decode(maps, boxes)
        torch.testing.assert_close(points, want[..., :2], atol=1e-4, rtol=0)
        torch.testing.assert_close(peaks, logits, atol=1e-4, rtol=0)
        assert ((shares > 0) & torch.isfinite(shares)).all()
    none = keypoint_maps.decode(maps[:0], boxes[:0])
    assert [tuple(part.shape) for part in none] == [(0, 5, 2), (0, 5), (0, 5)]


def test_masks_are_sampled_at_the_pixels_middles() -> None:
    full = torch.ones(4, 1, 28, 28)
    boxes = torch.tensor([[2.0, 3.0, 6.0, 8.0], [-3.0, -3.0, 2.0, 2.0], [5.0, 5.0, 5.0, 9.0], [50.0, 0.0, 60.0, 5.0]])
    got = pasting.sample(full, boxes, 10, 12)
    first = masks.paste(got[0], 10, 12)
    assert first[3:8, 2:6].all()
    assert first.sum() == 20
    assert masks.paste(got[1], 10, 12)[:2, :2].all()
    assert (got[2], got[3]) == (masks.EMPTY, masks.EMPTY)
    grid = torch.nn.functional.grid_sample(
        (noise := torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(1))),
        torch.stack(
            torch.meshgrid(
                (torch.arange(30) + 0.5 - 4.3) / 20.1 * 2 - 1,
                (torch.arange(30) + 0.5 - 2.7) / 11.9 * 2 - 1,
                indexing="xy",
            ),
            -1,
        )[None],
        align_corners=False,
    )
    [mask] = pasting.sample(noise, torch.tensor([[4.3, 2.7, 24.4, 14.6]]), 30, 30)
    np.testing.assert_array_equal(masks.paste(mask, 30, 30), grid[0, 0].numpy() >= 0.5)


@pytest.mark.parametrize("name", [*NAMES, "mask-rcnn-r50-fpn"])
def test_what_is_seen_inside(name: str) -> None:
    model, frame = sure(name), photos()[0]
    options = Options(threshold=0.05, max_instances=9)
    shown = model.look(frame, options)
    [results] = model.predict([frame], options)
    assert isinstance(results[0], Boxes)
    groups = {view.group: [v for v in shown if v.group == view.group] for view in shown}
    heads = {
        "d2-faster-rcnn-r50-fpn": set(),
        "d2-keypoint-rcnn-r50-fpn": {"Keypoint heat maps"},
    }.get(name, {"Mask logits"})
    assert set(groups) == {"Proposals", "RoIAlign crops", "RoIAlign and RoIPool"} | heads
    assert len(shown) <= 64
    [best] = groups["Proposals"]
    assert isinstance(best, BoxesView)
    assert best.scores is not None
    assert (np.diff(best.scores) <= 0).all()
    assert len(best.boxes) == 50
    for view, box in zip(groups["RoIAlign crops"], results[0].boxes):
        np.testing.assert_allclose(view.box, box, atol=1e-3)
    for view in groups.get("Mask logits", []):
        assert isinstance(view, HeatView)
        assert view.values.shape == (28, 28)
    joints = groups.get("Keypoint heat maps", [])
    assert len(joints) in (0, 34)
    for view in joints:
        assert isinstance(view, HeatView)
        np.testing.assert_allclose(view.values.sum(), 1, atol=1e-4)
    aligned, pooled = groups["RoIAlign and RoIPool"][:2]
    assert isinstance(aligned, HeatView)
    assert isinstance(pooled, HeatView)
    assert aligned.values.shape == pooled.values.shape == (7, 7)
    assert (aligned.low, aligned.high) == (pooled.low, pooled.high)
    # It is what the box head itself gets.
    stages = model.stages(model.prepare([frame]), options, DEFAULT_CONTEXT)
    with torch.inference_mode():
        own = model.network.roi_heads.box_roi_pool(stages.features, [stages.found[0]["boxes"][:1]], stages.sizes)
    np.testing.assert_allclose(aligned.values, own[0].mean(0).numpy(), atol=1e-4)


def test_crops_show_the_picture_and_nothing_found_shows_proposals_only() -> None:
    frame = np.zeros((40, 60, 3), np.uint8)
    frame[10:30, 20:50] = (200, 100, 50)
    boxes = torch.tensor([[20.0, 10.0, 50.0, 30.0]])
    [crop] = rcnn_views.crops(torch.from_numpy(frame).permute(2, 0, 1), boxes, ["it"])
    assert isinstance(crop, PictureView)
    assert (crop.rgb[8:-8, 8:-8] == (200, 100, 50)).all()
    model = sure(NAMES[1])
    assert {view.group for view in model.look(photos()[0], Options(threshold=1.0))} == {"Proposals"}

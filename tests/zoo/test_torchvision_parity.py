"""Our predictors against torchvision's own models, transforms and pasting, on the same random weights."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
import torch
from torchvision.models import get_model, get_model_weights
from torchvision.models._api import WeightsEnum
from torchvision.models.detection.roi_heads import paste_masks_in_image

from segstudio.core import masks
from segstudio.core.results import Boxes, Instances, JointHeat, Poses, SemanticMap
from segstudio.zoo import Catalog, Context, Options, load_published
from segstudio.zoo.blocks import pasting, semantic
from segstudio.zoo.blocks.rcnn import RcnnPredictor
from segstudio.zoo.blocks.semantic import SemanticPredictor

DETECTORS = {
    "faster-rcnn-r50-fpn": "fasterrcnn_resnet50_fpn",
    "faster-rcnn-r50-fpn-v2": "fasterrcnn_resnet50_fpn_v2",
    "mask-rcnn-r50-fpn": "maskrcnn_resnet50_fpn",
    "mask-rcnn-r50-fpn-v2": "maskrcnn_resnet50_fpn_v2",
    "keypoint-rcnn-r50-fpn": "keypointrcnn_resnet50_fpn",
}
MAPS = {
    "fcn-r50": "fcn_resnet50",
    "fcn-r101": "fcn_resnet101",
    "deeplabv3-r50": "deeplabv3_resnet50",
    "deeplabv3-r101": "deeplabv3_resnet101",
    "deeplabv3-mobilenet": "deeplabv3_mobilenet_v3_large",
    "lraspp-mobilenet": "lraspp_mobilenet_v3_large",
}


def photo(height: int, width: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (max(height // 8, 1), max(width // 8, 1), 3), dtype=np.uint8)
    return np.ascontiguousarray(small.repeat(9, 0).repeat(9, 1)[:height, :width])


def published(arch: str, **settings):
    """Return (model, transforms) as torchvision builds it for its published weights, filled with random ones."""
    weights = get_model_weights(arch).DEFAULT
    torch.manual_seed(1)

    def random_state(self, *args, **kwargs):
        model = get_model(arch, weights=None, weights_backbone=None, **({"aux_loss": True} if aux else {}))
        state = model.state_dict()
        for key, value in state.items():
            # Statistics other than 0 and 1 show a wrong epsilon, large last layers give confident boxes.
            if key.endswith("running_var"):
                value.uniform_(0.5, 1.5)
            elif key.endswith("cls_score.weight"):
                value.mul_(30)
        return state

    aux = "aux_loss" in settings
    with mock.patch.object(WeightsEnum, "get_state_dict", random_state):
        model = get_model(arch, weights=weights, progress=False, **settings)
    return model.eval(), weights.transforms()


@pytest.mark.slow
@pytest.mark.parametrize("name", DETECTORS)
def test_detectors_return_what_torchvision_returns(name: str) -> None:
    card = Catalog().get(name)
    model, transforms = published(DETECTORS[name], min_size=96, max_size=128)
    ours = load_published(_small(card, min_size=96, max_size=128), model.state_dict())
    assert isinstance(ours, RcnnPredictor)
    # A random network proposes everything it can; fewer will do.
    for network in (model, ours.network):
        network.rpn._post_nms_top_n = {"training": 60, "testing": 60}
        network.roi_heads.detections_per_img = 20
    frames = [photo(75, 100), photo(128, 80, 1)]
    maps: list[torch.Tensor] = []
    if hasattr(model.roi_heads, "keypoint_predictor") and model.roi_heads.keypoint_predictor is not None:
        model.roi_heads.keypoint_predictor.register_forward_hook(lambda _m, _i, output: maps.append(output))
    with torch.inference_mode():
        expected = model([transforms(torch.from_numpy(frame).permute(2, 0, 1)) for frame in frames])
    both = ours.predict(frames, Options(threshold=0.05, max_instances=20))
    got = [results[0] for results in both]
    assert sum(len(one["boxes"]) for one in expected) > 10, "the random network must find something to compare"
    for result, reference, frame in zip(got, expected, frames):
        assert isinstance(result, Boxes)
        assert result.size == frame.shape[:2]
        np.testing.assert_allclose(result.boxes, reference["boxes"].numpy(), atol=1e-4)
        np.testing.assert_allclose(result.scores, reference["scores"].numpy(), atol=1e-4)
        np.testing.assert_array_equal(result.labels, reference["labels"].numpy())
        if isinstance(result, Instances):
            for mask, truth in zip(result.masks, reference["masks"].numpy(), strict=True):
                np.testing.assert_array_equal(masks.paste(mask, *result.size), truth[0] >= 0.5)
        if isinstance(result, Poses):
            np.testing.assert_allclose(result.keypoints[..., :2], reference["keypoints"][..., :2], atol=1e-3)
            confidence = torch.sigmoid(reference["keypoints_scores"])
            # The random head's logits reach hundreds; resampling rounds them in another order.
            np.testing.assert_allclose(result.keypoints[..., 2], confidence, atol=1e-3)
            assert result.classes.skeleton is not None
            assert len(result.classes.skeleton.names) == result.keypoints.shape[1]
    if maps:
        logits = maps[0].numpy()
        top = logits.max(axis=(2, 3), keepdims=True)
        heat = np.concatenate([h.heat for _, h in both])
        np.testing.assert_allclose(heat, np.exp(logits - top) / (1 + np.exp(-top)), atol=1e-3)
        assert all((h.boxes == p.boxes).all() and isinstance(h, JointHeat) for p, h in both)
    assert (len(both[0]) == 2) == isinstance(got[0], Poses)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if "-r" in name else []) for name in MAPS]
)
def test_maps_are_torchvisions(name: str) -> None:
    card = Catalog().get(name)
    aux = {"aux_loss": True} if card.settings.get("aux") else {}
    model, transforms = published(MAPS[name], **aux)
    ours = load_published(_small(card), model.state_dict())
    assert isinstance(ours, SemanticPredictor)
    transforms.resize_size = list(ours.size)
    frame = photo(60, 90)
    reference = transforms(torch.from_numpy(frame).permute(2, 0, 1))
    [(places, batch)] = ours.prepare([frame])
    torch.testing.assert_close(batch[0], reference, atol=1e-6, rtol=0)
    with torch.inference_mode():
        expected = model(reference[None])["out"][0]
        coarse = ours.forward([(places, batch)], Options(), Context())[0]
    enlarged = torch.stack([semantic.stretch(plane, *expected.shape[1:]) for plane in coarse])
    torch.testing.assert_close(enlarged, expected, atol=1e-4 * expected.abs().max().item(), rtol=0)
    same_size = ours.labels(coarse, *expected.shape[1:])
    np.testing.assert_array_equal(same_size.numpy(), expected.argmax(0).numpy())
    [[result]] = ours.predict([frame])
    assert isinstance(result, SemanticMap)
    assert result.map.shape == frame.shape[:2]


def _small(card, **settings):
    import msgspec

    tiny = {key: value for key, value in card.tiny.items() if key != "backbone"}
    return msgspec.structs.replace(card, settings={**card.settings, **tiny, **settings})


@pytest.mark.parametrize("size", [(40, 60), (300, 20), (1, 1)])
def test_pasting_equals_torchvisions_pixel_for_pixel(size: tuple[int, int]) -> None:
    height, width = size
    generator = torch.Generator().manual_seed(height)
    corners = torch.rand(60, 2, 2, generator=generator) * torch.tensor([width, height])
    boxes = torch.cat((corners.amin(1), corners.amax(1)), 1)
    boxes[0] = torch.tensor([0.0, 0.0, width, height])
    boxes[1] = boxes[1, [0, 1, 0, 1]]  # no area
    probabilities = torch.rand(60, 1, 28, 28, generator=generator)
    expected = paste_masks_in_image(probabilities, boxes, (height, width)) >= 0.5
    got = pasting.paste(probabilities, boxes, height, width)
    for mask, truth in zip(got, expected.numpy(), strict=True):
        np.testing.assert_array_equal(masks.paste(mask, height, width), truth[0])
    assert pasting.paste(probabilities[:0], boxes[:0], height, width) == []


def test_only_classes_that_can_win_are_enlarged() -> None:
    generator = torch.Generator().manual_seed(3)
    for _ in range(20):
        logits = torch.randn(9, 5, 7, generator=generator)
        logits[4:] -= 3.0
        large = torch.stack([semantic.stretch(plane, 83, 61) for plane in logits])
        winners = set(large.argmax(0).unique().tolist())
        assert winners <= set(semantic.candidates(logits))
    assert semantic.candidates(torch.tensor([[[1.0]], [[2.0]], [[0.0]]])) == [1]

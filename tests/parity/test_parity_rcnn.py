"""Faster, Mask and Keypoint R-CNN against detectron2."""

from __future__ import annotations

from typing import Any

import detectron2_models
import numpy as np
import pytest
import torch
from detectron2_models import frame, seen
from oracles import Oracle, close

from segstudio.core import masks
from segstudio.core.results import Boxes, Instances, Poses
from segstudio.zoo import Options
from segstudio.zoo.blocks import keypoint_maps, pasting, rcnn_regions
from segstudio.zoo.predictor import DEFAULT_CONTEXT

MASK, KEYPOINT = "detectron2_maskrcnn_r50_fpn_3x", "detectron2_keypointrcnn_r50_fpn_3x"
CARDS = {MASK: "d2-mask-rcnn-r50-fpn", KEYPOINT: "d2-keypoint-rcnn-r50-fpn"}
# Older files hold these too.
OLDER = {"pixel_mean": torch.zeros(3, 1, 1), "proposal_generator.anchor_generator.cell_anchors.0": torch.zeros(3)}


def predictor(oracle: Oracle) -> Any:
    return detectron2_models.predictor(oracle, CARDS[oracle.name], OLDER)


def given(oracle: Oracle) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the boxes that the heads were asked about, and their labels here (the background is 0)."""
    return torch.from_numpy(oracle.inputs["boxes"]), torch.from_numpy(oracle.inputs["classes"]) + 1


@pytest.mark.oracle(MASK, KEYPOINT)
def test_pyramid_and_proposal_network(oracle: Oracle) -> None:
    model, want = predictor(oracle), oracle.outputs
    _, features = seen(predictor(oracle), oracle)
    for level, name in zip("23456", ("0", "1", "2", "3", "pool")):
        step = 2 if level == "2" else 1
        close(features[name][:, ::16, ::step, ::step], want[f"p{level}_sub"])
    with torch.inference_mode():
        logits, deltas = model.network.rpn.head(list(features.values()))
    for i, level in enumerate("456", 2):
        close(logits[i], want[f"rpn_logits_p{level}"])
        close(deltas[i], want[f"rpn_deltas_p{level}"])


@pytest.mark.oracle(MASK, KEYPOINT)
@torch.inference_mode()
def test_box_head(oracle: Oracle) -> None:
    heads, want = predictor(oracle).network.roi_heads, oracle.outputs
    images, features = seen(predictor(oracle), oracle)
    boxes, _ = given(oracle)
    pooled = heads.box_roi_pool(features, [boxes], images.image_sizes)
    close(pooled[:, ::16], want["box_pooled_sub"])
    logits, deltas = heads.box_predictor(heads.box_head(pooled))
    # The background comes first here, last there.
    close(logits.roll(-1, 1), want["box_cls_logits"])
    close(deltas[:, 4:], want["box_deltas"])
    decoded = heads.box_coder.decode(deltas, [boxes])[:, 1:4].flatten(1)
    close(decoded, want["box_decoded_first3cls"])


@pytest.mark.oracle(MASK)
@torch.inference_mode()
def test_mask_head_and_pasting(oracle: Oracle) -> None:
    model, want = predictor(oracle), oracle.outputs
    heads = model.network.roi_heads
    images, features = seen(predictor(oracle), oracle)
    boxes, labels = given(oracle)
    pooled = heads.mask_roi_pool(features, [boxes], images.image_sizes)
    close(pooled[:, ::16], want["mask_pooled_sub"])
    found = [{"boxes": boxes, "labels": labels, "scores": torch.ones(len(boxes))}]
    model.regions(features, found)
    close(found[0]["mask_logits"][:, 0], want["mask_logits_given_class"])
    close(model.placed(found[0], (1, 1), (1, 1))["masks"][:, 0], want["mask_probs"])
    found[0]["labels"] = torch.full_like(labels, 5 + 1)
    model.regions(features, found)
    close(found[0]["mask_logits"][:, 0], want["mask_logits_cls5"])


@pytest.mark.oracle(MASK)
def test_stored_masks_are_pasted_alike(oracle: Oracle) -> None:
    boxes, _ = given(oracle)
    want = oracle.outputs
    probabilities = torch.from_numpy(want["mask_probs"])[:, None]
    old = oracle.inputs["image"].shape[:2]
    name = next(name for name in want if name.startswith("postprocess_") and name.endswith("_masks"))
    size = want[name].shape[1:]
    scaled = boxes * torch.tensor([size[1] / old[1], size[0] / old[0]] * 2)
    close(scaled, want[name.replace("_masks", "_boxes")])
    for place, truths in ((boxes, want["pasted_masks"]), (scaled, want[name])):
        got = pasting.sample(probabilities, place, *truths.shape[1:])
        for mask, truth in zip(got, truths, strict=True):
            # A value at the very threshold may round to either side.
            assert (masks.paste(mask, *truth.shape) != truth).sum() <= 1


@pytest.mark.oracle(KEYPOINT)
@torch.inference_mode()
def test_keypoint_head(oracle: Oracle) -> None:
    model, want = predictor(oracle), oracle.outputs
    heads = model.network.roi_heads
    images, features = seen(predictor(oracle), oracle)
    boxes, labels = given(oracle)
    close(heads.keypoint_roi_pool(features, [boxes], images.image_sizes)[:, ::16], want["kp_pooled_sub"])
    found = [{"boxes": boxes, "labels": labels, "scores": torch.ones(len(boxes))}]
    model.regions(features, found)
    logits = found[0]["keypoint_logits"]
    close(logits[:, :, ::2, ::2], want["kp_logits_sub"])
    points, peaks, shares = keypoint_maps.decode(logits, boxes)
    same_places(points, want["kp_decoded"][..., :2])
    close(peaks, want["kp_decoded"][..., 2])
    close(shares, want["kp_decoded"][..., 3])
    same_places(points, want["pred_keypoints"][..., :2])
    close(shares, want["pred_keypoints"][..., 2])


def same_places(got: torch.Tensor, want: np.ndarray) -> None:
    """Assert that peaks lie at the same pixel; of two that are equally high either may be found, in one of fifty."""
    apart = np.abs(got.numpy() - want).max(-1)
    assert (apart < 5e-3).mean() >= 0.98


@pytest.mark.oracle(MASK, KEYPOINT)
def test_end_to_end(oracle: Oracle) -> None:
    """Which box stays of several with nearly the same score is a matter of rounding, so one of ten may be missing."""
    model, want = predictor(oracle), oracle.outputs
    [results] = model.predict([frame(oracle)], Options(threshold=0.05, max_instances=100))
    got = results[0]
    assert isinstance(got, Boxes)
    assert abs(len(got.boxes) - int(want["det_count"])) <= 2
    ids = np.array([label.id for label in model.classes.labels])
    tops = zip(want["det_boxes_top10"], want["det_scores_top10"], ids[want["det_classes_top10"]])
    matched = 0
    for i, (box, score, label) in enumerate(tops):
        apart = np.abs(got.boxes - box).max(1) + 1e6 * (got.labels != label)
        nearest = int(apart.argmin())
        if apart[nearest] > 5e-3 or abs(got.scores[nearest] - score) > 1e-4 or abs(nearest - i) > 3:
            continue
        if isinstance(got, Poses):
            off = np.abs(got.keypoints[nearest, :, :2] - want["det_keypoints_top10"][i, :, :2]).max(1)
            if (off < 5e-3).mean() < 0.9:
                continue
        matched += 1
    assert matched >= min(9, int(want["det_count"]))
    assert isinstance(got, Instances) == (oracle.name == MASK)


@pytest.mark.oracle(MASK)
@torch.inference_mode()
def test_our_proposals_are_the_networks_own(oracle: Oracle) -> None:
    model = predictor(oracle)
    images, features = seen(predictor(oracle), oracle)
    theirs, _ = model.network.rpn(images, features)
    ours = rcnn_regions.propose(model.network.rpn, images, features)
    torch.testing.assert_close([ours.boxes[0][ours.valid[0]]], theirs)
    assert (ours.objectness[0][ours.valid[0]].diff() <= 0).all()
    stages = model.stages(model.prepare([frame(oracle)]), Options(), DEFAULT_CONTEXT)
    torch.testing.assert_close(stages.proposals, theirs)

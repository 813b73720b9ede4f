"""DensePose R-CNN against detectron2's project, and the conversions of its results."""

from __future__ import annotations

from typing import Any

import detectron2_models
import numpy as np
import pytest
import torch
from detectron2_models import frame, seen
from oracles import Oracle, close, thinned

from segstudio.core import densepose_maps
from segstudio.core.results import DenseMaps
from segstudio.zoo import Options
from segstudio.zoo.blocks import densepose

CARDS = {
    "densepose_rcnn_r50_fpn_s1x": "densepose-s1x",
    "densepose_rcnn_r50_fpn_s1x_legacy": "densepose-legacy",
    "densepose_rcnn_r50_fpn_dl_s1x": "densepose-dl",
    "densepose_rcnn_r50_fpn_wc2m_s1x": "densepose-wc2m",
}
EVERY = pytest.mark.oracle(*CARDS)
NAMES = {"coarse": "coarse_segm", "fine": "fine_segm", "u": "u", "v": "v"}


def predictor(oracle: Oracle) -> Any:
    return detectron2_models.predictor(oracle, CARDS[oracle.name])


@pytest.mark.oracle("densepose_rcnn_r50_fpn_s1x")
@torch.inference_mode()
def test_pyramid_proposals_and_anchors(oracle: Oracle) -> None:
    model, want = predictor(oracle), oracle.outputs
    images, features = seen(predictor(oracle), oracle)
    close(thinned(images.tensors, want["preprocessed_sub"]), want["preprocessed_sub"])
    logits, deltas = model.network.rpn.head(list(features.values()))
    for i, name in enumerate(features):
        close(thinned(features[name], want[f"p{i + 2}_sub"]), want[f"p{i + 2}_sub"])
        close(logits[i], want[f"rpn_logits_p{i + 2}"])
        close(thinned(deltas[i], want[f"rpn_deltas_p{i + 2}"]), want[f"rpn_deltas_p{i + 2}"])


@EVERY
@torch.inference_mode()
def test_box_head(oracle: Oracle) -> None:
    heads, want = predictor(oracle).network.roi_heads, oracle.outputs
    images, features = seen(predictor(oracle), oracle)
    boxes = torch.from_numpy(oracle.inputs["proposals"])
    pooled = heads.box_roi_pool(features, [boxes], images.image_sizes)
    logits, deltas = heads.box_predictor(heads.box_head(pooled))
    # The background comes first here, last there.
    close(logits.roll(-1, 1), want["box_cls_logits"])
    close(deltas[:, 4:], want["box_deltas"])
    if "box_decoded" in want:
        close(logits.softmax(1).roll(-1, 1), want["box_probs"])
        close(heads.box_coder.decode(deltas, [boxes])[:, 1], want["box_decoded"])


@EVERY
@torch.inference_mode()
def test_dense_head(oracle: Oracle) -> None:
    model, want = predictor(oracle), oracle.outputs
    _, features = seen(predictor(oracle), oracle)
    field, boxes = model.field(features), torch.from_numpy(oracle.inputs["boxes"])
    if "decoder_sub" in want:
        close(thinned(field["0"], want["decoder_sub"]), want["decoder_sub"])
    pooled = model.pooled(field, boxes, 0)
    close(thinned(pooled, want["dp_pooled_sub"]), want["dp_pooled_sub"])
    inner = model.network.roi_heads.densepose_head(pooled)
    close(thinned(inner, want["dp_head_sub"]), want["dp_head_sub"])
    maps = model.maps(field, boxes)
    for ours, theirs in NAMES.items():
        close(thinned(getattr(maps, ours), want[f"dp_{theirs}_sub"]), want[f"dp_{theirs}_sub"])
    for name, got in maps.confidences.items():
        truth = want[f"dp_{name}_confidence_sub" if name.endswith("segm") else f"dp_{name}_sub"]
        close(thinned(got, truth), truth)
    for i, box in enumerate(oracle.inputs["boxes"]):
        labels, uv = densepose.charts(maps.of(i), box.tolist())
        truth = want[f"chart_labels_{i}"]
        same = labels.numpy() == truth
        assert labels.shape == truth.shape
        # Near a border between charts two scores may tie but for rounding.
        assert same.mean() > 0.998
        np.testing.assert_allclose(uv.numpy()[:, same], want[f"chart_uv_{i}"][:, same], atol=1e-4)
        bytes_ = densepose_maps.quantised(labels.numpy(), uv.numpy())
        off = np.abs(bytes_[:, same].astype(int) - want[f"chart_quantized_{i}"][:, same].astype(int))
        assert off.max() <= 1 and (off > 0).mean() < 1e-3


@pytest.mark.oracle("densepose_rcnn_r50_fpn_s1x")
def test_a_whole_picture(oracle: Oracle) -> None:
    want = oracle.outputs
    ((found,),) = predictor(oracle).predict([frame(oracle)], Options(threshold=0.05))
    assert isinstance(found, DenseMaps)
    assert abs(len(found.boxes) - int(want["det_count"])) <= 1
    # Ranks of near ties may differ.
    for box, score in zip(want["det_boxes_top10"][:5], want["det_scores_top10"]):
        nearest = np.abs(found.boxes - box).max(1).argmin()
        np.testing.assert_allclose(found.boxes[nearest], box, atol=0.05)
        assert found.scores[nearest] == pytest.approx(score, abs=1e-3)


@pytest.mark.oracle("densepose_chart_convert")
def test_channels_become_the_published_chart_result(oracle: Oracle) -> None:
    given, want = oracle.inputs, oracle.outputs
    kinds = {name.removesuffix("_coarse_segm") for name in given if name.endswith("_coarse_segm")}
    assert kinds
    for kind in sorted(kinds):
        channels = [torch.from_numpy(given[f"{kind}_{name}"]) for name in NAMES.values()]
        for i, box in enumerate(given["boxes"]):
            labels, uv = densepose.charts(densepose.Maps(*channels, {}).of(i), box.tolist())
            np.testing.assert_array_equal(labels.numpy(), want[f"{kind}_labels_{i}"])
            np.testing.assert_allclose(uv.numpy(), want[f"{kind}_uv_{i}"], atol=1e-6)
            bytes_ = densepose_maps.quantised(labels.numpy(), uv.numpy())
            off = np.abs(bytes_.astype(int) - want[f"{kind}_quantized_{i}"].astype(int))
            assert off.max() <= 1 and (off > 0).mean() < 1e-3

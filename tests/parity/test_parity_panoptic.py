"""Panoptic FPN and its merge against detectron2."""

from __future__ import annotations

from typing import Any

import detectron2_models
import numpy as np
import pytest
import torch
from oracles import Oracle, close

from segstudio.core import masks, panoptic_merge
from segstudio.core.panoptic_merge import Rule
from segstudio.core.results import PanopticMap
from segstudio.zoo import Options
from segstudio.zoo.blocks import panoptic_fpn
from segstudio.zoo.predictor import DEFAULT_CONTEXT

FPN, COMBINE = "detectron2_panoptic_fpn_r50_3x", "detectron2_panoptic_combine"


def predictor(oracle: Oracle) -> Any:
    return detectron2_models.predictor(oracle, "panoptic-fpn-r50")


@torch.inference_mode()
def seen(oracle: Oracle) -> tuple[Any, Any, Any]:
    model = predictor(oracle)
    images, features = detectron2_models.seen(model, oracle)
    return images, features, model.network.sem_seg_head(features)


def same_info(segments: list[dict], instances: tuple[int, ...], stuff: tuple, classes: np.ndarray, scores: Any) -> None:
    """Assert that detectron2's segments_info says the same."""
    things = [one for one in segments if one["isthing"]]
    assert [one["instance_id"] for one in things] == list(instances)
    assert [one["category_id"] for one in things] == [int(classes[i]) for i in instances]
    np.testing.assert_allclose([one["score"] for one in things], [float(scores[i]) for i in instances], rtol=1e-6)
    assert [(one["category_id"], one["area"]) for one in segments if not one["isthing"]] == list(stuff)
    assert [one["id"] for one in segments] == list(range(1, len(segments) + 1))


@pytest.mark.oracle(COMBINE)
def test_the_merge_is_detectron2s(oracle: Oracle) -> None:
    cases = [name.removesuffix("_sem") for name in oracle.inputs if name.endswith("_sem")]
    assert cases
    for case in cases:
        sem, shapes, scores, classes, limits = (
            oracle.inputs[f"{case}_{what}"] for what in ("sem", "masks", "scores", "classes", "thresholds")
        )
        rule = Rule(float(limits[0]), int(limits[1]), float(limits[2]))
        got = panoptic_merge.merge(sem, [masks.from_bitmap(shape) for shape in shapes], scores, rule)
        np.testing.assert_array_equal(got.values, oracle.outputs[f"{case}_panoptic"], err_msg=case)
        same_info(oracle.settings["segments_info"][case], got.instances, got.stuff, classes, scores)


@pytest.mark.oracle(FPN)
def test_pyramid_semantic_head_and_map(oracle: Oracle) -> None:
    want = oracle.outputs
    images, features, logits = seen(oracle)
    for level, name in zip("23456", ("0", "1", "2", "3", "pool")):
        step = 2 if level == "2" else 1
        close(features[name][:, ::16, ::step, ::step], want[f"p{level}_sub"])
    close(logits[:, ::3], want["sem_seg_stride4_sub"])
    [size] = images.image_sizes
    full = panoptic_fpn.enlarge(logits[0], size, size)
    close(full[::6, ::3, ::3], want["sem_seg_full_sub"])
    for name in (one for one in want if one.startswith("sem_seg_argmax")):
        shape = want[name].shape
        labels = panoptic_fpn.classes_of(logits[0], size, shape).T.numpy()
        assert (labels == want[name]).mean() > 0.999
        plainly = panoptic_fpn.enlarge(logits[0], size, shape).argmax(0).numpy()
        assert (labels == plainly).mean() > 0.9999, "a class was left out that can win"


@pytest.mark.oracle(FPN)
@torch.inference_mode()
def test_heads_of_the_given_boxes(oracle: Oracle) -> None:
    model, want = predictor(oracle), oracle.outputs
    heads = model.network.roi_heads
    images, features, _ = seen(oracle)
    boxes = torch.from_numpy(oracle.inputs["boxes"])
    logits, deltas = heads.box_predictor(heads.box_head(heads.box_roi_pool(features, [boxes], images.image_sizes)))
    close(logits.roll(-1, 1), want["box_cls_logits"])
    close(deltas[:, 4:], want["box_deltas"])
    labels = torch.from_numpy(oracle.inputs["classes"]) + 1
    found = [{"boxes": boxes, "labels": labels, "scores": torch.ones(len(boxes))}]
    model.regions(features, found)
    close(found[0]["mask_logits"][:, 0], want["mask_logits_given_class"])


@pytest.mark.oracle(FPN)
@torch.inference_mode()
def test_the_panoptic_map_of_the_given_boxes(oracle: Oracle) -> None:
    """From the picture on: our own masks, our own semantic map, merged."""
    model, want, how = predictor(oracle), oracle.outputs, oracle.settings["combine"]
    images, features, logits = seen(oracle)
    [size] = images.image_sizes
    scores = torch.tensor(how["scores_used"])
    labels = torch.from_numpy(oracle.inputs["classes"]) + 1
    found = [{"boxes": torch.from_numpy(oracle.inputs["boxes"]), "labels": labels, "scores": scores}]
    model.regions(features, found)
    placed = model.placed(found[0], size, size)
    placed["semantic"] = panoptic_fpn.classes_of(logits[0], size, size)
    rule = Rule(how["overlap_thresh"], how["stuff_area_limit_here"], how["instances_confidence_thresh"])
    [result] = model._results(placed, size, Options(merge=rule))
    assert isinstance(result, PanopticMap)
    assert (result.map == want["panoptic"]).mean() > 0.999
    things = [label.id for label in model.classes.labels if label.thing]
    stuff = [label.id for label in model.classes.labels if not label.thing]
    assert things == [int(i) for i in oracle.settings["thing_dataset_id_to_contiguous_id"]]
    ids = {v: int(k) for k, v in oracle.settings["stuff_dataset_id_to_contiguous_id"].items()}
    assert stuff == [ids[i] for i in range(1, len(ids))]
    for one in oracle.settings["panoptic_segments_info"]:
        label, score = result.segments[one["id"]]
        assert label == (things[one["category_id"]] if one["isthing"] else ids[one["category_id"]])
        assert score == pytest.approx(one.get("score", 1.0), rel=1e-6)
    assert len(result.segments) == len(oracle.settings["panoptic_segments_info"])


@pytest.mark.oracle(FPN)
def test_the_whole_model(oracle: Oracle) -> None:
    model = predictor(oracle)
    frame = detectron2_models.frame(oracle)
    [[result]] = model.predict([frame], Options(merge=Rule(stuff_area=200)), DEFAULT_CONTEXT)
    assert isinstance(result, PanopticMap)
    stuff = {k: label for k, (label, _) in result.segments.items() if label > 91}
    semantic = oracle.outputs["sem_seg_argmax"]
    ids = {int(k): v for k, v in oracle.settings["stuff_dataset_id_to_contiguous_id"].items()}
    for k, label in stuff.items():
        assert (semantic[result.map == k] == ids[label]).mean() > 0.99

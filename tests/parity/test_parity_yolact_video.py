"""YolactEdge's video network against its published code: a key frame, and one that re-uses it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from oracles import Oracle, close

from segstudio.core import masks
from segstudio.zoo import checkpoints
from segstudio.zoo.blocks import yolact_backbones, yolact_video
from segstudio.zoo.blocks import yolact_decoding as decoding
from segstudio.zoo.blocks.enlarging import enlarge
from segstudio.zoo.blocks.yolact import Raw
from segstudio.zoo.blocks.yolact_decoding import Rules
from segstudio.zoo.blocks.yolact_video import VideoYolact

NAMES = {"yolactedge_vid_resnet50_138": "resnet50", "yolactedge_vid_resnet101_138": "resnet101"}


@pytest.mark.oracle(*NAMES)
def test_key_frames_and_the_frames_after_them_are_as_published(oracle: Oracle) -> None:
    classes = int(oracle.settings["constructor"]["num_classes"]) - 1
    anchors = oracle.manifest["state"]["prediction_layers.0.bbox_layer.weight"][1][0] // 4
    net = VideoYolact(yolact_backbones.build({"backbone": NAMES[oracle.name]}), anchors, classes).eval()
    checkpoints.fill(net, yolact_video.convert(oracle.state), system="YolactEdge")
    inner: dict[str, object] = {}
    for name in ("flow_net", "fpn_phase_2"):
        module = net.get_submodule(name)
        module.register_forward_hook(lambda _m, i, o, name=name: inner.update({name: o, f"{name} in": i}))
    frames = [torch.from_numpy(oracle.inputs[f"{when}_image"]) for when in ("key", "next")]
    with torch.inference_mode():
        raw, memory = net.key(frames[0])
        check(raw, oracle, "key")
        close(memory.sums[0], oracle.outputs["key_feats_p4"])
        close(memory.sums[1], oracle.outputs["key_feats_p5"])
        check(net.next(frames[1], memory), oracle, "next")
    motions = dict(zip(("p4", "p5"), inner["flow_net"]))
    for level, motion in motions.items():
        close(motion.flow, oracle.outputs[f"next_flow_{level}"])
        close(motion.scale[:, ::4], oracle.outputs[f"next_scale_{level}"])
        close(motion.bias[:, ::4], oracle.outputs[f"next_bias_{level}"])
    for sums, moved, level in zip(memory.sums, motions.values(), motions):
        close(yolact_video.warp(sums, moved.flow), oracle.outputs[f"next_warped_{level}"])
    for number, x in enumerate(inner["fpn_phase_2 in"][0]):
        close(x[:, ::4], oracle.outputs[f"next_phase1_p{number + 3}"])
    for number, x in enumerate(inner["fpn_phase_2"]):
        close(x[:, ::4], oracle.outputs[f"next_phase2_p{number + 3}"])


def check(raw: Raw, oracle: Oracle, when: str) -> None:
    got = {
        "loc": raw.offsets,
        "conf": raw.logits.softmax(-1),
        "mask": raw.coefficients,
        "proto": raw.prototypes.permute(0, 2, 3, 1),
    }
    for name, array in got.items():
        close(array, oracle.outputs[f"{when}_{name}"])


@pytest.mark.oracle(*NAMES)
@pytest.mark.parametrize("when", ["key", "next"])
def test_objects_of_both_frames_are_the_published_ones(oracle: Oracle, when: str) -> None:
    want = {name.removeprefix(f"{when}_"): array for name, array in oracle.outputs.items() if name.startswith(when)}
    given = oracle.settings["detect"]
    rules = Rules("fast", given["conf_thresh"], given["nms_thresh"], given["top_k"])
    boxes = decoding.boxes_of(torch.from_numpy(want["loc"][0]), torch.from_numpy(oracle.outputs["key_priors"]))
    scores = decoding.candidates(torch.from_numpy(want["conf"][0, :, 1:]).T, rules)
    kept = decoding.suppress(boxes, scores, rules, given["max_num_detections"])
    kept = kept.first(int((kept.score >= 0).sum()))
    np.testing.assert_array_equal(kept.label.numpy(), want["det_class"])
    close(kept.score, want["det_score"])
    close(boxes[kept.place], want["det_box"])
    kept = kept.first(len(want["post_classes"]))
    coefficients, prototypes = torch.from_numpy(want["mask"][0]), torch.from_numpy(want["proto"][0]).permute(2, 0, 1)
    planes = decoding.planes(coefficients[kept.place], prototypes, boxes[kept.place])
    shape = tuple(want["post_masks_shape"].tolist())
    masks_ = np.unpackbits(want["post_masks_packed"], count=int(np.prod(shape))).reshape(shape).astype(bool)
    got = np.stack([masks.paste(enlarge(plane - 0.5, shape[1:]), *shape[1:]) for plane in planes.numpy()])
    enlarged = F.interpolate(planes[None], size=shape[1:], mode="bilinear", align_corners=False)[0].numpy()
    assert (np.abs(enlarged[got.astype(bool) != masks_] - 0.5) < 1e-4).all()


@pytest.mark.oracle(*NAMES)
def test_maps_are_moved_as_published(oracle: Oracle) -> None:
    maps, flow = (torch.from_numpy(oracle.inputs[name]) for name in ("warp_feat", "warp_flow"))
    got = yolact_video.warp(maps, flow)
    close(got, oracle.outputs["warp_case"])
    assert not np.allclose(got, maps)

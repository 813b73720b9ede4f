"""CenterNet against its published code: networks, decoding, the way back to the picture, helpers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from oracles import Oracle, alike, close

from segstudio.core import gaussians, pose_crops, soft_nms
from segstudio.core.results import Boxes, Poses
from segstudio.zoo import Catalog, Options, load_published
from segstudio.zoo.blocks import centernet_decoding as decoding
from segstudio.zoo.blocks import points
from segstudio.zoo.blocks.deformable import DeformableConv
from segstudio.zoo.predictor import untrained
from segstudio.zoo.spec import Card
from segstudio.zoo.systems.points.centernet import CenterNetPredictor

CARDS = {
    ("res_18", False): "centernet-res18",
    ("resdcn_18", False): "centernet-resdcn18",
    ("resdcn_101", False): "centernet-resdcn101",
    ("dla_34", False): "centernet-dla34",
    ("hourglass", False): "centernet-hg",
    ("dla_34", True): "centernet-pose-dla34",
    ("hourglass", True): "centernet-pose-hg",
}
NETWORKS = pytest.mark.oracle(
    "centernet_res18_ctdet",
    "centernet_resdcn18_ctdet",
    "centernet_resdcn101_ctdet",
    "centernet_dla34_ctdet",
    "centernet_dla34_multi_pose",
    "centernet_hourglass_ctdet",
    "centernet_hourglass_multi_pose",
)


def heads(oracle: Oracle) -> dict[str, int]:
    return oracle.settings["constructor"]["heads"]


def card(oracle: Oracle) -> Card:
    return Catalog().get(CARDS[oracle.settings["constructor"]["arch"], "hps" in heads(oracle)])


def small(oracle: Oracle) -> CenterNetPredictor:
    """Return the card's model with a small network, for what comes before and after the network."""
    model = untrained(card(oracle))
    assert isinstance(model, CenterNetPredictor)
    return model


def mid_outputs(oracle: Oracle, network: Any) -> dict[str, torch.Tensor]:
    """Return a dict that the network's next call fills with what its inner modules give, as the oracle keeps it."""
    seen: dict[str, torch.Tensor] = {}

    def keep(name: str, step: int) -> Callable[..., None]:
        return lambda _module, _inputs, output: seen.update({f"mid.{name}": output[:, ::step].clone()})

    for name, step in oracle.settings["mid_outputs"]["k"].items():
        network.get_submodule(name).register_forward_hook(keep(name, step))
    return seen


@NETWORKS
def test_the_network_gives_the_published_maps(oracle: Oracle) -> None:
    # Wrapped as the published training leaves them.
    model = load_published(card(oracle), {"epoch": 1, "state_dict": oracle.state})
    assert isinstance(model, CenterNetPredictor)
    network = model.network
    seen = mid_outputs(oracle, network)
    with torch.inference_mode():
        image = torch.from_numpy(oracle.inputs["image"])
        maps = network.outputs(image)[-1]
        if any(name.startswith("stack0_") for name in oracle.outputs):
            first = network.features(image)[0]
            for name in heads(oracle):
                step = -(-heads(oracle)[name] // oracle.outputs[f"stack0_{name}"].shape[1])
                close(getattr(network, name)[0](first)[:, ::step], oracle.outputs[f"stack0_{name}"])
    for name in heads(oracle):
        close(maps[name], oracle.outputs[name])
    wanted = {name for name in oracle.outputs if name.startswith("mid.")}
    assert wanted
    for name in wanted:
        close(seen[name], oracle.outputs[name])


@NETWORKS
def test_maps_become_the_published_detections(oracle: Oracle) -> None:
    pose = "hps" in heads(oracle)
    find = decoding.poses if pose else decoding.boxes
    width = 6 + 2 * 17 if pose else 6
    raw = decoding.activate({name: torch.from_numpy(oracle.outputs[name]) for name in heads(oracle)})
    case = decoding.activate({name: torch.from_numpy(oracle.inputs[f"case_{name}"]) for name in heads(oracle)})
    close(find(raw, 100)[..., :width], oracle.outputs["dets"], 1e-5)
    close(find(case, 100)[..., :width], oracle.outputs["case_dets"], 1e-5)
    fewer = {
        "case_dets_no_reg": ("reg",),
        "case_dets_plain": ("hm_hp", "hp_offset"),
    }
    checked = 0
    for name, left_out in fewer.items():
        if name in oracle.outputs:
            some = {key: value for key, value in case.items() if key not in left_out}
            close(find(some, oracle.outputs[name].shape[1])[..., :width], oracle.outputs[name], 1e-5)
            checked += 1
    assert checked


def grid(oracle: Oracle) -> tuple[points.Grid, tuple[int, int]]:
    """Return the way from the made-up maps to the picture that the oracle says, and the picture's size."""
    height, width = oracle.inputs["case_hm"].shape[2:]
    scale = float(oracle.inputs["meta_s"]) / width
    x, y = oracle.inputs["meta_c"].tolist()
    return points.Grid(scale, scale, x - width / 2 * scale, y - height / 2 * scale), (round(2 * y), round(2 * x))


@NETWORKS
def test_detections_go_back_to_the_picture(oracle: Oracle) -> None:
    pose = "hps" in heads(oracle)
    find = decoding.poses if pose else decoding.boxes
    case = decoding.activate({name: torch.from_numpy(oracle.inputs[f"case_{name}"]) for name in heads(oracle)})
    got = decoding.to_picture(find(case, 100), [grid(oracle)[0]])[0].numpy()
    want = oracle.outputs["case_post"]
    if not pose:
        got = got[np.argsort(got[:, 5], kind="stable")]
    close(got[:, : want.shape[1]], want, 1e-5)


@NETWORKS
def test_the_predictor_returns_the_published_detections(oracle: Oracle) -> None:
    model = small(oracle)
    pose = model.poses
    way, size = grid(oracle)
    maps = {name: torch.from_numpy(oracle.inputs[f"case_{name}"]) for name in heads(oracle)}
    frame = np.zeros((*size, 3), np.uint8)
    batch = points.Batch([0], torch.empty(0), [way])
    [[result]] = model.decode([(batch, maps)], [frame], Options(threshold=0.0))
    assert isinstance(result, Boxes)
    want = oracle.outputs["case_post"]
    edge = np.array([size[1], size[0]] * 2, np.float32)
    clipped = want[:, :4].clip(0, edge)
    want = want[(clipped[:, 2] > clipped[:, 0]) & (clipped[:, 3] > clipped[:, 1])]
    boxes = want[:, :4].clip(0, edge)
    names = result.labels - 1 if pose else np.searchsorted(model.ids, result.labels)
    got = np.column_stack((result.boxes, result.scores, names))
    ours = alike(got, np.column_stack((boxes, want[:, 4], np.zeros(len(want)) if pose else want[:, 5])))
    close(result.boxes[ours], boxes, 1e-5)
    close(result.scores[ours], want[:, 4], 1e-5)
    if isinstance(result, Poses):
        close(result.keypoints[ours][..., :2], want[:, 5:].reshape(-1, 17, 2).clip(0, edge[:2]), 1e-5)


@pytest.mark.oracle("centernet_res18_ctdet", "centernet_resdcn18_ctdet")
def test_pictures_are_prepared_as_published(oracle: Oracle) -> None:
    model = small(oracle)
    picture = np.ascontiguousarray(oracle.inputs["image_u8"][:, :, ::-1])
    # The oracle's picture was scaled by one to a canvas of its own size.
    model.keep_size, model.size = False, picture.shape[:2]
    [batch] = model.prepare([picture])
    close(batch.images * oracle.settings["input_scale"], oracle.inputs["image"], 1e-6)
    assert batch.grids[0] == points.Grid(4, 4, 0, 0)


UTILS = pytest.mark.oracle("centernet_utils")


@UTILS
def test_radii_and_gaussians_are_the_published(oracle: Oracle) -> None:
    give, want = oracle.inputs, oracle.outputs
    sizes, overlaps = give["radius_size_hw"], give["radius_min_overlap"]
    radii = [[gaussians.centernet_radius(h, w, overlap) for overlap in overlaps] for h, w in sizes]
    close(np.array(radii), want["radius"], 1e-9)
    shape = want["draw_umich_all"].shape
    every, sigma = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for center, radius, one in zip(give["draw_center"], give["draw_radius"], want["draw_umich_each"]):
        alone = np.zeros(shape, np.float32)
        gaussians.draw(alone, center, int(radius))
        close(alone, one, 1e-6, of="max")
        gaussians.draw(every, center, int(radius))
        gaussians.draw_sigma(sigma, center, 2.0)
    close(every, want["draw_umich_all"], 1e-6, of="max")
    close(sigma, want["draw_msra_all_sigma2"], 1e-6, of="max")


@UTILS
def test_transforms_are_the_published(oracle: Oracle) -> None:
    give, want = oracle.inputs, oracle.outputs
    cases = zip(give["affine_center"], give["affine_scale"], give["affine_rot"], give["affine_output_size"])
    for i, (center, scale, turn, size) in enumerate(cases):
        # CenterNet says the scale in pixels, where the top-down networks take units.
        there = pose_crops.affine(center, float(scale) / pose_crops.UNIT, float(turn), tuple(size))
        back = pose_crops.inverse(there)
        close(there, want["affine"][i], 1e-5, of="max")
        close(back, want["affine_inv"][i], 1e-5, of="max")
    where = np.array(
        [
            pose_crops.apply(pose_crops.inverse(pose_crops.affine(c, float(s) / pose_crops.UNIT, 0, tuple(o))), xy)
            for c, s, o, xy in zip(
                give["affine_center"],
                give["affine_scale"],
                give["affine_output_size"],
                [give["preds_xy"]] * len(give["affine_scale"]),
            )
        ]
    )
    close(where, want["transform_preds"], 1e-5)
    # What the predictor uses: the same, as a scale and a shift.
    for i, (center, scale, size) in enumerate(zip(*(give[f"affine_{n}"] for n in ("center", "scale", "output_size")))):
        step = float(scale) / size[0]
        way = points.Grid(step, step, center[0] - size[0] / 2 * step, center[1] - size[1] / 2 * step)
        rows = np.zeros((1, len(give["preds_xy"]), 6), np.float32)
        rows[0, :, :2] = give["preds_xy"]
        close(decoding.to_picture(torch.from_numpy(rows), [way])[0, :, :2], want["transform_preds"][i], 1e-5)


@UTILS
@pytest.mark.parametrize("method", ["hard", "linear", "gaussian"])
def test_soft_nms_is_the_published(oracle: Oracle, method: soft_nms.Method) -> None:
    state = oracle.inputs["nms_boxes"].copy()
    left = soft_nms.suppress(state, soft_nms.Rule(method=method))
    close(state[:left], oracle.outputs[f"soft_nms_{method}"], 1e-5)
    close(state, oracle.outputs[f"soft_nms_{method}_published"], 1e-5)


@UTILS
def test_soft_nms_of_poses_is_the_published(oracle: Oracle) -> None:
    state = oracle.inputs["nms39"].copy()
    left = soft_nms.suppress(state)
    close(state[:left], oracle.outputs["soft_nms39_gaussian"], 1e-5)
    close(state, oracle.outputs["soft_nms39_gaussian_published"], 1e-5)


@UTILS
def test_flips_are_the_published(oracle: Oracle) -> None:
    pairs = [tuple(pair) for pair in oracle.settings["flip_idx"]]
    heat, offsets = torch.from_numpy(oracle.inputs["flip_hm"]), torch.from_numpy(oracle.inputs["flip_hps"])
    assert torch.equal(decoding.mirror(heat), torch.from_numpy(oracle.outputs["flip_tensor"]))
    assert torch.equal(decoding.mirror_joints(heat, pairs), torch.from_numpy(oracle.outputs["flip_lr"]))
    assert torch.equal(decoding.mirror_offsets(offsets, pairs), torch.from_numpy(oracle.outputs["flip_lr_off"]))
    skeleton = Catalog().get("centernet-pose-dla34").label_set().skeleton
    assert skeleton is not None
    assert list(skeleton.symmetry) == pairs


@UTILS
def test_the_deformable_convolution_is_the_published(oracle: Oracle) -> None:
    weight = oracle.state["weight"]
    layer = DeformableConv(weight.shape[1], weight.shape[0])
    layer.load_state_dict(oracle.state)
    with torch.inference_mode():
        close(layer(torch.from_numpy(oracle.inputs["dcn_input"])), oracle.outputs["dcn_output"])

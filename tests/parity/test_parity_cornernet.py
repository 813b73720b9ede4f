"""CornerNet against its published code: network, decoding, the whole test with mirror and soft-NMS, helpers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from oracles import Oracle, alike, close

from segstudio.core import gaussians, soft_nms
from segstudio.core.results import Boxes
from segstudio.zoo import Catalog, Options, load_published
from segstudio.zoo.blocks import cornernet_decoding as decoding
from segstudio.zoo.blocks.cornernet_networks import CornerPool, as_float
from segstudio.zoo.predictor import untrained
from segstudio.zoo.systems.points.cornernet import CornerNetPredictor

pytestmark = pytest.mark.oracle("cornernet")

MAPS = ("tl_heat", "br_heat", "tl_tag", "br_tag", "tl_regr", "br_regr")
FLOOR = 0.001  # of soft-NMS


def picture(oracle: Oracle) -> np.ndarray:
    return np.ascontiguousarray(oracle.inputs["image_u8"][:, :, ::-1])


def small() -> CornerNetPredictor:
    """Return the card's model with a small network, for what comes before and after the network."""
    model = untrained(Catalog().get("cornernet"))
    assert isinstance(model, CornerNetPredictor)
    return model


def check_boxes(result: Boxes, ids: np.ndarray, want: np.ndarray) -> None:
    """Compare with published rows: box, score, class.

    The published code goes on with rows that its soft-NMS had left behind: copies with a former score, and one that
    fell below the floor. Boxes without an area are no results here.
    """
    rows = [row for row in want if row[4] >= FLOOR and row[2] > row[0] and row[3] > row[1]]
    lowest: dict[tuple, np.ndarray] = {}
    for row in sorted(rows, key=lambda row: -row[4]):
        lowest[(*row[:4], row[5])] = row
    want = np.array(list(lowest.values()), np.float32).reshape(-1, 6)
    got = np.column_stack((result.boxes, result.scores, np.searchsorted(ids, result.labels)))
    close(got[alike(got, want)], want, 1e-4)


def test_the_network_gives_the_published_maps_and_boxes(oracle: Oracle) -> None:
    model = load_published(Catalog().get("cornernet"), {f"module.{key}": x for key, x in oracle.state.items()})
    assert isinstance(model, CornerNetPredictor)
    seen: dict[str, torch.Tensor] = {}

    def keep(name: str, step: int) -> Callable[..., None]:
        return lambda _module, _inputs, output: seen.update({f"mid.{name}": output[:, ::step].clone()})

    hooks = [
        model.network.get_submodule(name).register_forward_hook(keep(name, step))
        for name, step in oracle.settings["mid_outputs"]["k"].items()
    ]
    with torch.inference_mode():
        maps = model.network.outputs(torch.from_numpy(oracle.inputs["image"]))[-1]
    for name in MAPS:
        close(maps[name], oracle.outputs[name])
    for name in oracle.outputs:
        if name.startswith("mid."):
            close(seen[name], oracle.outputs[name])
    for hook in hooks:
        hook.remove()
    [[result]] = model.predict([picture(oracle)], Options(threshold=0.0))
    assert isinstance(result, Boxes)
    check_boxes(result, model.ids, oracle.outputs["pipeline_dets"])


def test_pictures_are_prepared_as_published(oracle: Oracle) -> None:
    [batch] = small().prepare([picture(oracle)])
    close(batch.images[:1], oracle.inputs["image"], 1e-6)
    close(batch.images[1:].flip(3), oracle.inputs["image"], 1e-6)
    top, _, left, _ = oracle.inputs["border"]
    [grid] = batch.grids
    assert (grid.left, grid.top) == (-left, -top)
    assert grid.scale_x == pytest.approx(batch.images.shape[3] / oracle.inputs["case_tl_heat"].shape[3])


@pytest.mark.parametrize(
    ("given", "name", "how"),
    [
        ("outputs", "dets", {}),
        ("inputs", "case_dets", {}),
        ("inputs", "case_dets_k20_kernel1", {"count": 20, "window": 1, "reach": 1.0}),
    ],
)
def test_maps_become_the_published_boxes(oracle: Oracle, given: str, name: str, how: dict) -> None:
    arrays = getattr(oracle, given)
    prefix = "case_" if given == "inputs" else ""
    maps = as_float({key: torch.from_numpy(arrays[prefix + key]) for key in MAPS})
    found = decoding.boxes(maps, **how)[0]
    close(found[found[:, 4] > -1], oracle.outputs[name], 1e-5)


def test_the_whole_test_gives_the_published_boxes(oracle: Oracle) -> None:
    model = small()
    frame = picture(oracle)
    [batch] = model.prepare([frame])
    maps = {}
    for name in MAPS:
        own = torch.from_numpy(oracle.inputs[f"case_{name}"])
        flipped = oracle.inputs.get(f"case_flip_{name}")
        maps[name] = torch.cat((own, own if flipped is None else torch.from_numpy(flipped)))
    [[result]] = model.decode([(batch, maps)], [frame], Options(threshold=0.0))
    assert isinstance(result, Boxes)
    assert len(result.boxes)
    check_boxes(result, model.ids, oracle.outputs["case_pipeline_dets"])


@pytest.mark.parametrize(
    ("name", "axis", "forward"),
    [("top", -2, True), ("bottom", -2, False), ("left", -1, True), ("right", -1, False)],
)
def test_corner_pools_are_the_published(oracle: Oracle, name: str, axis: int, forward: bool) -> None:
    got = CornerPool(axis, forward)(torch.from_numpy(oracle.inputs["pool_input"]))
    assert torch.equal(got, torch.from_numpy(oracle.outputs[f"pool_{name}"]))


def test_radii_and_gaussians_are_the_published(oracle: Oracle) -> None:
    give, want = oracle.inputs, oracle.outputs
    for name, overlap in (("radius_iou03", 0.3), ("radius_iou07", 0.7)):
        radii = [gaussians.cornernet_radius(h, w, overlap) for h, w in give["radius_size_hw"]]
        close(np.array(radii), want[name], 1e-9)
    heat = np.zeros(want["draw_gaussian"].shape, np.float32)
    for center, radius in zip(give["draw_center"], give["draw_radius"]):
        gaussians.draw(heat, center, int(radius))
    close(heat, want["draw_gaussian"], 1e-6, of="max")


def test_soft_nms_is_the_published(oracle: Oracle) -> None:
    # As published the corners' scores, columns 5 and 6, stay in their rows.
    state = oracle.inputs["nms_boxes"].copy()
    left = soft_nms.suppress(state[:, :5])
    close(state[:left], oracle.outputs["soft_nms_exp"], 1e-5)
    state = oracle.inputs["nms_boxes"].copy()
    left = soft_nms.suppress(state, soft_nms.Rule(merging=10.0))
    close(state[:left], oracle.outputs["soft_nms_merge"], 1e-5)

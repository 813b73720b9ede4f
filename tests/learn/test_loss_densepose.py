"""The loss of dense poses: hand-checked, and able to teach the network a person."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from segstudio.core import densepose as dp
from segstudio.core.densepose import DensePose
from segstudio.core.geometry import Box
from segstudio.learn.losses import densepose as losses
from segstudio.zoo import Catalog
from segstudio.zoo.blocks import densepose
from segstudio.zoo.blocks.densepose import CHARTS, Maps
from segstudio.zoo.predictor import untrained


def person(box: Box = Box(0, 0, 64, 64)) -> DensePose:  # noqa: B008
    """Return a person whose left half is the torso's front and whose lower right quarter is a leg; two points."""
    parts = np.zeros((dp.GRID, dp.GRID), np.uint8)
    parts[:, :128] = 1
    parts[128:, 128:] = 6
    return DensePose(box, (64.0, 192.0), (128.0, 192.0), (2.0, 9.0), (0.25, 0.75), (0.5, 1.0), dp.masks_of(parts))


def blank(size: int = 8, coarse: int = 2, **confidences: int) -> Maps:
    zero = [torch.zeros(1, k, size, size, requires_grad=True) for k in (coarse, CHARTS, CHARTS, CHARTS)]
    return Maps(*zero, {name: torch.zeros(1, k, size, size) for name, k in confidences.items()})


def test_targets_lie_where_the_annotation_says() -> None:
    boxes = torch.tensor([[0.0, 0.0, 64.0, 64.0]])
    found = losses.targets([person()], boxes, 8, 15)
    # 64 of 256 steps are a quarter of the box: 2 of 8 cells, whose middle is at 1.5.
    assert found.place.tolist() == [[1.5, 3.5], [5.5, 5.5]]
    assert found.chart.tolist() == [2, 9] and found.uv.tolist() == [[0.25, 0.5], [0.75, 1.0]]
    assert found.coarse[0, 0].tolist() == [1] * 4 + [0] * 4 and found.coarse[0, 7].tolist() == [1] * 4 + [6] * 4
    assert losses.targets([person()], boxes, 8, 2).coarse.unique().tolist() == [0, 1]


def test_what_lies_beyond_the_networks_box_is_left_out() -> None:
    found = losses.targets([person()], torch.tensor([[32.0, 0.0, 96.0, 64.0]]), 8, 15)
    assert found.chart.tolist() == [9] and found.place.tolist() == [[1.5, 5.5]]
    assert (found.coarse[0, :, 4:] == 0).all(), "where the annotation has no cells there is nobody"
    bare = losses.targets([replace(person(), masks=())], torch.tensor([[0.0, 0.0, 64.0, 64.0]]), 8, 15)
    assert (bare.coarse == -1).all(), "what nobody painted is not known"


def test_an_ignorant_network_pays_what_the_formula_says() -> None:
    wanted = losses.targets([person()], torch.tensor([[0.0, 0.0, 64.0, 64.0]]), 8, 2)
    parts = losses.loss(blank(), wanted)
    assert parts["charts"].item() == pytest.approx(math.log(CHARTS))
    assert parts["coarse"].item() == pytest.approx(5 * math.log(2))
    # Smooth L1: half the square.
    assert parts["u"].item() == pytest.approx(0.01 * 0.5 * (0.25**2 + 0.75**2))
    assert parts["v"].item() == pytest.approx(0.01 * 0.5 * (0.5**2 + 1.0**2))


def test_likelihoods_are_those_of_gaussians() -> None:
    wanted = losses.targets([person()], torch.tensor([[0.0, 0.0, 64.0, 64.0]]), 8, 2)
    maps = blank(sigma_2=CHARTS, kappa_u=CHARTS, kappa_v=CHARTS)
    maps.confidences["kappa_u"] += 0.3
    maps.confidences["kappa_v"] -= 0.2
    kappa = torch.tensor([0.3, -0.2])
    variance = math.log(2) + 0.01
    gauss = torch.distributions.MultivariateNormal(torch.zeros(2), variance * torch.eye(2) + torch.outer(kappa, kappa))
    want = -gauss.log_prob(-wanted.uv).sum() * 0.01
    # The published formula counts log(2 pi) once for both directions and halves it.
    want = want - 0.01 * len(wanted.uv) * 0.5 * math.log(2 * math.pi)
    assert losses.loss(maps, wanted)["uv"].item() == pytest.approx(want.item(), rel=1e-5)
    round_ = blank(sigma_2=CHARTS)
    gauss = torch.distributions.MultivariateNormal(torch.zeros(2), variance * torch.eye(2))
    want = -gauss.log_prob(-wanted.uv).sum() * 0.01 - 0.01 * len(wanted.uv) * 0.5 * math.log(2 * math.pi)
    assert losses.loss(round_, wanted)["uv"].item() == pytest.approx(want.item(), rel=1e-5)


def test_people_without_points_cost_nothing_but_their_parts() -> None:
    alone = replace(person(), x=(), y=(), part=(), u=(), v=())
    parts = losses.loss(blank(), losses.targets([alone], torch.tensor([[0.0, 0.0, 64.0, 64.0]]), 8, 2))
    assert parts["charts"].item() == parts["uv"].item() == 0
    sum(parts.values()).backward()


@pytest.mark.parametrize("name", ["densepose-s1x", "densepose-dl"])
def test_the_tiny_network_learns_one_person(name: str) -> None:
    torch.manual_seed(5)
    model = untrained(Catalog().get(name))
    heads = model.network.roi_heads
    field = {level: torch.rand(1, 256, 32 >> i, 32 >> i) for i, level in enumerate("0123")}
    boxes = torch.tensor([[8.0, 16.0, 72.0, 80.0]])
    one = person(Box(8, 16, 64, 64))
    weights = [
        p.requires_grad_(True) for m in (heads.densepose_head, heads.densepose_predictor) for p in m.parameters()
    ]
    optimiser = torch.optim.Adam(weights, 1e-3)
    with torch.no_grad():
        seen = model.field(field)
    wanted = losses.targets([one], boxes, model.maps(seen, boxes).fine.shape[-1], 2)
    costs = []
    for _ in range(80):
        cost = sum(losses.loss(model.maps(seen, boxes), wanted, losses.Weights(points=1.0)).values())
        optimiser.zero_grad()
        cost.backward()
        optimiser.step()
        costs.append(cost.item())
    assert costs[-1] < 0.1 * costs[0]
    with torch.inference_mode():
        maps = model.maps(seen, boxes)
        labels, _ = densepose.charts(maps, boxes[0].tolist())
    for x, y, chart, _, _ in one.points().tolist():
        assert labels[int(y) - 16, int(x) - 8] == chart
    own = torch.arange(2), wanted.chart
    for channels, truth in ((maps.u, wanted.uv[:, 0]), (maps.v, wanted.uv[:, 1])):
        assert losses.sampled(channels, wanted)[own].tolist() == pytest.approx(truth.tolist(), abs=0.1)

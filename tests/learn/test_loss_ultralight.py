"""The ultra-light detectors' targets and loss: cases counted by hand, and a network that learns one picture."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from segstudio.core.results import Boxes
from segstudio.learn.losses.ultralight import targets, ultralight_loss
from segstudio.zoo import Catalog, Options, predictor
from segstudio.zoo.systems.faces.ultralight import anchors, decode

ANCHORS = torch.tensor([[0.25, 0.5, 0.2, 0.2], [0.45, 0.5, 0.2, 0.2], [0.9, 0.9, 0.1, 0.1], [0.1, 0.1, 0.1, 0.1]])


def test_each_face_gets_its_best_anchor_and_anchors_go_to_what_they_overlap() -> None:
    small, exact = [0.2, 0.45, 0.3, 0.55], [0.35, 0.4, 0.55, 0.6]
    got = targets(torch.tensor([small, exact]), ANCHORS)
    assert got.positive.tolist() == [True, True, False, False]
    assert torch.allclose(decode(got.shifts, ANCHORS)[:2], torch.tensor([small, exact]), atol=1e-5)
    assert not targets(torch.zeros(0, 4), ANCHORS).positive.any()


def test_the_loss_is_what_the_formula_gives() -> None:
    wanted = targets(torch.tensor([[0.15, 0.4, 0.35, 0.6]]), ANCHORS.repeat(3, 1)[[0, *range(1, 4), *range(5, 8)]])
    assert wanted.positive.tolist() == [True] + [False] * 6
    logits, shifts = torch.zeros(1, 7, 2), torch.zeros(1, 7, 4)
    logits[0, 0, 1] = math.log(3)
    logits[0, 4:, 0] = 9.0  # sure that nothing is there: the other three are the hardest
    shifts[0, 0, 1], shifts[0, 3] = 0.5, 99.0
    total, parts = ultralight_loss(logits, shifts, [wanted])
    assert parts["boxes"].item() == pytest.approx(0.125, abs=1e-5)
    assert parts["classes"].item() == pytest.approx(-math.log(0.75) + 3 * math.log(2), rel=1e-5)
    assert total.item() == pytest.approx(sum(part.item() for part in parts.values()))
    none, _ = ultralight_loss(logits, shifts, [targets(torch.zeros(0, 4), ANCHORS[[0] * 7])])
    assert none.item() == 0


def test_a_network_learns_one_picture() -> None:
    torch.manual_seed(0)
    model = predictor.untrained(Catalog().get("ultralight-slim"))
    frame = np.full((96, 128, 3), 60, np.uint8)
    frame[20:70, 40:90] = (230, 180, 150)
    inputs, network = model.prepare([frame]), model.network  # pyright: ignore[reportAttributeAccessIssue]
    network.train().requires_grad_(True)
    optimiser = torch.optim.Adam(network.parameters(), 3e-3)
    losses = []
    for _ in range(60):
        logits, shifts, grids = network(inputs)
        wanted = targets(torch.tensor([[40 / 128, 20 / 96, 90 / 128, 70 / 96]]), anchors(grids, (96, 128), "cpu"))
        total, _ = ultralight_loss(logits, shifts, [wanted])
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
        losses.append(total.item())
    assert losses[-1] < 0.1 * losses[0]
    with torch.no_grad():
        # The batch norms' running statistics have to catch up with the weights.
        for _ in range(40):
            network(inputs)
    network.eval()
    [[found]] = model.predict([frame], Options(threshold=0.3))
    assert isinstance(found, Boxes)
    assert np.abs(found.boxes[0] - [40, 20, 90, 70]).max() < 8

"""MTCNN's targets and loss: cases counted by hand, and a network that learns a few crops."""

from __future__ import annotations

import math

import pytest
import torch

from segstudio.learn.losses.mtcnn import NEGATIVE, PART, POSITIVE, Targets, mtcnn_loss, targets
from segstudio.zoo import Catalog, predictor

FACE = torch.tensor([[10.0, 10, 30, 30]])
POINTS = torch.tensor([[[15.0, 16], [25, 16], [20, 20], [16, 26], [24, 26]]])
KNOWN = torch.tensor([True])


def test_crops_are_told_apart_by_their_overlap() -> None:
    crops = torch.tensor([[10.0, 10, 30, 30], [10, 15, 30, 35], [10, 18, 30, 38], [10, 20, 30, 40], [60, 60, 80, 80]])
    # Overlaps of 1, 3/5, 12/28, 1/3 and 0.
    got = targets(crops, FACE, POINTS, KNOWN)
    assert got.kinds.tolist() == [POSITIVE, PART, PART, -1, NEGATIVE]
    assert got.known.tolist() == [True, False, False, False, False]
    assert got.shifts[1].tolist() == pytest.approx([0, -0.25, 0, -0.25])
    assert got.points[0].tolist() == pytest.approx([0.25, 0.75, 0.5, 0.3, 0.7, 0.3, 0.3, 0.5, 0.8, 0.8])
    assert not targets(crops, FACE, POINTS, ~KNOWN).known.any()
    assert targets(crops, FACE[:0], POINTS[:0], KNOWN[:0]).kinds.tolist() == [NEGATIVE] * 5


def test_the_loss_is_what_the_formula_gives() -> None:
    kinds = torch.tensor([POSITIVE, NEGATIVE, NEGATIVE, PART, -1])
    wanted = Targets(kinds, torch.zeros(5, 4), torch.zeros(5, 10), kinds == POSITIVE)
    logits = torch.zeros(5, 2)
    logits[0, 1] = math.log(3)  # a face at 3/4: the easiest of three, of which two count
    shifts, points = torch.zeros(5, 4), torch.full((5, 10), 9.0)
    shifts[0, 0], shifts[3, 1], shifts[4] = 1.0, 2.0, 50.0
    points[0] = 0.1
    total, parts = mtcnn_loss((logits, shifts, points), wanted, "output")
    assert parts["classes"].item() == pytest.approx(math.log(2))
    assert parts["boxes"].item() == pytest.approx((1 + 4) / 2)
    assert parts["landmarks"].item() == pytest.approx(0.1, rel=1e-5)
    assert total.item() == pytest.approx(math.log(2) + 0.5 * 2.5 + 0.1, rel=1e-5)
    first, _ = mtcnn_loss((logits, shifts), wanted, "proposal")
    assert first.item() == pytest.approx(math.log(2) + 0.5 * 2.5, rel=1e-5)


def test_no_crop_of_use_gives_zero() -> None:
    nothing = Targets(torch.full((3,), -1), torch.zeros(3, 4), torch.zeros(3, 10), torch.zeros(3, dtype=torch.bool))
    total, _ = mtcnn_loss((torch.randn(3, 2), torch.randn(3, 4), torch.randn(3, 10)), nothing, "output")
    assert total.item() == 0


def test_the_third_network_learns_a_few_crops() -> None:
    torch.manual_seed(0)
    network = predictor.untrained(Catalog().get("starter-faces")).output  # pyright: ignore[reportAttributeAccessIssue]
    network.requires_grad_(True)
    pictures = torch.full((4, 3, 48, 48), -0.5)
    pictures[:2, :, 8:40, 8:40] = 0.6
    pictures[0, :, 16:20, 16:20] = -0.9
    kinds = torch.tensor([POSITIVE, PART, NEGATIVE, NEGATIVE])
    shifts = torch.tensor([[0.1, 0.1, -0.1, -0.1]] * 4)
    points = torch.linspace(0.2, 0.8, 10).repeat(4, 1)
    wanted = Targets(kinds, shifts, points, kinds == POSITIVE)
    optimiser = torch.optim.Adam(network.parameters(), 1e-3)
    losses = []
    for _ in range(60):
        total, _ = mtcnn_loss(network(pictures), wanted, "output")
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
        losses.append(total.item())
    assert losses[-1] < 0.05 * losses[0]
    logits, boxes, marks = network(pictures)
    assert logits[:, 1].gt(logits[:, 0]).tolist()[::2] == [True, False]
    assert torch.allclose(boxes[0], shifts[0], atol=0.05)
    assert torch.allclose(marks[0], points[0], atol=0.05)

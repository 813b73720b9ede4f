"""FastestDet's targets and loss: cases counted by hand, and a network that learns one picture."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core.results import Boxes
from segstudio.learn.losses.fastestdet import FastestDetLoss, siou, targets
from segstudio.zoo import Catalog, Options, predictor


def boxes(*rows: tuple[float, ...]) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.float32).view(-1, 4)


def test_the_cells_around_a_centre_are_candidates_and_none_beyond_the_map() -> None:
    got = targets(
        [boxes((0.45, 0.55, 0.2, 0.4)), boxes((0.95, 0.95, 0.1, 0.1))], [torch.tensor([7]), torch.tensor([2])], (10, 10)
    )
    cells = set(zip(got.pictures.tolist(), got.rows.tolist(), got.columns.tolist()))
    assert cells == {(0, 5, 4), (0, 5, 5), (0, 6, 4), (0, 6, 5), (1, 9, 9)}
    assert sorted(got.labels.tolist()) == [2, 7, 7, 7, 7]
    assert torch.allclose(got.boxes[got.labels == 2], boxes((9.5, 9.5, 1, 1)))
    assert torch.allclose(
        targets([boxes((0.5, 0.5, 0.5, 0.5))], [torch.tensor([0])], (4, 8)).boxes[0], boxes((4, 2, 4, 2))[0]
    )
    nothing = targets([boxes(), boxes()], [torch.tensor([]), torch.tensor([])], (3, 3))
    assert len(nothing.labels) == len(nothing.boxes) == 0


def test_similarity_by_hand() -> None:
    a = boxes((5, 5, 4, 4))
    assert siou(a, a).item() == pytest.approx(1, abs=1e-5)
    # Side by side, along the axis: no angle cost, so distance weighs exp(-2 x^2): centres 4 apart in 8.
    beside = siou(a, boxes((9, 5, 4, 4))).item()
    assert beside == pytest.approx(-0.5 * (1 - math.exp(-2 * 0.25)), abs=1e-4)
    # On the diagonal the angle cost is 1: both directions weigh exp(-x^2).
    diagonal = siou(a, boxes((9, 9, 4, 4))).item()
    assert diagonal == pytest.approx(-0.5 * 2 * (1 - math.exp(-0.25)), abs=1e-3)
    # Twice as wide about the same centre: overlap 1/2, shape (1 - exp(-1/2))^4.
    wide = siou(a, boxes((5, 5, 8, 4))).item()
    assert wide == pytest.approx(0.5 - 0.5 * (1 - math.exp(-0.5)) ** 4, abs=1e-4)


@given(st.lists(st.floats(0.1, 20), min_size=8, max_size=8))
def test_similarity_is_symmetric_bounded_and_has_gradients(numbers: list[float]) -> None:
    a = torch.tensor([numbers[:4]], requires_grad=True)
    b = torch.tensor([numbers[4:]])
    got = siou(a, b)
    got.sum().backward()
    assert a.grad is not None and torch.isfinite(a.grad).all()
    assert -2 <= got.item() <= 1 + 1e-5
    assert siou(b, a.detach()).item() == pytest.approx(got.item(), abs=1e-4)


def test_the_loss_is_what_the_formula_gives() -> None:
    maps = torch.zeros(2, 5 + 3, 4, 4)
    maps[:, 5:] = torch.tensor([0.5, 0.25, 0.25]).view(1, 3, 1, 1)
    maps[:, 0] = 0.1
    # Raw zeros are a box at the cell's corner, half as large as the map: what is wanted, in one of four cells.
    wanted = targets([boxes((0.25, 0.25, 0.5, 0.5)), boxes()], [torch.tensor([1]), torch.tensor([])], (4, 4))
    total, parts = FastestDetLoss()(maps, wanted)
    assert len(wanted.labels) == 4
    right = [siou(boxes((x, y, 2, 2)), boxes((1, 1, 2, 2))).item() for y, x in ((1, 1), (1, 2), (2, 1), (2, 2))]
    kept = [s for s in right if s >= sum(right) / 4]
    assert len(kept) == 1
    assert parts["boxes"].item() == pytest.approx(0, abs=1e-4)
    assert parts["classes"].item() == pytest.approx(math.log(4), rel=1e-4)
    # Smooth L1 below 1 is half the square; one cell with weight 16/4, the 31 others with 3/4.
    cells = 4 * 0.5 * 0.9**2 + 31 * 0.75 * 0.5 * 0.1**2
    assert parts["objectness"].item() == pytest.approx(cells / 32, rel=1e-3)
    assert total.item() == pytest.approx(16 * cells / 32 + math.log(4), rel=1e-3)


def test_pictures_without_objects_teach_that_nothing_is_there() -> None:
    maps = torch.full((1, 8, 4, 4), 0.2)
    total, parts = FastestDetLoss()(maps, targets([boxes()], [torch.tensor([])], (4, 4)))
    assert (parts["boxes"], parts["classes"]) == (0, 0)
    assert total.item() == pytest.approx(16 * 0.75 * 0.5 * 0.04, rel=1e-4)


def test_a_network_learns_one_picture() -> None:
    torch.manual_seed(0)
    model = predictor.untrained(Catalog().get("fastestdet"))
    frame = np.full((120, 160, 3), 60, np.uint8)
    frame[20:80, 40:120] = (30, 200, 90)
    share = boxes((80 / 160, 50 / 120, 80 / 160, 60 / 120))
    inputs = model.prepare([frame])  # pyright: ignore[reportAttributeAccessIssue]
    net = model.network  # pyright: ignore[reportAttributeAccessIssue]
    wanted = targets([share], [torch.tensor([16])], (6, 6))
    net.train().requires_grad_(True)
    optimiser, criterion = torch.optim.AdamW(net.parameters(), 5e-3), FastestDetLoss()
    losses = []
    for _ in range(50):
        total, _ = criterion(net(inputs), wanted)
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
        losses.append(total.item())
    assert losses[-1] < 0.2 * losses[0]
    with torch.no_grad():
        # The batch norms' running statistics have to catch up with the weights.
        for _ in range(25):
            net(inputs)
    net.eval()
    [[found]] = model.predict([frame], Options(threshold=0.2))
    assert isinstance(found, Boxes)
    assert np.abs(found.boxes[0] - [40, 20, 120, 80]).max() < 8
    assert found.labels[0] == model.classes.labels[16].id

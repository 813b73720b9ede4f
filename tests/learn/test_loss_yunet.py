"""YuNet's targets and loss: cases counted by hand, and a network that learns one face."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from segstudio.core.results import Faces
from segstudio.learn.losses.yunet import Face, apart, targets, yunet_loss
from segstudio.zoo import Catalog, Options, predictor
from segstudio.zoo.systems.faces.yunet import cells

WHERE = cells((64, 64), "cpu")


def test_boxes_that_are_apart_are_further_the_further() -> None:
    def of(*b: float) -> float:
        return apart(torch.tensor([[0.0, 0, 10, 10]]), torch.tensor([b])).item()

    assert of(0, 0, 10, 10) == pytest.approx(0, abs=1e-6)
    assert of(0, 0, 10, 5) == pytest.approx(0.5 - 0.05, abs=1e-5)
    assert of(0, 0, 10, 9.5) == pytest.approx(0.5 * 0.05**2 / 0.1, abs=1e-5)
    # Side by side, two pixels between: the intersection is -2 x 10, the union 100 + 100 + 20.
    assert of(12, 0, 22, 10) == pytest.approx(1 + 20 / 220 - 0.05, abs=1e-5)
    assert of(20, 0, 30, 10) > of(12, 0, 22, 10) > of(10, 0, 20, 10) == pytest.approx(0.95, abs=1e-5)


def test_cells_go_to_the_face_that_costs_least_and_faces_get_as_many_as_overlap() -> None:
    faces = torch.tensor([[8.0, 8, 24, 24], [40, 40, 56, 56]])
    scores, boxes = torch.full((len(WHERE),), 0.5), torch.zeros(len(WHERE), 4)
    # Three cells in the first face have its box; one in the second has half of its box.
    inside = [i for i, (x, y, s) in enumerate(WHERE.tolist()) if s == 8 and 8 <= x < 24 and 8 <= y < 24]
    for i in inside[:3]:
        boxes[i] = faces[0]
    other = next(i for i, (x, y, s) in enumerate(WHERE.tolist()) if s == 8 and (x, y) == (40, 40))
    boxes[other] = torch.tensor([40.0, 40, 56, 48])
    matched, overlap = targets(scores, boxes, WHERE, faces)
    assert torch.nonzero(matched == 0).flatten().tolist() == inside[:3]
    assert torch.nonzero(matched == 1).flatten().tolist() == [other]
    assert overlap[inside[0]].item() == pytest.approx(1) and overlap[other].item() == pytest.approx(0.5)
    nothing, _ = targets(scores, boxes, WHERE, faces[:0])
    assert (nothing == -1).all()


def test_the_loss_of_a_picture_without_faces_is_its_objectness() -> None:
    outputs = [torch.zeros(1, len(WHERE), n, requires_grad=True) for n in (1, 4, 1, 10)]
    none = Face(torch.zeros(0, 4), torch.zeros(0, 5, 2), torch.zeros(0))
    total, parts = yunet_loss(outputs, WHERE, [none])
    assert total.item() == pytest.approx(len(WHERE) * math.log(2), rel=1e-5)
    assert parts["boxes"] == parts["classes"] == parts["landmarks"] == 0
    total.backward()
    assert all(o.grad is None or torch.isfinite(o.grad).all() for o in outputs)


def test_a_network_learns_one_face() -> None:
    torch.manual_seed(0)
    model = predictor.untrained(Catalog().get("yunet"))
    frame = np.full((64, 64, 3), 60, np.uint8)
    frame[16:48, 12:44] = (230, 180, 150)
    marks = torch.tensor([[[20.0, 26], [36, 26], [28, 32], [22, 40], [34, 40]]])
    for x, y in marks[0].int().tolist():
        frame[y - 2 : y + 2, x - 2 : x + 2] = 20
    [batch] = model.prepare([frame])  # pyright: ignore[reportAttributeAccessIssue]
    pixels = batch.pixels
    network = model.network.train().requires_grad_(True)  # pyright: ignore[reportAttributeAccessIssue]
    wanted = [Face(torch.tensor([[12.0, 16, 44, 48]]), marks, torch.ones(1))]
    optimiser, losses = torch.optim.Adam(network.parameters(), 5e-3), []
    for _ in range(80):
        total, _ = yunet_loss(network(pixels), WHERE, wanted)
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
        losses.append(total.item())
    assert losses[-1] < 0.2 * losses[0]
    # Batch norms go on by the picture's own statistics: the running ones of maps of four cells are others.
    [[found]] = model.predict([frame], Options(threshold=0.2))
    assert isinstance(found, Faces)
    assert np.abs(found.boxes[0] - [12, 16, 44, 48]).max() < 5
    assert np.abs(found.landmarks[0] - marks[0].numpy()).max() < 6

"""RetinaFace's targets and loss: cases counted by hand, and a tiny network that learns one face."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from segstudio.core.results import Faces
from segstudio.learn.losses import retinaface as loss
from segstudio.zoo import Catalog, Options, predictor
from segstudio.zoo.blocks import retinaface as network

# Two anchors side by side and a small one far away, in a picture of size 1 x 1.
ANCHORS = torch.tensor([[0.25, 0.5, 0.2, 0.2], [0.45, 0.5, 0.2, 0.2], [0.9, 0.9, 0.1, 0.1]])
FACE = [0.15, 0.4, 0.35, 0.6]  # the first anchor's own box


def face_points(box: list[float]) -> list[list[float]]:
    (x0, y0, x1, y1), spots = box, ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))
    return [[x0 + u * (x1 - x0), y0 + v * (y1 - y0)] for u, v in spots]


def of(boxes: list[list[float]], known: list[bool] | None = None, anchors: torch.Tensor = ANCHORS) -> loss.Targets:
    marks = torch.tensor([face_points(box) for box in boxes]).view(-1, 5, 2)
    return loss.targets(
        torch.tensor(boxes).view(-1, 4), marks, torch.tensor(known or [True] * len(boxes), dtype=torch.bool), anchors
    )


def test_an_anchor_is_for_the_face_that_it_overlaps() -> None:
    got = of([FACE])
    assert got.labels.tolist() == [1, 0, 0]
    assert torch.allclose(got.boxes[0], torch.zeros(4), atol=1e-5)
    # The eye is 0.2 of the width left of the centre, and 0.1 of the height above it.
    assert got.points[0, :2].tolist() == pytest.approx([-2.0, -1.0], abs=1e-4)
    assert of([FACE], known=[False]).labels.tolist() == [-1, 0, 0]


def test_a_face_that_overlaps_little_claims_its_best_anchor_and_one_out_of_reach_none() -> None:
    # 0.1 x 0.1 in the middle of 0.2 x 0.2 overlaps by a quarter: below 0.35, above 0.2.
    assert of([[0.2, 0.45, 0.3, 0.55]]).labels.tolist() == [1, 0, 0]
    # 0.04 x 0.2: a fifth exactly is reached, less is not.
    assert of([[0.2, 0.4, 0.239, 0.6]]).labels.tolist() == [0, 0, 0]
    assert of([]).labels.tolist() == [0, 0, 0]
    assert torch.isfinite(of([]).boxes).all()


def test_of_two_faces_with_one_best_anchor_the_later_gets_it() -> None:
    smaller = [0.17, 0.42, 0.33, 0.58]
    for first, second in (([FACE, smaller]), ([smaller, FACE])):
        got = of([first, second])
        wanted = loss.encode(torch.tensor([second]), ANCHORS[:1])
        assert torch.allclose(got.boxes[0], wanted[0], atol=1e-5)


def test_encoding_is_what_decoding_undoes() -> None:
    boxes = torch.tensor([FACE, [0.4, 0.3, 0.7, 0.9], [0.85, 0.8, 0.99, 0.97]])
    marks = torch.tensor([face_points(box) for box in boxes.tolist()])
    back = network.decode(loss.encode(boxes, ANCHORS), ANCHORS, (0.1, 0.2), (1, 1))
    assert torch.allclose(back, boxes, atol=1e-5)
    points = network.decode_points(loss.encode_points(marks, ANCHORS), ANCHORS, (0.1, 0.2), (1, 1))
    assert torch.allclose(points, marks, atol=1e-5)


def test_the_hardest_negatives_count_seven_for_each_positive() -> None:
    losses = torch.arange(20.0)[None].repeat(2, 1)
    positive = torch.zeros(2, 20, dtype=torch.bool)
    positive[0, 19] = True
    chosen = loss.hardest(losses, positive)
    assert chosen[0].nonzero().flatten().tolist() == list(range(12, 19))
    assert not chosen[1].any(), "a picture without a face has no negatives either"
    positive[0, :10] = True
    assert loss.hardest(losses, positive)[0].tolist() == (~positive[0]).tolist()


def test_the_loss_is_what_the_formula_gives() -> None:
    anchors = torch.cat([ANCHORS, torch.tensor([[0.9, 0.1, 0.05, 0.05]] * 9)])
    wanted = [of([FACE], anchors=anchors), of([FACE], [False], anchors)]
    shifts, points = torch.zeros(2, 12, 4), torch.zeros(2, 12, 10)
    shifts[:, 0, 0] = 0.5  # smooth L1: 0.125
    points[0, 0] = wanted[0].points[0]
    points[0, 0, 3] += 2  # 1.5
    points[1, 0] = 100.0  # no landmarks known: does not count
    logits = torch.zeros(2, 12, 2)
    logits[:, 0, 1] = math.log(3)
    total, parts = loss.RetinaFaceLoss()((shifts, logits, points), wanted)
    assert parts["boxes"].item() == pytest.approx(0.125, abs=1e-5)
    assert parts["landmarks"].item() == pytest.approx(1.5, abs=1e-5)
    # Two positives at 3/4, and seven negatives for each at 1/2.
    assert parts["classes"].item() == pytest.approx((2 * -math.log(0.75) + 14 * math.log(2)) / 2, rel=1e-5)
    assert total.item() == pytest.approx(2 * 0.125 + parts["classes"].item() + 1.5, rel=1e-5)


def test_pictures_without_faces_have_a_loss_of_zero_and_gradients_that_are_numbers() -> None:
    outputs = tuple(torch.randn(1, 3, n, requires_grad=True) for n in (4, 2, 10))
    total, _ = loss.RetinaFaceLoss()(outputs, [of([])])  # pyright: ignore[reportArgumentType]
    total.backward()
    assert total.item() == 0
    assert all(o.grad is None or torch.isfinite(o.grad).all() for o in outputs)


@pytest.mark.parametrize("name", ["retinaface-mobilenet", "retinaface-rfb", "retinaface-slim"])
def test_a_tiny_network_learns_one_face(name: str) -> None:
    torch.manual_seed(0)
    model = predictor.untrained(Catalog().get(name))
    net, frame = model.network, np.full((96, 96, 3), 90, np.uint8)  # pyright: ignore[reportAttributeAccessIssue]
    frame[30:70, 20:60] = (230, 180, 150)
    for x, y in ((32, 46), (48, 46), (40, 54), (34, 62), (46, 62)):
        frame[y - 2 : y + 2, x - 2 : x + 2] = 20
    box = torch.tensor([[20.0, 30, 60, 70]]) / 96
    marks = torch.tensor([[[32.0, 46], [48, 46], [40, 54], [34, 62], [46, 62]]]) / 96
    [batch] = model.prepare([frame])  # pyright: ignore[reportAttributeAccessIssue]
    found = model.anchors.on((96, 96), "cpu")  # pyright: ignore[reportAttributeAccessIssue]
    wanted = [loss.targets(box, marks, torch.tensor([True]), found)]
    # Batch norms keep to what they are: statistics of a single picture would be others when it is predicted.
    net.requires_grad_(True)
    optimiser, criterion = torch.optim.AdamW(net.parameters(), 5e-3), loss.RetinaFaceLoss()
    losses = []
    for _ in range(100):
        total, _ = criterion(net(batch.pixels), wanted)
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
        losses.append(total.item())
    assert losses[-1] < 0.1 * losses[0]
    [[faces]] = model.predict([frame], Options(threshold=0.5))
    assert isinstance(faces, Faces)
    assert np.abs(faces.boxes[0] - [20, 30, 60, 70]).max() < 3
    assert np.abs(faces.landmarks[0] - marks[0].numpy() * 96).max() < 3

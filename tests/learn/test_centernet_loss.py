"""CenterNet's targets and losses on cases worked out by hand, and one picture learned by heart."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
import torch

from segstudio.core import gaussians
from segstudio.core.results import Boxes, Poses
from segstudio.learn.losses import centernet as losses
from segstudio.learn.losses.centernet import Recipe, Truth
from segstudio.learn.losses.heat import focal
from segstudio.zoo import Catalog, Options
from segstudio.zoo.blocks import centernet_decoding as decoding
from segstudio.zoo.predictor import untrained
from segstudio.zoo.systems.points.centernet import CenterNetPredictor


def truth(*rows: tuple[float, float, float, float, int], joints: list | None = None) -> Truth:
    table = np.array(rows, np.float64).reshape(-1, 5)
    return Truth(table[:, :4], table[:, 4].astype(int), None if joints is None else np.array(joints, np.float64))


def test_the_focal_loss_of_a_worked_case() -> None:
    logits = torch.tensor([0.0, math.log(3), -math.log(3)])  # 0.5, 0.75, 0.25
    got = focal(logits, torch.tensor([1.0, 0.5, 0.0]))
    hit = math.log(0.5) * 0.25
    near = math.log(0.25) * 0.75**2 * 0.5**4
    away = math.log(0.75) * 0.25**2
    assert got.item() == pytest.approx(-(hit + near + away), rel=1e-5)
    assert focal(logits, torch.tensor([0.0, 0.0, 0.0])).item() > 0, "without an object it is no mean of nothing"
    twice = focal(logits[[0, 0]], torch.ones(2))
    assert twice.item() == pytest.approx(-hit, rel=1e-5), "the sum is divided by the number of objects"


def test_a_box_sets_centre_size_and_offset() -> None:
    # In cells: 2 to 7 across, 1 to 3.5 down; the centre is (4.5, 2.25).
    got = losses.targets([truth((8, 4, 28, 14, 1))], classes=3, size=(8, 10))
    want = np.zeros((8, 10), np.float32)
    gaussians.draw(want, (4, 2), int(gaussians.centernet_radius(3, 5)))
    assert np.array_equal(got.heat["hm"][0, 1].numpy(), want)
    assert got.heat["hm"][0, [0, 2]].abs().sum() == 0
    assert got.heat["hm"][0, 1, 2, 4] == 1
    assert got.wanted["wh"].cells.tolist() == [[24]]
    assert got.wanted["wh"].values.tolist() == [[[5.0, 2.5]]]
    assert got.wanted["reg"].values.tolist() == [[[0.5, 0.25]]]
    assert set(got.wanted) == {"wh", "reg"}


def test_boxes_are_cut_to_the_map_and_nothing_is_left_of_those_outside() -> None:
    got = losses.targets([truth((-20, 0, 20, 8, 0), (200, 0, 220, 8, 0)), truth()], classes=1, size=(8, 10))
    assert got.wanted["wh"].values.tolist() == [[[5.0, 2.0]], [[0.0, 0.0]]]
    assert got.wanted["wh"].counts.tolist() == [[[1.0, 1.0]], [[0.0, 0.0]]]
    assert (got.heat["hm"] == 1).sum() == 1


def test_joints_are_offsets_from_the_centre_and_peaks_of_their_own() -> None:
    joints = [[[10, 6, 2], [0, 0, 0], [100, 6, 2]]]
    got = losses.targets([truth((0, 0, 32, 16, 0), joints=joints)], classes=1, size=(8, 10))
    assert got.wanted["hps"].cells.tolist() == [[2 * 10 + 4]]
    # (2.5, 1.5) seen from (4, 2); what is not labelled or beyond the map counts not.
    assert got.wanted["hps"].values.tolist() == [[[-1.5, -0.5, 0, 0, 0, 0]]]
    assert got.wanted["hps"].counts.tolist() == [[[1, 1, 0, 0, 0, 0]]]
    assert got.wanted["hp_offset"].cells.tolist() == [[12]]
    assert got.wanted["hp_offset"].values.tolist() == [[[0.5, 0.5]]]
    assert got.heat["hm_hp"][0, 0, 1, 2] == 1
    assert got.heat["hm_hp"][0, 1:].abs().sum() == 0


def test_a_person_without_labelled_joints_is_a_centre_and_teaches_no_size() -> None:
    got = losses.targets([truth((0, 0, 16, 16, 0), joints=[[[0, 0, 0]]])], classes=1, size=(8, 10))
    assert (got.heat["hm"] == 1).sum() == 1
    assert got.wanted["wh"].counts.sum() == got.wanted["reg"].counts.sum() == got.wanted["hps"].counts.sum() == 0
    maps = {name: torch.zeros(1, 2, 8, 10) for name in ("wh", "reg", "hps", "hp_offset")}
    maps |= {name: torch.zeros(1, 1, 8, 10) for name in ("hm", "hm_hp")}
    assert all(torch.isfinite(value) for value in losses.loss([maps], got).values())


def test_losses_are_means_over_numbers_and_stacks_with_the_published_weights() -> None:
    targets = losses.targets([truth((8, 4, 28, 14, 0))], classes=1, size=(8, 10))
    one = {"hm": torch.zeros(1, 1, 8, 10), "wh": torch.zeros(1, 2, 8, 10), "reg": torch.zeros(1, 2, 8, 10)}
    other = {**one, "wh": torch.ones(1, 2, 8, 10)}
    got = losses.loss([one, other], targets)
    assert got["wh"].item() == pytest.approx(0.1 * ((5 + 2.5) / 2 + (4 + 1.5) / 2) / 2, rel=1e-3)
    assert got["reg"].item() == pytest.approx((0.5 + 0.25) / 2, rel=1e-3)
    assert got["hm"].item() == pytest.approx(focal(one["hm"], targets.heat["hm"]).item(), rel=1e-5)
    assert losses.loss([one], targets, Recipe(size=1.0))["wh"].item() == pytest.approx(3.75, rel=1e-3)


def test_perfect_maps_are_decoded_to_the_truth() -> None:
    """What the targets say and what the decoder reads are one thing."""
    joints = [[[10, 6, 2], [20, 13, 1]]]
    made = losses.targets([truth((8, 4, 28, 14, 0), joints=joints)], classes=1, size=(8, 10))
    maps = dict(made.heat)
    for name, wanted in made.wanted.items():
        flat = torch.zeros(1, wanted.values.shape[2], 80)
        flat.scatter_(2, wanted.cells[:, None].expand(-1, flat.shape[1], -1), wanted.values.transpose(1, 2))
        maps[name] = flat.view(1, -1, 8, 10)
    found = decoding.poses(maps, 1)[0, 0] * 4
    np.testing.assert_allclose(found[:4], [8, 4, 28, 14], atol=1e-4)
    np.testing.assert_allclose(found[5:9], [10, 6, 20, 13], atol=1e-4)


def learned(
    name: str, frame: np.ndarray, truth: Truth, steps: int, rate: float
) -> tuple[CenterNetPredictor, float, float]:
    """Return a small model that learned one picture by heart, and its first and last loss."""
    torch.manual_seed(0)
    card = Catalog().get(name)
    if truth.joints is None:
        card = msgspec.structs.replace(card, labels="", classes=("block", "other"))
    model = untrained(card)
    assert isinstance(model, CenterNetPredictor)
    network = model.network.train().requires_grad_(True)
    [batch] = model.prepare([frame])
    height, width = (side // 4 for side in batch.images.shape[2:])
    made = losses.targets([truth], len(model.ids), (height, width))
    optimizer = torch.optim.Adam(network.parameters(), rate)
    values = []
    for _ in range(steps):
        total = torch.stack(list(losses.loss(network.outputs(batch.images), made).values())).sum()
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        values.append(total.item())
    with torch.no_grad():
        for _ in range(30):
            network.outputs(batch.images)  # the norms' running means catch up with the last weights
    network.eval()
    return model, values[0], values[-1]


def scene(*blocks: tuple[int, int, int, int]) -> np.ndarray:
    """Return a 60 x 60 picture with bright blocks; it lies 2 pixels inside its 64 x 64 canvas."""
    frame = np.random.default_rng(0).integers(0, 60, (60, 60, 3), dtype=np.uint8)
    for left, top, right, bottom in blocks:
        frame[top:bottom, left:right] = (250, 200, 90)
    return frame


def test_a_small_network_learns_a_picture_by_heart() -> None:
    box = (10, 16, 42, 48)
    want = truth((12, 18, 44, 50, 1))
    model, first, last = learned("centernet-dla34", scene(box), want, 100, 8e-3)
    assert last < first / 10
    [[result]] = model.predict([scene(box)], Options(threshold=0.3))
    assert isinstance(result, Boxes)
    assert result.labels.tolist() == [2]
    np.testing.assert_allclose(result.boxes[0], box, atol=4)


def test_a_small_network_learns_a_pose_by_heart() -> None:
    rng = np.random.default_rng(1)
    joints = np.concatenate((rng.uniform(14, 50, (1, 17, 2)), np.full((1, 17, 1), 2.0)), 2)
    want = truth((10, 10, 58, 58, 0), joints=(joints + np.array([2, 2, 0])).tolist())
    model, first, last = learned("centernet-pose-dla34", scene((8, 8, 56, 30), (20, 30, 44, 56)), want, 120, 3e-3)
    assert last < first / 4
    [[result]] = model.predict([scene((8, 8, 56, 30), (20, 30, 44, 56))], Options(threshold=0.3))
    assert isinstance(result, Poses)
    assert len(result.boxes) == 1
    off = np.linalg.norm(result.keypoints[0, :, :2] - joints[0, :, :2], axis=1)
    assert np.median(off) < 6

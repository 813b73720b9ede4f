"""Targets and losses of the pose networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from segstudio.core import heatmaps  # noqa: E402
from segstudio.learn.losses import pose  # noqa: E402
from segstudio.zoo import Catalog  # noqa: E402
from segstudio.zoo.predictor import untrained  # noqa: E402

# --- hand-checked cases ---------------------------------------------------------------------------------------------


def test_the_squared_error_is_halved_and_joints_without_a_label_count_as_right() -> None:
    maps, targets = torch.zeros(1, 2, 2, 2), torch.zeros(1, 2, 2, 2)
    maps[0, 0, 0, 0], maps[0, 1, 0, 0] = 2.0, 4.0
    assert float(pose.joints_mse(maps, targets, torch.tensor([[1.0, 1.0]]))) == pytest.approx(0.5 * (4 + 16) / 8)
    assert float(pose.joints_mse(maps, targets, torch.tensor([[1.0, 0.0]]))) == pytest.approx(0.5 * 4 / 8)


def test_the_hardest_joints_alone_count() -> None:
    maps, targets = torch.zeros(2, 3, 1, 2), torch.zeros(2, 3, 1, 2)
    maps[0, :, 0, 0] = torch.tensor([1.0, 2.0, 3.0])
    each = 0.5 * np.array([1, 4, 9]) / 2
    ones = torch.ones(2, 3)
    assert float(pose.hard_joints_mse(maps, targets, ones, hardest=2)) == pytest.approx((each[1] + each[2]) / 2 / 2)
    assert float(pose.hard_joints_mse(maps, targets, ones, hardest=9)) == pytest.approx(each.sum() / 3 / 2)


def test_every_stack_is_supervised() -> None:
    stacks, targets = torch.zeros(1, 2, 1, 2, 2), torch.ones(1, 1, 2, 2)
    stacks[:, 1] = 0.5
    assert float(pose.stacked_mse(stacks, targets)) == pytest.approx((1 + 0.25) / 2)
    assert float(pose.stacked_joints_mse(stacks, targets, torch.ones(1, 1))) == pytest.approx(0.5 * (1 + 0.25))
    assert float(pose.stacked_joints_mse(stacks, targets, torch.zeros(1, 1))) == 0


def test_coordinates_count_where_they_are_labelled() -> None:
    points = torch.tensor([[[0.5, 0.5], [0.9, 0.1]]])
    targets = torch.tensor([[[0.4, 0.7], [0.0, 0.0]]])
    visible = torch.tensor([[2.0, 0.0]])
    assert float(pose.coordinates(points, targets, visible)) == pytest.approx((0.1 + 0.2) / 2)
    assert float(pose.coordinates(points, targets, torch.zeros(1, 2))) == 0
    # Below 1 the smooth loss is half the square.
    smooth = float(pose.coordinates(points, targets, visible, smooth=1.0))
    assert smooth == pytest.approx((0.5 * 0.01 + 0.5 * 0.04) / 2)


def test_the_mean_place_of_a_map_agrees_with_the_decoder_and_passes_gradients_on() -> None:
    maps = torch.from_numpy(heatmaps.draw(np.array([[5.3, 9.1], [3.0, 4.0]]), (16, 12), 1.5))[None].requires_grad_()
    found = pose.soft_argmax(maps, beta=20.0)
    cells, _ = heatmaps.soft_argmax(maps.detach().numpy(), beta=20.0)
    np.testing.assert_allclose(found.detach().numpy(), (cells + 0.5) / (12, 16), rtol=1e-5)
    pose.integral(maps, torch.zeros(1, 2, 2), torch.tensor([[1.0, 0.0]]), beta=20.0).backward()
    assert maps.grad is not None
    assert maps.grad[0, 0].abs().max() > 0
    assert maps.grad[0, 1].abs().max() == 0


def test_targets_leave_out_what_is_not_labelled() -> None:
    joints = np.array([[[20.0, 20.0], [40.0, 12.0]]])
    visible = np.array([[2.0, 0.0]])
    maps, weights = pose.affine_targets(joints, visible > 0, (16, 16))
    assert weights.tolist() == [[1, 0]]
    assert (float(maps[0, 0, 5, 5]), float(maps[0, 1].max())) == (1, 0)
    square = pose.princeton_targets(joints / 4, visible, 64)
    assert (float(square[0, 0, 5, 5]), float(square[0, 1].max())) == (1, 0)
    plane, weights = pose.bearpaw_targets(joints / 4, visible, (16, 16))
    assert weights.tolist() == [[1, 0]]
    assert (float(plane[0, 0, 5, 5]), float(plane[0, 1].max())) == (1, 0)


# --- one picture by heart -------------------------------------------------------------------------------------------


def _mse(output: Any, joints: np.ndarray, visible: np.ndarray) -> Any:
    targets, weights = pose.affine_targets(joints, visible, tuple(output.shape[-2:]), sigma=1.0)
    return pose.joints_mse(output, targets, weights) * 100


def _princeton(output: Any, joints: np.ndarray, visible: np.ndarray) -> Any:
    # Their Gaussian is a 64th of the map's side; the tiny maps take pytorch-pose's of sigma 1 instead.
    targets, _ = pose.bearpaw_targets(joints / 4, visible, tuple(output.shape[-2:]))
    return pose.stacked_mse(output, targets) * 100


def _bearpaw(output: Any, joints: np.ndarray, visible: np.ndarray) -> Any:
    targets, weights = pose.bearpaw_targets(joints / 4, visible, tuple(output.shape[-2:]))
    return pose.stacked_joints_mse(output, targets, weights) * 100


@pytest.mark.parametrize(
    ("card", "loss", "steps"),
    [
        ("hrnet-pose-w32-256x192", _mse, 90),
        ("simplebaseline-r50-256x192", _mse, 40),
        ("hourglass-princeton-2hg", _princeton, 90),
        ("hourglass-bearpaw-hg2", _bearpaw, 90),
    ],
)
def test_a_tiny_network_learns_one_picture_by_heart(
    card: str, loss: Callable[[Any, np.ndarray, np.ndarray], Any], steps: int
) -> None:
    torch.manual_seed(0)
    model: Any = untrained(Catalog().get(card))
    model.flip = False
    # Five joints are labelled, each where a dot of another colour is.
    spots = np.array([[14.0, 14], [46, 18], [30, 34], [18, 50], [50, 46]])
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255)]
    frame = np.zeros((64, 64, 3), np.uint8)
    for (px, py), colour in zip(spots.astype(int).tolist(), colours):
        frame[py - 3 : py + 4, px - 3 : px + 4] = colour
    crop = model.crop(frame, np.array([0, 0, 64, 64], np.float32))
    joints, visible = np.zeros((1, len(model.joints), 2)), np.zeros((1, len(model.joints)))
    left, top, right, bottom = crop.shown
    joints[0, :5] = (spots - (left, top)) / (right - left, bottom - top) * 64
    visible[0, :5] = 1
    # Twice, as an hourglass ends in a single cell, of which alone no norm can take the spread.
    joints, visible = np.concatenate((joints, joints)), np.concatenate((visible, visible))
    x = model.normalised(torch.from_numpy(np.stack((crop.image, crop.image))).permute(0, 3, 1, 2))
    network = model.network.train().requires_grad_(True)
    optimizer = torch.optim.Adam(network.parameters(), lr=5e-3)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        value = loss(network(x), joints, visible)
        value.backward()
        optimizer.step()
        losses.append(value.item())
    assert losses[-1] < 0.2 * losses[0]
    with torch.inference_mode():
        # One picture's batch statistics are what it learned with.
        maps = model.final(network(x)).numpy()
    cells, _ = model.read(maps)
    off = np.abs(cells[0, :5] - joints[0, :5] / 4 - 0.5)
    assert off.max() <= 1.1, "every labelled joint is read where it was drawn"

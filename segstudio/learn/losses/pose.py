"""Targets and losses of the top-down pose networks.

Maps are (n, k, h, w), those of stacks (n, stacks, k, h, w); points (n, k, 2) with 0 and 1 at the crop's edges; weights
and `visible` (n, k), 0 where a joint is not labelled.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from segstudio.core import heatmaps


def affine_targets(
    joints: np.ndarray, visible: np.ndarray, size: tuple[int, int], stride: float = 4.0, sigma: float = 2.0
) -> tuple[Tensor, Tensor]:
    """Return SimpleBaseline's and HRNet's targets (n, k, h, w) and weights (n, k).

    Args:
        joints: (n, k, 2), in pixels of the network's input.
        visible: (n, k).
        size: (h, w) of the maps.
        stride: Pixels of the input a cell.
        sigma: Of the Gaussians in cells: 2 as published for 256 x 192, 3 for 384 x 288.
    """
    pairs = [heatmaps.draw_hrnet(j, v, size, (stride, stride), sigma) for j, v in zip(joints, visible)]
    maps, weights = np.stack([m for m, _ in pairs]), np.stack([w[:, 0] for _, w in pairs])
    return torch.from_numpy(maps), torch.from_numpy(weights)


def princeton_targets(joints: np.ndarray, visible: np.ndarray, resolution: int) -> Tensor:
    """Return the targets (n, k, resolution, resolution) of princeton-vl's hourglass.

    A joint that is not labelled has an empty map, which is learned like any other.

    Args:
        joints: (n, k, 2), in cells of the maps.
        visible: (n, k).
        resolution: The maps' side.
    """
    # Their code knows a joint that is not labelled by x = 0.
    shown = np.where(np.asarray(visible)[..., None] > 0, joints, 0.0)
    return torch.from_numpy(np.stack([heatmaps.draw_princeton(person[None], resolution) for person in shown]))


def bearpaw_targets(
    joints: np.ndarray, visible: np.ndarray, size: tuple[int, int], sigma: float = 1.0
) -> tuple[Tensor, Tensor]:
    """Return pytorch-pose's targets (n, k, h, w) and weights (n, k).

    Args:
        joints: (n, k, 2), in cells of the maps.
        visible: (n, k).
        size: (h, w) of the maps.
        sigma: In cells.
    """
    maps, weights = np.zeros((*np.shape(visible), *size), np.float32), np.zeros(np.shape(visible), np.float32)
    for at in np.argwhere(np.asarray(visible) > 0):
        at = tuple(at)
        maps[at], weights[at] = heatmaps.draw_bearpaw(np.asarray(joints)[at], size, sigma)
    return torch.from_numpy(maps), torch.from_numpy(weights)


def joints_mse(maps: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """Return half the mean squared error, in which a joint that is not labelled counts as one that is right.

    SimpleBaseline, HRNet, pytorch-pose.
    """
    return 0.5 * (((maps - targets) * weights[..., None, None]) ** 2).mean()


def hard_joints_mse(maps: Tensor, targets: Tensor, weights: Tensor, hardest: int = 8) -> Tensor:
    """Return the mean of `joints_mse` over the joints of each person that are most off ("OHKM")."""
    each = 0.5 * (((maps - targets) * weights[..., None, None]) ** 2).mean((-2, -1))
    return each.topk(min(hardest, each.shape[1]), dim=1).values.mean()


def stacked_joints_mse(stacks: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """Return the sum of `joints_mse` over the stacks: intermediate supervision as in pytorch-pose."""
    return torch.stack([joints_mse(maps, targets, weights) for maps in stacks.unbind(1)]).sum()


def stacked_mse(stacks: Tensor, targets: Tensor) -> Tensor:
    """Return the mean squared error of all stacks: intermediate supervision as in princeton-vl's code."""
    return ((stacks - targets[:, None]) ** 2).mean()


def coordinates(points: Tensor, targets: Tensor, visible: Tensor, *, smooth: float = 0.0) -> Tensor:
    """Return the mean L1 distance of an axis over the labelled joints; 0 where there is none.

    Args:
        points: Regressed, as `targets`.
        targets: The truth.
        visible: 0 where not labelled.
        smooth: Below this distance the loss is squared (smooth L1, Girshick 2015); 0 for plain L1.
    """
    each = torch.nn.functional.smooth_l1_loss(points, targets, reduction="none", beta=smooth)
    known = (visible > 0).to(each.dtype)[..., None]
    return (each * known).sum() / (2 * known.sum()).clamp(min=1)


def soft_argmax(maps: Tensor, beta: float = 1.0) -> Tensor:
    """Return the mean places (n, k, 2) of the softmax of beta times the maps, 0 and 1 at the map's edges.

    Integral regression (Sun et al. 2018, arXiv 1711.08229): a place that gradients flow through.
    """
    height, width = maps.shape[-2:]
    shares = torch.softmax(beta * maps.flatten(-2), -1).view_as(maps)
    x = (shares.sum(-2) * (torch.arange(width, device=maps.device) + 0.5)).sum(-1) / width
    y = (shares.sum(-1) * (torch.arange(height, device=maps.device) + 0.5)).sum(-1) / height
    return torch.stack((x, y), -1)


def integral(maps: Tensor, targets: Tensor, visible: Tensor, beta: float = 1.0) -> Tensor:
    """Return the L1 loss of the maps' mean places."""
    return coordinates(soft_argmax(maps, beta), targets, visible)

"""UPSNet's panoptic loss: hand-checked, and able to teach a picture with one object."""

from __future__ import annotations

import math

import pytest
import torch

from segstudio.learn.losses import upsnet as losses
from segstudio.zoo import Catalog
from segstudio.zoo.blocks import upsnet
from segstudio.zoo.predictor import untrained


def test_targets_are_stuff_then_objects_then_the_unknown() -> None:
    semantic = torch.tensor([[0, 1, 2], [3, 3, 255]])  # two classes of stuff, then things
    masks = torch.tensor([[[0, 0, 1], [0, 0, 0]], [[0, 0, 0], [1, 1, 0]]])
    assert losses.targets(semantic, masks, 2).tolist() == [[0, 1, 2], [3, 3, 255]]
    assert losses.targets(semantic, masks, 2, [1]).tolist() == [[0, 1, 3], [2, 2, 255]], "the other is unknown"
    assert losses.targets(semantic, masks[:1], 2).tolist() == [[0, 1, 2], [255, 255, 255]]


def test_an_ignorant_head_pays_the_logarithm_of_its_channels() -> None:
    wanted = torch.tensor([[0, 1], [2, 255]])
    assert losses.loss(torch.zeros(5, 2, 2), wanted).item() == pytest.approx(math.log(5))
    assert losses.loss(torch.zeros(5, 2, 2), torch.full((2, 2), 255)).item() == 0


def test_the_tiny_network_learns_a_picture_with_one_object() -> None:
    torch.manual_seed(1)
    network = untrained(Catalog().get("upsnet-r50")).network
    stuff, boxes = network.stuff, torch.tensor([[16.0, 16.0, 47.0, 47.0]])
    classes = torch.tensor([5])
    semantic = torch.zeros(16, 16, dtype=torch.int64)
    semantic[8:] = 7
    semantic[4:12, 4:12] = stuff + 4
    mask = torch.zeros(1, 16, 16, dtype=torch.int64)
    mask[0, 4:12, 4:12] = 1
    wanted = losses.targets(semantic, mask, stuff)
    assert wanted.unique().tolist() == [0, 7, stuff]
    with torch.no_grad():
        levels = network.features(torch.randn(1, 3, 64, 64))
        levels = [level / level.std().clamp(min=1e-6) for level in levels]
    heads = (network.fcn_head, network.mask_branch)
    weights = [p.requires_grad_(True) for head in heads for p in head.parameters()]
    optimiser, costs = torch.optim.Adam(weights, 1e-3), []
    for _ in range(40):
        masks = network.mask_branch(upsnet.pooled(levels, [boxes], 14))[:, int(classes[0])]
        found = losses.logits(network.fcn_head(levels)[0], masks, boxes, classes, stuff)
        cost = losses.loss(found, wanted)
        optimiser.zero_grad()
        cost.backward()
        optimiser.step()
        costs.append(cost.item())
    assert costs[-1] < 0.2 * costs[0]
    assert (found.argmax(0) == wanted).float().mean() > 0.9

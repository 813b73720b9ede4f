"""Panoptic FPN's semantic target and loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from segstudio.core.panoptic_merge import Rule
from segstudio.core.results import PanopticMap
from segstudio.learn.losses import panoptic_fpn
from segstudio.zoo import Catalog, Options, predictor


def test_things_are_one_class_stuff_several_and_void_none() -> None:
    values = np.array([[0, 1, 2], [3, 3, 4]], np.int32)
    got = panoptic_fpn.semantic_target(values, {1: 7, 2: 94, 3: 92, 9: 92}, [92, 93, 94])
    assert got.dtype == np.uint8
    assert got.tolist() == [[255, 0, 3], [1, 1, 255]]


def test_the_loss_is_the_mean_over_what_is_labelled() -> None:
    logits = torch.zeros(1, 3, 1, 2)
    logits[0, 1] = np.log(2)
    targets = torch.full((1, 4, 8), panoptic_fpn.IGNORED)
    assert panoptic_fpn.semantic_loss(logits, targets).item() == 0
    targets[0, 0, :3] = torch.tensor([1, 1, 0])
    # Class 1 has 2 of 4, class 0 has 1 of 4; the loss counts half.
    want = 0.5 * (2 * np.log(2) + np.log(4)) / 3
    assert panoptic_fpn.semantic_loss(logits, targets).item() == pytest.approx(want, rel=1e-5)


def test_a_tiny_network_learns_sky_and_grass_and_all_losses_are_there() -> None:
    torch.manual_seed(0)
    model: Any = predictor.untrained(Catalog().get("panoptic-fpn-r50"))
    network = model.network.train()
    network.rpn._pre_nms_top_n = network.rpn._post_nms_top_n = {"training": 20, "testing": 20}
    network.roi_heads.fg_bg_sampler.batch_size_per_image = 4
    with torch.no_grad():
        network.backbone.body.bn1.weight.fill_(0.05)
    frame = np.zeros((64, 96, 3), np.uint8)
    frame[:30], frame[30:] = (90, 150, 250), (40, 160, 30)
    values = np.ones((64, 96), np.int32)
    values[30:] = 2
    ids = {label.name: label.id for label in model.classes.labels}
    stuff = [label.id for label in model.classes.labels if not label.thing]
    sky, grass = ids["sky-other-merged"], ids["grass-merged"]
    wanted = torch.from_numpy(panoptic_fpn.semantic_target(values, {1: sky, 2: grass}, stuff))
    target = {
        "boxes": torch.tensor([[5.0, 5.0, 40.0, 40.0]]),
        "labels": torch.tensor([1]),
        "masks": torch.ones(1, 64, 96, dtype=torch.uint8),
    }
    network.requires_grad_(False)
    every = panoptic_fpn.losses(network, model.prepare([frame]), [target], [wanted])
    assert set(every) == {"objectness", "proposal_boxes", "classes", "boxes", "masks", "semantic"}
    assert all(torch.isfinite(value) for value in every.values())

    # Of the network only the head learns here: what the pyramid gives is the same in each step.
    head = network.sem_seg_head
    images, _ = network.transform(model.prepare([frame]))
    features = network.backbone(images.tensors)
    head.requires_grad_(True)
    optimiser = torch.optim.Adam(head.parameters(), 3e-3)
    history = []
    for _ in range(25):
        loss = panoptic_fpn.semantic_loss(head(features), wanted[None].long())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        history.append(loss.item())
    assert history[0] == pytest.approx(every["semantic"].item(), rel=1e-3)
    assert history[-1] < 0.1 * history[0]
    network.eval()
    network.requires_grad_(False)
    [[result]] = model.predict([frame], Options(merge=Rule(stuff_area=500, confidence=1.0)))
    assert isinstance(result, PanopticMap)
    found = {label: k for k, (label, _) in result.segments.items()}
    for label, value in ((sky, 1), (grass, 2)):
        got, truth = result.map == found[label], values == value
        assert (got & truth).sum() / (got | truth).sum() > 0.9

"""`bare` of networks with heads that torchvision lacks: they are called, on what torchvision itself finds."""

from __future__ import annotations

import pytest
import torch
from test_every_system import CATALOG, NAMES, noise, tiny

from segstudio.zoo.predictor import Context, Options, StagedPredictor

FEW = Options(threshold=0.0, max_instances=3)


def first(builder: str) -> str:
    return next(name for name in NAMES if CATALOG.get(name).builder.startswith(builder))


def model_and_inputs(name: str) -> tuple[StagedPredictor, list]:
    model = tiny(name)
    assert isinstance(model, StagedPredictor)
    frames = [noise(70, 90)]
    # torchvision keeps the thresholds of the last call.
    model.predict(frames, FEW)
    return model, model.prepare(frames)


@pytest.mark.parametrize("name", [n for n in NAMES if CATALOG.get(n).builder.startswith("densepose.")][:2])
def test_dense_maps_of_the_bare_network_are_those_of_the_predictor(name: str) -> None:
    model, inputs = model_and_inputs(name)
    found = model.forward(inputs, FEW, Context()).found[0]
    parts = model.bare(inputs)
    assert len(found["boxes"])
    torch.testing.assert_close(torch.cat([part["fine"] for part in parts]), found["fine"])


def test_the_bare_panoptic_network_calls_both_branches() -> None:
    model, inputs = model_and_inputs(first("panoptic.panoptic_fpn"))
    instances, semantic = model.bare(inputs)
    assert len(instances["masks"]) == len(instances["boxes"]) > 0
    assert semantic["semantic"].shape[0] == 1

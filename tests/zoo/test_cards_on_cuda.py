"""Every network of the zoo, tiny, on a pretended CUDA device: batches, half precision, layout, waiting."""

from __future__ import annotations

from typing import Any

import numpy as np
import pretended
import pytest
import torch
from test_every_system import CATALOG, FIRST, NAMES, OPTIONS, agree, noise, tiny

from segstudio.core.results import Boxes, Instances, Poses, Result, SemanticMap
from segstudio.zoo.predictor import Context

# Cards that read numbers in the midst of their work, and builders that send some and wait for them, with why; nobody
# else may, and who is mended goes from here.
READS = {"oneformer-swin-large": "transformers' own layers"}
SENDS = {"pretrained.": "transformers' own networks"}

# Two of one size, and one of another; of sides that the tiny networks of regions do not resize, since bytes are rounded
# in one place on the processor and in another on CUDA.
FRAMES = [noise(64, 88), noise(80, 64, 2), noise(64, 88, 1)]


def strict(name: str, known: dict[str, str]) -> Any:
    """Return the name of a card as a parameter of a test that it is known to fail, where it is."""
    names = (name, CATALOG.get(name).builder)
    why = next((why for start, why in known.items() if any(one.startswith(start) for one in names)), None)
    return pytest.param(name, marks=pytest.mark.xfail(strict=True, raises=AssertionError, reason=why) if why else ())


def whole(results: list[list[Result]]) -> None:
    """Assert that what was found in pictures is finite and lies within them."""
    assert len(results) == len(FRAMES)
    for frame, found in zip(FRAMES, results):
        height, width = frame.shape[:2]
        for result in found:
            assert result.size == (height, width)
            match result:
                case Boxes():
                    assert result.boxes.dtype == np.float32 and result.scores.dtype == np.float32
                    assert np.isfinite(result.boxes).all() and np.isfinite(result.scores).all()
                    assert (result.boxes >= 0).all() and (result.boxes <= np.array([width, height] * 2)).all()
                    if isinstance(result, Poses):
                        assert np.isfinite(result.keypoints).all()
                    if isinstance(result, Instances):
                        assert len(result.masks) == len(result.boxes)
                case SemanticMap():
                    assert result.map.shape == (height, width)


@pytest.mark.parametrize("name", [strict(name, READS) for name in NAMES])
def test_a_batch_in_half_precision_waits_once(name: str) -> None:
    with pretended.cuda() as device:
        model = tiny(name, device="cuda:0")
        device.forget()
        whole(model.predict(FRAMES, OPTIONS, Context(autocast=True)))
        assert len(device.reads) <= 1, device.reads


@pytest.mark.parametrize("name", [strict(name, SENDS) for name in FIRST])
def test_nothing_is_sent_so_that_it_must_be_waited_for(name: str) -> None:
    with pretended.cuda() as device:
        model = tiny(name, device="cuda:0")
        device.forget()
        model.predict(FRAMES, OPTIONS)
        assert not device.sends


@pytest.mark.parametrize("name", FIRST)
def test_results_are_those_of_the_processor(name: str) -> None:
    want = tiny(name).predict(FRAMES, OPTIONS)
    with pretended.cuda():
        got = tiny(name, device="cuda:0").predict(FRAMES, OPTIONS)
    for one, other in zip(got, want):
        agree(one, other)


@pytest.mark.parametrize("name", FIRST)
def test_weights_and_what_layers_make_are_laid_out_channels_last(name: str) -> None:
    made: list[torch.Tensor] = []
    with pretended.cuda():
        model = tiny(name, device="cuda:0")
        for layer in (m for m in model.network.modules() if isinstance(m, torch.nn.Conv2d)):
            assert layer.weight.is_contiguous(memory_format=torch.channels_last)
            layer.register_forward_hook(lambda _layer, _inputs, output: made.append(output))
        model.predict(FRAMES[::2], OPTIONS)
        # CUDA's convolutions bring what comes in into the layout of the weights, the first one does at the latest.
        assert made[0].is_contiguous(memory_format=torch.channels_last), made[0].stride()

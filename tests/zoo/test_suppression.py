"""Suppression as a mask over fixed shapes keeps what torchvision keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchvision.ops import nms

from segstudio.core.results import Result
from segstudio.zoo import Catalog, Context, Options
from segstudio.zoo.blocks import suppression, waiting
from segstudio.zoo.predictor import StagedPredictor


def by_torchvision(
    boxes: torch.Tensor, scores: torch.Tensor, valid: torch.Tensor, overlap: float, groups: torch.Tensor
) -> torch.Tensor:
    """Return the mask, each picture and group by itself."""
    mask = torch.zeros_like(valid)
    for i in range(len(boxes)):
        for group in groups[i].unique():
            places = (valid[i] & (groups[i] == group)).nonzero().flatten()
            mask[i, places[nms(boxes[i, places], scores[i, places], overlap)]] = True
    return mask


@st.composite
def batches(draw: st.DrawFn) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return boxes, scores, valid and groups: whole numbers make ties and equal overlaps, sides may be 0 or less."""
    b, n = draw(st.integers(1, 3)), draw(st.integers(0, 40))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 1 << 30)))

    def numbers(most: int, *size: int) -> torch.Tensor:
        return torch.randint(0, most, size, generator=generator)

    start = numbers(draw(st.sampled_from([3, 12])), b, n, 2).float()
    sides = numbers(9, b, n, 2).float() - draw(st.sampled_from([0, 1]))
    boxes = torch.cat((start, start + sides), 2)
    if draw(st.booleans()):
        boxes = boxes * 1.1 + 0.3
    return boxes, numbers(6, b, n) / 7, numbers(5, b, n) > 0, numbers(draw(st.sampled_from([1, 3])), b, n)


@settings(max_examples=200, deadline=None)
@given(batches(), st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.7, 1.0]), st.booleans())
def test_the_same_boxes_stay_as_with_torchvision(batch: tuple, overlap: float, split: bool) -> None:
    boxes, scores, valid, groups = batch
    groups = groups if split else torch.zeros_like(groups)
    # What does not count may hold anything.
    boxes = torch.where(valid[..., None], boxes, 3.0e38)
    want = by_torchvision(boxes, scores, valid, overlap, groups)
    with waiting.as_on_a_device():
        got, settled = suppression.kept(boxes, scores, valid, overlap, groups if split else None)
    assert settled
    assert torch.equal(got, want)
    if not split:
        got, settled = suppression.kept(boxes, scores, valid, overlap)
        assert settled
        assert torch.equal(got, want)


@settings(max_examples=50, deadline=None)
@given(batches(), st.integers(0, 50))
def test_the_best_come_first_and_of_equals_the_first(batch: tuple, most: int) -> None:
    _, scores, valid, _ = batch
    places, real = suppression.best(valid, scores, most)
    assert places.shape == real.shape == (len(scores), min(most, scores.shape[1]))
    for i in range(len(scores)):
        want = sorted((-float(scores[i, k]), k) for k in valid[i].nonzero().flatten().tolist())[:most]
        assert places[i][real[i]].tolist() == [k for _, k in want]
        assert (real[i].long().diff() <= 0).all()


def test_crowds_of_a_thousand_settle_and_stay_alike() -> None:
    generator = torch.Generator().manual_seed(3)
    start = torch.rand(4, 1000, 2, generator=generator) * torch.tensor([20.0, 60, 200, 800])[:, None, None]
    boxes = torch.cat((start, start + 10 + 60 * torch.rand(4, 1000, 2, generator=generator)), 2)
    scores, valid = torch.rand(4, 1000, generator=generator), torch.ones(4, 1000, dtype=torch.bool)
    for overlap in (0.3, 0.5, 0.7):
        with waiting.as_on_a_device():
            got, settled = suppression.kept(boxes, scores, valid, overlap)
        assert settled
        assert torch.equal(got, by_torchvision(boxes, scores, valid, overlap, torch.zeros(4, 1000)))


def test_a_long_chain_is_found_out_and_done_again() -> None:
    n = 3 * suppression.ROUNDS
    left = torch.arange(n) * 3.0
    boxes = torch.stack((left, torch.zeros(n), left + 10, torch.full((n,), 10.0)), 1)[None]
    scores, valid = torch.linspace(1, 0, n)[None], torch.ones(1, n, dtype=torch.bool)
    with waiting.as_on_a_device():
        _, settled = suppression.kept(boxes, scores, valid, 0.5)
        with pytest.raises(waiting.Unsettled):
            waiting.require(settled)
        with waiting.again():
            got, settled = suppression.kept(boxes, scores, valid, 0.5)
    waiting.require(settled)
    assert got[0].tolist() == [i % 2 == 0 for i in range(n)]


def test_a_batch_that_did_not_settle_is_done_again_thoroughly() -> None:
    tried: list[bool] = []

    class Slow(StagedPredictor):
        def prepare(self, frames: Any) -> Any:
            return torch.zeros(len(frames))

        def bare(self, inputs: Any) -> Any:
            return inputs

        def forward(self, inputs: Any, options: Options, context: Context) -> Any:
            tried.append(not waiting.fixed(inputs))
            return torch.tensor(tried[-1])

        def decode(self, outputs: Any, frames: Any, options: Options) -> list[list[Result]]:
            waiting.require(outputs)
            return [[] for _ in frames]

    frame = np.zeros((1, 1, 3), np.uint8)
    with waiting.as_on_a_device():
        assert Slow(Catalog().get("starter-boxes")).predict([frame, frame]) == [[], []]
        assert waiting.fixed(torch.zeros(1))
    assert tried == [False, True]
    assert not waiting.fixed(torch.zeros(1))

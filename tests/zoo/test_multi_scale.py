"""Semantic maps from several scales and mirror images."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
import torch

from segstudio.zoo import Catalog, Context, Options
from segstudio.zoo.blocks import semantic
from segstudio.zoo.predictor import untrained

MANY = Options(multi_scale=True, confidence=True)
FRAME = np.random.default_rng(3).integers(0, 255, (96, 128, 3), np.uint8)


def model(name: str, **settings: Any) -> Any:
    torch.manual_seed(0)
    card = Catalog().get(name)
    return untrained(msgspec.structs.replace(card, tiny={**card.tiny, **settings}))


def seen(made: Any) -> list[torch.Tensor]:
    """Return the list that gets each batch which the model's `scores` is asked about."""
    batches: list[torch.Tensor] = []
    scores = made.scores
    made.scores = lambda batch: batches.append(batch) or scores(batch)
    return batches


def test_all_scales_are_looked_at_and_mirrored() -> None:
    made = model("fcn8s-voc")
    batches = seen(made)
    ((found,),) = made.predict([FRAME], MANY)
    assert found.map.shape == (96, 128)
    sizes = [tuple(batch.shape[2:]) for batch in batches]
    assert sizes[::2] == sizes[1::2] == [(max(round(96 * s), 32), round(128 * s)) for s in semantic._SCALES]
    for plain, mirrored in zip(batches[::2], batches[1::2]):
        torch.testing.assert_close(plain.flip(3), mirrored)


def test_the_map_of_a_mirror_image_is_the_mirrored_map() -> None:
    made = model("lraspp-mobilenet")
    whole, mirrored = (made.at_scales(frame, Context()) for frame in (FRAME, np.ascontiguousarray(FRAME[:, ::-1])))
    torch.testing.assert_close(whole.flip(2), mirrored, rtol=1e-3, atol=1e-3)


def test_the_mean_is_one_of_probabilities() -> None:
    made = model("lraspp-mobilenet")
    total = made.at_scales(FRAME, Context()).exp().sum(0)
    torch.testing.assert_close(total, torch.ones_like(total), rtol=1e-4, atol=1e-4)
    made.scores = lambda batch: torch.tensor([1.0, 3.0])[None, :, None, None].expand(1, 2, *batch.shape[2:])
    ((found,),) = made.predict([FRAME], MANY)
    assert (found.map == 1).all()
    np.testing.assert_allclose(found.confidence, torch.tensor([1.0, 3.0]).softmax(0)[1], rtol=1e-5)


def test_what_mirrors_by_itself_is_not_mirrored_twice() -> None:
    made = model("pspnet50-voc2012")
    batches = seen(made)
    shares = made.at_scales(FRAME, Context())
    assert len(batches) == len(semantic._SCALES)
    torch.testing.assert_close(shares.sum(0), torch.ones_like(shares[0]), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["u2netp", "extremec3-portrait"])
def test_a_fixed_input_is_only_mirrored(name: str) -> None:
    made = model(name)
    batches = seen(made)
    made.predict([FRAME], MANY)
    assert len(batches) == 2 and len({tuple(batch.shape) for batch in batches}) == 1


def test_tiles_say_that_they_are_of_one_scale() -> None:
    made = model("fcn8s-voc")
    (found,) = made.predict_tiled(FRAME, 64, Options(multi_scale=True))
    assert any("one scale" in note for note in found.notes)
    (found,) = made.predict_tiled(FRAME, 64)
    assert not found.notes

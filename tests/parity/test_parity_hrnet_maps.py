"""HRNet for maps, without and with OCR, against its oracles."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from oracles import Oracle, close

from segstudio.zoo import Catalog, load_published
from segstudio.zoo.blocks.hrnet_maps import HRNetOcr
from segstudio.zoo.blocks.semantic import SemanticPredictor


def loaded(card: str, oracle: Oracle) -> SemanticPredictor:
    """Return the predictor from what the published file holds: the loss's class weights stand beside the network."""
    state = {**oracle.state, "loss.criterion.weight": torch.ones(19)}
    predictor = load_published(Catalog().get(card), state)
    assert isinstance(predictor, SemanticPredictor)
    return predictor


@pytest.mark.oracle("hrnet_w18_small_v2_cityscapes")
def test_hrnet(oracle: Oracle) -> None:
    predictor = loaded("hrnet-w18-small-cityscapes", oracle)
    with torch.inference_mode():
        got = predictor.scores(torch.from_numpy(oracle.inputs["image"]))
    close(got, oracle.outputs["logits"], of="max")
    _decoded(predictor, got[0], oracle)


@pytest.mark.oracle("hrnet_w48_ocr_cityscapes")
def test_hrnet_ocr(oracle: Oracle) -> None:
    predictor = loaded("hrnet-w48-ocr-cityscapes", oracle)
    assert isinstance(predictor.network, HRNetOcr)
    with torch.inference_mode():
        soft, got = predictor.network.both(torch.from_numpy(oracle.inputs["image"]))
    close(soft, oracle.outputs["aux"], of="max")
    close(got, oracle.outputs["logits"], of="max")
    _decoded(predictor, got[0], oracle)


def _decoded(predictor: SemanticPredictor, got: torch.Tensor, oracle: Oracle) -> None:
    """The map at the picture's size is what the published way makes of the stored scores, but for near-ties."""
    want = torch.from_numpy(oracle.outputs["logits"])
    size = oracle.inputs["image"].shape[2:]
    large = torch.nn.functional.interpolate(want, size, mode="bilinear", align_corners=predictor.align_corners)[0]
    top = large.topk(2, 0).values
    clear = (top[0] - top[1] > 1e-4 * want.abs().max()).numpy()
    labels = predictor.labels(got, *size).numpy()
    np.testing.assert_array_equal(labels[clear], large.argmax(0).numpy()[clear])
    assert clear.mean() > 0.9

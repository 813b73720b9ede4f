"""FCN, SegNet, DeconvNet, U-Net and PSPNet as published, and Haar framelets, against their oracles."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from oracles import Oracle, close

from segstudio.zoo import Catalog, load_published
from segstudio.zoo.blocks import framelets
from segstudio.zoo.blocks.fcn import bilinear_kernel
from segstudio.zoo.blocks.semantic import SemanticPredictor

CARDS = {
    "unet_milesial_transposed": "unet-carvana",
    "unet_milesial_bilinear": "unet-bilinear",
    "unet_milesial_v2_bilinear": "unet-carvana-v2",
    "fcn_wkentaro_fcn32s": "fcn32s-voc",
    "fcn_wkentaro_fcn16s": "fcn16s-voc",
    "fcn_wkentaro_fcn8s": "fcn8s-voc",
    "fcn_wkentaro_fcn8s_atonce": "fcn8s-atonce-voc",
    "segnet_onera": "segnet-camvid",
    "segnet_meetps": "segnet-voc",
    "deconvnet_jasonlee": "deconvnet-voc",
    "semseg_pspnet50_ade20k": "pspnet50-ade20k",
    "semseg_pspnet50_voc2012": "pspnet50-voc2012",
}

UNETS = [name for name in CARDS if name.startswith("unet")]
FCNS = [name for name in CARDS if name.startswith("fcn")]
SEGNETS = [name for name in CARDS if name.startswith("segnet")]
PSPNETS = [name for name in CARDS if name.startswith("semseg")]


def loaded(oracle: Oracle, wrapped: Any = None) -> SemanticPredictor:
    """Return the predictor with the oracle's weights, loaded as the published checkpoint is."""
    predictor = load_published(Catalog().get(CARDS[oracle.name]), wrapped or oracle.state)
    assert isinstance(predictor, SemanticPredictor)
    return predictor


def scores(predictor: SemanticPredictor, image: np.ndarray) -> torch.Tensor:
    with torch.inference_mode():
        return predictor.network(torch.from_numpy(image))


@pytest.mark.oracle(*UNETS, *FCNS, *SEGNETS)
def test_scores_at_every_pixel(oracle: Oracle) -> None:
    predictor = loaded(oracle)
    got = scores(predictor, oracle.inputs["image"])
    close(got, oracle.outputs["logits"], of="max")
    # Decoded: the class of each pixel but those where two are as good as equal.
    want = torch.from_numpy(oracle.outputs["logits"][0])
    top = want.topk(2, 0).values
    clear = (top[0] - top[1] > 1e-4 * want.abs().max()).numpy()
    labels = predictor.labels(got[0], *want.shape[1:]).numpy()
    np.testing.assert_array_equal(labels[clear], want.argmax(0).numpy()[clear])
    assert clear.any()


@pytest.mark.oracle("deconvnet_jasonlee")
def test_deconvnet(oracle: Oracle) -> None:
    got = scores(loaded(oracle), oracle.inputs["image"])
    close(got[:, :, 1::3, 1::3], oracle.outputs["logits"], of="max")
    [row] = [name for name in oracle.outputs if name.startswith("row")]
    close(got[:, :, int(row.removeprefix("row"))], oracle.outputs[row], of="max")


@pytest.mark.oracle(*PSPNETS)
def test_pspnet(oracle: Oracle) -> None:
    image = oracle.inputs["image"]
    got = F.interpolate(
        scores(loaded(oracle, {"epoch": 1, "state_dict": oracle.state}), image),
        image.shape[2:],
        mode="bilinear",
        align_corners=True,
    )
    stored = oracle.outputs["logits"]
    close(got[:, : stored.shape[1], ::2, ::2], stored, of="max")
    close(got.sum(1), oracle.outputs["channel_sum"], of="max")
    top = got.topk(2, 1).values
    clear = (top[:, 0] - top[:, 1] > 1e-4 * got.abs().max()).numpy()
    np.testing.assert_array_equal(got.argmax(1).numpy()[clear], oracle.outputs["argmax"][clear])
    assert clear.mean() > 0.9


@pytest.mark.oracle("fcn_upsampling_kernel")
def test_bilinear_kernels(oracle: Oracle) -> None:
    x = torch.from_numpy(oracle.inputs["x"])
    sizes = [int(name[6:]) for name in oracle.outputs if name.startswith("kernel")]
    assert sizes
    for size in sizes:
        close(bilinear_kernel(1, 1, size)[0, 0], oracle.outputs[f"kernel{size}"], of="max")
    close(bilinear_kernel(2, 2, 4), oracle.outputs["weight_2x2_k4"], of="max")
    raised = [name for name in oracle.outputs if name.startswith("up_")]
    assert raised
    for name in raised:
        size, stride = (int(part[1:]) for part in name.split("_")[1:])
        up = F.conv_transpose2d(x, bilinear_kernel(2, 2, size), stride=stride)
        close(up, oracle.outputs[name], of="max")


@pytest.mark.oracle("framing_unet_haar")
def test_haar_framelets(oracle: Oracle) -> None:
    x = torch.from_numpy(oracle.inputs["x"])
    size = x.shape[2:]
    low, high = framelets.analysis(x)
    filters = framelets.filters(x)
    for i, band in enumerate(framelets.BANDS):
        close(filters[i], oracle.outputs[f"filter_{band}"], 1e-12, of="max")
        close(low if i == 0 else high[:, :, i - 1], oracle.outputs[f"sub_{band}"], 1e-12, of="max")
        alone = torch.zeros_like(high)
        if i:
            alone[:, :, i - 1] = high[:, :, i - 1]
        part = framelets.synthesis(torch.zeros_like(low) if i else low, alone, size)
        close(part, oracle.outputs[f"synthesis_{band}"], 1e-12, of="max")
    close(framelets.synthesis(low, high, size), oracle.outputs["reconstruction"], 1e-12, of="max")


@pytest.mark.oracle("framing_unet_haar")
def test_frames_of_the_u_nets(oracle: Oracle) -> None:
    x, b, c = (torch.from_numpy(oracle.inputs[name]) for name in ("x", "b", "c"))
    f, b, c = x[:1, :1], b[None, None], c[None, None]
    close(f + framelets.unpool(framelets.pool(f), f.shape[2:]), oracle.outputs["unet_naive"][None, None], 1e-12)
    close(framelets.pool(b)[0, 0], oracle.outputs["pool_of_b"], 1e-12)
    close(framelets.unpool(c, b.shape[2:])[0, 0], oracle.outputs["unpool_of_c"], 1e-12)
    close(framelets.dual(b, c)[0, 0], oracle.outputs["dual_of_bc"], 1e-12)
    close(framelets.dual(f, framelets.pool(f))[0, 0], oracle.outputs["dual_reconstruction"], 1e-12)
    # The frame operator I + P P^T of the plain U-Net: each basis picture sent through it.
    side = f.shape[2]
    basis = torch.eye(side * side, dtype=torch.float64).view(-1, 1, side, side)
    operator = (basis + framelets.unpool(framelets.pool(basis), (side, side))).view(side * side, -1)
    eigenvalues = torch.linalg.eigvalsh(operator).flip(0)
    close(np.sort(eigenvalues.numpy()), np.sort(oracle.outputs["frame_eigenvalues"]), 1e-9, of="max")

"""The pretended device: what would fail or wait on CUDA is found, and values are the processor's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pretended
import pytest
import torch
from torch import nn

from segstudio.zoo.blocks import tensors


def mask(x: torch.Tensor) -> torch.Tensor:
    return x > 3


@pytest.mark.parametrize(
    ("work", "reads"),
    [
        (lambda x: x.sum().item(), 1),
        (lambda x: float(x.sum()), 1),
        (lambda x: 1 if x.any() else 0, 1),
        (lambda x: mask(x).nonzero(), 1),
        (lambda x: x[mask(x)], 1),
        (lambda x: torch.where(mask(x)), 1),
        (lambda x: x.masked_select(mask(x)), 1),
        (lambda x: x.unique(), 1),
        (lambda x: x.long().flatten().bincount(), 1),
        (lambda x: x.repeat_interleave(x[:, 0].long(), 0), 1),
        (lambda x: x.repeat_interleave(torch.ones_like(x[:, 0]).long(), 0, output_size=3), 0),
        (lambda x: torch.ops.torchvision.nms(x, x[:, 0], 0.5), 1),
        (lambda x: x.tolist(), 1),
        (lambda x: x.cpu().numpy(), 1),
        (lambda x: x.to("cpu").sum().item(), 1),
        (lambda x: torch.equal(x, x), 1),
        (lambda x: tensors.fetch([x, x.long(), mask(x)]), 1),
        (lambda x: torch.zeros(3, 4).copy_(x), 1),
        (lambda x: x.masked_fill(mask(x), 0).topk(2), 0),
        (lambda x: x[x[:, 0].long() % 3], 0),
        (lambda x: x.clone().__setitem__(mask(x), 0.0), 0),
        (lambda x: torch.isin(x, x[0, :2]), 0),
        (lambda x: torch.isin(x[:1], torch.cat((x, x, x))), 1),
    ],
)
@pytest.mark.parametrize("inference", [False, True])
def test_what_is_read_is_counted(work: Callable[[torch.Tensor], Any], reads: int, inference: bool) -> None:
    pytest.importorskip("torchvision")
    with pretended.cuda() as device, torch.inference_mode(inference):
        x = torch.arange(12.0, device="cuda:0").view(3, 4)
        work(x)
        assert len(device.reads) == reads, device.reads
        assert not device.sends


@pytest.mark.parametrize(
    ("work", "sends"),
    [
        (lambda x: torch.ones(4).to(x.device), 1),
        (lambda x: torch.tensor([1.0, 2.0], device=x.device), 1),
        (lambda x: x.new_tensor([1.0]), 1),
        (lambda x: x[:, [0, 2]], 1),
        (lambda x: x.clone().copy_(torch.ones(3, 4)), 1),
        (lambda x: torch.ones(4).to(x.device, non_blocking=True), 0),
        (lambda x: x.new_zeros(4) + torch.full((4,), 2.0, device=x.device) + torch.arange(4, device=x.device), 0),
        (lambda x: x * 2 + torch.tensor(1.0), 0),
    ],
)
@pytest.mark.parametrize("inference", [False, True])
def test_what_is_sent_and_waited_for_is_counted(
    work: Callable[[torch.Tensor], Any], sends: int, inference: bool
) -> None:
    with pretended.cuda() as device, torch.inference_mode(inference):
        x = torch.arange(12.0, device="cuda:0").view(3, 4)
        work(x)
        assert len(device.sends) == sends, device.sends
        assert not device.reads


@pytest.mark.parametrize(
    "work",
    [
        lambda x: x + torch.ones(4),
        lambda x: torch.cat((x, torch.ones(3, 4))),
        lambda x: x @ torch.ones(4, 2),
        lambda x: torch.where(torch.ones(3, 4) > 0, x, x),
        lambda x: nn.functional.conv2d(x[None, None], torch.ones(1, 1, 1, 1)),
    ],
)
@pytest.mark.parametrize("inference", [False, True])
def test_tensors_of_two_devices_are_refused(work: Callable[[torch.Tensor], Any], inference: bool) -> None:
    with pretended.cuda(), torch.inference_mode(inference):
        x = torch.arange(12.0, device="cuda:0").view(3, 4)
        with pytest.raises(RuntimeError, match="two devices"):
            work(x)
        with pytest.raises((RuntimeError, TypeError)):
            np.asarray(x)


def test_a_network_gives_what_it_gives_on_the_processor() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.Conv2d(4, 2, 1)).eval()
    x = torch.randn(2, 3, 8, 9)
    with torch.inference_mode():
        want = network(x)
    with pretended.cuda(), torch.inference_mode():
        there = network.to("cuda:0").to(memory_format=torch.channels_last)
        assert there[0].weight.is_contiguous(memory_format=torch.channels_last)
        got = there(x.to("cuda:0", memory_format=torch.channels_last))
        assert got.device == torch.device("cuda:0")
        assert got.is_contiguous(memory_format=torch.channels_last)
        got = got.cpu()
    torch.testing.assert_close(got, want)


def test_autocast_takes_half_precision_and_mixed_types_are_refused() -> None:
    with pretended.cuda(), torch.inference_mode():
        layer = nn.Conv2d(3, 4, 3).to("cuda:0")
        x = torch.ones(1, 3, 5, 5, device="cuda:0")
        with torch.autocast("cuda", dtype=torch.float16):
            half = layer(x)
            assert half.dtype == torch.float16
            assert half.softmax(1).dtype == torch.float32
            assert half.sigmoid().dtype == torch.float16
        with pytest.raises(RuntimeError):
            layer(x.half())

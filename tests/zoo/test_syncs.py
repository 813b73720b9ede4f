"""The counter of reads: what would make a device wait is counted, what was fetched before is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from segstudio.zoo.blocks import tensors


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[torch.Tensor], Any]], dict[str, int]]:
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "benchmarks"))
    from syncs import Reads

    def run(work: Callable[[torch.Tensor], Any]) -> dict[str, int]:
        x = torch.arange(12.0).view(3, 4)
        with torch.inference_mode(), Reads() as reads:
            # What is sent somewhere lies there.
            work(x.to("cpu"))
        return dict(reads.found)

    return run


@pytest.mark.parametrize(
    ("work", "found"),
    [
        (lambda x: x.sum().item(), {"item": 1}),
        (lambda x: float(x.sum()), {"__float__": 1}),
        (lambda x: 1 if x.any() else 0, {"__bool__": 1}),
        (lambda x: (x > 3).nonzero(), {"nonzero": 1}),
        (lambda x: x[x > 3], {"__getitem__": 1}),
        (lambda x: torch.where(x > 3), {"where": 1}),
        (lambda x: [row.tolist() for row in x], {"tolist": 3}),
        (lambda x: x.cpu().numpy(), {"cpu": 1}),
        (lambda x: [(row + 1).tolist() for row in x.cpu()[1:]], {"cpu": 1}),
        (lambda x: [t.numpy() for t in tensors.fetch([x, x * 2])], {"fetch": 1}),
        (lambda x: tensors.fetch(tensors.fetch([x])), {"fetch": 1}),
        (lambda x: x[x.argmax(0)].clone(), {}),
        (lambda x: x.masked_fill(x > 3, 0).topk(2), {}),
        (lambda x: torch.ops.torchvision.nms(x, x[:, 0], 0.5), {"nms": 1}),
        (lambda x: x.cpu().to("cpu").sum().item(), {"cpu": 1, "item": 1}),
        (lambda x: (x.cpu() * torch.tensor([1.0, 2, 3, 4])).tolist(), {"cpu": 1}),
        (lambda x: (x * torch.arange(4.0)).sum().item(), {"item": 1}),
        (lambda x: torch.ops.torchvision.nms(x.cpu(), x.cpu()[:, 0], 0.5).tolist(), {"cpu": 2}),
        (lambda x: x.cpu().to(torch.float64).to(x.cpu()).tolist(), {"cpu": 2}),
        (lambda x: torch.from_numpy(x.cpu().numpy()).tolist(), {"cpu": 1}),
    ],
)
def test_what_waits_is_counted(counted: Any, work: Callable, found: dict[str, int]) -> None:
    pytest.importorskip("torchvision")
    assert counted(work) == found


@pytest.mark.parametrize(
    ("work", "sent"),
    [
        (lambda x: torch.tensor([1.0, 2, 3, 4], device=x.device) * x, {"tensor": 1}),
        (lambda x: x.new_tensor([1.0, 2, 3, 4]) * x, {"new_tensor": 1}),
        (lambda x: x[[0, 2]].clone(), {"__getitem__": 1}),
        (lambda x: torch.tensor([1.0, 2, 3, 4]).to("cpu") * x, {"to": 1}),
        (lambda x: tensors.send([1.0, 2, 3, 4], "cpu") * x, {}),
        (lambda x: x.new_zeros(4) * x[:, :1] + torch.arange(4, device=x.device), {}),
        (lambda x: x.cpu().new_tensor([1.0, 2, 3, 4]), {}),
    ],
)
def test_what_is_sent_and_waited_for_is_counted(
    work: Callable, sent: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "benchmarks"))
    from syncs import Reads

    x = torch.arange(12.0).view(3, 4)
    with torch.inference_mode(), Reads() as reads:
        work(x.to("cpu"))
    assert dict(reads.sent) == sent

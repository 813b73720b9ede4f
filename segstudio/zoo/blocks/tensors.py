"""Pictures as tensors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

_AWAY = ContextVar("away", default=False)


def waits(tensor: Tensor) -> bool:
    """Return whether the processor has to wait for a device before it can read a value of a tensor.

    Where it has, work keeps to fixed shapes, with a mask of what counts, until everything is fetched at once. Where it
    has not, what is not needed is left out early.
    """
    return tensor.device.type != "cpu" or _AWAY.get()


@contextmanager
def as_on_a_device() -> Iterator[None]:
    """Let all tensors count as a device's, so that the way of fixed shapes can be tried without one."""
    before = _AWAY.set(True)
    try:
        yield
    finally:
        _AWAY.reset(before)


def from_frame(frame: np.ndarray, device: str) -> Tensor:
    """Return a uint8 RGB frame (h, w, 3) as a uint8 tensor (3, h, w) on the device."""
    import torch

    # torch warns of memory that it may not write to, such as a decoder's read-only picture.
    return torch.from_numpy(np.require(frame, np.uint8, ["C", "W"])).to(device).permute(2, 0, 1)


def by_shape(tensors: Sequence[Tensor]) -> list[tuple[list[int], Tensor]]:
    """Return batches of the tensors of equal shape, each with the places that its members had."""
    import torch

    groups: dict[tuple[int, ...], list[int]] = {}
    for i, tensor in enumerate(tensors):
        groups.setdefault(tuple(tensor.shape), []).append(i)
    return [(places, torch.stack([tensors[i] for i in places])) for places in groups.values()]


def fetch(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Return tensors on the CPU; from another device they come in a single transfer, whatever their types."""
    import torch

    if all(tensor.device.type == "cpu" for tensor in tensors):
        return list(tensors)
    flat = torch.cat([tensor.contiguous().flatten().view(torch.uint8) for tensor in tensors]).cpu()
    parts = flat.split([tensor.numel() * tensor.element_size() for tensor in tensors])
    # Numbers of several bytes can't be read where they begin at an odd one.
    return [part.clone().view(tensor.dtype).view(tensor.shape) for part, tensor in zip(parts, tensors)]

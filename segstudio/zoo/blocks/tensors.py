"""Pictures as tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor


def from_frame(frame: np.ndarray, device: str) -> Tensor:
    """Return a uint8 RGB frame (h, w, 3) as a uint8 tensor (3, h, w) on the device."""
    # torch warns of memory that it may not write to, such as a decoder's read-only picture.
    return send(np.require(frame, np.uint8, ["C", "W"]), device).permute(2, 0, 1)


def from_frames(frames: Sequence[np.ndarray], device: str) -> Tensor:
    """Return uint8 RGB frames of one size as one tensor (n, 3, h, w) on the device."""
    return send(np.stack(frames), device).permute(0, 3, 1, 2)


def send(values: Any, device: Any) -> Tensor:
    """Return numbers (an array or nested lists) as a tensor on the device, without waiting until they are there."""
    import torch

    return torch.as_tensor(values).to(device, non_blocking=True)


def size_within(height: int, width: int, shorter: int, longest: float, least: int = 1) -> tuple[int, int]:
    """Return (height, width) of a picture whose shorter side becomes `shorter`, unless the longer exceeds `longest`.

    Sides are rounded to the nearest, half to even; `least` is the shortest that one may become. (detectron2 rounds on
    its way in another manner: `blocks.detectron2.size_of`.)
    """
    scale = min(shorter / min(height, width), longest / max(height, width))
    return max(round(height * scale), least), max(round(width * scale), least)


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

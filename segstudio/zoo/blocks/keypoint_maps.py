"""From a keypoint head's maps to places in the picture, all people at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

_CUBIC = -0.75  # the cubic's parameter in torch's, OpenCV's and detectron2's resampling
_CELLS = 1 << 20  # numbers that are enlarged at once: what the caches of a CPU hold
_CUDA_CELLS = 1 << 26


def decode(maps: Tensor, boxes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return where each map peaks once it is resampled bicubically to its box's size in pixels (Mask R-CNN, section 5).

    The same places as `torchvision.models.detection.roi_heads.heatmaps_to_keypoints`, which takes one box at a time.

    Args:
        maps: float (n, k, m, m), logits.
        boxes: float (n, 4): left, top, right, bottom.

    Returns:
        points (n, k, 2): x, y in the boxes' coordinates, at the middle of a pixel; logits (n, k) there; shares (n, k):
        the peak's share of the softmax over the map.
    """
    import torch

    maps, boxes = maps.float(), boxes.float()
    sides = (boxes[:, 2:] - boxes[:, :2]).clamp(min=1)
    cells = sides.ceil()
    points, logits = maps.new_zeros((*maps.shape[:2], 2)), maps.new_zeros(maps.shape[:2])
    for who, width, height in _chunks(cells, maps.shape[1]):
        counts = cells[who]
        large = _taps(counts[:, 1], height, maps.shape[2])[:, None] @ maps[who]
        large = large @ _taps(counts[:, 0], width, maps.shape[3]).transpose(1, 2)[:, None]
        if len(who) > 1:
            beyond = (torch.arange(height, device=maps.device)[:, None] >= counts[:, 1, None, None]) | (
                torch.arange(width, device=maps.device) >= counts[:, 0, None, None]
            )
            large.masked_fill_(beyond[:, None], -torch.inf)
        best, place = large.flatten(2).max(2)
        logits[who] = best
        at = torch.stack((place % width, place // width), -1) + 0.5
        points[who] = at * (sides[who] / counts)[:, None] + boxes[who, None, :2]
    shares = 1 / torch.exp(maps - logits[..., None, None]).sum((2, 3))
    return points, logits, shares


def _chunks(cells: Tensor, joints: int) -> Iterator[tuple[list[int], int, int]]:
    """Yield (people, width, height) of people of like sizes whose enlarged maps fit into memory together."""
    limit = (_CUDA_CELLS if cells.is_cuda else _CELLS) // joints
    sizes = [(int(w), int(h)) for w, h in cells.tolist()]
    who: list[int] = []
    width = height = 1
    for i in sorted(range(len(sizes)), key=sizes.__getitem__):
        w, h = max(width, sizes[i][0]), max(height, sizes[i][1])
        if who and (len(who) + 1) * w * h > limit:
            yield who, width, height
            who, (w, h) = [], sizes[i]
        who, width, height = [*who, i], w, h
    if who:
        yield who, width, height


def _taps(counts: Tensor, most: int, side: int) -> Tensor:
    """Return the weights (n, most, side) that resample `side` cells to `counts` ones; rows beyond hold anything."""
    import torch

    place = (torch.arange(most, device=counts.device) + 0.5) * (side / counts)[:, None] - 0.5
    low = place.floor()
    far = (place - low)[..., None] + torch.tensor([1.0, 0.0, -1.0, -2.0], device=counts.device)
    near = far.abs()
    inner = ((_CUBIC + 2) * near - (_CUBIC + 3)) * near * near + 1
    outer = ((_CUBIC * near - 5 * _CUBIC) * near + 8 * _CUBIC) * near - 4 * _CUBIC
    share = torch.where(near <= 1, inner, outer)
    taps = (low[..., None] + torch.arange(-1, 3, device=counts.device)).clamp(0, side - 1).long()
    return torch.zeros((len(counts), most, side), device=counts.device).scatter_add_(2, taps, share)

"""From CenterNet's maps to boxes and poses (Zhou et al. 2019, arXiv 1904.07850).

Maps are (n, c, h, w) by name: `hm` centres, `wh` sizes, `reg` offsets of centres, `hps` offsets from centres to joints
(x, y, x, y, ...), `hm_hp` joints, `hp_offset` offsets of joints. Heat maps are probabilities here.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from segstudio.zoo.blocks import points

_HEAT = ("hm", "hm_hp")
# A joint's peak is believed from this score on, and up to this share of the box's longer side away.
_JOINT_SCORE = 0.1
_JOINT_REACH = 0.3


def activate(maps: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the network's maps as float32 with probabilities for logits."""
    return {name: x.float().sigmoid() if name in _HEAT else x.float() for name, x in maps.items()}


def mirror(maps: Tensor) -> Tensor:
    """Return maps flipped left to right."""
    return maps.flip(3)


def mirror_joints(maps: Tensor, pairs: Sequence[tuple[int, int]]) -> Tensor:
    """Return maps (n, joints, h, w) flipped, with the joints of each pair swapped."""
    return maps.flip(3)[:, _swapped(maps.shape[1], pairs)]


def mirror_offsets(maps: Tensor, pairs: Sequence[tuple[int, int]]) -> Tensor:
    """Return maps (n, 2 joints, h, w) of offsets flipped, with pairs swapped and x negated."""
    n, c, h, w = maps.shape
    both = maps.flip(3).reshape(n, c // 2, 2, h, w)[:, _swapped(c // 2, pairs)]
    return torch.stack((-both[:, :, 0], both[:, :, 1]), 2).reshape(n, c, h, w)


def _swapped(count: int, pairs: Sequence[tuple[int, int]]) -> list[int]:
    order = list(range(count))
    for a, b in pairs:
        order[a], order[b] = b, a
    return order


def average(maps: dict[str, Tensor], pairs: Sequence[tuple[int, int]]) -> dict[str, Tensor]:
    """Return the mean of pictures' maps and of their mirror images', which are the second half of the batch.

    Offsets within a cell are the picture's own.
    """
    half = len(maps["hm"]) // 2
    made = {name: x[:half] for name, x in maps.items()}
    for name, x in maps.items():
        if name in ("hm", "wh"):
            made[name] = (x[:half] + mirror(x[half:])) / 2
        elif name == "hm_hp":
            made[name] = (x[:half] + mirror_joints(x[half:], pairs)) / 2
        elif name == "hps":
            made[name] = (x[:half] + mirror_offsets(x[half:], pairs)) / 2
    return made


def centres(maps: dict[str, Tensor], count: int) -> tuple[points.Top, Tensor]:
    """Return the best peaks of the centre maps and the centres (n, k, 2) that they stand for, in cells."""
    best = points.top_of_best(points.peaks(maps["hm"]), count)
    cells = torch.stack((best.xs, best.ys), 2)
    return best, cells + (points.values_at(maps["reg"], best.cells) if "reg" in maps else 0.5)


def boxes(maps: dict[str, Tensor], count: int) -> Tensor:
    """Return (n, k, 6): left, top, right, bottom in cells, score, channel; the best first."""
    best, middle = centres(maps, count)
    half = points.values_at(maps["wh"], best.cells) / 2
    return torch.cat((middle - half, middle + half, best.scores[..., None], best.classes[..., None].float()), 2)


def poses(maps: dict[str, Tensor], count: int) -> Tensor:
    """Return (n, k, 6 + 3 joints): box in cells, score, x and y of each joint, channel, confidence of each joint.

    A joint is where its centre's offset points; where the joints have a heat map, it is the nearest peak of that, if
    one lies in the box and near enough. Its confidence is the peak's score, else the heat where the offset points; but
    at least the pose's score, as the offset is as sure as its centre is (published: all joints count alike).
    """
    best, middle = centres(maps, count)
    half = points.values_at(maps["wh"], best.cells) / 2
    box = torch.cat((middle - half, middle + half), 2)
    n, k = best.cells.shape
    cells = torch.stack((best.xs, best.ys), 2)
    joints = points.values_at(maps["hps"], best.cells).reshape(n, k, -1, 2) + cells[:, :, None]
    sure = best.scores[..., None].expand(joints.shape[:3])
    if "hm_hp" in maps:
        joints, heat = _snapped(joints, box, maps, count)
        sure = torch.maximum(heat, sure)
    parts = (box, best.scores[..., None], joints.flatten(2), best.classes[..., None].float(), sure)
    return torch.cat(parts, 2)


def _snapped(joints: Tensor, box: Tensor, maps: dict[str, Tensor], count: int) -> tuple[Tensor, Tensor]:
    """Return the joints (n, k, j, 2), moved to peaks of their heat maps, and their confidence (n, k, j)."""
    found = points.top_of_each(points.peaks(maps["hm_hp"]), count)
    n, j, m = found.cells.shape
    places = torch.stack((found.xs, found.ys), 3)
    if "hp_offset" in maps:
        places = places + points.values_at(maps["hp_offset"], found.cells.flatten(1)).reshape(n, j, m, 2)
    else:
        places = places + 0.5
    believed = found.scores > _JOINT_SCORE
    far = (joints.transpose(1, 2)[:, :, :, None] - places[:, :, None]).square().sum(4).sqrt()
    # (n, j, k): the nearest believed peak of each joint of each pose.
    distance, nearest = far.masked_fill(~believed[:, :, None], torch.inf).min(3)
    peak = places.gather(2, nearest[..., None].expand(-1, -1, -1, 2)).transpose(1, 2)
    score = found.scores.gather(2, nearest.flatten(2)).transpose(1, 2)
    inside = (peak >= box[:, :, None, :2]).all(3) & (peak <= box[:, :, None, 2:]).all(3)
    reach = (box[..., 2:] - box[..., :2]).amax(2, keepdim=True) * _JOINT_REACH
    taken = inside & (distance.transpose(1, 2) <= reach)
    return torch.where(taken[..., None], peak, joints), torch.where(taken, score, _heat_at(maps["hm_hp"], joints))


def _heat_at(heat: Tensor, joints: Tensor) -> Tensor:
    """Return the heat (n, k, j) of each joint's own map in the cell that it lies in; 0 outside."""
    h, w = heat.shape[2:]
    column, row = joints[..., 0].floor(), joints[..., 1].floor()
    outside = (column < 0) | (row < 0) | (column >= w) | (row >= h)
    cell = (row.clamp(0, h - 1) * w + column.clamp(0, w - 1)).long()
    values = heat.flatten(2).gather(2, cell.transpose(1, 2)).transpose(1, 2)
    return values.masked_fill(outside, 0.0)


def to_picture(found: Tensor, grids: Sequence[points.Grid]) -> Tensor:
    """Return detections with boxes, and joints where there are some, in pixels of each one's picture."""
    scale, shift = points.placed(grids, found.device)
    width = found.shape[2]
    count = (width - 6) // 3
    placed = found.clone()
    for first, last in ((0, 4), (5, 5 + 2 * count)):
        pairs = placed[..., first:last].unflatten(2, (-1, 2))
        placed[..., first:last] = (pairs * scale[:, :, None] + shift[:, :, None]).flatten(2)
    return placed

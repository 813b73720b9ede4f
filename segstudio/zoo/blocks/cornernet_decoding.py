"""From CornerNet's maps to boxes (Law and Deng 2018, arXiv 1808.01244).

Maps are (n, c, h, w) by name, heat maps as probabilities: see `cornernet_networks.CornerNetwork.outputs`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from segstudio.zoo.blocks import points

# What two corners that are no box score.
_NONE = -1.0


@dataclass(frozen=True)
class Corners:
    """The best corners of one kind.

    Args:
        best: Their cells, scores and classes, (n, k).
        places: (n, k, 2) with their offsets, in cells.
        tags: (n, k) embeddings.
    """

    best: points.Top
    places: Tensor
    tags: Tensor


def corners(maps: dict[str, Tensor], kind: str, count: int, window: int = 3) -> Corners:
    """Return the `count` best peaks of all classes.

    Args:
        kind: "tl" or "br".
        window: A corner is the largest within that odd number of cells; 1 takes every cell.
    """
    heat = maps[f"{kind}_heat"]
    best = points.top(points.peaks(heat, window) if window > 1 else heat, count)
    places = torch.stack((best.xs, best.ys), 2) + points.values_at(maps[f"{kind}_regr"], best.cells)
    return Corners(best, places, points.values_at(maps[f"{kind}_tag"], best.cells)[..., 0])


def distances(first: Corners, second: Corners) -> Tensor:
    """Return how far apart the embeddings of each two corners are, (n, k, k)."""
    return (first.tags[:, :, None] - second.tags[:, None]).abs()


def possible(first: Corners, second: Corners) -> Tensor:
    """Return whether two corners are of one class and lie as a box's do, bool (n, k, k)."""
    same = first.best.classes[:, :, None] == second.best.classes[:, None]
    return same & (second.places[:, None] >= first.places[:, :, None]).all(3)


def boxes(maps: dict[str, Tensor], count: int = 100, window: int = 3, reach: float = 0.5, most: int = 1000) -> Tensor:
    """Return (n, k, 8): left, top, right, bottom in cells, score, both corners' scores, channel; the best first.

    A pair of corners is a box if they are of one class, their embeddings lie within `reach`, and the second lies
    neither left of nor above the first; else its row has the score -1. The score is the mean of the corners'.

    Args:
        count: So many corners of each kind are paired.
        window: See `corners`.
        reach: Largest distance of embeddings.
        most: Rows at most.
    """
    first, second = (corners(maps, kind, count, window) for kind in ("tl", "br"))
    n, k, m = len(first.places), first.places.shape[1], second.places.shape[1]
    score = (first.best.scores[:, :, None] + second.best.scores[:, None]) / 2
    fits = possible(first, second) & (distances(first, second) <= reach)
    score, flat = score.masked_fill(~fits, _NONE).flatten(1).topk(min(most, k * m))
    a, b = flat // m, flat % m
    parts = (
        first.places.gather(1, a[..., None].expand(-1, -1, 2)),
        second.places.gather(1, b[..., None].expand(-1, -1, 2)),
        score[..., None],
        first.best.scores.gather(1, a)[..., None],
        second.best.scores.gather(1, b)[..., None],
        first.best.classes.gather(1, a)[..., None].float(),
    )
    assert len(score) == n
    return torch.cat(parts, 2)


def with_mirrored(found: Tensor, width: int) -> Tensor:
    """Return the boxes (n, 2 k, 8) of pictures and of their mirror images, which are the second half of the batch.

    Args:
        found: (2 n, k, 8).
        width: Of the maps.
    """
    half = len(found) // 2
    turned = found[half:].clone()
    turned[..., 0:3:2] = (width - turned[..., 0:3:2]).flip(2)
    return torch.cat((found[:half], turned), 1)


def to_picture(found: Tensor, grids: Sequence[points.Grid]) -> Tensor:
    """Return boxes (n, k, 8) in pixels of each one's picture."""
    scale, shift = points.placed(grids, found.device)
    box = found[..., :4].unflatten(2, (2, 2)) * scale[:, :, None] + shift[:, :, None]
    return torch.cat((box.flatten(2), found[..., 4:]), 2)

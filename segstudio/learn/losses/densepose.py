"""The loss of DensePose R-CNN's dense head (Güler et al. 2018, arXiv 1802.00434), as detectron2's project trains it.

Charts, U and V are taught at the annotated points, the coarse segmentation at every cell of a person's map. Where the
network says how sure it is, U and V are taught by the likelihood of Neverova et al. 2019 (arXiv 1909.03465) instead.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from segstudio.core.densepose import DensePose
from segstudio.zoo.blocks.densepose import Maps

_LOG_TWO_PI = math.log(2 * math.pi)
_LEAST = 0.01  # what is added to every variance


@dataclass(frozen=True)
class Weights:
    """What each part of the loss counts; the defaults are those of the models with a decoder.

    Args:
        points: Of U and V.
        charts: Of the chart at each point.
        coarse: Of the coarse segmentation.
    """

    points: float = 0.01
    charts: float = 1.0
    coarse: float = 5.0


LEGACY = Weights(points=0.1, charts=0.3, coarse=2.0)


@dataclass(frozen=True)
class Targets:
    """What the maps of n people should say.

    Args:
        person: int64 (m,), whose point it is.
        place: float (m, 2), x and y on the person's map, in cells: whole numbers are their middles.
        chart: int64 (m,), 1 to 24.
        uv: float (m, 2).
        coarse: int64 (n, h, w), coarse parts or the foreground; -1 where nothing is known.
    """

    person: Tensor
    place: Tensor
    chart: Tensor
    uv: Tensor
    coarse: Tensor


def targets(people: Sequence[DensePose], boxes: Tensor, size: int, coarse: int) -> Targets:
    """Return the targets of people whose maps lie over other boxes than their annotation.

    Args:
        people: One a box; points beyond the box are left out.
        boxes: float (n, 4): left, top, right, bottom in pixels, what the network looked at.
        size: Cells of a map's side.
        coarse: Channels of the coarse segmentation: 2 for the foreground alone, 15 for parts.
    """
    rows, cells = [], np.full((len(people), size, size), -1, np.int64)
    middles = (np.arange(size) + 0.5) / size
    for i, (dense, (left, top, right, bottom)) in enumerate(zip(people, boxes.tolist(), strict=True)):
        width, height = max(right - left, 1e-6), max(bottom - top, 1e-6)
        points = dense.points()
        place = (points[:, :2] - (left, top)) / (width, height)
        inside = ((place >= 0) & (place < 1)).all(1) & (points[:, 2] > 0)
        at = place[inside] * size - 0.5
        rows.append(np.column_stack([np.full(len(at), i), at, points[inside, 2:]]))
        if dense.masks:
            parts, box = dense.part_map(), dense.box
            x = np.floor((left + middles * width - box.x) / box.w * parts.shape[1]).astype(int)
            y = np.floor((top + middles * height - box.y) / box.h * parts.shape[0]).astype(int)
            known = np.ix_(np.clip(y, 0, parts.shape[0] - 1), np.clip(x, 0, parts.shape[1] - 1))
            beyond = (y < 0) | (y >= parts.shape[0]), (x < 0) | (x >= parts.shape[1])
            seen = np.where(beyond[0][:, None] | beyond[1], 0, parts[known])
            cells[i] = np.minimum(seen, 1) if coarse == 2 else seen
    table = torch.from_numpy(np.concatenate([np.zeros((0, 6)), *rows])).to(boxes)
    return Targets(
        table[:, 0].long(),
        table[:, 1:3],
        table[:, 3].long(),
        table[:, 4:],
        torch.from_numpy(cells).to(boxes.device),
    )


def loss(maps: Maps, wanted: Targets, weights: Weights = Weights()) -> dict[str, Tensor]:
    """Return the loss's parts by name: "u", "v" (or "uv" where the network is unsure of itself), "charts", "coarse".

    Args:
        maps: Of the n people.
        wanted: Of the same.
        weights: Of the parts.
    """
    coarse = F.cross_entropy(maps.coarse, wanted.coarse, ignore_index=-1, reduction="sum")
    parts = {"coarse": weights.coarse * coarse / (wanted.coarse >= 0).sum().clamp(min=1)}
    if not len(wanted.person):
        return {**parts, "charts": maps.fine.sum() * 0, "uv": (maps.u.sum() + maps.v.sum()) * 0}
    parts["charts"] = weights.charts * F.cross_entropy(sampled(maps.fine, wanted), wanted.chart)
    own = wanted.chart[:, None]
    u, v = (sampled(m, wanted).gather(1, own)[:, 0] for m in (maps.u, maps.v))
    if "sigma_2" in maps.confidences:
        parts["uv"] = weights.points * _likelihood(u, v, maps, wanted, own)
        return parts
    for name, value, truth in (("u", u, wanted.uv[:, 0]), ("v", v, wanted.uv[:, 1])):
        parts[name] = weights.points * F.smooth_l1_loss(value, truth, reduction="sum")
    return parts


def sampled(channels: Tensor, wanted: Targets) -> Tensor:
    """Return channels (n, k, h, w) at the points, bilinearly between cells: (m, k)."""
    height, width = channels.shape[-2:]
    low = wanted.place.floor()
    share = wanted.place - low
    x = torch.stack((low[:, 0], low[:, 0] + 1)).clamp(0, width - 1).long()
    y = torch.stack((low[:, 1], low[:, 1] + 1)).clamp(0, height - 1).long()
    across = torch.stack((1 - share[:, 0], share[:, 0]))
    down = torch.stack((1 - share[:, 1], share[:, 1]))
    four = channels[wanted.person[None, None], :, y[:, None], x[None]]
    return (four * (down[:, None] * across[None])[..., None]).sum((0, 1))


def _likelihood(u: Tensor, v: Tensor, maps: Maps, wanted: Targets, own: Tensor) -> Tensor:
    """Return the negative log-likelihood of the true U and V, summed over the points.

    The errors are Gaussian with the variance sigma_2, the same in all directions; with kappa_u and kappa_v a variance
    in that direction comes on top.
    """
    variance = F.softplus(sampled(maps.confidences["sigma_2"], wanted).gather(1, own)[:, 0]) + _LEAST
    off_u, off_v = u - wanted.uv[:, 0], v - wanted.uv[:, 1]
    square = off_u**2 + off_v**2
    if "kappa_u" not in maps.confidences:
        return (0.5 * (_LOG_TWO_PI + 2 * variance.log() + square / variance)).sum()
    ku, kv = (sampled(maps.confidences[name], wanted).gather(1, own)[:, 0] for name in ("kappa_u", "kappa_v"))
    # The determinant and the inverse of sigma_2 times the identity plus the outer product of kappa with itself.
    determinant = variance * (variance + ku**2 + kv**2)
    along = (off_u * ku + off_v * kv) ** 2
    return (0.5 * (_LOG_TWO_PI + determinant.log() + square / variance - along / determinant)).sum()

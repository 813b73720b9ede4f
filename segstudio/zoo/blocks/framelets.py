"""Haar framelets of the framing U-Net (Han and Ye 2018, arXiv 1708.08333), each channel by itself.

P^T, the pooling of the low band, sums 2x2 pixels and halves; its transpose P spreads a pixel's half over 2x2. The four
bands together are an orthonormal transform, so analysis and synthesis give back what went in. A side of odd length is
continued by its last row or column and cut off again.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

BANDS = ("LL", "HL", "LH", "HH")  # the first letter is the filter down the rows, the second along the columns


def filters(like: Tensor | None = None) -> Tensor:
    """Return the 2x2 filters (4, 2, 2) of the bands, in the type and on the device of `like`."""
    halves = torch.tensor(
        [[[1, 1], [1, 1]], [[-1, -1], [1, 1]], [[-1, 1], [-1, 1]], [[1, -1], [-1, 1]]],
        dtype=torch.float32 if like is None else like.dtype,
        device=None if like is None else like.device,
    )
    return halves / 2


def _even(x: Tensor) -> Tensor:
    rows, columns = x.shape[2] % 2, x.shape[3] % 2
    return F.pad(x, (0, columns, 0, rows), mode="replicate") if rows or columns else x


def analysis(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return the low band (n, c, h/2, w/2) of x (n, c, h, w), and the high ones (n, c, 3, h/2, w/2): HL, LH, HH."""
    x = _even(x)
    a, b, c, d = x[:, :, ::2, ::2], x[:, :, ::2, 1::2], x[:, :, 1::2, ::2], x[:, :, 1::2, 1::2]
    high = torch.stack((c + d - a - b, b + d - a - c, a + d - b - c), dim=2) / 2
    return (a + b + c + d) / 2, high


def pool(x: Tensor) -> Tensor:
    """Return P^T x: the low band alone."""
    return 2 * F.avg_pool2d(_even(x), 2)


def unpool(low: Tensor, size: Sequence[int]) -> Tensor:
    """Return P low, in (height, width) = size: the synthesis of the low band alone."""
    return low.repeat_interleave(2, 2).repeat_interleave(2, 3)[:, :, : size[0], : size[1]] / 2


def synthesis_high(high: Tensor, size: Sequence[int]) -> Tensor:
    """Return the synthesis of the three high bands (n, c, 3, h/2, w/2), in (height, width) = size."""
    vertical, horizontal, diagonal = high.unbind(2)
    n, c, h, w = vertical.shape
    rows = (
        torch.stack((diagonal - vertical - horizontal, horizontal - vertical - diagonal), dim=-1),
        torch.stack((vertical - horizontal - diagonal, vertical + horizontal + diagonal), dim=-1),
    )
    whole = torch.stack(rows, dim=3).reshape(n, c, 2 * h, 2 * w) / 2
    return whole[:, :, : size[0], : size[1]]


def synthesis(low: Tensor, high: Tensor, size: Sequence[int]) -> Tensor:
    """Return what `analysis` took apart."""
    return unpool(low, size) + synthesis_high(high, size)


def dual(bypass: Tensor, low: Tensor) -> Tensor:
    """Return b + P (c - P^T b) / 2, the dual frame's synthesis of a bypass b and a pooled branch c."""
    return bypass + unpool(low - pool(bypass), bypass.shape[2:]) / 2


class Pool(nn.Module):
    """`pool` as a layer."""

    def forward(self, x: Tensor) -> Tensor:
        return pool(x)

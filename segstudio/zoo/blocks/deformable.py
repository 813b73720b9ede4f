"""Deformable convolution with modulation (DCNv2; Zhu et al. 2018, arXiv 1811.11168)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torchvision.ops import deform_conv2d


class DeformableConv(nn.Module):
    """A convolution that reads beside its grid, under the key names of the first PyTorch code: weight, bias and
    conv_offset_mask, which says for each tap where it reads and how much that counts.

    Args:
        inside: Channels that come in.
        outside: Channels that go out.
        kernel: Side of the kernel.
    """

    def __init__(
        self, inside: int, outside: int, kernel: int = 3, *, stride: int = 1, padding: int = 1, dilation: int = 1
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outside, inside, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outside))
        self.conv_offset_mask = nn.Conv2d(inside, 3 * kernel * kernel, kernel, stride, padding)
        self.stride, self.padding, self.dilation = ((side, side) for side in (stride, padding, dilation))
        spread = 1 / math.sqrt(inside * kernel * kernel)
        nn.init.uniform_(self.weight, -spread, spread)
        # It begins as a plain convolution of half the strength.
        for part in self.conv_offset_mask.parameters():
            nn.init.zeros_(part)

    def forward(self, x: Tensor) -> Tensor:
        # It is not made for half precision, which would also be too coarse for places.
        kind = self.weight.dtype
        first, second, share = self.conv_offset_mask(x).to(kind).chunk(3, dim=1)
        offset = torch.cat((first, second), dim=1)
        with torch.autocast(x.device.type, enabled=False):
            return deform_conv2d(
                x.to(kind), offset, self.weight, self.bias, self.stride, self.padding, self.dilation, share.sigmoid()
            )

"""YolactEdge's network for videos (Liu et al. 2020, arXiv 2012.12259): most frames re-use the maps of a key frame.

Of such a frame the backbone runs up to C3 only. A small network compares that with the key frame's and says how the
coarser sums of the pyramid have moved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from segstudio.zoo.blocks.yolact import Raw, Yolact, resized
from segstudio.zoo.blocks.yolact_backbones import Stages

# The checkpoints' finest flow, for P3, which is computed from the frame itself.
UNREAD = ("flow_net.pred1.", "flow_net.upfeat2.", "flow_net.upflow2.")


class Memory(NamedTuple):
    """What is kept of a key frame.

    Args:
        sums: P4 and P5 before the pyramid's second half.
        summary: What the flow network compares frames by, at P3's size.
    """

    sums: tuple[Tensor, Tensor]
    summary: Tensor


class Motion(NamedTuple):
    """How a map of the key frame becomes one of another frame.

    Args:
        flow: (n, 2, h, w), where each cell comes from: x and y in sixteenths of the map's size.
        scale, bias: (n, features, h, w), what the moved map is multiplied by, and what is added.
    """

    flow: Tensor
    scale: Tensor
    bias: Tensor


def warp(maps: Tensor, flow: Tensor) -> Tensor:
    """Return maps (n, c, h, w) read where the flow (n, 2, h, w) points, bilinearly; beside them there are zeros."""
    height, width = maps.shape[-2:]
    y = torch.linspace(-1, 1, height, device=maps.device, dtype=maps.dtype)
    x = torch.linspace(-1, 1, width, device=maps.device, dtype=maps.dtype)
    grid = torch.stack((x.expand(height, width), y[:, None].expand(height, width)), dim=-1)
    return F.grid_sample(maps, grid + flow.permute(0, 2, 3, 1) / 8, align_corners=True)


def _leaky(inside: int, outside: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inside, outside, 3, stride, 1), nn.LeakyReLU(0.1, inplace=True))


class _Predict(nn.Module):
    def __init__(self, inside: int, features: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inside, 2, 3, padding=1, bias=False)
        self.scale = nn.Conv2d(inside, features, 1)
        self.bias = nn.Conv2d(inside, features, 1)

    def forward(self, x: Tensor) -> Motion:
        return Motion(self.conv(x), self.scale(x), self.bias(x))


class FlowNet(nn.Module):
    """From the summaries of two frames to the motion of P4 and P5.

    Args:
        size: Channels of a summary, 64 as published.
        features: Channels of the pyramid.
    """

    def __init__(self, size: int, features: int) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(_leaky(2 * size, size), _leaky(size, size))
        self.conv2 = nn.Sequential(_leaky(size, 2 * size, 2), _leaky(2 * size, 2 * size))
        self.conv3 = nn.Sequential(_leaky(2 * size, 4 * size, 2), _leaky(4 * size, 4 * size))
        self.pred3 = _Predict(4 * size, features)
        self.pred2 = _Predict(4 * size + 2, features)
        self.upfeat3 = nn.Conv2d(4 * size, 2 * size, 3, padding=1, bias=False)
        self.upflow3 = nn.Conv2d(2, 2, 3, padding=1, bias=False)

    def forward(self, here: Tensor, key: Tensor) -> tuple[Motion, Motion]:
        middle = self.conv2(self.conv1(torch.cat((here, key), dim=1)))
        coarse = self.conv3(middle)
        last = self.pred3(coarse)
        features, flow = self.upfeat3(resized(coarse, middle)), self.upflow3(resized(last.flow, middle))
        return self.pred2(torch.cat((middle, features, flow), dim=1)), last


class Refine(nn.Module):
    """Corrects moved maps by what the frame itself shows at P3."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.refine_convs = nn.ModuleList(_leaky(2 * features, features) for _ in range(2))

    def forward(self, lateral: Tensor, maps: Sequence[Tensor]) -> list[Tensor]:
        found = []
        for layer, x in zip(self.refine_convs, maps):
            lateral = resized(lateral, x)
            found.append(x + layer(torch.cat((x, lateral), dim=1)))
        return found


class _Summary(nn.Module):
    def __init__(self, features: int, size: int) -> None:
        super().__init__()
        self.convs = nn.Sequential(_leaky(features, size))

    def forward(self, x: Tensor) -> Tensor:
        return self.convs(x)


class VideoYolact(Yolact):
    """YOLACT's network with the parts that follow motion.

    Args:
        summary: Channels that frames are compared by, 64 as published.
    """

    def __init__(
        self,
        backbone: Stages,
        anchors: int,
        classes: int,
        *,
        features: int = 256,
        prototypes: int = 32,
        summary: int = 64,
    ) -> None:
        super().__init__(backbone, anchors, classes, features=features, prototypes=prototypes)
        self.spa = Refine(features)
        self.flow_net_pre_convs = _Summary(features, summary)
        self.flow_net = FlowNet(summary, features)

    def key(self, image: Tensor) -> tuple[Raw, Memory]:
        """Return what the heads say of a key frame, and what the next frames need of it."""
        sums, laterals = self.fpn_phase_1(self.backbone(image))
        memory = Memory((sums[1], sums[2]), self.flow_net_pre_convs(laterals[0]))
        return self.heads(self.fpn_phase_2(sums)), memory

    def next(self, image: Tensor, memory: Memory) -> Raw:
        """Return what the heads say of a later frame."""
        # The finest level comes last in the checkpoint.
        lateral = self.fpn_phase_1.lat_layers[-1](self.backbone.fine(image))
        motions = self.flow_net(self.flow_net_pre_convs(lateral), memory.summary)
        moved = [warp(x, motion.flow) * motion.scale + motion.bias for x, motion in zip(memory.sums, motions)]
        sums = [resized(moved[0], lateral) + lateral, *self.spa(lateral, moved)]
        return self.heads(self.fpn_phase_2(sums))


def convert(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return a published state dict without what nothing reads."""
    return {key: value for key, value in state.items() if not key.startswith(UNREAD)}

"""The network of YOLACT (Bolya et al. 2019, arXiv 1904.02689), YOLACT++ (2019, arXiv 1912.06218) and YolactEdge
(Liu et al. 2020, arXiv 2012.12259), under the key names of YolactEdge's checkpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from segstudio.zoo.blocks.yolact_backbones import MobileNet, Stages, build


class Raw(NamedTuple):
    """What the network says of a batch of n pictures with a anchors each.

    Args:
        offsets: (n, a, 4), how each anchor is to be moved and stretched.
        logits: (n, a, 1 + classes), the background first.
        coefficients: (n, a, k) in [-1, 1], the share that each prototype has in the object's mask.
        prototypes: (n, k, h, w), not negative.
    """

    offsets: Tensor
    logits: Tensor
    coefficients: Tensor
    prototypes: Tensor


class TopDown(nn.Module):
    """The first half of the feature pyramid: laterals, summed from the coarse to the fine.

    It is a module of its own because YolactEdge's video mode puts warped maps in its place.

    Args:
        channels: Of C3, C4 and C5.
        features: Channels of the pyramid.
    """

    def __init__(self, channels: Sequence[int], features: int) -> None:
        super().__init__()
        self.lat_layers = nn.ModuleList(nn.Conv2d(one, features, 1) for one in reversed(channels))

    def forward(self, maps: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """Return the sums and the laterals, each from the fine (P3) to the coarse (P5)."""
        sums: list[Tensor] = []
        laterals: list[Tensor] = []
        for layer, x in zip(self.lat_layers, reversed(maps)):
            lateral = layer(x)
            laterals.insert(0, lateral)
            sums.insert(0, lateral + resized(sums[0], lateral) if sums else lateral)
        return sums, laterals


def resized(x: Tensor, like: Tensor) -> Tensor:
    """Return maps (n, c, h, w) at the size of others."""
    return F.interpolate(x, size=like.shape[-2:], mode="bilinear", align_corners=False)


class Smooth(nn.Module):
    """The second half of the feature pyramid: a convolution over each sum, and two coarser levels from the last."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.pred_layers = nn.ModuleList(nn.Conv2d(features, features, 3, padding=1) for _ in range(3))
        self.downsample_layers = nn.ModuleList(nn.Conv2d(features, features, 3, 2, 1) for _ in range(2))

    def forward(self, sums: Sequence[Tensor]) -> list[Tensor]:
        """Return P3 to P7."""
        # The coarsest level comes first in the checkpoint.
        levels = [F.relu(layer(x)) for layer, x in zip(list(self.pred_layers)[::-1], sums)]
        for layer in self.downsample_layers:
            levels.append(layer(levels[-1]))
        return levels


class Head(nn.Module):
    """Boxes, classes and coefficients of the anchors at each place; one for all levels."""

    def __init__(self, features: int, anchors: int, classes: int, prototypes: int) -> None:
        super().__init__()
        self.upfeature = nn.Sequential(nn.Conv2d(features, features, 3, padding=1), nn.ReLU(inplace=True))
        self.bbox_layer = nn.Conv2d(features, anchors * 4, 3, padding=1)
        self.conf_layer = nn.Conv2d(features, anchors * (1 + classes), 3, padding=1)
        self.mask_layer = nn.Conv2d(features, anchors * prototypes, 3, padding=1)
        self.sizes = (4, 1 + classes, prototypes)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = self.upfeature(x)
        layers = (self.bbox_layer, self.conf_layer, self.mask_layer)
        offsets, logits, coefficients = (
            layer(x).permute(0, 2, 3, 1).reshape(len(x), -1, size) for layer, size in zip(layers, self.sizes)
        )
        return offsets, logits, torch.tanh(coefficients)


class MaskScore(nn.Module):
    """How well a mask will fit, for each class: YOLACT++'s fast mask re-scoring network."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        sizes = (1, 8, 16, 32, 64, 128)
        layers: list[nn.Module] = []
        for inside, outside in pairwise(sizes):
            layers += [nn.Conv2d(inside, outside, 3, 2), nn.ReLU(inplace=True)]
        last = nn.Conv2d(sizes[-1], classes, 1)
        # What starts below zero would never learn through the last ReLU.
        last.bias = nn.Parameter(torch.full((classes,), 0.5))
        self.maskiou_net = nn.Sequential(*layers, last, nn.ReLU(inplace=True))

    def forward(self, masks: Tensor) -> Tensor:
        """Return (n, classes), the overlap with the true mask that is expected of cropped masks (n, 1, h, w)."""
        return self.maskiou_net(masks).amax(dim=(2, 3))


class Yolact(nn.Module):
    """The whole network.

    Args:
        anchors: A place.
        classes: Without the background.
        features: Channels of the pyramid, 256 as published.
        prototypes: 32 as published.
        rescored: With YOLACT++'s mask score.
    """

    def __init__(
        self,
        backbone: Stages,
        anchors: int,
        classes: int,
        *,
        features: int = 256,
        prototypes: int = 32,
        rescored: bool = False,
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.fpn_phase_1 = TopDown(backbone.channels, features)
        self.fpn_phase_2 = Smooth(features)
        self.proto_net = nn.Sequential(
            *(part for _ in range(3) for part in (nn.Conv2d(features, features, 3, padding=1), nn.ReLU(inplace=True))),
            nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
            nn.ReLU(inplace=True),
            nn.Conv2d(features, features, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(features, prototypes, 1),
        )
        self.prediction_layers = nn.ModuleList([Head(features, anchors, classes, prototypes)])
        self.semantic_seg_conv = nn.Conv2d(features, classes, 1)
        self.maskiou_net = MaskScore(classes) if rescored else None

    def levels(self, image: Tensor) -> list[Tensor]:
        """Return the pyramid P3 to P7 of pictures (n, 3, h, w)."""
        sums, _ = self.fpn_phase_1(self.backbone(image))
        return self.fpn_phase_2(sums)

    def heads(self, levels: Sequence[Tensor]) -> Raw:
        """Return what the heads say of a pyramid."""
        parts = [self.prediction_layers[0](level) for level in levels]
        offsets, logits, coefficients = (torch.cat(rows, dim=1) for rows in zip(*parts))
        return Raw(offsets, logits, coefficients, F.relu(self.proto_net(levels[0])))

    def regions(self, levels: Sequence[Tensor]) -> Tensor:
        """Return the logits (n, classes, h, w) of the semantic map that only training looks at."""
        return self.semantic_seg_conv(levels[0])

    def forward(self, image: Tensor) -> Raw:
        return self.heads(self.levels(image))


def network(settings: Mapping[str, Any], classes: int) -> Yolact:
    """Return the network of a card's settings.

    Args:
        settings: Those of `yolact_backbones.build`; "scales" and "ratios" of the anchors; "rescored"; and, where they
            are not the published ones, "features" and "prototypes".
        classes: Without the background.
    """
    given = {key: settings[key] for key in ("features", "prototypes", "rescored") if key in settings}
    anchors = len(settings["scales"][0]) * len(settings["ratios"])
    return Yolact(build(dict(settings)), anchors, classes, **given)


def convert(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return a published state dict under the network's names.

    YOLACT's checkpoints have the pyramid in one piece, YolactEdge's in two. Old ones hold the ResNet's stages twice and
    further levels of the pyramid, those with MobileNetV2 its last two stages: nothing reads these.
    """
    kept: dict[str, Any] = {}
    for key, value in state.items():
        twice = key.startswith("backbone.layer") and not key.startswith("backbone.layers.")
        coarser = key.startswith("fpn.downsample_layers.") and int(key.split(".")[2]) >= 2
        if not (twice or coarser or _unread(key, state)):
            kept[_renamed(key)] = value
    return kept


def _unread(key: str, state: Mapping[str, Any]) -> bool:
    return key.startswith(MobileNet.UNREAD) and "backbone.layers.8.0.weight" in state


def _renamed(key: str) -> str:
    phase = "fpn_phase_1" if key.startswith("fpn.lat_layers.") else "fpn_phase_2"
    return f"{phase}.{key.removeprefix('fpn.')}" if key.startswith("fpn.") else key

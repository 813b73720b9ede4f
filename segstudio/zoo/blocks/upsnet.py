"""The network of UPSNet (Xiong et al. 2019, arXiv 1901.03784): one backbone, an instance head and a semantic head.

Modules bear the names of the published tensors but for the ResNet, which is torchvision's; see `renamed`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.ops import deform_conv2d

from segstudio.zoo.blocks import detectron2, tensors

STRIDES = detectron2.STRIDES
_STAGE = re.compile(r"resnet_backbone\.res(\d)\.layers\.")
_RATIOS = (0.5, 1.0, 2.0)
_SCALE = 8


def renamed(key: str) -> str:
    """Return our name of a published tensor."""
    key = _STAGE.sub(lambda m: f"body.layer{int(m[1]) - 1}.", key)
    return key.replace("resnet_backbone.conv1.", "body.")


def _relu(layer: nn.Module) -> nn.Sequential:
    return nn.Sequential(layer, nn.ReLU())


class Pyramid(nn.Module):
    """P2 to P6; the mean of the last stage is added to P5, so that every place knows of the whole picture."""

    def __init__(self, stages: tuple[int, ...], width: int = 256) -> None:
        super().__init__()
        self.fpn_gap = nn.Linear(stages[-1], width)
        for i, channels in enumerate(stages, 2):
            self.add_module(f"fpn_p{i}_1x1", nn.Conv2d(channels, width, 1))
            self.add_module(f"fpn_p{i}", nn.Conv2d(width, width, 3, padding=1))

    def forward(self, stages: list[Tensor]) -> list[Tensor]:
        """Return P2 to P6 of the four stages."""
        last = stages[-1]
        whole = self.fpn_gap(last.mean((2, 3)))[..., None, None]
        inner = [self.get_submodule("fpn_p5_1x1")(last) + whole]
        for i in (4, 3, 2):
            lateral = self.get_submodule(f"fpn_p{i}_1x1")(stages[i - 2])
            inner.insert(0, lateral + F.interpolate(inner[0], scale_factor=2, mode="nearest"))
        levels = [self.get_submodule(f"fpn_p{i}")(x) for i, x in enumerate(inner, 2)]
        return [*levels, levels[-1][..., ::2, ::2]]


class Proposals(nn.Module):
    """The region proposal network: three anchors a place."""

    def __init__(self, width: int = 256) -> None:
        super().__init__()
        self.conv_proposal = _relu(nn.Conv2d(width, width, 3, padding=1))
        self.cls_score = nn.Conv2d(width, len(_RATIOS), 1)
        self.bbox_pred = nn.Conv2d(width, 4 * len(_RATIOS), 1)

    def forward(self, level: Tensor) -> tuple[Tensor, Tensor]:
        """Return scores (n, 3, h, w), logits, and deltas (n, 12, h, w) of a level."""
        x = self.conv_proposal(level)
        return self.cls_score(x), self.bbox_pred(x)


class Boxes(nn.Module):
    """What is in a region, and where exactly: two dense layers."""

    def __init__(self, classes: int, width: int = 256, inner: int = 1024) -> None:
        super().__init__()
        self.fc6, self.fc7 = _relu(nn.Linear(width * 49, inner)), _relu(nn.Linear(inner, inner))
        self.cls_score, self.bbox_pred = nn.Linear(inner, classes), nn.Linear(inner, 4 * classes)

    def forward(self, pooled: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits (n, classes) and deltas (n, 4 classes) of features (n, 256, 7, 7); the background is first."""
        x = self.fc7(self.fc6(pooled.flatten(1)))
        return self.cls_score(x), self.bbox_pred(x)


class Masks(nn.Module):
    """The mask of a region for each class: four convolutions, one enlargement."""

    def __init__(self, classes: int, width: int = 256) -> None:
        super().__init__()
        for i in range(1, 5):
            self.add_module(f"mask_conv{i}", _relu(nn.Conv2d(width, width, 3, padding=1)))
        self.mask_deconv1 = _relu(nn.ConvTranspose2d(width, width, 2, stride=2))
        self.mask_score = nn.Conv2d(width, classes, 1)

    def forward(self, pooled: Tensor) -> Tensor:
        """Return logits (n, classes, 28, 28) of features (n, 256, 14, 14)."""
        x = pooled
        for i in range(1, 5):
            x = self.get_submodule(f"mask_conv{i}")(x)
        return self.mask_score(self.mask_deconv1(x))


class Deformable(nn.Module):
    """A convolution that reads beside its grid (Dai et al. 2017, arXiv 1703.06211)."""

    def __init__(self, inside: int, outside: int) -> None:
        super().__init__()
        self.conv_offset = nn.Conv2d(inside, 18, 3, padding=1)
        self.conv = nn.Conv2d(inside, outside, 3, padding=1)
        nn.init.zeros_(self.conv_offset.weight)
        assert self.conv_offset.bias is not None
        nn.init.zeros_(self.conv_offset.bias)

    def forward(self, x: Tensor) -> Tensor:
        return deform_conv2d(x, self.conv_offset(x), self.conv.weight, self.conv.bias, padding=(1, 1))


class Subnet(nn.Module):
    """Three deformable convolutions that all levels share."""

    def __init__(self, width: int) -> None:
        super().__init__()
        sizes = (width, width, width // 2, width // 2)
        self.conv = nn.ModuleList(_relu(Deformable(a, b)) for a, b in pairwise(sizes))

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.conv:
            x = layer(x)
        return x


class Semantic(nn.Module):
    """The semantic head: the levels brought to the finest one and scored together."""

    def __init__(self, classes: int, width: int = 256) -> None:
        super().__init__()
        self.fcn_subnet = Subnet(width)
        self.score = nn.Conv2d(len(STRIDES) * (width // 2), classes, 1)

    def features(self, levels: list[Tensor]) -> Tensor:
        """Return (n, 512, h / 4, w / 4) of P2 to P5."""
        found = [self.fcn_subnet(level) for level in levels[: len(STRIDES)]]
        return torch.cat(
            [x if i == 0 else F.interpolate(x, scale_factor=2**i, mode="bilinear") for i, x in enumerate(found)], 1
        )

    def forward(self, levels: list[Tensor]) -> Tensor:
        """Return logits (n, classes, h / 4, w / 4)."""
        return self.score(self.features(levels))


class UpsNet(nn.Module):
    """All heads on one backbone.

    Args:
        backbone: torchvision's name of the ResNet.
        classes: Of things, the background counted in.
        segments: Of the semantic head: stuff first, then the things.
    """

    def __init__(self, backbone: str, classes: int, segments: int) -> None:
        super().__init__()
        self.body = detectron2.backbone(backbone).body
        deep = backbone not in ("resnet18", "resnet34")
        stages = tuple((256 if deep else 64) << i for i in range(4))
        self.fpn = Pyramid(stages)
        self.rpn, self.rcnn, self.mask_branch = Proposals(), Boxes(classes), Masks(classes)
        self.fcn_head = Semantic(segments)
        self.stuff = segments - classes + 1

    def features(self, images: Tensor) -> list[Tensor]:
        """Return P2 to P6 of pictures (n, 3, h, w), BGR minus the mean, sides that are multiples of 32."""
        return self.fpn(list(self.body(images).values()))


def pooled(levels: list[Tensor], boxes: Sequence[Tensor], side: int) -> Tensor:
    """Return the features (n, 256, side, side) of the pictures' boxes (k, 4), in pixels of the network's input."""
    pool = detectron2.Pooler(side, sampling=2, aligned=False, inside=1e-6, last=1)
    return pool(dict(zip(detectron2.LEVELS, levels)), boxes)


def anchors(height: int, width: int, stride: int, device: torch.device | str = "cpu") -> Tensor:
    """Return the anchors (h w 3, 4) of a level: left, top, right, bottom of the pixels at their corners, rounded."""
    middle, rows = (stride - 1) / 2, []
    for ratio in _RATIOS:
        w = round((stride * stride / ratio) ** 0.5)
        h = round(w * ratio)
        half_w, half_h = (_SCALE * w - 1) / 2, (_SCALE * h - 1) / 2
        rows.append((middle - half_w, middle - half_h, middle + half_w, middle + half_h))
    base = tensors.send(rows, device)
    ys, xs = torch.meshgrid(
        torch.arange(height, device=device) * stride, torch.arange(width, device=device) * stride, indexing="ij"
    )
    places = torch.stack((xs, ys, xs, ys), -1).reshape(-1, 1, 4)
    return (places + base).reshape(-1, 4)

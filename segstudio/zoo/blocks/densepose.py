"""The heads of DensePose R-CNN (Güler et al. 2018, arXiv 1802.00434) as detectron2's project has them.

From the features of a person's box to maps: which pixels are the body (or which of 14 coarse parts), which of the 24
charts each pixel lies on, and U and V on every chart. Modules bear the names of the published tensors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from segstudio.core.densepose_maps import box_size
from segstudio.zoo.blocks.detectron2 import LEVELS

CHARTS = 25  # the background counted in
_CONVOLUTIONS = 8
_EPSILON = 0.01  # the least confidence
_RATES = (6, 12, 56)
_LAYERS = {"coarse": "ann_index", "fine": "index_uv", "u": "u", "v": "v"}  # the published names


def _twice(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


class Decoder(nn.Module):
    """P2 to P5 brought to the finest level and added up, as the semantic branch of Panoptic FPN does."""

    def __init__(self, width: int = 256) -> None:
        super().__init__()
        for i in range(len(LEVELS)):
            # Enlargements have no tensors, yet they count in the published names.
            steps = {str(2 * k): nn.Conv2d(width, width, 3, padding=1) for k in range(max(i, 1))}
            self.add_module(f"p{i + 2}", nn.ModuleDict(steps))
        self.predictor = nn.Conv2d(width, width, 1)

    def forward(self, features: Mapping[str, Tensor]) -> Tensor:
        """Return one map (n, 256, h, w) at the size of P2."""
        return self.predictor(torch.stack([self._level(i, features[name]) for i, name in enumerate(LEVELS)]).sum(0))

    def _level(self, i: int, x: Tensor) -> Tensor:
        for conv in self.get_submodule(f"p{i + 2}").children():
            x = conv(x).relu()
            x = _twice(x) if i else x
        return x


class Head(nn.Module):
    """Eight 3x3 convolutions ("v1"), or the same with group norms behind a pyramid of dilated ones ("deeplab").

    Args:
        kind: "v1" or "deeplab".
        inputs: Channels of the pooled features.
        width: Channels of the convolutions.
    """

    def __init__(self, kind: str, inputs: int = 256, width: int = 512) -> None:
        super().__init__()
        deep = kind == "deeplab"
        if deep:
            self.ASPP = Aspp(inputs)
        for i in range(_CONVOLUTIONS):
            conv = nn.Conv2d(inputs if i == 0 else width, width, 3, padding=1, bias=not deep)
            if deep:
                conv.norm = nn.GroupNorm(32, width)
            self.add_module(f"body_conv_fcn{i + 1}", conv)
        self.deep = deep

    def forward(self, x: Tensor) -> Tensor:
        """Return features (n, 512, h, w) of pooled ones (n, 256, h, w)."""
        if self.deep:
            x = self.ASPP(x)
        for i in range(_CONVOLUTIONS):
            conv = self.get_submodule(f"body_conv_fcn{i + 1}")
            x = conv(x)
            x = conv.get_submodule("norm")(x).relu() if self.deep else x.relu()
        return x


class Aspp(nn.Module):
    """Atrous spatial pyramid pooling (Chen et al. 2017, arXiv 1706.05587) with group norms."""

    def __init__(self, width: int) -> None:
        super().__init__()

        def branch(kernel: int, rate: int = 1) -> list[nn.Module]:
            conv = nn.Conv2d(width, width, kernel, padding=rate * (kernel // 2), dilation=rate, bias=False)
            return [conv, nn.GroupNorm(32, width), nn.ReLU()]

        branches = [branch(1), *(branch(3, rate) for rate in _RATES), [nn.AdaptiveAvgPool2d(1), *branch(1)]]
        self.convs = nn.ModuleList(nn.Sequential(*layers) for layers in branches)
        self.project = nn.Sequential(nn.Conv2d(len(branches) * width, width, 1, bias=False), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        """Return features of the same size."""
        size = x.shape[-2:]
        found = [conv(x) for conv in self.convs]
        found[-1] = F.interpolate(found[-1], size=size, mode="bilinear", align_corners=False)
        return self.project(torch.cat(found, 1))


class Maps(NamedTuple):
    """What the network says of n people, each over its box.

    Args:
        coarse: (n, k, m, m), scores of foreground (k = 2) or of the 14 parts (k = 15); channel 0 is the background.
        fine: (n, 25, m, m), scores of the charts; channel 0 is the background.
        u, v: (n, 25, m, m), the coordinates on each chart.
        confidences: By name, where the network estimates them (Neverova et al. 2019, arXiv 1909.03465): "sigma_2",
            "kappa_u", "kappa_v" (n, 25, m, m); "coarse_segm", "fine_segm" (n, 1, m, m).
    """

    coarse: Tensor
    fine: Tensor
    u: Tensor
    v: Tensor
    confidences: dict[str, Tensor]

    def of(self, person: int) -> Maps:
        """Return one person's maps, with n = 1."""
        one = slice(person, person + 1)
        more = {name: m[one] for name, m in self.confidences.items()}
        return Maps(self.coarse[one], self.fine[one], self.u[one], self.v[one], more)


class Predictor(nn.Module):
    """Transposed convolutions from the head's features to the maps, and these enlarged twice.

    Args:
        coarse: Channels of the coarse segmentation: 2 or 15.
        confidences: Names of what else is estimated, of those in `Maps`.
        width: Channels of the head.
    """

    def __init__(self, coarse: int, confidences: Sequence[str] = (), width: int = 512) -> None:
        super().__init__()

        def up(channels: int) -> nn.ConvTranspose2d:
            return nn.ConvTranspose2d(width, channels, 4, stride=2, padding=1)

        self.ann_index_lowres, self.index_uv_lowres = up(coarse), up(CHARTS)
        self.u_lowres, self.v_lowres = up(CHARTS), up(CHARTS)
        self.confidences = tuple(confidences)
        for name in self.confidences:
            segments = name.endswith("segm")
            self.add_module(
                f"{name}_confidence_lowres" if segments else f"{name}_lowres", up(1 if segments else CHARTS)
            )

    def forward(self, x: Tensor) -> Maps:
        """Return the maps (n, ..., 4 h, 4 w) of features (n, 512, h, w)."""
        return self.enlarged(self.small(x, self.confidences))

    @property
    def scaling(self) -> tuple[str, ...]:
        """The confidences that the dense map itself depends on."""
        return tuple(name for name in self.confidences if name.endswith("segm"))

    def small(self, x: Tensor, confidences: Sequence[str]) -> dict[str, Tensor]:
        """Return the maps (n, ..., 2 h, 2 w) as they are before they are enlarged, by their names in `Maps`."""
        found = {name: self.get_submodule(f"{layer}_lowres")(x) for name, layer in _LAYERS.items()}
        for name in confidences:
            layer = f"{name}_confidence" if name.endswith("segm") else name
            found[name] = self.get_submodule(f"{layer}_lowres")(x)
        return found

    @staticmethod
    def enlarged(small: Mapping[str, Tensor]) -> Maps:
        """Return what the small maps become."""
        large = {name: _twice(x) for name, x in small.items()}
        found = {
            name: F.softplus(x) + _EPSILON if name.endswith("segm") else x
            for name, x in large.items()
            if name not in _LAYERS
        }
        coarse, fine = (large[name] * found.get(f"{name}_segm", 1) for name in ("coarse", "fine"))
        return Maps(coarse, fine, large["u"], large["v"], found)


def start(*modules: nn.Module) -> None:
    """Give convolutions the weights that training begins with (He et al. 2015, arXiv 1502.01852), biases none."""
    for module in modules:
        for layer in module.modules():
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)


def charts(maps: Maps, box: Sequence[float]) -> tuple[Tensor, Tensor]:
    """Return one person's dense map at the size of its box.

    Args:
        maps: With n = 1.
        box: left, top, right, bottom in pixels.

    Returns:
        The charts, uint8 (h, w), 0 where the background is, and float U and V (2, h, w) as the network gives them (a
        little beyond [0, 1] is possible), 0 where the background is; h and w as `densepose_maps.box_size` says.
    """
    height, width = box_size(np.asarray(box))

    def large(x: Tensor) -> Tensor:
        return F.interpolate(x.float(), size=(height, width), mode="bilinear", align_corners=False)[0]

    labels = large(maps.fine).argmax(0) * (large(maps.coarse).argmax(0) > 0)
    return labels.to(torch.uint8), _picked(torch.stack((maps.u[0], maps.v[0])).float(), labels) * (labels > 0)


def _picked(channels: Tensor, labels: Tensor) -> Tensor:
    """Return (2, h, w): of channels (2, 25, m, m), enlarged to the labels' size, that of each pixel's label."""
    (low_y, high_y, by_y), (low_x, high_x, by_x) = (
        _taps(old, new, labels.device) for old, new in zip(channels.shape[-2:], labels.shape)
    )
    by_y, by_x = by_y[:, None], by_x[None]

    def at(ys: Tensor, xs: Tensor) -> Tensor:
        return channels[:, labels, ys[:, None], xs[None]]

    top = at(low_y, low_x) * (1 - by_x) + at(low_y, high_x) * by_x
    bottom = at(high_y, low_x) * (1 - by_x) + at(high_y, high_x) * by_x
    return top * (1 - by_y) + bottom * by_y


def _taps(old: int, new: int, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Return for each of `new` places the two of `old` ones around it, and the share of the second."""
    place = ((torch.arange(new, device=device, dtype=torch.float32) + 0.5) * (old / new) - 0.5).clamp(min=0)
    low = place.long().clamp(max=old - 1)
    return low, (low + 1).clamp(max=old - 1), place - low

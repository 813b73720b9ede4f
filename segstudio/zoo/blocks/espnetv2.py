"""ESPNetv2 (Mehta et al. 2019, arXiv 1811.11431) for maps, with the layer names of sacmehta/EdgeNets."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

BRANCHES = 4  # of an EESP unit
SCALES = (2.0, 1.5, 1.0, 0.5, 0.1)  # of the pyramid pooling
_REPEATS = (3, 7)
_LIMITS = (13, 11, 9, 7)  # the widest view of a branch, by level, in pixels


class _Conv(nn.Module):
    """A convolution without bias; with norm and PReLU where asked."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        size: int,
        stride: int = 1,
        groups: int = 1,
        dilation: int = 1,
        norm: bool = True,
        act: bool = True,
    ) -> None:
        super().__init__()
        pad = size // 2 * dilation
        self.conv = nn.Conv2d(inputs, outputs, size, stride, pad, dilation, groups, bias=False)
        if norm:
            self.bn = nn.BatchNorm2d(outputs)
        if act:
            self.act = nn.PReLU(outputs)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.children():
            x = layer(x)
        return x


class _NormAct(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(channels)
        self.act = nn.PReLU(channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self.bn(x))


class EESP(nn.Module):
    """Depthwise dilated convolutions of few channels, each added to the one before, then a grouped convolution.

    Args:
        limit: The widest view of a branch in pixels; branches that would see farther are not dilated.
        down: Half the size; the result is left without its last activation.
    """

    def __init__(self, inputs: int, outputs: int, limit: int, down: bool = False) -> None:
        super().__init__()
        few = outputs // BRANCHES
        views = sorted(side if side <= limit else 3 for side in range(3, 3 + 2 * BRANCHES, 2))
        self.proj_1x1 = _Conv(inputs, few, 1, groups=BRANCHES)
        self.spp_dw = nn.ModuleList(
            _Conv(few, few, 3, 2 if down else 1, few, (side - 1) // 2, norm=False, act=False) for side in views
        )
        self.conv_1x1_exp = _Conv(outputs, outputs, 1, groups=BRANCHES, act=False)
        self.br_after_cat = _NormAct(outputs)
        self.module_act = nn.PReLU(outputs)
        self.down = down

    def forward(self, x: Tensor) -> Tensor:
        few = self.proj_1x1(x)
        branches: list[Tensor] = []
        for branch in self.spp_dw:
            y = branch(few)
            branches.append(y + branches[-1] if branches else y)
        y = self.conv_1x1_exp(self.br_after_cat(torch.cat(branches, dim=1)))
        if self.down:
            return y
        return self.module_act(y + x if y.shape == x.shape else y)


class Downsampler(nn.Module):
    """Half the size: averages beside an EESP unit, and the shrunken picture added."""

    def __init__(self, inputs: int, outputs: int, limit: int) -> None:
        super().__init__()
        self.eesp = EESP(inputs, outputs - inputs, limit, down=True)
        self.avg = nn.AvgPool2d(3, stride=2, padding=1)
        self.inp_reinf = nn.Sequential(_Conv(3, 3, 3), _Conv(3, outputs, 1, act=False))
        self.act = nn.PReLU(outputs)

    def forward(self, x: Tensor, picture: Tensor) -> Tensor:
        mean = self.avg(x)
        y = torch.cat((mean, self.eesp(x)), dim=1)
        while picture.shape[2] > mean.shape[2]:
            picture = self.avg(picture)
        return self.act(y + self.inp_reinf(picture))


class Body(nn.Module):
    """Maps at 1/2, 1/4, 1/8 and 1/16."""

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        self.level1 = _Conv(3, widths[0], 3, 2)
        self.level2_0 = Downsampler(widths[0], widths[1], _LIMITS[0])
        self.level3_0 = Downsampler(widths[1], widths[2], _LIMITS[1])
        self.level3 = nn.ModuleList(EESP(widths[2], widths[2], _LIMITS[2]) for _ in range(_REPEATS[0]))
        self.level4_0 = Downsampler(widths[2], widths[3], _LIMITS[2])
        self.level4 = nn.ModuleList(EESP(widths[3], widths[3], _LIMITS[3]) for _ in range(_REPEATS[1]))

    def forward(self, picture: Tensor) -> list[Tensor]:
        first = self.level1(picture)
        second = self.level2_0(first, picture)
        third = self.level3_0(second, picture)
        for unit in self.level3:
            third = unit(third)
        fourth = self.level4_0(third, picture)
        for unit in self.level4:
            fourth = unit(fourth)
        return [first, second, third, fourth]


class _ConvNormAct(nn.Module):
    def __init__(self, inputs: int, outputs: int, size: int, groups: int = 1) -> None:
        super().__init__()
        convolution = nn.Conv2d(inputs, outputs, size, padding=size // 2, groups=groups, bias=False)
        self.cbr = nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.PReLU(outputs))

    def forward(self, x: Tensor) -> Tensor:
        return self.cbr(x)


class _NormActPair(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.br = nn.Sequential(nn.BatchNorm2d(channels), nn.PReLU(channels))

    def forward(self, x: Tensor) -> Tensor:
        return self.br(x)


class _Shuffle(nn.Module):
    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        return x.view(n, self.groups, c // self.groups, h, w).transpose(1, 2).reshape(n, c, h, w)


class PyramidPool(nn.Module):
    """Depthwise convolutions at five sizes of a map, brought back to its size, shuffled and merged.

    Args:
        few: Channels inside.
        last: The layer that gives the class scores: without norm and activation.
    """

    def __init__(self, inputs: int, few: int, outputs: int, last: bool = False) -> None:
        super().__init__()
        self.projection_layer = _ConvNormAct(inputs, few, 1)
        self.stages = nn.ModuleList(nn.Conv2d(few, few, 3, padding=1, groups=few, bias=False) for _ in SCALES)
        self.merge_layer = nn.Sequential(
            _NormActPair(few * len(SCALES)),
            _Shuffle(len(SCALES)),
            _ConvNormAct(few * len(SCALES), few, 3, groups=few),
            nn.Conv2d(few, outputs, 1, bias=last),
        )
        if not last:
            self.br = _NormActPair(outputs)
        self.last = last

    def forward(self, x: Tensor) -> Tensor:
        x = self.projection_layer(x)
        size = (x.shape[2], x.shape[3])
        seen: list[Tensor] = []
        for scale, stage in zip(SCALES, self.stages):
            sides = (max(math.ceil(size[0] * scale), 5), max(math.ceil(size[1] * scale), 5))
            if scale < 1:
                y = F.adaptive_avg_pool2d(x, sides)
                y = F.interpolate(stage(y), size, mode="bilinear", align_corners=True)
            elif scale > 1:
                y = F.interpolate(x, sides, mode="bilinear", align_corners=True)
                y = F.adaptive_avg_pool2d(stage(y), size)
            else:
                y = stage(x)
            seen.append(y)
        y = self.merge_layer(torch.cat(seen, dim=1))
        return y if self.last else self.br(y)


class Weighted(nn.Module):
    """A grouped convolution whose channels are weighted by what the whole map says."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.wt_layer = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(inputs, outputs, 1, bias=False), nn.Sigmoid())
        self.expansion_layer = _ConvNormAct(inputs, outputs, 3, groups=math.gcd(inputs, outputs))

    def forward(self, x: Tensor) -> Tensor:
        return self.expansion_layer(x) * self.wt_layer(x)


class ESPNetv2(nn.Module):
    """The network: (n, 3, h, w), sides multiples of 16, to scores (n, classes, h / 2, w / 2).

    Args:
        classes: Channels of the output.
        widths: Channels of the four levels: 32, 64, 128, 256 in s1.0, half as many again in s1.5 but for the first.
        base: Channels of the decoder in units of which it has 4, 3 and 2.
    """

    def __init__(self, classes: int, widths: Sequence[int] = (32, 64, 128, 256), base: int = 16) -> None:
        super().__init__()
        self.base_net = Body(widths)
        few = min(classes // 2, base)
        planes = (4 * base, 3 * base, 2 * base)
        self.bu_dec_l1 = PyramidPool(widths[3], few, planes[0])
        self.bu_dec_l2 = PyramidPool(planes[0], few, planes[1])
        self.bu_dec_l3 = PyramidPool(planes[1], few, planes[2])
        self.bu_dec_l4 = PyramidPool(planes[2], few, classes, last=True)
        for i, (inputs, outputs) in enumerate(zip(widths[2::-1], planes), 2):
            setattr(self, f"merge_enc_dec_l{i}", Weighted(inputs, outputs))
            setattr(self, f"bu_br_l{i}", nn.Sequential(nn.BatchNorm2d(outputs), nn.PReLU(outputs)))

    def forward(self, x: Tensor) -> Tensor:
        *maps, x = self.base_net(x)
        x = self.bu_dec_l1(x)
        for i in range(2, 5):
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
            x = getattr(self, f"bu_br_l{i}")(getattr(self, f"merge_enc_dec_l{i}")(maps.pop()) + x)
            x = getattr(self, f"bu_dec_l{i}")(x)
        return x

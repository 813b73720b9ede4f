"""The slim MobileNet of light face detectors, its receptive field block, and RetinaFace's heads on it.

The base is Linzaer's (2019, Ultra-Light-Fast-Generic-Face-Detector-1MB). With landmarks it is biubug6's
(Face-Detector-1MB-with-landmark), "slim" without the block and "RFB" with it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

LEVELS = (8, 11, 13)  # after so many layers of the base a map is taken
_WIDTHS = (64, 128, 256)  # of these maps; a fourth is made from the last
_ANCHORS = (3, 2, 2, 3)  # of a cell of each map
_CLASSES = 2  # no face, face


def base(*, wide: bool) -> list[nn.Module]:
    """Return the thirteen layers of the base; `wide` is with a receptive field block."""
    fine = ((16, 32, 1), (32, 32, 2), (32, 32, 1), (32, 64, 2), (64, 64, 1), (64, 64, 1))
    coarse = ((64, 128, 2), (128, 128, 1), (128, 128, 1), (128, 256, 2), (256, 256, 1))
    return [
        nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True)),
        *(_separated(*how) for how in fine),
        _Field(64) if wide else _separated(64, 64, 1),
        *(_separated(*how) for how in coarse),
    ]


def last() -> nn.Sequential:
    """Return what makes the fourth map from the base's last."""
    return nn.Sequential(nn.Conv2d(256, 64, 1), nn.ReLU(), _plain(64, 256, 2), nn.ReLU())


def heads(values: int) -> list[nn.Module]:
    """Return a head for each of the four maps, with so many values an anchor."""
    counts = [anchors * values for anchors in _ANCHORS]
    plain: list[nn.Module] = [_plain(*how) for how in zip(_WIDTHS, counts)]
    return [*plain, nn.Conv2d(256, counts[3], 3, padding=1)]


def flat(maps: list[Tensor], values: int) -> Tensor:
    """Return the heads' maps as (b, anchors, values): by map, row, column, anchor."""
    return torch.cat([m.permute(0, 2, 3, 1).reshape(len(m), -1, values) for m in maps], 1)


def _separated(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False),
        nn.BatchNorm2d(inputs),
        nn.ReLU(inplace=True),
        nn.Conv2d(inputs, outputs, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def _plain(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """Return the same without norms, and without an activation at the end."""
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs), nn.ReLU(), nn.Conv2d(inputs, outputs, 1)
    )


class _Normed(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int, *, dilation: int = 1, active: bool = False) -> None:
        super().__init__()
        padding = dilation * (kernel // 2)
        self.conv = nn.Conv2d(inputs, outputs, kernel, 1, padding, dilation, bias=False)
        self.bn = nn.BatchNorm2d(outputs)
        self.active = active

    def forward(self, x: Tensor) -> Tensor:
        x = self.bn(self.conv(x))
        return functional.relu(x, inplace=True) if self.active else x


class _Field(nn.Module):
    """A receptive field block (Liu et al. 2018, arXiv 1711.07767): views that are 2, 3 and 5 times dilated."""

    def __init__(self, width: int) -> None:
        super().__init__()
        few = width // 8
        twice, more = 2 * few, few // 2 * 3

        def branch(dilation: int, *between: tuple[int, int]) -> nn.Sequential:
            convs = [_Normed(a, b, 3, active=True) for a, b in between]
            return nn.Sequential(_Normed(width, few, 1), *convs, _Normed(twice, twice, 3, dilation=dilation))

        self.branch0 = branch(2, (few, twice))
        self.branch1 = branch(3, (few, twice))
        self.branch2 = branch(5, (few, more), (more, twice))
        self.ConvLinear = _Normed(3 * twice, width, 1)
        self.shortcut = _Normed(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        views = torch.cat((self.branch0(x), self.branch1(x), self.branch2(x)), 1)
        return functional.relu(self.ConvLinear(views) + self.shortcut(x))


class SlimFaces(nn.Module):
    """Faces with landmarks on the slim base; modules are named like the tensors of biubug6's state dicts.

    Args:
        wide: With a receptive field block.
    """

    def __init__(self, *, wide: bool) -> None:
        super().__init__()
        for number, layer in enumerate([*base(wide=wide), last()], 1):
            self.add_module(f"conv{number}", layer)
        self.loc, self.conf, self.landm = (nn.ModuleList(heads(values)) for values in (4, _CLASSES, 10))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return box shifts (b, n, 4), class logits (b, n, 2; the second is a face's), landmark shifts (b, n, 10)."""
        maps = []
        for number in range(1, LEVELS[-1] + 2):
            x = self.get_submodule(f"conv{number}")(x)
            if number in LEVELS:
                maps.append(x)
        maps.append(x)
        boxes, classes, points = (
            flat([head(m) for head, m in zip(side, maps)], values)
            for side, values in ((self.loc, 4), (self.conf, _CLASSES), (self.landm, 10))
        )
        return boxes, classes, points

"""U2-Net (Qin et al. 2020, arXiv 2005.09007) with the layer names of xuebinqin/U-2-Net."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# Inside, output channels of the stages 1 to 6 and 5d to 1d; those of the small network are the same everywhere.
_FULL = ((32, 64), (32, 128), (64, 256), (128, 512), (256, 512), (256, 512))
_FULL_UP = ((256, 512), (128, 256), (64, 128), (32, 64), (16, 64))
DEPTHS = (7, 6, 5, 4)  # of the stages 1 to 4; stages 5 and 6 are dilated instead of pooled


class Unit(nn.Module):
    """A 3x3 convolution, batch normalisation and ReLU."""

    def __init__(self, inputs: int, outputs: int, dilation: int = 1) -> None:
        super().__init__()
        self.conv_s1 = nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation)
        self.bn_s1 = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn_s1(self.conv_s1(x)))


def raised(x: Tensor, like: Tensor) -> Tensor:
    """Return a map resampled to another one's size."""
    return F.interpolate(x, size=like.shape[2:], mode="bilinear", align_corners=False)


class Residual(nn.Module):
    """A U of units inside a residual block.

    Args:
        depth: Units on the way down, the last of them dilated; each but the first two halves the size before it.
        dilated: Instead of pooling, the units see farther by dilation: 1, 2, 4, 8.
    """

    def __init__(self, depth: int, inputs: int, middle: int, outputs: int, dilated: bool = False) -> None:
        super().__init__()
        self.depth, self.dilated = depth, dilated
        self.rebnconvin = Unit(inputs, outputs)
        for i in range(1, depth + 1):
            wide = 1 << i - 1 if dilated else 2 if i == depth else 1
            setattr(self, f"rebnconv{i}", Unit(outputs if i == 1 else middle, middle, wide))
        for i in range(depth - 1, 0, -1):
            wide = 1 << i - 1 if dilated else 1
            setattr(self, f"rebnconv{i}d", Unit(2 * middle, middle if i > 1 else outputs, wide))

    def forward(self, x: Tensor) -> Tensor:
        entry = self.rebnconvin(x)
        maps: list[Tensor] = []
        x = entry
        for i in range(1, self.depth + 1):
            if 1 < i < self.depth and not self.dilated:
                x = F.max_pool2d(x, 2, 2, ceil_mode=True)
            x = getattr(self, f"rebnconv{i}")(x)
            maps.append(x)
        x = maps.pop()
        for i in range(self.depth - 1, 0, -1):
            like = maps.pop()
            x = x if x.shape == like.shape else raised(x, like)
            x = getattr(self, f"rebnconv{i}d")(torch.cat((x, like), dim=1))
        return x + entry


class U2Net(nn.Module):
    """The network: (n, 3, h, w) to logits (n, 7, h, w): the fused map and the side outputs, fine to coarse.

    Args:
        small: U2-Net-p.
        width: Of the small network: channels of its stages, four times those inside.
    """

    def __init__(self, small: bool = False, width: int = 64) -> None:
        super().__init__()
        down = ((width // 4, width),) * 6 if small else _FULL
        up = ((width // 4, width),) * 5 if small else _FULL_UP
        inputs = 3
        for i, (middle, outputs) in enumerate(down, 1):
            setattr(self, f"stage{i}", _stage(i, inputs, middle, outputs))
            inputs = outputs
        for i, (middle, outputs) in zip(range(5, 0, -1), up):
            setattr(self, f"stage{i}d", _stage(i, inputs + down[i - 1][1], middle, outputs))
            inputs = outputs
        for i in range(1, 7):
            channels = down[5][1] if i == 6 else up[5 - i][1]
            setattr(self, f"side{i}", nn.Conv2d(channels, 1, 3, padding=1))
        self.outconv = nn.Conv2d(6, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        maps: list[Tensor] = []
        for i in range(1, 7):
            if i > 1:
                x = F.max_pool2d(x, 2, 2, ceil_mode=True)
            x = getattr(self, f"stage{i}")(x)
            maps.append(x)
        up = [maps.pop()]
        for i in range(5, 0, -1):
            like = maps.pop()
            up.append(getattr(self, f"stage{i}d")(torch.cat((raised(up[-1], like), like), dim=1)))
        sides = [getattr(self, f"side{i}")(up[6 - i]) for i in range(1, 7)]
        sides = [sides[0], *(raised(side, sides[0]) for side in sides[1:])]
        return torch.cat((self.outconv(torch.cat(sides, dim=1)), *sides), dim=1)


def _stage(number: int, inputs: int, middle: int, outputs: int) -> Residual:
    if number > len(DEPTHS):
        return Residual(4, inputs, middle, outputs, dilated=True)
    return Residual(DEPTHS[number - 1], inputs, middle, outputs)

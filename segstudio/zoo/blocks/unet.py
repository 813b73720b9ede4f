"""U-Net (Ronneberger et al. 2015, arXiv 1505.04597) with the layer names of milesial/Pytorch-UNet.

Three state dicts are published: transposed convolutions without biases in the double convolutions (release 3.0),
bilinear upsampling without them (present code), and bilinear upsampling with them (releases 1.0 and 2.0). The framing
variants of Han and Ye (2018, arXiv 1708.08333) change how a scale is left and come back to; their other layers have
the same names.
"""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from segstudio.zoo.blocks import framelets

Up = Literal["transposed", "bilinear", "dual", "tight"]


class DoubleConv(nn.Module):
    """Twice a 3x3 convolution, batch normalisation and ReLU."""

    def __init__(self, inputs: int, outputs: int, middle: int, bias: bool) -> None:
        super().__init__()
        self.double_conv = nn.Sequential(
            nn.Conv2d(inputs, middle, 3, padding=1, bias=bias),
            nn.BatchNorm2d(middle),
            nn.ReLU(inplace=True),
            nn.Conv2d(middle, outputs, 3, padding=1, bias=bias),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.double_conv(x)


class Down(nn.Module):
    """Half the size, then a double convolution."""

    def __init__(self, pool: nn.Module, inputs: int, outputs: int, bias: bool) -> None:
        super().__init__()
        self.maxpool_conv = nn.Sequential(pool, DoubleConv(inputs, outputs, outputs, bias))

    def forward(self, x: Tensor) -> Tensor:
        return self.maxpool_conv(x)


class Upward(nn.Module):
    """Back to the size of a skip connection, joined with it, then a double convolution.

    Args:
        inputs: Channels of the skip connection and of what comes up, together.
        kind: How the coarser map comes up.
    """

    def __init__(self, inputs: int, outputs: int, kind: Up, bias: bool) -> None:
        super().__init__()
        self.kind = kind
        half = inputs // 2
        if kind == "transposed":
            self.up = nn.ConvTranspose2d(inputs, half, 2, stride=2)
        self.skip, self.raised = nn.Identity(), nn.Identity()
        self.conv = DoubleConv(inputs, outputs, outputs if kind == "transposed" else half, bias)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        skip, x = self._joined(x, skip)
        return self.conv(torch.cat((self.skip(skip), self.raised(x)), dim=1))

    def _joined(self, x: Tensor, skip: Tensor) -> tuple[Tensor, Tensor]:
        """Return what is bypassed and what comes up, both in the skip connection's size."""
        if self.kind == "dual":
            return skip, framelets.unpool(x - framelets.pool(skip), skip.shape[2:]) / 2
        if self.kind == "tight":
            return framelets.synthesis_high(framelets.analysis(skip)[1], skip.shape[2:]), framelets.unpool(
                x, skip.shape[2:]
            )
        if self.kind == "transposed":
            x = self.up(x)
        else:
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
        rows, columns = skip.shape[2] - x.shape[2], skip.shape[3] - x.shape[3]
        return skip, F.pad(x, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2))


class OutConv(nn.Module):
    """The 1x1 convolution to the classes."""

    def __init__(self, inputs: int, classes: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class UNet(nn.Module):
    """The network: (n, 3, h, w) in 0..1 to logits (n, classes, h, w).

    Args:
        classes: Channels of the output; one for a single foreground class.
        up: How scales are joined. "dual" and "tight" are the dual-frame and the tight-frame U-Net.
        bias: The 3x3 convolutions have biases.
        width: Channels of the finest scale.
    """

    def __init__(self, classes: int, up: Up = "transposed", *, bias: bool = False, width: int = 64) -> None:
        super().__init__()
        deepest = 16 if up == "transposed" else 8
        self.inc = DoubleConv(3, width, width, bias)
        steps = zip((1, 2, 4, 8), (2, 4, 8, deepest))
        for i, (before, after) in enumerate(steps, 1):
            pool = framelets.Pool() if up in ("dual", "tight") else nn.MaxPool2d(2)
            setattr(self, f"down{i}", Down(pool, before * width, after * width, bias))
        for i, scale in enumerate((16, 8, 4, 2), 1):
            outputs = scale // 2 if up == "transposed" or scale == 2 else scale // 4
            setattr(self, f"up{i}", Upward(scale * width, outputs * width, up, bias))
        self.outc = OutConv(width, classes)

    def forward(self, x: Tensor) -> Tensor:
        maps = [self.inc(x)]
        for i in range(1, 5):
            maps.append(getattr(self, f"down{i}")(maps[-1]))
        x = maps.pop()
        for i in range(1, 5):
            x = getattr(self, f"up{i}")(x, maps.pop())
        return self.outc(x)

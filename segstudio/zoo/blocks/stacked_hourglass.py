"""Stacked Hourglass (Newell et al. 2016, arXiv 1603.06937), with the key names of its two published PyTorch forms.

Modules are named as in princeton-vl/pytorch_stacked_hourglass; `from_bearpaw` renames bearpaw/pytorch-pose's keys. The
two differ in one width of the stem.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

DEPTH = 4  # how often an hourglass halves the resolution


class Convolution(nn.Module):
    """A convolution with bias, then batch norm and ReLU where asked."""

    def __init__(self, inputs: int, outputs: int, size: int = 1, stride: int = 1, *, active: bool = False) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, size, stride, size // 2)
        self.bn = nn.BatchNorm2d(outputs) if active else None

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        return x if self.bn is None else F.relu(self.bn(x))


class Residual(nn.Module):
    """A bottleneck whose norms and activations come before its convolutions (He et al. 2016)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        middle = outputs // 2
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = Convolution(inputs, middle)
        self.bn2 = nn.BatchNorm2d(middle)
        self.conv2 = Convolution(middle, middle, 3)
        self.bn3 = nn.BatchNorm2d(middle)
        self.conv3 = Convolution(middle, outputs)
        self.skip_layer = Convolution(inputs, outputs) if inputs != outputs else None

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv1(F.relu(self.bn1(x)))
        y = self.conv2(F.relu(self.bn2(y)))
        y = self.conv3(F.relu(self.bn3(y)))
        return y + (x if self.skip_layer is None else self.skip_layer(x))


class Hourglass(nn.Module):
    """Halves the resolution `depth` times and comes back, with a way around at each resolution."""

    def __init__(self, depth: int, width: int) -> None:
        super().__init__()
        self.up1 = Residual(width, width)
        self.low1 = Residual(width, width)
        self.low2 = Hourglass(depth - 1, width) if depth > 1 else Residual(width, width)
        self.low3 = Residual(width, width)

    def forward(self, x: Tensor) -> Tensor:
        low = self.low3(self.low2(self.low1(F.max_pool2d(x, 2))))
        return self.up1(x) + F.interpolate(low, scale_factor=2, mode="nearest")


class _Merge(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = Convolution(inputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class StackedHourglass(nn.Module):
    """Hourglasses behind each other, each of which gives the joints' heat maps and hands on what it saw.

    Args:
        stacks: How many.
        joints: Maps of each.
        width: Channels, 256 as published.
        stem: Channels after the first and after the second residual; (128, 128) in princeton-vl's code, (128, 256) in
            pytorch-pose.
    """

    def __init__(self, stacks: int, joints: int, width: int, stem: tuple[int, int]) -> None:
        super().__init__()
        first, second = stem
        self.pre = nn.Sequential(
            Convolution(3, first // 2, 7, 2, active=True),
            Residual(first // 2, first),
            nn.MaxPool2d(2, 2),
            Residual(first, second),
            Residual(second, width),
        )
        self.hgs = nn.ModuleList(nn.Sequential(Hourglass(DEPTH, width)) for _ in range(stacks))
        self.features = nn.ModuleList(
            nn.Sequential(Residual(width, width), Convolution(width, width, active=True)) for _ in range(stacks)
        )
        self.outs = nn.ModuleList(Convolution(width, joints) for _ in range(stacks))
        self.merge_features = nn.ModuleList(_Merge(width, width) for _ in range(stacks - 1))
        self.merge_preds = nn.ModuleList(_Merge(joints, width) for _ in range(stacks - 1))

    def forward(self, x: Tensor) -> Tensor:
        """Return every stack's heat maps (n, stacks, joints, h / 4, w / 4) of pictures (n, 3, h, w); sides are 64 n."""
        x = self.pre(x)
        maps = []
        for i, (hourglass, features, out) in enumerate(zip(self.hgs, self.features, self.outs)):
            seen = features(hourglass(x))
            maps.append(out(seen))
            if i < len(self.merge_preds):
                x = x + self.merge_preds[i](maps[-1]) + self.merge_features[i](seen)
        return torch.stack(maps, 1)


def from_princeton(network: nn.Module, state: Mapping[str, Any]) -> dict[str, Any]:
    """Return princeton-vl's state dict without the convolutions that its code makes and never calls.

    Each of its residuals has a `skip_layer`; where input and output are of equal width the code passes it by.
    """
    idle = {
        f"{name}.skip_layer.conv.{kind}"
        for name, module in network.named_modules()
        if isinstance(module, Residual) and module.skip_layer is None
        for kind in ("weight", "bias")
    }
    bare = {key.removeprefix("model.").removeprefix("module."): value for key, value in state.items()}
    return {key: value for key, value in bare.items() if key not in idle}


_STEM = {"conv1": "pre.0.conv", "bn1": "pre.0.bn", "layer1.0": "pre.1", "layer2.0": "pre.3", "layer3.0": "pre.4"}
_HEADS = {
    "res": "features.{}.0.{}",
    "fc": "features.{}.1.{}",
    "score": "outs.{}.conv.{}",
    "fc_": "merge_features.{}.conv.conv.{}",
    "score_": "merge_preds.{}.conv.conv.{}",
}
_PARTS = ("up1", "low1", "low3", "low2")  # in the order in which pytorch-pose numbers them


def from_bearpaw(key: str) -> str:
    """Return our name of a key of pytorch-pose (one block a place, as its published files have it)."""
    inner = re.fullmatch(r"hg\.(\d+)\.hg\.(\d+)\.(\d)\.0\.(.+)", key)
    if inner:
        stack, level, part, rest = inner.groups()
        # It counts levels from the lowest resolution up.
        return f"hgs.{stack}.0.{'low2.' * (DEPTH - 1 - int(level))}{_PARTS[int(part)]}.{_residual(rest)}"
    head = re.fullmatch(r"(res|fc_?|score_?)\.(\d+)\.(.+)", key)
    if head:
        name, stack, rest = head.groups()
        if name == "res":
            rest = _residual(rest.removeprefix("0."))
        elif name == "fc":
            rest = {"0": "conv", "1": "bn"}[rest[0]] + rest[1:]
        return _HEADS[name].format(stack, rest)
    for theirs, ours in _STEM.items():
        if key.startswith(theirs + "."):
            rest = key[len(theirs) + 1 :]
            return f"{ours}.{_residual(rest) if theirs.startswith('layer') else rest}"
    return key


def _residual(rest: str) -> str:
    """Return our name of a key within one of pytorch-pose's residuals."""
    return re.sub(r"^(conv\d)\.", r"\1.conv.", rest.replace("downsample.0.", "skip_layer.conv."))

"""The networks of CenterNet (Zhou et al. 2019, arXiv 1904.07850) under their published key names.

Each has `outputs(image)`: the heads' maps of each stack, by name, at a quarter of the picture's size. Heat maps (`hm`,
`hm_hp`) are logits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from segstudio.zoo.blocks import hourglass104
from segstudio.zoo.blocks.deformable import DeformableConv

# A heat map starts at sigmoid(-2.19) = 0.1, so that the many places without an object don't drown the first steps.
_HEAT_BIAS = -2.19
_BODY = ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4")


class _Heads(nn.Module):
    """Heads named as their maps: 3x3 convolution, ReLU, 1x1 convolution."""

    def add_heads(self, heads: Mapping[str, int], inputs: int, hidden: int) -> None:
        """Add the modules; call it last, so that they stand where the checkpoints have them."""
        self.heads = tuple(heads)
        for name, outputs in heads.items():
            last = nn.Conv2d(hidden, outputs, 1)
            setattr(self, name, nn.Sequential(nn.Conv2d(inputs, hidden, 3, padding=1), nn.ReLU(), last))
        start_heat([getattr(self, name)[-1] for name in heads if name.startswith("hm")])

    def read(self, x: Tensor) -> dict[str, Tensor]:
        """Return the heads' maps."""
        return {name: getattr(self, name)(x) for name in self.heads}


def start_heat(convolutions: Sequence[Any]) -> None:
    """Set the biases of heat maps' last convolutions so that they begin at 0.1."""
    for convolution in convolutions:
        nn.init.constant_(convolution.bias, _HEAT_BIAS)


class ResNetNetwork(_Heads):
    """A ResNet and three upsampling steps to stride 4.

    Args:
        depth: 18 or 101, of the ResNet.
        deformable: A deformable convolution before each step, to fewer channels ("resdcn"); without, the steps are
            transposed convolutions alone and keep 256 channels ("res").
        heads: Channels of each head.
        hidden: Channels inside a head.
        widths: Channels after each step; the published ones where None.
    """

    def __init__(
        self, depth: int, deformable: bool, heads: Mapping[str, int], hidden: int, widths: Sequence[int] | None = None
    ) -> None:
        from torchvision.models import get_model

        super().__init__()
        body: Any = get_model(f"resnet{depth}", weights=None)
        for name in _BODY:
            setattr(self, name, getattr(body, name))
        steps: list[nn.Module] = []
        width = body.fc.in_features
        for outputs in widths or ((256, 128, 64) if deformable else (256, 256, 256)):
            if deformable:
                steps += [DeformableConv(width, outputs), nn.BatchNorm2d(outputs), nn.ReLU()]
                width = outputs
            steps += [enlarging(width, outputs), nn.BatchNorm2d(outputs), nn.ReLU()]
            width = outputs
        self.deconv_layers = nn.Sequential(*steps)
        self.add_heads(heads, width, hidden)

    def outputs(self, image: Tensor) -> list[dict[str, Tensor]]:
        """Return the heads' maps, of one stack."""
        x = image
        for name in _BODY:
            x = getattr(self, name)(x)
        return [self.read(self.deconv_layers(x))]


def enlarging(inputs: int, outputs: int, factor: int = 2, groups: int = 1) -> nn.ConvTranspose2d:
    """Return a transposed convolution that enlarges by a factor and starts as bilinear interpolation a channel."""
    step = nn.ConvTranspose2d(inputs, outputs, 2 * factor, factor, factor // 2, groups=groups, bias=False)
    # The triangle of bilinear interpolation at the centres of the new cells.
    ramp = (torch.arange(2 * factor) + 0.5) / factor
    ramp = torch.minimum(ramp, 2 - ramp)
    with torch.no_grad():
        if groups == inputs:
            step.weight.copy_((ramp[:, None] * ramp).expand_as(step.weight))
        else:
            step.weight.normal_(std=0.001)
            both = range(min(inputs, outputs))
            step.weight[both, both] = ramp[:, None] * ramp
    return step


class _Deformed(nn.Module):
    """A deformable convolution (`conv`), batch norm and ReLU (`actf`)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = DeformableConv(inputs, outputs)
        self.actf = nn.Sequential(nn.BatchNorm2d(outputs), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        return self.actf(self.conv(x))


class _Aggregation(nn.Module):
    """Iterative deep aggregation (Yu et al. 2018): maps of falling size are brought to the first one's and merged.

    Args:
        outputs: Channels of all merged maps.
        inputs: Channels of each map.
        factors: By how much each is enlarged; 1 for the first.
    """

    def __init__(self, outputs: int, inputs: Sequence[int], factors: Sequence[int]) -> None:
        super().__init__()
        for i, (width, factor) in enumerate(zip(inputs[1:], factors[1:]), start=1):
            setattr(self, f"proj_{i}", _Deformed(width, outputs))
            setattr(self, f"up_{i}", enlarging(outputs, outputs, factor, groups=outputs))
            setattr(self, f"node_{i}", _Deformed(outputs, outputs))

    def forward(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """Return the first map and what it grows to with each further one."""
        merged = [maps[0]]
        for i, x in enumerate(maps[1:], start=1):
            raised = getattr(self, f"up_{i}")(getattr(self, f"proj_{i}")(x))
            merged.append(getattr(self, f"node_{i}")(raised + merged[-1]))
        return merged


class _Pyramid(nn.Module):
    """Aggregations from the coarsest map up, `ida_0`, `ida_1`, ...: each takes all coarser ones to the next finer."""

    def __init__(self, channels: Sequence[int]) -> None:
        super().__init__()
        inputs = list(channels)
        self.count = len(channels) - 1
        for i in range(self.count):
            own = len(channels) - 2 - i
            # What lies below was brought to the size of its finest map by the aggregation before.
            factors = [1] + [2] * (len(channels) - own - 1)
            setattr(self, f"ida_{i}", _Aggregation(channels[own], inputs[own:], factors))
            inputs[own + 1 :] = [channels[own]] * (len(channels) - own - 1)

    def forward(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """Return a map a level, the finest first."""
        maps, best = list(maps), [maps[-1]]
        for i in range(self.count):
            own = self.count - 1 - i
            maps[own:] = getattr(self, f"ida_{i}")(maps[own:])
            best.insert(0, maps[-1])
        return best


class DlaNetwork(_Heads):
    """DLA-34 (Yu et al. 2018, arXiv 1707.06484) with deformable aggregation to stride 4.

    Args:
        heads: Channels of each head.
        hidden: Channels inside a head.
        channels: Of the six levels.
    """

    def __init__(
        self,
        heads: Mapping[str, int],
        hidden: int,
        channels: Sequence[int] = (16, 32, 64, 128, 256, 512),
    ) -> None:
        from timm.models.dla import DLA, DlaBasic

        super().__init__()
        levels = (1, 1, 1, 2, 2, 1)
        self.base = DLA(levels, tuple(channels), num_classes=0, global_pool="", block=DlaBasic)
        self.dla_up = _Pyramid(channels[2:])
        self.ida_up = _Aggregation(channels[2], channels[2:5], (1, 2, 4))
        self.add_heads(heads, channels[2], hidden)

    def outputs(self, image: Tensor) -> list[dict[str, Tensor]]:
        """Return the heads' maps, of one stack."""
        levels = self.base.forward_intermediates(image, [2, 3, 4, 5], intermediates_only=True)
        return [self.read(self.ida_up(self.dla_up(levels)[:3])[-1])]


def dla_state(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return a published DLA state dict without what its network never used.

    These are the ImageNet classifier (`base.fc`) and the projections of the two-level trees, whose result the
    published forward pass computes and drops.
    """
    unused = ("base.fc.", "base.level3.project.", "base.level4.project.")
    return {key: value for key, value in state.items() if not key.startswith(unused)}


class HourglassNetwork(hourglass104.Stacks):
    """Two hourglasses with heads on each.

    Args:
        heads: Channels of each head.
        dims: Channels of each level.
        modules: Residuals of each level.
    """

    def __init__(
        self,
        heads: Mapping[str, int],
        dims: Sequence[int] = hourglass104.DIMS,
        modules: Sequence[int] = hourglass104.MODULES,
    ) -> None:
        super().__init__(2, dims, modules)
        self.heads = tuple(heads)
        for name, outputs in heads.items():
            setattr(self, name, nn.ModuleList(hourglass104.head(dims[0], outputs) for _ in self.kps))
        start_heat([one[-1] for name in heads if name.startswith("hm") for one in getattr(self, name)])

    def outputs(self, image: Tensor) -> list[dict[str, Tensor]]:
        """Return the heads' maps of each stack while training, else of the last alone."""
        features = self.features(image)
        wanted = range(len(features)) if self.training else [len(features) - 1]
        return [{name: getattr(self, name)[i](features[i]) for name in self.heads} for i in wanted]

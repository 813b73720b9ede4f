"""The semantic head of Panoptic FPN (Kirillov et al. 2019, arXiv 1901.02446), and how its map is read."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from segstudio.zoo.blocks import detectron2, waiting

STRIDE = 4
_GROUPS = 32


class NormedConv(nn.Conv2d):
    """A 3x3 convolution with a group norm and ReLU, under the names that detectron2 gives them."""

    def __init__(self, inside: int, outside: int) -> None:
        super().__init__(inside, outside, 3, padding=1, bias=False)
        self.norm = nn.GroupNorm(_GROUPS, outside)

    def forward(self, input: Tensor) -> Tensor:
        return F.relu(self.norm(super().forward(input)))


class SemanticHead(nn.Module):
    """Each level of the pyramid, convolved and doubled in size until it has stride 4; their sum is classified.

    Args:
        classes: With that of things, which is 0.
        channels: Of the pyramid.
        width: Of the convolutions.
    """

    def __init__(self, classes: int, channels: int = 256, width: int = 128) -> None:
        super().__init__()
        for level in range(2, 6):
            steps: list[nn.Module] = []
            for i in range(max(level - 2, 1)):
                steps.append(NormedConv(channels if i == 0 else width, width))
                if level > 2:
                    steps.append(nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False))
            self.add_module(f"p{level}", nn.Sequential(*steps))
        self.predictor = nn.Conv2d(width, classes, 1)

    def forward(self, features: dict[str, Tensor]) -> Tensor:
        """Return logits (n, classes, h / 4, w / 4) of a pyramid."""
        total = self.get_submodule("p2")(features[detectron2.LEVELS[0]])
        for level, name in enumerate(detectron2.LEVELS[1:], 3):
            total = total + self.get_submodule(f"p{level}")(features[name])
        return self.predictor(total)


def classes_of(logits: Tensor, seen: tuple[int, int], size: tuple[int, int]) -> Tensor:
    """Return the class (width, height) a pixel, transposed: column by column, as masks lie in memory.

    As published: the logits are enlarged to the network's input, the padding is cut off, and what is left is resized
    to the picture. Only classes that can win anywhere are enlarged, unless a device would have to be asked for them.

    Args:
        logits: (classes, h, w) at stride 4.
        seen: (height, width) of the picture as the network saw it, without padding.
        size: (height, width) of the picture.
    """
    turned = logits.float().transpose(1, 2)
    seen, size = (seen[1], seen[0]), (size[1], size[0])
    wanted = range(len(turned)) if waiting.fixed(turned) else candidates(turned)
    labels = torch.full(size, wanted[0], dtype=torch.uint8, device=logits.device)
    best = enlarge(turned[wanted[0]][None], seen, size)[0]
    for c in wanted[1:]:
        value = enlarge(turned[c : c + 1], seen, size)[0]
        labels.masked_fill_(value > best, c)
        torch.maximum(best, value, out=best)
    return labels


def enlarge(planes: Tensor, seen: tuple[int, int], size: tuple[int, int]) -> Tensor:
    """Return planes (n, h, w) at stride 4 enlarged to the network's input, cut to `seen` and resized to `size`."""
    large = F.interpolate(planes[None], scale_factor=STRIDE, mode="bilinear", align_corners=False)
    large = large[..., : seen[0], : seen[1]]
    if size != tuple(large.shape[-2:]):
        large = F.interpolate(large, size=size, mode="bilinear", align_corners=False)
    return large[0]


def candidates(logits: Tensor) -> list[int]:
    """Return the classes that can win anywhere once logits (classes, h, w) are enlarged bilinearly twice.

    A pixel of the result is a weighted mean of cells at most two apart. A class is out of the race where another's
    least value around is above its own greatest.
    """
    most = F.max_pool2d(logits[None], 5, 1, 2)[0]
    least = -F.max_pool2d(-logits[None], 5, 1, 2)[0]
    beaten = least.amax(0, keepdim=True) > most
    return torch.nonzero(~beaten.flatten(1).all(1)).flatten().tolist()

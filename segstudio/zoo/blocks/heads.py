"""Heads that several networks share."""

from __future__ import annotations

from torch import nn


def enlarging(inputs: int, filters: int, count: int = 3) -> list[nn.Module]:
    """Return SimpleBaseline's transposed convolutions, each of which doubles the resolution, with norm and ReLU."""
    layers: list[nn.Module] = []
    for i in range(count):
        layers.append(nn.ConvTranspose2d(filters if i else inputs, filters, 4, 2, 1, bias=False))
        layers += [nn.BatchNorm2d(filters), nn.ReLU(inplace=True)]
    return layers

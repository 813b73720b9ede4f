"""DeepLabV3 (Chen et al. 2017, arXiv 1706.05587) as torchvision publishes it."""

from __future__ import annotations

from segstudio.zoo.blocks import semantic
from segstudio.zoo.predictor import Build, Predictor


def build(build: Build) -> Predictor:
    """Return DeepLabV3; setting "backbone" is torchvision's name of the backbone."""
    return semantic.from_torchvision(build, f"deeplabv3_{build.settings['backbone']}")

"""FCN (Long et al. 2015, arXiv 1411.4038) as torchvision publishes it."""

from __future__ import annotations

from segstudio.zoo.blocks import torchvision_maps
from segstudio.zoo.predictor import Build, Predictor


def build(build: Build) -> Predictor:
    """Return FCN; setting "backbone" is torchvision's name of the backbone."""
    return torchvision_maps.build(build, f"fcn_{build.settings['backbone']}")

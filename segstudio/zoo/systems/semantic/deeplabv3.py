"""DeepLabV3 (Chen et al. 2017, arXiv 1706.05587) as torchvision publishes it."""

from __future__ import annotations

from segstudio.zoo.blocks import torchvision_maps
from segstudio.zoo.predictor import Build, Predictor

_RATES = (12, 24, 36)


def build(build: Build) -> Predictor:
    """Return DeepLabV3; setting "backbone" is torchvision's name of the backbone."""
    from segstudio.zoo.blocks.taps import Tap

    branches = ["1x1", *(f"Rate {rate}" for rate in _RATES), "Whole picture"]
    taps = [Tap(f"classifier.0.convs.{i}", "Dilation rates", title) for i, title in enumerate(branches)]
    return torchvision_maps.build(build, f"deeplabv3_{build.settings['backbone']}", taps)

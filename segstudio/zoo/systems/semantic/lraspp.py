"""Lite R-ASPP on MobileNetV3 (Howard et al. 2019, arXiv 1905.02244) as torchvision publishes it."""

from __future__ import annotations

from segstudio.zoo.blocks import torchvision_maps
from segstudio.zoo.predictor import Build, Predictor


def build(build: Build) -> Predictor:
    """Return LR-ASPP on MobileNetV3-Large."""
    return torchvision_maps.build(build, "lraspp_mobilenet_v3_large")

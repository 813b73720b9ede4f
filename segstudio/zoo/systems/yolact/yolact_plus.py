"""YOLACT++ (Bolya et al. 2019, arXiv 1912.06218): YOLACT with deformable convolutions, more anchors and mask scores."""

from __future__ import annotations

from segstudio.zoo.predictor import Build, Predictor


def build(build: Build) -> Predictor:
    """Return YOLACT++; setting "deform_every" tells which bottlenecks of the ResNet are deformable.

    A score is the class's times the overlap that is expected of the mask, as the published pictures show it.
    """
    from segstudio.zoo.blocks import yolact_predictor

    return yolact_predictor.from_card(build)

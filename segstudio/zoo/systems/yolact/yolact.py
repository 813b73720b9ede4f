"""YOLACT (Bolya et al. 2019, arXiv 1904.02689): instances as sums of prototypes, in one pass."""

from __future__ import annotations

from segstudio.zoo.predictor import Build, Predictor


def build(build: Build) -> Predictor:
    """Return YOLACT; setting "backbone" is resnet50, resnet101 or darknet53."""
    from segstudio.zoo.blocks import yolact_predictor

    return yolact_predictor.from_card(build)

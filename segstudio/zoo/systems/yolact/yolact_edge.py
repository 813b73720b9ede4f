"""YolactEdge (Liu et al. 2020, arXiv 2012.12259) on single pictures: YOLACT trained for small machines."""

from __future__ import annotations

from segstudio.zoo.predictor import Build, Predictor


def build(build: Build) -> Predictor:
    """Return YolactEdge in image mode; setting "backbone" is resnet50, resnet101 or mobilenetv2.

    It also takes checkpoints that were trained by YOLACT.
    """
    from segstudio.zoo.blocks import yolact_predictor

    return yolact_predictor.from_card(build)

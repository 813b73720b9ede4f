"""Portraits: SINet (Park et al. 2020, arXiv 1911.09099) and ExtremeC3Net (Park et al. 2019, arXiv 1908.03093)."""

from __future__ import annotations

from segstudio.zoo.blocks.semantic import SemanticPredictor
from segstudio.zoo.predictor import Build, Predictor


def build(build: Build) -> Predictor:
    """Return SINet."""
    from segstudio.zoo.blocks.portrait import SINet
    from segstudio.zoo.blocks.taps import Tap

    network = SINet()
    build.fill(network)
    taps = [
        Tap("encoder.level1", "Levels", "1/2"),
        Tap("encoder.level2.1", "Levels", "1/4"),
        Tap("encoder.level3.7", "Levels", "1/8"),
        *(Tap(f"encoder.level3.3.d{i}", "Spatial squeeze", f"Branch {i}") for i in (1, 2)),
        Tap("encoder.classifier", "Coarse to fine", "1/8", "scores"),
        Tap("gate", "Information blocking", "Let in"),
        Tap("bn_2", "Coarse to fine", "1/2", "scores"),
    ]
    return SemanticPredictor(build, network, taps)


def extreme_c3(build: Build) -> Predictor:
    """Return ExtremeC3Net."""
    from segstudio.zoo.blocks.portrait import ExtremeC3
    from segstudio.zoo.blocks.taps import Tap

    network = ExtremeC3()
    build.fill(network)
    taps = [
        Tap("encoder.b1", "Levels", "1/2"),
        Tap("encoder.b2", "Levels", "1/4"),
        Tap("encoder.b3", "Levels", "1/4, last"),
        *(Tap(f"encoder.level3.4.d{i}", "Dilation rates", f"Rate {1 << i}") for i in (1, 2, 3)),
        Tap("upsample", "Coarse and fine", "Coarse"),
        Tap("Fine", "Coarse and fine", "Fine"),
    ]
    return SemanticPredictor(build, network, taps)

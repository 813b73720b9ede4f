"""FCN on VGG-16 (Long et al. 2015, arXiv 1411.4038)."""

from __future__ import annotations

from segstudio.zoo.blocks.semantic import SemanticPredictor, classes_of
from segstudio.zoo.predictor import Build, Predictor


def build(build: Build) -> Predictor:
    """Return FCN; setting "variant" is 32s, 16s, 8s or 8s-atonce, "width" and "deep" are the network's."""
    from segstudio.zoo.blocks.fcn import FCN
    from segstudio.zoo.blocks.taps import Tap

    settings = build.settings
    variant = settings["variant"]
    network = FCN(classes_of(build), variant, settings.get("width", 64), settings.get("deep", 4096))
    build.fill(network)
    # Where the first cell of each grid begins: the padding of 100 pixels, the crops and the kernels in one number.
    coarse, middle, fine = {"first": -3.0, "cell": 32.0}, {"first": -19.0, "cell": 16.0}, {"first": -27.0, "cell": 8.0}
    taps = [Tap("score_fr", "Coarse to fine", "1/32", "scores", **coarse)]
    if variant != "32s":
        taps += [
            Tap("skip4", "What the skips add", "1/16", "scores", **middle),
            Tap("fuse4", "Coarse to fine", "1/16", "scores", **middle),
        ]
    if variant.startswith("8s"):
        taps += [
            Tap("skip3", "What the skips add", "1/8", "scores", **fine),
            Tap("fuse3", "Coarse to fine", "1/8", "scores", **fine),
        ]
    return _Fcn(build, network, taps)


class _Fcn(SemanticPredictor):
    margin = 208  # fc6 sees 404 pixels

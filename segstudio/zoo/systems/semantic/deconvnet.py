"""DeconvNet (Noh et al. 2015, arXiv 1505.04366), on the whole picture as its one proposal."""

from __future__ import annotations

from segstudio.zoo.blocks.semantic import SemanticPredictor, classes_of
from segstudio.zoo.predictor import Build, Predictor


def build(build: Build) -> Predictor:
    """Return DeconvNet; settings "width" and "deep" are the network's."""
    from segstudio.zoo.blocks.taps import Tap
    from segstudio.zoo.blocks.unpooling import DeconvNet

    settings = build.settings
    network = DeconvNet(classes_of(build), settings.get("width", 64), settings.get("deep", 4096))
    build.fill(network)
    taps = [Tap(f"pools.{i - 1}", "Pooling indices", f"1/{1 << i}", "places") for i in range(1, 6)]
    taps.append(Tap("deconv67", "Deconvolved", "1/32"))
    for i in range(5, 0, -1):
        taps += [
            Tap(f"unpool{i}", "Unpooled", f"1/{1 << i - 1}"),
            Tap(f"deconv{i}", "Deconvolved", f"1/{1 << i - 1}"),
        ]
    return SemanticPredictor(build, network, taps)

"""ESPNet (Mehta et al. 2018, arXiv 1803.06815) and ESPNetv2 (Mehta et al. 2019, arXiv 1811.11431)."""

from __future__ import annotations

from segstudio.zoo.blocks.semantic import SemanticPredictor, classes_of
from segstudio.zoo.predictor import Build, Predictor


def build(build: Build) -> Predictor:
    """Return ESPNet; settings "p" and "q" are its depths, "picture" tells the CamVid network's last convolution."""
    from segstudio.zoo.blocks.espnet import RATES, ESPNet
    from segstudio.zoo.blocks.taps import Tap

    settings = build.settings
    picture = settings.get("picture", False)
    network = ESPNet(classes_of(build), settings["p"], settings["q"], picture=picture)
    build.fill(network)
    taps = [
        Tap("encoder.b1", "Levels", "1/2"),
        Tap("encoder.b2", "Levels", "1/4"),
        Tap("encoder.b3", "Levels", "1/8"),
        *(Tap(f"encoder.level3_0.d{rate}", "Dilation rates", f"Rate {rate}") for rate in RATES),
        Tap("encoder.classifier", "Coarse to fine", "1/8", "scores"),
        Tap("up_l2", "Coarse to fine", "1/2", "scores"),
    ]
    return SemanticPredictor(build, network, taps)


def version_2(build: Build) -> Predictor:
    """Return ESPNetv2; settings "widths" are those of its four levels, "base" that of its decoder."""
    from segstudio.zoo.blocks.espnetv2 import SCALES, ESPNetv2
    from segstudio.zoo.blocks.taps import Tap

    settings = build.settings
    network = ESPNetv2(classes_of(build), settings["widths"], settings["base"])
    build.fill(network)
    taps = [
        Tap("base_net.level1", "Levels", "1/2"),
        Tap("base_net.level2_0", "Levels", "1/4"),
        Tap(f"base_net.level3.{len(network.base_net.level3) - 1}", "Levels", "1/8"),
        Tap(f"base_net.level4.{len(network.base_net.level4) - 1}", "Levels", "1/16"),
        *(Tap(f"base_net.level4_0.eesp.spp_dw.{i}", "Depthwise branches", f"Branch {i + 1}") for i in range(4)),
        *(Tap(f"bu_dec_l1.stages.{i}", "Pyramid", f"x {scale:g}") for i, scale in enumerate(SCALES)),
        *(Tap(f"merge_enc_dec_l{i}", "From the encoder", f"1/{32 >> i - 1}") for i in (2, 3, 4)),
    ]
    return SemanticPredictor(build, network, taps)

"""SegNet (Badrinarayanan et al. 2015, arXiv 1511.00561)."""

from __future__ import annotations

from segstudio.zoo.blocks.semantic import SemanticPredictor, classes_of
from segstudio.zoo.predictor import Build, Predictor


def build(build: Build) -> Predictor:
    """Return SegNet; setting "norm_scores" tells that its scores are normalised too, "width" is the first block's.

    Checkpoints may name their layers as pytorch-semseg does or as the Caffe network does.
    """
    from segstudio.zoo.blocks.taps import Tap
    from segstudio.zoo.blocks.unpooling import SegNet, from_caffe_names

    settings = build.settings
    norm = settings.get("norm_scores", False)
    network = SegNet(classes_of(build), norm_scores=norm, width=settings.get("width", 64))
    build.fill(network, rename=from_caffe_names)
    taps: list[Tap] = []
    for i in range(1, 6):
        taps += [
            Tap(f"down{i}", "Encoder", f"1/{1 << i - 1}"),
            Tap(f"pools.{i - 1}", "Pooling indices", f"1/{1 << i}", "places"),
        ]
    for i in range(5, 0, -1):
        taps += [
            Tap(f"unpool{i}", "Unpooled", f"1/{1 << i - 1}"),
            Tap(f"up{i}", "Decoder", f"1/{1 << i - 1}"),
        ]
    return _Unpooling(build, network, taps)


class _Unpooling(SemanticPredictor):
    margin = 208

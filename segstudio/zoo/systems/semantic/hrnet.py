"""HRNet for maps (Wang et al. 2020, arXiv 1908.07919), also with OCR (Yuan et al. 2020, arXiv 1909.11065)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segstudio.zoo.blocks.semantic import SemanticPredictor, classes_of
from segstudio.zoo.predictor import Build, Predictor

_OCR = ("middle", "keys")


def build(build: Build) -> Predictor:
    """Return HRNet.

    Args:
        build: Settings: "width" of the highest resolution, "modules" of the stages 2 to 4, "blocks" of each branch,
            "bottlenecks" of stage 1, "stem"; with "middle" and "keys", the channels of OCR's head, the network has one.
    """
    from segstudio.zoo.blocks.hrnet import stages
    from segstudio.zoo.blocks.hrnet_maps import HRNetMaps, HRNetOcr
    from segstudio.zoo.blocks.taps import Tap

    settings = build.settings
    body = stages(settings["width"], settings["modules"], settings["blocks"])
    taps = [Tap(f"streams.{i}", "Streams", f"1/{4 << i}") for i in range(4)]
    rest = {"bottlenecks": settings["bottlenecks"], "stem": settings.get("stem", 64)}
    if "keys" in settings:
        network = HRNetOcr(classes_of(build), body, settings["middle"], settings["keys"], **rest)
        taps += [
            Tap("regions", "Object regions", "Region", "scores"),
            Tap("ocr_distri_head.object_context_block", "Object context", "1/4"),
            Tap("aux_head", "Soft scores", "Score", "scores"),
        ]
    else:
        network = HRNetMaps(classes_of(build), body, **rest)
    build.fill(network, convert=_model_only)
    return _HRNet(build, network, taps)


def _model_only(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """Drop the class weights of the loss that was saved around the network, and the network's prefix in it."""
    return {key.removeprefix("model."): value for key, value in state.items() if not key.startswith("loss.")}


class _HRNet(SemanticPredictor):
    margin = 128

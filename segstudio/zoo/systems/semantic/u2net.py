"""U2-Net and U2-Net-p (Qin et al. 2020, arXiv 2005.09007): the salient object of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segstudio.core.views import View
from segstudio.zoo.blocks.semantic import SemanticPredictor
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, Predictor

if TYPE_CHECKING:
    from torch import Tensor

_EDGE = 1e-6  # how near to 0 and 1 a probability may come before its logit is taken


def build(build: Build) -> Predictor:
    """Return U2-Net; setting "small" is U2-Net-p, whose "width" may be set.

    Weights are a torch checkpoint as published, or an ONNX file of the same network.
    """
    from segstudio.zoo.blocks import onnx_weights
    from segstudio.zoo.blocks.u2net import U2Net

    settings = build.settings
    network = U2Net(settings.get("small", False), settings.get("width", 64))
    path = (build.files or {}).get(build.card.weights[0].name)
    if path is not None and path.suffix == ".onnx":
        onnx_weights.fill(network, path, build.card.title)
    else:
        build.fill(network)
    return SaliencyPredictor(build, network)


class SaliencyPredictor(SemanticPredictor):
    """The fused map, stretched to 0..1 over each picture as published; an object is where it is above a half."""

    def normalised(self, batch: Tensor) -> Tensor:
        # Published: a picture is divided by its own largest value.
        top = batch.amax((1, 2, 3), keepdim=True).clamp(min=1).float()
        return super().normalised(batch.float() * (255.0 / top))

    def scores(self, batch: Tensor) -> Tensor:
        fused = self.network(batch)[:, :1].float().sigmoid()
        low, high = fused.amin((2, 3), keepdim=True), fused.amax((2, 3), keepdim=True)
        return ((fused - low) / (high - low).clamp(min=_EDGE)).clamp(_EDGE, 1 - _EDGE).logit()

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        from segstudio.zoo.blocks import taps

        box = (0.0, 0.0, float(frame.shape[1]), float(frame.shape[0]))
        with self.inference(context):
            maps = self.network(self.prepare([frame])[0][1])[0].float().sigmoid().cpu()
        titles = ["Fused", *(f"Side {i}" for i in range(1, 7))]
        sides = [taps.heat(values, "Side outputs", title, box, 0.0, 1.0) for title, values in zip(titles, maps)]
        return [*sides, *super().look(frame, options, context)]

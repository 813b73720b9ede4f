"""U-Net (Ronneberger et al. 2015, arXiv 1505.04597), and with Haar framelets (Han and Ye 2018, arXiv 1708.08333)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from segstudio.core.views import View
from segstudio.zoo.blocks.semantic import SemanticPredictor, classes_of
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, Predictor


def build(build: Build) -> Predictor:
    """Return U-Net.

    Args:
        build: Settings: "up", how scales are joined ("transposed", "bilinear", "dual" or "tight"); "bias", whether the
            3x3 convolutions have biases; "width", channels of the finest scale; "outputs", where the network has
            another number than classes (1: a score of class 1 against the background).
    """
    from segstudio.zoo.blocks.unet import UNet

    settings = build.settings
    outputs = settings.get("outputs", classes_of(build))
    network = UNet(outputs, settings["up"], bias=settings.get("bias", False), width=settings.get("width", 64))
    build.fill(network, convert=_without_values)
    return UNetPredictor(build, network)


def _without_values(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """Drop the pixel values that stood for the classes in the training's mask files."""
    return {key: value for key, value in state.items() if key != "mask_values"}


class UNetPredictor(SemanticPredictor):
    """Shows the skip connections and what comes up to them; of the framing variants the subbands too."""

    margin = 96
    stride = 16

    def __init__(self, build: Build, network: Any) -> None:
        from segstudio.zoo.blocks.taps import Tap

        taps = [Tap("inc", "Encoder", "1/1")]
        taps += [Tap(f"down{i}", "Encoder", f"1/{1 << i}") for i in range(1, 5)]
        for i in range(1, 5):
            scale = f"1/{16 >> i}"
            taps += [
                Tap(f"up{i}.skip", "Skip connections", scale),
                Tap(f"up{i}.raised", "From below", scale),
                Tap(f"up{i}.conv", "Decoder", scale),
            ]
        super().__init__(build, network, taps)
        self.framing = build.settings["up"] in ("dual", "tight")

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        shown = super().look(frame, options, context)
        if not self.framing:
            return shown
        from segstudio.zoo.blocks import framelets, taps

        layers = ["inc", "down1", "down2", "down3"]
        with taps.watch(self.network, layers) as seen:
            self.forward(self.prepare([frame]), options, context)
        box = (0.0, 0.0, float(frame.shape[1]), float(frame.shape[0]))
        for i, layer in enumerate(layers, 1):
            low, high = framelets.analysis(seen[layer][0].float())
            for name, band in zip(framelets.BANDS, (low, *high.unbind(2))):
                strength = band[0].square().mean(0).sqrt()
                shown.append(taps.heat(strength, "Subbands", f"{name} 1/{1 << i}", box))
        return shown

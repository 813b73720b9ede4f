"""SAM 2 (Ravi et al. 2024, arXiv 2408.00714) on single pictures, as `transformers` has it, with Meta's weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from segstudio.zoo.blocks import sam_keys, tensors
from segstudio.zoo.blocks.sam import SamPredictor
from segstudio.zoo.predictor import Build, Predictor

if TYPE_CHECKING:
    from torch import Tensor


def build(parts: Build) -> Predictor:
    """Return SAM 2; the settings "backbone", "vision", "prompts", "decoder" are those of `transformers.Sam2Config`."""
    from transformers import Sam2Config, Sam2Model

    settings = parts.settings
    backbone = {"model_type": "sam2_hiera_det_model", **settings.get("backbone", {})}
    network = Sam2Model(
        Sam2Config(
            vision_config={
                "model_type": "sam2_vision_model",
                **settings.get("vision", {}),
                "backbone_config": backbone,
            },
            prompt_encoder_config=dict(settings.get("prompts", {})),
            mask_decoder_config=dict(settings.get("decoder", {})),
        )
    )
    parts.fill(network, convert=sam_keys.sam2)
    return _SquareSam(parts, network)


class _SquareSam(SamPredictor):
    """A network that sees the picture stretched to a square."""

    def __init__(self, build: Build, network: Any) -> None:
        super().__init__(build, network)
        from transformers import Sam2ImageProcessor

        square = {"height": self.side, "width": self.side}
        self.transform = Sam2ImageProcessor(size=square, image_mean=self.mean, image_std=self.std)

    def pixels(self, frame: np.ndarray) -> Tensor:
        image = tensors.from_frame(frame, self.device)
        return self.transform(image, return_tensors="pt")["pixel_values"].to(self.device)

    def reach(self, size: tuple[int, int]) -> tuple[int, int]:  # noqa: ARG002
        return self.side, self.side

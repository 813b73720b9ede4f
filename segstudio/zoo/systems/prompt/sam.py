"""SAM (Kirillov et al. 2023, arXiv 2304.02643), as `transformers` has it, with Meta's weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from segstudio.zoo.blocks import sam_keys, tensors
from segstudio.zoo.blocks.sam import SamPredictor
from segstudio.zoo.predictor import Build, Predictor

if TYPE_CHECKING:
    from torch import Tensor


def build(parts: Build) -> Predictor:
    """Return SAM; the settings "vision", "prompts" and "decoder" are those of `transformers.SamConfig`."""
    network = make(parts.settings)
    parts.fill(network, convert=sam_keys.sam)
    return PaddedSam(parts, network)


def make(settings: dict[str, Any]) -> Any:
    """Return the network with random weights."""
    from transformers import SamConfig, SamModel

    return SamModel(
        SamConfig(
            vision_config=dict(settings.get("vision", {})),
            prompt_encoder_config=dict(settings.get("prompts", {})),
            mask_decoder_config=dict(settings.get("decoder", {})),
        )
    )


class PaddedSam(SamPredictor):
    """A network that sees the picture in its own proportions, filled up to a square with zeros."""

    def __init__(self, build: Build, network: Any) -> None:
        super().__init__(build, network)
        from transformers import SamImageProcessor

        square = {"height": self.side, "width": self.side}
        self.transform = SamImageProcessor(
            size={"longest_edge": self.side}, pad_size=square, image_mean=self.mean, image_std=self.std
        )

    def pixels(self, frame: np.ndarray) -> Tensor:
        image = tensors.from_frame(frame, self.device)
        return self.transform(image, return_tensors="pt")["pixel_values"].to(self.device)

    def reach(self, size: tuple[int, int]) -> tuple[int, int]:
        scale = self.side / max(size)
        return int(size[0] * scale + 0.5), int(size[1] * scale + 0.5)

    def on_picture(self, logits: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        import torch
        import torch.nn.functional as F

        height, width = self.reach(size)
        coarse = torch.from_numpy(logits)[None, None]
        whole = F.interpolate(coarse, (self.side, self.side), mode="bilinear", align_corners=False)
        return whole[0, 0, :height, :width].numpy()

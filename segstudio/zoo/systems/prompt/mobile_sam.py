"""MobileSAM (Zhang et al. 2023, arXiv 2306.14289): SAM's decoder behind a TinyViT, which is timm's."""

from __future__ import annotations

from typing import Any

from segstudio.zoo.blocks import sam_keys
from segstudio.zoo.predictor import Build, Predictor
from segstudio.zoo.systems.prompt import sam


def build(parts: Build) -> Predictor:
    """Return MobileSAM; setting "encoder" is timm's of `TinyVit`, the others are SAM's."""
    settings = dict(parts.settings)
    # SAM's own image encoder makes room for the small one.
    network = sam.make({**settings, "vision": {**settings.get("vision", {}), "num_hidden_layers": 0}})
    network.vision_encoder = _encoder(dict(settings["encoder"]), settings.get("vision", {}).get("output_channels", 256))
    parts.fill(network, convert=sam_keys.mobile_sam)
    return sam.PaddedSam(parts, network)


def _encoder(settings: dict[str, Any], channels: int) -> Any:
    from timm.models.tiny_vit import TinyVit
    from torch import nn
    from transformers.models.sam.configuration_sam import SamVisionConfig
    from transformers.models.sam.modeling_sam import SamVisionNeck

    class Encoder(nn.Module):
        """TinyViT whose last stage keeps the resolution of the one before, and SAM's neck."""

        def __init__(self) -> None:
            super().__init__()
            self.body: Any = TinyVit(num_classes=0, **settings)
            self.body.head = nn.Identity()
            self.body.stages[-1].downsample.conv2.conv.stride = (1, 1)
            width = self.body.num_features
            self.neck = SamVisionNeck(SamVisionConfig(hidden_size=width, output_channels=channels))

        def forward(self, pixel_values: Any, **_: Any) -> tuple[Any]:
            features = self.body.stages(self.body.patch_embed(pixel_values))
            return (self.neck(features.permute(0, 2, 3, 1)),)

    return Encoder()

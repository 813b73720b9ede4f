"""From the names in Meta's checkpoints of SAM and SAM 2 to those of `transformers`; its own names stay as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from segstudio.zoo.promptable import tied

Rules = Sequence[tuple[str, str]]

_SHARED = "shared_image_embedding.positional_embedding"
_SHARED_TOO = "prompt_encoder.shared_embedding.positional_embedding"

# The prompt encoder and the mask decoder, once `sam_` is off their names.
_HEAD: Rules = (
    (r"^prompt_encoder\.pe_layer\.positional_encoding_gaussian_matrix$", _SHARED),
    (r"^prompt_encoder\.point_embeddings\.", "prompt_encoder.point_embed."),
    (r"^prompt_encoder\.mask_downscaling\.0\.", "prompt_encoder.mask_embed.conv1."),
    (r"^prompt_encoder\.mask_downscaling\.1\.", "prompt_encoder.mask_embed.layer_norm1."),
    (r"^prompt_encoder\.mask_downscaling\.3\.", "prompt_encoder.mask_embed.conv2."),
    (r"^prompt_encoder\.mask_downscaling\.4\.", "prompt_encoder.mask_embed.layer_norm2."),
    (r"^prompt_encoder\.mask_downscaling\.6\.", "prompt_encoder.mask_embed.conv3."),
    (r"^mask_decoder\.output_upscaling\.0\.", "mask_decoder.upscale_conv1."),
    (r"^mask_decoder\.output_upscaling\.1\.", "mask_decoder.upscale_layer_norm."),
    (r"^mask_decoder\.output_upscaling\.3\.", "mask_decoder.upscale_conv2."),
    (r"^(mask_decoder\.transformer\..*)\bnorm(\d|_final_attn)\.", r"\1layer_norm\2."),
    (r"^(mask_decoder\.(?:output_hypernetworks_mlps\.\d|\w+_head))\.layers\.0\.", r"\1.proj_in."),
    (r"^(mask_decoder\.(?:output_hypernetworks_mlps\.\d|\w+_head))\.layers\.2\.", r"\1.proj_out."),
    (r"^(mask_decoder\.(?:output_hypernetworks_mlps\.\d|\w+_head))\.layers\.1\.", r"\1.layers.0."),
)
_VIT: Rules = (
    (r"^image_encoder\.patch_embed\.proj\.", "vision_encoder.patch_embed.projection."),
    (r"^image_encoder\.blocks\.(\d+)\.norm", r"vision_encoder.layers.\1.layer_norm"),
    (r"^image_encoder\.blocks\.", "vision_encoder.layers."),
    (r"^image_encoder\.neck\.0\.", "vision_encoder.neck.conv1."),
    (r"^image_encoder\.neck\.1\.", "vision_encoder.neck.layer_norm1."),
    (r"^image_encoder\.neck\.2\.", "vision_encoder.neck.conv2."),
    (r"^image_encoder\.neck\.3\.", "vision_encoder.neck.layer_norm2."),
    (r"^image_encoder\.", "vision_encoder."),
)
_HIERA: Rules = (
    (r"^image_encoder\.trunk\.patch_embed\.proj\.", "vision_encoder.backbone.patch_embed.projection."),
    (r"^image_encoder\.trunk\.(blocks\.\d+)\.norm", r"vision_encoder.backbone.\1.layer_norm"),
    (r"^image_encoder\.trunk\.(blocks\.\d+\.mlp)\.layers\.0\.", r"vision_encoder.backbone.\1.proj_in."),
    (r"^image_encoder\.trunk\.(blocks\.\d+\.mlp)\.layers\.1\.", r"vision_encoder.backbone.\1.proj_out."),
    (r"^image_encoder\.trunk\.", "vision_encoder.backbone."),
    (r"^image_encoder\.neck\.convs\.(\d+)\.conv\.", r"vision_encoder.neck.convs.\1."),
    (r"^(mask_decoder\.transformer\.layers\.\d+\.mlp)\.layers\.0\.", r"\1.proj_in."),
    (r"^(mask_decoder\.transformer\.layers\.\d+\.mlp)\.layers\.1\.", r"\1.proj_out."),
    (r"^(mask_decoder\.transformer\..*)\.out_proj\.", r"\1.o_proj."),
    (r"^no_mem_embed$", "no_memory_embedding"),
)
# MobileSAM's TinyViT (Wu et al. 2022) to timm's.
_TINY_VIT: Rules = (
    (r"^image_encoder\.neck\.0\.", "vision_encoder.neck.conv1."),
    (r"^image_encoder\.neck\.1\.", "vision_encoder.neck.layer_norm1."),
    (r"^image_encoder\.neck\.2\.", "vision_encoder.neck.conv2."),
    (r"^image_encoder\.neck\.3\.", "vision_encoder.neck.layer_norm2."),
    (r"^image_encoder\.(.*)\.c\.weight$", r"image_encoder.\1.conv.weight"),
    (r"^image_encoder\.patch_embed\.seq\.0\.", "vision_encoder.body.patch_embed.conv1."),
    (r"^image_encoder\.patch_embed\.seq\.2\.", "vision_encoder.body.patch_embed.conv2."),
    (r"^image_encoder\.layers\.0\.downsample\.", "vision_encoder.body.stages.1.downsample."),
    (r"^image_encoder\.layers\.1\.downsample\.", "vision_encoder.body.stages.2.downsample."),
    (r"^image_encoder\.layers\.2\.downsample\.", "vision_encoder.body.stages.3.downsample."),
    (r"^image_encoder\.layers\.", "vision_encoder.body.stages."),
)
# Parts of SAM 2 that follow objects through a video; a single picture needs none of them.
_VIDEO = re.compile(
    r"^(memory_|maskmem_tpos_enc|mask_downsample|no_mem_pos_enc|no_obj_|obj_ptr_|object_pointer_proj|no_memory_pos"
    r"|temporal_positional_encoding|no_object_pointer|occlusion_spatial_embedding)"
)


def _renamed(state: Mapping[str, Any], *tables: Rules) -> dict[str, Any]:
    if not any(key.startswith("image_encoder.") for key in state):
        return tied(state, _SHARED, _SHARED_TOO)
    whole: dict[str, Any] = {}
    for key, value in state.items():
        name = re.sub(r"^sam_(prompt_encoder|mask_decoder)\.", r"\1.", key)
        for rules in tables:
            for pattern, text in rules:
                name = re.sub(pattern, text, name)
        whole[name] = value
    return tied(whole, _SHARED, _SHARED_TOO)


def sam(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state dict of SAM."""
    return _renamed(state, _HEAD, _VIT)


def sam2(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state dict of SAM 2's picture part."""
    import torch

    whole = _renamed({key: value for key, value in state.items() if not _VIDEO.match(key)}, _HEAD, _HIERA)
    points = [f"prompt_encoder.point_embed.{i}.weight" for i in range(4)]
    if all(key in whole for key in points):
        whole["prompt_encoder.point_embed.weight"] = torch.cat([whole.pop(key) for key in points])
    return whole


def mobile_sam(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state dict of MobileSAM without the classifier that its image encoder was pre-trained with."""
    kept = {key: value for key, value in state.items() if not re.match(r"^image_encoder\.(norm_head|head)\.", key)}
    return _renamed(kept, _HEAD, _TINY_VIT)

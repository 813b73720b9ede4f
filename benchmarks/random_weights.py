"""Random networks whose answers give decoding about as much to do as those of a trained one.

Fresh weights make a network find nothing, or everything, or overflow. `tame` gives every layer an output of ordinary
size; `threshold_for` then takes the score above which about `OBJECTS` objects lie. What a network says of every pixel
is replaced before it is decoded (`shaped`): noise makes maps of a hundred thousand pieces, a photo has a few dozen.
Masks and dense poses of random networks stay ragged, which makes them dearer than true ones.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from segstudio import zoo
from segstudio.zoo.blocks.semantic import SemanticPredictor

OBJECTS = 20
CLASSES = 8  # that win somewhere in a map
CELLS = 8  # a map's pieces are about an eighth of its sides wide
_ORDINARY = (0.05, 20.0)  # deviation of a layer's output that is left as it is
_LAYERS = (torch.nn.Conv2d, torch.nn.ConvTranspose2d, torch.nn.Linear)


def tame(model: Any, frame: np.ndarray) -> None:
    """Set the norms and weights of a model's network, so that what its layers give for a frame is of ordinary size."""
    with ExitStack() as hooks, torch.inference_mode():
        for layer in model.network.modules():
            if hasattr(layer, "running_mean") and getattr(layer, "running_var", None) is not None:
                hooks.callback(layer.register_forward_pre_hook(_norm).remove)
            elif isinstance(layer, _LAYERS):
                hooks.callback(layer.register_forward_hook(_scale).remove)
        model.bare(model.prepare([frame]))


def _norm(layer: Any, given: tuple) -> None:
    over = [d for d in range(given[0].dim()) if d != 1]
    layer.running_mean.copy_(given[0].mean(over))
    layer.running_var.copy_(given[0].var(over, unbiased=False).clamp(min=1e-6))


def _scale(layer: Any, given: tuple, out: torch.Tensor) -> torch.Tensor | None:
    if not out.numel() or not bool(given[0].any()):
        return None
    low, high = _ORDINARY
    deviation = float(out.std(correction=0))
    if not low < deviation < high:
        if not bool(layer.weight.any()):
            layer.weight.normal_()
            deviation = float(layer.forward(*given).std(correction=0))
        layer.weight.mul_(1.0 / max(deviation, 1e-12))
        out = layer.forward(*given)
    if layer.bias is not None:
        # What is always positive would let the same class win everywhere.
        axis = out.dim() - 1 if isinstance(layer, torch.nn.Linear) else 1
        middle = out.mean([d for d in range(out.dim()) if d != axis])
        layer.bias.sub_(middle)
        out = layer.forward(*given)
    return out


def threshold_for(model: Any, frame: np.ndarray) -> float | None:
    """Return the score above which a model finds about `OBJECTS` objects in a frame; None where there are no scores."""
    (results,) = model.predict([frame], zoo.Options(threshold=1e-6, max_instances=OBJECTS))
    scores = [result.scores for result in results if hasattr(result, "scores") and len(result.scores)]
    return float(np.min(np.concatenate(scores))) * (1 - 1e-6) if scores else None


def shaped(model: Any, outputs: Any) -> Any:
    """Return the outputs of a model's `forward`, those of maps with the pieces that a photo's map would have."""
    if isinstance(model, SemanticPredictor):
        return [_scores(scores) for scores in outputs]
    if model.card.builder.startswith("pretrained."):
        return [_queries(classes, masks) for classes, masks in outputs]
    return outputs


def _blobs(like: torch.Tensor, count: int) -> torch.Tensor:
    """Return smooth noise (count, h, w)."""
    rng = torch.Generator().manual_seed(0)
    coarse = torch.randn((1, count, CELLS, CELLS), generator=rng)
    size = list(like.shape[-2:])
    return F.interpolate(coarse, size=size, mode="bicubic", align_corners=False)[0].to(like)


def _scores(like: torch.Tensor) -> torch.Tensor:
    made = torch.full_like(like, -20.0)
    count = min(len(like), CLASSES)
    made[:count] = 4 * _blobs(like, count)
    return made


def _queries(classes: torch.Tensor, masks: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    kinds, logits = torch.zeros_like(classes), torch.full_like(masks, -8.0)
    kinds[:, -1] = 10.0  # the last class is nothing
    count = min(len(kinds), OBJECTS)
    found = torch.arange(count, device=kinds.device)
    kinds[found, found * 7 % (kinds.shape[1] - 1)] = 20.0
    winner = _blobs(masks, count).argmax(0)
    logits[:count] = torch.where(winner == found[:, None, None], 8.0, -8.0).to(masks)
    return kinds, logits

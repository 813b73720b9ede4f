"""Semantic maps of pictures that are too large for one piece: tiles whose scores are blended where they overlap.

A tile's scores count nothing near a border that cuts through the picture, where the network lacks context (`margin`),
and fade in from there. Tiles begin at multiples of the network's coarsest cell, so that its grids lie as in the whole
picture: where a network sees no farther than `margin`, the blend is what the whole picture gives.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from segstudio.core.results import SemanticMap
from segstudio.zoo.predictor import Context, Options

if TYPE_CHECKING:
    from segstudio.zoo.blocks.semantic import SemanticPredictor

FADE = 32  # pixels in which a tile's weight goes from 0 to 1, at least


def starts(length: int, side: int, overlap: int, stride: int) -> list[int]:
    """Return where tiles of a side begin that cover a length, at multiples of the stride.

    Neighbours share `overlap` pixels at least. The last one ends with the length and may be shorter.
    """
    if length <= side:
        return [0]
    step = max((side - overlap) // stride * stride, stride)
    return [*range(0, length - side, step), -(-(length - side) // stride) * stride]


def weights(start: int, end: int, length: int, margin: int, fade: int) -> Tensor:
    """Return the weights (end - start,) of a tile's pixels along one side: 1 inside, 0 in its margin at a cut."""
    places = torch.arange(start, end, dtype=torch.float32) + 0.5
    rising = ((places - start - margin) / fade).clamp(0, 1) if start > 0 else torch.ones_like(places)
    falling = ((end - places - margin) / fade).clamp(0, 1) if end < length else torch.ones_like(places)
    return torch.minimum(rising, falling)


def plan(side: int, margin: int, stride: int) -> tuple[int, int, int, int]:
    """Return (side, margin, overlap, fade) of tiles that fit the network's grid; half a tile is overlap at most."""
    side = max(side // stride, 4) * stride
    margin = min(margin, (side // 2 - FADE) // 2)
    overlap = -(-(2 * margin + FADE) // stride) * stride
    return side, margin, overlap, overlap - 2 * margin


def predict(
    predictor: SemanticPredictor, frame: np.ndarray, side: int, options: Options, context: Context
) -> SemanticMap:
    """Return the map of a frame from tiles of side x side pixels of the network's input.

    One row of tiles is in memory at a time: classes x side x width scores. Where the network's input is smaller than
    the picture, the labels are enlarged to their nearest.
    """
    picture = predictor.resized(frame)
    height, width = picture.shape[1:]
    side, margin, overlap, fade = plan(side, predictor.margin, predictor.stride)
    rows = starts(height, side, overlap, predictor.stride)
    columns = [
        (left, weights(left, min(left + side, width), width, margin, fade))
        for left in starts(width, side, overlap, predictor.stride)
    ]
    parts: list[np.ndarray] = []
    sure: list[np.ndarray] = []
    above: Tensor | None = None
    for top, below in pairwise([*rows, height]):
        bottom = min(top + side, height)
        down = weights(top, bottom, height, margin, fade)
        band = _band(predictor, picture[:, top:bottom], columns, down, context)
        if above is not None:
            band[:, : above.shape[1]] += above
        # Rows that the next tiles reach wait for them. The last plane holds the sums of the weights.
        done, above = band[:, : below - top], band[:, below - top :]
        scores = done[:-1] / done[-1]
        parts.append(predictor.labels(scores, below - top, width, options).cpu().numpy())
        if options.confidence:
            sure.append(predictor.confidence(scores, below - top, width).cpu().numpy())
    size = frame.shape[:2]
    confidence = _to_size(np.concatenate(sure), size) if sure else None
    labels = _to_size(np.concatenate(parts), size)
    return SemanticMap(
        size=size,
        classes=predictor.classes,
        map=labels,
        confidence=confidence,
        split_things=options.split_things,
    )


def _band(
    predictor: SemanticPredictor, strip: Tensor, columns: list[tuple[int, Tensor]], down: Tensor, context: Context
) -> Tensor:
    """Return the weighted scores of a row of tiles, and as a last plane the sums of the weights."""
    band: Tensor | None = None
    for left, across in columns:
        context.cancel.check()
        tile = strip[:, :, left : left + len(across)]
        scores = _scores(predictor, tile, context)
        if band is None:
            band = scores.new_zeros((len(scores) + 1, *strip.shape[1:]))
        weight = (down[:, None] * across).to(scores.device)
        part = band[:, :, left : left + len(across)]
        part[:-1] += scores * weight
        part[-1] += weight
    assert band is not None
    return band


def _scores(predictor: SemanticPredictor, tile: Tensor, context: Context) -> Tensor:
    """Return the scores of a tile (3, h, w) at each of its pixels."""
    from segstudio.zoo.blocks.semantic import two_classes

    with predictor.inference(context):
        scores = two_classes(predictor.scores(predictor.normalised(tile[None])).float())
        if scores.shape[2:] != tile.shape[1:]:
            corners = predictor.align_corners
            scores = F.interpolate(scores, size=tile.shape[1:], mode="bilinear", align_corners=corners)
    # Made in inference mode it could not be added to outside of it.
    return scores[0].clone()


def _to_size(plane: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    if plane.shape == size:
        return plane
    rows = np.arange(size[0]) * plane.shape[0] // size[0]
    columns = np.arange(size[1]) * plane.shape[1] // size[1]
    return plane[rows[:, None], columns]

"""Predicting a large picture in overlapping tiles, and merging what the tiles say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from msgspec.structs import replace as moved

from segstudio.core import masks
from segstudio.core.errors import InputError
from segstudio.core.masks import Mask
from segstudio.core.results import Boxes, DenseMaps, Faces, Instances, JointHeat, Poses, Result, SemanticMap

OVERLAP = 0.25  # of a tile's side
SAME = 0.5  # IoU from which two boxes of a class in different tiles are one object
COVERED = 0.6  # share of a cut box from which it counts as a part of a whole one
_EDGE = 2.0  # pixels: a box that ends so near to a seam was probably cut by it

Tile = tuple[int, int, int, int]  # left, top, right, bottom
Predict = Callable[[np.ndarray], Sequence[Result]]


class NotTileable(InputError):
    """A result that speaks of the whole picture and can't be put together from tiles."""


def tiles(height: int, width: int, side: int, overlap: float = OVERLAP) -> list[Tile]:
    """Return tiles of side x side pixels (smaller only where the picture is) that cover it, evenly spread.

    Neighbours share at least `overlap` of a side.
    """

    def starts(length: int) -> list[int]:
        if length <= side:
            return [0]
        step = max(int(side * (1 - overlap)), 1)
        count = -(-(length - side) // step) + 1
        return [round(i * (length - side) / (count - 1)) for i in range(count)]

    return [(x, y, min(x + side, width), min(y + side, height)) for y in starts(height) for x in starts(width)]


def predict_tiled(predict: Predict, frame: np.ndarray, side: int, check: Callable[[], None]) -> list[Result]:
    """Predict a picture tile by tile.

    Args:
        predict: Called with one uint8 RGB tile.
        frame: uint8 (h, w, 3).
        side: Of a tile, in pixels.
        check: Called before each tile; raises to stop.

    Raises:
        NotTileable: The model's results can't be merged.
    """
    height, width = frame.shape[:2]
    places = tiles(height, width, side)
    parts: list[Sequence[Result]] = []
    for left, top, right, bottom in places:
        check()
        parts.append(predict(np.ascontiguousarray(frame[top:bottom, left:right])))
    return [merge(list(results), places, (height, width)) for results in zip(*parts)]


def merge(results: Sequence[Result], places: Sequence[Tile], size: tuple[int, int]) -> Result:
    """Return the picture's result from one a tile, all of the same type.

    Raises:
        NotTileable: They are of a type that can't be merged.
    """
    match results[0]:
        case Boxes():
            return _merge_boxes([r for r in results if isinstance(r, Boxes)], places, size)
        case SemanticMap():
            return _merge_maps([r for r in results if isinstance(r, SemanticMap)], places, size)
        case JointHeat():
            return _merge_heat([r for r in results if isinstance(r, JointHeat)], places, size)
    kind = type(results[0]).__name__
    raise NotTileable(f"A {kind} speaks of the whole picture and can't be predicted in tiles.")


def _merge_heat(results: Sequence[JointHeat], places: Sequence[Tile], size: tuple[int, int]) -> JointHeat:
    # A pose that two tiles saw keeps both maps; who looks for one takes that which covers the pose best.
    boxes = [r.boxes + np.array((t[0], t[1]) * 2, np.float32) for r, t in zip(results, places)]
    heat = [r.heat for r in results if len(r.heat)] or [results[0].heat]
    return replace(results[0], size=size, boxes=np.concatenate(boxes), heat=np.concatenate(heat))


def _merge_boxes(results: Sequence[Boxes], places: Sequence[Tile], size: tuple[int, int]) -> Boxes:
    first = results[0]
    shifts = np.repeat(np.array([(t[0], t[1]) for t in places], np.float32), [len(r.boxes) for r in results], axis=0)
    boxes = np.concatenate([r.boxes for r in results]) + np.tile(shifts, 2)
    labels = np.concatenate([r.labels for r in results])
    scores = np.concatenate([r.scores for r in results])
    cut = _cut(results, places, size)
    tile = np.repeat(np.arange(len(places)), [len(r.boxes) for r in results])
    kept, absorbed = _suppress(boxes, labels, scores, cut, tile, np.asarray(places, np.float32))
    made = boxes.copy()
    shapes: list[Mask] | None = None
    if isinstance(first, Instances):
        shapes = _shifted_masks(results, places)
    for keeper, others in absorbed.items():
        group = [keeper, *others]
        made[keeper] = (*boxes[group, :2].min(axis=0), *boxes[group, 2:].max(axis=0))
        if shapes is not None:
            for other in others:
                shapes[keeper] = masks.union(shapes[keeper], shapes[other])
    changes: dict = {"size": size, "boxes": made[kept], "labels": labels[kept], "scores": scores[kept]}
    if shapes is not None:
        changes["masks"] = [shapes[i] for i in kept]
    if isinstance(first, Poses):
        points = np.concatenate([r.keypoints for r in results if isinstance(r, Poses)]).copy()
        points[..., :2] += shifts[:, None]
        changes["keypoints"] = points[kept]
    if isinstance(first, DenseMaps):
        # A map fits its own box only: a person at a seam keeps the better half.
        dense = [r for r in results if isinstance(r, DenseMaps)]
        changes["boxes"] = boxes[kept]
        for name in ("parts", "uv"):
            maps = [m for r in dense for m in getattr(r, name)]
            changes[name] = [maps[i] for i in kept]
    if isinstance(first, Faces):
        marks = np.concatenate([r.landmarks for r in results if isinstance(r, Faces)])
        changes["landmarks"] = (marks + shifts[:, None])[kept]
    return replace(first, **changes)


def _shifted_masks(results: Sequence[Boxes], places: Sequence[Tile]) -> list[Mask]:
    return [
        moved(m, x=m.x + t[0], y=m.y + t[1]) if m.counts else m
        for r, t in zip(results, places)
        if isinstance(r, Instances)
        for m in r.masks
    ]


def _cut(results: Sequence[Boxes], places: Sequence[Tile], size: tuple[int, int]) -> np.ndarray:
    """Return which boxes end at a seam: at a border of their tile that is none of the picture."""
    height, width = size
    found = []
    for r, (left, top, right, bottom) in zip(results, places):
        b = np.asarray(r.boxes, np.float32).reshape(-1, 4)
        cut = (b[:, 0] < _EDGE) & (left > 0)
        cut |= (b[:, 1] < _EDGE) & (top > 0)
        cut |= (b[:, 2] > right - left - _EDGE) & (right < width)
        cut |= (b[:, 3] > bottom - top - _EDGE) & (bottom < height)
        found.append(cut)
    return np.concatenate(found)


def _suppress(
    boxes: np.ndarray, labels: np.ndarray, scores: np.ndarray, cut: np.ndarray, tile: np.ndarray, places: np.ndarray
) -> tuple[list[int], dict[int, list[int]]]:
    """Return the boxes to keep, best first, and which cut boxes each cut keeper takes in.

    Whole objects come before cut ones, so that a part never displaces the whole. Cut parts that agree where their tiles
    overlap belong to one object larger than the overlap: they are joined. Boxes of one tile are left as the model gave
    them.
    """
    order = np.lexsort((-scores, cut))
    boxes, part, tile = boxes[order], cut[order], tile[order]
    other = (labels[order][:, None] == labels[order][None, :]) & (tile[:, None] != tile[None, :])
    covered = _common(boxes, boxes)
    areas = _areas(boxes)
    iou = _ratio(covered, areas[:, None] + areas[None, :] - covered)
    same = np.where(part[None, :], _ratio(covered, areas[None, :]) > COVERED, iou > SAME)
    joins = part[:, None] & part[None, :]
    if joins.any():
        joins &= _agreement(boxes, places[tile]) > SAME
    same &= other & ~(part[:, None] & part[None, :])
    joins &= other
    gone = np.zeros(len(order), bool)
    kept: list[int] = []
    absorbed: dict[int, list[int]] = {}
    for i, index in enumerate(order.tolist()):
        if gone[i]:
            continue
        kept.append(index)
        gone |= same[i]
        if part[i]:
            group = _reached(joins, i, gone)
            gone |= group
            absorbed[index] = order[group].tolist()
    kept.sort(key=lambda index: -scores[index])
    return kept, {k: v for k, v in absorbed.items() if v}


def _reached(joins: np.ndarray, start: int, gone: np.ndarray) -> np.ndarray:
    """Return what is joined to `start` directly or over others, without itself."""
    group = np.zeros(len(joins), bool)
    grown = joins[start] & ~gone
    while (grown & ~group).any():
        group = group | grown
        grown = joins[group].any(axis=0) & ~gone
    group[start] = False
    return group


def _agreement(boxes: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return for each pair of boxes their IoU inside the overlap of the two tiles they come from."""
    shared = _meet(places, places)
    first = _clip(boxes[:, None], shared)
    second = _clip(boxes[None, :], shared)
    low, high = np.maximum(first[..., :2], second[..., :2]), np.minimum(first[..., 2:], second[..., 2:])
    common = np.prod(np.maximum(high - low, 0.0), axis=-1)
    return _ratio(common, _areas(first) + _areas(second) - common)


def _meet(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.concatenate([low, np.maximum(high, low)], axis=2)


def _clip(boxes: np.ndarray, windows: np.ndarray) -> np.ndarray:
    low, high = windows[..., :2], windows[..., 2:]
    return np.concatenate([np.clip(boxes[..., :2], low, high), np.clip(boxes[..., 2:], low, high)], axis=-1)


def _common(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return _areas(_meet(a, b))


def _areas(boxes: np.ndarray) -> np.ndarray:
    return np.prod(np.maximum(boxes[..., 2:] - boxes[..., :2], 0.0), axis=-1)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    part, whole = np.broadcast_arrays(part, whole)
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _merge_maps(results: Sequence[SemanticMap], places: Sequence[Tile], size: tuple[int, int]) -> SemanticMap:
    """Put maps together with the seams in the middle of the overlaps."""
    height, width = size
    first = results[0]
    whole = np.zeros(size, first.map.dtype)
    sure = None if first.confidence is None else np.zeros(size, np.float32)
    for r, place in zip(results, places):
        left, right = _middle([p[0:3:2] for p in places], place[0:3:2], width)
        top, bottom = _middle([p[1:4:2] for p in places], place[1:4:2], height)
        inside = np.s_[top - place[1] : bottom - place[1], left - place[0] : right - place[0]]
        whole[top:bottom, left:right] = r.map[inside]
        if sure is not None and r.confidence is not None:
            sure[top:bottom, left:right] = r.confidence[inside]
    return replace(first, size=size, map=whole, confidence=sure)


def _middle(spans: Sequence[Sequence[int]], own: Sequence[int], length: int) -> tuple[int, int]:
    """Return the part of a span that is nearer to its own middle than to a neighbour's."""
    ordered = sorted({(s[0], s[1]) for s in spans})
    seams = {a: (b[0] + a[1]) // 2 for a, b in pairwise(ordered)}
    before = {b: seams[a] for a, b in pairwise(ordered)}
    mine = (own[0], own[1])
    return before.get(mine, 0), seams.get(mine, length)

"""What can be seen inside a region-based detector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor
from torchvision.ops import MultiScaleRoIAlign, roi_align, roi_pool

from segstudio.core.views import BoxesView, HeatView, PictureView, View
from segstudio.zoo.blocks import detectron2

_PROPOSALS = 50
_OBJECTS = 8
_PEOPLE = 2
_CROP = 112  # cells of a side of a crop: enough to recognise what is on it

Corners = tuple[float, float, float, float]


def proposals(boxes: Tensor, objectness: Tensor, size: tuple[int, int]) -> list[View]:
    """Return the boxes in which the network looks first, the best ones.

    Args:
        boxes: (n, 4) in pixels of the picture, sorted.
        objectness: (n,) in [0, 1].
        size: (height, width) of the picture.
    """
    return [
        BoxesView(
            group="Proposals",
            title=f"The best {min(len(boxes), _PROPOSALS)} of {len(boxes)} proposals",
            box=(0.0, 0.0, float(size[1]), float(size[0])),
            boxes=boxes[:_PROPOSALS].float().cpu().numpy(),
            scores=objectness[:_PROPOSALS].float().cpu().numpy(),
        )
    ]


def crops(frame: Tensor, boxes: Tensor, titles: Sequence[str]) -> list[View]:
    """Return the found objects as RoIAlign cuts them out of the picture.

    Args:
        frame: uint8 RGB (3, h, w).
        boxes: (n, 4) in pixels of the picture.
        titles: A text a box.
    """
    boxes = boxes[:_OBJECTS].float()
    cut = roi_align(frame[None].float(), [boxes], _CROP, aligned=True)
    pictures = cut.clamp(0, 255).round().byte().permute(0, 2, 3, 1).cpu().numpy()
    return [
        PictureView(group="RoIAlign crops", title=title, box=box, rgb=np.ascontiguousarray(rgb))
        for rgb, title, box in zip(pictures, titles, corners(boxes))
    ]


def mask_logits(logits: Tensor, boxes: Tensor, titles: Sequence[str]) -> list[View]:
    """Return the mask head's 28 x 28 numbers (n, 1, 28, 28) of each object's own class: above 0 is the object."""
    values = logits[:_OBJECTS, 0].float().cpu().numpy()
    return [
        HeatView(group="Mask logits", title=title, box=box, values=one, low=-reach, high=reach)
        for one, title, box in zip(values, titles, corners(boxes[:_OBJECTS]))
        for reach in [max(float(np.abs(one).max()), 1e-6)]
    ]


def keypoint_maps(logits: Tensor, boxes: Tensor, titles: Sequence[str], names: Sequence[str]) -> list[View]:
    """Return the maps (n, k, 56, 56) of each keypoint of the best people, as shares of a softmax."""
    maps = logits[:_PEOPLE].float()
    shares = maps.flatten(2).softmax(2).view_as(maps).cpu().numpy()
    return [
        HeatView(group="Keypoint heat maps", title=f"{title}: {name}", box=box, values=one)
        for person, title, box in zip(shares, titles, corners(boxes[:_PEOPLE]))
        for name, one in zip(names, person)
    ]


def pooling(pool: MultiScaleRoIAlign, features: dict[str, Tensor], box: Tensor, place: Corners) -> list[View]:
    """Return the features of one object as RoIAlign and as RoIPool take them from the pyramid.

    RoIPool (Girshick 2015) rounds the box and its cells to whole cells of the map; RoIAlign (He et al. 2017) samples
    between them. Shown are the mean over the channels and the channel that answers most.

    Args:
        pool: The network's own RoIAlign.
        features: The pyramid of one picture.
        box: (4,) in pixels of the network's input.
        place: The box in pixels of the picture.
    """
    level = int(detectron2.levels(box[None])[0])
    plane = features[detectron2.LEVELS[level]].float()
    side, scale = tuple(pool.output_size), 1 / detectron2.STRIDES[level]
    aligned = roi_align(plane, [box[None]], side, scale, pool.sampling_ratio, getattr(pool, "aligned", False))[0]
    pooled = roi_pool(plane, [box[None]], side, scale)[0]
    strongest = int(aligned.abs().mean((1, 2)).argmax())
    shown: list[View] = []
    for what, pick in (
        ("mean of the channels", lambda maps: maps.mean(0)),
        (f"channel {strongest}", lambda maps: maps[strongest]),
    ):
        pair = [pick(maps).cpu().numpy() for maps in (aligned, pooled)]
        low, high = min(float(p.min()) for p in pair), max(float(p.max()) for p in pair)
        shown += [
            HeatView(
                group="RoIAlign and RoIPool",
                title=f"{name} on P{level + 2}: {what}",
                box=place,
                values=values,
                low=low,
                high=max(high, low + 1e-6),
            )
            for name, values in zip(("RoIAlign", "RoIPool"), pair)
        ]
    return shown


def corners(boxes: Tensor) -> list[Corners]:
    """Return boxes (n, 4) as tuples."""
    return [(a, b, c, d) for a, b, c, d in boxes.float().cpu().tolist()]

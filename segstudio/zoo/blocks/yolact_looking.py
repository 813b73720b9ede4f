"""What YOLACT sees inside: prototypes, coefficients, their sums, and boxes before and after suppression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from segstudio.core.views import BarsView, BoxesView, HeatView, View
from segstudio.zoo.blocks import yolact_decoding
from segstudio.zoo.blocks.yolact import Raw
from segstudio.zoo.predictor import Options

if TYPE_CHECKING:
    from segstudio.zoo.blocks.yolact_predictor import YolactPredictor

SHOWN = 12  # objects whose coefficients and sums are shown
_BEFORE = 400  # boxes that are shown before suppression
_RULES = {"fast": "Fast NMS", "cross-class": "Cross-class fast NMS", "traditional": "Traditional NMS"}


def views(ours: YolactPredictor, raw: Raw, size: tuple[int, int], options: Options) -> list[View]:
    """Return the views of what the heads say of one picture, without the batch's axis.

    Args:
        size: (height, width) of the picture.
    """
    least = max(ours.threshold(options), 0.0)
    boxes = yolact_decoding.boxes_of(raw.offsets, ours.anchors)
    scores = ours.scores(raw.logits, options)
    kept = ours.keep(boxes, scores, options)
    kept = kept.first(int((kept.score >= least).sum()))
    whole = (0.0, 0.0, float(size[1]), float(size[0]))
    group = _RULES[ours.rules.suppression]
    label, place = torch.nonzero(scores >= least, as_tuple=True)
    best, order = scores[label, place].topk(min(_BEFORE, len(place)))
    shown = [
        _boxes(ours, group, "Before", boxes[place[order]], label[order], best, size),
        _boxes(ours, group, "After", boxes[kept.place], kept.label, kept.score, size),
    ]
    prototypes = raw.prototypes.cpu().numpy()
    planes = [HeatView(group="Prototypes", title=f"{i + 1}", box=whole, values=p) for i, p in enumerate(prototypes)]
    return [*shown, *planes, *_objects(ours, raw, boxes, kept, size)]


def _names(ours: YolactPredictor, labels: Tensor) -> tuple[str, ...]:
    return tuple(ours.classes.by_id(i).name for i in ours.ids[labels.cpu().numpy()].tolist())


def _boxes(
    ours: YolactPredictor, group: str, title: str, boxes: Tensor, labels: Tensor, scores: Tensor, size: tuple[int, int]
) -> BoxesView:
    return BoxesView(
        group=group,
        title=title,
        box=(0.0, 0.0, float(size[1]), float(size[0])),
        boxes=yolact_decoding.in_picture(boxes, *size).cpu().numpy(),
        scores=scores.cpu().numpy(),
        texts=_names(ours, labels),
    )


def _objects(
    ours: YolactPredictor, raw: Raw, boxes: Tensor, kept: yolact_decoding.Kept, size: tuple[int, int]
) -> list[View]:
    """Return coefficients and sums of the best objects, and what YOLACT++ expects of their masks."""
    kept = kept.first(SHOWN)
    coefficients = raw.coefficients[kept.place]
    sums = yolact_decoding.combine(coefficients, raw.prototypes).cpu().numpy()
    titles = [f"{i + 1} {name}" for i, name in enumerate(_names(ours, kept.label))]
    corners = yolact_decoding.in_picture(boxes[kept.place], *size).cpu().tolist()
    whole = (0.0, 0.0, float(size[1]), float(size[0]))
    numbers = tuple(str(i + 1) for i in range(coefficients.shape[1]))
    found: list[View] = [
        BarsView(group="Coefficients", title=title, box=(left, top, right, bottom), labels=numbers, values=values)
        for title, (left, top, right, bottom), values in zip(titles, corners, coefficients.cpu().numpy())
    ]
    for title, plane in zip(titles, sums):
        # Zero parts the object from the rest.
        end = float(np.abs(plane).max()) or 1.0
        found.append(HeatView(group="Sums before cropping", title=title, box=whole, values=plane, low=-end, high=end))
    if ours.network.maskiou_net is not None and titles:
        fit = ours.fit(ours.found(raw, kept, boxes[kept.place])).cpu().numpy()
        found.append(
            BarsView(group="Mask scores", title="Expected overlap", box=whole, labels=tuple(titles), values=fit)
        )
    return found

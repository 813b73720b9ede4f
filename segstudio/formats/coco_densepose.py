"""DensePose-COCO: what is odd about its keys, and how they are written beside a bbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from segstudio.core import densepose, densepose_keys, masks
from segstudio.core.annotation import Annotation
from segstudio.core.densepose import GRID, DensePose
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask

_BORDER = 2  # pixels by which a point may miss its shape: annotators click on the edge
_SLACK = 1.0  # steps that a point may lie outside its box: annotators' clicks on the edge


def dense_oddities(keys: densepose_keys.Keys, box: Box | None) -> Iterator[tuple[str, str]]:
    """Yield (reason, place) of what is odd about an annotation's DensePose data.

    What can't be understood is kept as text and not shown; odd numbers are kept and shown as they are.

    Args:
        keys: Of the annotation.
        box: Its bbox, or the one around its shape.
    """
    try:
        dense = densepose_keys.decode(keys, box)
    except InputError as error:
        yield f"{error.message}; it is kept as it stands and not shown", error.place or ""
        return
    if dense is not None:
        yield from _odd_points(dense)


def _odd_points(dense: DensePose) -> Iterator[tuple[str, str]]:
    for i, part in enumerate(dense.part):
        if densepose.chart(part) is None:
            yield "a DensePose part that is none of 1 to 24; the point is shown grey", f".dp_I[{i}]"
            break
    for name, values in (("dp_U", dense.u), ("dp_V", dense.v)):
        outside = [i for i, value in enumerate(values) if not 0.0 <= value <= 1.0]
        if outside:
            yield "a DensePose coordinate outside 0 to 1", f".{name}[{outside[0]}]"
    for name, values in (("dp_x", dense.x), ("dp_y", dense.y)):
        outside = [i for i, value in enumerate(values) if not -_SLACK <= value <= GRID + _SLACK]
        if outside:
            yield "a DensePose point outside its bbox", f".{name}[{outside[0]}]"


def points_off(dense: DensePose, mask: Mask) -> int:
    """Return how many points lie on no pixel of a mask in the picture, by more than the width of a border."""
    margin = _BORDER
    near = masks.window(mask, mask.x - margin, mask.y - margin, mask.w + 2 * margin, mask.h + 2 * margin)
    padded = np.pad(near, margin)
    grown: np.ndarray = np.any(sliding_window_view(padded, (2 * margin + 1, 2 * margin + 1)), axis=(2, 3))
    at = np.floor(dense.points()[:, :2]).astype(np.int64) - (mask.x - margin, mask.y - margin)
    inside = ((at >= 0) & (at < (grown.shape[1], grown.shape[0]))).all(axis=1)
    return int(len(at) - grown[at[inside, 1], at[inside, 0]].sum())


def dense_keys(a: Annotation, bbox: Any) -> dict[str, Any]:
    """Return the DensePose keys of an annotation that must change to fit the bbox beside which they are written.

    Args:
        a: The annotation.
        bbox: Left, top, width, height.
    """
    if a.dense is None:
        return {}
    box = Box(*bbox)
    if a.dense.box == box or not (box.w > 0 and box.h > 0):
        return {}
    return densepose_keys.changed(densepose.rebased(a.dense, box), box, a.dense, a.dense.box)

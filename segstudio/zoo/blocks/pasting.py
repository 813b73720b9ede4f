"""From a box head's small masks to cropped masks in the picture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from segstudio.core import masks
from segstudio.core.masks import Mask

if TYPE_CHECKING:
    from torch import Tensor


def paste(probabilities: Tensor, boxes: Tensor, height: int, width: int, level: float = 0.5) -> list[Mask]:
    """Return the pixels where the mask probability reaches `level`, one mask a box.

    The same pixels as `torchvision.models.detection.roi_heads.paste_masks_in_image(...) >= level`, but only the box is
    ever resampled, never a full frame.

    Args:
        probabilities: float (n, 1, m, m) in [0, 1].
        boxes: float (n, 4): left, top, right, bottom in pixels of the picture.
        height: Of the picture.
        width: Of the picture.
        level: The probability from which on a pixel belongs to the object.
    """
    import torch
    import torch.nn.functional as F
    from torchvision.models.detection.roi_heads import expand_boxes

    # One transfer for all: the rest is small work that a GPU would only wait for.
    small = F.pad(probabilities.detach().float().cpu(), (1, 1, 1, 1))
    side = probabilities.shape[-1]
    places = expand_boxes(boxes.detach().float().cpu(), (side + 2) / side).to(torch.int64).tolist()
    result: list[Mask] = []
    for mask, (left, top, right, bottom) in zip(small, places):
        size = (max(bottom - top + 1, 1), max(right - left + 1, 1))
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(right + 1, width), min(bottom + 1, height)
        if x1 <= x0 or y1 <= y0:
            result.append(masks.EMPTY)
            continue
        large = F.interpolate(mask[None], size=size, mode="bilinear", align_corners=False)[0, 0]
        inside = large[y0 - top : y1 - top, x0 - left : x1 - left] >= level
        result.append(masks.from_bitmap(inside.numpy(), x0, y0))
    return result


def sample(probabilities: Tensor, boxes: Tensor, height: int, width: int, level: float = 0.5) -> list[Mask]:
    """Return the pixels whose middles have a mask probability of `level` or more, one mask a box.

    As detectron2 pastes: a mask lies between its box's edges at fractions of a pixel, and is 0 around. `paste` instead
    rounds the box to pixels, as torchvision does.

    Args:
        probabilities: float (n, 1, m, m) in [0, 1].
        boxes: float (n, 4): left, top, right, bottom in pixels of the picture.
        height: Of the picture.
        width: Of the picture.
        level: The probability from which on a pixel belongs to the object.
    """
    import numpy as np

    small = np.pad(probabilities.detach().float().cpu().numpy()[:, 0], ((0, 0), (1, 1), (1, 1)))
    result: list[Mask] = []
    for mask, (left, top, right, bottom) in zip(small, boxes.detach().float().cpu().numpy().tolist()):
        columns, rows = _places(left, right, width, mask.shape[1]), _places(top, bottom, height, mask.shape[0])
        if columns is None or rows is None:
            result.append(masks.EMPTY)
            continue
        y, low, high, share = rows
        lines = mask[low] * (1 - share)[:, None] + mask[high] * share[:, None]
        x, low, high, share = columns
        inside = lines[:, low] * (1 - share) + lines[:, high] * share >= level
        result.append(masks.from_bitmap(inside, x, y))
    return result


def _places(start: float, end: float, most: int, side: int) -> tuple[int, Any, Any, Any] | None:
    """Return (first pixel, cells before, cells after, shares) of the pixels that a mask's side reaches, or None.

    Args:
        start: Where the box begins, in pixels.
        end: Where it ends.
        most: Pixels of the picture.
        side: Cells of the mask, with one of nothing at either end.
    """
    import numpy as np

    if not (math.isfinite(start) and math.isfinite(end) and end > start):
        return None
    first, last = max(math.floor(start) - 1, 0), min(math.ceil(end) + 1, most)
    if last <= first:
        return None
    middles = np.arange(first, last, dtype=np.float32) + np.float32(0.5)
    cells = (middles - np.float32(start)) / np.float32(end - start) * np.float32(side - 2) + np.float32(0.5)
    low = np.floor(cells)
    share = cells - low
    low = low.astype(np.int64)
    return first, low.clip(0, side - 1), (low + 1).clip(0, side - 1), share

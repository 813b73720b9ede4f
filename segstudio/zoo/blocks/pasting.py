"""From a box head's small masks to cropped masks in the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

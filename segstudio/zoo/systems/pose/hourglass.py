"""Stacked Hourglass (Newell et al. 2016, arXiv 1603.06937) in its two published PyTorch forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from segstudio.core import heatmaps, pose_crops
from segstudio.core.views import View
from segstudio.zoo.blocks.topdown import Crop, TopDownPredictor
from segstudio.zoo.predictor import Build, Predictor

if TYPE_CHECKING:
    from torch import Tensor

PADDING = 1.25  # how much larger than the person the crop is


def princeton(build: Build) -> Predictor:
    """Return the predictor of princeton-vl/pytorch_stacked_hourglass. Settings: "stacks", "width", "stem"."""
    from segstudio.zoo.blocks.stacked_hourglass import from_princeton

    network = network_of(build.settings)
    build.fill(network, convert=lambda state: from_princeton(network, state))
    return Princeton(build, network)


def bearpaw(build: Build) -> Predictor:
    """Return the predictor of bearpaw/pytorch-pose. Settings: "stacks", "width", "stem"."""
    from segstudio.zoo.blocks.stacked_hourglass import from_bearpaw

    network = network_of(build.settings)
    build.fill(network, rename=from_bearpaw)
    return Bearpaw(build, network)


def network_of(settings: dict[str, Any]) -> Any:
    """Return the network of a card's settings, with random weights."""
    from segstudio.zoo.blocks.stacked_hourglass import StackedHourglass

    return StackedHourglass(settings["stacks"], settings["joints"], settings["width"], tuple(settings["stem"]))


def cut(frame: np.ndarray, window: tuple[int, int, int, int], size: tuple[int, int]) -> np.ndarray:
    """Return a part (left, top, right, bottom) of a picture, black beyond it, resized bilinearly to (height, width)."""
    import cv2

    left, top, right, bottom = window
    height, width = frame.shape[:2]
    seen = frame[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    beyond = max(-top, 0), max(bottom - height, 0), max(-left, 0), max(right - width, 0)
    square = cv2.copyMakeBorder(np.ascontiguousarray(seen), *beyond, cv2.BORDER_CONSTANT)
    return cv2.resize(square, (size[1], size[0]))


class _Hourglass(TopDownPredictor):
    """The crop of both: a square in whole pixels around the box, black beyond the picture.

    Unlike the published evaluation, joints are not cut to whole pixels.
    """

    def crop(self, frame: np.ndarray, box: np.ndarray) -> Crop:
        side = float(max(box[2] - box[0], box[3] - box[1])) * PADDING
        centre = (box[:2] + box[2:]) / 2
        window = pose_crops.hourglass_window(centre, max(side, 2.0) / pose_crops.UNIT, self.size[0])
        left, top, right, bottom = (float(edge) for edge in window)
        edges = left, top, right, bottom
        return Crop(cut(frame, window, self.size), edges, edges)

    def inside(self, seen: dict[str, Tensor], output: Tensor, crop: Crop) -> list[View]:  # noqa: ARG002
        """Return a heat map a joint a stack."""
        stacks = output[0].float().cpu().numpy()
        return [view for i, maps in enumerate(stacks, 1) for view in self.heat_views(f"Stack {i}", maps, crop)]


class Princeton(_Hourglass):
    """The reading of princeton-vl's code."""

    def read(self, maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return heatmaps.princeton(maps)

    def merge(self, straight: Tensor, mirrored: Tensor) -> Tensor:
        return super().merge(straight, mirrored).clamp(max=1)


class Bearpaw(_Hourglass):
    """The reading of pytorch-pose's code. It adds the mirror image's maps; their mean has the same peaks."""

    def read(self, maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        points, values = heatmaps.bearpaw(maps)
        return points - 1, values

"""Faster, Mask and Keypoint R-CNN with the weights that detectron2 publishes (Wu et al. 2019)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from torchvision.models.detection import FasterRCNN, KeypointRCNN, MaskRCNN

from segstudio.zoo.blocks import detectron2, pasting, rcnn, tensors
from segstudio.zoo.predictor import Build, Predictor


class Detectron2Predictor(rcnn.RcnnPredictor):
    """The same pipeline with detectron2's way to see pictures and to paste masks."""

    paste = staticmethod(pasting.sample)

    def prepare(self, frames: Sequence[np.ndarray]) -> list[Any]:
        """Return uint8 RGB tensors (3, h, w); the network itself resizes them and swaps the channels."""
        return [tensors.from_frame(frame, self.device) for frame in frames]


def network(build: Build, kind: type[FasterRCNN], **heads: Any) -> FasterRCNN:
    """Return the card's network with its weights; `heads` are more of its modules, under their published names."""
    arguments = rcnn.arguments(build)
    sizes = {"min_size": arguments["min_size"], "max_size": arguments["max_size"]}
    made = detectron2.network(
        kind,
        {**build.settings, **sizes},
        arguments["num_classes"],
        arguments["image_mean"],
        arguments["image_std"],
    )
    for name, head in heads.items():
        made.add_module(name, head)
    build.fill(made, convert=detectron2.convert)
    return made


def faster(build: Build) -> Predictor:
    """Return Faster R-CNN R50-FPN (Ren et al. 2015, arXiv 1506.01497)."""
    return Detectron2Predictor(build.card, build.device, network(build, FasterRCNN), contiguous=True)


def mask(build: Build) -> Predictor:
    """Return Mask R-CNN R50-FPN (He et al. 2017, arXiv 1703.06870)."""
    return Detectron2Predictor(build.card, build.device, network(build, MaskRCNN), contiguous=True)


def keypoint(build: Build) -> Predictor:
    """Return Keypoint R-CNN R50-FPN (He et al. 2017); setting "num_keypoints" is the number of points an object."""
    return Detectron2Predictor(build.card, build.device, network(build, KeypointRCNN), contiguous=True)

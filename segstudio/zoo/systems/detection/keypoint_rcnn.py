"""Keypoint R-CNN (He et al. 2017, arXiv 1703.06870) as torchvision publishes it."""

from __future__ import annotations

from segstudio.zoo.blocks import rcnn
from segstudio.zoo.predictor import Build, Predictor


def build(build: Build) -> Predictor:
    """Return Keypoint R-CNN with a ResNet-FPN; setting "num_keypoints" is the number of points an object."""
    from torchvision.models.detection import KeypointRCNN

    count = build.settings["num_keypoints"]
    network = KeypointRCNN(rcnn.backbone(build.settings), num_keypoints=count, **rcnn.arguments(build))
    build.fill(network)
    return rcnn.RcnnPredictor(build.card, build.device, rcnn.steady(network))

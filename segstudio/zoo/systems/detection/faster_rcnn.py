"""Faster R-CNN (Ren et al. 2015, arXiv 1506.01497) as torchvision publishes it."""

from __future__ import annotations

from segstudio.zoo.blocks import rcnn
from segstudio.zoo.predictor import Build, Predictor


def build(build: Build) -> Predictor:
    """Return Faster R-CNN with a ResNet-FPN; setting "version" is 1 or 2 (Li et al. 2021, arXiv 2111.11429)."""
    from torchvision.models.detection import FasterRCNN, fasterrcnn_resnet50_fpn_v2

    arguments = rcnn.arguments(build)
    if build.settings["version"] == 2:
        network = fasterrcnn_resnet50_fpn_v2(weights=None, weights_backbone=None, **arguments)
    else:
        network = FasterRCNN(rcnn.backbone(build.settings), **arguments)
    build.fill(network)
    return rcnn.RcnnPredictor(build.card, build.device, rcnn.steady(network))

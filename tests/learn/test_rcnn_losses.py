"""Losses and targets of the region-based detectors, on cases worked out by hand and on one tiny picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.rpn import AnchorGenerator, RegionProposalNetwork, RPNHead
from torchvision.ops import box_iou

from segstudio.core import masks
from segstudio.core.results import Boxes, Instances, Poses
from segstudio.learn.losses import rcnn
from segstudio.zoo import Catalog, Options, predictor


def proposal_network(batch: int = 4) -> Any:
    generator = AnchorGenerator(((32,),), ((1.0,),))
    return RegionProposalNetwork(
        generator,
        RPNHead(8, 1),
        0.7,
        0.3,
        batch,
        0.5,
        {"training": 9, "testing": 9},
        {"training": 9, "testing": 9},
        0.7,
    )


def test_anchors_are_objects_background_or_ignored() -> None:
    anchors = torch.tensor(
        [
            [0.0, 0.0, 10.0, 10.0],  # the object itself
            [0.0, 0.0, 10.0, 8.0],  # IoU 0.8
            [0.0, 0.0, 10.0, 5.0],  # 0.5: between
            [0.0, 0.0, 5.0, 5.0],  # 0.25
            [50.0, 50.0, 60.0, 56.0],  # 0.6, the best that the second object has
            [90.0, 90.0, 99.0, 99.0],
        ]
    )
    objects = {"boxes": torch.tensor([[0.0, 0.0, 10.0, 10.0], [50.0, 50.0, 60.0, 60.0]])}
    [labels], [wanted] = rcnn.anchor_targets(proposal_network(), [anchors], [objects])
    assert labels.tolist() == [1, 1, rcnn.IGNORED, 0, 1, 0]
    np.testing.assert_allclose(wanted[0], [0, 0, 0, 0], atol=1e-6)
    # Half a unit of its height of 8 down at a share of 1 / 8, and 10 / 8 as high.
    np.testing.assert_allclose(wanted[1], [0, 1 / 8, 0, np.log(10 / 8)], atol=1e-6)
    [nothing], _ = rcnn.anchor_targets(proposal_network(), [anchors], [{"boxes": torch.zeros(0, 4)}])
    assert nothing.tolist() == [0] * 6


@pytest.mark.parametrize(
    ("recipe", "distance", "count"), [(rcnn.TORCHVISION, 0.5 - 1 / 18, 3), (rcnn.DETECTRON2, 0.5, 4)]
)
def test_the_proposal_networks_losses(recipe: rcnn.Recipe, distance: float, count: int) -> None:
    labels = [torch.tensor([1, 0, rcnn.IGNORED, 0])]
    logits = torch.tensor([2.0, -1.0, 50.0, 0.5])
    deltas = torch.zeros(4, 4)
    deltas[0, 1] = 0.5
    deltas[1:] = 9.0  # no object: whatever it says about a box counts for nothing
    got = rcnn.proposal_loss(proposal_network(), logits[:, None], deltas, labels, [torch.zeros(4, 4)], recipe)
    certain = np.log1p(np.exp(-2.0)) + np.log1p(np.exp(-1.0)) + np.log1p(np.exp(0.5))
    # The sampler takes half objects at most, and then as many others as are missing: all three here.
    assert got["objectness"].item() == pytest.approx(certain / count, rel=1e-5)
    assert got["proposal_boxes"].item() == pytest.approx(distance / count, rel=1e-5)


@pytest.mark.parametrize(("recipe", "distance"), [(rcnn.TORCHVISION, 2.0 - 1 / 18), (rcnn.DETECTRON2, 2.0)])
def test_the_box_heads_losses(recipe: rcnn.Recipe, distance: float) -> None:
    logits = torch.tensor([[0.0, 0.0, np.log(2.0)], [0.0, 0.0, 0.0]])
    deltas = torch.full((2, 12), 7.0)
    deltas[0, 8:] = torch.tensor([2.0, 0.0, 0.0, 0.0])
    got = rcnn.box_loss(logits, deltas, [torch.tensor([2, 0])], [torch.zeros(2, 4)], recipe)
    # Class 2 has 2 of 4, the background 1 of 3; only the object's own class has a box to be right about.
    assert got["classes"].item() == pytest.approx((np.log(2) + np.log(3)) / 2, rel=1e-5)
    assert got["boxes"].item() == pytest.approx(distance / 2, rel=1e-5)


def test_without_an_object_there_are_no_box_losses() -> None:
    for recipe in (rcnn.TORCHVISION, rcnn.DETECTRON2):
        got = rcnn.box_loss(torch.zeros(2, 3), torch.ones(2, 12), [torch.tensor([0, 0])], [torch.zeros(2, 4)], recipe)
        assert got["boxes"].item() == 0
    images = ImageList(torch.zeros(1, 3, 64, 64), [(64, 64)])
    network = proposal_network()
    levels = [torch.zeros(1, 8, 4, 4)]
    anchors = network.anchor_generator(images, levels)
    labels, wanted = rcnn.anchor_targets(network, anchors, [{"boxes": torch.zeros(0, 4)}])
    got = rcnn.proposal_loss(network, torch.zeros(16, 1), torch.ones(16, 4), labels, wanted)
    assert got["proposal_boxes"].item() == 0
    assert got["objectness"].item() == pytest.approx(np.log(2), rel=1e-5)


def square(kind: str) -> tuple[np.ndarray, dict[str, torch.Tensor]]:
    """Return a grey picture with one bright rectangle, and what there is to find."""
    frame = np.full((64, 64, 3), 90, np.uint8)
    frame[16:44, 20:52] = (250, 220, 40)
    target = {"boxes": torch.tensor([[20.0, 16.0, 52.0, 44.0]]), "labels": torch.tensor([3 if kind == "mask" else 1])}
    if kind == "mask":
        shape = torch.zeros(1, 64, 64, dtype=torch.uint8)
        shape[0, 16:44, 20:52] = 1
        target["masks"] = shape
    else:
        points = torch.zeros(1, 17, 3)
        points[0, :2] = torch.tensor([[22.0, 18.0, 2.0], [50.0, 42.0, 2.0]])
        target["keypoints"] = points
    return frame, target


def fresh(name: str) -> Any:
    """Return a tiny model that can be trained from scratch.

    The last layers begin as published, and the frozen norms of the body, which a pretrained one would bring, are set so
    that features are about 1.
    """
    torch.manual_seed(0)
    model: Any = predictor.untrained(Catalog().get(name))
    network = model.network.train()
    with torch.no_grad():
        for key, weight in network.named_parameters():
            if key.endswith("box_predictor.bbox_pred.weight"):
                weight.normal_(0, 0.001)
            elif key.endswith(("cls_score.weight", "cls_logits.weight", "bbox_pred.weight")):
                weight.normal_(0, 0.01)
        for key, norm in network.backbone.body.named_buffers():
            if key.endswith("bn2.weight"):
                norm.fill_(0.2)
        network.backbone.body.bn1.weight.fill_(0.02)
    network.requires_grad_(True)
    network.backbone.body.requires_grad_(False)
    network.rpn._pre_nms_top_n = network.rpn._post_nms_top_n = {"training": 40, "testing": 40}
    return model


@pytest.mark.parametrize(
    ("name", "kind", "sampled", "steps"),
    [("d2-mask-rcnn-r50-fpn", "mask", 16, 32), ("d2-keypoint-rcnn-r50-fpn", "keypoint", 6, 28)],
)
def test_a_tiny_network_learns_one_picture(name: str, kind: str, sampled: int, steps: int) -> None:
    model = fresh(name)
    network = model.network
    network.roi_heads.fg_bg_sampler.batch_size_per_image = sampled
    frame, target = square(kind)
    learnt = [weight for weight in network.parameters() if weight.requires_grad]
    optimiser = torch.optim.Adam(learnt, 3e-4)
    history: list[dict[str, float]] = []
    for _ in range(steps):
        found = rcnn.losses(network, model.prepare([frame]), [target], rcnn.DETECTRON2)
        optimiser.zero_grad()
        torch.stack(list(found.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(learnt, 5.0)
        optimiser.step()
        history.append({key: value.item() for key, value in found.items()})
    assert set(history[0]) == {"objectness", "proposal_boxes", "classes", "boxes", f"{kind}s"}
    for key in ("objectness", f"{kind}s"):
        assert min(one[key] for one in history[-5:]) < 0.6 * history[0][key]
    network.eval()
    network.requires_grad_(False)
    [[got, *_]] = model.predict([frame], Options(threshold=0.1, max_instances=1))
    assert isinstance(got, Boxes)
    assert box_iou(torch.from_numpy(got.boxes[:1]), target["boxes"]).item() > 0.4
    assert got.labels[0] == model.ids[int(target["labels"][0])]
    if isinstance(got, Instances):
        truth = target["masks"][0].numpy() > 0
        shape = masks.paste(got.masks[0], 64, 64) > 0
        assert (truth & shape).sum() / (truth | shape).sum() > 0.4
    if isinstance(got, Poses):
        corners = got.keypoints[0, :2, :2]
        assert corners[0, 0] < corners[1, 0]
        assert corners[0, 1] < corners[1, 1]

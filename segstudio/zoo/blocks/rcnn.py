"""The predictor of torchvision's region-based detectors: one pipeline, whatever heads the network has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from segstudio.core.errors import InputError
from segstudio.core.results import Boxes, Instances, JointHeat, Poses, Result
from segstudio.core.views import View
from segstudio.zoo.blocks import keypoint_maps, pasting, tensors
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, TorchPredictor
from segstudio.zoo.spec import Card

if TYPE_CHECKING:
    from torch import Tensor


def backbone(settings: dict[str, Any]) -> Any:
    """Return a ResNet-FPN with frozen batch norms, as the first versions of torchvision's detectors have it.

    Args:
        settings: "backbone" names the ResNet; "eps" is the batch norms' epsilon, 0 for the checkpoints of 2019.
    """
    from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
    from torchvision.ops.misc import FrozenBatchNorm2d

    body = resnet_fpn_backbone(backbone_name=settings["backbone"], weights=None, trainable_layers=5)
    for module in body.modules():
        if isinstance(module, FrozenBatchNorm2d):
            module.eps = settings["eps"]
    return body


def arguments(build: Build) -> dict[str, Any]:
    """Return the keyword arguments that all of torchvision's detectors share."""
    spec = build.card.input
    if spec is None or len(spec.size) != 2:
        raise InputError(f"The card '{build.card.name}' needs an input size of (shorter side, longest side).")
    return {
        "num_classes": len(build.card.classes) + 1 if build.card.classes else build.settings["num_classes"],
        "min_size": build.settings.get("min_size", spec.size[0]),
        "max_size": build.settings.get("max_size", spec.size[1]),
        "image_mean": list(spec.mean),
        "image_std": list(spec.std),
    }


@dataclass
class Stages:
    """What a network computes on its way to the objects of a batch, boxes in pixels of its own input.

    Args:
        sizes: (height, width) of each picture as the network sees it, without padding.
        features: The pyramid's levels (n, channels, h, w) by name.
        proposals: Float (k, 4) a picture, the best first.
        objectness: Float (k,) in [0, 1] a picture.
        found: A picture's objects: "boxes" (n, 4), "labels" (n,), "scores" (n,), with heads also "mask_logits"
            (n, 1, 28, 28) of the object's class, "keypoint_logits" (n, points, 56, 56).
    """

    sizes: list[tuple[int, int]]
    features: dict[str, Tensor]
    proposals: list[Tensor]
    objectness: list[Tensor]
    found: list[dict[str, Tensor]]


class RcnnPredictor(TorchPredictor):
    """Boxes, with masks or keypoints where the network has such a head.

    Args:
        contiguous: The network numbers the label set's classes 1, 2, ... in their order, whatever their ids.
    """

    paste = staticmethod(pasting.paste)

    def __init__(self, card: Card, device: str, network: Any, contiguous: bool = False) -> None:
        super().__init__(card, device, network)
        ids = [label.id for label in self.classes.labels]
        self.ids = np.array([0, *ids]) if contiguous else np.arange(max(ids, default=0) + 1)

    def prepare(self, frames: Sequence[np.ndarray]) -> list[Any]:
        """Return float tensors (3, h, w) in [0, 1]; the network itself resizes and normalises."""
        return [tensors.from_frame(frame, self.device).float().div_(255) for frame in frames]

    def bare(self, inputs: list[Any]) -> list[dict[str, Any]]:
        import torch

        with torch.inference_mode():
            return self.network(inputs)

    def stages(self, inputs: list[Any], options: Options, context: Context) -> Stages:
        """Return all that the network computes for a batch of prepared frames."""
        heads = self.network.roi_heads
        # Suppression works from the best box down, so what is weaker can be left out before it.
        heads.score_thresh, heads.detections_per_img = self.threshold(options), options.max_instances
        with self.inference(context):
            images, _ = self.network.transform(inputs)
            features = self.network.backbone(images.tensors)
            context.stage("regions", 0.6)
            proposals, objectness = propose(self.network.rpn, images, features)
            context.stage("heads", 0.7)
            logits, deltas = heads.box_predictor(
                heads.box_head(heads.box_roi_pool(features, proposals, images.image_sizes))
            )
            boxes, scores, labels = heads.postprocess_detections(
                logits.float(), deltas.float(), proposals, images.image_sizes
            )
            found = [{"boxes": b, "scores": s, "labels": c} for b, s, c in zip(boxes, scores, labels)]
            self.regions(features, images.image_sizes, found)
        return Stages(images.image_sizes, features, proposals, objectness, found)

    def regions(
        self, features: dict[str, Tensor], sizes: list[tuple[int, int]], found: list[dict[str, Tensor]]
    ) -> None:
        """Add to the objects found what the heads see in their boxes."""
        import torch

        heads, boxes = self.network.roi_heads, [one["boxes"] for one in found]
        counts = [len(one) for one in boxes]
        if heads.has_mask():
            logits = heads.mask_predictor(heads.mask_head(heads.mask_roi_pool(features, boxes, sizes)))
            labels = torch.cat([one["labels"] for one in found])
            own = logits[torch.arange(len(labels), device=labels.device), labels][:, None]
            for one, part in zip(found, own.float().split(counts)):
                one["mask_logits"] = part
        if heads.has_keypoint():
            logits = heads.keypoint_predictor(heads.keypoint_head(heads.keypoint_roi_pool(features, boxes, sizes)))
            for one, part in zip(found, logits.float().split(counts)):
                one["keypoint_logits"] = part

    def forward(self, inputs: list[Any], options: Options, context: Context) -> list[dict[str, Tensor]]:
        """Return the objects a frame, boxes and keypoints in its pixels."""
        import torch

        stages = self.stages(inputs, options, context)
        with torch.inference_mode():
            frames = [tuple(image.shape[-2:]) for image in inputs]
            return [self._placed(*one) for one in zip(stages.found, stages.sizes, frames)]

    def _placed(self, found: dict[str, Tensor], seen: tuple[int, int], frame: tuple[int, int]) -> dict[str, Tensor]:
        """Return one picture's objects in pixels of the frame."""
        import torch
        from torchvision.models.detection.transform import resize_boxes

        boxes = found["boxes"].float()
        placed = {
            "boxes": resize_boxes(boxes, list(seen), list(frame)),
            "scores": found["scores"],
            "labels": found["labels"],
        }
        if "mask_logits" in found:
            placed["masks"] = found["mask_logits"].sigmoid()
        if "keypoint_logits" in found:
            logits = found["keypoint_logits"]
            points, peaks, _ = keypoint_maps.decode(logits, boxes)
            # torchvision scales every keypoint by the whole picture's ratio, as its boxes.
            ratios = points.new_tensor([frame[1] / seen[1], frame[0] / seen[0]])
            placed["keypoints"] = torch.cat((points * ratios, peaks.sigmoid()[..., None]), -1)
            peak = logits.amax(dim=(2, 3), keepdim=True) if len(logits) else logits
            # The head is trained by a softmax over the map: only differences to the peak mean something.
            placed["heat"] = torch.exp(logits - peak) * torch.sigmoid(peak)
        return placed

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return proposals, crops, mask logits or keypoint maps of what was found, and RoIAlign beside RoIPool."""
        stages = self.stages(self.prepare([frame]), options, context)
        return self.views(frame, stages)

    def views(self, frame: np.ndarray, stages: Stages) -> list[View]:
        """Return what the stages of one frame show."""
        import torch

        from segstudio.zoo.blocks import rcnn_views

        size = (int(frame.shape[0]), int(frame.shape[1]))
        with torch.inference_mode():
            found, seen = stages.found[0], stages.sizes[0]
            ratios = found["boxes"].new_tensor([size[1] / seen[1], size[0] / seen[0]]).repeat(2)
            boxes = found["boxes"].float() * ratios
            named = zip(found["labels"].tolist(), found["scores"].tolist())
            titles = [f"{self.classes.by_id(int(self.ids[i])).name} {score:.2f}" for i, score in named]
            shown = rcnn_views.proposals(stages.proposals[0] * ratios, stages.objectness[0], size)
            shown += rcnn_views.crops(tensors.from_frame(frame, self.device), boxes, titles)
            if "mask_logits" in found:
                shown += rcnn_views.mask_logits(found["mask_logits"], boxes, titles)
            if "keypoint_logits" in found:
                joints = self.classes.skeleton.names if self.classes.skeleton is not None else ()
                names = joints or [f"point {i + 1}" for i in range(found["keypoint_logits"].shape[1])]
                shown += rcnn_views.keypoint_maps(found["keypoint_logits"], boxes, titles, names)
            if len(boxes):
                pool, place = self.network.roi_heads.box_roi_pool, rcnn_views.corners(boxes[:1])[0]
                shown += rcnn_views.pooling(pool, stages.features, found["boxes"][0].float(), place)
        return shown

    def decode(
        self, outputs: list[dict[str, Tensor]], frames: Sequence[np.ndarray], options: Options
    ) -> list[list[Result]]:
        return [self._results(found, frame.shape[:2], options) for found, frame in zip(self.fetched(outputs), frames)]

    def fetched(self, outputs: list[dict[str, Tensor]]) -> list[dict[str, Tensor]]:
        """Return the outputs on the CPU as float32, brought over in one go."""
        names = [(i, name) for i, found in enumerate(outputs) for name in found]
        values = tensors.fetch([outputs[i][name].float() for i, name in names])
        found: list[dict[str, Tensor]] = [{} for _ in outputs]
        for (i, name), value in zip(names, values):
            found[i][name] = value
        return found

    def _results(self, found: dict[str, Tensor], size: tuple[int, int], options: Options) -> list[Result]:
        import torch

        labels = self.ids[found["labels"].numpy().astype(np.int64)]
        if options.labels is not None:
            keep = np.isin(labels, list(options.labels))
            labels, found = labels[keep], {name: value[torch.from_numpy(keep)] for name, value in found.items()}
        common = {
            "size": (int(size[0]), int(size[1])),
            "classes": self.classes,
            "boxes": found["boxes"].numpy(),
            "labels": labels,
            "scores": found["scores"].numpy(),
        }
        if "masks" in found:
            return [Instances(**common, masks=self.paste(found["masks"], found["boxes"], size[0], size[1]))]
        if "keypoints" in found:
            heat = found["heat"].half().numpy()
            return [
                Poses(**common, keypoints=found["keypoints"].numpy()),
                JointHeat(size=common["size"], classes=self.classes, boxes=common["boxes"], heat=heat),
            ]
        return [Boxes(**common)]


def propose(rpn: Any, images: Any, features: dict[str, Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """Return each picture's proposals (k, 4), the best first, and their objectness (k,) in [0, 1].

    As the network's own `rpn(images, features)`, which keeps the objectness to itself.
    """
    from torchvision.models.detection.rpn import concat_box_prediction_layers

    levels = list(features.values())
    objectness, deltas = rpn.head(levels)
    anchors = rpn.anchor_generator(images, levels)
    counts = [o.shape[1] * o.shape[2] * o.shape[3] for o in objectness]
    objectness, deltas = concat_box_prediction_layers(objectness, deltas)
    boxes = rpn.box_coder.decode(deltas.float(), anchors).view(len(anchors), -1, 4)
    return rpn.filter_proposals(boxes, objectness.float(), images.image_sizes, counts)

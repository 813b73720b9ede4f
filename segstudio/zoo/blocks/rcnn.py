"""The predictor of torchvision's region-based detectors: one pipeline, whatever heads the network has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from segstudio.core.errors import InputError
from segstudio.core.results import Boxes, Instances, JointHeat, Poses, Result
from segstudio.core.views import View
from segstudio.zoo.blocks import keypoint_maps, pasting, tensors, waiting
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


def steady(network: Any) -> Any:
    """Return one of torchvision's detectors with parts that read and send nothing where torchvision's own do."""
    from torchvision.ops import MultiScaleRoIAlign

    from segstudio.zoo.blocks import detectron2, rcnn_regions

    heads, old = network.roi_heads, network.transform
    for name in ("box_roi_pool", "mask_roi_pool", "keypoint_roi_pool"):
        pool = getattr(heads, name, None)
        if isinstance(pool, MultiScaleRoIAlign):
            side, sampling = int(pool.output_size[0]), pool.sampling_ratio
            setattr(heads, name, detectron2.Pooler(side, sampling, aligned=False, inside=0.0, outside=1e-6))
    network.transform = rcnn_regions.Transform(old.min_size, old.max_size, old.image_mean, old.image_std)
    return network


@dataclass
class Found:
    """The objects of a batch.

    Args:
        sizes: (height, width) of each picture as the network sees it, without padding.
        found: A picture's objects in pixels of the network's input: "boxes" (n, 4), "labels" (n,), "scores" (n,), with
            heads also "mask_logits" (n, 1, 28, 28) of the object's class, "keypoint_logits" (n, points, 56, 56). Where
            "valid" (n,) is, the first ones count and the others hold anything.
        settled: bool, for `waiting.require`.
    """

    sizes: list[tuple[int, int]]
    found: list[dict[str, Tensor]]
    settled: Tensor


@dataclass
class Stages(Found):
    """What a network computes on its way to the objects of a batch, boxes in pixels of its own input.

    Args:
        features: The pyramid's levels (n, channels, h, w) by name.
        proposals: Float (k, 4) a picture, the best first.
        objectness: Float (k,) in [0, 1] a picture.
    """

    features: dict[str, Tensor]
    proposals: list[Tensor]
    objectness: list[Tensor]


class RcnnPredictor(TorchPredictor):
    """Boxes, with masks or keypoints where the network has such a head.

    Args:
        contiguous: The network numbers the label set's classes 1, 2, ... in their order, whatever their ids.
    """

    paste = staticmethod(pasting.paste)
    whole: tuple[str, ...] = ()  # what of the outputs is one for the picture and not one an object

    def __init__(self, card: Card, device: str, network: Any, contiguous: bool = False) -> None:
        super().__init__(card, device, network)
        ids = [label.id for label in self.classes.labels]
        self.ids = np.array([0, *ids]) if contiguous else np.arange(max(ids, default=0) + 1)
        self.room = waiting.Room()

    def prepare(self, frames: Sequence[np.ndarray]) -> list[Any]:
        """Return float tensors (3, h, w) in [0, 1]; the network itself resizes and normalises."""
        return [tensors.from_frame(frame, self.device).float().div_(255) for frame in frames]

    def bare(self, inputs: list[Any]) -> list[dict[str, Any]]:
        import torch

        with torch.inference_mode():
            return self.network(inputs)

    def published(self, inputs: list[Any]) -> tuple[dict[str, Tensor], list[dict[str, Tensor]]]:
        """Return the pyramid and the objects that torchvision's own way gives, for `bare` of heads that it lacks."""
        network = self.network
        images, _ = network.transform(inputs)
        features = network.backbone(images.tensors)
        proposals, _ = network.rpn(images, features)
        return features, network.roi_heads(features, proposals, images.image_sizes)[0]

    def stages(self, inputs: list[Any], options: Options, context: Context) -> Stages:
        """Return all that the network computes for a batch of prepared frames."""
        from segstudio.zoo.blocks import rcnn_regions

        heads = self.network.roi_heads
        # Suppression works from the best box down, so what is weaker can be left out before it.
        heads.score_thresh, heads.detections_per_img = self.threshold(options), options.max_instances
        with self.inference(context):
            images, _ = self.network.transform(inputs)
            features, sizes = self.network.backbone(images.tensors), images.image_sizes
            context.stage("regions", 0.6)
            proposals = rcnn_regions.propose(self.network.rpn, images, features)
            context.stage("heads", 0.7)
            boxes, objectness = list(proposals.boxes), list(proposals.objectness)
            if waiting.fixed(images.tensors):
                logits, deltas = self.boxes(features, boxes)
                every, settled = rcnn_regions.detect(heads, logits, deltas, proposals, sizes)
                settled &= proposals.settled & ~every["valid"][:, self.room.size :].any()
                found = [{name: value[i, : self.room.size] for name, value in every.items()} for i in range(len(sizes))]
            else:
                boxes = [one[real] for one, real in zip(boxes, proposals.valid)]
                objectness = [one[real] for one, real in zip(objectness, proposals.valid)]
                logits, deltas = self.boxes(features, boxes)
                parts = heads.postprocess_detections(logits.float(), deltas.float(), boxes, sizes)
                found = [{"boxes": b, "scores": s, "labels": c} for b, s, c in zip(*parts)]
                settled = proposals.settled
            self.regions(features, found)
        return Stages(sizes, found, settled, features, boxes, objectness)

    def boxes(self, features: dict[str, Tensor], boxes: list[Tensor]) -> tuple[Tensor, Tensor]:
        """Return the box head's logits (n, classes) and deltas (n, 4 classes) of the pictures' boxes."""
        heads = self.network.roi_heads
        return heads.box_predictor(heads.box_head(heads.box_roi_pool(features, boxes, [])))

    def regions(self, features: dict[str, Tensor], found: list[dict[str, Tensor]]) -> None:
        """Add to the objects found what the heads see in their boxes."""
        import torch

        heads, boxes = self.network.roi_heads, [one["boxes"] for one in found]
        counts = [len(one) for one in boxes]
        if heads.has_mask():
            logits = heads.mask_predictor(heads.mask_head(heads.mask_roi_pool(features, boxes, [])))
            labels = torch.cat([one["labels"] for one in found])
            own = logits[torch.arange(len(labels), device=labels.device), labels][:, None]
            for one, part in zip(found, own.split(counts)):
                one["mask_logits"] = part
        if heads.has_keypoint():
            logits = heads.keypoint_predictor(heads.keypoint_head(heads.keypoint_roi_pool(features, boxes, [])))
            for one, part in zip(found, logits.split(counts)):
                one["keypoint_logits"] = part

    def forward(self, inputs: list[Any], options: Options, context: Context) -> Found:
        """Return the objects of the frames, in pixels of the network's input."""
        stages = self.stages(inputs, options, context)
        return Found(stages.sizes, stages.found, stages.settled)

    def placed(self, found: dict[str, Tensor], seen: tuple[int, int], frame: tuple[int, int]) -> dict[str, Tensor]:
        """Return one picture's objects in pixels of the frame, for the numbers that the heads gave."""
        import torch
        from torchvision.models.detection.transform import resize_boxes

        boxes = found["boxes"]
        placed = {**found, "boxes": resize_boxes(boxes, list(seen), list(frame))}
        if (logits := placed.pop("mask_logits", None)) is not None:
            placed["masks"] = logits.sigmoid()
        if (logits := placed.pop("keypoint_logits", None)) is not None:
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
        with waiting.again():
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

    def decode(self, outputs: Found, frames: Sequence[np.ndarray], options: Options) -> list[list[Result]]:
        parts = zip(self.fetched(outputs), outputs.sizes, (frame.shape[:2] for frame in frames))
        return [self._results(self.placed(found, seen, size), size, options) for found, seen, size in parts]

    def fetched(self, outputs: Found) -> list[dict[str, Tensor]]:
        """Return what counts of each picture on the CPU, brought over in one go, halves as float32.

        Raises:
            Unsettled: The batch must be done again.
        """
        import torch

        names = [(i, name) for i, found in enumerate(outputs.found) for name in found]
        settled, *values = tensors.fetch([outputs.settled, *(outputs.found[i][name] for i, name in names)])
        found: list[dict[str, Tensor]] = [{} for _ in outputs.found]
        for (i, name), value in zip(names, values):
            found[i][name] = value.float() if value.dtype == torch.float16 else value
        # What does not count comes last.
        counts = [int(one.pop("valid").sum()) if "valid" in one else len(one["boxes"]) for one in found]
        self.room.seen(max(counts, default=0))
        waiting.require(settled)
        return [
            {name: value if name in self.whole else value[:count] for name, value in one.items()}
            for one, count in zip(found, counts)
        ]

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

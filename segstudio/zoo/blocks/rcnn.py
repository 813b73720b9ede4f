"""The predictor of torchvision's region-based detectors: one pipeline, whatever heads the network has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from segstudio.core.errors import InputError
from segstudio.core.results import Boxes, Instances, JointHeat, Poses, Result
from segstudio.zoo.blocks import pasting, tensors
from segstudio.zoo.predictor import Build, Context, Options, TorchPredictor


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


class RcnnPredictor(TorchPredictor):
    """Boxes, with masks or keypoints where the network has such a head."""

    def prepare(self, frames: Sequence[np.ndarray]) -> list[Any]:
        """Return float tensors (3, h, w) in [0, 1]; the network itself resizes and normalises."""
        return [tensors.from_frame(frame, self.device).float().div_(255) for frame in frames]

    def bare(self, inputs: list[Any]) -> list[dict[str, Any]]:
        import torch

        with torch.inference_mode():
            return self.network(inputs)

    def forward(self, inputs: list[Any], options: Options, context: Context) -> list[dict[str, Any]]:
        """Return the heads' output with boxes and keypoints in pixels of the frames, masks as the head gives them."""
        from torchvision.models.detection.transform import resize_boxes, resize_keypoints

        heads = self.network.roi_heads
        # Suppression works from the best box down, so what is weaker can be left out before it.
        heads.score_thresh, heads.detections_per_img = self.threshold(options), options.max_instances
        with self.inference(context):
            images, _ = self.network.transform(inputs)
            features = self.network.backbone(images.tensors)
            context.stage("regions", 0.6)
            proposals, _ = self.network.rpn(images, features)
            context.stage("heads", 0.7)
            with _maps(heads) as maps:
                found, _ = heads(features, proposals, images.image_sizes)
            if maps:
                for one, part in zip(found, maps[0].split([len(one["boxes"]) for one in found])):
                    one["heat"] = part
            for one, image, size in zip(found, inputs, images.image_sizes):
                frame_size = list(image.shape[-2:])
                one["boxes"] = resize_boxes(one["boxes"].float(), list(size), frame_size)
                if "keypoints" in one:
                    one["keypoints"] = resize_keypoints(one["keypoints"].float(), list(size), frame_size)
        return found

    def decode(self, outputs: Any, frames: Sequence[np.ndarray], options: Options) -> list[list[Result]]:
        return [self._results(found, frame.shape[:2], options) for found, frame in zip(outputs, frames)]

    def _results(self, found: dict[str, Any], size: tuple[int, int], options: Options) -> list[Result]:
        import torch

        if options.labels is not None:
            wanted = torch.tensor(sorted(options.labels), device=found["labels"].device)
            keep = torch.isin(found["labels"], wanted)
            found = {name: value[keep] for name, value in found.items()}
        common = {
            "size": (int(size[0]), int(size[1])),
            "classes": self.classes,
            "boxes": found["boxes"].cpu().numpy(),
            "labels": found["labels"].cpu().numpy(),
            "scores": found["scores"].float().cpu().numpy(),
        }
        if "masks" in found:
            return [Instances(**common, masks=pasting.paste(found["masks"], found["boxes"], size[0], size[1]))]
        if "keypoints" in found:
            # The head's scores are unbounded logits of the heat map's peak.
            confidence = torch.sigmoid(found["keypoints_scores"].float())[..., None]
            points = torch.cat((found["keypoints"][..., :2], confidence), dim=-1)
            logits = found["heat"].float()
            peak = logits.amax(dim=(2, 3), keepdim=True) if len(logits) else logits
            # The head is trained by a softmax over the map: only differences to the peak mean something.
            heat = (torch.exp(logits - peak) * torch.sigmoid(peak)).half().cpu().numpy()
            return [
                Poses(**common, keypoints=points.cpu().numpy()),
                JointHeat(size=common["size"], classes=self.classes, boxes=common["boxes"], heat=heat),
            ]
        return [Boxes(**common)]


@contextmanager
def _maps(heads: Any) -> Iterator[list[Any]]:
    """Yield a list that takes up what the keypoint head, if there is one, computes: logits (n, k, h, w)."""
    seen: list[Any] = []
    predictor = getattr(heads, "keypoint_predictor", None)
    if predictor is None:
        yield seen
        return
    hook = predictor.register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    try:
        yield seen
    finally:
        hook.remove()

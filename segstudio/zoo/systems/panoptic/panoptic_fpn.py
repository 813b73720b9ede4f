"""Panoptic FPN (Kirillov et al. 2019, arXiv 1901.02446) with the weights that detectron2 publishes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torchvision.models.detection import MaskRCNN

from segstudio.core import colors, panoptic_merge
from segstudio.core.results import PanopticMap, Result
from segstudio.core.views import PictureView, View
from segstudio.zoo.blocks import panoptic_fpn, pasting, waiting
from segstudio.zoo.blocks.rcnn import Found, Stages
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, Predictor
from segstudio.zoo.systems.detection import detectron2


def build(build: Build) -> Predictor:
    """Return Panoptic FPN; setting "stuff_classes" counts class 0, that of all things, in."""
    network = detectron2.network(
        build, MaskRCNN, sem_seg_head=panoptic_fpn.SemanticHead(build.settings["stuff_classes"])
    )
    return PanopticFpnPredictor(build.card, build.device, network, contiguous=True)


@dataclass
class PanopticStages(Stages):
    """What the network computes, and the semantic head's logits (n, classes, h / 4, w / 4)."""

    semantic: Tensor


class PanopticFpnPredictor(detectron2.Detectron2Predictor):
    """One segment a pixel: instances and stuff, merged by `core.panoptic_merge`."""

    whole = ("semantic",)

    def stages(self, inputs: list[Any], options: Options, context: Context) -> PanopticStages:
        # What the merge leaves out for its score need not be computed.
        least = max(options.threshold or 0.0, options.merge.confidence)
        found = super().stages(inputs, replace(options, threshold=least), context)
        with self.inference(context):
            semantic = self.network.sem_seg_head(found.features).float()
        return PanopticStages(**vars(found), semantic=semantic)

    def bare(self, inputs: list[Any]) -> list[dict[str, Tensor]]:
        """Call torchvision's Mask R-CNN, and the semantic head."""
        with torch.inference_mode():
            features, found = self.published(inputs)
            return [*found, {"semantic": self.network.sem_seg_head(features)}]

    def forward(self, inputs: list[Any], options: Options, context: Context) -> Found:
        """Return the objects of the frames, and "semantic": a class (width, height) a pixel of the frame."""
        stages = self.stages(inputs, options, context)
        return self._with_maps(stages, [(int(image.shape[-2]), int(image.shape[-1])) for image in inputs])

    @staticmethod
    def _with_maps(stages: PanopticStages, frames: Sequence[tuple[int, int]]) -> Found:
        with torch.inference_mode():
            parts = zip(stages.found, stages.semantic, stages.sizes, frames)
            found = [
                {**one, "semantic": panoptic_fpn.classes_of(logits, seen, frame)} for one, logits, seen, frame in parts
            ]
        return Found(stages.sizes, found, stages.settled)

    def _results(self, found: dict[str, Tensor], size: tuple[int, int], options: Options) -> list[Result]:
        shapes = pasting.sample(found["masks"], found["boxes"], size[0], size[1])
        semantic = found["semantic"].numpy().astype(np.uint8, copy=False).T
        return [self._merged(semantic, shapes, found, options)]

    def _merged(
        self, semantic: np.ndarray, shapes: Sequence[Any], found: dict[str, Tensor], options: Options
    ) -> PanopticMap:
        scores, labels = found["scores"].numpy(), self.ids[found["labels"].numpy().astype(np.int64)]
        merged = panoptic_merge.merge(semantic, shapes, scores, options.merge)
        segments = {k: (int(labels[i]), float(scores[i])) for k, i in enumerate(merged.instances, 1)}
        stuff = [label.id for label in self.classes.labels if not label.thing]
        # The semantic head says which stuff is likeliest, not how sure it is.
        for k, (c, _) in enumerate(merged.stuff, len(segments) + 1):
            segments[k] = (stuff[c - 1], 1.0)
        values = merged.values
        if options.labels is not None:
            segments = {k: segment for k, segment in segments.items() if segment[0] in options.labels}
            values = np.where(np.isin(values, list(segments)), values, 0)
        size = (int(values.shape[0]), int(values.shape[1]))
        return PanopticMap(size=size, classes=self.classes, map=values, segments=segments)

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return what Mask R-CNN shows, and the semantic map, the instances and both merged, in colours."""
        with waiting.again():
            stages = self.stages(self.prepare([frame]), options, context)
        size = (int(frame.shape[0]), int(frame.shape[1]))
        [fetched] = self.fetched(self._with_maps(stages, [size]))
        fetched = self.placed(fetched, stages.sizes[0], size)
        shapes = pasting.sample(fetched["masks"], fetched["boxes"], *size)
        semantic = fetched["semantic"].numpy().astype(np.uint8, copy=False).T
        merged = self._merged(semantic, shapes, fetched, options)
        nothing = np.zeros_like(semantic)
        instances = panoptic_merge.merge(nothing, shapes, fetched["scores"].numpy(), options.merge).values
        box = (0.0, 0.0, float(size[1]), float(size[0]))
        maps = (("Semantic map", semantic), ("Instances", instances), ("Merged", merged.map))
        shown: list[View] = [
            PictureView(group="Panoptic", title=title, box=box, rgb=colors.numbered(values)) for title, values in maps
        ]
        return shown + self.views(frame, stages)

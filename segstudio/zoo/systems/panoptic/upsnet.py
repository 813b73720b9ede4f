"""UPSNet (Xiong et al. 2019, arXiv 1901.03784) with its authors' weights, whose licence allows no commercial use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from segstudio.core import colors
from segstudio.core.errors import InputError
from segstudio.core.results import PanopticMap, Result
from segstudio.core.views import BoxesView, HeatView, PictureView, View
from segstudio.zoo.blocks import tensors, upsnet, upsnet_head
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, Predictor, TorchPredictor

_MULTIPLE = 32
_COVERED = 0.3
_SHOWN = 60


def build(build: Build) -> Predictor:
    """Return UPSNet; settings "num_classes" counts the background in, "stuff_classes" the stuff alone."""
    settings = build.settings
    things = settings["num_classes"] - 1
    network = upsnet.UpsNet(settings["backbone"], things + 1, settings["stuff_classes"] + things)
    build.fill(network, rename=upsnet.renamed)
    return UpsNetPredictor(build, network)


class Prepared(NamedTuple):
    """Frames of one shape as the network sees them: BGR minus the mean, filled up below and to the right.

    Args:
        places: Which of the frames they are.
        images: (n, 3, h, w).
        size: (height, width) without what was filled up.
    """

    places: list[int]
    images: Tensor
    size: tuple[int, int]


class Stages(NamedTuple):
    """What the network computes of one frame, in the pixels of its own input.

    Args:
        proposals: (k, 4).
        found: The objects that stay.
        semantic: (classes, h, w), stuff first.
        energy: (n, h, w), mask logits in the objects' boxes.
        logits: (stuff + n + 1, h, w); the last is the unknown class.
    """

    proposals: Tensor
    found: upsnet_head.Regions
    semantic: Tensor
    energy: Tensor
    logits: Tensor


class UpsNetPredictor(TorchPredictor):
    """One segment a pixel: stuff, objects, or nothing that is known."""

    def __init__(self, build: Build, network: upsnet.UpsNet) -> None:
        super().__init__(build.card, build.device, network)
        spec = build.card.input
        if spec is None or len(spec.size) != 2:
            raise InputError(f"The card '{build.card.name}' needs an input size of (shorter side, longest side).")
        self.shorter = build.settings.get("min_size", spec.size[0])
        self.longest = build.settings.get("max_size", spec.size[1])
        self.mean = np.array(spec.mean, np.float32)
        self.things = np.array([label.id for label in self.classes.labels if label.thing])
        self.stuff = np.array([label.id for label in self.classes.labels if not label.thing])

    def prepare(self, frames: Sequence[np.ndarray]) -> list[Prepared]:
        found: dict[tuple[int, int], list[tuple[int, Tensor]]] = {}
        for i, frame in enumerate(frames):
            size = tensors.size_within(frame.shape[0], frame.shape[1], self.shorter, self.longest)
            centred = frame[..., ::-1].astype(np.float32) - self.mean
            small = cv2.resize(centred, size[::-1], interpolation=cv2.INTER_LINEAR)
            below, right = (-side % _MULTIPLE for side in size)
            image = F.pad(torch.from_numpy(small).permute(2, 0, 1), (0, right, 0, below))
            found.setdefault(size, []).append((i, image))
        return [
            Prepared([i for i, _ in group], torch.stack([image for _, image in group]).to(self.device), size)
            for size, group in found.items()
        ]

    def bare(self, inputs: list[Prepared]) -> list[Tensor]:
        with torch.inference_mode():
            return [self._heads(one)[2] for one in inputs]

    def _heads(self, batch: Prepared) -> tuple[list[Tensor], list[Tensor], Tensor]:
        """Return the pyramid, each frame's proposals (k, 4) and the semantic logits at a quarter of the size."""
        network = self.network
        levels = network.features(batch.images)
        maps = []
        for level, stride in zip(levels, (*upsnet.STRIDES, 2 * upsnet.STRIDES[-1])):
            scores, deltas = network.rpn(level)
            base = upsnet.anchors(level.shape[2], level.shape[3], stride, level.device)
            maps.append((scores.float(), deltas.float(), base))
        rois = [
            upsnet_head.proposals([(s[i], d[i], base) for s, d, base in maps], batch.size)
            for i in range(len(batch.places))
        ]
        return levels, rois, network.fcn_head(levels)

    def stages(self, batch: Prepared, options: Options, context: Context) -> Iterator[Stages]:
        """Yield all that the network computes of each frame of a batch, one after the other: the maps are large."""
        with self.inference(context):
            levels, proposals, coarse = self._heads(batch)
        for i, rois in enumerate(proposals):
            context.stage("heads", 0.6)
            yield self._merged(i, batch.size, levels, rois, coarse[i : i + 1], options, context)

    def _merged(
        self,
        picture: int,
        size: tuple[int, int],
        levels: list[Tensor],
        rois: Tensor,
        coarse: Tensor,
        options: Options,
        context: Context,
    ) -> Stages:
        """Return the objects of one picture of a batch, and what they and the stuff make of it."""
        network = self.network
        with self.inference(context):
            logits, deltas = network.rcnn(upsnet.pooled(levels, rois, 7, picture))
            found = upsnet_head.regions(
                rois,
                deltas.float(),
                logits.float().softmax(1),
                size,
                threshold=self.threshold(options),
                apart=False,
                most=options.max_instances,
            )
            masks = network.mask_branch(upsnet.pooled(levels, found.boxes, 14, picture))
            own = masks[torch.arange(len(found.classes), device=masks.device), found.classes].float()
            height, width = size
            semantic = F.interpolate(coarse.float(), scale_factor=4, mode="bilinear")[0, :, :height, :width]
            context.stage("merge", 0.8)
            energy = upsnet_head.energies(own, found.boxes, size)
            stay = upsnet_head.kept(energy, found.classes, found.scores, _COVERED)
            found = upsnet_head.Regions(*(x[stay] for x in found))
            inside = upsnet_head.inside(semantic, found.boxes, found.classes, network.stuff)
            whole = upsnet_head.panoptic_logits(semantic, inside, energy[stay], network.stuff)
        return Stages(rois, found, semantic, energy[stay], whole)

    def forward(self, inputs: list[Prepared], options: Options, context: Context) -> list[dict[str, Tensor]]:
        """Return a frame's "panoptic" and "semantic" maps at the network's size, "classes" and "scores" of objects."""
        outputs: dict[int, dict[str, Tensor]] = {}
        for batch in inputs:
            for place, stages in zip(batch.places, self.stages(batch, options, context)):
                with torch.inference_mode():
                    outputs[place] = {
                        "panoptic": stages.logits.max(0).indices.int(),
                        "semantic": stages.semantic.max(0).indices.int(),
                        "classes": stages.found.classes.int(),
                        "scores": stages.found.scores.float().view(torch.int32),
                    }
        return [outputs[i] for i in range(len(outputs))]

    def decode(
        self, outputs: list[dict[str, Tensor]], frames: Sequence[np.ndarray], options: Options
    ) -> list[list[Result]]:
        # All numbers of a batch come to the CPU at once; scores travel as the whole numbers of their bits.
        arrays = iter(tensors.fetch([one[name] for one in outputs for name in one]))
        fetched = [{name: next(arrays) for name in one} for one in outputs]
        return [[self._map(one, frame.shape[:2], options)] for one, frame in zip(fetched, frames)]

    def _map(self, one: dict[str, Tensor], size: tuple[int, ...], options: Options) -> PanopticMap:
        height, width = int(size[0]), int(size[1])
        scores = one["scores"].contiguous().view(torch.float32).numpy()
        panoptic, semantic = (
            torch.from_numpy(cv2.resize(one[name].numpy(), (width, height), interpolation=cv2.INTER_NEAREST)).long()
            for name in ("panoptic", "semantic")
        )
        stuff, classes = len(self.stuff), one["classes"].long()
        panoptic[panoptic == stuff + len(classes)] = upsnet_head.VOID + len(classes)
        found = upsnet_head.unified(panoptic, semantic, classes, stuff, options.merge.stuff_area)
        values = np.zeros((height, width), np.int32)
        segments: dict[int, tuple[int, float]] = {}
        ids = np.concatenate((self.stuff, self.things))
        order = found.order
        pairs = found.objects.numpy() * (upsnet_head.VOID + 1) + found.classes.numpy()
        for pair in np.unique(pairs).tolist():
            number, kind = divmod(pair, upsnet_head.VOID + 1)
            if kind == upsnet_head.VOID:
                continue
            label = int(ids[kind])
            if options.labels is None or label in options.labels:
                segments[len(segments) + 1] = (label, float(scores[order[number - 1]]) if number else 1.0)
                values[pairs == pair] = len(segments)
        return PanopticMap(size=(height, width), classes=self.classes, map=values, segments=segments)

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return proposals, the semantic map, objects' mask logits, the panoptic map and the unknown class."""
        (one,) = self.prepare([frame])
        (stages,) = self.stages(one, options, context)
        height, width = frame.shape[:2]
        box = (0.0, 0.0, float(width), float(height))
        scale = np.array([width / one.size[1], height / one.size[0]] * 2, np.float32)
        names = {label.id: label.name for label in self.classes.labels}
        kinds = [names[int(self.things[c - 1])] for c in stages.found.classes.tolist()]
        boxes = stages.found.boxes.cpu().numpy() * scale
        views: list[View] = [
            BoxesView(
                group="Proposals",
                title="Where something may be",
                box=box,
                boxes=stages.proposals[:_SHOWN].cpu().numpy() * scale,
            ),
            BoxesView(
                group="Objects",
                title="Objects that stay",
                box=box,
                boxes=boxes,
                scores=stages.found.scores.float().cpu().numpy(),
                texts=tuple(kinds),
            ),
        ]
        maps = (("Semantic head", stages.semantic.argmax(0) + 1), ("Panoptic map", stages.logits.argmax(0) + 1))
        for title, values in maps:
            views.append(PictureView(group="Maps", title=title, box=box, rgb=colors.numbered(values.cpu().numpy())))
        heats = [("Unknown", "The unknown class", stages.logits[-1])]
        named = (f"{i} {kind}" for i, kind in enumerate(kinds[:_SHOWN], start=1))
        heats += [("Mask logits", name, energy) for name, energy in zip(named, stages.energy)]
        for group, title, values in heats:
            views.append(HeatView(group=group, title=title, box=box, values=values[::4, ::4].float().cpu().numpy()))
        return views

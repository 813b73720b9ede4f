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
from segstudio.zoo.blocks import rcnn_regions, tensors, upsnet, upsnet_head, waiting
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
        proposals: (k, 4), the surest first; on a device those that count come first.
        found: The objects; on a device those that stay are marked, on the CPU there are no others.
        semantic: (classes, h, w), stuff first.
        energy: (n, h, w), mask logits in the objects' boxes.
        logits: (stuff + n + 1, h, w); the last is the unknown class.
        count: How many objects there were before the masks of better ones covered some.
        settled: bool, for `waiting.require`.
    """

    proposals: Tensor
    found: upsnet_head.Regions
    semantic: Tensor
    energy: Tensor
    logits: Tensor
    count: Tensor
    settled: Tensor


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
        self.room = waiting.Room()

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
            Prepared([i for i, _ in group], tensors.send(torch.stack([image for _, image in group]), self.device), size)
            for size, group in found.items()
        ]

    def bare(self, inputs: list[Prepared]) -> list[Tensor]:
        with torch.inference_mode():
            return [self._heads(one)[2] for one in inputs]

    def _heads(self, batch: Prepared) -> tuple[list[Tensor], rcnn_regions.Proposals, Tensor]:
        """Return the pyramid, the frames' proposals and the semantic logits at a quarter of the size."""
        network = self.network
        levels = network.features(batch.images)
        maps = []
        for level, stride in zip(levels, (*upsnet.STRIDES, 2 * upsnet.STRIDES[-1])):
            scores, deltas = network.rpn(level)
            base = upsnet.anchors(level.shape[2], level.shape[3], stride, level.device)
            maps.append((scores.float(), deltas.float(), base))
        return levels, upsnet_head.proposals(maps, batch.size), network.fcn_head(levels)

    def stages(self, batch: Prepared, options: Options, context: Context) -> Iterator[Stages]:
        """Yield all that the network computes of each frame of a batch, one after the other: the maps are large."""
        with self.inference(context):
            levels, proposals, coarse = self._heads(batch)
            context.stage("heads", 0.6)
            every, found, settled = self._found(batch.size, levels, proposals, options)
            masks = self.network.mask_branch(upsnet.pooled(levels, [one.boxes for one in found], 14))
            classes = torch.cat([one.classes for one in found])
            own = masks[torch.arange(len(classes), device=masks.device), classes].float()
        context.stage("merge", 0.8)
        for i, logits in enumerate(own.split([len(one.classes) for one in found])):
            # Outside of half precision: where masks end shows in every pixel.
            with torch.inference_mode():
                semantic = F.interpolate(coarse[i : i + 1].float(), scale_factor=4, mode="bilinear")[0]
                semantic = semantic[:, : batch.size[0], : batch.size[1]]
                there, energy, whole = self._merged(found[i], logits, semantic)
                count = every.valid[i].sum()
                boxes = proposals.boxes[i]
                if not waiting.fixed(boxes):
                    boxes = boxes[proposals.valid[i]]
            yield Stages(boxes, there, semantic, energy, whole, count, settled)

    def _found(
        self, size: tuple[int, int], levels: list[Tensor], proposals: rcnn_regions.Proposals, options: Options
    ) -> tuple[upsnet_head.Regions, list[upsnet_head.Regions], Tensor]:
        """Return a batch's objects, each picture's as far as there is room for them, and whether there was enough."""
        fixed = waiting.fixed(proposals.boxes)
        if not fixed:
            most = int(proposals.valid.sum(1).max())
            proposals = proposals._replace(boxes=proposals.boxes[:, :most], valid=proposals.valid[:, :most])
        shape = proposals.valid.shape
        logits, deltas = self.network.rcnn(upsnet.pooled(levels, list(proposals.boxes), 7))
        every, settled = upsnet_head.regions(
            proposals,
            deltas.float().view(*shape, -1),
            logits.float().softmax(1).view(*shape, -1),
            size,
            threshold=self.threshold(options),
            apart=False,
            most=options.max_instances,
        )
        settled = settled & proposals.settled
        if fixed:
            settled &= ~every.valid[:, self.room.size :].any()
            found = [upsnet_head.Regions(*(x[i, : self.room.size] for x in every)) for i in range(shape[0])]
        else:
            found = [upsnet_head.Regions(*(x[i, every.valid[i]] for x in every)) for i in range(shape[0])]
        return every, found, settled

    def _merged(
        self, found: upsnet_head.Regions, masks: Tensor, semantic: Tensor
    ) -> tuple[upsnet_head.Regions, Tensor, Tensor]:
        """Return a picture's objects of which those that stay are valid, their energies and the panoptic logits."""
        size, stuff = (int(semantic.shape[1]), int(semantic.shape[2])), self.network.stuff
        energy = upsnet_head.energies(masks, found.boxes, size)
        found = found._replace(valid=upsnet_head.kept(energy, found, _COVERED))
        fixed = waiting.fixed(energy)
        if not fixed:
            energy, found = energy[found.valid], upsnet_head.Regions(*(x[found.valid] for x in found))
        own = upsnet_head.inside(semantic, found.boxes, found.classes, stuff)
        valid = found.valid if fixed else None
        return found, energy, upsnet_head.panoptic_logits(semantic, own, energy, stuff, valid=valid)

    def forward(self, inputs: list[Prepared], options: Options, context: Context) -> list[dict[str, Tensor]]:
        """Return a frame's "panoptic" and "semantic" maps at the network's size, and its objects (see `Stages`)."""
        outputs: dict[int, dict[str, Tensor]] = {}
        for batch in inputs:
            for place, stages in zip(batch.places, self.stages(batch, options, context)):
                with torch.inference_mode():
                    outputs[place] = {
                        "panoptic": stages.logits.max(0).indices.int(),
                        "semantic": stages.semantic.max(0).indices.int(),
                        "classes": stages.found.classes,
                        "scores": stages.found.scores.float(),
                        "valid": stages.found.valid,
                        "count": stages.count,
                        "settled": stages.settled,
                    }
        return [outputs[i] for i in range(len(outputs))]

    def decode(
        self, outputs: list[dict[str, Tensor]], frames: Sequence[np.ndarray], options: Options
    ) -> list[list[Result]]:
        # All numbers of a batch come to the CPU at once.
        arrays = iter(tensors.fetch([one[name] for one in outputs for name in one]))
        fetched = [{name: next(arrays) for name in one} for one in outputs]
        self.room.seen(max(int(one["count"]) for one in fetched))
        waiting.require(torch.stack([one["settled"] for one in fetched]))
        return [[self._map(one, frame.shape[:2], options)] for one, frame in zip(fetched, frames)]

    def _map(self, one: dict[str, Tensor], size: tuple[int, ...], options: Options) -> PanopticMap:
        height, width = int(size[0]), int(size[1])
        panoptic, semantic = (
            torch.from_numpy(cv2.resize(one[name].numpy(), (width, height), interpolation=cv2.INTER_NEAREST)).long()
            for name in ("panoptic", "semantic")
        )
        stuff, valid = len(self.stuff), one["valid"]
        classes, scores = one["classes"][valid], one["scores"][valid].numpy()
        # Objects that stay are counted anew; the last number is the unknown class.
        numbers = torch.cat((torch.ones(stuff, dtype=torch.long), valid.long())).cumsum(0) - 1
        panoptic = torch.cat((numbers, numbers.new_tensor([upsnet_head.VOID + len(classes)])))[panoptic]
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
        with waiting.again():
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

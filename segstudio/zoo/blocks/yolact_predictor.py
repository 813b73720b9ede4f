"""The predictor of YOLACT and its kin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from segstudio.core.errors import InputError
from segstudio.core.results import Instances, Result
from segstudio.core.views import View
from segstudio.zoo.blocks import tensors, waiting, yolact_decoding, yolact_looking
from segstudio.zoo.blocks.enlarging import enlarge
from segstudio.zoo.blocks.yolact import Raw, Yolact, convert, network
from segstudio.zoo.blocks.yolact_decoding import Kept, Rules
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, TorchPredictor

_STEPS = 65534  # in which planes are fetched; even, so that one of them is one half


def from_card(build: Build) -> YolactPredictor:
    """Return the predictor of a card.

    Args:
        build: Settings: those of `yolact.network` and of `yolact_decoding.rules_of`; "square" for square anchors;
            "size" for another side of the input than the card's.

    Raises:
        WeightsError: The checkpoint is of another architecture.
    """
    made = network(build.settings, len(build.card.label_set().labels))
    build.fill(made, convert=convert)
    return YolactPredictor(build, made)


@dataclass
class Objects:
    """The objects of one picture by falling score.

    Args:
        score: float32 (n,); below 0 for rows that only fill up.
        label: int64 (n,), the class without the background.
        boxes: float32 (n, 4) in shares of the picture.
        planes: float32 (n, h, w) in [0, 1], how much of each is where, zero outside its box.
        settled: As in `Kept`.
    """

    score: Tensor
    label: Tensor
    boxes: Tensor
    planes: Tensor
    settled: Tensor | None = None


def fetched(found: Sequence[Objects]) -> list[Objects]:
    """Return the objects of a batch on the CPU, by one transfer; planes come in steps of 1 / 65534.

    Raises:
        Unsettled: See `waiting.require`.
    """
    # The planes are nearly all there is to carry, and half as many bytes say as much: their middle, which parts an
    # object from the rest, is exact.
    parts = [(one.score, one.label, one.boxes, (one.planes * _STEPS).round().sub(_STEPS // 2).short()) for one in found]
    flags = [one.settled for one in found if one.settled is not None]
    here = tensors.fetch([*flags, *(part for row in parts for part in row)])
    for flag in here[: len(flags)]:
        waiting.require(flag)
    rows = zip(*(iter(here[len(flags) :]),) * 4)
    return [Objects(score, label, boxes, (low.float() + _STEPS // 2) / _STEPS) for score, label, boxes, low in rows]


class YolactPredictor(TorchPredictor):
    """Instances whose masks are sums of prototypes."""

    network: Yolact

    def __init__(self, build: Build, made: Yolact) -> None:
        super().__init__(build.card, build.device, made)
        spec = build.card.input
        if spec is None or len(spec.size) != 2 or spec.size[0] != spec.size[1]:
            raise InputError(f"The card '{build.card.name}' needs a square input size.")
        settings = build.settings
        self.size: int = settings.get("size", spec.size[0])
        self.rules: Rules = yolact_decoding.rules_of(settings, self.size)
        square = settings.get("square", False)
        self.anchors = yolact_decoding.anchors(self.size, settings["scales"], settings["ratios"], square=square)
        self.anchors = self.anchors.to(build.device)
        self.scale = spec.range / 255
        self.mean, self.std = (
            torch.tensor(values, device=build.device).view(3, 1, 1) for values in (spec.mean, spec.std)
        )
        self.ids = np.array([label.id for label in self.classes.labels])

    def prepare(self, frames: Sequence[np.ndarray]) -> Tensor:
        """Return the frames as one batch (n, 3, side, side): stretched to the square, normalised."""
        rows = []
        for frame in frames:
            picture = tensors.from_frame(frame, self.device).float()
            if picture.shape[1:] != (self.size, self.size):
                picture = F.interpolate(picture[None], size=(self.size, self.size), mode="bilinear")[0]
            rows.append((picture * self.scale - self.mean) / self.std)
        batch = torch.stack(rows)
        return batch.contiguous(memory_format=torch.channels_last) if self.device.startswith("cuda") else batch

    def bare(self, inputs: Tensor) -> Raw:
        with torch.inference_mode():
            return self.network(inputs)

    def forward(self, inputs: Tensor, options: Options, context: Context) -> Raw:  # noqa: ARG002
        """Return what the heads say, in single precision."""
        with self.inference(context):
            return Raw(*(part.float() for part in self.network(inputs)))

    def decode(self, outputs: Raw, frames: Sequence[np.ndarray], options: Options) -> list[list[Result]]:
        with torch.inference_mode():
            found = [self.objects(Raw(*one), options) for one in zip(*outputs)]
            if waiting.fixed(outputs.offsets):
                found = fetched(found)
        return [[self.instances(one, frame.shape[:2], options)] for one, frame in zip(found, frames)]

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return boxes before and after suppression, the prototypes, and coefficients and sums of the best objects."""
        context.stage("network", 0.1)
        raw = self.forward(self.prepare([frame]), options, context)
        context.stage("views", 0.9)
        with torch.inference_mode():
            one = Raw(*(part[0] for part in raw))
            return yolact_looking.views(self, one, (frame.shape[0], frame.shape[1]), options)

    def scores(self, logits: Tensor, options: Options) -> Tensor:
        """Return the scores (classes, a) of the candidates among a picture's anchors; -1 where there is none."""
        scores = yolact_decoding.candidates(torch.softmax(logits, dim=-1)[:, 1:].T, self.rules)
        if options.labels is not None:
            unwanted = np.flatnonzero(~np.isin(self.ids, list(options.labels)))
            scores[tensors.send(unwanted, self.device)] = -1
        return scores

    def keep(self, boxes: Tensor, scores: Tensor, options: Options) -> Kept:
        """Return the objects among a picture's boxes (a, 4) with scores (classes, a)."""
        # What is too weak suppresses nothing that is not; where looking costs nothing it is left out before.
        least = max(self.threshold(options), 0.0)
        if waiting.fixed(scores):
            scores = scores.masked_fill(scores < least, -1)
            return yolact_decoding.suppress(boxes, scores, self.rules, options.max_instances)
        place = torch.nonzero(scores.amax(dim=0) >= least).flatten()
        boxes, scores, rules = boxes[place], scores[:, place], self.rules
        if rules.suppression == "fast" and len(place):
            most = int((scores >= least).sum(dim=1).max())
            rules = replace(rules, candidates=min(most, rules.candidates))
        kept = yolact_decoding.suppress(boxes, scores, rules, options.max_instances)
        kept = kept.first(int((kept.score >= least).sum()))
        return Kept(place[kept.place], kept.label, kept.score)

    def objects(self, raw: Raw, options: Options) -> Objects:
        """Return the objects in what the heads say of one picture, without the batch's axis."""
        boxes = yolact_decoding.boxes_of(raw.offsets, self.anchors)
        kept = self.keep(boxes, self.scores(raw.logits, options), options)
        found = self.found(raw, kept, boxes[kept.place])
        return found if self.network.maskiou_net is None or not len(found.planes) else self._rescored(found)

    def found(self, raw: Raw, kept: Kept, boxes: Tensor) -> Objects:
        """Return what was kept with its masks, before any re-scoring."""
        planes = yolact_decoding.planes(raw.coefficients[kept.place], raw.prototypes, boxes)
        return Objects(kept.score, kept.label, boxes, planes, kept.settled)

    def _rescored(self, found: Objects) -> Objects:
        fit = self.fit(found)
        # Rows that only fill up stay below 0.
        score = torch.where(found.score < 0, found.score, found.score * fit)
        order = score.argsort(descending=True, stable=True)
        return Objects(score[order], found.label[order], found.boxes[order], found.planes[order], found.settled)

    def fit(self, found: Objects) -> Tensor:
        """Return (n,), the overlap with the true mask that YOLACT++ expects of each object's."""
        assert self.network.maskiou_net is not None
        return self.network.maskiou_net(found.planes[:, None]).gather(1, found.label[:, None])[:, 0]

    def instances(self, found: Objects, size: tuple[int, ...], options: Options) -> Instances:
        """Return the objects in a picture of (height, width); a mask is where its enlarged plane exceeds one half."""
        height, width = size
        count = int((found.score >= max(self.threshold(options), 0.0)).sum())
        planes = found.planes[:count].numpy() - np.float32(0.5)
        return Instances(
            size=(height, width),
            classes=self.classes,
            boxes=yolact_decoding.in_picture(found.boxes[:count], height, width).numpy(),
            labels=self.ids[found.label[:count].numpy()],
            # The overlap that is expected knows no upper end.
            scores=found.score[:count].clamp(max=1).numpy(),
            masks=[enlarge(plane, (height, width)) for plane in planes],
        )

"""Mask2Former, OneFormer and SegFormer as the library transformers has them, with weights in its own form.

SegFormer (Xie et al. 2021, arXiv 2105.15203) scores every pixel for every class. Mask2Former (Cheng et al. 2022, arXiv
2112.01527) and OneFormer (Jain et al. 2023, arXiv 2211.06220) ask for a fixed number of segments, each a class and a
mask, and let these compete for the pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from torch import Tensor
from torch.nn import functional as F
from torchvision.transforms.v2 import functional as pictures

from segstudio.core.errors import InputError, WeightsError
from segstudio.core.results import PanopticMap, Result
from segstudio.core.views import HeatView, View
from segstudio.zoo.blocks import tensors, waiting
from segstudio.zoo.blocks.semantic import SemanticPredictor
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, Predictor, TorchPredictor

# By the card's setting "kind": the configuration's class and the network's.
KINDS = {
    "segformer": ("SegformerConfig", "SegformerForSemanticSegmentation"),
    "mask2former": ("Mask2FormerConfig", "Mask2FormerForUniversalSegmentation"),
    "oneformer": ("OneFormerConfig", "OneFormerForUniversalSegmentation"),
}
_TASK = "the task is panoptic"
_SHOWN = 32


def build(build: Build) -> Predictor:
    """Return the predictor of a network that transformers builds.

    Args:
        build: Settings: "kind", one of `KINDS`; "config" of the network, where the card's files bring none; "overlap",
            the share of a segment's mask that it must win to stay.
    """
    kind = build.settings.get("kind")
    if kind not in KINDS:
        raise InputError(f"The card '{build.card.name}' needs a kind: {', '.join(KINDS)}.")
    network = _network(build, kind)
    return SemanticPredictor(build, _Scores(network)) if kind == "segformer" else QueryPredictor(build, network)


def _network(build: Build, kind: str) -> Any:
    config, network = (getattr(transformers, name) for name in KINDS[kind])
    if build.files is None:
        made = network(config(**build.settings["config"]))
        build.fill(made)
        return made
    missing = [file.name for file in build.card.weights if file.name not in build.files]
    if missing:
        raise InputError(f"{build.card.title} needs {missing[0]} besides.")
    folder = Path(next(iter(build.files.values()))).parent
    try:
        made, report = network.from_pretrained(
            folder, local_files_only=True, weights_only=True, output_loading_info=True
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise WeightsError(f"transformers can't load this model: {error}", path=folder) from error
    wrong = {what: sorted(map(str, report[what])) for what in ("missing_keys", "unexpected_keys", "mismatched_keys")}
    if any(wrong.values()):
        words = "; ".join(
            f"{len(keys)} {what.removesuffix('_keys')} ({keys[0]})" for what, keys in wrong.items() if keys
        )
        raise WeightsError(f"These weights are not of {build.card.title}: {words}.", path=folder)
    count, wanted = made.config.num_labels, len(build.card.label_set().labels)
    if count != wanted:
        raise WeightsError(
            f"These weights tell {count} classes apart, the card of {build.card.title} names {wanted}.", path=folder
        )
    return made


class _Scores(torch.nn.Module):
    """A network whose answer is its logits alone."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, batch: Tensor) -> Tensor:
        return self.network(pixel_values=batch).logits


class QueryPredictor(TorchPredictor):
    """One segment a pixel, decided between the answers to the network's queries."""

    def __init__(self, build: Build, network: Any) -> None:
        super().__init__(build.card, build.device, network)
        spec = build.card.input
        if spec is None or len(spec.size) != 2:
            raise InputError(f"The card '{build.card.name}' needs an input size of (shorter side, longest side).")
        self.shorter, self.longest = build.settings.get("size", spec.size)
        self.mean, self.std = (
            torch.tensor(values, device=self.device).view(3, 1, 1) for values in (spec.mean, spec.std)
        )
        self.overlap = build.settings.get("overlap", 0.8)
        self.ids = [label.id for label in self.classes.labels]
        self.stuff = {label.id for label in self.classes.labels if not label.thing}
        task = _tokens(build, network)
        self.task = None if task is None else task.to(self.device)

    def prepare(self, frames: Sequence[np.ndarray]) -> list[tuple[list[int], Tensor]]:
        """Return batches of frames of equal size (n, 3, h', w'), each with its frames' places."""
        found = []
        for frame in frames:
            size = tensors.size_within(frame.shape[0], frame.shape[1], self.shorter, self.longest, least=32)
            small = pictures.resize(tensors.from_frame(frame, self.device), list(size), antialias=True)
            found.append((small.float() / 255 - self.mean) / self.std)
        return tensors.by_shape(found)

    def bare(self, inputs: list[tuple[list[int], Tensor]]) -> list[Any]:
        with torch.inference_mode():
            return [self._asked(batch) for _, batch in inputs]

    def _asked(self, batch: Tensor) -> Any:
        task = {} if self.task is None else {"task_inputs": self.task.expand(len(batch), -1)}
        return self.network(pixel_values=batch, **task)

    def forward(
        self,
        inputs: list[tuple[list[int], Tensor]],
        options: Options,  # noqa: ARG002
        context: Context,
    ) -> list[tuple[Tensor, Tensor]]:
        """Return class logits (queries, classes + 1) and mask logits (queries, h', w') of each frame."""
        found: dict[int, tuple[Tensor, Tensor]] = {}
        with self.inference(context):
            for places, batch in inputs:
                context.cancel.check()
                answer = self._asked(batch)
                pairs = zip(answer.class_queries_logits.float(), answer.masks_queries_logits.float())
                found.update(zip(places, pairs))
        return [found[i] for i in range(len(found))]

    def decode(
        self, outputs: list[tuple[Tensor, Tensor]], frames: Sequence[np.ndarray], options: Options
    ) -> list[list[Result]]:
        made: list[Tensor] = []
        with torch.inference_mode():
            for (classes, masks), frame in zip(outputs, frames):
                scores, kinds = classes.softmax(-1)[:, :-1].max(-1)
                keep = (scores > self.threshold(options)) & (classes.argmax(-1) < classes.shape[-1] - 1)
                # What is not kept wins no pixel.
                scores = scores.masked_fill(~keep, -1)
                order = scores.argsort(descending=True, stable=True)[: options.max_instances]
                if not waiting.fixed(scores):
                    order = order[scores[order] > 0]
                winner, claims = compete(masks[order], scores[order], frame.shape[0], frame.shape[1])
                made += [winner, kinds[order], scores[order], claims]
        arrays = iter([tensor.numpy() for tensor in tensors.fetch(made)])
        return [[self._map(*(next(arrays) for _ in range(4)), options=options)] for _ in outputs]

    def _map(
        self, winner: np.ndarray, kinds: np.ndarray, scores: np.ndarray, claims: np.ndarray, options: Options
    ) -> PanopticMap:
        winner = winner.astype(np.intp) + 1
        areas = np.bincount(winner.ravel(), minlength=len(kinds) + 1)[1:]
        number = np.zeros(len(kinds) + 1, np.int32)
        segments: dict[int, tuple[int, float]] = {}
        regions: dict[int, int] = {}
        for i, (kind, score, area, claim) in enumerate(zip(kinds, scores, areas, claims)):
            label = self.ids[kind]
            if not area or area < self.overlap * claim or (options.labels is not None and label not in options.labels):
                continue
            if label in regions:
                number[i + 1] = regions[label]  # Stuff is one segment a class.
                continue
            number[i + 1] = len(segments) + 1
            segments[len(segments) + 1] = (label, min(float(score), 1.0))
            if label in self.stuff:
                regions[label] = len(segments)
        values = number[winner]
        size = (int(values.shape[0]), int(values.shape[1]))
        return PanopticMap(size=size, classes=self.classes, map=values, segments=segments)

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return the mask of each query that found something, the surest first."""
        ((classes, masks),) = self.forward(self.prepare([frame]), options, context)
        scores, kinds = classes.softmax(-1)[:, :-1].max(-1)
        names = [label.name for label in self.classes.labels]
        box = (0.0, 0.0, float(frame.shape[1]), float(frame.shape[0]))
        return [
            HeatView(
                group="Queries",
                title=f"Query {i + 1}: {names[int(kinds[i])]} {float(scores[i]):.2f}",
                box=box,
                values=masks[i].sigmoid().cpu().numpy(),
                low=0.0,
                high=1.0,
            )
            for i in scores.argsort(descending=True, stable=True)[:_SHOWN].tolist()
        ]


def compete(masks: Tensor, scores: Tensor, height: int, width: int) -> tuple[Tensor, Tensor]:
    """Return which segment wins each pixel, one mask enlarged at a time: a picture may be large.

    Args:
        masks: Logits (n, h', w').
        scores: (n,); what has none above 0 wins no pixel.
        height, width: Of the picture.

    Returns:
        int16 (height, width) of winners, -1 where no winner's mask is likelier than not; and how many pixels each mask
        has at all, int64 (n,).
    """
    best = torch.zeros((height, width), device=masks.device)
    winner = torch.full((height, width), -1, dtype=torch.int16, device=masks.device)
    likely = torch.zeros((height, width), dtype=torch.bool, device=masks.device)
    claims = torch.zeros(len(masks), dtype=torch.int64, device=masks.device)
    for i, mask in enumerate(masks):
        share = F.interpolate(mask[None, None], (height, width), mode="bilinear", align_corners=False)[0, 0].sigmoid()
        claims[i] = (share >= 0.5).sum()
        better = share * scores[i] > best
        best = torch.where(better, share * scores[i], best)
        winner.masked_fill_(better, i)
        likely = torch.where(better, share >= 0.5, likely)
    return winner.masked_fill_(~likely, -1), claims


def _tokens(build: Build, network: Any) -> Tensor | None:
    """Return OneFormer's task as tokens (1, n), None for other networks."""
    if build.settings["kind"] != "oneformer":
        return None
    length = network.config.task_seq_len
    if build.files is None or "vocab.json" not in build.files:
        return torch.zeros((1, length))
    tokenizer = transformers.CLIPTokenizer.from_pretrained(
        Path(build.files["vocab.json"]).parent, local_files_only=True
    )
    words = tokenizer(_TASK, padding="max_length", truncation=True, max_length=length, return_tensors="pt")
    return words["input_ids"].float()

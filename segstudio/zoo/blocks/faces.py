"""The predictor of networks that find faces in one pass over the picture, whatever their anchors."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from segstudio.core.errors import InputError
from segstudio.core.labels import FACE_FIVE
from segstudio.core.results import Faces, Result
from segstudio.core.views import PointsView, View
from segstudio.zoo.blocks import candidates, tensors
from segstudio.zoo.predictor import Build, Context, Options, TorchPredictor

FACE = 1
POINTS = 5


class Batch(NamedTuple):
    """Frames of one size: their places among all, their pixels, and (height, width) of the frames themselves.

    `seen` is the (height, width) within the pixels that the picture fills; the rest is padding.
    """

    places: list[int]
    pixels: Tensor
    size: tuple[int, int]
    seen: tuple[int, int]


class Found(NamedTuple):
    """The best candidates of a batch, best first: (b, k, 15) of box, score and landmarks in pixels of the frames."""

    places: list[int]
    rows: Tensor
    size: tuple[int, int]


class FacePredictor(TorchPredictor):
    """Faces with five landmarks.

    The card's settings say what is larger than the network gets to see ("longest"), how many of the best candidates
    are looked at ("candidates"), and from which overlap a box suppresses another ("nms").

    Args:
        multiple: Pictures are padded with zeros, right and below, to multiples of so many pixels.
    """

    def __init__(self, build: Build, network: nn.Module, multiple: int = 1) -> None:
        super().__init__(build.card, build.device, network)
        if build.card.input is None:
            raise InputError(f"The card '{build.card.name}' needs an [input].")
        self.mean = torch.tensor(build.card.input.mean, device=self.device).view(3, 1, 1)
        self.flip = build.card.input.channels == "bgr"
        self.multiple = multiple
        self.longest: int = build.settings["longest"]
        self.overlap: float = build.settings["nms"]
        self.most: int = build.settings["candidates"]

    @abstractmethod
    def candidates(self, batch: Batch, outputs: Any) -> tuple[Tensor, Tensor, Tensor]:
        """Return scores (b, k), boxes (b, k, 4) and landmarks (b, k, 5, 2) in pixels of the frames, best first."""

    def keep(self, boxes: Tensor, scores: Tensor, options: Options) -> Tensor:
        """Return the places of the candidates of one frame that are kept, best first."""
        return candidates.survivors(boxes, scores, None, self.threshold(options), self.overlap, options)

    def prepare(self, frames: Sequence[np.ndarray]) -> list[Batch]:
        """Return batches of frames of equal size, normalised; what is larger than the card's limit is scaled down."""
        uint8 = [tensors.from_frame(frame, self.device) for frame in frames]
        batches = []
        for places, stack in tensors.by_shape(uint8):
            size = int(stack.shape[2]), int(stack.shape[3])
            pixels = stack.flip(1).float() if self.flip else stack.float()
            scale = self.longest / max(size)
            if scale < 1:
                smaller = [max(round(side * scale), 1) for side in size]
                pixels = functional.interpolate(pixels, size=smaller, mode="bilinear", antialias=True)
            seen = int(pixels.shape[2]), int(pixels.shape[3])
            below, right = (-side % self.multiple for side in seen)
            batches.append(Batch(places, functional.pad(pixels - self.mean, (0, right, 0, below)), size, seen))
        return batches

    def bare(self, inputs: list[Batch]) -> list[Any]:
        with torch.inference_mode():
            return [self.network(batch.pixels) for batch in inputs]

    def forward(self, inputs: list[Batch], options: Options, context: Context) -> list[Found]:  # noqa: ARG002
        """Return the best candidates of each batch, on the device."""
        found = []
        for batch in inputs:
            context.cancel.check()
            with self.inference(context):
                outputs = [output.float() for output in self.network(batch.pixels)]
                scores, boxes, marks = self.candidates(batch, outputs)
                rows = torch.cat((boxes, scores[..., None], marks.flatten(2)), -1)
                found.append(Found(batch.places, rows, batch.size))
        return found

    def decode(self, outputs: list[Found], frames: Sequence[np.ndarray], options: Options) -> list[list[Result]]:
        results: list[list[Result]] = [[] for _ in frames]
        for batch, rows in zip(outputs, tensors.fetch([batch.rows for batch in outputs])):
            for place, one in zip(batch.places, rows):
                results[place] = [self._faces(one, batch.size, options)]
        return results

    def _faces(self, rows: Tensor, size: tuple[int, int], options: Options) -> Faces:
        if options.labels is not None and FACE not in options.labels:
            rows = rows[:0]
        rows = rows[self.keep(rows[:, :4], rows[:, 4], options)[: options.max_instances]]
        return Faces(
            size=size,
            classes=self.classes,
            boxes=candidates.clipped(rows[:, :4], size),
            labels=np.full(len(rows), FACE, np.int64),
            scores=rows[:, 4].numpy(),
            landmarks=rows[:, 5:].reshape(-1, POINTS, 2).numpy(),
        )


def landmark_view(marks: Tensor, scores: Tensor, size: tuple[int, int], title: str) -> View:
    """Return a view of landmarks (n, 5, 2) with the lines of a face; size is the picture's (height, width)."""
    count = len(marks)
    links = np.array(FACE_FIVE.limbs)[None] + np.arange(count)[:, None, None] * POINTS
    return PointsView(
        group="Landmarks",
        title=title,
        box=(0.0, 0.0, float(size[1]), float(size[0])),
        points=marks.reshape(-1, 2).numpy(),
        scores=scores.numpy().repeat(POINTS),
        links=links.reshape(-1, 2).astype(np.int64),
    )

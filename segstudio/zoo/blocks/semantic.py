"""The predictor of all semantic segmentation networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from segstudio.core.errors import InputError
from segstudio.core.labels import LabelSet
from segstudio.core.results import Result, SemanticMap
from segstudio.core.views import HeatView, View
from segstudio.zoo.blocks import tensors, waiting
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, TorchPredictor

if TYPE_CHECKING:
    from torch import Tensor

    from segstudio.zoo.blocks.taps import Tap

_CELL = 16  # what looking at a cell for classes that can win costs, in enlarged pixels
# Of the network's usual input, as hszhao/semseg and others test.
_SCALES = (0.5, 0.75, 1.0, 1.25, 1.5, 1.75)
_ONE_SCALE = "tiles were looked at in one scale"
_SHOWN = 16  # classes whose probability is shown, those that fill most first


def classes_of(build: Build) -> int:
    """Return how many classes a card's network tells apart, background included."""
    card = build.card
    return len(card.classes) or build.settings.get("num_classes") or len(card.label_set().labels)


class SemanticPredictor(TorchPredictor):
    """A class a pixel.

    The network takes (n, 3, h, w) and gives scores (n, classes, h', w') that are stretched over the picture; a single
    channel is the score of class 1 against 0. The card's input size is (shorter side,), a fixed (height, width), or ()
    for the picture's own.

    Args:
        build: Settings: "size" instead of the card's input size; "longer", what the longer side becomes, and "scale" of
            the picture's own size, both with an input size of (); "antialias" of the resizing and its "interpolation"
            ("bilinear" or "bicubic"); "align_corners" of the stretching.
        network: As above.
        taps: The layers that `look` shows.
    """

    probabilities = False  # of what `forward` gives: probabilities instead of logits
    mirrors = False  # `scores` sees mirror images by itself
    margin = 64  # pixels of context that the network needs around what it says, at least
    stride = 32  # pixels of the coarsest cell of the network

    def __init__(self, build: Build, network: Any, taps: Sequence[Tap] = ()) -> None:
        super().__init__(build.card, build.device, network)
        import torch
        from torchvision.transforms import InterpolationMode

        spec = build.card.input
        if spec is None:
            raise InputError(f"The card '{build.card.name}' needs an [input].")
        settings = build.settings
        size = settings.get("size", spec.size)
        self.size: tuple[int, ...] = (size,) if isinstance(size, int) else tuple(size)
        self.longer: int = settings.get("longer", 0)
        self.scale: float = settings.get("scale", 1.0)
        # Tiles of a picture that would be scaled down show more than the whole: the engine merges what each says.
        self.tiles_itself = not self.size and not self.longer
        self.resizing = {
            "antialias": settings.get("antialias", True),
            "interpolation": InterpolationMode(settings.get("interpolation", "bilinear")),
        }
        self.align_corners: bool = settings.get("align_corners", False)
        self.bgr = spec.channels == "bgr"
        scale = spec.range / 255.0
        shape = (1, 3, 1, 1)
        # One multiplication and one addition: x * range / 255, minus the mean, over the deviation.
        self.factor = torch.tensor([scale / s for s in spec.std], device=self.device).view(shape)
        self.offset = torch.tensor([-m / s for m, s in zip(spec.mean, spec.std)], device=self.device).view(shape)
        self.taps = tuple(taps)

    def input_size(self, height: int, width: int) -> tuple[int, int]:
        """Return (height, width) of the network's input for a picture of that size."""
        if len(self.size) == 2:
            return self.size[0], self.size[1]
        shorter, longer = sorted((height, width))
        if self.size:
            return tuple(self.size[0] * side // shorter for side in (height, width))  # pyright: ignore[reportReturnType]
        scale = self.longer / longer if self.longer else self.scale
        # A picture of a few pixels is enlarged until the coarsest cell holds something.
        return max(round(height * scale), self.stride), max(round(width * scale), self.stride)

    def resized(self, frame: np.ndarray, size: tuple[int, int] | None = None) -> Tensor:
        """Return a frame as a uint8 tensor (3, h', w') of a size, by default the network's input size, RGB."""
        # Not those of v2, which round in another way on some processors.
        from torchvision.transforms import functional as transforms

        tensor = tensors.from_frame(frame, self.device)
        size = size or self.input_size(*frame.shape[:2])
        return tensor if size == frame.shape[:2] else transforms.resize(tensor, list(size), **self.resizing)

    def normalised(self, batch: Tensor) -> Tensor:
        """Return uint8 RGB (n, 3, h, w) as the network's input."""
        import torch

        batch = batch.flip(1) if self.bgr else batch
        batch = batch.float() * self.factor + self.offset
        return batch.contiguous(memory_format=torch.channels_last) if batch.is_cuda else batch

    def prepare(self, frames: Sequence[np.ndarray]) -> list[tuple[list[int], Tensor]]:
        """Return batches of frames of equal size (n, 3, h', w'), each with its frames' places."""
        batches = tensors.by_shape([self.resized(frame) for frame in frames])
        return [(places, self.normalised(batch)) for places, batch in batches]

    def bare(self, inputs: list[tuple[list[int], Tensor]]) -> list[Tensor]:
        import torch

        with torch.inference_mode():
            return [self.network(batch) for _, batch in inputs]

    def scores(self, batch: Tensor) -> Tensor:
        """Return the classes' scores (n, classes, h', w'), at the coarse resolution at which the network gives them."""
        return self.network(batch)

    def forward(self, inputs: list[tuple[list[int], Tensor]], options: Options, context: Context) -> list[Tensor]:  # noqa: ARG002
        """Return the scores (classes, h', w') of each frame, two classes at least."""
        scores: dict[int, Tensor] = {}
        with self.inference(context):
            for places, batch in inputs:
                context.cancel.check()
                scores.update(zip(places, two_classes(self.scores(batch).float())))
        return [scores[i] for i in range(len(scores))]

    def decode(self, outputs: list[Tensor], frames: Sequence[np.ndarray], options: Options) -> list[list[Result]]:
        import torch

        made: list[Tensor] = []
        with torch.inference_mode():
            for scores, frame in zip(outputs, frames):
                made.append(self.labels(scores, frame.shape[0], frame.shape[1], options))
                if options.confidence:
                    made.append(self.confidence(scores, frame.shape[0], frame.shape[1]))
        arrays = [tensor.numpy() for tensor in tensors.fetch(made)]
        step = 2 if options.confidence else 1
        return [
            [
                SemanticMap(
                    size=frame.shape[:2],
                    classes=self.classes,
                    map=arrays[step * i],
                    confidence=arrays[step * i + 1] if options.confidence else None,
                    split_things=options.split_things,
                )
            ]
            for i, frame in enumerate(frames)
        ]

    def predict(
        self, frames: Sequence[np.ndarray], options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[list[Result]]:
        if not options.multi_scale:
            return super().predict(frames, options, context)
        outputs = []
        for i, frame in enumerate(frames):
            context.stage("network", 0.1 + 0.8 * i / len(frames))
            outputs.append(self.at_scales(frame, context))
        context.stage("decode", 0.9)
        return self.decode(outputs, frames, options)

    def at_scales(self, frame: np.ndarray, context: Context) -> Tensor:
        """Return a frame's scores as `forward` does, from the mean probabilities at several scales and mirrored.

        The network of a fixed input size sees that size, and its mirror image.
        """
        import torch
        import torch.nn.functional as F

        usual = self.input_size(*frame.shape[:2])
        total: Tensor | None = None
        scales = (1.0,) if len(self.size) == 2 else _SCALES
        views = (False,) if self.mirrors else (False, True)
        with self.inference(context):
            for scale in scales:
                size = tuple(max(round(side * scale), self.stride) for side in usual)
                batch = self.normalised(self.resized(frame, (size[0], size[1]))[None])
                for mirrored in views:
                    context.cancel.check()
                    scores = two_classes(self.scores(batch.flip(3) if mirrored else batch).float())
                    shares = scores if self.probabilities else scores.softmax(1)
                    shares = shares.flip(3) if mirrored else shares
                    shares = F.interpolate(shares, usual, mode="bilinear", align_corners=self.align_corners)
                    total = shares if total is None else total + shares
        assert total is not None
        mean = total[0] / (len(scales) * len(views))
        return mean if self.probabilities else torch.log(mean.clamp(min=1e-12))

    def predict_tiled(
        self, frame: np.ndarray, side: int, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[Result]:
        """Return the results of one frame, its network run on overlapping tiles whose scores are blended.

        Args:
            side: Of the tiles, in pixels of the network's input; whole pictures where that is not larger.
        """
        from segstudio.zoo.blocks import semantic_tiles

        if max(self.input_size(*frame.shape[:2])) <= side:
            return self.predict([frame], options, context)[0]
        found = semantic_tiles.predict(self, frame, side, options, context)
        return [replace(found, notes=(*found.notes, _ONE_SCALE)) if options.multi_scale else found]

    def labels(self, scores: Tensor, height: int, width: int, options: Options = DEFAULT_OPTIONS) -> Tensor:
        """Return the winning class (uint8) of each of height x width pixels."""
        import torch

        if scores.shape[1:] == (height, width):
            # `max` is many times as quick as `argmax` here.
            labels = scores.max(0).indices.to(torch.uint8)
        else:
            # Asking which classes can win pays where one asks few cells, and would make a graphics card wait.
            few = scores[0].numel() * _CELL <= height * width and not waiting.fixed(scores)
            wanted = candidates(scores) if few else list(range(len(scores)))
            labels = torch.full((height, width), wanted[0], dtype=torch.uint8, device=scores.device)
            if len(wanted) > 1:
                best = stretch(scores[wanted[0]], height, width, self.align_corners)
                for c in wanted[1:]:
                    value = stretch(scores[c], height, width, self.align_corners)
                    labels.masked_fill_(value > best, c)
                    torch.maximum(best, value, out=best)
        if options.labels is not None:
            table = [c if c in options.labels else 0 for c in range(len(scores))]
            labels = tensors.send(np.array(table, np.uint8), labels.device)[labels.int()]
        return labels

    def confidence(self, scores: Tensor, height: int, width: int) -> Tensor:
        """Return the probability (float32) of the winning class of each of height x width pixels."""
        peak = (scores if self.probabilities else scores.softmax(0)).amax(0)
        if peak.shape != (height, width):
            peak = stretch(peak, height, width, self.align_corners)
        return peak.clamp(0, 1)

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return what the tapped layers give, the probability of each class, and how undecided the network is."""
        from segstudio.zoo.blocks import taps

        context.stage("network", 0.0)
        batch = self.prepare([frame])[0][1]
        with taps.watch(self.network, [tap.layer for tap in self.taps]) as seen:
            scores = self.forward([([0], batch)], options, context)[0]
        context.stage("views", 0.9)
        box = (0.0, 0.0, float(frame.shape[1]), float(frame.shape[0]))
        names = [label.name for label in self.classes.labels]
        shares = scores if self.probabilities else scores.softmax(0)
        shown = taps.views(self.taps, seen, box, batch.shape[2:], names)
        return [*shown, *probability_views(shares.cpu().numpy(), self.classes, frame.shape[:2])]


def probability_views(shares: np.ndarray, classes: LabelSet, size: tuple[int, ...]) -> list[View]:
    """Return the probabilities (classes, h, w) as views over a picture of (height, width), and their entropy."""
    box = (0.0, 0.0, float(size[1]), float(size[0]))
    names = {label.id: label.name for label in classes.labels}
    order = np.argsort(-shares.mean(axis=(1, 2)), kind="stable")[:_SHOWN]
    views: list[View] = [
        HeatView(
            group="Probabilities",
            title=names.get(i, str(i)),
            box=box,
            values=shares[i].astype(np.float32),
            low=0,
            high=1,
        )
        for i in order.tolist()
    ]
    entropy = -(shares * np.log2(np.maximum(shares, 1e-9))).sum(axis=0)
    most = float(np.log2(len(shares))) if len(shares) > 1 else 1.0
    views.append(
        HeatView(
            group="Uncertainty",
            title="Entropy",
            box=box,
            values=entropy.astype(np.float32),
            low=0,
            high=most,
            unit="bit",
        )
    )
    return views


def two_classes(scores: Tensor) -> Tensor:
    """Return scores (n, c, h, w); a single class's with a plane of zeros for the background before it."""
    import torch

    return torch.cat((torch.zeros_like(scores), scores), dim=1) if scores.shape[1] == 1 else scores


def stretch(plane: Tensor, height: int, width: int, align_corners: bool = False) -> Tensor:
    """Return a 2-D tensor resampled bilinearly to (height, width)."""
    import torch.nn.functional as F

    size = (height, width)
    return F.interpolate(plane[None, None], size=size, mode="bilinear", align_corners=align_corners)[0, 0]


def candidates(logits: Tensor) -> list[int]:
    """Return the classes that can win anywhere once the logits (classes, h, w) are enlarged bilinearly.

    An enlarged pixel is a weighted mean of the four coarse ones around it, so a class that another one beats at all
    four corners can't win between them. Most pictures leave a handful of classes, and only these need to be enlarged.
    """
    import torch
    import torch.nn.functional as F

    padded = F.pad(logits[None], (1, 1, 1, 1), mode="replicate")[0]
    corners = torch.stack((padded[:, :-1, :-1], padded[:, :-1, 1:], padded[:, 1:, :-1], padded[:, 1:, 1:]))
    beaten = torch.zeros_like(corners[0], dtype=torch.bool)
    for corner in corners:
        winner = corner.max(0, keepdim=True).indices
        strongest = torch.gather(corners, 1, winner.expand(4, -1, -1, -1))
        beaten |= (strongest > corners).all(0)
    return torch.nonzero(~beaten.flatten(1).all(1)).flatten().tolist()

"""The predictor of torchvision's semantic segmentation networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from segstudio.core.errors import InputError
from segstudio.core.labels import LabelSet
from segstudio.core.results import Result, SemanticMap
from segstudio.core.views import HeatView, View
from segstudio.zoo.blocks import tensors
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, TorchPredictor

if TYPE_CHECKING:
    from torch import Tensor


_SHOWN = 32  # classes whose probability is shown, those that fill most first


def from_torchvision(build: Build, name: str) -> SemanticPredictor:
    """Return the predictor of one of torchvision's segmentation networks.

    Args:
        build: Setting "num_classes" counts the background in; "aux" tells whether the checkpoint has the second
            classifier that only training uses.
        name: torchvision's name of the network.
    """
    from torchvision.models import get_model

    count = len(build.card.classes) or build.settings["num_classes"]
    aux = {"aux_loss": True} if build.settings.get("aux") else {}
    network: Any = get_model(name, weights=None, weights_backbone=None, num_classes=count, **aux)
    build.fill(network)
    if aux:
        network.aux_classifier = None
        # Features that nobody reads would still be kept.
        layers = network.backbone.return_layers
        network.backbone.return_layers = {layer: role for layer, role in layers.items() if role != "aux"}
    return SemanticPredictor(build, network)


class SemanticPredictor(TorchPredictor):
    """A class a pixel."""

    def __init__(self, build: Build, network: Any) -> None:
        super().__init__(build.card, build.device, network)
        from torchvision.transforms._presets import SemanticSegmentation

        spec = build.card.input
        if spec is None or len(spec.size) != 1:
            raise InputError(f"The card '{build.card.name}' needs an input size of (shorter side,).")
        size = build.settings.get("size", spec.size[0])
        self.transform = SemanticSegmentation(resize_size=size, mean=spec.mean, std=spec.std)

    def prepare(self, frames: Sequence[np.ndarray]) -> list[tuple[list[int], Tensor]]:
        """Return batches of frames of equal size (n, 3, h', w'), each with its frames' places."""
        return tensors.by_shape([self.transform(tensors.from_frame(frame, self.device)) for frame in frames])

    def bare(self, inputs: list[tuple[list[int], Tensor]]) -> list[Tensor]:
        import torch

        with torch.inference_mode():
            return [self.network(batch)["out"] for _, batch in inputs]

    def forward(self, inputs: list[tuple[list[int], Tensor]], options: Options, context: Context) -> list[Tensor]:  # noqa: ARG002
        """Return the classifier's logits (classes, h', w') a frame, at the coarse resolution at which it gives them."""
        logits: dict[int, Tensor] = {}
        with self.inference(context):
            for places, batch in inputs:
                context.cancel.check()
                features = self.network.backbone(batch)
                coarse = self.network.classifier(features.get("out", features)).float()
                logits.update(zip(places, coarse))
        return [logits[i] for i in range(len(logits))]

    def decode(self, outputs: list[Tensor], frames: Sequence[np.ndarray], options: Options) -> list[list[Result]]:
        import torch

        with torch.inference_mode():
            return [[self._map(one, f.shape[0], f.shape[1], options)] for one, f in zip(outputs, frames)]

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return the probability of each class, and how undecided the network is between them."""
        context.stage("network", 0.0)
        logits = self.forward(self.prepare([frame]), options, context)[0]
        context.stage("views", 0.9)
        return probability_views(logits.softmax(0).cpu().numpy(), self.classes, frame.shape[:2])

    def _map(self, logits: Tensor, height: int, width: int, options: Options) -> SemanticMap:
        import torch
        import torch.nn.functional as F

        wanted = candidates(logits)
        labels = torch.full((height, width), wanted[0], dtype=torch.uint8, device=logits.device)
        if len(wanted) > 1:
            best = stretch(logits[wanted[0]], height, width)
            for c in wanted[1:]:
                value = stretch(logits[c], height, width)
                labels.masked_fill_(value > best, c)
                torch.maximum(best, value, out=best)
        if options.labels is not None:
            for c in set(wanted) - options.labels:
                labels.masked_fill_(labels == c, 0)
        confidence = None
        if options.confidence:
            peak = F.softmax(logits, dim=0).amax(0)
            confidence = stretch(peak, height, width).clamp_(0, 1).cpu().numpy()
        return SemanticMap(size=(height, width), classes=self.classes, map=labels.cpu().numpy(), confidence=confidence)


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


def stretch(plane: Tensor, height: int, width: int) -> Tensor:
    """Return a 2-D tensor resampled bilinearly to (height, width)."""
    import torch.nn.functional as F

    return F.interpolate(plane[None, None], size=(height, width), mode="bilinear", align_corners=False)[0, 0]


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
        winner = corner.argmax(0, keepdim=True)
        strongest = torch.gather(corners, 1, winner.expand(4, -1, -1, -1))
        beaten |= (strongest > corners).all(0)
    return torch.nonzero(~beaten.flatten(1).all(1)).flatten().tolist()

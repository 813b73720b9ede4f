"""PSPNet (Zhao et al. 2017, arXiv 1612.01105) on overlapping crops, as hszhao/semseg tests it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from segstudio.core.errors import InputError
from segstudio.core.views import View
from segstudio.zoo.blocks.semantic import SemanticPredictor, classes_of, probability_views
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, Predictor

if TYPE_CHECKING:
    from torch import Tensor

_SHOWN = 4  # crops that `look` shows


def build(build: Build) -> Predictor:
    """Return PSPNet.

    Args:
        build: Settings: "layers" of the backbone; "crop", the side of the crops, 8 k + 1; "longer", what the picture's
            longer side becomes; "flip", whether each crop is also seen mirrored; "width" of the backbone.
    """
    from segstudio.zoo.blocks.pspnet import STRIDE, PSPNet

    settings = build.settings
    if settings["crop"] % STRIDE != 1:
        raise InputError(f"The card '{build.card.name}' needs a crop of 8 k + 1 pixels, not {settings['crop']}.")
    network = PSPNet(classes_of(build), settings["layers"], settings.get("width", 64))
    build.fill(network)
    return PyramidPredictor(build, network)


class PyramidPredictor(SemanticPredictor):
    """Probabilities, averaged over the crops that see a pixel, and over their mirror images."""

    probabilities = True

    def __init__(self, build: Build, network: Any) -> None:
        from segstudio.zoo.blocks.pspnet import BINS
        from segstudio.zoo.blocks.taps import Tap

        taps = [Tap(f"ppm.features.{i}.0", "Pyramid", f"{cells}x{cells}") for i, cells in enumerate(BINS)]
        super().__init__(build, network, taps)
        self.crop: int = build.settings["crop"]
        self.flip: bool = build.settings.get("flip", True)
        self.mirrors = self.flip

    def scores(self, batch: Tensor) -> Tensor:
        import torch
        import torch.nn.functional as F

        height, width = batch.shape[2:]
        batch = self._padded(batch)
        total: Tensor | None = None
        counts = torch.zeros(batch.shape[2:], device=batch.device)
        for rows, columns in self.crops(*batch.shape[2:]):
            crop = batch[:, :, rows, columns]
            logits = F.interpolate(self._both(crop), crop.shape[2:], mode="bilinear", align_corners=True)
            probability = logits.float().softmax(1)
            if self.flip:
                plain, mirrored = probability.chunk(2)
                probability = (plain + mirrored.flip(3)) / 2
            if total is None:
                total = probability.new_zeros((*probability.shape[:2], *batch.shape[2:]))
            total[:, :, rows, columns] += probability
            counts[rows, columns] += 1
        assert total is not None
        return (total / counts)[(..., *self._inside(height, width))]

    def _both(self, crop: Tensor) -> Tensor:
        """Return the network's logits of a crop and of its mirror image, where that is asked for."""
        import torch

        return self.network(torch.cat((crop, crop.flip(3))) if self.flip else crop)

    def bare(self, inputs: list[tuple[list[int], Tensor]]) -> list[Tensor]:
        """Call the network on each crop, as its authors test it."""
        import torch

        with torch.inference_mode():
            padded = [self._padded(batch) for _, batch in inputs]
            return [self._both(one[:, :, r, c]) for one in padded for r, c in self.crops(*one.shape[2:])]

    def crops(self, height: int, width: int) -> Iterator[tuple[slice, slice]]:
        """Yield the rows and columns of the crops of an input that is no smaller than one; they share a third."""
        step = -(-self.crop * 2 // 3)

        def along(length: int) -> list[slice]:
            count = -(-max(length - self.crop, 0) // step) + 1
            ends = [min(i * step + self.crop, length) for i in range(count)]
            return [slice(end - self.crop, end) for end in ends]

        for rows in along(height):
            for columns in along(width):
                yield rows, columns

    def _inside(self, height: int, width: int) -> tuple[slice, slice]:
        """Return where the picture lies in the padded input."""
        top, left = max(self.crop - height, 0) // 2, max(self.crop - width, 0) // 2
        return slice(top, top + height), slice(left, left + width)

    def _padded(self, batch: Tensor) -> Tensor:
        import torch.nn.functional as F

        rows, columns = (max(self.crop - side, 0) for side in batch.shape[2:])
        # The mean, which is zero here, as in training.
        return F.pad(batch, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2))

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        from segstudio.zoo.blocks import taps

        shares = self.forward(self.prepare([frame]), options, context)[0].cpu().numpy()
        batch = self.prepare([frame])[0][1]
        height, width = batch.shape[2:]
        x, y = frame.shape[1] / width, frame.shape[0] / height
        inside = self._inside(height, width)
        batch = self._padded(batch)
        shown: list[View] = []
        names = [label.name for label in self.classes.labels]
        for rows, columns in list(self.crops(*batch.shape[2:]))[:_SHOWN]:
            context.cancel.check()
            with self.inference(context), taps.watch(self.network, [tap.layer for tap in self.taps]) as seen:
                self.network(batch[:, :, rows, columns])
            left, top = columns.start - inside[1].start, rows.start - inside[0].start
            box = (left * x, top * y, (left + self.crop) * x, (top + self.crop) * y)
            shown += taps.views(self.taps, seen, box, (self.crop, self.crop), names)
        return [*shown, *probability_views(shares, self.classes, frame.shape[:2])]

"""CornerNet (Law and Deng 2018, arXiv 1808.01244): boxes as pairs of corners that find each other by embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from segstudio.core import soft_nms
from segstudio.core.errors import InputError
from segstudio.core.results import Boxes, Result
from segstudio.core.views import BarsView, HeatView, PointsView, View
from segstudio.zoo.blocks import cornernet_decoding as decoding
from segstudio.zoo.blocks import cornernet_networks as networks
from segstudio.zoo.blocks import points, tensors
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, Predictor

_SHOWN = 10  # corners and pairs whose numbers are shown
_NAMES = {"tl": "Top-left corners", "br": "Bottom-right corners"}


def build(build: Build) -> Predictor:
    """Return CornerNet; settings "dims", "modules" and "inner" are the network's, see `CornerNetPredictor`."""
    sizes = {key: build.settings[key] for key in ("dims", "modules", "inner") if key in build.settings}
    network = networks.CornerNetwork(len(build.card.label_set().labels), **sizes)
    build.fill(network)
    return CornerNetPredictor(build, network)


class CornerNetPredictor(points.StackedPredictor):
    """Boxes by the published test.

    A frame lies in the middle of a black canvas with sides of 128 n - 1, after one whose longer side exceeds "longest"
    was scaled down to that. "mirror" looks at the mirrored frame, too. The "top" best corners of each kind, each the
    largest within "window" cells, are paired where their embeddings differ by "reach" at most; of the pairs the best
    1000 go through soft-NMS with "overlap" within each class. "merging" averages boxes there with those that they
    lower, with that exponent; 0 for none (published: for tests on several scales, 8).
    """

    def __init__(self, build: Build, network: Any) -> None:
        super().__init__(build.card, build.device, network)
        if build.card.input is None:
            raise InputError(f"The card '{build.card.name}' has no input.")
        settings = build.settings
        self.longest: int = settings["longest"]
        self.mirror: bool = settings["mirror"]
        self.count: int = settings["top"]
        self.window: int = settings["window"]
        self.reach: float = settings["reach"]
        self.overlap: float = settings["overlap"]
        self.merging: float | None = settings["merging"] or None
        self.canvas = points.Canvas(build.card, build.device)
        self.ids = np.array([label.id for label in self.classes.labels], np.int64)

    def prepare(self, frames: Sequence[np.ndarray]) -> list[points.Batch]:
        laid = [self._laid(frame) for frame in frames]
        return self.canvas.batches([canvas for canvas, _ in laid], [grid for _, grid in laid], self.mirror)

    def _laid(self, frame: np.ndarray) -> tuple[Tensor, points.Grid]:
        frame, across, down = self.canvas.shrunk(frame, self.longest)
        h, w = frame.shape[:2]
        height, width = h | 127, w | 127
        top, left = height // 2 - h // 2, width // 2 - w // 2
        # The maps are a quarter of a canvas that is one larger.
        over, under = (4 * side / (side + 1) for side in (width, height))
        grid = points.Grid(over * across, under * down, -left * across, -top * down)
        # As published, the canvas's last row and column stay black.
        return self.canvas.lay(frame[: height - 1, : width - 1], height, width, top, left), grid

    def decode(
        self, outputs: list[tuple[points.Batch, dict[str, Tensor]]], frames: Sequence[np.ndarray], options: Options
    ) -> list[list[Result]]:
        with torch.inference_mode():
            found = tensors.fetch([self._boxes(batch, maps) for batch, maps in outputs])
        threshold = max(self.threshold(options), 0.0)
        kept = []
        for rows, frame in zip(points.in_order(outputs, found), frames):
            rows, labels = points.wanted(rows, self.ids[rows[:, 7].astype(np.int64)], threshold, options)
            rows[:, :4] = rows[:, :4].clip(0, np.array(frame.shape[1::-1] * 2, np.float32))
            kept.append((rows[:, :7], labels))
        kept = points.softened(kept, soft_nms.Rule(overlap=self.overlap, merging=self.merging), threshold)
        return [[self._result(*one, frame.shape[:2], options)] for one, frame in zip(kept, frames)]

    def _boxes(self, batch: points.Batch, maps: dict[str, Tensor]) -> Tensor:
        found = decoding.boxes(networks.as_float(maps), self.count, self.window, self.reach)
        if self.mirror:
            found = decoding.with_mirrored(found, maps["tl_heat"].shape[3])
        return decoding.to_picture(found, batch.grids)

    def _result(self, rows: np.ndarray, labels: np.ndarray, size: tuple[int, ...], options: Options) -> Boxes:
        whole = np.flatnonzero((rows[:, 2] > rows[:, 0]) & (rows[:, 3] > rows[:, 1]))[: options.max_instances]
        return Boxes(
            size=(size[0], size[1]),
            classes=self.classes,
            boxes=rows[whole, :4],
            labels=labels[whole],
            scores=rows[whole, 4],
        )

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return corner heat maps, the embeddings of the best corners, and which corners were paired by them."""
        inputs = self.prepare([frame])
        with torch.inference_mode():
            [(batch, raw)] = self.forward(inputs, options, context)
            maps = networks.as_float(networks.unmirrored(raw) if self.mirror else raw)
            kinds = {kind: decoding.corners(maps, kind, self.count, self.window) for kind in networks.CORNERS}
            far = decoding.distances(kinds["tl"], kinds["br"])[0].cpu().numpy()
            fits = decoding.possible(kinds["tl"], kinds["br"])[0].cpu().numpy()
            seen = {kind: _Seen(maps[f"{kind}_heat"], corners) for kind, corners in kinds.items()}
        grid = batch.grids[0]
        box = grid.box(*seen["tl"].heat.shape[1:])
        views: list[View] = []
        for kind, one in seen.items():
            views += self._maps(_NAMES[kind], one, box)
        for kind, one in seen.items():
            views += self._embeddings(_NAMES[kind], one, grid, box)
        score = (seen["tl"].scores[:, None] + seen["br"].scores[None]) / 2
        score[~fits] = -1
        for title, chosen in (("Paired", far <= self.reach), ("Too different", far > self.reach)):
            views.append(self._pairs(title, seen, np.where(chosen, score, -1), far, grid, box))
        return views

    def _maps(self, group: str, one: _Seen, box: Any) -> list[View]:
        heat = one.heat
        views: list[View] = [HeatView(group=group, title="All classes", box=box, values=heat.max(0), low=0, high=1)]
        for channel in dict.fromkeys(one.classes[:_SHOWN].tolist()):
            name = self.classes.labels[channel].name
            views.append(HeatView(group=group, title=name, box=box, values=heat[channel], low=0, high=1))
        return views

    def _embeddings(self, title: str, one: _Seen, grid: points.Grid, box: Any) -> list[View]:
        names = [self.classes.labels[c].name for c in one.classes[:_SHOWN]]
        tags, scores = one.tags[:_SHOWN], one.scores[:_SHOWN]
        texts = tuple(f"{name} {score:.2f}: {tag:+.2f}" for name, score, tag in zip(names, scores, tags))
        places = grid.on_picture(one.places[:_SHOWN])
        bars = tuple(f"{i}: {name}" for i, name in enumerate(names, start=1))
        return [
            PointsView(group="Corner embeddings", title=title, box=box, points=places, scores=scores, texts=texts),
            BarsView(group="Corner embeddings", title=f"{title}, as numbers", box=box, labels=bars, values=tags),
        ]

    def _pairs(
        self, title: str, seen: dict[str, _Seen], score: np.ndarray, far: np.ndarray, grid: points.Grid, box: Any
    ) -> View:
        """Return the best pairs by a score (k, k), joined by lines, with the distance of their embeddings."""
        flat = np.argsort(-score, axis=None, kind="stable")[:_SHOWN]
        a, b = np.unravel_index(flat, score.shape)
        kept = score[a, b] >= 0
        a, b = a[kept], b[kept]
        n = len(a)
        texts = tuple(
            f"{self.classes.labels[seen['tl'].classes[i]].name} {score[i, j]:.2f}: {far[i, j]:.2f}"
            for i, j in zip(a, b)
        )
        every = np.concatenate((seen["tl"].places[a], seen["br"].places[b]))
        links = np.stack((np.arange(n), n + np.arange(n)), 1)
        places = grid.on_picture(every)
        return PointsView(group="Pairs", title=title, box=box, points=places, texts=texts + ("",) * n, links=links)


class _Seen:
    """The maps and best corners of one kind, of one picture, as arrays."""

    def __init__(self, heat: Tensor, corners: decoding.Corners) -> None:
        self.heat = heat[0].cpu().numpy()
        self.scores = corners.best.scores[0].cpu().numpy()
        self.classes = corners.best.classes[0].cpu().numpy()
        self.places = corners.places[0].cpu().numpy()
        self.tags = corners.tags[0].cpu().numpy()

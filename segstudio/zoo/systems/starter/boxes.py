"""SSD MobileNetV2 (Liu et al. 2016, arXiv 1512.02325; Sandler et al. 2018, arXiv 1801.04381) run by OpenCV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from segstudio.core.errors import WeightsError
from segstudio.core.results import Boxes, Result
from segstudio.core.views import BoxesView, HeatView, View
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, StagedPredictor

# The graph's six levels: (cells a side, default boxes a cell), the finest first.
LEVELS = ((19, 3), (10, 6), (5, 6), (3, 6), (2, 6), (1, 6))
_INSIDE = ("ClassPredictor/concat/sigmoid", "BoxEncodingPredictor/concat", "PriorBox/concat", "detection_out")
_CLASSES = 6  # that are shown, the surest first
_LEAST = 0.05  # the score from which a class counts as seen
_SHOWN = 4  # levels that are shown; the coarser ones have four cells and one
_RAW = 200  # boxes before suppression that are shown


def build(parts: Build) -> StagedPredictor:
    """Return the predictor of a frozen TensorFlow graph with a detection output layer."""
    return _Ssd(parts)


class _Ssd(StagedPredictor):
    def __init__(self, parts: Build) -> None:
        super().__init__(parts.card)
        import cv2

        if parts.files is None or parts.card.input is None:
            raise WeightsError(f"{parts.card.title} is its graph: it can't be built without its files.")
        graph, text = (parts.files[file.name] for file in parts.card.weights)
        self.files = str(graph), str(text)
        try:
            self.network = cv2.dnn.readNetFromTensorflow(str(graph), str(text))
        except cv2.error as error:
            raise WeightsError("OpenCV can't read this graph.", path=graph) from error
        self.size = parts.card.input.size

    def prepare(self, frames: Sequence[np.ndarray]) -> np.ndarray:
        import cv2

        height, width = self.size
        return cv2.dnn.blobFromImages(list(frames), 1.0, (width, height))

    def bare(self, inputs: np.ndarray) -> np.ndarray:
        """Return rows of (picture, class, score, left, top, right, bottom), the last four relative to the picture."""
        rows = []
        # The graph's detection output layer takes one picture at a time.
        for i in range(len(inputs)):
            self.network.setInput(inputs[i : i + 1])
            found = self.network.forward().reshape(-1, 7)
            found[:, 0] = i
            rows.append(found)
        return np.concatenate(rows)

    def forward(self, inputs: Any, options: Options, context: Context) -> np.ndarray:  # noqa: ARG002
        context.cancel.check()
        return self.bare(inputs)

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return the class scores a level, and the boxes before and after suppression."""
        context.stage("network", 0.0)
        scores, shifts, priors, rows = self._inside(frame)
        context.stage("views", 0.9)
        height, width = frame.shape[:2]
        whole = (0.0, 0.0, float(width), float(height))
        scores = scores.reshape(-1, scores.size // (shifts.size // 4))
        views = self._score_views(scores, whole)
        known = np.array([label.id for label in self.classes.labels], np.int64)
        labels, sure = known[scores[:, known].argmax(axis=1)], scores[:, known].max(axis=1)
        keep = np.flatnonzero(sure >= self.threshold(options))
        keep = keep[np.argsort(-sure[keep], kind="stable")][:_RAW]
        raw = _decoded(shifts.reshape(-1, 4)[keep], priors.reshape(2, -1, 4)[:, keep])
        raw = (np.clip(raw, 0, 1) * np.array([width, height, width, height])).astype(np.float32)
        kept = self._boxes(rows.reshape(-1, 7), (height, width), options)
        for title, boxes, ids, values in (
            ("Before suppression", raw, labels[keep], sure[keep]),
            ("After suppression", kept.boxes, kept.labels, kept.scores),
        ):
            texts = tuple(self.classes.by_id(i).name for i in ids.tolist())
            views.append(BoxesView(group="Boxes", title=title, box=whole, boxes=boxes, scores=values, texts=texts))
        return views

    def _score_views(self, scores: np.ndarray, whole: tuple[float, float, float, float]) -> list[View]:
        """Return the scores (default boxes, classes) of the surest classes as maps, the finest level first."""
        names = {label.id: label.name for label in self.classes.labels}
        peaks = scores.max(axis=0)
        seen = [i for i in np.argsort(-peaks, kind="stable").tolist() if i in names and peaks[i] >= _LEAST][:_CLASSES]
        views: list[View] = []
        start = 0
        for side, count in LEVELS[:_SHOWN]:
            cells = scores[start : start + side * side * count].reshape(side, side, count, -1).max(axis=2)
            start += side * side * count
            for i in seen:
                values = np.ascontiguousarray(cells[..., i])
                group = f"Class scores, {side} × {side} cells"
                views.append(HeatView(group=group, title=names[i], box=whole, values=values, low=0.0, high=1.0))
        return views

    def _inside(self, frame: np.ndarray) -> Sequence[np.ndarray]:
        """Return what the layers of `_INSIDE` give."""
        import cv2

        # OpenCV 5's new engine gives a graph's ends only.
        engine = getattr(cv2.dnn, "ENGINE_CLASSIC", None)
        network = cv2.dnn.readNetFromTensorflow(*self.files, *(() if engine is None else (engine,)))
        network.setInput(self.prepare([frame]))
        return network.forward(list(_INSIDE))

    def decode(self, outputs: np.ndarray, frames: Sequence[np.ndarray], options: Options) -> list[list[Result]]:
        return [[self._boxes(outputs[outputs[:, 0] == i], f.shape[:2], options)] for i, f in enumerate(frames)]

    def _boxes(self, rows: np.ndarray, size: tuple[int, int], options: Options) -> Boxes:
        height, width = size
        keep = rows[:, 2] >= self.threshold(options)
        # A number outside COCO's ids has no name.
        keep &= np.isin(rows[:, 1], [label.id for label in self.classes.labels])
        if options.labels is not None:
            keep &= np.isin(rows[:, 1], list(options.labels))
        rows = rows[keep]
        rows = rows[np.argsort(-rows[:, 2], kind="stable")][: options.max_instances]
        boxes = np.clip(rows[:, 3:7], 0, 1) * np.array([width, height, width, height], np.float32)
        solid = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        rows, boxes = rows[solid], boxes[solid]
        return Boxes(
            size=(height, width),
            classes=self.classes,
            boxes=boxes.astype(np.float32),
            labels=rows[:, 1].astype(np.int64),
            scores=np.clip(rows[:, 2], 0, 1).astype(np.float32),
        )


def _decoded(shifts: np.ndarray, priors: np.ndarray) -> np.ndarray:
    """Return (left, top, right, bottom) of shifts (n, 4) of default boxes; (2, n, 4) are these and their variances."""
    boxes, variances = priors
    extent = boxes[:, 2:] - boxes[:, :2]
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2 + variances[:, :2] * shifts[:, :2] * extent
    half = extent * np.exp(variances[:, 2:] * shifts[:, 2:]) / 2
    return np.concatenate([middle - half, middle + half], axis=1)

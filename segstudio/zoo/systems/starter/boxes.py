"""SSD MobileNetV2 (Liu et al. 2016, arXiv 1512.02325; Sandler et al. 2018, arXiv 1801.04381) run by OpenCV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from segstudio.core.errors import WeightsError
from segstudio.core.results import Boxes, Result
from segstudio.zoo.predictor import Build, Context, Options, StagedPredictor


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

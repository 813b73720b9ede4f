"""A mask in each box by U2-Net-p (Qin et al. 2020, arXiv 2005.09007), salient object detection on the box's crop."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segstudio.core import masks
from segstudio.core.errors import InputError, WeightsError
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask
from segstudio.core.results import Boxes, Instances, Result
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, Predictor


def build(parts: Build) -> Predictor:
    """Return the predictor that runs on the boxes of the card's first part."""
    return _MaskInBox(parts)


class _MaskInBox(Predictor):
    can_prompt = True

    def __init__(self, parts: Build) -> None:
        super().__init__(parts.card)
        import cv2

        if parts.files is None or parts.card.input is None:
            raise WeightsError(f"{parts.card.title} is its graph: it can't be built without its files.")
        path = parts.files[parts.card.weights[0].name]
        try:
            self.network = cv2.dnn.readNetFromONNX(str(path))
        except cv2.error as error:
            raise WeightsError("OpenCV can't read this network.", path=path) from error
        self.output = self.network.getUnconnectedOutLayersNames()[0]
        self.boxes = parts.parts[parts.card.composes[0]]
        self.input = parts.card.input
        self.margin: float = parts.settings["margin"]
        self.level: float = parts.settings["level"]

    @property
    def memory(self) -> int:
        return super().memory + self.boxes.memory

    def predict(
        self, frames: Sequence[np.ndarray], options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[list[Result]]:
        """Return one `Instances` a frame; its boxes are the detector's."""
        context.stage("boxes", 0.0)
        options = _with_threshold(options, self.threshold(options))
        found = [results[0] for results in self.boxes.predict(frames, options, Context(context.cancel))]
        results: list[list[Result]] = []
        for i, (frame, boxes) in enumerate(zip(frames, found)):
            assert isinstance(boxes, Boxes)
            drawn = []
            for j, (left, top, right, bottom) in enumerate(boxes.boxes.tolist()):
                context.stage("masks", (i + (j + 1) / (len(boxes.boxes) + 1)) / len(frames))
                drawn.append(self.prompt_box(frame, Box(left, top, right - left, bottom - top)))
            results.append(
                [
                    Instances(
                        size=boxes.size,
                        classes=self.classes,
                        boxes=boxes.boxes,
                        labels=boxes.labels,
                        scores=boxes.scores,
                        masks=drawn,
                    )
                ]
            )
        return results

    def prompt_box(self, frame: np.ndarray, box: Box) -> Mask:
        height, width = frame.shape[:2]
        margin_x, margin_y = box.w * self.margin, box.h * self.margin
        around = Box(box.x - margin_x, box.y - margin_y, box.w + 2 * margin_x, box.h + 2 * margin_y)
        left, top, right, bottom = around.clipped(width, height).pixels()
        if right - left < 2 or bottom - top < 2:
            raise InputError("This box has no area inside the picture.")
        crop = frame[top:bottom, left:right]
        return masks.from_bitmap(self._saliency(crop) >= self.level, left, top)

    def _saliency(self, crop: np.ndarray) -> np.ndarray:
        """Return float32 (h, w) in [0, 1]: how much each pixel belongs to what stands out in the crop."""
        import cv2

        height, width = crop.shape[:2]
        small = cv2.resize(crop, self.input.size[::-1], interpolation=cv2.INTER_AREA).astype(np.float32)
        small /= max(float(small.max()), 1.0)
        small = (small - np.asarray(self.input.mean, np.float32)) / np.asarray(self.input.std, np.float32)
        self.network.setInput(np.ascontiguousarray(small.transpose(2, 0, 1)[None]))
        value = self.network.forward(self.output)[0, 0]
        low, high = float(value.min()), float(value.max())
        value = (value - low) / max(high - low, 1e-6)
        return cv2.resize(value, (width, height), interpolation=cv2.INTER_LINEAR)


def _with_threshold(options: Options, threshold: float) -> Options:
    return Options(threshold, options.max_instances, options.labels, options.confidence, options.top)

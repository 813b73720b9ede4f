"""What all adapters need: the picture's place, the classes, and how candidates become the boxes that are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from segstudio.core.errors import InputError
from segstudio.core.labels import LabelSet
from segstudio.zoo.predictor import Options
from segstudio.zoo.systems.files.inputs import Placed
from segstudio.zoo.systems.files.settings import Settings


@dataclass(frozen=True)
class Kept:
    """The candidates that are results, best first.

    Args:
        rows: Which of the candidates they are.
        boxes, labels, scores: As in `core.results.Boxes`.
    """

    rows: np.ndarray
    boxes: np.ndarray
    labels: np.ndarray
    scores: np.ndarray


@dataclass(frozen=True)
class Candidates:
    """The boxes of one picture on their way to results, for looking inside.

    Args:
        boxes: (n, 4) left, top, right, bottom in pixels of the input.
        labels, scores: Of each.
        above: Which of them reach the threshold, best first.
        kept: Which of these are left after suppression, best first.
    """

    boxes: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    above: np.ndarray
    kept: np.ndarray


@dataclass(frozen=True)
class Reading:
    """One picture's outputs on their way to a result.

    Args:
        task: The card's.
        placed: How the picture lies in the input.
        classes: The card's.
        settings: The card's.
        options: What to keep.
        threshold: Lowest score.
        watch: Gets the candidates of adapters that give boxes, or None.
    """

    task: str
    placed: Placed
    classes: LabelSet
    settings: Settings
    options: Options
    threshold: float
    watch: Callable[[Candidates], object] | None = None

    def activate(self, values: np.ndarray, usual: str, axis: int = -1) -> np.ndarray:
        """Return scores of values, by the card's activation or, where it names none, by the usual one."""
        how = self.settings.activation or usual
        values = values.astype(np.float32)
        if how == "sigmoid":
            # Beyond this float32 says 0 or 1 anyhow.
            return 1 / (1 + np.exp(-values.clip(-80, 80)))
        if how == "softmax":
            powers = np.exp(values - values.max(axis=axis, keepdims=True))
            return powers / powers.sum(axis=axis, keepdims=True)
        return values

    def check_classes(self, got: int) -> None:
        """Compare the number of classes that the network tells apart with the card's.

        Raises:
            InputError: They differ; the message says both.
        """
        count = len(self.classes.labels)
        if self.settings.numbering == "id":
            need = max((label.id for label in self.classes.labels), default=0) + 1
            if got + self.settings.first >= need:
                return
            raise mismatch(got, f"the card's highest number is {need - 1}")
        if got != count:
            raise mismatch(got, f"the card names {count}")

    def ids(self, numbers: np.ndarray) -> np.ndarray:
        """Return the label ids of the network's class numbers (n,); -1 where the card has none."""
        numbers = numbers.astype(np.int64)
        known = np.array([label.id for label in self.classes.labels], np.int64)
        if self.settings.numbering == "id":
            return np.where(np.isin(numbers, known), numbers, -1)
        places = numbers - self.settings.first
        sound = (places >= 0) & (places < len(known))
        return np.where(sound, known[places.clip(0, len(known) - 1)], -1)

    def keep(self, boxes: np.ndarray, scores: np.ndarray, labels: np.ndarray, *, suppress: bool = True) -> Kept:
        """Return which candidates are results.

        Args:
            boxes: (n, 4) left, top, right, bottom in pixels of the input.
            scores: (n,).
            labels: (n,) label ids; -1 is dropped.
            suppress: Of boxes of one class that overlap, keep the best.
        """
        options = self.options
        good = (scores >= self.threshold) & (labels >= 0) & np.isfinite(boxes).all(axis=1)
        if options.labels is not None:
            good &= np.isin(labels, list(options.labels))
        rows = np.flatnonzero(good)
        rows = rows[np.argsort(-scores[rows], kind="stable")][: self.settings.candidates]
        above = rows
        if suppress and len(rows):
            rows = rows[_suppressed(boxes[rows], scores[rows], labels[rows], self.settings)]
        if self.watch is not None:
            self.watch(Candidates(boxes, labels, scores, above, rows))
        placed = self.placed.boxes(boxes[rows])
        solid = (placed[:, 2] > placed[:, 0]) & (placed[:, 3] > placed[:, 1])
        rows, placed = rows[solid][: options.max_instances], placed[solid][: options.max_instances]
        found = scores[rows].astype(np.float32).clip(0, 1)
        return Kept(rows, placed.astype(np.float32), labels[rows].astype(np.int64), found)


def mismatch(got: int, other: str) -> InputError:
    """Return the error of a network that tells another number of classes apart than its card."""
    return InputError(
        f"This network tells {got} classes apart, but {other}.",
        remedy="Correct 'labels' or 'classes' of the card, or its adapter; nothing was predicted.",
    )


def corners(boxes: np.ndarray, form: str) -> np.ndarray:
    """Return boxes (n, 4) of a form ("ltrb", "tlbr", "cxcywh", "ltwh") as left, top, right, bottom."""
    boxes = boxes.astype(np.float32)
    if form == "tlbr":
        return boxes[:, [1, 0, 3, 2]]
    if form == "cxcywh":
        half = boxes[:, 2:] / 2
        return np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1)
    if form == "ltwh":
        return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)
    return boxes


def _suppressed(boxes: np.ndarray, scores: np.ndarray, labels: np.ndarray, settings: Settings) -> np.ndarray:
    import torch
    from torchvision.ops import batched_nms

    groups = np.zeros_like(labels) if settings.agnostic else labels
    box, score = (torch.from_numpy(np.ascontiguousarray(a, np.float32)) for a in (boxes, scores))
    return batched_nms(box, score, torch.from_numpy(np.ascontiguousarray(groups)), settings.iou).numpy()


def rows_of(output: np.ndarray, width: int | None = None) -> np.ndarray:
    """Return a picture's output as rows (n, width), turned where it lies the other way.

    Raises:
        InputError: It has not that width either way.
    """
    output = output.reshape(output.shape[-2:]) if output.ndim > 2 else output
    if output.ndim != 2:
        raise InputError(f"Rows are needed; this output has the shape {output.shape}.")
    if width is None or output.shape[1] == width:
        return output
    if output.shape[0] == width:
        return output.T
    raise InputError(f"Rows of {width} numbers are needed; this output has the shape {output.shape}.")


def grid(shapes: Sequence[tuple[int, int]], strides: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the cells (x, y) of grids of (height, width), row by row and grid by grid, and the stride of each cell."""
    cells, steps = [], []
    for (height, width), stride in zip(shapes, strides):
        y, x = np.mgrid[:height, :width]
        cells.append(np.stack([x.ravel(), y.ravel()], axis=1))
        steps.append(np.full(height * width, stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(steps).astype(np.float32)

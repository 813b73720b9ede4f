"""How the outputs of published networks become results: a table with a function a convention.

Each function gets the outputs of one picture, without the batch's axis, in the order that it names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from segstudio.core import masks
from segstudio.core.errors import InputError
from segstudio.core.results import Boxes, Faces, Instances, Poses, Result, Scores, SemanticMap
from segstudio.zoo.blocks.enlarging import enlarge
from segstudio.zoo.systems.files.reading import Kept, Reading, corners, grid, mismatch, rows_of

Arrays = Sequence[np.ndarray]


@dataclass(frozen=True)
class Adapter:
    """A convention of outputs.

    Args:
        tasks: What results it can give; a card's task is one of them.
        outputs: How many outputs it takes; 0 for its own check.
        read: Makes the result.
    """

    tasks: tuple[str, ...]
    outputs: int
    read: Callable[[Reading, Arrays], Result]


def _boxes(reading: Reading, kept: Kept) -> Boxes:
    return Boxes(
        size=reading.placed.size, classes=reading.classes, boxes=kept.boxes, labels=kept.labels, scores=kept.scores
    )


def _best(reading: Reading, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return of scores (n, classes) the best and its label's id."""
    best = scores.argmax(axis=1) if scores.shape[1] else np.zeros(len(scores), np.int64)
    return scores[np.arange(len(scores)), best], reading.ids(best + reading.settings.first)


def _yolov8(reading: Reading, outputs: Arrays) -> Result:
    """Centre, size and a score a class; no objectness (Ultralytics' YOLOv8 and later)."""
    rows = _long(outputs[0], 4 + len(reading.classes.labels))
    reading.check_classes(rows.shape[1] - 4)
    scores, labels = _best(reading, reading.activate(rows[:, 4:], "none"))
    return _boxes(reading, reading.keep(corners(rows[:, :4], "cxcywh"), scores, labels))


def _long(output: np.ndarray, width: int) -> np.ndarray:
    """Return rows of an output that may lie either way: of the width that fits the card, else those that are more."""
    rows = rows_of(output)
    if width in rows.shape:
        return rows if rows.shape[1] == width else rows.T
    return rows.T if rows.shape[0] < rows.shape[1] else rows


def _yolov8_masks(reading: Reading, outputs: Arrays) -> Result:
    """YOLOv8's rows with mask coefficients behind the scores, and the prototypes (Ultralytics' -seg)."""
    protos = outputs[1].astype(np.float32)
    count = len(protos)
    rows = _long(outputs[0], 4 + len(reading.classes.labels) + count)
    reading.check_classes(rows.shape[1] - 4 - count)
    scores, labels = _best(reading, reading.activate(rows[:, 4:-count], "none"))
    kept = reading.keep(corners(rows[:, :4], "cxcywh"), scores, labels)
    planes = np.tensordot(rows[kept.rows, -count:].astype(np.float32), reading.placed.cut(protos), axes=1)
    found = [_inside(enlarge(plane, reading.placed.size), box) for plane, box in zip(planes, kept.boxes)]
    return Instances(**vars(_boxes(reading, kept)), masks=found)


def _inside(mask: masks.Mask, box: np.ndarray) -> masks.Mask:
    """Return what of a mask lies in its box (left, top, right, bottom)."""
    left, top = np.floor(box[:2]).astype(int).tolist()
    right, bottom = np.ceil(box[2:]).astype(int).tolist()
    return masks.from_bitmap(masks.window(mask, left, top, right - left, bottom - top), left, top)


def _yolov8_poses(reading: Reading, outputs: Arrays) -> Result:
    """YOLOv8's rows with x, y, confidence of each keypoint behind the score (Ultralytics' -pose)."""
    count, left = _points(reading), len(reading.classes.labels)
    rows = _long(outputs[0], 4 + left + 3 * count)
    if rows.shape[1] != 4 + left + 3 * count:
        raise InputError(
            f"Rows of {4 + left + 3 * count} numbers are needed for {left} classes and {count} keypoints; this output "
            f"has {rows.shape[1]}."
        )
    scores, labels = _best(reading, reading.activate(rows[:, 4 : 4 + left], "none"))
    kept = reading.keep(corners(rows[:, :4], "cxcywh"), scores, labels)
    points = rows[kept.rows, 4 + left :].reshape(-1, count, 3).astype(np.float32)
    points[..., :2] = reading.placed.points(points[..., :2])
    return Poses(**vars(_boxes(reading, kept)), keypoints=points)


def _points(reading: Reading) -> int:
    skeleton = reading.classes.skeleton
    if skeleton is None:
        raise InputError("The card's labels have no keypoints.", remedy='Poses need a label set such as "coco-person".')
    return len(skeleton.names)


def _yolov5(reading: Reading, outputs: Arrays) -> Result:
    """Centre, size, objectness and a score a class, all decoded (YOLOv5, YOLOv7)."""
    rows = _long(outputs[0], 5 + len(reading.classes.labels))
    reading.check_classes(rows.shape[1] - 5)
    scores, labels = _best(reading, reading.activate(rows[:, 5:], "none") * rows[:, 4:5])
    return _boxes(reading, reading.keep(corners(rows[:, :4], "cxcywh"), scores, labels))


def _yolox(reading: Reading, outputs: Arrays) -> Result:
    """As YOLOv5, but centres relative to cells and logarithms of sizes (Ge et al., YOLOX, arXiv 2107.08430)."""
    rows = _long(outputs[0], 5 + len(reading.classes.labels)).astype(np.float32)
    cells, steps = _cells(reading, len(rows))
    boxes = np.concatenate([rows[:, :2] + cells, np.exp(rows[:, 2:4].clip(None, 20))], axis=1) * steps[:, None]
    reading.check_classes(rows.shape[1] - 5)
    scores, labels = _best(reading, reading.activate(rows[:, 5:], "none") * rows[:, 4:5])
    return _boxes(reading, reading.keep(corners(boxes, "cxcywh"), scores, labels))


def _cells(reading: Reading, count: int) -> tuple[np.ndarray, np.ndarray]:
    height, width = reading.placed.input
    strides = reading.settings.strides
    cells, steps = grid([(-(-height // s), -(-width // s)) for s in strides], strides)
    if len(cells) != count:
        raise InputError(
            f"An input of {width}x{height} pixels has {len(cells):,} cells of {', '.join(map(str, strides))} pixels; "
            f"this output has {count:,} rows.",
            remedy="Check 'strides' and the input's size in the card.",
        )
    return cells, steps


def _fastestdet(reading: Reading, outputs: Arrays) -> Result:
    """One grid (5 + classes, h, w): objectness, offset, size, classes (FastestDet, dog-qiuqiu 2022)."""
    values = outputs[0].astype(np.float32)
    height, width = values.shape[1:]
    rows = values.reshape(len(values), -1).T
    cells, _ = grid([(height, width)], [1])
    reading.check_classes(rows.shape[1] - 5)
    best, labels = _best(reading, reading.activate(rows[:, 5:], "none"))
    scores = np.maximum(rows[:, 0], 0) ** 0.6 * np.maximum(best, 0) ** 0.4
    sides = np.array(reading.placed.input[::-1], np.float32)
    centres = (cells + np.tanh(rows[:, 1:3])) / (width, height)
    sizes = 1 / (1 + np.exp(-rows[:, 3:5]))
    boxes = corners(np.concatenate([centres * sides, sizes * sides], axis=1), "cxcywh")
    return _boxes(reading, reading.keep(boxes, scores, labels))


def _pixels(reading: Reading, boxes: np.ndarray) -> np.ndarray:
    boxes = corners(boxes, reading.settings.box_form)
    if reading.settings.box_scale == "pixels":
        return boxes
    return boxes * np.tile(np.array(reading.placed.input[::-1], np.float32), 2)


def _boxes_scores_labels(reading: Reading, outputs: Arrays) -> Result:
    """Boxes, scores and class numbers that are final (torchvision's and TensorFlow's detectors)."""
    boxes, scores = outputs[0].reshape(-1, 4), outputs[1].reshape(-1)
    labels = reading.ids(outputs[2].reshape(-1))
    return _boxes(reading, reading.keep(_pixels(reading, boxes), scores, labels, suppress=False))


def _boxes_classes(reading: Reading, outputs: Arrays) -> Result:
    """Boxes and a score a class for each, before suppression; `first = 1` where class 0 is the background."""
    boxes, scores = rows_of(outputs[0], 4), rows_of(outputs[1])
    if len(boxes) != len(scores):
        raise InputError(f"There are {len(boxes):,} boxes and scores of {len(scores):,}.")
    scores = reading.activate(scores, "none")[:, reading.settings.first :]
    reading.check_classes(scores.shape[1])
    best, labels = _best(reading, scores)
    return _boxes(reading, reading.keep(_pixels(reading, boxes), best, labels))


def _detr(reading: Reading, outputs: Arrays) -> Result:
    """Logits a query, the last for no object, and relative boxes (Carion et al., DETR, arXiv 2005.12872).

    With `activation = "sigmoid"` there is no such logit (Deformable DETR, RT-DETR).
    """
    logits, boxes = outputs
    scores = reading.activate(logits, "softmax")
    if reading.settings.activation != "sigmoid":
        scores = scores[:, :-1]
    reading.check_classes(scores.shape[1])
    best = scores.argmax(axis=1)
    labels = reading.ids(best + reading.settings.first)
    sides = np.tile(np.array(reading.placed.input[::-1], np.float32), 2)
    found = corners(boxes * sides, "cxcywh")
    return _boxes(reading, reading.keep(found, scores.max(axis=1), labels, suppress=False))


def _yunet(reading: Reading, outputs: Arrays) -> Result:
    """Twelve outputs: score, objectness, box, five points, each of three strides (YuNet, Wu et al. 2023)."""
    strides = reading.settings.strides
    if len(outputs) != 4 * len(strides):
        raise InputError(f"{4 * len(strides)} outputs are needed, four a stride; there are {len(outputs)}.")
    parts = [np.concatenate(outputs[i : i + len(strides)]).astype(np.float32) for i in range(0, len(outputs), 3)]
    score, objectness, boxes, points = parts
    cells, steps = _cells(reading, len(boxes))
    scores = np.sqrt(score[:, 0].clip(0, 1) * objectness[:, 0].clip(0, 1))
    centres = (boxes[:, :2] + cells) * steps[:, None]
    sizes = np.exp(boxes[:, 2:].clip(None, 20)) * steps[:, None]
    first = np.full(len(scores), reading.settings.first)
    kept = reading.keep(corners(np.concatenate([centres, sizes], axis=1), "cxcywh"), scores, reading.ids(first))
    places = (points.reshape(-1, 5, 2)[kept.rows] + cells[kept.rows, None]) * steps[kept.rows, None, None]
    return Faces(**vars(_boxes(reading, kept)), landmarks=reading.placed.points(places).astype(np.float32))


def _semantic(reading: Reading, outputs: Arrays) -> Result:
    """A score a class and pixel (c, h, w), or the classes themselves (h, w) or (1, h, w) as whole numbers."""
    import cv2

    values, (height, width) = outputs[0], reading.placed.size
    count = len(reading.classes.labels)
    known = np.array([label.id for label in reading.classes.labels], np.uint16)
    wide = np.uint8 if known.max(initial=0) < 256 else np.uint16
    confidence = None
    if values.ndim == 2 or np.issubdtype(values.dtype, np.integer):
        plane = reading.placed.cut(values.reshape(values.shape[-2:])).astype(np.int32)
        winners = cv2.resize(plane.astype(np.float32), (width, height), interpolation=cv2.INTER_NEAREST).astype(int)
        if winners.max(initial=0) >= count:
            raise mismatch(int(winners.max()) + 1, f"the card names {count}")
    else:
        if len(values) != count:
            raise mismatch(len(values), f"the card names {count}")
        scores = reading.placed.cut(reading.activate(values, "none", axis=0))
        # In layers, since OpenCV resamples a few channels at a time only.
        full = np.stack([cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR) for plane in scores])
        winners = full.argmax(axis=0)
        if reading.options.confidence:
            shares = full if reading.settings.activation else _softmax(full)
            confidence = np.take_along_axis(shares, winners[None], axis=0)[0].clip(0, 1)
    found = known[winners]
    if reading.options.labels is not None:
        found = np.where(np.isin(found, list(reading.options.labels)), found, 0)
    return SemanticMap(size=reading.placed.size, classes=reading.classes, map=found.astype(wide), confidence=confidence)


def _softmax(values: np.ndarray) -> np.ndarray:
    powers = np.exp(values - values.max(axis=0))
    return powers / powers.sum(axis=0)


def _saliency(reading: Reading, outputs: Arrays) -> Result:
    """One value a pixel (1, h, w): what stands out (U2-Net, BASNet, portrait networks).

    The task "instances" makes it one object, "semantic" a map of the card's first two classes.
    """
    values = reading.activate(outputs[0].reshape(outputs[0].shape[-2:]), "none")
    values = reading.placed.cut(values)
    if reading.settings.spread:
        low, high = float(values.min()), float(values.max())
        values = (values - low) / max(high - low, 1e-6)
    size, classes = reading.placed.size, reading.classes
    found = enlarge(values - np.float32(reading.settings.level), size)
    if reading.task == "semantic":
        inside = masks.paste(found, *size).astype(bool)
        low_id, high_id = classes.labels[0].id, classes.labels[1].id
        return SemanticMap(size=size, classes=classes, map=np.where(inside, high_id, low_id).astype(np.uint8))
    score = float(values[values >= reading.settings.level].mean()) if found.counts else 0.0
    label = classes.labels[0].id
    wanted = reading.options.labels is None or label in reading.options.labels
    some = bool(found.counts) and score >= reading.threshold and wanted and reading.options.max_instances > 0
    bounds = found.bounds
    box = (bounds.x, bounds.y, bounds.right, bounds.bottom)
    return Instances(
        size=size,
        classes=classes,
        boxes=np.array([box] if some else [], np.float32).reshape(-1, 4),
        labels=np.array([label] if some else [], np.int64),
        scores=np.array([min(score, 1.0)] if some else [], np.float32),
        masks=[found] if some else [],
    )


def _heatmaps(reading: Reading, outputs: Arrays) -> Result:
    """A map a keypoint (k, h, w) of the one person in the picture; the peak, a quarter towards its higher side."""
    maps = reading.activate(outputs[0], "none")
    count, height, width = maps.shape
    if count != _points(reading):
        raise InputError(f"This network has maps of {count} keypoints, but the card names {_points(reading)}.")
    at = maps.reshape(count, -1).argmax(axis=1)
    y, x = np.divmod(at, width)
    numbers = np.arange(count)
    sure = maps[numbers, y, x].clip(0, 1)
    nearer = [
        np.sign(maps[numbers, y, (x + 1).clip(None, width - 1)] - maps[numbers, y, (x - 1).clip(0)]),
        np.sign(maps[numbers, (y + 1).clip(None, height - 1), x] - maps[numbers, (y - 1).clip(0), x]),
    ]
    places = np.stack([x + 0.25 * nearer[0], y + 0.25 * nearer[1]], axis=1).astype(np.float32)
    places = (places + 0.5) * np.array([reading.placed.input[1] / width, reading.placed.input[0] / height], np.float32)
    found = reading.placed.points(places)
    whole = np.array([[0, 0, *reading.placed.size[::-1]]], np.float32)
    label = reading.classes.labels[0].id
    score = float(sure.mean())
    wanted = reading.options.labels is None or label in reading.options.labels
    some = int(score >= reading.threshold and wanted and reading.options.max_instances > 0)
    return Poses(
        size=reading.placed.size,
        classes=reading.classes,
        boxes=whole[:some],
        labels=np.full(some, label, np.int64),
        scores=np.full(some, score, np.float32),
        keypoints=np.concatenate([found, sure[:, None]], axis=1)[None, :][:some].astype(np.float32),
    )


def _classes(reading: Reading, outputs: Arrays) -> Result:
    """A score a class of the whole picture."""
    values = outputs[0].reshape(-1)
    count = len(reading.classes.labels)
    if len(values) != count:
        raise mismatch(len(values), f"the card names {count}")
    scores = reading.activate(values, "softmax")
    known = np.array([label.id for label in reading.classes.labels], np.int64)
    order = np.argsort(-scores, kind="stable")
    if reading.options.labels is not None:
        order = order[np.isin(known[order], list(reading.options.labels))]
    order = order[scores[order] >= reading.threshold][: reading.options.top]
    return Scores(size=reading.placed.size, classes=reading.classes, labels=known[order], scores=scores[order])


ADAPTERS: dict[str, Adapter] = {
    "yolov8": Adapter(("boxes",), 1, _yolov8),
    "yolov8-masks": Adapter(("instances",), 2, _yolov8_masks),
    "yolov8-poses": Adapter(("poses",), 1, _yolov8_poses),
    "yolov5": Adapter(("boxes",), 1, _yolov5),
    "yolox": Adapter(("boxes",), 1, _yolox),
    "fastestdet": Adapter(("boxes",), 1, _fastestdet),
    "boxes-scores-labels": Adapter(("boxes",), 3, _boxes_scores_labels),
    "boxes-classes": Adapter(("boxes",), 2, _boxes_classes),
    "detr": Adapter(("boxes",), 2, _detr),
    "yunet": Adapter(("faces",), 0, _yunet),
    "semantic": Adapter(("semantic",), 1, _semantic),
    "saliency": Adapter(("instances", "semantic"), 1, _saliency),
    "heatmaps": Adapter(("poses",), 1, _heatmaps),
    "classes": Adapter(("labels",), 1, _classes),
}

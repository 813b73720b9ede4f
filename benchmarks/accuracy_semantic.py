"""Semantic maps: VOC's classes on COCO pictures, street pictures of CamVid, people cut out like portraits."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from checks import Bench, Check, picture
from pycocotools import mask as coco_masks

from segstudio.core.results import SemanticMap
from segstudio.media import read_image

IGNORED = 255
SHOULDERS = 40.0  # pixels between the shoulders of those who are cut out, at least
# COCO's names of VOC's classes, where they differ.
_NAMES = {
    "airplane": "aeroplane",
    "motorcycle": "motorbike",
    "couch": "sofa",
    "potted plant": "pottedplant",
    "dining table": "diningtable",
    "tv": "tvmonitor",
}

# What the guide says: mean IoU of head and shoulders, and of whole bodies.
_PORTRAITS = {
    "sinet-portrait": (0.741, 0.599),
    "extremec3-portrait": (0.669, 0.606),
    "u2netp-onnx": (0.527, 0.576),
}

Pairs = Iterator[tuple[np.ndarray, np.ndarray]]


def checks() -> list[Check]:
    """Return the checks of semantic maps."""
    voc = "mIoU over VOC's classes on 80 COCO pictures, crowds and overlaps left out"
    large, small = "espnetv2-s1.5-voc", "espnetv2-s1.0-voc"
    return [
        Check(
            "espnetv2-1.5", large, voc, {"mIoU": 0.432, "person": 0.726}, _voc(large), {"mIoU": 0.484, "person": 0.689}
        ),
        Check("espnetv2-1.0", small, voc, {}, _voc(small), {"mIoU": 0.392, "person": 0.632}),
        Check(
            "espnet-camvid",
            "espnet-camvid",
            "mIoU over 11 classes on 13 pictures of CamVid, void left out",
            {"mIoU": 0.555, "accuracy": 0.864},
            _camvid,
            {"mIoU": 0.578, "accuracy": 0.831},
        ),
        *(
            Check(
                name,
                name,
                "IoU of people of COCO cut out like portraits",
                {},
                _portraits(name),
                {"head and shoulders, mean": head, "whole body, mean": body},
            )
            for name, (head, body) in _PORTRAITS.items()
        ),
    ]


def confusion(truth: np.ndarray, found: np.ndarray, count: int) -> np.ndarray:
    """Return how many pixels of each true class (rows) were given each class (columns); ignored ones are left out."""
    known = truth < count
    pairs = truth[known].astype(np.int64) * count + np.minimum(found[known], count - 1)
    return np.bincount(pairs, minlength=count * count).reshape(count, count)


def figures(matrix: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the IoU of each class (nan where it neither is nor was found), and the share of pixels that are right."""
    right = np.diag(matrix).astype(np.float64)
    either = matrix.sum(0) + matrix.sum(1) - right
    return np.divide(right, either, out=np.full(len(right), np.nan), where=either > 0), right.sum() / matrix.sum()


def _measured(
    bench: Bench, name: str, pairs: Callable[[Bench, list[str]], Pairs]
) -> tuple[np.ndarray, float, list[str]]:
    """Return (confusion, seconds a picture, class names) of a model on pairs of a picture and its true map."""
    with bench.model(name) as model:
        names = [label.name for label in model.classes.labels]
        matrix = np.zeros((len(names), len(names)), np.int64)
        times = []
        for frame, truth in pairs(bench, names):
            start = time.perf_counter()
            [[result]] = model.predict([frame])
            times.append(time.perf_counter() - start)
            assert isinstance(result, SemanticMap)
            matrix += confusion(truth, result.map, len(names))
    return matrix, float(np.median(times)), names


def _voc(name: str) -> Callable[[Bench], Mapping[str, float]]:
    def measure(bench: Bench) -> Mapping[str, float]:
        matrix, seconds, names = _measured(bench, name, _coco_pairs)
        iou, right = figures(matrix)
        return {
            "mIoU": float(np.nanmean(iou)),
            "person": float(iou[names.index("person")]),
            "accuracy": right,
            "ms a picture": 1000 * seconds,
        }

    return measure


def _coco_pairs(bench: Bench, names: list[str]) -> Pairs:
    mini = bench.data("coco_mini")
    document = json.loads((mini / "annotations/instances_train2017.json").read_bytes())
    voc = {
        c["id"]: names.index(name)
        for c in document["categories"]
        if (name := _NAMES.get(c["name"], c["name"])) in names
    }
    for image in bench.some(document["images"]):
        size = image["height"], image["width"]
        truth, covered = np.zeros(size, np.uint8), np.zeros(size, np.uint8)
        for a in document["annotations"]:
            if a["image_id"] != image["id"] or a["category_id"] not in voc:
                continue
            where = _filled(a["segmentation"], size)
            truth[where] = IGNORED if a["iscrowd"] else voc[a["category_id"]]
            covered += where
        truth[covered > 1] = IGNORED
        yield picture(mini / "train2017" / image["file_name"]), truth


def _filled(outline: Any, size: tuple[int, int]) -> np.ndarray:
    """Return the pixels (bool) of an annotation's polygons or runs."""
    coded = coco_masks.frPyObjects(outline, *size)
    return coco_masks.decode(coded if isinstance(coded, dict) else coco_masks.merge(coded)).astype(bool)


def _camvid(bench: Bench) -> Mapping[str, float]:
    matrix, seconds, _ = _measured(bench, "espnet-camvid", _camvid_pairs)
    iou, right = figures(matrix)
    known = matrix[:11]
    return {
        "mIoU": float(np.nanmean(iou[:11])),
        "accuracy": right,
        "accuracy without void": float(np.trace(known) / known[:, :11].sum()),
        "ms a picture": 1000 * seconds,
    }


def _camvid_pairs(bench: Bench, names: list[str]) -> Pairs:
    folder = bench.data("camvid")
    for path in bench.some(sorted((folder / "images").iterdir())):
        truth = read_image(folder / "labels" / path.name).rgb[..., 0].copy()
        truth[truth == names.index("unlabelled")] = IGNORED
        yield picture(path), truth


def _portraits(name: str) -> Callable[[Bench], Mapping[str, float]]:
    def measure(bench: Bench) -> Mapping[str, float]:
        crops = list(_people(bench))
        row: dict[str, float] = {"people": len(crops)}
        with bench.model(name) as model:
            for kind, title in enumerate(("head and shoulders", "whole body")):
                pairs = [crop[kind] for crop in crops]
                found = [_overlap(truth, model.predict([frame])[0][0].map == 1) for frame, truth in pairs]
                row[f"{title}, mean"] = float(np.mean(found))
                row[f"{title}, median"] = float(np.median(found))
                # What one has who calls all of a crop the person: the figure to be above.
                row[f"{title}, all of it"] = float(np.mean([_overlap(truth, truth >= 0) for _, truth in pairs]))
        return row

    return measure


def _overlap(truth: np.ndarray, found: np.ndarray) -> float:
    """Return the IoU of what was found with the pixels of 1; those that are ignored count neither way."""
    known = truth != IGNORED
    return float((known & found & (truth == 1)).sum() / (known & (found | (truth == 1))).sum())


def _people(bench: Bench) -> Iterator[list[tuple[np.ndarray, np.ndarray]]]:
    """Yield people as (crop, map of 1 for the person and 255 for other people): head and shoulders, and whole body.

    Those whose nose is seen above both shoulders, and whose shoulders are `SHOULDERS` apart. Head and shoulders are
    a square twice as wide as the shoulders are apart, about their middle, from 0.9 of that distance above the nose;
    the body is the box and a tenth of it on each side. Both end with the picture.
    """
    mini = bench.data("coco_mini")
    document = json.loads((mini / "annotations/person_keypoints_train2017.json").read_bytes())
    for image in bench.some(document["images"]):
        size = image["height"], image["width"]
        people = [a for a in document["annotations"] if a["image_id"] == image["id"]]
        masks = [_filled(a["segmentation"], size) for a in people]
        for a, mask in zip(people, masks):
            (x, y, nose), left, right = np.reshape(a["keypoints"], (-1, 3))[[0, 5, 6]].tolist()
            apart = math.dist(left[:2], right[:2])
            if (
                a["iscrowd"]
                or nose < 2
                or not (left[2] and right[2])
                or apart < SHOULDERS
                or y > min(left[1], right[1])
            ):
                continue
            frame = picture(mini / "train2017" / image["file_name"])
            truth = np.where(np.any(masks, axis=0), IGNORED, 0).astype(np.uint8)
            truth[mask] = 1
            x, y = (left[0] + right[0]) / 2 - apart, y - 0.9 * apart
            bx, by, w, h = a["bbox"]
            boxes = (x, y, 2 * apart, 2 * apart), (bx - 0.1 * w, by - 0.1 * h, 1.2 * w, 1.2 * h)
            yield [(_cut(frame, *box), _cut(truth, *box)) for box in boxes]


def _cut(array: np.ndarray, x: float, y: float, w: float, h: float) -> np.ndarray:
    left, top, right, bottom = (max(round(v), 0) for v in (x, y, x + w, y + h))
    return np.ascontiguousarray(array[top:bottom, left:right])

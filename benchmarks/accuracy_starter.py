"""The starter pack: boxes, masks and poses on COCO."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from checks import Bench, Check, objects, picture

from segstudio.core import masks
from segstudio.core.geometry import Box, Polygons
from segstudio.core.labels import COCO_PERSON
from segstudio.core.results import Boxes
from segstudio.zoo import Options

_PERSON = 1
_LARGE = 64**2  # pixels; smaller people are hardly seen by networks that look at 192 or 320 pixels
_POINTS = 6  # labelled points of a person who is clearly seen
_EDGE, _APART = 2, 0.05  # pixels from the picture's edge, and overlap with another's box, of who stands apart
_LEAST = 0.01  # the lowest score that the detector of the starter pack gives
_SURE = 0.05  # the lowest score that gets a mask: each takes a quarter of a second and more


def checks() -> list[Check]:
    """Return the starter pack's checks."""
    large = "the true boxes of people of 64 x 64 pixels and more"
    return [
        Check(
            "starter-boxes",
            "starter-boxes",
            "box AP on 80 COCO pictures",
            {},
            _boxes,
            {"AP": 0.318, "AP50": 0.480},
        ),
        Check(
            "starter-instances",
            "starter-instances",
            f"mask AP on 80 COCO pictures, scores from {_SURE}",
            {},
            _instances,
            {"AP": 0.191, "AP50": 0.331},
        ),
        Check(
            "starter-instances-in-boxes",
            "starter-instances",
            f"IoU of U2-Net-p's masks in {large}; and of those with six labelled points and more who stand apart",
            {"clear people, mean IoU": 0.795, "clear people, median IoU": 0.897},
            _masks_in_boxes,
            {
                "mean IoU": 0.587,
                "median IoU": 0.727,
                "clear people, mean IoU": 0.808,
                "clear people, median IoU": 0.838,
            },
        ),
        Check(
            "starter-poses",
            "starter-poses",
            "OKS AP of people on 80 COCO pictures",
            {},
            _poses,
            {"AP": 0.258, "AP50": 0.433},
        ),
        Check(
            "starter-poses-in-boxes",
            "starter-poses",
            f"OKS of MoveNet's points in {large}; and of those of 60 x 60 and more with six labelled points and more",
            {"clear people, mean OKS": 0.717},
            _poses_in_boxes,
            {"mean OKS": 0.631, "clear people, mean OKS": 0.725},
        ),
    ]


def _boxes(bench: Bench) -> Mapping[str, float]:
    mini = bench.data("coco_mini")
    truth = mini / "annotations/instances_train2017.json"
    return bench.coco("starter-boxes", mini / "train2017", truth, "boxes", _LEAST)


def _instances(bench: Bench) -> Mapping[str, float]:
    """Return the mask AP, without the masks on which it does not depend.

    A mask lies within its box and the margin. Where that crop holds less than half of every true object of the class
    in the picture, and nothing of a crowd, no mask in it matches at an IoU of 0.5: it is a false positive, however it
    is drawn. The box is put for it.
    """
    mini = bench.data("coco_mini")
    truth = mini / "annotations/instances_train2017.json"
    document = json.loads(truth.read_bytes())
    document["images"] = bench.some(document["images"])
    rows = []
    with bench.model("starter-instances") as model:
        for image in document["images"]:
            frame = picture(mini / "train2017" / image["file_name"])
            [[found]] = model.boxes.predict([frame], Options(threshold=_SURE))
            true = [a for a in document["annotations"] if a["image_id"] == image["id"]]
            for label, score, mask in _masks(model, frame, found, true):
                coded = masks.to_coco(mask, *frame.shape[:2])
                rows.append({"image_id": image["id"], "category_id": label, "score": score, "segmentation": coded})
    return bench.scores(document, rows, "masks")


def _masks(model: Any, frame: np.ndarray, found: Boxes, true: list[dict]) -> Iterator[tuple[int, float, masks.Mask]]:
    """Yield (label, score, mask) of the boxes found in a picture."""
    height, width = frame.shape[:2]
    outlines = [(a["category_id"], a["iscrowd"], _outline(a, (height, width))) for a in true]
    drawn: dict[tuple[float, ...], masks.Mask] = {}
    for corners, label, score in zip(found.boxes.tolist(), found.labels.tolist(), found.scores.tolist()):
        left, top, right, bottom = corners
        box = Box(left, top, right - left, bottom - top)
        far_x, far_y = box.w * model.margin + 1, box.h * model.margin + 1
        crop = masks.from_box(Box(left - far_x, top - far_y, box.w + 2 * far_x, box.h + 2 * far_y), width, height)
        if not any(kind == label and _reached(outline, crop, crowd) for kind, crowd, outline in outlines):
            yield label, score, masks.from_box(box, width, height)
            continue
        if tuple(corners) not in drawn:
            drawn[tuple(corners)] = model.prompt_box(frame, box)
        yield label, score, drawn[tuple(corners)]


def _outline(a: dict, size: tuple[int, int]) -> masks.Mask:
    if isinstance(a["segmentation"], dict):
        return masks.from_coco(a["segmentation"], *size)
    return masks.from_polygons(Polygons(tuple(map(tuple, a["segmentation"]))), size[1], size[0])


def _reached(outline: masks.Mask, crop: masks.Mask, crowd: bool) -> bool:
    shared = masks.intersect(outline, crop).area
    return shared > 0 if crowd else shared >= 0.5 * outline.area


def _poses(bench: Bench) -> Mapping[str, float]:
    mini = bench.data("coco_mini")
    truth = mini / "annotations/person_keypoints_train2017.json"
    return bench.coco("starter-poses", mini / "train2017", truth, "keypoints", _LEAST)


def is_clear_person(a: dict) -> bool:
    """Whether a COCO annotation is of one person of 60 x 60 pixels and more, with six labelled points and more."""
    return a["category_id"] == _PERSON and not a["iscrowd"] and a["num_keypoints"] >= _POINTS and a["area"] >= 60**2


def is_large_person(a: dict) -> bool:
    """Whether a COCO annotation is of one person of 64 x 64 pixels and more, with labelled points."""
    return a["category_id"] == _PERSON and not a["iscrowd"] and a["num_keypoints"] > 0 and a["area"] >= _LARGE


def _masks_in_boxes(bench: Bench) -> Mapping[str, float]:
    mini = bench.data("coco_mini")
    truth = mini / "annotations/person_keypoints_train2017.json"
    everyone = [a for _, a in objects(truth, lambda a: a["category_id"] == _PERSON)]
    with bench.model("starter-instances") as model:
        large, clear = [], []
        for name, a in bench.some(objects(truth, is_large_person)):
            frame = picture(mini / "train2017" / name)
            alike = masks.iou(model.prompt_box(frame, Box(*a["bbox"])), _outline(a, frame.shape[:2]))
            large.append(alike)
            clear += [alike] if a["num_keypoints"] >= _POINTS and _is_apart(a, everyone, frame.shape[:2]) else []
    figures = {"people": len(large), "clear people": len(clear)}
    for kind, found in (("", large), ("clear people, ", clear)):
        figures |= {f"{kind}{how.__name__} IoU": float(how(found)) for how in (np.mean, np.median) if found}
    return figures


def _is_apart(a: dict, everyone: list[dict], size: tuple[int, int]) -> bool:
    """Whether a person is whole within a picture of (height, width), in a box that hardly overlaps another person's."""
    x, y, w, h = a["bbox"]
    if min(x, y, size[1] - x - w, size[0] - y - h) <= _EDGE:
        return False
    others = [b for b in everyone if b["image_id"] == a["image_id"] and b["id"] != a["id"]]
    return all(_overlap(a["bbox"], b["bbox"]) <= _APART for b in others)


def _overlap(a: list[float], b: list[float]) -> float:
    """Return the intersection over union of boxes of (x, y, w, h)."""
    shared = np.prod([max(min(a[i] + a[i + 2], b[i] + b[i + 2]) - max(a[i], b[i]), 0) for i in (0, 1)])
    return float(shared / (a[2] * a[3] + b[2] * b[3] - shared))


def _poses_in_boxes(bench: Bench) -> Mapping[str, float]:
    mini = bench.data("coco_mini")
    truth = mini / "annotations/person_keypoints_train2017.json"
    people = objects(truth, lambda a: is_large_person(a) or is_clear_person(a))
    large, clear = [], []
    with bench.model("starter-poses") as model:
        for name, a in bench.some(people):
            x, y, w, h = a["bbox"]
            pose = model.pose(picture(mini / "train2017" / name), np.array([x, y, x + w, y + h]))
            alike = oks(pose.points, np.array(a["keypoints"], float).reshape(-1, 3), a["area"])
            large += [alike] if is_large_person(a) else []
            clear += [alike] if is_clear_person(a) else []
    figures = {"people": len(large), "clear people": len(clear)}
    figures |= {f"{kind}mean OKS": float(np.mean(r)) for kind, r in (("", large), ("clear people, ", clear)) if r}
    return figures


def oks(points: np.ndarray, true: np.ndarray, area: float) -> float:
    """Return COCO's object keypoint similarity over the labelled points; arrays are (17, 3) of x, y, v."""
    sigmas = np.array(COCO_PERSON.sigmas)
    apart = ((points[:, :2] - true[:, :2]) ** 2).sum(axis=1)
    alike = np.exp(-apart / (2 * area * (2 * sigmas) ** 2))
    return float(alike[true[:, 2] > 0].mean())

"""The starter pack: boxes, masks and poses on COCO."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from checks import Bench, Check, objects, picture

from segstudio.core import masks
from segstudio.core.geometry import Box, Polygons
from segstudio.core.labels import COCO_PERSON

_PERSON = 1
_LARGE = 64**2  # pixels; smaller people are hardly seen by networks that look at 192 or 320 pixels


def checks() -> list[Check]:
    """Return the starter pack's checks."""
    return [
        Check("starter-boxes", "starter-boxes", "box AP on 80 COCO pictures", {"AP": 0.314}, _boxes),
        Check("starter-instances", "starter-instances", "mask AP on 80 COCO pictures", {}, _instances),
        Check(
            "starter-instances-in-boxes",
            "starter-instances",
            "IoU of U2-Net-p's masks in the true boxes of people of 64 x 64 pixels and more",
            {"mean IoU": 0.795, "median IoU": 0.897},
            _masks_in_boxes,
        ),
        Check("starter-poses", "starter-poses", "OKS AP of people on 80 COCO pictures", {}, _poses),
        Check(
            "starter-poses-in-boxes",
            "starter-poses",
            "OKS of MoveNet's points in the true boxes of people of 64 x 64 pixels and more",
            {"mean OKS": 0.717},
            _poses_in_boxes,
        ),
    ]


def _boxes(bench: Bench) -> Mapping[str, float]:
    mini = bench.data("coco_mini")
    return bench.coco("starter-boxes", mini / "train2017", mini / "annotations/instances_train2017.json", "boxes")


def _instances(bench: Bench) -> Mapping[str, float]:
    mini = bench.data("coco_mini")
    return bench.coco("starter-instances", mini / "train2017", mini / "annotations/instances_train2017.json", "masks")


def _poses(bench: Bench) -> Mapping[str, float]:
    mini = bench.data("coco_mini")
    truth = mini / "annotations/person_keypoints_train2017.json"
    return bench.coco("starter-poses", mini / "train2017", truth, "keypoints")


def is_large_person(a: dict) -> bool:
    """Whether a COCO annotation is of one person of 64 x 64 pixels and more, with labelled points."""
    return a["category_id"] == _PERSON and not a["iscrowd"] and a["num_keypoints"] > 0 and a["area"] >= _LARGE


def _masks_in_boxes(bench: Bench) -> Mapping[str, float]:
    mini = bench.data("coco_mini")
    people = objects(mini / "annotations/person_keypoints_train2017.json", is_large_person)
    with bench.model("starter-instances") as model:
        found = []
        for name, a in bench.some(people):
            frame = picture(mini / "train2017" / name)
            outline = Polygons(tuple(map(tuple, a["segmentation"])))
            true = masks.from_polygons(outline, frame.shape[1], frame.shape[0])
            found.append(masks.iou(model.prompt_box(frame, Box(*a["bbox"])), true))
    return {"mean IoU": float(np.mean(found)), "median IoU": float(np.median(found)), "people": len(found)}


def _poses_in_boxes(bench: Bench) -> Mapping[str, float]:
    mini = bench.data("coco_mini")
    people = objects(mini / "annotations/person_keypoints_train2017.json", is_large_person)
    with bench.model("starter-poses") as model:
        found = []
        for name, a in bench.some(people):
            x, y, w, h = a["bbox"]
            pose = model.pose(picture(mini / "train2017" / name), np.array([x, y, x + w, y + h]))
            found.append(oks(pose.points, np.array(a["keypoints"], float).reshape(-1, 3), a["area"]))
    return {"mean OKS": float(np.mean(found)), "people": len(found)}


def oks(points: np.ndarray, true: np.ndarray, area: float) -> float:
    """Return COCO's object keypoint similarity over the labelled points; arrays are (17, 3) of x, y, v."""
    sigmas = np.array(COCO_PERSON.sigmas)
    apart = ((points[:, :2] - true[:, :2]) ** 2).sum(axis=1)
    alike = np.exp(-apart / (2 * area * (2 * sigmas) ** 2))
    return float(alike[true[:, 2] > 0].mean())

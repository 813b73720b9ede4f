"""Small detectors of boxes on COCO."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from checks import Bench, Check

# On the pictures of train2017 the networks were trained; those of val2017 they have not seen. What is reported of
# FastestDet was measured on 79 other pictures of val2017.
_MODELS = ("fastestdet", "ssdlite320-mobilenet", "ssd300-vgg16")
_UNSEEN = (*_MODELS, "starter-boxes")
_REPORTED = {"fastestdet": {"AP": 0.160, "AP50": 0.331}}
# What the guide says, by check.
_DOCUMENTED = {
    "fastestdet-seen": {"AP": 0.217, "AP50": 0.338},
    "fastestdet-unseen": {"AP": 0.221, "AP50": 0.391},
    "starter-boxes-unseen": {"AP": 0.405, "AP50": 0.581},
}


def checks() -> list[Check]:
    """Return the checks."""
    seen = "box AP on 80 pictures of COCO train2017"
    unseen = "box AP on 50 pictures of COCO val2017"
    rows = [(f"{card}-seen", card, seen, {}, _seen(card)) for card in _MODELS]
    rows += [(f"{card}-unseen", card, unseen, _REPORTED.get(card, {}), _unseen(card)) for card in _UNSEEN]
    return [Check(*row, documented=_DOCUMENTED.get(row[0], {})) for row in rows]


def _seen(card: str) -> Callable[[Bench], Mapping[str, float]]:
    def measure(bench: Bench) -> Mapping[str, float]:
        mini = bench.data("coco_mini")
        return bench.coco(card, mini / "train2017", mini / "annotations/instances_train2017.json", "boxes", 0.01)

    return measure


def _unseen(card: str) -> Callable[[Bench], Mapping[str, float]]:
    def measure(bench: Bench) -> Mapping[str, float]:
        folder = bench.data("coco_panoptic")
        with tempfile.TemporaryDirectory() as place:
            truth = Path(place) / "boxes.json"
            (panoptic,) = sorted((folder / "annotations").glob("*.json"))
            truth.write_text(json.dumps(boxes_of(json.loads(panoptic.read_bytes()))), encoding="utf-8")
            return bench.coco(card, folder / "images", truth, "boxes", 0.01)

    return measure


def boxes_of(panoptic: dict) -> dict:
    """Return the boxes of the things of a COCO panoptic file, in the form of COCO instances."""
    things = [category for category in panoptic["categories"] if category["isthing"]]
    known = {category["id"] for category in things}
    segments = [(a["image_id"], s) for a in panoptic["annotations"] for s in a["segments_info"]]
    annotations = [
        {
            "id": number,
            "image_id": image,
            "category_id": s["category_id"],
            "bbox": s["bbox"],
            "area": s["area"],
            "iscrowd": s["iscrowd"],
            "segmentation": [],
        }
        for number, (image, s) in enumerate(segments, 1)
        if s["category_id"] in known
    ]
    return {"images": panoptic["images"], "annotations": annotations, "categories": things}

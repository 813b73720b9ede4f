"""Faces: landmarks on WFLW, and how many faces the detectors agree on in WIDER's group photos."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import numpy as np
from checks import Bench, Check, picture

from segstudio.zoo import Options

# Of WFLW's 98 points: the pupils, the tip of the nose, the corners of the mouth.
_FIVE = (96, 97, 54, 76, 82)
_GROUP = "widerface_samples/samples/12--Group"
_THRESHOLD = 0.5

# Detectors without landmarks.
_BOXES = ("ultralight-rfb", "ultralight-slim")
# Cards, and the error of the landmarks that is reported of the same weights.
_MODELS: dict[str, dict[str, float]] = {
    "retinaface-mobilenet": {"smallest": 0.08, "largest": 0.12},
    "retinaface-mobilenet-leaky": {"smallest": 0.08, "largest": 0.12},
    "yunet": {},
    "yunet-small": {},
    "starter-faces": {},
}


def checks() -> list[Check]:
    """Return a check of landmarks and one of counts for each face detector."""
    landmarks = [
        Check(
            f"{card}-landmarks",
            card,
            "error of five landmarks on 4 faces of WFLW, as a share of the distance of the pupils",
            reported,
            _landmarks(card),
        )
        for card, reported in _MODELS.items()
    ]
    counts = [
        Check(
            f"{card}-groups", card, f"faces from a score of {_THRESHOLD} in 3 group photos of WIDER", {}, _groups(card)
        )
        for card in (*_MODELS, *_BOXES)
    ]
    return [*landmarks, *counts]


def _landmarks(card: str) -> Callable[[Bench], Mapping[str, float]]:
    def measure(bench: Bench) -> Mapping[str, float]:
        folder = bench.data("mmpose_tests/tests/data/wflw")
        truth = json.loads((folder / "test_wflw.json").read_bytes())
        names = {image["id"]: image["file_name"] for image in truth["images"]}
        errors, missed = [], 0
        with bench.model(card) as model:
            for number, name in names.items():
                [[found]] = model.predict([picture(folder / name)], Options(threshold=0.3, max_instances=750))
                for a in truth["annotations"]:
                    if a["image_id"] == number:
                        error = nme(found.boxes, found.landmarks, np.array(a["keypoints"]).reshape(-1, 3)[:, :2])
                        errors += [] if error is None else [error]
                        missed += error is None
        mean, low, high = (float(how(errors)) for how in (np.mean, np.min, np.max))
        return {"mean": mean, "smallest": low, "largest": high, "faces": len(errors), "missed": missed}

    return measure


def nme(boxes: np.ndarray, landmarks: np.ndarray, true: np.ndarray) -> float | None:
    """Return the mean error of the best face around the true points (98, 2), None where there is none.

    Args:
        boxes: (n, 4), best first.
        landmarks: (n, 5, 2).
        true: WFLW's points.
    """
    centre = true.mean(axis=0)
    around = (boxes[:, :2] < centre).all(axis=1) & (boxes[:, 2:] > centre).all(axis=1)
    if not around.any():
        return None
    five = true[list(_FIVE)]
    off = np.linalg.norm(landmarks[around.argmax()] - five, axis=1).mean()
    return float(off / np.linalg.norm(five[0] - five[1]))


def _groups(card: str) -> Callable[[Bench], Mapping[str, float]]:
    def measure(bench: Bench) -> Mapping[str, float]:
        photos = bench.some(sorted(bench.data(_GROUP).glob("*.jpg")))
        with bench.model(card) as model:
            options = Options(threshold=_THRESHOLD, max_instances=750)
            found = [len(model.predict([picture(photo)], options)[0][0].boxes) for photo in photos]
        return {photo.stem.rpartition("_")[2]: count for photo, count in zip(photos, found)}

    return measure

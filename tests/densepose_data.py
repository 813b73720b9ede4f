"""Where the published DensePose data lies, and people with dense poses made up for tests."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from segstudio.core import densepose as dp
from segstudio.core.densepose import DensePose
from segstudio.core.geometry import Box

_SHARED = Path(__file__).resolve().parents[2] / "shared"
ORACLE = _SHARED / "oracles" / "densepose_chart_convert"
FACTS = _SHARED / "oracles" / "mappings" / "densepose_facts.json"
PUBLISHED = _SHARED / "data" / "densepose"
RESULTS = PUBLISHED / "challenge" / "2018_COCO_DensePose" / "example_results.json"


BOX = Box(10.0, 20.0, 64.0, 128.0)


def needed(path: Path) -> Path:
    """Return the path, or skip the test where it is missing."""
    if not path.exists():
        pytest.skip(f"{path.name} is not beside this checkout")
    return path


def oracle() -> tuple[dict[str, Any], dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return (manifest, inputs, outputs) of the published conversions."""
    manifest = json.loads(needed(ORACLE / "manifest.json").read_text())
    arrays = []
    for name in ("inputs.npz", "outputs.npz"):
        with np.load(ORACLE / name) as file:
            arrays.append({key: file[key] for key in file.files})
    return manifest, *arrays


def published_results() -> list[tuple[Box, float, np.ndarray]]:
    """Return (box, score, IUV as uint8 (3, h, w)) of the published example results."""
    found = []
    for item in json.loads(needed(RESULTS).read_text()):
        png = cv2.imdecode(np.frombuffer(base64.b64decode(item["uv_data"]), np.uint8), cv2.IMREAD_COLOR)
        found.append((Box(*map(float, item["bbox"])), item["score"], np.moveaxis(png[..., ::-1], -1, 0)))
    return found


def person(box: Box = BOX) -> DensePose:
    """Return a torso over a right leg, five points on them."""
    parts = np.zeros((dp.GRID, dp.GRID), np.uint8)
    parts[40:140, 60:200] = 1
    parts[140:250, 60:120] = 6
    return DensePose(
        box,
        (80.0, 130.0, 180.0, 100.5, 90.0),
        (60.0, 90.0, 120.0, 160.0, 240.0),
        (2.0, 2.0, 2.0, 9.0, 9.0),
        (0.25, 0.5, 0.75, 0.9, 0.1),
        (0.75, 0.5, 0.25, 0.5, 0.4),
        dp.masks_of(parts),
    )

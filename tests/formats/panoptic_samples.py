"""A small COCO panoptic data set to vary, and what its tests share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

W, H = 64, 48
CAT, DOG, GRASS = 256 * 7 + 1, 65536 * 3 + 9, 77


def rgb(values: np.ndarray) -> np.ndarray:
    return np.stack([values & 255, values >> 8 & 255, values >> 16 & 255], axis=-1).astype(np.uint8)


def ids(path: Path) -> np.ndarray:
    pixels = np.asarray(Image.open(path), np.int32)
    return pixels[..., 0] + 256 * pixels[..., 1] + 65536 * pixels[..., 2]


def sample() -> tuple[dict[str, Any], np.ndarray]:
    """A map of two things and some grass, with a strip of void on the left."""
    values = np.full((H, W), GRASS, np.int32)
    values[:, :4] = 0
    values[5:15, 10:30], values[20:40, 20:50] = CAT, DOG
    areas = {i: int((values == i).sum()) for i in (CAT, DOG, GRASS)}
    data = {
        "info": {"year": 2017, "x": 1.50},
        "images": [{"id": 9, "file_name": "1.jpg", "width": W, "height": H, "note": "sunny"}],
        "annotations": [
            {
                "image_id": 9,
                "file_name": "one.png",
                "checked": True,
                "segments_info": [
                    {"id": CAT, "category_id": 1, "area": areas[CAT], "bbox": [10, 5, 20, 10], "iscrowd": 0, "by": "m"},
                    {"id": DOG, "category_id": 2, "area": areas[DOG], "bbox": [20, 20, 30, 20], "iscrowd": 1},
                    {"id": GRASS, "category_id": 193, "area": areas[GRASS], "bbox": [4, 0, 60, 48], "iscrowd": 0},
                ],
            }
        ],
        "categories": [
            {"supercategory": "animal", "isthing": 1, "id": 1, "name": "cat"},
            {"supercategory": "animal", "isthing": 1, "id": 2, "name": "dog"},
            {"supercategory": "plant", "isthing": 0, "id": 193, "name": "grass-merged"},
        ],
    }
    return data, values


def put(folder: Path, data: Any, values: np.ndarray | None, name: str = "in") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    if values is not None:
        (folder / name).mkdir(exist_ok=True)
        Image.fromarray(rgb(values)).save(folder / name / "one.png")
    return path


def skipped(report: Any) -> list[str]:
    return [str(n) for n in report.notes if n.kind == "skipped"]


def noted(report: Any, kind: str) -> str:
    return " | ".join(str(n) for n in report.notes if n.kind == kind)


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))

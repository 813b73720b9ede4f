"""A small COCO document for the tests of the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def coco(names: Sequence[str] = ("a1.png", "a2.png", "sub/a10.png"), **more: Any) -> dict[str, Any]:
    """Return a COCO document with a square in each picture, ids that are not in a row, and a key nobody knows."""
    return {
        "info": {"year": 2020},
        "images": [
            {"id": 100 + 7 * i, "file_name": name, "width": 60, "height": 40, "flickr": f"f{i}"}
            for i, name in enumerate(names)
        ],
        "annotations": [
            {
                "id": 900 - i, "image_id": 100 + 7 * i, "category_id": 17, "iscrowd": 0, "area": 200.0,
                "bbox": [5.0 + 5 * i, 10.0, 20.0, 10.0], "note": {"by": "me"},
                "segmentation": [[5.0 + 5 * i, 10.0, 25.0 + 5 * i, 10.0, 25.0 + 5 * i, 20.0, 5.0 + 5 * i, 20.0]],
            }
            for i in range(len(names))
        ],
        "categories": [{"id": 17, "name": "cat", "supercategory": "animal"}],
        **more,
    }  # fmt: skip

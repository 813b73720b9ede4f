"""A small COCO data set to vary."""

from __future__ import annotations

from typing import Any

SQUARE = [10, 10, 30, 10, 30, 20, 10, 20]


def dataset(*annotations: dict[str, Any], **top: Any) -> dict[str, Any]:
    """A sound data set of two pictures of 64x48 and two classes; annotations get ids, an image and a class."""
    filled = [{"id": i, "image_id": 1, "category_id": 1, **a} for i, a in enumerate(annotations, 1)]
    return {
        "images": [
            {"id": 1, "file_name": "a/1.jpg", "width": 64, "height": 48},
            {"id": 2, "file_name": "a/2.jpg", "width": 64, "height": 48},
        ],
        "annotations": filled,
        "categories": [{"id": 1, "name": "cat"}, {"id": 7, "name": "dog", "supercategory": "animal"}],
        **top,
    }

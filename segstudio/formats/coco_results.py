"""COCO results: what a model found on the pictures of a data set, as a list of boxes, masks or poses with a score.

Image and category ids are those of the data set, which has to be in the project first. Poses: COCO leaves the third
number of a keypoint open here and most models write a confidence. Reading keeps the list under "keypoint_scores" and
shows points above 0 as visible; writing prefers that list. DensePose results carry a dense map as a picture (uv_shape,
uv_data): reading adds points and parts that can be edited and keeps its text, writing repeats it where nothing
changed, and fills a map from points and parts otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from segstudio.core import document, masks
from segstudio.core.annotation import Annotation, Keypoints
from segstudio.core.errors import FormatError
from segstudio.core.geometry import Box, Polygons
from segstudio.core.masks import Mask
from segstudio.formats import coco_objects as objects
from segstudio.formats import densepose_results
from segstudio.formats.base import Incoming, Maps, Notes, Outgoing, Placed
from segstudio.formats.coco_check import Head, Unusable, check_shape, read_head, resolve
from segstudio.formats.files import amended, load, replacing, split_list

NAME = "coco-results"


def looks_like(head: str) -> bool:
    """Return whether a file that starts like this is a results file."""
    return head.startswith("[") and ('"image_id"' in head or head[1:].strip() == "]")


def read(path: Path) -> Incoming:
    """Read a results file.

    Raises:
        FormatError: Not sound JSON, or no list. What is wrong with single results is noted instead.
    """
    notes = Notes()
    try:
        items = split_list(load(path, notes))
    except msgspec.DecodeError as error:
        raise FormatError(
            "A COCO results file is a JSON list.", path=path, remedy="A data set is imported with the format coco."
        ) from error

    def annotations(maps: Maps) -> Iterator[Placed]:
        for index, text in enumerate(items):
            try:
                yield _result(text, index, maps)
            except Unusable as why:
                notes.add("skipped", why.reason, f"[{index}]{why.place}")

    counts = {"images": 0, "annotations": len(items), "categories": 0}
    return Incoming(NAME, [], [], counts, annotations, lambda _: "", notes, predictions=True)


def _result(text: Any, index: int, maps: Maps) -> Placed:
    head = read_head(text)
    media, frame = resolve(head.image_id, maps.images, "image_id", "pictures of this project")
    category = resolve(head.category_id, maps.categories, "category_id", "classes of this project")
    check_shape(head, text, *maps.sizes.get(media, (0, 0)))
    if not head.segmentation and not head.bbox and not head.keypoints:
        raise Unusable("no bbox, segmentation or keypoints")
    score = msgspec.json.decode(text).get("score")
    if not isinstance(score, int | float) or isinstance(score, bool):
        raise Unusable("no score", ".score")
    doc = _with_visibility(text, head)
    return Placed(maps.first + index, media, frame, category, densepose_results.with_pose(doc, head))


def _with_visibility(text: Any, head: Head) -> bytes:
    """Return the result with keypoints as a picture's annotations have them: 0 or 2 in place of a confidence."""
    points = head.keypoints
    if not points or {0.0, 1.0, 2.0}.issuperset(points[2::3]):
        return bytes(text)
    values = [(2 if v > 0 else 0) if i % 3 == 2 else v for i, v in enumerate(points)]
    return amended(text, {"keypoints": values, "keypoint_scores": points[2::3]})


def write(path: Path, out: Outgoing) -> None:
    """Write the project's predictions as a results file: whatever a model made and nobody rejected.

    What a person drew or accepted has no score and is left out; `out.notes` says how many.

    Raises:
        FormatError: It can't be written; what was there before is untouched.
    """
    image_ids = objects.ImageIds(out.media)
    category_ids = objects.ids_of(out.categories)
    media = {m.id: m for m in out.media}
    count = 0
    with replacing(path) as file:
        file.write(b"[")
        for row in out.annotations():
            if row.media not in media or row.category not in category_ids:
                continue
            if row.origin.kind != "model" or row.review == "rejected":
                reason = "rejected predictions" if row.review == "rejected" else "annotations without a model's score"
                out.notes.add("warning", f"{reason}, not exported")
                continue
            m = media[row.media]
            a = document.parse(row.doc, id=row.id, media=row.media, category=row.category)
            text = _write_result(a, image_ids.of(m.id, row.frame), category_ids[row.category], objects.declared_size(m))
            if text is None:
                out.notes.add("skipped", "shapes on a picture whose size is not known", m.path)
                continue
            file.write((b",\n" if count else b"\n") + text)
            count += 1
        file.write(b"]\n")
    out.written["annotations"] = out.written["predictions"] = count


def _write_result(a: Annotation, image: Any, category: Any, size: tuple[int, int]) -> bytes | None:
    width, height = size
    result: dict[str, Any] = {"image_id": image, "category_id": category}
    box = a.box or a.bounds
    if isinstance(a.geometry, Mask | Polygons):
        if not (width and height):
            return None
        mask = a.mask(width, height)
        result["segmentation"] = masks.to_coco(mask, height, width)
        box = a.box or (mask.bounds if mask.counts else a.geometry.bounds)
    elif isinstance(a.geometry, Box):
        box = a.geometry
    result["bbox"] = [box.x, box.y, box.w, box.h]
    if a.keypoints is not None:
        result["keypoints"] = _scored(a.keypoints, a.source)
    result["score"] = 1.0 if a.score is None else a.score
    result |= densepose_results.uv_keys(a, box)
    return objects.encode(result)


def _scored(points: Keypoints, source: bytes | None) -> list[float]:
    scores = msgspec.json.decode(source).get("keypoint_scores") if source else None
    values = list(points.values)
    if isinstance(scores, list) and len(scores) == points.count:
        values[2::3] = scores
    return values

"""What is wrong or odd in a COCO file, whoever wrote it, before a training or a benchmark stumbles over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from segstudio.core import document
from segstudio.core.annotation import Annotation
from segstudio.core.errors import FormatError
from segstudio.core.geometry import Box, Polygons
from segstudio.core.masks import Mask
from segstudio.formats import coco
from segstudio.formats.base import Incoming, Maps, Notes, Placed
from segstudio.formats.coco_densepose import points_off

Severity = Literal["error", "warning"]

# Notes of the reader that make pycocotools fail or miscount, although the item can be used.
_GRAVE = ("the id 0, which", "an id that an earlier", "no usable id")
_EDGE = 2.0  # pixels by which a box may differ from its shape's: rounding, and a polygon that ends within a pixel
_AREA = 0.1  # part by which an area may differ: pixels are counted by some writers, polygons measured by others


@dataclass(frozen=True)
class Problem:
    """One kind of problem in a file.

    Args:
        severity: "error": pycocotools fails on it, skips it or counts it wrongly; "warning": it is odd.
        message: One clause.
        count: How often.
        places: The first few: "annotations[12].segmentation[0]".
    """

    severity: Severity
    message: str
    count: int = 1
    places: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f" ({', '.join(self.places)}{', ...' if self.count > len(self.places) else ''})" if self.places else ""
        return f"{self.severity}: {self.count} x {self.message}{where}"


class _Extra(msgspec.Struct):
    area: Any = None
    iscrowd: Any = None
    num_keypoints: Any = None
    segmentation: Any = None


_extra = msgspec.json.Decoder(_Extra).decode


def check_file(path: Path | str, progress: Callable[[int, int], object] | None = None) -> list[Problem]:
    """Return what is wrong with a COCO file, errors first; an empty list for a sound one.

    A file that can't be read at all is one problem, not an exception.

    Args:
        path: The file.
        progress: Called with (annotations done, annotations in all).
    """
    path = Path(path)
    try:
        incoming = coco.read(path)
    except FormatError as error:
        place = (error.place,) if error.place else ()
        return [Problem("error", f"{error.message} {error.remedy or ''}".strip(), 1, place)]
    found = Notes()
    _check_lists(incoming, found)
    _check_annotations(incoming, found, progress)
    problems = [
        Problem("error" if _is_grave(n.kind, n.reason) else "warning", n.reason, n.count, tuple(n.places))
        for n in (*incoming.notes, *found)
    ]
    return sorted(problems, key=lambda p: p.severity)


def _is_grave(kind: str, reason: str) -> bool:
    return kind != "warning" or reason.startswith(_GRAVE)


def _check_lists(incoming: Incoming, found: Notes) -> None:
    names: set[str] = set()
    for entry in incoming.entries:
        if entry.media.path in names:
            found.add("warning", "a file name that an earlier image has", f"images[{entry.index}].file_name")
        names.add(entry.media.path)
        if isinstance(entry.key, str):
            found.add("warning", "an id that is a text; most readers want a number", f"images[{entry.index}].id")
    classes: set[str] = set()
    for index, key, category in incoming.categories:
        place = f"categories[{index}]"
        if category.name in classes:
            found.add("warning", "a name that an earlier category has", f"{place}.name")
        classes.add(category.name)
        if category.name.strip("_").lower() == "background":
            found.add(
                "warning", "a category for the background; COCO has none, and trainers count it as a class", place
            )
        if isinstance(key, str):
            found.add("warning", "an id that is a text; most readers want a number", f"{place}.id")


def walked(incoming: Incoming) -> Notes:
    """Return what the reader of a format has to say about all of a file."""
    for _ in incoming.annotations(_numbered(incoming)):
        pass
    return incoming.notes


def _numbered(incoming: Incoming) -> Maps:
    """Return the maps of a file that is looked at without a project: pictures and classes by their place in it."""
    images = {e.key: (e.index, 0) for e in reversed(incoming.entries) if e.key is not None}
    categories = {key: index for index, key, _ in reversed(incoming.categories) if key is not None}
    sizes = {e.index: (e.media.width, e.media.height) for e in incoming.entries}
    return Maps(images, categories, 0, sizes)


def _check_annotations(
    incoming: Incoming, found: Notes, progress: Callable[[int, int], object] | None
) -> None:  # fmt: skip
    maps = _numbered(incoming)
    total = incoming.counts["annotations"]
    for placed in incoming.annotations(maps):
        _check_annotation(placed, *maps.sizes[placed.media], found)
        if progress is not None and placed.id % 1024 == 0:
            progress(placed.id, total)
    if progress is not None:
        progress(total, total)


def _check_annotation(placed: Placed, width: int, height: int, found: Notes) -> None:
    place = f"annotations[{placed.id}]"
    raw = _extra(placed.doc)
    a = document.parse(placed.doc, id=placed.id, media=placed.media, category=placed.category)
    if raw.area is None:
        found.add("warning", "no area; COCOeval needs one", place)
    if raw.iscrowd not in (0, 1) or isinstance(raw.iscrowd, bool):
        found.add("warning", "iscrowd is not 0 or 1; COCOeval needs it", place)
    if raw.iscrowd == 1 and isinstance(a.geometry, Polygons):
        found.add("warning", "a crowd (iscrowd 1) that is made of polygons; COCO's crowds are RLEs", place)
    _check_points(a, raw, place, found)
    if isinstance(a.geometry, Mask | Polygons) and width and height:
        _check_pixels(a, a.geometry, raw, width, height, place, found)
    elif isinstance(a.geometry, Box) and width and height:
        box = a.geometry
        if box.x < -_EDGE or box.y < -_EDGE or box.right > width + _EDGE or box.bottom > height + _EDGE:
            found.add("warning", "a bbox that leaves its picture", f"{place}.bbox")


def _check_points(a: Annotation, raw: _Extra, place: str, found: Notes) -> None:
    if a.keypoints is None:
        return
    if raw.num_keypoints is None:
        found.add("warning", "no num_keypoints; COCOeval needs it", place)
    elif raw.num_keypoints != a.keypoints.labelled:
        found.add("warning", "num_keypoints is not the count of labelled keypoints", f"{place}.num_keypoints")
    points = (a.keypoints.point(i) for i in range(a.keypoints.count))
    if any(v == 0 and (x or y) for x, y, v in points):
        found.add("warning", "keypoints that are not labelled (v = 0) and have a place", f"{place}.keypoints")


def _check_pixels(
    a: Annotation, shape: Mask | Polygons, raw: _Extra, width: int, height: int, place: str, found: Notes
) -> None:
    mask = a.mask(width, height)
    if not mask.counts:
        found.add("warning", "a shape without a pixel in its picture", f"{place}.segmentation")
        return
    off = 0 if a.dense is None else points_off(a.dense, mask)
    if off:
        found.add("warning", "DensePose points off their shape", f"{place}.dp_x", off)
    edge = shape.bounds
    if isinstance(shape, Polygons) and (
        edge.x < -_EDGE or edge.y < -_EDGE or edge.right > width + _EDGE or edge.bottom > height + _EDGE
    ):
        found.add("warning", "a polygon that leaves its picture", f"{place}.segmentation")
    pixels, box = mask.area, mask.bounds
    # A polygon may run half a pixel beside the pixels that it covers, all around.
    slack = max(_AREA * pixels, box.w + box.h)
    if isinstance(raw.area, int | float) and abs(raw.area - pixels) > slack:
        found.add("warning", "an area that is not its shape's", f"{place}.area")
    if a.box is not None and not _near(a.box, box) and not _near(a.box, edge):
        found.add("warning", "a bbox that is not its shape's", f"{place}.bbox")


def _near(a: Box, b: Box) -> bool:
    pairs = ((a.x, b.x), (a.y, b.y), (a.right, b.right), (a.bottom, b.bottom))
    return all(abs(p - q) <= _EDGE for p, q in pairs)

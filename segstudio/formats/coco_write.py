"""COCO instances and keypoints: writing.

An annotation that nobody touched is written as the text it was read as. Of one that a person made or changed, the keys
that say something else are replaced. A mask, and a polygon with holes, become an RLE of the whole picture with
iscrowd 0; area and bbox come from the same pixels.
"""

from __future__ import annotations

import posixpath
from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from msgspec import UNSET, UnsetType

from segstudio.core import document, masks
from segstudio.core.annotation import REJECTED, Annotation
from segstudio.core.geometry import Box, Polygons
from segstudio.core.masks import Mask
from segstudio.core.media import Media
from segstudio.formats import coco_objects as objects
from segstudio.formats.base import Outgoing, Stored
from segstudio.formats.coco import LISTS, Aside, Kept
from segstudio.formats.coco_densepose import dense_keys
from segstudio.formats.files import amended, replacing, split_object

_EMPTY_TOP = ("info", "licenses", "images", "annotations", "categories")
_INFO = msgspec.json.encode({"description": "Exported by segstudio"})


class _Refs(msgspec.Struct, gc=False):
    id: Any = None
    image_id: Any = None
    category_id: Any = None
    mask: msgspec.Raw | UnsetType = UNSET
    holes: msgspec.Raw | UnsetType = UNSET


_refs = msgspec.json.Decoder(_Refs).decode
_kept = msgspec.json.Decoder(Kept).decode


def write(path: Path, out: Outgoing) -> None:
    """Write a COCO file; `out.written` and `out.notes` say what came of it.

    Raises:
        FormatError: It can't be written; what was there before is untouched.
    """
    writer = _Writer(out)
    with replacing(path) as file:
        writer.write(file)


def wanted(row: Stored, predictions: str) -> bool:
    """Return whether an export takes an annotation: never a rejected one, predictions as the option says."""
    if row.review == REJECTED:
        return False
    return predictions == "all" or row.origin.kind != "model"


def frame_name(video: str, frame: int) -> str:
    """Return the file name under which a video's frame is exported: "folder/clip/000012.jpg" of "folder/clip.mp4"."""
    return f"{posixpath.splitext(video)[0]}/{frame:06d}.jpg"


class _Writer:
    """One file being written: the ids that its things get, then the lists in their order."""

    def __init__(self, out: Outgoing) -> None:
        self.out = out
        self.notes = out.notes
        self.kept = [k for k in (_kept(text) for text in out.kept) if k.format in ("coco", "coco-panoptic")]
        self.aside = {name: self._asides(name) for name in LISTS}
        self.media = {m.id: m for m in out.media}
        self.sizes = {m.id: objects.declared_size(m) for m in out.media}
        refs = [r for r in map(_refs_in, self.aside["annotations"]) if r is not None]
        reserved = {name: [objects.id_in(a.text) for a in self.aside[name]] for name in LISTS}
        images = [*reserved["images"], *(objects.key_of(r.image_id) for r in refs)]
        categories = [*reserved["categories"], *(objects.key_of(r.category_id) for r in refs)]
        self.image_ids = objects.ImageIds(out.media, images)
        self.category_ids = objects.ids_of(out.categories, categories)
        self._survey()

    def _asides(self, name: str) -> list[Aside]:
        if self.out.unusable == "drop":
            return []
        return sorted((a for k in self.kept for a in k.aside.get(name, [])), key=lambda a: a.id)

    def _survey(self) -> None:
        """Walk through the annotations once: which ids are taken, and which frames of videos are needed."""
        taken: list[Any] = [objects.id_in(a.text) for a in self.aside["annotations"]]
        frames: set[tuple[int, int]] = set()
        left_out = rejected = 0
        videos = {m.id for m in self.out.media if m.kind == "video"}
        for row in self.out.annotations():
            if not wanted(row, self.out.predictions):
                rejected += row.review == REJECTED
                left_out += row.review != REJECTED
                continue
            taken.append(objects.key_of(_refs(row.doc).id))
            if row.media in videos:
                frames.add((row.media, row.frame))
        self.ids = objects.Ids(taken)
        if rejected:
            self.notes.add("warning", "rejected predictions, not exported", count=rejected)
        if left_out:
            self.notes.add("warning", "predictions that nobody accepted yet, not exported", count=left_out)
        self.frames = sorted(frames)

    def write(self, file: BinaryIO) -> None:
        """Write the whole file."""
        lists = {"images": self._images, "annotations": self._annotations, "categories": self._categories}
        file.write(b"{")
        for i, (key, text) in enumerate(self._top()):
            file.write((b",\n" if i else b"") + objects.encode(key) + b": ")
            if key not in lists:
                file.write(text)
                continue
            count = 0
            file.write(b"[")
            for count, item in enumerate(lists[key](), 1):
                file.write(b",\n" if count > 1 else b"\n")
                file.write(item)
            file.write(b"]")
            self.out.written[key] = count
        file.write(b"}\n")

    def _top(self) -> list[tuple[str, Any]]:
        """Return the keys of the top level: the first file's, what later ones add, and the lists that are needed."""
        top: dict[str, Any] = {}
        for number, kept in enumerate(self.kept):
            for key, text in kept.top:
                if number and key not in LISTS and key in top and bytes(top[key]) != bytes(text):
                    self.notes.add("warning", f"two imported files differ in {key!r}; the first one's is written")
                top.setdefault(key, text)
        if not self.kept:
            top = dict.fromkeys(_EMPTY_TOP, b"[]") | {"info": _INFO}
        for name, needed in (("images", True), ("annotations", self.ids.count), ("categories", self.category_ids)):
            if needed:
                top.setdefault(name, b"null")
        return list(top.items())

    def _images(self) -> Iterator[bytes]:
        if any(not w or not h for w, h in self.sizes.values()):
            self._note_sizes()
        rows = ((m.id, m) for m in self.out.media if m.kind != "video")
        for item in _merged(rows, self.aside["images"]):
            yield bytes(item.text) if isinstance(item, Aside) else self._picture(item)
        for media, frame in self.frames:
            video = self.media[media]
            yield objects.write_frame(video, frame, self.image_ids.of(media, frame), frame_name(video.path, frame))

    def _picture(self, m: Media) -> bytes:
        return objects.write_image(m, self.image_ids.pictures[m.id])

    def _note_sizes(self) -> None:
        for m in self.out.media:
            if not all(self.sizes[m.id]):
                self.notes.add("warning", "pictures whose size is not known; readers may need it", m.path)

    def _categories(self) -> Iterator[bytes]:
        rows = ((c.id, c) for c in self.out.categories)
        for item in _merged(rows, self.aside["categories"]):
            if isinstance(item, Aside):
                yield bytes(item.text)
            else:
                yield objects.write_category(item, self.category_ids[item.id])

    def _annotations(self) -> Iterator[bytes]:
        rows = ((row.id, row) for row in self.out.annotations() if wanted(row, self.out.predictions))
        predictions = 0
        for item in _merged(rows, self.aside["annotations"]):
            if isinstance(item, Aside):
                yield self._set_aside(item)
                continue
            text = self._annotation(item)
            if text is not None:
                predictions += item.origin.kind == "model"
                yield text
        self.out.written["predictions"] = predictions
        if self.aside["annotations"]:
            reason = "annotations that segstudio could not use, written back as they were read"
            self.notes.add("warning", reason, count=len(self.aside["annotations"]))

    def _set_aside(self, item: Aside) -> bytes:
        refs = _refs_in(item)
        if refs is None:
            return bytes(item.text)
        changes: dict[str, Any] = {}
        key = objects.key_of(refs.id)
        if key is not None and self.ids.give(key) != key:
            changes["id"] = self.ids.last
        image = self.image_ids.pictures.get(item.media)
        if image is not None and image != refs.image_id:
            changes["image_id"] = image
        if item.category in self.category_ids and self.category_ids[item.category] != refs.category_id:
            changes["category_id"] = self.category_ids[item.category]
        return amended(item.text, changes) if changes else bytes(item.text)

    def _annotation(self, row: Stored) -> bytes | None:
        media = self.media.get(row.media)
        category = self.category_ids.get(row.category)
        if media is None or category is None:
            self.notes.add("skipped", "annotations whose picture or class is gone from the project")
            return None
        image = self.image_ids.of(row.media, row.frame)
        refs = _refs(row.doc)
        key = self.ids.give(objects.key_of(refs.id))
        new = {"id": key, "image_id": image, "category_id": category}
        changes = {name: value for name, value in new.items() if value != objects.key_of(getattr(refs, name))}
        if row.origin.kind == "import":
            return amended(row.doc, changes) if changes else bytes(row.doc)
        return self._completed(row, media, changes)

    def _completed(self, row: Stored, media: Media, ids: dict[str, Any]) -> bytes | None:
        """Return the object of an annotation that a person or a model made or changed, with all keys COCO wants."""
        a = document.parse(row.doc, id=row.id, media=row.media, category=row.category)
        width, height = self.sizes[media.id]
        if isinstance(a.geometry, Mask | Polygons) and not (width and height):
            self.notes.add("skipped", "shapes on a picture whose size is not known", media.path)
            return None
        raw = split_object(row.doc)
        for internal in ("mask", "holes", "dp_box"):
            raw.pop(internal, None)
        shape = shape_keys(a, width, height, raw)
        if shape.get("area") == 0 and isinstance(a.geometry, Mask | Polygons):
            self.notes.add("warning", "shapes without a pixel inside their picture; their area is 0", media.path)
        bbox = shape.get("bbox") or msgspec.json.decode(raw["bbox"])
        return objects.encode(merge_keys(ids, raw, shape, point_keys(a) | dense_keys(a, bbox)))


def shape_keys(a: Annotation, width: int, height: int, stated: Container[str]) -> dict[str, Any]:
    """Return segmentation, area, bbox and iscrowd of an annotation as COCO has them.

    Args:
        a: The annotation.
        width: Of its picture, in pixels.
        height: Likewise.
        stated: The keys of its document. An area or a bbox beside polygons or a box stays; an edit has removed it.
    """
    keys: dict[str, Any] = {"iscrowd": int(a.crowd)}
    match a.geometry:
        case Polygons(holes=()):
            keys["segmentation"] = [ring for ring in a.geometry.parts if len(ring) >= 6]
            measured = _measured(a.mask(width, height), a.geometry.bounds)
        case Mask() | Polygons():
            mask = _clipped(a.mask(width, height), width, height)
            keys["segmentation"] = masks.to_coco(mask, height, width)
            return keys | _measured(mask, a.geometry.bounds)
        case _:
            box = a.geometry or a.box or a.bounds
            keys["segmentation"] = []
            measured = {"area": box.area, "bbox": [box.x, box.y, box.w, box.h]}
    return keys | {k: v for k, v in measured.items() if k not in stated}


def _clipped(mask: Mask, width: int, height: int) -> Mask:
    if mask.x >= 0 and mask.y >= 0 and mask.x + mask.w <= width and mask.y + mask.h <= height:
        return mask
    left, top = max(mask.x, 0), max(mask.y, 0)
    right, bottom = min(mask.x + mask.w, width), min(mask.y + mask.h, height)
    if right <= left or bottom <= top:
        return masks.EMPTY
    return masks.from_bitmap(masks.window(mask, left, top, right - left, bottom - top), left, top)


def _measured(mask: Mask, otherwise: Box) -> dict[str, Any]:
    box = mask.bounds if mask.counts else otherwise
    return {"area": mask.area, "bbox": [box.x, box.y, box.w, box.h]}


def point_keys(a: Annotation) -> dict[str, Any]:
    """Return keypoints and num_keypoints as COCO has them: points that are not labelled are 0, 0, 0."""
    if a.keypoints is None:
        return {}
    values: list[float | int] = []
    for i in range(a.keypoints.count):
        x, y, v = a.keypoints.point(i)
        values += (x, y, min(v, 2)) if v > 0 else (0, 0, 0)
    return {"keypoints": values, "num_keypoints": a.keypoints.labelled}


def merge_keys(
    ids: dict[str, Any], raw: dict[str, Any], shape: dict[str, Any], points: dict[str, Any]
) -> dict[str, Any]:
    """Return one object of COCO's keys, ids first where the object is new, other keys where and as they stand.

    The text of a key stays where it says the same.
    """
    result: dict[str, Any] = {} if "id" in raw else {k: ids[k] for k in ("id", "image_id", "category_id") if k in ids}
    result |= raw
    result |= ids
    for key, value in (shape | points).items():
        if key in raw and msgspec.json.decode(raw[key]) == msgspec.json.decode(objects.encode(value)):
            continue
        result[key] = value
    return result


def _refs_in(item: Aside) -> _Refs | None:
    try:
        return _refs(item.text)
    except msgspec.DecodeError:
        return None


def _merged(rows: Iterable[tuple[int, Any]], asides: list[Aside]) -> Iterator[Any]:
    """Yield rows and set-aside items by their numbers."""
    waiting = iter(asides)
    aside = next(waiting, None)
    for number, row in rows:
        while aside is not None and aside.id < number:
            yield aside
            aside = next(waiting, None)
        yield row
    if aside is not None:
        yield aside
        yield from waiting

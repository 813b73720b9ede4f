"""COCO panoptic: writing. A PNG file a picture, and the JSON file that lists their segments.

Objects may overlap in a project and not here: the rule of the export says who gets a pixel, and the notes say how many
pixels were in dispute, how many nobody has (void), and what could not be written. Segments that nobody touched keep
their ids and the text of their keys.
"""

from __future__ import annotations

import contextlib
import os
import posixpath
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np

from segstudio.core import document, panoptic
from segstudio.core.annotation import REJECTED, Annotation
from segstudio.core.densepose_keys import NAMES as DENSE_KEYS
from segstudio.core.errors import FormatError
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask
from segstudio.core.media import Media
from segstudio.formats import coco_objects as objects
from segstudio.formats.base import Outgoing, Stored
from segstudio.formats.coco_panoptic import LISTS, NAME, Kept, folder_of
from segstudio.formats.coco_write import frame_name, wanted
from segstudio.formats.files import amended, replacing, split_object
from segstudio.formats.panoptic_png import LARGEST, write_ids

_INFO = msgspec.json.encode({"description": "Exported by segstudio"})
_NOT_HERE = ("segmentation", "mask", "holes", "image_id", "keypoints", "num_keypoints", *DENSE_KEYS)

_LONGEST = 60  # characters of a folder's or a file's name, of which file systems allow 255 bytes

_kept = msgspec.json.Decoder(Kept).decode
Place = tuple[int, int]


def write(path: Path, out: Outgoing) -> None:
    """Write the JSON file and the folder of its name without the ending; `out` says what came of it.

    Raises:
        FormatError: It can't be written; what was there before is untouched.
    """
    writer = _Writer(out)
    folder = folder_of(path)
    if folder == path or folder.is_file():
        raise FormatError(
            f"The maps go to the folder {folder.name}, and a file has that name.",
            path=path,
            remedy="Choose a name that ends in .json.",
        )
    with replacing(path) as file, _staged(folder) as staged:
        writer.write(file, staged)


@contextlib.contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    """Yield an empty folder whose files go into `folder` when all went well; other files there stay."""
    staged = Path(tempfile.mkdtemp(prefix=f".{folder.name[:64]}.", suffix=".part", dir=folder.parent))
    try:
        yield staged
        if not folder.exists():
            mask = os.umask(0)
            os.umask(mask)
            staged.chmod(0o777 & ~mask)
            staged.replace(folder)
            return
        for file in sorted(p for p in staged.rglob("*") if p.is_file()):
            target = folder / file.relative_to(staged)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


class _Writer:
    """One export: which pictures have maps, then the lists in their order."""

    def __init__(self, out: Outgoing) -> None:
        self.out, self.notes = out, out.notes
        self.kept = [k for k in map(_kept, out.kept) if k.format in (NAME, "coco")]
        self.maps: dict[Place, msgspec.Raw] = {}
        for media, frame, text in (m for k in self.kept for m in k.maps):
            self.maps.setdefault((media, frame), text)
        self.media = {m.id: m for m in out.media}
        self.categories = {c.id: c for c in out.categories}
        self.image_ids = objects.ImageIds(out.media)
        self.category_ids = objects.ids_of(out.categories)
        self.names: set[str] = set()
        self._survey()

    def _survey(self) -> None:
        """Walk through the annotations once: which one is the last of its picture."""
        self.last: dict[Place, int] = {}
        left_out = rejected = 0
        for row in self.out.annotations():
            if wanted(row, self.out.predictions):
                self.last[row.media, row.frame] = row.id
            elif row.review == REJECTED:
                rejected += 1
            else:
                left_out += 1
        if rejected:
            self.notes.add("warning", "rejected predictions, not exported", count=rejected)
        if left_out:
            self.notes.add("warning", "predictions that nobody accepted yet, not exported", count=left_out)

    def write(self, file: BinaryIO, folder: Path) -> None:
        """Write the JSON file and the maps below a folder."""
        lists: dict[str, Callable[[], Iterator[bytes]]] = {
            "images": self._images,
            "annotations": lambda: self._maps(folder),
            "categories": self._categories,
        }
        file.write(b"{")
        for i, (key, text) in enumerate(self._top().items()):
            file.write((b",\n" if i else b"") + objects.encode(key) + b": ")
            if key not in lists:
                file.write(text)
                continue
            count = 0
            file.write(b"[")
            for count, item in enumerate(lists[key](), 1):
                file.write((b",\n" if count > 1 else b"\n") + item)
            file.write(b"]")
            if key != "annotations":
                self.out.written[key] = count
        file.write(b"}\n")

    def _top(self) -> dict[str, Any]:
        top: dict[str, Any] = {}
        for kept in self.kept:
            for key, text in kept.top:
                top.setdefault(key, text)
        if not top:
            top = {"info": _INFO}
        for name in LISTS:
            top.setdefault(name, b"null")
        return top

    def _images(self) -> Iterator[bytes]:
        for m in self.out.media:
            if m.kind != "video":
                yield objects.write_image(m, self.image_ids.pictures[m.id])
        for media, frame in sorted(self.last.keys() | self.maps.keys()):
            video = self.media.get(media)
            if video is not None and video.kind == "video":
                yield objects.write_frame(video, frame, self.image_ids.of(media, frame), frame_name(video.path, frame))

    def _categories(self) -> Iterator[bytes]:
        for c in self.out.categories:
            text = objects.write_category(c, self.category_ids[c.id])
            # Here readers rely on the key.
            yield text if "isthing" in split_object(text) else amended(text, {"isthing": int(c.thing)})

    def _maps(self, folder: Path) -> Iterator[bytes]:
        self.out.written |= {"annotations": 0, "predictions": 0}
        waiting: dict[Place, list[Stored]] = {}
        for row in self.out.annotations():
            if not wanted(row, self.out.predictions):
                continue
            place = (row.media, row.frame)
            waiting.setdefault(place, []).append(row)
            if self.last[place] == row.id:
                yield from self._map(place, waiting.pop(place), folder)
        for place in self.maps:
            if place not in self.last and place[0] in self.media:
                yield from self._map(place, [], folder)

    def _map(self, place: Place, rows: list[Stored], folder: Path) -> Iterator[bytes]:
        """Write the map of one picture and yield its object."""
        media = self.media.get(place[0])
        if media is None:
            self.notes.add("skipped", "annotations whose picture is gone from the project", count=len(rows))
            return
        width, height = objects.declared_size(media)
        if not (width and height):
            self.notes.add("skipped", "annotations on a picture whose size is not known", media.path, len(rows))
            return
        known = [r for r in rows if r.category in self.categories]
        if len(known) < len(rows):
            reason = "annotations whose class is gone from the project"
            self.notes.add("skipped", reason, media.path, len(rows) - len(known))
        found, shapes = self._composed(known, media, (width, height))
        segments, ids = self._segments(found, shapes, {r.id: r for r in known})
        name = self._file_name(place, media)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("wb") as file:
            write_ids(file, found.values, ids)
        keys = {"segments_info": segments, "file_name": name, "image_id": self.image_ids.of(*place)}
        old = self.maps.get(place)
        yield objects.encode(keys) if old is None else amended(old, {**split_object(old), **keys})

    def _composed(
        self, rows: list[Stored], media: Media, size: panoptic.Size
    ) -> tuple[panoptic.SegmentMap, dict[int, Mask]]:
        """Return the map and the pixels of each of its segments, and note what is lost on the way."""
        found = [_annotation(r) for r in rows]
        composed = panoptic.compose(found, size, self.out.overlap, self.categories)
        shapes = composed.masks()
        notes = self.notes
        twice = int(panoptic.claimed_twice(found, size).sum()) if _may_overlap(found, shapes, size) else 0
        if twice:
            rule = panoptic.RULES[self.out.overlap].lower()
            notes.add("changed", f"pictures with overlapping objects; {rule}", f"{media.path} ({twice:,} pixels)")
        if composed.void:
            share = f"{composed.void:,} pixels, {composed.void / composed.values.size:.1%}"
            notes.add("warning", "pictures with gaps, which are written as void", f"{media.path} ({share})")
        for a in found:
            if a.geometry is None or isinstance(a.geometry, Box):
                notes.add("skipped", "boxes and poses, which are no regions", media.path)
            elif a.id not in shapes:
                notes.add("skipped", "objects that others cover, without a pixel of their own", media.path)
            elif a.keypoints is not None:
                notes.add("warning", "keypoints, which this format has no place for", media.path)
        return composed, shapes

    def _segments(
        self, found: panoptic.SegmentMap, shapes: dict[int, Mask], rows: dict[int, Stored]
    ) -> tuple[list[msgspec.Raw], np.ndarray]:
        """Return the objects of a map's segments, in the order of the project, and the id of each value of the map."""
        numbers = _Numbers(rows[id].doc for id in shapes)
        value_of = {id: k for k, id in enumerate(found.ids, 1)}
        ids = np.zeros(len(found.ids) + 1, np.int64)
        regions: dict[tuple[int, bool], list[int]] = {}
        for id in sorted(shapes):
            row = rows[id]
            crowd = bool(_annotation(row).crowd)
            alone = self.categories[row.category].thing
            regions.setdefault((id, True) if alone else (-row.category, crowd), []).append(id)
        result = []
        for members in regions.values():
            first = rows[members[0]]
            number = numbers.give(first.doc)
            ids[[value_of[id] for id in members]] = number
            if len(members) > 1:
                path = self.media[first.media].path
                self.notes.add("changed", "classes of stuff in several regions, written as one segment each", path)
            category = self.category_ids[first.category]
            result.append(msgspec.Raw(_segment(first, number, category, [shapes[id] for id in members])))
            self.out.written["annotations"] += 1
            self.out.written["predictions"] += first.origin.kind == "model"
        return result, ids

    def _file_name(self, place: Place, media: Media) -> str:
        """Return the name of a picture's map: the one that it was read under, else the picture's with .png."""
        name = ""
        if place in self.maps:
            said = msgspec.json.decode(self.maps[place]).get("file_name")
            name = objects.clean_path(said) if isinstance(said, str) else ""
        if not name.endswith(".png") or name.startswith(("/", "../")) or name[1:3] == ":/":
            path = media.path if media.kind != "video" else frame_name(media.path, place[1])
            path = posixpath.splitext(path)[0]
            outside = path.startswith(("/", "../")) or path[1:3] == ":/"
            name = f"{posixpath.basename(path) if outside else path}.png"
        name = "/".join(part[:_LONGEST] for part in name[:-4].split("/")) + ".png"
        stem, n = name[:-4], 2
        while name in self.names:
            name, n = f"{stem}_{n}.png", n + 1
        self.names.add(name)
        return name


class _Numbers:
    """Gives the segments of one map their ids: the one that they were read with, or a free one."""

    def __init__(self, docs: Iterator[bytes]) -> None:
        self.taken = {id for id in map(_number_in, docs) if id is not None}
        self.given: set[int] = set()
        self.next = max(self.taken, default=0) + 1

    def give(self, doc: bytes) -> int:
        """Return the id of a segment."""
        id = _number_in(doc)
        if id is None or id in self.given:
            if self.next > LARGEST:
                self.next = 1
            while self.next in self.taken or self.next in self.given:
                self.next += 1
            id, self.next = self.next, self.next + 1
        self.given.add(id)
        return id


def _number_in(doc: bytes) -> int | None:
    id = objects.id_in(doc)
    return int(id) if isinstance(id, int | float) and id == int(id) and 0 < id <= LARGEST else None


def _annotation(row: Stored) -> Annotation:
    return document.parse(
        row.doc, id=row.id, media=row.media, category=row.category, frame=row.frame, z=row.z, review=row.review
    )


def _may_overlap(found: list[Annotation], shapes: dict[int, Mask], size: panoptic.Size) -> bool:
    """Return whether the segments have more pixels than the map has for them."""
    claimed = sum(panoptic.pixels_inside(a.mask(*size), size) for a in found if panoptic.is_segment(a))
    return claimed > sum(mask.area for mask in shapes.values())


def _segment(row: Stored, number: int, category: Any, parts: list[Mask]) -> bytes:
    """Return the object of a segment: its own text, with only those keys replaced that say something else by now."""
    left, top = min(m.x for m in parts), min(m.y for m in parts)
    right, bottom = max(m.x + m.w for m in parts), max(m.y + m.h for m in parts)
    keys: dict[str, Any] = {
        "id": number,
        "category_id": category,
        "area": sum(m.area for m in parts),
        "bbox": [left, top, right - left, bottom - top],
    }
    raw: dict[str, Any] = {k: v for k, v in split_object(row.doc).items() if k not in _NOT_HERE}
    result: dict[str, Any] = {k: None for k in keys if k not in raw} if "id" not in raw else {}
    result |= raw
    for key, value in keys.items():
        old = msgspec.json.decode(raw[key]) if key in raw else None
        if old != value or (key == "id" and not isinstance(old, int)):
            result[key] = value
    result.setdefault("iscrowd", 0)
    return objects.encode(result)

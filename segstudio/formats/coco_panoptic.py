"""COCO panoptic: reading. A JSON file lists the segments of each picture, a folder of PNG files says where they are.

Each segment becomes an annotation: its object as it stands there, with its pixels as COCO's run-length code. What
belongs to a whole map (its file name, unknown keys) is kept for the export.
"""

from __future__ import annotations

import mmap
import posixpath
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from segstudio.core import masks, panoptic
from segstudio.core.errors import FormatError
from segstudio.core.masks import Mask
from segstudio.formats import coco
from segstudio.formats import coco_objects as objects
from segstudio.formats.base import Entry, Incoming, Key, Maps, Notes, Placed
from segstudio.formats.coco_check import Unusable, check_shape, read_head, resolve
from segstudio.formats.files import amended, list_below, load, place_of, split_object
from segstudio.formats.panoptic_png import LARGEST, read_ids

NAME = "coco-panoptic"
LISTS = ("images", "annotations", "categories")
MARK = b'"segments_info"'


class MapHead(msgspec.Struct):
    """The keys of a map's object that segstudio understands."""

    image_id: Any = None
    file_name: Any = None
    segments_info: list[msgspec.Raw] = []


class SegmentHead(msgspec.Struct):
    """Likewise those of a segment's object."""

    id: Any = None
    category_id: Any = None
    area: Any = None
    bbox: Any = None


class Kept(msgspec.Struct):
    """What a project remembers of a file besides its rows.

    Args:
        top: (key, text) of the top level in order; the text of the three lists is null.
        maps: (media, frame, text of the map's object without its segments).
    """

    format: str = NAME
    top: list[tuple[str, msgspec.Raw]] = []
    maps: list[tuple[int, int, msgspec.Raw]] = []


_map = msgspec.json.Decoder(MapHead)
_segment = msgspec.json.Decoder(SegmentHead)


def looks_like(head: str) -> bool:
    """Return whether a file that starts like this is a panoptic one."""
    return head.startswith("{") and MARK.decode() in head


def probe(path: Path, head: str) -> bool:
    """Return whether a COCO file holds maps, if only behind a list of pictures that fills its start."""
    if looks_like(head) or not coco.looks_like(head):
        return looks_like(head)
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            return text.find(MARK) >= 0
    except (OSError, ValueError):
        return False


def folder_of(path: Path) -> Path:
    """Return the folder of the PNG files that belong to a JSON file: the one of its name without the ending."""
    return path.with_suffix("")


def read(path: Path) -> Incoming:
    """Read a COCO panoptic file and the folder of PNG files beside it.

    A file without a list of pictures holds a model's results for pictures that the project has.

    Raises:
        FormatError: Not sound JSON, not this layout at all, or no folder of maps. What is wrong with single maps and
            segments is noted instead.
    """
    return _Reading(path).incoming()


class _Reading:
    """One file being read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes = Notes()
        try:
            self.top = split_object(load(path, self.notes))
        except msgspec.DecodeError as error:
            raise FormatError("A COCO panoptic file is a JSON object.", path=path) from error
        self.lists = {name: list_below(self.top, name, self.path) for name in LISTS}
        if "annotations" not in self.top:
            raise FormatError(
                'There is no list "annotations", so this is no COCO panoptic file.',
                path=path,
                remedy="Choose the JSON file beside the folder of PNG files (panoptic_*.json).",
            )
        self.maps = [self._head(text, i) for i, text in enumerate(self.lists["annotations"])]
        self.folder = self._folder()
        self.kept: list[tuple[int, int, msgspec.Raw]] = []

    def _head(self, text: msgspec.Raw, index: int) -> MapHead | None:
        try:
            return _map.decode(text)
        except msgspec.DecodeError as error:
            what, place = place_of(error)
            self.notes.add("skipped", what, f"annotations[{index}]{place}")
            return None

    def _folder(self) -> Path:
        """Return the folder of the maps: the file's own name without the ending, or where the first maps lie."""
        usual = folder_of(self.path)
        names = [head.file_name for head in self.maps if head is not None and isinstance(head.file_name, str)][:3]
        for folder in (usual, self.path.parent):
            if not names or any(_is_file(folder / objects.clean_path(name)) for name in names):
                return folder
        if not _is_folder(usual):
            raise FormatError(
                f"The folder of its PNG files is missing: {usual}",
                path=self.path,
                remedy=f"Put {names[0]} and the others into a folder of that name beside the JSON file.",
            )
        return usual

    def incoming(self) -> Incoming:
        """Return what the file holds; its maps are still to be walked through."""
        self.entries = list(self._entries())
        self.categories = list(self._categories())
        segments = sum(len(head.segments_info) for head in self.maps if head is not None)
        counts = {
            "images": len(self.lists["images"]),
            "annotations": segments,
            "categories": len(self.lists["categories"]),
        }
        results = "images" not in self.top
        return Incoming(
            NAME,
            [] if results else self.categories,
            self.entries,
            counts,
            self._annotations,
            (lambda _: "") if results else self._keep,
            self.notes,
            predictions=results,
        )

    def _entries(self) -> Iterator[Entry]:
        for index, text in enumerate(self.lists["images"]):
            try:
                yield objects.read_image(text, index, self.notes)
            except msgspec.DecodeError as error:
                self.notes.add("skipped", place_of(error)[0], f"images[{index}]")

    def _categories(self) -> Iterator[tuple[int, Key | None, Any]]:
        for index, text in enumerate(self.lists["categories"]):
            try:
                key, category = objects.read_category(text)
            except msgspec.DecodeError as error:
                self.notes.add("skipped", place_of(error)[0], f"categories[{index}]")
                continue
            objects.note_category(key, category, index, self.notes)
            if "isthing" not in split_object(text):
                reason = "a category that doesn't say isthing; it counts as a thing"
                self.notes.add("warning", reason, f"categories[{index}]")
            yield index, key, category

    def _annotations(self, maps: Maps) -> Iterator[Placed]:
        number, seen = maps.first, set[tuple[int, int]]()
        stuff = {key for _, key, c in self.categories if not c.thing}
        for index, head in enumerate(self.maps):
            if head is None:
                continue
            place = f"annotations[{index}]"
            try:
                media, frame = resolve(head.image_id, maps.images, "image_id", "images")
                if (media, frame) in seen:
                    raise Unusable("a second map of a picture")
                seen.add((media, frame))
                # Even a map that can't be read is the picture's: an export writes its other keys again.
                null = amended(self.lists["annotations"][index], {"segments_info": None})
                self.kept.append((media, frame, msgspec.Raw(null)))
                yield from self._segments(head, place, number, media, frame, maps, stuff)
            except Unusable as why:
                many = max(len(head.segments_info), 1)
                self.notes.add("skipped", why.reason, f"{self._named(head, place)}{why.place}", many)
            number += len(head.segments_info)

    def _named(self, head: MapHead, place: str) -> str:
        return f"{place}, {self.folder / head.file_name}" if isinstance(head.file_name, str) else place

    def _segments(
        self, head: MapHead, place: str, first: int, media: int, frame: int, maps: Maps, stuff: set[Any]
    ) -> Iterator[Placed]:
        """Yield the segments of one map that have pixels and a class.

        Raises:
            Unusable: The map itself can't be read.
        """
        width, height = maps.sizes.get(media, (0, 0))
        values = read_ids(self.folder / _file_name(head), width, height)
        found = panoptic.masks_of(values)
        listed: set[int] = set()
        regions: Counter[Any] = Counter()
        for i, text in enumerate(head.segments_info):
            where = f"{place}.segments_info[{i}]"
            try:
                segment = _segment_head(text)
                id = _id_of(segment)
                if id in listed:
                    raise Unusable("an id that an earlier segment of the map has", ".id")
                listed.add(id)
                category = resolve(segment.category_id, maps.categories, "category_id", "categories")
                mask = found.get(id)
                if mask is None:
                    raise Unusable("a segment without a pixel in its PNG file", ".id")
                doc = self._document(text, segment, mask, values.shape, where)
            except Unusable as why:
                self.notes.add("skipped", why.reason, f"{where}{why.place}")
                continue
            regions[segment.category_id] += segment.category_id in stuff
            yield Placed(first + i, media, frame, category, doc)
        if any(n > 1 for n in regions.values()):
            self.notes.add("warning", "a class of stuff in several segments; an export joins them", place)
        self._note_unlisted(values, found, listed, self._named(head, place))

    def _document(
        self, text: msgspec.Raw, segment: SegmentHead, mask: Mask, shape: tuple[int, int], place: str
    ) -> bytes:
        """Return a segment's object with its pixels, and the measures that these have.

        Raises:
            Unusable: It has keys that COCO's annotations have, with values that these can't have.
        """
        keys: dict[str, Any] = {"segmentation": masks.to_coco(mask, *shape)}
        true = {"area": mask.area, "bbox": [mask.x, mask.y, mask.w, mask.h]}
        for key, value in true.items():
            stated = getattr(segment, key)
            if stated is not None and stated != value:
                self.notes.add("changed", f"{key} that is not the segment's; the true one is used", f"{place}.{key}")
                keys[key] = value
        doc = amended(text, keys)
        check_shape(read_head(doc), doc, 0, 0)
        return doc

    def _note_unlisted(self, values: np.ndarray, found: dict[int, Mask], listed: set[int], place: str) -> None:
        unlisted = found.keys() - listed
        if unlisted:
            pixels = sum(found[i].area for i in unlisted)
            reason = "ids in a PNG file that the JSON file does not list; their pixels are read as void"
            self.notes.add("changed", reason, f"{place} ({pixels / values.size:.2%})", len(unlisted))

    def _keep(self, _first: dict[str, int]) -> str:
        null = msgspec.Raw(b"null")
        top = [(k, null if k in LISTS else v) for k, v in self.top.items()]
        return msgspec.json.encode(Kept(NAME, top, self.kept)).decode("utf-8")


def _segment_head(text: msgspec.Raw) -> SegmentHead:
    try:
        return _segment.decode(text)
    except msgspec.DecodeError as error:
        raise Unusable(*place_of(error)) from error


def _id_of(segment: SegmentHead) -> int:
    """Return the id of a segment.

    Raises:
        Unusable: It is none that a pixel can have.
    """
    id = segment.id
    if isinstance(id, float) and id.is_integer():
        id = int(id)
    if not isinstance(id, int) or isinstance(id, bool):
        raise Unusable("no usable id", ".id")
    if id == 0:
        raise Unusable("a segment with the id 0, which means void", ".id")
    if not 0 < id <= LARGEST:
        raise Unusable(f"an id beyond {LARGEST}, which three bytes of a pixel can't say", ".id")
    return id


def _file_name(head: MapHead) -> str:
    if not isinstance(head.file_name, str) or not head.file_name.strip("/\\ ."):
        raise Unusable("no file_name", ".file_name")
    name = objects.clean_path(head.file_name)
    if name.startswith("../") or posixpath.isabs(name) or name[1:3] == ":/":
        raise Unusable("a file_name that leads outside of the folder of maps", ".file_name")
    return name


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False

"""COCO instances and keypoints: reading.

The file is cut into its objects without taking them apart; each annotation is checked and its text handed on as it
stands, so that an export can repeat it digit for digit. What can't be used is set aside, verbatim, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from segstudio.core.errors import FormatError
from segstudio.core.labels import Category
from segstudio.formats import coco_objects as objects
from segstudio.formats.base import Entry, Incoming, Key, Maps, Notes, Placed
from segstudio.formats.coco_check import Head, Unusable, check_shape, oddities, read_head, resolve
from segstudio.formats.files import list_below, load, place_of, split_object

NAME = "coco"
LISTS = ("images", "annotations", "categories")


class Aside(msgspec.Struct, array_like=True):
    """An item that can't be used, kept for the export.

    Args:
        id: The number that it would have.
        text: As read.
        media: Of an annotation whose picture is known, else 0.
        category: Of an annotation whose category is known, else 0.
    """

    id: int
    text: msgspec.Raw
    media: int = 0
    category: int = 0


class Kept(msgspec.Struct):
    """What a project remembers of a file besides its rows.

    Args:
        top: (key, text) of the top level in order; the text of the three lists is null.
        aside: By list, the items that can't be used.
    """

    format: str = NAME
    top: list[tuple[str, msgspec.Raw]] = []
    aside: dict[str, list[Aside]] = {}


def looks_like(head: str) -> bool:
    """Return whether a file that starts like this is COCO's."""
    return head.startswith("{") and any(f'"{name}"' in head for name in LISTS)


def read(path: Path) -> Incoming:
    """Read a COCO file.

    Raises:
        FormatError: Not sound JSON, or not COCO's layout at all. What is wrong with single items is noted instead.
    """
    return _Reading(path).incoming()


class _Reading:
    """One file being read: its lists as texts, and what had to be set aside."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes = Notes()
        text = load(path, self.notes)
        if text.lstrip()[:1] == b"[":
            raise FormatError(
                "This file is a list, as results files are, and not a data set.",
                path=path,
                remedy="Import the data set first, then this file with the format coco-results.",
            )
        try:
            self.top = split_object(text)
        except msgspec.DecodeError as error:
            raise FormatError("A COCO file is a JSON object.", path=path) from error
        if "images" not in self.top:
            raise FormatError(
                'There is no list "images", so this is no COCO data set.',
                path=path,
                remedy="Choose the file that names the pictures (instances_*.json, person_keypoints_*.json).",
            )
        self.lists = {name: list_below(self.top, name, self.path) for name in LISTS}
        self.aside: dict[str, list[tuple[int, msgspec.Raw, int, int]]] = {name: [] for name in LISTS}
        self._panoptic()

    def _panoptic(self) -> None:
        first = self.lists["annotations"][:1]
        if first and b'"segments_info"' in bytes(first[0]):
            raise FormatError(
                "This is a COCO panoptic file; its shapes lie in PNG files.",
                path=self.path,
                remedy="Import it with the format coco-panoptic.",
            )

    def incoming(self) -> Incoming:
        """Return what the file holds; its annotations are still to be walked through."""
        self.entries = list(self._entries())
        self.categories = list(self._categories())
        counts = {name: len(items) for name, items in self.lists.items()}
        return Incoming(
            NAME, self.categories, self.entries, counts, self._annotations, self._keep, self.notes
        )  # fmt: skip

    def _skip(self, name: str, index: int, why: Unusable, media: int = 0, category: int = 0) -> None:
        self.notes.add("skipped", why.reason, f"{name}[{index}]{why.place}")
        self.aside[name].append((index, self.lists[name][index], media, category))

    def _entries(self) -> Iterator[Entry]:
        seen: set[Key] = set()
        for index, text in enumerate(self.lists["images"]):
            try:
                entry = objects.read_image(text, index, self.notes)
            except msgspec.DecodeError as error:
                self._skip("images", index, Unusable(place_of(error)[0]))
                continue
            self._note_id("images", index, entry.key, seen)
            yield entry

    def _categories(self) -> Iterator[tuple[int, Key | None, Category]]:
        seen: set[Key] = set()
        for index, text in enumerate(self.lists["categories"]):
            try:
                key, category = objects.read_category(text)
            except msgspec.DecodeError as error:
                self._skip("categories", index, Unusable(place_of(error)[0]))
                continue
            objects.note_category(key, category, index, self.notes)
            self._note_id("categories", index, key, seen)
            yield index, key, category

    def _note_id(self, name: str, index: int, key: Key | None, seen: set[Key]) -> None:
        if key is None:
            return
        if key in seen:
            reason = "an id that an earlier one has; references mean that one, an export gives this one a new id"
            self.notes.add("warning", reason, f"{name}[{index}].id")
        elif key == 0:
            self.notes.add("warning", "the id 0, where COCO counts from 1", f"{name}[{index}].id")
        seen.add(key)

    def _annotations(self, maps: Maps) -> Iterator[Placed]:
        counts = {k: len(c.skeleton.names) if c.skeleton else None for _, k, c in reversed(self.categories)}
        seen: set[Key] = set()
        for index, text in enumerate(self.lists["annotations"]):
            media = category = frame = 0
            try:
                head = read_head(text)
                media, frame = resolve(head.image_id, maps.images, "image_id", "images")
                category = resolve(head.category_id, maps.categories, "category_id", "categories")
                check_shape(head, text, *maps.sizes.get(media, (0, 0)))
            except Unusable as why:
                self._skip("annotations", index, why, media, category)
                continue
            self._note(head, index, seen, counts.get(head.category_id))
            yield Placed(maps.first + index, media, frame, category, memoryview(text))

    def _note(self, head: Head, index: int, seen: set[Key], keypoints: int | None) -> None:
        for reason, place in oddities(head, keypoints):
            self.notes.add("warning", reason, f"annotations[{index}]{place}")
        key, place = objects.key_of(head.id), f"annotations[{index}].id"
        if key is None:
            self.notes.add("warning", "no usable id; an export gives it one", place)
        elif key in seen:
            self.notes.add("warning", "an id that an earlier one has; an export gives it a new one", place)
        else:
            seen.add(key)

    def _keep(self, first: dict[str, int]) -> str:
        null = msgspec.Raw(b"null")
        top = [(k, null if k in LISTS else v) for k, v in self.top.items()]
        aside = {
            name: [Aside(first[name] + i, text, media, category) for i, text, media, category in rows]
            for name, rows in self.aside.items()
        }
        return msgspec.json.encode(Kept(NAME, top, {k: v for k, v in aside.items() if v})).decode("utf-8")

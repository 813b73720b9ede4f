"""COCO's image and category objects as core values, and back, and the ids under which a project writes them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from segstudio.core import skeletons
from segstudio.core.errors import InputError
from segstudio.core.label_edits import clean_tags
from segstudio.core.labels import ATTRIBUTE_KINDS, AttributeSpec, Category, Skeleton
from segstudio.core.media import Media
from segstudio.formats.base import Entry, Key, Notes
from segstudio.formats.files import amended

_LONGEST = 1 << 20
_UNCOUNTED = 1_000_000  # ids kept free for a video whose frames are not counted yet


class _Image(msgspec.Struct):
    id: Any = None
    file_name: Any = None
    coco_url: Any = None
    width: Any = None
    height: Any = None
    video: Any = None
    frame: Any = None
    tags: Any = None
    comment: Any = None


class _Category(msgspec.Struct):
    id: Any = None
    name: Any = None
    supercategory: Any = None
    keypoints: Any = None
    skeleton: Any = None
    skeleton_details: Any = None
    color: Any = None
    isthing: Any = None
    attributes: Any = None


class _Details(msgspec.Struct, omit_defaults=True):
    """What COCO has no word for: under "skeleton_details" of a category. Pairs count from 1, as COCO's limbs do."""

    symmetry: list[tuple[int, int]] | None = None
    sigmas: list[float] | None = None
    positions: list[tuple[float, float]] | None = None
    colors: list[str] | None = None
    limb_colors: list[str] | None = None


class _Id(msgspec.Struct):
    id: Any = None


_image = msgspec.json.Decoder(_Image)
_category = msgspec.json.Decoder(_Category)
_id = msgspec.json.Decoder(_Id)
encode = msgspec.json.Encoder().encode


def key_of(value: Any) -> Key | None:
    """Return an id as a dictionary key, None for what can't be one (missing, null, true, a list)."""
    return value if isinstance(value, int | float | str) and not isinstance(value, bool) else None


def id_in(source: Any) -> Key | None:
    """Return the "id" of a JSON object, or None."""
    try:
        return key_of(_id.decode(source).id)
    except msgspec.DecodeError:
        return None


def clean_path(name: str) -> str:
    """Return a file name as a path with "/" between folders and without "." and doubled separators."""
    return posixpath.normpath(name.replace("\\", "/").replace("\0", "_"))


def _length(value: Any) -> int:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _LONGEST
    return int(value) if fits else 0


def _name_of(image: _Image) -> str:
    for text in (image.file_name, image.coco_url):
        if isinstance(text, str) and text.strip("/\\ ."):
            return clean_path(text if text is image.file_name else text.rsplit("/", 1)[-1])
    return ""


def read_image(text: msgspec.Raw, index: int, notes: Notes) -> Entry:
    """Return the entry of an image object.

    Raises:
        msgspec.DecodeError: Not an object.
    """
    place = f"images[{index}]"
    image = _image.decode(text)
    key, name = key_of(image.id), _name_of(image)
    if not isinstance(image.file_name, str) or not image.file_name:
        notes.add("warning", "no file_name; the picture is listed under its address or number", place)
        name = name or f"{image.id}.jpg"
    width, height = _length(image.width), _length(image.height)
    if not width or not height:
        notes.add("warning", "no usable width and height; they are read from the picture", place)
        width = height = 0
    if key is None:
        notes.add("warning", "no usable id; annotations can't refer to it, an export gives it one", place)
    if name.startswith("../") or posixpath.isabs(name) or name[1:3] == ":/":
        notes.add("warning", "the path leads outside the media folder; it is only ever read", f"{place}.file_name")
    if len(name) > 1024:
        notes.add("warning", "the name is longer than file systems allow", f"{place}.file_name")
    media = Media(
        0, name, width=width, height=height, source=bytes(text), tags=_tags(image.tags), comment=_words(image.comment)
    )
    is_frame = isinstance(image.video, str) and isinstance(image.frame, int) and image.frame >= 0
    return Entry(index, key, media, clean_path(image.video) if is_frame else "", image.frame if is_frame else 0)


def _words(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _tags(value: Any) -> tuple[str, ...]:
    """Return the tags of a picture; what is no list of texts is left alone as an unknown key."""
    return clean_tags(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else ()


def _specs(value: Any) -> tuple[AttributeSpec, ...]:
    """Return the attributes of a class as segstudio writes them; other programs' meaning of the key stays text."""
    try:
        specs = msgspec.convert(value, tuple[AttributeSpec, ...])
    except msgspec.ValidationError:
        return ()
    names = {spec.name for spec in specs}
    sound = len(names) == len(specs) and "" not in names and all(spec.kind in ATTRIBUTE_KINDS for spec in specs)
    return specs if sound else ()


def _limbs(value: Any, count: int) -> tuple[tuple[int, int], ...]:
    pairs = [p for p in value if isinstance(p, list) and len(p) == 2] if isinstance(value, list) else []
    pairs = [(a, b) for a, b in pairs if isinstance(a, int) and isinstance(b, int)]
    # COCO counts from 1; some writers count from 0, which shows where a 0 occurs.
    base = 0 if any(0 in p for p in pairs) else 1
    return tuple((a - base, b - base) for a, b in pairs if 0 <= a - base < count and 0 <= b - base < count)


def _skeleton(category: _Category) -> Skeleton | None:
    if not isinstance(category.keypoints, list) or not category.keypoints:
        return None
    names = tuple(str(n) for n in category.keypoints)
    plain = skeletons.completed(Skeleton(names, _limbs(category.skeleton, len(names))))
    try:
        found = msgspec.convert(category.skeleton_details or {}, _Details)
        details = {k: tuple(v) for k in found.__struct_fields__ if (v := getattr(found, k)) is not None}
        if "symmetry" in details:
            details["symmetry"] = tuple((a - 1, b - 1) for a, b in details["symmetry"])
        return skeletons.checked(replace(plain, **details)) if details else plain
    except (msgspec.ValidationError, InputError):
        return plain  # another program's key of this name; it stays in the text


def _details(skeleton: Skeleton) -> dict[str, Any]:
    """Return what a reader of the names and limbs alone would not know."""
    plain = skeletons.completed(Skeleton(skeleton.names, skeleton.limbs))
    kinds = (k for k in _Details.__struct_fields__ if getattr(skeleton, k) != getattr(plain, k))
    found: dict[str, Any] = {k: list(getattr(skeleton, k)) for k in kinds}
    if "symmetry" in found:
        found["symmetry"] = [(a + 1, b + 1) for a, b in found["symmetry"]]
    return found


def _color(value: Any) -> str | None:
    if isinstance(value, list) and len(value) == 3 and all(isinstance(v, int) and 0 <= v <= 255 for v in value):
        return "#{:02x}{:02x}{:02x}".format(*value)
    return None


def read_category(text: Any) -> tuple[Key | None, Category]:
    """Return (id, class without a number) of a category object.

    Raises:
        msgspec.DecodeError: Not an object.
    """
    c = _category.decode(text)
    name = c.name if isinstance(c.name, str) and c.name else f"class {c.id}"
    supercategory = c.supercategory if isinstance(c.supercategory, str) else ""
    thing = c.isthing not in (0, False)
    return key_of(c.id), Category(
        0, name, supercategory, _color(c.color), thing, _skeleton(c), source=bytes(text),
        attributes=_specs(c.attributes),
    )  # fmt: skip


def note_category(key: Key | None, category: Category, index: int, notes: Notes) -> None:
    """Note what is odd about a category object."""
    place = f"categories[{index}]"
    raw = _category.decode(category.source or b"{}")
    if not isinstance(raw.name, str) or not raw.name:
        notes.add("warning", "a category without a name; it is shown under its number", place)
    if key is None:
        notes.add("warning", "no usable id; annotations can't refer to it, an export gives it one", place)
    if isinstance(raw.skeleton, list) and any(isinstance(p, list) and 0 in p for p in raw.skeleton):
        notes.add("warning", "a skeleton that counts from 0, where COCO counts from 1", f"{place}.skeleton")
    known = category.skeleton.limbs if category.skeleton else ()
    if isinstance(raw.skeleton, list) and len(known) < len(raw.skeleton):
        notes.add("warning", "limbs that lead to no keypoint; they are not drawn", f"{place}.skeleton")


def _category_keys(c: Category) -> dict[str, Any]:
    keys: dict[str, Any] = {"name": c.name, "supercategory": c.supercategory}
    if c.skeleton is not None:
        keys["keypoints"] = c.skeleton.names
        keys["skeleton"] = [(a + 1, b + 1) for a, b in c.skeleton.limbs]
        if details := _details(c.skeleton):
            keys["skeleton_details"] = details
    if c.color is not None:
        keys["color"] = list(bytes.fromhex(c.color.lstrip("#")))
    if not c.thing:
        keys["isthing"] = 0
    if c.attributes:
        keys["attributes"] = msgspec.to_builtins(c.attributes)
    return keys


def write_category(c: Category, key: Key) -> bytes:
    """Return the category's object: its source, with only those keys replaced that say something else by now."""
    if c.source is None:
        return encode({"id": key, **_category_keys(c)})
    old_key, old = read_category(c.source)
    new_keys, old_keys = _category_keys(c), _category_keys(old)
    changes = {k: v for k, v in new_keys.items() if old_keys.get(k) != v}
    changes |= {k: [] for k in ("keypoints", "skeleton") if k in old_keys and k not in new_keys}
    if "skeleton_details" in old_keys and "skeleton_details" not in new_keys:
        changes["skeleton_details"] = None
    if c.thing and not old.thing:
        changes["isthing"] = 1
    if old_key != key:
        changes = {"id": key, **changes}
    gone = tuple(k for k in ("color", "attributes") if k in old_keys and k not in new_keys)
    return amended(c.source, changes, gone) if changes or gone else c.source


def write_image(m: Media, key: Key) -> bytes:
    """Return the picture's object: its source, with only those keys replaced that say something else by now."""
    if m.source is None:
        return encode({"id": key, "file_name": m.path, "width": m.width, "height": m.height, **_noted(m)})
    image = _image.decode(m.source)
    old = {"tags": _tags(image.tags), "comment": _words(image.comment)}
    changes = {k: v for k, v in _noted(m).items() if v != old[k]}
    gone = tuple(k for k in old if old[k] and k not in _noted(m))
    if key_of(image.id) != key:
        changes["id"] = key
    name = _name_of(image) or f"{image.id}.jpg"
    if m.path != name and not m.path.endswith(f"/{name.lstrip('./')}"):
        changes["file_name"] = m.path
    if m.width and m.height and image.width is None and image.height is None:
        changes |= {"width": m.width, "height": m.height}
    return amended(m.source, changes, gone) if changes or gone else m.source


def _noted(m: Media) -> dict[str, Any]:
    """Return what a person noted about a picture, only where there is something."""
    return {k: v for k, v in (("tags", m.tags), ("comment", m.comment)) if v}


def write_frame(video: Media, frame: int, key: Key, name: str) -> bytes:
    """Return the image object of a video's frame."""
    return encode(
        {
            "id": key,
            "file_name": name,
            "width": video.width,
            "height": video.height,
            "video": video.path,
            "frame": frame,
        }
    )


def declared_size(m: Media) -> tuple[int, int]:
    """Return (width, height) that the exported image object will say; 0, 0 where it says none."""
    if m.source is not None:
        image = _image.decode(m.source)
        width, height = _length(image.width), _length(image.height)
        if width and height:
            return width, height
    return m.width, m.height


class Ids:
    """Gives each thing the id of its source where that is still free, and the next number otherwise."""

    def __init__(self, taken: Iterable[Key | None] = ()) -> None:
        self._used: set[Key] = set()
        self.last: Key = 0
        keys = list(taken)
        self.count = len(keys)
        numbers = [k for k in keys if isinstance(k, int | float)]
        self._next = max(1, int(max(numbers)) + 1) if numbers else 1

    def give(self, wanted: Key | None) -> Key:
        """Return `wanted`, or a new number from 1 up where it is None or has been given already."""
        if wanted is None or wanted in self._used:
            wanted, self._next = self._next, self._next + 1
        self._used.add(wanted)
        self.last = wanted
        return wanted


class ImageIds:
    """The file ids of pictures, and of the frames of videos.

    The frames of the videos are numbered through above the highest picture, annotated or not, so that a data set and
    results exported at another time agree on them.

    Args:
        media: All of the project, in their order.
        reserved: As for `ids_of`.
    """

    def __init__(self, media: Sequence[Media], reserved: Iterable[Key | None] = ()) -> None:
        self.pictures = ids_of([m for m in media if m.kind != "video"], reserved)
        start = int(max((k for k in self.pictures.values() if isinstance(k, int | float)), default=0)) + 1
        self._first: dict[int, int] = {}
        self._videos = [m for m in media if m.kind == "video"]
        for m in self._videos:
            self._first[m.id] = start
            start += m.frames or _UNCOUNTED

    def of(self, media: int, frame: int) -> Key:
        """Return the id of a picture or a frame."""
        return self._first[media] + frame if media in self._first else self.pictures[media]

    def places(self) -> dict[Key, tuple[int, int]]:
        """Return what each id stands for: (media id, frame); frames of videos that are not counted yet are missing."""
        found: dict[Key, tuple[int, int]] = {key: (media, 0) for media, key in self.pictures.items()}
        for m in self._videos:
            found |= {self._first[m.id] + frame: (m.id, frame) for frame in range(m.frames)}
        return found


def ids_of(rows: Iterable[Media | Category], reserved: Iterable[Key | None] = ()) -> dict[int, Key]:
    """Return the file id of each picture or class, by the project's number: what an export writes.

    The id of the object that it was read from, where that is free; the others are numbered above the highest.

    Args:
        rows: In their order.
        reserved: Numbers that new ones must lie above, because something refers to them that is not there.
    """
    wanted = [(r.id, None if r.source is None else id_in(r.source)) for r in rows]
    ids = Ids([*(k for _, k in wanted), *reserved])
    # Known ids first: a new row earlier in the list must not take one away.
    result = {i: ids.give(k) for i, k in wanted if k is not None}
    return {i: result[i] if i in result else ids.give(None) for i, _ in wanted}

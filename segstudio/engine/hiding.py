"""Copies of a project's pictures in which objects are made unrecognisable, and the export that goes with them."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath, PureWindowsPath

import msgspec
import numpy as np
from msgspec.structs import replace

from segstudio.core import document, hiding
from segstudio.core.annotation import REJECTED, Annotation
from segstudio.core.errors import InputError, MediaError
from segstudio.core.hiding import Hiding
from segstudio.core.labels import FACE_FIVE, Category
from segstudio.core.media import Media
from segstudio.engine.job import CancelToken
from segstudio.formats.base import Notes, Stored
from segstudio.formats.coco_objects import id_in
from segstudio.formats.coco_write import frame_name
from segstudio.media import Video, relativize, resolve
from segstudio.media.copies import Format, read_for_copy, write_copy
from segstudio.media.render import Values

OnProgress = Callable[[int, int], object]
Place = tuple[int, int]  # media, frame
_THREADS = 2
_FACES = ("face", "faces")


@dataclass(frozen=True)
class HiddenCopies:
    """What an export hides, and where the copies go.

    Args:
        classes: Numbers of the classes whose objects are hidden.
        folder: Of the copies; made where it is missing.
        hiding: How.
        format: Of the copies: "png" keeps every pixel that is not hidden, "jpg" is smaller.
    """

    classes: frozenset[int]
    folder: Path
    hiding: Hiding = field(default_factory=Hiding)
    format: Format = "png"


@dataclass
class Copied:
    """What became of the pictures.

    Args:
        folder: Where the copies are.
        media: The copies as media, named from the folder that their file's names start from.
        numbers: The media of each picture and frame.
        objects: Objects hidden.
        bare: Copies without one.
    """

    folder: Path
    media: list[Media] = field(default_factory=list)
    numbers: dict[Place, int] = field(default_factory=dict)
    objects: int = 0
    bare: int = 0

    def moving(self, walk: Callable[[], Iterable[Stored]]) -> Callable[[], Iterator[Stored]]:
        """Return a walk over the annotations whose picture was copied, on their copies."""

        def moved() -> Iterator[Stored]:
            for row in walk():
                number = self.numbers.get((row.media, row.frame))
                if number is not None:
                    yield row._replace(media=number, frame=0)

        return moved


def face_classes(categories: Sequence[Category]) -> frozenset[int]:
    """Return the classes that are called faces, or that have the five points of one."""
    return frozenset(
        c.id
        for c in categories
        if c.name.strip().casefold() in _FACES or (c.skeleton is not None and c.skeleton.names == FACE_FIVE.names)
    )


def chosen_classes(categories: Sequence[Category], names: Sequence[str]) -> frozenset[int]:
    """Return the classes of these names; those of faces where "" is among them.

    Raises:
        InputError: There is none of a name, or no class of faces; the message lists those there are.
    """
    known = {c.name: c.id for c in categories}
    found: set[int] = set()
    for name in names:
        numbers = face_classes(categories) if not name else {known[name]} if name in known else set()
        if not numbers:
            raise InputError(
                f"There is no class '{name}' in this project." if name else "This project has no class of faces.",
                remedy=f"Its classes are: {', '.join(known) or 'none'}.",
            )
        found |= numbers
    return frozenset(found)


def hide_in_copies(
    media: Sequence[Media],
    root: Path,
    annotations: Iterable[Stored],
    wanted: HiddenCopies,
    names_from: Path,
    notes: Notes,
    progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
    *,
    dry: bool = False,
) -> Copied:
    """Write a copy of every picture, and of every annotated frame, with objects hidden; originals are only read.

    A picture that can't be read is left out and noted.

    Args:
        media: Of the project.
        root: The folder that their paths start from.
        annotations: Those of the project; rejected ones are not hidden.
        wanted: What to hide, and where the copies go.
        names_from: The folder that the names of the copies start from.
        notes: What is left out or odd.
        progress: Called with (pictures done, pictures in all).
        cancel: Stops it; the copies written by then stay.
        dry: Read, but write nothing.

    Raises:
        InputError: The folder can't be written, or a copy would replace an original.
        Cancelled: `cancel` said so.
    """
    by_place = _by_place(annotations)
    plan = _plan(media, by_place, wanted.format)
    _spare_originals(media, root, [wanted.folder / name for _, name in plan])
    result = Copied(wanted.folder)
    task = _Task(root, wanted, by_place, {m.id: m for m in media}, dry)
    free = max((m.id for m in media), default=0)
    try:
        for done, ((place, name), copy) in enumerate(zip(plan, _map(task, plan, cancel)), 1):
            m = task.media[place[0]]
            if isinstance(copy, MediaError):
                where = m.path if m.kind != "video" else f"{m.path}, frame {place[1]}"
                notes.add(
                    "skipped", "pictures that can't be read, left out with their objects", f"{where}: {copy.message}"
                )
            else:
                if m.kind == "video":
                    free += 1
                result.numbers[place] = number = free if m.kind == "video" else m.id
                path = relativize(wanted.folder / name, names_from)
                result.media.append(_as_media(m, number, path, copy))
                result.objects += copy.hidden
                result.bare += not copy.hidden
                if copy.note:
                    notes.add("changed", copy.note, m.path)
                if not copy.hidden:
                    notes.add("warning", "pictures on which nothing was hidden; look whether that is right", m.path)
            if progress is not None:
                progress(done, len(plan))
    finally:
        task.close()
    return result


def _by_place(annotations: Iterable[Stored]) -> dict[Place, list[Stored]]:
    found: defaultdict[Place, list[Stored]] = defaultdict(list)
    for row in annotations:
        if row.review != REJECTED:
            found[row.media, row.frame].append(row)
    return found


def _plan(
    media: Sequence[Media], by_place: Mapping[Place, object], format: Format
) -> list[tuple[Place, PurePosixPath]]:
    """Return the pictures, and the annotated frames of videos, with the names of their copies, all different."""
    frames: defaultdict[int, list[int]] = defaultdict(list)
    for number, frame in sorted(by_place):
        frames[number].append(frame)
    taken: set[str] = set()
    plan = []
    for m in media:
        pictures = [0] if m.kind != "video" else frames[m.id]
        for frame in pictures:
            name = _inside(m.path if m.kind != "video" else frame_name(m.path, frame))
            new, count = name.with_suffix(f".{format}"), 1
            while str(new).casefold() in taken:
                count += 1
                new = name.with_name(f"{name.stem}_{count}.{format}")
            taken.add(str(new).casefold())
            plan.append(((m.id, frame), new))
    return plan


def _inside(path: str) -> PurePosixPath:
    """Return a name that stays inside any folder: of a path that leads outside, its last part alone."""
    parts = PureWindowsPath(path)
    if parts.drive or parts.root or ".." in parts.parts:
        return PurePosixPath(parts.name or "picture")
    return PurePosixPath(*parts.parts)


def _spare_originals(media: Sequence[Media], root: Path, targets: Collection[Path]) -> None:
    originals = {_identity(resolve(m, root)) for m in media} - {None}
    for target in targets:
        if _identity(target) in originals:
            raise InputError(
                "A copy would take the place of an original picture.", path=target, remedy="Choose another folder."
            )


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


@dataclass(frozen=True)
class _Copy:
    """A copy as it was written."""

    width: int
    height: int
    hidden: int
    note: str = ""


class _Task:
    """Makes one copy after the other, from several threads."""

    def __init__(
        self,
        root: Path,
        wanted: HiddenCopies,
        by_place: Mapping[Place, list[Stored]],
        media: Mapping[int, Media],
        dry: bool,
    ) -> None:
        self.root = root
        self.wanted = wanted
        self.by_place = by_place
        self.media = media
        self.dry = dry
        self.videos: dict[int, Video] = {}
        self.opening = threading.Lock()

    def close(self) -> None:
        for video in self.videos.values():
            video.close()

    def __call__(self, planned: tuple[Place, PurePosixPath]) -> _Copy | MediaError:
        place, name = planned
        m = self.media[place[0]]
        try:
            values, note = self._read(m, place[1])
        except MediaError as error:
            return error
        height, width = values.array.shape[:2]
        hidden = 0
        for a in self._objects(place):
            region = hiding.region(a, self.wanted.hiding, width, height)
            if region is not None:
                hiding.hide(values.array, region, self.wanted.hiding, alpha=values.alpha)
                hidden += 1
        if not self.dry:
            try:
                write_copy(self.wanted.folder / name, values, self.wanted.format)
            except MediaError as error:
                return error
        return _Copy(width, height, hidden, note)

    def _read(self, m: Media, frame: int) -> tuple[Values, str]:
        path = resolve(m, self.root)
        if m.kind == "video":
            with self.opening:
                video = self.videos.get(m.id) or self.videos.setdefault(m.id, Video(path))
            return Values(video.frame(frame).copy()), ""
        values, note = read_for_copy(path, self.wanted.format)
        writable = np.require(values.array, requirements=["W"])
        return Values(writable, values.alpha), note

    def _objects(self, place: Place) -> Iterator[Annotation]:
        for row in self.by_place.get(place, ()):
            if row.category in self.wanted.classes:
                yield document.parse(row.doc, id=row.id, media=row.media, category=row.category)


def _map(
    task: _Task, plan: Sequence[tuple[Place, PurePosixPath]], cancel: CancelToken | None
) -> Iterator[_Copy | MediaError]:
    """Yield the copies in their order; a few are on their way at once."""
    with ThreadPoolExecutor(_THREADS, "segstudio-copies") as pool:
        rest = iter(plan)
        waiting = [pool.submit(task, one) for one in islice(rest, _THREADS + 1)]
        while waiting:
            if cancel is not None:
                cancel.check()
            yield waiting.pop(0).result()
            waiting += [pool.submit(task, one) for one in islice(rest, 1)]


def _as_media(m: Media, number: int, path: str, copy: _Copy) -> Media:
    """Return a copy as media: what its file says is what it is, without addresses and dates of the original."""
    said = {"file_name": path, "width": copy.width, "height": copy.height}
    key = None if m.source is None else id_in(m.source)
    source = None if key is None or m.kind == "video" else msgspec.json.encode({"id": key, **said})
    return replace(
        m, id=number, path=path, kind="image", width=copy.width, height=copy.height, frames=1, orientation=1,
        status="ok", reason="", size=-1, sha256="", source=source, tags=(), comment="",
    )  # fmt: skip

"""What a format is, and the two streams between a format and the layer above it.

A format never sees a project. Reading gives an `Incoming`: the classes and pictures that a file names, and a stream of
annotation documents (JSON objects in COCO's shape, see core/document.py). Writing takes an `Outgoing`: the same things
the other way round. The project's numbers are given by the layer above; the file's own ids stay in the documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from segstudio.core.annotation import Origin
from segstudio.core.labels import Category
from segstudio.core.media import Media
from segstudio.core.panoptic import Rule

# The id of an image or a category as a file says it: a number, or a text in files that stretch the format.
Key = int | float | str

Kind = Literal["skipped", "changed", "warning"]
_PLACES = 5


@dataclass
class Note:
    """Something that a person should know about a file, however often it occurs.

    Args:
        kind: "skipped": not used; "changed": used, but not as it stood there; "warning": used as it is.
        reason: One clause.
        count: How often.
        places: The first few of them: "annotations[12].segmentation[0]".
    """

    kind: Kind
    reason: str
    count: int = 0
    places: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        more = ", ..." if self.count > len(self.places) else ""
        where = f" ({', '.join(self.places)}{more})" if self.places else ""
        return f"{self.count} x {self.reason}{where}"


class Notes:
    """Collects notes; equal reasons are counted, not repeated."""

    def __init__(self) -> None:
        self._notes: dict[tuple[str, str], Note] = {}

    def add(self, kind: Kind, reason: str, place: str = "", count: int = 1) -> None:
        """Count one more of a reason."""
        note = self._notes.get((kind, reason))
        if note is None:
            note = self._notes[kind, reason] = Note(kind, reason)
        note.count += count
        if place and len(note.places) < _PLACES:
            note.places.append(place)

    def of(self, kind: Kind) -> list[Note]:
        """Return the notes of one kind, in the order in which they first came up."""
        return [n for n in self._notes.values() if n.kind == kind]

    def count(self, kind: Kind) -> int:
        """Return how many items the notes of one kind are about."""
        return sum(n.count for n in self.of(kind))

    def __iter__(self) -> Iterator[Note]:
        return iter(self._notes.values())


@dataclass
class Entry:
    """A picture that a file names.

    Args:
        index: Its place in the file's list; the project's number grows with it.
        key: Its id there, None where it has none.
        media: Path as the file says it (with "/" between folders), size, source; the id is not set yet.
        video: Path of the video that the picture is a frame of, or empty.
        frame: Its 0-based frame.
    """

    index: int
    key: Key | None
    media: Media
    video: str = ""
    frame: int = 0


class Placed(NamedTuple):
    """An annotation on its way into a project: its number, where it belongs, and its document."""

    id: int
    media: int
    frame: int
    category: int
    doc: Any


class Maps(NamedTuple):
    """What the ids of a file stand for in the project.

    Args:
        images: -> (media id, frame).
        categories: -> category id.
        first: The number of the file's first annotation; the others follow by their place in the file.
        sizes: media id -> (width, height), 0 where unknown.
    """

    images: Mapping[Key, tuple[int, int]]
    categories: Mapping[Key, int]
    first: int
    sizes: Mapping[int, tuple[int, int]]


@dataclass
class Incoming:
    """What a file holds.

    Args:
        format: Name of the format.
        categories: (place in the file, id there, class without a number).
        entries: The pictures.
        counts: Length of the file's lists "images", "annotations" and "categories", unusable items included: so many
            numbers are reserved, so that all items keep their order.
        annotations: Called once with the maps; yields what is usable and notes the rest.
        keep: Called after that with the first number of each list; returns what the project has to remember so that
            an export can repeat the file, or "".
        predictions: These are a model's results for pictures that the project has already.
        notes: What was odd.
    """

    format: str
    categories: list[tuple[int, Key | None, Category]]
    entries: list[Entry]
    counts: dict[str, int]
    annotations: Callable[[Maps], Iterable[Placed]]
    keep: Callable[[dict[str, int]], str]
    notes: Notes
    predictions: bool = False


class Stored(NamedTuple):
    """An annotation on its way out of a project."""

    id: int
    media: int
    frame: int
    category: int
    review: str
    origin: Origin
    doc: bytes
    z: int = 0


@dataclass
class Outgoing:
    """What a project holds.

    Args:
        categories: In their order.
        media: In their order.
        annotations: Every call walks through all of them again, by number.
        kept: What imports left (`Incoming.keep`), oldest first.
        predictions: "all": whatever was not rejected; "accepted": only what a person made or accepted.
        unusable: "keep" writes items that could not be used back as they were read, "drop" leaves them out.
        overlap: Who gets a pixel that several objects claim, in formats where only one can have it.
        notes: What the writer has to say.
        written: How many of each were written; the writer fills it in.
    """

    categories: Sequence[Category]
    media: Sequence[Media]
    annotations: Callable[[], Iterable[Stored]]
    kept: Sequence[str] = ()
    predictions: Literal["all", "accepted"] = "all"
    unusable: Literal["keep", "drop"] = "keep"
    overlap: Rule = "top"
    notes: Notes = field(default_factory=Notes)
    written: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Format:
    """One row of the registry.

    Args:
        name: As the command line calls it.
        title: As a dialog calls it.
        suffixes: Of its files, lower case.
        sniff: Whether the first 64 KiB of a file (as text) look like it.
        read: Or None where it is only written.
        write: Or None where it is only read.
        walks: How often `write` walks through the annotations.
        probe: Looks further into a file (path, first 64 KiB) whose start could be of several formats.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    sniff: Callable[[str], bool]
    read: Callable[[Path], Incoming] | None
    write: Callable[[Path, Outgoing], None] | None
    walks: int = 1
    probe: Callable[[Path, str], bool] | None = None

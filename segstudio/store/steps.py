"""How a step of the history is stored, and which pictures it touched.

A step that gives a hundred thousand objects another class would hold each of them twice in full. Where a step changes
many objects only in what the table keeps as columns, those are stored as patches: the columns before and after. Their
rows are filled in again from the table, which holds them as the step left them. What is still large is compressed.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, bindparam, text

from segstudio.core.annotation import Annotation, Origin
from segstudio.core.changes import Change, ChangeSet
from segstudio.store import rows

BULK = 256  # from so many such changes on, patches are worth it

_COLUMNS = ("category", "z", "review", "origin")
_document = attrgetter(*(name for name in Annotation.__struct_fields__ if name not in _COLUMNS))
# No msgpack value begins with this byte.
_MARK = b"\xc1"
# Nor does what follows the mark in a step with patches begin with this one.
_ZIPPED = _MARK + b"z"
LARGE = 1 << 18  # bytes from which on a step is compressed


class Columns(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The columns of an object that a patch changes; None for one that stays."""

    category: int | None = None
    z: int | None = None
    review: str | None = None
    origin: Origin | None = None

    def put(self, a: Annotation) -> Annotation:
        """Return the object with these columns."""
        return replace(a, **{n: v for n in _COLUMNS if (v := getattr(self, n)) is not None})


Patch = tuple[int, Columns, Columns]


class Stored(msgspec.Struct, frozen=True):
    """A step as it is stored: changes in full, and patches (id, before, after)."""

    changes: tuple[Change, ...]
    label: str = ""
    merge: str = ""
    patches: tuple[Patch, ...] = ()


_pack = msgspec.msgpack.Encoder().encode
_whole = msgspec.msgpack.Decoder(ChangeSet).decode
_stored = msgspec.msgpack.Decoder(Stored).decode


def is_slim(change: Change) -> bool:
    """Return whether a change leaves an object's document, picture and frame as they are."""
    a, b = change.before, change.after
    if not isinstance(a, Annotation) or not isinstance(b, Annotation):
        return False
    # Of values that are one and the same object, as an edit leaves them, tuples compare only the address.
    return _document(a) == _document(b)


def bulk(changes: ChangeSet) -> list[Change]:
    """Return the changes to store as patches: none, or at least `BULK`."""
    if len(changes.changes) < BULK:
        return []
    slim = [c for c in changes.changes if is_slim(c)]
    return slim if len(slim) >= BULK and len({c.id for c in slim}) == len(slim) else []


def pack(changes: ChangeSet, *, whole: bool = False) -> bytes:
    """Return the stored form of a step; `whole` says that all its objects are needed in full."""
    payload = _pack(changes) if whole else _patched(changes)
    return _ZIPPED + zlib.compress(payload, 1) if len(payload) >= LARGE else payload


def _patched(changes: ChangeSet) -> bytes:
    slim = bulk(changes)
    if not slim:
        return _pack(changes)
    ids = {c.id for c in slim}
    rest = tuple(c for c in changes.changes if c.table != "annotation" or c.id not in ids)
    patches = tuple(_patch(c) for c in slim)
    return _MARK + _pack(Stored(rest, changes.label, changes.merge, patches))


def _patch(change: Change) -> Patch:
    a, b = change.before, change.after
    different = [n for n in _COLUMNS if getattr(a, n) != getattr(b, n)]
    first, second = ({n: getattr(row, n) for n in different} for row in (a, b))
    return change.id, Columns(**first), Columns(**second)


def unpack(payload: bytes) -> Stored:
    """Return a step as it is stored.

    Raises:
        msgspec.DecodeError: It is damaged.
    """
    if payload[:2] == _ZIPPED:
        try:
            payload = zlib.decompress(payload[2:])
        except zlib.error as error:
            raise msgspec.DecodeError(str(error)) from error
    if payload[:1] == _MARK:
        return _stored(payload[1:])
    found = _whole(payload)
    return Stored(found.changes, found.label, found.merge)


def filled(connection: Connection, payload: bytes, *, done: bool = True) -> ChangeSet:
    """Return the changes of a step; the objects of its patches are read from the table.

    Args:
        connection: To the project.
        payload: As stored.
        done: Whether the table holds the objects as they are after the step, or as before.
    """
    step = unpack(payload)
    now = dict(_read(connection, [id for id, _, _ in step.patches]))
    made = []
    for id, before, after in step.patches:
        a = now.get(id)
        if a is not None:
            made.append(Change("annotation", id, before.put(a) if done else a, a if done else after.put(a)))
    # Classes come before the objects that get them, and go after those that leave them.
    early = tuple(c for c in step.changes if c.after is not None)
    late = tuple(c for c in step.changes if c.after is None)
    return ChangeSet((*early, *made, *late), step.label, step.merge)


def _read(connection: Connection, ids: Sequence[int]) -> Iterator[tuple[int, Annotation]]:
    query = text("SELECT * FROM annotation WHERE id IN :ids").bindparams(bindparam("ids", expanding=True))
    for start in range(0, len(ids), 500):
        for row in connection.execute(query, {"ids": ids[start : start + 500]}):
            yield row.id, rows.read_annotation(row)


# Which pictures a step touched. Picture 0 stands for the classes.

_TOUCH = text(
    "INSERT INTO touched (media, frame, seq, objects) VALUES (:media, :frame, :seq, :objects)"
    " ON CONFLICT (media, frame, seq) DO UPDATE SET objects = excluded.objects"
)
_TOUCH_RUN = text(
    "INSERT INTO touched (media, frame, seq, objects)"
    " SELECT media, frame, :seq, count(*) FROM annotation WHERE run = :run GROUP BY media, frame"
    " ON CONFLICT (media, frame, seq) DO UPDATE SET objects = touched.objects + excluded.objects"
)


def touch(connection: Connection, seq: int, changes: Iterable[Change], run: int | None = None) -> None:
    """Note the pictures whose objects a step changes.

    Args:
        connection: To the project.
        seq: The number of the step.
        changes: Its own.
        run: The run that the step shows or hides, or None.
    """
    counts: Counter[tuple[int, int]] = Counter()
    for c in changes:
        if c.table == "category":
            counts[0, 0] += 1
        elif c.table == "annotation":
            counts.update({(row.media, row.frame) for row in (c.before, c.after) if isinstance(row, Annotation)})
    if counts:
        values: list[dict[str, Any]] = [
            {"media": media, "frame": frame, "seq": seq, "objects": n} for (media, frame), n in counts.items()
        ]
        connection.execute(_TOUCH, values)
    if run is not None:
        connection.execute(_TOUCH_RUN, {"seq": seq, "run": abs(run)})


def touch_all(connection: Connection) -> None:
    """Note the pictures of every step there is, for a project that was written before they were noted."""
    for row in connection.execute(text("SELECT seq, run, payload FROM history ORDER BY seq")).all():
        touch(connection, row.seq, unpack(row.payload).changes, row.run)

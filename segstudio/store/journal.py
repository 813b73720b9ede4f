"""Applying ChangeSets and keeping the steps that undo and redo walk along, inside the caller's transaction."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec
from sqlalchemy import Connection, TextClause, bindparam, select, text
from sqlalchemy import Row as SqlRow

from segstudio.core import history
from segstudio.core.annotation import Annotation
from segstudio.core.changes import Change, ChangeSet, Row
from segstudio.core.errors import ProjectError
from segstudio.core.labels import Category
from segstudio.store import live, rows, runs, schema, steps

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(ChangeSet).decode


def _upsert(table: str, columns: str, kept: str = "") -> TextClause:
    names = columns.split()
    updated = ", ".join(f"{n} = excluded.{n}" for n in names if n not in ("id", *kept.split()))
    values = ", ".join(f":{n}" for n in names)
    return text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values}) ON CONFLICT (id) DO UPDATE SET {updated}")


_UPSERT = {
    "annotation": _upsert("annotation", "id media frame category z run review origin doc"),
    # The run that brought a picture or a class stays known, whatever happens to it later.
    "category": _upsert("category", "id position name run data", kept="run"),
    "media": _upsert("media", "id path kind status review run data", kept="run"),
}
_DELETE = {name: text(f"DELETE FROM {name} WHERE id = :id") for name in _UPSERT}
_PATCH = text(
    "UPDATE annotation SET category = :category, z = :z, run = :run, review = :review, origin = :origin WHERE id = :id"
)
_SELECT = {name: text(f"SELECT * FROM {name} WHERE id = :id") for name in _UPSERT}
_RESERVE = text(
    "INSERT INTO counter VALUES (:name, :floor + :n)"
    " ON CONFLICT (name) DO UPDATE"
    " SET next = CASE WHEN counter.next < :floor THEN :floor ELSE counter.next END + :n RETURNING next"
)
_APPEND = text(
    "INSERT INTO history (label, merge, created, run, done, payload)"
    " VALUES (:label, :merge, :created, :run, 1, :payload) RETURNING seq"
)
_ANY_UNDONE = text("SELECT 1 FROM history WHERE done = 0 LIMIT 1")
_CUT = text("DELETE FROM history WHERE done = 0")
_LAST = text("SELECT * FROM history ORDER BY seq DESC LIMIT 1")
_LAST_DONE = text("SELECT * FROM history WHERE done = 1 ORDER BY seq DESC LIMIT 1")
_FIRST_UNDONE = text("SELECT * FROM history WHERE done = 0 ORDER BY seq LIMIT 1")
_MARK = text("UPDATE history SET done = :done WHERE seq = :seq")
_KNOWN_MEDIA = text("SELECT id FROM media WHERE id IN :ids").bindparams(bindparam("ids", expanding=True))


class Step(msgspec.Struct, frozen=True):
    """One line of the history: `done` is False for a step that was undone and can be redone."""

    seq: int
    label: str
    created: float
    done: bool


def reserve(connection: Connection, name: str, count: int, floor: int = 1) -> tuple[int, int]:
    """Return (first, end) of `count` ids from `floor` on that nobody else gets."""
    end = connection.execute(_RESERVE, {"name": name, "n": count, "floor": floor}).scalar_one()
    return end - count, end


def _columns(row: Row) -> dict:
    if isinstance(row, Annotation):
        return rows.annotation_row(row)
    return rows.category_row(row) if isinstance(row, Category) else rows.media_row(row)


def apply(connection: Connection, changes: ChangeSet) -> None:
    """Write the rows of a ChangeSet.

    Raises:
        ProjectError: An annotation would be left without its picture or its class.
    """

    slim = {c.id for c in steps.bulk(changes)}

    def kind(change: Change) -> tuple[str, bool, bool]:
        return change.table, change.after is None, change.table == "annotation" and change.id in slim

    for (table, gone, many), group in groupby(changes.changes, key=kind):
        if gone:
            connection.execute(_DELETE[table], [{"id": c.id} for c in group])
        elif many:
            _patch(connection, [c.after for c in group if isinstance(c.after, Annotation)])
        else:
            connection.execute(_UPSERT[table], [_columns(c.after) for c in group if c.after is not None])
    _guard(connection, changes)


def _patch(connection: Connection, after: Sequence[Annotation]) -> None:
    """Write the columns of many objects whose documents stay; one that another process deleted comes back."""
    values = [
        {"id": a.id, "category": a.category, "z": a.z, "run": a.origin.run, "review": a.review,
         "origin": rows.pack_origin(a.origin)}
        for a in after
    ]  # fmt: skip
    if connection.execute(_PATCH, values).rowcount != len(after):
        connection.execute(_UPSERT["annotation"], [_columns(a) for a in after])


def _chunks(ids: Iterable[int], size: int = 500) -> Iterable[Sequence[int]]:
    ordered = sorted(ids)
    return (ordered[i : i + size] for i in range(0, len(ordered), size))


def _guard(connection: Connection, changes: ChangeSet) -> None:
    placed = {
        c.after.media
        for c in changes.of("annotation")
        if isinstance(c.after, Annotation)
        and not (isinstance(c.before, Annotation) and c.before.media == c.after.media)
    }
    for ids in _chunks(placed):
        missing = set(ids) - set(connection.scalars(_KNOWN_MEDIA, {"ids": ids}))
        if missing:
            raise ProjectError(
                "The picture of this object is no longer part of the project.", place=f"picture {min(missing)}"
            )
    a = schema.annotation.c
    for table, column, what in (("media", a.media, "picture"), ("category", a.category, "class")):
        gone = {c.id for c in changes.changes if c.table == table and c.after is None}
        for ids in _chunks(gone):
            used = connection.scalar(select(a.id).where(column.in_(ids), live.ANNOTATION).limit(1))
            if used is not None:
                raise ProjectError(
                    f"This {what} still has objects and can't be removed.",
                    remedy="Remove its objects first; wait for a prediction or an import that goes on.",
                )


def apply_where_same(connection: Connection, changes: ChangeSet) -> None:
    """Apply only the changes whose row still stands as it was before: what somebody did since then stays."""
    kept = []
    for change in changes.changes:
        row = connection.execute(_SELECT[change.table], {"id": change.id}).mappings().first()
        now = None if row is None else dict(row)
        before = None if change.before is None else _columns(change.before)
        if before is not None and change.table != "annotation":
            before["run"] = now["run"] if now else None
        if now == before:
            kept.append(change)
    apply(connection, ChangeSet(tuple(kept)))


def append(connection: Connection, changes: ChangeSet, *, run: int | None = None) -> int:
    """Add a step after the last done one and return its number; what had been undone is gone from now on."""
    now = time.time()
    if connection.scalar(_ANY_UNDONE) is not None:
        connection.execute(_CUT)
        runs.purge(connection)
    elif run is None and changes.merge:
        seq = _merge(connection, changes, now)
        if seq is not None:
            return seq
    # A run is taken back object by object, where it still stands: that needs them in full.
    payload = steps.pack(changes, whole=run is not None)
    values = {"label": changes.label, "merge": changes.merge, "created": now, "run": run, "payload": payload}
    seq = connection.execute(_APPEND, values).scalar_one()
    steps.touch(connection, seq, changes.changes, run)
    if seq % 64 == 0 or len(payload) > history.BUDGET // 64:
        _trim(connection)
    return seq


def _merge(connection: Connection, changes: ChangeSet, now: float) -> int | None:
    last = connection.execute(_LAST).first()
    if last is None or last.run is not None or not history.merges(last.merge, last.created, changes.merge, now):
        return None
    joined = steps.filled(connection, last.payload).then(changes)
    if not joined:
        connection.execute(text("DELETE FROM history WHERE seq = :s"), {"s": last.seq})
        return last.seq
    connection.execute(
        text("UPDATE history SET payload = :p, created = :c WHERE seq = :s"),
        {"p": steps.pack(joined), "c": now, "s": last.seq},
    )
    steps.touch(connection, last.seq, joined.changes)
    return last.seq


def _trim(connection: Connection) -> None:
    sizes = connection.execute(text("SELECT seq, length(payload) AS size FROM history ORDER BY seq")).all()
    first = history.first_kept([row.size for row in sizes], history.BUDGET)
    if first:
        for table in ("history", "touched"):
            connection.execute(text(f"DELETE FROM {table} WHERE seq < :s"), {"s": sizes[first].seq})
        runs.purge(connection)


def keep_pending(connection: Connection, run: int, changes: ChangeSet) -> None:
    """Remember what an open run changed besides adding annotations, so that its step can take it back."""
    kept = tuple(c for c in changes.changes if c.table != "annotation" or c.before is not None)
    if kept:
        query = text("INSERT INTO pending (run, payload) VALUES (:r, :p)")
        connection.execute(query, {"r": run, "p": _pack(ChangeSet(kept))})


def pending(connection: Connection, run: int) -> ChangeSet:
    """Return what an open run has changed so far besides adding annotations."""
    found = connection.scalars(text("SELECT payload FROM pending WHERE run = :r ORDER BY seq"), {"r": run})
    parts = [change for payload in found for change in _unpack(payload).changes]
    return ChangeSet(()).then(ChangeSet(tuple(parts)))


def end_run(connection: Connection, run: int, label: str, also: ChangeSet | None) -> None:
    """Close a run; it becomes one step, unless it has changed nothing."""
    changes = pending(connection, run)
    if also is not None:
        changes = changes.then(also)
    rest = runs.close(connection, run, changes)
    if not rest and not runs.has_rows(connection, run):
        return
    seq = append(connection, ChangeSet(rest.changes, label), run=run)
    connection.execute(text("UPDATE run SET ended = :s WHERE id = :r"), {"s": seq, "r": run})


def discard_run(connection: Connection, run: int, label: str) -> None:
    """Hide a run and take back what it changed besides, where that still stands; it becomes one step."""
    query = text("SELECT payload FROM history WHERE run = :r AND done = 1")
    payload = connection.scalar(query, {"r": run})
    changes = () if payload is None else ChangeSet(steps.unpack(payload).changes).inverse().changes
    append(connection, ChangeSet(changes, label), run=-run)
    runs.set_state(connection, run, "gone")
    apply_where_same(connection, ChangeSet(changes))


def undo(connection: Connection) -> tuple[ChangeSet, bool] | None:
    """Take back the last done step; return what changed and whether a whole run did, or None."""
    row = connection.execute(_LAST_DONE).first()
    if row is None:
        return None
    return _walk(connection, row, steps.filled(connection, row.payload).inverse(), done=False)


def redo(connection: Connection) -> tuple[ChangeSet, bool] | None:
    """Repeat the first undone step; return as `undo` does."""
    row = connection.execute(_FIRST_UNDONE).first()
    if row is None:
        return None
    return _walk(connection, row, steps.filled(connection, row.payload, done=False), done=True)


def _walk(connection: Connection, row: SqlRow, changes: ChangeSet, *, done: bool) -> tuple[ChangeSet, bool]:
    """Apply one step in one direction and mark it; a negative run stands for its discarding."""
    connection.execute(_MARK, {"done": int(done), "seq": row.seq})
    if row.run is None:
        apply(connection, changes)
    else:
        runs.set_state(connection, abs(row.run), "done" if (row.run > 0) == done else "gone")
        apply_where_same(connection, changes)
    return changes, row.run is not None


def listed(connection: Connection, known: Sequence[Step] = ()) -> list[Step]:
    """Return all steps, oldest first.

    Args:
        connection: To the project.
        known: What an earlier call returned: only what is different since is read.
    """
    since = -1
    if known:
        undone = connection.scalar(text("SELECT min(seq) FROM history WHERE done = 0"))
        was = bisect_left(known, True, key=lambda step: not step.done)
        ends = [known[-1].seq, *(step.seq for step in known[was : was + 1])]
        since = min(ends if undone is None else [*ends, undone])
    query = text("SELECT seq, label, created, done FROM history WHERE seq >= :s ORDER BY seq")
    fresh = [Step(row.seq, row.label, row.created, bool(row.done)) for row in connection.execute(query, {"s": since})]
    first = connection.scalar(text("SELECT min(seq) FROM history"))
    if first is None:
        return []
    start = bisect_left(known, first, key=lambda step: step.seq)
    return [*known[start : bisect_left(known, since, key=lambda step: step.seq)], *fresh]

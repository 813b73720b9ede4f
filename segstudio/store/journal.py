"""Applying ChangeSets and keeping the steps that undo and redo walk along, inside the caller's transaction."""

from __future__ import annotations

import time
from itertools import groupby

import msgspec
from sqlalchemy import Connection, TextClause, text

from segstudio.core import history
from segstudio.core.annotation import Annotation
from segstudio.core.changes import Change, ChangeSet, Row
from segstudio.core.labels import Category
from segstudio.store import rows

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(ChangeSet).decode


def _upsert(table: str, columns: str, kept: str = "") -> TextClause:
    names = columns.split()
    updated = ", ".join(f"{n} = excluded.{n}" for n in names if n not in ("id", *kept.split()))
    values = ", ".join(f":{n}" for n in names)
    return text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values}) ON CONFLICT (id) DO UPDATE SET {updated}")


_UPSERT = {
    "annotation": _upsert("annotation", "id media frame category z run state review origin doc"),
    "category": _upsert("category", "id position name data"),
    # The run that brought a picture stays known, whatever happens to the picture later.
    "media": _upsert("media", "id path kind status review run state data", kept="run"),
}
_DELETE = {name: text(f"DELETE FROM {name} WHERE id = :id") for name in _UPSERT}


class Step(msgspec.Struct, frozen=True):
    """One line of the history: `done` is False for a step that was undone and can be redone."""

    seq: int
    label: str
    created: float
    done: bool


def reserve(connection: Connection, name: str, count: int) -> tuple[int, int]:
    """Return (first, end) of `count` ids that nobody else gets."""
    query = text(
        "INSERT INTO counter VALUES (:name, 1 + :n)"
        " ON CONFLICT (name) DO UPDATE SET next = counter.next + :n RETURNING next"
    )
    end = connection.execute(query, {"name": name, "n": count}).scalar_one()
    return end - count, end


def _columns(row: Row) -> dict:
    if isinstance(row, Annotation):
        return rows.annotation_row(row)
    return rows.category_row(row) if isinstance(row, Category) else rows.media_row(row)


def apply(connection: Connection, changes: ChangeSet) -> None:
    """Write the rows of a ChangeSet."""

    def kind(change: Change) -> tuple[str, bool]:
        return change.table, change.after is None

    for (table, gone), group in groupby(changes.changes, key=kind):
        if gone:
            connection.execute(_DELETE[table], [{"id": c.id} for c in group])
        else:
            connection.execute(_UPSERT[table], [_columns(c.after) for c in group if c.after is not None])


def append(connection: Connection, changes: ChangeSet, *, run: int | None = None) -> None:
    """Add a step after the last done one; what had been undone is gone from now on."""
    now = time.time()
    _cut(connection)
    if run is None and changes.merge and _merge(connection, changes, now):
        return
    query = text(
        "INSERT INTO history (label, merge, created, run, done, payload)"
        " VALUES (:label, :merge, :created, :run, 1, :payload) RETURNING seq"
    )
    payload = _pack(changes)
    values = {"label": changes.label, "merge": changes.merge, "created": now, "run": run, "payload": payload}
    seq = connection.execute(query, values).scalar_one()
    if seq % 64 == 0 or len(payload) > history.BUDGET // 64:
        _trim(connection)


def _merge(connection: Connection, changes: ChangeSet, now: float) -> bool:
    last = connection.execute(text("SELECT * FROM history ORDER BY seq DESC LIMIT 1")).first()
    if last is None or last.run is not None or not history.merges(last.merge, last.created, changes.merge, now):
        return False
    joined = _unpack(last.payload).then(changes)
    connection.execute(
        text("UPDATE history SET payload = :p, created = :c WHERE seq = :s"),
        {"p": _pack(joined), "c": now, "s": last.seq},
    )
    return True


def _cut(connection: Connection) -> None:
    undone = connection.execute(text("SELECT seq, run FROM history WHERE done = 0")).all()
    if not undone:
        return
    for run in {row.run for row in undone if row.run is not None and row.run > 0}:
        connection.execute(text("DELETE FROM annotation WHERE run = :r AND state != 0"), {"r": run})
        connection.execute(text("DELETE FROM media WHERE run = :r AND state != 0"), {"r": run})
    connection.execute(text("DELETE FROM history WHERE done = 0"))


def _trim(connection: Connection) -> None:
    sizes = connection.execute(text("SELECT seq, length(payload) AS size FROM history ORDER BY seq")).all()
    first = history.first_kept([row.size for row in sizes])
    if first:
        connection.execute(text("DELETE FROM history WHERE seq < :s"), {"s": sizes[first].seq})


def _set_run(connection: Connection, run: int, before: int, after: int) -> None:
    for table in ("annotation", "media"):
        connection.execute(
            text(f"UPDATE {table} SET state = :after WHERE run = :run AND state = :before"),
            {"run": run, "before": before, "after": after},
        )
    name = "gone" if after == rows.GONE else "done"
    connection.execute(text("UPDATE run SET state = :state WHERE id = :run"), {"state": name, "run": run})


def hide_run(connection: Connection, run: int) -> None:
    """Make the rows of a run invisible."""
    _set_run(connection, run, rows.LIVE, rows.GONE)


def show_run(connection: Connection, run: int) -> None:
    """Make the rows of a run visible again."""
    _set_run(connection, run, rows.GONE, rows.LIVE)


def undo(connection: Connection) -> tuple[ChangeSet, bool] | None:
    """Take back the last done step; return what changed and whether a whole run did, or None."""
    row = connection.execute(text("SELECT * FROM history WHERE done = 1 ORDER BY seq DESC LIMIT 1")).first()
    if row is None:
        return None
    changes = _unpack(row.payload).inverse()
    if row.run is not None:
        hide_run(connection, row.run) if row.run > 0 else show_run(connection, -row.run)
    apply(connection, changes)
    connection.execute(text("UPDATE history SET done = 0 WHERE seq = :s"), {"s": row.seq})
    return changes, row.run is not None


def redo(connection: Connection) -> tuple[ChangeSet, bool] | None:
    """Repeat the first undone step; return as `undo` does."""
    row = connection.execute(text("SELECT * FROM history WHERE done = 0 ORDER BY seq LIMIT 1")).first()
    if row is None:
        return None
    changes = _unpack(row.payload)
    apply(connection, changes)
    if row.run is not None:
        show_run(connection, row.run) if row.run > 0 else hide_run(connection, -row.run)
    connection.execute(text("UPDATE history SET done = 1 WHERE seq = :s"), {"s": row.seq})
    return changes, row.run is not None


def steps(connection: Connection) -> list[Step]:
    """Return all steps, oldest first."""
    found = connection.execute(text("SELECT seq, label, created, done FROM history ORDER BY seq"))
    return [Step(row.seq, row.label, row.created, bool(row.done)) for row in found]

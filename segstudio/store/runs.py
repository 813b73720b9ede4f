"""An import or a prediction over many pictures, kept together so that it can be undone or discarded."""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, func, insert, select, text, update

from segstudio.core.changes import ChangeSet
from segstudio.store import schema

ALL = 2**62
PURGE_ROWS = 20_000  # annotations that an edit may take the time to remove for good; opening removes the rest

_run = schema.run.c


class Run(msgspec.Struct, frozen=True):
    """An import or a prediction over many pictures.

    Args:
        kind: "import" or "predict".
        state: "open" while it goes on, "done", "gone" after it was undone or discarded, "purged" once it can't come
            back.
    """

    id: int
    kind: str
    label: str
    model: str
    weights: str
    created: float
    state: str


def start(connection: Connection, run: Run) -> None:
    """Write a run that begins now."""
    last = connection.scalar(select(func.max(schema.history.c.seq))) or 0
    values = msgspec.structs.asdict(run)
    connection.execute(insert(schema.run).values(**{**values, "created": time.time(), "began": last}))


def find(connection: Connection, run: int) -> Run | None:
    """Return a run, or None."""
    columns = [schema.run.c[name] for name in Run.__struct_fields__]
    row = connection.execute(select(*columns).where(_run.id == run)).first()
    return None if row is None else Run(*row)


def set_state(connection: Connection, run: int, state: str) -> None:
    """Write the state of a run: that is all it takes to hide its rows, or to show them."""
    connection.execute(update(schema.run).where(_run.id == run).values(state=state))


def has_rows(connection: Connection, run: int) -> bool:
    """Return whether a run has brought anything that still is its own."""
    query = text(
        "SELECT EXISTS (SELECT 1 FROM annotation WHERE run = :r) OR EXISTS (SELECT 1 FROM media WHERE run = :r)"
        " OR EXISTS (SELECT 1 FROM category WHERE run = :r)"
    )
    return bool(connection.scalar(query, {"r": run}))


def close(connection: Connection, run: int, changes: ChangeSet) -> ChangeSet:
    """Mark a run as done and return what its step has to carry besides: the changes to rows that are not its own."""
    own = [c for c in changes.changes if c.table != "annotation" and c.before is None and c.after is not None]
    for change in own:
        table = schema.media if change.table == "media" else schema.category
        connection.execute(update(table).where(table.c.id == change.id).values(run=run))
    connection.execute(text("DELETE FROM pending WHERE run = :r"), {"r": run})
    set_state(connection, run, "done")
    rest = tuple(c for c in changes.changes if c.before is not None)
    return ChangeSet(rest, changes.label)


def purgeable(connection: Connection) -> Sequence[int]:
    """Return the gone runs whose rows no step of the history can bring back.

    A step between a run's beginning and its end may speak of its rows although it comes before the run's own step;
    such a run waits until those steps are forgotten.
    """
    query = text(
        "SELECT id FROM run WHERE state = 'gone'"
        " AND id NOT IN (SELECT abs(run) FROM history WHERE run IS NOT NULL)"
        " AND NOT EXISTS (SELECT 1 FROM history WHERE seq > run.began AND seq < run.ended)"
    )
    return connection.scalars(query).all()


def purge(connection: Connection, limit: int = PURGE_ROWS) -> None:
    """Remove the rows of purgeable runs; a call stops after `limit` annotations."""
    for run in purgeable(connection):
        query = "DELETE FROM annotation WHERE id IN (SELECT id FROM annotation WHERE run = :r LIMIT :n)"
        if connection.execute(text(query), {"r": run, "n": limit}).rowcount >= limit:
            return
        _purge_rest(connection, run)


def _purge_rest(connection: Connection, run: int) -> None:
    """Remove a run's pictures and classes; those that a person's work uses become the project's own."""
    for table, column in (("media", "media"), ("category", "category")):
        used = f"SELECT {column} FROM annotation"
        connection.execute(text(f"DELETE FROM {table} WHERE run = :r AND id NOT IN ({used})"), {"r": run})
        connection.execute(text(f"UPDATE {table} SET run = NULL WHERE run = :r"), {"r": run})
    set_state(connection, run, "purged")

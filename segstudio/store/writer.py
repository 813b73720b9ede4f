"""The ground of writing: transactions, ids, and runs; undo steps are `ProjectFile`'s."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from segstudio.core.changes import ChangeSet, Table
from segstudio.core.events import Channel
from segstudio.store import alive, journal, runs
from segstudio.store.connection import MEMORY, Database
from segstudio.store.reader import Reader
from segstudio.store.runs import Run

_ID_BLOCK = 64


class Changed(msgspec.Struct, frozen=True):
    """What the project tells its listeners: a ChangeSet, or None where too much changed to list it."""

    changes: ChangeSet | None
    initiator: object = None


class Writer(Reader):
    """Transactions and ids.

    Args:
        path: The file, or ":memory:".
        mode: How it is opened: "rw", "ro" or "ro&immutable=1".
    """

    def __init__(self, path: Path | str, mode: str = "rw") -> None:
        self.path = path if str(path) == MEMORY else Path(path)
        self.readonly = mode.startswith("ro")
        self.changed: Channel[Changed] = Channel()
        self._db = Database(self.path, mode)
        self._blocks: dict[str, tuple[int, int]] = {}
        self._floors: dict[str, int] = {}

    def transaction(self) -> AbstractContextManager[Connection]:
        """Yield a connection in one write transaction; all of it is kept, or nothing.

        Nested calls join the outer one: the error of a nested call that is caught inside takes back only that call.

        Raises:
            ProjectError: The project is read-only, or the disk would not take it.
        """
        return self._db.transaction()

    def reading(self) -> AbstractContextManager[Connection]:
        """Yield a connection that sees one state of the project until the block ends, nested calls included.

        Within a transaction of this thread it sees what that has written.
        """
        return self._db.reading()

    def _tell(self, event: Changed) -> None:
        self._db.after(lambda: self.changed.publish(event))

    def new_ids(self, table: Table | str, count: int = 1) -> int:
        """Reserve `count` ids in a row and return the first; they stay reserved, also between processes."""
        with self._db.lock:
            first, end = self._blocks.get(table, (0, 0))
            if end - first < count:
                with self.transaction() as connection:
                    # Ids of a transaction that failed may still be in somebody's hands: never give them out again.
                    floor = self._floors.get(table, 1)
                    first, end = journal.reserve(connection, table, max(count, _ID_BLOCK), floor)
                    self._db.on_failure(lambda: self._blocks.pop(table, None))
                    self._floors[table] = end
            self._blocks[table] = (first + count, end)
            return first


class Runs(Writer):
    """Imports and predictions over many pictures, each of which becomes one undo step."""

    def __init__(self, path: Path | str, mode: str = "rw") -> None:
        super().__init__(path, mode)
        self._locks: dict[int, alive.RunLock] = {}

    def begin_run(self, kind: str, label: str, *, model: str = "", weights: str = "") -> int:
        """Open a run and return its id."""
        run = self.new_ids("run")
        with self.transaction() as connection:
            if isinstance(self.path, Path):
                self._locks[run] = alive.RunLock(self.path, run)
                self._db.on_failure(lambda: self._release(run))
            runs.start(connection, Run(run, kind, label, model, weights, time.time(), "open"))
        return run

    def _release(self, run: int) -> None:
        lock = self._locks.pop(run, None)
        if lock is not None:
            lock.release()

    def end_run(self, run: int, also: ChangeSet | None = None) -> None:
        """Close a run: it becomes one undo step, together with `also` (classes that it added), already committed."""
        with self.transaction() as connection:
            found = runs.find(connection, run)
            if found is None or found.state != "open":
                return
            journal.end_run(connection, run, found.label, also)
            self._db.after(lambda: self._release(run))
            self._tell(Changed(None))

    def close_interrupted_runs(self) -> None:
        """Close the runs that a crash or a kill left open; what they had finished stays, as an undo step each.

        A run that a living process works on is left alone.
        """
        for run in (r.id for r in self.runs() if r.state == "open"):
            if isinstance(self.path, Path) and not alive.goes_on(self.path, run):
                self.end_run(run)
        if isinstance(self.path, Path):
            alive.tidy(self.path)

    def discard_run(self, run: int) -> None:
        """Take a run's untouched rows away and bring back what they replaced, as an undoable step.

        What a person accepted, edited or changed since stays.
        """
        with self.transaction() as connection:
            self.end_run(run)
            found = runs.find(connection, run)
            if found is None or found.state != "done":
                return
            journal.discard_run(connection, run, f"Discard {found.label}")
            self._tell(Changed(None))

    def insert_many(self, table: Table, values: Iterable[tuple], columns: Sequence[str]) -> int:
        """Write many rows of a run at the speed of the driver; return how many."""
        names = ", ".join(columns)
        marks = ", ".join("?" * len(columns))
        with self.transaction() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            return raw.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values).rowcount

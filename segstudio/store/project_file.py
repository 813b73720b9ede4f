"""A project: one SQLite file, changed by ChangeSets only."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
from sqlalchemy import Connection, delete, text

from segstudio.core.changes import ChangeSet, Table
from segstudio.core.events import Channel
from segstudio.store import alive, journal, opening, runs, schema
from segstudio.store.connection import MEMORY, Database, explained
from segstudio.store.reader import Reader
from segstudio.store.runs import Run

SUFFIX = ".segstudio"
_ID_BLOCK = 64


class Changed(msgspec.Struct, frozen=True):
    """What the project tells its listeners: a ChangeSet, or None where too much changed to list it."""

    changes: ChangeSet | None
    initiator: object = None


class ProjectFile(Reader):
    """Reads and writes one project file; every method may be called from any thread.

    Use `create` or `open`. There is no save: a ChangeSet is on disk when `commit` returns. Listeners of `changed` are
    called after that, in the thread that committed; inside a `transaction` they wait for its end.
    """

    def __init__(self, path: Path | str, mode: str = "rw") -> None:
        self.path = path if str(path) == MEMORY else Path(path)
        self.readonly = mode.startswith("ro")
        self.changed: Channel[Changed] = Channel()
        self._db = Database(self.path, mode)
        self._blocks: dict[str, tuple[int, int]] = {}
        self._floors: dict[str, int] = {}
        self._locks: dict[int, alive.RunLock] = {}

    # Opening and closing

    @classmethod
    def create(cls, path: Path | str, media_root: Path | str = ".") -> ProjectFile:
        """Make a new project.

        Args:
            path: The file, or ":memory:".
            media_root: The folder that media paths are relative to, itself relative to the project file or absolute.

        Raises:
            ProjectError: The file exists, or can't be written.
        """
        if str(path) != MEMORY:
            opening.reserve(Path(path))
        project = cls(path)
        try:
            with project.transaction() as connection:
                schema.metadata.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA application_id = {schema.APPLICATION_ID}")
                connection.exec_driver_sql(f"PRAGMA user_version = {schema.VERSION}")
                project.set_meta("media_root", str(media_root))
                project.set_meta("created", time.strftime("%Y-%m-%dT%H:%M:%S"))
        except BaseException:
            project.close()
            if isinstance(project.path, Path):
                opening.remove(project.path)
            raise
        return project

    @classmethod
    def open(cls, path: Path | str) -> ProjectFile:
        """Open a project; one in a folder that can't be written opens read-only.

        Raises:
            ProjectError: Missing, not a project, damaged, or from a newer version.
        """
        path = Path(path)
        project = cls(path, opening.mode_of(path))
        try:
            with explained(path):
                if not project.readonly:
                    opening.migrate(project._db)
                    project._tidy()
                project.categories()
        except BaseException:
            project.close()
            raise
        return project

    def _tidy(self) -> None:
        """Do what an earlier process has left to do; where it left nothing, nothing is written and no lock is taken."""
        self.close_interrupted_runs()
        with self.reading() as connection:
            left = runs.purgeable(connection)
        if left:
            with self.transaction() as connection:
                runs.purge(connection, runs.ALL)

    def close(self) -> None:
        """Close the file; calling it twice is fine. A run that was not ended counts as interrupted."""
        self._db.close()
        for run in tuple(self._locks):
            self._release(run)

    def __enter__(self) -> ProjectFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def save_copy(self, path: Path | str) -> None:
        """Write a complete copy, history included, to another file; its media stay where they are.

        Raises:
            ProjectError: The file exists or can't be written.
        """
        opening.copy(self._db, Path(path), self.media_root)

    # Reading and writing

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

    def data_version(self) -> int:
        """Return a number that changes when another process has written to the file; it never waits for a writer."""
        return self._db.data_version()

    def _tell(self, event: Changed) -> None:
        self._db.after(lambda: self.changed.publish(event))

    def set_meta(self, key: str, value: str) -> None:
        """Store a free-form fact; it is not part of the history."""
        with self.transaction() as connection:
            connection.execute(
                text("INSERT INTO meta VALUES (:k, :v) ON CONFLICT (key) DO UPDATE SET value = :v"),
                {"k": key, "v": value.encode("utf-8")},
            )

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

    def commit(self, changes: ChangeSet, *, initiator: object = None) -> None:
        """Write a ChangeSet as one transaction and one undo step, and tell the listeners.

        Raises:
            ProjectError: Nothing was written; the message says why.
        """
        if not changes:
            return
        with self.transaction() as connection:
            journal.apply(connection, changes)
            journal.append(connection, changes)
            self._tell(Changed(changes, initiator))

    def commit_to_run(self, changes: ChangeSet, *, run: int | None = None, initiator: object = None) -> None:
        """Write changes that are no undo step of their own.

        Args:
            changes: New annotations name their run in their origin.
            run: The open run that they belong to; what they change besides adding annotations is remembered, and taken
                back when the run is undone, also one that a crash has ended.
            initiator: Passed on to the listeners.
        """
        if not changes:
            return
        with self.transaction() as connection:
            journal.apply(connection, changes)
            if run is not None:
                journal.keep_pending(connection, run, changes)
            self._tell(Changed(changes, initiator))

    def undo(self) -> ChangeSet | None:
        """Take back the last step and return what that changed; None where there is nothing to undo."""
        return self._step(journal.undo)

    def redo(self) -> ChangeSet | None:
        """Repeat the step that was undone last and return what that changed."""
        return self._step(journal.redo)

    def _step(self, step: Callable[[Connection], tuple[ChangeSet, bool] | None]) -> ChangeSet | None:
        with self.transaction() as connection:
            done = step(connection)
            if done is None:
                return None
            changes, whole = done
            self._tell(Changed(None if whole else changes))
        return changes

    def forget_history(self) -> None:
        """Drop all undo steps and the rows that only they could bring back."""
        with self.transaction() as connection:
            connection.execute(delete(schema.history))
            runs.purge(connection, runs.ALL)
            self._tell(Changed(None))

    # Runs

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
                alive.forget(self.path, run)

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

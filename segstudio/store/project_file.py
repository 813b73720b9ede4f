"""A project: one SQLite file, changed by ChangeSets only."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from sqlalchemy import Connection, delete, insert, select, text, update

from segstudio.core.changes import ChangeSet, Table
from segstudio.core.errors import ProjectError
from segstudio.core.events import Channel
from segstudio.store import connection as link
from segstudio.store import journal, rows, schema
from segstudio.store.reader import Reader

SUFFIX = ".segstudio"


class Changed(msgspec.Struct, frozen=True):
    """What the project tells its listeners: a ChangeSet, or None where too much changed to list it."""

    changes: ChangeSet | None
    initiator: object = None


class ProjectFile(Reader):
    """Reads and writes one project file; every method may be called from any thread.

    Use `create` or `open`. There is no save: a ChangeSet is on disk when `commit` returns.
    """

    def __init__(self, path: Path | str, *, readonly: bool = False) -> None:
        self.path = path if str(path) == link.MEMORY else Path(path)
        self.readonly = readonly
        self.changed: Channel[Changed] = Channel()
        self._engine = link.make_engine(self.path, readonly=readonly)
        self._lock = threading.RLock()
        self._blocks: dict[str, tuple[int, int]] = {}
        self._local = threading.local()

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
        if str(path) != link.MEMORY and Path(path).exists():
            raise ProjectError("This file exists already.", path=path, remedy="Open it, or choose another name.")
        if str(path) != link.MEMORY and not Path(path).absolute().parent.is_dir():
            raise ProjectError("The folder of the new project does not exist.", path=path, remedy="Make it first.")
        project = cls(path)
        with link.explained(path):
            with project._engine.begin() as connection:
                schema.metadata.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA application_id = {schema.APPLICATION_ID}")
                connection.exec_driver_sql(f"PRAGMA user_version = {schema.VERSION}")
            project.set_meta("media_root", str(media_root))
            project.set_meta("created", time.strftime("%Y-%m-%dT%H:%M:%S"))
        return project

    @classmethod
    def open(cls, path: Path | str) -> ProjectFile:
        """Open a project; one in a folder that can't be written opens read-only.

        Raises:
            ProjectError: Missing, not a project, damaged, or from a newer version.
        """
        path = Path(path)
        if not path.is_file():
            raise ProjectError("There is no such project file.", path=path, remedy="Check its name and folder.")
        readonly = not link.is_writable(path)
        project = cls(path, readonly=readonly)
        try:
            with link.explained(path):
                link.verify(project._engine, path, readonly=readonly)
        except ProjectError:
            project.close()
            raise
        if not readonly:
            project.close_interrupted_runs()
        return project

    def close(self) -> None:
        """Close the file; calling it twice is fine."""
        self._engine.dispose()

    def __enter__(self) -> ProjectFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def save_copy(self, path: Path | str) -> None:
        """Write a complete copy, history included, to another file.

        Raises:
            ProjectError: The file exists or can't be written.
        """
        if Path(path).exists():
            raise ProjectError("This file exists already.", path=path, remedy="Choose another name.")
        with self._lock, link.explained(path), self._engine.connect() as connection:
            source = connection.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)
            try:
                target = sqlite3.connect(path)
                with target:
                    source.backup(target)
                target.close()
            except sqlite3.Error as error:
                raise ProjectError(f"The copy could not be written: {error}.", path=path) from error

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Yield a connection in one write transaction; all of it is kept, or nothing. Nested calls join the outer one.

        Raises:
            ProjectError: The project is read-only, or the disk would not take it.
        """
        if self.readonly:
            raise ProjectError(
                "This project can only be read.", path=self.path, remedy="Save a copy to a folder you may write to."
            )
        current = getattr(self._local, "connection", None)
        if current is not None:
            yield current
            return
        with self._lock, link.explained(self.path), self._engine.begin() as connection:
            self._local.connection = connection
            try:
                yield connection
            finally:
                self._local.connection = None

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep other threads from writing, to read and then commit what follows from it; listeners hear each commit."""
        with self._lock:
            yield

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection to read with; within a transaction of this thread it sees what that wrote."""
        current = getattr(self._local, "connection", None)
        if current is not None:
            yield current
            return
        with link.explained(self.path), self._engine.connect() as connection:
            yield connection

    def set_meta(self, key: str, value: str) -> None:
        """Store a free-form fact; it is not part of the history."""
        with self.transaction() as connection:
            connection.execute(
                text("INSERT INTO meta VALUES (:k, :v) ON CONFLICT (key) DO UPDATE SET value = :v"),
                {"k": key, "v": value.encode("utf-8")},
            )

    def new_ids(self, table: Table | str, count: int = 1) -> int:
        """Reserve `count` ids in a row and return the first; they stay reserved, also between processes."""
        with self._lock:
            first, end = self._blocks.get(table, (0, 0))
            if end - first < count:
                size = max(count, 64)
                with self.transaction() as connection:
                    self._blocks[table] = journal.reserve(connection, table, size)
                first, end = self._blocks[table]
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
        self.changed.publish(Changed(changes, initiator))

    def commit_to_run(self, changes: ChangeSet, *, initiator: object = None) -> None:
        """Write rows of an open run (their origins name it); the run as a whole is the undo step."""
        if not changes:
            return
        with self.transaction() as connection:
            journal.apply(connection, changes)
        self.changed.publish(Changed(changes, initiator))

    def undo(self) -> ChangeSet | None:
        """Take back the last step and return what that changed; None where there is nothing to undo."""
        return self._step(journal.undo)

    def redo(self) -> ChangeSet | None:
        """Repeat the step that was undone last and return what that changed."""
        return self._step(journal.redo)

    def _step(self, step) -> ChangeSet | None:
        with self.transaction() as connection:
            done = step(connection)
        if done is None:
            return None
        changes, whole = done
        self.changed.publish(Changed(None if whole else changes))
        return changes

    # Runs

    def begin_run(self, kind: str, label: str, *, model: str = "", weights: str = "") -> int:
        """Open a run and return its id."""
        run = self.new_ids("run")
        with self.transaction() as connection:
            connection.execute(
                insert(schema.run).values(
                    id=run, kind=kind, label=label, model=model, weights=weights, created=time.time(), state="open"
                )
            )
        return run

    def end_run(self, run: int, also: ChangeSet | None = None) -> None:
        """Close a run: it becomes one undo step, together with `also` (classes that it added), already committed."""
        with self.transaction() as connection:
            c = schema.run.c
            label = connection.scalar(select(c.label).where(c.id == run, c.state == "open"))
            if label is None:
                return
            connection.execute(update(schema.run).where(c.id == run).values(state="done"))
            journal.append(connection, ChangeSet(() if also is None else also.changes, label), run=run)
        self.changed.publish(Changed(None))

    def close_interrupted_runs(self) -> None:
        """Close the runs that a crash or a kill left open; what they had finished stays, as an undo step each."""
        with self.reading() as connection:
            left = connection.scalars(select(schema.run.c.id).where(schema.run.c.state == "open")).all()
        for run in left:
            self.end_run(run)

    def discard_run(self, run: int) -> None:
        """Take a run's untouched rows away, as an undoable step; what a person accepted or edited stays."""
        with self.transaction() as connection:
            label = connection.scalar(select(schema.run.c.label).where(schema.run.c.id == run)) or ""
            journal.hide_run(connection, run)
            journal.append(connection, ChangeSet((), f"Discard {label}"), run=-run)
        self.changed.publish(Changed(None))

    def insert_many(self, table: Table, values: Iterable[tuple], columns: Sequence[str]) -> int:
        """Write many rows of a run at the speed of the driver; return how many."""
        names = ", ".join(columns)
        marks = ", ".join("?" * len(columns))
        with self.transaction() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            try:
                return raw.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values).rowcount
            except sqlite3.Error as error:
                raise ProjectError(f"The rows could not be written: {error}.", path=self.path) from error

    def forget_history(self) -> None:
        """Drop all undo steps and the rows that only they could bring back."""
        with self.transaction() as connection:
            connection.execute(delete(schema.history))
            connection.execute(delete(schema.annotation).where(schema.annotation.c.state != rows.LIVE))
            connection.execute(delete(schema.media).where(schema.media.c.state != rows.LIVE))
        self.changed.publish(Changed(None))

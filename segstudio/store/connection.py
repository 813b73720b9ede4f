"""The SQLite file: how it is opened, one writer and many readers, and what goes wrong with files."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool, StaticPool

from segstudio.core.errors import ProjectError

MEMORY = ":memory:"
LOCK_SECONDS = 10.0  # how long a write waits for another process


def uri_of(path: Path, mode: str) -> str:
    """Return the SQLite URI of a file ("rwc", "rw", "ro", or "ro&immutable=1")."""
    return f"file:{quote(str(path.absolute()))}?mode={mode}"


def _make_engine(path: Path | str, mode: str, *, single: bool) -> Engine:
    target = MEMORY if not isinstance(path, Path) else uri_of(path, mode)

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(target, uri=target != MEMORY, check_same_thread=False, timeout=LOCK_SECONDS)
        # The driver begins nothing by itself: `_begin` says when, and how.
        connection.isolation_level = None
        return connection

    if single:
        engine = create_engine("sqlite+pysqlite://", creator=connect, poolclass=StaticPool)
    else:
        engine = create_engine("sqlite+pysqlite://", creator=connect, poolclass=QueuePool, max_overflow=-1)

    @event.listens_for(engine, "connect")
    def _pragmas(connection: sqlite3.Connection, _record: object) -> None:
        if not mode.startswith("ro"):
            connection.execute("PRAGMA journal_mode = WAL")
            # NORMAL keeps every finished transaction when the process is killed; only a power cut can take the last.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA journal_size_limit = 67108864")
        connection.execute("PRAGMA cache_size = -65536")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        how = connection.get_execution_options().get("begin", "BEGIN")
        if how:
            connection.exec_driver_sql(how)

    return engine


@contextmanager
def explained(path: Path | str) -> Iterator[None]:
    """Turn SQLite's errors into ones that say what happened to which file, and what to do.

    Raises:
        ProjectError: In place of SQLAlchemy's and the driver's errors.
    """
    try:
        yield
    except (DatabaseError, sqlite3.Error) as error:
        raise _explain(str(getattr(error, "orig", error)), path) from error
    except UnicodeEncodeError as error:
        raise ProjectError(
            f"A text holds characters that can't be stored: {error.object!r}.",
            path=path,
            remedy="Rename the file or the class that has them.",
        ) from error


def _explain(text: str, path: Path | str) -> ProjectError:
    if "disk is full" in text or "disk I/O" in text:
        return ProjectError(
            f"The disk could not take the last change ({text}); the project is as it was before it.",
            path=path,
            remedy="Free some space and repeat it.",
        )
    if "locked" in text:
        return ProjectError(
            "Another program is writing to this project.", path=path, remedy="Wait for it to finish and try again."
        )
    if "readonly" in text or "read-only" in text:
        return ProjectError(
            "This project can only be read.", path=path, remedy="Save a copy to a folder you may write to."
        )
    if any(sign in text for sign in ("not a database", "malformed", "no such table", "no such column")):
        return ProjectError(
            f"This file is not a sound segstudio project ({text}).",
            path=path,
            remedy="Restore a copy of it; `segstudio check` says more.",
        )
    if "unable to open" in text:
        return ProjectError(
            "The project file could not be opened.", path=path, remedy="Check that you may read and write its folder."
        )
    return ProjectError(f"The project could not be used: {text}.", path=path)


def is_writable(path: Path) -> bool:
    """Return whether the file and its folder (SQLite writes beside the file) can be written."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


class _Scope:
    """A transaction of one thread: its connection, and what to call after it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.depth = 0
        self.broken = False
        self.after: list[Callable[[], object]] = []
        self.failed: list[Callable[[], object]] = []

    def drop(self, after: int, failed: int) -> None:
        """Forget what the calls since then had in mind."""
        del self.after[after:]
        for call in self.failed[failed:]:
            call()
        del self.failed[failed:]


class Database:
    """One writing connection, taken in turns, and a pool of reading ones, one a thread.

    Args:
        path: The file, or `MEMORY` (there readers take turns with the writer).
        mode: As of `uri_of`.
    """

    def __init__(self, path: Path | str, mode: str) -> None:
        self.path = path
        self.readonly = mode.startswith("ro")
        self.lock = threading.RLock()
        self._memory = not isinstance(path, Path)
        self._writer = _make_engine(path, mode, single=True)
        self._readers = self._writer if self._memory else _make_engine(path, mode, single=False)
        self._local = threading.local()
        self._closed = False
        self._file = self._identity()
        self._version = 0

    def close(self) -> None:
        """Close all connections; calling it twice is fine."""
        with self.lock:
            self._closed = True
            self._readers.dispose()
            self._writer.dispose()

    def _check_open(self) -> None:
        if self._closed:
            raise ProjectError("This project is closed.", path=self.path, remedy="Open it again.")

    def _identity(self) -> tuple[int, int] | None:
        if not isinstance(self.path, Path):
            return None
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _check_place(self) -> None:
        """Refuse to write to a file that is no longer where it was: nobody would find the work there."""
        if self._identity() != self._file:
            raise ProjectError(
                "The project file was moved, deleted or replaced while it was open; this change was not stored.",
                path=self.path,
                remedy="Put it back, or save a copy, which still has everything up to this change.",
            )

    @property
    def _scope(self) -> _Scope | None:
        return getattr(self._local, "scope", None)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Yield a connection in one write transaction; all of it is kept, or nothing.

        A nested call joins the outer one, and fails alone where its error is caught in between.

        Raises:
            ProjectError: The project is read-only, closed or not there any more, or the disk would not take it.
        """
        if self.readonly:
            raise _explain("readonly", self.path)
        scope = self._scope
        if scope is not None:
            with explained(self.path), self._nested(scope):
                yield scope.connection
            return
        with self.lock:
            self._check_open()
            with explained(self.path), self._writer.connect() as plain:
                self._check_place()
                connection = plain.execution_options(begin="BEGIN IMMEDIATE")
                scope = _Scope(connection)
                try:
                    connection.begin()
                    self._local.scope = scope
                    yield connection
                    self._local.scope = None
                    if scope.broken:
                        raise ProjectError(
                            "This change could not be stored; the project is as it was before it.", path=self.path
                        )
                    connection.commit()
                except BaseException:
                    self._local.scope = None
                    scope.drop(0, 0)
                    raise
        for call in scope.after:
            call()

    @contextmanager
    def _nested(self, scope: _Scope) -> Iterator[None]:
        name = f"s{scope.depth}"
        marks = len(scope.after), len(scope.failed)
        scope.connection.exec_driver_sql(f"SAVEPOINT {name}")
        scope.depth += 1
        try:
            yield
            scope.connection.exec_driver_sql(f"RELEASE {name}")
        except BaseException:
            scope.drop(*marks)
            if getattr(scope.connection.connection.driver_connection, "in_transaction", False):
                scope.connection.exec_driver_sql(f"ROLLBACK TO {name}")
                scope.connection.exec_driver_sql(f"RELEASE {name}")
            else:
                # A full disk makes SQLite take back everything. Who catches the error must not write on as if it had
                # not: a new transaction, which will be taken back too, holds what comes.
                scope.broken = True
                scope.connection.exec_driver_sql("BEGIN")
            raise
        finally:
            scope.depth -= 1

    def after(self, call: Callable[[], object]) -> None:
        """Call once this thread's transaction is on disk, never if it fails; at once outside of one."""
        scope = self._scope
        call() if scope is None else scope.after.append(call)

    def on_failure(self, call: Callable[[], object]) -> None:
        """Call if this thread's transaction (or the nested part of it) is taken back."""
        scope = self._scope
        if scope is not None:
            scope.failed.append(call)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one state of the project throughout, nested calls included.

        Within a transaction of this thread it sees what that has written.
        """
        current = self._scope.connection if self._scope else getattr(self._local, "reading", None)
        if current is not None:
            yield current
            return
        self._check_open()
        with explained(self.path):
            if self._memory:
                with self.lock, self._writer.connect() as connection:
                    yield from self._read(connection.execution_options(begin=""))
            else:
                with self._readers.connect() as connection:
                    yield from self._read(connection)

    def _read(self, connection: Connection) -> Iterator[Connection]:
        self._local.reading = connection
        try:
            yield connection
        finally:
            self._local.reading = None

    def data_version(self) -> int:
        """Return a number that changes when another process has written to the file; never waits."""
        if self._scope is None and self.lock.acquire(blocking=False):
            try:
                self._check_open()
                # Seen from the connection that does all our own writing, only others' writes change it.
                with explained(self.path), self._writer.connect() as connection:
                    quiet = connection.execution_options(begin="")
                    self._version = int(quiet.exec_driver_sql("PRAGMA data_version").scalar_one())
            finally:
                self.lock.release()
        return self._version

    def backup(self, target: sqlite3.Connection) -> None:
        """Copy the whole database; what a transaction of another thread is about to write is not in it."""
        if self._scope is not None:
            raise ProjectError("A copy can't be made in the middle of a change.", path=self.path)
        with self.lock:
            self._check_open()
            with explained(self.path), self._writer.connect() as connection:
                source = connection.connection.driver_connection
                assert isinstance(source, sqlite3.Connection)
                source.backup(target)

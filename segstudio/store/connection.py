"""Opening the SQLite file: pragmas, versions, and what goes wrong with files."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool, StaticPool

from segstudio.core.errors import ProjectError
from segstudio.store import schema
from segstudio.store.migrations import MIGRATIONS

MEMORY = ":memory:"


def make_engine(path: Path | str, *, readonly: bool = False) -> Engine:
    """Return an engine on the file, or on a database in memory for `MEMORY`."""
    if str(path) == MEMORY:
        uri, pool = "file::memory:?uri=true", StaticPool
    else:
        # A read-only folder has no place for the WAL's index: only an immutable open works there.
        mode = "mode=ro&immutable=1" if readonly else "mode=rwc"
        uri, pool = f"file:{quote(str(Path(path).absolute()))}?{mode}", QueuePool

    def connect() -> sqlite3.Connection:
        target = MEMORY if str(path) == MEMORY else uri
        connection = sqlite3.connect(target, uri=target != MEMORY, check_same_thread=False, timeout=10.0)
        connection.isolation_level = None
        return connection

    engine = create_engine("sqlite+pysqlite://", creator=connect, poolclass=pool)

    @event.listens_for(engine, "connect")
    def _pragmas(connection: sqlite3.Connection, _record: object) -> None:
        if not readonly:
            connection.execute("PRAGMA journal_mode = WAL")
            # NORMAL keeps every finished transaction when the process is killed; only a power cut can take the last.
            connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -65536")
        connection.execute("PRAGMA mmap_size = 1073741824")

    @event.listens_for(engine, "begin")
    def _begin(connection) -> None:
        connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def explained(path: Path | str) -> Iterator[None]:
    """Turn SQLite's errors into ones that say what happened to which file, and what to do.

    Raises:
        ProjectError: In place of SQLAlchemy's DatabaseError.
    """
    try:
        yield
    except DatabaseError as error:
        text = str(error.orig)
        if "disk is full" in text or "disk I/O" in text:
            raise ProjectError(
                f"The disk could not take the last change ({text}); the project is as it was before it.",
                path=path,
                remedy="Free some space and repeat it.",
            ) from error
        if isinstance(error, OperationalError) and "locked" in text:
            raise ProjectError(
                "Another program is writing to this project.", path=path, remedy="Wait for it to finish and try again."
            ) from error
        if "readonly" in text or "read-only" in text:
            raise ProjectError(
                "This project can only be read.", path=path, remedy="Save a copy to a folder you may write to."
            ) from error
        if "not a database" in text or "malformed" in text:
            raise ProjectError(
                f"This file is not a sound segstudio project ({text}).",
                path=path,
                remedy="Restore a copy of it; `segstudio check` says more.",
            ) from error
        raise ProjectError(f"The project could not be used: {text}.", path=path) from error


def verify(engine: Engine, path: Path | str, *, readonly: bool) -> None:
    """Check that the file is a project of a version that we know, and migrate an older one.

    Raises:
        ProjectError: Another kind of file, or a project from a newer version.
    """
    with engine.connect() as connection:
        application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if application != schema.APPLICATION_ID:
        raise ProjectError(
            "This is an SQLite file, but not a segstudio project.",
            path=path,
            remedy="Open the .segstudio file that `segstudio new` or the welcome page made.",
        )
    if version > schema.VERSION:
        raise ProjectError(
            f"This project was written by a newer segstudio (project version {version}, known here: {schema.VERSION}).",
            path=path,
            remedy="Update segstudio; the file was not touched.",
        )
    if version < schema.VERSION and not readonly:
        with engine.begin() as connection:
            for step in range(version, schema.VERSION):
                MIGRATIONS[step](connection)
                connection.exec_driver_sql(f"PRAGMA user_version = {step + 1}")


def is_writable(path: Path) -> bool:
    """Return whether the file and its folder (SQLite writes beside the file) can be written."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)

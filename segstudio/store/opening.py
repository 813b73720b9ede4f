"""Making, judging and copying project files, before and beside the work on them."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from segstudio.core.errors import ProjectError
from segstudio.store import schema
from segstudio.store.connection import Database, explained, is_writable, uri_of
from segstudio.store.migrations import MIGRATIONS

_BESIDE = ("-wal", "-shm", "-journal")


def reserve(path: Path) -> None:
    """Make the empty file of a new project, so that nobody else takes its name.

    Raises:
        ProjectError: It exists, its folder does not, or the folder can't be written.
    """
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        raise ProjectError("This file exists already.", path=path, remedy="Open it, or choose another name.") from None
    except FileNotFoundError:
        raise ProjectError(
            "The folder of the new project does not exist.", path=path, remedy="Make it first."
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ProjectError(
            f"The project can't be made here ({reason}).", path=path, remedy="Choose a folder you may write to."
        ) from error


def remove(path: Path) -> None:
    """Take away a file that was begun, with what SQLite has put beside it."""
    for end in ("", *_BESIDE):
        path.with_name(path.name + end).unlink(missing_ok=True)


def mode_of(path: Path) -> str:
    """Return how a project can be opened: "rw", "ro", or "ro&immutable=1"; the file is judged and not touched.

    Raises:
        ProjectError: Missing, not a project, damaged, from a newer version, or one whose last changes can't be read.
    """
    try:
        size = path.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        raise ProjectError("There is no such project file.", path=path, remedy="Check its name and folder.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ProjectError(f"The project file can't be reached ({reason}).", path=path) from error
    if path.is_dir():
        raise ProjectError("This is a folder, not a project file.", path=path, remedy="Choose the file in it.")
    if not path.is_file():
        raise ProjectError("There is no such project file.", path=path, remedy="Check its name and folder.")
    if size == 0:
        raise ProjectError("This file is empty.", path=path, remedy="Restore a copy of it, or make a new project.")
    if not os.access(path, os.R_OK):
        raise ProjectError("You may not read this file.", path=path, remedy="Ask its owner for permission.")
    writable = is_writable(path)
    mode = "rw" if writable else "ro"
    try:
        version = _version(path, "ro")
    except sqlite3.OperationalError as error:
        if writable or not any(sign in str(error) for sign in ("unable to open", "readonly")):
            with explained(path):
                raise
        # A folder that can't be written has no place for the index of a write-ahead log.
        _check_log(path)
        mode = "ro&immutable=1"
        with explained(path):
            version = _version(path, mode)
    except sqlite3.Error:
        with explained(path):
            raise
    if version < schema.VERSION and mode != "rw":
        raise ProjectError(
            "This project was written by an older segstudio and has to be updated, but it can only be read.",
            path=path,
            remedy="Copy it to a folder you may write to.",
        )
    return mode


def _check_log(path: Path) -> None:
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size > 0:
        raise ProjectError(
            f"The last changes of this project are still in {log.name}, and they can't be read in this folder.",
            path=path,
            remedy="Copy both files to a folder you may write to and open the copy.",
        )


def _version(path: Path, mode: str) -> int:
    """Return the version of a project.

    Raises:
        ProjectError: Another kind of file, or a project from a newer version.
        sqlite3.Error: It can't be read.
    """
    with closing(sqlite3.connect(uri_of(path, mode), uri=True, timeout=10.0)) as connection:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
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
    missing = schema.metadata.tables.keys() - tables if version == schema.VERSION else set()
    if missing:
        raise ProjectError(
            f"This project is damaged: it has no table {min(missing)}.", path=path, remedy="Restore a copy of it."
        )
    return version


def migrate(database: Database) -> None:
    """Bring an older project to today's version, in one transaction."""
    with database.reading() as connection:
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if version == schema.VERSION:
        return
    with database.transaction() as connection:
        # Read again: another process may have done it in between.
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        for step in range(version, schema.VERSION):
            MIGRATIONS[step](connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {step + 1}")


def copy(database: Database, path: Path) -> None:
    """Write a complete copy; it appears under its name only when it is whole.

    A relative media folder is the same folder as seen from the copy.

    Raises:
        ProjectError: The file exists or can't be written.
    """
    reserve(path)
    part = path.with_name(f"{path.name}.part")
    try:
        with explained(path), closing(sqlite3.connect(part)) as target:
            database.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
            with target:
                root = target.execute("SELECT value FROM meta WHERE key = 'media_root'").fetchone()
                if root is not None and isinstance(database.path, Path) and not Path(root[0].decode()).is_absolute():
                    folder = database.path.absolute().parent / root[0].decode()
                    value = _relative(folder, path.absolute().parent).encode()
                    target.execute("UPDATE meta SET value = ? WHERE key = 'media_root'", (value,))
        part.replace(path)
    except BaseException as error:
        remove(part)
        remove(path)
        if isinstance(error, OSError):
            raise ProjectError(f"The copy could not be written: {error}.", path=path) from error
        raise


def _relative(folder: Path, start: Path) -> str:
    try:
        return Path(os.path.relpath(folder, start)).as_posix()
    except ValueError:  # another drive
        return folder.as_posix()

"""A project: one SQLite file, changed by ChangeSets only."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, delete, text

from segstudio.core.changes import ChangeSet
from segstudio.store import journal, opening, runs, schema
from segstudio.store.connection import MEMORY, explained
from segstudio.store.writer import Changed, Runs


class ProjectFile(Runs):
    """Reads and writes one project file; every method may be called from any thread.

    Use `create` or `open`. There is no save: a ChangeSet is on disk when `commit` returns. Listeners of `changed` are
    called after that, in the thread that committed; inside a `transaction` they wait for its end.
    """

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
        opening.copy(self._db, Path(path))

    # Reading and writing

    def data_version(self) -> int:
        """Return a number that changes when another process has written to the file; it never waits for a writer."""
        return self._db.data_version()

    def set_meta(self, key: str, value: str) -> None:
        """Store a free-form fact; it is not part of the history."""
        with self.transaction() as connection:
            connection.execute(
                text("INSERT INTO meta VALUES (:k, :v) ON CONFLICT (key) DO UPDATE SET value = :v"),
                {"k": key, "v": value.encode("utf-8")},
            )

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
            connection.execute(delete(schema.touched))
            runs.purge(connection, runs.ALL)
            self._tell(Changed(None))

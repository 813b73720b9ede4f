"""Telling a run that goes on in another process from one whose process died.

The process that works on a run holds a lock on a small file beside the project. The system takes the lock away
however the process ends, so that no pid, clock or host name has to be trusted.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from segstudio.core.errors import ProjectError

if sys.platform == "win32":
    import msvcrt

    def _lock(fd: int) -> None:
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is(fd: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), path.stat())
    except FileNotFoundError:
        return False


def _file(project: Path, run: int) -> Path:
    return project.with_name(f"{project.name}-run{run}")


class RunLock:
    """Says "this run goes on" for as long as it is held.

    Raises:
        ProjectError: The folder can't be written.
    """

    def __init__(self, project: Path, run: int) -> None:
        self._path = _file(project, run)
        try:
            self._fd = self._take()
        except OSError as error:
            raise ProjectError(f"The run could not be begun: {error.strerror}.", path=self._path) from error

    def _take(self) -> int:
        while True:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                _lock(fd)
                # Another process may have tidied the file away between the two calls.
                if _is(fd, self._path):
                    return fd
            except OSError:
                os.close(fd)
                raise
            os.close(fd)

    def release(self) -> None:
        """The run has ended."""
        # Closed first: Windows removes no open file. Nobody else takes a lock of an id that is never used again.
        os.close(self._fd)
        self._path.unlink(missing_ok=True)


def goes_on(project: Path, run: int) -> bool:
    """Return whether a living process, this one included, works on a run."""
    try:
        fd = os.open(_file(project, run), os.O_RDWR)
    except OSError:
        return False
    try:
        _lock(fd)
    except OSError:
        return True
    finally:
        os.close(fd)
    return False


def tidy(project: Path) -> None:
    """Take away what processes that died have left."""
    start = f"{project.name}-run"
    for file in project.absolute().parent.iterdir():
        run = file.name.removeprefix(start)
        if file.name.startswith(start) and run.isdecimal() and not goes_on(project, int(run)):
            file.unlink(missing_ok=True)

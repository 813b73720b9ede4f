"""From what a person wants to see (a project, a folder, files) to an open project; nothing is ever unsaved."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from platformdirs import user_data_path

from segstudio import store
from segstudio.core import changes
from segstudio.core.errors import InputError, ProjectError, SegstudioError
from segstudio.engine.intake import add_media
from segstudio.media import describe, scan
from segstudio.media.folders import Entry
from segstudio.store import SUFFIX

if TYPE_CHECKING:
    from segstudio.store import ProjectFile

FIRST = 400
BATCH = 2000
DESCRIBED = 64


def open_paths(paths: Sequence[str | Path]) -> tuple[ProjectFile, Iterator[Entry]]:
    """Open the project of a project file, a folder or files, or make one.

    A folder's project is `<folder>/<folder's name>.segstudio`, or the only project file that lies in it. Where the
    folder can't be written, the project is made in the user's data folder.

    Returns:
        The project, with the first files already listed, and the files that may have to be added still (`Intake`).

    Raises:
        InputError: A path does not exist, or there is nothing to open in it.
        ProjectError: The project can't be opened or made.
    """
    places = [Path(p).absolute() for p in paths]
    for place in places:
        if not place.exists():
            raise InputError("There is no such file or folder.", path=place, remedy="Check the name.")
    if len(places) == 1 and places[0].suffix == SUFFIX and places[0].is_file():
        return store.ProjectFile.open(places[0]), iter(())
    if any(p.suffix == SUFFIX for p in places):
        raise InputError("A project opens alone.", path=next(p for p in places if p.suffix == SUFFIX))
    folder = (
        places[0] if len(places) == 1 and places[0].is_dir() else Path(os.path.commonpath([p.parent for p in places]))
    )
    entries = scan(places)
    first = list(islice(entries, FIRST))
    if not first:
        raise InputError(
            "There is no picture and no video in this folder.",
            path=folder,
            remedy="Choose another, or drop files here.",
        )
    project = _project_of(folder)
    add_media(project, first)
    return project, entries


def _project_of(folder: Path) -> ProjectFile:
    found = sorted(folder.glob(f"*{SUFFIX}"))
    name = f"{folder.name or 'project'}{SUFFIX}"
    if folder / name in found:
        return store.ProjectFile.open(folder / name)
    if len(found) == 1:
        return store.ProjectFile.open(found[0])
    if os.access(folder, os.W_OK):
        try:
            return store.ProjectFile.create(folder / name)
        except (ProjectError, OSError):
            # A file system may still say no (a full disk, a network share): the user's own folder is the way out.
            (folder / name).unlink(missing_ok=True)
    home = user_data_path("segstudio", appauthor=False) / "projects"
    home.mkdir(parents=True, exist_ok=True)
    place = home / f"{folder.name or 'project'}-{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}{SUFFIX}"
    return store.ProjectFile.open(place) if place.exists() else store.ProjectFile.create(place, folder)


class Intake:
    """A thread that lists the rest of a folder and then reads the headers of files nobody has looked at.

    Args:
        project: The open project.
        entries: Files that are not listed yet.
        failed: Called in the thread with an error that ended it.
    """

    def __init__(
        self, project: ProjectFile, entries: Iterator[Entry], failed: Callable[[SegstudioError], object]
    ) -> None:
        self._project = project
        self._entries = entries
        self._failed = failed
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="segstudio-intake", daemon=True)
        if not project.readonly:
            self._thread.start()

    def close(self) -> None:
        """Stop and wait for the thread; what is left is taken up when the project opens again."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def wait(self) -> None:
        """Wait until everything is listed and looked at."""
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            known = self._project.media_paths()
            while not self._stop.is_set() and (batch := list(islice(self._entries, BATCH))):
                add_media(self._project, batch, known)
            self._describe([m.id for m in self._project.media() if m.status == "unread"])
        except SegstudioError as error:
            if not self._stop.is_set():
                self._failed(error)

    def _describe(self, ids: list[int]) -> None:
        root = self._project.media_root
        for start in range(0, len(ids), DESCRIBED):
            seen = {}
            for media in self._project.media(ids[start : start + DESCRIBED]):
                if self._stop.is_set():
                    return
                seen[media.id] = describe(media, root)
            # Only what nobody has written meanwhile, and nobody between the reading and the writing.
            with self._project.transaction():
                now = [m for m in self._project.media(list(seen)) if m.status == "unread"]
                self._project.commit_to_run(changes.replace((m, replace(seen[m.id], review=m.review)) for m in now))

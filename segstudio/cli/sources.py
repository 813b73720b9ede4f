"""From the words of a command line to projects and files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from segstudio.core.errors import InputError

if TYPE_CHECKING:
    from segstudio.core.media import Media
    from segstudio.store import ProjectFile

PROJECT_HEAD = b"SQLite format 3\x00"


def is_project(path: Path) -> bool:
    """Return whether a file is a project, or was meant to be one (by its ending)."""
    from segstudio.store import SUFFIX

    if path.suffix.lower() == SUFFIX:
        return True
    try:
        with path.open("rb") as file:
            return file.read(len(PROJECT_HEAD)) == PROJECT_HEAD
    except OSError:
        return False


def existing(words: Iterable[str]) -> list[Path]:
    """Return the paths of words that must name files or folders.

    Raises:
        InputError: One does not exist; the message names what it may have meant.
    """
    paths = []
    for word in words:
        path = Path(word)
        try:
            found = path.exists()
        except (OSError, ValueError):
            found = False
        if not found:
            raise InputError("There is no such file or folder.", path=_short(word), remedy=_guess(word))
        paths.append(path)
    return paths


def _short(word: str) -> str:
    """Return a word cut to what a line of a terminal can show."""
    return word if len(word) <= 200 else f"{word[:200]}... ({len(word):,} characters)"


def _guess(word: str) -> str:
    """Return a remedy for a word that is no file: the verb it looks like, or to check the spelling."""
    from difflib import get_close_matches

    from segstudio.cli.parser import VERBS

    near = get_close_matches(word, VERBS, 1, 0.7)
    return f"Did you mean the verb '{near[0]}'?" if near else "Check its spelling and the folder you are in."


def media_rows(project: ProjectFile, entries: Iterable, known: set[str] | None = None) -> list[Media]:
    """Return the rows of files that a project does not have yet, with ids reserved; nothing is opened.

    Args:
        project: Whose media folder the paths are relative to.
        entries: From `media.scan`.
        known: Paths as stored that are left out; those of the project by default.
    """
    from segstudio.core.media import Media
    from segstudio.media import relativize

    root = project.media_root
    seen = {m.path for m in project.media()} if known is None else set(known)
    fresh: list[tuple[str, str]] = []
    for entry in entries:
        path = relativize(entry.path, root)
        if path not in seen:
            seen.add(path)
            fresh.append((path, entry.kind))
    first = project.new_ids("media", len(fresh)) if fresh else 0
    return [Media(first + i, path, kind, frames=1 if kind == "image" else 0) for i, (path, kind) in enumerate(fresh)]


def relative_root(folder: Path, project: Path) -> str:
    """Return the media folder as a project stores it: relative to the project's folder where that is possible."""
    try:
        return Path(os.path.relpath(folder.absolute(), project.absolute().parent)).as_posix()
    except ValueError:  # another drive
        return folder.absolute().as_posix()


def memory_project(paths: Sequence[Path]) -> ProjectFile:
    """Return a project in memory over a folder or files; nothing is written anywhere.

    Raises:
        InputError: There is no picture or video among them.
    """
    from segstudio.core.changes import insert
    from segstudio.media import scan
    from segstudio.store import ProjectFile

    entries = list(scan(paths))
    if not entries:
        raise InputError("There is no picture or video in there.", path=paths[0], remedy=_formats())
    root = (
        paths[0]
        if len(paths) == 1 and paths[0].is_dir()
        else Path(os.path.commonpath([Path(e.path).parent for e in entries]))
    )
    project = ProjectFile.create(":memory:", root.absolute())
    project.commit(insert(media_rows(project, entries, set()), "Add files"))
    return project


def _formats() -> str:
    return "Pictures (JPEG, PNG, WebP, BMP, TIFF) and videos (MP4, MOV, MKV, AVI, WebM) are read."

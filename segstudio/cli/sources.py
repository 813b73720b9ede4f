"""From the words of a command line to projects and files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from segstudio.core.errors import InputError

if TYPE_CHECKING:
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


@contextmanager
def scratch_project(paths: Sequence[Path]) -> Iterator[ProjectFile]:
    """Yield a project over a folder or files that is thrown away at the end; nothing is written beside the files.

    Raises:
        InputError: There is no picture or video among them.
    """
    from segstudio.engine.intake import add_media
    from segstudio.media import scan
    from segstudio.store import ProjectFile

    entries = list(scan(paths))
    if not entries:
        raise InputError(
            "There is no picture or video in there.",
            path=paths[0],
            remedy="Pictures (JPEG, PNG, WebP, BMP, TIFF) and videos (MP4, MOV, MKV, AVI, WebM) are read.",
        )
    folder = len(paths) == 1 and paths[0].is_dir()
    root = paths[0] if folder else Path(os.path.commonpath([Path(entry.path).parent for entry in entries]))
    with (
        tempfile.TemporaryDirectory(prefix="segstudio-") as place,
        ProjectFile.create(Path(place) / "scratch.segstudio", root.absolute()) as project,
    ):
        add_media(project, entries)
        yield project

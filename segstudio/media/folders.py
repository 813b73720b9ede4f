"""Listing folders, and the way between a project's relative paths and files."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

import msgspec

from segstudio.core.errors import Cancelled, MediaError
from segstudio.core.media import Media
from segstudio.media.sniff import kind_of

_DIGITS = re.compile(r"[0-9]+")


class Entry(msgspec.Struct, frozen=True):
    """One file that looks like a picture or a video by its name: its absolute path and "image" or "video"."""

    path: str
    kind: str


def natural_key(name: str) -> tuple[str, str]:
    """Return a key that sorts names as people do: "frame2" before "frame10", whatever the case, then by code point.

    It is a string and not a list of parts because a folder of 100,000 names then sorts in a quarter of the time.
    """
    return _DIGITS.sub(_by_length, name.casefold()), name


def _by_length(digits: re.Match[str]) -> str:
    """Return a number as text that sorts by its value: the count of its digits comes first."""
    number = digits[0].lstrip("0")
    return f"{len(number):05d}{number}"


def scan(paths: Iterable[str | Path] | str | Path, recursive: bool = True) -> Iterator[Entry]:
    """Yield the pictures and videos of files and folders, by name alone; nothing is opened.

    Args:
        paths: Files and folders, taken in the order given. A file that is named outright comes whatever its
            extension, so that reading it can say what is wrong with it.
        recursive: Whether folders inside folders are entered.

    Yields:
        Each file once. A folder's own files come first, in natural order, then its folders likewise. Hidden files and
        folders (a leading dot), folders that may not be read, and links back to a folder already entered are left out.
    """
    seen_folders: set[tuple[int, int]] = set()
    seen_files: set[str] = set()
    for given in [paths] if isinstance(paths, (str, Path)) else paths:
        top = _absolute(given)
        found = _walk(top, recursive, seen_folders) if _is_folder(top) else [Entry(top, kind_of(top) or "image")]
        for entry in found:
            if entry.path not in seen_files:
                seen_files.add(entry.path)
                yield entry


def _walk(top: str, recursive: bool, seen: set[tuple[int, int]]) -> Iterator[Entry]:
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            status = Path(folder).stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            files, folders = _listed(folder, recursive)
        except OSError:
            continue
        for name, kind in files:
            yield Entry(f"{folder.rstrip(os.sep)}{os.sep}{name}", kind)
        waiting.extend(f"{folder.rstrip(os.sep)}{os.sep}{name}" for name in reversed(folders))


def _listed(folder: str, recursive: bool) -> tuple[list[tuple[str, str]], list[str]]:
    """Return (name, kind) of a folder's media and the names of its folders, both in natural order."""
    files: list[tuple[str, str]] = []
    folders: list[str] = []
    with os.scandir(folder) as items:
        for item in items:
            if item.name.startswith("."):
                continue
            if _leads_to_folder(item):
                folders.append(item.name)
            elif kind := kind_of(item.name):
                files.append((item.name, kind))
    files.sort(key=lambda pair: natural_key(pair[0]))
    folders.sort(key=natural_key)
    return files, folders if recursive else []


def _leads_to_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir()
    except OSError:
        # A link to itself.
        return False


def describe(media: Media, root: str | Path) -> Media:
    """Return the entry with what the file's headers say: size, orientation, frames, status and reason.

    Never raises for what a file is or isn't: status and reason say it. A file that opens although something is odd
    (a wrong extension, further pages) has status "ok" and the oddity as reason.
    """
    from segstudio.media.probing import probe

    path = resolve(media, root)
    try:
        size = path.stat().st_size
    except (OSError, ValueError):
        size = -1
    try:
        found = probe(path)
    except MediaError as error:
        reason = f"{error.message} {error.remedy or ''}".strip()
        return msgspec.structs.replace(media, status=error.status, reason=reason, size=size)
    return msgspec.structs.replace(
        media,
        kind=found.kind,
        width=found.width,
        height=found.height,
        frames=found.frames,
        orientation=found.orientation,
        status="ok",
        reason=found.note,
        size=found.size,
    )


def resolve(media: Media, root: str | Path) -> Path:
    """Return the absolute path of a media entry; nothing is opened, and no name is refused.

    A relative path, ".." included, is taken from `root`. Backslashes of files written on Windows count as
    separators where no file has them in its name. A path that cannot exist (too long, with a NUL) is returned as it is:
    reading it says "missing".
    """
    path = Path(root) / PurePosixPath(media.path)
    if "\\" in media.path and os.sep == "/" and not _exists(path):
        windows = PureWindowsPath(media.path)
        path = Path(root) / PurePosixPath(windows.as_posix())
    return Path(_absolute(path))


def relativize(path: str | Path, root: str | Path) -> str:
    """Return a path as `Media.path` stores it: POSIX, relative to `root` where it lies inside, otherwise absolute."""
    absolute = _absolute(path)
    try:
        return Path(absolute).relative_to(_absolute(root)).as_posix()
    except ValueError:
        return Path(absolute).as_posix()


def checksum(path: str | Path, stop: Callable[[], bool] | None = None) -> str:
    """Return the sha256 of a file as hexadecimal digits.

    Args:
        path: The file.
        stop: Asked after each 8 MiB; True ends the reading.

    Raises:
        MediaError: "missing" or "broken".
        Cancelled: When `stop` said so.
    """
    from segstudio.media.sniff import file_error

    digest = hashlib.sha256()
    try:
        with Path(path).open("rb", buffering=0) as file:
            while block := file.read(1 << 23):
                if stop is not None and stop():
                    raise Cancelled
                digest.update(block)
    except (OSError, ValueError) as error:
        raise file_error(error, path) from error
    return digest.hexdigest()


def _absolute(path: str | Path) -> str:
    """Return a path without "." and "..", links left as they are: a project keeps the names that a person chose."""
    return os.path.normpath(Path(path).absolute())


def _is_folder(path: str) -> bool:
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):
        return False


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False

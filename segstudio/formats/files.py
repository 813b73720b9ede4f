"""Reading whole JSON files whatever wrote them, and writing files so that a failure leaves the old one."""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from segstudio.core.errors import FormatError
from segstudio.formats.base import Notes

HEAD = 1 << 16
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_A_NUMBER = re.compile(rb'"(?:[^"\\]|\\.)*+"|-?Infinity|NaN')
_BYTE = re.compile(r"\(byte (\d+)\)")
_AT = re.compile(r" - at `\$(.*)`$")
_QUOTED = re.compile(r"`([a-z |]+)`")
_WORDS = {"float": "number", "int": "number", "str": "text", "array": "list", "bool": "true or false", "null": "null"}

_raw_dict = msgspec.json.Decoder(dict[str, msgspec.Raw])
_raw_list = msgspec.json.Decoder(list[msgspec.Raw])


def encoding_of(head: bytes) -> str:
    """Return the encoding of a JSON text, by its byte order mark or by where its zero bytes lie."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if head[1:2] == b"\0" and head[:1] != b"\0":
        return "utf-32-le" if head[2:4] == b"\0\0" else "utf-16-le"
    if head[:1] == b"\0":
        return "utf-32-be" if head[1:2] == b"\0" else "utf-16-be"
    return "utf-8"


def read_bytes(path: Path, limit: int = -1) -> bytes:
    """Return the bytes of a file, or the first `limit` of them.

    Raises:
        FormatError: Missing, a folder, unreadable, or empty.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit)
    except FileNotFoundError as error:
        raise FormatError("There is no such file.", path=path, remedy="Check its name and folder.") from error
    except IsADirectoryError as error:
        raise FormatError("This is a folder.", path=path, remedy="Name the annotation file in it.") from error
    except (OSError, ValueError) as error:
        raise FormatError(f"The file can't be read: {getattr(error, 'strerror', None) or error}.", path=path) from error
    if not data.strip():
        raise FormatError("The file is empty.", path=path, remedy="Fetch or export it again.")
    return data


def head_text(path: Path) -> str:
    """Return the start of a file as text, with replacement characters where it is none."""
    head = read_bytes(path, HEAD)
    return head.decode(encoding_of(head), "replace").lstrip("\ufeff").lstrip()


def load(path: Path, notes: Notes) -> bytes:
    """Return a JSON file as UTF-8 text that is known to be sound JSON.

    Other encodings are converted; NaN and Infinity, which JSON does not have, become null; both are noted.

    Raises:
        FormatError: Unreadable, empty, not text, or not JSON; the place says line, column and byte.
    """
    data = read_bytes(path)
    name = encoding_of(data[:4])
    try:
        if name == "utf-8-sig":
            data = data[len(codecs.BOM_UTF8) :]
        elif name != "utf-8":
            data = data.decode(name).encode("utf-8")
            notes.add("changed", f"text in {name.upper()}, read as such; exports are UTF-8")
        if not data.isascii():
            data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(
            f"The file is not text in {name.upper()} ({error.reason}).",
            path=path,
            place=f"byte {error.start}",
            remedy="Save it as UTF-8.",
        ) from error
    try:
        _skim(data, path)
    except FormatError:
        data, found = _without_nan(data, notes)
        if not found:
            raise
        _skim(data, path)
    return data


def _skim(data: bytes, path: Path) -> None:
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
    except msgspec.DecodeError as error:
        found = _BYTE.search(str(error))
        offset = int(found[1]) if found else len(data)
        line = data.count(b"\n", 0, offset) + 1
        column = offset - (data.rfind(b"\n", 0, offset) + 1) + 1
        what = "it ends too early" if "truncated" in str(error) else _BYTE.sub("", str(error)).split(":")[-1].strip()
        raise FormatError(
            f"This is not sound JSON: {what}.",
            path=path,
            place=f"line {line}, column {column} (byte {offset})",
            remedy="Fetch or export the file again, or mend that place in a text editor.",
        ) from error
    except RecursionError as error:
        raise FormatError("This JSON is nested too deeply to be an annotation file.", path=path) from error


def _without_nan(data: bytes, notes: Notes) -> tuple[bytes, bool]:
    found = False

    def swap(match: re.Match[bytes]) -> bytes:
        nonlocal found
        text = match[0]
        if text.startswith(b'"'):
            return text
        found = True
        notes.add("changed", f"{text.decode()} is not JSON and was read as null", f"byte {match.start()}")
        return b"null"

    return _NOT_A_NUMBER.sub(swap, data), found


def split_object(text: Any) -> dict[str, msgspec.Raw]:
    """Return the keys of a JSON object, each value as its text.

    Raises:
        msgspec.DecodeError: It is no object.
    """
    return _raw_dict.decode(text)


def split_list(text: Any) -> list[msgspec.Raw]:
    """Return the items of a JSON list as their texts.

    Raises:
        msgspec.DecodeError: It is no list.
    """
    return _raw_list.decode(text)


def list_below(top: Mapping[str, Any], name: str, path: str | Path) -> list[msgspec.Raw]:
    """Return the items of a list at the top level of a file; none where the file has no such key.

    Raises:
        FormatError: It is no list.
    """
    try:
        return split_list(top[name]) if name in top else []
    except msgspec.DecodeError as error:
        raise FormatError(
            f"{place_of(error)[0]} in place of a list.".capitalize(),
            path=path,
            place=name,
            remedy=f'"{name}" must be a list of objects.',
        ) from error


def place_of(error: msgspec.DecodeError) -> tuple[str, str]:
    """Return (what is wrong, where in the object) of a decoding error: ("number expected", ".segmentation[0][3]")."""
    text = str(error)
    found = _AT.search(text)
    place = found[1] if found else ""
    what = _QUOTED.sub(lambda m: " or ".join(_WORDS.get(w, w) for w in m[1].split(" | ")), _AT.sub("", text))
    if "<=" in what or ">=" in what or "out of range" in what:
        return "a number that is out of range", place
    return what[:1].lower() + what[1:], place


def amended(text: Any, changes: dict[str, Any], gone: Iterable[str] = ()) -> bytes:
    """Return a JSON object with some keys replaced in place, added at the end, or gone; others keep their text."""
    raw: dict[str, Any] = split_object(text)
    raw.update(changes)
    for key in gone:
        raw.pop(key, None)
    return msgspec.json.encode(raw)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Yield a file that takes the place of `path` when all went well; otherwise `path` stays as it was.

    Raises:
        FormatError: The folder is missing or can't be written, or the disk is full.
    """
    partial: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:64]}.", suffix=".part", dir=path.parent)
        partial = Path(name)
        with os.fdopen(handle, "wb", buffering=1 << 20) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _as_permitted(partial, path)
        partial.replace(path)
        partial = None
        _sync_folder(path.parent)
    except OSError as error:
        raise FormatError(
            f"The file can't be written: {error.strerror or error}; what was there before is untouched.",
            path=path,
            remedy="Choose another folder, or free some space.",
        ) from error
    finally:
        if partial is not None:
            partial.unlink(missing_ok=True)


def _as_permitted(partial: Path, path: Path) -> None:
    """Give the new file the rights of the old one, or those of any new file (mkstemp's are the owner's only)."""
    if path.exists():
        mode = path.stat().st_mode & 0o777
    else:
        mask = os.umask(0)
        os.umask(mask)
        mode = 0o666 & ~mask
    partial.chmod(mode)


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut, where the system can do that for folders."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

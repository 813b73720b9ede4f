"""What a file is, by its first bytes and by its name."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

from segstudio.core.errors import MediaError

# Extension -> format, lower case. Formats are the names that `Probe.format` uses.
IMAGE_EXTENSIONS = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jpe": "JPEG",
    ".jfif": "JPEG",
    ".png": "PNG",
    ".webp": "WebP",
    ".bmp": "BMP",
    ".dib": "BMP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".gif": "GIF",
    ".jp2": "JPEG 2000",
    ".avif": "AVIF",
    ".ppm": "PNM",
    ".pgm": "PNM",
    ".pbm": "PNM",
}
VIDEO_EXTENSIONS = {
    ".mp4": "MP4",
    ".m4v": "MP4",
    ".mov": "MOV",
    ".qt": "MOV",
    ".mkv": "MKV",
    ".webm": "WebM",
    ".avi": "AVI",
}
VIDEO_FORMATS = frozenset(VIDEO_EXTENSIONS.values())
# The two families of containers whose members differ by little more than their names.
_SAME = ({"MP4", "MOV"}, {"MKV", "WebM"})
_HEAD = 4096
_NO_SUCH_NAME = (errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL)


def kind_of(name: str) -> str | None:
    """Return "image" or "video" by a file name's extension, or None for any other file."""
    extension = _extension(name)
    if extension in IMAGE_EXTENSIONS:
        return "image"
    return "video" if extension in VIDEO_EXTENSIONS else None


def _extension(name: str) -> str:
    # Not Path.suffix: this runs once for each of 100,000 names.
    dot = name.rfind(".")
    return name[dot:].lower() if dot > 0 else ""


def format_of(head: bytes) -> str | None:
    """Return the format that a file's first bytes (64 or more) announce, or None for an unknown one.

    "HEIF" and "JPEG XL" are told, though they cannot be read.
    """
    for magic, name in (
        (b"\xff\xd8\xff", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"GIF8", "GIF"),
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"II+\0", "TIFF"),
        (b"MM\0+", "TIFF"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"\xff\x4f\xff\x51", "JPEG 2000"),
        (b"\xff\x0a", "JPEG XL"),
        (b"\0\0\0\x0cJXL ", "JPEG XL"),
    ):
        if head.startswith(magic):
            return name
    if head[:4] == b"RIFF":
        return {b"WEBP": "WebP", b"AVI ": "AVI"}.get(head[8:12])
    if head[:4] == b"\x1aE\xdf\xa3":
        return "WebM" if b"webm" in head[:64] else "MKV"
    if head[:2] == b"BM" and head[14:18] in (
        b"\x0c\0\0\0",
        b"\x28\0\0\0",
        b"\x34\0\0\0",
        b"\x38\0\0\0",
        b"\x6c\0\0\0",
        b"\x7c\0\0\0",
    ):
        return "BMP"
    if head[:1] == b"P" and head[1:2] in b"123456" and head[2:3] in (b"\n", b" ", b"\t", b"\r"):
        return "PNM"
    return _iso_format(head)


def _iso_format(head: bytes) -> str | None:
    """Tell the members of the ISO base media family apart by their brand."""
    box = head[4:8]
    if box == b"ftyp":
        brand = head[8:12]
        if brand in (b"avif", b"avis"):
            return "AVIF"
        if brand in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"):
            return "AVIF" if b"avif" in head[12:64] else "HEIF"
        return "MOV" if brand == b"qt  " else "MP4"
    return "MOV" if box in (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot") else None


def name_disagrees(path: str | Path, found: str) -> str:
    """Return a sentence when the extension promises another format than `found`, else an empty string."""
    extension = Path(path).suffix.lower()
    promised = IMAGE_EXTENSIONS.get(extension) or VIDEO_EXTENSIONS.get(extension)
    if promised == found or any({promised, found} <= same for same in _SAME):
        return ""
    article = "an" if found[0] in "AM" and found != "MOV" else "a"
    return f"The name ends in {extension or 'nothing'}, but this is {article} {found} file."


def open_head(path: str | Path) -> tuple[int, bytes]:
    """Return the size in bytes and the first bytes of a regular, readable, non-empty file.

    Raises:
        MediaError: "missing", "empty", "mistyped" (a folder or a device) or "broken" (no permission, failing disk).
    """
    try:
        status = Path(path).stat()
        if stat.S_ISDIR(status.st_mode):
            raise MediaError(
                "This is a folder, not a file.", status="mistyped", path=path, remedy="Open the folder instead."
            )
        if not stat.S_ISREG(status.st_mode):
            raise MediaError(
                "This is not a regular file.", status="mistyped", path=path, remedy="Remove it from the list."
            )
        if status.st_size == 0:
            raise MediaError("The file is empty.", status="empty", path=path, remedy="Copy it from its source again.")
        with Path(path).open("rb", buffering=0) as file:
            return status.st_size, file.read(_HEAD)
    except (OSError, ValueError) as error:
        raise file_error(error, path) from error


def file_error(error: Exception, path: str | Path) -> MediaError:
    """Return what the system says about a file as an error with a status: "missing" or "broken"."""
    if isinstance(error, PermissionError):
        return MediaError("The file may not be read.", path=path, remedy="Change its permissions.")
    named_wrong = isinstance(error, (FileNotFoundError, NotADirectoryError, ValueError))
    if named_wrong or getattr(error, "errno", None) in _NO_SUCH_NAME:
        shown = str(path)
        shown = shown if len(shown) <= 300 else f"{shown[:280]}... ({len(shown)} characters)"
        return MediaError(
            "The file does not exist.",
            status="missing",
            path=shown,
            remedy="Put it back, or point the project to its folder.",
        )
    reason = getattr(error, "strerror", None) or str(error)
    return MediaError(
        f"The system cannot read the file: {reason}.", path=path, remedy="Check the disk or the network drive."
    )

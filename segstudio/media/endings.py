"""Whether a file ends where its format says it does, without decoding it.

Decoders disagree on this: a PNG without its last rows' checksum and a JPEG padded with zeros decode without a word.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_STEP = 1 << 16
# Bytes a value of each TIFF type takes.
_TIFF_TYPES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}


def missing_end(path: str | Path, found: str, size: int) -> str:
    """Return what is missing at the end of a file of `size` bytes, or an empty string.

    Args:
        path: The file.
        found: Its format as `sniff.format_of` names it; formats without a cheap test give an empty string.
        size: Its length in bytes.
    """
    test = {"JPEG": _jpeg, "PNG": _png, "WebP": _webp, "BMP": _bmp, "TIFF": _tiff}.get(found)
    if test is None:
        return ""
    with Path(path).open("rb") as file:
        return test(file, size)


def png_exif(path: str | Path) -> bytes | None:
    """Return a PNG file's EXIF data, wherever in the file it lies, or None."""
    with Path(path).open("rb") as file:
        for name, offset, length in _png_chunks(file):
            if name == b"eXIf":
                file.seek(offset)
                return b"Exif\0\0" + file.read(length)
    return None


def jpeg_scan(path: str | Path) -> int:
    """Return where in a JPEG file its first scan begins."""
    with Path(path).open("rb") as file:
        return _jpeg_scan(file, Path(path).stat().st_size)


def _png_chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Yield (name, offset of the data, length of the data) of the chunks whose headers are there."""
    offset = 8
    while True:
        file.seek(offset)
        head = file.read(8)
        if len(head) < 8:
            return
        length, name = struct.unpack(">I4s", head)
        yield name, offset + 8, length
        if name == b"IEND":
            return
        offset += length + 12


def _png(file: BinaryIO, size: int) -> str:
    last = (b"", 0, 0)
    for last in _png_chunks(file):
        if last[1] + last[2] > size:
            break
    name, offset, length = last
    # The checksum behind the last, empty chunk is not missed.
    return "" if name == b"IEND" and offset + length <= size else "it has no end-of-picture mark"


def _jpeg(file: BinaryIO, size: int) -> str:
    file.seek(max(size - 2, 0))
    if file.read(2) == b"\xff\xd9":
        return ""
    start = _jpeg_scan(file, size)
    end = size
    while end > start:
        begin = max(start, end - _STEP)
        file.seek(begin)
        # One byte of the later piece comes along, for a mark on the border.
        if b"\xff\xd9" in file.read(end - begin + 1):
            return ""
        end = begin
    return "it has no end-of-picture mark"


def _jpeg_scan(file: BinaryIO, size: int) -> int:
    """Return where the first scan begins: an embedded thumbnail's end mark lies before it."""
    offset = 2
    while offset + 4 <= size:
        file.seek(offset)
        mark, kind, length = struct.unpack(">BBH", file.read(4))
        if mark != 0xFF:
            break
        if kind == 0xFF:
            offset += 1
            continue
        if kind == 0xDA:
            return offset
        offset += 2 + (0 if kind == 0x01 or 0xD0 <= kind <= 0xD8 else length)
    return min(offset, size)


def _webp(file: BinaryIO, size: int) -> str:
    head = file.read(8)
    wanted = struct.unpack("<I", head[4:])[0] + 8 if len(head) == 8 else size + 1
    return f"it should be {wanted:,} bytes long and is {size:,}" if wanted > size else ""


def _bmp(file: BinaryIO, size: int) -> str:
    head = file.read(34)
    if len(head) < 34:
        return "its header is not whole"
    (start,) = struct.unpack_from("<I", head, 10)
    width, height, _, bits, compression = struct.unpack_from("<iiHHI", head, 18)
    if head[14] == 12 or compression not in (0, 3):
        return ""
    wanted = start + (width * bits + 31) // 32 * 4 * abs(height)
    return f"it should be {wanted:,} bytes long and is {size:,}" if wanted > size else ""


def _tiff(file: BinaryIO, size: int) -> str:
    """Test that the first directory and the values that it points to are there; the pixels are not looked at."""
    head = file.read(16)
    order = "<" if head[:2] == b"II" else ">"
    big = head[2:4] in (b"+\0", b"\0+")
    offset_type, count_type, entry = ("Q", "Q", "HHQ8s") if big else ("I", "H", "HHI4s")
    lacking = "its directory lies behind the end"
    try:
        (start,) = struct.unpack_from(order + offset_type, head, 8 if big else 4)
        file.seek(start)
        (count,) = struct.unpack(order + count_type, file.read(struct.calcsize("=" + count_type)))
        length = struct.calcsize("=" + entry)
        entries = file.read(min(count * length, size))
        if len(file.read(struct.calcsize("=" + offset_type))) < struct.calcsize("=" + offset_type):
            return lacking
        for _, kind, number, value in struct.iter_unpack(order + entry, entries):
            taken = number * _TIFF_TYPES.get(kind, 0)
            if taken > len(value) and struct.unpack(order + offset_type, value)[0] + taken > size:
                return "some of its directory's values lie behind the end"
    except (struct.error, OverflowError):
        return lacking
    return ""

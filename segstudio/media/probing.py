"""What a picture or a video is, from its headers alone."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segstudio.core.errors import MediaError
from segstudio.media.endings import missing_end, png_exif
from segstudio.media.sniff import VIDEO_FORMATS, format_of, name_disagrees, open_head

if TYPE_CHECKING:
    from PIL.Image import Image
    from tifffile import TiffFile

# 1,073,741,824 pixels: 3.2 GB as RGB. 20,000 x 20,000 passes, 60,000 x 60,000 doesn't.
MAX_PIXELS = 1 << 30
# Of the samples of a TIFF file, which may have any number of channels of up to eight bytes: 17 GB.
MAX_BYTES = 1 << 34
_PILLOW = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "JPEG2000", "AVIF", "PPM", "TIFF")
_FETCH_AGAIN = "Copy it from its source again."
_OPENING = threading.Lock()


@dataclass(frozen=True)
class Probe:
    """The headers of one file.

    Args:
        kind: "image" or "video".
        width: In pixels, after `orientation` is applied.
        height: Likewise.
        orientation: The EXIF orientation, 1 to 8 (a video's display matrix in the same numbers).
        frames: 1 for a picture; what a video's container claims, 0 where it doesn't say.
        format: As `sniff` names it: "JPEG", "PNG", "WebP", "BMP", "TIFF", "MP4", "MOV", "MKV", "AVI", "WebM", ...
        size: Of the file, in bytes.
        mode: How pixels are stored: Pillow's mode ("L", "P", "CMYK"), TIFF's photometry, or a video's pixel format.
        bit_depth: Bits a sample.
        note: What a person should know about a file that opens all the same (a wrong extension, further pages).
    """

    kind: str
    width: int
    height: int
    orientation: int
    frames: int
    format: str
    size: int
    mode: str = ""
    bit_depth: int = 8
    note: str = ""


def probe(path: str | Path, *, max_pixels: int = MAX_PIXELS) -> Probe:
    """Read a file's headers; no pixel is decoded.

    A file that stops before its format's end is found without decoding it; damage inside it is not.

    Raises:
        MediaError: With a status; "bomb" for a picture of more than `max_pixels` pixels.
    """
    size, head = open_head(path)
    found = format_of(head)
    if found is None:
        raise MediaError(
            f"This is {_described(head)}, neither a picture nor a video.",
            status="broken" if not head.strip(b"\0") else "mistyped",
            path=path,
            remedy=_FETCH_AGAIN if not head.strip(b"\0") else "Remove it from the list or give it its true extension.",
        )
    if found in ("HEIF", "JPEG XL"):
        raise MediaError(
            f"{found} pictures are not supported.", status="mistyped", path=path, remedy="Convert it to JPEG or PNG."
        )
    if found in VIDEO_FORMATS:
        from segstudio.media.video import probe_video

        return probe_video(path)
    with readable(path, found):
        if lacking := missing_end(path, found, size):
            raise MediaError(f"The file is cut off: {lacking}.", status="truncated", path=path, remedy=_FETCH_AGAIN)
        result = _probe_tiff(path, size) if found == "TIFF" else _probe_pillow(path, size, found)
    check_pixels(path, result.width, result.height, max_pixels)
    return result


def check_pixels(path: str | Path, width: int, height: int, max_pixels: int) -> None:
    """Refuse a picture that would not fit in memory, or that has no pixels, before it is decoded."""
    if width <= 0 or height <= 0:
        raise MediaError(f"The picture says it is {width} x {height} pixels.", path=path, remedy=_FETCH_AGAIN)
    if width * height > max_pixels:
        raise MediaError(
            f"The picture says it is {width:,} x {height:,} pixels; the limit is {max_pixels:,} pixels.",
            status="bomb",
            path=path,
            remedy="Cut it into tiles.",
        )


@contextmanager
def readable(path: str | Path, found: str) -> Iterator[None]:
    """Turn whatever a codec raises into a MediaError with a status."""
    try:
        yield
    except MediaError:
        raise
    except MemoryError as error:
        raise MediaError(
            "The picture does not fit into memory.",
            status="bomb",
            path=path,
            remedy="Close programs, or cut it into tiles.",
        ) from error
    except (PermissionError, FileNotFoundError) as error:
        from segstudio.media.sniff import file_error

        raise file_error(error, path) from error
    except Exception as error:
        # Damaged data make codecs fail in any way there is.
        text = " ".join(str(error).split())[:200] or type(error).__name__
        cut = isinstance(error, EOFError) or "truncat" in text.lower()
        message = "The file is cut off" if cut else f"The {found} file is damaged or of an unsupported kind"
        raise MediaError(
            f"{message}: {text}.", status="truncated" if cut else "broken", path=path, remedy=_FETCH_AGAIN
        ) from error


@contextmanager
def pillow(source: str | Path | BytesIO) -> Iterator[Image]:
    """Open a picture with Pillow, its header only, and close it afterwards.

    Pillow's own limit on pixels is a setting of the process and lower than ours: `check_pixels` replaces it. Filters
    of warnings are shared by all threads, hence the lock.
    """
    from PIL import Image

    with source if isinstance(source, BytesIO) else Path(source).open("rb") as file:
        with _OPENING, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            Image.MAX_IMAGE_PIXELS = None
            image = Image.open(file, formats=_PILLOW)
        with image:
            yield image


@contextmanager
def tiff(path: str | Path) -> Iterator[TiffFile]:
    """Open a TIFF file, its first directory only, and close it afterwards."""
    import logging

    from tifffile import TiffFile

    logging.getLogger("tifffile").setLevel(logging.CRITICAL)
    with TiffFile(path) as file:
        yield file


def _described(head: bytes) -> str:
    """Say in a few words what unknown bytes look like."""
    if not head.strip(b"\0"):
        return "a file of zeros"
    for magic, name in ((b"%PDF", "a PDF document"), (b"PK\x03\x04", "a ZIP archive"), (b"<svg", "an SVG drawing")):
        if head.startswith(magic):
            return name
    try:
        # A multi-byte character may be cut at the end of what was read.
        text = head.decode("utf-8", errors="strict" if len(head) < 4000 else "ignore")
    except UnicodeDecodeError:
        return "a file of an unknown kind"
    if "\0" in text:
        return "a file of an unknown kind"
    return "a web page" if text.lstrip().lower().startswith(("<!doctype html", "<html")) else "a text file"


def _probe_pillow(path: str | Path, size: int, found: str) -> Probe:
    with pillow(path) as image:
        orientation = _pillow_orientation(path, image, found)
        width, height = image.size if orientation < 5 else image.size[::-1]
        several = found != "JPEG" and getattr(image, "is_animated", False)
        notes = (name_disagrees(path, found), "Only the first of its frames is shown." if several else "")
        return Probe(
            kind="image",
            width=width,
            height=height,
            orientation=orientation,
            frames=1,
            format=found,
            size=size,
            mode=image.mode,
            bit_depth=_pillow_depth(path, image.mode, found),
            note=" ".join(note for note in notes if note),
        )


def _pillow_orientation(path: str | Path, image: Any, found: str) -> int:
    from PIL import Image

    if found == "PNG":
        # Pillow would decode the whole picture to look for EXIF data behind it.
        data = png_exif(path)
        exif = Image.Exif()
        if data:
            exif.load(data)
    else:
        exif = image.getexif()
    value = exif.get(274, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _pillow_depth(path: str | Path, mode: str, found: str) -> int:
    if found == "PNG":
        with Path(path).open("rb") as file:
            return file.read(25)[24]
    return {"1": 1, "I;16": 16, "I;16B": 16, "I;16L": 16, "I": 32, "F": 32}.get(mode, 8)


def _probe_tiff(path: str | Path, size: int) -> Probe:
    with tiff(path) as file:
        page: Any = file.pages.first
        tag = page.tags.get(274)
        orientation = tag.value if tag is not None and tag.value in range(1, 9) else 1
        width, height = int(page.imagewidth), int(page.imagelength)
        if orientation >= 5:
            width, height = height, width
        wanted = zip(page.dataoffsets, page.databytecounts, strict=False)
        if max((offset + count for offset, count in wanted), default=0) > size:
            raise EOFError("some of its pixels lie behind the end")
        taken = width * height * int(page.samplesperpixel) * int(page.bitspersample) // 8
        if taken > MAX_BYTES:
            raise MediaError(
                f"The picture says its samples take {taken:,} bytes; the limit is {MAX_BYTES:,} bytes.",
                status="bomb",
                path=path,
                remedy="Cut it into tiles.",
            )
        notes = [name_disagrees(path, "TIFF")]
        try:
            file.pages[1]
            notes.append("Only the first of its pages is shown.")
        except IndexError:
            pass
        return Probe(
            kind="image",
            width=width,
            height=height,
            orientation=orientation,
            frames=1,
            format="TIFF",
            size=size,
            mode=getattr(page.photometric, "name", str(page.photometric)),
            bit_depth=int(page.bitspersample),
            note=" ".join(note for note in notes if note),
        )

"""Small versions of pictures and videos, made on demand and kept on disk."""

from __future__ import annotations

import hashlib
import itertools
import os
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np

from segstudio.core.media import Media
from segstudio.media import pixels
from segstudio.media.folders import resolve
from segstudio.media.images import read_image
from segstudio.media.probing import Probe, check_pixels, pillow, probe, readable
from segstudio.media.sniff import file_error

CACHE_BYTES = 1 << 30
_PRUNE_EVERY = 2000
_stored = itertools.count(1)


def default_cache() -> Path:
    """Return the folder where thumbnails are kept: in $SEGSTUDIO_CACHE, or in the user's cache."""
    from platformdirs import user_cache_path

    own = os.environ.get("SEGSTUDIO_CACHE")
    return (Path(own) if own else user_cache_path("segstudio", appauthor=False)) / "thumbnails"


def thumbnail(
    source: str | Path | Media, size: int = 128, *, root: str | Path = ".", cache: str | Path | None = None
) -> np.ndarray:
    """Return a picture, or the first frame of a video, in small; safe to call from any thread.

    Args:
        source: A file, or a media entry below `root`.
        size: The longer side in pixels; smaller pictures stay as they are.
        root: The project's media folder.
        cache: A folder where thumbnails are kept between runs (`default_cache()`), or None for none. A kept one is used
            while the file's time and size are the same; one that cannot be read is made again.

    Returns:
        uint8 RGB (h, w, 3), upright, C-contiguous.

    Raises:
        MediaError: As `read_image` and `Video`.
    """
    path = resolve(source, root) if isinstance(source, Media) else Path(source).absolute()
    if cache is None:
        return _make(path, size)
    kept = _place(path, size, Path(cache))
    if (small := _load(kept, size)) is not None:
        return small
    small = _make(path, size)
    _store(kept, small)
    # Now and then, in whichever thread it falls to: pruning reads the folder through.
    if next(_stored) % _PRUNE_EVERY == 0:
        prune(Path(cache))
    return small


def prune(cache: Path, limit: int = CACHE_BYTES) -> None:
    """Delete the oldest thumbnails until those left take at most `limit` bytes together."""
    files: list[tuple[int, int, Path]] = []
    for file in cache.glob("*/*.jpg"):
        with suppress(OSError):
            status = file.stat()
            files.append((status.st_mtime_ns, status.st_size, file))
    total = sum(size for _, size, _ in files)
    for _, size, file in sorted(files):
        if total <= limit:
            return
        with suppress(OSError):
            file.unlink()
            total -= size


def _make(path: Path, size: int) -> np.ndarray:
    info = probe(path)
    if info.kind == "video":
        from segstudio.media.video import first_frame

        return _shrunk(first_frame(path), size)
    if info.format == "JPEG" and info.mode in ("RGB", "L"):
        return _draft(path, info, size)
    return _shrunk(read_image(path).small(2 * size), size)


def _draft(path: Path, info: Probe, size: int) -> np.ndarray:
    """Decode a JPEG at an eighth, a quarter or a half of its size, whichever still is twice the thumbnail's."""
    with readable(path, info.format), pillow(path) as image:
        image.draft(None, (2 * size, 2 * size))
        image.thumbnail((size, size), reducing_gap=2.0)
        small = np.array(image.convert("RGB"))
    return pixels.upright(small, info.orientation)


def _shrunk(rgb: np.ndarray, size: int) -> np.ndarray:
    from PIL import Image

    image = Image.fromarray(rgb)
    image.thumbnail((size, size), reducing_gap=2.0)
    return np.array(image)


def _place(path: Path, size: int, cache: Path) -> Path:
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise file_error(error, path) from error
    key = f"{path}\0{status.st_mtime_ns}\0{status.st_size}\0{size}"
    name = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
    return cache / name[:2] / f"{name[2:40]}.jpg"


def _load(kept: Path, size: int) -> np.ndarray | None:
    from PIL import Image

    try:
        with Image.open(kept, formats=("JPEG",)) as image:
            check_pixels(kept, *image.size, size * size)
            return np.array(image.convert("RGB"))
    except Exception:
        # Whatever is wrong with it, it can be made again.
        return None


def _store(kept: Path, small: np.ndarray) -> None:
    """Keep a thumbnail; a full disk or a read-only cache only means that it is made again next time."""
    from PIL import Image

    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=kept.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                Image.fromarray(small).save(file, "JPEG", quality=90, subsampling=0)
            Path(name).replace(kept)
        except OSError:
            Path(name).unlink()

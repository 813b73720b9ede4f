"""The samples of a TIFF file, window by window: only the tiles or strips that a window touches are read and decoded."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from segstudio.core.spans import Window

# Bytes of decoded tiles that are kept; of strips, which reach over the whole width, three times as much.
KEPT = 64 << 20
# A tile or strip of more bytes than this can't be decoded by itself.
LARGEST = 64 << 20
_PHOTOMETRY = ("MINISWHITE", "MINISBLACK", "RGB", "PALETTE", "SEPARATED")


class Strips:
    """A page of a TIFF file.

    All methods may be called from any thread. The file is opened for each window and closed again.

    Args:
        path: The file.
        page: The opened file's page, a `tifffile.TiffPage`; `divisible` says that it can be read so.

    Attributes:
        width, height: As stored, before the picture is turned upright.
    """

    def __init__(self, path: str | Path, page: Any) -> None:
        self._path = Path(path)
        self.width, self.height = int(page.imagewidth), int(page.imagelength)
        self._samples = int(page.samplesperpixel)
        self._offsets, self._counts = tuple(page.dataoffsets), tuple(page.databytecounts)
        self._plain = _plain(page)
        rows = min(int(page.rowsperstrip), self.height)
        self._block = (int(page.tilewidth), int(page.tilelength)) if page.is_tiled else (self.width, rows)
        self._stored = np.dtype(page.parent.byteorder + np.dtype(page.dtype).char) if self._plain else None
        self._dtype = np.dtype(page.dtype)
        jpeg = int(page.compression) in (6, 7, 34892, 33007)
        self._extra = {"jpegtables": page.jpegtables, "jpegheader": page.jpegheader} if jpeg else {}
        self._decode = page.decode
        self._nodata = page.nodata
        self._lock = threading.Lock()
        self._room = KEPT if page.is_tiled else 3 * KEPT
        # Two threads that look at neighbours need the same strips: one decodes them.
        self._one = threading.Lock() if not page.is_tiled else nullcontext()
        self._kept: OrderedDict[int, np.ndarray] = OrderedDict()
        self._held = 0

    def read(self, window: Window) -> np.ndarray:
        """Return the samples of a window of the stored picture, (h, w) or (h, w, c), in the file's type.

        Raises:
            Exception: Whatever the codec or the system says of damaged data, see `probing.readable`.
        """
        left, top, right, bottom = window
        shape = (bottom - top, right - left, self._samples)
        out = np.empty(shape, self._dtype)
        with self._path.open("rb") as file:
            if self._plain:
                self._read_rows(file, window, out)
            else:
                for number, x, y in self._touched(window):
                    with self._one:
                        block = self._block_of(file, number)
                    x0, y0 = max(x, left), max(y, top)
                    x1, y1 = min(x + block.shape[1], right), min(y + block.shape[0], bottom)
                    out[y0 - top : y1 - top, x0 - left : x1 - left] = block[y0 - y : y1 - y, x0 - x : x1 - x]
        return out if self._samples > 1 else out[:, :, 0]

    def forget(self) -> None:
        """Give up the decoded tiles and strips that are kept."""
        with self._lock:
            self._kept.clear()
            self._held = 0

    def _read_rows(self, file: BinaryIO, window: Window, out: np.ndarray) -> None:
        """Read uncompressed rows from where they stand."""
        assert self._stored is not None
        left, top, right, bottom = window
        pixel = self._samples * self._stored.itemsize
        whole = left == 0 and right == self.width
        y = top
        while y < bottom:
            strip, row = divmod(y, self._block[1])
            rows = min(self._block[1] - row, bottom - y) if whole else 1
            file.seek(self._offsets[strip] + (row * self.width + left) * pixel)
            data = file.read(rows * (right - left) * pixel)
            if len(data) < rows * (right - left) * pixel:
                raise EOFError("some of its pixels lie behind the end")
            out[y - top : y - top + rows] = np.frombuffer(data, self._stored).reshape(rows, right - left, -1)
            y += rows

    def _touched(self, window: Window) -> Iterator[tuple[int, int, int]]:
        """Yield (number, x, y) of the tiles or strips that a window touches."""
        left, top, right, bottom = window
        w, h = self._block
        across = -(-self.width // w)
        for j in range(top // h, -(-bottom // h)):
            for i in range(left // w, -(-right // w)):
                yield j * across + i, i * w, j * h

    def _block_of(self, file: BinaryIO, number: int) -> np.ndarray:
        """Return a decoded tile or strip, (h, w, c)."""
        with self._lock:
            if (found := self._kept.get(number)) is not None:
                self._kept.move_to_end(number)
                return found
        offset, count = self._offsets[number], self._counts[number]
        file.seek(offset)
        data = file.read(count)
        if len(data) < count:
            raise EOFError("some of its pixels lie behind the end")
        found, _, shape = self._decode(data or None, number, **self._extra)
        block = found[0] if found is not None else np.full(shape[1:], self._nodata, self._dtype)
        with self._lock:
            if number not in self._kept:
                self._kept[number] = block
                self._held += block.nbytes
            while self._held > self._room and len(self._kept) > 1:
                self._held -= self._kept.popitem(last=False)[1].nbytes
        return block


def _plain(page: Any) -> bool:
    """Return whether rows stand in the file as they are in memory."""
    whole = int(page.bitspersample) in (8, 16, 32, 64)
    stored = int(page.compression) == 1 and int(page.predictor) == 1 and int(page.fillorder) == 1
    return stored and whole and not page.is_tiled


def divisible(page: Any) -> bool:
    """Return whether a page of a TIFF file can be read by windows."""
    if int(page.planarconfig or 1) != 1 and int(page.samplesperpixel) > 1:
        return False
    photometry, jpeg = getattr(page.photometric, "name", ""), getattr(page.compression, "name", "") == "JPEG"
    if photometry not in _PHOTOMETRY and not (photometry == "YCBCR" and jpeg):
        return False
    if page.dtype is None or np.dtype(page.dtype).kind not in "biuf" or int(page.imagedepth) != 1:
        return False
    if _plain(page):
        return True
    pixels = page.tilewidth * page.tilelength if page.is_tiled else page.imagewidth * page.rowsperstrip
    return int(pixels) * int(page.samplesperpixel) * np.dtype(page.dtype).itemsize <= LARGEST

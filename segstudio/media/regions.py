"""Pictures too large to hold: read by regions, from a small copy where that is fine enough, else from the file.

A copy that fits in memory is made once, in one pass over the file. A region that needs more detail decodes the tiles or
strips that it touches.
"""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from segstudio.core import spans
from segstudio.media import pixels
from segstudio.media.pixels import Alpha
from segstudio.media.probing import Probe, readable, tiff
from segstudio.media.render import Values, render, tiff_values
from segstudio.media.strips import Strips, divisible

# A TIFF of more pixels is read by regions: 8192 x 8192 is still read whole.
LARGE = 1 << 26
# Pixels of the copy that is held.
COPY = 3 << 23
_BAND = 32 << 20  # bytes that are decoded at a time while the copy is made
_SAMPLE = 1 << 20


class Samples:
    """The samples of one file, upright, by windows, and a small copy of them.

    Attributes:
        path: Of the file.
        width, height: Upright.
        base: The copy has one pixel for 2**base x 2**base of the picture's.
        copy: Their means, in the file's type, with alpha last where there is one.
        hint: Values that `pixels.auto_window` chooses from as it would from the whole.
    """

    def __init__(self, path: str | Path, info: Probe) -> None:
        self.path, self._info = path, info
        self.width, self.height = info.width, info.height
        with tiff(path) as file:
            page = file.pages.first
            # What is needed of the page is read before the file is closed.
            self._strips, self._page = Strips(path, page), page
            self._photometry = getattr(page.photometric, "name", "")
            _ = page.colormap, page.extrasamples
        self.base = 0
        while -(-self.width >> self.base) * -(-self.height >> self.base) > COPY:
            self.base += 1
        self.copy, self.hint = self._shrunk()

    @property
    def nbytes(self) -> int:
        """What is held."""
        return self.copy.array.nbytes

    def read(self, window: spans.Window) -> Values:
        """Return the samples of a window, upright."""
        place = stored_window(window, self._info.orientation, self._strips.width, self._strips.height)
        values = self._stored(place)
        return Values(pixels.upright(values.array, self._info.orientation), values.alpha)

    def _stored(self, place: spans.Window) -> Values:
        array = self._read(place)
        with readable(self.path, "TIFF"):
            return tiff_values(self._page, self._photometry, array)

    def _read(self, place: spans.Window) -> np.ndarray:
        with readable(self.path, "TIFF"):
            return self._strips.read(place)

    def _shrunk(self) -> tuple[Values, np.ndarray]:
        """Return the small copy and the hint, in one pass over the file."""
        width, height, side = self._strips.width, self._strips.height, 1 << self.base
        _, across, down = turn(self._info.orientation)
        # Blocks are counted from the upright picture's top left corner.
        left, top = -width % side if across else 0, -height % side if down else 0
        row = self._read((0, 0, width, 1))
        rows = max(_BAND // row.nbytes // side, 1) * side
        step = max(1, row.size * height // _SAMPLE)
        copy, alpha, hints, taken = row, False, [], 0
        for y in range(-top, height, rows):
            values = self._stored((0, max(y, 0), width, min(y + rows, height)))
            array, alpha = values.array, values.alpha
            plain = array[:, :, :-1] if alpha else array
            if plain.ndim == 3 and plain.shape[2] > 1 and plain.dtype.kind == "u":
                # Of several channels, the greatest value is asked for; of bytes, nothing.
                most = 0 if plain.dtype == np.uint8 else plain.max()
                hints.append(np.full((1, 1, 3), most, plain.dtype))
            else:
                hints.append(plain.ravel()[-taken % step :: step].copy())
                taken += plain.size
            small = reduced(array, side, left, -y if y < 0 else 0)
            if y == -top:
                copy = np.empty((-(-(height + top) // side), *small.shape[1:]), small.dtype)
            copy[(y + top) // side :][: len(small)] = small
        self._strips.forget()
        return Values(pixels.upright(copy, self._info.orientation), alpha), np.concatenate(hints)


def turn(orientation: int) -> tuple[bool, bool, bool]:
    """Return whether an EXIF orientation exchanges rows and columns, mirrors the stored columns, the stored rows."""
    return orientation >= 5, orientation in (2, 3, 7, 8), orientation in (3, 4, 6, 7)


def stored_window(window: spans.Window, orientation: int, width: int, height: int) -> spans.Window:
    """Return where a window of the upright picture lies in the stored one of width x height."""
    turned, across, down = turn(orientation)
    left, top, right, bottom = window
    if turned:
        left, top, right, bottom = top, left, bottom, right
    if across:
        left, right = width - right, width - left
    if down:
        top, bottom = height - bottom, height - top
    return left, top, right, bottom


def reduced(array: np.ndarray, side: int, left: int = 0, top: int = 0) -> np.ndarray:
    """Return the means of blocks of side x side samples, in the array's type; cut blocks are means of what they have.

    Args:
        array: (h, w) or (h, w, c).
        left, top: Columns and rows that the first blocks lack.
    """
    if side == 1:
        return array
    from PIL import Image

    if array.dtype == np.uint8 and not left and not top and (array.ndim == 2 or array.shape[2] == 3):
        return np.asarray(Image.fromarray(array).reduce(side))
    h, w = array.shape[:2]
    below, right = -(h + top) % side, -(w + left) % side
    more = ((top, below), (left, right)) + ((0, 0),) * (array.ndim - 2)
    wide = np.pad(array, more, "edge") if below or right or left or top else array
    kind = {"f": np.float64, "u": np.uint32 if array.itemsize < 4 else np.uint64}.get(array.dtype.kind, np.int64)
    wide = wide.reshape(wide.shape[0] // side, side, -1).sum(axis=1, dtype=kind)
    wide = wide.reshape(len(wide), (w + left + right) // side, side, *array.shape[2:]).sum(axis=2, dtype=kind)
    if kind is np.float64:
        return (wide / side**2).astype(array.dtype)
    return ((wide + kind(side**2 // 2)) // kind(side**2)).astype(array.dtype)


_open: weakref.WeakValueDictionary[tuple[str, int, int], Samples] = weakref.WeakValueDictionary()
_opening = threading.Lock()


def samples_of(path: str | Path, info: Probe) -> Samples:
    """Return a file's samples; those that are still in use are not read again."""
    status = Path(path).stat()
    key = (str(path), status.st_mtime_ns, status.st_size)
    with _opening:
        found = _open.get(key)
        if found is None:
            found = _open[key] = Samples(path, info)
        return found


def by_regions(path: str | Path, info: Probe) -> bool:
    """Return whether a picture is so large that it is read by regions, and can be."""
    if info.format != "TIFF" or info.width * info.height <= LARGE:
        return False
    with readable(path, info.format), tiff(path) as file:
        return divisible(file.pages.first)


@dataclass(frozen=True, eq=False)
class Regions:
    """A picture that is never held whole, as uint8 RGB.

    Args:
        samples: Where it comes from.
        window: The (lo, hi) of values that are shown as black and white; None for samples of 8 bits.
        alpha: What is done with transparent pixels.
        copies: The picture in small: uint8 RGB, copy i has one pixel for 2**(base + i) squared.
    """

    samples: Samples
    window: pixels.Window | None
    alpha: Alpha
    copies: tuple[np.ndarray, ...]

    @property
    def width(self) -> int:
        return self.samples.width

    @property
    def height(self) -> int:
        return self.samples.height

    @property
    def base(self) -> int:
        """The first halving that is held."""
        return self.samples.base

    @property
    def deepest(self) -> int:
        """The last halving that is held."""
        return self.base + len(self.copies) - 1

    @property
    def nbytes(self) -> int:
        held = sum(copy.nbytes for copy in self.copies)
        # Of plain samples, the first copy is the samples' own.
        return held if np.may_share_memory(self.samples.copy.array, self.copies[0]) else held + self.samples.nbytes

    def size(self, level: int) -> tuple[int, int]:
        """Return (width, height) of the picture halved so many times."""
        return -(-self.width >> level), -(-self.height >> level)

    def read(self, window: spans.Window, level: int = 0) -> np.ndarray:
        """Return a window of the picture halved `level` times, in its pixels, uint8 RGB (h, w, 3).

        Raises:
            MediaError: The file is gone or damaged.
        """
        left, top, right, bottom = window
        if level >= self.base:
            return self.copies[level - self.base][top:bottom, left:right]
        side = 1 << level
        wide = (left * side, top * side, min(right * side, self.width), min(bottom * side, self.height))
        values = self.samples.read(wide)
        with readable(self.samples.path, "TIFF"):
            return reduced(render(values, self.window, self.alpha)[0], side)


def open_regions(path: str | Path, info: Probe, window: pixels.Window | None = None) -> Regions:
    """Open a picture that is read by regions; one pass over the file makes its small copies.

    Raises:
        MediaError: As `images.read_image`.
    """
    samples = samples_of(path, info)
    with readable(path, info.format):
        if window is None and samples.hint.dtype != np.uint8:
            window = pixels.auto_window(samples.hint)
        first, alpha, window = render(samples.copy, window)
        copies = [first]
        while max(copies[-1].shape[:2]) > 512:
            copies.append(reduced(copies[-1], 2))
    return Regions(samples, window, alpha, tuple(copies))

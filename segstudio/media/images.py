"""Reading pictures.

The shown picture is always uint8 RGB, upright. Colour profiles are not applied: models were trained on the plain
samples, and what a person sees is what a model gets. Transparent pixels are laid over white. Of several frames or
pages, the first is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from segstudio.core import spans
from segstudio.core.errors import MediaError
from segstudio.media import pixels
from segstudio.media.endings import jpeg_scan
from segstudio.media.pixels import Alpha, Window
from segstudio.media.probing import MAX_PIXELS, Probe, pillow, probe, readable, tiff
from segstudio.media.regions import Regions, by_regions, open_regions
from segstudio.media.render import Values, render, tiff_values


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture.

    Args:
        source: uint8 (h, w, 3), C-contiguous, upright. Caches share it: copy it before writing to it. Of a picture too
            large to hold, `Regions`.
        orientation: The EXIF orientation (1 to 8) that was applied.
        mode: How the file stores pixels, see `Probe.mode`.
        bit_depth: Bits a sample in the file.
        alpha: "none" (no transparent pixel), "composited" (over white), or "ignored" (transparent everywhere).
        window: The (lo, hi) of the file's values that became 0 and 255; None for samples of 8 bits or less.
        note: What a person should know, see `Probe.note`.
    """

    source: np.ndarray | Regions
    orientation: int = 1
    mode: str = "RGB"
    bit_depth: int = 8
    alpha: Alpha = "none"
    window: Window | None = None
    note: str = ""

    @property
    def rgb(self) -> np.ndarray:
        """uint8 (h, w, 3), upright; a picture that is too large to hold is decoded whole each time."""
        return self.source if isinstance(self.source, np.ndarray) else self.region((0, 0, self.width, self.height))

    @property
    def divided(self) -> bool:
        """Whether it is read by regions, because it is too large to hold."""
        return not isinstance(self.source, np.ndarray)

    @property
    def width(self) -> int:
        return self.source.shape[1] if isinstance(self.source, np.ndarray) else self.source.width

    @property
    def height(self) -> int:
        return self.source.shape[0] if isinstance(self.source, np.ndarray) else self.source.height

    @property
    def nbytes(self) -> int:
        """What is held in memory."""
        return self.source.nbytes

    def region(self, window: spans.Window) -> np.ndarray:
        """Return the pixels of a window that lies inside the picture, uint8 (h, w, 3); not to be written to.

        Raises:
            MediaError: Of a picture that is read by regions: the file is gone or damaged.
        """
        if isinstance(self.source, np.ndarray):
            return self.source[window[1] : window[3], window[0] : window[2]]
        return self.source.read(window)

    def small(self, side: int) -> np.ndarray:
        """Return it, or a smaller copy that is at hand and whose longer side is at least `side` pixels, uint8 RGB."""
        if isinstance(self.source, np.ndarray):
            return self.source
        return next((c for c in reversed(self.source.copies) if max(c.shape[:2]) >= side), self.source.copies[0])


def read_image(path: str | Path, *, max_pixels: int = MAX_PIXELS, window: Window | None = None) -> Picture:
    """Read a picture: decode it, or, of one that is too large and can be read by regions, make a small copy.

    Args:
        path: The file. A true picture under a wrong extension is read; `Picture.note` says so.
        max_pixels: A picture of more pixels is refused before it is decoded.
        window: The (lo, hi) of values shown as black and white, for samples of more than 8 bits;
            by default `pixels.auto_window` chooses.

    Raises:
        MediaError: With `status` "missing", "empty", "truncated", "mistyped", "bomb" or "broken".
    """
    info = _probe_picture(path, max_pixels)
    if by_regions(path, info):
        source = open_regions(path, info, window)
        return Picture(source, info.orientation, info.mode, info.bit_depth, source.alpha, source.window, info.note)
    values = _decode(path, info)
    with readable(path, info.format):
        rgb, alpha, used = render(values, window)
    return Picture(rgb, info.orientation, info.mode, info.bit_depth, alpha, used, info.note)


def read_values(path: str | Path, *, max_pixels: int = MAX_PIXELS) -> np.ndarray:
    """Return the samples of a picture as they are stored, upright: (h, w) or (h, w, c), unwindowed, in the file's type.

    Palettes are looked up, inks become RGB, and 1-bit pictures are 0 and 255. An alpha channel comes last.

    Raises:
        MediaError: As `read_image`.
    """
    return read_samples(path, max_pixels=max_pixels).array


def read_samples(path: str | Path, *, max_pixels: int = MAX_PIXELS) -> Values:
    """Return what `read_values` does, and whether the last channel is alpha.

    Raises:
        MediaError: As `read_image`.
    """
    return _decode(path, _probe_picture(path, max_pixels))


def _probe_picture(path: str | Path, max_pixels: int) -> Probe:
    info = probe(path, max_pixels=max_pixels)
    if info.kind != "image":
        raise MediaError(
            f"This is {info.format} video, not a picture.", status="mistyped", path=path, remedy="Open it as a video."
        )
    return info


def _decode(path: str | Path, info: Probe) -> Values:
    with readable(path, info.format):
        if info.format == "TIFF":
            values = _decode_tiff(path, info.orientation)
        elif info.format == "PNG" and info.bit_depth == 16:
            values = _decode_png16(path, info.orientation)
        else:
            values = _decode_pillow(path, info.orientation)
    height, width = values.array.shape[:2]
    if (height, width) != (info.height, info.width):
        raise MediaError(
            f"The header says {info.width} x {info.height} pixels, the data {width} x {height}.",
            path=path,
        )
    return values


def _decode_pillow(path: str | Path, orientation: int) -> Values:
    with pillow(path) as image:
        # Pillow turns TIFF pictures by itself while it loads them.
        turned = image.format == "TIFF"
        image.load()
        alpha = image.has_transparency_data
        if alpha:
            shown = image.convert("RGBA")
        elif image.mode == "1":
            shown = image.convert("L")
        elif image.mode in ("L", "RGB", "I", "F") or image.mode.startswith("I;16"):
            shown = image
        else:
            shown = image.convert("RGB")
        # A copy, because a view of Pillow's bytes can't be written to, and torch warns of such arrays.
        array = np.array(shown)
        if image.format in ("JPEG", "MPO") and _grey_end(path, array):
            raise EOFError("the lower part of the picture is missing")
        return Values(pixels.upright(array, 1 if turned else orientation), alpha)


def _grey_end(path: str | Path, array: np.ndarray) -> bool:
    """Tell whether a JPEG's last rows are missing although its end mark is there, as repaired files have it.

    The decoder makes missing blocks mid-grey without a word. A picture that truly ends in mid-grey doesn't change when
    more data follow its own; one that lacks blocks takes them for its own.
    """
    if not (array[-1] == 128).all():
        return False
    with Path(path).open("rb") as file:
        data = file.read()
    end = data.find(b"\xff\xd9", jpeg_scan(path))
    with pillow(BytesIO(data[:end] + bytes(4096) + data[end:])) as longer:
        return not np.array_equal(np.asarray(longer.convert("L" if array.ndim == 2 else "RGB")), array)


def _decode_png16(path: str | Path, orientation: int) -> Values:
    """Decode a PNG of 16 bits, of which Pillow keeps eight when there are several channels."""
    import imagecodecs

    array = imagecodecs.png_decode(Path(path).read_bytes())
    return Values(pixels.upright(array, orientation), array.ndim == 3 and array.shape[2] in (2, 4))


def _decode_tiff(path: str | Path, orientation: int) -> Values:
    with tiff(path) as file:
        page: Any = file.pages.first
        photometry = getattr(page.photometric, "name", "")
        jpeg = getattr(page.compression, "name", "") == "JPEG"
        if photometry in ("MINISWHITE", "MINISBLACK", "RGB", "PALETTE", "SEPARATED") or (
            photometry == "YCBCR" and jpeg
        ):
            array = page.asarray()
            if page.axes.startswith("S"):
                array = np.moveaxis(array, 0, -1)
            if array.ndim not in (2, 3) or array.dtype.kind not in "biuf":
                raise ValueError(f"pixels of shape {page.shape} and type {page.dtype}")
            values = tiff_values(page, photometry, array)
            return Values(pixels.upright(values.array, orientation), values.alpha)
    return _decode_pillow(path, orientation)

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

from segstudio.core.errors import MediaError
from segstudio.media import pixels
from segstudio.media.endings import jpeg_scan
from segstudio.media.pixels import Alpha, Window
from segstudio.media.probing import MAX_PIXELS, Probe, pillow, probe, readable, tiff


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture.

    Args:
        rgb: uint8 (h, w, 3), C-contiguous, upright. Caches share it: copy it before writing to it.
        orientation: The EXIF orientation (1 to 8) that was applied.
        mode: How the file stores pixels, see `Probe.mode`.
        bit_depth: Bits a sample in the file.
        alpha: "none" (no transparent pixel), "composited" (over white), or "ignored" (transparent everywhere).
        window: The (lo, hi) of the file's values that became 0 and 255; None for samples of 8 bits or less.
        note: What a person should know, see `Probe.note`.
    """

    rgb: np.ndarray
    orientation: int = 1
    mode: str = "RGB"
    bit_depth: int = 8
    alpha: Alpha = "none"
    window: Window | None = None
    note: str = ""

    @property
    def width(self) -> int:
        return self.rgb.shape[1]

    @property
    def height(self) -> int:
        return self.rgb.shape[0]

    @property
    def nbytes(self) -> int:
        return self.rgb.nbytes


@dataclass(frozen=True, eq=False)
class Values:
    """The samples of a file, upright: (h, w) or (h, w, c) in the file's type, and whether the last channel is alpha."""

    array: np.ndarray
    alpha: bool = False


def read_image(path: str | Path, *, max_pixels: int = MAX_PIXELS, window: Window | None = None) -> Picture:
    """Decode a picture.

    Args:
        path: The file. A true picture under a wrong extension is read; `Picture.note` says so.
        max_pixels: A picture of more pixels is refused before it is decoded.
        window: The (lo, hi) of values shown as black and white, for samples of more than 8 bits;
            by default `pixels.auto_window` chooses.

    Raises:
        MediaError: With `status` "missing", "empty", "truncated", "mistyped", "bomb" or "broken".
    """
    info = _probe_picture(path, max_pixels)
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
    return _decode(path, _probe_picture(path, max_pixels)).array


def render(values: Values, window: Window | None = None) -> tuple[np.ndarray, Alpha, Window | None]:
    """Return (uint8 RGB (h, w, 3), what became of alpha, the window used or None) of raw samples."""
    array, alpha = values.array, None
    if values.alpha:
        array, alpha = array[:, :, :-1], array[:, :, -1]
        if array.shape[2] == 1:
            array = array[:, :, 0]
    if array.dtype == np.uint8:
        window = None
    else:
        window = window or pixels.auto_window(array)
        array = pixels.to_uint8(array, window)
    rgb = pixels.to_rgb(array)
    if alpha is None:
        return rgb, "none", window
    top = float(np.iinfo(alpha.dtype).max) if alpha.dtype.kind in "iu" else 1.0
    rgb, became = pixels.over_white(rgb, alpha if alpha.dtype == np.uint8 else pixels.to_uint8(alpha, (0.0, top)))
    return rgb, became, window


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
            values = _tiff_values(page, photometry, array)
            return Values(pixels.upright(values.array, orientation), values.alpha)
    return _decode_pillow(path, orientation)


def _tiff_values(page: Any, photometry: str, array: np.ndarray) -> Values:
    """Bring one TIFF page's samples to grey or RGB, 0 black, with alpha last where there is one."""
    bits = int(page.bitspersample)
    if photometry == "PALETTE" and array.ndim == 2:
        colors = np.asarray(page.colormap)
        # By the standard colours have 16 bits; some writers store 8.
        colors = (colors >> 8 if colors.max(initial=0) > 255 else colors).astype(np.uint8)
        return Values(colors.T[array.astype(np.intp)])
    if array.dtype == bool:
        array = array.astype(np.uint8) * 255
    elif array.dtype == np.uint8 and bits < 8:
        array = (array.astype(np.uint16) * 255 // (2**bits - 1)).astype(np.uint8)
    if photometry == "MINISWHITE" and array.dtype.kind == "u":
        array = (255 if array.dtype == np.uint8 else 2**bits - 1) - array
    extra = [int(kind) for kind in page.extrasamples]
    alpha = array.ndim == 3 and any(kind in (1, 2) for kind in extra[:1])
    base = array.shape[2] - len(extra) if array.ndim == 3 else 1
    if photometry == "SEPARATED" and base == 4 and array.dtype.kind == "u":
        rest = array[:, :, 4:5] if alpha else array[:, :, :0]
        return Values(np.concatenate([pixels.inks_to_rgb(array[:, :, :4]), rest], axis=2), alpha)
    if not alpha:
        return Values(array)
    array = array[:, :, : base + 1]
    return Values(pixels.unpremultiplied(array) if extra[0] == 1 else array, True)

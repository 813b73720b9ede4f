"""From samples as a file stores them to the uint8 RGB that is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from segstudio.media import pixels
from segstudio.media.pixels import Alpha, Window


@dataclass(frozen=True, eq=False)
class Values:
    """The samples of a file, upright: (h, w) or (h, w, c) in the file's type, and whether the last channel is alpha."""

    array: np.ndarray
    alpha: bool = False


def render(
    values: Values, window: Window | None = None, alpha: Alpha | None = None
) -> tuple[np.ndarray, Alpha, Window | None]:
    """Return (uint8 RGB (h, w, 3), what became of alpha, the window used or None) of raw samples.

    Args:
        window: The (lo, hi) shown as black and white, chosen by `pixels.auto_window` for None.
        alpha: What is done with transparent pixels; None looks whether there are any.
    """
    array, opacity = values.array, None
    if values.alpha:
        array, opacity = array[:, :, :-1], array[:, :, -1]
        if array.shape[2] == 1:
            array = array[:, :, 0]
    if array.dtype == np.uint8:
        window = None
    else:
        window = window or pixels.auto_window(array)
        array = pixels.to_uint8(array, window)
    rgb = pixels.to_rgb(array)
    if opacity is None or alpha in ("none", "ignored"):
        return rgb, alpha or "none", window
    top = float(np.iinfo(opacity.dtype).max) if opacity.dtype.kind in "iu" else 1.0
    opacity = opacity if opacity.dtype == np.uint8 else pixels.to_uint8(opacity, (0.0, top))
    if alpha is not None:
        return pixels.over_white(rgb, opacity), alpha, window
    alpha = pixels.use_of(opacity)
    return pixels.over_white(rgb, opacity) if alpha == "composited" else rgb, alpha, window


def tiff_values(page: Any, photometry: str, array: np.ndarray) -> Values:
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

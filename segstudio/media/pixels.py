"""From a file's samples to the uint8 RGB that is shown: orientation, windows, inks, transparency."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

Alpha = Literal["none", "composited", "ignored"]
Window = tuple[float, float]
# Wide pictures are windowed by bands of this many samples, so that the float copy stays small.
_BAND = 1 << 22
_SAMPLE = 1 << 20

_TURN: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: a[::-1].swapaxes(0, 1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: a[:, ::-1].swapaxes(0, 1),
}


def upright(array: np.ndarray, orientation: int) -> np.ndarray:
    """Return a picture (h, w, ...) turned and mirrored as its EXIF orientation asks, C-contiguous."""
    return np.ascontiguousarray(_TURN[orientation](array))


def auto_window(values: np.ndarray) -> Window:
    """Return the (lo, hi) that shows a picture's values well.

    One channel, or floats: the 0.1st and 99.9th percentile of (a regular sample of) the finite values. Several channels
    of integers: from 0 to the end of the smallest of the 8, 10, 12, 14, 16, 24 or 32-bit ranges that holds all of
    them, which keeps the balance of the colours.
    """
    if values.ndim == 3 and values.dtype.kind == "u":
        top = int(values.max(initial=0))
        return 0.0, float(next(2**bits - 1 for bits in (8, 10, 12, 14, 16, 24, 32, 64) if top < 2**bits))
    flat = values.ravel()
    flat = flat[:: max(1, flat.size // _SAMPLE)]
    if flat.dtype.kind == "f":
        flat = flat[np.isfinite(flat)]
    if flat.size == 0:
        return 0.0, 1.0
    lo, hi = (float(v) for v in np.percentile(flat.astype(np.float64, copy=False), (0.1, 99.9)))
    # One value everywhere: a window of 1, or of what a float that large can still tell apart.
    return (lo, hi) if hi > lo else (lo, lo + max(1.0, abs(lo) * 1e-6))


def to_uint8(values: np.ndarray, window: Window) -> np.ndarray:
    """Return values as uint8: `window[0]` and below is 0, `window[1]` and above is 255, rounded; NaN is 0."""
    lo, hi = window
    scale = 255.0 / (hi - lo) if hi > lo else 0.0
    if values.dtype == np.uint16:
        table = np.clip(np.rint((np.arange(65536) - lo) * scale), 0, 255).astype(np.uint8)
        return table[values]
    out = np.empty(values.shape, np.uint8)
    rows = max(1, _BAND // max(1, values[0].size)) if len(values) else 1
    for start in range(0, len(values), rows):
        band = np.nan_to_num(values[start : start + rows].astype(np.float64), nan=lo, posinf=hi, neginf=lo)
        out[start : start + rows] = np.clip(np.rint((band - lo) * scale), 0, 255)
    return out


def to_rgb(samples: np.ndarray) -> np.ndarray:
    """Return uint8 samples (h, w) or (h, w, c) as RGB (h, w, 3): grey repeated, of more the first three."""
    if samples.ndim == 3 and samples.shape[2] >= 3:
        return np.ascontiguousarray(samples[:, :, :3])
    grey = samples if samples.ndim == 2 else samples[:, :, 0]
    return np.repeat(grey[:, :, None], 3, axis=2)


def use_of(alpha: np.ndarray) -> Alpha:
    """Return what to do with an alpha channel, uint8 (h, w): where it is 0 everywhere it can't be meant."""
    if alpha.min(initial=255) == 255:
        return "none"
    return "composited" if alpha.any() else "ignored"


def over_white(rgb: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Lay a picture with an alpha channel, uint8 (h, w), over white, as viewers show it."""
    out = np.empty_like(rgb)
    rows = max(1, _BAND // max(1, rgb.shape[1] * 3))
    for start in range(0, len(rgb), rows):
        band = alpha[start : start + rows, :, None].astype(np.uint32)
        mixed = rgb[start : start + rows] * band + 255 * (255 - band)
        out[start : start + rows] = (mixed + 127) // 255
    return out


def inks_to_rgb(inks: np.ndarray) -> np.ndarray:
    """Return CMYK samples of an unsigned type (h, w, 4), where the maximum is full ink, as RGB of that type."""
    top = int(np.iinfo(inks.dtype).max)
    out = np.empty((*inks.shape[:2], 3), inks.dtype)
    rows = max(1, _BAND // max(1, inks.shape[1] * 4))
    for start in range(0, len(inks), rows):
        light = top - inks[start : start + rows].astype(np.uint64)
        out[start : start + rows] = (light[:, :, :3] * light[:, :, 3:4] + top // 2) // top
    return out


def unpremultiplied(array: np.ndarray) -> np.ndarray:
    """Return (h, w, c) samples, alpha last, whose colours were stored multiplied by alpha, with plain colours."""
    top = float(np.iinfo(array.dtype).max) if array.dtype.kind in "iu" else 1.0
    alpha = array[:, :, -1:].astype(np.float64)
    colors = np.divide(array[:, :, :-1] * top, alpha, out=np.zeros(array[:, :, :-1].shape), where=alpha > 0)
    colors = np.clip(np.rint(colors), 0, top) if array.dtype.kind in "iu" else colors
    return np.concatenate([colors.astype(array.dtype), array[:, :, -1:]], axis=2)

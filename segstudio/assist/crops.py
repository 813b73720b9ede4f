"""What the assists share: crops of a picture, shrunk where they are large, and marks drawn into them.

Everywhere in this room `picture` is a crop, uint8 RGB (h, w, 3), whose top left pixel is (x, y) of the whole picture.
Prompts and results are in coordinates of the whole picture (`core.geometry`); results never leave the crop.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segstudio.core import masks
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask

Points = Sequence[tuple[float, float]]

# Up to so many pixels of a crop a border is brought to single pixels; a larger crop's to those of a smaller copy.
FINE = 4_000_000

# Binary fractions of a pixel that OpenCV draws lines to.
_SHIFT = 4
_THICKEST = 32_767.0  # that it draws


@dataclass(frozen=True)
class Stroke:
    """A line that a person drew to say what its pixels are.

    Args:
        points: Its course, in picture coordinates; a single point is a dot.
        label: 0 is background, 1 and up are objects.
        width: In picture pixels.
    """

    points: tuple[tuple[float, float], ...]
    label: int = 1
    width: float = 3.0


def rgb(picture: np.ndarray) -> np.ndarray:
    """Return any picture as uint8 RGB (h, w, 3): grey becomes three channels, 16 bits become 8, alpha is dropped."""
    pixels = np.asarray(picture)
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    elif pixels.dtype != np.uint8:
        pixels = np.clip(np.nan_to_num(pixels), 0, 255).astype(np.uint8)
    return pixels[:, :, :3] if pixels.shape[2] >= 3 else pixels[:, :, :1].repeat(3, axis=2)


def lab(picture: np.ndarray) -> np.ndarray:
    """Return a picture in CIELAB (sRGB, D65), float32 (h, w, 3): L in 0..100, a and b about -127..127."""
    import cv2

    return cv2.cvtColor(picture.astype(np.float32) / 255.0, cv2.COLOR_RGB2Lab)


def shrunk(picture: np.ndarray, most: int) -> tuple[np.ndarray, float]:
    """Return a picture of about `most` pixels or fewer, and how wide one is in pixels of the old one (1 or more)."""
    import cv2

    height, width = picture.shape[:2]
    factor = math.sqrt(height * width / most)
    if factor <= 1:
        return np.ascontiguousarray(picture), 1.0
    size = max(round(width / factor), 1), max(round(height / factor), 1)
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA), factor


def smoothed(values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return a 2-D array brought to (height, width), by lines between its values."""
    import cv2

    return values if values.shape == shape else cv2.resize(values, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)


def grown(chosen: np.ndarray, full: tuple[int, int], x: int, y: int) -> Mask:
    """Return the pixels of a crop of `full` (h, w) at (x, y) that fall into chosen cells of a smaller copy.

    Args:
        chosen: bool, of any shape; pixel (row, column) falls into cell (row * h // H, column * w // W).
    """
    rows, columns = np.flatnonzero(chosen.any(axis=1)), np.flatnonzero(chosen.any(axis=0))
    if not len(rows):
        return masks.EMPTY
    if chosen.shape == full:
        return masks.from_bitmap(chosen, x, y)
    places = []
    for size, cells, some in ((full[0], chosen.shape[0], rows), (full[1], chosen.shape[1], columns)):
        # Only what the chosen cells span is laid out: a small part of a large picture costs little.
        first, last = int(-(-some[0] * size // cells)), int(-(-(some[-1] + 1) * size // cells))
        places.append((first, np.arange(first, last) * cells // size))
    (top, down), (left, across) = places
    return masks.from_bitmap(chosen[np.ix_(down, across)], x + left, y + top)


def bitmap(mask: Mask, x: int, y: int, full: tuple[int, int], shape: tuple[int, int]) -> np.ndarray:
    """Return a mask's part in the crop of `full` (h, w) pixels at (x, y), shrunk to `shape`, as bool."""
    import cv2

    pixels = masks.window(mask, x, y, full[1], full[0])
    if full != shape:
        return cv2.resize(pixels * np.uint8(255), (shape[1], shape[0]), interpolation=cv2.INTER_AREA) >= 128
    return pixels.astype(bool)


def draw(
    strokes: Sequence[Stroke], x: int, y: int, full: tuple[int, int], shape: tuple[int, int], empty: int = -1
) -> np.ndarray:
    """Return the strokes' labels as int32 of `shape` (a shrunk crop of `full` pixels at (x, y)), `empty` elsewhere.

    Later strokes lie over earlier ones.
    """
    import cv2

    marks = np.full(shape, empty, np.int32)
    ratio = np.array((shape[1] / max(full[1], 1), shape[0] / max(full[0], 1)))
    for stroke in strokes:
        if not stroke.points or not all(math.isfinite(v) for point in stroke.points for v in point):
            continue
        thick = round(min(max(stroke.width * float(ratio.mean()), 1.0), _THICKEST))
        # OpenCV's pixel centres are whole numbers, ours lie half a pixel further.
        course = stroke.points * 2 if len(stroke.points) == 1 else stroke.points
        points = (np.asarray(course, np.float64) - (x, y)) * ratio - 0.5
        fixed = np.round(np.clip(points, -(2**20), 2**20) * (1 << _SHIFT)).astype(np.int32)
        cv2.polylines(marks, [fixed.reshape(-1, 1, 2)], False, int(stroke.label), thick, cv2.LINE_8, _SHIFT)
    return marks


def around(box: Box, margin: float, width: int, height: int) -> Box:
    """Return a box grown by a share of its sides (at least 8 pixels) and cut to whole pixels of the picture."""
    grown = Box(
        box.x - max(box.w * margin, 8.0),
        box.y - max(box.h * margin, 8.0),
        box.w + 2 * max(box.w * margin, 8.0),
        box.h + 2 * max(box.h * margin, 8.0),
    )
    left, top, right, bottom = grown.clipped(width, height).pixels()
    return Box(float(left), float(top), float(right - left), float(bottom - top))


def sharpened(soft: np.ndarray, picture: np.ndarray, radius: int, smooth: float = 1e-3) -> np.ndarray:
    """Return a soft mask whose border follows the picture's: a guided filter (He, Sun and Tang 2010).

    Args:
        soft: float32 (h, w), a share in 0..1, perhaps from a smaller copy of the picture.
        picture: uint8 (h, w, 3), the guide; its grey value is used.
        radius: Of the window, in pixels.
        smooth: Contrast below about its square root (of 1) is no border.
    """
    import cv2

    guide = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255.0
    size = (2 * radius + 1, 2 * radius + 1)

    def mean(values: np.ndarray) -> np.ndarray:
        return cv2.blur(values, size, borderType=cv2.BORDER_REFLECT)

    g, s = mean(guide), mean(soft)
    slope = (mean(guide * soft) - g * s) / (mean(guide * guide) - g * g + smooth)
    return mean(slope) * guide + mean(s - slope * g)

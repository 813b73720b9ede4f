"""Colours of classes, objects and maps.

The palette is made once, by farthest-point search in OKLab (Ottosson, 2020): each next colour is the one whose smallest
distance to all earlier ones is largest, seen with normal eyes and with simulated protan, deutan and tritan vision
(Machado, Oliveira and Fernandes, 2009). So the first n colours are far apart whatever n is, and the same in every
session.
"""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np

from segstudio.core.annotation import Annotation
from segstudio.core.labels import Category

RGB = tuple[int, int, int]

PALETTE_SIZE = 64
NO_CLASS: RGB = (154, 154, 154)

_VISION = np.array(
    [
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ]
)
_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
# How much a difference counts that only normal eyes, or only some eyes, see.
_WEIGHTS = np.array([1.0, 1.3, 1.3, 1.6])

_CONTROL = {
    "viridis": "440154 472d7b 3b528b 2c728e 21918c 28ae80 5ec962 addc30 fde725",
    "inferno": "000004 1b0c41 4a0c6b 781c6d a52c60 cf4446 ed6925 fb9b06 f7d13d fcffa4",
    "grey": "000000 ffffff",
    # Two sides around a light middle; blue and orange differ to all eyes.
    "diverging": "1f3b73 3f78b8 9cc3dc f2f2f0 f3b583 c9622d 7a2b0c",
    "parula": "352a87 0f5cdd 1481d6 06a4ca 2eb7a4 87bf77 d1bb59 fec832 f9fb0e",
}


def _linear(rgb: np.ndarray) -> np.ndarray:
    """Return sRGB values in [0, 1] as linear light."""
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def oklab(linear: np.ndarray) -> np.ndarray:
    """Return linear RGB (..., 3) in [0, 1] as OKLab: lightness in [0, 1], green to red, blue to yellow."""
    return np.cbrt(np.clip(linear, 0, 1) @ _TO_LMS.T) @ _TO_LAB.T


@cache
def palette() -> np.ndarray:
    """Return the palette: uint8 (PALETTE_SIZE, 3), each colour far from all before it."""
    steps = np.linspace(0, 255, 13).round().astype(int)
    rgb = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    linear = _linear(rgb / 255.0)
    lab = oklab(linear)
    # Neither so dark or so pale that it drowns in a picture, nor grey.
    keep = (lab[:, 0] > 0.52) & (lab[:, 0] < 0.88) & (np.hypot(lab[:, 1], lab[:, 2]) > 0.11)
    rgb, linear = rgb[keep], linear[keep]
    seen = np.stack([oklab(linear @ eye.T) * weight for eye, weight in zip(_VISION, _WEIGHTS, strict=True)])
    first = int(np.argmin(np.abs(rgb - (255, 120, 45)).sum(axis=1)))
    chosen = [first]
    nearest = np.full(len(rgb), np.inf)
    for _ in range(PALETTE_SIZE - 1):
        distance = np.linalg.norm(seen - seen[:, chosen[-1], None], axis=2).min(axis=0)
        nearest = np.minimum(nearest, distance)
        chosen.append(int(np.argmax(nearest)))
    return rgb[chosen].astype(np.uint8)


@cache
def _colors() -> tuple[RGB, ...]:
    return tuple((int(r), int(g), int(b)) for r, g, b in palette())


def instance_color(number: int) -> RGB:
    """Return the colour of an object or a track by its number; consecutive numbers are far apart."""
    return _colors()[(number - 1) % PALETTE_SIZE]


def class_color(category: Category | None) -> RGB:
    """Return the colour of a class: the chosen one, else the one of its id; grey for no class."""
    if category is None:
        return NO_CLASS
    return from_hex(category.color) if category.color else instance_color(category.id)


def annotation_color(a: Annotation, category: Category | None, mode: str) -> RGB:
    """Return the colour of an annotation, by "class", "instance" or "track" (what has no track: by class)."""
    if mode == "instance":
        return instance_color(a.id)
    if mode == "track" and a.track is not None:
        return instance_color(a.track)
    return class_color(category)


@lru_cache(maxsize=4096)
def from_hex(text: str) -> RGB:
    """Return the colour of "#rrggbb"; grey where the text is none."""
    digits = text.lstrip("#")
    try:
        value = int(digits, 16) if len(digits) == 6 else -1
    except ValueError:
        value = -1
    return (value >> 16, value >> 8 & 255, value & 255) if value >= 0 else NO_CLASS


def to_hex(color: RGB) -> str:
    """Return "#rrggbb"."""
    return "#{:02x}{:02x}{:02x}".format(*color)


def ink_on(color: RGB) -> RGB:
    """Return black or white, whichever is read better on a colour."""
    luminance = float(_linear(np.array(color) / 255.0) @ (0.2126, 0.7152, 0.0722))
    return (0, 0, 0) if luminance > 0.179 else (255, 255, 255)


@cache
def lut(name: str) -> np.ndarray:
    """Return a map's colours, uint8 (256, 3), by a name of `_CONTROL`."""
    points = np.array([from_hex(text) for text in _CONTROL[name].split()], np.float64)
    at = np.linspace(0, 1, len(points))
    x = np.linspace(0, 1, 256)
    return np.stack([np.rint(np.interp(x, at, points[:, i])) for i in range(3)], axis=1).astype(np.uint8)


def numbered(values: np.ndarray) -> np.ndarray:
    """Return a map of numbers (h, w) as RGB, 0 in black, at most 512 pixels wide and high."""
    step = max(1, -(-max(values.shape) // 512))
    small = values[::step, ::step].astype(np.int64)
    table = np.concatenate((np.zeros((1, 3), np.uint8), palette()))
    return np.ascontiguousarray(table[np.where(small > 0, 1 + (small - 1) % (len(table) - 1), 0)])


@lru_cache(maxsize=4096)
def premultiplied(color: RGB, alpha: float) -> int:
    """Return a colour with an alpha in [0, 1] as premultiplied 0xAARRGGBB."""
    a = min(max(round(alpha * 255), 0), 255)
    r, g, b = ((c * a + 127) // 255 for c in color)
    return a << 24 | r << 16 | g << 8 | b

"""Which colour stands for a class, an object or a track."""

from __future__ import annotations

import colorsys
import zlib

from segstudio.core.annotation import Annotation
from segstudio.core.labels import Category

GOLDEN = 0.61803398875


def _spread(n: int) -> str:
    """Return the n-th of a series of colours that are far apart, also in lightness (for colour-blind eyes)."""
    hue = (n * GOLDEN) % 1.0
    light = (0.62, 0.48, 0.72)[n % 3]
    r, g, b = colorsys.hls_to_rgb(hue, light, 0.85)
    return f"#{round(r * 255):02x}{round(g * 255):02x}{round(b * 255):02x}"


def category_color(category: Category | None) -> str:
    """Return "#rrggbb" of a class: the chosen one, or one that its name always gets."""
    if category is None:
        return "#9a9a9a"
    return category.color or _spread(zlib.crc32(category.name.encode()) % 997)


def annotation_color(a: Annotation, category: Category | None, mode: str) -> str:
    """Return "#rrggbb" of an annotation, coloured by "class", "instance" or "track"."""
    if mode == "class" or (mode == "track" and a.track is None):
        return category_color(category)
    return _spread(a.id if mode == "instance" else a.track or 0)

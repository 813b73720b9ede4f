"""Which pixels a round brush covers."""

from __future__ import annotations

import math

import numpy as np

from segstudio.app.canvas.table import Window

SMALLEST, LARGEST = 1, 2000


def snapped(x: float, y: float, size: int) -> tuple[float, float]:
    """Return the brush's centre: a pixel's centre for odd sizes, a corner for even ones, so that its shape is fixed."""
    if size % 2:
        return math.floor(x) + 0.5, math.floor(y) + 0.5
    return float(round(x)), float(round(y))


def dab(a: tuple[float, float], b: tuple[float, float], size: int, frame: tuple[int, int]) -> tuple[Window, np.ndarray]:
    """Return the pixels whose centre a round brush passes over on its way from a to b.

    Args:
        a, b: Centres, as `snapped` gives them.
        size: Diameter in pixels.
        frame: (width, height) of the picture.

    Returns:
        Their window, cut to the picture, and a bool bitmap of its size.
    """
    radius = size / 2
    left = max(math.floor(min(a[0], b[0]) - radius), 0)
    top = max(math.floor(min(a[1], b[1]) - radius), 0)
    right = min(math.ceil(max(a[0], b[0]) + radius), frame[0])
    bottom = min(math.ceil(max(a[1], b[1]) + radius), frame[1])
    if right <= left or bottom <= top:
        return (0, 0, 0, 0), np.zeros((0, 0), bool)
    y = np.arange(top, bottom) + 0.5
    # The shape is convex: each row is one run, from the leftmost of three parts to the rightmost.
    starts, ends = zip(_disc(a, radius, y), _disc(b, radius, y), _band(a, b, radius, y), strict=True)
    first, last = np.minimum.reduce(starts), np.maximum.reduce(ends)
    x = np.arange(left, right) + 0.5
    return (left, top, right, bottom), (x >= first[:, None]) & (x <= last[:, None])


def _disc(centre: tuple[float, float], radius: float, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # A little more than the radius, so that rounding does not bite into the disc.
    square = radius * radius + 1e-9 - (y - centre[1]) ** 2
    half = np.sqrt(np.maximum(square, 0))
    return np.where(square >= 0, centre[0] - half, np.inf), np.where(square >= 0, centre[0] + half, -np.inf)


def _band(
    a: tuple[float, float], b: tuple[float, float], radius: float, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the runs of the rectangle between the two discs."""
    first, last = np.full(len(y), np.inf), np.full(len(y), -np.inf)
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = math.hypot(dx, dy)
    if length == 0:
        return first, last
    nx, ny = -dy / length * radius, dx / length * radius
    corners = [(a[0] + nx, a[1] + ny), (b[0] + nx, b[1] + ny), (b[0] - nx, b[1] - ny), (a[0] - nx, a[1] - ny)]
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
        if y0 == y1:
            continue
        t = (y - y0) / (y1 - y0)
        x = x0 + t * (x1 - x0)
        on = (t >= 0) & (t <= 1)
        first = np.where(on, np.minimum(first, x), first)
        last = np.where(on, np.maximum(last, x), last)
    return first, last

"""Gaussian peaks on heat maps: how wide, and how they are drawn; for the targets of networks that find points.

Heat maps are float32 arrays of shape (h, w) that are changed in place; a centre is (x, y) in their pixels.
"""

from __future__ import annotations

import math

import numpy as np


def cornernet_radius(height: float, width: float, overlap: float) -> float:
    """Return the largest radius within which a box's corners may move and keep an IoU of `overlap` with the box.

    The smallest root of three cases: both corners move apart, both together, both the same way. CornerNet (Law and
    Deng 2018, arXiv 1808.01244) trains with an overlap of 0.3.

    Args:
        height: Of the box, in pixels of the heat map.
        width: The same.
        overlap: IoU in (0, 1).
    """
    total, area = height + width, width * height
    shifted = _smaller_root(1.0, total, area * (1 - overlap) / (1 + overlap))
    inside = _smaller_root(4.0, 2 * total, (1 - overlap) * area)
    outside = _larger_root(4 * overlap, -2 * overlap * total, (overlap - 1) * area)
    return min(shifted, inside, outside)


def centernet_radius(height: float, width: float, overlap: float = 0.7) -> float:
    """Return the radius that CenterNet (Zhou et al. 2019, arXiv 1904.07850) trains with.

    The cases are those of `cornernet_radius`, but its published code takes (b + root) / 2 in all three, without the
    quadratic coefficient: it is no bound of the IoU. The published weights were made with it.

    Args:
        height: Of the box, in pixels of the heat map.
        width: The same.
        overlap: The IoU that was aimed at.
    """
    total, area = height + width, width * height
    cases = (
        (1.0, total, area * (1 - overlap) / (1 + overlap)),
        (4.0, 2 * total, (1 - overlap) * area),
        (4 * overlap, -2 * overlap * total, (overlap - 1) * area),
    )
    return min((b + math.sqrt(b * b - 4 * a * c)) / 2 for a, b, c in cases)


def _smaller_root(a: float, b: float, c: float) -> float:
    """Return the smaller root of a r^2 - b r + c = 0."""
    return (b - math.sqrt(b * b - 4 * a * c)) / (2 * a)


def _larger_root(a: float, b: float, c: float) -> float:
    """Return the larger root of a r^2 - b r + c = 0."""
    return (b + math.sqrt(b * b - 4 * a * c)) / (2 * a)


def peak(radius: int, sigma: float) -> np.ndarray:
    """Return a float64 (2 radius + 1, 2 radius + 1) Gaussian that is 1 in the middle."""
    steps = np.arange(-radius, radius + 1, dtype=np.float64)
    values = np.exp(-(steps[:, None] ** 2 + steps[None] ** 2) / (2 * sigma * sigma))
    values[values < np.finfo(values.dtype).eps * values.max()] = 0
    return values


def draw(heat: np.ndarray, center: tuple[float, float], radius: int) -> None:
    """Raise a heat map to a Gaussian of diameter 2 radius + 1 and a sigma of a sixth of it ("umich").

    CornerNet's and CenterNet's way. The centre is cut to whole pixels and must lie on the map.
    """
    _raise(heat, int(center[0]), int(center[1]), peak(radius, (2 * radius + 1) / 6))


def draw_sigma(heat: np.ndarray, center: tuple[float, float], sigma: float) -> None:
    """Raise a heat map to a Gaussian of the given sigma, drawn out to three sigmas ("msra").

    SimpleBaseline's way, also in CenterNet. The centre is cut to whole pixels after half a pixel was added; of one off
    the map there is what reaches over.
    """
    x, y = int(center[0] + 0.5), int(center[1] + 0.5)
    _raise(heat, x, y, peak(int(3 * sigma), sigma))


def _raise(heat: np.ndarray, x: int, y: int, values: np.ndarray) -> None:
    radius = len(values) // 2
    height, width = heat.shape
    top, bottom = max(0, y - radius), min(height, y + radius + 1)
    left, right = max(0, x - radius), min(width, x + radius + 1)
    if top >= bottom or left >= right:
        return
    part = heat[top:bottom, left:right]
    cut = values[top - y + radius : bottom - y + radius, left - x + radius : right - x + radius]
    np.maximum(part, cut, out=part, casting="same_kind")

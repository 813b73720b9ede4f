"""Laying a skeleton's typical pose over a picture: by what is placed already, by two places, or into a box."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from segstudio.core import skeletons
from segstudio.core.annotation import Keypoints
from segstudio.core.geometry import Box
from segstudio.core.labels import Skeleton

# How much the expected size and the upright pose weigh against the joints that are placed, in squared units of the
# template. In a whole person two eyes count 0.0006, shoulders and hips 0.1: eyes say how large it is and not yet how
# it leans.
SIZE_PRIOR, UPRIGHT_PRIOR = 0.0003, 0.004
# What a half turn costs, in mean distances of the template, when it is weighed whether the pose is seen from behind.
TURN = 0.05


def fitted(
    skeleton: Skeleton, placed: Sequence[tuple[float, float, int]], scale: float, centre: tuple[float, float]
) -> np.ndarray:
    """Return where all joints would be, judged by those placed so far.

    The typical pose is moved, turned and scaled (Umeyama 1991, in the plane), and mirrored where that fits better (a
    person seen from behind); few joints close together leave it upright and of the expected size.

    Args:
        skeleton: Whose pose.
        placed: (x, y, v) of the first joints, or of all; those with v = 0 do not count.
        scale: Expected pixels of the pose's longer side.
        centre: Where the pose's middle is while nothing is placed.

    Returns:
        float64 (k, 2), in pixels.
    """
    unit = skeletons.positions(skeleton) - 0.5
    points = np.array(placed, np.float64).reshape(-1, 3)[: len(unit)]
    known = np.flatnonzero(points[:, 2] > 0)
    if not len(known):
        return unit * scale + centre
    target = points[known, 0] + 1j * points[known, 1]
    front, behind = (_laid(sign * unit[:, 0] + 1j * unit[:, 1], known, target, scale) for sign in (1.0, -1.0))
    laid = front[1] if front[0] <= behind[0] + 1e-6 else behind[1]
    return np.column_stack((np.real(laid), np.imag(laid)))


def _laid(source: np.ndarray, known: np.ndarray, target: np.ndarray, scale: float) -> tuple[float, np.ndarray]:
    """Return (how badly it fits, complex places of all joints) of one side of the pose."""
    middle, aim = source[known].mean(), target.mean()
    s, d = source[known] - middle, target - aim
    asked, spread = complex(np.vdot(s, d)), float(np.vdot(s, s).real)
    weight = spread / (spread + SIZE_PRIOR) if abs(asked) > 0 else 0.0
    size = max(scale, 1e-9) ** (1 - weight) * (abs(asked) / max(spread, 1e-12) or 1.0) ** weight
    turn = size * np.exp(1j * np.angle(asked / size + UPRIGHT_PRIOR))
    miss = float(np.abs(s * turn - d).mean()) / size
    # The angle that the joints alone ask for: the prior hides how far they are turned.
    angle = abs(np.angle(asked)) if len(known) > 1 else 0.0
    return miss + TURN * angle / math.pi, (source - middle) * turn + aim


def between(
    skeleton: Skeleton, way: str, first: tuple[float, float], last: tuple[float, float], mirrored: bool = False
) -> np.ndarray:
    """Return float64 (k, 2): the typical pose with its two ends at two places.

    Args:
        skeleton: Whose pose.
        way: Which ends: "along" or "across"; see `skeletons.ends`.
        first, last: Where they go, in pixels.
        mirrored: Lay it down as seen from the other side.
    """
    unit = skeletons.positions(skeleton)
    source = (0.5 - unit[:, 0] if mirrored else unit[:, 0] - 0.5) + 1j * unit[:, 1]
    ends = skeletons.ends(skeleton, way)
    a, b = source[list(ends.a)].mean(), source[list(ends.b)].mean()
    p, q = complex(*first), complex(*last)
    turn = (q - p) / (b - a) if abs(b - a) > 1e-9 else complex(abs(q - p))
    laid = (source - a) * turn + p
    return np.column_stack((np.real(laid), np.imag(laid)))


def into_box(skeleton: Skeleton, box: Box, mirrored: bool = False) -> np.ndarray:
    """Return float64 (k, 2): the typical pose stretched to fill a box."""
    unit = skeletons.positions(skeleton)
    if mirrored:
        unit[:, 0] = 1.0 - unit[:, 0]
    low, high = unit.min(axis=0), unit.max(axis=0)
    share = (unit - low) / np.maximum(high - low, 1e-9)
    # A skeleton that has no width or height lies in the middle.
    share[:, high - low < 1e-9] = 0.5
    return share * (box.w, box.h) + (box.x, box.y)


def as_keypoints(places: np.ndarray, size: tuple[int, int]) -> Keypoints:
    """Return places (k, 2) as visible keypoints; those beyond a picture of that (width, height) are not labelled."""
    inside = ((places >= 0) & (places <= size)).all(axis=1)
    values = np.column_stack((places, np.full(len(places), 2.0)))
    values[~inside] = 0.0
    return Keypoints(tuple(values.ravel().tolist()))

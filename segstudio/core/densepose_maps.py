"""Dense maps of body parts and their coordinates: from a network's channels, to annotated points, and filled from them.

A dense map covers a box of the picture pixel by pixel: `labels` uint8 (h, w), 0 background or the chart 1 to 24, and
`uv` float32 (2, h, w) in [0, 1], 0 where the background is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from segstudio.core import densepose as dp
from segstudio.core.densepose import DensePose
from segstudio.core.geometry import Box

PER_PART = 14  # points at most that a part is sampled with, as DensePose-COCO's annotators were given
_REACH = 0.02  # ridge of the spline: how much neighbours may smooth a point, in parts of the part's size


class Dense(NamedTuple):
    """A dense map; its first pixel is (x, y) of the picture."""

    x: int
    y: int
    labels: np.ndarray
    uv: np.ndarray


def box_size(box: tuple[float, float, float, float] | np.ndarray) -> tuple[int, int]:
    """Return (height, width) of the map of a box given as left, top, right, bottom.

    Width and height are cut to whole pixels, not the corners, and are 1 at least: so the published converter does.
    """
    left, top, right, bottom = (float(v) for v in box)
    return max(int(bottom - top), 1), max(int(right - left), 1)


def contours(labels: np.ndarray, uv: np.ndarray, steps: int) -> np.ndarray:
    """Return where the chart, or a step of U or V, changes on a body: bool (h, w).

    Args:
        labels: uint8 (h, w).
        uv: float (2, h, w).
        steps: Of U and V between 0 and 1.
    """
    lines = np.zeros(labels.shape, bool)
    for values in (labels.astype(np.int16), *np.floor(uv * steps).astype(np.int16)):
        lines[:, 1:] |= values[:, 1:] != values[:, :-1]
        lines[1:] |= values[1:] != values[:-1]
    return lines & (labels > 0)


def quantised(labels: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """Return I, U, V as uint8 (3, h, w); U and V in 255ths, rounded down: the form of IUV pictures and results."""
    scaled = (np.clip(uv, 0.0, 1.0) * np.float32(255)).astype(np.uint8)
    return np.concatenate([labels[None], scaled * (labels > 0)]).astype(np.uint8)


def from_quantised(iuv: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (labels, uv) of I, U, V as uint8 (3, h, w)."""
    return iuv[0], iuv[1:].astype(np.float32) / np.float32(255)


def to_annotation(labels: np.ndarray, uv: np.ndarray, box: Box, per_part: int = PER_PART) -> DensePose:
    """Return a dense map as an editable annotation: points spread over each chart's pixels, and the coarse parts.

    The first point of a chart lies deepest inside, each next one farthest from those before (Gonzalez, 1985), so that
    few points tell most about U and V. Small charts get fewer.

    Args:
        labels: uint8 (h, w).
        uv: float32 (2, h, w).
        box: Where the map lies, in pixels; its pixels are stretched over it.
        per_part: Points a chart at most.
    """
    height, width = labels.shape
    rows: list[tuple[float, float, float, float, float]] = []
    for number in np.unique(labels[labels > 0]).tolist():
        ys, xs = np.nonzero(labels == number)
        for i in _spread(xs, ys, min(per_part, 1 + len(xs) // 12)):
            y, x = int(ys[i]), int(xs[i])
            u, v = (min(max(round(float(w), 4), 0.0), 1.0) for w in uv[:, y, x])
            rows.append(((x + 0.5) * dp.GRID / width, (y + 0.5) * dp.GRID / height, float(number), u, v))
    columns = list(zip(*rows)) if rows else [()] * 5
    down, across = ((np.arange(dp.GRID) + 0.5) * n / dp.GRID for n in (height, width))
    parts = dp.COARSE_OF[labels[np.ix_(down.astype(np.intp), across.astype(np.intp))]]
    return replace(
        dp.empty(box),
        **dict(zip(("x", "y", "part", "u", "v"), map(tuple, columns))),
        masks=dp.masks_of(parts),
    )


def _spread(xs: np.ndarray, ys: np.ndarray, count: int) -> list[int]:
    at = np.stack([xs, ys], axis=1).astype(np.float64)
    chosen = [int(np.argmin(((at - at.mean(axis=0)) ** 2).sum(axis=1)))]
    nearest = ((at - at[chosen[0]]) ** 2).sum(axis=1)
    while len(chosen) < count:
        chosen.append(int(np.argmax(nearest)))
        nearest = np.minimum(nearest, ((at - at[chosen[-1]]) ** 2).sum(axis=1))
    return chosen


def filled(dense: DensePose) -> Dense:
    """Return the dense map that an annotation's points and parts suggest, at the picture's own pixels.

    In a coarse part each pixel takes the chart of the nearest point of that part; U and V are interpolated between the
    chart's points by a thin-plate spline (Duchon, 1977), by a straight line where they lie in a row.
    A part without a point stays empty, and so does everything where no part is painted.
    """
    parts, left, top = dp.in_picture(dense, dense.part_map())
    return _fill(dense, parts, Dense(left, top, *_blank(parts)), (left + 0.5, top + 0.5, 1.0, 1.0))


def filled_grid(dense: DensePose) -> Dense:
    """Return the same in the 256 x 256 cells of its box, which costs the same for a large person as for a small one."""
    parts, box = dense.part_map(), dense.box
    across, down = box.w / dp.GRID, box.h / dp.GRID
    grid = (box.x + across / 2, box.y + down / 2, across, down)
    return _fill(dense, parts, Dense(0, 0, *_blank(parts)), grid)


def _blank(parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(parts.shape, np.uint8), np.zeros((2, *parts.shape), np.float32)


def _fill(dense: DensePose, parts: np.ndarray, into: Dense, grid: tuple[float, float, float, float]) -> Dense:
    """Fill a map.

    Args:
        dense: Its points count.
        parts: The coarse part of each cell of the map.
        into: An empty map.
        grid: The first cell's centre in the picture, and the size of a cell: x, y, w, h.
    """
    points = dense.points()
    points = points[[dp.chart(p) is not None for p in dense.part]]
    charts = points[:, 2].astype(np.intp)
    for coarse in np.unique(parts[parts > 0]).tolist():
        own = np.flatnonzero(dp.COARSE_OF[charts] == coarse)
        if not len(own):
            continue
        ys, xs = np.nonzero(parts == coarse)
        at = np.stack([grid[0] + xs * grid[2], grid[1] + ys * grid[3]], axis=1)
        number = charts[own][_nearest(at, points[own, :2])]
        into.labels[ys, xs] = number
        for c in np.unique(number).tolist():
            inside = number == c
            into.uv[:, ys[inside], xs[inside]] = interpolated(points[charts == c], at[inside]).T
    return into


def _nearest(at: np.ndarray, points: np.ndarray) -> np.ndarray:
    result = np.empty(len(at), np.intp)
    for start in range(0, len(at), 65536):
        part = at[start : start + 65536]
        result[start : start + 65536] = _squares(part, points).argmin(axis=1)
    return result


def interpolated(points: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return U and V in [0, 1], float64 (m, 2), at places (m, 2), from one chart's points (n, 5), n at least 1."""
    places, first = np.unique(points[:, :2], axis=0, return_index=True)
    values = points[first, 3:5]
    n = len(places)
    if n == 1:
        return np.clip(np.broadcast_to(values, (len(at), 2)), 0.0, 1.0)
    middle, scale = places.mean(axis=0), max(float(np.ptp(places, axis=0).max()), 1e-9)
    here, there = (places - middle) / scale, (at - middle) / scale
    if np.linalg.matrix_rank(here - here.mean(axis=0), tol=1e-3) < 2:
        # In a row: a straight line along it, and nothing across, is all that they say.
        slope, *_ = np.linalg.lstsq(np.column_stack([np.ones(n), here]), values, rcond=None)
        return np.clip(np.column_stack([np.ones(len(at)), there]) @ slope, 0.0, 1.0)
    system = np.zeros((n + 3, n + 3))
    system[:n, :n] = _bend(here, here) + _REACH * np.eye(n)
    system[:n, n] = system[n, :n] = 1.0
    system[:n, n + 1 :], system[n + 1 :, :n] = here, here.T
    weights = np.linalg.solve(system, np.vstack([values, np.zeros((3, 2))]))
    result = np.empty((len(at), 2))
    for start in range(0, len(at), 65536):
        part = there[start : start + 65536]
        base = np.column_stack([_bend(part, here), np.ones(len(part)), part])
        result[start : start + 65536] = base @ weights
    return np.clip(result, 0.0, 1.0)


def _bend(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    square = _squares(a, b)
    return square * np.log(np.maximum(square, 1e-12)) / 2.0


def _squares(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the squared distances (n, m) between places (n, 2) and (m, 2)."""
    return (a[:, :1] - b[:, 0]) ** 2 + (a[:, 1:2] - b[:, 1]) ** 2


def guess(dense: DensePose, x: float, y: float) -> tuple[int, float, float] | None:
    """Return (chart, u, v) that the neighbours suggest for a place of the picture; None without a hint.

    The chart is that of the nearest point of the coarse part painted there, of the nearest point at all where none is
    painted; a painted part without a point gives its first chart, with u = v = 0.5.
    """
    coarse = dense.part_at(x, y)
    points = dense.points()
    points = points[[dp.chart(p) is not None for p in dense.part]]
    charts = points[:, 2].astype(np.intp)
    own = points if not coarse else points[dp.COARSE_OF[charts] == coarse]
    if not len(own):
        return (dp.first_chart(coarse), 0.5, 0.5) if coarse else None
    at = np.array([[x, y]])
    number = int(own[_nearest(at, own[:, :2])[0], 2])
    u, v = interpolated(points[charts == number], at)[0].tolist()
    return number, round(u, 3), round(v, 3)


def picture(rows: list[Dense], height: int, width: int) -> np.ndarray:
    """Return dense maps as an IUV picture, uint8 (height, width, 3): I, U, V; later maps cover earlier ones."""
    result = np.zeros((height, width, 3), np.uint8)
    for dense in rows:
        h, w = dense.labels.shape
        top, left = max(dense.y, 0), max(dense.x, 0)
        bottom, right = min(dense.y + h, height), min(dense.x + w, width)
        if bottom <= top or right <= left:
            continue
        part = (slice(top - dense.y, bottom - dense.y), slice(left - dense.x, right - dense.x))
        values = np.moveaxis(quantised(dense.labels[part], dense.uv[(slice(None), *part)]), 0, -1)
        shown = dense.labels[part] > 0
        result[top:bottom, left:right][shown] = values[shown]
    return result

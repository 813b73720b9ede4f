"""Heat maps of keypoints: drawn from coordinates, and coordinates read from them.

Places are (x, y) in cells of the map, where whole numbers are the middles of cells, unless a function says otherwise.
Maps are float arrays (..., h, w), a keypoint each; the functions that read them take any number of leading axes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from segstudio.core.gaussians import peak

# --- from coordinates to maps ---------------------------------------------------------------------------------------


def draw(points: np.ndarray, size: tuple[int, int], sigma: float) -> np.ndarray:
    """Return float32 (k, h, w): a Gaussian of peak 1 exactly around each place, between cells too, without an end.

    The target of DARK (Zhang et al. 2020, arXiv 1910.06278): nothing is rounded, so that nothing is lost.

    Args:
        points: (k, 2).
        size: (h, w).
        sigma: In cells.
    """
    points = np.asarray(points, np.float64).reshape(-1, 2)
    across = np.exp(-((np.arange(size[1]) - points[:, :1]) ** 2) / (2 * sigma**2))
    down = np.exp(-((np.arange(size[0]) - points[:, 1:]) ** 2) / (2 * sigma**2))
    return (down[:, :, None] * across[:, None, :]).astype(np.float32)


def draw_hrnet(
    joints: np.ndarray, visible: np.ndarray, size: tuple[int, int], stride: tuple[float, float], sigma: float = 2.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the targets and weights of SimpleBaseline and HRNet: float32 (k, h, w) and (k, 1).

    The place is rounded to a cell and the Gaussian ends at 3 sigma. A joint whose Gaussian lies wholly beyond the map
    weighs 0, as does one that is not labelled.

    Args:
        joints: (k, 2 or more), x and y in pixels of the network's input.
        visible: (k,), above 0 where labelled.
        size: (h, w) of the maps.
        stride: Pixels of the input a cell, (across, down).
        sigma: In cells.
    """
    joints = np.asarray(joints, np.float64)
    weights = np.asarray(visible, np.float32).reshape(-1, 1).copy()
    maps = np.zeros((len(joints), *size), np.float32)
    reach = int(sigma * 3)
    kernel = peak(reach, sigma)
    # The published code cuts towards zero.
    centres = np.trunc(joints[:, :2] / np.asarray(stride, np.float64) + 0.5).astype(int)
    for i, (x, y) in enumerate(centres.tolist()):
        if not _touches(x - reach, y - reach, x + reach + 1, y + reach + 1, size):
            weights[i] = 0
        elif weights[i, 0] > 0.5:
            _put(maps[i], kernel, x - reach, y - reach)
    return maps, weights


def draw_princeton(people: np.ndarray, resolution: int) -> np.ndarray:
    """Return the target of princeton-vl's stacked hourglass, float32 (k, resolution, resolution).

    Places are cut to whole cells; of several people the warmer counts. Joints with x <= 0 are not labelled.

    Args:
        people: (people, k, 2 or more), x and y in cells.
        resolution: The maps' side; sigma is a 64th of it.
    """
    people = np.asarray(people, np.float64)
    sigma = resolution / 64
    reach = 3 * sigma + 1
    offset = np.arange(0, 6 * sigma + 3) - reach
    kernel = np.exp(-(offset**2 + offset[:, None] ** 2) / (2 * sigma**2))
    maps = np.zeros((people.shape[1], resolution, resolution), np.float32)
    for person in people:
        for i, (x, y) in enumerate(person[:, :2].astype(int).tolist()):
            if person[i, 0] > 0 and 0 <= x < resolution and 0 <= y < resolution:
                _put(maps[i], kernel, int(x - reach), int(y - reach), keep_warmer=True)
    return maps


def draw_bearpaw(
    point: np.ndarray, size: tuple[int, int], sigma: float = 1.0, kind: str = "gaussian"
) -> tuple[np.ndarray, bool]:
    """Return pytorch-pose's target of one joint, float32 (h, w), and whether any of it lies on the map.

    Args:
        point: x and y in cells.
        size: (h, w).
        sigma: In cells.
        kind: "gaussian" or "cauchy".
    """
    plane = np.zeros(size, np.float32)
    left, top = int(point[0] - 3 * sigma), int(point[1] - 3 * sigma)
    right, bottom = int(point[0] + 3 * sigma + 1), int(point[1] + 3 * sigma + 1)
    if not _touches(left, top, right, bottom, size):
        return plane, False
    reach = int(6 * sigma + 1) // 2
    kernel = peak(reach, sigma)
    if kind == "cauchy":
        offset = np.arange(-reach, reach + 1)
        kernel = sigma / (offset**2 + offset[:, None] ** 2 + sigma**2) ** 1.5
    # The window ends where the published code ends it, which can be a cell before the kernel does.
    _put(plane, kernel[: bottom - top, : right - left], left, top)
    return plane, True


def _touches(left: int, top: int, right: int, bottom: int, size: tuple[int, int]) -> bool:
    """Whether the published codes draw a window at all; right and bottom are beyond its last cell."""
    return left < size[1] and top < size[0] and right >= 0 and bottom >= 0


def _put(plane: np.ndarray, kernel: np.ndarray, left: int, top: int, keep_warmer: bool = False) -> None:
    """Write a kernel into a plane with its first cell at (left, top), clipped."""
    height, width = plane.shape
    rows = slice(max(top, 0), max(min(top + kernel.shape[0], height), 0))
    columns = slice(max(left, 0), max(min(left + kernel.shape[1], width), 0))
    part = kernel[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    if part.size:
        plane[rows, columns] = np.maximum(plane[rows, columns], part) if keep_warmer else part


# --- from maps to coordinates ---------------------------------------------------------------------------------------


def argmax(maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the warmest cell of each map, float64 (..., 2), and its value (...).

    Reading to the cell alone: off by up to half a cell each way.
    """
    width = maps.shape[-1]
    flat = _flat(maps)
    best = flat.argmax(-1)
    values = np.take_along_axis(flat, best[..., None], -1)[..., 0]
    return np.stack((best % width, best // width), -1).astype(np.float64), values


def quarter(maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the warmest cell moved by a quarter towards its warmer neighbour on each axis, and its value.

    As SimpleBaseline, HRNet (Xiao et al. 2018; Sun et al. 2019) and pytorch-pose do it: equal neighbours move nothing,
    nor is a peak moved that lies at the map's border on either axis.
    """
    points, values = argmax(maps)
    column, row = _cells(points)
    height, width = maps.shape[-2:]
    inside = (column > 0) & (column < width - 1) & (row > 0) & (row < height - 1)
    move = np.sign(_slopes(maps, column, row)) * 0.25
    return points + move * inside[..., None], values


def hrnet(maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return places and values as HRNet's and SimpleBaseline's own code reads them.

    `quarter`, but a peak in the second row or column stays too, and a map that is nowhere above 0 has its joint at
    (0, 0).
    """
    points, values = argmax(maps)
    points *= (values > 0)[..., None]
    column, row = _cells(points)
    height, width = maps.shape[-2:]
    inside = (column > 1) & (column < width - 1) & (row > 1) & (row < height - 1)
    return points + np.sign(_slopes(maps, column, row)) * 0.25 * inside[..., None], values


def princeton(maps: np.ndarray, adjust: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Return places and values as princeton-vl's stacked hourglass reads them: whole numbers are the edges of cells.

    A quarter towards the warmer neighbour, towards the left and the top where both are equal, and half a cell to the
    middle. A map that is nowhere above 0 has its joint at its first cell that is no peak, with the value 0: that code
    sets all cells but the peaks to 0 and then takes the largest.

    Args:
        adjust: False gives the plain cells.
    """
    points, values = argmax(maps)
    cold = values <= 0
    if cold.any():
        points[cold], values[cold] = _first_below_peaks(maps[cold])
    if not adjust:
        return points, values
    move = np.where(_slopes(maps, *_cells(points)) > 0, 0.25, -0.25) + 0.5
    return points + move * ~cold[..., None], values


def _first_below_peaks(maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the warmest cell and value of maps (n, h, w) in which all but the peaks of 3 by 3 cells became 0."""
    padded = np.pad(maps, ((0, 0), (1, 1), (1, 1)), constant_values=-np.inf)
    around = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(-2, -1)).max((-2, -1))
    return argmax(np.where(around == maps, maps, 0))


def bearpaw(maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return places and values as pytorch-pose reads them: counted from 1, whole numbers are the edges of cells.

    `quarter` plus a cell and a half; a map that is nowhere above 0 has its joint at (0.5, 0.5).
    """
    points, values = quarter(maps)
    return np.where((values > 0)[..., None], points + 1.5, 0.5), values


def soft_argmax(maps: np.ndarray, beta: float | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean place of each map's heat, and the value at its warmest cell.

    Integral regression (Sun et al. 2018, arXiv 1711.08229). All of the map counts: a second peak draws the place away.

    Args:
        beta: None takes the heat above 0 itself as the weights; a number takes the softmax of beta times the map.
    """
    _, values = argmax(maps)
    if beta is None:
        weights = np.clip(maps, 0, None).astype(np.float64)
    else:
        weights = np.exp(beta * (maps.astype(np.float64) - values[..., None, None]))
    total = weights.sum((-2, -1))
    # A map without heat says nothing: its middle.
    weights = np.where((total > 0)[..., None, None], weights, 1.0)
    total = weights.sum((-2, -1))
    x = (weights.sum(-2) * np.arange(maps.shape[-1])).sum(-1) / total
    y = (weights.sum(-1) * np.arange(maps.shape[-2])).sum(-1) / total
    return np.stack((x, y), -1), values


def dark(maps: np.ndarray, sigma: float = 2.0, smooth: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Return the place where a Gaussian through the warmest cell's surroundings has its peak, and that cell's value.

    DARK (Zhang et al. 2020, arXiv 1910.06278): the map is smoothed with the Gaussian that it was trained on, and the
    logarithm's second-order Taylor series at the warmest cell is solved for its top. Where the series has no top, or
    one more than a cell away, which no Gaussian has and the published code follows all the same, the cell stays.

    Args:
        sigma: Of the Gaussians that the network was trained on, in cells.
        smooth: False leaves the map as it is (an exact Gaussian needs no smoothing).
    """
    points, values = argmax(maps)
    heat = _smoothed(maps, sigma) if smooth else maps.astype(np.float64)
    column, row = _cells(points)
    height, width = maps.shape[-2:]
    inside = (column > 1) & (column < width - 2) & (row > 1) & (row < height - 2)
    steps = np.arange(-2, 3)
    rows = np.clip(row[..., None] + steps, 0, height - 1)
    columns = np.clip(column[..., None] + steps, 0, width - 1)
    flat = _flat(heat)
    cells = (rows[..., :, None] * width + columns[..., None, :]).reshape(*column.shape, 25)
    near = np.log(np.maximum(np.take_along_axis(flat, cells, -1), 1e-10)).reshape(*column.shape, 5, 5)
    dx = (near[..., 2, 3] - near[..., 2, 1]) / 2
    dy = (near[..., 3, 2] - near[..., 1, 2]) / 2
    dxx = (near[..., 2, 4] - 2 * near[..., 2, 2] + near[..., 2, 0]) / 4
    dyy = (near[..., 4, 2] - 2 * near[..., 2, 2] + near[..., 0, 2]) / 4
    dxy = (near[..., 3, 3] - near[..., 1, 3] - near[..., 3, 1] + near[..., 1, 1]) / 4
    bend = dxx * dyy - dxy**2
    peaked = inside & (bend > 0) & (dxx < 0)
    move = np.stack((dxy * dy - dyy * dx, dxy * dx - dxx * dy), -1) / np.where(peaked, bend, 1.0)[..., None]
    good = peaked & (np.abs(move).max(-1) <= 1)
    return points + np.where(good[..., None], move, 0.0), values


def _flat(maps: np.ndarray) -> np.ndarray:
    return maps.reshape(*maps.shape[:-2], maps.shape[-2] * maps.shape[-1])


def _cells(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return points[..., 0].astype(np.int64), points[..., 1].astype(np.int64)


def _slopes(maps: np.ndarray, column: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Return how much warmer the next cell is than the one before, (..., 2) of across and down; borders repeat."""
    height, width = maps.shape[-2:]
    flat = _flat(maps)

    def at(c: np.ndarray, r: np.ndarray) -> np.ndarray:
        cells = np.clip(r, 0, height - 1) * width + np.clip(c, 0, width - 1)
        return np.take_along_axis(flat, cells[..., None], -1)[..., 0]

    return np.stack((at(column + 1, row) - at(column - 1, row), at(column, row + 1) - at(column, row - 1)), -1)


def _smoothed(maps: np.ndarray, sigma: float) -> np.ndarray:
    """Return float64 maps smoothed by a Gaussian, zero beyond the border, and scaled back to their own peak."""
    reach = int(2.5 * sigma)
    taps = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma**2))
    taps /= taps.sum()
    result = maps.astype(np.float64)
    for axis in (-1, -2):
        margin = [(0, 0)] * result.ndim
        margin[axis] = (reach, reach)
        wide, count = np.pad(result, margin), result.shape[axis]
        parts = (np.take(wide, np.arange(i, i + count), axis) * tap for i, tap in enumerate(taps))
        result = sum(parts, np.zeros_like(result))
    peak, before = result.max((-2, -1), keepdims=True), maps.max((-2, -1), keepdims=True)
    return result * (before / np.where(peak > 0, peak, 1.0))


# Ways to read a map, all in cells whose middles are whole numbers; to be compared with each other.
DECODERS: Mapping[str, Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]] = {
    "argmax": argmax,
    "quarter": quarter,
    "soft-argmax": soft_argmax,
    "DARK": dark,
}

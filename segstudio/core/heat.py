"""Reading the heat maps of keypoints: which map belongs to a pose, how warm a place is, where the nearest peak is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from segstudio.core.geometry import Box
from segstudio.core.labels import Skeleton
from segstudio.core.results import JointHeat, Result


@dataclass(frozen=True, eq=False)
class HeatMap:
    """The heat of one keypoint.

    Args:
        values: float32 (h, w) in [0, 1].
        box: The part of the picture that it is stretched over.
    """

    values: np.ndarray
    box: Box

    def cell(self, x: float, y: float) -> tuple[float, float]:
        """Return (column, row) of a place of the picture, where whole numbers are the middles of cells."""
        height, width = self.values.shape
        return (x - self.box.x) / self.box.w * width - 0.5, (y - self.box.y) / self.box.h * height - 0.5

    def place(self, column: float, row: float) -> tuple[float, float]:
        """Return the place of the picture of a (column, row)."""
        height, width = self.values.shape
        return (
            self.box.x + (column + 0.5) / width * self.box.w,
            self.box.y + (row + 0.5) / height * self.box.h,
        )

    def at(self, x: float, y: float) -> float:
        """Return the heat at a place, between cells linearly; 0 beyond the map."""
        column, row = self.cell(x, y)
        height, width = self.values.shape
        if not (-0.5 <= column <= width - 0.5 and -0.5 <= row <= height - 0.5):
            return 0.0
        column, row = min(max(column, 0.0), width - 1.0), min(max(row, 0.0), height - 1.0)
        c, r = min(int(column), max(width - 2, 0)), min(int(row), max(height - 2, 0))
        four = self.values[r : r + 2, c : c + 2]
        across = four[:, 0] + (column - c) * (four[:, -1] - four[:, 0])
        return float(across[0] + (row - r) * (across[-1] - across[0]))

    def peak(self, x: float, y: float) -> tuple[float, float]:
        """Return the peak that a climb from a place reaches; from that peak itself, the highest of the map.

        The place between cells is that of the parabola through a peak and its neighbours.
        """
        column, row = self.cell(x, y)
        height, width = self.values.shape
        start = (min(max(round(row), 0), height - 1), min(max(round(column), 0), width - 1))
        here = self._climb(start)
        if here == start:
            best = np.unravel_index(int(np.argmax(self.values)), self.values.shape)
            here = int(best[0]), int(best[1])
        row, column = here
        return self.place(
            column + _top(self.values[row, max(column - 1, 0) : column + 2], 0 < column < width - 1),
            row + _top(self.values[max(row - 1, 0) : row + 2, column], 0 < row < height - 1),
        )

    def _climb(self, start: tuple[int, int]) -> tuple[int, int]:
        row, column = start
        while True:
            top, left = max(row - 1, 0), max(column - 1, 0)
            near = self.values[top : row + 2, left : column + 2]
            r, c = np.unravel_index(int(np.argmax(near)), near.shape)
            higher = int(top + r), int(left + c)
            if near[r, c] <= self.values[row, column]:
                return row, column
            row, column = higher


def _top(three: np.ndarray, inside: bool) -> float:
    """Return how far from the middle of three values the top of their parabola is, within half a cell."""
    bend = float(three[0] - 2 * three[1] + three[2]) if inside else 0.0
    return float(np.clip((three[0] - three[2]) / (2 * bend), -0.5, 0.5)) if bend < 0 else 0.0


def map_of(results: Iterable[Result], skeleton: Skeleton, index: int, pose: Box) -> HeatMap | None:
    """Return the map of a keypoint that covers a pose best, or None where no model gave one.

    Args:
        results: Of the picture.
        skeleton: Of the pose; its keypoints are found by name.
        index: Which keypoint.
        pose: Around the pose's keypoints, in pixels.
    """
    best: tuple[float, HeatMap] | None = None
    for result in results:
        known = result.classes.skeleton if isinstance(result, JointHeat) else None
        if not isinstance(result, JointHeat) or known is None or skeleton.names[index] not in known.names:
            continue
        at = known.names.index(skeleton.names[index])
        for (left, top, right, bottom), maps in zip(result.boxes.tolist(), result.heat, strict=True):
            box = Box(left, top, right - left, bottom - top)
            share = _overlap(box, pose)
            if box.w > 0 and box.h > 0 and share > 0 and (best is None or share > best[0]):
                best = share, HeatMap(maps[at].astype(np.float32), box)
    return best[1] if best is not None else None


def _overlap(a: Box, b: Box) -> float:
    """Return how much two boxes share of both together; a pose on a line counts as one pixel wide."""
    b = Box(b.x, b.y, max(b.w, 1.0), max(b.h, 1.0))
    common = a.intersection(b)
    return common.area / (a.area + b.area - common.area) if common is not None else 0.0

"""Intelligent scissors (Mortensen and Barrett 1995): the cheapest way along edges from an anchor to the pointer.

OpenCV's `IntelligentScissorsMB` finds it. The map of all ways from one anchor takes a moment (0.25 s a megapixel) and
is built once an anchor, in the background; after that each place answers at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from segstudio.assist.crops import rgb, shrunk
from segstudio.core.geometry import Ring

# The largest map, in pixels; a larger crop is shrunk.
MOST = 600_000


class Wire:
    """All ways from one anchor.

    Args:
        picture: uint8 RGB (h, w, 3), the crop that the ways stay in.
        anchor: Where they begin, in picture coordinates; brought into the crop.
        x, y: The crop's place.
        most: Pixels of the map.
    """

    def __init__(
        self, picture: np.ndarray, anchor: tuple[float, float], x: int = 0, y: int = 0, most: int = MOST
    ) -> None:
        picture = rgb(picture)
        self._anchor = anchor
        self._x, self._y = x, y
        height, width = picture.shape[:2]
        self._tool: Any = None
        # OpenCV's edge features need a neighbourhood.
        if min(height, width) < 3:
            return
        small, _ = shrunk(picture, most)
        if min(small.shape[:2]) < 3:
            return
        self._size = small.shape[1], small.shape[0]
        self._ratio = width / small.shape[1], height / small.shape[0]
        self._tool = _tool(small)
        self._tool.buildMap(self._cell(anchor))

    def _cell(self, place: tuple[float, float]) -> tuple[int, int]:
        column = int(np.floor((place[0] - self._x) / self._ratio[0]))
        row = int(np.floor((place[1] - self._y) / self._ratio[1]))
        return min(max(column, 0), self._size[0] - 1), min(max(row, 0), self._size[1] - 1)

    def to(self, x: float, y: float) -> np.ndarray:
        """Return the way to a place, float64 (n, 2) in picture coordinates, from the anchor to the place itself.

        A place outside the crop is reached by a straight line from its nearest point inside.
        """
        if self._tool is None:
            return np.array([self._anchor, (x, y)], np.float64)
        cells = np.asarray(self._tool.getContour(self._cell((x, y))), np.float64).reshape(-1, 2)
        way = (cells + 0.5) * self._ratio + (self._x, self._y)
        # Its two ends are where the person clicked, not the middle of the pixel.
        return np.concatenate(([self._anchor], way[1:-1], [(x, y)]))


def _tool(picture: np.ndarray) -> Any:
    import cv2

    tool = cv2.segmentation.IntelligentScissorsMB()
    tool.setEdgeFeatureCannyParameters(32, 100)
    tool.setGradientMagnitudeMaxLimit(200)
    tool.applyImage(np.ascontiguousarray(picture[:, :, ::-1]))
    return tool


def simplified(way: np.ndarray, tolerance: float = 0.5) -> np.ndarray:
    """Return the fewest of a way's points that stay within `tolerance` pixels of it (Douglas and Peucker)."""
    import cv2

    if len(way) < 3:
        return way
    return cv2.approxPolyDP(way.astype(np.float32).reshape(-1, 1, 2), tolerance, False).reshape(-1, 2).astype(float)


def ring(ways: list[np.ndarray], tolerance: float = 0.5) -> Ring:
    """Return the ring of consecutive ways that close; () where they enclose nothing."""
    points = [simplified(way, tolerance)[:-1] for way in ways if len(way) > 1]
    if not points or sum(len(part) for part in points) < 3:
        return ()
    return tuple(float(v) for v in np.concatenate(points).ravel())

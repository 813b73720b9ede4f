"""The same heat maps read in different ways, to be seen side by side."""

from __future__ import annotations

import numpy as np

from segstudio.core import heatmaps
from segstudio.core.labels import Skeleton
from segstudio.core.views import PointsView


def pose_view(
    group: str, title: str, cells: np.ndarray, size: tuple[int, int], window: tuple[float, ...], skeleton: Skeleton
) -> PointsView:
    """Return a pose as a view.

    Args:
        cells: (k, 2), in cells whose edges are whole numbers.
        size: (h, w) of the map in cells.
        window: The part of the picture that the map lies over: left, top, right, bottom.
    """
    left, top, right, bottom = window
    places = np.array([left, top]) + cells / (size[1], size[0]) * (right - left, bottom - top)
    return PointsView(
        group=group,
        title=title,
        box=(left, top, right, bottom),
        points=places.astype(np.float32),
        texts=tuple(name.replace("_", " ") for name in skeleton.names),
        links=np.array(skeleton.limbs, np.int64).reshape(-1, 2),
    )


def readings(
    group: str, maps: np.ndarray, window: tuple[float, ...], skeleton: Skeleton, sigma: float = 2.0
) -> list[PointsView]:
    """Return the pose that each of `heatmaps.DECODERS` reads from maps (k, h, w).

    Args:
        sigma: Of the maps' peaks in cells, for DARK.
    """
    views = []
    for name, read in heatmaps.DECODERS.items():
        cells, _ = heatmaps.dark(maps, sigma) if name == "DARK" else read(maps)
        views.append(pose_view(group, f"Heat map, {name}", cells + 0.5, maps.shape[1:], window, skeleton))
    return views

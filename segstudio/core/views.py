"""What can be seen inside a model while it looks at a picture: numpy only, in the coordinates of that picture.

A system's `look` returns such views: the maps, crops, boxes and numbers that lie between the picture and its results.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """Base of all views.

    Args:
        group: What the view is one of ("Prototypes"), in English; views of a group stand together.
        title: What it is ("Prototype 3").
        box: The part of the picture that it is stretched over: left, top, right, bottom in pixels; it may reach beyond
            the picture.
    """

    group: str
    title: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True, eq=False)
class HeatView(View):
    """A number a cell.

    Args:
        values: float32 (h, w), finite.
        low, high: The values at the ends of the colour scale; both None for those that occur. Where `low` is -`high`,
            the scale is one of two sides around zero.
        unit: Of the numbers, for reading a single one.
    """

    values: np.ndarray
    low: float | None = None
    high: float | None = None
    unit: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class PictureView(View):
    """A picture: uint8 RGB (h, w, 3), such as a crop or a map of classes in their colours."""

    rgb: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class BoxesView(View):
    """Boxes that are not results yet, such as proposals.

    Args:
        boxes: float32 (n, 4): left, top, right, bottom in pixels of the picture.
        scores: float32 (n,) in [0, 1], or None.
        texts: A text a box, or none at all.
    """

    boxes: np.ndarray
    scores: np.ndarray | None = None
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class PointsView(View):
    """Points, and lines between them.

    Args:
        points: float32 (n, 2): x, y in pixels of the picture.
        scores: float32 (n,) in [0, 1], or None.
        texts: A text a point, or none at all.
        links: int64 (m, 2) of the places in `points` that a line joins.
    """

    points: np.ndarray
    scores: np.ndarray | None = None
    texts: tuple[str, ...] = ()
    links: np.ndarray | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class BarsView(View):
    """Named numbers, such as the coefficients of an instance.

    Args:
        labels: A name a number.
        values: float32 (n,).
    """

    labels: tuple[str, ...]
    values: np.ndarray

"""Reading views: their kind and range, the colours of a map, what they say at a place, which belong to an object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from segstudio.core import colors
from segstudio.core.geometry import Box
from segstudio.core.views import BarsView, BoxesView, HeatView, PictureView, PointsView, View

Kind = str
"""One of "heat", "picture", "boxes", "points", "bars"."""

SCALES = ("viridis", "inferno", "grey")
"""The colour scales of what has one side; what has two always gets the diverging one."""

TWO_SIDED = "diverging"
POSITIVE: colors.RGB = (74, 144, 217)
NEGATIVE: colors.RGB = (217, 119, 66)
"""The colours of bars."""

_TOGETHER = 4  # views of a group that are read at once; of 80 classes the one that is shown says enough
_MOST = 6
_ONE_SIDED = 0.05  # how little may lie on the other side of zero for a scale to count as one of one side


class Coloring(NamedTuple):
    """How maps are coloured: a scale of `SCALES`, and whether it is stretched over the values that occur."""

    scale: str = SCALES[0]
    stretch: bool = False


PLAIN = Coloring()


class Range(NamedTuple):
    """The ends of a view's numbers; `signed` where zero is the middle and both sides count."""

    low: float
    high: float
    signed: bool = False


def kind_of(view: View) -> Kind:
    """Return what kind of view it is, in a word."""
    match view:
        case HeatView():
            return "heat"
        case PictureView():
            return "picture"
        case BoxesView():
            return "boxes"
        case PointsView():
            return "points"
        case BarsView():
            return "bars"
    raise TypeError(f"{type(view).__name__} is no kind of view")


def size_of(view: View) -> tuple[int, ...]:
    """Return (height, width) of a map or a picture, (n,) of boxes, points and bars."""
    match view:
        case HeatView():
            return view.values.shape
        case PictureView():
            return view.rgb.shape[:2]
        case BoxesView():
            return (len(view.boxes),)
        case PointsView():
            return (len(view.points),)
        case BarsView():
            return (len(view.values),)
    raise TypeError(f"{type(view).__name__} is no kind of view")


def numbers_of(view: View) -> np.ndarray | None:
    """Return the numbers that a view holds: values, or scores; None where it has none."""
    match view:
        case HeatView() | BarsView():
            return view.values
        case BoxesView() | PointsView():
            return view.scores
    return None


def range_of(view: View) -> tuple[float, float] | None:
    """Return the least and the largest number of a view, None where it has none."""
    numbers = numbers_of(view)
    if numbers is None or not numbers.size:
        return None
    return float(numbers.min()), float(numbers.max())


def scale_of(view: HeatView, stretch: bool = False) -> Range:
    """Return the ends of a map's colour scale.

    Where the view states none, or with `stretch`, they are those that occur; where both sides of zero do, the scale
    reaches as far to both.
    """
    low, high = range_of(view) or (0.0, 0.0)
    if view.low is not None and view.high is not None and not stretch:
        return Range(view.low, view.high, view.low == -view.high and view.high > 0)
    far = max(-low, high)
    if low < 0 < high and min(-low, high) > _ONE_SIDED * far:
        return Range(-far, far, signed=True)
    return Range(low, high)


def colored(view: HeatView, coloring: Coloring = PLAIN, side: int = 0) -> np.ndarray:
    """Return a map in colours, uint8 RGB (h, w, 3).

    Args:
        view: The map.
        coloring: Its scale is for maps of one side; one of two sides gets the diverging scale.
        side: Every so many cells only, so that about this many remain on the longer side; 0 for all.
    """
    low, high, signed = scale_of(view, coloring.stretch)
    step = max(max(view.values.shape) // side, 1) if side else 1
    values = np.nan_to_num(view.values[::step, ::step].astype(np.float32))
    share = (values - low) / (high - low) if high > low else np.full(values.shape, 0.5, np.float32)
    places = np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)
    return colors.lut(TWO_SIDED if signed else coloring.scale)[places]


def scale_colors(view: HeatView, coloring: Coloring) -> np.ndarray:
    """Return the colours of a map from the lower end of its scale to the upper, uint8 (256, 3)."""
    return colors.lut(TWO_SIDED if scale_of(view, coloring.stretch).signed else coloring.scale)


def score_color(score: float | None) -> colors.RGB:
    """Return what a box or a point is drawn in: the surer, the lighter."""
    if score is None:
        return 91, 157, 255
    r, g, b = colors.lut("viridis")[round(min(max(score, 0.0), 1.0) * 255)].tolist()
    return r, g, b


def texts_of(view: BoxesView | PointsView) -> list[str]:
    """Return what stands beside each box or point: its text and its score."""
    count = size_of(view)[0]
    words = view.texts or ("",) * count
    scores = [""] * count if view.scores is None else [f"{score:.2f}" for score in view.scores.tolist()]
    return [" ".join(filter(None, pair)) for pair in zip(words, scores)]


def at(view: HeatView, x: float, y: float) -> float | None:
    """Return the value of the cell under a place of the picture; None beside the map."""
    left, top, right, bottom = view.box
    height, width = view.values.shape
    if not (left <= x < right and top <= y < bottom):
        return None
    return float(view.values[int((y - top) / (bottom - top) * height), int((x - left) / (right - left) * width)])


def readings(views: Sequence[View], shown: View, x: float, y: float) -> list[tuple[HeatView, float]]:
    """Return what maps say at a place of the picture: the one that is shown, then those that are read with it.

    These are the other maps of its group, and those of groups all of whose maps have the same cells over the same box;
    of groups with many maps none. So a centre's heat is read with its size and its offset.
    """
    if not isinstance(shown, HeatView):
        return []
    groups: dict[str, list[HeatView]] = {}
    for view in views:
        if isinstance(view, HeatView):
            groups.setdefault(view.group, []).append(view)
    near: list[HeatView] = []
    for group, held in sorted(groups.items(), key=lambda item: item[0] != shown.group):
        alike = all(view.box == shown.box and view.values.shape == shown.values.shape for view in held)
        if len(held) <= _TOGETHER and (alike or group == shown.group):
            near += [view for view in held if view is not shown and view.box == shown.box]
    found = ((view, at(view, x, y)) for view in (shown, *near[: _MOST - 1]))
    return [(view, value) for view, value in found if value is not None]


def groups_of(views: Iterable[View]) -> list[str]:
    """Return the groups in the order in which they first occur."""
    return list(dict.fromkeys(view.group for view in views))


def for_object(views: Sequence[View], bounds: Box | None, size: tuple[int, int]) -> list[View]:
    """Return views in their order, those that lie over an object before all others.

    Args:
        views: Of a picture.
        bounds: Around the object; None for no object.
        size: (width, height) of the picture: what lies over all of it belongs to no object.
    """
    if bounds is None:
        return list(views)
    return sorted(views, key=lambda view: -round(_shared(view.box, bounds, size), 3))


def _shared(box: tuple[float, float, float, float], bounds: Box, size: tuple[int, int]) -> float:
    """Return how much of a view's and an object's box is common to both; 0 for what lies over the whole picture."""
    left, top, right, bottom = box
    whole = left <= 0 and top <= 0 and right >= size[0] and bottom >= size[1]
    around = Box(left, top, right - left, bottom - top)
    common = None if whole else around.intersection(bounds)
    return common.area / (around.area + bounds.area - common.area) if common is not None else 0.0

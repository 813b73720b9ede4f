"""Views of a model's inside as pictures for files: maps in colours, boxes and points drawn, numbers as bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from segstudio.core import colors, view_reading
from segstudio.core.view_reading import Coloring
from segstudio.core.views import BarsView, BoxesView, HeatView, PictureView, PointsView, View

if TYPE_CHECKING:
    from PIL import Image

OVER = 0.65  # how much a map covers the picture
LEAST = 256  # pixels of the longer side of a map without the picture
_BAR, _NAME, _ROOM = 22, 190, 420  # pixels: a row's height, the names' width, the longest bar
_INK, _GROUND = (40, 40, 40), (255, 255, 255)


def drawn(view: View, rgb: np.ndarray, *, coloring: Coloring = view_reading.PLAIN, alone: bool = False) -> np.ndarray:
    """Return a view as a picture, uint8 RGB.

    Args:
        view: The view.
        rgb: The picture that was looked at, uint8 (h, w, 3).
        coloring: How maps are coloured.
        alone: Maps without the picture below: one cell a pixel, or several where there are few.
    """
    match view:
        case HeatView():
            return _alone(view, coloring) if alone else _over(view, rgb, coloring)
        case PictureView():
            return view.rgb
        case BoxesView():
            return _boxes(view, rgb)
        case PointsView():
            return _points(view, rgb)
        case BarsView():
            return _bars(view)
    raise TypeError(f"{type(view).__name__} is no kind of view")


def _alone(view: HeatView, coloring: Coloring) -> np.ndarray:
    made = view_reading.colored(view, coloring)
    times = max(-(-LEAST // max(made.shape[:2])), 1)
    return made.repeat(times, axis=0).repeat(times, axis=1)


def _over(view: HeatView, rgb: np.ndarray, coloring: Coloring) -> np.ndarray:
    """Lay a map over the part of the picture that it is stretched over."""
    from PIL import Image

    height, width = rgb.shape[:2]
    left, top, right, bottom = view.box
    x0, y0, x1, y1 = max(round(left), 0), max(round(top), 0), min(round(right), width), min(round(bottom), height)
    if x1 <= x0 or y1 <= y0:
        return rgb
    rows, columns = view.values.shape
    # Of a map that reaches beyond the picture only the part over it; rounding must not leave the map.
    across, down = columns / (right - left), rows / (bottom - top)
    part = (
        max((x0 - left) * across, 0.0), max((y0 - top) * down, 0.0),
        min((x1 - left) * across, columns), min((y1 - top) * down, rows),
    )  # fmt: skip
    cells = Image.fromarray(view_reading.colored(view, coloring))
    shown = cells.resize((x1 - x0, y1 - y0), Image.Resampling.BILINEAR, box=part)
    made = rgb.copy()
    below = made[y0:y1, x0:x1].astype(np.float32)
    made[y0:y1, x0:x1] = np.rint(OVER * np.asarray(shown) + (1 - OVER) * below).astype(np.uint8)
    return made


def _tools(rgb: np.ndarray) -> tuple[Image.Image, Any, Any, int]:
    """Return (picture to draw on, pen, font, width of a line)."""
    from PIL import Image, ImageDraw, ImageFont

    made = Image.fromarray(rgb)
    side = max(made.size)
    return made, ImageDraw.Draw(made), ImageFont.load_default(max(side // 60, 11)), max(side // 400, 2)


def _boxes(view: BoxesView, rgb: np.ndarray) -> np.ndarray:
    made, pen, font, width = _tools(rgb)
    scores = [None] * len(view.boxes) if view.scores is None else view.scores.tolist()
    # The surest come last, on top.
    for i in reversed(range(len(view.boxes))):
        left, top, right, bottom = view.boxes[i].tolist()
        if right > left and bottom > top:
            pen.rectangle((left, top, right, bottom), outline=view_reading.score_color(scores[i]), width=width)
    corners = [(max(left, 0) + width, max(top, 0) + width) for left, top, _, _ in view.boxes.tolist()]
    _tags(pen, font, corners, view_reading.texts_of(view), scores)
    return np.asarray(made)


def _points(view: PointsView, rgb: np.ndarray) -> np.ndarray:
    made, pen, font, width = _tools(rgb)
    scores = [None] * len(view.points) if view.scores is None else view.scores.tolist()
    places = [tuple(point) for point in view.points.tolist()]
    for a, b in [] if view.links is None else view.links.tolist():
        pen.line((*places[a], *places[b]), fill=(255, 255, 255), width=width)
    radius = 2 * width
    for (x, y), score in zip(places, scores):
        pen.ellipse(
            (x - radius, y - radius, x + radius, y + radius), fill=view_reading.score_color(score), outline=(0, 0, 0)
        )
    _tags(pen, font, [(x + 2 * radius, y - radius) for x, y in places], view_reading.texts_of(view), scores)
    return np.asarray(made)


def _tags(
    pen: Any, font: Any, places: list[tuple[float, float]], texts: list[str], scores: Sequence[float | None]
) -> None:
    """Write a text at each place, the first ones first; one that would cover another is left out."""
    taken: list[tuple[float, float, float, float]] = []
    for at, text, score in zip(places, texts, scores):
        left, top, right, bottom = pen.textbbox(at, text, font=font)
        if not text or any(left < r and right > le and top < b and bottom > t for le, t, r, b in taken):
            continue
        taken.append((left - 2, top - 1, right + 2, bottom + 1))
        pen.rectangle(taken[-1], fill=view_reading.score_color(score))
        pen.text(at, text, font=font, fill=colors.ink_on(view_reading.score_color(score)))


def _bars(view: BarsView) -> np.ndarray:
    """Draw a row a number: its name, a bar from zero, the number."""
    values = view.values.astype(float)
    low, high = min(float(values.min(initial=0.0)), 0.0), max(float(values.max(initial=0.0)), 0.0)
    extent = (high - low) or 1.0
    ground = np.full((max(len(values), 1) * _BAR + 16, _NAME + _ROOM + 100, 3), _GROUND, np.uint8)
    made, pen, font, _ = _tools(ground)
    zero = _NAME + (0 - low) / extent * _ROOM
    for i, (name, value) in enumerate(zip(view.labels, values.tolist())):
        y = 8 + i * _BAR
        pen.text((8, y + 4), name[:28], font=font, fill=_INK)
        ends = sorted((zero, zero + value / extent * _ROOM))
        pen.rectangle(
            (ends[0], y + 3, max(ends[1], ends[0] + 1), y + _BAR - 4),
            fill=view_reading.POSITIVE if value >= 0 else view_reading.NEGATIVE,
        )
        pen.text((_NAME + _ROOM + 12, y + 4), f"{value:.4g}", font=font, fill=_INK)
    return np.asarray(made)

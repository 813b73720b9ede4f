"""A line that is being drawn: clicks, freehand points, and stretches of borders that it follows."""

from __future__ import annotations

import math
from collections.abc import Generator

from segstudio.app.canvas.draft import NOTHING, Dot, Draft, Line, Point
from segstudio.app.tools.base import Event, Keys, ToolContext, clamp
from segstudio.core.annotation import Annotation
from segstudio.core.borders import Borders, Spot

# In screen pixels: how near a click must come to the first vertex, how far apart freehand points are, and from how far
# a border draws the pointer.
CLOSE = 9.0
APART = 5.0
SNAP = 8.0
MOST_DOTS = 200
FOLLOWED = (91, 157, 255)


class Magnet:
    """Draws the pointer to the borders of the objects that show, and to the edges of the picture.

    Args:
        context: The window.
    """

    def __init__(self, context: ToolContext) -> None:
        self._context = context
        self._borders = Borders(context.size)
        self._known: list[int] = []
        self._kept: list[Annotation] = []

    def spot(self, event: Event) -> Spot | None:
        """Return the place on a border that draws the pointer, or None; Ctrl suspends it."""
        if event.ctrl or event.kind == "leave":
            return None
        self._refresh()
        return self._borders.nearest(event.x, event.y, SNAP / max(event.zoom, 1e-9))

    def between(self, a: Spot, b: Spot, far: bool) -> list[Point]:
        """Return the vertices of a border between two of its places."""
        return [(x, y) for x, y in self._borders.between(a, b, far=far).tolist()]

    def _refresh(self) -> None:
        rows = self._context.annotations
        known = [*self._context.size, *map(id, rows.values())]
        if known != self._known:
            # An id is good for as long as its object lives.
            self._known, self._kept = known, list(rows.values())
            if self._borders.size != self._context.size:
                self._borders = Borders(self._context.size)
            self._borders.set(a for a in self._kept if self._context.visible(a))


class Outline:
    """The line so far.

    Args:
        context: The window.
        magnet: Draws the pointer, or None.
        follows: Whether two places on one border are joined along it.
        closed: Whether the line ends where it began.
    """

    def __init__(self, context: ToolContext, magnet: Magnet | None, *, follows: bool = False, closed: bool = True):
        self._context = context
        self._magnet = magnet
        self._follows = follows
        self._closed = closed
        # What each click added, and where on a border it ended.
        self._legs: list[tuple[list[Point], Spot | None]] = []
        self._far = False

    @property
    def points(self) -> list[Point]:
        """All points so far."""
        return [p for leg, _ in self._legs for p in leg]

    def draw(self, press: Event) -> Generator[Keys, Event, list[Point]]:
        """Follow the person from the first press on; return the points, or none if the drawing was cancelled."""
        keys = frozenset(("Enter", "Backspace", "Esc", *(("F",) if self._follows else ())))
        last = press
        self._add(press)
        while True:
            self._context.preview(self._draft(last))
            event = yield keys
            if event.kind == "key":
                if event.key == "Esc":
                    return []
                if event.key == "Enter":
                    return self._finished()
                if event.key == "F":
                    self._far = not self._far
                    continue
                self._legs.pop()
                if not self._legs:
                    return []
            elif event.kind == "press" and event.button == "left":
                if event.double or self._closes(event):
                    return self._finished()
                self._add(event)
            elif event.kind == "move" and event.button == "left" and not _near(self.points[-1], event, APART):
                self._legs.append(([clamp(event, self._context.size)], None))
            if event.kind in ("press", "move"):
                last = event

    def _add(self, event: Event) -> None:
        stretch, point, spot = self._aim(event)
        self._legs.append(([*stretch, point], spot))
        self._far = False

    def _aim(self, event: Event) -> tuple[list[Point], Point, Spot | None]:
        """Return what a click would add: a stretch of border, and the point after it with its place on a border."""
        spot = self._magnet.spot(event) if self._magnet is not None else None
        if spot is None:
            return [], clamp(event, self._context.size), None
        return self._stretch(spot), (spot.x, spot.y), spot

    def _stretch(self, to: Spot | None) -> list[Point]:
        """Return the vertices of the border between the last point and another place on the same border."""
        last = self._legs[-1][1] if self._legs else None
        if self._magnet is None or not self._follows or last is None or to is None:
            return []
        return self._magnet.between(last, to, self._far)

    def _finished(self) -> list[Point]:
        points = self.points
        return [*points, *self._stretch(self._legs[0][1])] if self._closed and len(self._legs) > 1 else points

    def _closes(self, event: Event) -> bool:
        points = self.points
        return self._closed and len(points) > 2 and _near(points[0], event, CLOSE)

    def _draft(self, last: Event) -> Draft:
        points = self.points
        closing = self._closes(last)
        if closing:
            stretch, pointer, spot = self._stretch(self._legs[0][1]), points[0], None
        else:
            stretch, pointer, spot = self._aim(last)
        # Freehand points would hide the line under dots.
        dots = points if len(points) < MOST_DOTS else points[:1]
        followed = (Line((points[-1], *stretch, pointer), FOLLOWED, width=2.5),) if stretch else ()
        return Draft(
            line=tuple(points) if stretch else (*points, pointer),
            vertices=tuple(dots),
            closing=closing,
            lines=followed,
            dots=mark(spot).dots,
        )


def mark(spot: Spot | None) -> Draft:
    """Return the mark of the place that draws the pointer."""
    return Draft(dots=(Dot(spot.x, spot.y),)) if spot is not None else NOTHING


def _near(point: Point, event: Event, reach: float) -> bool:
    return math.hypot(point[0] - event.x, point[1] - event.y) * event.zoom <= reach

"""Moving the vertices of the selected polygon: one, a side's two, or several that were picked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from segstudio.app.canvas.draft import NOTHING, Dot, Draft
from segstudio.app.tools.base import Event, ToolContext
from segstudio.core import shape_edits
from segstudio.core.annotation import Annotation
from segstudio.core.borders import Borders
from segstudio.core.changes import ChangeSet
from segstudio.core.geometry import Box, Polygons

# In screen pixels: from how far a border draws a vertex.
SNAP = 8.0


def neighbours(context: ToolContext, a: Annotation) -> list[Annotation]:
    """Return the other objects beside one that show and may be changed."""
    near = context.inside(a.bounds.padded(shape_edits.SAME), touching=True)
    return [b for id in near if id != a.id and (b := context.annotations.get(id)) is not None]


def with_shared(context: ToolContext, a: Annotation, numbers: Iterable[int], shared: bool) -> dict[int, list[int]]:
    """Return vertices of a polygon and, if borders are shared, all that lie at the same places."""
    assert isinstance(a.geometry, Polygons)
    picks = {a.id: sorted(numbers)}
    if shared:
        found = shape_edits.sharing([a, *neighbours(context, a)], shape_edits.vertices(a.geometry)[picks[a.id]])
        picks = {**found, a.id: sorted({*picks[a.id], *found.get(a.id, ())})}
    return picks


def moved_rows(context: ToolContext, picks: shape_edits.Picks) -> list[Annotation]:
    """Return the objects that some vertices belong to."""
    return [a for id in picks if (a := context.annotations.get(id)) is not None]


class VertexDrag:
    """What a drag of vertices does.

    Args:
        context: The window.
        a: The polygon.
        numbers: Of its vertices, counted through all rings.
        press: Where the drag began.
        shared: Whether vertices of neighbours at the same places move too.
        snaps: Whether a single vertex snaps to the borders of others and to the picture's edges; Ctrl suspends it.
    """

    def __init__(
        self, context: ToolContext, a: Annotation, numbers: Sequence[int], press: Event, *, shared: bool, snaps: bool
    ) -> None:
        assert isinstance(a.geometry, Polygons)
        self._press, self._size = press, context.size
        self._picks = with_shared(context, a, numbers, shared)
        self._rows = moved_rows(context, self._picks)
        self._from = shape_edits.vertices(a.geometry)[numbers[0]]
        self._borders: Borders | None = None
        if snaps and len(numbers) == 1:
            self._borders = Borders(context.size)
            shown = (b for b in context.annotations.values() if context.visible(b))
            self._borders.set(b for b in shown if b.id not in self._picks)

    def __call__(self, event: Event) -> tuple[ChangeSet, tuple[Dot, ...]]:
        """Return the change of a drag that has come to the event's place, and a mark where it snaps."""
        step = np.array((event.x - self._press.x, event.y - self._press.y))
        dots: tuple[Dot, ...] = ()
        if self._borders is not None and not event.ctrl:
            x, y = (self._from + step).tolist()
            spot = self._borders.nearest(x, y, SNAP / max(event.zoom, 1e-9))
            if spot is not None:
                step, dots = np.array((spot.x, spot.y)) - self._from, (Dot(spot.x, spot.y),)
        dx, dy = step.tolist()
        return shape_edits.move_vertices(self._rows, self._picks, dx, dy, self._size), dots


class Picks:
    """The picked vertices of the selected polygon; another selection or another number of vertices forgets them."""

    def __init__(self) -> None:
        self._owner, self._count = 0, 0
        self._numbers: frozenset[int] = frozenset()

    def of(self, a: Annotation | None) -> frozenset[int]:
        """Return the numbers of an object's picked vertices."""
        if a is None or not isinstance(a.geometry, Polygons):
            return frozenset()
        return self._numbers if (a.id, a.geometry.vertices) == (self._owner, self._count) else frozenset()

    def set(self, a: Annotation, numbers: Iterable[int]) -> None:
        """Pick these vertices of a polygon and no others."""
        if isinstance(a.geometry, Polygons):
            self._owner, self._count, self._numbers = a.id, a.geometry.vertices, frozenset(numbers)

    def frame(self, a: Annotation, box: Box, *, more: bool) -> None:
        """Pick the vertices in a box, besides those picked already or instead of them."""
        assert isinstance(a.geometry, Polygons)
        points = shape_edits.vertices(a.geometry)
        inside = (points >= (box.x, box.y)) & (points <= (box.right, box.bottom))
        found = np.flatnonzero(inside.all(axis=1)).tolist()
        self.set(a, {*found, *(self.of(a) if more else ())})

    def step(self, a: Annotation, by: int) -> None:
        """Pick the next vertex of a polygon, or the one before."""
        if isinstance(a.geometry, Polygons):
            old = self.of(a)
            at = (max(old) if by > 0 else min(old)) if old else (-1 if by > 0 else 0)
            self.set(a, [(at + by) % a.geometry.vertices])

    def draft(self, a: Annotation | None, change: ChangeSet | None = None, dots: tuple[Dot, ...] = ()) -> Draft:
        """Return the marks of the picked vertices, where a change would put them."""
        numbers = self.of(a)
        if a is None or not (numbers or dots):
            return NOTHING
        now = next((c.after for c in change.changes if c.id == a.id), a) if change else a
        shape = now.geometry if isinstance(now, Annotation) else None
        if not numbers or not isinstance(shape, Polygons):
            return Draft(dots=dots)
        return Draft(picked=tuple(map(tuple, shape_edits.vertices(shape)[sorted(numbers)].tolist())), dots=dots)

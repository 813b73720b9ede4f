"""Selecting, moving and reshaping objects."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import replace

from segstudio.app.canvas.draft import NOTHING, Dot, Draft, Line
from segstudio.app.canvas.handles import SHORTEST, SIDE_GRAB, Handle, grab, resized, side_at
from segstudio.app.i18n import tr
from segstudio.app.tools.base import Event, Keys, Run, Tool, ToolContext, clamp, dragged
from segstudio.app.tools.dragging import follow
from segstudio.app.tools.options import Option
from segstudio.app.tools.outline import FOLLOWED
from segstudio.app.tools.reshape import Picks, VertexDrag, moved_rows, neighbours, with_shared
from segstudio.core import edits, shape_edits
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import SegstudioError
from segstudio.core.geometry import Box, Polygons, ring_points

# The pointer must travel this many screen pixels before a press becomes a drag.
THRESHOLD = 4.0
ARROWS = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, -1), "Down": (0, 1)}
FAR = 10

Drag = Generator[Keys, Event, bool]
Change = Callable[[Event], tuple[ChangeSet, tuple[Dot, ...]]]


class Select(Tool):
    """Clicks select, drags move, handles reshape."""

    name = "select"
    hint = (
        "Click, Tab: what lies beneath · Shift adds · drag, arrows move · Ctrl-drag frames · polygon: drag vertices, "
        "sides, double click adds, Alt-click removes, Alt-drag [ ] picks"
    )
    cursor = "arrow"
    options = (
        Option("shared", "Shared borders", "flag", True, tip="Vertices of neighbours at the same place move too."),
        Option("snap", "Snap", "flag", True, tip="A dragged vertex snaps to other borders and to the picture's edges."),
    )

    def run(self, context: ToolContext) -> Run:
        beneath: list[int] = []
        self._picks = Picks()
        shown: Draft | None = NOTHING
        event = Event("leave")
        while True:
            draft = self._marks(context, event)
            if draft != shown:
                context.preview(draft)
            shown = draft
            n = len(draft.picked)
            self.set_note(tr("{n:,} picked: arrows move, Del deletes, + adds, Esc lets go", n=n) if n else "")
            event = yield self._keys(context, beneath)
            if event.kind == "key":
                self._key(context, event, beneath)
            elif event.kind == "press" and event.button == "left" and context.size[0]:
                if event.double and self._insert(context, event):
                    continue
                beneath = yield from self._press(context, event)
                # A drag shows marks of its own and takes them away.
                shown = None

    def _marks(self, context: ToolContext, event: Event) -> Draft:
        """Return the marks of the picked vertices, and of the side under the pointer, which can be dragged."""
        a = _single(context)
        draft = self._picks.draft(a)
        if a is None or event.kind != "move" or event.ctrl or event.shift or not isinstance(a.geometry, Polygons):
            return draft
        if grab(a, event.x, event.y, event.zoom) is not None:
            return draft
        side = side_at(a, event.x, event.y, event.zoom, SIDE_GRAB, SHORTEST)
        if side is None:
            return draft
        ring = ring_points([*a.geometry.parts, *a.geometry.holes][side[0]]).tolist()
        ends = (tuple(ring[side[1]]), tuple(ring[(side[1] + 1) % len(ring)]))
        return replace(draft, lines=(Line(ends, FOLLOWED, width=2.5),))

    def _keys(self, context: ToolContext, beneath: list[int]) -> Keys:
        if not context.selection:
            return frozenset()
        keys = {*ARROWS, "Esc"}
        a = _single(context)
        if a is not None and isinstance(a.geometry, Polygons):
            keys |= {"[", "]"}
            keys |= {"Del", "+"} if self._picks.of(a) else set()
        return frozenset(keys | {"Tab"} if len(beneath) > 1 and context.selection & set(beneath) else keys)

    def _key(self, context: ToolContext, event: Event, beneath: list[int]) -> None:
        rows, a = _selected(context), _single(context)
        if a is not None and self._picks.of(a) and self._key_of_picks(context, event, a):
            return
        if event.key in ARROWS and rows:
            context.commit(edits.translate(rows, *_step(event), nudge=True))
        elif event.key == "Tab" and len(beneath) > 1:
            context.set_selection([_next(beneath, context.selection, -1 if event.shift else 1)])
        elif event.key in ("[", "]") and a is not None:
            self._picks.step(a, 1 if event.key == "]" else -1)
        elif event.key == "Esc":
            context.set_selection(())

    def _key_of_picks(self, context: ToolContext, event: Event, a: Annotation) -> bool:
        """Handle a key that is for the picked vertices; return whether it was."""
        numbers = self._picks.of(a)
        if event.key in ARROWS:
            picks = with_shared(context, a, numbers, self.value("shared"))
            rows = moved_rows(context, picks)
            context.commit(shape_edits.move_vertices(rows, picks, *_step(event), context.size, nudge=True))
        elif event.key == "Del":
            self._delete(context, a, numbers)
        elif event.key == "+" and isinstance(a.geometry, Polygons):
            ring, index = shape_edits.place_of(a.geometry, max(numbers))
            points = ring_points([*a.geometry.parts, *a.geometry.holes][ring])
            x, y = ((points[index] + points[(index + 1) % len(points)]) / 2).tolist()
            if self._add(context, a, x, y, (ring, index)):
                self._picks.set(context.annotations[a.id], [max(numbers) + 1])
        elif event.key == "Esc":
            self._picks.set(a, ())
        else:
            return False
        return True

    def _press(self, context: ToolContext, press: Event) -> Generator[Keys, Event, list[int]]:
        """Handle a press until its release; return what lies beneath a click."""
        a = _single(context)
        if a is not None and (yield from self._reshape(context, a, press)):
            return []
        found = context.under(press.x, press.y)
        if not found or press.ctrl:
            yield from _band(context, press)
            return []
        if press.shift:
            context.set_selection(context.selection ^ {found[0]})
            return found
        held = not context.selection.isdisjoint(found)
        if not held:
            context.set_selection([found[0]])
        moved = yield from self._drag(context, press, lambda e: (_move(context, press, e), ()))
        if held and not moved:
            several = len(context.selection) > 1
            context.set_selection([found[0] if several else _next(found, context.selection, 1)])
        return found

    def _reshape(self, context: ToolContext, a: Annotation, press: Event) -> Drag:
        """Handle a press on the handles and sides of the selected object; return whether it was one."""
        handle = grab(a, press.x, press.y, press.zoom)
        if handle is not None and handle.kind == "vertex" and isinstance(a.geometry, Polygons):
            yield from self._vertex(context, a, shape_edits.number_of(a.geometry, handle.ring, handle.index), press)
            return True
        if handle is not None:
            yield from self._drag(context, press, lambda e: (_handle_moved(context, a, handle, press, e), ()))
            return True
        if press.alt and isinstance(a.geometry, Polygons):
            box = yield from _framed(context, press)
            self._picks.frame(a, box or Box(press.x, press.y, 0, 0), more=press.shift)
            return True
        side = side_at(a, press.x, press.y, press.zoom, SIDE_GRAB, SHORTEST)
        if side is None or press.ctrl or press.shift or not isinstance(a.geometry, Polygons):
            return False
        count = len([*a.geometry.parts, *a.geometry.holes][side[0]]) // 2
        ends = [shape_edits.number_of(a.geometry, side[0], i % count) for i in (side[1], side[1] + 1)]
        yield from self._drag(context, press, self._moves(context, a, ends, press))
        return True

    def _vertex(self, context: ToolContext, a: Annotation, number: int, press: Event) -> Drag:
        """Handle a press on a vertex."""
        picked = self._picks.of(a)
        assert isinstance(a.geometry, Polygons)
        if press.alt and press.shift:
            ring, _ = shape_edits.place_of(a.geometry, number)
            _try(context, lambda: shape_edits.delete_ring(a, ring))
        elif press.alt:
            self._delete(context, a, {number})
        elif press.shift:
            self._picks.set(a, picked ^ {number})
        else:
            numbers = sorted(picked) if number in picked else [number]
            return (yield from self._drag(context, press, self._moves(context, a, numbers, press)))
        return True

    def _moves(self, context: ToolContext, a: Annotation, numbers: list[int], press: Event) -> Change:
        shared, snaps = self.value("shared"), self.value("snap")
        return VertexDrag(context, a, numbers, press, shared=shared, snaps=snaps)

    def _delete(self, context: ToolContext, a: Annotation, numbers: frozenset[int] | set[int]) -> None:
        picks = with_shared(context, a, numbers, self.value("shared"))
        _try(context, lambda: shape_edits.delete_vertices(moved_rows(context, picks), picks))

    def _insert(self, context: ToolContext, event: Event) -> bool:
        """Add a vertex where a polygon's side was clicked twice; return whether there is one."""
        a = _single(context)
        if a is None or grab(a, event.x, event.y, event.zoom) is not None:
            return False
        side = side_at(a, event.x, event.y, event.zoom, 2 * THRESHOLD, 0)
        return side is not None and self._add(context, a, event.x, event.y, side)

    def _add(self, context: ToolContext, a: Annotation, x: float, y: float, side: tuple[int, int]) -> bool:
        others = neighbours(context, a) if self.value("shared") else []
        return context.commit(shape_edits.insert_vertex(others, x, y, a, side))

    def _drag(self, context: ToolContext, press: Event, change: Change) -> Drag:
        """Show what a drag would change, and commit it at the release; return whether there was a drag."""
        a = _single(context)

        def moved(event: Event) -> tuple[ChangeSet, Callable[[], Draft]]:
            now, dots = change(event)
            return now, lambda: self._picks.draft(a, now, dots)

        return follow(context, lambda event: _far(press, event), moved)


def _selected(context: ToolContext) -> list[Annotation]:
    rows = context.annotations
    return [a for id in sorted(context.selection) if (a := rows.get(id)) is not None and context.visible(a)]


def _single(context: ToolContext) -> Annotation | None:
    """Return the selected object if it is only one."""
    rows = _selected(context) if len(context.selection) == 1 else []
    return rows[0] if rows else None


def _try(context: ToolContext, edit: Callable[[], ChangeSet]) -> None:
    """Commit a change, or say why it can't be made."""
    try:
        context.commit(edit())
    except SegstudioError as error:
        context.say(f"{error.message} {error.remedy or ''}".strip())


def _step(event: Event) -> tuple[int, int]:
    dx, dy = ARROWS[event.key]
    return (dx * FAR, dy * FAR) if event.shift else (dx, dy)


def _next(found: list[int], selection: frozenset[int], by: int) -> int:
    """Return what comes after the selected one, from the top down and round again."""
    at = [i for i, id in enumerate(found) if id in selection]
    return found[(at[0] + by) % len(found)] if at else found[0]


def _far(press: Event, event: Event) -> bool:
    return math.hypot(event.x - press.x, event.y - press.y) * press.zoom >= THRESHOLD


def _move(context: ToolContext, press: Event, event: Event) -> ChangeSet:
    return edits.translate(_selected(context), event.x - press.x, event.y - press.y)


def _handle_moved(context: ToolContext, a: Annotation, handle: Handle, press: Event, event: Event) -> ChangeSet:
    """Return the change that the drag of a joint or of a box's handle makes."""
    # The handle keeps its distance to the pointer, so that it does not jump at the first move.
    moved = Event("move", event.x - press.x + handle.x, event.y - press.y + handle.y)
    x, y = clamp(moved, context.size)
    if handle.kind == "joint" and a.keypoints is not None:
        v = a.keypoints.point(handle.index)[2]
        return edits.set_keypoints(a, a.keypoints.moved(handle.index, x, y, v))
    box = a.geometry if isinstance(a.geometry, Box) else a.box
    return edits.set_box(a, resized(box, handle.index, x, y)) if box is not None else ChangeSet(())


def _framed(context: ToolContext, press: Event) -> Generator[Keys, Event, Box | None]:
    """Follow a rubber band; return its box, or None for a mere click and for one that was cancelled."""
    active = False
    try:
        while True:
            event = yield frozenset(("Esc",))
            if event.kind == "key" and event.key == "Esc":
                return None
            active = active or (event.kind == "move" and _far(press, event))
            box = dragged((press.x, press.y), (event.x, event.y))
            if event.kind == "release":
                return box if active else None
            if active and event.kind == "move":
                context.preview(Draft(box=box, rubber=True))
    finally:
        context.preview(NOTHING)


def _band(context: ToolContext, press: Event) -> Generator[Keys, Event, None]:
    """Select what a rubber band surrounds; a mere click selects nothing."""
    before = context.selection
    box = yield from _framed(context, press)
    found = context.inside(box) if box is not None else []
    context.set_selection(before | set(found) if press.shift else found)

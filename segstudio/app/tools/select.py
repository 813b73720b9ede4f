"""Selecting, moving and reshaping objects."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator

from segstudio.app.canvas.draft import NOTHING, Draft
from segstudio.app.canvas.handles import Handle, grab, resized
from segstudio.app.tools.base import Event, Keys, Run, Tool, ToolContext, clamp, dragged
from segstudio.core import edits
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.geometry import Box

# The pointer must travel this many screen pixels before a press becomes a drag.
THRESHOLD = 4.0
ARROWS = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, -1), "Down": (0, 1)}
FAR = 10

Drag = Generator[Keys, Event, bool]


class Select(Tool):
    """Clicks select, drags move, handles reshape."""

    name = "select"
    hint = "Click selects, again or Tab what lies beneath · Shift adds · drag moves · Ctrl-drag frames · arrows nudge"
    cursor = "arrow"

    def run(self, context: ToolContext) -> Run:
        beneath: list[int] = []
        while True:
            event = yield self._keys(context, beneath)
            if event.kind == "key":
                self._key(context, event, beneath)
            elif event.kind == "press" and event.button == "left" and context.size[0]:
                if event.double and self._insert(context, event):
                    continue
                beneath = yield from self._press(context, event)

    def _keys(self, context: ToolContext, beneath: list[int]) -> Keys:
        if not context.selection:
            return frozenset()
        keys = {*ARROWS, "Esc"}
        return frozenset(keys | {"Tab"} if len(beneath) > 1 and context.selection & set(beneath) else keys)

    def _key(self, context: ToolContext, event: Event, beneath: list[int]) -> None:
        rows = _selected(context)
        if event.key in ARROWS and rows:
            step = FAR if event.shift else 1
            dx, dy = ARROWS[event.key]
            context.commit(edits.translate(rows, dx * step, dy * step, nudge=True))
        elif event.key == "Tab" and len(beneath) > 1:
            context.set_selection([_next(beneath, context.selection, -1 if event.shift else 1)])
        elif event.key == "Del" and rows:
            context.commit(edits.delete(rows))
        elif event.key == "Esc":
            context.set_selection(())

    def _press(self, context: ToolContext, press: Event) -> Generator[Keys, Event, list[int]]:
        """Handle a press until its release; return what lies beneath a click."""
        rows = _selected(context)
        handle = grab(rows[0], press.x, press.y, press.zoom) if len(rows) == 1 else None
        if handle is not None:
            if press.alt and handle.kind == "vertex":
                context.commit(edits.delete_vertex(rows[0], handle.ring, handle.index))
                return []
            yield from _drag(context, press, lambda e: _reshape(context, rows[0], handle, press, e))
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
        moved = yield from _drag(context, press, lambda e: _move(context, press, e))
        if held and not moved:
            several = len(context.selection) > 1
            context.set_selection([found[0] if several else _next(found, context.selection, 1)])
        return found

    def _insert(self, context: ToolContext, event: Event) -> bool:
        """Add a vertex where a polygon's side was clicked twice; return whether there is one."""
        rows = _selected(context)
        if len(rows) != 1 or grab(rows[0], event.x, event.y, event.zoom) is not None:
            return False
        return context.commit(edits.insert_vertex(rows[0], event.x, event.y, 2 * THRESHOLD / event.zoom))


def _selected(context: ToolContext) -> list[Annotation]:
    rows = context.annotations
    return [a for id in sorted(context.selection) if (a := rows.get(id)) is not None and context.visible(a)]


def _next(found: list[int], selection: frozenset[int], by: int) -> int:
    """Return what comes after the selected one, from the top down and round again."""
    at = [i for i, id in enumerate(found) if id in selection]
    return found[(at[0] + by) % len(found)] if at else found[0]


def _far(press: Event, event: Event) -> bool:
    return math.hypot(event.x - press.x, event.y - press.y) * press.zoom >= THRESHOLD


def _drag(context: ToolContext, press: Event, change: Callable[[Event], ChangeSet]) -> Drag:
    """Show what a drag would change, and commit it at the release; return whether there was a drag."""
    active = False
    try:
        while True:
            event = yield frozenset(("Esc",))
            if event.kind == "key" and event.key == "Esc":
                return True
            if event.kind not in ("move", "release"):
                continue
            active = active or _far(press, event)
            if active:
                now = change(event)
                if event.kind == "release":
                    context.commit(now)
                else:
                    context.show(c.after for c in now.of("annotation") if isinstance(c.after, Annotation))
            if event.kind == "release":
                return active
    finally:
        context.show(())


def _move(context: ToolContext, press: Event, event: Event) -> ChangeSet:
    return edits.translate(_selected(context), event.x - press.x, event.y - press.y)


def _reshape(context: ToolContext, a: Annotation, handle: Handle, press: Event, event: Event) -> ChangeSet:
    """Return the change that a handle's drag makes."""
    # The handle keeps its distance to the pointer, so that it does not jump at the first move.
    moved = Event("move", event.x - press.x + handle.x, event.y - press.y + handle.y)
    x, y = clamp(moved, context.size)
    if handle.kind == "vertex":
        return edits.move_vertex(a, handle.ring, handle.index, x, y)
    if handle.kind == "joint" and a.keypoints is not None:
        v = a.keypoints.point(handle.index)[2]
        return edits.set_keypoints(a, a.keypoints.moved(handle.index, x, y, v))
    box = a.geometry if isinstance(a.geometry, Box) else a.box
    return edits.set_box(a, resized(box, handle.index, x, y)) if box is not None else ChangeSet(())


def _band(context: ToolContext, press: Event) -> Drag:
    """Select what a rubber band surrounds; a mere click selects nothing."""
    active = False
    try:
        while True:
            event = yield frozenset(("Esc",))
            if event.kind == "key" and event.key == "Esc":
                return True
            active = active or (event.kind == "move" and _far(press, event))
            if event.kind == "release":
                break
            if active and event.kind == "move":
                context.preview(Draft(box=dragged((press.x, press.y), (event.x, event.y)), rubber=True))
    finally:
        context.preview(NOTHING)
    found = context.inside(dragged((press.x, press.y), (event.x, event.y))) if active else []
    context.set_selection(context.selection | set(found) if press.shift else found)
    return active

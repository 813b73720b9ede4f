"""Dragging something that is stored: it shows while the pointer moves, and is committed at the release."""

from __future__ import annotations

from collections.abc import Callable, Generator

from segstudio.app.canvas.draft import NOTHING, Draft
from segstudio.app.tools.base import Event, Keys, ToolContext
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet

# What the pointer's place would change, and the marks that tell about it.
Moved = Callable[[Event], tuple[ChangeSet, Callable[[], Draft]]]


def follow(context: ToolContext, far: Callable[[Event], bool], change: Moved) -> Generator[Keys, Event, bool]:
    """Follow the pointer until its button is let go; Esc gives up. Return whether there was a drag.

    Args:
        far: Tells whether the pointer has gone far enough for a drag.
        change: Returns what an event's place would change; the marks are asked for only while they are shown.
    """
    active = False
    try:
        while True:
            event = yield frozenset(("Esc",))
            if event.kind == "key" and event.key == "Esc":
                return True
            if event.kind not in ("move", "release"):
                continue
            active = active or far(event)
            if active:
                now, marks = change(event)
                if event.kind == "release":
                    context.commit(now)
                else:
                    context.show(c.after for c in now.of("annotation") if isinstance(c.after, Annotation))
                    context.preview(marks())
            if event.kind == "release":
                return active
    finally:
        context.show(())
        context.preview(NOTHING)

"""Border brush: moves the border between two segments, and nothing else."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from segstudio.app.canvas.draft import NOTHING, Draft
from segstudio.app.i18n import tr
from segstudio.app.tools.base import Event, Keys, ToolContext
from segstudio.app.tools.dabs import LARGEST, SMALLEST, sweep, tip
from segstudio.app.tools.options import Option
from segstudio.app.tools.sized import SizedTool
from segstudio.core import colors, masks, panoptic, panoptic_edits
from segstudio.core.annotation import Annotation
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask


class Border(SizedTool):
    """A drag from inside a segment into its neighbour gives it the neighbour's pixels under the brush."""

    name = "border"
    hint = (
        "Press inside a segment near its border and drag into the neighbour: only the border between the two moves"
        " · [ ] size · Esc cancels the stroke"
    )
    options = (Option("size", "Size", "int", 24, SMALLEST, LARGEST, unit="px", log=True),)

    def _preview(
        self, context: ToolContext, event: Event, given: Mask = masks.EMPTY, color: colors.RGB = (255, 255, 255)
    ) -> None:
        if event.kind not in ("move", "press", "release"):
            context.preview(NOTHING)
            return
        regions = ((given, color),) if given.counts else ()
        context.preview(Draft(brush=(event.x, event.y, float(self.value("size"))), regions=regions))

    def _stroke(self, context: ToolContext, press: Event) -> Generator[Keys, Event, Event]:
        """Follow one stroke; return the last place of the pointer."""
        rows = {a.id: a for a in context.annotations.values() if context.visible(a)}
        grower = rows.get(_owner(rows, context, press))
        if grower is None:
            context.say(tr("Press inside a segment, near its border."))
            return press
        color = colors.annotation_color(grower, context.category_of(grower), "class")
        stroke, loser = masks.EMPTY, None
        size = self.value("size")
        event, seen, last = press, press, tip(press.x, press.y, size)
        while True:
            if event.kind in ("press", "move", "release"):
                seen = event
                here = tip(event.x, event.y, size)
                part = masks.from_spans(sweep(last, here, context.size))
                last = here
                if part.counts:
                    loser = loser or _touched(rows, grower, part, context)
                    stroke = masks.union(stroke, part)
            given = masks.intersect(loser.mask(*context.size), stroke) if loser is not None else masks.EMPTY
            self._preview(context, event, given, color)
            if event.kind == "release":
                break
            event = yield frozenset(("Esc",))
            if event.kind == "key" and event.key == "Esc":
                return seen
        if loser is not None:
            context.commit(panoptic_edits.move_border(grower, loser, stroke, context.size))
            context.set_selection([grower.id])
        return seen


def _owner(rows: dict[int, Annotation], context: ToolContext, event: Event) -> int:
    """Return the segment under the pointer, 0 for none."""
    x, y = np.floor(event.x), np.floor(event.y)
    return panoptic.compose(rows.values(), context.size, window=Box(x, y, 1, 1)).owner(x, y)


def _touched(rows: dict[int, Annotation], grower: Annotation, part: Mask, context: ToolContext) -> Annotation | None:
    """Return the neighbour that a part of the stroke covers most of, None while it covers none."""
    found = panoptic.compose(rows.values(), context.size, window=part.bounds)
    height, width = found.values.shape
    under = found.values[masks.window(part, found.x, found.y, width, height) > 0]
    counts = np.bincount(under, minlength=len(found.ids) + 1)
    counts[0] = 0
    counts[[k for k, id in enumerate(found.ids, 1) if id == grower.id]] = 0
    best = int(counts.argmax())
    return rows[found.ids[best - 1]] if counts[best] else None

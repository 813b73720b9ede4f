"""Placing DensePose points: a click on the body in the picture, then its place on the atlas."""

from __future__ import annotations

from collections.abc import Generator

from segstudio.app.canvas.draft import NOTHING, Dot, Draft
from segstudio.app.densepose_state import CHART_KEYS, Spot, stepped
from segstudio.app.i18n import tr
from segstudio.app.tools.base import ARROWS_FIRST, Event, Keys, Run, Tool, ToolContext, clamp
from segstudio.app.tools.options import Button
from segstudio.core import densepose_edits as edits
from segstudio.core.annotation import Annotation
from segstudio.core.densepose import CHARTS, chart
from segstudio.core.densepose_maps import guess

PICK = "Atlas"  # what the atlas sends when a place of it is clicked
REACH = 8.0  # screen pixels within which a click means a point that is there
ARROWS = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, -1), "Down": (0, 1)}
STEP, FAST = 0.01, 0.1  # of U and V for an arrow key; with Shift
_IDLE: Keys = frozenset((PICK, "Tab"))
_CHOSEN: Keys = frozenset((PICK, "Tab", "Enter", "Del", "Esc", *ARROWS))
_PLACING: Keys = frozenset((PICK, ARROWS_FIRST, "Enter", "Esc", "[", "]", *ARROWS, *CHART_KEYS))


class DensePoint(Tool):
    """Adds, moves and deletes the DensePose points of the selected object."""

    name = "dense_point"
    mode = "densepose"
    hint = (
        "Click the body, then its place on the atlas · Enter takes the guess · arrows move there, 1–9 A–N: the part · "
        "drag moves a point · Tab next · Del · Esc"
    )
    buttons = (Button("Take the Place", "Enter", "check", primary=True), Button("Delete the Point", "Del", "trash"))

    def run(self, context: ToolContext) -> Run:
        self._asked = 0  # id of the object whose place on the atlas is asked for
        self._changing = False  # the place on the atlas is for the chosen point, not for a new one
        try:
            while True:
                self._show(context)
                event = yield self._keys(context)
                if event.kind == "press" and event.button == "left" and context.size[0]:
                    yield from self._press(context, event)
                elif event.kind == "move":
                    self._hover(context, event)
                elif event.kind == "leave":
                    context.dense.set(hover=None)
                elif event.kind == "key":
                    self._key(context, event)
        finally:
            context.dense.set(place=None, point=None, hover=None)

    # What is there

    def _target(self, context: ToolContext) -> Annotation | None:
        """Return the one selected visible object."""
        chosen = [a for id in context.selection if (a := context.annotations.get(id)) and context.visible(a)]
        return chosen[0] if len(chosen) == 1 else None

    def _chosen(self, context: ToolContext) -> tuple[Annotation, int] | None:
        """Return the chosen point with its object; one that is gone is chosen no more."""
        if context.dense.point is None:
            return None
        id, index = context.dense.point
        a = context.annotations.get(id)
        if a is None or a.dense is None or index >= a.dense.count or id not in context.selection:
            context.dense.set(point=None)
            self._changing = False
            return None
        return a, index

    def _near(self, context: ToolContext, event: Event) -> tuple[Annotation, int] | None:
        """Return the nearest point of the selected object in reach."""
        a = self._target(context)
        if a is None or a.dense is None or not a.dense.count:
            return None
        away = ((a.dense.points()[:, :2] - (event.x, event.y)) ** 2).sum(axis=1)
        best = int(away.argmin())
        return (a, best) if away[best] <= (REACH / event.zoom) ** 2 else None

    # What is shown

    def _keys(self, context: ToolContext) -> Keys:
        if context.dense.place is not None:
            return _PLACING
        return _CHOSEN if self._chosen(context) is not None else _IDLE

    def _show(self, context: ToolContext) -> None:
        state = context.dense
        self.set_note(self._words(context))
        if state.place is not None:
            x, y = state.place
            context.preview(Draft(dots=(Dot(x, y),), text=(x, y, _named(state.cursor))))
        else:
            context.preview(NOTHING)

    def _words(self, context: ToolContext) -> str:
        """Return what the person can do next."""
        state = context.dense
        if state.place is not None:
            return tr("Now click it on the atlas, or Enter")
        chosen = self._chosen(context)
        if chosen is not None:
            return tr("Point {n}: click the atlas to change it, drag it, or Del", n=chosen[1] + 1)
        a = self._target(context)
        if a is None:
            return tr("Click a person in the picture")
        count = a.dense.count if a.dense is not None else 0
        return tr("Click a place on the body · {n} points so far", n=count)

    def _hover(self, context: ToolContext, event: Event) -> None:
        near = self._near(context, event)
        context.dense.set(hover=None if near is None else (near[0].id, near[1]))

    # The mouse

    def _press(self, context: ToolContext, event: Event) -> Generator[Keys, Event, None]:
        near = self._near(context, event)
        if near is not None:
            yield from self._drag(context, *near)
            return
        x, y = clamp(event, context.size)
        a = self._meant(context, x, y)
        if a is not None:
            self._place(context, a, x, y)

    def _meant(self, context: ToolContext, x: float, y: float) -> Annotation | None:
        """Return the object that a click on a place is for: the selected one, else the topmost there, now selected."""
        a = self._target(context)
        if a is not None and _holds(a, x, y):
            return a
        found = context.under(x, y)
        if found:
            context.set_selection(found[:1])
            return context.annotations.get(found[0])
        context.say(
            tr("That place is outside the selected object.")
            if a is not None
            else tr("Click on a person; draw a box or an outline first where there is none.")
        )
        return None

    def _place(self, context: ToolContext, a: Annotation, x: float, y: float) -> None:
        """Ask for the place on the atlas of a place in the picture."""
        found = guess(edits.dense_of(a), x, y)
        self._asked, self._changing = a.id, False
        context.dense.set(place=(x, y), point=None, cursor=Spot(*found) if found else context.dense.cursor)

    def _drag(self, context: ToolContext, a: Annotation, index: int) -> Generator[Keys, Event, None]:
        assert a.dense is not None
        point = a.dense.point(index)
        known = chart(point.part)
        self._changing = False
        context.dense.set(
            place=None,
            point=(a.id, index),
            cursor=Spot(known.number, point.u, point.v) if known is not None else context.dense.cursor,
        )
        self._show(context)
        moved = None
        try:
            while True:
                event = yield frozenset(("Esc",))
                if event.kind == "key" and event.key == "Esc":
                    return
                if event.kind == "release":
                    break
                if event.kind == "move" and event.button == "left":
                    x, y = clamp(event, context.size)
                    if moved is not None or (x - point.x) ** 2 + (y - point.y) ** 2 > (3 / event.zoom) ** 2:
                        moved = edits.move_point(a, index, x, y)
                        context.show([c.after for c in moved.changes if isinstance(c.after, Annotation)])
        finally:
            context.show(())
        if moved is not None:
            context.commit(moved)

    # The keys

    def _key(self, context: ToolContext, event: Event) -> None:
        state, chosen = context.dense, self._chosen(context)
        if state.place is not None:
            self._on_atlas(context, event)
        elif event.key == "Tab":
            self._next(context, chosen)
        elif event.key == "Esc":
            state.set(point=None)
        elif chosen is not None and event.key in ARROWS:
            self._nudge(context, event, *chosen)
        elif chosen is not None and event.key == PICK:
            self._say_again(context, *chosen)
        elif chosen is not None and event.key == "Enter":
            point = chosen[0].dense.point(chosen[1]) if chosen[0].dense is not None else None
            if point is not None:
                self._changing = True
                state.set(place=(point.x, point.y))
        elif chosen is not None and event.key == "Del":
            state.set(point=None)
            context.commit(edits.delete_points(chosen[0], [chosen[1]]))

    def _on_atlas(self, context: ToolContext, event: Event) -> None:
        """Move on the atlas, or take the place."""
        state = context.dense
        if event.key in (PICK, "Enter"):
            self._take(context)
        elif event.key == "Esc":
            state.set(place=None)
        elif event.key in ARROWS:
            state.set(cursor=stepped(state.cursor, *ARROWS[event.key], FAST if event.shift else STEP))
        elif event.key in ("[", "]"):
            by = 1 if event.key == "]" else -1
            state.set(cursor=state.cursor._replace(chart=(state.cursor.chart - 1 + by) % len(CHARTS) + 1))
        elif event.key in CHART_KEYS:
            state.set(cursor=state.cursor._replace(chart=CHART_KEYS.index(event.key) + 1))

    def _take(self, context: ToolContext) -> None:
        state, a, chosen = context.dense, self._target(context), self._chosen(context)
        place = state.place
        state.set(place=None)
        if self._changing and chosen is not None:
            self._say_again(context, *chosen)
        elif a is not None and place is not None and a.id == self._asked:
            context.commit(edits.add_point(a, *place, *state.cursor))
        else:
            context.say(tr("Another object is selected now: click on its body."))
        self._changing = False

    def _say_again(self, context: ToolContext, a: Annotation, index: int) -> None:
        context.commit(edits.set_point(a, index, *context.dense.cursor))

    def _nudge(self, context: ToolContext, event: Event, a: Annotation, index: int) -> None:
        """Move a point by a pixel, with Shift by ten."""
        assert a.dense is not None
        by = 10.0 if event.shift else 1.0
        dx, dy = (by * w for w in ARROWS[event.key])
        point = a.dense.point(index)
        x, y = clamp(Event("move", point.x + dx, point.y + dy), context.size)
        context.commit(edits.move_point(a, index, x, y, nudge=True))

    def _next(self, context: ToolContext, chosen: tuple[Annotation, int] | None) -> None:
        a = self._target(context)
        if a is None or a.dense is None or not a.dense.count:
            return
        index = (chosen[1] + 1) % a.dense.count if chosen is not None else 0
        point = a.dense.point(index)
        known = chart(point.part)
        context.dense.set(
            point=(a.id, index),
            cursor=Spot(known.number, point.u, point.v) if known is not None else context.dense.cursor,
        )


def _holds(a: Annotation, x: float, y: float) -> bool:
    box = edits.frame_of(a)
    return box.x <= x <= box.right and box.y <= y <= box.bottom


def _named(spot: Spot) -> str:
    return tr("{part} · U {u:.2f} V {v:.2f}", part=tr(CHARTS[spot.chart - 1].name), u=spot.u, v=spot.v)

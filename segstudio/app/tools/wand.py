"""The magic wand: a click takes what has about the colour under it, a drag says how much that is."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from segstudio.app.canvas.draft import NOTHING, Dot, Draft
from segstudio.app.i18n import tr
from segstudio.app.tools.assisting import ADD, APPLY, TAKE, Assist, color_of, cut_out
from segstudio.app.tools.base import Event, Keys, Run, ToolContext
from segstudio.app.tools.options import Option
from segstudio.assist import wand
from segstudio.core import masks
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask

# Screen pixels that a drag moves for one step of tolerance.
STEP = 4.0
TOLERANCE = Option(
    "tolerance", "Tolerance", "float", 10.0, 0.0, 100.0, 0.5, tip="CIELAB difference: 2 is just visible."
)
CONTIGUOUS = Option("contiguous", "Contiguous", "flag", True, tip="Only what hangs together with the place clicked on.")


@dataclass
class _Click:
    """One click while its button is down."""

    at: tuple[float, float]
    apply: str
    far: wand.Distances | None = None
    released: bool = False


class Wand(Assist):
    """Picks pixels by their colour."""

    name = "wand"
    label = "Magic wand"
    hint = (
        "Click a colour, drag for more or less · Shift adds to the selected object · Alt takes from it · [ ] tolerance"
    )
    options = (TOLERANCE, CONTIGUOUS, APPLY)

    def run(self, context: ToolContext) -> Run:
        while True:
            event = yield frozenset("[]")
            if event.kind == "key" and event.key in ("[", "]"):
                step = max(self.value("tolerance") / 8, 0.5)
                self.set_value("tolerance", self.value("tolerance") + (step if event.key == "]" else -step))
            elif event.kind == "press" and event.button == "left":
                apply = ADD if event.shift else TAKE if event.alt else self.value("apply")
                if self.ready(context, apply):
                    yield from self._click(context, event, apply)

    def _click(self, context: ToolContext, press: Event, apply: str) -> Generator[Keys, Event, None]:
        click = _Click((press.x, press.y), apply)
        self._begin(context, click)
        tolerance = self.value("tolerance")
        try:
            while True:
                event = yield frozenset(("Esc",))
                if event.kind == "key" and event.key == "Esc":
                    click.apply = ""
                    return
                if event.kind in ("move", "release"):
                    moved = (event.x - press.x) * event.zoom
                    if abs(moved) >= STEP:
                        self.set_value("tolerance", tolerance + moved / STEP)
                    self._show(context, click)
                if event.kind == "release":
                    click.released = True
                    break
        finally:
            context.preview(NOTHING)
        self._finish(context, click)

    def _begin(self, context: ToolContext, click: _Click) -> None:
        width, height = context.size
        whole = width * height <= wand.MOST
        self.set_note("" if whole else tr("Large picture: only what is in sight"))
        read, area = cut_out(context, Box(0, 0, width, height) if whole else context.shown_box(), click.at)

        def then(far: wand.Distances) -> None:
            click.far = far
            if click.released:
                self._finish(context, click)
            elif click.apply:
                self._show(context, click)

        context.work(lambda: wand.distances(read(), click.at, int(area.x), int(area.y)), then, "wand")

    def _selected(self, click: _Click) -> Mask:
        if click.far is None:
            return masks.EMPTY
        return wand.select(click.far, self.value("tolerance"), contiguous=self.value("contiguous"))

    def _show(self, context: ToolContext, click: _Click) -> None:
        found = self._selected(click)
        context.preview(
            Draft(
                regions=((found, color_of(context, click.apply)),) if found.counts else (),
                dots=(Dot(*click.at, "negative" if click.apply == TAKE else "positive"),),
                text=(*click.at, tr("Tolerance {n:.1f}", n=self.value("tolerance"))),
            )
        )

    def _finish(self, context: ToolContext, click: _Click) -> None:
        """Apply what was found, once it is known what is how far."""
        if click.far is not None and click.apply:
            self.apply(context, self._selected(click), click.apply)
            click.apply = ""

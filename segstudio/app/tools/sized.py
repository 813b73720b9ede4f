"""What brushes have in common: a size that keys change, a circle at the pointer, strokes."""

from __future__ import annotations

from collections.abc import Generator

from segstudio.app.tools.base import Event, Keys, Run, Tool, ToolContext

SIZES: Keys = frozenset("[]")


class SizedTool(Tool):
    """A tool whose option `size` the brackets change; a press of one of its buttons begins a stroke."""

    cursor = "none"
    presses = frozenset(("left",))

    def run(self, context: ToolContext) -> Run:
        last = Event("leave")
        while True:
            self._preview(context, last)
            event = yield SIZES
            if event.kind == "key":
                if event.key in SIZES:
                    self._step(event.key)
            elif event.kind != "option":
                last = event
                if event.kind == "press" and event.button in self.presses and context.size[0]:
                    last = yield from self._stroke(context, event)

    def _step(self, key: str) -> None:
        size = self.value("size")
        step = max(1, size // 8)
        self.set_value("size", size + step if key == "]" else size - step)

    def _preview(self, context: ToolContext, event: Event) -> None:
        """Show the brush where the pointer is."""
        raise NotImplementedError

    def _stroke(self, context: ToolContext, press: Event) -> Generator[Keys, Event, Event]:
        """Follow one stroke; return the last place of the pointer."""
        raise NotImplementedError

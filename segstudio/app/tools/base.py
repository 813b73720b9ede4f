"""What tools are, what they are told, and what they may ask for.

A tool is a generator: it receives events and yields, before each, the names of the keys that it wants for itself now
(all other keys stay with the window's shortcuts). Leaving a tool closes its generator, which takes its drafts away.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

import numpy as np

from segstudio.app.canvas.draft import NOTHING, Draft
from segstudio.app.canvas.table import Window
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.geometry import Box
from segstudio.core.labels import Category

Kind = Literal["press", "move", "release", "key", "leave"]


@dataclass(frozen=True)
class Event:
    """Something the person did over the picture.

    Args:
        kind: "move" comes with and without a pressed button.
        x, y: In picture coordinates, sub-pixel; may lie outside the picture.
        button: "left" or "right" of a press or release, or the one held during a move, else "".
        key: Of "key": "Enter", "Esc", "Backspace", "Del", "Tab", "Left", ..., or the character in capitals.
        zoom: Desktop pixels a picture pixel.
        double: The press is the second of a double click.
    """

    kind: Kind
    x: float = 0.0
    y: float = 0.0
    button: str = ""
    key: str = ""
    shift: bool = False
    ctrl: bool = False
    alt: bool = False
    zoom: float = 1.0
    double: bool = False


class ToolContext(Protocol):
    """What a tool sees of the window."""

    @property
    def annotations(self) -> Mapping[int, Annotation]:
        """Those of the current picture, by id, the lowest in the stack first."""
        ...

    @property
    def selection(self) -> frozenset[int]: ...

    @property
    def category(self) -> Category | None:
        """The class that new objects get; None without a class."""
        ...

    @property
    def place(self) -> tuple[int, int]:
        """(media id, frame)."""
        ...

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the picture, (0, 0) without one."""
        ...

    def visible(self, a: Annotation) -> bool:
        """Return whether an annotation shows, by its class, its score and the switches of the view."""
        ...

    def category_of(self, a: Annotation) -> Category | None:
        """Return an annotation's class, None where the project lacks it."""
        ...

    def under(self, x: float, y: float) -> list[int]:
        """Return the ids of visible annotations at a place, the topmost first."""
        ...

    def inside(self, box: Box) -> list[int]:
        """Return the ids of visible annotations that lie in a box."""
        ...

    def commit(self, change: ChangeSet) -> bool:
        """Make a change; return whether it was made."""
        ...

    def new_id(self) -> int:
        """Reserve an id for a new annotation."""
        ...

    def set_selection(self, ids: Iterable[int]) -> None:
        """Select these annotations and no others."""
        ...

    def show(self, drafts: Iterable[Annotation]) -> None:
        """Show annotations instead of the stored ones of the same id; () shows the stored ones."""
        ...

    def stroke(self, a: Annotation, pixels: np.ndarray, erase: bool, window: Window) -> None:
        """Show a brush stroke on an annotation: bool (height, width), changed in a window since the last call."""
        ...

    def end_stroke(self) -> None:
        """Show the stored annotation again."""
        ...

    def preview(self, draft: Draft) -> None:
        """Show marks over the picture."""
        ...

    def request_prompt(self, box: Box) -> None:
        """Ask for the mask of what is in a box."""
        ...

    def say(self, text: str) -> None:
        """Show a short note in the status bar."""
        ...


Keys = frozenset[str]
Run = Generator[Keys, Event, None]
NO_KEYS: Keys = frozenset()


class Tool:
    """A tool.

    Attributes:
        name: As the table of actions knows it.
        hint: Its keys, as the status bar says them.
        cursor: "arrow", "cross" or "none".
    """

    name: ClassVar[str] = ""
    hint: ClassVar[str] = ""
    cursor: ClassVar[str] = "cross"

    def run(self, context: ToolContext) -> Run:
        """Return the generator that events are sent to. It ends never; closing it must leave nothing shown."""
        raise NotImplementedError


class Runner:
    """Runs one tool.

    Attributes:
        tool: The tool.
        keys: The keys that it wants now.
    """

    def __init__(self, tool: Tool, context: ToolContext) -> None:
        self.tool = tool
        self._context = context
        self._start()

    def _start(self) -> None:
        self._run = self.tool.run(self._context)
        self.keys = next(self._run)

    def send(self, event: Event) -> None:
        """Tell the tool what happened."""
        try:
            self.keys = self._run.send(event)
        except Exception:
            # A tool that failed begins anew; the failure itself is for the window to report.
            self._context.preview(NOTHING)
            self._start()
            raise

    def restart(self) -> None:
        """Drop what is being drawn: the picture has changed."""
        self.close()
        self._start()

    def close(self) -> None:
        """Stop the tool; what it was drawing is gone."""
        self._run.close()
        self._context.preview(NOTHING)


def clamp(event: Event, size: tuple[int, int]) -> tuple[float, float]:
    """Return an event's place, moved onto the picture."""
    return min(max(event.x, 0.0), float(size[0])), min(max(event.y, 0.0), float(size[1]))


def dragged(a: tuple[float, float], b: tuple[float, float]) -> Box:
    """Return the box between two corners."""
    x, y = min(a[0], b[0]), min(a[1], b[1])
    return Box(x, y, max(a[0], b[0]) - x, max(a[1], b[1]) - y)


def top_z(context: ToolContext) -> int:
    """Return the stacking order of a new object: on top of all."""
    return max((a.z for a in context.annotations.values()), default=0)

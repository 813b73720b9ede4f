"""What tools are, what they are told, and what they may ask for.

A tool is a generator: it receives events and yields, before each, the names of the keys that it wants for itself now
(all other keys stay with the window's shortcuts). Leaving a tool closes its generator, which takes its drafts away.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeVar

import numpy as np

from segstudio.app.canvas.draft import NOTHING, Draft
from segstudio.app.densepose_state import DenseState
from segstudio.app.tools.options import Button, Option
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.geometry import Box
from segstudio.core.labels import Category
from segstudio.core.painting import Stroke
from segstudio.core.results import Result
from segstudio.core.spans import Spans

if TYPE_CHECKING:
    from segstudio.engine.prompting import Answer, Prompt

T = TypeVar("T")
Kind = Literal["press", "move", "release", "key", "leave", "option"]


@dataclass(frozen=True)
class Event:
    """Something the person did over the picture.

    Args:
        kind: "move" comes with and without a pressed button; "option" says that the person chose another value.
        x, y: In picture coordinates, sub-pixel; may lie outside the picture.
        button: "left" or "right" of a press or release, or the one held during a move, else "".
        key: Of "key": "Enter", "Esc", "Backspace", "Del", "Tab", "Left", ..., or the character in capitals, and for the
            arrows "Alt+Left", "Ctrl+Left" too; of "option" the option's name.
        zoom: Desktop pixels a picture pixel.
        double: The press is the second of a double click.
        pressure: Of a pen, 0 to 1; 1 of a mouse.
        eraser: It is the other end of a pen.
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
    pressure: float = 1.0
    eraser: bool = False


class Prompts(Protocol):
    """Asks models about the current picture (`app.prompting.Prompting`)."""

    def models(self) -> list[tuple[str, str]]:
        """Return (name, title) of the models for prompts that are here; the starter network is not among them."""
        ...

    def follow(self, model: str | None, then: Callable[[], object] = ...) -> None:
        """Look at the current picture and its neighbours from now on and call `then` after each; None stops that."""
        ...

    def ready(self, model: str) -> bool:
        """Return whether a prompt on the current picture is answered without looking at it first."""
        ...

    def ask(self, prompt: Prompt, model: str, then: Callable[[Answer | None], object]) -> None:
        """Hand the newest prompt's answer to `then`, or None where there was an error, which is shown."""
        ...


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

    @property
    def categories(self) -> Mapping[int, Category]:
        """All classes of the project, by id."""
        ...

    @property
    def results(self) -> Sequence[Result]:
        """What models said of the picture that is no annotation: maps, scores, heat."""
        ...

    @property
    def dense(self) -> DenseState:
        """What the person looks at in DensePose mode."""
        ...

    def pixels(self, box: Box | None = None) -> np.ndarray:
        """Return uint8 RGB (h, w, 3) of the whole pixels that a box touches, or of the whole picture.

        The part outside the picture is cut off; without a picture the array is empty.
        """
        ...

    def shown_box(self) -> Box:
        """Return the part of the picture that is in sight."""
        ...

    def visible(self, a: Annotation) -> bool:
        """Return whether an annotation shows, by its class, its score and the switches of the view."""
        ...

    @property
    def locked(self) -> frozenset[int]:
        """Ids of annotations that the person locked: no tool picks or changes them."""
        ...

    def category_of(self, a: Annotation) -> Category | None:
        """Return an annotation's class, None where the project lacks it."""
        ...

    def under(self, x: float, y: float) -> list[int]:
        """Return the ids of visible annotations at a place, the topmost first."""
        ...

    def inside(self, box: Box, touching: bool = False) -> list[int]:
        """Return the ids of visible annotations whose bounds lie in a box, or merely touch it."""
        ...

    def commit(self, change: ChangeSet) -> bool:
        """Make a change; return whether it was made."""
        ...

    def new_id(self) -> int:
        """Reserve an id for a new annotation."""
        ...

    def new_ids(self, count: int) -> int:
        """Reserve ids in a row for new annotations and return the first."""
        ...

    def work(self, function: Callable[[], T], then: Callable[[T], object], key: str = "") -> None:
        """Run a function in a thread and hand what it returns to `then` in this one.

        `then` is not called once the tool was left, another picture is shown, or work of the same key was asked for
        anew; a function that has not begun by then never runs. What it raises is shown to the person.
        """
        ...

    def leave(self) -> None:
        """Go back to the tool that was active before, once the current event is dealt with."""
        ...

    def set_selection(self, ids: Iterable[int]) -> None:
        """Select these annotations and no others."""
        ...

    def show(self, drafts: Iterable[Annotation]) -> None:
        """Show annotations instead of the stored ones of the same id; () shows the stored ones."""
        ...

    def stroke(self, a: Annotation, stroke: Stroke, dab: Spans) -> None:
        """Show a brush stroke on an annotation (stored or new) while it is drawn; `dab` is what came to it last."""
        ...

    def end_stroke(self) -> None:
        """Show the stored annotation again."""
        ...

    def preview(self, draft: Draft) -> None:
        """Show marks over the picture."""
        ...

    @property
    def prompts(self) -> Prompts:
        """Models that cut out what is pointed at."""
        ...

    def say(self, text: str) -> None:
        """Show a short note in the status bar."""
        ...


Keys = frozenset[str]
Run = Generator[Keys, Event, None]
NO_KEYS: Keys = frozenset()
# Among a tool's keys: it gets the arrows even while they move a pointer.
ARROWS_FIRST = "arrows first"


class Tool:
    """A tool.

    Attributes:
        name: As the table of actions knows it.
        hint: Its keys, as the status bar says them.
        cursor: "arrow", "cross" or "none".
        mode: The mode of the view that it belongs to, or "" for any: choosing the tool switches to it.
        options, buttons: What the bar above the canvas offers.
        kept: What is being drawn is finished as far as it goes when the picture or the tool changes, not dropped.
        note: A short text that the bar shows beside them.
        changed: Called with the name of an option that got another value, with "note" for another note, and with ""
            when the options themselves are others.
    """

    name: ClassVar[str] = ""
    hint: str = ""
    cursor: ClassVar[str] = "cross"
    mode: ClassVar[str] = ""
    kept: ClassVar[bool] = True
    options: tuple[Option, ...] = ()
    buttons: tuple[Button, ...] = ()

    def __init__(self, **values: Any) -> None:
        self.note = ""
        self.changed: Callable[[str], object] = lambda _: None
        self._values: dict[str, Any] = {}
        for name, value in values.items():
            self.set_value(name, value)

    def value(self, name: str) -> Any:
        """Return the value of an option."""
        return self._values[name] if name in self._values else self._option(name).default

    def set_value(self, name: str, value: Any) -> None:
        """Choose a value; it is brought into the option's range."""
        value = self._option(name).brought(value)
        if value != self.value(name):
            self._values[name] = value
            self.changed(name)

    def touched(self, name: str) -> bool:
        """Return whether an option was given a value."""
        return name in self._values

    def set_note(self, text: str) -> None:
        """Show a text beside the options."""
        if text != self.note:
            self.note = text
            self.changed("note")

    def _option(self, name: str) -> Option:
        return next(option for option in self.options if option.name == name)

    def prepare(self, context: ToolContext) -> None:
        """Bring the options up to date; called before the person's values are recalled and the tool starts."""

    def run(self, context: ToolContext) -> Run:
        """Return the generator that events are sent to. It ends never; closing it must leave nothing shown."""
        raise NotImplementedError


class Runner:
    """Runs one tool.

    Args:
        tool: The tool.
        context: What it sees of the window.
        refuses: Told of each event that would begin something (a press; a key where nothing is being drawn); returns
            whether the tool must not hear of it.

    Attributes:
        tool: The tool.
        keys: The keys that it wants now.
    """

    def __init__(self, tool: Tool, context: ToolContext, refuses: Callable[[Event], bool] = lambda _: False) -> None:
        self.tool = tool
        self._context = context
        self._refuses = refuses
        self._start()

    def _start(self) -> None:
        self._held: Event | None = None
        self._busy = False
        self._run = self.tool.run(self._context)
        self.keys = next(self._run)

    def send(self, event: Event) -> None:
        """Tell the tool what happened."""
        begins = event.kind == "press" or (event.kind == "key" and "Enter" not in self.keys)
        if begins and self._refuses(event):
            return
        if event.kind == "press" or (event.kind == "move" and event.button):
            self._held = event
        elif event.kind in ("move", "release"):
            self._held = None
        self._busy = True
        try:
            self.keys = self._run.send(event)
        except Exception:
            # A tool that failed begins anew; the failure itself is for the window to report.
            self._context.preview(NOTHING)
            self._start()
            raise
        finally:
            self._busy = False

    def finish(self) -> None:
        """Store what is being drawn as far as it goes; a shape that is none yet is dropped by what comes next."""
        if self._busy:
            return  # It is the tool itself that changes something.
        if self._held is not None:
            self.send(replace(self._held, kind="release", double=False))
        if self.tool.kept and "Enter" in self.keys:
            self.send(Event("key", key="Enter"))

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

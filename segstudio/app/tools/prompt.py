"""Cutting out what is pointed at: clicks, boxes and an object's mask go to a model, its proposals are chosen from."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field

from msgspec.structs import replace

from segstudio.app.canvas.draft import Dot, Draft
from segstudio.app.i18n import later, tr
from segstudio.app.tools.base import NO_KEYS, Event, Keys, Run, Tool, ToolContext, clamp, dragged, top_z
from segstudio.app.tools.box import LEAST
from segstudio.app.tools.options import Button, Option
from segstudio.core import edits
from segstudio.core.annotation import Annotation, Origin
from segstudio.core.colors import class_color
from segstudio.core.geometry import Box
from segstudio.engine.prompting import FALLBACK, Answer, Prompt

Point = tuple[float, float, bool]
KEYS: Keys = frozenset(("Enter", "Esc", "Backspace", "Tab"))
NEW, SELECTED = "new", "selected"


@dataclass
class _Case:
    """One object that is being cut out.

    Args:
        items: Points and at most one box, in the order in which they were given.
        target: The object that is refined, None for a new one.
        answer: The newest, None before the first.
        index: Of the proposal that shows.
        waiting: A newer answer is on its way.
    """

    items: list[Point | Box] = field(default_factory=list)
    target: Annotation | None = None
    answer: Answer | None = None
    index: int = 0
    waiting: bool = False

    def prompt(self, size: tuple[int, int]) -> Prompt:
        return Prompt(
            points=tuple(item for item in self.items if not isinstance(item, Box)),
            box=next((item for item in self.items if isinstance(item, Box)), None),
            mask=self.target.mask(*size) if self.target is not None else None,
        )


class PromptTool(Tool):
    """Cuts out what is pointed at."""

    name = "prompt"
    hint = (
        "Click on the object or drag a box around it · right-click what is not it · Tab next proposal · "
        "Backspace takes the last one back · Enter accepts · Esc clears"
    )
    buttons = (Button("Next", "Tab"), Button("Accept", "Enter", "check", primary=True))

    def __init__(self, **values: object) -> None:
        self._case = _Case()
        self._offer([])
        super().__init__(**values)

    def prepare(self, context: ToolContext) -> None:
        self._offer(context.prompts.models())
        if len(self.options[0].choices) == 1:
            context.say(tr("The starter network answers, with coarse outlines. Finer models can be fetched in Models."))

    def _offer(self, models: list[tuple[str, str]]) -> None:
        choices = (*models, (FALLBACK, later("Starter network")))
        self.options = (
            Option("model", "Model", "choice", choices[0][0], choices=choices),
            Option(
                "into",
                "Result",
                "choice",
                NEW,
                choices=((NEW, "New object"), (SELECTED, "Selected object")),
                tip="Enter adds an object, or gives the selected one a new shape; its mask is then a prompt too.",
            ),
        )

    def run(self, context: ToolContext) -> Run:
        self._clear(context)
        self._follow(context)
        try:
            while True:
                event = yield KEYS if self._case.items else NO_KEYS
                if event.kind == "press" and context.size[0]:
                    item = yield from self._place(context, event)
                    if item is not None:
                        self._add(context, item)
                    self._show(context)
                elif event.kind == "key":
                    self._key(context, event.key)
                elif event.kind == "option":
                    self._follow(context)
                    self._ask(context)
        finally:
            self._case = _Case()
            context.prompts.follow(None)

    def _follow(self, context: ToolContext) -> None:
        context.prompts.follow(self.value("model"), lambda: self._note(context))
        self._note(context)

    def _place(self, context: ToolContext, event: Event) -> Generator[Keys, Event, Point | Box | None]:
        """Return the point that was clicked or the box that was dragged, None where the person thought better of it."""
        start, inside = clamp(event, context.size), self._inside(context, event)
        if event.button != "left" or event.alt:
            return (*start, False) if inside else None
        box = Box(*start, 0.0, 0.0)
        while event.kind != "release":
            event = yield frozenset(("Esc",))
            if event.kind == "key" and event.key == "Esc":
                return None
            if event.kind == "move":
                box = dragged(start, clamp(event, context.size))
                self._show(context, box)
        box = dragged(start, clamp(event, context.size))
        if max(box.w, box.h) * event.zoom < LEAST:
            return (*start, True) if inside else None
        return box if min(box.w, box.h) >= 1 else None

    def _inside(self, context: ToolContext, event: Event) -> bool:
        return 0 <= event.x < context.size[0] and 0 <= event.y < context.size[1]

    def _key(self, context: ToolContext, key: str) -> None:
        case = self._case
        if key == "Esc":
            self._clear(context)
        elif key == "Backspace" and case.items:
            case.items.pop()
            self._ask(context)
        elif key == "Tab" and case.answer is not None and case.answer.proposals:
            case.index = (case.index + 1) % len(case.answer.proposals)
            self._show(context)
            self._note(context)
        elif key == "Enter":
            self._accept(context)

    def _add(self, context: ToolContext, item: Point | Box) -> None:
        case = self._case
        if not case.items and self.value("into") == SELECTED:
            chosen = [a for id in context.selection if (a := context.annotations.get(id)) and context.visible(a)]
            if len(chosen) != 1:
                context.say(tr("Select a single object to refine."))
                return
            case.target = chosen[0]
        if isinstance(item, Box):
            case.items = [old for old in case.items if not isinstance(old, Box)]
        case.items.append(item)
        self._ask(context)

    def _ask(self, context: ToolContext) -> None:
        case = self._case
        prompt = case.prompt(context.size)
        if not case.items:
            self._clear(context)
        elif not prompt:
            case.answer, case.waiting = None, False
            self._show(context)
            context.say(tr("Now click on the object itself."))
        else:
            case.waiting = True
            context.prompts.ask(prompt, self.value("model"), lambda answer: self._answered(context, case, answer))
            self._show(context)
        self._note(context)

    def _answered(self, context: ToolContext, case: _Case, answer: Answer | None) -> None:
        if case is not self._case or not case.waiting:
            return
        case.waiting, case.index, case.answer = False, 0, answer
        self._show(context)
        self._note(context)

    def _accept(self, context: ToolContext) -> None:
        case, answer = self._case, self._case.answer
        if case.waiting or answer is None or not answer.proposals:
            context.say(tr("There is nothing to accept yet."))
            return
        mask = answer.proposals[case.index][0]
        if case.target is not None:
            now = context.annotations.get(case.target.id)
            done = now is not None and context.commit(edits.set_geometry(now, mask, "Refine shape"))
        elif context.category is None:
            context.say(tr("Add a class first: a new object needs one."))
            return
        else:
            media, frame = context.place
            new = Annotation(context.new_id(), media, context.category.id, frame, mask, z=top_z(context))
            # A person chose it; what drew it is kept.
            new = replace(new, origin=Origin("user", answer.model, answer.digest))
            done = context.commit(edits.add([new], f"Cut out {context.category.name}"))
            if done:
                context.set_selection([new.id])
        if done:
            self._clear(context)

    def _clear(self, context: ToolContext) -> None:
        self._case = _Case()
        self._show(context)
        self._note(context)

    def _show(self, context: ToolContext, dragging: Box | None = None) -> None:
        case, answer = self._case, self._case.answer
        regions = ()
        if answer is not None and answer.proposals:
            category = context.category_of(case.target) if case.target is not None else context.category
            regions = ((answer.proposals[case.index][0], class_color(category)),)
        points = [item for item in case.items if not isinstance(item, Box)]
        box = next((item for item in case.items if isinstance(item, Box)), None)
        dots = tuple(Dot(x, y, "positive" if on else "negative") for x, y, on in points)
        context.preview(Draft(box=dragging or box, regions=regions, dots=dots))

    def _note(self, context: ToolContext) -> None:
        """Say in the bar how far it is, and who answers."""
        case, answer, model = self._case, self._case.answer, self.value("model")
        if case.waiting:
            waits = model != FALLBACK and not context.prompts.ready(model)
            self.set_note(tr("Looking at the picture…") if waits else tr("Cutting out…"))
        elif answer is not None and answer.proposals:
            i, n, score = case.index + 1, len(answer.proposals), answer.proposals[case.index][1]
            self.set_note(tr("{i} of {n}, score {score:.2f}", i=i, n=n, score=score))
        elif answer is not None:
            self.set_note(tr("Nothing was found there."))
        elif model == FALLBACK:
            self.set_note(tr("Coarse: Models has finer ones."))
        else:
            self.set_note(tr("Ready") if context.prompts.ready(model) else tr("Looking at the picture…"))

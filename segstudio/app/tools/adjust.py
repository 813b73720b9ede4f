"""An operation with options: what it would do shows while the person chooses, and is done at Enter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import replace

from segstudio.app.operations.base import Operation, Subject
from segstudio.app.tools.base import Run, Tool, ToolContext
from segstudio.app.tools.options import Button
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import SegstudioError


def subject_of(context: ToolContext, ids: frozenset[int], new_ids: Callable[[int], int]) -> Subject:
    """Return what an operation on these annotations works on; only those that show count."""
    shown = [a for a in context.annotations.values() if context.visible(a)]
    rows = tuple(a for a in shown if a.id in ids)
    others = tuple(a for a in shown if a.id not in ids)
    return Subject(rows, context.size, others, context.categories, context.pixels, new_ids)


class Adjust(Tool):
    """Shows an operation's options and its preview; no button of the toolbar leads here, its menu entry does.

    Attributes:
        operation: The one that is being chosen for.
    """

    name = "adjust"
    hint = "Enter applies · Esc leaves everything as it is"
    cursor = "arrow"
    kept = False  # A preview is no work: whoever wants it applies it.
    buttons = (Button("Cancel", "Esc"), Button("Apply", "Enter", "check", primary=True))

    def __init__(self) -> None:
        super().__init__()
        self.operation: Operation | None = None
        self._kept: dict[str, dict[str, Any]] = {}
        # The newest preview: what it was made of, and the change; None where there is none.
        self._shown: tuple[tuple[Annotation, ...], ChangeSet] | None = None
        self._busy = self._accepted = False

    def take(self, operation: Operation) -> None:
        """Become the tool of an operation; its values of last time are kept."""
        self.operation = operation
        self.options = operation.options
        self._values = self._kept.setdefault(operation.name, {})
        self.set_note("")
        self.changed("")

    def run(self, context: ToolContext) -> Run:
        ids = context.selection
        self._accepted = False
        try:
            self._preview(context, ids)
            while True:
                event = yield frozenset(("Enter", "Esc"))
                if event.kind == "option":
                    self._preview(context, ids)
                elif event.kind == "key" and event.key == "Esc":
                    context.leave()
                elif event.kind == "key" and event.key == "Enter":
                    # What takes long is not computed twice, nor while the window waits.
                    self._accepted = True
                    if not self._busy:
                        self._apply(context, ids)
        finally:
            context.show(())

    def _apply(self, context: ToolContext, ids: frozenset[int]) -> None:
        context.leave()
        if self.operation is None:
            return
        subject = subject_of(context, ids, context.new_ids)
        seen, change = self._shown or ((), ChangeSet(()))
        # Ids that a preview gave to new objects are no real ones.
        if seen != (*subject.rows, *subject.others) or any(c.id < 0 for c in change.changes):
            change = self.operation.edit(subject, self._chosen())
        context.commit(change)

    def _chosen(self) -> dict[str, Any]:
        return {option.name: self.value(option.name) for option in self.options}

    def _preview(self, context: ToolContext, ids: frozenset[int]) -> None:
        operation, values = self.operation, self._chosen()
        if operation is None:
            return
        subject = subject_of(context, ids, _Unreal())
        self._shown, self._busy = None, True

        def compute() -> tuple[ChangeSet, str, bool]:
            try:
                change = operation.edit(subject, values)
            except SegstudioError as error:
                return ChangeSet(()), f"{error.message} {error.remedy or ''}".strip(), True
            return change, operation.note(subject, values, change), False

        def then(found: tuple[ChangeSet, str, bool]) -> None:
            change, note, failed = found
            self._busy = False
            self.set_note(note)
            context.show(_drafts(change))
            if not failed:
                self._shown = (*subject.rows, *subject.others), change
            if self._accepted:
                self._apply(context, ids)

        if operation.slow:
            context.work(compute, then, "adjust")
        else:
            then(compute())


class _Unreal:
    """Gives ids to what is only shown."""

    def __init__(self) -> None:
        self._last = 0

    def __call__(self, count: int) -> int:
        self._last -= count
        return self._last


def _drafts(change: ChangeSet) -> Iterator[Annotation]:
    """Yield how annotations look after a change; those that would be gone show as nothing."""
    for c in change.of("annotation"):
        if isinstance(c.after, Annotation):
            yield c.after
        elif isinstance(c.before, Annotation):
            yield replace(c.before, geometry=None, box=None, keypoints=None)

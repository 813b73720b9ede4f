"""Operations on the selection."""

from __future__ import annotations

from segstudio.app.canvas_link import CanvasLink
from segstudio.app.operations import OPERATIONS
from segstudio.app.tools.adjust import Adjust, subject_of
from segstudio.core.errors import SegstudioError


class ShapeCommands:
    """Handler of the rows that operations make in the table of actions."""

    def __init__(self, link: CanvasLink) -> None:
        self._link = link
        self._operations = {o.name: o for o in OPERATIONS}

    def run(self, name: str) -> None:
        """Do an operation at once, or show its options and its preview first where it has some."""
        operation, link = self._operations[name], self._link
        if operation.options:
            tool = link.tools["adjust"]
            assert isinstance(tool, Adjust)
            tool.take(operation)
            link.use("adjust")
            return
        context = link.context
        selected = context.selection
        try:
            change = operation.edit(subject_of(context, selected, context.new_ids), {})
        except SegstudioError as error:
            # Nothing has failed: what was asked for can't be done with these objects.
            context.say(f"{error.message} {error.remedy or ''}".strip())
            return
        if context.commit(change):
            # What an object was parted into stays at hand.
            context.set_selection(selected.union(c.id for c in change.of("annotation") if c.before is None))

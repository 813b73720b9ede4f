"""One object of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from segstudio.app.operations.base import Operation, Subject, Values
from segstudio.core import boolean_edits
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet


def _of(edit: Callable[[Sequence[Annotation], tuple[int, int]], ChangeSet]) -> Callable[[Subject, Values], ChangeSet]:
    return lambda subject, _values: edit(subject.rows, subject.size)


OPERATIONS = (
    Operation("union", "Union", "plus-circle", "Shift+U", _of(boolean_edits.union), needs="several"),
    Operation(
        "subtract", "Subtract from the Lowest", "minus-circle", "Shift+D", _of(boolean_edits.subtract), needs="several"
    ),
    Operation("intersect", "Intersect", "intersect", "Shift+I", _of(boolean_edits.intersect), needs="several"),
    Operation("exclude", "Exclude the Overlap", "x-circle", "Shift+X", _of(boolean_edits.exclude), needs="several"),
    Operation("merge", "Merge as Parts", "link-simple", "Ctrl+M", _of(boolean_edits.merge), needs="several", gap=True),
)

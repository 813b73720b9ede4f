"""DensePose data of the selected objects as a whole."""

from __future__ import annotations

from collections.abc import Callable

from segstudio.app.operations.base import Operation, Subject, Values
from segstudio.core import densepose_edits
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet


def _each(edit: Callable[[Annotation], ChangeSet], label: str) -> Callable[[Subject, Values], ChangeSet]:
    """Return an operation that edits each selected object that has a dense pose, as one step."""

    def apply(subject: Subject, _values: Values) -> ChangeSet:
        result = ChangeSet((), label)
        for a in subject.rows:
            if a.dense is not None:
                result = result.then(edit(a))
        return result

    return apply


OPERATIONS = (
    Operation(
        "dense_swap",
        "Swap DensePose Left and Right",
        "arrows-left-right",
        "",
        _each(densepose_edits.swap_sides, "Swap left and right"),
        menu="Object",
        gap=True,
    ),
    Operation(
        "dense_clear",
        "Clear DensePose",
        "eraser",
        "",
        _each(densepose_edits.clear, "Clear DensePose"),
        menu="Object",
    ),
)

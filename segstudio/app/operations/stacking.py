"""The order in which objects lie on each other."""

from __future__ import annotations

from collections.abc import Callable

from segstudio.app.operations.base import Operation, Subject, Values
from segstudio.core import order_edits
from segstudio.core.changes import ChangeSet


def _to(way: order_edits.Way) -> Callable[[Subject, Values], ChangeSet]:
    def edit(subject: Subject, _values: Values) -> ChangeSet:
        rows = sorted((*subject.rows, *subject.others), key=lambda a: (a.z, a.id))
        return order_edits.restack(rows, frozenset(a.id for a in subject.rows), way)

    return edit


OPERATIONS = (
    Operation("front", "Bring to Front", "arrow-line-up", "Ctrl+Shift+Up", _to("front"), menu="Object", gap=True),
    Operation("forward", "Bring Forward", "arrow-up", "Ctrl+Up", _to("forward"), menu="Object"),
    Operation("backward", "Send Backward", "arrow-down", "Ctrl+Down", _to("backward"), menu="Object"),
    Operation("back", "Send to Back", "arrow-line-down", "Ctrl+Shift+Down", _to("back"), menu="Object"),
)

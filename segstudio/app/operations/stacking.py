"""The order in which objects lie on each other."""

from __future__ import annotations

from segstudio.app.operations.base import Operation, Subject, Values
from segstudio.core import edits
from segstudio.core.changes import ChangeSet


def _front(subject: Subject, _values: Values) -> ChangeSet:
    return edits.restack(subject.rows, subject.others, front=True)


def _back(subject: Subject, _values: Values) -> ChangeSet:
    return edits.restack(subject.rows, subject.others, front=False)


OPERATIONS = (
    Operation("front", "Bring to Front", "arrow-line-up", "Ctrl+Shift+Up", _front, menu="Object", gap=True),
    Operation("back", "Send to Back", "arrow-line-down", "Ctrl+Shift+Down", _back, menu="Object"),
)

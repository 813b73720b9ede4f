"""Fewer vertices, and what that costs."""

from __future__ import annotations

from segstudio.app.i18n import tr
from segstudio.app.operations.base import Operation, Subject, Values
from segstudio.app.tools.options import Option
from segstudio.core import simplify_edits
from segstudio.core.changes import ChangeSet


def _simplify(subject: Subject, values: Values) -> ChangeSet:
    return simplify_edits.simplify(subject.rows, values["tolerance"])


def _cost(subject: Subject, _values: Values, change: ChangeSet) -> str:
    if not change:
        return tr("Nothing to simplify.")
    cost = simplify_edits.deviation(change, subject.size)
    return tr(
        "{before:,} → {after:,} points, ≤ {pixels:.1f} px, IoU {iou:.3f}",
        before=cost.before,
        after=cost.after,
        pixels=cost.pixels,
        iou=cost.iou,
    )


OPERATIONS = (
    Operation(
        "simplify", "Simplify…", "line-segments", "Ctrl+Shift+L", _simplify,
        (Option("tolerance", "Tolerance", "float", 1.0, 0, 20, 0.1, "px", tip="How far the outline may move."),),
        slow=True, note=_cost,
    ),
)  # fmt: skip

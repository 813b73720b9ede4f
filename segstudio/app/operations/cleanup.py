"""Cleaning masks up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from segstudio.app.i18n import tr
from segstudio.app.operations.base import Operation, Subject, Values
from segstudio.app.tools.options import Option
from segstudio.core import cleanup_edits, masks
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet

_MOST = 1_000_000


def _of(
    edit: Callable[[Sequence[Annotation], tuple[int, int], int], ChangeSet], option: str
) -> Callable[[Subject, Values], ChangeSet]:
    return lambda subject, values: edit(subject.rows, subject.size, values[option])


def _holes(subject: Subject, values: Values) -> ChangeSet:
    return cleanup_edits.fill_holes(subject.rows, subject.size, 0 if values["all"] else values["most"])


def _largest(subject: Subject, _values: Values) -> ChangeSet:
    return cleanup_edits.largest_piece(subject.rows, subject.size)


def _pixels(subject: Subject, _values: Values, change: ChangeSet) -> str:
    """Return how many pixels the objects win and lose."""
    size, more, less = subject.size, 0, 0
    for c in change.of("annotation"):
        if isinstance(c.before, Annotation) and isinstance(c.after, Annotation):
            old, new = c.before.mask(*size), c.after.mask(*size)
            more, less = more + masks.subtract(new, old).area, less + masks.subtract(old, new).area
    if not change:
        return tr("Nothing changes.")
    if not less:
        return tr("{more:,} px more", more=more)
    return tr("{more:,} px more, {less:,} px less", more=more, less=less) if more else tr("{less:,} px less", less=less)


_HOLES = (
    Option("all", "All", "flag", True, tip="Holes of any size."),
    Option("most", "Up to", "int", 100, 1, _MOST, unit="px", log=True, tip="Larger holes stay."),
)


_CRUMBS = (Option("least", "Smaller than", "int", 100, 1, _MOST, unit="px", log=True),)


def _row(
    name: str,
    text: str,
    icon: str,
    keys: str,
    edit: Callable[[Subject, Values], ChangeSet],
    options: tuple[Option, ...],
    gap: bool = False,
) -> Operation:
    return Operation(name, text, icon, keys, edit, options, slow=True, gap=gap, note=_pixels)


def _radius(text: str, default: int) -> tuple[Option, ...]:
    return (Option("pixels", text, "int", default, 1, 200, unit="px", log=True),)


OPERATIONS = (
    _row("fill_holes", "Fill Holes…", "circle-half-tilt", "Shift+F", _holes, _HOLES, gap=True),
    _row("crumbs", "Remove Small Parts…", "dots-three-circle", "", _of(cleanup_edits.remove_small, "least"), _CRUMBS),
    Operation("largest", "Keep the Largest Part", "circle", "", _largest),
    _row("grow", "Grow…", "arrows-out", "Shift+G", _of(cleanup_edits.grow, "pixels"), _radius("By", 2)),
    _row("shrink", "Shrink…", "arrows-in", "Shift+K", _of(cleanup_edits.shrink, "pixels"), _radius("By", 2)),
    _row("smooth", "Smooth…", "waves", "Shift+O", _of(cleanup_edits.smooth, "pixels"), _radius("Radius", 4)),
)

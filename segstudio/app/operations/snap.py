"""Snapping masks to the picture's edges."""

from __future__ import annotations

from segstudio.app.i18n import tr
from segstudio.app.operations.base import Operation, Subject, Values
from segstudio.app.tools.options import Option
from segstudio.assist import snap
from segstudio.core import edits, masks
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box

LABEL = "Snap to edges"
# Pixels of the picture around one object; there are pictures that are never held whole.
LARGEST = 67_108_864


def _snap(subject: Subject, values: Values) -> ChangeSet:
    rows = [a for a in subject.rows if a.geometry is not None and not isinstance(a.geometry, Box)]
    if not rows:
        raise InputError("A box has no border to snap.", remedy="Select an object with a mask or an outline.")
    change = ChangeSet((), LABEL)
    for a in rows:
        change = change.then(_snapped(a, subject, values))
    return change


def _snapped(a: Annotation, subject: Subject, values: Values) -> ChangeSet:
    before = a.mask(*subject.size)
    # What lies beyond the picture has no edges to snap to.
    if not before.counts:
        return ChangeSet(())
    reach = float(values["reach"])
    area = snap.area(before, reach, *subject.size)
    if area.area > LARGEST:
        raise InputError(f"Object {a.id} is too large to snap.", remedy="Cut it in parts, or correct it by hand.")
    crop = subject.pixels(area)
    after = snap.snap(crop, before, x=int(area.x), y=int(area.y), reach=reach, strength=values["strength"])
    if after == before or not after.counts:
        return ChangeSet(())
    return edits.set_geometry(a, after, LABEL)


def _note(subject: Subject, _: Values, change: ChangeSet) -> str:
    moved = 0
    for c in change.of("annotation"):
        if isinstance(c.before, Annotation) and isinstance(c.after, Annotation):
            a, b = c.before.mask(*subject.size), c.after.mask(*subject.size)
            moved += masks.subtract(a, b).area + masks.subtract(b, a).area
    return tr("{n:,} pixels change", n=moved)


OPERATIONS = (
    Operation(
        "snap",
        "Snap to Edges…",
        "magnet",
        "Shift+E",
        _snap,
        (
            Option("reach", "Reach", "int", 10, 1, 200, unit="px", log=True, tip="How far the border may move."),
            Option(
                "strength", "Strength", "float", 3.0, 0.5, 20.0, 0.5, tip="How much colours count against the mask."
            ),
        ),
        slow=True,
        note=_note,
    ),
)

"""Pieces, and the kind of shape."""

from __future__ import annotations

from segstudio.app.operations.base import Operation, Subject, Values
from segstudio.core import boolean_edits, shape_edits
from segstudio.core.changes import ChangeSet


def _split(subject: Subject, _values: Values) -> ChangeSet:
    return boolean_edits.split(subject.rows, subject.new_ids)


def _to_polygon(subject: Subject, _values: Values) -> ChangeSet:
    return shape_edits.to_polygon(subject.rows)


def _to_mask(subject: Subject, _values: Values) -> ChangeSet:
    return shape_edits.to_mask(subject.rows, subject.size)


OPERATIONS = (
    Operation("split", "Split into Pieces", "squares-four", "Shift+P", _split),
    Operation("to_polygon", "Convert to Polygon", "polygon", "Ctrl+Shift+G", _to_polygon, gap=True),
    Operation("to_mask", "Convert to Mask", "paint-brush", "Ctrl+Shift+M", _to_mask),
)

"""Operations on what is selected, one module a group; a new one is a function and a row here."""

from __future__ import annotations

from segstudio.app.operations import boolean, cleanup, densepose, pose, simplify, snap, stacking, structure
from segstudio.app.operations.base import Operation, Subject, Values

OPERATIONS: tuple[Operation, ...] = (
    *boolean.OPERATIONS,
    *structure.OPERATIONS,
    *simplify.OPERATIONS,
    *cleanup.OPERATIONS,
    *snap.OPERATIONS,
    *stacking.OPERATIONS,
    *pose.OPERATIONS,
    *densepose.OPERATIONS,
)

__all__ = ["OPERATIONS", "Operation", "Subject", "Values"]

"""The ChangeSet: the only way to change a project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec

from segstudio.core.annotation import Annotation
from segstudio.core.geometry import Box
from segstudio.core.labels import Category
from segstudio.core.media import Media

Row = Annotation | Category | Media
Table = Literal["annotation", "category", "media"]


class Change(msgspec.Struct, frozen=True, gc=False):
    """One row before and after; None before an insertion and after a deletion."""

    table: Table
    id: int
    before: Row | None
    after: Row | None

    def inverse(self) -> Change:
        return Change(self.table, self.id, self.after, self.before)


class ChangeSet(msgspec.Struct, frozen=True):
    """Changes that belong together: one undo step, one transaction, one repaint.

    Args:
        changes: In the order in which they apply.
        label: What was done, as the history shows it: "Paint", "Delete 3 objects".
        merge: Two steps in a row with the same non-empty key, within 500 ms, become one.
    """

    changes: tuple[Change, ...]
    label: str = ""
    merge: str = ""

    def __bool__(self) -> bool:
        return bool(self.changes)

    def inverse(self) -> ChangeSet:
        """Return the change that takes this one back."""
        return ChangeSet(tuple(c.inverse() for c in reversed(self.changes)), self.label, self.merge)

    def then(self, later: ChangeSet) -> ChangeSet:
        """Return this change followed by `later` as one step under this one's label.

        Rows touched twice are joined; those that end as they began are left out.
        """
        joined: dict[tuple[str, int], Change] = {}
        for change in (*self.changes, *later.changes):
            key = (change.table, change.id)
            first = joined.get(key)
            joined[key] = change if first is None else Change(change.table, change.id, first.before, change.after)
        kept = tuple(c for c in joined.values() if c.before != c.after)
        return ChangeSet(kept, self.label, self.merge)

    def of(self, table: Table) -> Iterator[Change]:
        """Yield the changes of one table."""
        return (c for c in self.changes if c.table == table)

    def media_ids(self) -> set[int]:
        """Return the ids of the media whose annotations change."""
        rows = (row for c in self.of("annotation") for row in (c.before, c.after))
        return {row.media for row in rows if isinstance(row, Annotation)}

    def dirty(self, media: int, frame: int) -> list[Box]:
        """Return the boxes of one picture that look different afterwards."""
        rows = (row for c in self.of("annotation") for row in (c.before, c.after))
        return [r.bounds for r in rows if isinstance(r, Annotation) and r.media == media and r.frame == frame]


def table_of(row: Row) -> Table:
    """Return the name of the table a row belongs to."""
    if isinstance(row, Annotation):
        return "annotation"
    return "category" if isinstance(row, Category) else "media"


def insert(rows: Iterable[Row], label: str = "") -> ChangeSet:
    """Return the change that adds rows."""
    return ChangeSet(tuple(Change(table_of(r), r.id, None, r) for r in rows), label)


def delete(rows: Iterable[Row], label: str = "") -> ChangeSet:
    """Return the change that removes rows."""
    return ChangeSet(tuple(Change(table_of(r), r.id, r, None) for r in rows), label)


def replace(pairs: Iterable[tuple[Row, Row]], label: str = "", merge: str = "") -> ChangeSet:
    """Return the change from each first row to its second; equal pairs are left out."""
    return ChangeSet(tuple(Change(table_of(a), a.id, a, b) for a, b in pairs if a != b), label, merge)


def rebased(change: ChangeSet, now: Mapping[int, Annotation]) -> ChangeSet:
    """Return an edit on top of annotations as they are by now.

    While a person drags an object, a model may add a pose to it: the edit then changes what it was meant to, and keeps
    the rest.

    Args:
        change: Made from annotations as they were.
        now: Annotations by id; others than these count as unchanged.
    """
    made = tuple(_rebased(c, now.get(c.id)) if c.table == "annotation" else c for c in change.changes)
    return ChangeSet(made, change.label, change.merge)


def _rebased(change: Change, now: Annotation | None) -> Change:
    before, after = change.before, change.after
    if now is None or now is before or not isinstance(before, Annotation) or now == before:
        return change
    if not isinstance(after, Annotation):
        return Change(change.table, change.id, now, after)
    names = (n for n in Annotation.__struct_fields__ if getattr(before, n) != getattr(after, n))
    edited = msgspec.structs.replace(now, **{n: getattr(after, n) for n in names})
    return Change(change.table, change.id, now, edited)

"""The versions of one picture: what its objects were after each step that touched them."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, text

from segstudio.core import document
from segstudio.core.annotation import Annotation
from segstudio.core.changes import Change
from segstudio.core.labels import Category
from segstudio.store import rows, steps

_VERSIONS = text(
    "SELECT h.seq, h.label, h.created, h.run, t.objects FROM touched t JOIN history h ON h.seq = t.seq"
    " WHERE t.media = :media AND t.frame = :frame AND h.done = 1 ORDER BY h.seq DESC"
)
_LATER = text(
    "SELECT h.seq, h.run, h.payload FROM history h WHERE h.done = 1 AND h.seq > :seq AND h.seq IN"
    " (SELECT seq FROM touched WHERE (media = :media AND frame = :frame) OR media = 0) ORDER BY h.seq DESC"
)
# Those of runs that were undone or discarded too: the walk may come to where they are seen.
_ROWS = text("SELECT * FROM annotation WHERE media = :media AND frame = :frame")
_GONE = text("SELECT id FROM run WHERE state = 'gone'")
_RUNS = text("SELECT run FROM history WHERE done = 1 AND seq > :seq AND run IS NOT NULL ORDER BY seq DESC")


class Version(msgspec.Struct, frozen=True):
    """What one step made of a picture.

    Args:
        seq: The number of the step.
        label: What was done.
        created: When, in seconds since 1970.
        objects: How many objects it added, changed or deleted here.
        run: The run that it showed; negative for one that it hid; None for a step of a person.
    """

    seq: int
    label: str
    created: float
    objects: int
    run: int | None = None


class Past(msgspec.Struct, frozen=True):
    """A picture as it was: its objects, lowest in the stack first, and all classes that were known then or are now."""

    annotations: list[Annotation]
    categories: dict[int, Category]


def versions(connection: Connection, media: int, frame: int) -> list[Version]:
    """Return the versions of a picture or frame, newest first."""
    found = connection.execute(_VERSIONS, {"media": media, "frame": frame})
    return [Version(row.seq, row.label, row.created, row.objects, row.run) for row in found]


def baseline(connection: Connection, media: int, frame: int) -> Version | None:
    """Return the version that corrections begin at: the last prediction or import, else before the first step.

    None where nothing has touched the picture.
    """
    found = versions(connection, media, frame)
    for version in found:
        if version.run is not None:
            if version.run > 0:
                return version
            continue
        payload = connection.scalar(text("SELECT payload FROM history WHERE seq = :s"), {"s": version.seq})
        if any(_predicts(change, media, frame) for change in steps.unpack(payload).changes):
            return version
    return Version(0, "Start", found[-1].created, 0) if found else None


def _predicts(change: Change, media: int, frame: int) -> bool:
    a = change.after
    if change.before is not None or not isinstance(a, Annotation):
        return False
    return a.is_prediction and (a.media, a.frame) == (media, frame)


def past(connection: Connection, media: int, frame: int, seq: int) -> Past:
    """Return a picture as it was after a step; 0 for how it was before the first step that is kept.

    Args:
        connection: To the project.
        media: The picture.
        frame: 0-based.
        seq: The number of the step.
    """
    walk = _Walk(connection, media, frame)
    for row in connection.execute(_LATER, {"media": media, "frame": frame, "seq": seq}).all():
        walk.back(row.run, steps.unpack(row.payload))
    gone = _gone(connection, seq)
    seen = (a for a in walk.rows.values() if a.origin.run not in gone)
    ordered = sorted(seen, key=lambda a: (a.z, a.id))
    return Past([_as_stored(a) for a in ordered], walk.categories)


def _gone(connection: Connection, seq: int) -> set[int | None]:
    """Return the runs that were undone or discarded, so that their rows were not seen, as it was after a step."""
    found: set[int | None] = set(connection.scalars(_GONE))
    for run in connection.scalars(_RUNS, {"seq": seq}):
        if run > 0:
            found.add(run)
        else:
            found.discard(-run)
    return found


class _Walk:
    """Goes back step by step: which rows the table had, seen or not."""

    def __init__(self, connection: Connection, media: int, frame: int) -> None:
        self.here = media, frame
        stored = connection.execute(_ROWS, {"media": media, "frame": frame})
        self.rows = {row.id: rows.read_annotation(row) for row in stored}
        found = connection.execute(text("SELECT run, data FROM category")).all()
        self.categories = {c.id: c for c in map(rows.read_category, found)}

    def back(self, run: int | None, step: steps.Stored) -> None:
        """Take one step back."""
        for change in reversed(step.changes):
            if isinstance(change.before, Category):
                self.categories[change.id] = change.before
            elif change.table == "annotation":
                self._invert(change, only_same=run is not None)
        for id, before, _ in step.patches:
            if id in self.rows:
                self.rows[id] = before.put(self.rows[id])

    def _invert(self, change: Change, *, only_same: bool) -> None:
        before, after = change.before, change.after
        inside = [isinstance(a, Annotation) and (a.media, a.frame) == self.here for a in (before, after)]
        if not any(inside):
            return
        now = self.rows.get(change.id)
        if only_same and (now is None) != (after is None or not inside[1]):
            return
        # What somebody changed since is not taken back with a run.
        if only_same and now is not None and isinstance(after, Annotation) and not _same(now, after):
            return
        if inside[0] and isinstance(before, Annotation):
            self.rows[change.id] = before
        else:
            self.rows.pop(change.id, None)


def _same(a: Annotation, b: Annotation) -> bool:
    return rows.annotation_row(a) == rows.annotation_row(b)


def _as_stored(a: Annotation) -> Annotation:
    """Return an object as the table would give it, so that one that never changed equals its present."""
    doc = document.text(a)
    if doc == a.source:
        return a
    return document.parse(
        doc, id=a.id, media=a.media, category=a.category, frame=a.frame, z=a.z, review=a.review, origin=a.origin
    )

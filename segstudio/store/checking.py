"""Verifying a project file: `segstudio check`."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal

import msgspec

from segstudio.core import document, masks, review_edits
from segstudio.core.annotation import Annotation
from segstudio.core.errors import ProjectError, SegstudioError
from segstudio.core.labels import Category
from segstudio.core.masks import Mask
from segstudio.store import opening, rows, steps
from segstudio.store.connection import uri_of

MOST = 1000  # problems of one kind that are listed one by one

_SEEN = "(a.run IS NULL OR a.run NOT IN (SELECT id FROM run WHERE state = 'gone'))"
_DAMAGED = (msgspec.MsgspecError, SegstudioError, UnicodeError, TypeError, ValueError)


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong with a project.

    Args:
        severity: "error" (something can't be used or is lost), "warning", or "note" (nothing is wrong, but see).
        text: What is wrong, one sentence.
        place: Where: "object 12", "class 3", "picture 5", "step 40", "run 2", or "" for the file.
        remedy: What the person can do about it.
    """

    severity: Literal["error", "warning", "note"]
    text: str
    place: str = ""
    remedy: str = ""


def check(path: Path | str) -> list[Problem]:
    """Return what is wrong with a project, worst first; nothing is written.

    Kinds that turn up more than `MOST` times end in one line with their number.
    """
    path = Path(path)
    try:
        mode = opening.mode_of(path)
    except ProjectError as error:
        return [Problem("error", error.message, error.place or "", error.remedy or "")]
    found: list[Problem] = []
    with closing(sqlite3.connect(uri_of(path, "ro" if mode == "rw" else mode), uri=True, timeout=10.0)) as connection:
        connection.row_factory = sqlite3.Row
        try:
            connection.execute("BEGIN")
            for part in (_integrity, _rows, _annotations, _references, _counters, _history):
                found += _limited(part(connection))
        except sqlite3.Error as error:
            remedy = "Restore a copy of the project; export what can still be opened first."
            found.append(Problem("error", f"The file is damaged: {error}.", "", remedy))
    return sorted(found, key=lambda p: ("error", "warning", "note").index(p.severity))


def _limited(problems: Iterator[Problem]) -> list[Problem]:
    kept: list[Problem] = []
    counts: Counter[str] = Counter()
    for problem in problems:
        kind = f"{problem.severity} {problem.place.split(' ')[0]}"
        counts[kind] += 1
        if counts[kind] <= MOST:
            kept.append(problem)
    for kind, n in counts.items():
        if n > MOST:
            severity, _, place = kind.partition(" ")
            kept.append(Problem(severity, f"{n - MOST} more like these.", place))  # type: ignore[arg-type]
    return kept


def _integrity(connection: sqlite3.Connection) -> Iterator[Problem]:
    for (line,) in connection.execute("PRAGMA integrity_check(20)"):
        if line != "ok":
            remedy = "Restore a copy of the project; export what can still be opened first."
            yield Problem("error", f"The file is damaged: {line}.", "", remedy)


def _rows(connection: sqlite3.Connection) -> Iterator[Problem]:
    """Classes and pictures."""
    names: dict[str, int] = {}
    for row in connection.execute("SELECT id, name, run, data FROM category ORDER BY id"):
        place = f"class {row['id']}"
        try:
            found = rows.read_category(_Plain(row))  # type: ignore[arg-type]
        except _DAMAGED as error:
            yield Problem("error", f"This class can't be read: {error}.", place)
            continue
        if (found.id, found.name) != (row["id"], row["name"]):
            yield Problem("error", "This class contradicts itself.", place)
        if found.name in names:
            text = f"The name {found.name!r} is also that of class {names[found.name]}."
            yield Problem("warning", text, place, "Rename one of them, or give its objects to the other.")
        names.setdefault(found.name, found.id)
    for row in connection.execute("SELECT id, path, run, data FROM media"):
        try:
            found = rows.read_media(_Plain(row))  # type: ignore[arg-type]
        except _DAMAGED as error:
            yield Problem("error", f"This picture's entry can't be read: {error}.", f"picture {row['id']}")
            continue
        if (found.id, found.path) != (row["id"], row["path"]):
            yield Problem("error", "This picture's entry contradicts itself.", f"picture {row['id']}")


class _Plain:
    """A row whose columns are attributes, as the readers expect them."""

    def __init__(self, row: sqlite3.Row) -> None:
        self.__dict__.update(dict(row))


def _annotations(connection: sqlite3.Connection) -> Iterator[Problem]:
    sizes, classes = _sizes(connection), _classes(connection)
    parse, origin = document.parse, rows.read_origin
    query = "SELECT id, media, frame, category, z, review, run, origin, doc FROM annotation"
    for id, media, frame, category, z, review, run, packed, doc in map(tuple, connection.execute(query)):
        try:
            made_by = origin(packed)
            a = parse(doc, id=id, media=media, frame=frame, category=category, z=z, review=review, origin=made_by)
        except _DAMAGED as error:
            remedy = "Delete it, or restore a copy of the project."
            yield Problem("error", f"This object can't be read: {error}.", f"object {id}", remedy)
            continue
        if made_by.run != run:
            yield Problem("error", "This object contradicts itself about its run.", f"object {id}")
        if a.keypoints is not None:
            yield from _keypoints(a, classes)
        if a.attributes and category in classes:
            yield from _attributes(a, classes[category])
        if review not in review_edits.OBJECT_STATES:
            yield Problem("warning", f"Its review state {review!r} is not known.", f"object {id}", "Mark it anew.")
        if isinstance(a.geometry, Mask):
            yield from _mask(a, a.geometry, sizes.get(media))


def _sizes(connection: sqlite3.Connection) -> dict[int, tuple[int, int]]:
    sizes = {}
    for row in connection.execute("SELECT id, run, data FROM media"):
        try:
            m = rows.read_media(_Plain(row))  # type: ignore[arg-type]
        except _DAMAGED:
            continue
        if m.width and m.height:
            sizes[row["id"]] = (m.width, m.height)
    return sizes


def _classes(connection: sqlite3.Connection) -> dict[int, Category]:
    found = {}
    for row in connection.execute("SELECT id, run, data FROM category"):
        try:
            found[row["id"]] = rows.read_category(_Plain(row))  # type: ignore[arg-type]
        except _DAMAGED:
            continue
    return found


def _attributes(a: Annotation, category: Category) -> Iterator[Problem]:
    """What an object says about itself and its class does not know, as imported files bring it."""
    if not category.attributes:
        return
    for name, value in a.attributes.items():
        spec = category.attribute(name)
        if spec is None:
            yield Problem("note", f"Its attribute {name!r} is none of its class {category.name}.", f"object {a.id}")
        elif spec.trouble(value):
            text = f"The value of its attribute {name!r} {spec.trouble(value)}."
            yield Problem("note", text, f"object {a.id}", "Set it anew, or change the class's attribute.")


def _keypoints(a: Annotation, classes: dict[int, Category]) -> Iterator[Problem]:
    assert a.keypoints is not None
    category = classes.get(a.category)
    wanted = len(category.skeleton.names) if category is not None and category.skeleton is not None else None
    if len(a.keypoints.values) % 3:
        yield Problem("error", "The keypoints are not triples of x, y and v.", f"object {a.id}")
    elif wanted is not None and a.keypoints.count != wanted:
        text = f"This object has {a.keypoints.count} keypoints and its class has {wanted}."
        yield Problem("warning", text, f"object {a.id}", "Delete its keypoints, or change its class.")


def _mask(a: Annotation, mask: Mask, size: tuple[int, int] | None) -> Iterator[Problem]:
    place = f"object {a.id}"
    try:
        runs = masks.decode_runs(mask.counts)
    except SegstudioError as error:
        yield Problem("error", error.message, place, "Draw it again.")
        return
    if int(runs.sum()) != mask.w * mask.h or (len(runs) and runs.min() < 0):
        yield Problem("error", "The mask's run lengths do not fit its box.", place, "Draw it again.")
    elif size is not None and mask.counts:
        width, height = size
        # Reaching over the edge is what a person may want; lying beyond it is not.
        if mask.x >= width or mask.y >= height or mask.x + mask.w <= 0 or mask.y + mask.h <= 0:
            text = f"The mask lies outside its picture ({width}x{height}); nothing of it is exported."
            yield Problem("warning", text, place, "Move it back, or delete it.")


def _references(connection: sqlite3.Connection) -> Iterator[Problem]:
    for table, column, what in (("media", "media", "picture"), ("category", "category", "class")):
        query = (
            f"SELECT a.id, a.{column} FROM annotation a LEFT JOIN {table} t ON t.id = a.{column}"
            f" WHERE t.id IS NULL AND {_SEEN}"
        )
        for id, missing in map(tuple, connection.execute(query)):
            text = f"Its {what} {missing} is not in the project."
            yield Problem("error", text, f"object {id}", "Restore a copy of the project, or delete the object.")
    query = "SELECT DISTINCT run FROM {} t WHERE run IS NOT NULL AND run NOT IN (SELECT id FROM run)"
    for table in ("annotation", "media", "category"):
        for (run,) in connection.execute(query.format(table)):
            yield Problem("warning", f"Rows of {table} name a run that is not known.", f"run {run}")


def _counters(connection: sqlite3.Connection) -> Iterator[Problem]:
    for table in ("annotation", "media", "category", "run"):
        highest = connection.execute(f"SELECT max(id) FROM {table}").fetchone()[0]
        row = connection.execute("SELECT next FROM counter WHERE name = ?", (table,)).fetchone()
        if highest is not None and (row is None or row[0] <= highest):
            text = f"The next id of {table} is {row[0] if row else 1}, and {highest} is in use already."
            yield Problem("error", text, "counter", "Restore a copy of the project before adding anything.")


def _history(connection: sqlite3.Connection) -> Iterator[Problem]:
    undone = False
    known = {row[0] for row in connection.execute("SELECT id FROM run")}
    for seq, done, run, payload in map(tuple, connection.execute("SELECT seq, done, run, payload FROM history")):
        place = f"step {seq}"
        try:
            steps.unpack(payload)
        except _DAMAGED as error:
            yield Problem("error", f"This step of the history can't be read: {error}.", place, "It can't be undone.")
        if run is not None and abs(run) not in known:
            yield Problem("error", f"This step belongs to run {abs(run)}, which is not known.", place)
        if done and undone:
            yield Problem("error", "This step is done, and one before it is undone.", place)
        undone = not done

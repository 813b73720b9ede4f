"""What `check` looks at: the database, every row, and whether the files are still there."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from segstudio.cli.outcome import PROBLEMS, Outcome
from segstudio.core.errors import SegstudioError

if TYPE_CHECKING:
    from segstudio.core.annotation import Annotation
    from segstudio.core.labels import Category
    from segstudio.core.media import Media
    from segstudio.store import ProjectFile

Advance = Callable[[int, int, str], None]


def check_project(path: Path, advance: Advance) -> Outcome:
    """Return what is wrong with a project, each with its place; the project itself is only read."""
    from segstudio.store import ProjectFile

    try:
        with ProjectFile.open(path) as project:
            problems = list(_project_problems(project, advance))
            counts = {"media": len(project.media_ids()), "annotations": sum(project.counts("media").values())}
    except SegstudioError as error:
        return Outcome({"file": path, "kind": "project"}, [str(error)], PROBLEMS)
    return Outcome({"file": path, "kind": "project", **counts}, problems)


def check_file(path: Path, advance: Advance) -> Outcome:
    """Return what is odd about an annotation file, by reading it into a project that is thrown away."""
    from segstudio.engine.exchange import import_file
    from segstudio.store import ProjectFile

    with (
        tempfile.TemporaryDirectory(prefix="segstudio-") as place,
        ProjectFile.create(Path(place) / "scratch.segstudio") as project,
    ):
        try:
            report = import_file(project, path, progress=lambda done, total: advance(done, total, "annotations"))
        except SegstudioError as error:
            return Outcome({"file": path, "kind": "annotations"}, [str(error)], PROBLEMS)
    counts = {"media": report.media, "annotations": report.annotations, "categories": report.categories}
    return Outcome({"file": path, "kind": report.format, **counts}, [f"{note.kind}: {note}" for note in report.notes])


def _project_problems(project: ProjectFile, advance: Advance) -> Iterator[str]:
    with project.reading() as connection:
        damage = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
        loose = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if damage != ["ok"]:
        yield from (f"database: {line}. Restore a copy of the project." for line in damage)
    yield from (f"database: row {row[1]} of table {row[0]} points to a row that is not there." for row in loose)
    media = {m.id: m for m in project.media()}
    classes = {c.id: c for c in project.categories()}
    total = sum(project.counts("media").values())
    seen = 0
    try:
        for a in project.all_annotations():
            yield from (f"annotation {a.id}: {fault}" for fault in annotation_faults(a, media, classes))
            seen += 1
            if seen % 512 == 0:
                advance(seen, total, "annotations")
    except (msgspec.MsgspecError, SegstudioError) as error:
        yield f"annotations: those after the first {seen:,} cannot be read: {error}. Restore a copy of the project."
    yield from _missing_files(project, list(media.values()), advance)


def _missing_files(project: ProjectFile, media: list[Media], advance: Advance) -> Iterator[str]:
    from segstudio.media import resolve

    root = project.media_root
    for i, m in enumerate(media):
        if m.status not in ("ok", "unread"):
            yield f"{m.path}: {m.status}. {m.reason}"
        elif not _is_there(resolve(m, root)):
            yield f"{m.path}: the file is missing from {root}. Put it back, or change the project's media folder."
        if i % 512 == 0:
            advance(i, len(media), "files")


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def annotation_faults(a: Annotation, media: dict[int, Media], classes: dict[int, Category]) -> Iterator[str]:
    """Yield what is wrong with one annotation.

    Args:
        a: The annotation.
        media: All media by id.
        classes: All classes by id.
    """
    m, c = media.get(a.media), classes.get(a.category)
    if m is None:
        yield f"its picture {a.media} is not in the project."
    elif m.frames and not 0 <= a.frame < m.frames:
        yield f"frame {a.frame} of {m.path}, which has {m.frames} frames."
    if c is None:
        yield f"its class {a.category} is not in the project."
    elif a.keypoints is not None and c.skeleton is not None and a.keypoints.count != len(c.skeleton.names):
        yield f"{a.keypoints.count} keypoints, but the class {c.name} has {len(c.skeleton.names)}."
    box = a.bounds
    if (
        m is not None
        and m.width
        and not (box.right >= 0 and box.bottom >= 0 and box.x <= m.width and box.y <= m.height)
    ):
        yield f"it lies outside of {m.path} ({m.width} x {m.height})."
    if a.score is not None and not 0.0 <= a.score <= 1.0:
        yield f"a score of {a.score}, which is not between 0 and 1."

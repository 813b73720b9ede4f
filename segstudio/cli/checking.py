"""What `check` looks at: the database, every row, and whether the files are still there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from segstudio.cli.outcome import PROBLEMS, Outcome
from segstudio.core.errors import SegstudioError

if TYPE_CHECKING:
    from segstudio.store import Problem, ProjectFile

Advance = Callable[[int, int, str], None]


def check_project(path: Path, advance: Advance) -> Outcome:
    """Return what is wrong with a project and the files that it names, each with its place; nothing is written."""
    from segstudio.store import ProjectFile, check

    found = check(path)
    problems = [_told(p) for p in found if p.severity != "note"]
    notes = [_told(p) for p in found if p.severity == "note"]
    counts: dict[str, int] = {}
    try:
        with ProjectFile.open(path) as project:
            counts = {"media": len(project.media_ids()), "annotations": sum(project.counts("media").values())}
            problems += _missing_files(project, advance)
    except SegstudioError as error:
        # What can't be opened has been listed above already.
        problems = problems or [str(error)]
    return Outcome({"file": path, "kind": "project", **counts, "notes": notes}, problems)


def _told(p: Problem) -> str:
    return f"{p.place}: {p.text} {p.remedy}".removeprefix(": ").strip()


def check_file(path: Path, advance: Advance) -> Outcome:
    """Return what is wrong or odd in an annotation file."""
    from segstudio.formats import registry
    from segstudio.formats.lint import check_file as lint
    from segstudio.formats.lint import walked

    try:
        row = registry.find(path)
        if row.name != "coco" and row.read is not None:
            return Outcome({"file": path, "kind": row.name}, [f"{n.kind}: {n}" for n in walked(row.read(path))])
    except SegstudioError as error:
        return Outcome({"file": path, "kind": "annotations"}, [str(error)], PROBLEMS)
    found = lint(path, lambda done, total: advance(done, total, "annotations"))
    return Outcome({"file": path, "kind": row.name}, [str(p) for p in found])


def _missing_files(project: ProjectFile, advance: Advance) -> Iterator[str]:
    from segstudio.media import resolve

    root, media = project.media_root, project.media()
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

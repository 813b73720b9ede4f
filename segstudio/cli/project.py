"""`new`, `info` and `check`: a project as a whole."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segstudio.cli.outcome import Outcome
from segstudio.cli.sources import existing, is_project
from segstudio.core.errors import InputError

if TYPE_CHECKING:
    from segstudio.cli.output import Output
    from segstudio.store import ProjectFile


def arguments(parser: argparse.ArgumentParser, verb: str) -> None:
    """Declare what a verb takes."""
    if verb == "new":
        parser.add_argument("project", metavar="PROJECT", help="the project file to make, usually NAME.segstudio")
        parser.add_argument("--media", metavar="DIR", required=True, help="the folder of pictures and videos")
    elif verb == "info":
        parser.add_argument("project", metavar="PROJECT", help="the project file")
    else:
        parser.add_argument("file", metavar="PROJECT | FILE.json", help="a project, or an annotation file")


def run(args: argparse.Namespace, out: Output) -> Outcome:
    """Do what the verb says."""
    return {"new": _new, "info": _info, "check": _check}[args.command](args, out)


def _new(args: argparse.Namespace, out: Output) -> Outcome:
    from segstudio.engine.intake import add_media
    from segstudio.media import relativize, scan
    from segstudio.store import SUFFIX, ProjectFile

    path = Path(args.project)
    if not path.suffix:
        path = path.with_suffix(SUFFIX)
    (folder,) = existing([args.media])
    if not folder.is_dir():
        raise InputError("This is a file; a project is made from a folder.", path=folder, remedy="Name its folder.")
    entries = list(scan(folder))
    with ProjectFile.create(path, relativize(folder, path.absolute().parent)) as project:
        rows = add_media(project, entries)
    kinds = Counter(row.kind for row in rows)
    out.line(f"{path}: {_counted(kinds)}")
    problems = [] if rows else [f"{folder}: there is no picture or video in this folder; the project is empty."]
    return Outcome({"project": path, "images": kinds["image"], "videos": kinds["video"]}, problems)


def _counted(kinds: Counter[str]) -> str:
    parts = [f"{n:,} {kind}{'' if n == 1 else 's'}" for kind, n in sorted(kinds.items())]
    return " and ".join(parts).replace("image", "picture") or "empty"


def _info(args: argparse.Namespace, out: Output) -> Outcome:
    from segstudio.store import ProjectFile

    with ProjectFile.open(args.project) as project:
        data = describe(project)
    out.line(f"{data['project']} ({data['bytes'] / 1e6:,.1f} MB){', read-only' if data['readonly'] else ''}")
    out.line(f"media in {data['media_root']}: {_counted(Counter(data['media']['kinds']))}")
    for title, counts in (("status", data["media"]["status"]), ("review", data["media"]["review"])):
        out.line(f"  {title}: {_listed(counts)}")
    if data["media"]["tags"]:
        out.line(f"  tags: {_listed(data['media']['tags'])}")
    if data["media"]["comments"] or data["annotations"]["comments"]:
        out.line(f"comments: {data['media']['comments']:,} on media, {data['annotations']['comments']:,} on objects")
    found = data["annotations"]
    out.line(f"annotations: {found['count']:,}")
    if found["count"]:
        out.line(f"  from: {_listed(found['origin'])}")
        out.line(f"  shape: {_listed(found['geometry'])}")
        out.line(f"  review: {_listed(found['review'])}")
    out.line(f"history: {data['history']['done']:,} steps, {data['history']['undone']:,} undone")
    if data["categories"]:
        rows = [
            (c["name"], c["supercategory"], "thing" if c["thing"] else "stuff", c["annotations"], c["keypoints"],
             ", ".join(c["attributes"]))
            for c in data["categories"]
        ]  # fmt: skip
        out.table(("class", "group", "kind", "objects", "keypoints", "attributes"), rows)
    if data["runs"]:
        out.table(
            ("run", "what", "model", "state"), [(r["id"], r["label"], r["model"], r["state"]) for r in data["runs"]]
        )
    return Outcome(data)


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{n:,} {name}" for name, n in counts.items()) or "none"


def describe(project: ProjectFile) -> dict[str, Any]:
    """Return what is in a project, as `info --json` prints it."""
    media = project.media()
    per_class = project.counts("category")
    origins: Counter[str] = Counter()
    shapes: Counter[str] = Counter()
    reviews: Counter[str] = Counter()
    comments = 0
    for a in project.all_annotations():
        origins[a.origin.kind] += 1
        shapes[_shape(a)] += 1
        reviews[a.review] += 1
        comments += bool(a.comment)
    steps = project.history()
    path = Path(project.path)
    return {
        "project": path,
        "bytes": sum(_size(Path(f"{path}{suffix}")) for suffix in ("", "-wal", "-shm")),
        "readonly": project.readonly,
        "media_root": project.media_root,
        "media": {
            "count": len(media),
            "kinds": dict(Counter(m.kind for m in media).most_common()),
            "status": dict(Counter(m.status for m in media).most_common()),
            "review": dict(Counter(m.review for m in media).most_common()),
            "tags": dict(Counter(tag for m in media for tag in m.tags).most_common()),
            "comments": sum(bool(m.comment) for m in media),
        },
        "annotations": {
            "count": sum(origins.values()),
            "origin": dict(origins.most_common()),
            "geometry": dict(shapes.most_common()),
            "review": dict(reviews.most_common()),
            "comments": comments,
        },
        "categories": [
            {
                "name": c.name,
                "supercategory": c.supercategory,
                "thing": c.thing,
                "attributes": [spec.name for spec in c.attributes],
                "annotations": per_class.get(c.id, 0),
                "keypoints": len(c.skeleton.names) if c.skeleton else 0,
            }
            for c in project.categories()
        ],
        "runs": [{"id": r.id, "label": r.label, "model": r.model, "state": r.state} for r in project.runs()],
        "history": {"done": sum(s.done for s in steps), "undone": sum(not s.done for s in steps)},
    }


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _shape(annotation: Any) -> str:
    names = {"Box": "boxes", "Polygons": "polygons", "Mask": "masks"}
    return names.get(type(annotation.geometry).__name__, "keypoints only" if annotation.keypoints else "nothing")


def _check(args: argparse.Namespace, out: Output) -> Outcome:
    (path,) = existing([args.file])
    if path.is_dir():
        raise InputError("This is a folder.", path=path, remedy="Name a project or an annotation file.")
    from segstudio.cli import checking

    with out.progress(f"Checking {path.name}") as advance:
        found = checking.check_project(path, advance) if is_project(path) else checking.check_file(path, advance)
    for note in found.data.get("notes", ()):
        out.line(f"note: {note}")
    if not found.problems:
        out.line(f"{path}: nothing is wrong.")
    return found

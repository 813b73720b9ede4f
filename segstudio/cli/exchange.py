"""`import`, `export` and `convert`: annotation files."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segstudio.cli.outcome import Outcome
from segstudio.cli.sources import existing
from segstudio.core.errors import InputError

if TYPE_CHECKING:
    from segstudio.cli.output import Output
    from segstudio.engine.frames import FramesReport
    from segstudio.engine.hiding import HiddenCopies
    from segstudio.engine.reports import ExportReport, ImportReport
    from segstudio.formats.base import Note
    from segstudio.store import ProjectFile

_WRITTEN = "coco, coco-panoptic, coco-results or densepose-iuv (one PNG, or a ZIP of them)"


def arguments(parser: argparse.ArgumentParser, verb: str) -> None:
    """Declare what a verb takes."""
    if verb == "convert":
        parser.add_argument("source", metavar="IN", help="the file to read")
        parser.add_argument("target", metavar="OUT", help="the file to write")
        parser.add_argument("--from", dest="format", metavar="FORMAT", help="of IN; by default what it looks like")
        parser.add_argument(
            "--to", metavar="FORMAT", required=True, help="of OUT: coco, coco-panoptic, coco-results or densepose-iuv"
        )
    else:
        parser.add_argument("project", metavar="PROJECT", help="the project file")
    if verb == "import":
        parser.add_argument("file", metavar="FILE", help="the annotation file")
        parser.add_argument("--format", metavar="FORMAT", help="of the file; by default what it looks like")
    elif verb == "export":
        parser.add_argument("target", metavar="OUT", help="the file to write")
        parser.add_argument(
            "--format",
            metavar="FORMAT",
            default="coco",
            help="coco (the default), coco-panoptic, coco-results or densepose-iuv",
        )
        parser.add_argument(
            "--predictions", choices=("all", "accepted"), default="all",
            help="all that were not rejected, or only what a person drew, accepted or imported",
        )  # fmt: skip
        parser.add_argument(
            "--threshold", metavar="SCORE", type=float, default=0.0,
            help="leave out predictions below this score that nobody accepted",
        )  # fmt: skip
        parser.add_argument(
            "--unusable", choices=("keep", "drop"), default="keep",
            help="write imported items that segstudio could not use back as they were, or leave them out",
        )  # fmt: skip
        parser.add_argument(
            "--frames", metavar="DIR",
            help="also write the frames of videos that have annotations, as the pictures that OUT names, below DIR",
        )  # fmt: skip
        parser.add_argument("--all-frames", action="store_true", help="with --frames: write all frames")
        _hiding(parser)
        parser.add_argument("--check", action="store_true", help="only say what is in the way; write nothing")
    if verb != "import":
        parser.add_argument(
            "--overlap", choices=("top", "score", "small", "things"), default="top",
            help="who gets a pixel that several objects claim, where only one can have it: the topmost, the one with "
            "the higher score, the smaller one, or things over stuff",
        )  # fmt: skip
    if verb != "export":
        parser.add_argument("--media", metavar="DIR", help="the folder that the names of the pictures start from")


def _hiding(parser: argparse.ArgumentParser) -> None:
    """Declare what makes objects unrecognisable in copies of the pictures."""
    group = parser.add_argument_group("hiding faces and other objects (originals are only read)")
    group.add_argument(
        "--hide", metavar="CLASS", nargs="?", const="", action="append",
        help="copy the pictures with the objects of a class hidden (without a name: faces); OUT is about the copies. "
        "May be given several times",
    )  # fmt: skip
    group.add_argument("--copies", metavar="DIR", help="where the copies go; by default OUT's name and '_pictures'")
    group.add_argument(
        "--copies-as", choices=("png", "jpg"), default="png", help="png keeps what is not hidden exactly"
    )
    group.add_argument("--hide-by", choices=("blur", "pixelate", "average", "black"), default="blur", help="how")
    group.add_argument(
        "--hide-shape", choices=("oval", "box", "outline"), default="oval",
        help="outline is the mask, where there is one",
    )  # fmt: skip
    group.add_argument(
        "--hide-strength", metavar="SHARE", type=float, default=0.2,
        help="spread of the blur or side of the blocks, as a share of the object's longer side",
    )  # fmt: skip
    group.add_argument(
        "--hide-margin", metavar="SHARE", type=float, default=0.1,
        help="added on every side, as a share of the object's longer side",
    )  # fmt: skip


def run(args: argparse.Namespace, out: Output) -> Outcome:
    """Do what the verb says."""
    return {"import": _import, "export": _export, "convert": _convert}[args.command](args, out)


def _import(args: argparse.Namespace, out: Output) -> Outcome:
    from segstudio.engine.exchange import import_file
    from segstudio.store import ProjectFile

    with ProjectFile.open(args.project) as project, out.progress("Importing") as advance:
        report = import_file(project, args.file, args.format, args.media, lambda d, t: advance(d, t, ""))
    out.line(f"{args.file}: {imported(report)}")
    return Outcome({"project": args.project, **read_facts(report)}, tell(report.notes, args.file, out))


def _export(args: argparse.Namespace, out: Output) -> Outcome:
    from segstudio.engine.exchange import export_file
    from segstudio.store import ProjectFile

    target = writable(args.target)
    if args.all_frames and not args.frames:
        raise InputError("--all-frames says which frames to write, but not where.", remedy="Add --frames DIR.")
    with ProjectFile.open(args.project) as project:
        with out.progress("Exporting") as advance:
            report = export_file(
                project,
                target,
                args.format,
                lambda d, t: advance(d, t, ""),
                predictions=args.predictions,
                min_score=args.threshold,
                unusable=args.unusable,
                overlap=args.overlap,
                hide=_hidden(project, target, args),
                dry=args.check,
            )
        out.line(f"{target}: {'would hold ' if args.check else ''}{exported(report)}")
        if report.copied is not None:
            made = "would be copies" if args.check else "copies"
            out.line(
                f"{report.copied.folder}: {len(report.copied.media):,} {made}, {report.copied.objects:,} objects hidden"
            )
        facts = {"project": args.project, **written_facts(report)}
        problems = tell(report.notes, args.project, out)
        if args.frames and not args.check:
            frames = _write_frames(project, args, out)
            facts["frames"] = {
                "folder": frames.folder, "videos": frames.videos, "written": frames.frames,
                "skipped": frames.skipped, "notes": _facts(frames.notes),
            }  # fmt: skip
            problems += tell(frames.notes, args.project, out)
    return Outcome(facts, problems)


def _hidden(project: ProjectFile, target: Path, args: argparse.Namespace) -> HiddenCopies | None:
    """Return what to hide and where the copies go, None where nothing is to be hidden."""
    if args.hide is None:
        if args.copies:
            raise InputError("--copies says where copies go, but not what is hidden in them.", remedy="Add --hide.")
        return None
    if args.frames:
        raise InputError("With --hide, frames of videos are among the copies.", remedy="Leave out --frames.")
    from segstudio.core.hiding import Hiding
    from segstudio.engine.hiding import HiddenCopies, chosen_classes

    style = Hiding(args.hide_by, args.hide_shape, args.hide_strength, args.hide_margin)
    folder = Path(args.copies) if args.copies else target.with_name(f"{target.stem}_pictures")
    return HiddenCopies(chosen_classes(project.categories(), args.hide), folder, style, args.copies_as)


def _write_frames(project: ProjectFile, args: argparse.Namespace, out: Output) -> FramesReport:
    from segstudio.engine.frames import export_project_frames

    with out.progress("Frames") as advance:
        report = export_project_frames(
            project, args.frames, annotated_only=not args.all_frames, progress=lambda d, t: advance(d, t, "")
        )
    said = f"{report.frames:,} frames" if report.videos else "the project has no video"
    out.line(f"{report.folder}: {said}")
    return report


def _convert(args: argparse.Namespace, out: Output) -> Outcome:
    from segstudio.engine.exchange import convert

    (source,) = existing([args.source])
    target = writable(args.target)
    with out.progress("Converting") as advance:
        read, wrote = convert(
            source, target, args.to, args.format, args.media, lambda d, t: advance(d, t, ""), overlap=args.overlap
        )
    out.line(f"{source}: {imported(read)}")
    out.line(f"{target}: {exported(wrote)}")
    problems = [*tell(read.notes, source, out), *tell(wrote.notes, target, out)]
    return Outcome({"read": read_facts(read), "written": written_facts(wrote)}, problems)


def writable(word: str) -> Path:
    """Return the path of a file to write.

    Raises:
        InputError: Its folder does not exist.
    """
    path = Path(word)
    try:
        there = path.absolute().parent.is_dir()
    except (OSError, ValueError):
        there = False
    if not there:
        raise InputError("The folder of this file does not exist.", path=path, remedy="Make it first.")
    return path


def tell(notes: Iterable[Note], where: Path | str, out: Output) -> list[str]:
    """Return what was skipped, as problems, and say the rest on standard error."""
    problems = []
    for note in notes:
        if note.kind == "skipped":
            problems.append(f"{where}: skipped {note}")
        else:
            out.note(f"{where}: {note}")
    return problems


def imported(report: ImportReport) -> str:
    """Return one line on what an import did."""
    parts = [
        f"{report.annotations:,} annotations",
        f"{report.media:,} new pictures",
        f"{report.categories:,} new classes",
    ]
    if report.matched:
        parts.append(f"{report.matched:,} pictures known before")
    if report.joined:
        parts.append(f"{report.joined:,} annotations known before got their keypoints")
    if report.present:
        parts.append(f"{report.present:,} annotations known before")
    return ", ".join(parts)


def exported(report: ExportReport) -> str:
    """Return one line on what an export wrote."""
    parts = [f"{report.annotations:,} annotations", f"{report.media:,} pictures", f"{report.categories:,} classes"]
    if report.predictions:
        parts[0] += f" ({report.predictions:,} of them predictions)"
    return ", ".join(parts)


def read_facts(report: ImportReport) -> dict[str, Any]:
    """Return what `--json` says of an import."""
    return {
        "file": report.path, "format": report.format, "run": report.run, "images": report.media,
        "matched": report.matched, "categories": report.categories, "annotations": report.annotations,
        "present": report.present, "joined": report.joined, "skipped": report.skipped, "notes": _facts(report.notes),
    }  # fmt: skip


def written_facts(report: ExportReport) -> dict[str, Any]:
    """Return what `--json` says of an export."""
    return {
        "out": report.path, "format": report.format, "images": report.media, "categories": report.categories,
        "annotations": report.annotations, "predictions": report.predictions, "skipped": report.skipped,
        "notes": _facts(report.notes), **_copied_facts(report),
    }  # fmt: skip


def _copied_facts(report: ExportReport) -> dict[str, Any]:
    made = report.copied
    if made is None:
        return {}
    return {"copies": {"folder": made.folder, "written": len(made.media), "hidden": made.objects, "bare": made.bare}}


def _facts(notes: Iterable[Note]) -> list[dict[str, Any]]:
    return [{"kind": n.kind, "reason": n.reason, "count": n.count, "places": n.places} for n in notes]

"""`predict`: a model over a project, a folder or files."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segstudio.cli.exchange import tell, writable
from segstudio.cli.models import tell_restriction
from segstudio.cli.outcome import CANCELLED, Outcome
from segstudio.cli.sources import existing, is_project, scratch_project
from segstudio.core.errors import InputError, MediaError

if TYPE_CHECKING:
    from segstudio.cli.output import Output
    from segstudio.core.results import Result
    from segstudio.engine.pipeline import Item, Report
    from segstudio.store import ProjectFile

FORMATS = ("coco", "coco-results")


def arguments(parser: argparse.ArgumentParser, _verb: str) -> None:
    """Declare what the verb takes."""
    parser.add_argument("paths", metavar="PROJECT | FOLDER | FILES", nargs="+", help="what to predict")
    parser.add_argument("--model", metavar="NAME", required=True, help="a model; see: segstudio models list")
    parser.add_argument("--out", metavar="FILE.json", help="write what was found to a file")
    parser.add_argument("--format", choices=FORMATS, default="coco", help="of that file (default: coco)")
    parser.add_argument("--images", metavar="GT.json", help="use the image ids and the classes of that COCO file")
    parser.add_argument(
        "--threshold", type=_share, help="lowest score that is kept (default: 0.05; for panoptic maps the model's own)"
    )
    parser.add_argument(
        "--boxes",
        choices=("existing",),
        help="look in the boxes of the project's objects, which get what is found (a pose, a mask)",
    )
    parser.add_argument(
        "--replace", action="store_true", help="with --boxes: also in objects that have a pose or a mask already"
    )
    parser.add_argument("--split-things", action="store_true", help="pieces of things in a map become objects")
    parser.add_argument("--multi-scale", action="store_true", help="of maps: the mean of several scales, mirrored too")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps (default: auto)")
    parser.add_argument("--batch", type=_count, metavar="N", help="pictures at once (default: what suits the device)")
    parser.epilog = "A project keeps what was found, as one step that can be undone. A folder or files only with --out."


def _share(text: str) -> float:
    value = float(text)
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError("the threshold lies between 0 and 1")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least one picture at once")
    return value


def _least(model: str, given: float | None) -> float | None:
    """Return the lowest score that is kept: low for a file, the model's own where each object changes the whole map.

    Raises:
        InputError: There is no such model.
    """
    from segstudio.zoo import Catalog

    return None if given is None and Catalog().get(model).task == "panoptic" else 0.05 if given is None else given


@dataclass
class Tally:
    """Counts what a run finds, a picture at a time; called in the worker's thread.

    Args:
        found: For each path (with "#frame" behind videos' paths), the number of objects by class.
    """

    found: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, item: Item, results: list[Result]) -> None:
        """Take in the results of a picture."""
        from segstudio.engine.drafts import drafts

        name = item.media.path + (f"#{item.frame}" if item.media.kind == "video" else "")
        self.found[name] = Counter(
            # In a box of a class that is none of the model's.
            "object" if draft.of is not None and draft.label.id < 0 else draft.label.name
            for draft in drafts(results)
        )


def run(args: argparse.Namespace, out: Output) -> Outcome:
    """Predict, store or write what was found, and say what was skipped."""
    paths = existing(args.paths)
    target = writable(args.out) if args.out else None
    if args.replace and not args.boxes:
        raise InputError("--replace goes with --boxes existing.", remedy="Add it, or leave --replace out.")
    if args.boxes and not is_project(paths[0]):
        raise InputError("Only a project has boxes to look in.", path=paths[0], remedy="Name a project.")
    problems: list[str] = []
    with opened(paths, args.images, problems) as project:
        tally = Tally()
        report, cancelled = predict(
            project,
            args.model,
            out,
            threshold=_least(args.model, args.threshold),
            device=args.device,
            batch=args.batch,
            options={"split_things": args.split_things, "multi_scale": args.multi_scale},
            boxes=args.boxes is not None,
            replace=args.replace,
            on_result=tally.add,
        )
        data = summary(report, tally)
        problems += [f"{s.media.path}: {s.reason}" for s in report.skipped]
        if target is not None:
            from segstudio.engine.exchange import export_file

            written = export_file(project, target, args.format)
            data["out"] = target
            problems += tell(written.notes, target, out)
    out.table(("picture", "objects", "what"), [_row(name, counts) for name, counts in sorted(tally.found.items())])
    out.line(f"{report.done:,} of {report.total:,} pictures, {sum(c.total() for c in tally.found.values()):,} objects")
    if args.boxes:
        from segstudio.core.edits import count_of

        out.line(f"what was found in their boxes was added to {count_of(report.joined)}")
    if report.without:
        out.note(f"Left as they are, for there is no box to look in: {report.without:,} of the pictures.")
    if target is not None:
        out.line(f"{target}: written")
    elif not is_project(paths[0]):
        out.note("Nothing was written; --out FILE.json writes what was found.")
    return Outcome(data, problems, CANCELLED if cancelled else None)


def _row(name: str, counts: Counter[str]) -> tuple[str, int, str]:
    listed = ", ".join(f"{n} {label}" if n > 1 else label for label, n in counts.most_common())
    return name, counts.total(), listed


@contextmanager
def opened(paths: list[Path], images: str | None, problems: list[str]) -> Iterator[ProjectFile]:
    """Yield the project to predict in: the one that is named, or one over files that is thrown away.

    Args:
        paths: A project, or folders and files.
        images: A COCO file whose ids of pictures and classes are taken.
        problems: Gets what of that file could not be used.

    Raises:
        InputError: A project beside other files, or nothing to predict.
    """
    from segstudio.store import ProjectFile

    projects = [path for path in paths if path.is_file() and is_project(path)]
    if not projects:
        with scratch_project(paths) as project:
            if images:
                problems += take_ids(project, existing([images])[0])
            yield project
        return
    if len(paths) > 1:
        raise InputError("A project is predicted alone.", path=projects[0], remedy="Name it without other files.")
    if images:
        raise InputError("A project has ids of its own.", path=projects[0], remedy="Leave --images out.")
    with ProjectFile.open(projects[0]) as project:
        yield project


def take_ids(project: ProjectFile, truth: Path) -> list[str]:
    """Give a project's pictures and classes the ids of a COCO file; pictures that it does not name are taken out.

    Returns:
        What could not be used.

    Raises:
        InputError: It names none of the pictures.
    """
    from segstudio.core.changes import delete
    from segstudio.engine.exchange import import_file

    before = {m.id for m in project.media()}
    report = import_file(project, truth, "coco", only_media=True)
    media = project.media()
    others = [m for m in media if m.source is None or m.id not in before]
    if len(others) == len(media):
        raise InputError("This file names none of these pictures.", path=truth, remedy="Check the folder.")
    project.commit(delete(others))
    problems = [f"{truth}: skipped {note}" for note in report.notes if note.kind == "skipped"]
    absent = [m.path for m in others if m.id not in before]
    if absent:
        shown = ", ".join(absent[:3]) + (", ..." if len(absent) > 3 else "")
        problems.append(f"{truth}: {len(absent):,} of its pictures are not here ({shown}); they were left out.")
    return problems


def predict(
    project: ProjectFile,
    model: str,
    out: Output,
    *,
    media: list[int] | None = None,
    threshold: float | None = None,
    device: str = "auto",
    batch: int | None = None,
    options: Mapping[str, Any] | None = None,
    boxes: bool = False,
    replace: bool = False,
    on_result: Any = None,
) -> tuple[Report, bool]:
    """Run a model as one run of a project, with a bar; Ctrl-C ends it and keeps what is finished.

    Args:
        project: Where what is found goes.
        model: Its card's name.
        out: For the bar and the notes.
        media: Ids; None for all.
        threshold: Lowest score; None for the card's.
        device: As `--device`.
        batch: As `--batch`.
        options: Of `Options`: "split_things" and "multi_scale".
        boxes: As `--boxes existing`.
        replace: As `--replace`.
        on_result: Called in the worker's thread with (item, results).

    Returns:
        What was done, and whether it was cancelled.

    Raises:
        SegstudioError: The model could not be used at all.
    """
    from segstudio.engine.engine import Engine
    from segstudio.engine.given import Within
    from segstudio.engine.ingest import Rules
    from segstudio.zoo import Options

    cancelled = False
    with Engine() as engine:
        tell_restriction(engine.catalog.parts(engine.catalog.get(model)), out)
        chosen = Options(threshold=threshold, **(options or {}))
        rules = Rules(within=Within(replace=replace) if boxes else None)
        job = engine.predict_many(
            project, media, model, device=device, batch=batch, options=chosen, rules=rules, on_result=on_result
        )
        with out.progress(model) as advance:
            while True:
                try:
                    if job.wait(0.1):
                        break
                except KeyboardInterrupt:
                    out.note("Cancelling; what is finished is kept.")
                    job.cancel()
                    cancelled = True
                advance(job.progress.done, job.progress.total, "")
        report: Report | None = job.result
        if job.error is not None:
            if report is not None and report.done:
                out.note(f"{report.done:,} pictures were finished before this, and are kept.")
            raise job.error
    assert report is not None
    failures = [s.error for s in report.skipped if not isinstance(s.error, MediaError)]
    if failures and not report.done:
        # It is the model that does not work, not this or that picture.
        raise failures[0]
    for note in report.notes:
        out.note(note)
    return report, cancelled


def summary(report: Report, tally: Tally) -> dict[str, Any]:
    """Return what `--json` says of a run."""
    return {
        "model": report.model,
        "pictures": report.total,
        "done": report.done,
        "skipped": [{"path": s.media.path, "frame": s.frame, "reason": s.reason} for s in report.skipped],
        "added": report.added,
        "replaced": report.replaced,
        "known": report.known,
        "joined": report.joined,
        "without": report.without,
        "run": report.run,
        "seconds": round(report.seconds, 3),
        "notes": report.notes,
        "found": {name: dict(counts) for name, counts in sorted(tally.found.items())},
    }

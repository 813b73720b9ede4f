"""`edit`: what the window's Shape menu does, on a whole project at once; `undo` and `redo`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from segstudio.cli.outcome import Outcome
from segstudio.core.errors import InputError

if TYPE_CHECKING:
    from segstudio.cli.output import Output
    from segstudio.engine.batch_edits import Edit
    from segstudio.store import ProjectFile

# Name, what it does, what its number says (empty: it takes none), and the number without one given.
EDITS: dict[str, tuple[str, str, float | None]] = {
    "fill-holes": ("fill holes", "pixels of the largest hole that is filled; 0 fills all", 0),
    "drop-small": ("take small parts away", "pixels of the smallest part that stays", 100),
    "largest": ("keep the largest part", "", None),
    "grow": ("grow", "pixels", 2),
    "shrink": ("shrink", "pixels", 2),
    "smooth": ("smooth the outline", "radius in pixels", 4),
    "simplify": ("draw polygons with fewer vertices", "pixels that the outline may move", 1),
    "to-mask": ("turn polygons into masks", "", None),
    "to-polygon": ("turn masks into polygons along pixel borders", "", None),
    "accept": ("accept predictions", "lowest score", 0.5),
    "resolve": ("take pixels that several objects have from all but the topmost", "", None),
}
HISTORY = ("undo", "redo")


def arguments(parser: argparse.ArgumentParser, _verb: str) -> None:
    """Declare what the verb takes."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    lines = [
        f"  {name:<12}{text}" + (f" [{number}, by default {default:g}]" if default is not None else "")
        for name, (text, number, default) in EDITS.items()
    ]
    lines += ["  undo        take the last step back", "  redo        repeat the step that was undone last"]
    parser.epilog = "edits:\n" + "\n".join(lines)
    parser.add_argument("project", metavar="PROJECT", help="the project file")
    parser.add_argument("edit", metavar="EDIT", choices=(*EDITS, *HISTORY), help="one of the edits below")
    parser.add_argument("amount", metavar="NUMBER", nargs="?", type=float, help="how much")
    parser.add_argument("--class", dest="classes", metavar="NAME", action="append", help="only objects of this class")
    parser.add_argument("--min-score", type=float, metavar="SCORE", help="only predictions of at least this score")


def run(args: argparse.Namespace, out: Output) -> Outcome:
    """Do it."""
    from segstudio.store import ProjectFile

    with ProjectFile.open(args.project) as project:
        if args.edit in HISTORY:
            return _walk(project, args.edit, out)
        return _edit(project, args, out)


def _walk(project: ProjectFile, word: str, out: Output) -> Outcome:
    steps = project.history()
    done = project.undo() if word == "undo" else project.redo()
    if done is None:
        raise InputError(f"There is nothing to {word}.", path=project.path)
    at = sum(step.done for step in steps)
    label = steps[at - 1].label if word == "undo" else steps[at].label
    out.line(f"{'Took back' if word == 'undo' else 'Repeated'}: {label}")
    return Outcome({"project": project.path, "step": label})


def _edit(project: ProjectFile, args: argparse.Namespace, out: Output) -> Outcome:
    from segstudio.engine.batch_edits import edit_many

    text, _, default = EDITS[args.edit]
    if default is None and args.amount is not None:
        raise InputError(f"“{args.edit}” takes no number.", remedy="Leave the number away.")
    amount = args.amount if args.amount is not None else default or 0.0
    if not 0 <= amount <= 1_000_000:
        raise InputError(f"{amount:g} is out of range.", remedy="Give a number from 0 to 1,000,000.")
    classes = _classes(project, args.classes)
    with out.progress(text[:1].upper() + text[1:]) as advance:
        report = edit_many(
            project,
            _edit_of(args.edit, amount),
            text[:1].upper() + text[1:],
            categories=classes,
            min_score=args.min_score,
            progress=lambda done, total: advance(done, total, ""),
        )
    out.line(f"Changed {report.objects:,} of {report.looked_at:,} objects on {report.pictures:,} pictures.")
    counts = {"objects": report.objects, "pictures": report.pictures, "looked_at": report.looked_at}
    return Outcome({"project": project.path, **counts}, report.skipped)


def _classes(project: ProjectFile, names: list[str] | None) -> set[int] | None:
    if not names:
        return None
    known = {c.name: c.id for c in project.categories()}
    for name in names:
        if name not in known:
            raise InputError(f"The project has no class “{name}”.", remedy=f"It has: {', '.join(known) or 'none'}.")
    return {known[name] for name in names}


def _edit_of(name: str, amount: float) -> Edit:
    """Return an edit of one picture's objects."""
    from segstudio.core import cleanup_edits, panoptic_edits, review_edits, shape_edits, simplify_edits

    whole = round(amount)
    table: dict[str, Callable[..., object]] = {
        "fill-holes": lambda rows, size: cleanup_edits.fill_holes(rows, size, whole),
        "drop-small": lambda rows, size: cleanup_edits.remove_small(rows, size, whole),
        "largest": cleanup_edits.largest_piece,
        "grow": lambda rows, size: cleanup_edits.grow(rows, size, whole),
        "shrink": lambda rows, size: cleanup_edits.shrink(rows, size, whole),
        "smooth": lambda rows, size: cleanup_edits.smooth(rows, size, whole),
        "simplify": lambda rows, _: simplify_edits.simplify(rows, amount),
        "to-mask": shape_edits.to_mask,
        "to-polygon": lambda rows, _: shape_edits.to_polygon(rows),
        "accept": lambda rows, _: review_edits.accept_above(rows, amount),
        "resolve": panoptic_edits.resolve_all,
    }
    return table[name]  # pyright: ignore[reportReturnType]

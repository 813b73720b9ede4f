"""`inspect`: what a model sees inside while it looks at a picture."""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segstudio.cli.models import tell_restriction
from segstudio.cli.outcome import Outcome
from segstudio.cli.sources import existing
from segstudio.core.errors import Cancelled, InputError

if TYPE_CHECKING:
    import numpy as np

    from segstudio.cli.output import Output
    from segstudio.core.views import View
    from segstudio.engine.looking import Look

LISTING = "views.json"
_UNFIT = re.compile(r"[^\w.-]+")


def arguments(parser: argparse.ArgumentParser, _verb: str) -> None:
    """Declare what the verb takes."""
    from segstudio.core.view_reading import SCALES

    parser.add_argument("model", metavar="MODEL", help="a model; see: segstudio models list")
    parser.add_argument("picture", metavar="PICTURE", help="a picture, or a video")
    parser.add_argument("--frame", type=int, default=0, metavar="N", help="of a video, the frame (default: 0)")
    parser.add_argument("--out", metavar="DIR", help=f"write each view as a PNG, numbers as CSV too, and {LISTING}")
    parser.add_argument("--group", metavar="NAME", help="only the views of this group")
    parser.add_argument("--at", metavar="X,Y", type=_place, help="what each map says at a place of the picture")
    parser.add_argument("--alone", action="store_true", help="maps without the picture below them")
    parser.add_argument("--colors", choices=SCALES, default=SCALES[0], help=f"of maps (default: {SCALES[0]})")
    parser.add_argument("--stretch", action="store_true", help="stretch the colours of each map over its own numbers")
    parser.add_argument("--threshold", type=float, metavar="SCORE", help="of the model's results (default: the card's)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps (default: auto)")


def _place(text: str) -> tuple[float, float]:
    try:
        x, y = (float(word) for word in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError("a place is two numbers, as in 120,64.5") from None
    return x, y


def run(args: argparse.Namespace, out: Output) -> Outcome:
    """Look inside, list what was seen, and write it where asked."""
    from segstudio.core import view_reading

    (path,) = existing([args.picture])
    folder = _folder(args.out) if args.out else None
    rgb = _read(path, args.frame)
    found = _look(args, rgb, out)
    views = list(found.views)
    groups = view_reading.groups_of(views)
    if args.group is not None:
        views = [view for view in views if view.group.casefold() == args.group.casefold()]
        if not views:
            known = ", ".join(groups) or "none"
            raise InputError(f"There is no group '{args.group}'.", remedy=f"Groups of this picture: {known}.")
    rows = [_row(view, args.at) for view in views]
    names = _write(views, rows, folder, rgb, args) if folder is not None else []
    columns = ("group", "title", "kind", "size", "range", *(("there",) if args.at else ()))
    out.table(columns, [_cells(row, args.at) for row in rows])
    if not views:
        out.line("The model shows nothing of its inside for this picture.")
    for note in found.notes:
        out.note(note)
    if folder is not None:
        out.line(f"{folder}: {len(names):,} files written")
    return Outcome(
        {"model": found.model, "picture": path, "size": list(found.size), "seconds": round(found.seconds, 3),
         "groups": groups, "views": rows, "notes": found.notes, "files": names}
    )  # fmt: skip


def _folder(word: str) -> Path:
    """Return the folder to write into, made where it is missing.

    Raises:
        InputError: It can't be made.
    """
    folder = Path(word)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"This folder can't be made: {error.strerror}.", path=folder) from error
    return folder


def _read(path: Path, frame: int) -> np.ndarray:
    from segstudio.core.media import Media
    from segstudio.media import MediaReader, scan

    entries = list(scan([path])) if path.is_file() else []
    if not entries:
        raise InputError("This is no picture and no video.", path=path, remedy="Name a file.")
    reader = MediaReader(path.absolute().parent)
    try:
        return reader.read(Media(1, path.name, entries[0].kind), frame).rgb
    finally:
        reader.close()


def _look(args: argparse.Namespace, rgb: np.ndarray, out: Output) -> Look:
    """Ask the engine, with a bar; Ctrl-C cancels."""
    from segstudio.engine.engine import Engine
    from segstudio.zoo import Options

    with Engine() as engine:
        tell_restriction(engine.catalog.parts(engine.catalog.get(args.model)), out)
        options = Options(threshold=args.threshold)
        job = engine.look(args.model, lambda: rgb, device=args.device, options=options)
        with out.progress(args.model) as advance:
            try:
                while not job.wait(0.1):
                    advance(job.progress.done, job.progress.total, job.progress.stage)
            except KeyboardInterrupt:
                job.cancel()
                raise Cancelled("cancelled") from None
        return job.outcome()


def _row(view: View, at: tuple[float, float] | None) -> dict[str, Any]:
    """Return what is told of a view."""
    from segstudio.core import view_reading
    from segstudio.core.views import HeatView

    ends = view_reading.range_of(view)
    row = {
        "group": view.group,
        "title": view.title,
        "kind": view_reading.kind_of(view),
        "size": list(view_reading.size_of(view)),
        "range": None if ends is None else list(ends),
        "box": [float(value) for value in view.box],
    }
    if isinstance(view, HeatView):
        row["unit"] = view.unit
        if at is not None:
            row["at"] = view_reading.at(view, *at)
    return row


def _cells(row: dict[str, Any], at: tuple[float, float] | None) -> tuple[str, ...]:
    ends = row["range"]
    numbers = "" if ends is None else f"{ends[0]:.4g} to {ends[1]:.4g} {row.get('unit', '')}".rstrip()
    there = () if at is None else ("" if row.get("at") is None else f"{row['at']:.4g} {row.get('unit', '')}".rstrip(),)
    return row["group"], row["title"], row["kind"], " × ".join(map(str, row["size"])), numbers, *there


def _write(
    views: Sequence[View], rows: list[dict[str, Any]], folder: Path, rgb: np.ndarray, args: argparse.Namespace
) -> list[str]:
    """Write each view and the listing; the rows get the names of their files.

    Raises:
        InputError: The folder can't be written to.
    """
    from PIL import Image

    from segstudio.core.view_reading import Coloring
    from segstudio.core.views import BarsView
    from segstudio.media.view_pictures import drawn

    names, coloring = [], Coloring(args.colors, args.stretch)
    try:
        for i, (view, row) in enumerate(zip(views, rows), start=1):
            name = f"{i:02}-{_plain(view.group)}-{_plain(view.title)}"
            Image.fromarray(drawn(view, rgb, coloring=coloring, alone=args.alone)).save(folder / f"{name}.png")
            row["file"] = f"{name}.png"
            names.append(f"{name}.png")
            if isinstance(view, BarsView):
                with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                    csv.writer(file).writerows([("name", "value"), *zip(view.labels, view.values.tolist())])
                names.append(f"{name}.csv")
        listing = {"model": args.model, "picture": str(args.picture), "size": list(rgb.shape[:2]), "views": rows}
        text = json.dumps(listing, ensure_ascii=False, indent=1)
        (folder / LISTING).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"This folder can't be written to: {error.strerror}.", path=folder) from error
    return [*names, LISTING]


def _plain(text: str) -> str:
    """Return a text as a part of a file's name."""
    return _UNFIT.sub("-", text).strip("-").lower()[:40] or "view"

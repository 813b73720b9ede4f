"""`demo`: the sample photos with what the starter pack finds, in the window or as files."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from segstudio.cli import open_window
from segstudio.cli.outcome import CANCELLED, MissingError, Outcome
from segstudio.core.errors import SegstudioError, WeightsError

if TYPE_CHECKING:
    from segstudio.cli.output import Output
    from segstudio.core.annotation import Annotation
    from segstudio.store import ProjectFile

OBJECTS, POSES = "starter-instances", "starter-poses"
NAME = "demo.segstudio"
PLACE = "demo-output"


def arguments(parser: argparse.ArgumentParser, _verb: str) -> None:
    """Declare what the verb takes."""
    parser.add_argument(
        "--headless", metavar="DIR", help="open no window; write overlays, coco.json and window.png into DIR"
    )
    parser.epilog = f"Without a display and without --headless it writes into {PLACE}."


def run(args: argparse.Namespace, out: Output) -> Outcome:
    """Copy the photos, predict, and show or write what was found."""
    folder = args.headless
    if folder is None and not open_window.has_display():
        out.note(f"There is no display; writing into {PLACE}.")
        folder = PLACE
    return _headless(Path(folder), out) if folder is not None else _windowed(out)


def _windowed(out: Output) -> Outcome:
    import platformdirs

    open_window.require_display()
    folder = Path(platformdirs.user_data_dir("segstudio", appauthor=False)) / "demo"
    with demo_project(folder) as project:
        problems, cancelled = _predicted(project, out)
    if cancelled:
        return Outcome({"project": folder / NAME}, problems, CANCELLED)
    for problem in problems:
        out.note(problem)
    open_window.show([folder / NAME])
    return Outcome({"project": folder / NAME}, problems)


def _headless(folder: Path, out: Output) -> Outcome:
    from segstudio.engine.exchange import export_file

    with demo_project(folder) as project:
        problems, cancelled = _predicted(project, out)
        counts = project.counts("media")
        media = project.media()
        found = {m.path: counts.get(m.id, 0) for m in media}
        if not counts:
            raise MissingError("Nothing could be predicted.", remedy=" ".join(problems))
        best = max((m.id for m in media), key=lambda m: _richness(project.annotations(m)))
        out.note("Writing the COCO file and the pictures")
        export_file(project, folder / "coco.json")
    if not cancelled:
        _draw(folder, best)
    out.table(("photo", "objects"), list(found.items()))
    made = [folder / "coco.json", folder / "window.png", *sorted((folder / "overlays").glob("*.png"))]
    for path in made:
        out.line(str(path))
    data = {"project": folder / NAME, "found": found, "files": made}
    return Outcome(data, problems, CANCELLED if cancelled else None)


@contextmanager
def demo_project(folder: Path) -> Iterator[ProjectFile]:
    """Yield the demo's project, made with the sample photos beside it where it is not there yet.

    Raises:
        InputError: The folder can't be written.
    """
    from segstudio.engine.intake import add_media, copy_samples
    from segstudio.media import scan
    from segstudio.store import ProjectFile

    photos = copy_samples(folder / "photos")
    path = folder / NAME
    if path.exists():
        with ProjectFile.open(path) as project:
            yield project
        return
    with ProjectFile.create(path, "photos") as project:
        add_media(project, list(scan(photos)))
        yield project


def _predicted(project: ProjectFile, out: Output) -> tuple[list[str], bool]:
    """Fetch the starter pack and predict: objects on photos that have none yet, poses where people are.

    Returns:
        What did not work, and whether it was cancelled.
    """
    from segstudio.cli.predict import predict

    problems = _fetched(out)
    counts = project.counts("media")
    todo = [m.id for m in project.media() if not counts.get(m.id)]
    if not todo:
        return problems, False
    for model in (OBJECTS, POSES):
        media = todo if model == OBJECTS else _with_people(project, todo)
        if not media:
            continue
        try:
            report, cancelled = predict(project, model, out, media=media)
        except SegstudioError as error:
            problems.append(str(error))
            continue
        problems += [f"{s.media.path}: {s.reason}" for s in report.skipped]
        if cancelled:
            return problems, True
    return problems, False


def _richness(annotations: list[Annotation]) -> tuple[int, float]:
    """Return how well a photo shows what the program does: kinds of things on it, then how sure they are."""
    kinds = {(type(a.geometry), a.keypoints is None) for a in annotations}
    return len(kinds), max((a.score or 0.0 for a in annotations), default=0.0)


def _fetched(out: Output) -> list[str]:
    """Bring the starter pack; return what of it could not be had."""
    from segstudio.cli.models import fetch
    from segstudio.zoo import Catalog

    try:
        fetch(Catalog().starter_pack(), out)
    except WeightsError as error:
        return [str(error)]
    return []


def _with_people(project: ProjectFile, media: list[int]) -> list[int]:
    person = {c.id for c in project.categories() if c.name == "person"}
    return [m for m in media if any(a.category in person for a in project.annotations(m))]


_DRAW = """
import sys
from segstudio.app.capture import capture_overlays, capture_window
folder, project, media = sys.argv[1:]
capture_overlays(project, folder + "/overlays")
capture_window(project, folder + "/window.png", media=int(media))
"""


def _draw(folder: Path, media: int) -> None:
    """Draw the overlays and the window, in a process of its own: this one has loaded OpenCV and loads no Qt.

    Raises:
        MissingError: Qt does not start here.
    """
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("QT_QPA_PLATFORM_PLUGIN_PATH", None)
    done = subprocess.run(
        [sys.executable, "-c", _DRAW, str(folder), str(folder / NAME), str(media)],
        capture_output=True,
        text=True,
        errors="replace",
        env=environment,
    )
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        why = lines[-1].strip() if lines else f"it ended with code {done.returncode}"
        raise MissingError(f"The pictures could not be drawn: {why}", path=folder, remedy="See: segstudio doctor")

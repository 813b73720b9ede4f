"""Steps over very many objects: merging classes, accepting predictions, and the history that they leave.

A project of 5,000 pictures with 100,000 polygons of 20 points, as COCO files bring them, in two classes, which go into
a third; another one with 100,000 predicted masks; and 100,000 steps of history. Seconds of the processor, which other
programs on the machine disturb least.

    python benchmarks/review.py [--quick] [--json]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from common import arguments, finish, machine

from segstudio.core import changes, document, edits, label_edits, masks, review_edits
from segstudio.core.annotation import PREDICTED, Annotation, Origin
from segstudio.core.labels import Category
from segstudio.core.media import Media
from segstudio.store import ProjectFile, steps

FULL, QUICK = 100_000, 2_000
PICTURES = 5_000
TO_REACH = {"merge_s": 5.0, "history_mb": 10.0, "steps_again_s": 0.05}


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Return (seconds of the processor, what the call returned)."""
    began = time.process_time()
    value = call()
    return time.process_time() - began, value


def project_of(folder: Path, name: str, rows: list[Annotation]) -> ProjectFile:
    """Return a new project with pictures, three classes and these objects."""
    project = ProjectFile.create(folder / f"{name}.segstudio")
    classes = [Category(i, word, position=i) for i, word in enumerate(("cat", "dog", "animal"), start=1)]
    project.commit_to_run(changes.insert([*(Media(i, f"{i}.jpg") for i in range(1, PICTURES + 1)), *classes]))
    project.new_ids("annotation", len(rows))
    project.commit_to_run(edits.add(rows))
    return project


def polygons(count: int) -> list[Annotation]:
    """Return objects as a COCO file brings them."""
    points = np.random.default_rng(1).uniform(0, 600, (count, 40)).round(2)
    found = []
    for i, ring in enumerate(points.tolist(), start=1):
        text = f'{{"segmentation":[{ring}],"area":702.1,"iscrowd":0,"bbox":[473.07,395.93,38.65,28.67],"id":{i}}}'
        known = {"id": i, "media": 1 + i % PICTURES, "category": 1 + i % 2, "origin": Origin("import")}
        found.append(document.parse(text.encode(), **known))
    return found


def predictions(count: int) -> list[Annotation]:
    """Return predicted masks, every fifth of them below a score of 0.6."""
    y, x = np.mgrid[:80, :80]
    shapes = [masks.from_bitmap((x - 40) ** 2 / (20 + i) ** 2 + (y - 40) ** 2 / 900 < 1, 5, 5) for i in range(20)]
    origin = Origin("model", "m")
    return [
        Annotation(i, 1 + i % PICTURES, 1, geometry=shapes[i % 20], score=0.5 + i / count / 2, origin=origin,
                   review=PREDICTED)
        for i in range(1, count + 1)
    ]  # fmt: skip


def merge(project: ProjectFile) -> None:
    """Give the objects of two classes to the third."""
    cat, dog, animal = project.categories()
    rows = [a for c in (cat, dog) for a in project.annotations_of(category=c.id)]
    project.commit(label_edits.merge([cat, dog], animal, rows))


def accept(project: ProjectFile) -> None:
    """Accept the surer ones of all predictions."""
    project.commit(review_edits.accept_above(project.annotations_of(review=PREDICTED), 0.6))


def last_step_mb(project: ProjectFile) -> float:
    """Return the size of the newest step."""
    with project.reading() as connection:
        query = "SELECT length(payload) FROM history ORDER BY seq DESC LIMIT 1"
        return connection.exec_driver_sql(query).scalar_one() / 1e6


def measure(folder: Path, count: int) -> dict[str, Any]:
    """Return the figures."""
    found: dict[str, Any] = {"objects": count}
    with project_of(folder, "merge", polygons(count)) as project:
        found["merge_s"], _ = timed(lambda: merge(project))
        found["relabelled"] = project.counts()[3]
        found["history_mb"] = last_step_mb(project)
        found["undo_s"], _ = timed(project.undo)
    with project_of(folder, "accept", predictions(count)) as project:
        found["accept_s"], _ = timed(lambda: accept(project))
        found["accept_mb"] = last_step_mb(project)
        a = project.annotations(2)[0]
        payload = steps.pack(edits.translate([a], 1, 1))
        with project.transaction() as connection:
            connection.exec_driver_sql(
                "INSERT INTO history (label, merge, created, done, payload) VALUES ('Move 1 object', '', ?, 1, ?)",
                [(float(i), payload) for i in range(count)],
            )
        found["steps_s"], known = timed(project.history)
        project.commit(edits.translate([a], 1, 1))
        found["steps_again_s"], known = timed(lambda: project.history(known))
        found["steps"] = len(known)
        oldest = project.versions(2)[-1].seq
        found["version_s"], _ = timed(lambda: project.past(2, 0, oldest))
    return found


def main() -> int:
    args = arguments(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), QUICK if args.quick else FULL)
    reached = {name: found[name] < limit for name, limit in TO_REACH.items()}
    result = {"benchmark": "review", "machine": machine(), **found, "to_reach": TO_REACH, "reached": reached}
    lines = [
        f"merge two classes, {found['relabelled']:,} objects change: {found['merge_s']:.2f} s,"
        f" {found['history_mb']:.1f} MB of history, undo {found['undo_s']:.2f} s",
        f"accept predictions above a score: {found['accept_s']:.2f} s, {found['accept_mb']:.1f} MB of history",
        f"list {found['steps']:,} steps {found['steps_s']:.2f} s, after one more {found['steps_again_s'] * 1e3:.1f} ms,"
        f" a version {found['version_s'] * 1e3:.1f} ms",
        *(f"not reached: {name}" for name, ok in reached.items() if not ok),
    ]
    return finish(result, args.json, lines)


if __name__ == "__main__":
    sys.exit(main())

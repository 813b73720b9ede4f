"""What the processes do that are killed."""

from __future__ import annotations

import random
from pathlib import Path

from killing import Shown

from segstudio.core import changes, document, edits
from segstudio.core.annotation import Annotation, Origin
from segstudio.core.geometry import Box
from segstudio.core.labels import Category
from segstudio.core.media import Media
from segstudio.store import ProjectFile
from segstudio.store.rows import media_row, pack_origin


def work(shown: Shown, path: Path, seed: int) -> None:
    """Edit, undo and redo; after each, tell the state that a screen would show."""
    dice, project = random.Random(seed), ProjectFile.open(path)
    media = project.media_ids()
    while True:
        mine = {a.id: a for m in media for a in project.annotations(m)}
        chosen = mine[dice.choice(sorted(mine))] if mine else None
        what = dice.random()
        if chosen is None or what < 0.45:
            a = Annotation(project.new_ids("annotation"), dice.choice(media), 1, geometry=Box(dice.random(), 1, 2, 3))
            project.commit(edits.add([a]))
        elif what < 0.75:
            project.commit(edits.translate([chosen], dice.randint(1, 9), 0))
        elif what < 0.85:
            project.commit(edits.delete([chosen]))
        elif what < 0.95:
            project.undo()
        else:
            project.redo()
        shown(state(project))


def state(project: ProjectFile) -> str:
    """Return all annotations as one line, so that two states can be compared."""
    return "|".join(f"{a.id} {a.media} {document.text(a).decode()}" for a in project.all_annotations())


def predict(shown: Shown, path: Path) -> None:
    """An open run that is never ended; a person works at the same time."""
    project = ProjectFile.open(path)
    run = project.begin_run("predict", "Predict")
    category = Category(project.new_ids("category"), f"class of {run}")
    project.commit_to_run(changes.insert([category]), run=run)
    shown(f"run {run}")
    while True:
        origin = Origin("model", "m", run=run)
        first = project.new_ids("annotation", 5)
        rows = [Annotation(first + i, 1, category.id, geometry=Box(i, 1, 2, 3), origin=origin) for i in range(5)]
        project.commit_to_run(edits.add(rows), run=run)
        shown(" ".join(["rows", *(str(a.id) for a in rows)]))
        project.commit(edits.accept([rows[0]]))
        shown(f"accepted {rows[0].id}")


def bring(shown: Shown, path: Path) -> None:
    """Import 100,000 objects in one transaction."""
    project = ProjectFile.open(path)
    with project.transaction():
        run = project.begin_run("import", "Import")
        shown(f"begun {run}")
        first = project.new_ids("media", 1000)
        made = [media_row(Media(first + i, f"{first + i}.jpg"), run) for i in range(1000)]
        project.insert_many("media", (tuple(m.values()) for m in made), list(made[0]))
        origin = pack_origin(Origin("import", run=run))
        at = project.new_ids("annotation", 100_000)
        rows = ((at + i, first + i % 1000, 0, 1, 0, run, "todo", origin, b'{"bbox":[1,2,3,4]}') for i in range(100_000))
        columns = "id media frame category z run review origin doc".split()
        project.insert_many("annotation", rows, columns)
        project.end_run(run)
    shown("done")

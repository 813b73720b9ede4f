"""A thousand random edits with undo and redo: the project stays clean, and undo leads back to the first byte."""

from __future__ import annotations

import os
import random
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from edit_moves import MOVES

from segstudio.core import changes
from segstudio.core.errors import InputError
from segstudio.core.labels import Category, Skeleton
from segstudio.core.media import Media
from segstudio.store import ProjectFile, check

EDITS = int(os.environ.get("SEGSTUDIO_EDITS", "1000"))
SEED = int(os.environ.get("SEGSTUDIO_EDITS_SEED", "1"))
SIZE = (60, 45)
QUERIES = (
    "SELECT id, media, frame, category, z, review, origin, doc FROM annotation ORDER BY id",
    "SELECT id, position, name, data FROM category ORDER BY id",
    "SELECT id, path, kind, status, review, data FROM media ORDER BY id",
)


def stored(path: Path) -> list[list[tuple]]:
    with closing(sqlite3.connect(path)) as connection:
        return [connection.execute(query).fetchall() for query in QUERIES]


def test_random_edits_keep_the_project_clean_and_undo_leads_back_to_the_first_byte(tmp_path: Path) -> None:
    dice = random.Random(SEED)
    path = tmp_path / "work.segstudio"
    with ProjectFile.create(path) as project:
        media = project.new_ids("media")
        first = project.new_ids("category", 3)
        dancer = Category(first + 2, "dancer", skeleton=Skeleton(("head", "hand")))
        rows = [
            Media(media, "a.png", width=SIZE[0], height=SIZE[1]),
            Category(first, "cat"),
            Category(first + 1, "dog"),
        ]
        project.commit(changes.insert([*rows, dancer], "Begin"))
        before, begun = stored(path), len(project.history())
        done, made = 0, Counter()
        while done < EDITS:
            if dice.random() < 0.15:
                for _ in range(dice.randint(1, 6)):
                    # The first step is the project's own.
                    if sum(step.done for step in project.history()) > begun:
                        project.undo()
                for _ in range(dice.randint(0, 5)):
                    project.redo()
            objects = sorted(project.annotations(media, 0), key=lambda a: (a.z, a.id))
            categories = {c.id: c for c in project.categories()}
            chosen = dice.choice(MOVES if len(objects) > 3 else MOVES[:1])
            try:
                change = chosen(dice, objects, SIZE, lambda n: project.new_ids("annotation", n), categories)
            except InputError:
                change = None
            done += 1
            if change:
                project.commit(change)
                made[chosen.__name__] += 1
        assert [p for p in check(path) if p.severity == "error"] == []
        last = stored(path)
        steps = sum(step.done for step in project.history()) - begun
        for _ in range(steps):
            project.undo()
        assert stored(path) == before
        for _ in range(steps):
            project.redo()
        assert stored(path) == last
    assert len(made) > 0.8 * len(MOVES), "most moves were made at least once"

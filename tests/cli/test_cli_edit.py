"""`edit`: cleaning up, converting, accepting on a whole project, and the way back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from segstudio.cli.edit import EDITS
from segstudio.core import changes, masks
from segstudio.core.annotation import REJECTED, Annotation, Origin
from segstudio.core.geometry import Polygons
from segstudio.core.labels import Category
from segstudio.core.masks import Mask
from segstudio.store import ProjectFile, check

MODEL = Origin("model", "toy")


def ring() -> Mask:
    """A square with a hole, and a crumb beside it."""
    bitmap = np.ones((12, 12), np.uint8)
    bitmap[4:8, 4:8] = 0
    whole = np.zeros((20, 30), np.uint8)
    whole[2:14, 2:14] = bitmap
    whole[2:4, 20:22] = 1
    return masks.from_bitmap(whole, 5, 5)


@pytest.fixture
def project(call, photos, tmp_path) -> Path:
    path = tmp_path / "p.segstudio"
    assert call("new", path, "--media", photos).code == 0
    with ProjectFile.open(path) as opened:
        first, second, third = opened.media_ids()
        assert (opened.new_ids("category", 2), opened.new_ids("annotation", 4)) == (1, 1)
        opened.commit(changes.insert([Category(1, "cat"), Category(2, "dog")]))
        rows = [
            Annotation(1, first, 1, geometry=ring(), score=0.9, origin=MODEL, review="predicted"),
            Annotation(2, second, 2, geometry=ring(), score=0.2, origin=MODEL, review="predicted"),
            Annotation(3, third, 1, geometry=Polygons(((5.0, 5, 25, 5, 25, 25, 15, 25.2, 5, 25),)), review="corrected"),
            Annotation(4, third, 1, geometry=ring(), score=0.9, origin=MODEL, review=REJECTED),
        ]
        opened.commit(changes.insert(rows))
    return path


def rows(path: Path) -> dict[int, Annotation]:
    with ProjectFile.open(path) as opened:
        return {a.id: a for a in opened.all_annotations()}


def stored(path: Path) -> list[tuple]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT * FROM annotation ORDER BY id").fetchall()


def test_holes_are_filled_in_one_step_that_can_be_taken_back(call, project) -> None:
    before = stored(project)
    said = call("edit", project, "fill-holes", "--json")
    assert said.data["objects"] == 2 and said.data["pictures"] == 2
    after = rows(project)
    assert after[1].geometry.area == 12 * 12 + 4 and not after[1].is_prediction
    assert after[4].geometry == ring(), "what was rejected stays"
    with ProjectFile.open(project) as opened:
        assert [m.review for m in opened.media()][:2] == ["corrected", "corrected"]
    assert not [p for p in check(project) if p.severity == "error"]
    assert "Took back: Fill holes" in call("edit", project, "undo").out
    assert stored(project) == before
    assert "Repeated: Fill holes" in call("edit", project, "redo").out
    assert rows(project) == after


@pytest.mark.parametrize("name", EDITS)
def test_every_edit_runs_and_undo_leads_back_to_the_byte(call, project, name) -> None:
    before = stored(project)
    assert call("edit", project, name).code == 0
    assert stored(project) != before or name in ("resolve",)
    if stored(project) != before:
        call("edit", project, "undo")
    assert stored(project) == before


def test_class_and_score_choose_the_objects(call, project) -> None:
    call("edit", project, "drop-small", 10, "--class", "cat", "--min-score", 0.5)
    after = rows(project)
    assert after[1].geometry.area == 12 * 12 - 16 and after[2].geometry == ring()
    call("edit", project, "accept", 0.1, "--class", "dog")
    assert not rows(project)[2].is_prediction


def test_what_is_wrong_is_said_and_nothing_changes(call, project) -> None:
    before = stored(project)
    for words, text in (
        (("nonsense",), "invalid choice"),
        (("largest", "3"), "takes no number"),
        (("grow", "-1"), "out of range"),
        (("grow", "nan"), "out of range"),
        (("grow", "2", "--class", "bird"), "no class “bird”. It has: cat, dog"),
        (("redo",), "nothing to redo"),
    ):
        said = call("edit", project, *words)
        assert said.code == 2 and text in said.err.replace("\n", " "), words
    assert stored(project) == before


def test_a_picture_that_cannot_be_read_is_skipped_and_named(call, project, photos) -> None:
    (photos / "a1.png").unlink()
    said = call("edit", project, "largest", "--json")
    assert said.code == 1 and len(said.data["problems"]) == 1 and "a1.png" in said.data["problems"][0]
    assert rows(project)[1].geometry == ring() and rows(project)[2].geometry != ring()

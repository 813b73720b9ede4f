"""What was painted is the same after saving, opening, exporting and importing; looking changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
from canvas_hand import ALT, RIGHT, Hand
from PySide6.QtCore import QPointF

from segstudio.core import changes, document, masks
from segstudio.core.annotation import Annotation, Keypoints
from segstudio.core.geometry import Polygons
from segstudio.core.labels import Category
from segstudio.core.painting import RULES
from segstudio.engine.exchange import export_file, import_file
from segstudio.store import ProjectFile, check


def stored(project):
    return {a.id: document.text(a) for a in project.all_annotations()}


def pixels(project, size):
    """Return every object's pixels as bytes, whatever its id."""
    rows = project.all_annotations()
    return sorted(masks.paste(a.mask(*size), size[1], size[0]).tobytes() for a in rows)


@pytest.fixture
def painted(opened):
    """The window on a picture with a polygon that has a hole, a mask in two parts, and a pose with a region."""
    session = opened.session
    width, height = opened.canvas.scene_state.size
    media = session.media.id
    two = np.zeros((30, 40), bool)
    two[2:12, 2:18] = two[18:28, 20:38] = True
    ring = (4.0, 4.0, width / 2, 4.0, width / 2, height - 6.0, 4.0, height - 6.0)
    hole = (10.0, 10.0, 20.0, 10.0, 20.0, 24.0, 10.0, 24.0)
    first = session.new_id("annotation", 3)
    rows = [
        Annotation(first, media, 1, geometry=Polygons((ring,), (hole,))),
        Annotation(first + 1, media, 1, geometry=masks.from_bitmap(two, width // 2 - 8, 8), z=1),
        Annotation(first + 2, media, 1, geometry=masks.from_bitmap(np.ones((12, 12)), 12, 12), z=2,
                   keypoints=Keypoints((14.0, 15.0, 2.0))),
    ]  # fmt: skip
    if not session.categories:
        assert session.new_id("category") == 1
        session.commit(changes.insert([Category(1, "thing")], "Class"))
    session.commit(changes.insert(rows, "Objects"))
    opened.canvas.fit()
    return opened


def test_strokes_of_every_rule_survive_saving_exporting_and_importing(painted, tmp_path):
    window, hand, dice = painted, Hand(painted.canvas), np.random.default_rng(7)
    session = window.session
    size = window.canvas.scene_state.size
    before = stored(session.project)
    steps = len(session.steps())
    tool = window.link.tools["brush"]
    for rule in RULES:
        for shape in ("round", "square"):
            ids = sorted(session.annotations)
            session.select([ids[int(dice.integers(0, len(ids)))]])
            window.link.use("brush")
            for name, value in (("rule", rule), ("shape", shape), ("size", int(dice.integers(1, 25)))):
                tool.set_value(name, value)
            places = [(float(x), float(y)) for x, y in dice.uniform((0, 0), size, (4, 2))]
            hand.drag(*places)
            hand.drag(*places[:2], button=RIGHT)
            hand.drag(*places[1:3], mods=ALT)
    assert len(session.steps()) > steps + 8
    kept, shown = stored(session.project), pixels(session.project, size)
    assert kept != before
    while any(step.done for step in session.steps()[steps:]):
        session.undo()
    assert stored(session.project) == before
    for _ in session.steps()[steps:]:
        session.redo()
    assert stored(session.project) == kept
    with ProjectFile.open(session.project.path) as again:
        assert stored(again) == kept
        export_file(again, tmp_path / "out.json", "coco")
    assert [p for p in check(session.project.path) if p.severity == "error"] == []
    with ProjectFile.create(":memory:") as other:
        import_file(other, tmp_path / "out.json")
        assert pixels(other, size) == shown


def test_looking_changes_no_byte(painted):
    window, hand = painted, Hand(painted.canvas)
    session, view = window.session, window.canvas
    before, steps = stored(session.project), len(session.steps())
    for name in window.link.tools:
        window.link.use(name)
        hand.move(20, 20)
        view.zoom_by(1.7)
        session.select(session.annotations)
        view.centerOn(QPointF(10, 10))
        hand.move(30, 25)
        view.fit()
        session.select(())
    session.step(1)
    session.step(-1)
    assert stored(session.project) == before and len(session.steps()) == steps

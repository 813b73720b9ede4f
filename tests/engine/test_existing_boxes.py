"""Models in the boxes of objects that are there: what they find joins those objects, and nothing else changes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from engine_fakes import FakePredictor
from msgspec.structs import replace

from segstudio.core import changes, edits, masks
from segstudio.core.annotation import ACCEPTED, FLAGGED, PREDICTED, REJECTED, TODO, Annotation, Keypoints, Origin
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box
from segstudio.core.labels import COCO_PERSON, Category, Label, LabelSet, Skeleton
from segstudio.core.masks import Mask
from segstudio.core.results import Instances, Poses
from segstudio.engine import Rules
from segstudio.engine.given import Within

WAIT = 60.0
PEOPLE = LabelSet("people", (Label(1, "person", "human"),), COCO_PERSON)


def poses(frame: np.ndarray, boxes: Any, *, sure: float = 0.9) -> list:
    """Every joint in the middle of its box."""
    middle = (boxes.boxes[:, :2] + boxes.boxes[:, 2:]) / 2
    points = np.concatenate((middle, np.full((len(middle), 1), sure)), 1)[:, None].repeat(17, 1)
    n = len(boxes)
    return [
        Poses(
            size=frame.shape[:2], classes=PEOPLE, boxes=boxes.boxes, labels=np.ones(n, np.int64),
            scores=np.full(n, 0.1, np.float32), keypoints=points.astype(np.float32), objects=boxes.objects,
        )
    ]  # fmt: skip


def filled(frame: np.ndarray, boxes: Any) -> list:
    """The left half of each box."""
    shapes = [masks.from_box(Box(x, y, (right - x) / 2, low - y), 40, 24) for x, y, right, low in boxes.boxes.tolist()]
    return [
        Instances(
            size=frame.shape[:2], classes=PEOPLE, boxes=boxes.boxes, labels=boxes.labels,
            scores=np.ones(len(boxes), np.float32), masks=shapes, objects=boxes.objects,
        )
    ]  # fmt: skip


@pytest.fixture
def model(engine, loader):
    """A function that gives the fake model a task, and lets it answer in the boxes that it is given."""
    asked: list[list[int]] = []

    def make(task: str = "poses", classes: str = "own", answer: Any = poses) -> list[list[int]]:
        card = SimpleNamespace(
            name="fake", title="Fake", digest="ab" * 32, default_threshold=0.5, task=task, takes_boxes=classes,
            label_set=lambda: PEOPLE,
        )  # fmt: skip
        engine.catalog.cards["fake"] = card
        return asked

    def predict(self, frames, options, context):
        assert options.given is not None and len(options.given) == len(frames)
        asked.append([len(boxes) for boxes in options.given])
        answer = poses if self.card.task == "poses" else filled
        return [answer(frame, boxes) for frame, boxes in zip(frames, options.given)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FakePredictor, "predict", predict)
        yield make


@pytest.fixture
def drawn(project):
    """A function that puts annotations into the project's pictures and returns their ids."""
    first = project.new_ids("category", 3)
    skeleton = Skeleton(("nose", "tail"))
    project.commit(
        changes.insert(
            [Category(first, "Person"), Category(first + 1, "cat"), Category(first + 2, "player", skeleton=skeleton)],
            "Classes",
        )
    )

    def draw(picture: int, *boxes: Any, category: int = 0, **more: Any) -> list[int]:
        media = project.media_ids()[picture]
        ids = project.new_ids("annotation", len(boxes))
        rows = [
            Annotation(ids + i, media, first + category, **{"geometry": Box(*box), "review": "corrected", **more})
            for i, box in enumerate(boxes)
        ]
        project.commit(changes.insert(rows, "Draw"))
        return [a.id for a in rows]

    return draw


def one(engine, project, picture: int = 0, **within: Any) -> Any:
    rules = Rules(within=Within(**within))
    job = engine.predict_one(project, project.media()[picture], "fake", device="cpu", rules=rules)
    return job.outcome(WAIT)


def test_a_pose_joins_the_object_that_was_drawn(engine, project, model, drawn):
    model()
    [id] = drawn(0, (4, 2, 10, 20), attributes={"age": 7}, z=3, source=b'{"id": 9}', comment="who?")
    before = project.annotation(id)
    found = one(engine, project)
    after = project.annotation(id)
    assert (found.ingested.joined, found.ingested.added) == (1, 0)
    assert after.keypoints.values[:3] == (9.0, 12.0, 2.0) and after.keypoints.count == 17
    told = replace(after, keypoints=None, review=before.review, origin=before.origin, source=before.source)
    assert told == before, "number, class, box, attributes, order and comment stay"
    assert b'"id":9' in after.source, "and the id in the file it came from"
    assert (after.review, after.origin.kind, after.origin.notes) == (TODO, "user", ("pose by fake",))
    assert {c.name: c.skeleton for c in project.categories()}["Person"] == COCO_PERSON
    assert len(list(project.all_annotations())) == 1 and project.media()[0].review == "predicted"
    project.undo()
    assert project.annotation(id) == before
    assert {c.name: c.skeleton for c in project.categories()}["Person"] is None


def test_a_mask_joins_an_object_of_any_class_and_the_box_stays(engine, project, model, drawn):
    model("instances", "any")
    [id] = drawn(0, (4, 2, 10, 20), category=1, score=None)
    assert one(engine, project).ingested.joined == 1
    after = project.annotation(id)
    assert isinstance(after.geometry, Mask) and after.geometry.area == 5 * 20
    assert after.box == Box(4, 2, 10, 20)


def test_whose_object_it_is_decides_what_its_state_becomes(engine, project, model, drawn):
    model()
    [mine] = drawn(0, (1, 1, 8, 8), review=ACCEPTED)
    [flagged] = drawn(0, (10, 1, 8, 8), review=FLAGGED)
    [other] = drawn(0, (20, 1, 8, 8), review=PREDICTED, score=0.7, origin=Origin("model", "detector", "cd" * 32))
    [wrong] = drawn(0, (30, 1, 8, 8), review=REJECTED, origin=Origin("model", "detector"))
    assert one(engine, project).ingested.joined == 3
    states = {id: project.annotation(id).review for id in (mine, flagged, other, wrong)}
    assert states == {mine: TODO, flagged: FLAGGED, other: PREDICTED, wrong: REJECTED}
    kept = project.annotation(other)
    assert (kept.score, kept.origin.kind, kept.origin.model) == (0.7, "model", "detector")
    assert project.annotation(wrong).keypoints is None


def test_the_models_own_earlier_predictions_stay(engine, project, model, drawn):
    model()
    [own] = drawn(0, (1, 1, 8, 8), review=PREDICTED, score=0.7, origin=Origin("model", "fake"))
    [mine] = drawn(0, (20, 1, 8, 8))
    one(engine, project, objects=[mine])
    assert project.annotation(own).keypoints is None and project.annotation(mine).keypoints is not None


def test_who_has_a_pose_keeps_it_unless_asked(engine, project, model, drawn):
    asked = model()
    points = Keypoints((3.0, 3.0, 2.0) * 17)
    [old] = drawn(0, (1, 1, 8, 8), keypoints=points)
    [new] = drawn(0, (20, 1, 8, 8))
    one(engine, project)
    assert asked == [[1]] and project.annotation(old).keypoints == points
    one(engine, project, replace=True)
    assert asked == [[1], [2]] and project.annotation(old).keypoints.values[:2] == (5.0, 5.0)
    assert project.annotation(old).origin.notes == project.annotation(new).origin.notes == ("pose by fake",)


@pytest.mark.parametrize(
    ("within", "says"),
    [
        ({}, "no box of the class person here"),
        ({"objects": [1]}, "no box of the class person among the selected objects"),
        ({"spared": "PERSON"}, "no box of the class person here"),
        ({"objects": "DONE"}, "has a pose already"),
    ],
)
def test_no_box_to_look_in_is_said(engine, project, model, drawn, within, says):
    asked = model()
    [cat] = drawn(0, (1, 1, 8, 8), category=1)
    ids = {"PERSON": [], "DONE": drawn(1, (1, 1, 8, 8), keypoints=Keypoints((3.0, 3.0, 2.0) * 17))}
    if "spared" in within:
        ids["PERSON"] = drawn(0, (1, 1, 8, 8))
    chosen = {name: ids.get(value, value) if isinstance(value, str) else value for name, value in within.items()}
    before = list(project.all_annotations())
    with pytest.raises(InputError, match=says):
        one(engine, project, 1 if within.get("objects") == "DONE" else 0, **chosen)
    assert asked == [] and list(project.all_annotations()) == before and project.annotation(cat) is not None


def test_a_class_with_the_models_points_will_do_whatever_its_name(engine, project, model, drawn):
    model()
    [id] = drawn(0, (4, 2, 10, 20), category=2)
    one(engine, project)
    assert project.annotation(id).keypoints == Keypoints((9.0, 12.0, 2.0, 0.0, 0.0, 0.0)), "by the names of the points"


def test_boxes_beside_the_picture_and_crowds_are_left_out(engine, project, model, drawn):
    asked = model()
    drawn(0, (4, 2, 10, 20), (50, 2, 10, 20), (-5, -5, 5.5, 5.5))
    drawn(0, (1, 1, 8, 8), crowd=True)
    one(engine, project)
    assert asked == [[1]]


def test_a_model_that_finds_its_own_boxes_says_so(engine, project, model):
    model(classes="")
    with pytest.raises(InputError, match="can't look in given ones"):
        engine.predict_many(project, None, "fake", rules=Rules(within=Within()))


def test_nothing_seen_in_a_box_leaves_its_object_alone(engine, project, model, drawn, monkeypatch):
    model()
    monkeypatch.setitem(globals(), "poses", lambda frame, boxes: _unsure(frame, boxes))
    [id] = drawn(0, (4, 2, 10, 20))
    before = project.annotation(id)
    done = one(engine, project).ingested
    assert (done.joined, done.notes) == (0, ("in some boxes nothing was found",))
    assert project.annotation(id) == before


def _unsure(frame: np.ndarray, boxes: Any, make: Any = poses) -> list:
    return make(frame, boxes, sure=0.01)


@pytest.mark.parametrize("batch", [1, 3])
def test_many_pictures_each_with_its_own_boxes_in_one_step(engine, project, model, drawn, batch):
    asked = model()
    ids = [drawn(0, (4, 2, 10, 20)), drawn(2, (1, 1, 4, 4), (20, 1, 10, 20)), drawn(3, (5, 5, 9, 9))]
    drawn(4, (1, 1, 8, 8), category=1)
    (project.media_root / project.media()[3].path).write_bytes(b"")
    before = {a.id: a for a in project.all_annotations()}
    job = engine.predict_many(project, None, "fake", device="cpu", batch=batch, rules=Rules(within=Within()))
    report = job.outcome(WAIT)
    assert (report.total, report.done, report.joined, report.added, report.without) == (3, 2, 3, 0, 7)
    assert [s.media.path for s in report.skipped] == ["0003.png"]
    assert sorted(n for call in asked for n in call) == [1, 2]
    where = [project.annotation(id).keypoints.values[:2] for id in (*ids[0], *ids[1])]
    assert where == [(9.0, 12.0), (3.0, 3.0), (25.0, 11.0)]
    assert project.annotation(ids[2][0]) == before[ids[2][0]]
    project.undo()
    assert {a.id: a for a in project.all_annotations()} == before
    project.redo()
    engine.discard(project, report)
    assert {a.id: a for a in project.all_annotations()} == before


def test_a_run_over_pictures_without_boxes_says_so(engine, project, model):
    model()
    with pytest.raises(InputError, match="no box of the class person here"):
        engine.predict_many(project, None, "fake", device="cpu", rules=Rules(within=Within())).outcome(WAIT)


def test_an_object_that_is_gone_meanwhile_stays_gone(engine, project, model, drawn):
    model()
    [id] = drawn(0, (4, 2, 10, 20))
    media = project.media()[0]
    delete = [edits.delete([project.annotation(id)])]

    def commit(work):
        if delete:
            project.commit(delete.pop())
        work()

    rules = Rules(within=Within())
    job = engine.predict_one(project, media, "fake", device="cpu", rules=rules, commit=commit)
    assert job.outcome(WAIT).ingested.joined == 0
    assert list(project.all_annotations()) == []

"""Results into a project: the rules, and that no person's work is ever touched."""

from __future__ import annotations

import dataclasses
from itertools import count

import msgspec
import numpy as np
import pytest
from engine_fakes import CLASSES, boxes, instances
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from segstudio.core import document, edits, masks
from segstudio.core.annotation import ACCEPTED, PREDICTED, REJECTED, TODO, USER, Annotation, Keypoints, Origin
from segstudio.core.geometry import Box
from segstudio.core.labels import COCO_PERSON, FACE_FIVE, Category, Label, LabelSet, Skeleton
from segstudio.core.masks import Mask
from segstudio.core.media import Media
from segstudio.core.results import Boxes, DenseMaps, Faces, Heatmap, PanopticMap, Picture, Poses, Scores, SemanticMap
from segstudio.engine.drafts import STUFF_Z, drafts, shown
from segstudio.engine.ingest import DEFAULT, Rules, box_iou, ingest

SIZE = (100, 120)
MEDIA = Media(7, "a.png", width=120, height=100)
MODEL = Origin("model", "net", "ff" * 32, 3)
PERSON, CAT = Category(1, "person", "human"), Category(2, "cat", "animal", position=1)


def ids():
    """Return a `new_ids` that hands out numbers from 1,000 on."""
    numbers = count(1000)

    def new(table: str, n: int) -> int:
        first = next(numbers)
        for _ in range(n - 1):
            next(numbers)
        return first

    return new


def take(*results, existing=(), categories=(), media=MEDIA, rules=DEFAULT, frame=0, origin=MODEL):
    return ingest(
        drafts(results),
        media=media,
        frame=frame,
        existing=existing,
        categories=categories,
        origin=origin,
        new_ids=ids(),
        rules=rules,
    )


def added(done, table="annotation") -> list:
    return [c.after for c in done.changes.of(table) if c.before is None]


def test_boxes_become_annotations_with_their_origin():
    done = take(boxes(SIZE, [(1, 2, 11, 22), (5, 5, 10, 10)], labels=[1, 2], scores=[0.9, 0.25], notes=["tiled"]))
    second, first = added(done)
    person, cat = added(done, "category")
    assert (first.geometry, first.box) == (Box(1, 2, 10, 20), None)
    assert first.score == 0.9
    assert (first.media, first.frame, first.review) == (7, 0, PREDICTED)
    assert first.origin == replace(MODEL, notes=("tiled",))
    assert (person.name, person.supercategory, cat.name) == ("person", "human", "cat")
    assert (first.category, second.category) == (person.id, cat.id)
    assert first.id > second.id, "the surest lies on top"
    assert done.added == 2
    [media] = [c.after for c in done.changes.of("media")]
    assert media == replace(MEDIA, review="predicted")


def test_a_mask_keeps_the_models_box_beside_it():
    done = take(instances(SIZE, [(1, 2, 11, 22)]))
    [a] = added(done)
    assert isinstance(a.geometry, Mask)
    assert a.geometry.area == 200
    assert a.box == Box(1, 2, 10, 20)


def test_an_empty_mask_leaves_the_box():
    found = instances(SIZE, [(1, 2, 11, 22)])
    found.masks[0] = masks.EMPTY
    [a] = added(take(found))
    assert (a.geometry, a.box) == (Box(1, 2, 10, 20), None)


def test_boxes_without_area_or_with_nan_are_left_out():
    done = take(boxes(SIZE, [(5, 5, 5, 9), (np.nan, 1, 2, 3), (0, 0, np.inf, 4), (1, 1, 3, 3)]))
    assert [a.geometry for a in added(done)] == [Box(1, 1, 2, 2)]


def test_classes_are_found_by_name_and_never_doubled():
    mine = [replace(PERSON, name="Person "), replace(CAT, color="#ff0000")]
    found = boxes(SIZE, [(1, 2, 11, 22), (5, 5, 10, 10)], labels=[1, 2])
    done = take(found, found, categories=mine)
    assert added(done, "category") == []
    assert {a.category for a in added(done)} == {1, 2}


def test_an_exact_name_comes_before_one_in_another_case():
    both = [replace(PERSON, name="PERSON"), replace(PERSON, id=5)]
    [a] = added(take(boxes(SIZE, [(1, 2, 11, 22)]), categories=both))
    assert a.category == 5


def test_a_label_the_set_does_not_know_gets_a_class_of_its_number():
    [a] = added(take(boxes(SIZE, [(1, 2, 11, 22)], labels=[77]), categories=[PERSON]), "category")
    assert (a.name, a.position) == ("class 77", 1)


def test_poses_become_keypoints_with_v_from_the_confidence():
    points = np.zeros((1, 17, 3), np.float32)
    points[0, 0] = (10.5, 20.25, 0.9)
    points[0, 1] = (11, 21, 0.1)
    found = boxes(SIZE, [(1, 2, 31, 42)])
    done = take(Poses(**{**vars(found), "keypoints": points}))
    [a], [person] = added(done), added(done, "category")
    assert a.geometry == Box(1, 2, 30, 40)
    assert a.keypoints.count == 17
    assert a.keypoints.point(0) == (10.5, 20.25, 2)
    assert a.keypoints.point(1) == (0.0, 0.0, 0)
    assert a.keypoints.labelled == 1
    assert person.skeleton == COCO_PERSON


def poses(skeleton: Skeleton, n: int = 1) -> Poses:
    found = boxes(SIZE, [(1, 2, 31, 42)] * n)
    points = np.ones((n, len(skeleton.names), 3), np.float32)
    points[..., 0] = np.arange(1, len(skeleton.names) + 1)
    classes = LabelSet("p", CLASSES.labels, skeleton)
    return Poses(**{**vars(found), "classes": classes, "keypoints": points})


def test_nobody_gives_no_poses_and_no_faces():
    nobody = poses(COCO_PERSON, 0)
    faces = Faces(**{**vars(boxes(SIZE, [])), "landmarks": np.zeros((0, 5, 2), np.float32)})
    assert drafts([nobody, faces]) == []


def test_a_class_without_keypoints_takes_the_skeleton():
    done = take(poses(COCO_PERSON), categories=[PERSON])
    [change] = done.changes.of("category")
    assert (change.before, change.after) == (PERSON, replace(PERSON, skeleton=COCO_PERSON))


def test_keypoints_are_matched_by_name_to_another_skeleton():
    own = Skeleton(("tail", "right_eye", "nose"))
    done = take(poses(COCO_PERSON), categories=[replace(PERSON, skeleton=own)])
    [a] = added(done)
    assert a.keypoints == Keypoints((0.0, 0.0, 0, 3.0, 1.0, 2.0, 1.0, 1.0, 2.0))
    assert not list(done.changes.of("category"))


def test_keypoints_that_match_no_name_are_left_out_and_told():
    own = replace(PERSON, skeleton=Skeleton(("tail", "fin")))
    done = take(poses(COCO_PERSON, 3), categories=[own])
    assert [a.keypoints for a in added(done)] == [None] * 3
    assert [a.geometry for a in added(done)] == [Box(1, 2, 30, 40)] * 3
    [note] = done.notes
    assert "person" in note


def test_faces_get_five_keypoints():
    found = boxes(SIZE, [(1, 2, 31, 42)])
    classes = LabelSet("face", (Label(1, "face"),))
    marks = np.arange(10, dtype=np.float32).reshape(1, 5, 2)
    done = take(Faces(**{**vars(found), "classes": classes, "landmarks": marks}))
    [a], [face] = added(done), added(done, "category")
    assert (face.name, face.skeleton) == ("face", FACE_FIVE)
    assert a.keypoints.point(4) == (8.0, 9.0, 2)


def test_a_semantic_map_becomes_a_region_a_class_without_the_background():
    classes = LabelSet("s", (Label(0, "background"), Label(1, "sky", thing=False), Label(2, "cat")))
    values = np.zeros(SIZE, np.uint8)
    values[:10], values[50:60, 5:20], values[90:] = 1, 2, 255
    sure = np.full(SIZE, 0.5, np.float32)
    sure[:10] = 0.75
    done = take(SemanticMap(size=SIZE, classes=classes, map=values, confidence=sure))
    by_name = {c.name: c for c in added(done, "category")}
    assert set(by_name) == {"sky", "cat"}
    regions = {a.category: a for a in added(done)}
    sky = regions[by_name["sky"].id]
    assert (sky.geometry.bounds, sky.geometry.area) == (Box(0, 0, 120, 10), 1200)
    assert (sky.score, sky.z, sky.box) == (0.75, STUFF_Z, None)
    assert not by_name["sky"].thing
    assert regions[by_name["cat"].id].geometry.area == 150


def test_things_of_a_semantic_map_are_split_on_request() -> None:
    classes = LabelSet("s", (Label(0, "background"), Label(1, "sky", thing=False), Label(2, "cat")))
    values = np.zeros(SIZE, np.uint8)
    values[:4, :20], values[:4, 40:60] = 1, 1
    values[20:30, 5:15], values[30:34, 15:20] = 2, 2  # they touch over a corner
    values[60:70, 50:60] = 2
    values[90:93, 90:95] = 2  # a speck of 15 pixels
    sure = np.full(SIZE, 0.5, np.float32)
    sure[60:70, 50:60] = 0.75
    result = SemanticMap(size=SIZE, classes=classes, map=values, confidence=sure)
    assert len(added(take(result))) == 2
    done = take(dataclasses.replace(result, split_things=True))
    names = {c.id: c.name for c in added(done, "category")}
    found = sorted((names[a.category], a.geometry.area, a.z, a.score) for a in added(done))
    assert found == [("cat", 100, 0, 0.75), ("cat", 120, 0, 0.5), ("sky", 160, STUFF_Z, 0.5)]
    cats = [a.geometry for a in added(done) if names[a.category] == "cat"]
    assert sorted((m.bounds.x, m.bounds.y, m.bounds.w, m.bounds.h) for m in cats) == [(5, 20, 15, 14), (50, 60, 10, 10)]


def test_a_panoptic_map_becomes_its_things_and_one_region_a_class_of_stuff():
    classes = LabelSet("p", (Label(1, "sky", thing=False), Label(2, "cat")))
    values = np.zeros(SIZE, np.int32)
    values[:10], values[20:30], values[40:50] = 1, 2, 3
    values[60:65], values[90:] = 5, 6
    segments = {1: (1, 1.0), 2: (2, 0.8), 3: (2, 0.6), 4: (2, 0.5), 5: (1, 0.5)}
    rows = added(take(PanopticMap(size=SIZE, classes=classes, map=values, segments=segments)))
    assert sorted((a.geometry.area, a.score, a.z) for a in rows) == [
        (1200, 0.6, 0),
        (1200, 0.8, 0),
        (1200 + 600, 1.0, STUFF_Z),
    ]


def test_maps_and_scores_are_shown_and_not_stored():
    heat = Heatmap(size=SIZE, classes=CLASSES, values=np.zeros((4, 4), np.float32))
    picture = Picture(size=SIZE, classes=CLASSES, rgb=np.zeros((4, 4, 3), np.uint8))
    scores = Scores(size=SIZE, classes=CLASSES, labels=np.array([1]), scores=np.array([0.5], np.float32))
    assert not take(heat, picture, scores).changes
    assert shown([heat, boxes(SIZE, []), picture, scores]) == [heat, picture, scores]


def mine(id: int, box: Box, *, category=1, review=TODO, origin=USER, **more) -> Annotation:
    return Annotation(id, 7, category, geometry=box, review=review, origin=origin, **more)


def test_earlier_untouched_predictions_of_the_same_model_are_replaced():
    old = mine(1, Box(0, 0, 5, 5), review=PREDICTED, origin=MODEL, score=0.5)
    other = mine(2, Box(0, 0, 5, 5), review=PREDICTED, origin=replace(MODEL, model="else"), score=0.5)
    done = take(boxes(SIZE, [(1, 2, 11, 22)]), existing=[old, other], categories=[PERSON])
    assert [c.before for c in done.changes.of("annotation") if c.after is None] == [old]
    assert (done.added, done.replaced) == (1, 1)
    kept = take(boxes(SIZE, [(1, 2, 11, 22)]), existing=[old], rules=Rules(replace=False))
    assert kept.replaced == 0


def test_a_model_that_finds_nothing_any_more_takes_its_predictions_back():
    old = mine(1, Box(0, 0, 5, 5), review=PREDICTED, origin=MODEL, score=0.5)
    done = take(boxes(SIZE, []), existing=[old], categories=[PERSON])
    assert [(c.before, c.after) for c in done.changes.changes] == [(old, None)]


@pytest.mark.parametrize(
    "known",
    [
        mine(1, Box(1, 2, 10, 20)),
        mine(1, Box(1, 2, 10, 20), origin=Origin("import")),
        mine(1, Box(1, 2, 10, 20), review=ACCEPTED, origin=Origin("user", "net", "", None, 3)),
        mine(1, Box(1, 2, 10, 20), review=REJECTED, origin=MODEL, score=0.7),
    ],
    ids=["drawn", "imported", "accepted", "rejected"],
)
def test_what_a_person_has_judged_is_not_said_again(known):
    found = boxes(SIZE, [(1, 2, 11, 22), (50, 50, 60, 60)])
    done = take(found, existing=[known], categories=[PERSON])
    assert [a.geometry for a in added(done)] == [Box(50, 50, 10, 10)]
    assert done.known == 1
    assert take(found, existing=[known], categories=[PERSON], rules=Rules(known_iou=None)).added == 2
    assert take(found, existing=[replace(known, category=2)], categories=[PERSON, CAT]).added == 2


def test_a_done_picture_stays_done():
    done = take(boxes(SIZE, [(1, 2, 11, 22)]), media=replace(MEDIA, review="done"))
    assert not list(done.changes.of("media"))


coordinates = st.floats(-10, 130, allow_nan=False, width=32)
annotations = st.builds(
    Annotation,
    id=st.integers(1, 900),
    media=st.just(7),
    category=st.integers(1, 2),
    geometry=st.builds(Box, coordinates, coordinates, st.floats(0, 60), st.floats(0, 60)) | st.none(),
    score=st.none() | st.floats(0, 1),
    review=st.sampled_from([TODO, PREDICTED, ACCEPTED, REJECTED]),
    origin=st.builds(
        Origin, kind=st.sampled_from(["user", "import", "model"]), model=st.sampled_from(["", "net", "x"])
    ),
    attributes=st.dictionaries(st.text(max_size=3), st.integers(-9, 9), max_size=2),
)


@st.composite
def results(draw) -> Boxes:
    n = draw(st.integers(0, 8))
    corners = draw(st.lists(st.tuples(*[coordinates] * 4), min_size=n, max_size=n))
    labels = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    return boxes(SIZE, corners, labels, [0.5] * n)


@given(
    st.lists(annotations, max_size=12, unique_by=lambda a: a.id),
    results(),
    st.booleans(),
    st.none() | st.floats(0, 1),
    st.booleans(),
)
def test_no_prediction_ever_touches_a_persons_work(existing, found, replacing, iou, again):
    if again:
        # The strongest temptation: the model says exactly what is there.
        found = boxes(
            SIZE,
            [
                (a.geometry.x, a.geometry.y, a.geometry.right, a.geometry.bottom)
                for a in existing
                if a.geometry is not None
            ],
        )
    before = {a.id: msgspec.msgpack.encode(a) for a in existing}
    done = take(found, existing=existing, categories=[PERSON, CAT], rules=Rules(iou, replacing))
    after = {a.id: a for a in existing}
    for change in done.changes.of("annotation"):
        assert (change.before is None) != (change.after is None), "rows come and go, none is changed"
        if change.after is None:
            del after[change.id]
        else:
            assert change.id not in before
            assert change.after.origin.kind == "model"
            assert change.after.review == PREDICTED
            after[change.id] = change.after
    for a in existing:
        if a.origin.kind != "model" or a.review != PREDICTED or a.origin.model != "net":
            assert msgspec.msgpack.encode(after[a.id]) == before[a.id]
    names = [c.name.casefold() for c in (PERSON, CAT, *added(done, "category"))]
    assert len(names) == len(set(names))


@given(results())
def test_the_step_is_taken_back_exactly(found):
    old = mine(1, Box(0, 0, 5, 5), review=PREDICTED, origin=MODEL, score=0.5)
    state = {("annotation", 1): old, ("media", 7): MEDIA}
    done = take(found, existing=[old])
    now = dict(state)
    for step in (done.changes, done.changes.inverse()):
        for c in step.changes:
            assert now.get((c.table, c.id)) == c.before
            if c.after is None:
                del now[c.table, c.id]
            else:
                now[c.table, c.id] = c.after
    assert now == state


def test_an_accepted_prediction_survives_the_next_run():
    done = take(boxes(SIZE, [(1, 2, 11, 22)]))
    [a], [person] = added(done), added(done, "category")
    [accepted] = [c.after for c in edits.accept([a]).changes]
    again = take(boxes(SIZE, [(1, 2, 11, 22)]), existing=[accepted], categories=[person])
    assert not list(again.changes.of("annotation"))
    assert again.known == 1


def test_box_iou():
    a = np.array([[0, 0, 10, 10], [5, 5, 5, 5]], float)
    b = np.array([[0, 0, 10, 5], [20, 20, 30, 30], [5, 5, 5, 5]], float)
    assert box_iou(a, b).tolist() == [[0.5, 0.0, 0.0], [0.0, 0.0, 0.0]]


def test_dense_maps_become_dense_poses_that_can_be_edited():
    parts = np.zeros((40, 30), np.uint8)
    parts[2:20, 5:25], parts[20:38, 8:16] = 2, 9
    uv = np.stack(np.meshgrid(np.linspace(0, 1, 30), np.linspace(0, 1, 40))).astype(np.float32) * (parts > 0)
    result = DenseMaps(
        size=SIZE, classes=CLASSES, boxes=np.array([(10.6, 20.2, 40.9, 60.4), (0, 0, 5, 5)], np.float32),
        labels=np.array([1, 1]), scores=np.array([0.9, 0.5], np.float32),
        parts=[parts, np.zeros((5, 5), np.uint8)], uv=[uv, np.zeros((2, 5, 5), np.float32)],
    )  # fmt: skip
    empty, full = added(take(result))
    assert empty.dense is None and empty.geometry == Box(0, 0, 5, 5)
    assert full.geometry == masks.from_bitmap(parts, 10, 20)
    assert full.dense is not None and full.dense.box == Box(10, 20, 30, 40)
    assert set(full.dense.part) == {2.0, 9.0} and full.dense.part_at(20.5, 30.5) == 1
    point = full.dense.point(0)
    x, y = int(point.x - 10), int(point.y - 20)
    assert (point.part, point.u, point.v) == (
        parts[y, x],
        pytest.approx(uv[0, y, x], abs=1e-4),
        pytest.approx(uv[1, y, x], abs=1e-4),
    )
    stored = document.parse(document.text(full), id=1, media=1, category=1)
    assert stored.dense == full.dense

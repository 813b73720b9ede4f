"""Edits of keypoints and skeletons: what they do, and that they can be taken back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from segstudio.core import keypoint_edits as edits
from segstudio.core import skeletons
from segstudio.core.annotation import CORRECTED, Annotation, Keypoints, Origin
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box
from segstudio.core.labels import COCO_PERSON, Category, Skeleton

FISH = Skeleton(("nose", "left_fin", "right_fin", "tail"), ((0, 3),), ((1, 2),))
FISHES = Category(7, "fish", skeleton=FISH)
BY_ID = {7: FISHES}
joint = st.one_of(st.just((0.0, 0.0, 0)), st.tuples(st.floats(0, 90), st.floats(0, 90), st.sampled_from([1, 2])))
poses = st.builds(
    lambda joints, origin, box: Annotation(
        3, 1, 7, geometry=box, keypoints=edits.as_keypoints(joints), origin=origin, score=0.5
    ),
    st.lists(joint, min_size=4, max_size=4),
    st.sampled_from([Origin(), Origin("import", run=2), Origin("model", "m", "w", 4)]),
    st.sampled_from([None, Box(1, 2, 3, 4)]),
)


def fish(*joints, **more) -> Annotation:
    return Annotation(3, 1, 7, keypoints=edits.as_keypoints(joints), **more)


def points(change) -> list[tuple[float, float, int]]:
    (one,) = change.of("annotation")
    return edits.joints_of(one.after.keypoints)


A, B, C, D = (10.0, 20.0, 2), (12.0, 25.0, 1), (8.0, 26.0, 2), (0.0, 0.0, 0)


def test_one_joint_moves_and_keeps_its_visibility() -> None:
    a = fish(A, B, C, D)
    assert points(edits.put(a, 1, 3.25, 4.5)) == [A, (3.25, 4.5, 1), C, D]
    assert points(edits.put(a, 3, 3.25, 4.5))[3] == (3.25, 4.5, 2), "one that was missing becomes visible"
    assert points(edits.put(a, 3, 1, 1, 1))[3] == (1, 1, 1)
    assert points(edits.nudge(a, 0, 0.1, -10))[0] == (10.1, 10, 2)
    assert not edits.nudge(a, 3, 1, 1), "what is not labelled stays so"
    assert points(edits.shift(a, {0, 1, 3}, 1, 2)) == [(11, 22, 2), (13, 27, 1), C, D]


def test_nudges_of_one_joint_join_and_those_of_another_do_not() -> None:
    a = fish(A, B, C, D)
    assert edits.nudge(a, 0, 1, 0).merge == edits.nudge(a, 0, 0, 1).merge != edits.nudge(a, 1, 0, 1).merge


def test_visibility_and_removal_of_a_joint() -> None:
    a = fish(A, B, C, D)
    assert points(edits.set_visibility(a, 0, 1))[0] == (10, 20, 1)
    assert points(edits.set_visibility(a, 0, 0))[0] == (0, 0, 0)
    assert not edits.set_visibility(a, 3, 2) and not edits.set_visibility(a, 0, 2)
    assert points(edits.set_all_visible([a])) == [A, (12, 25, 2), C, D]
    with pytest.raises(InputError, match="no keypoints"):
        edits.put(Annotation(1, 1, 7), 0, 1, 1)


def test_left_and_right_swap_with_their_visibility() -> None:
    a = fish(A, B, C, D)
    assert points(edits.swap_sides([a], BY_ID)) == [A, C, B, D] == points(edits.swap_pair(a, FISH, 2))
    assert not edits.swap_pair(a, FISH, 0)
    assert not edits.swap_sides([a], {}), "without a skeleton nobody knows which"
    assert not edits.swap_sides([fish(A, B)], BY_ID), "nor where the number differs"


def test_a_pose_is_mirrored_about_its_own_middle() -> None:
    a = fish(A, B, C, D)
    assert points(edits.mirror([a], BY_ID)) == [A, (12, 26, 2), (8, 25, 1), D]
    assert not edits.mirror([fish(D, D, D, D)], BY_ID)


@settings(max_examples=60)
@given(poses)
def test_mirroring_and_swapping_twice_are_the_identity(a: Annotation) -> None:
    for edit in (edits.mirror, edits.swap_sides):
        once = next(edit([a], BY_ID).of("annotation"), None)
        again = once and next(edit([once.after], BY_ID).of("annotation"), None)
        if again is not None:
            assert again.after.keypoints.values == pytest.approx(a.keypoints.values)


@settings(max_examples=60)
@given(poses, st.integers(0, 3))
def test_an_edited_prediction_is_a_person_s_and_each_edit_can_be_taken_back(a: Annotation, i: int) -> None:
    made = [
        edits.put(a, i, 5, 6), edits.nudge(a, i, 1, 1), edits.shift(a, {0, i}, 2, 2), edits.set_visibility(a, i, 1),
        edits.set_all_visible([a]), edits.swap_pair(a, FISH, i), edits.swap_sides([a], BY_ID),
        edits.mirror([a], BY_ID), edits.clear([a]),
    ]  # fmt: skip
    for change in made:
        assert not change.then(change.inverse())
        for c in change.of("annotation"):
            assert c.after is None or (c.after.origin.kind == "user" and c.after.geometry == a.geometry)
            if c.after is not None and a.is_prediction:
                assert c.after.review == CORRECTED and c.after.origin.parent == 4


def test_clearing_leaves_what_else_there_is() -> None:
    bare, boxed = fish(A, B, C, D), replace(fish(A, B, C, D), id=4, geometry=Box(1, 2, 3, 4))
    change = edits.clear([bare, boxed])
    assert {c.id: c.after is None for c in change.changes} == {3: True, 4: False}
    assert change.label == "Remove keypoints"


def test_a_new_order_of_keypoints_takes_the_objects_along() -> None:
    a, odd = fish(A, B, C, D), replace(fish(A, B), id=5)
    model = replace(a, id=6, origin=Origin("model", "m", run=3))
    new = Skeleton(("tail", "nose", "left_fin", "right_fin", "gill"))
    change = edits.change_skeleton(FISHES, new, [a, odd, model])
    after = {c.id: c.after for c in change.of("annotation")}
    assert edits.joints_of(after[3].keypoints) == [D, A, B, C, (0, 0, 0)]
    assert 5 not in after, "what did not fit before stays as it is"
    assert after[6].is_prediction
    assert next(change.of("category")).after.skeleton == new
    assert not change.then(change.inverse())


def test_a_renamed_keypoint_keeps_its_places_where_it_is_said_which() -> None:
    a = fish(A, B, C, D)
    new = replace(FISH, names=("snout", "left_fin", "right_fin", "tail"))
    with pytest.raises(InputError, match="1 object of fish would lose"):
        edits.change_skeleton(FISHES, new, [a])
    change = edits.change_skeleton(FISHES, new, [a], (0, 1, 2, 3))
    assert [c.table for c in change.changes] == ["category"]


def test_labelled_keypoints_go_only_when_that_was_confirmed() -> None:
    a = fish(A, B, C, D)
    small = Skeleton(("nose", "left_fin", "right_fin"))
    assert len(edits.change_skeleton(FISHES, small, [a]).changes) == 2, "the tail was nowhere labelled"
    tiny = Skeleton(("nose",))
    assert edits.losing([a], FISH, (0,)) == 1
    with pytest.raises(InputError):
        edits.change_skeleton(FISHES, tiny, [a])
    change = edits.change_skeleton(FISHES, tiny, [a], drop=True)
    assert points(change) == [A]


def test_taking_the_skeleton_away_or_giving_the_first_one_touches_no_object() -> None:
    a = fish(A, B, C, D)
    assert [c.table for c in edits.change_skeleton(FISHES, None, [a]).changes] == ["category"]
    bare = replace(FISHES, skeleton=None)
    assert [c.table for c in edits.change_skeleton(bare, COCO_PERSON, [a]).changes] == ["category"]
    assert not edits.change_skeleton(FISHES, FISH, [a])
    with pytest.raises(InputError, match="called"):
        edits.change_skeleton(FISHES, Skeleton(("a", "a")), [])


@settings(max_examples=40)
@given(st.permutations(range(4)), poses)
def test_any_new_order_and_back_is_the_identity(order: list[int], a: Annotation) -> None:
    there = Skeleton(tuple(FISH.names[i] for i in order))
    change = edits.change_skeleton(FISHES, there, [a])
    moved = next((c.after for c in change.of("annotation")), a)
    back = edits.change_skeleton(replace(FISHES, skeleton=there), FISH, [moved])
    assert next((c.after for c in back.of("annotation")), moved).keypoints == a.keypoints


def test_templates_can_be_exchanged_by_the_names_they_share() -> None:
    body, whole = skeletons.get("body-17").skeleton, skeletons.get("wholebody-133").skeleton
    person = Category(7, "person", skeleton=body)
    a = Annotation(3, 1, 7, keypoints=Keypoints((1.0, 2.0, 2.0) * 17))
    change = edits.change_skeleton(person, whole, [a])
    after = next(change.of("annotation")).after.keypoints
    assert after.count == 133 and after.labelled == 17 and after.values[:51] == a.keypoints.values

"""The templates are sound, and say what their data sets publish; poses are laid down where they belong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from segstudio.core import pose_fit, skeletons
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box
from segstudio.core.labels import COCO_PERSON, FACE_FIVE, Skeleton

COUNTS = {
    "body-17": 17, "wholebody-133": 133, "mpii-16": 16, "hand-21": 21, "face-5": 5, "face-68": 68, "face-98": 98,
    "face-106": 106, "animal-17": 17, "animal-20": 20,
}  # fmt: skip
ALL = sorted(COUNTS)


def test_the_templates_are_those_promised() -> None:
    assert set(skeletons.names()) == set(COUNTS)
    assert skeletons.names()[:2] == ("body-17", "wholebody-133")
    with pytest.raises(InputError, match="no skeleton"):
        skeletons.get("body-18")


@pytest.mark.parametrize("name", ALL)
def test_a_template_fits_together(name: str) -> None:
    template = skeletons.get(name)
    s = skeletons.checked(template.skeleton)
    assert template.name == name and len(s.names) == COUNTS[name]
    assert all(0 <= a < len(s.names) and 0 <= b < len(s.names) and a != b for a, b in s.limbs)
    assert len({frozenset(limb) for limb in s.limbs}) == len(s.limbs), "no limb twice"
    assert len(s.sigmas) in (0, len(s.names)) and len(s.limb_colors) in (0, len(s.limbs))
    places = np.array(s.positions)
    assert places.min() >= 0 and places.max() <= 1
    assert np.ptp(places, axis=0).max() == pytest.approx(1, abs=1e-3)
    for ends in (template.along, template.across):
        assert ends.a and ends.b and not set(ends.a) & set(ends.b)


@pytest.mark.parametrize("name", ALL)
def test_symmetry_is_an_involution_that_agrees_with_the_names(name: str) -> None:
    s = skeletons.get(name).skeleton
    partner = skeletons.partners(s)
    assert (partner[partner] == np.arange(len(s.names))).all()
    for i, other in enumerate(partner.tolist()):
        if "left" in s.names[i] or "right" in s.names[i]:
            assert s.names[other] == skeletons.other_side(s.names[i]) != s.names[i]
    limbs = {frozenset(limb) for limb in s.limbs}
    assert {frozenset(partner[list(limb)].tolist()) for limb in s.limbs} == limbs, "limbs have a mirror image"


@pytest.mark.parametrize("name", [n for n in ALL if not n.startswith(("animal", "hand"))])
def test_a_frontal_template_is_its_own_mirror_image(name: str) -> None:
    s = skeletons.get(name).skeleton
    places = np.array(s.positions)
    mirrored = places[skeletons.partners(s)] * (-1, 1) + (1, 0)
    assert np.allclose(mirrored, places, atol=2e-3)


def test_templates_agree_with_what_the_models_bring() -> None:
    body, face = skeletons.get("body-17").skeleton, skeletons.get("face-5").skeleton
    for template, known in ((body, COCO_PERSON), (face, FACE_FIVE)):
        assert (template.names, template.limbs, template.symmetry) == (known.names, known.limbs, known.symmetry)
    assert body.sigmas == COCO_PERSON.sigmas
    assert skeletons.match(COCO_PERSON) is skeletons.get("body-17")
    assert (skeletons.positions(COCO_PERSON) == np.array(body.positions)).all()


def test_the_whole_body_is_made_of_the_other_templates() -> None:
    whole, face, hand = (skeletons.get(n).skeleton for n in ("wholebody-133", "face-68", "hand-21"))
    assert whole.names[:17] == COCO_PERSON.names
    assert whole.sigmas[:17] == COCO_PERSON.sigmas
    assert whole.sigmas[23:91] == face.sigmas and whole.sigmas[91:112] == whole.sigmas[112:] == hand.sigmas
    pairs = {(a - 23, b - 23) for a, b in whole.symmetry if 23 <= a < 91}
    assert pairs == set(face.symmetry)
    assert {(a, a + 21) for a in range(91, 112)} <= set(whole.symmetry)
    assert [whole.names[i] for i in (17, 22, 23, 90, 91, 112, 132)] == [
        "left_big_toe", "right_heel", "face-0", "face-67", "left_hand_root", "right_hand_root", "right_pinky_finger4"
    ]  # fmt: skip


# What the papers' figures show, as 0-based indices.
PARTS = {
    "face-68": {8: "chin", 30: "nose_tip", 36: "right_eye_outer", 39: "right_eye_inner", 42: "left_eye_inner",
                45: "left_eye_outer", 48: "right_mouth_corner", 54: "left_mouth_corner", 57: "lower_lip"},
    "face-98": {16: "chin", 33: "right_brow_1", 46: "left_brow_1", 54: "nose_tip", 60: "right_eye_outer",
                64: "right_eye_inner", 72: "left_eye_outer", 76: "right_mouth_corner", 96: "right_pupil"},
    "face-106": {16: "chin", 54: "nose_tip", 60: "nose_base", 66: "right_eye_outer", 79: "left_eye_outer",
                 84: "right_mouth_corner", 93: "lower_lip", 104: "right_pupil", 105: "left_pupil"},
    "animal-17": {2: "nose", 4: "root_of_tail", 7: "left_front_paw", 13: "left_back_paw", 16: "right_back_paw"},
    "hand-21": {0: "wrist", 4: "thumb4", 8: "forefinger4", 20: "pinky_finger4"},
}  # fmt: skip


@pytest.mark.parametrize("name", PARTS)
def test_points_stand_where_the_data_set_numbers_them(name: str) -> None:
    points = skeletons.get(name).skeleton.names
    assert {i: points[i] for i in PARTS[name]} == PARTS[name]


# Swaps as the data sets publish them for training on mirrored pictures.
SWAPS = {
    "face-68": {17: 26, 21: 22, 31: 35, 36: 45, 37: 44, 40: 47, 41: 46, 48: 54, 55: 59, 60: 64, 65: 67},
    "face-98": {0: 32, 33: 46, 37: 42, 38: 50, 41: 47, 55: 59, 60: 72, 63: 69, 65: 75, 67: 73, 76: 82, 83: 87, 93: 95},
    "face-106": {33: 46, 38: 50, 55: 65, 59: 61, 66: 79, 69: 76, 71: 82, 73: 80, 74: 83, 84: 90, 91: 95, 101: 103},
}


@pytest.mark.parametrize("name", SWAPS)
def test_faces_swap_as_published(name: str) -> None:
    partner = skeletons.partners(skeletons.get(name).skeleton)
    assert {i: int(partner[i]) for i in SWAPS[name]} == SWAPS[name]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("left_eye", "right_eye"), ("R_Knee", "L_Knee"), ("Right Hip", "Left Hip"), ("ear-l", "ear-r"),
        ("nose", "nose"), ("leftover", "leftover"), ("leftEye", "rightEye"), ("lower_lip", "lower_lip"),
        ("RIGHT_PAW", "LEFT_PAW"),
    ],
)  # fmt: skip
def test_the_other_side_of_a_name(name: str, other: str) -> None:
    assert skeletons.other_side(name) == other
    assert skeletons.other_side(other) == name


def test_a_file_s_skeleton_is_completed_by_its_names() -> None:
    found = skeletons.completed(Skeleton(COCO_PERSON.names))
    assert found.symmetry == COCO_PERSON.symmetry and found.sigmas == COCO_PERSON.sigmas and found.limbs == ()
    own = skeletons.completed(Skeleton(("nose", "left_fin", "right_fin")))
    assert own.symmetry == ((1, 2),) and own.sigmas == ()


@pytest.mark.parametrize(
    "bad",
    [
        Skeleton(()),
        Skeleton(("a", " ")),
        Skeleton(("a", "a")),
        Skeleton(("a", "b"), limbs=((0, 2),)),
        Skeleton(("a", "b"), limbs=((1, 1),)),
        Skeleton(("a", "b", "c"), symmetry=((0, 1), (1, 2))),
        Skeleton(("a", "b"), sigmas=(0.1,)),
        Skeleton(("a", "b"), sigmas=(0.1, 0.0)),
        Skeleton(("a", "b"), positions=((0.0, 0.0),)),
        Skeleton(("a", "b"), colors=("red", "")),
        Skeleton(("a", "b"), limbs=((0, 1),), limb_colors=("", "")),
    ],
)
def test_a_skeleton_that_does_not_fit_together_is_refused(bad: Skeleton) -> None:
    with pytest.raises(InputError):
        skeletons.checked(bad)


def test_groups_are_what_hangs_on_a_joint_or_a_ring() -> None:
    whole, face = skeletons.get("wholebody-133").skeleton, skeletons.get("face-68").skeleton
    named = {n: i for i, n in enumerate(whole.names)}
    wrist = skeletons.group(whole, named["left_wrist"])
    assert wrist == {named["left_wrist"], *range(91, 112)}
    assert skeletons.group(whole, named["left_elbow"]) == {named["left_elbow"]} | wrist
    assert skeletons.group(face, 37) == set(range(36, 42))
    assert skeletons.group(COCO_PERSON, 0) == {0}
    assert skeletons.group(COCO_PERSON, 13) == {13, 15}


units = st.floats(-1, 1)


@settings(max_examples=60)
@given(st.sampled_from(ALL), units, units, st.floats(20, 500), st.floats(-1.2, 1.2), st.booleans())
def test_the_ghost_of_a_placed_pose_is_that_pose(name, x, y, size, angle, behind) -> None:
    s = skeletons.get(name).skeleton
    unit = np.array(s.positions) - 0.5
    if behind:
        unit[:, 0] *= -1
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    true = size * unit @ turn.T + (400 * x, 400 * y)
    placed = [(a, b, 2) for a, b in true.tolist()]
    ghost = pose_fit.fitted(s, placed, size, (0, 0))
    assert np.abs(ghost - true).max() < 0.02 * size


def test_the_ghost_begins_at_the_centre_and_follows_the_first_joint() -> None:
    free = pose_fit.fitted(COCO_PERSON, [], 100, (300, 200))
    assert np.allclose((free.min(axis=0) + free.max(axis=0)) / 2, (300, 200), atol=0.1)
    one = pose_fit.fitted(COCO_PERSON, [(10.0, 20.0, 2)], 100, (0, 0))
    assert one[0] == pytest.approx((10, 20)) and one[15, 1] - one[0, 1] == pytest.approx(85, abs=15)
    skipped = pose_fit.fitted(COCO_PERSON, [(0, 0, 0), (10.0, 20.0, 1)], 100, (0, 0))
    assert skipped[1] == pytest.approx((10, 20))


def test_two_eyes_do_not_turn_the_ghost_much_and_shoulders_decide_its_size() -> None:
    front = skeletons.positions(COCO_PERSON) * 200
    placed = [(x, y, 2) for x, y in front[:3].tolist()]
    tilted = [placed[0], placed[1], (placed[2][0], placed[2][1] + 4, 2)]
    ghost = pose_fit.fitted(COCO_PERSON, tilted, 200, (0, 0))
    assert abs(ghost[15, 0] + ghost[16, 0] - 2 * front[0, 0]) < 60, "the feet stay below the head"
    big = [(x, y, 2) for x, y in (front[:7] * 3).tolist()]
    ghost = pose_fit.fitted(COCO_PERSON, big, 200, (0, 0))
    assert ghost[15, 1] - ghost[0, 1] > 2.4 * (front[15, 1] - front[0, 1])


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("way", ["along", "across"])
@pytest.mark.parametrize("mirrored", [False, True])
def test_two_places_hold_the_ends_of_the_pose(name, way, mirrored) -> None:
    s = skeletons.get(name).skeleton
    laid = pose_fit.between(s, way, (30, 40), (90, 120), mirrored)
    ends = skeletons.ends(s, way)
    assert laid[list(ends.a)].mean(axis=0) == pytest.approx((30, 40))
    assert laid[list(ends.b)].mean(axis=0) == pytest.approx((90, 120))


def test_a_box_holds_the_whole_pose_and_a_line_of_points_lies_in_its_middle() -> None:
    for name in ALL:
        laid = pose_fit.into_box(skeletons.get(name).skeleton, Box(10, 20, 30, 90))
        assert laid.min(axis=0) == pytest.approx((10, 20)) and laid.max(axis=0) == pytest.approx((40, 110))
    line = Skeleton(("a", "b"), positions=((0.5, 0.0), (0.5, 1.0)))
    assert pose_fit.into_box(line, Box(10, 20, 30, 90)).tolist() == [[25, 20], [25, 110]]


def test_own_skeletons_have_ends_and_a_ghost_too() -> None:
    own = Skeleton(("head", "hand", "foot"), ((0, 1), (1, 2)))
    assert skeletons.positions(own).shape == (3, 2)
    ends = skeletons.ends(own, "along")
    assert (ends.first, ends.a) == ("head", (0,))
    assert np.isfinite(pose_fit.between(Skeleton(("only",)), "along", (0, 0), (5, 5))).all()
    placed = replace(own, positions=((0.0, 0.0), (0.5, 0.5), (1.0, 1.0)))
    assert skeletons.positions(placed)[2].tolist() == [1, 1]


def test_joints_beyond_the_picture_are_not_labelled() -> None:
    points = pose_fit.as_keypoints(np.array([[5.0, 5.0], [-1.0, 5.0], [5.0, 99.0]]), (20, 10))
    assert points.values == (5, 5, 2, 0, 0, 0, 0, 0, 0)

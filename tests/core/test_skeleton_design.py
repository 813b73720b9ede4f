"""Designs of skeletons: what is begun and finished unchanged is the same, and each step does what it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from segstudio.core import skeleton_design as design
from segstudio.core import skeletons
from segstudio.core.labels import COCO_PERSON, FACE_FIVE, Skeleton

FISH = Skeleton(("nose", "left_fin", "right_fin", "tail"), ((0, 3), (3, 1)), ((1, 2),), colors=("#ff0000", "", "", ""))


@pytest.mark.parametrize("skeleton", [COCO_PERSON, FACE_FIVE, FISH, Skeleton(("only",))])
def test_a_skeleton_that_is_looked_at_stays_as_it_is(skeleton: Skeleton) -> None:
    made = design.begin(skeleton)
    assert design.finished(made) == skeleton
    assert design.kept(made) == tuple(range(len(skeleton.names)))


@pytest.mark.parametrize("name", skeletons.names())
def test_a_template_is_taken_whole(name: str) -> None:
    template = skeletons.get(name).skeleton
    made = design.take(design.begin(None), template)
    assert replace(design.finished(made), positions=template.positions) == template
    assert (skeletons.positions(design.finished(made)) == skeletons.positions(template)).all()
    assert design.kept(made) == (None,) * len(template.names)


def test_a_template_keeps_the_points_of_the_same_name() -> None:
    made = design.take(design.begin(COCO_PERSON), skeletons.get("wholebody-133").skeleton)
    assert design.kept(made)[:18] == (*range(17), None)


def test_points_come_go_and_change_places_with_their_limbs_and_pairs() -> None:
    made = design.begin(FISH)
    more = design.add(made, 1.7, -3)
    assert (more.points[4].name, more.points[4].x, more.points[4].y) == ("point_5", 1, 0)
    assert design.add(design.change(more, 0, name="point_6"), 0, 0).points[5].name == "point_7"
    fewer = design.remove(made, 1)
    assert design.finished(fewer).names == ("nose", "right_fin", "tail")
    assert design.finished(fewer).limbs == ((0, 2),) and fewer.pairs == () and design.kept(fewer) == (0, 2, 3)
    moved = design.move_row(made, 3, -3)
    assert design.finished(moved).names == ("tail", "nose", "left_fin", "right_fin")
    assert design.finished(moved).limbs == ((1, 0), (0, 2)) and moved.pairs == ((2, 3),)
    assert design.move_row(moved, 0, 3) == made
    assert design.move_row(made, 0, -1) == made == design.move_row(made, 3, 5)


def test_a_point_s_name_place_sigma_and_colour_change() -> None:
    made = design.change(design.begin(FISH), 3, name="tail_fin", x=0.123456, y=2.0, sigma=0.1, color="#00ff00")
    done = design.finished(made)
    assert done.names[3] == "tail_fin" and done.positions[3] == (0.1235, 1) and done.sigmas == (0.05, 0.05, 0.05, 0.1)
    assert done.colors[3] == "#00ff00" and design.kept(made) == (0, 1, 2, 3)
    assert skeletons.checked(done) == done


def test_limbs_and_pairs_are_made_and_undone_by_the_same_step() -> None:
    made = design.begin(FISH)
    joined = design.toggle_limb(made, 2, 0)
    assert design.finished(joined).limbs == ((0, 3), (3, 1), (2, 0))
    assert design.toggle_limb(joined, 0, 2) == made and design.toggle_limb(made, 1, 1) == made
    assert design.finished(design.color_limb(made, 1, "#0000ff")).limb_colors == ("", "#0000ff")
    other = design.toggle_pair(made, 0, 1)
    assert other.pairs == ((0, 1),), "a point has one mirror image"
    assert design.toggle_pair(other, 1, 0).pairs == () and design.toggle_pair(made, 1, 1) == made
    assert (made.partner(1), made.partner(2), made.partner(0)) == (2, 1, None)
    assert design.pair_by_names(other).pairs == ((1, 2),)


steps = st.sampled_from(["add", "remove", "up", "down", "limb", "pair", "move"])


@given(st.lists(st.tuples(steps, st.integers(0, 9), st.integers(0, 9)), max_size=25))
def test_any_row_of_steps_leaves_a_sound_skeleton(row: list) -> None:
    made = design.begin(FISH)
    for step, a, b in row:
        count = len(made.points)
        a, b = a % count, b % count
        match step:
            case "add":
                made = design.add(made, a / 9, b / 9)
            case "remove":
                made = design.remove(made, a) if count > 1 else made
            case "up" | "down":
                made = design.move_row(made, a, -1 if step == "up" else 1)
            case "limb":
                made = design.toggle_limb(made, a, b)
            case "pair":
                made = design.toggle_pair(made, a, b)
            case "move":
                made = design.change(made, a, x=b / 9, y=a / 9)
    skeletons.checked(design.finished(made))
    old = [i for i in design.kept(made) if i is not None]
    assert len(set(old)) == len(old)

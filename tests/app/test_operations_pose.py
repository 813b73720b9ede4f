"""Operations on poses from the window: what the menu entries do to what is selected."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from segstudio.app.operations import OPERATIONS, Subject
from segstudio.core import changes, skeletons
from segstudio.core.annotation import Annotation, Keypoints
from segstudio.core.geometry import Box
from segstudio.core.labels import Category

BY_NAME = {o.name: o for o in OPERATIONS}
PERSON = Category(1, "person", skeleton=skeletons.get("body-17").skeleton)
POINTS = Keypoints(tuple(float(v) for i in range(17) for v in (10 + i, 20 + 2 * i, 1 + i % 2)))


def subject(*rows: Annotation) -> Subject:
    return Subject(rows, (100, 80), (), {1: PERSON}, lambda _: np.zeros((0, 0, 3), np.uint8), lambda _: 99)


def after(name: str, *rows: Annotation) -> dict[int, Annotation | None]:
    return {c.id: c.after for c in BY_NAME[name].edit(subject(*rows), {}).of("annotation")}


def test_left_and_right_swap_in_all_selected_poses() -> None:
    rows = [Annotation(i, 1, 1, keypoints=POINTS) for i in (1, 2)]
    made = after("swap_sides", *rows, Annotation(3, 1, 1, geometry=Box(1, 2, 3, 4)))
    assert made.keys() == {1, 2}
    assert made[1].keypoints.point(5) == POINTS.point(6) and made[1].keypoints.point(0) == POINTS.point(0)


def test_a_pose_is_mirrored_made_visible_and_removed() -> None:
    a = Annotation(1, 1, 1, keypoints=POINTS)
    assert after("mirror_pose", a)[1].keypoints.bounds == POINTS.bounds
    assert set(after("all_visible", a)[1].keypoints.values[2::3]) == {2}
    assert after("clear_keypoints", a) == {1: None}


@pytest.mark.parametrize("name", ["swap_sides", "mirror_pose", "all_visible", "clear_keypoints"])
def test_what_has_no_keypoints_stays_as_it_is(name: str) -> None:
    assert after(name, Annotation(3, 1, 1, geometry=Box(1, 2, 3, 4))) == {}


def test_the_actions_wait_for_a_pose(opened) -> None:
    session = opened.session
    person = replace(PERSON, id=session.new_id("category"))
    pose = Annotation(session.new_id(), session.media.id, person.id, keypoints=POINTS)
    box = Annotation(session.new_id(), session.media.id, person.id, geometry=Box(1, 2, 3, 4))
    session.commit(changes.insert([person, pose, box]))
    for selection, enabled in (((), False), ((box.id,), False), ((pose.id, box.id), True)):
        session.select(selection)
        opened.actions_.refresh()
        assert opened.actions_["shape.swap_sides"].isEnabled() == enabled
    opened.actions_["shape.swap_sides"].trigger()
    assert session.annotations[pose.id].keypoints.point(5) == POINTS.point(6)
    session.undo()
    assert session.annotations[pose.id].keypoints == POINTS

"""Operations on poses from the window: what the menu entries do to what is selected."""

from __future__ import annotations

import numpy as np
import pytest

from segstudio.app.operations import OPERATIONS, Subject
from segstudio.core import skeletons
from segstudio.core.annotation import Annotation, Keypoints
from segstudio.core.errors import InputError
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
def test_without_a_pose_the_remedy_is_said(name: str) -> None:
    with pytest.raises(InputError, match="keypoints") as caught:
        after(name, Annotation(3, 1, 1, geometry=Box(1, 2, 3, 4)))
    assert caught.value.remedy

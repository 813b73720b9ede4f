"""Operations on the keypoints of what is selected."""

from __future__ import annotations

from segstudio.app.operations.base import Operation, Subject, Values
from segstudio.core import keypoint_edits
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import InputError


def _poses(subject: Subject) -> list[Annotation]:
    poses = [a for a in subject.rows if a.keypoints is not None]
    if not poses:
        raise InputError(
            "Nothing that is selected has keypoints.", remedy="Select a pose, or place one with the keypoint tool."
        )
    return poses


def _swap(subject: Subject, _values: Values) -> ChangeSet:
    return keypoint_edits.swap_sides(_poses(subject), subject.categories)


def _mirror(subject: Subject, _values: Values) -> ChangeSet:
    return keypoint_edits.mirror(_poses(subject), subject.categories)


def _visible(subject: Subject, _values: Values) -> ChangeSet:
    return keypoint_edits.set_all_visible(_poses(subject))


def _clear(subject: Subject, _values: Values) -> ChangeSet:
    return keypoint_edits.clear(_poses(subject))


OPERATIONS = (
    Operation("swap_sides", "Swap Left and Right", "arrows-left-right", "Ctrl+Alt+W", _swap, menu="Object", gap=True),
    Operation("mirror_pose", "Mirror Pose", "swap", "Ctrl+Alt+R", _mirror, menu="Object"),
    Operation("all_visible", "Make All Keypoints Visible", "eye", "", _visible, menu="Object"),
    Operation("clear_keypoints", "Remove Keypoints", "eraser", "", _clear, menu="Object"),
)

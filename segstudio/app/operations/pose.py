"""Operations on the keypoints of what is selected."""

from __future__ import annotations

from segstudio.app.operations.base import Operation, Subject, Values
from segstudio.core import keypoint_edits
from segstudio.core.changes import ChangeSet


def _swap(subject: Subject, _values: Values) -> ChangeSet:
    return keypoint_edits.swap_sides(subject.rows, subject.categories)


def _mirror(subject: Subject, _values: Values) -> ChangeSet:
    return keypoint_edits.mirror(subject.rows, subject.categories)


def _visible(subject: Subject, _values: Values) -> ChangeSet:
    return keypoint_edits.set_all_visible(subject.rows)


def _clear(subject: Subject, _values: Values) -> ChangeSet:
    return keypoint_edits.clear(subject.rows)


OPERATIONS = (
    Operation(
        "swap_sides",
        "Swap Left and Right",
        "arrows-left-right",
        "Ctrl+Alt+W",
        _swap,
        needs="pose",
        menu="Object",
        gap=True,
    ),
    Operation("mirror_pose", "Mirror Pose", "swap", "Ctrl+Alt+R", _mirror, needs="pose", menu="Object"),
    Operation("all_visible", "Make All Keypoints Visible", "eye", "", _visible, needs="pose", menu="Object"),
    Operation("clear_keypoints", "Remove Keypoints", "eraser", "", _clear, needs="pose", menu="Object"),
)

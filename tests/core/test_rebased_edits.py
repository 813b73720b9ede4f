"""An edit that was begun before something else changed its objects."""

from __future__ import annotations

from msgspec.structs import replace

from segstudio.core import changes, edits
from segstudio.core.annotation import TODO, Annotation, Keypoints
from segstudio.core.geometry import Box

POSE = Keypoints((3.0, 4.0, 2.0))
WAS = Annotation(1, 1, 1, geometry=Box(1, 2, 30, 40), attributes={"age": 7})
NOW = replace(WAS, keypoints=POSE, review=TODO)


def test_it_changes_what_it_was_meant_to_and_keeps_the_rest():
    edit = edits.set_box(WAS, Box(5, 6, 7, 8))
    [change] = changes.rebased(edit, {1: NOW}).changes
    assert change.before == NOW and change.after == replace(NOW, geometry=Box(5, 6, 7, 8))


def test_a_deletion_can_be_taken_back_with_what_came_meanwhile():
    [change] = changes.rebased(edits.delete([WAS]), {1: NOW}).changes
    assert (change.before, change.after) == (NOW, None)


def test_edits_of_what_has_not_changed_or_is_not_here_stay_as_they_are():
    edit = edits.set_box(WAS, Box(5, 6, 7, 8))
    assert changes.rebased(edit, {1: WAS}) == edit == changes.rebased(edit, {})
    added = edits.add([WAS])
    assert changes.rebased(added, {1: NOW}) == added

"""Keypoints through COCO and back: places to the digit, visibilities, counts, and all that a skeleton says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from segstudio.core import changes, keypoint_edits, skeletons
from segstudio.core.annotation import Annotation
from segstudio.core.geometry import Box
from segstudio.core.labels import Category, Skeleton
from segstudio.core.media import Media
from segstudio.engine.exchange import export_file, import_file
from segstudio.formats.coco_objects import read_category, write_category
from segstudio.store import ProjectFile

PERSON = Category(1, "person", skeleton=skeletons.get("body-17").skeleton)


def around(category: Category, rows: list[Annotation], folder: Path) -> tuple[Any, Category, list[Annotation]]:
    """Return (the file's data, the class, the objects) after an export and an import into another project."""
    with ProjectFile.create(":memory:") as project:
        media = Media(1, "a.jpg", width=640, height=480)
        project.commit(changes.insert([media, category, *rows]))
        export_file(project, folder / "out.json")
    with ProjectFile.create(":memory:") as second:
        import_file(second, folder / "out.json")
        data = json.loads((folder / "out.json").read_text())
        return data, second.categories()[0], list(second.all_annotations())


joint = st.one_of(st.just((0.0, 0.0, 0)), st.tuples(st.floats(0, 640), st.floats(0, 480), st.sampled_from([1, 2])))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(joint, min_size=17, max_size=17))
def test_places_and_visibilities_come_back_to_the_digit(tmp_path: Path, joints: list) -> None:
    a = Annotation(1, 1, 1, geometry=Box(1, 2, 3, 4), keypoints=keypoint_edits.as_keypoints(joints))
    data, _, (back,) = around(PERSON, [a], tmp_path)
    assert back.keypoints == a.keypoints
    assert data["annotations"][0]["num_keypoints"] == sum(v > 0 for _, _, v in joints)


def test_edits_survive_export_and_import(tmp_path: Path) -> None:
    a = Annotation(1, 1, 1, keypoints=keypoint_edits.as_keypoints((i + 0.25, 2 * i, 2) for i in range(17)))
    for change in (
        keypoint_edits.set_visibility(a, 5, 1),
        keypoint_edits.set_visibility(a, 9, 0),
        keypoint_edits.nudge(a, 3, 0.1, -0.1),
        keypoint_edits.swap_sides([a], {1: PERSON}),
        keypoint_edits.mirror([a], {1: PERSON}),
    ):
        after = change.changes[0].after
        assert isinstance(after, Annotation)
        _, _, (back,) = around(PERSON, [after], tmp_path)
        assert back.keypoints == after.keypoints and back.keypoints != a.keypoints


@pytest.mark.parametrize("name", skeletons.names())
def test_templates_come_back_whole_and_are_plain_coco(name: str, tmp_path: Path) -> None:
    s = skeletons.get(name).skeleton
    data, back, _ = around(Category(1, "thing", skeleton=s), [], tmp_path)
    (written,) = data["categories"]
    assert back.skeleton == s
    assert written["keypoints"] == list(s.names)
    assert written["skeleton"] == [[a + 1, b + 1] for a, b in s.limbs]
    assert "sigmas" not in written["skeleton_details"], "what the names tell is not said again"


def test_pycocotools_reads_the_file(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    from pycocotools.coco import COCO

    a = Annotation(1, 1, 1, keypoints=keypoint_edits.as_keypoints([(3.5, 4.0, 1)] * 17))
    around(PERSON, [a], tmp_path)
    coco = COCO(str(tmp_path / "out.json"))
    assert coco.loadCats(1)[0]["keypoints"] == list(PERSON.skeleton.names)
    assert coco.loadAnns(1)[0]["keypoints"][:3] == [3.5, 4.0, 1]


DESIGNED = Skeleton(
    ("nose", "left_fin", "right_fin"),
    ((0, 1), (0, 2)),
    (),
    (0.1, 0.2, 0.3),
    ((0.0, 0.5), (1.0, 0.0), (1.0, 1.0)),
    ("#102030", "", ""),
    ("#ffffff", ""),
)


def test_a_designed_skeleton_comes_back_whole(tmp_path: Path) -> None:
    data, back, _ = around(Category(1, "fish", skeleton=DESIGNED), [], tmp_path)
    assert back.skeleton == DESIGNED, "the pair that the names suggest stays undone"
    assert data["categories"][0]["skeleton_details"]["symmetry"] == []
    paired = replace(DESIGNED, symmetry=((1, 2),))
    data, back, _ = around(Category(1, "fish", skeleton=paired), [], tmp_path)
    assert back.skeleton == paired and "symmetry" not in data["categories"][0]["skeleton_details"]
    odd = replace(DESIGNED, symmetry=((0, 1),))
    data, back, _ = around(Category(1, "fish", skeleton=odd), [], tmp_path)
    assert back.skeleton == odd and data["categories"][0]["skeleton_details"]["symmetry"] == [[1, 2]]


def test_an_edit_of_an_imported_skeleton_changes_only_its_keys() -> None:
    source = b'{"id": 3, "name": "fish", "x": 1.50, "keypoints": ["nose", "tail"], "skeleton": [[1, 2]]}'
    _, c = read_category(source)
    assert write_category(c, 3) == source
    assert c.skeleton is not None
    sized = replace(c, skeleton=replace(c.skeleton, sigmas=(0.1, 0.2)))
    text = write_category(sized, 3)
    assert b"1.50" in text
    assert json.loads(text) == {**json.loads(source), "skeleton_details": {"sigmas": [0.1, 0.2]}}
    _, again = read_category(text)
    assert again.skeleton == sized.skeleton
    plain = json.loads(write_category(replace(again, skeleton=c.skeleton), 3))
    assert plain["skeleton_details"] is None and plain["x"] == 1.5


@pytest.mark.parametrize(
    "details", ['"no"', "[1]", '{"sigmas": [1]}', '{"symmetry": [[1, 9]]}', '{"colors": ["red", ""]}', "{}", "null"]
)
def test_another_program_s_details_are_kept_and_not_believed(details: str) -> None:
    source = f'{{"id": 3, "name": "fish", "keypoints": ["a", "b"], "skeleton_details": {details}}}'.encode()
    _, c = read_category(source)
    assert c.skeleton == Skeleton(("a", "b"))
    assert write_category(c, 3) == source

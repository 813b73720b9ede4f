"""`new`, `info` and `check`."""

from __future__ import annotations

import json
import sqlite3

import pytest

from segstudio.core import changes, label_edits, review_edits
from segstudio.core.annotation import Annotation, Keypoints
from segstudio.core.geometry import Box
from segstudio.core.labels import COCO_PERSON, AttributeSpec, Category
from segstudio.store import ProjectFile


def test_new_lists_a_folder_in_natural_order(call, photos, tmp_path) -> None:
    said = call("new", tmp_path / "p", "--media", photos)
    assert said.code == 0
    assert "3 pictures" in said.out
    with ProjectFile.open(tmp_path / "p.segstudio") as project:
        assert [m.path for m in project.media()] == ["a1.png", "a2.png", "sub/a10.png"]
        assert project.media_root.samefile(photos)
        assert project.meta("media_root") == "photos"


def test_new_keeps_a_project_that_is_there(call, photos, tmp_path) -> None:
    path = tmp_path / "p.segstudio"
    call("new", path, "--media", photos)
    before = path.read_bytes()
    said = call("new", path, "--media", photos)
    assert said.code == 2
    assert "exists already" in said.err
    assert path.read_bytes() == before


def test_new_says_what_is_wrong_with_the_folder(call, photos, tmp_path) -> None:
    assert "no such file or folder" in call("new", tmp_path / "p", "--media", tmp_path / "nowhere").err
    assert "This is a file" in call("new", tmp_path / "p", "--media", photos / "a1.png").err
    assert "does not exist" in call("new", tmp_path / "no" / "p", "--media", photos).err
    (tmp_path / "empty").mkdir()
    said = call("new", tmp_path / "p", "--media", tmp_path / "empty", "--json")
    assert said.code == 1
    assert said.data["images"] == 0 and "no picture" in said.data["problems"][0]


def test_info_tells_what_is_there(call, photos, truth, tmp_path) -> None:
    path = tmp_path / "p.segstudio"
    call("new", path, "--media", photos)
    call("import", path, truth)
    data = call("info", path, "--json").data
    assert data["media"]["kinds"] == {"image": 3}
    assert data["annotations"] == {
        "count": 3, "origin": {"import": 3}, "geometry": {"polygons": 3}, "review": {"todo": 3}, "comments": 0,
    }  # fmt: skip
    assert data["categories"] == [
        {"name": "cat", "supercategory": "animal", "thing": True, "attributes": [], "annotations": 3, "keypoints": 0}
    ]
    assert data["history"] == {"done": 1, "undone": 0}
    assert data["runs"][0]["label"] == "Import truth.json"
    text = call("info", path).out
    assert "3 pictures" in text and "cat" in text and "3 import" in text


def test_info_and_check_know_schemas_tags_and_comments(call, photos, truth, tmp_path) -> None:
    path = tmp_path / "p.segstudio"
    call("new", path, "--media", photos)
    call("import", path, truth)
    with ProjectFile.open(path) as project:
        (cat,) = project.categories()
        media = project.media()[0]
        a = next(project.all_annotations())
        project.commit(label_edits.set_schema(cat, [AttributeSpec("age", "number")]))
        project.commit(label_edits.tag([media], ["night"]))
        project.commit(label_edits.set_attribute([a], "odd", 1))
        project.commit(review_edits.set_comment([next(project.all_annotations())], "Cut off"))
    text = call("info", path).out
    assert "1 night" in text and "0 on media, 1 on objects" in text and "age" in text
    said = call("check", path)
    assert said.code == 0 and "note: object" in said.out and "nothing is wrong" in said.out
    assert len(call("check", path, "--json").data["notes"]) == 1


def test_check_of_a_sound_project(call, photos, truth, tmp_path) -> None:
    path = tmp_path / "p.segstudio"
    call("new", path, "--media", photos)
    call("import", path, truth)
    said = call("check", path)
    assert said.code == 0
    assert "nothing is wrong" in said.out
    assert call("check", path, "--json").data["annotations"] == 3


def test_check_finds_what_is_wrong_in_a_project(call, photos, tmp_path) -> None:
    path = tmp_path / "p.segstudio"
    call("new", path, "--media", photos)
    with ProjectFile.open(path) as project:
        one, two, _ = project.media_ids()
        person = Category(project.new_ids("category"), "person", skeleton=COCO_PERSON)
        first = project.new_ids("annotation", 2)
        bad = [
            Annotation(first, one, 99, geometry=Box(1, 1, 2, 2)),
            Annotation(first + 1, two, person.id, keypoints=Keypoints((1.0, 2.0, 2.0))),
        ]
        project.commit(changes.insert([person, *bad]))
    (photos / "a2.png").unlink()
    problems = call("check", path, "--json").data["problems"]
    assert len(problems) == 3
    for words in ("class 99", "1 keypoints", "a2.png: the file is missing"):
        assert any(words in problem for problem in problems)


def test_check_finds_a_damaged_database(call, photos, truth, tmp_path) -> None:
    path = tmp_path / "p.segstudio"
    call("new", path, "--media", photos)
    call("import", path, truth)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(path.read_bytes())
    data[8192:] = b"\x5a" * (len(data) - 8192)
    path.write_bytes(data)
    said = call("check", path)
    assert said.code == 1
    assert "project" in said.err or "database" in said.err


@pytest.mark.parametrize("name", ["p.segstudio", "p.db"])
def test_other_databases_are_no_projects(call, tmp_path, name) -> None:
    connection = sqlite3.connect(tmp_path / name)
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    said = call("check", tmp_path / name)
    assert said.code == 1
    assert "not a segstudio project" in said.err


def test_check_of_an_annotation_file(call, truth, tmp_path) -> None:
    assert call("check", truth).code == 0
    document = json.loads(truth.read_text())
    document["annotations"][0]["image_id"] = 5
    truth.write_text(json.dumps(document))
    said = call("check", truth, "--json")
    assert said.code == 1
    assert "annotations[0]" in said.data["problems"][0]


def test_check_needs_a_file(call, tmp_path) -> None:
    assert call("check", tmp_path).code == 2
    assert call("check", tmp_path / "nowhere").code == 2

"""`predict --boxes existing`: what is found joins the project's objects."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cli_data import coco
from given_answers import answer

from segstudio.core.geometry import Box
from segstudio.store import ProjectFile

POSES = ("--model", "starter-poses", "--device", "cpu", "--boxes", "existing")
MASKS = ("--model", "starter-instances", "--device", "cpu", "--boxes", "existing")


@pytest.fixture
def middles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models answer in given boxes only: joints in the middle, or a mask of the upper half."""
    from segstudio.zoo import Predictor

    class Middles(Predictor):
        def predict(self, frames, options=None, context=None):
            return [[self._one(frame.shape[:2], given)] for frame, given in zip(frames, options.given, strict=True)]

        def _one(self, size: tuple[int, int], given: Any) -> Any:
            return answer(self.card, size, given, lambda box: Box(box.x, box.y, box.w, box.h / 2))

    monkeypatch.setattr("segstudio.zoo.load", lambda card, device="cpu", **_: Middles(card, device), raising=False)


@pytest.fixture
def boxed(call, photos, tmp_path):
    """A project of `photos` with a box of a person in each of the first two, and one of a cat in the third."""
    file = coco()
    file["categories"].append({"id": 1, "name": "person"})
    for i, annotation in enumerate(file["annotations"]):
        del annotation["segmentation"]
        annotation["category_id"] = 17 if i == 2 else 1
    (tmp_path / "boxes.json").write_text(json.dumps(file))
    path = tmp_path / "p.segstudio"
    assert call("new", path, "--media", photos).code == 0
    assert call("import", path, tmp_path / "boxes.json").code == 0
    return path


def exported(call, path, tmp_path) -> dict[int, dict]:
    assert call("export", path, tmp_path / "out.json").code == 0
    return {a["id"]: a for a in json.loads((tmp_path / "out.json").read_text())["annotations"]}


@pytest.mark.usefixtures("middles")
def test_poses_are_exported_with_the_annotations_they_joined(call, boxed, tmp_path) -> None:
    said = call("predict", boxed, *POSES, "--json")
    assert said.code == 0, said.err
    assert (said.data["joined"], said.data["added"], said.data["done"], said.data["without"]) == (2, 0, 2, 1)
    found = exported(call, boxed, tmp_path)
    assert sorted(found) == [898, 899, 900], "no doubles"
    assert found[900]["keypoints"][:3] == [15, 15, 2] and found[900]["num_keypoints"] == 17
    assert found[899]["keypoints"][:3] == [20, 15, 2]
    assert found[900]["bbox"] == [5, 10, 20, 10] and found[900]["note"] == {"by": "me"}
    assert "keypoints" not in found[898]
    again = call("predict", boxed, *POSES)
    assert again.code == 2 and "pose already" in again.err
    assert call("predict", boxed, *POSES, "--replace", "--json").data["joined"] == 2
    assert "no box to look in: 1 of the pictures" in call("predict", boxed, *POSES, "--replace").err
    with ProjectFile.open(boxed) as project:
        for _ in range(3):
            project.undo()
        assert all(a.keypoints is None for a in project.all_annotations())


@pytest.mark.usefixtures("middles")
def test_masks_join_boxes_of_any_class(call, boxed, tmp_path) -> None:
    said = call("predict", boxed, *MASKS)
    assert said.code == 0, said.err
    assert "added to 3 objects" in said.out
    found = exported(call, boxed, tmp_path)
    assert {i: (a["area"], a["bbox"]) for i, a in found.items()} == {
        900 - i: (100, [5 + 5 * i, 10, 20, 5]) for i in range(3)
    }


@pytest.mark.usefixtures("middles")
def test_a_picture_that_cannot_be_read_is_skipped(call, boxed, photos, tmp_path) -> None:
    (photos / "a1.png").write_bytes(b"")
    said = call("predict", boxed, *POSES, "--json")
    assert said.code == 1
    assert [s["path"] for s in said.data["skipped"]] == ["a1.png"] and said.data["joined"] == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("PHOTOS", *POSES), "Only a project has boxes"),
        (("PROJECT", "--model", "starter-poses", "--replace"), "goes with --boxes existing"),
        (("PROJECT", "--model", "starter-boxes", "--boxes", "existing"), "can't look in given ones"),
    ],
)
def test_what_makes_no_sense_is_refused(call, boxed, photos, words, says) -> None:
    named = {"PHOTOS": str(photos), "PROJECT": str(boxed)}
    said = call("predict", *(named.get(w, w) for w in words))
    assert said.code == 2 and says in said.err


@pytest.mark.usefixtures("middles")
def test_no_box_of_the_class_is_said(call, photos, tmp_path) -> None:
    path = tmp_path / "empty.segstudio"
    call("new", path, "--media", photos)
    said = call("predict", path, *POSES)
    assert said.code == 2 and "no box of the class person" in said.err and "Draw boxes" in said.err

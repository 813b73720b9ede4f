"""`export --hide`: copies of the pictures with objects hidden, and the file that is about them."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def project(call, photos, truth, tmp_path):
    """A project with a cat on each of three pictures."""
    path = tmp_path / "p.segstudio"
    assert call("new", path, "--media", photos).code == 0
    assert call("import", path, truth).code == 0
    return path


def test_objects_of_a_class_are_hidden_and_nothing_else(call, project, photos, tmp_path) -> None:
    before = {p: hashlib.sha256(p.read_bytes()).digest() for p in photos.rglob("*.png")}
    words = (
        "export",
        project,
        tmp_path / "safe.json",
        "--hide",
        "cat",
        "--hide-by",
        "black",
        "--hide-shape",
        "outline",
    )
    said = call(*words, "--hide-margin", "0", "--json")
    assert said.code == 0
    assert said.data["copies"] == {"folder": str(tmp_path / "safe_pictures"), "written": 3, "hidden": 3, "bare": 0}
    assert {p: hashlib.sha256(p.read_bytes()).digest() for p in photos.rglob("*.png")} == before
    for i, image in enumerate(json.loads((tmp_path / "safe.json").read_text())["images"]):
        assert set(image) == {"id", "file_name", "width", "height"}
        old = np.asarray(Image.open(photos / image["file_name"].removeprefix("safe_pictures/"))).copy()
        old[10:20, 5 + 5 * i : 25 + 5 * i] = 0
        assert np.array_equal(np.asarray(Image.open(tmp_path / image["file_name"])), old)
    assert "3 objects hidden" in call(*words).out


def test_a_check_writes_nothing(call, project, tmp_path) -> None:
    said = call("export", project, tmp_path / "safe.json", "--hide", "cat", "--check")
    assert said.code == 0
    assert "3 would be copies, 3 objects hidden" in said.out
    assert not (tmp_path / "safe_pictures").exists()
    assert not (tmp_path / "safe.json").exists()


def test_copies_as_jpeg_in_a_folder_of_their_own(call, project, tmp_path) -> None:
    folder = tmp_path / "far" / "copies"
    said = call("export", project, tmp_path / "o.json", "--hide", "cat", "--copies", folder, "--copies-as", "jpg")
    assert said.code == 0
    assert sorted(str(p.relative_to(folder)) for p in folder.rglob("*.jpg")) == ["a1.jpg", "a2.jpg", "sub/a10.jpg"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--hide"], "no class of faces"),
        (["--hide", "dog"], "Its classes are: cat"),
        (["--hide", "cat", "--hide-strength", "0"], "strength"),
        (["--hide", "cat", "--hide-margin", "nan"], "margin"),
        (["--copies", "x"], "Add --hide"),
        (["--hide", "cat", "--frames", "x"], "Leave out --frames"),
        (["--hide", "cat", "--format", "coco-results"], "does not name pictures"),
        (["--hide", "cat", "--hide-by", "melt"], "--help"),
    ],
)
def test_what_cannot_be_done_is_said(words: list[str], says: str, call, project, tmp_path) -> None:
    said = call("export", project, tmp_path / "o.json", *words)
    assert said.code == 2
    assert says in said.err
    assert not (tmp_path / "o.json").exists()


def test_originals_are_spared(call, project, photos, tmp_path) -> None:
    said = call("export", project, tmp_path / "o.json", "--hide", "cat", "--copies", photos)
    assert said.code == 2
    assert "original" in said.err

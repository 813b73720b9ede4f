"""From paths to an open project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from segstudio.app import opening
from segstudio.core.errors import InputError, SegstudioError


def paths(project) -> list[str]:
    return [m.path for m in project.media()]


def fail(error: SegstudioError) -> None:
    raise AssertionError(str(error))


def test_a_folder_gets_a_project_of_its_name(folder: Path):
    project, rest = opening.open_paths([folder])
    with project:
        assert project.path == folder / "photos.segstudio"
        assert paths(project) == ["p1.png", "p2.png", "p3.png", "p4.png"]
        assert list(rest) == []


def test_opening_it_again_finds_new_files_and_doubles_none(folder: Path):
    opening.open_paths([folder])[0].close()
    (folder / "p5.png").write_bytes((folder / "p1.png").read_bytes())
    project, _ = opening.open_paths([folder])
    with project:
        assert paths(project)[-1] == "p5.png"
        assert len(paths(project)) == 5


def test_files_open_in_their_folders_project(folder: Path):
    project, _ = opening.open_paths([folder / "p3.png", folder / "p1.png"])
    with project:
        assert project.path == folder / "photos.segstudio"
        assert paths(project) == ["p3.png", "p1.png"]


def test_a_project_file_opens_as_it_is(folder: Path):
    opening.open_paths([folder])[0].close()
    project, rest = opening.open_paths([folder / "photos.segstudio"])
    with project:
        assert list(rest) == []


def test_the_only_project_of_a_folder_is_taken(folder: Path):
    opening.open_paths([folder])[0].close()
    (folder / "photos.segstudio").rename(folder / "mine.segstudio")
    project, _ = opening.open_paths([folder])
    with project:
        assert project.path == folder / "mine.segstudio"


def test_a_folder_that_cannot_be_written_gets_its_project_elsewhere(folder: Path, home: Path, monkeypatch):
    real = os.access
    monkeypatch.setattr(os, "access", lambda p, mode: False if Path(p) == folder else real(p, mode))
    project, _ = opening.open_paths([folder])
    with project:
        assert not list(folder.glob("*.segstudio"))
        assert home in Path(project.path).parents
        assert project.media_root == folder
        first = project.path
    again, _ = opening.open_paths([folder])
    with again:
        assert again.path == first


@pytest.mark.parametrize("make", [lambda f: f / "nowhere", lambda f: f / "empty"])
def test_nothing_to_open_says_so(folder: Path, make):
    (folder / "empty").mkdir()
    with pytest.raises(InputError):
        opening.open_paths([make(folder)])
    assert not list((folder / "empty").iterdir())


def test_the_rest_of_a_large_folder_is_listed_in_the_background(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(opening, "FIRST", 10)
    monkeypatch.setattr(opening, "BATCH", 25)
    for i in range(100):
        (tmp_path / f"{i}.png").write_bytes(b"not a picture")
    project, rest = opening.open_paths([tmp_path])
    with project:
        assert len(paths(project)) == 10
        intake = opening.Intake(project, rest, fail)
        intake.wait()
        assert paths(project) == [f"{i}.png" for i in range(100)]
        assert {m.status for m in project.media()} == {"mistyped"}
        assert project.history() == []


def test_headers_are_read_in_the_background_and_bad_files_marked(folder: Path):
    (folder / "p2.png").write_bytes((folder / "p2.png").read_bytes()[:300])
    (folder / "p3.png").write_bytes(b"")
    project, rest = opening.open_paths([folder])
    with project:
        opening.Intake(project, rest, fail).wait()
        found = {m.path: m for m in project.media()}
        assert found["p1.png"].status == "ok" and found["p1.png"].width == 160
        assert found["p2.png"].status == "truncated" and found["p2.png"].reason
        assert found["p3.png"].status == "empty"


def test_the_intake_stops_when_asked(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(opening, "FIRST", 1)
    for i in range(50):
        (tmp_path / f"{i}.png").write_bytes(b"x")
    project, rest = opening.open_paths([tmp_path])
    with project:
        intake = opening.Intake(project, rest, fail)
        intake.close()
        intake.close()

"""Frames of videos under the names of the COCO file beside them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_clips import clip, video_project

from segstudio.core import changes
from segstudio.core.annotation import REJECTED, Annotation
from segstudio.core.errors import Cancelled, InputError
from segstudio.core.geometry import Box
from segstudio.core.media import Media
from segstudio.engine.exchange import export_file
from segstudio.engine.frames import export_project_frames
from segstudio.engine.job import CancelToken
from segstudio.store import ProjectFile


@pytest.fixture
def project(tmp_path: Path):
    with video_project(tmp_path) as made:
        yield made


def names(folder: Path) -> list[str]:
    return sorted(f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file())


def pixels(path: Path) -> np.ndarray:
    """Return the grey values of a picture, uint8 (h, w)."""
    with Image.open(path) as opened:
        return np.asarray(opened.convert("L"))


def add(project: ProjectFile, *rows: Media | Annotation) -> None:
    project.commit(changes.insert(rows, "Add"))


def test_the_names_are_those_of_the_coco_file(project: ProjectFile, tmp_path: Path) -> None:
    out, told = tmp_path / "out", []
    report = export_project_frames(project, out, progress=lambda *far: told.append(far))
    export_file(project, tmp_path / "out.json")
    images = json.loads((tmp_path / "out.json").read_text())["images"]
    assert names(out) == sorted(i["file_name"] for i in images) == ["sub/a/000001.jpg", "sub/a/000003.jpg"]
    assert all(pixels(out / i["file_name"]).shape == (i["height"], i["width"]) for i in images)
    assert (report.videos, report.frames, report.notes) == (1, 2, [])
    assert told[0] == (1, 2) and told[-1] == (2, 2)
    brightness = [pixels(out / name).mean() for name in names(out)]
    assert brightness == pytest.approx([40, 120], abs=6)


def test_all_frames_and_every_other(project: ProjectFile, tmp_path: Path) -> None:
    assert export_project_frames(project, tmp_path / "all", annotated_only=False).frames == 6
    export_project_frames(project, tmp_path / "some", annotated_only=False, step=4)
    assert [name[-5] for name in names(tmp_path / "some")] == ["0", "1", "3", "4"]
    with pytest.raises(InputError):
        export_project_frames(project, tmp_path / "none", annotated_only=False, step=0)


def test_rejected_objects_name_no_frame(project: ProjectFile, tmp_path: Path) -> None:
    add(project, Annotation(project.new_ids("annotation"), 1, 1, frame=5, geometry=Box(1, 1, 5, 5), review=REJECTED))
    assert export_project_frames(project, tmp_path / "out").frames == 2


def test_what_cannot_be_written_is_reported_and_the_rest_is_written(project: ProjectFile, tmp_path: Path) -> None:
    root = project.media_root
    (root / "bad.mp4").write_bytes(b"\0" * 100)
    clip(tmp_path / "outside.mp4")
    clip(root / "sub" / "a.mkv")
    paths = ["bad.mp4", "../outside.mp4", str(tmp_path / "outside.mp4"), "sub/a.mkv"]
    first = project.new_ids("media", len(paths))
    add(project, *(Media(first + i, path, "video") for i, path in enumerate(paths)))
    ids = project.new_ids("annotation", len(paths) + 1)
    add(project, *(Annotation(ids + i, first + i, 1, geometry=Box(1, 1, 5, 5)) for i in range(len(paths))))
    add(project, Annotation(ids + len(paths), 1, 1, frame=99, geometry=Box(1, 1, 5, 5)))
    for whole in (False, True):
        report = export_project_frames(project, tmp_path / f"out{whole}", annotated_only=not whole)
        assert report.videos == 5 and report.frames == (6 if whole else 2)
        said = " ".join(map(str, report.notes))
        assert report.skipped == 5, said
        assert all(word in said for word in ("bad.mp4", "../outside.mp4", "a.mkv", "no frame 99"))
    assert not (tmp_path / "outside").exists()


def test_a_cancel_stops_it(project: ProjectFile, tmp_path: Path) -> None:
    token = CancelToken()
    with pytest.raises(Cancelled):
        export_project_frames(project, tmp_path / "out", progress=lambda *_: token.cancel(), cancel=token)
    assert len(names(tmp_path / "out")) == 1

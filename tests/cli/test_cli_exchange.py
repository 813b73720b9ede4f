"""`import`, `export`, `convert` and `eval`."""

from __future__ import annotations

import json

import pytest
from cli_data import coco
from tiny_clips import video_project


@pytest.fixture
def project(call, photos, truth, tmp_path):
    """A project with `truth` imported."""
    path = tmp_path / "p.segstudio"
    assert call("new", path, "--media", photos).code == 0
    assert call("import", path, truth).code == 0
    return path


def test_import_then_export_is_the_identity(call, project, truth, tmp_path) -> None:
    said = call("export", project, tmp_path / "out.json", "--format", "coco", "--json")
    assert said.code == 0
    assert said.data["annotations"] == 3 and said.data["images"] == 3
    assert json.loads((tmp_path / "out.json").read_text()) == json.loads(truth.read_text())


def test_import_says_what_it_did(call, project, truth) -> None:
    said = call("import", project, truth, "--format", "coco", "--json")
    assert said.data["matched"] == 3 and said.data["present"] == 3 and said.data["annotations"] == 0


def test_import_with_a_media_folder(call, photos, truth, tmp_path) -> None:
    path = tmp_path / "q.segstudio"
    call("new", path, "--media", tmp_path)
    said = call("import", path, truth, "--media", photos, "--json")
    assert said.data["matched"] == 3
    assert call("import", path, truth, "--media", tmp_path / "nowhere").code == 2


def test_what_cannot_be_used_is_skipped_and_listed(call, project, tmp_path) -> None:
    bad = coco()
    bad["annotations"][1]["segmentation"] = [[1.0, 2.0]]
    bad["annotations"][2]["category_id"] = 5
    (tmp_path / "bad.json").write_text(json.dumps(bad))
    said = call("import", project, tmp_path / "bad.json", "--json")
    assert said.code == 1
    assert said.data["skipped"] == 2
    text = "\n".join(said.data["problems"])
    assert "annotations[1]" in text and "annotations[2]" in text


def test_convert_is_the_identity(call, truth, tmp_path) -> None:
    assert call("convert", truth, tmp_path / "b.json", "--from", "coco", "--to", "coco").code == 0
    assert json.loads((tmp_path / "b.json").read_text()) == json.loads(truth.read_text())


def test_unknown_formats_are_refused(call, project, truth, tmp_path) -> None:
    assert "coco-results" in call("export", project, tmp_path / "x", "--format", "yaml").err
    assert call("convert", truth, tmp_path / "x", "--to", "yaml").code == 2
    assert not (tmp_path / "x").exists()


def test_the_folder_of_the_target_must_be_there(call, project, truth, tmp_path) -> None:
    assert "does not exist" in call("export", project, tmp_path / "no" / "x.json", "--format", "coco").err
    assert call("convert", truth, tmp_path / "no" / "x.json", "--to", "coco").code == 2
    assert not (tmp_path / "no").exists()


def test_eval_of_the_truth_against_itself_is_one(call, truth) -> None:
    for task in ("boxes", "masks"):
        data = call("eval", truth, truth, "--task", task, "--json").data
        assert data["AP"] == 1.0 and data["per_category"] == {"cat": 1.0}
    text = call("eval", truth, truth, "--task", "masks").out
    assert "1.000" in text and "cat" in text


def test_eval_says_what_does_not_fit(call, truth, tmp_path) -> None:
    (tmp_path / "list.json").write_text("[]")
    assert call("eval", tmp_path / "list.json", truth, "--task", "boxes").code == 2
    assert call("eval", truth, tmp_path / "none.json", "--task", "boxes").code == 2
    assert call("eval", truth, truth, "--task", "keypoints").code == 2


def test_export_writes_the_frames_that_the_file_names(call, tmp_path) -> None:
    video_project(tmp_path).close()
    words = ("export", tmp_path / "v.segstudio", tmp_path / "out.json", "--frames", tmp_path / "frames")
    said = call(*words, "--json")
    assert said.code == 0 and said.data["frames"]["written"] == 2 and said.data["frames"]["videos"] == 1
    images = json.loads((tmp_path / "out.json").read_text())["images"]
    assert len(images) == 2 and all((tmp_path / "frames" / i["file_name"]).is_file() for i in images)
    assert "6 frames" in call(*words, "--all-frames").out
    assert call(*words[:3], "--all-frames").code == 2


def test_frames_of_a_project_without_video(call, project, tmp_path) -> None:
    said = call("export", project, tmp_path / "out.json", "--frames", tmp_path / "frames")
    assert said.code == 0 and "no video" in said.out and not (tmp_path / "frames").exists()


def test_a_video_that_cannot_be_read_is_listed(call, tmp_path) -> None:
    video_project(tmp_path).close()
    (tmp_path / "media" / "sub" / "a.mp4").write_bytes(b"broken")
    said = call("export", tmp_path / "v.segstudio", tmp_path / "o.json", "--frames", tmp_path / "f", "--json")
    assert said.code == 1 and said.data["frames"]["written"] == 0 and "sub/a.mp4" in said.data["problems"][0]


def test_a_panoptic_map_is_checked_written_read_and_scored(call, project, tmp_path) -> None:
    out = tmp_path / "map.json"
    said = call("export", project, out, "--format", "coco-panoptic", "--check", "--json")
    assert said.data["annotations"] > 0 and not out.exists()
    assert any("gaps" in note["reason"] for note in said.data["notes"])
    wrote = call("export", project, out, "--format", "coco-panoptic", "--overlap", "small", "--json")
    assert wrote.data["annotations"] == said.data["annotations"] and out.with_suffix("").is_dir()
    scores = call("eval", out, out, "--task", "panoptic", "--json").data
    assert scores["PQ"] == 1.0 and scores["PQ_stuff"] is None and scores["per_category"] == {"cat": 1.0}
    assert "PQ_things" in call("eval", out, out, "--task", "panoptic").out
    again = call("convert", out, tmp_path / "again.json", "--to", "coco-panoptic", "--json").data
    assert again["read"]["format"] == "coco-panoptic" and again["read"]["skipped"] == 0
    assert json.loads((tmp_path / "again.json").read_text()) == json.loads(out.read_text())


def test_a_damaged_panoptic_map_is_listed_by_check(call, project, tmp_path) -> None:
    out = tmp_path / "map.json"
    call("export", project, out, "--format", "coco-panoptic")
    assert call("check", out).code == 0
    (broken, *_) = sorted(out.with_suffix("").rglob("*.png"))
    broken.write_bytes(broken.read_bytes()[:40])
    said = call("check", out, "--json")
    assert said.code == 1 and any("damaged" in p and str(broken) in p for p in said.data["problems"])

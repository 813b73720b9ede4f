"""`predict`, with a model that finds bright squares."""

from __future__ import annotations

import json
import threading

import pytest
from cli_data import coco

from segstudio.cli.outcome import CANCELLED
from segstudio.store import ProjectFile

pytestmark = pytest.mark.usefixtures("squares")
MODEL = ("--model", "starter-instances", "--device", "cpu")


def test_a_project_keeps_what_is_found_as_one_step(call, photos, tmp_path) -> None:
    path = tmp_path / "p.segstudio"
    call("new", path, "--media", photos)
    data = call("predict", path, *MODEL, "--json").data
    assert (data["done"], data["added"], data["skipped"]) == (3, 3, [])
    assert data["found"]["sub/a10.png"] == {"cat": 1}
    again = call("predict", path, *MODEL, "--json").data
    assert (again["added"], again["replaced"]) == (3, 3)
    with ProjectFile.open(path) as project:
        assert sum(project.counts("media").values()) == 3
        project.undo()
        project.undo()
        assert project.counts("media") == {}


def test_a_folder_is_left_as_it_was(call, photos, tmp_path) -> None:
    before = sorted(photos.rglob("*"))
    said = call("predict", photos, *MODEL, "--out", tmp_path / "o.json")
    assert said.code == 0
    assert "a1.png" in said.out and "3 of 3 pictures, 3 objects" in said.out
    assert sorted(photos.rglob("*")) == before
    made = json.loads((tmp_path / "o.json").read_text())
    assert [i["file_name"] for i in made["images"]] == ["a1.png", "a2.png", "sub/a10.png"]
    assert {a["category_id"] for a in made["annotations"]} == {c["id"] for c in made["categories"]}
    assert [a["bbox"] for a in made["annotations"]] == [[5 + 5 * i, 10, 20, 10] for i in range(3)]


def test_without_out_nothing_is_written_and_that_is_said(call, photos) -> None:
    said = call("predict", photos / "a1.png", photos / "a2.png", *MODEL)
    assert said.code == 0 and "Nothing was written" in said.err and "2 of 2 pictures" in said.out


@pytest.mark.parametrize("form", ["coco", "coco-results"])
def test_ids_of_a_coco_file_are_used(call, photos, truth, tmp_path, form) -> None:
    out = tmp_path / "r.json"
    said = call("predict", photos, *MODEL, "--images", truth, "--format", form, "--out", out)
    assert said.code == 0, said.err
    made = json.loads(out.read_text())
    found = made if form == "coco-results" else made["annotations"]
    assert sorted(r["image_id"] for r in found) == [100, 107, 114]
    assert {r["category_id"] for r in found} == {17}
    assert call("eval", truth, out, "--task", "masks", "--json").data["AP"] == 1.0
    assert call("eval", truth, out, "--task", "boxes", "--json").data["AP"] == 1.0


def test_images_that_are_elsewhere_are_named(call, photos, tmp_path) -> None:
    (tmp_path / "t.json").write_text(json.dumps(coco(("a1.png", "elsewhere.png"))))
    said = call("predict", photos, *MODEL, "--images", tmp_path / "t.json", "--out", tmp_path / "r.json", "--json")
    assert said.code == 1
    assert "elsewhere.png" in said.data["problems"][0]
    assert said.data["done"] == 1
    made = json.loads((tmp_path / "r.json").read_text())
    assert [i["file_name"] for i in made["images"]] == ["a1.png"]
    (tmp_path / "t.json").write_text(json.dumps(coco(("other.png",))))
    assert "names none" in call("predict", photos, *MODEL, "--images", tmp_path / "t.json").err


def test_pictures_that_cannot_be_read_are_skipped(call, photos, tmp_path) -> None:
    (photos / "a2.png").write_bytes(b"")
    (photos / "broken.jpg").write_bytes(b"no picture at all")
    said = call("predict", photos, *MODEL, "--out", tmp_path / "o.json", "--json")
    assert said.code == 1
    assert said.data["done"] == 2
    assert {s["path"] for s in said.data["skipped"]} == {"a2.png", "broken.jpg"}
    assert len(json.loads((tmp_path / "o.json").read_text())["annotations"]) == 2


def test_the_model_gets_as_many_pictures_at_once_as_are_wished(call, photos, tmp_path, monkeypatch) -> None:
    from segstudio.engine.ladder import Ladder

    seen = []
    whole = Ladder.predict

    def watched(self, job, frames, *rest):
        seen.append(len(frames))
        return whole(self, job, frames, *rest)

    monkeypatch.setattr(Ladder, "predict", watched)
    for words, sizes in (((), [1, 1, 1]), (("--batch", 2), [2, 1])):
        seen.clear()
        assert call("predict", photos, *MODEL, *words, "--out", tmp_path / "o.json").code == 0
        assert seen == sizes


@pytest.mark.parametrize("device", ["cuda:0", "cuda:7", "mps", "nonsense"])
def test_a_device_that_is_not_here_is_told_with_those_that_are(call, photos, tmp_path, monkeypatch, device) -> None:
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    said = call("predict", photos, *MODEL, "--device", device, "--out", tmp_path / "o.json")
    assert said.code == 2
    assert f"There is no device '{device}' that torch can use here. Choose one of: auto, cpu." in said.err
    assert not (tmp_path / "o.json").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nowhere",), "no such file"),
        (("PHOTOS", "--out", "no/such/folder/x.json"), "does not exist"),
        (("PROJECT", "PHOTOS"), "alone"),
        (("PROJECT", "--images", "x.json"), "ids of its own"),
    ],
)
def test_bad_requests_do_nothing(call, photos, tmp_path, words, says) -> None:
    path = tmp_path / "p.segstudio"
    call("new", path, "--media", photos)
    named = {"PHOTOS": str(photos), "PROJECT": str(path)}
    said = call("predict", *(named.get(w, w) for w in words), *MODEL)
    assert said.code == 2
    assert says in said.err


def test_an_unknown_model_is_guessed(call, photos) -> None:
    said = call("predict", photos, "--model", "starter-instance")
    assert said.code == 2 and "Did you mean starter-instances" in said.err


def test_ctrl_c_keeps_what_is_finished(call, photos, tmp_path, monkeypatch) -> None:
    path = tmp_path / "p.segstudio"
    call("new", path, "--media", photos)
    from segstudio.engine.job import Job

    started, waited = threading.Event(), Job.wait
    report = Job.report

    def slow(self, done, total):
        report(self, done, total)
        if done == 1:
            started.set()
            self.token._event.wait(30)

    def interrupted(self, timeout=None):
        if timeout == 0.1 and not self.token.cancelled and started.wait(30):
            raise KeyboardInterrupt
        return waited(self, timeout)

    monkeypatch.setattr(Job, "report", slow)
    monkeypatch.setattr(Job, "wait", interrupted)
    said = call("predict", path, *MODEL, "--json")
    assert said.code == CANCELLED
    assert said.data["done"] == 1
    with ProjectFile.open(path) as project:
        assert sum(project.counts("media").values()) == 1


def test_missing_weights_are_code_3(call, photos, monkeypatch) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("SEGSTUDIO_CACHE", str(photos / "cache"))
    said = call("predict", photos, *MODEL)
    assert said.code == 3
    assert "segstudio models fetch" in said.err and "sha256" in said.err


def test_a_panoptic_map_is_made_of_what_its_model_is_sure_of() -> None:
    from segstudio.cli.predict import _least

    assert _least("mask-rcnn-r50-fpn", None) == 0.05
    assert _least("panoptic-fpn-r50", None) is None
    assert _least("panoptic-fpn-r50", 0.7) == 0.7
    assert _least("mask-rcnn-r50-fpn", 0.0) == 0.0

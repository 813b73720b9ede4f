"""The whole path as a person walks it on the command line: open, predict, correct, export, score."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pycocotools.coco import COCO

from segstudio.core import masks, painting
from segstudio.core.geometry import Box
from segstudio.store import ProjectFile

CPU = ("--device", "cpu")


def loaded(path: Path) -> COCO:
    """Return a COCO file as pycocotools reads it."""
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))


def test_new_import_export_eval(call, photos, truth, tmp_path) -> None:
    project, out = tmp_path / "p.segstudio", tmp_path / "out.json"
    assert call("new", project, "--media", photos).code == 0
    assert call("import", project, truth).code == 0
    assert call("info", project, "--json").data["annotations"]["count"] == 3
    assert call("check", project).code == 0
    assert call("export", project, out, "--format", "coco").code == 0
    for task in ("boxes", "masks"):
        assert call("eval", truth, out, "--task", task, "--json").data["AP"] == 1.0


@pytest.mark.parametrize(
    "name",
    ["coco_mini/annotations/instances_train2017.json", "coco_mini/annotations/person_keypoints_train2017.json"],
)
def test_published_files_come_out_as_they_went_in(call, shared, tmp_path, name) -> None:
    source, out = shared / "data" / name, tmp_path / "out.json"
    if not source.is_file():
        pytest.skip(f"{name} is not among the reference data")
    assert call("convert", source, out, "--from", "coco", "--to", "coco").code in (0, 1)
    assert json.loads(out.read_text()) == json.loads(source.read_text())
    task = "keypoints" if "keypoints" in name else "masks"
    assert call("eval", source, out, "--task", task, "--json").data["AP"] == pytest.approx(1.0)


@pytest.mark.usefixtures("squares")
def test_predict_correct_export(call, photos, tmp_path) -> None:
    project, out = tmp_path / "p.segstudio", tmp_path / "out.json"
    call("new", project, "--media", photos)
    assert call("predict", project, "--model", "starter-instances", *CPU).code == 0
    with ProjectFile.open(project) as opened:
        first = opened.media_ids()[0]
        (found,) = opened.annotations(first)
        stroke = masks.from_box(Box(30, 10, 4, 10), 60, 40)
        opened.commit(painting.paint(found, stroke, (60, 40)))
        painted = opened.annotation(found.id)
        assert painted is not None and painted.mask(60, 40).area == 240
    # A second run of the model leaves the corrected object alone, and finds no second one there.
    again = call("predict", project, "--model", "starter-instances", *CPU, "--json").data
    assert (again["added"], again["replaced"]) in ((2, 2), (3, 2))
    assert call("export", project, out, "--format", "coco").code == 0
    data = loaded(out)
    areas = sorted(a["area"] for a in data.loadAnns(data.getAnnIds(imgIds=[min(data.imgs)])))
    assert 240 in areas
    assert {data.annToMask(a).sum() for a in data.anns.values()} <= {200, 240}


@pytest.fixture
def starter(real_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The starter pack, where scripts/test has fetched it."""
    from segstudio.zoo import Catalog, weights

    monkeypatch.setenv("SEGSTUDIO_CACHE", str(real_cache))
    missing = [card.name for card in Catalog().starter_pack() if not weights.is_ready(card)]
    if missing:
        pytest.skip(f"the starter pack is not in the cache ({', '.join(missing)}): segstudio models fetch starter")


@pytest.mark.usefixtures("starter")
def test_the_starter_pack_finds_what_the_sample_photos_show(call, tmp_path) -> None:
    from segstudio.engine.intake import copy_samples

    copy_samples(tmp_path)
    out = tmp_path / "o.json"
    words = ("--model", "starter-instances", *CPU, "--threshold", "0.5", "--out", out)
    found = call("predict", tmp_path, *words, "--json").data["found"]
    for name, what in (("astronaut", "person"), ("cat", "cat"), ("coffee", "cup"), ("motorcycle", "motorcycle")):
        assert what in found[f"{name}.jpg"]
    data = loaded(out)
    assert all(data.annToMask(a).sum() > 0 for a in data.anns.values() if "segmentation" in a)


@pytest.mark.usefixtures("starter")
@pytest.mark.parametrize(
    ("model", "photo", "kinds"),
    [
        ("starter-instances", "coffee", {"boxes", "heat", "picture"}),
        ("starter-labels", "cat", {"bars", "picture"}),
        ("starter-poses", "astronaut", {"boxes", "heat", "picture", "points"}),
    ],
)
def test_the_inside_of_the_starter_pack_is_written(call, tmp_path, model, photo, kinds) -> None:
    from PIL import Image

    from segstudio.engine.intake import copy_samples

    copy_samples(tmp_path)
    out = tmp_path / "inside"
    said = call("inspect", model, tmp_path / f"{photo}.jpg", "--out", out, *CPU, "--json")
    assert said.code == 0, said.err
    listing = json.loads((out / "views.json").read_text("utf-8"))["views"]
    assert {view["kind"] for view in listing} == kinds
    with Image.open(tmp_path / f"{photo}.jpg") as picture:
        size = picture.size
    for view in listing:
        with Image.open(out / view["file"]) as written:
            assert view["kind"] in ("picture", "bars") or written.size == size


@pytest.mark.slow
@pytest.mark.usefixtures("starter")
def test_the_demo_without_a_display(call, tmp_path) -> None:
    out = tmp_path / "demo"
    said = call("demo", "--headless", out, "--json")
    assert said.code == 0, said.err
    data = loaded(out / "coco.json")
    with_objects = {data.imgs[a["image_id"]]["file_name"] for a in data.anns.values()}
    assert {f"{n}.jpg" for n in ("astronaut", "cat", "coffee", "motorcycle")} <= with_objects
    assert any(a.get("num_keypoints") for a in data.anns.values())
    overlays = {path.stem for path in (out / "overlays").glob("*.png")}
    assert overlays == {Path(m["file_name"]).stem for m in data.imgs.values()}
    from PIL import Image

    with Image.open(out / "window.png") as window:
        assert window.size == (1600, 1000)
        assert len(window.convert("RGB").resize((160, 100)).getcolors(16000) or []) > 1000
    # A second time nothing is predicted again, and everything is written again.
    (out / "window.png").unlink()
    assert call("demo", "--headless", out).code == 0
    assert (out / "window.png").is_file()


def test_the_demo_without_the_starter_pack(call, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SEGSTUDIO_OFFLINE", "1")
    said = call("demo", "--headless", tmp_path / "demo")
    assert said.code == 3
    assert "models fetch" in said.err
    assert not (tmp_path / "demo" / "coco.json").exists()


def test_open_without_a_display_says_what_works(call, photos, monkeypatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    said = call("open", photos)
    assert said.code == 3
    assert "display" in said.err and "--headless" in said.err


@pytest.mark.real_x
def test_a_window_opens_after_opencv_was_loaded(tmp_path) -> None:
    """OpenCV's wheel points Qt to plugins of another Qt; on a real X server that ends the process."""
    code = """
import cv2, os
assert "cv2" in os.environ.get("QT_QPA_PLATFORM_PLUGIN_PATH", "cv2")
from segstudio.app.main import application
app = application()
assert app.platformName() == "xcb", app.platformName()
from PySide6.QtCore import QTimer
from segstudio.app.main_window import MainWindow
from segstudio.app.settings import Settings
import sys
window = MainWindow(Settings(sys.argv[1]))
window.show()
QTimer.singleShot(500, lambda: (print("shown", window.isVisible()), app.quit()))
app.exec()
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "settings.ini")],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "shown True" in done.stdout


@pytest.mark.real_x
def test_open_shows_a_folder_in_a_real_window(photos, tmp_path) -> None:
    """The window of `segstudio open` comes up, lists the folder, and its project is sound after a kill."""
    if shutil.which("xdotool") is None:
        pytest.skip("xdotool is not installed")
    process = subprocess.Popen([sys.executable, "-m", "segstudio.cli.main", "open", str(photos)], env=dict(os.environ))
    try:
        found = subprocess.run(
            ["xdotool", "search", "--sync", "--onlyvisible", "--name", "segstudio"], capture_output=True, timeout=60
        )
        assert found.returncode == 0
    finally:
        process.kill()
        process.wait()

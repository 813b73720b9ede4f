"""Bad input on the command line: an exit code, one clear message, nothing lost, nothing written elsewhere."""

from __future__ import annotations

import copy
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_data import coco
from cli_fixtures import Said

from segstudio.store import ProjectFile, check

Edit = Callable[[dict[str, Any]], object]


def listing(folder: Path) -> dict[str, int]:
    """Return all files below a folder with their sizes."""
    return {str(p.relative_to(folder)): p.stat().st_size for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def project(call, photos, truth, tmp_path) -> Path:
    """A sound project with three annotations."""
    path = tmp_path / "work" / "p.segstudio"
    path.parent.mkdir()
    assert call("new", path, "--media", photos).code == 0
    assert call("import", path, truth).code == 0
    return path


def imported(call, project: Path, tmp_path: Path, document: object) -> Said:
    """Import a document and check what must hold whatever it says."""
    source = tmp_path / "bad.json"
    source.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    before = {name: size for name, size in listing(tmp_path).items() if not name.startswith("work")}
    said = call("import", project, source, "--json")
    after = {name: size for name, size in listing(tmp_path).items() if not name.startswith("work")}
    assert before == after
    assert check(project) == []
    return said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ('{"images": [', "ends too early"),
        ("{", ""),
        ('{"images": [}', "not sound JSON"),
        ("\x00\x01\x02\x03", ""),
        ("[1, 2", ""),
        ("null", ""),
        ('"text"', ""),
        ("[]]", ""),
        ("{}", ""),
        ('{"images": 5, "annotations": [], "categories": []}', ""),
        ('{"images": [], "annotations": {}, "categories": []}', ""),
        ("[" * 100_000, ""),
    ],
)
def test_files_that_are_no_data_set(call, project, tmp_path, text, says) -> None:
    said = imported(call, project, tmp_path, text)
    assert said.code == 2
    assert says in said.data["error"]["message"]
    assert said.data["error"]["path"].endswith("bad.json")
    assert call("info", project, "--json").data["annotations"]["count"] == 3


def _set(place: str, index: int, key: str, value: object) -> Edit:
    return lambda d: d[place][index].__setitem__(key, value)


def _drop(place: str, index: int, key: str) -> Edit:
    return lambda d: d[place][index].pop(key)


BROKEN_ANNOTATIONS: dict[str, Edit] = {
    "no image": _drop("annotations", 1, "image_id"),
    "unknown image": _set("annotations", 1, "image_id", 5),
    "no category": _drop("annotations", 1, "category_id"),
    "unknown category": _set("annotations", 1, "category_id", 5),
    "category of another type": _set("annotations", 1, "category_id", [1]),
    "one point": _set("annotations", 1, "segmentation", [[1.0, 2.0]]),
    "two points": _set("annotations", 1, "segmentation", [[1.0, 2.0, 3.0, 4.0]]),
    "odd numbers": _set("annotations", 1, "segmentation", [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]]),
    "1e300": _set("annotations", 1, "segmentation", [[1e300, 2.0, 3.0, 4.0, 5.0, 6.0]]),
    "text in a polygon": _set("annotations", 1, "segmentation", [["a", 2.0, 3.0, 4.0, 5.0, 6.0]]),
    "rle of the wrong size": _set("annotations", 1, "segmentation", {"size": [400, 600], "counts": [0, 240000]}),
    "rle that does not add up": _set("annotations", 1, "segmentation", {"size": [40, 60], "counts": [3, 4]}),
    "rle of nonsense": _set("annotations", 1, "segmentation", {"size": [40, 60], "counts": "~~~~"}),
    "bbox of three": _set("annotations", 1, "bbox", [1, 2, 3]),
    "negative bbox": _set("annotations", 1, "bbox", [1, 2, -3, 4]),
    "not an object": lambda d: d["annotations"].__setitem__(1, 5),
}


@pytest.mark.parametrize("kind", BROKEN_ANNOTATIONS)
def test_one_broken_annotation_is_skipped_and_the_rest_comes(call, project, tmp_path, kind) -> None:
    document = coco()
    for annotation in document["annotations"]:
        annotation["note"] = "new"
    BROKEN_ANNOTATIONS[kind](document)
    said = imported(call, project, tmp_path, document)
    assert said.code == 1
    assert said.data["annotations"] == 2
    assert said.data["skipped"] == 1
    assert "annotations[1]" in said.data["problems"][0]
    assert call("check", tmp_path / "bad.json").code == 1


TOLERATED: dict[str, Edit] = {
    "ids twice": _set("annotations", 1, "id", 900),
    "no id": _drop("annotations", 1, "id"),
    "no area": _drop("annotations", 1, "area"),
    "no info": lambda d: d.pop("info"),
    "image ids twice": _set("images", 1, "id", 100),
    "no image size": lambda d: [d["images"][1].pop(key) for key in ("width", "height")],
    "category ids twice": lambda d: d["categories"].append({"id": 17, "name": "dog"}),
    "name of another type": _set("categories", 0, "name", 7),
    "no file name": _drop("images", 1, "file_name"),
}


@pytest.mark.parametrize("kind", TOLERATED)
def test_what_can_be_understood_is_used_and_said(call, project, tmp_path, kind) -> None:
    document = coco()
    TOLERATED[kind](document)
    said = imported(call, project, tmp_path, document)
    assert said.code in (0, 1)
    assert call("export", project, tmp_path / "work" / "out.json", "--format", "coco").code in (0, 1)
    made = json.loads((tmp_path / "work" / "out.json").read_text())
    ids = [a["id"] for a in made["annotations"]]
    assert len(made["annotations"]) >= 3 and len(ids) == len(set(ids))


def test_numbers_that_json_does_not_have(call, project, tmp_path) -> None:
    text = json.dumps(coco()).replace("200.0", "NaN", 1).replace("200.0", "Infinity", 1)
    said = imported(call, project, tmp_path, text)
    assert said.code in (0, 1)
    assert any("NaN" in note["reason"] for note in said.data["notes"])


NAMES = ["../../outside.png", "/nowhere/at/all/x.png", "C:\\photos\\x.png", "x" * 4000 + ".png", "a\x00b.png", "", "."]


@pytest.mark.parametrize("name", NAMES)
def test_odd_file_names_reach_nothing_outside(call, squares, project, tmp_path, name) -> None:
    outside = tmp_path.parent / "outside.png"
    said = imported(call, project, tmp_path, coco((name,)))
    assert said.code in (0, 1)
    target = tmp_path / "work" / "out.json"
    assert call("export", project, target, "--format", "coco").code in (0, 1)
    assert call("check", project).code == 1
    predicted = call("predict", project, "--model", "starter-boxes", "--device", "cpu", "--json")
    assert predicted.code == 1
    assert predicted.data["done"] == 3
    assert not outside.exists()
    assert sorted(p.name for p in target.parent.iterdir()) == ["out.json", "p.segstudio"]


def test_empty_and_foreign_files_in_a_folder(call, squares, photos, tmp_path) -> None:
    (photos / "empty.jpg").write_bytes(b"")
    (photos / "text.png").write_text("no picture")
    (photos / "cut.png").write_bytes((photos / "a1.png").read_bytes()[:60])
    said = call("predict", photos, "--model", "starter-boxes", "--device", "cpu", "--json")
    assert said.code == 1
    assert said.data["done"] == 3
    assert {s["path"] for s in said.data["skipped"]} == {"empty.jpg", "text.png", "cut.png"}


def test_a_project_of_a_newer_version(call, project) -> None:
    with sqlite3.connect(project) as connection:
        connection.execute("PRAGMA user_version = 99")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    before = project.read_bytes()
    for words in (("info", project), ("export", project, project.with_suffix(".json"), "--format", "coco")):
        said = call(*words)
        assert said.code == 2
        assert "newer" in said.err and "Update" in said.err
    assert call("check", project).code == 1
    assert project.read_bytes() == before
    assert not project.with_suffix(".json").exists()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00", b"SQLite format 3\x00" + b"\x5a" * 5000, b"{}"])
def test_files_that_only_look_like_projects(call, tmp_path, content) -> None:
    path = tmp_path / "p.segstudio"
    path.write_bytes(content)
    for verb in ("info", "export", "predict"):
        more = {"export": (tmp_path / "o.json", "--format", "coco"), "predict": ("--model", "starter-boxes")}
        said = call(verb, path, *more.get(verb, ()))
        assert said.code == 2
        assert "p.segstudio" in said.err
    assert path.read_bytes() == content
    assert call("check", path).code == 1


def test_results_that_fit_nothing(call, truth, project, tmp_path) -> None:
    results = [
        {"image_id": 100, "category_id": 17, "bbox": [5, 10, 20, 10], "score": 0.5},
        {"image_id": 5, "category_id": 17, "bbox": [5, 10, 20, 10], "score": 0.5},
        {"image_id": 100, "category_id": 17, "bbox": [5, 10, 20, 10]},
        {"image_id": 100, "category_id": 17, "bbox": "all", "score": 0.5},
        7,
    ]
    said = imported(call, project, tmp_path, results)
    assert said.code == 1
    assert said.data["annotations"] == 1
    (tmp_path / "r.json").write_text(json.dumps(results[1:2]))
    assert call("eval", truth, tmp_path / "r.json", "--task", "boxes").code in (1, 2)


def test_the_target_is_a_folder(call, project, truth, tmp_path) -> None:
    assert call("export", project, tmp_path, "--format", "coco").code == 2
    assert call("convert", truth, tmp_path, "--to", "coco").code == 2


# As nobody: what root may write is no test of a folder that can't be written.
AS_NOBODY = """
import contextlib, difflib, io, os, resource, sys, tempfile, traceback
import platformdirs
# What is loaded late is loaded now: others than root may not be able to read it.
import segstudio.cli.checking, segstudio.cli.report, segstudio.engine.exchange, segstudio.engine.intake
from segstudio.cli import parser
from segstudio.cli.main import main
from segstudio.cli.output import Output
from segstudio.store import ProjectFile
parser.build()
with contextlib.redirect_stdout(io.StringIO()), Output("", False).progress("") as advance:
    advance(1, 2)
    Output("", False).table(("a", "b"), [("x", 1)])
with ProjectFile.create(":memory:"):
    pass
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
sys.exit(main(sys.argv[1:]))
"""


def as_nobody(*words: object, limit: int | None = None) -> Said:
    """Run a command line without root's rights, in a process of its own.

    Args:
        words: The command line.
        limit: Bytes that a file may grow to: a disk that is full from there on.
    """
    code = AS_NOBODY
    if limit is not None:
        code = code.replace("sys.exit(", f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\nsys.exit(")
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=120,
        env=dict(os.environ),
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def open_way(home) -> Iterator[Path]:
    """A folder that others may enter and write to; pytest's own are closed to them."""
    with tempfile.TemporaryDirectory(prefix="segstudio-") as name:
        Path(name).chmod(0o777)
        yield Path(name)


posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions and limits")


@posix
def test_a_folder_that_cannot_be_written(project, truth, open_way) -> None:
    shut = open_way / "shut"
    shut.mkdir()
    copied = shut / "p.segstudio"
    with ProjectFile.open(project) as opened:
        opened.save_copy(copied)
    (shut / "truth.json").write_bytes(truth.read_bytes())
    for file in shut.iterdir():
        file.chmod(0o444)
    shut.chmod(0o555)
    before = listing(shut)
    assert as_nobody("info", copied).code == 0
    refused = as_nobody("import", copied, shut / "truth.json")
    assert refused.code == 2 and "can only be read" in refused.err
    said = as_nobody("export", copied, shut / "out.json", "--format", "coco")
    assert said.code == 2 and "can't be written" in said.err and "out.json" in said.err
    assert as_nobody("new", shut / "q.segstudio", "--media", shut).code == 2
    written = as_nobody("export", copied, open_way / "out.json", "--format", "coco")
    assert written.code == 0, written.err
    assert listing(shut) == before
    shut.chmod(0o755)


@posix
def test_a_full_disk(call, project, tmp_path, open_way) -> None:
    document = coco()
    document["annotations"] *= 400
    for i, annotation in enumerate(document["annotations"]):
        document["annotations"][i] = {**copy.deepcopy(annotation), "id": 10_000 + i}
    source = open_way / "many.json"
    source.write_text(json.dumps(document))
    copied = open_way / "p.segstudio"
    with ProjectFile.open(project) as opened:
        opened.save_copy(copied)
    copied.chmod(0o666)
    said = as_nobody("import", copied, source, limit=copied.stat().st_size + 20_000)
    assert said.code == 2, said.err
    assert "p.segstudio" in said.err and "disk" in said.err
    assert check(copied) == []
    assert call("info", copied, "--json").data["annotations"]["count"] == 3
    assert as_nobody("import", copied, source).code == 0
    old = open_way / "out.json"
    old.write_text("what was there")
    old.chmod(0o666)
    said = as_nobody("export", copied, old, "--format", "coco", limit=100_000)
    assert said.code == 2 and "out.json" in said.err
    assert old.read_text() == "what was there"
    assert not list(open_way.glob(".*"))

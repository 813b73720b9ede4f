"""Files as they come: a clear error or a reported skip, nothing lost, nothing written elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from coco_samples import SQUARE, dataset

from segstudio.core.errors import FormatError, InputError
from segstudio.engine.exchange import convert, export_file, import_file
from segstudio.store import ProjectFile


def skipped(report: Any) -> list[tuple[str, str]]:
    return [(n.reason, n.places[0] if n.places else "") for n in report.notes if n.kind == "skipped"]


def kinds(report: Any, kind: str) -> list[str]:
    return [n.reason for n in report.notes if n.kind == kind]


@pytest.mark.parametrize(
    ("content", "says", "place"),
    [
        (b"", "empty", None),
        (b" \n ", "empty", None),
        (b'{"images": [', "ends too early", "line 1, column 13 (byte 12)"),
        (b'{"images": [],\n "annotations": [}', "invalid character", "line 2, column 18 (byte 32)"),
        (b'{"images": []} x', "trailing characters", "line 1"),
        (b'{"images": [' + b"[" * 100_000, "", None),
        (b'{"images": ["caf\xe9"]}', "not text in UTF-8", "byte 16"),
        (b"[]", "list", None),
        (b'[{"image_id": 1}]', "list", None),
        (b'"images"', "object", None),
        (b"{}", 'no list "images"', None),
        (b'{"annotations": [], "categories": []}', 'no list "images"', None),
        (b'{"images": 5}', "list", "images"),
        (b'{"images": [], "annotations": {}}', "list", "annotations"),
        (b'{"images": [], "annotations": [{"segments_info": []}]}', "panoptic", None),
    ],
)
def test_files_that_cannot_be_used_say_why(
    content: bytes, says: str, place: str | None, read: Any, project: ProjectFile
) -> None:
    with pytest.raises(FormatError) as caught:
        read(content, format="coco")
    assert says in caught.value.message
    assert caught.value.path and caught.value.path.endswith("in.json")
    if place is not None:
        assert caught.value.place is not None and caught.value.place.startswith(place)
    assert project.media() == [] and project.runs() == []


def test_unknown_files_and_formats_name_the_known_ones(read: Any, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="coco-results"):
        read('{"shapes": [], "imagePath": "1.jpg"}')
    with pytest.raises(FormatError, match=r"'yolo'.*coco, .*coco-results"):
        read("{}", format="yolo")
    with pytest.raises(FormatError, match="no such file"):
        import_file(ProjectFile.create(":memory:"), tmp_path / "missing.json")
    with pytest.raises(FormatError, match="folder"):
        import_file(ProjectFile.create(":memory:"), tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_other_encodings_are_read(encoding: str, read: Any, exported: Any) -> None:
    data = dataset({"segmentation": [SQUARE], "note": "Käse ☃"})
    report = read(json.dumps(data, ensure_ascii=False).encode(encoding))
    assert report.format == "coco" and report.annotations == 1
    assert exported() == data


RLE_BOMB = {"size": [10**9, 10**9], "counts": [10**18]}


@pytest.mark.parametrize(
    ("broken", "reason", "place"),
    [
        ({"image_id": 99}, "image_id is not among the images", ".image_id"),
        ({"image_id": None}, "no image_id", ""),
        ({"image_id": [1]}, "no image_id", ""),
        ({"category_id": 99}, "category_id is not among the categories", ".category_id"),
        ({"category_id": True}, "no category_id", ""),
        ({"segmentation": [[1, 2, 3, 4]]}, "a polygon with fewer than three points", ".segmentation[0]"),
        ({"segmentation": [[1, 2]]}, "a polygon with fewer than three points", ".segmentation[0]"),
        ({"segmentation": [[]]}, "a polygon with fewer than three points", ".segmentation[0]"),
        ({"segmentation": [SQUARE, SQUARE[:7]]}, "a polygon with an odd count of numbers", ".segmentation[1]"),
        ({"segmentation": SQUARE}, "expected list, got number", ".segmentation[0]"),
        ({"segmentation": [[1, 2, "3", 4, 5, 6]]}, "expected number, got text", ".segmentation[0][2]"),
        ({"segmentation": [[1, 2, 1e300, 4, 5, 6]]}, "a number that is out of range", ".segmentation[0][2]"),
        ({"segmentation": "no"}, "expected object or list or null, got text", ".segmentation"),
        ({"segmentation": {"size": [10, 10], "counts": [100]}}, "an RLE of another size", ".segmentation.size"),
        ({"segmentation": {"size": [48, 64], "counts": [1, 2]}}, "an RLE whose runs don't", ".segmentation.counts"),
        ({"segmentation": {"size": [48, 64], "counts": [-1, 3073]}}, "an RLE whose runs", ".segmentation.counts"),
        ({"segmentation": {"size": [48, 64], "counts": "é!"}}, "an RLE with corrupt", ".segmentation.counts"),
        ({"segmentation": {"size": [48, 64], "counts": ""}}, "an RLE whose runs", ".segmentation.counts"),
        ({"segmentation": {"size": [48, 64]}}, "object missing required field counts", ".segmentation"),
        ({"segmentation": RLE_BOMB}, "an RLE of another size", ".segmentation.size"),
        ({"bbox": [1, 2, 3]}, "a bbox must have four numbers", ".bbox"),
        ({"bbox": [1, 2, -3, 4]}, "a bbox with a negative width", ".bbox"),
        ({"bbox": [1e300, 2, 3, 4]}, "a number that is out of range", ".bbox[0]"),
        ({"keypoints": [1, 2]}, "keypoints must come in threes", ".keypoints"),
        ({"keypoints": "none"}, "expected list or null, got text", ".keypoints"),
        ({"mask": "a.png"}, "a key named mask or holes", ""),
    ],
)
def test_broken_annotations_are_set_aside(
    broken: dict, reason: str, place: str, read: Any, exported: Any, project: ProjectFile
) -> None:
    sound = {"segmentation": [SQUARE]}
    data = dataset(sound, broken, sound)
    report = read(data)
    assert report.annotations == 2
    [(what, where)] = skipped(report)
    assert what.startswith(reason)
    assert where == f"annotations[1]{place}"
    assert exported() == data, "what can't be used is written back where it stood"
    assert exported(unusable="drop")["annotations"] == [data["annotations"][0], data["annotations"][2]]


@pytest.mark.parametrize("item", [None, 5, "x", [1]])
def test_items_that_are_no_objects_are_set_aside(item: Any, read: Any, exported: Any) -> None:
    data = dataset({"segmentation": [SQUARE]})
    for name in ("images", "annotations", "categories"):
        data[name].insert(1, item)
    report = read(data)
    assert report.skipped == 3
    assert (report.media, report.annotations, report.categories) == (2, 1, 2)
    assert exported() == data


def test_an_rle_bomb_on_a_picture_of_unknown_size_is_set_aside(read: Any) -> None:
    data = dataset({"segmentation": RLE_BOMB})
    del data["images"][0]["width"]
    assert skipped(read(data)) == [("an RLE of an impossible size", "annotations[0].segmentation.size")]


def test_nan_and_infinity_become_null(read: Any, exported: Any, project: ProjectFile) -> None:
    nan = float("nan")
    data = dataset(
        {"segmentation": [SQUARE], "score": nan, "note": "NaN, -Infinity"},
        {"segmentation": [[nan, *SQUARE[1:]]]},
        {"segmentation": [SQUARE], "area": float("-inf")},
    )
    report = read(data)
    assert report.annotations == 2
    assert kinds(report, "changed") == [
        "NaN is not JSON and was read as null",
        "-Infinity is not JSON and was read as null",
    ]
    assert skipped(report) == [("expected number, got null", "annotations[1].segmentation[0][0]")]
    written = exported()["annotations"]
    assert written[0]["score"] is None and written[0]["note"] == "NaN, -Infinity"
    assert written[1]["segmentation"][0][0] is None and written[2]["area"] is None


def test_other_types_under_known_names_stay(read: Any, exported: Any, project: ProjectFile) -> None:
    odd = {"score": "0.9", "track_id": "t7", "attributes": ["red"], "iscrowd": False}
    data = dataset({"segmentation": [SQUARE], **odd}, {"segmentation": [SQUARE], "track_id": 2**70, "attributes": None})
    report = read(data)
    assert report.annotations == 2
    first, second = project.all_annotations()
    assert (first.score, first.track, first.attributes, second.track) == (None, None, {}, None)
    assert exported() == data


def test_numbers_of_any_size_and_texts_work_as_ids(read: Any, exported: Any) -> None:
    data = dataset({"segmentation": [SQUARE], "id": 10**30}, {"segmentation": [SQUARE], "id": "x", "image_id": "p"})
    data["images"][1]["id"] = "p"
    data["images"][0]["id"] = data["annotations"][0]["image_id"] = 2**64
    report = read(data)
    assert (report.annotations, report.skipped) == (2, 0)
    assert exported() == data


def test_ids_twice_go_out_once(read: Any, exported: Any, project: ProjectFile) -> None:
    data = dataset(
        {"bbox": [1, 2, 3, 4]}, {"bbox": [5, 6, 7, 8], "id": 1, "image_id": 2}, {"bbox": [1, 1, 1, 1], "id": 9}
    )
    data["images"].append({"id": 2, "file_name": "b.jpg", "width": 64, "height": 48})
    data["categories"].append({"id": 7, "name": "cow"})
    report = read(data)
    assert len(kinds(report, "warning")) == 2 and report.skipped == 0
    out = exported()
    assert [a["id"] for a in out["annotations"]] == [1, 10, 9]
    assert [a["image_id"] for a in out["annotations"]] == [1, 2, 1]
    assert [i["id"] for i in out["images"]] == [1, 2, 3]
    assert [c["id"] for c in out["categories"]] == [1, 7, 8]


def test_missing_ids_are_given(read: Any, exported: Any) -> None:
    data = dataset({"bbox": [1, 2, 3, 4]}, {"bbox": [5, 6, 7, 8]})
    del data["annotations"][0]["id"], data["images"][1]["id"], data["categories"][1]["id"]
    report = read(data)
    assert len(kinds(report, "warning")) == 2
    out = exported()
    assert [a["id"] for a in out["annotations"]] == [3, 2]
    assert [i["id"] for i in out["images"]] == [1, 2] and [c["id"] for c in out["categories"]] == [1, 2]


def test_the_id_0_is_kept_and_reported(read: Any, exported: Any) -> None:
    data = dataset({"bbox": [1, 2, 3, 4], "id": 0, "image_id": 0})
    data["images"][0]["id"] = 0
    assert "the id 0, which pycocotools scores as never found" in kinds(read(data), "warning")
    assert exported() == data


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../etc/1.jpg", "../../etc/1.jpg"),
        ("/etc/1.jpg", "/etc/1.jpg"),
        ("C:\\data\\1.jpg", "C:/data/1.jpg"),
        ("sub\\1.jpg", "sub/1.jpg"),
        ("./sub//1.jpg", "sub/1.jpg"),
        ("x" * 4000 + ".jpg", "x" * 4000 + ".jpg"),
        ("a\0b.jpg", "a_b.jpg"),
        ("", "1.jpg"),
        (None, "1.jpg"),
        (17, "1.jpg"),
    ],
)
def test_odd_file_names_are_listed_and_go_out_unchanged(
    name: Any, path: str, read: Any, exported: Any, project: ProjectFile, tmp_path: Path
) -> None:
    data = dataset({"bbox": [1, 2, 3, 4]})
    data["images"][0]["file_name"] = name
    before = set(tmp_path.rglob("*"))
    assert read(data).media == 2
    assert project.media()[0].path == path
    assert exported() == data
    assert {p.name for p in set(tmp_path.rglob("*")) - before} == {"in.json", "out.json"}


def test_a_picture_without_a_name_is_listed_under_its_address(read: Any, project: ProjectFile) -> None:
    data = dataset()
    data["images"][0] = {"id": 1, "coco_url": "http://images.example/val/0001.jpg"}
    report = read(data)
    assert project.media()[0].path == "0001.jpg"
    assert len(kinds(report, "warning")) == 2


@pytest.mark.parametrize("size", [0, -5, "640", None, 1e300, True])
def test_sizes_that_cannot_be_are_unknown(size: Any, read: Any, exported: Any, project: ProjectFile) -> None:
    data = dataset({"segmentation": [SQUARE]})
    data["images"][0]["width"] = size
    report = read(data)
    assert (project.media()[0].width, report.annotations) == (0, 1)
    assert exported() == data


def test_a_failed_import_changes_nothing(read: Any, project: ProjectFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> int:
        raise InputError("The disk is full.")

    read(dataset({"bbox": [1, 2, 3, 4]}))
    before = (project.media(), project.categories(), list(project.all_annotations()), project.history())
    monkeypatch.setattr(project, "insert_many", full)
    data = dataset({"bbox": [1, 2, 3, 4]})
    data["images"][0]["file_name"] = "new.jpg"
    with pytest.raises(InputError):
        read(data)
    assert (project.media(), project.categories(), list(project.all_annotations()), project.history()) == before


def test_a_failed_export_leaves_the_old_file(read: Any, project: ProjectFile, tmp_path: Path) -> None:
    read(dataset({"bbox": [1, 2, 3, 4]}))
    target = tmp_path / "out.json"
    target.write_text("old")

    class Stop(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise Stop

    with pytest.raises(Stop):
        export_file(project, target, progress=stop)
    assert target.read_text() == "old"
    assert not list(tmp_path.glob(".*")), "no half file is left"
    with pytest.raises(FormatError, match="can't be written"):
        export_file(project, tmp_path / "missing" / "out.json")
    with pytest.raises(FormatError, match="folder"):
        export_file(project, tmp_path)


def test_a_full_disk_leaves_the_old_file(read: Any, project: ProjectFile, tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("the system has no /dev/full")
    from segstudio.formats import files

    target = tmp_path / "out.json"
    target.write_text("old")
    with pytest.raises(FormatError, match="No space left"), files.replacing(target) as file:
        with Path("/dev/full").open("wb", buffering=0) as full:
            full.write(b"x")
        file.write(b"new")
    assert target.read_text() == "old" and not list(tmp_path.glob(".*"))


def test_convert_mends_ids_and_can_drop_what_is_unusable(write: Any, tmp_path: Path) -> None:
    data = dataset({"bbox": [1, 2, 3, 4]}, {"bbox": [1, 2, 3, 4], "id": 1}, {"segmentation": [[1, 2]]})
    source = write(data)
    report, written = convert(source, source, unusable="drop")
    assert (report.skipped, written.annotations) == (1, 2)
    assert [a["id"] for a in json.loads(source.read_text())["annotations"]] == [1, 2]

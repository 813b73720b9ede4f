"""COCO panoptic files, read and written: nothing moves by a pixel, and what can't be used is named."""

from __future__ import annotations

import copy
import io
import json
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image

from segstudio.core import changes, masks, painting, panoptic_edits
from segstudio.core.annotation import REJECTED, Annotation, Keypoints, Origin
from segstudio.core.errors import Cancelled, FormatError
from segstudio.core.geometry import Box, Polygons
from segstudio.core.labels import Category
from segstudio.core.media import Media
from segstudio.engine.exchange import convert, export_file, import_file
from segstudio.engine.job import CancelToken
from segstudio.formats import registry
from segstudio.formats.lint import walked
from segstudio.learn.metrics import evaluate
from segstudio.store import ProjectFile

W, H = 64, 48
CAT, DOG, GRASS = 256 * 7 + 1, 65536 * 3 + 9, 77


def rgb(values: np.ndarray) -> np.ndarray:
    return np.stack([values & 255, values >> 8 & 255, values >> 16 & 255], axis=-1).astype(np.uint8)


def ids(path: Path) -> np.ndarray:
    pixels = np.asarray(Image.open(path), np.int32)
    return pixels[..., 0] + 256 * pixels[..., 1] + 65536 * pixels[..., 2]


def sample() -> tuple[dict[str, Any], np.ndarray]:
    """A map of two things and some grass, with a strip of void on the left."""
    values = np.full((H, W), GRASS, np.int32)
    values[:, :4] = 0
    values[5:15, 10:30], values[20:40, 20:50] = CAT, DOG
    areas = {i: int((values == i).sum()) for i in (CAT, DOG, GRASS)}
    data = {
        "info": {"year": 2017, "x": 1.50},
        "images": [{"id": 9, "file_name": "1.jpg", "width": W, "height": H, "note": "sunny"}],
        "annotations": [
            {
                "image_id": 9,
                "file_name": "one.png",
                "checked": True,
                "segments_info": [
                    {"id": CAT, "category_id": 1, "area": areas[CAT], "bbox": [10, 5, 20, 10], "iscrowd": 0, "by": "m"},
                    {"id": DOG, "category_id": 2, "area": areas[DOG], "bbox": [20, 20, 30, 20], "iscrowd": 1},
                    {"id": GRASS, "category_id": 193, "area": areas[GRASS], "bbox": [4, 0, 60, 48], "iscrowd": 0},
                ],
            }
        ],
        "categories": [
            {"supercategory": "animal", "isthing": 1, "id": 1, "name": "cat"},
            {"supercategory": "animal", "isthing": 1, "id": 2, "name": "dog"},
            {"supercategory": "plant", "isthing": 0, "id": 193, "name": "grass-merged"},
        ],
    }
    return data, values


def put(folder: Path, data: Any, values: np.ndarray | None, name: str = "in") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    if values is not None:
        (folder / name).mkdir(exist_ok=True)
        Image.fromarray(rgb(values)).save(folder / name / "one.png")
    return path


def skipped(report: Any) -> list[str]:
    return [str(n) for n in report.notes if n.kind == "skipped"]


def noted(report: Any, kind: str) -> str:
    return " | ".join(str(n) for n in report.notes if n.kind == kind)


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_map_becomes_an_annotation_a_segment(project: ProjectFile, tmp_path: Path) -> None:
    data, values = sample()
    report = import_file(project, put(tmp_path, data, values))
    assert (report.format, report.annotations, report.media, report.categories) == ("coco-panoptic", 3, 1, 3)
    assert report.notes == []
    cat, dog, grass = project.all_annotations()
    assert cat.mask(W, H).area == 200 and dog.crowd and not cat.crowd
    assert (masks.paste(grass.mask(W, H), H, W) == (values == GRASS)).all()
    assert [c.thing for c in project.categories()] == [True, True, False]


def test_import_and_export_is_the_identity(project: ProjectFile, tmp_path: Path) -> None:
    data, values = sample()
    import_file(project, put(tmp_path, data, values))
    report = export_file(project, tmp_path / "out.json", "coco-panoptic")
    assert read(tmp_path / "out.json") == data
    assert list(read(tmp_path / "out.json")) == list(data)
    assert (ids(tmp_path / "out" / "one.png") == values).all()
    assert (report.annotations, report.media, report.categories, report.predictions) == (3, 1, 3, 0)
    assert noted(report, "warning").startswith("1 x pictures with gaps") and "(192 pixels, 6.2%)" in str(report.notes)
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize("name", ["coco_panoptic/annotations/panoptic.json", "panoptic_sample/panoptic_examples.json"])
def test_real_files_come_out_as_they_went_in(name: str, shared: Path, tmp_path: Path) -> None:
    source = shared / "data" / name
    data = read(source)
    data["annotations"] = data["annotations"][:12]
    path = put(tmp_path, data, None)
    path.with_suffix("").symlink_to(source.with_suffix(""))
    came, _ = convert(path, tmp_path / "out.json", "coco-panoptic")
    assert came.format == "coco-panoptic" and came.notes == []
    assert read(tmp_path / "out.json") == data
    for a in data["annotations"]:
        first, second = (ids(folder / a["file_name"]) for folder in (source.with_suffix(""), tmp_path / "out"))
        assert (first == second).all()
    scores = evaluate(path, tmp_path / "out.json", "panoptic")
    assert (scores["PQ"], scores["SQ"], scores["RQ"]) == (1.0, 1.0, 1.0)


def test_only_what_was_edited_says_something_else(project: ProjectFile, tmp_path: Path) -> None:
    data, values = sample()
    import_file(project, put(tmp_path, data, values))
    cat, *_ = rows = list(project.all_annotations())
    stroke = masks.from_bitmap(np.ones((10, 5), np.uint8), 28, 5)
    project.commit(panoptic_edits.resolve(painting.paint(cat, stroke, (W, H)), rows, (W, H)))
    export_file(project, tmp_path / "out.json", "coco-panoptic")
    first, second, third = read(tmp_path / "out.json")["annotations"][0]["segments_info"]
    wanted = data["annotations"][0]["segments_info"]
    assert first == wanted[0] | {"area": 230, "bbox": [10, 5, 23, 10]}
    assert second == wanted[1]
    assert third == wanted[2] | {"area": wanted[2]["area"] - 30}
    changed = values.copy()
    changed[5:15, 28:33] = CAT
    assert (ids(tmp_path / "out" / "one.png") == changed).all()


def project_of(project: ProjectFile, rows: list[Annotation], categories: list[Category]) -> None:
    media = Media(1, "a/1.jpg", width=W, height=H, status="ok")
    project.commit(changes.insert([media, Media(2, "b/1.jpg", width=W, height=H, status="ok"), *categories, *rows]))


def square(x: int, y: int, side: int = 10) -> Any:
    return masks.from_bitmap(np.ones((side, side), np.uint8), x, y)


THING, STUFF = Category(1, "cat"), Category(2, "sky", thing=False)


@pytest.mark.parametrize(("rule", "winner"), [("top", 2), ("small", 1), ("things", 1), ("score", 2)])
def test_overlaps_go_by_the_rule_and_are_counted(rule: Any, winner: int, project: ProjectFile, tmp_path: Path) -> None:
    found = Origin("model", model="m")
    rows = [
        Annotation(1, 1, 1, geometry=square(5, 5), origin=found, score=0.5),
        Annotation(2, 1, 2, geometry=square(5, 5, 20), origin=found, score=0.75),
    ]
    project_of(project, rows, [THING, STUFF])
    report = export_file(project, tmp_path / "out.json", "coco-panoptic", overlap=rule)
    (map_,) = read(tmp_path / "out.json")["annotations"]
    values = ids(tmp_path / "out" / "a" / "1.png")
    # Each segment's own category tells which of the two has the pixels in dispute.
    by_id = {s["id"]: s for s in map_["segments_info"]}
    assert by_id[int(values[7, 7])]["category_id"] == winner
    assert map_["file_name"] == "a/1.png"
    if winner == 1:
        assert "(100 pixels)" in noted(report, "changed") or "a/1.jpg (100 pixels)" in noted(report, "changed")
        assert len(by_id) == 2
    else:
        assert "cover" in noted(report, "skipped")


def test_what_is_no_region_and_what_is_in_two_is_said(project: ProjectFile, tmp_path: Path) -> None:
    rows = [
        Annotation(1, 1, 2, geometry=square(0, 0)),
        Annotation(2, 1, 2, geometry=square(20, 0)),
        Annotation(3, 1, 1, geometry=Box(1, 1, 5, 5)),
        Annotation(4, 1, 1, keypoints=Keypoints((1.0, 1.0, 2.0))),
        Annotation(5, 1, 1, geometry=square(0, 20), keypoints=Keypoints((1.0, 1.0, 2.0))),
        Annotation(6, 1, 1, geometry=square(0, 20), review=REJECTED),
        Annotation(7, 2, 1, geometry=Polygons(((0.0, 0.0, 8.0, 0.0, 8.0, 8.0, 0.0, 8.0),))),
        Annotation(8, 2, 1, geometry=square(60, 40)),
    ]
    project_of(project, rows, [THING, STUFF])
    report = export_file(project, tmp_path / "out.json", "coco-panoptic")
    first, second = read(tmp_path / "out.json")["annotations"]
    assert [(s["category_id"], s["area"], s["bbox"]) for s in first["segments_info"]] == [
        (2, 200, [0, 0, 30, 10]),
        (1, 100, [0, 20, 10, 10]),
    ]
    assert all("keypoints" not in s and s["iscrowd"] == 0 for s in first["segments_info"])
    assert [s["area"] for s in second["segments_info"]] == [64, 4 * 8]
    assert first["file_name"] == "a/1.png" and second["file_name"] == "b/1.png"
    assert "2 x boxes and poses" in noted(report, "skipped")
    assert "stuff in several regions" in noted(report, "changed")
    assert "keypoints" in noted(report, "warning") and "rejected" in noted(report, "warning")


def test_ids_are_kept_where_they_fit_and_free_ones_given(project: ProjectFile, tmp_path: Path) -> None:
    sources = [{"id": 5}, {"id": 5}, {"id": 1 << 24}, {"id": "x"}, {"id": (1 << 24) - 1}, {"id": 2.0}]
    rows = [
        Annotation(i, 1, 1, geometry=square(10 * (i % 6), 10 * (i // 6)), source=json.dumps(s).encode())
        for i, s in enumerate(sources, 1)
    ]
    project_of(project, rows, [THING])
    export_file(project, tmp_path / "out.json", "coco-panoptic")
    (map_,) = read(tmp_path / "out.json")["annotations"]
    found = [s["id"] for s in map_["segments_info"]]
    assert found[0] == 5 and found[4] == (1 << 24) - 1 and found[5] == 2
    assert len(set(found)) == 6 and all(isinstance(i, int) and 0 < i < 1 << 24 for i in found)
    assert set(np.unique(ids(tmp_path / "out" / "a" / "1.png"))) == {0, *found}


def test_a_check_says_the_same_and_writes_nothing(project: ProjectFile, tmp_path: Path) -> None:
    project_of(project, [Annotation(1, 1, 1, geometry=square(0, 0))], [THING])
    said = export_file(project, tmp_path / "out.json", "coco-panoptic", dry=True)
    assert list(tmp_path.iterdir()) == []
    wrote = export_file(project, tmp_path / "out.json", "coco-panoptic")
    assert said == wrote and wrote.annotations == 1


def test_a_cancelled_export_leaves_what_was_there(project: ProjectFile, tmp_path: Path) -> None:
    project_of(project, [Annotation(1, 1, 1, geometry=square(0, 0))], [THING])
    export_file(project, tmp_path / "out.json", "coco-panoptic")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    project.commit(changes.insert([Annotation(2, 1, 1, geometry=square(20, 0))]))
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        export_file(project, tmp_path / "out.json", "coco-panoptic", cancel=token)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
    (tmp_path / "out" / "mine.txt").write_text("stays")
    export_file(project, tmp_path / "out.json", "coco-panoptic")
    assert len(set(np.unique(ids(tmp_path / "out" / "a" / "1.png")))) == 3
    assert (tmp_path / "out" / "mine.txt").read_text() == "stays"


def test_the_folder_of_maps_may_not_be_a_file(project: ProjectFile, tmp_path: Path) -> None:
    project_of(project, [], [THING])
    (tmp_path / "out").write_text("a file")
    for name in ("out.json", "out"):
        with pytest.raises(FormatError, match=r"Choose a name that ends in \.json"):
            export_file(project, tmp_path / name, "coco-panoptic")
    assert (tmp_path / "out").read_text() == "a file"


def test_panoptic_becomes_instances_and_instances_panoptic(tmp_path: Path) -> None:
    data, values = sample()
    convert(put(tmp_path, data, values), tmp_path / "instances.json", "coco")
    made = read(tmp_path / "instances.json")
    assert made["info"] == data["info"] and made["images"] == data["images"]
    assert [a["area"] for a in made["annotations"]] == [s["area"] for s in data["annotations"][0]["segments_info"]]
    assert all(a["image_id"] == 9 and a["segmentation"]["size"] == [H, W] for a in made["annotations"])
    back, _ = convert(tmp_path / "instances.json", tmp_path / "again.json", "coco-panoptic")
    assert back.format == "coco"
    assert (ids(tmp_path / "again" / "1.png") == values).all()
    wanted = data["annotations"][0]["segments_info"]
    assert read(tmp_path / "again.json")["annotations"][0]["segments_info"] == wanted


def test_a_long_list_of_pictures_does_not_hide_the_maps(tmp_path: Path) -> None:
    data, values = sample()
    more = [{"id": i, "file_name": f"{i}.jpg", "width": W, "height": H} for i in range(100, 1500)]
    data["images"] += more
    path = put(tmp_path, data, values)
    assert path.read_bytes().index(b"segments_info") > 1 << 16
    assert registry.find(path).name == "coco-panoptic"
    del data["annotations"][0]["segments_info"]
    assert registry.find(put(tmp_path, data, None, "other")).name == "coco"


def test_results_find_their_pictures_and_classes(project: ProjectFile, tmp_path: Path) -> None:
    data, values = sample()
    import_file(project, put(tmp_path, data, values))
    results = {"annotations": [{**data["annotations"][0], "segments_info": [{"id": CAT, "category_id": 2}]}]}
    path = put(tmp_path, results, values, "found")
    report = import_file(project, path)
    assert (report.annotations, report.media) == (1, 0)
    made = list(project.all_annotations())[-1]
    assert made.is_prediction and made.origin.model == "found" and made.mask(W, H).area == 200


def test_a_class_that_the_project_has_learns_that_it_is_stuff(project: ProjectFile, tmp_path: Path) -> None:
    project.commit(changes.insert([Category(5, "grass-merged")]))
    import_file(project, put(tmp_path, *sample()))
    assert [c.thing for c in project.categories() if c.name == "grass-merged"] == [False]


# What is wrong with files, and what is said about it.


def segment(index: int, **changed: Any) -> Callable[[dict], None]:
    def change(data: dict) -> None:
        info = data["annotations"][0]["segments_info"][index]
        for key, value in changed.items():
            if value is ...:
                info.pop(key)
            else:
                info[key] = value

    return change


def head(**changed: Any) -> Callable[[dict], None]:
    def change(data: dict) -> None:
        data["annotations"][0] |= changed

    return change


@pytest.mark.parametrize(
    ("change", "reason", "left"),
    [
        (segment(0, id=0), "means void", 2),
        (segment(0, id=1 << 24), "beyond 16777215", 2),
        (segment(0, id=-4), "beyond 16777215", 2),
        (segment(0, id="7"), "no usable id", 2),
        (segment(0, id=...), "no usable id", 2),
        (segment(0, id=True), "no usable id", 2),
        (segment(0, id=12345), "without a pixel in its PNG", 2),
        (segment(1, id=CAT), "an earlier segment of the map has", 2),
        (segment(0, category_id=44), "category_id is not among the categories", 2),
        (segment(0, category_id=...), "no category_id", 2),
        (head(image_id=10), "image_id is not among the images", 0),
        (head(image_id=None), "no image_id", 0),
        (head(file_name=5), "no file_name", 0),
        (head(file_name="/"), "no file_name", 0),
        (head(file_name="../one.png"), "leads outside", 0),
        (head(file_name="/etc/passwd"), "leads outside", 0),
        (head(file_name="two.png"), "is missing; put it into the folder", 0),
        (head(file_name="x" * 300 + ".png"), "damaged", 0),
        (head(segments_info=5), "list", 0),
        (head(segments_info=[3, "x", {"id": DOG, "category_id": 2}]), "object", 1),
        (lambda d: d["annotations"].append(dict(d["annotations"][0])), "a second map of a picture", 3),
        (lambda d: d["annotations"].insert(0, 7), "object", 3),
        (lambda d: d["images"][0].update(width=W + 1), "another size than its picture", 0),
    ],
)
def test_a_bad_item_is_skipped_with_its_place(
    change: Callable[[dict], None], reason: str, left: int, project: ProjectFile, tmp_path: Path
) -> None:
    data, values = sample()
    change(data)
    (tmp_path / "one.png").write_bytes(b"")
    report = import_file(project, put(tmp_path, data, values))
    assert report.annotations == left
    assert reason in noted(report, "skipped") and "annotations[" in noted(report, "skipped")
    # What is left is sound: it goes out and comes in again.
    export_file(project, tmp_path / "out.json", "coco-panoptic")
    with ProjectFile.create(":memory:") as other:
        again = import_file(other, tmp_path / "out.json", "coco-panoptic")
        assert again.annotations == left and skipped(again) == []


def png(color: int, bits: int = 8, width: int = W, height: int = H, body: bytes = b"") -> bytes:
    """The start of a PNG file as it might be."""
    header = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, 0)
    made = b"\x89PNG\r\n\x1a\n"
    for kind, part in ((b"IHDR", header), (b"IDAT", body), (b"IEND", b"")):
        made += struct.pack(">I", len(part)) + kind + part + struct.pack(">I", zlib.crc32(kind + part))
    return made


def jpeg() -> bytes:
    file = io.BytesIO()
    Image.fromarray(rgb(sample()[1])).save(file, "JPEG")
    return file.getvalue()


def palette() -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.zeros((H, W), np.uint8)).convert("P").save(file, "PNG")
    return file.getvalue()


def whole() -> bytes:
    file = io.BytesIO()
    Image.fromarray(rgb(np.random.default_rng(0).integers(0, 1 << 24, (H, W)))).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty or cut off"),
        (b"\x89PNG\r\n\x1a\n", "empty or cut off"),
        (jpeg(), "no PNG; a compression with loss"),
        (palette(), "not 8-bit RGB (a palette)"),
        (png(0), "not 8-bit RGB (grey)"),
        (png(2, 16), "not 8-bit RGB (16 bits a channel)"),
        (png(2, 8, 4, 4), "another size"),
        (png(2, 8, 2**31 - 1, 2**31 - 1), "another size"),
        (png(2), "damaged"),
        (png(2, body=b"nonsense"), "damaged"),
        (png(2, body=zlib.compress(b"\0" * 100)), "damaged"),
        (whole()[:3000], "damaged"),
        (whole()[:2000] + b"\0" * 64 + whole()[2064:], "damaged"),
        (b"\0" * 4000, "no PNG"),
    ],
)
def test_a_bad_png_is_skipped_with_its_place(content: bytes, reason: str, project: ProjectFile, tmp_path: Path) -> None:
    data, values = sample()
    path = put(tmp_path, data, values)
    (tmp_path / "in" / "one.png").write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = import_file(project, path)
    assert (report.annotations, report.skipped) == (0, 3)
    assert reason in noted(report, "skipped") and "in/one.png" in noted(report, "skipped")


def test_a_bomb_is_not_unpacked(project: ProjectFile, tmp_path: Path) -> None:
    data, values = sample()
    data["images"][0].pop("width")
    path = put(tmp_path, data, values)
    (tmp_path / "in" / "one.png").write_bytes(png(2, 8, 200_000, 200_000))
    assert "impossible size" in noted(import_file(project, path), "skipped")


def test_opacity_is_ignored(project: ProjectFile, tmp_path: Path) -> None:
    data, values = sample()
    path = put(tmp_path, data, values)
    Image.fromarray(np.dstack([rgb(values), np.zeros((H, W), np.uint8)])).save(tmp_path / "in" / "one.png")
    assert import_file(project, path).annotations == 3


def test_odd_files_are_read_and_what_is_odd_is_said(project: ProjectFile, tmp_path: Path) -> None:
    data, values = sample()
    values[40:44, 50:60] = 123456
    info = data["annotations"][0]["segments_info"]
    info[0]["area"], info[1]["bbox"] = 3, [0, 0, 1, 1]
    values[0, 63] = 99
    info.append({"id": 99, "category_id": 193})
    data["categories"][0].pop("isthing")
    report = import_file(project, put(tmp_path, data, values))
    said = noted(report, "warning")
    assert report.annotations == 4
    assert "area that is not" in noted(report, "changed") and "bbox that is not" in noted(report, "changed")
    assert "stuff in several segments" in said and "doesn't say isthing" in said
    assert "ids in a PNG file that the JSON file does not list" in noted(report, "changed") and "1.30%" in str(report)
    export_file(project, tmp_path / "out.json", "coco-panoptic")
    with ProjectFile.create(":memory:") as other:
        again = import_file(other, tmp_path / "out.json")
        assert again.notes == [] and again.annotations == 3


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[]", "object"),
        ('{"images": [], "segments_info": 1}', 'no list "annotations"'),
        ('{"annotations": 5, "x": "segments_info"}', "in place of a list"),
        ('{"annotations": [{"segments_info": [{"id": 1}], "image_id": 1, "file_name": "a.png"}]}', "folder of its PNG"),
        ('{"annotations": [', "ends too early"),
    ],
)
def test_files_that_cannot_be_used_say_why(content: str, says: str, project: ProjectFile, tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(content)
    with pytest.raises(FormatError) as caught:
        import_file(project, tmp_path / "in.json", "coco-panoptic")
    assert says in str(caught.value) and (caught.value.remedy or says == "object")
    assert project.runs() == []


def test_a_file_is_checked_without_a_project(tmp_path: Path) -> None:
    data, values = sample()
    data["annotations"][0]["segments_info"][0]["id"] = 5
    path = put(tmp_path, data, values)
    row = registry.find(path)
    assert row.read is not None
    found = [n.kind for n in walked(row.read(path))]
    assert found == ["skipped", "changed"]


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 1, 2, 9, CAT, 1e300, -1e9, 0.5, 2**24, 2**64, 10**30, float("nan"), float("inf")]),
    st.text(max_size=3),
    st.sampled_from([[], [[]], {}, [None], [1, 2, 3], {"size": [1, 1]}, "\x00", "../x", "one.png", ".", "a/b"]),
)


def places(value: Any, path: tuple = ()) -> list[tuple]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(p for key, v in inner for p in places(v, (*path, key)))]


def wrote_together(report: Any) -> int:
    """At most two of the sample's three segments can be of one class with the third."""
    return 2 if "stuff in several regions" in noted(report, "changed") else 0


PLACES = places(sample()[0])[1:]


@settings(max_examples=60)
@given(swaps=st.lists(st.tuples(st.sampled_from(PLACES), st.one_of(ODD, st.just(...))), min_size=1, max_size=3))
def test_any_value_anywhere(swaps: list, tmp_path_factory: pytest.TempPathFactory) -> None:
    data, values = sample()
    data = copy.deepcopy(data)
    for (*path, last), value in swaps:
        holder: Any = data
        try:
            for key in path:
                holder = holder[key]
            if value is ...:
                del holder[last]
            else:
                holder[last] = value
        except (KeyError, IndexError, TypeError):
            continue
    folder = tmp_path_factory.mktemp("mutations")
    source = put(folder, data, values)
    with ProjectFile.create(":memory:") as project:
        try:
            report = import_file(project, source, "coco-panoptic")
        except FormatError:
            return
        wrote = export_file(project, folder / "once.json", "coco-panoptic")
        export_file(project, folder / "coco.json", "coco")
        # Whatever came in goes out, is said to be skipped (no size), or joins another region of its class.
        assert wrote.annotations + wrote.skipped + wrote_together(wrote) >= report.annotations
    assert {p.name for p in folder.iterdir()} == {"in", "in.json", "once", "once.json", "coco.json"}
    with ProjectFile.create(":memory:") as project:
        again = import_file(project, folder / "once.json", "coco-panoptic")
        export_file(project, folder / "twice.json", "coco-panoptic")
    assert again.annotations == wrote.annotations
    assert (folder / "twice.json").read_bytes() == (folder / "once.json").read_bytes()


def test_frames_of_videos_get_maps(project: ProjectFile, tmp_path: Path) -> None:
    clip = Media(1, "clip.mp4", "video", W, H, 30, status="ok")
    row = Annotation(1, 1, 1, 12, square(0, 0))
    project.commit(changes.insert([clip, THING, row, replace(row, id=2, frame=3)]))
    export_file(project, tmp_path / "out.json", "coco-panoptic")
    data = read(tmp_path / "out.json")
    assert [i["file_name"] for i in data["images"]] == ["clip/000003.jpg", "clip/000012.jpg"]
    assert {a["file_name"] for a in data["annotations"]} == {"clip/000003.png", "clip/000012.png"}
    assert {a["image_id"] for a in data["annotations"]} == {i["id"] for i in data["images"]}
    assert (tmp_path / "out" / "clip" / "000012.png").is_file()

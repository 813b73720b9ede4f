"""COCO panoptic files, read and written: nothing moves by a pixel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from panoptic_samples import CAT, GRASS, H, W, ids, noted, put, read, sample

from segstudio.core import changes, masks, painting, panoptic_edits
from segstudio.core.annotation import REJECTED, Annotation, Keypoints, Origin
from segstudio.core.errors import Cancelled, FormatError
from segstudio.core.geometry import Box, Polygons
from segstudio.core.labels import Category
from segstudio.core.media import Media
from segstudio.engine.exchange import convert, export_file, import_file
from segstudio.engine.job import CancelToken
from segstudio.formats import registry
from segstudio.learn.metrics import evaluate
from segstudio.store import ProjectFile


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

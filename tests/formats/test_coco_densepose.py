"""DensePose-COCO keys come in and go out as they stand; what was edited is rewritten alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from densepose_data import oracle, person, published_results
from msgspec.structs import replace

from segstudio.core import densepose as dp
from segstudio.core import densepose_edits, densepose_keys, edits, masks
from segstudio.core.annotation import Annotation
from segstudio.core.densepose_maps import from_quantised, to_annotation
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box
from segstudio.engine.exchange import ImportReport
from segstudio.formats.lint import check_file
from segstudio.store import ProjectFile, check

BOX = [10.0, 20.0, 64.0, 128.0]
Read = Callable[..., ImportReport]


def keys(dense: dp.DensePose) -> dict[str, Any]:
    return densepose_keys.changed(dense, dense.box, None, None)


def file(**change: Any) -> dict[str, Any]:
    a = {
        "id": 4,
        "image_id": 1,
        "category_id": 1,
        "iscrowd": 0,
        "bbox": BOX,
        "area": 8192.0,
        "segmentation": [[10, 20, 74, 20, 74, 148, 10, 148]],
        "note": "mine",
        **keys(person(Box(*BOX))),
    }
    return {
        "images": [{"id": 1, "file_name": "1.jpg", "width": 640, "height": 480}],
        "annotations": [{**a, **change}],
        "categories": [{"id": 1, "name": "person"}],
    }


def only(project: ProjectFile) -> Annotation:
    (row,) = project.annotations(project.media()[0].id)
    return row


def said(report: ImportReport) -> str:
    return "\n".join(str(n) for n in report.notes)


def test_what_was_read_is_written_byte_for_byte(read: Read, exported: Callable[..., Any], tmp_path: Path) -> None:
    read(file())
    assert exported() == file()
    text = (tmp_path / "in.json").read_bytes()
    assert json.loads(text) == json.loads((tmp_path / "out.json").read_bytes())
    exported()
    start = text.index(b'{"id": 4')
    assert text[start : text.index(b"]]", start)] in (tmp_path / "out.json").read_bytes().replace(b"\n", b"")


def test_the_keys_become_a_dense_pose(read: Read, project: ProjectFile) -> None:
    report = read(file())
    assert only(project).dense == person(Box(*BOX))
    assert "DensePose" not in said(report)


def test_a_new_point_rewrites_its_lists_and_leaves_the_rest(
    read: Read, project: ProjectFile, exported: Callable[..., Any]
) -> None:
    read(file())
    a = only(project)
    project.commit(densepose_edits.add_point(a, 42.0, 84.0, 13, 0.25, 0.5))
    before, after = file()["annotations"][0], exported()["annotations"][0]
    assert list(after) == list(before)
    assert {k: v for k, v in after.items() if k[:3] != "dp_"} == {k: v for k, v in before.items() if k[:3] != "dp_"}
    assert after["dp_masks"] == before["dp_masks"]
    assert after["dp_x"] == [*before["dp_x"], 128.0]
    assert after["dp_y"] == [*before["dp_y"], 128.0]
    assert [after[k][-1] for k in ("dp_I", "dp_U", "dp_V")] == [13.0, 0.25, 0.5]
    assert only(project).dense == densepose_edits.add_point(a, 42.0, 84.0, 13, 0.25, 0.5).changes[0].after.dense


def test_a_stroke_rewrites_the_parts_it_touches(read: Read, project: ProjectFile, exported: Callable[..., Any]) -> None:
    read(file())
    stroke = masks.from_bitmap(np.ones((6, 6), np.uint8), 30, 130)
    project.commit(densepose_edits.paint_part(only(project), 9, stroke))
    before, after = file()["annotations"][0], exported()["annotations"][0]
    changed = [i for i, (a, b) in enumerate(zip(before["dp_masks"], after["dp_masks"])) if a != b]
    assert changed == [5, 8]  # the leg that was there loses what the new part takes
    assert {k: v for k, v in after.items() if k != "dp_masks"} == {k: v for k, v in before.items() if k != "dp_masks"}


def test_points_keep_their_place_when_the_shape_changes(
    read: Read, project: ProjectFile, exported: Callable[..., Any]
) -> None:
    read(file())
    a = only(project)
    assert a.dense is not None
    places = a.dense.points()
    project.commit(edits.set_geometry(a, masks.from_box(Box(0, 0, 128, 200), 640, 480)))
    stored = only(project)
    assert stored.dense == a.dense
    after = exported()["annotations"][0]
    assert after["bbox"] == [0, 0, 128, 200]
    assert "dp_box" not in after
    assert np.allclose(np.array(after["dp_x"]) * 128 / 256, places[:, 0])
    assert np.allclose(np.array(after["dp_y"]) * 200 / 256, places[:, 1])
    again = densepose_keys.decode(densepose_keys.Keys(**_raw(after)), Box(0, 0, 128, 200))
    assert again is not None
    assert again.part_at(*a.dense.to_picture(100, 100)) == 1
    assert again.part_at(*a.dense.to_picture(100, 200)) == 6
    project.undo()
    assert exported() == file()


def _raw(item: dict[str, Any]) -> dict[str, Any]:
    import msgspec

    return {k: msgspec.Raw(json.dumps(v).encode()) for k, v in item.items() if k[:3] == "dp_"}


def test_points_move_with_their_object(read: Read, project: ProjectFile, exported: Callable[..., Any]) -> None:
    read(file())
    project.commit(edits.translate([only(project)], 5.5, -3.0))
    before, after = file()["annotations"][0], exported()["annotations"][0]
    assert after["bbox"] == [15.5, 17.0, 64.0, 128.0]
    assert {k: v for k, v in after.items() if k[:3] == "dp_"} == {k: v for k, v in before.items() if k[:3] == "dp_"}


def test_taking_it_off_takes_the_keys_out(read: Read, project: ProjectFile, exported: Callable[..., Any]) -> None:
    read(file())
    project.commit(densepose_edits.clear(only(project)))
    assert not [k for k in exported()["annotations"][0] if k[:3] == "dp_"]


WRONG = [
    ({"dp_x": [1.0]}, "unequal length", ".dp_y"),
    ({"dp_U": "many"}, "no list of numbers", ".dp_U"),
    ({"dp_masks": [[]]}, "not 14", ".dp_masks"),
    ({"dp_masks": {"size": [256, 256], "counts": "PPQ1"}}, "no list of 14", ".dp_masks"),
    ({"dp_masks": [[]] * 13 + [{"size": [9, 9], "counts": "i2"}]}, "256x256", ".dp_masks[13]"),
    ({"dp_masks": [[]] * 13 + [{"size": [256, 256], "counts": "~"}]}, "256x256", ".dp_masks[13]"),
]


@pytest.mark.parametrize(("change", "reason", "place"), WRONG)
def test_what_can_not_be_understood_is_named_kept_and_protected(
    change: dict[str, Any],
    reason: str,
    place: str,
    read: Read,
    project: ProjectFile,
    exported: Callable[..., Any],
) -> None:
    report = read(file(**change))
    assert reason in said(report) and f"annotations[0]{place}" in said(report)
    a = only(project)
    assert a.dense is None
    assert exported() == file(**change)
    with pytest.raises(InputError, match="overwritten"):
        densepose_edits.add_point(a, 42.0, 84.0, 13, 0.25, 0.5)
    project.commit(edits.translate([a], 1.0, 0.0))
    name = next(iter(change))
    assert exported()["annotations"][0][name] == change[name]


@pytest.mark.parametrize(
    ("change", "reason", "place"),
    [
        ({"dp_I": [2.0, 2.0, 0.0, 25.0, 9.0]}, "none of 1 to 24", ".dp_I[2]"),
        ({"dp_V": [0.5, 1.5, 0.0, 0.0, 0.0]}, "outside 0 to 1", ".dp_V[1]"),
        ({"dp_x": [1.0, 2.0, 3.0, 4.0, 300.0]}, "outside its bbox", ".dp_x[4]"),
    ],
)
def test_odd_numbers_are_named_and_kept(
    change: dict[str, Any],
    reason: str,
    place: str,
    read: Read,
    project: ProjectFile,
    exported: Callable[..., Any],
    write: Callable[..., Path],
) -> None:
    report = read(file(**change))
    assert reason in said(report) and f"annotations[0]{place}" in said(report)
    assert only(project).dense is not None
    assert exported() == file(**change)
    assert any(reason in p.message for p in check_file(write(file(**change))))


def test_points_off_the_shape_are_found_by_the_linter(write: Callable[..., Path]) -> None:
    off = file(segmentation=[[10, 20, 74, 20, 74, 50, 10, 50]], area=1920.0)
    assert any("DensePose points off their shape" in p.message for p in check_file(write(off)))
    assert not any("DensePose" in p.message for p in check_file(write(file())))


def test_the_published_annotation_goes_through_a_project(read: Read, exported: Callable[..., Any]) -> None:
    manifest, given, _ = oracle()
    lists = {f"dp_{k}": given[f"ann_dp_{k}"].tolist() for k in "xyIUV"}
    content = file(**lists, dp_masks=manifest["settings"]["annotation_dp_masks"])
    report = read(content)
    assert "DensePose" not in said(report)
    assert exported() == content


def test_a_predicted_map_is_stored_exported_and_undone(
    read: Read, project: ProjectFile, exported: Callable[..., Any], tmp_path: Path
) -> None:
    box, _, iuv = published_results()[0]
    read(file(bbox=[box.x, box.y, box.w, box.h]))
    before = only(project)
    dense = to_annotation(*from_quantised(iuv), box)
    project.commit(densepose_edits.set_dense(before, dense))
    assert only(project).dense == dense
    item = exported()["annotations"][0]
    assert len(item["dp_x"]) == dense.count
    assert len(item["dp_masks"]) == 14
    project.undo()
    assert only(project).dense == before.dense
    assert exported()["annotations"][0] == file(bbox=[box.x, box.y, box.w, box.h])["annotations"][0]


def test_a_project_with_dense_poses_checks_clean(tmp_path: Path) -> None:
    from segstudio.engine.exchange import import_file

    path = tmp_path / "in.json"
    path.write_text(json.dumps(file()))
    with ProjectFile.create(tmp_path / "p.segstudio") as project:
        import_file(project, path)
        a = only(project)
        project.commit(densepose_edits.swap_sides(a))
        swapped = only(project)
        assert swapped.dense is not None and a.dense is not None
        assert swapped.dense == dp.swapped(a.dense)
        assert replace(swapped.dense, part=a.dense.part, u=a.dense.u, v=a.dense.v, masks=a.dense.masks) == a.dense
    assert check(tmp_path / "p.segstudio") == []


def test_a_second_file_adds_the_dense_pose_of_the_same_people(
    read: Read, project: ProjectFile, exported: Callable[..., Any]
) -> None:
    whole = file()
    plain = file()
    plain["annotations"][0] = {k: v for k, v in plain["annotations"][0].items() if k[:3] != "dp_"}
    read(plain)
    assert only(project).dense is None
    report = read(whole)
    assert (report.joined, report.annotations, report.matched) == (1, 0, 1)
    assert exported()["annotations"] == whole["annotations"]
    report = read(plain)
    assert (report.joined, report.annotations, report.present) == (0, 0, 1)
    project.undo()
    assert only(project).dense is None


def test_without_a_bbox_the_shape_says_what_the_points_are_relative_to(read: Read, project: ProjectFile) -> None:
    content = file(segmentation=masks.to_coco(masks.from_box(Box(*BOX), 640, 480), 480, 640))
    del content["annotations"][0]["bbox"]
    report = read(content)
    assert "DensePose" not in said(report)
    dense = only(project).dense
    assert dense is not None and dense.box == Box(*BOX)

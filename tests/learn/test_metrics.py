"""COCO's numbers, and clear words where there are none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from segstudio.core.errors import FormatError, InputError
from segstudio.engine.exchange import export_file, import_file
from segstudio.learn.metrics import evaluate
from segstudio.store import ProjectFile

Write = Callable[[str, Any], Path]
BOX = [10.0, 10.0, 20.0, 10.0]
RING = [10, 10, 30, 10, 30, 20, 10, 20]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def call(name: str, content: Any) -> Path:
        (tmp_path / name).write_text(json.dumps(content))
        return tmp_path / name

    return call


def truth(**change: Any) -> dict[str, Any]:
    a = {"id": 1, "image_id": 1, "category_id": 1, "bbox": BOX, "area": 200, "iscrowd": 0, "segmentation": [RING]}
    return {
        "images": [{"id": 1, "file_name": "1.jpg", "width": 64, "height": 48}],
        "annotations": [{**a, **change}],
        "categories": [{"id": 1, "name": "cat"}],
    }


def result(**change: Any) -> dict[str, Any]:
    return {"image_id": 1, "category_id": 1, "bbox": BOX, "score": 0.5, **change}


@pytest.mark.parametrize(
    ("task", "name"),
    [("boxes", "instances"), ("masks", "instances"), ("keypoints", "person_keypoints")],
)
def test_an_export_scores_1_against_itself(task: Any, name: str, shared: Path, tmp_path: Path) -> None:
    source = shared / f"data/coco_mini/annotations/{name}_train2017.json"
    if not source.is_file():
        pytest.skip("the small COCO set is not among the reference data")
    assert task == "keypoints" or '"iscrowd": 1' in source.read_text(), "crowds take part"
    with ProjectFile.create(":memory:") as project:
        import_file(project, source)
        export_file(project, tmp_path / "out.json")
    found = evaluate(tmp_path / "out.json", tmp_path / "out.json", task)
    assert [found[k] for k in ("AP", "AP50", "AP75", "APm", "APl")] == pytest.approx([1] * 5)
    assert all(v is None or v == pytest.approx(1) for v in found["per_category"].values())
    assert found["warnings"] == []
    assert evaluate(source, tmp_path / "out.json", task) == found


@pytest.mark.parametrize("task", ["boxes", "masks"])
def test_half_right_is_half(task: Any, write: Write) -> None:
    wrong = result(score=0.9, bbox=[40, 30, 5, 5], segmentation=[[40, 30, 45, 30, 45, 35, 40, 35]])
    found = evaluate(write("gt", truth()), write("r", [result(segmentation=[RING]), wrong]), task)
    assert found["AP"] == pytest.approx(0.5) and found["AR100"] == 1.0
    assert found["per_category"] == {"cat": pytest.approx(0.5)}
    assert found["APl"] is None, "there is no large object"
    assert (found["images"], found["annotations"], found["results"]) == (1, 1, 2)


def test_uncompressed_codes_count_as_masks(write: Write) -> None:
    from segstudio.core import masks
    from segstudio.core.geometry import Polygons

    rle = masks.to_coco(masks.from_polygons(Polygons((tuple(map(float, RING)),)), 64, 48), 48, 64)
    runs = masks.decode_runs(rle["counts"].encode()).tolist()
    both = [result(segmentation=s) for s in (rle, {"size": [48, 64], "counts": runs})]
    assert evaluate(write("gt", truth()), write("r", both[:1]), "masks")["AP"] == pytest.approx(1)
    assert evaluate(write("gt", truth()), write("r", both[1:]), "masks")["AP"] == pytest.approx(1)


def test_poses_of_any_skeleton(write: Write) -> None:
    points = [10, 10, 2, 20, 15, 2, 30, 20, 1]
    gt = truth(keypoints=points, num_keypoints=3)
    assert evaluate(write("gt", gt), write("r", [result(keypoints=points)]), "keypoints")["AP"] == pytest.approx(1)
    far = [v + 30 if i % 3 != 2 else v for i, v in enumerate(points)]
    assert evaluate(write("gt", gt), write("r", [result(keypoints=far)]), "keypoints")["AP"] == 0.0
    with pytest.raises(InputError, match="2 keypoints, the ground truth 3"):
        evaluate(write("gt", gt), write("r", [result(keypoints=points[:6])]), "keypoints")


def test_the_sigmas_of_a_class_say_how_far_off_a_keypoint_may_be(write: Write) -> None:
    points = [10, 10, 2, 20, 15, 2, 30, 20, 2]
    off = [v + 0.8 if i % 3 != 2 else v for i, v in enumerate(points)]
    gt = truth(keypoints=points, num_keypoints=3)
    found = {}
    for sigma in (None, 0.02, 0.3):
        details = {} if sigma is None else {"skeleton_details": {"sigmas": [sigma] * 3}}
        gt["categories"] = [{"id": 1, "name": "cat", "keypoints": ["a", "b", "c"], "skeleton": [], **details}]
        found[sigma] = evaluate(write("gt", gt), write("r", [result(keypoints=off)]), "keypoints")["AP"]
    assert found[0.02] < found[None] < found[0.3] == pytest.approx(1)


def test_missing_keys_of_the_truth_are_filled(write: Write) -> None:
    gt = truth()
    del gt["annotations"][0]["area"], gt["annotations"][0]["iscrowd"]
    assert evaluate(write("gt", gt), write("r", [result()]), "boxes")["AP"] == pytest.approx(1)


def test_an_id_0_and_strange_classes_are_warned_of(write: Write) -> None:
    found = evaluate(write("gt", truth(id=0)), write("r", [result(), result(category_id=9)]), "boxes")
    assert len(found["warnings"]) == 2 and "id 0" in found["warnings"][0]
    assert found["AP"] == 0.0, "which is what pycocotools says"


@pytest.mark.parametrize(
    ("gt", "results", "task", "says"),
    [
        (truth(), [], "boxes", "no results"),
        (truth(), [result(image_id=2)], "boxes", r"\[0\]: The image 2 is not in the ground truth.*--images"),
        (truth(), [result(), 5], "boxes", r"\[1\]: A result must be an object"),
        (truth(), [result(score=None)], "boxes", "no score"),
        (truth(), [result(bbox=[1, 2])], "boxes", r"\[0\]\.bbox: A bbox must have four numbers"),
        (truth(), [result()], "masks", "no segmentation, which the task masks needs"),
        (truth(), [result()], "keypoints", "no keypoints"),
        (truth(), [result(segmentation={"size": [9, 9], "counts": [81]})], "masks", "another size than its picture"),
        (truth(), [result(segmentation={"size": [48, 64], "counts": "??"})], "masks", "RLE"),
        (truth(), "x", "boxes", "neither a results list"),
        (truth(segmentation=[]), [result()], "masks", r"annotations\[0\]: It has no segmentation"),
        (truth(bbox=None), [result()], "boxes", "It has no bbox"),
        (truth(image_id=7), [result()], "boxes", r"annotations\[0\]: Its image"),
        (truth(id=None), [result()], "boxes", r"annotations\[0\]: No id"),
        ([result()], [result()], "boxes", "no COCO data set.*first"),
        ({"images": [5], "annotations": [], "categories": []}, [result()], "boxes", "no COCO data set"),
        (truth(), [result()], "poses", "no task named 'poses'"),
    ],
)
def test_what_can_not_be_scored_says_why(gt: Any, results: Any, task: Any, says: str, write: Write) -> None:
    with pytest.raises(InputError, match=says):
        evaluate(write("gt", gt), write("r", results), task)


def test_ids_twice_in_the_truth(write: Write) -> None:
    gt = truth()
    gt["annotations"] *= 2
    with pytest.raises(InputError, match="1 ids occur twice"):
        evaluate(write("gt", gt), write("r", [result()]), "boxes")


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no such file"):
        evaluate(tmp_path / "a.json", tmp_path / "b.json", "boxes")

"""Results of models: onto the pictures of a project, and out again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coco_samples import dataset

from segstudio.core import changes, edits, masks
from segstudio.core.annotation import Annotation, Keypoints, Origin
from segstudio.core.errors import FormatError
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask
from segstudio.engine.exchange import export_file, import_file
from segstudio.learn.metrics import evaluate
from segstudio.store import ProjectFile

RLE = masks.to_coco(Mask(3, 4, *(lambda m: (m.w, m.h, m.counts))(masks.from_bitmap(np.ones((5, 6))))), 48, 64)
RESULTS = [
    {"image_id": 1, "category_id": 7, "bbox": [1.5, 2.5, 10.0, 4.0], "score": 0.25},
    {"image_id": 2, "category_id": 1, "segmentation": RLE, "bbox": [0.0, 0.0, 20.0, 20.0], "score": 0.75},
    {
        "image_id": 2,
        "category_id": 1,
        "keypoints": [1.0, 2.0, 0.9, 3.0, 4.0, 0.0],
        "bbox": [1.0, 2.0, 2.0, 2.0],
        "score": 1.0,
    },
]


def test_results_become_predictions_and_come_out_again(
    project: ProjectFile, read: Any, write: Any, tmp_path: Path, exported: Any
) -> None:
    read(dataset({"bbox": [1, 2, 3, 4]}))
    report = import_file(project, write(RESULTS, "found.json"))
    assert (report.format, report.annotations, report.media, report.skipped) == ("coco-results", 3, 0, 0)
    _, box, mask, pose = project.all_annotations()
    assert all(a.is_prediction and a.review == "predicted" for a in (box, mask, pose))
    assert box.origin.model == "found" and box.score == 0.25
    assert mask.mask(64, 48) == masks.from_coco(RLE)
    assert pose.keypoints == Keypoints((1.0, 2.0, 2.0, 3.0, 4.0, 0.0))
    report = export_file(project, tmp_path / "out.json", "coco-results")
    assert [str(n) for n in report.notes] == ["1 x annotations without a model's score, not exported"]
    assert json.loads((tmp_path / "out.json").read_text()) == RESULTS
    project.undo()
    assert len(list(project.all_annotations())) == 1


def test_ids_are_those_of_the_data_set(project: ProjectFile, read: Any, tmp_path: Path) -> None:
    data = dataset()
    data["images"][1]["id"] = 4711
    read(data)
    second = project.media()[1]
    dog = project.categories()[1]
    origin = Origin("model", model="m")
    made = Annotation(90, second.id, dog.id, geometry=Box(1, 2, 3, 4), score=0.5, origin=origin, review="predicted")
    project.commit(changes.insert([made]))
    export_file(project, tmp_path / "out.json", "coco-results")
    assert json.loads((tmp_path / "out.json").read_text()) == [
        {"image_id": 4711, "category_id": 7, "bbox": [1.0, 2.0, 3.0, 4.0], "score": 0.5}
    ]


def test_rejected_and_accepted_predictions_are_left_out(
    project: ProjectFile, read: Any, write: Any, tmp_path: Path
) -> None:
    read(dataset())
    import_file(project, write(RESULTS, "found.json"))
    first, second, _ = project.all_annotations()
    project.commit(edits.reject([first]))
    project.commit(edits.accept([second]))
    report = export_file(project, tmp_path / "out.json", "coco-results")
    assert report.annotations == 1
    assert sorted(n.reason for n in report.notes) == [
        "annotations without a model's score, not exported",
        "rejected predictions, not exported",
    ]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"image_id": 99}, "image_id is not among the pictures of this project"),
        ({"category_id": 99}, "category_id is not among the classes of this project"),
        ({"score": "high"}, "no score"),
        ({"score": None}, "no score"),
        ({"bbox": None}, "no bbox, segmentation or keypoints"),
        ({"bbox": [1, 2]}, "a bbox must have four numbers"),
        ({"segmentation": {"size": [10, 10], "counts": [100]}}, "an RLE of another size than its picture"),
    ],
)
def test_results_that_fit_nothing_are_reported(
    broken: dict, reason: str, project: ProjectFile, read: Any, write: Any
) -> None:
    read(dataset())
    report = import_file(project, write([RESULTS[0], {**RESULTS[0], **broken}]))
    assert (report.annotations, report.skipped) == (1, 1)
    [note] = [n for n in report.notes if n.kind == "skipped"]
    assert note.reason == reason and note.places[0].startswith("[1]")


def test_a_data_set_is_no_results_file(read: Any) -> None:
    with pytest.raises(FormatError, match="format coco"):
        read(dataset(), format="coco-results")


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("instances_val2014_fakebbox100", "boxes"),
        ("instances_val2014_fakesegm100", "masks"),
        ("person_keypoints_val2014_fakekeypoints100", "keypoints"),
    ],
)
def test_real_results_keep_their_score(
    name: str, task: Any, shared: Path, project: ProjectFile, tmp_path: Path
) -> None:
    """The published examples, on a data set made of themselves, score the same before and after."""
    source = shared / f"data/cocoapi_results/results/{name}_results.json"
    if not source.is_file():
        pytest.skip("the published results are not among the reference data")
    found = json.loads(source.read_text())
    boxes = {"bbox": [10, 10, 90, 90], "area": 8100, "iscrowd": 0}
    truth = []
    for i, r in enumerate(found[::2], 1):
        a = {**boxes, **r, "id": i}
        if "keypoints" in r:
            a |= {"keypoints": [2 if k % 3 == 2 else v for k, v in enumerate(r["keypoints"])], "num_keypoints": 17}
        truth.append(a)
    sizes = {r["image_id"]: r["segmentation"]["size"] if "segmentation" in r else (2000, 2000) for r in found}
    data = {
        "images": [{"id": i, "file_name": f"{i}.jpg", "width": w, "height": h} for i, (h, w) in sizes.items()],
        "categories": [{"id": i, "name": str(i)} for i in sorted({r["category_id"] for r in found})],
        "annotations": truth,
    }
    (tmp_path / "gt.json").write_text(json.dumps(data))
    import_file(project, tmp_path / "gt.json", only_media=True)
    report = import_file(project, source)
    assert (report.annotations, report.skipped) == (len(found), 0)
    export_file(project, tmp_path / "out.json", "coco-results")
    before = evaluate(tmp_path / "gt.json", source, task)
    assert evaluate(tmp_path / "gt.json", tmp_path / "out.json", task) == before
    assert 0 < before["AP"] <= 1

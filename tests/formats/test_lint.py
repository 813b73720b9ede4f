"""The linter finds what is there and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from coco_samples import SQUARE, dataset

from segstudio.engine.exchange import export_file
from segstudio.formats.lint import check_file
from segstudio.store import ProjectFile

SOUND = {"segmentation": [SQUARE], "area": 200, "bbox": [10, 10, 20, 10], "iscrowd": 0}
POINTS = {"keypoints": [12, 12, 2, 0, 0, 0], "num_keypoints": 1}


def test_a_sound_file_has_no_problems(write: Any) -> None:
    categories = [{"id": 1, "name": "cat", "keypoints": ["a", "b"], "skeleton": [[1, 2]]}]
    assert check_file(write(dataset({**SOUND, **POINTS}, categories=categories))) == []


@pytest.mark.parametrize(
    ("change", "severity", "message", "place"),
    [
        ({"id": 0}, "error", "the id 0, which pycocotools scores as never found", "annotations[1].id"),
        ({"id": 1}, "error", "an id that an earlier one has", "annotations[1].id"),
        ({"id": None}, "error", "no usable id", "annotations[1].id"),
        ({"image_id": 9}, "error", "image_id is not among the images", "annotations[1].image_id"),
        ({"category_id": 9}, "error", "category_id is not among the categories", "annotations[1].category_id"),
        ({"segmentation": [[1, 2, 3]]}, "error", "a polygon with an odd count", "annotations[1].segmentation[0]"),
        ({"segmentation": {"size": [64, 48], "counts": [3072]}}, "error", "an RLE of another size", "annotations[1]"),
        ({"segmentation": [SQUARE, [1, 1]]}, "warning", "a polygon part with fewer", "annotations[1].segmentation"),
        ({"area": 500}, "warning", "an area that is not its shape's", "annotations[1].area"),
        ({"area": None}, "warning", "no area", "annotations[1]"),
        ({"bbox": [10, 10, 30, 10]}, "warning", "a bbox that is not its shape's", "annotations[1].bbox"),
        ({"iscrowd": 1}, "warning", "a crowd (iscrowd 1) that is made of polygons", "annotations[1]"),
        ({"iscrowd": True}, "warning", "iscrowd is not 0 or 1", "annotations[1]"),
        ({"segmentation": [], "bbox": [60, 40, 20, 20]}, "warning", "a bbox that leaves its picture", "annotations[1]"),
        ({"segmentation": [[90, 90, 99, 90, 99, 99]]}, "warning", "a shape without a pixel", "annotations[1]"),
        ({"keypoints": [1, 1, 2], "num_keypoints": 2}, "warning", "num_keypoints is not", "annotations[1]"),
        ({"keypoints": [1, 1, 2]}, "warning", "no num_keypoints", "annotations[1]"),
        ({"keypoints": [1, 1, 0], "num_keypoints": 0}, "warning", "keypoints that are not labelled", "annotations[1]"),
        ({"keypoints": [1, 1, 3], "num_keypoints": 1}, "warning", "keypoints whose third number", "annotations[1]"),
    ],
)
def test_problems_of_annotations(change: dict, severity: str, message: str, place: str, write: Any) -> None:
    found = check_file(write(dataset(SOUND, {**SOUND, **change})))
    [problem] = [p for p in found if p.message.startswith(message)]
    assert problem.severity == severity and problem.count == 1 and problem.places[0].startswith(place)


@pytest.mark.parametrize(
    ("name", "index", "change", "message"),
    [
        ("images", 1, {"file_name": "a/1.jpg"}, "a file name that an earlier image has"),
        ("images", 1, {"id": 1}, "an id that an earlier one has"),
        ("images", 1, {"id": "x"}, "an id that is a text"),
        ("images", 1, {"width": None}, "no usable width and height"),
        ("images", 1, {"file_name": "../1.jpg"}, "the path leads outside"),
        ("categories", 1, {"name": ""}, "a category without a name"),
        ("categories", 1, {"name": "cat"}, "a name that an earlier category has"),
        ("categories", 1, {"name": "_background_"}, "a category for the background"),
        ("categories", 1, {"keypoints": ["a", "b"], "skeleton": [[0, 1]]}, "a skeleton that counts from 0"),
        ("categories", 1, {"keypoints": ["a", "b"], "skeleton": [[1, 9]]}, "limbs that lead to no keypoint"),
    ],
)
def test_problems_of_lists(name: str, index: int, change: dict, message: str, write: Any) -> None:
    data = dataset(SOUND)
    data[name][index] |= change
    found = check_file(write(data))
    assert [p for p in found if p.message.startswith(message) and p.places[0].startswith(f"{name}[{index}]")], found


def test_errors_come_first_and_places_are_counted(write: Any) -> None:
    found = check_file(write(dataset(*({**SOUND, "area": 999} for _ in range(9)), {"image_id": 5})))
    assert [p.severity for p in found] == ["error", "warning"]
    assert found[1].count == 9 and len(found[1].places) == 5
    assert str(found[1]).startswith("warning: 9 x an area that is not its shape's (annotations[0].area, ")


def test_a_file_that_cannot_be_read_is_one_problem(write: Any) -> None:
    [problem] = check_file(write('{"images": [}'))
    assert problem.severity == "error" and "not sound JSON" in problem.message and problem.places


def test_progress_reaches_the_end(write: Any) -> None:
    steps: list[tuple[int, int]] = []
    check_file(write(dataset(SOUND, SOUND)), lambda done, total: steps.append((done, total)))
    assert steps[-1] == (2, 2)


def test_what_segstudio_exports_is_sound(shared: Path, tmp_path: Path, project: ProjectFile) -> None:
    """Real polygons as painted masks: all areas and boxes are written anew."""
    from msgspec.structs import replace

    from segstudio.core import changes
    from segstudio.core.annotation import USER
    from segstudio.engine.exchange import import_file

    source = shared / "data/isat_coco_tiny/example/convert/coco_tiny/coco_tiny.json"
    if not source.is_file():
        pytest.skip("the small COCO set is not among the reference data")
    import_file(project, source)
    sizes = {m.id: (m.width, m.height) for m in project.media()}
    rows = list(project.all_annotations())
    painted = [replace(a, geometry=a.mask(*sizes[a.media]), box=None, origin=USER) for a in rows]
    project.commit(changes.replace(zip(rows, painted, strict=True)))
    export_file(project, tmp_path / "out.json")
    assert check_file(tmp_path / "out.json") == []

"""Files into projects that have something already, as one step that can be taken back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from segstudio.core import changes, edits
from segstudio.core.annotation import Annotation, Origin
from segstudio.core.errors import Cancelled, FormatError, InputError
from segstudio.core.geometry import Box
from segstudio.core.labels import Category
from segstudio.core.media import Media
from segstudio.engine.exchange import convert, export_file, import_file
from segstudio.engine.job import CancelToken
from segstudio.engine.joining import guess_root
from segstudio.store import ProjectFile


def dataset(names: dict[int, str], classes: dict[int, str], boxes: list[tuple[int, int, int]], **top: Any) -> dict:
    """A data set: image id -> file name, category id -> name, and (id, image, category) of boxes."""
    return {
        **top,
        "images": [{"id": i, "file_name": n, "width": 64, "height": 48} for i, n in names.items()],
        "annotations": [{"id": i, "image_id": m, "category_id": c, "bbox": [i, 1, 2, 3]} for i, m, c in boxes],
        "categories": [{"id": i, "name": n} for i, n in classes.items()],
    }


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def call(data: Any, name: str = "in.json") -> Path:
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(json.dumps(data))
        return tmp_path / name

    return call


@pytest.fixture
def project(tmp_path: Path) -> Any:
    with ProjectFile.create(tmp_path / "p.segstudio") as made:
        yield made


def exported(project: ProjectFile, tmp_path: Path, **options: Any) -> Any:
    export_file(project, tmp_path / "out.json", **options)
    return json.loads((tmp_path / "out.json").read_text())


def state(project: ProjectFile) -> tuple:
    return project.media(), project.categories(), list(project.all_annotations())


def test_an_import_is_one_step_that_undo_takes_back(project: ProjectFile, file: Any, tmp_path: Path) -> None:
    data = dataset({1: "1.jpg"}, {1: "cat"}, [(1, 1, 1)], info={"year": 2017})
    data["annotations"].append({"caption": "can't be used"})
    report = import_file(project, file(data))
    assert (report.media, report.categories, report.annotations, report.skipped) == (1, 1, 1, 1)
    assert [s.label for s in project.history()] == ["Import in.json"]
    imported = state(project)
    project.undo()
    assert state(project) == ([], [], [])
    assert "year" not in exported(project, tmp_path)["info"] and exported(project, tmp_path)["annotations"] == []
    project.redo()
    assert state(project) == imported
    assert exported(project, tmp_path) == data


def test_a_second_file_joins_pictures_and_classes(project: ProjectFile, file: Any, tmp_path: Path) -> None:
    first = dataset({1: "a.jpg", 2: "b.jpg"}, {1: "cat", 2: "dog"}, [(1, 1, 1), (2, 2, 2)])
    second = dataset({7: "b.jpg", 1: "c.jpg"}, {1: "dog", 9: "cow"}, [(1, 7, 1), (5, 1, 9)])
    import_file(project, file(first))
    report = import_file(project, file(second, "second.json"))
    assert (report.media, report.matched, report.categories, report.annotations) == (1, 1, 1, 2)
    out = exported(project, tmp_path)
    assert [(i["id"], i["file_name"]) for i in out["images"]] == [(1, "a.jpg"), (2, "b.jpg"), (3, "c.jpg")]
    assert [(c["id"], c["name"]) for c in out["categories"]] == [(1, "cat"), (2, "dog"), (9, "cow")]
    refs = [(a["id"], a["image_id"], a["category_id"], a["bbox"][0]) for a in out["annotations"]]
    assert refs == [(1, 1, 1, 1), (2, 2, 2, 2), (6, 2, 2, 1), (5, 3, 9, 5)]
    project.undo()
    assert exported(project, tmp_path) == first


def test_the_same_file_twice_adds_nothing(project: ProjectFile, file: Any, tmp_path: Path) -> None:
    data = dataset({1: "a.jpg"}, {1: "cat"}, [(1, 1, 1), (2, 1, 1)])
    import_file(project, file(data))
    report = import_file(project, file(data))
    assert (report.media, report.categories, report.annotations, report.present) == (0, 0, 0, 2)
    assert exported(project, tmp_path) == data


def test_a_folder_opened_before_learns_its_ids(project: ProjectFile, file: Any, tmp_path: Path) -> None:
    project.commit(changes.insert([Media(1, "sub/a.jpg", width=64, height=48), Media(2, "b.jpg"), Category(1, "dog")]))
    before = state(project)
    data = dataset({40: "a.jpg", 41: "b.jpg"}, {5: "dog"}, [(1, 40, 5)])
    report = import_file(project, file(data))
    assert (report.media, report.matched, report.categories) == (0, 2, 0)
    assert [m.path for m in project.media()] == ["sub/a.jpg", "b.jpg"]
    assert project.media()[1].width == 64
    assert exported(project, tmp_path) == data
    project.undo()
    assert state(project) == before


def test_a_name_is_no_part_of_another(project: ProjectFile, file: Any) -> None:
    project.commit(changes.insert([Media(901, "11.jpg"), Media(902, "x/2.jpg"), Media(903, "y/2.jpg")]))
    report = import_file(project, file(dataset({1: "1.jpg", 2: "2.jpg"}, {}, [])))
    assert (report.media, report.matched) == (2, 0), "1.jpg is not 11.jpg, and which 2.jpg is meant is not known"


def test_classes_learn_their_skeleton(project: ProjectFile, file: Any, tmp_path: Path) -> None:
    project.commit(changes.insert([Category(1, "cat", color="#102030")]))
    data = dataset({}, {}, [])
    data["categories"] = [{"id": 3, "name": "cat", "keypoints": ["a", "b"], "skeleton": [[1, 2]], "x": 1}]
    import_file(project, file(data))
    [c] = project.categories()
    assert c.skeleton is not None and c.skeleton.limbs == ((0, 1),) and c.color == "#102030"
    assert exported(project, tmp_path)["categories"] == [{**data["categories"][0], "color": [16, 32, 48]}]


def test_work_on_an_import_survives_its_undo(project: ProjectFile, file: Any, tmp_path: Path) -> None:
    import_file(project, file(dataset({1: "a.jpg"}, {1: "cat"}, [(1, 1, 1), (2, 1, 1)])))
    first, _ = project.all_annotations()
    project.commit(edits.set_box(first, Box(5, 5, 5, 5)))
    out = exported(project, tmp_path)["annotations"]
    assert out[0]["bbox"] == [5, 5, 5, 5] and out[0]["area"] == 25
    assert out[1] == {"id": 2, "image_id": 1, "category_id": 1, "bbox": [2, 1, 2, 3]}


def test_new_objects_count_on_from_the_highest_id(project: ProjectFile, file: Any, tmp_path: Path) -> None:
    import_file(project, file(dataset({8: "a.jpg"}, {3: "cat"}, [(20, 8, 3)])))
    [m], [c] = project.media(), project.categories()
    project.commit(changes.insert([replace(m, id=project.new_ids("media"), path="b.jpg", source=None)]))
    new = project.media()[1]
    box = Annotation(project.new_ids("annotation"), new.id, c.id, geometry=Box(1, 1, 2, 2))
    project.commit(changes.insert([box, Category(project.new_ids("category"), "dog", position=9)]))
    out = exported(project, tmp_path)
    assert [i["id"] for i in out["images"]] == [8, 9]
    assert [c["id"] for c in out["categories"]] == [3, 4]
    assert [(a["id"], a["image_id"]) for a in out["annotations"]] == [(20, 8), (21, 9)]


def test_set_aside_items_follow_their_picture(project: ProjectFile, file: Any, tmp_path: Path) -> None:
    import_file(project, file(dataset({1: "a.jpg"}, {1: "cat"}, [])))
    data = dataset({1: "b.jpg"}, {1: "dog"}, [])
    data["annotations"] = [{"id": 4, "image_id": 1, "category_id": 1, "segmentation": [[1, 2]], "x": 1}]
    import_file(project, file(data))
    [a] = exported(project, tmp_path)["annotations"]
    assert a == {"id": 4, "image_id": 2, "category_id": 2, "segmentation": [[1, 2]], "x": 1}


def test_the_first_file_gives_the_top_level(project: ProjectFile, file: Any, tmp_path: Path) -> None:
    import_file(project, file(dataset({}, {}, [], info={"n": 1})))
    import_file(project, file(dataset({}, {}, [], info={"n": 2}, more=[3])))
    report = export_file(project, tmp_path / "out.json")
    out = json.loads((tmp_path / "out.json").read_text())
    assert out["info"] == {"n": 1} and out["more"] == [3]
    assert [n.reason for n in report.notes] == ["two imported files differ in 'info'; the first one's is written"]


def test_only_media_takes_no_annotations(project: ProjectFile, file: Any) -> None:
    report = import_file(project, file(dataset({1: "a.jpg"}, {1: "cat"}, [(1, 1, 1)])), only_media=True)
    assert (report.media, report.categories, report.annotations) == (1, 1, 0)


def test_progress_and_cancel(project: ProjectFile, file: Any, tmp_path: Path) -> None:
    source = file(dataset({1: "a.jpg"}, {1: "cat"}, [(i, 1, 1) for i in range(1, 9001)]))
    before = (state(project), project.history())
    steps: list[tuple[int, int]] = []
    token = CancelToken()

    def halfway(done: int, total: int) -> None:
        steps.append((done, total))
        if done:
            token.cancel()

    with pytest.raises(Cancelled):
        import_file(project, source, progress=halfway, cancel=token)
    assert (state(project), project.history()) == before and steps[0] == (0, 9000) and len(steps) == 2
    steps.clear()
    import_file(project, source, progress=lambda d, t: steps.append((d, t)))
    assert steps[-1] == (9000, 9000) and steps == sorted(steps)
    target = tmp_path / "out.json"
    target.write_text("old")
    with pytest.raises(Cancelled):
        export_file(project, target, cancel=token)
    assert target.read_text() == "old"
    steps.clear()
    export_file(project, target, progress=lambda d, t: steps.append((d, t)))
    assert steps[-1] == (9000, 9000) and steps == sorted(steps)


def test_the_folder_of_the_pictures(project: ProjectFile, file: Any, tmp_path: Path) -> None:
    (tmp_path / "photos/val2017").mkdir(parents=True)
    (tmp_path / "photos/val2017/a.jpg").touch()
    source = file(dataset({1: "a.jpg"}, {}, []), "photos/annotations/instances_val2017.json")
    assert guess_root(source, ["a.jpg"], tmp_path) == tmp_path / "photos/val2017"
    import_file(project, source)
    assert project.media_root.resolve() == (tmp_path / "photos/val2017").resolve()
    assert project.media()[0].path == "a.jpg"
    other = file(dataset({1: "x.jpg"}, {}, []), "other.json")
    import_file(project, other, media_root=tmp_path / "photos")
    assert project.media()[1].path.endswith("/photos/x.jpg")
    assert [i["file_name"] for i in exported(project, tmp_path)["images"]] == ["a.jpg", "x.jpg"]
    with pytest.raises(InputError, match="no such folder"):
        import_file(project, other, media_root=tmp_path / "missing")


def test_convert_through_a_project_that_is_thrown_away(file: Any, tmp_path: Path) -> None:
    data = dataset({1: "a.jpg"}, {1: "cat"}, [(1, 1, 1)])
    source = file(data)
    report, written = convert(source, tmp_path / "out.json")
    assert (report.annotations, written.annotations) == (1, 1)
    assert json.loads((tmp_path / "out.json").read_text()) == data
    assert {p.name for p in tmp_path.iterdir()} == {"in.json", "out.json"}
    with pytest.raises(FormatError, match="'yolo'"):
        convert(source, tmp_path / "x", to="yolo")


def test_it_loads_neither_torch_nor_qt() -> None:
    code = (
        "import sys, segstudio.engine.exchange, segstudio.formats.lint, segstudio.learn.metrics\n"
        "print([m for m in ('torch', 'torchvision', 'timm', 'PySide6') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_second_file_brings_the_skeleton_that_the_first_had_not(
    project: ProjectFile, file: Any, tmp_path: Path
) -> None:
    import_file(project, file(dataset({1: "a.jpg"}, {3: "person"}, [(1, 1, 3)])))
    second = dataset({1: "a.jpg"}, {3: "person"}, [])
    second["categories"][0] |= {"keypoints": ["head", "foot"], "skeleton": [[1, 2]]}
    import_file(project, file(second, "points.json"))
    (person,) = project.categories()
    assert person.skeleton is not None and person.skeleton.limbs == ((0, 1),)
    (written,) = exported(project, tmp_path)["categories"]
    assert written == {"id": 3, "name": "person", "keypoints": ["head", "foot"], "skeleton": [[1, 2]]}


def test_predictions_below_a_score_are_left_out_and_counted(project: ProjectFile, file: Any, tmp_path: Path) -> None:
    import_file(project, file(dataset({1: "a.jpg"}, {3: "person"}, [(1, 1, 3)])))
    (media,), (person,) = project.media(), project.categories()
    first = project.new_ids("annotation", 2)
    model = Origin("model", model="m")
    low, high = (
        Annotation(first + n, media.id, person.id, geometry=Box(n, 1, 5, 5), score=s, origin=model, review="predicted")
        for n, s in enumerate((0.2, 0.8))
    )
    project.commit(edits.add([low, high]))
    assert len(exported(project, tmp_path)["annotations"]) == 3
    report = export_file(project, tmp_path / "some.json", min_score=0.5)
    assert (report.annotations, report.predictions) == (2, 1)
    assert any("below a score of 0.5" in note.reason and note.count == 1 for note in report.notes)


def test_a_file_of_keypoints_joins_the_objects_of_a_file_of_shapes(
    project: ProjectFile, file: Any, tmp_path: Path
) -> None:
    shapes = dataset({1: "a.jpg"}, {3: "person"}, [(1, 1, 3), (2, 1, 3)])
    points = dataset({1: "a.jpg"}, {3: "person"}, [(1, 1, 3), (2, 1, 3), (9, 1, 3)])
    points["categories"][0] |= {"keypoints": ["head"], "skeleton": []}
    points["annotations"][0] |= {"keypoints": [5, 6, 2], "num_keypoints": 1}
    points["annotations"][1]["bbox"] = [20, 20, 4, 4]  # the same id, another object
    import_file(project, file(shapes))
    before = state(project)
    report = import_file(project, file(points, "points.json"))
    assert (report.joined, report.present, report.annotations) == (1, 0, 2)
    found = project.annotations(project.media_ids()[0])
    assert [a.keypoints is not None for a in found] == [True, False, False, False]
    written = exported(project, tmp_path)["annotations"]
    assert written[0] == points["annotations"][0] and len({a["id"] for a in written}) == 4
    project.undo()
    assert state(project) == before
    project.redo()
    import_file(project, file(shapes, "again.json"))
    assert len(project.annotations(project.media_ids()[0])) == 4


def test_an_id_that_stands_twice_in_a_file_of_keypoints_joins_once(project: ProjectFile, file: Any) -> None:
    shapes = dataset({1: "a.jpg"}, {3: "person"}, [(1, 1, 3)])
    points = dataset({1: "a.jpg"}, {3: "person"}, [(1, 1, 3), (1, 1, 3)])
    for n, annotation in enumerate(points["annotations"]):
        annotation |= {"keypoints": [5 + n, 6, 2], "num_keypoints": 1}
    import_file(project, file(shapes))
    report = import_file(project, file(points, "points.json"))
    assert (report.joined, report.annotations) == (1, 1)
    found = project.annotations(project.media_ids()[0])
    assert [a.keypoints.values[0] for a in found if a.keypoints] == [5, 6]

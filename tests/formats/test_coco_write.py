"""What an export writes for things that were made or changed in a project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coco_samples import SQUARE, dataset
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from segstudio.core import changes, edits, masks, painting
from segstudio.core.annotation import Annotation, Keypoints, Origin
from segstudio.core.geometry import Box, Polygons
from segstudio.core.labels import COCO_PERSON, AttributeSpec, Category, Skeleton
from segstudio.core.media import Media
from segstudio.engine.exchange import export_file, import_file
from segstudio.formats.coco_objects import ImageIds, ids_of
from segstudio.store import ProjectFile

RING = (10.0, 10.0, 30.0, 10.0, 30.0, 20.0, 10.0, 20.0)
HOLE = (15.0, 12.0, 20.0, 12.0, 20.0, 16.0, 15.0, 16.0)
MODEL = Origin("model", model="m")


def fill(project: ProjectFile, *annotations: Annotation, media: tuple[Media, ...] = (), **category: Any) -> None:
    """A picture of 64x48, a class, and annotations on them."""
    pictures = media or (Media(1, "a/1.jpg", width=64, height=48),)
    project.commit(changes.insert([*pictures, Category(1, "cat", **category), *annotations]))


def note(id: int, **fields: Any) -> Annotation:
    return Annotation(**{"id": id, "media": 1, "category": 1, **fields})


def test_a_new_project_exports_a_whole_data_set(project: ProjectFile, exported: Any) -> None:
    fill(project, note(5, geometry=Polygons((RING,))))
    assert exported() == {
        "info": {"description": "Exported by segstudio"},
        "licenses": [],
        "images": [{"id": 1, "file_name": "a/1.jpg", "width": 64, "height": 48}],
        "annotations": [
            {
                "id": 1,
                "image_id": 1,
                "category_id": 1,
                "segmentation": [list(RING)],
                "iscrowd": 0,
                "area": 200,
                "bbox": [10.0, 10.0, 20.0, 10.0],
            }
        ],
        "categories": [{"id": 1, "name": "cat", "supercategory": ""}],
    }


def test_an_empty_project_and_pictures_without_objects_are_kept(project: ProjectFile, exported: Any) -> None:
    assert exported()["images"] == []
    fill(project)
    assert [i["file_name"] for i in exported()["images"]] == ["a/1.jpg"]


@pytest.mark.parametrize(
    "shape",
    [
        Polygons((RING,), (HOLE,)),
        Polygons((RING, (40.0, 30.0, 50.0, 30.0, 45.0, 40.0)), (HOLE,)),
        masks.from_bitmap(np.random.default_rng(1).random((20, 30)) > 0.5, 7, 9),
        masks.from_bitmap(np.ones((20, 30)), 50, 40),
    ],
    ids=["hole", "parts and hole", "mask", "mask over the edge"],
)
def test_masks_and_holes_become_an_rle_that_is_no_crowd(shape: Any, project: ProjectFile, exported: Any) -> None:
    fill(project, note(1, geometry=shape, crowd=False))
    [a] = exported()["annotations"]
    wanted = masks.paste(note(1, geometry=shape).mask(64, 48), 48, 64)
    np.testing.assert_array_equal(coco_mask.decode(a["segmentation"]), wanted)
    assert a["iscrowd"] == 0 and a["segmentation"]["size"] == [48, 64]
    assert a["area"] == wanted.sum()
    assert a["bbox"] == coco_mask.toBbox(a["segmentation"]).tolist()
    assert not {"mask", "holes"} & a.keys()


def test_several_parts_stay_polygons(project: ProjectFile, exported: Any) -> None:
    parts = (RING, (40.0, 30.0, 50.0, 30.0, 45.0, 40.0))
    fill(project, note(1, geometry=Polygons(parts)))
    [a] = exported()["annotations"]
    assert a["segmentation"] == [list(p) for p in parts]
    rle = coco_mask.merge(coco_mask.frPyObjects(a["segmentation"], 48, 64))
    assert a["area"] == coco_mask.area(rle) and a["bbox"] == coco_mask.toBbox(rle).tolist()


def test_a_crowd_stays_a_crowd(project: ProjectFile, exported: Any) -> None:
    fill(project, note(1, geometry=masks.from_bitmap(np.ones((3, 3))), crowd=True))
    assert exported()["annotations"][0]["iscrowd"] == 1


def test_boxes_have_their_own_area(project: ProjectFile, exported: Any) -> None:
    fill(project, note(1, geometry=Box(1.5, 2.5, 10.0, 4.0)))
    [a] = exported()["annotations"]
    assert (a["bbox"], a["area"], a["segmentation"]) == ([1.5, 2.5, 10.0, 4.0], 40.0, [])


def test_keypoints(project: ProjectFile, exported: Any) -> None:
    skeleton = Skeleton(("a", "b", "c", "d"), ((0, 1), (2, 3)))
    points = Keypoints((1.5, 2.0, 2, 9.0, 9.0, 0, 5.0, 6.25, 1, 0.0, 0.0, 0))
    fill(project, note(1, keypoints=points), skeleton=skeleton)
    out = exported()
    [a] = out["annotations"]
    assert a["keypoints"] == [1.5, 2.0, 2, 0, 0, 0, 5.0, 6.25, 1, 0, 0, 0]
    assert a["num_keypoints"] == 2
    assert a["bbox"] == [1.5, 2.0, 3.5, 4.25] and a["area"] == 3.5 * 4.25
    [c] = out["categories"]
    assert c["keypoints"] == ["a", "b", "c", "d"] and c["skeleton"] == [[1, 2], [3, 4]]


def test_the_skeleton_of_people_survives(project: ProjectFile, exported: Any, tmp_path: Path) -> None:
    fill(project, skeleton=COCO_PERSON)
    exported()
    with ProjectFile.create(":memory:") as second:
        import_file(second, tmp_path / "out.json")
        assert second.categories()[0].skeleton == COCO_PERSON


def test_an_edited_shape_replaces_only_what_it_changes(project: ProjectFile, read: Any, exported: Any) -> None:
    mine = {"segmentation": [SQUARE], "area": 12.70, "bbox": [1, 2, 3, 4], "iscrowd": 0, "note": "kept", "id": 40}
    other = {"segmentation": [SQUARE], "area": 0.50, "id": 41}
    read(dataset(mine, other))
    first, _ = project.all_annotations()
    project.commit(edits.set_geometry(first, Polygons((RING[:6],))))
    one, two = exported()["annotations"]
    assert two == {**other, "image_id": 1, "category_id": 1}
    assert one["segmentation"] == [list(RING[:6])] and one["note"] == "kept" and one["id"] == 40
    rle = coco_mask.merge(coco_mask.frPyObjects(one["segmentation"], 48, 64))
    assert one["area"] == coco_mask.area(rle) and one["bbox"] == coco_mask.toBbox(rle).tolist()


def test_a_painted_mask_replaces_a_polygon(project: ProjectFile, read: Any, exported: Any) -> None:
    read(dataset({"segmentation": [SQUARE], "area": 1, "bbox": [0, 0, 1, 1]}))
    [a] = project.all_annotations()
    project.commit(painting.paint(a, masks.from_bitmap(np.ones((4, 4)), 40, 30), (64, 48)))
    [out] = exported()["annotations"]
    assert out["area"] == 200 + 16 and out["bbox"] == [10, 10, 34, 24] and out["iscrowd"] == 0


def test_relabelling_keeps_the_shape_word_for_word(project: ProjectFile, read: Any, exported: Any) -> None:
    data = dataset({"segmentation": [SQUARE], "area": 12.70, "bbox": [1, 2, 3, 4], "iscrowd": 0})
    read(data)
    [a] = project.all_annotations()
    dog = project.categories()[1]
    project.commit(edits.relabel([a], dog))
    [out] = exported()["annotations"]
    assert out == {**data["annotations"][0], "category_id": 7}


def test_a_renamed_class_keeps_its_other_keys(project: ProjectFile, read: Any, exported: Any) -> None:
    data = dataset(categories=[{"id": 7, "color": [1, 2, 3], "name": "cat", "x": 1.50}])
    read(data)
    [c] = project.categories()
    assert c.color == "#010203"
    project.commit(edits.change_category(c, replace(c, name="lynx", color="#ff0010")))
    assert exported()["categories"] == [{"id": 7, "color": [255, 0, 16], "name": "lynx", "x": 1.50}]


def test_deleting_and_undoing_is_the_identity(project: ProjectFile, read: Any, exported: Any) -> None:
    data = dataset({"bbox": [1, 2, 3, 4], "area": 1.10}, {"bbox": [1, 2, 3, 4]})
    read(data)
    project.commit(edits.delete(list(project.all_annotations())))
    assert exported()["annotations"] == []
    project.undo()
    assert exported() == data


def test_predictions_go_out_unless_rejected(project: ProjectFile, exported: Any, tmp_path: Path) -> None:
    mask = masks.from_bitmap(np.ones((4, 4)), 2, 2)
    found = [
        note(i, geometry=mask, box=Box(0, 0, 9, 9), score=0.5, origin=MODEL, review="predicted") for i in (1, 2, 3)
    ]
    fill(project, *found, note(4, geometry=mask))
    project.commit(edits.reject([found[0]]))
    project.commit(edits.accept([found[1]]))
    report = export_file(project, tmp_path / "out.json")
    assert (report.annotations, report.predictions) == (3, 1)
    assert [str(n) for n in report.notes] == ["1 x rejected predictions, not exported"]
    out = exported()["annotations"]
    assert [a.get("score") for a in out] == [None, 0.5, None]
    assert all(a["bbox"] == [2, 2, 4, 4] and a["area"] == 16 for a in out), "the mask's own box, not the model's"
    assert len(exported(predictions="accepted")["annotations"]) == 2
    report = export_file(project, tmp_path / "out.json", predictions="accepted")
    assert [n.count for n in report.notes] == [1, 1]


def test_frames_of_videos_become_pictures_and_find_back(project: ProjectFile, exported: Any, tmp_path: Path) -> None:
    clip = Media(9, "clips/a.mp4", "video", 64, 48, 100)
    still = Media(3, "1.jpg", width=64, height=48)
    found = [note(i, media=9, frame=f, geometry=Box(1, 1, 5, 5)) for i, f in ((1, 12), (2, 3), (3, 12))]
    fill(project, *found, note(4, media=3, geometry=Box(2, 2, 2, 2)), media=(still, clip))
    out = exported()
    assert [(i["id"], i["file_name"]) for i in out["images"]] == [
        (1, "1.jpg"),
        (5, "clips/a/000003.jpg"),
        (14, "clips/a/000012.jpg"),
    ]
    assert [a["image_id"] for a in out["annotations"]] == [14, 5, 14, 1]
    with ProjectFile.create(":memory:") as second:
        second.commit(changes.insert([clip]))
        report = import_file(second, tmp_path / "out.json")
        assert (report.media, report.matched) == (1, 2)
        assert [(a.media, a.frame) for a in second.all_annotations()][:3] == [(9, 12), (9, 3), (9, 12)]


def test_a_copied_annotation_gets_an_id_of_its_own(project: ProjectFile, read: Any, exported: Any) -> None:
    read(dataset({"bbox": [1, 2, 3, 4], "id": 40}))
    [a] = project.all_annotations()
    project.commit(edits.add([replace(a, id=project.new_ids("annotation"))]))
    assert [x["id"] for x in exported()["annotations"]] == [40, 41]


def test_shapes_on_a_picture_of_unknown_size_are_reported(project: ProjectFile, tmp_path: Path) -> None:
    fill(project, note(1, geometry=Polygons((RING,))), note(2, geometry=Box(1, 1, 2, 2)), media=(Media(1, "no.jpg"),))
    report = export_file(project, tmp_path / "out.json")
    assert (report.annotations, report.skipped) == (1, 1)
    assert "1 x shapes on a picture whose size is not known (no.jpg)" in map(str, report.notes)


def test_sizes_of_unread_pictures_are_read_from_their_headers(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (64, 48)).save(tmp_path / "1.png")
    with ProjectFile.create(tmp_path / "p.segstudio") as project:
        fill(project, note(1, geometry=Polygons((RING,))), media=(Media(1, "1.png"),))
        report = export_file(project, tmp_path / "out.json")
        assert (report.annotations, report.skipped) == (1, 0)
        assert COCO(str(tmp_path / "out.json")).imgs[1]["width"] == 64


def test_an_export_keeps_the_rights_of_the_file_it_replaces(project: ProjectFile, tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.touch(0o640)
    target.chmod(0o640)
    export_file(project, target)
    assert target.stat().st_mode & 0o777 == 0o640


def numbered(id: int, key: Any) -> Media:
    return Media(id, "", source=None if key is None else json.dumps({"id": key}).encode())


@given(st.lists(st.one_of(st.none(), st.integers(-3, 12), st.just("x"))))
def test_ids_are_unique_and_new_ones_count_from_1(wanted: list) -> None:
    media = [numbered(i, key) for i, key in enumerate(wanted, 1)]
    found = ids_of(media)
    assert len(set(found.values())) == len(wanted)
    highest = max([k for k in wanted if isinstance(k, int)], default=0)
    for m, key in zip(media, wanted, strict=True):
        if key is not None and wanted.index(key) == m.id - 1:
            assert found[m.id] == key
        else:
            new = found[m.id]
            assert isinstance(new, int) and new >= 1 and new > highest
    assert ImageIds(media).places() == {key: (i, 0) for i, key in found.items()}


def test_notes_about_pictures_and_objects_go_out_and_come_back(
    project: ProjectFile, exported: Any, tmp_path: Path
) -> None:
    picture = Media(1, "a/1.jpg", width=64, height=48, tags=("night", "rain"), comment="Blurred")
    spec = AttributeSpec("age", "number", 3, least=0)
    fill(project, note(5, geometry=Box(1, 2, 3, 4), comment="Cut off", attributes={"age": 4}), media=(picture,),
         color="#102030", thing=False, supercategory="animal", attributes=(spec,))  # fmt: skip
    out = exported()
    assert (out["images"][0]["tags"], out["images"][0]["comment"]) == (["night", "rain"], "Blurred")
    assert (out["annotations"][0]["comment"], out["annotations"][0]["attributes"]) == ("Cut off", {"age": 4})
    assert out["categories"][0] == {
        "id": 1, "name": "cat", "supercategory": "animal", "color": [16, 32, 48], "isthing": 0,
        "attributes": [{"name": "age", "kind": "number", "default": 3, "least": 0.0}],
    }  # fmt: skip
    with ProjectFile.create(":memory:") as other:
        import_file(other, tmp_path / "out.json")
        (again,) = other.media()
        assert (again.tags, again.comment) == (picture.tags, picture.comment)
        (a,) = other.annotations(again.id)
        assert (a.comment, a.attributes) == ("Cut off", {"age": 4})
        (c,) = other.categories()
        assert (c.color, c.thing, c.supercategory, c.attributes) == ("#102030", False, "animal", (spec,))


def test_what_is_taken_off_again_is_not_written(project: ProjectFile, read: Any, exported: Any) -> None:
    content = dataset({"bbox": [1, 2, 3, 4], "comment": "Look", "attributes": {"odd": [1]}})
    content["images"][0] |= {"tags": ["a"], "comment": "b"}
    content["images"][1] |= {"tags": "not a list", "comment": 5}
    content["categories"][0] |= {"color": [1, 2, 3], "attributes": ["not segstudio's"]}
    read(content)
    assert exported()["images"] == content["images"]
    first, second = project.media()
    cat = project.categories()[0]
    (a,) = project.annotations(first.id)
    assert (first.tags, first.comment, second.tags, second.comment) == (("a",), "b", (), "")
    project.commit(
        changes.replace([
            (first, replace(first, tags=(), comment="")), (cat, replace(cat, color=None)), (a, replace(a, comment="")),
        ])
    )  # fmt: skip
    out = exported()
    assert out["images"] == [{k: v for k, v in content["images"][0].items() if k not in ("tags", "comment")},
                             content["images"][1]]  # fmt: skip
    assert out["categories"][0] == {k: v for k, v in content["categories"][0].items() if k != "color"}
    assert out["annotations"][0] == {k: v for k, v in content["annotations"][0].items() if k != "comment"}


def test_a_second_file_brings_its_tags_to_a_picture_that_is_there(project: ProjectFile, read: Any) -> None:
    project.commit(changes.insert([Media(1, "a/1.jpg", tags=("mine",), comment="Mine")]))
    content = dataset()
    content["images"][0] |= {"tags": ["theirs", "mine"], "comment": "Theirs"}
    read(content)
    assert (project.media()[0].tags, project.media()[0].comment) == (("mine", "theirs"), "Mine")

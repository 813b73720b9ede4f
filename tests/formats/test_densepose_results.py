"""Dense maps of a model come in as predictions that can be edited, and go out as results and as IUV pictures."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from densepose_data import PUBLISHED, RESULTS, needed, person
from PIL import Image

from segstudio.core import changes, densepose_edits, masks
from segstudio.core.annotation import Annotation
from segstudio.core.errors import FormatError
from segstudio.core.geometry import Box
from segstudio.engine.exchange import export_file, import_file
from segstudio.store import ProjectFile

BOX = [10.0, 20.0, 64.0, 128.0]


def data(*sizes: tuple[int, int]) -> dict[str, Any]:
    sizes = sizes or ((640, 480),)
    return {
        "images": [
            {"id": i, "file_name": f"a/{i}.jpg", "width": w, "height": h} for i, (w, h) in enumerate(sizes, 785)
        ],
        "annotations": [],
        "categories": [{"id": 1, "name": "person"}],
    }


def png(iuv: np.ndarray) -> str:
    file = io.BytesIO()
    Image.fromarray(iuv).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def result(**change: Any) -> dict[str, Any]:
    iuv = np.zeros((128, 64, 3), np.uint8)
    iuv[10:80, 8:56] = (2, 100, 0)
    iuv[10:80, 8:56, 2] = np.linspace(0, 255, 48).astype(np.uint8)
    return {
        "image_id": 785,
        "category_id": 1,
        "bbox": BOX,
        "score": 0.9,
        "uv_shape": [3, 128, 64],
        "uv_data": png(iuv),
        **change,
    }


def test_a_result_with_a_dense_map_is_a_prediction_with_points_and_parts(
    project: ProjectFile, read: Any, write: Any, tmp_path: Path
) -> None:
    read(data())
    report = import_file(project, write([result()], "found.json"))
    assert (report.annotations, report.skipped) == (1, 0)
    (a,) = project.all_annotations()
    assert a.is_prediction and a.dense is not None and a.dense.count == 14
    assert set(a.dense.part) == {2.0} and a.dense.part_at(40, 60) == 1 and a.dense.part_at(12, 22) == 0
    assert all(u == pytest.approx(100 / 255, abs=1e-4) for u in a.dense.u)
    export_file(project, tmp_path / "out.json", "coco-results")
    assert json.loads((tmp_path / "out.json").read_text()) == [result()]


def test_the_published_results_come_in_and_out_unchanged(
    project: ProjectFile, read: Any, write: Any, tmp_path: Path
) -> None:
    items = json.loads(needed(RESULTS).read_text())
    top = data((640, 425))
    ids = sorted({item["image_id"] for item in items})
    top["images"] = [{"id": i, "file_name": f"{i}.jpg", "width": 640, "height": 640} for i in ids]
    read(top)
    report = import_file(project, needed(RESULTS))
    assert (report.annotations, report.skipped) == (len(items), 0)
    assert sum(a.dense is not None for a in project.all_annotations()) >= len(items) - 3  # three maps are empty
    export_file(project, tmp_path / "out.json", "coco-results")
    again = json.loads((tmp_path / "out.json").read_text())
    assert [item["uv_data"] for item in again] == [item["uv_data"] for item in items]
    assert [item["bbox"] for item in again] == [item["bbox"] for item in items]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"uv_data": 5}, "no text"),
        ({"uv_data": "AAAA"}, "no PNG"),
        ({"uv_shape": [3, 9, 9]}, "another size"),
        ({"bbox": [10, 20, 0, 5]}, "without a bbox"),
    ],
)
def test_a_map_that_can_not_be_read_is_named(
    change: dict[str, Any], reason: str, project: ProjectFile, read: Any, write: Any
) -> None:
    read(data())
    report = import_file(project, write([result(**change), result()], "found.json"))
    assert (report.annotations, report.skipped) == (1, 1)
    assert any(reason in str(n) for n in report.notes)


def decoded(item: dict[str, Any]) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(item["uv_data"]))))


def test_a_dense_pose_without_a_map_is_written_as_one(
    project: ProjectFile, read: Any, write: Any, tmp_path: Path
) -> None:
    read(data())
    import_file(project, write([result()], "found.json"))
    (a,) = project.all_annotations()
    # A model that stores points and parts has no picture to repeat.
    from msgspec.structs import replace

    bare = replace(a, source=None, dense=person(Box(*BOX)))
    project.commit(changes.replace([(a, bare)], "x"))
    export_file(project, tmp_path / "out.json", "coco-results")
    (item,) = json.loads((tmp_path / "out.json").read_text())
    assert item["uv_shape"] == [3, 128, 64]
    iuv = decoded(item)
    assert set(np.unique(iuv[..., 0])) == {0, 2, 9}
    assert iuv[45, 32, 1] == pytest.approx(255 * 0.5, abs=3)


@pytest.fixture
def posed(project: ProjectFile, read: Any) -> Callable[..., ProjectFile]:
    def call(*sizes: tuple[int, int]) -> ProjectFile:
        read(data(*sizes))
        category = project.categories()[0].id
        for m in project.media():
            dense = person(Box(*BOX))
            row = Annotation(project.new_ids("annotation", 1), m.id, category, geometry=Box(*BOX), dense=dense)
            project.commit(changes.insert([row], "Add"))
        return project

    return call


def test_an_iuv_picture_has_the_published_demos_channels(posed: Callable[..., ProjectFile], tmp_path: Path) -> None:
    report = export_file(posed((640, 480)), tmp_path / "a.png", "densepose-iuv")
    assert (report.media, report.annotations) == (1, 1)
    iuv = np.asarray(Image.open(tmp_path / "a.png"))[..., ::-1]
    assert iuv.shape == (480, 640, 3)
    assert iuv[65, 42, 0] == 2 and iuv[65, 42, 1] == pytest.approx(128, abs=3)
    assert not iuv[:20].any() and not iuv[:, :10].any()
    path = PUBLISHED / "DensePoseData" / "infer_out" / "demo_im_IUV.png"
    if path.exists():
        published = np.asarray(Image.open(path))[..., ::-1]
        assert published[..., 0].max() == 24 and published.dtype == iuv.dtype


def test_several_pictures_go_into_a_zip_file(posed: Callable[..., ProjectFile], tmp_path: Path) -> None:
    project = posed((640, 480), (320, 240))
    with pytest.raises(FormatError, match=r"2 pictures.*\.zip"):
        export_file(project, tmp_path / "a.png", "densepose-iuv")
    assert not (tmp_path / "a.png").exists()
    assert export_file(project, tmp_path / "a.zip", "densepose-iuv").media == 2
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.namelist() == ["a/785_IUV.png", "a/786_IUV.png"]
        sizes = [Image.open(io.BytesIO(archive.read(name))).size for name in archive.namelist()]
    assert sizes == [(640, 480), (320, 240)]
    first = (tmp_path / "a.zip").read_bytes()
    export_file(project, tmp_path / "a.zip", "densepose-iuv")
    assert (tmp_path / "a.zip").read_bytes() == first


def test_without_a_dense_pose_nothing_is_written(project: ProjectFile, read: Any, tmp_path: Path) -> None:
    read(data())
    with pytest.raises(FormatError, match="No object has a dense pose"):
        export_file(project, tmp_path / "a.zip", "densepose-iuv")
    assert list(tmp_path.glob("a.*")) == []


def test_an_edited_prediction_leaves_the_results_and_stays_in_the_data_set(
    project: ProjectFile, read: Any, write: Any, exported: Callable[..., Any]
) -> None:
    read(data())
    import_file(project, write([result()], "found.json"))
    (a,) = project.all_annotations()
    stroke = masks.from_bitmap(np.ones((8, 8), np.uint8), 30, 60)
    project.commit(densepose_edits.paint_part(a, 14, stroke))
    assert exported("coco-results") == []
    (item,) = exported()["annotations"]
    assert len(item["dp_masks"]) == 14 and item["dp_masks"][13] and len(item["dp_x"]) == 14

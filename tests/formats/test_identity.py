"""Import, export, import is the identity, down to the digits."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO

from segstudio.core import masks
from segstudio.engine.exchange import export_file, import_file
from segstudio.store import ProjectFile

REAL = (
    "coco_mini/annotations/instances_train2017.json",
    "coco_mini/annotations/person_keypoints_train2017.json",
    "coco_mini/annotations/captions_train2017.json",
    "isat_coco_tiny/example/convert/coco_tiny/coco_tiny.json",
    "labelme_examples/examples/instance_segmentation/data_dataset_coco/annotations.json",
    "panoptic_sample/images_info_examples.json",
    "panoptic_sample/panoptic_coco_detection_format.json",
    *(
        f"mmpose_tests/tests/data/{name}/test_{name}.json"
        for name in ("300w aic animalpose ap10k coco crowdpose freihand humanart lapa ochuman onehand10k wflw".split())
    ),
    "mmpose_tests/tests/data/coco/test_coco_wholebody.json",
    "mmpose_tests/tests/data/coco/test_keypoint_partition_metric.json",
    "mmpose_tests/tests/data/jhmdb/test_jhmdb_sub1.json",
    "mmpose_tests/tests/data/mpii/test_mpii_trb.json",
)

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s]')


def tokens(path: Path) -> str:
    """The file without the white space between its tokens; numbers digit by digit, texts however they are escaped."""
    found = TOKEN.findall(path.read_text(encoding="utf-8"))
    return "".join(json.dumps(json.loads(t)) if t.startswith('"') else t for t in found)


def through(source: Path, target: Path) -> None:
    """Import into a new project and export it again."""
    with ProjectFile.create(":memory:") as project:
        import_file(project, source)
        export_file(project, target)


@pytest.mark.parametrize("name", REAL)
def test_real_files_come_out_token_by_token(name: str, shared: Path, tmp_path: Path) -> None:
    source = shared / "data" / name
    if not source.is_file():
        pytest.skip(f"{name} is not among the reference data")
    through(source, tmp_path / "once.json")
    assert tokens(tmp_path / "once.json") == tokens(source)
    through(tmp_path / "once.json", tmp_path / "twice.json")
    assert (tmp_path / "twice.json").read_bytes() == (tmp_path / "once.json").read_bytes()


@pytest.mark.parametrize("name", [n for n in REAL if "captions" not in n and "jhmdb" not in n and "aic" not in n])
def test_masks_are_those_of_pycocotools(name: str, shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = shared / "data" / name
    if not source.is_file():
        pytest.skip(f"{name} is not among the reference data")
    truth = COCO(str(source))
    seen = 0
    with ProjectFile.create(":memory:") as project:
        import_file(project, source)
        sizes = {m.id: (m.width, m.height) for m in project.media()}
        for mine, theirs in zip(project.all_annotations(), truth.dataset.get("annotations", []), strict=True):
            if not theirs.get("segmentation"):
                continue
            width, height = sizes[mine.media]
            np.testing.assert_array_equal(masks.paste(mine.mask(width, height), height, width), truth.annToMask(theirs))
            seen += 1
    assert seen or not any(a.get("segmentation") for a in truth.dataset.get("annotations", []))


def test_float_text_stays(tmp_path: Path) -> None:
    text = (
        '{"images":[{"id":1,"file_name":"1.jpg","width":640.0,"height":48e1}],"annotations":[{"id":3,"image_id":1,'
        '"category_id":1,"bbox":[12.70,1.50e1,0.10,7.0],"area":0.7000000000000001,"x":1E+2,"y":-0.0}],'
        '"categories":[{"id":1,"name":"c\\u00e4t"}],"extra":{"k":[1.10,null,true]}}'
    )
    source, target = tmp_path / "in.json", tmp_path / "out.json"
    source.write_text(text, encoding="utf-8")
    through(source, target)
    assert tokens(target) == text


SCALAR = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
VALUE = st.recursive(
    SCALAR,
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text("abcäß☃ ", max_size=4), v, max_size=3),
    max_leaves=6,
)
EXTRA = st.dictionaries(
    st.sampled_from(["x", "tags", "ümläut", "z_order", "score2", "info", "", '"q\\']), VALUE, max_size=4
)
NUMBER = st.one_of(st.floats(-50, 150), st.integers(-5, 120), st.decimals(0, 99, places=2).map(float))


@st.composite
def datasets(draw: st.DrawFn) -> str:
    """A COCO file with odd numbers, keys of its own everywhere, ids in any order, written in any style."""
    image_ids = draw(st.lists(st.integers(1, 10**12), unique=True, max_size=4))
    category_ids = draw(st.lists(st.integers(1, 200), unique=True, max_size=3))
    images = [
        {"id": i, "file_name": f"{draw(st.text('abc/ä ', min_size=1, max_size=6))}{i}.jpg", "width": 100, "height": 80}
        for i in image_ids
    ]
    categories = [{"id": i, "name": f"{draw(st.text(max_size=5))}{i}"} for i in category_ids]
    annotations = []
    if image_ids and category_ids:
        for i in draw(st.lists(st.integers(1, 10**9), unique=True, max_size=5)):
            a = {
                "id": i,
                "image_id": draw(st.sampled_from(image_ids)),
                "category_id": draw(st.sampled_from(category_ids)),
            }
            ring = st.lists(NUMBER, min_size=3, max_size=6).flatmap(lambda v: st.just(v + v))
            a["segmentation"] = draw(st.one_of(st.just([]), st.lists(ring, min_size=1, max_size=2)))
            if draw(st.booleans()):
                a["bbox"] = [draw(NUMBER), draw(NUMBER), abs(draw(NUMBER)), abs(draw(NUMBER))]
            annotations.append(a)

    def mixed(item: dict) -> dict:
        pairs = list({**draw(EXTRA), **item}.items())
        return dict(draw(st.permutations(pairs)))

    lists = {"images": images, "annotations": annotations, "categories": categories}
    top = {key: [mixed(item) for item in items] for key, items in lists.items()}
    style = draw(st.sampled_from([{}, {"indent": 2}, {"separators": (",", ":")}, {"ensure_ascii": False}]))
    return json.dumps(mixed(top), **style)


@settings(max_examples=40)
@given(text=datasets())
def test_any_sound_file_comes_out_token_by_token(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("identity")
    source, target = folder / "in.json", folder / "out.json"
    source.write_text(text, encoding="utf-8")
    with ProjectFile.create(":memory:") as project:
        report = import_file(project, source)
        assert not [str(n) for n in report.notes if n.kind == "skipped"]
        export_file(project, target)
    assert tokens(target) == tokens(source)

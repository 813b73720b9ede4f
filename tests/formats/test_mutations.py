"""A sound file with any value anywhere: an error with words, or a project that exports and reads again."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from coco_samples import SQUARE, dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from segstudio.core.errors import FormatError
from segstudio.engine.exchange import export_file, import_file
from segstudio.formats.lint import check_file
from segstudio.store import ProjectFile

RLE = {"size": [48, 64], "counts": [10, 20, 3042]}
SAMPLE = dataset(
    {"segmentation": [SQUARE, SQUARE], "area": 200.5, "bbox": [10, 10, 20, 10], "iscrowd": 0, "score": 0.5},
    {"segmentation": RLE, "iscrowd": 1, "attributes": {"a": 1}, "track_id": 3},
    {"keypoints": [1, 2, 2, 0, 0, 0], "num_keypoints": 1, "bbox": [1, 2, 1, 1]},
    {
        "bbox": [1, 2, 30, 40], **{f"dp_{name}": [0.5, 1] for name in "xyIUV"},
        "dp_masks": [[]] * 13 + [{"size": [256, 256], "counts": [100, 50, 65386]}],
    },
    info={"year": 2017},
)  # fmt: skip
SAMPLE["categories"][0] |= {"keypoints": ["a", "b"], "skeleton": [[1, 2]], "color": [1, 2, 3], "isthing": 1}
SAMPLE["images"][1] |= {"video": "clip.mp4", "frame": 3}

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 1, 2, 7, 1e300, -1e9, 0.5, 2**64, 10**30, float("nan"), float("inf")]),
    st.text(max_size=3),
    st.sampled_from([[], [[]], {}, [None], [1, 2, 3], [[1, 2]], {"size": [1, 1], "counts": "0"}, "\x00", "../x", "1"]),
)


def places(value: Any, path: tuple = ()) -> list[tuple]:
    """The paths of all values in an object."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(p for key, v in inner for p in places(v, (*path, key)))]


PLACES = places(SAMPLE)[1:]


@settings(max_examples=40)
@given(swaps=st.lists(st.tuples(st.sampled_from(PLACES), st.one_of(ODD, st.just(...))), min_size=1, max_size=3))
def test_any_value_anywhere(swaps: list, tmp_path_factory: pytest.TempPathFactory) -> None:
    data: Any = copy.deepcopy(SAMPLE)
    for (*path, last), value in swaps:
        holder = data
        try:
            for key in path:
                holder = holder[key]
            if value is ...:
                del holder[last]
            else:
                holder[last] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier swap took the place away
    folder = tmp_path_factory.mktemp("mutations")
    source, once, twice = folder / "in.json", folder / "once.json", folder / "twice.json"
    source.write_text(json.dumps(data))
    with ProjectFile.create(":memory:") as project:
        try:
            report = import_file(project, source, "coco")
        except FormatError:
            return
        counts = {m.id: (m.width, m.height) for m in project.media()}
        for a in project.all_annotations():
            a.mask(*counts[a.media])
        export_file(project, once)
    assert {p.name for p in folder.iterdir()} == {"in.json", "once.json"}
    lists = {name: data.get(name) or [] for name in ("images", "annotations", "categories")}
    written = json.loads(once.read_text())
    assert {name: len(written.get(name) or []) for name in lists} == {name: len(v) for name, v in lists.items()}
    with ProjectFile.create(":memory:") as project:
        again = import_file(project, once, "coco")
        export_file(project, twice)
    assert (again.annotations, again.media, again.skipped) == (report.annotations, report.media, report.skipped)
    assert twice.read_bytes() == once.read_bytes()
    check_file(source)

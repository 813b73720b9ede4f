"""What is wrong with COCO panoptic files: it is named with its place, and the rest is read."""

from __future__ import annotations

import copy
import io
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panoptic_samples import CAT, DOG, H, W, noted, put, rgb, sample, skipped
from PIL import Image

from segstudio.core.errors import FormatError
from segstudio.engine.exchange import export_file, import_file
from segstudio.formats import registry
from segstudio.formats.lint import walked
from segstudio.store import ProjectFile


def segment(index: int, **changed: Any) -> Callable[[dict], None]:
    def change(data: dict) -> None:
        info = data["annotations"][0]["segments_info"][index]
        for key, value in changed.items():
            if value is ...:
                info.pop(key)
            else:
                info[key] = value

    return change


def head(**changed: Any) -> Callable[[dict], None]:
    def change(data: dict) -> None:
        data["annotations"][0] |= changed

    return change


@pytest.mark.parametrize(
    ("change", "reason", "left"),
    [
        (segment(0, id=0), "means void", 2),
        (segment(0, id=1 << 24), "beyond 16777215", 2),
        (segment(0, id=-4), "beyond 16777215", 2),
        (segment(0, id="7"), "no usable id", 2),
        (segment(0, id=...), "no usable id", 2),
        (segment(0, id=True), "no usable id", 2),
        (segment(0, id=12345), "without a pixel in its PNG", 2),
        (segment(1, id=CAT), "an earlier segment of the map has", 2),
        (segment(0, category_id=44), "category_id is not among the categories", 2),
        (segment(0, category_id=...), "no category_id", 2),
        (head(image_id=10), "image_id is not among the images", 0),
        (head(image_id=None), "no image_id", 0),
        (head(file_name=5), "no file_name", 0),
        (head(file_name="/"), "no file_name", 0),
        (head(file_name="../one.png"), "leads outside", 0),
        (head(file_name="/etc/passwd"), "leads outside", 0),
        (head(file_name="two.png"), "is missing; put it into the folder", 0),
        (head(file_name="x" * 300 + ".png"), "damaged", 0),
        (head(segments_info=5), "list", 0),
        (head(segments_info=[3, "x", {"id": DOG, "category_id": 2}]), "object", 1),
        (lambda d: d["annotations"].append(dict(d["annotations"][0])), "a second map of a picture", 3),
        (lambda d: d["annotations"].insert(0, 7), "object", 3),
        (lambda d: d["images"][0].update(width=W + 1), "another size than its picture", 0),
    ],
)
def test_a_bad_item_is_skipped_with_its_place(
    change: Callable[[dict], None], reason: str, left: int, project: ProjectFile, tmp_path: Path
) -> None:
    data, values = sample()
    change(data)
    (tmp_path / "one.png").write_bytes(b"")
    report = import_file(project, put(tmp_path, data, values))
    assert report.annotations == left
    assert reason in noted(report, "skipped") and "annotations[" in noted(report, "skipped")
    # What is left is sound: it goes out and comes in again.
    export_file(project, tmp_path / "out.json", "coco-panoptic")
    with ProjectFile.create(":memory:") as other:
        again = import_file(other, tmp_path / "out.json", "coco-panoptic")
        assert again.annotations == left and skipped(again) == []


def png(color: int, bits: int = 8, width: int = W, height: int = H, body: bytes = b"") -> bytes:
    """The start of a PNG file as it might be."""
    header = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, 0)
    made = b"\x89PNG\r\n\x1a\n"
    for kind, part in ((b"IHDR", header), (b"IDAT", body), (b"IEND", b"")):
        made += struct.pack(">I", len(part)) + kind + part + struct.pack(">I", zlib.crc32(kind + part))
    return made


def jpeg() -> bytes:
    file = io.BytesIO()
    Image.fromarray(rgb(sample()[1])).save(file, "JPEG")
    return file.getvalue()


def palette() -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.zeros((H, W), np.uint8)).convert("P").save(file, "PNG")
    return file.getvalue()


def whole() -> bytes:
    file = io.BytesIO()
    Image.fromarray(rgb(np.random.default_rng(0).integers(0, 1 << 24, (H, W)))).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty or cut off"),
        (b"\x89PNG\r\n\x1a\n", "empty or cut off"),
        (jpeg(), "no PNG; a compression with loss"),
        (palette(), "not 8-bit RGB (a palette)"),
        (png(0), "not 8-bit RGB (grey)"),
        (png(2, 16), "not 8-bit RGB (16 bits a channel)"),
        (png(2, 8, 4, 4), "another size"),
        (png(2, 8, 2**31 - 1, 2**31 - 1), "another size"),
        (png(2), "damaged"),
        (png(2, body=b"nonsense"), "damaged"),
        (png(2, body=zlib.compress(b"\0" * 100)), "damaged"),
        (whole()[:3000], "damaged"),
        (whole()[:2000] + b"\0" * 64 + whole()[2064:], "damaged"),
        (b"\0" * 4000, "no PNG"),
    ],
)
def test_a_bad_png_is_skipped_with_its_place(content: bytes, reason: str, project: ProjectFile, tmp_path: Path) -> None:
    data, values = sample()
    path = put(tmp_path, data, values)
    (tmp_path / "in" / "one.png").write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = import_file(project, path)
    assert (report.annotations, report.skipped) == (0, 3)
    assert reason in noted(report, "skipped") and "in/one.png" in noted(report, "skipped")


def test_a_bomb_is_not_unpacked(project: ProjectFile, tmp_path: Path) -> None:
    data, values = sample()
    data["images"][0].pop("width")
    path = put(tmp_path, data, values)
    (tmp_path / "in" / "one.png").write_bytes(png(2, 8, 200_000, 200_000))
    assert "impossible size" in noted(import_file(project, path), "skipped")


def test_opacity_is_ignored(project: ProjectFile, tmp_path: Path) -> None:
    data, values = sample()
    path = put(tmp_path, data, values)
    Image.fromarray(np.dstack([rgb(values), np.zeros((H, W), np.uint8)])).save(tmp_path / "in" / "one.png")
    assert import_file(project, path).annotations == 3


def test_odd_files_are_read_and_what_is_odd_is_said(project: ProjectFile, tmp_path: Path) -> None:
    data, values = sample()
    values[40:44, 50:60] = 123456
    info = data["annotations"][0]["segments_info"]
    info[0]["area"], info[1]["bbox"] = 3, [0, 0, 1, 1]
    values[0, 63] = 99
    info.append({"id": 99, "category_id": 193})
    data["categories"][0].pop("isthing")
    report = import_file(project, put(tmp_path, data, values))
    said = noted(report, "warning")
    assert report.annotations == 4
    assert "area that is not" in noted(report, "changed") and "bbox that is not" in noted(report, "changed")
    assert "stuff in several segments" in said and "doesn't say isthing" in said
    assert "ids in a PNG file that the JSON file does not list" in noted(report, "changed") and "1.30%" in str(report)
    export_file(project, tmp_path / "out.json", "coco-panoptic")
    with ProjectFile.create(":memory:") as other:
        again = import_file(other, tmp_path / "out.json")
        assert again.notes == [] and again.annotations == 3


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[]", "object"),
        ('{"images": [], "segments_info": 1}', 'no list "annotations"'),
        ('{"annotations": 5, "x": "segments_info"}', "in place of a list"),
        ('{"annotations": [{"segments_info": [{"id": 1}], "image_id": 1, "file_name": "a.png"}]}', "folder of its PNG"),
        ('{"annotations": [', "ends too early"),
    ],
)
def test_files_that_cannot_be_used_say_why(content: str, says: str, project: ProjectFile, tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(content)
    with pytest.raises(FormatError) as caught:
        import_file(project, tmp_path / "in.json", "coco-panoptic")
    assert says in str(caught.value) and (caught.value.remedy or says == "object")
    assert project.runs() == []


def test_a_file_is_checked_without_a_project(tmp_path: Path) -> None:
    data, values = sample()
    data["annotations"][0]["segments_info"][0]["id"] = 5
    path = put(tmp_path, data, values)
    row = registry.find(path)
    assert row.read is not None
    found = [n.kind for n in walked(row.read(path))]
    assert found == ["skipped", "changed"]


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 1, 2, 9, CAT, 1e300, -1e9, 0.5, 2**24, 2**64, 10**30, float("nan"), float("inf")]),
    st.text(max_size=3),
    st.sampled_from([[], [[]], {}, [None], [1, 2, 3], {"size": [1, 1]}, "\x00", "../x", "one.png", ".", "a/b"]),
)


def places(value: Any, path: tuple = ()) -> list[tuple]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(p for key, v in inner for p in places(v, (*path, key)))]


def wrote_together(report: Any) -> int:
    """At most two of the sample's three segments can be of one class with the third."""
    return 2 if "stuff in several regions" in noted(report, "changed") else 0


PLACES = places(sample()[0])[1:]


@settings(max_examples=60)
@given(swaps=st.lists(st.tuples(st.sampled_from(PLACES), st.one_of(ODD, st.just(...))), min_size=1, max_size=3))
def test_any_value_anywhere(swaps: list, tmp_path_factory: pytest.TempPathFactory) -> None:
    data, values = sample()
    data = copy.deepcopy(data)
    for (*path, last), value in swaps:
        holder: Any = data
        try:
            for key in path:
                holder = holder[key]
            if value is ...:
                del holder[last]
            else:
                holder[last] = value
        except (KeyError, IndexError, TypeError):
            continue
    folder = tmp_path_factory.mktemp("mutations")
    source = put(folder, data, values)
    with ProjectFile.create(":memory:") as project:
        try:
            report = import_file(project, source, "coco-panoptic")
        except FormatError:
            return
        wrote = export_file(project, folder / "once.json", "coco-panoptic")
        export_file(project, folder / "coco.json", "coco")
        # Whatever came in goes out, is said to be skipped (no size), or joins another region of its class.
        assert wrote.annotations + wrote.skipped + wrote_together(wrote) >= report.annotations
    assert {p.name for p in folder.iterdir()} == {"in", "in.json", "once", "once.json", "coco.json"}
    with ProjectFile.create(":memory:") as project:
        again = import_file(project, folder / "once.json", "coco-panoptic")
        export_file(project, folder / "twice.json", "coco-panoptic")
    assert again.annotations == wrote.annotations
    assert (folder / "twice.json").read_bytes() == (folder / "once.json").read_bytes()

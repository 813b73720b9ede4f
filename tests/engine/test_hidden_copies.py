"""An export with objects hidden: the copies, the file beside them, and that originals stay as they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image
from tiny_clips import video_project

from segstudio.core import changes
from segstudio.core.annotation import REJECTED, Annotation, Keypoints, Origin
from segstudio.core.errors import Cancelled, InputError
from segstudio.core.geometry import Box
from segstudio.core.hiding import Hiding
from segstudio.core.labels import FACE_FIVE, Category
from segstudio.core.media import Media
from segstudio.engine.exchange import export_file, import_file
from segstudio.engine.hiding import HiddenCopies, chosen_classes, face_classes
from segstudio.engine.job import CancelToken
from segstudio.media import read_values
from segstudio.store import ProjectFile

FACE, PERSON = 1, 2
STYLE = Hiding("black", "box", margin=0)


def photo(path: Path, seed: int, orientation: int = 1, dtype: str = "uint8") -> Path:
    rng = np.random.default_rng(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    if dtype == "uint16":
        import cv2

        cv2.imwrite(str(path), rng.integers(1, 65536, (30, 40), dtype=np.uint16))
        return path
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "SECRET CAMERA"
    Image.fromarray(rng.integers(1, 256, (30, 40, 3), np.uint8)).save(path, exif=exif.tobytes())
    return path


@pytest.fixture
def project(tmp_path: Path) -> Iterator[ProjectFile]:
    """Three pictures (plain, turned, 16-bit grey); a face on the first two, a person on the third, a rejected face."""
    root = tmp_path / "media"
    photo(root / "a.png", 1)
    photo(root / "sub/turned.jpg", 2, orientation=6)
    photo(root / "deep.png", 3, dtype="uint16")
    made = ProjectFile.create(tmp_path / "p.segstudio", root)
    made.new_ids("media", 3), made.new_ids("category", 2)
    first = made.new_ids("annotation", 5)
    source = b'{"id": 70, "file_name": "a.png", "width": 40, "height": 30, "coco_url": "http://secret/a.png"}'
    marks = Keypoints((7.0, 7.0, 2, 11.0, 7.0, 2, 9.0, 9.0, 2, 7.0, 11.0, 2, 11.0, 11.0, 2))
    model = Origin("model", model="faces")
    objects = [
        Annotation(first, 1, FACE, geometry=Box(5, 5, 8, 8), keypoints=marks),
        Annotation(first + 1, 2, FACE, geometry=Box(2, 3, 6, 7), score=0.9, origin=model, review="predicted"),
        Annotation(first + 2, 3, PERSON, geometry=Box(1, 1, 9, 9)),
        Annotation(first + 3, 3, FACE, geometry=Box(20, 10, 5, 5), score=0.8, origin=model, review=REJECTED),
        Annotation(first + 4, 1, FACE, geometry=Box(20, 20, 4, 4), score=0.1, origin=model, review="predicted"),
    ]
    media = [
        Media(1, "a.png", source=source, comment="secret note", tags=("secret",)),
        Media(2, "sub/turned.jpg"),
        Media(3, "deep.png"),
    ]
    classes = [Category(FACE, "face", skeleton=FACE_FIVE), Category(PERSON, "person")]
    made.commit(changes.insert([*classes, *media, *objects], "Make"))
    yield made
    made.close()


def wanted(tmp_path: Path, **more) -> HiddenCopies:
    return HiddenCopies(**{"classes": frozenset({FACE}), "folder": tmp_path / "copies", "hiding": STYLE, **more})


def sums(folder: Path) -> dict[str, str]:
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_pixels_outside_are_equal_and_originals_untouched(project: ProjectFile, tmp_path: Path) -> None:
    root = tmp_path / "media"
    before = sums(root)
    report = export_file(project, tmp_path / "out.json", hide=wanted(tmp_path), min_score=0.5)
    assert sums(root) == before
    assert report.copied is not None
    assert (report.copied.objects, report.copied.bare, report.media) == (2, 1, 3)
    boxes = {
        "a": ("a.png", (5, 5, 13, 13)),
        "sub/turned": ("sub/turned.jpg", (2, 3, 8, 10)),
        "deep": ("deep.png", None),
    }
    assert len(list((tmp_path / "copies").rglob("*.*"))) == 3
    for name, (original, box) in boxes.items():
        old, new = read_values(root / original), read_values(tmp_path / "copies" / f"{name}.png")
        assert old.shape == new.shape
        assert old.dtype == new.dtype
        if box:
            left, top, right, bottom = box
            assert not new[top:bottom, left:right].any()
            new[top:bottom, left:right] = old[top:bottom, left:right]
        assert np.array_equal(old, new), name
    assert not any(b"SECRET" in p.read_bytes() for p in (tmp_path / "copies").rglob("*.png"))


def test_the_file_is_about_the_copies_and_opens_them(project: ProjectFile, tmp_path: Path) -> None:
    export_file(project, tmp_path / "out.json", hide=wanted(tmp_path))
    text = (tmp_path / "out.json").read_text()
    assert "secret" not in text
    data = json.loads(text)
    images = {i["file_name"]: i for i in data["images"]}
    assert set(images) == {"copies/a.png", "copies/sub/turned.png", "copies/deep.png"}
    assert images["copies/a.png"] == {"id": 70, "file_name": "copies/a.png", "width": 40, "height": 30}
    assert (images["copies/sub/turned.png"]["width"], images["copies/sub/turned.png"]["height"]) == (30, 40)
    assert {a["image_id"] for a in data["annotations"]} == {i["id"] for i in data["images"]}
    marks = next(a for a in data["annotations"] if a.get("keypoints"))
    assert marks["image_id"] == 70
    with ProjectFile.create(tmp_path / "again.segstudio") as again:
        report = import_file(again, tmp_path / "out.json")
        assert (report.media, report.annotations) == (3, 4)
        for m in again.media():
            assert (again.media_root / m.path).is_file()


def test_weak_predictions_stay_visible_and_unaccepted_ones_are_hidden(project: ProjectFile, tmp_path: Path) -> None:
    hide = wanted(tmp_path)
    report = export_file(project, tmp_path / "out.json", hide=hide, min_score=0.5, predictions="accepted")
    assert report.copied is not None
    assert report.copied.objects == 2
    assert report.annotations == 2
    assert export_file(project, tmp_path / "out.json", hide=hide).copied.objects == 3  # pyright: ignore


def test_other_folders_formats_and_a_dry_run(project: ProjectFile, tmp_path: Path) -> None:
    elsewhere = tmp_path / "x" / "y"
    hide = wanted(tmp_path, folder=elsewhere, format="jpg")
    (tmp_path / "z").mkdir()
    report = export_file(project, tmp_path / "z" / "out.json", hide=hide, dry=True)
    assert report.copied is not None
    assert report.copied.objects == 3
    assert not elsewhere.exists()
    export_file(project, tmp_path / "z" / "out.json", hide=hide)
    names = {i["file_name"] for i in json.loads((tmp_path / "z" / "out.json").read_text())["images"]}
    assert names == {"a.jpg", "sub/turned.jpg", "deep.jpg"}
    assert all((elsewhere / name).is_file() for name in names)
    with pytest.raises(InputError, match="does not name pictures"):
        export_file(project, tmp_path / "out.json", "coco-results", hide=wanted(tmp_path))


def test_an_original_is_never_replaced(project: ProjectFile, tmp_path: Path) -> None:
    before = sums(tmp_path / "media")
    with pytest.raises(InputError, match="original"):
        export_file(project, tmp_path / "out.json", hide=wanted(tmp_path, folder=tmp_path / "media"))
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "media")
    with pytest.raises(InputError, match="original"):
        export_file(project, tmp_path / "out.json", hide=wanted(tmp_path, folder=link))
    assert sums(tmp_path / "media") == before
    assert not (tmp_path / "out.json").exists()


def test_names_that_clash_or_lead_outside_get_new_ones(project: ProjectFile, tmp_path: Path) -> None:
    photo(tmp_path / "media" / "a.jpg", 5)
    photo(tmp_path / "far" / "out.jpg", 6)
    first = project.new_ids("media", 3)
    added = [Media(first, "a.jpg"), Media(first + 1, "../far/out.jpg"), Media(first + 2, str(tmp_path / "far/out.jpg"))]
    project.commit(changes.insert(added, "Add"))
    export_file(project, tmp_path / "out.json", hide=wanted(tmp_path))
    names = sorted(str(p.relative_to(tmp_path / "copies")) for p in (tmp_path / "copies").rglob("*.png"))
    assert names == ["a.png", "a_2.png", "deep.png", "out.png", "out_2.png", "sub/turned.png"]
    assert len(list((tmp_path / "far").iterdir())) == 1


def test_a_picture_that_cannot_be_read_is_left_out_with_its_objects(project: ProjectFile, tmp_path: Path) -> None:
    (tmp_path / "media" / "a.png").write_bytes(b"broken")
    report = export_file(project, tmp_path / "out.json", hide=wanted(tmp_path))
    assert report.skipped == 1
    data = json.loads((tmp_path / "out.json").read_text())
    assert len(data["images"]) == 2
    assert 70 not in {a["image_id"] for a in data["annotations"]}


def test_frames_of_videos_become_pictures(tmp_path: Path) -> None:
    with video_project(tmp_path) as project:
        (tmp_path / "z").mkdir()
        hide = HiddenCopies(frozenset({1}), tmp_path / "z" / "copies", STYLE)
        report = export_file(project, tmp_path / "z" / "out.json", hide=hide)
    assert report.copied is not None
    assert report.copied.objects == 2
    data = json.loads((tmp_path / "z" / "out.json").read_text())
    assert [i["file_name"] for i in data["images"]] == ["copies/sub/a/000001.png", "copies/sub/a/000003.png"]
    assert not any("video" in i for i in data["images"])
    assert [a["image_id"] for a in data["annotations"]] == [i["id"] for i in data["images"]]
    for i in data["images"]:
        shown = read_values(tmp_path / "z" / i["file_name"])
        assert not shown[4:14, 4:24].any()
        assert shown[20:].all()


def test_a_cancel_stops_it(project: ProjectFile, tmp_path: Path) -> None:
    token = CancelToken()
    seen: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        seen.append((done, total))
        token.cancel()

    with pytest.raises(Cancelled):
        export_file(project, tmp_path / "out.json", hide=wanted(tmp_path), progress=stop, cancel=token)
    assert seen == [(1, 3)]
    assert not (tmp_path / "out.json").exists()


def test_classes_are_found_by_name_and_faces_by_what_they_are(project: ProjectFile) -> None:
    classes = project.categories()
    assert face_classes(classes) == {FACE}
    assert face_classes([Category(5, "Faces "), Category(6, "surface"), Category(7, "kopf", skeleton=FACE_FIVE)]) == {
        5,
        7,
    }
    assert chosen_classes(classes, ["person", ""]) == {FACE, PERSON}
    with pytest.raises(InputError, match="no class 'cat'"):
        chosen_classes(classes, ["cat"])
    with pytest.raises(InputError, match="no class of faces"):
        chosen_classes([replace(classes[1])], [""])

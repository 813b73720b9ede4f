"""Listing folders, and paths between a project and the disk."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from segstudio.core.errors import Cancelled, MediaError
from segstudio.core.media import Media
from segstudio.media import checksum, describe, relativize, resolve, scan
from segstudio.media.folders import natural_key


def names(found: object, root: Path) -> list[str]:
    return [Path(entry.path).relative_to(root).as_posix() for entry in found]  # type: ignore[attr-defined]


def touch(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()


def test_natural_order_recursively(tmp_path: Path) -> None:
    touch(tmp_path, "b10.jpg", "b9.JPG", "B1.png", "a/2.tif", "a/10.tif", "a/b/1.mp4", "a10/x.webp", "a9/x.bmp")
    touch(tmp_path, "notes.txt", "data.json", ".hidden.jpg", ".folder/x.jpg", "noextension")
    found = list(scan(tmp_path))
    assert names(found, tmp_path) == [
        "B1.png", "b9.JPG", "b10.jpg", "a/2.tif", "a/10.tif", "a/b/1.mp4", "a9/x.bmp", "a10/x.webp",
    ]  # fmt: skip
    assert [entry.kind for entry in found] == ["image"] * 5 + ["video"] + ["image"] * 2
    assert names(scan(tmp_path, recursive=False), tmp_path) == ["B1.png", "b9.JPG", "b10.jpg"]


def test_files_and_folders_together_come_once_in_the_order_given(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.jpg", "a/2.jpg", "b/3.jpg", "c.unknown")
    given_paths = [
        tmp_path / "b",
        tmp_path / "a" / "2.jpg",
        str(tmp_path / "c.unknown"),
        tmp_path / "a",
        tmp_path / "b",
    ]
    assert names(scan(given_paths), tmp_path) == ["b/3.jpg", "a/2.jpg", "c.unknown", "a/1.jpg"]


def test_a_missing_file_is_listed_so_that_it_can_be_reported(tmp_path: Path) -> None:
    (entry,) = scan([tmp_path / "gone.jpg"])
    assert describe(Media(1, relativize(entry.path, tmp_path)), tmp_path).status == "missing"


def test_loops_of_links_end(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.jpg", "b/2.jpg")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a")
    (tmp_path / "dangling.jpg").symlink_to(tmp_path / "nowhere.jpg")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert names(scan(tmp_path), tmp_path) == ["dangling.jpg", "a/1.jpg", "b/2.jpg"]


def test_a_linked_folder_is_entered(tmp_path: Path) -> None:
    touch(tmp_path, "elsewhere/1.jpg", "project/0.jpg")
    (tmp_path / "project" / "linked").symlink_to(tmp_path / "elsewhere")
    assert names(scan(tmp_path / "project"), tmp_path) == ["project/0.jpg", "project/linked/1.jpg"]


def test_folders_that_may_not_be_read_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "a/1.jpg", "b/2.jpg")
    real = os.scandir

    def deny(path: str) -> object:
        if str(path).endswith("a"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", deny)
    assert names(scan(tmp_path), tmp_path) == ["b/2.jpg"]


def test_nothing_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, *(f"{i}.jpg" for i in range(50)))

    def refuse(*args: object, **options: object) -> None:
        raise AssertionError("a file was opened")

    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr(Path, "open", refuse)
    assert len(list(scan(tmp_path))) == 50


@given(st.lists(st.integers(0, 10**12), min_size=2, unique=True), st.text(max_size=3), st.text(max_size=3))
def test_numbers_sort_by_value(numbers: list[int], before: str, after: str) -> None:
    before, after = (text.strip("0123456789") for text in (before, after))
    ordered = [f"{before}{n}{after}" for n in sorted(numbers)]
    shuffled = random.Random(0).sample(ordered, len(ordered))
    assert sorted(shuffled, key=natural_key) == ordered


@given(st.lists(st.text(alphabet="aB0129._é ", max_size=8), unique=True))
def test_the_order_is_total(some: list[str]) -> None:
    backwards = some[::-1]
    assert sorted(some, key=natural_key) == sorted(backwards, key=natural_key)
    assert len({natural_key(name) for name in some}) == len(some)


def test_relative_paths_there_and_back(tmp_path: Path) -> None:
    root = tmp_path / "media"
    touch(root, "a/b c/ä 1.jpg")
    touch(tmp_path, "outside.jpg")
    assert relativize(root / "a" / "b c" / "ä 1.jpg", root) == "a/b c/ä 1.jpg"
    assert relativize(root / "a" / ".." / "x.jpg", root) == "x.jpg"
    outside = relativize(tmp_path / "outside.jpg", root)
    assert outside == (tmp_path / "outside.jpg").as_posix()
    for stored in ("a/b c/ä 1.jpg", outside):
        assert resolve(Media(1, stored), root).is_file()
        assert relativize(resolve(Media(1, stored), root), root) == stored


def test_the_working_folder_counts_for_relative_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    touch(tmp_path, "m/a.jpg")
    assert relativize("m/a.jpg", "m") == "a.jpg"
    assert resolve(Media(1, "a.jpg"), "m") == tmp_path / "m" / "a.jpg"
    assert [entry.path for entry in scan("m")] == [str(tmp_path / "m" / "a.jpg")]


def test_paths_of_an_imported_file(tmp_path: Path) -> None:
    touch(tmp_path, "shared/x.jpg", "project/sub/y.jpg", "project/back\\slash.jpg")
    root = tmp_path / "project"
    assert resolve(Media(1, "../shared/x.jpg"), root) == tmp_path / "shared" / "x.jpg"
    assert resolve(Media(1, "../" * 60 + "etc/none.jpg"), root) == Path("/etc/none.jpg")
    assert resolve(Media(1, "/etc/hostname"), root) == Path("/etc/hostname")
    assert resolve(Media(1, "sub\\y.jpg"), root) == root / "sub" / "y.jpg"
    assert resolve(Media(1, "back\\slash.jpg"), root) == root / "back\\slash.jpg"
    assert describe(Media(1, "sub\\none.jpg"), root).status == "missing"
    assert describe(Media(1, ""), root).status == "mistyped"


@given(st.text(max_size=60))
def test_no_name_makes_resolving_fail(name: str) -> None:
    root = Path("/nowhere at all")
    assert resolve(Media(1, name), root).is_absolute()
    assert describe(Media(1, name), root).status in ("missing", "mistyped", "broken", "empty", "ok", "truncated")


def test_describe_fills_the_entry_and_keeps_the_rest(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = 6
    Image.new("RGB", (30, 20)).save(tmp_path / "a.jpg", exif=exif)
    media = Media(7, "a.jpg", review="done", sha256="abc", source=b"{}")
    found = describe(media, tmp_path)
    assert (found.width, found.height, found.orientation, found.frames, found.status) == (20, 30, 6, 1, "ok")
    assert found.size == (tmp_path / "a.jpg").stat().st_size and found.reason == ""
    assert (found.id, found.path, found.review, found.sha256, found.source) == (7, "a.jpg", "done", "abc", b"{}")
    (tmp_path / "a.jpg").unlink()
    gone = describe(found, tmp_path)
    # What the file was is kept: annotations refer to it.
    assert (gone.status, gone.width, gone.height, gone.size) == ("missing", 20, 30, -1)


def test_checksum(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc" * 1000)
    assert checksum(tmp_path / "a") == hashlib.sha256(b"abc" * 1000).hexdigest()
    with pytest.raises(MediaError) as info:
        checksum(tmp_path / "b")
    assert info.value.status == "missing"
    with pytest.raises(Cancelled):
        checksum(tmp_path / "a", stop=lambda: True)


def test_importing_the_room_is_cheap() -> None:
    code = (
        "import sys, segstudio.media as m, segstudio.media.images, segstudio.media.source, segstudio.media.prefetch\n"
        "import segstudio.media.thumbnails, segstudio.media.folders, segstudio.media.export\n"
        "heavy = {'av', 'cv2', 'tifffile', 'imagecodecs', 'PIL', 'torch', 'PySide6', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "assert all(callable(getattr(m, name)) for name in dir(m))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_unknown_names_of_the_room_are_refused() -> None:
    import segstudio.media

    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = segstudio.media.no_such_thing

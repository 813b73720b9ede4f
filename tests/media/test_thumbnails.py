"""Thumbnails, made and kept."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest
from media_clips import MakeClip, clip_frame
from PIL import Image

from segstudio.core.errors import MediaError
from segstudio.core.media import Media
from segstudio.media import thumbnail, thumbnails


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A JPEG of 900 x 600: red, green, blue and white quarters."""
    rgb = np.zeros((600, 900, 3), np.uint8)
    rgb[:300, :450], rgb[:300, 450:], rgb[300:, :450], rgb[300:, 450:] = (255, 0, 0), (0, 255, 0), (0, 0, 255), 255
    Image.fromarray(rgb).save(tmp_path / "photo.jpg", quality=95, subsampling=0)
    return tmp_path / "photo.jpg"


def quarters(small: np.ndarray) -> list[str]:
    height, width = small.shape[:2]
    names = {(255, 0, 0): "red", (0, 255, 0): "green", (0, 0, 255): "blue", (255, 255, 255): "white"}
    points = [small[y * height // 4, x * width // 4] for y in (1, 3) for x in (1, 3)]
    return [names[tuple(int(v > 128) * 255 for v in point)] for point in points]


@pytest.mark.parametrize("size", [32, 128, 300, 2000])
def test_size_and_content(photo: Path, size: int) -> None:
    small = thumbnail(photo, size)
    assert small.dtype == np.uint8 and small.flags.c_contiguous
    assert max(small.shape[:2]) == min(size, 900)
    assert abs(small.shape[1] / small.shape[0] - 1.5) < 0.05
    assert quarters(small) == ["red", "green", "blue", "white"]


def test_orientation(photo: Path, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = 6
    for name in ("turned.jpg", "turned.png", "turned.tif"):
        Image.open(photo).convert("RGB").save(tmp_path / name, exif=exif)
        small = thumbnail(tmp_path / name, 90)
        assert small.shape == (90, 60, 3)
        assert quarters(small) == ["blue", "red", "white", "green"]


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "1", "I;16", "CMYK"])
def test_modes(tmp_path: Path, mode: str) -> None:
    name = "a.jpg" if mode == "CMYK" else "a.png"
    Image.new("L", (300, 200), 255).convert(mode).save(tmp_path / name)
    assert thumbnail(tmp_path / name, 30).shape == (20, 30, 3)


def test_thin_pictures_keep_a_pixel(tmp_path: Path) -> None:
    Image.new("RGB", (4000, 3)).save(tmp_path / "a.png")
    Image.new("RGB", (3, 4000)).save(tmp_path / "a.jpg")
    assert thumbnail(tmp_path / "a.png", 64).shape == (1, 64, 3)
    assert thumbnail(tmp_path / "a.jpg", 64).shape == (64, 1, 3)


def test_video(make_clip: MakeClip) -> None:
    path = make_clip("a.mp4", "libx264", frames=5, rotate=-90)
    small = thumbnail(Media(1, path.name, kind="video"), 48, root=path.parent)
    expected = Image.fromarray(np.ascontiguousarray(np.rot90(clip_frame(0), -1))).resize((32, 48), Image.Resampling.BOX)
    assert small.shape == (48, 32, 3)
    assert np.abs(small.astype(int) - np.asarray(expected)).mean() < 12


def alike(one: np.ndarray, two: np.ndarray) -> bool:
    """Kept thumbnails are JPEG."""
    return one.shape == two.shape and np.abs(one.astype(int) - two).mean() < 2


def kept(cache: Path) -> list[Path]:
    return sorted(path for path in cache.rglob("*") if path.is_file())


def test_kept_between_runs(photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    first = thumbnail(photo, cache=cache)
    assert len(kept(cache)) == 1

    def refuse(*args: object) -> np.ndarray:
        raise AssertionError("made again")

    with monkeypatch.context() as patch:
        patch.setattr(thumbnails, "_make", refuse)
        assert alike(thumbnail(photo, cache=cache), first)
        assert alike(thumbnail(Media(1, photo.name), root=photo.parent, cache=cache), first)
        with pytest.raises(AssertionError):
            thumbnail(photo, 64, cache=cache)
    # A file that changed gets a new one.
    os.utime(photo, ns=(5, 5))
    with monkeypatch.context() as patch, pytest.raises(AssertionError):
        patch.setattr(thumbnails, "_make", refuse)
        thumbnail(photo, cache=cache)


@pytest.mark.parametrize("damage", [b"", b"not a picture", None])
def test_damaged_ones_are_made_again(photo: Path, tmp_path: Path, damage: bytes | None) -> None:
    cache = tmp_path / "cache"
    first = thumbnail(photo, cache=cache)
    (file,) = kept(cache)
    file.write_bytes(file.read_bytes()[:-200] if damage is None else damage)
    assert np.array_equal(thumbnail(photo, cache=cache), first)
    assert alike(np.asarray(Image.open(file)), first)


def test_a_cache_that_cannot_be_written_does_not_matter(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    assert thumbnail(photo, cache=tmp_path / "cache").shape == (85, 128, 3)


def test_full_disk_leaves_nothing_behind(photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Image.Image, file: object, *args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    assert thumbnail(photo, cache=tmp_path / "cache").shape == (85, 128, 3)
    assert kept(tmp_path / "cache") == []


def test_errors_are_not_kept(tmp_path: Path) -> None:
    with pytest.raises(MediaError) as info:
        thumbnail(tmp_path / "none.jpg", cache=tmp_path / "cache")
    assert info.value.status == "missing"
    (tmp_path / "a.jpg").touch()
    with pytest.raises(MediaError):
        thumbnail(tmp_path / "a.jpg", cache=tmp_path / "cache")
    assert kept(tmp_path / "cache") == []


def test_many_threads(photo: Path, tmp_path: Path) -> None:
    made: list[np.ndarray] = []
    threads = [
        threading.Thread(target=lambda: made.append(thumbnail(photo, cache=tmp_path / "cache"))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(made) == 6 and all(alike(small, made[0]) for small in made)
    assert len(kept(tmp_path / "cache")) == 1


def test_place_of_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SEGSTUDIO_CACHE", str(tmp_path))
    assert thumbnails.default_cache() == tmp_path / "thumbnails"
    monkeypatch.delenv("SEGSTUDIO_CACHE")
    assert thumbnails.default_cache().name == "thumbnails"


def test_the_oldest_are_pruned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    for i in range(5):
        Image.new("RGB", (50, 50), (i * 40, 0, 0)).save(tmp_path / f"{i}.png")
        thumbnail(tmp_path / f"{i}.png", cache=cache)
    files = sorted(kept(cache), key=lambda file: file.stat().st_mtime_ns)
    for age, file in enumerate(files):
        os.utime(file, ns=(age, age))
    thumbnails.prune(cache, limit=sum(file.stat().st_size for file in files[3:]))
    assert kept(cache) == sorted(files[3:])
    # It happens by itself, too.
    monkeypatch.setattr(thumbnails, "_PRUNE_EVERY", 1)
    monkeypatch.setattr(thumbnails.prune, "__defaults__", (0,))
    thumbnail(tmp_path / "0.png", cache=cache)
    assert kept(cache) == []

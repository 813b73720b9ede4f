"""Files that are not what they should be: each gets a status and a reason, and nothing hangs, warns or turns grey."""

from __future__ import annotations

import os
import socket
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from media_clips import MakeClip
from PIL import Image

from segstudio.core.errors import MediaError
from segstudio.core.media import Media
from segstudio.media import MediaReader, describe, probe, read_image, thumbnail

STATUSES = {"missing", "empty", "truncated", "mistyped", "bomb", "broken"}


def refused(path: Path, status: str) -> MediaError:
    """Every door refuses the file with the same status, a sentence and a remedy, without a warning."""
    media = Media(1, path.name)
    caught: list[MediaError] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for read in (probe, read_image, thumbnail):
            with pytest.raises(MediaError) as info:
                read(path)
            caught.append(info.value)
        with pytest.raises(MediaError) as info:
            MediaReader(path.parent).read(media)
        caught.append(info.value)
        marked = describe(media, path.parent)
    assert {error.status for error in caught} == {status}
    assert all(error.message.endswith(".") and error.path and error.remedy for error in caught)
    assert marked.status == status and caught[0].message in marked.reason
    return caught[0]


def noise(folder: Path, name: str, **options: object) -> bytes:
    """Write a picture that doesn't compress and return its bytes."""
    rgb = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    Image.fromarray(rgb).save(folder / name, **options)
    return (folder / name).read_bytes()


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_header(width: int, height: int) -> bytes:
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + png_chunk(b"IDAT", zlib.compress(bytes(1000))) + png_chunk(b"IEND", b"")


def test_empty(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    refused(tmp_path / "a.jpg", "empty")


def test_missing(tmp_path: Path) -> None:
    refused(tmp_path / "a.jpg", "missing")
    (tmp_path / "file").touch()
    refused(tmp_path / "file" / "a.jpg", "missing")


@pytest.mark.parametrize("name", ["x" * 4000 + ".jpg", "a\0b.jpg", "d/" * 2500 + "a.jpg"])
def test_names_that_cannot_be(tmp_path: Path, name: str) -> None:
    marked = describe(Media(1, name), tmp_path)
    assert marked.status == "missing" and len(marked.reason) < 500
    with pytest.raises(MediaError) as info:
        MediaReader(tmp_path).read(Media(1, name))
    assert info.value.status == "missing" and len(str(info.value)) < 1000


@pytest.mark.parametrize("keep", [-1, -2, -60, 0.95, 0.5, 0.3])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.jpg", {"quality": 90}),
        ("p.jpg", {"quality": 90, "progressive": True}),
        ("a.png", {}),
        ("a.webp", {}),
        ("a.bmp", {}),
        ("a.tif", {}),
        ("l.tif", {"compression": "tiff_lzw"}),
    ],
)
def test_cut_off(tmp_path: Path, name: str, options: dict, keep: float) -> None:
    data = noise(tmp_path, name, **options)
    (tmp_path / name).write_bytes(data[: int(keep) if keep < 0 else int(len(data) * keep)])
    if name == "a.png" and -4 <= keep < 0:
        # Only the last, empty chunk's checksum is missing: no pixel is.
        assert read_image(tmp_path / name).width == 160
    else:
        refused(tmp_path / name, "truncated")


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.bmp", "a.tif"])
@pytest.mark.parametrize("length", [1, 4, 12, 20, 40])
def test_little_more_than_a_signature(tmp_path: Path, name: str, length: int) -> None:
    data = noise(tmp_path, name)
    (tmp_path / name).write_bytes(data[:length])
    with pytest.raises(MediaError) as info:
        read_image(tmp_path / name)
    assert info.value.status in ("truncated", "mistyped", "broken")


def test_cut_off_and_filled_with_zeros(tmp_path: Path) -> None:
    for name in ("a.jpg", "a.png"):
        data = noise(tmp_path, name)
        (tmp_path / name).write_bytes(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))
        refused(tmp_path / name, "truncated")


def test_cut_off_with_an_embedded_thumbnail(tmp_path: Path) -> None:
    small = noise(tmp_path, "small.jpg")
    exif = Image.Exif()
    exif[0x9286] = small
    data = noise(tmp_path, "a.jpg", exif=exif)
    assert data.count(b"\xff\xd9") >= 2
    (tmp_path / "a.jpg").write_bytes(data[:-5])
    refused(tmp_path / "a.jpg", "truncated")


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_cut_off_and_closed_with_an_end_mark(tmp_path: Path, mode: str) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    Image.fromarray(rgb).convert(mode).save(tmp_path / "a.jpg")
    data = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(data[: len(data) // 2] + b"\xff\xd9")
    with pytest.raises(MediaError) as info:
        read_image(tmp_path / "a.jpg")
    assert info.value.status == "truncated"
    # A picture that is mid-grey at its end is not taken for one that is cut off.
    rgb[60:] = 128
    for options in ({}, {"progressive": True}, {"quality": 100}):
        Image.fromarray(rgb).convert(mode).save(tmp_path / "b.jpg", **options)
        assert (read_image(tmp_path / "b.jpg").rgb[-1] == 128).all()


def test_bytes_behind_the_end_do_no_harm(tmp_path: Path) -> None:
    for name in ("a.jpg", "a.png", "a.webp", "a.bmp", "a.tif"):
        data = noise(tmp_path, name)
        (tmp_path / name).write_bytes(data + b"more" * 50_000)
        assert read_image(tmp_path / name).rgb.shape == (120, 160, 3)


def test_damage_inside(tmp_path: Path) -> None:
    data = bytearray(noise(tmp_path, "a.png"))
    data[len(data) // 2] ^= 255
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(MediaError) as info:
        read_image(tmp_path / "a.png")
    assert info.value.status == "broken"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"hello, I am a text\n" * 20, "a text file"),
        ("grüße\n".encode() * 2000, "a text file"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "a web page"),
        (b"%PDF-1.4\n", "a PDF"),
        (b"PK\x03\x04" + bytes(100), "a ZIP"),
        (b"\x8f\x01\x02\x03\xff\xfe" * 50, "unknown kind"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100), "HEIF"),
        (b"BMX is a kind of bicycle", "a text file"),
        (b"P6 is what the board calls it", "P"),
    ],
)
def test_no_picture_at_all(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(MediaError) as info:
        probe(tmp_path / "a.jpg")
    assert info.value.status in ("mistyped", "broken") and said in info.value.message


def test_text_and_zeros(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("no picture")
    refused(tmp_path / "a.jpg", "mistyped")
    (tmp_path / "b.jpg").write_bytes(bytes(5000))
    refused(tmp_path / "b.jpg", "broken")


def test_folder_and_device(tmp_path: Path) -> None:
    (tmp_path / "x.jpg").mkdir()
    refused(tmp_path / "x.jpg", "mistyped")
    os.mkfifo(tmp_path / "pipe.jpg")
    refused(tmp_path / "pipe.jpg", "mistyped")
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(tmp_path)
        server.bind("s.jpg")
        refused(tmp_path / "s.jpg", "mistyped")


def test_link_to_itself(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").symlink_to(tmp_path / "a.jpg")
    refused(tmp_path / "a.jpg", "missing")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable(tmp_path: Path) -> None:
    noise(tmp_path, "a.jpg")
    (tmp_path / "a.jpg").chmod(0)
    refused(tmp_path / "a.jpg", "broken")


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noise(tmp_path, "a.jpg")

    def deny(*args: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)
    assert "permissions" in str(refused(tmp_path / "a.jpg", "broken"))


def test_picture_under_another_name_opens_with_a_note(tmp_path: Path) -> None:
    noise(tmp_path, "a.png")
    for name in ("a.jpg", "a.mp4", "a.txt", "a"):
        (tmp_path / name).write_bytes((tmp_path / "a.png").read_bytes())
        assert "PNG" in read_image(tmp_path / name).note
        marked = describe(Media(1, name), tmp_path)
        assert (marked.status, marked.kind, marked.width) == ("ok", "image", 160)
        assert "PNG" in marked.reason


def test_video_under_a_picture_s_name(tmp_path: Path, make_clip: MakeClip) -> None:
    clip = make_clip("a.mp4", "mpeg4", frames=5)
    (tmp_path / "a.jpg").write_bytes(clip.read_bytes())
    with pytest.raises(MediaError) as info:
        read_image(tmp_path / "a.jpg")
    assert info.value.status == "mistyped"
    marked = describe(Media(1, "a.jpg"), tmp_path)
    assert (marked.status, marked.kind, marked.frames) == ("ok", "video", 5) and "MP4" in marked.reason
    assert MediaReader(tmp_path).read(marked, 3).rgb.shape == (64, 96, 3)


def test_decompression_bombs_are_refused_by_their_header(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png_header(60_000, 60_000))
    refused(tmp_path / "a.png", "bomb")
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((16, 16), np.uint8))
    data = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(data)
    with pytest.raises(MediaError) as info:
        read_image(tmp_path / "a.tif", max_pixels=255)
    assert info.value.status == "bomb"
    assert read_image(tmp_path / "a.tif", max_pixels=256).rgb.shape == (16, 16, 3)


def test_a_bomb_made_of_channels(tmp_path: Path) -> None:
    tifffile.imwrite(
        tmp_path / "a.tif", np.zeros((16, 16, 5), np.uint8), photometric="minisblack", planarconfig="contig"
    )
    data = bytearray((tmp_path / "a.tif").read_bytes())
    for tag, value in ((256, 20_000), (257, 20_000), (277, 65_535)):
        place = next(i for i in range(8, len(data), 2) if data[i : i + 2] == tag.to_bytes(2, "little"))
        data[place + 8 : place + 12] = value.to_bytes(4, "little")
    (tmp_path / "a.tif").write_bytes(data)
    refused(tmp_path / "a.tif", "bomb")


def test_large_but_honest_pictures_pass(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png_header(20_000, 20_000))
    assert probe(tmp_path / "a.png").width == 20_000
    # Above the limit at which Pillow itself would warn (89 million pixels) or refuse (179 million).
    Image.new("1", (16_384, 11_264)).save(tmp_path / "b.png")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_image(tmp_path / "b.png").width == 16_384


def test_no_pixels(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png_header(0, 5))
    refused(tmp_path / "a.png", "broken")


def test_animated_gif(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 10), color) for color in ("red", "blue", "green")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    picture = read_image(tmp_path / "a.gif")
    assert (picture.rgb == (255, 0, 0)).all() and "first" in picture.note
    assert describe(Media(1, "a.gif"), tmp_path).status == "ok"


def test_tiff_whose_directory_lies_behind_the_end(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(b"II*\0" + struct.pack("<I", 100_000) + bytes(50))
    refused(tmp_path / "a.tif", "truncated")


@pytest.mark.parametrize("keep", [0.9, 0.5, 0.2])
def test_video_cut_off_before_its_table_of_contents(tmp_path: Path, make_clip: MakeClip, keep: float) -> None:
    data = make_clip("a.mp4", "mpeg4").read_bytes()
    (tmp_path / "a.mp4").write_bytes(data[: int(len(data) * keep)])
    marked = describe(Media(1, "a.mp4", kind="video"), tmp_path)
    assert marked.status == "truncated" and marked.reason
    with pytest.raises(MediaError) as info:
        thumbnail(tmp_path / "a.mp4")
    assert info.value.status == "truncated"


def _seeds(folder: Path) -> list[tuple[str, bytes]]:
    names = ("a.jpg", "a.png", "a.webp", "a.bmp", "a.tif", "a.gif")
    image = Image.fromarray(np.random.default_rng(1).integers(0, 256, (12, 9, 3), np.uint8))
    for name in names:
        image.save(folder / name)
    return [(name, (folder / name).read_bytes()) for name in names]


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, bytes]]:
    return _seeds(tmp_path_factory.mktemp("seeds"))


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_damaged_files_end_in_a_picture_or_an_error(
    seeds: list[tuple[str, bytes]], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    name, content = data.draw(st.sampled_from(seeds))
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / f"damaged-{name}"
    path.write_bytes(changed[: data.draw(st.integers(1, len(changed)))])
    open_it: Callable[[Path], object] = data.draw(st.sampled_from([probe, read_image, thumbnail]))
    try:
        open_it(path)
    except MediaError as error:
        assert error.status in STATUSES and error.message

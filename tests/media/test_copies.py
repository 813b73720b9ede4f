"""Copies of pictures: every sample the format can hold, upright, and nothing but samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.errors import InputError, MediaError
from segstudio.media import read_image, read_values
from segstudio.media.copies import read_for_copy, write_copy
from segstudio.media.render import Values


def pictures(folder: Path) -> dict[str, Path]:
    """Write pictures of many kinds; return them by what they are."""
    import cv2
    import imagecodecs
    import tifffile

    rng = np.random.default_rng(1)
    small = rng.integers(0, 256, (9, 13, 4), np.uint8)
    deep = rng.integers(0, 65536, (9, 13, 4), dtype=np.uint16)
    made = {
        "grey": Image.fromarray(small[..., 0]), "colour": Image.fromarray(small[..., :3]),
        "grey and alpha": Image.merge("LA", [Image.fromarray(small[..., k]) for k in (0, 1)]),
        "alpha": Image.fromarray(small), "palette": Image.fromarray(small[..., :3]).quantize(8),
        "one bit": Image.fromarray(small[..., 0]).convert("1"),
    }  # fmt: skip
    paths = {}
    for name, image in made.items():
        image.save(paths.setdefault(name, folder / f"{name}.png"))
    cv2.imwrite(str(paths.setdefault("deep grey", folder / "deep grey.png")), deep[..., 0])
    cv2.imwrite(str(paths.setdefault("deep colour", folder / "deep colour.png")), deep[..., :3])
    cv2.imwrite(str(paths.setdefault("deep alpha", folder / "deep alpha.png")), deep)
    paths.setdefault("deep grey and alpha", folder / "la.png").write_bytes(imagecodecs.png_encode(deep[..., :2].copy()))
    tifffile.imwrite(paths.setdefault("deep tiff", folder / "deep.tif"), deep[..., 0])
    return paths


def test_png_keeps_every_sample(tmp_path: Path) -> None:
    for name, path in pictures(tmp_path).items():
        values, lost = read_for_copy(path, "png")
        assert lost == "", name
        write_copy(tmp_path / "out" / "copy.png", values, "png")
        before, after = read_values(path), read_values(tmp_path / "out" / "copy.png")
        if name == "deep grey and alpha":
            # OpenCV writes no two channels; four say the same.
            after = after[..., [0, 3]]
        assert before.dtype == after.dtype, name
        assert np.array_equal(before, after), name
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["copy.png"]


def test_floats_are_written_as_they_are_shown(tmp_path: Path) -> None:
    import tifffile

    tifffile.imwrite(tmp_path / "f.tif", np.linspace(0, 3, 200, dtype=np.float32).reshape(10, 20))
    values, lost = read_for_copy(tmp_path / "f.tif", "png")
    assert "as they are shown" in lost
    assert np.array_equal(values.array, read_image(tmp_path / "f.tif").rgb)


def test_jpeg_takes_what_is_shown(tmp_path: Path) -> None:
    paths = pictures(tmp_path)
    for name in ("alpha", "grey", "deep grey"):
        values, lost = read_for_copy(paths[name], "jpg")
        assert bool(lost) == name.startswith("deep")
        assert not values.alpha
        assert np.array_equal(values.array, read_image(paths[name]).rgb)
        write_copy(tmp_path / "copy.jpg", values, "jpg")
        shown = read_image(tmp_path / "copy.jpg").rgb.astype(int)
        assert shown.shape == values.array.shape


def laden(path: Path) -> Path:
    """Write a turned JPEG with everything that can tell: EXIF with a place and a thumbnail, a comment, a profile."""
    from io import BytesIO

    tile = np.zeros((16, 24, 3), np.uint8)
    tile[:, :12] = (250, 40, 30)
    thumb = BytesIO()
    Image.fromarray(tile).save(thumb, "JPEG")
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SECRET CAMERA"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (48.0, 8.0, 14.0)
    raw = exif.tobytes() + b"SECRET THUMBNAIL" + thumb.getvalue()
    Image.fromarray(tile).save(path, "JPEG", exif=raw, comment=b"SECRET COMMENT", icc_profile=b"SECRET PROFILE" * 9)
    return path


@pytest.mark.parametrize("format", ["png", "jpg"])
def test_a_copy_is_upright_and_tells_nothing_else(format, tmp_path: Path) -> None:
    source = laden(tmp_path / "laden.jpg")
    assert b"SECRET" in source.read_bytes()
    with Image.open(source) as image:
        assert image.getexif()[0x0112] == 6
    values, _ = read_for_copy(source, format)
    assert values.array.shape == (24, 16, 3)
    write_copy(tmp_path / f"copy.{format}", values, format)
    data = (tmp_path / f"copy.{format}").read_bytes()
    for word in (b"SECRET", b"Exif", b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"iCCP", b"ICC_PROFILE", b"http"):
        assert word not in data
    with Image.open(tmp_path / f"copy.{format}") as copy:
        assert not copy.getexif()
        assert not set(copy.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}
        if format == "png":
            assert np.array_equal(np.asarray(copy), read_image(source).rgb)


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_copy(tmp_path / "file" / "a.png", Values(np.zeros((2, 2), np.uint8)), "png")
    with pytest.raises(MediaError, match="can't be written as JPG"):
        write_copy(tmp_path / "a.jpg", Values(np.zeros((2, 70000, 3), np.uint8)), "jpg")
    assert not (tmp_path / "a.jpg").exists()

"""Every way of storing a picture comes out as the same upright RGB."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageCms

from segstudio.core.errors import MediaError
from segstudio.media import probe, read_image, read_values
from segstudio.media.pixels import auto_window, over_white, to_uint8

TURN = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: lambda a: np.transpose(a, (1, 0, 2)),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.transpose(np.rot90(a, 2), (1, 0, 2)),
    8: lambda a: np.rot90(a, 1),
}


def check(path: Path, expected: np.ndarray, tolerance: float = 0) -> None:
    """The picture is `expected`, on average within `tolerance`, and its headers say so beforehand."""
    picture, info = read_image(path), probe(path)
    assert picture.rgb.dtype == np.uint8 and picture.rgb.flags.c_contiguous
    assert picture.rgb.flags.writeable
    assert picture.rgb.shape == expected.shape == (info.height, info.width, 3)
    assert np.abs(picture.rgb.astype(int) - expected).mean() <= tolerance
    assert (picture.orientation, picture.mode, picture.bit_depth) == (info.orientation, info.mode, info.bit_depth)


@pytest.mark.parametrize(
    ("name", "options", "tolerance"),
    [
        ("a.png", {}, 0),
        ("a.bmp", {}, 0),
        ("a.webp", {"lossless": True}, 0),
        ("a.webp", {"quality": 95}, 8),
        ("a.jpg", {"quality": 100, "subsampling": 0}, 1),
        ("a.jpeg", {"quality": 95, "subsampling": 0, "progressive": True}, 3),
        ("a.tif", {}, 0),
        ("a.tiff", {"compression": "tiff_lzw"}, 0),
        ("b.tiff", {"compression": "jpeg", "quality": 100}, 8),
        ("c.tiff", {"compression": "tiff_adobe_deflate"}, 0),
        ("d.tiff", {"compression": "packbits"}, 0),
        ("a.ppm", {}, 0),
        ("a.jp2", {"irreversible": False}, 0),
    ],
)
def test_formats(tmp_path: Path, blocks: np.ndarray, name: str, options: dict, tolerance: int) -> None:
    Image.fromarray(blocks).save(tmp_path / name, **options)
    check(tmp_path / name, blocks, tolerance)
    assert read_image(tmp_path / name).note == ""


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.gif", "a.tif"])
def test_palette(tmp_path: Path, blocks: np.ndarray, name: str) -> None:
    image = Image.fromarray(blocks).quantize(6)
    image.save(tmp_path / name)
    check(tmp_path / name, np.asarray(image.convert("RGB")), 0)


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tif", "a.jpg", "a.pgm"])
def test_grey(tmp_path: Path, blocks: np.ndarray, name: str) -> None:
    grey = Image.fromarray(blocks).convert("L")
    grey.save(tmp_path / name, **({"quality": 100} if name.endswith("jpg") else {}))
    check(tmp_path / name, np.asarray(grey.convert("RGB")), 2 if name.endswith("jpg") else 0)
    assert read_values(tmp_path / name).shape == (24, 40)


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tif", "a.pbm"])
def test_one_bit(tmp_path: Path, blocks: np.ndarray, name: str) -> None:
    bits = Image.fromarray(blocks).convert("1", dither=Image.Dither.NONE)
    bits.save(tmp_path / name)
    check(tmp_path / name, np.asarray(bits.convert("RGB")))
    assert set(np.unique(read_values(tmp_path / name))) == {0, 255}


def test_white_is_zero(tmp_path: Path, blocks: np.ndarray) -> None:
    grey = np.asarray(Image.fromarray(blocks).convert("L"))
    tifffile.imwrite(tmp_path / "a.tif", 255 - grey, photometric="miniswhite")
    check(tmp_path / "a.tif", np.stack([grey] * 3, axis=2))


def test_grey_of_four_bits(tmp_path: Path) -> None:
    data = np.arange(16, dtype=np.uint8).reshape(2, 8)
    tifffile.imwrite(tmp_path / "a.tif", data, bitspersample=4)
    check(tmp_path / "a.tif", np.stack([data * 17] * 3, axis=2))


@pytest.mark.parametrize("name", ["a.jpg", "a.tif"])
def test_inks(tmp_path: Path, blocks: np.ndarray, name: str) -> None:
    image = Image.fromarray(blocks).convert("CMYK")
    # Some black ink, so that its handling is seen.
    inks = np.array(image)
    inks[12:, :, 3] = 100
    image = Image.fromarray(inks, "CMYK")
    image.save(tmp_path / name, **({"quality": 100, "subsampling": 0} if name == "a.jpg" else {}))
    check(tmp_path / name, np.asarray(image.convert("RGB")), 2 if name == "a.jpg" else 1)
    if name == "a.jpg":
        # Adobe stores inks inverted, and its marker says so; the file must really be of that kind.
        assert b"Adobe\0" in (tmp_path / name).read_bytes()[:64]


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.tif"])
def test_alpha_is_laid_over_white(tmp_path: Path, blocks: np.ndarray, name: str) -> None:
    alpha = np.full(blocks.shape[:2], 255, np.uint8)
    alpha[:, 8:16], alpha[:, 16:24] = 0, 128
    rgba = np.dstack([blocks, alpha])
    Image.fromarray(rgba).save(tmp_path / name, **({"lossless": True, "exact": True} if name == "a.webp" else {}))
    expected = blocks.astype(float) * (alpha[..., None] / 255) + 255 - alpha[..., None]
    check(tmp_path / name, np.rint(expected).astype(np.uint8), 1)
    assert read_image(tmp_path / name).alpha == "composited"
    assert np.array_equal(read_values(tmp_path / name), rgba)


def test_alpha_that_says_nothing(tmp_path: Path, blocks: np.ndarray) -> None:
    for value, became in ((0, "ignored"), (255, "none")):
        Image.fromarray(np.dstack([blocks, np.full(blocks.shape[:2], value, np.uint8)])).save(tmp_path / "a.png")
        check(tmp_path / "a.png", blocks)
        assert read_image(tmp_path / "a.png").alpha == became


def test_grey_with_alpha(tmp_path: Path) -> None:
    grey, alpha = np.full((6, 8), 100, np.uint8), np.full((6, 8), 255, np.uint8)
    alpha[:, 4:] = 0
    Image.fromarray(np.dstack([grey, alpha]), "LA").save(tmp_path / "a.png")
    expected = np.where(alpha[..., None] == 255, np.uint8(100), np.uint8(255)).repeat(3, axis=2)
    check(tmp_path / "a.png", expected)


def test_transparent_colour_of_a_palette_and_of_rgb(tmp_path: Path, blocks: np.ndarray) -> None:
    with_key = blocks.copy()
    with_key[(blocks == (30, 180, 60)).all(axis=2)] = 255
    Image.fromarray(blocks).save(tmp_path / "a.png", transparency=(30, 180, 60))
    check(tmp_path / "a.png", with_key)
    image = Image.fromarray(blocks).quantize(6)
    image.save(tmp_path / "p.png", transparency=image.getpixel((10, 10)))
    check(tmp_path / "p.png", with_key)


def test_premultiplied_alpha(tmp_path: Path) -> None:
    color, alpha = np.full((4, 4, 3), (200, 100, 40)), np.full((4, 4, 1), 128)
    stored = np.concatenate([color * alpha // 255, alpha], axis=2).astype(np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", extrasamples=["assocalpha"])
    expected = np.rint(color * (alpha / 255) + 255 - alpha).astype(np.uint8)
    check(tmp_path / "a.tif", expected, 1)


@pytest.mark.parametrize(
    "layout", [{}, {"tile": (16, 16)}, {"planarconfig": "separate"}, {"compression": "zlib", "predictor": True}]
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_tiff_layouts(tmp_path: Path, blocks: np.ndarray, layout: dict, dtype: type) -> None:
    data = blocks.astype(dtype) * (257 if dtype == np.uint16 else 1)
    stored = np.moveaxis(data, -1, 0) if "planarconfig" in layout else data
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", **layout)
    check(tmp_path / "a.tif", blocks)
    assert np.array_equal(read_values(tmp_path / "a.tif"), data)


def test_first_of_several_pages_and_frames(tmp_path: Path, blocks: np.ndarray) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif", bigtiff=True) as writer:
        writer.write(blocks, photometric="rgb")
        writer.write(blocks[:8], photometric="rgb")
    frames = [Image.fromarray(blocks), Image.fromarray(255 - blocks)]
    frames[0].save(tmp_path / "a.webp", save_all=True, append_images=frames[1:], lossless=True)
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:])
    for name in ("a.tif", "a.webp", "a.png"):
        check(tmp_path / name, blocks)
        assert "first" in read_image(tmp_path / name).note, name


def test_many_channels_show_the_first_three(tmp_path: Path) -> None:
    data = np.arange(6 * 7 * 5, dtype=np.uint8).reshape(6, 7, 5)
    tifffile.imwrite(tmp_path / "a.tif", data, photometric="minisblack", planarconfig="contig")
    check(tmp_path / "a.tif", data[:, :, :3])
    assert read_values(tmp_path / "a.tif").shape == (6, 7, 5)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_sixteen_bits(tmp_path: Path, ramp16: np.ndarray, name: str) -> None:
    Image.fromarray(ramp16).save(tmp_path / name)
    assert np.array_equal(read_values(tmp_path / name), ramp16) and read_values(tmp_path / name).dtype == np.uint16
    picture = read_image(tmp_path / name)
    assert picture.bit_depth == 16 and picture.window is not None
    assert (
        picture.rgb.min() == 0
        and picture.rgb.max() == 255
        and (np.diff(picture.rgb[:, :, 0].ravel().astype(int)) >= 0).all()
    )
    given = read_image(tmp_path / name, window=(0, 65535))
    assert given.window == (0, 65535)
    assert np.array_equal(given.rgb[:, :, 0], np.rint(ramp16 / 257).astype(np.uint8))


def test_sixteen_bit_colour_keeps_its_balance(tmp_path: Path) -> None:
    import imagecodecs

    data = np.zeros((4, 6, 3), np.uint16)
    data[:, :3] = (4000, 1000, 200)
    (tmp_path / "a.png").write_bytes(imagecodecs.png_encode(data))
    tifffile.imwrite(tmp_path / "a.tif", data, photometric="rgb")
    for name in ("a.png", "a.tif"):
        picture = read_image(tmp_path / name)
        assert picture.window == (0, 4095)
        assert tuple(picture.rgb[0, 0]) == (249, 62, 12)
        assert np.array_equal(read_values(tmp_path / name), data)


def test_sixteen_bit_alpha(tmp_path: Path) -> None:
    import imagecodecs

    data = np.full((4, 6, 4), 65535, np.uint16)
    data[:, :3] = (30000, 100, 200, 0)
    (tmp_path / "a.png").write_bytes(imagecodecs.png_encode(data))
    picture = read_image(tmp_path / "a.png")
    assert picture.alpha == "composited" and (picture.rgb == 255).all()
    assert np.array_equal(read_values(tmp_path / "a.png"), data)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, np.int16, np.int32, np.uint32])
def test_wide_samples(tmp_path: Path, dtype: type) -> None:
    data = np.linspace(-100 if np.dtype(dtype).kind != "u" else 0, 100, 600).astype(dtype).reshape(20, 30)
    tifffile.imwrite(tmp_path / "a.tif", data)
    values = read_values(tmp_path / "a.tif")
    assert values.dtype == dtype and np.array_equal(values, data)
    rgb = read_image(tmp_path / "a.tif", window=(0, 50)).rgb[:, :, 0]
    assert np.array_equal(rgb, np.clip(np.rint(data.astype(float) * 5.1), 0, 255).astype(np.uint8))


def test_values_that_are_no_numbers(tmp_path: Path) -> None:
    data = np.linspace(0, 1, 100, dtype=np.float32).reshape(10, 10)
    data[0, :3] = np.nan, np.inf, -np.inf
    tifffile.imwrite(tmp_path / "a.tif", data)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = read_image(tmp_path / "a.tif")
    assert picture.rgb[0, :3, 0].tolist() == [0, 255, 0]
    assert picture.window is not None and 0 <= picture.window[0] < picture.window[1] <= 1
    tifffile.imwrite(tmp_path / "b.tif", np.full((3, 3), np.nan, np.float32))
    assert not read_image(tmp_path / "b.tif").rgb.any()


def test_flat_wide_picture(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.full((3, 3), 700, np.uint16))
    assert read_image(tmp_path / "a.tif").window == (700, 701)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "b.tif"])
def test_orientation_is_applied_once(tmp_path: Path, blocks: np.ndarray, name: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    options: dict = {"exif": exif}
    if name == "a.jpg":
        options |= {"quality": 100, "subsampling": 0}
    elif name == "a.webp":
        options |= {"lossless": True}
    elif name == "b.tif":
        options |= {"compression": "tiff_lzw"}
    Image.fromarray(blocks).save(tmp_path / name, **options)
    check(tmp_path / name, TURN[orientation](blocks), 1 if name == "a.jpg" else 0)
    assert read_image(tmp_path / name).orientation == orientation
    assert read_values(tmp_path / name).shape == TURN[orientation](blocks).shape


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_of_sixteen_bits(tmp_path: Path, orientation: int) -> None:
    data = np.arange(12, dtype=np.uint16).reshape(3, 4) * 1000
    tifffile.imwrite(tmp_path / "a.tif", data, extratags=[(274, "H", 1, orientation, True)])
    assert np.array_equal(read_values(tmp_path / "a.tif")[..., None], TURN[orientation](data[..., None]))


def test_orientation_behind_the_pixels_of_a_png(tmp_path: Path, blocks: np.ndarray) -> None:
    exif = Image.Exif()
    exif[274] = 6
    file = io.BytesIO()
    Image.fromarray(blocks).save(file, "png", exif=exif)
    data = file.getvalue()
    start = data.index(b"eXIf") - 4
    length = int.from_bytes(data[start : start + 4], "big") + 12
    end = data.index(b"IEND") - 4
    moved = data[:start] + data[start + length : end] + data[start : start + length] + data[end:]
    (tmp_path / "a.png").write_bytes(moved)
    check(tmp_path / "a.png", np.rot90(blocks, -1))


def test_orientation_out_of_range_is_none(tmp_path: Path, blocks: np.ndarray) -> None:
    exif = Image.Exif()
    exif[274] = 42
    Image.fromarray(blocks).save(tmp_path / "a.png", exif=exif)
    check(tmp_path / "a.png", blocks)


def test_colour_profiles_are_not_applied(tmp_path: Path, blocks: np.ndarray) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    Image.fromarray(blocks).save(tmp_path / "a.png", icc_profile=profile)
    check(tmp_path / "a.png", blocks)


def test_unsupported_photometry_is_told(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((4, 4), np.complex64))
    with pytest.raises(MediaError) as caught:
        read_image(tmp_path / "a.tif")
    assert caught.value.status == "broken" and caught.value.remedy


@settings(max_examples=25, deadline=None)
@given(data=hnp.arrays(np.uint16, hnp.array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.integers(0, 65535)))
def test_sixteen_bit_values_survive(tmp_path_factory: pytest.TempPathFactory, data: np.ndarray) -> None:
    folder = tmp_path_factory.mktemp("wide")
    Image.fromarray(data).save(folder / "a.png")
    tifffile.imwrite(folder / "a.tif", data)
    for name in ("a.png", "a.tif"):
        assert np.array_equal(read_values(folder / name), data)
        assert read_image(folder / name).rgb.shape == (*data.shape, 3)


@settings(max_examples=50, deadline=None)
@given(
    values=hnp.arrays(
        st.sampled_from([np.uint16, np.int16, np.float32]), hnp.array_shapes(min_dims=2, max_dims=2, max_side=9)
    )
)
def test_windowing_keeps_the_order(values: np.ndarray) -> None:
    lo, hi = auto_window(values)
    assert np.isfinite([lo, hi]).all() and lo < hi
    shown = to_uint8(values, (lo, hi)).ravel()
    finite = np.isfinite(values.ravel().astype(float))
    order = np.argsort(values.ravel()[finite], kind="stable")
    assert (np.diff(shown[finite][order].astype(int)) >= 0).all()


def test_over_white_is_exact() -> None:
    rgb = np.arange(256, dtype=np.uint8)[:, None, None].repeat(256, axis=1).repeat(3, axis=2)
    alpha = np.arange(256, dtype=np.uint8)[None].repeat(256, axis=0)
    mixed = over_white(rgb, alpha)
    share = alpha[..., None] / 255
    assert np.abs(mixed - (rgb * share + 255 * (1 - share))).max() <= 0.5 + 1e-9

"""Pictures that are read by regions show what reading them whole shows, and hold a fraction of it."""

from __future__ import annotations

import threading
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from segstudio.core.errors import MediaError
from segstudio.media import read_image, regions, strips, thumbnail
from segstudio.media.regions import Regions, reduced

W, H = 203, 145


@pytest.fixture
def divided(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read pictures of more than 400 pixels by regions, with a copy of at most 4,000."""
    monkeypatch.setattr(regions, "LARGE", 400)
    monkeypatch.setattr(regions, "COPY", 4_000)
    monkeypatch.setattr(regions, "_BAND", W * 70)


def scene(dtype: Any = np.uint8, channels: int = 3) -> np.ndarray:
    """A picture with smooth parts and noise."""
    y, x = np.mgrid[:H, :W]
    noise = np.random.default_rng(1).random((H, W, channels)) * 0.2
    values = 0.4 * np.sin(x / 23)[..., None] ** 2 + 0.4 * np.cos(y / 17)[..., None] ** 2 + noise
    top = 1.0 if np.dtype(dtype).kind == "f" else 4000 if np.dtype(dtype).itemsize > 1 else 255
    return (values * top).astype(dtype).squeeze()


KINDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "tiles": (scene(), {"tile": (32, 48), "photometric": "rgb"}),
    "tiles deflated": (scene(), {"tile": (32, 48), "compression": "zlib", "predictor": True, "photometric": "rgb"}),
    "jpeg tiles": (scene(), {"tile": (32, 48), "compression": "jpeg", "photometric": "rgb"}),
    "one strip": (scene(), {"photometric": "rgb"}),
    "strips": (scene(), {"rowsperstrip": 13, "photometric": "rgb"}),
    "strips lzw": (scene(), {"rowsperstrip": 13, "compression": "lzw", "photometric": "rgb"}),
    "one strip deflated": (scene(), {"rowsperstrip": H, "compression": "zlib", "photometric": "rgb"}),
    "big endian": (scene(np.uint16), {"photometric": "rgb", "byteorder": ">"}),
    "16 bits": (scene(np.uint16), {"tile": (32, 48), "photometric": "rgb"}),
    "16 bits grey": (scene(np.uint16, 1), {"rowsperstrip": 7, "compression": "zlib"}),
    "float grey": (scene(np.float32, 1), {"tile": (64, 64)}),
    "grey": (scene(np.uint8, 1), {"tile": (64, 64)}),
    "white is zero": (scene(np.uint8, 1), {"photometric": "miniswhite", "rowsperstrip": 9, "compression": "zlib"}),
    "alpha": (scene(np.uint8, 4), {"photometric": "rgb", "extrasamples": ["unassalpha"], "tile": (32, 48)}),
    "inks": (scene(np.uint8, 4), {"photometric": "separated", "tile": (32, 48)}),
    "palette": (
        scene(np.uint8, 1),
        {"photometric": "palette", "colormap": np.arange(768, dtype=np.uint16).reshape(3, 256) * 80, "tile": (32, 48)},
    ),
    "one bit": (scene(np.uint8, 1) > 120, {"photometric": "minisblack", "rowsperstrip": 16}),
}


def tags(orientation: int) -> list[tuple[int, int, int, int, bool]]:
    return [(274, 3, 1, orientation, True)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_region_is_what_the_whole_shows_there(tmp_path: Path, request: pytest.FixtureRequest, kind: str) -> None:
    values, more = KINDS[kind]
    file = tmp_path / "a.tif"
    tifffile.imwrite(file, values, **more)
    whole = read_image(file)
    assert not whole.divided
    request.getfixturevalue("divided")
    picture = read_image(file)
    assert isinstance(picture.source, Regions) and picture.divided
    assert (picture.width, picture.height) == (W, H)
    assert (picture.alpha, picture.window, picture.bit_depth) == (whole.alpha, whole.window, whole.bit_depth)
    for window in ((0, 0, W, H), (50, 30, 51, 31), (40, 20, 170, 145), (190, 100, W, 120)):
        part = picture.region(window)
        assert part.dtype == np.uint8 and part.shape == (window[3] - window[1], window[2] - window[0], 3)
        assert (part == whole.region(window)).all(), window
    assert (picture.rgb == whole.rgb).all()
    source = picture.source
    for level in range(source.deepest + 1):
        w, h = source.size(level)
        part = source.read((w // 3, h // 4, w, h), level)
        want = reduced(whole.rgb, 1 << level)[h // 4 :, w // 3 :]
        assert part.shape == want.shape
        # Small copies are means of the samples, which are then shown: not quite the mean of what is shown.
        assert np.abs(part.astype(int) - want).mean() < (8 if kind in ("palette", "inks", "one bit") else 1.5)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation(tmp_path: Path, request: pytest.FixtureRequest, orientation: int) -> None:
    file = tmp_path / "a.tif"
    tifffile.imwrite(file, scene(), tile=(32, 48), photometric="rgb", extratags=tags(orientation))
    whole = read_image(file)
    request.getfixturevalue("divided")
    picture = read_image(file)
    assert isinstance(picture.source, Regions)
    assert (picture.width, picture.height) == (whole.width, whole.height)
    window = (17, 33, 90, 101)
    assert (picture.region(window) == whole.region(window)).all()
    source = picture.source
    for level in range(source.base, source.deepest + 1):
        w, h = source.size(level)
        want = np.asarray(Image.fromarray(whole.rgb).reduce(1 << level)).astype(int)
        found = source.read((0, 0, w, h), level).astype(int)
        assert np.abs(found - want)[: h - 1, : w - 1].max() <= 2


@pytest.mark.usefixtures("divided")
def test_what_cannot_be_read_by_regions_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.fromarray(scene()).save(tmp_path / "a.png")
    assert not read_image(tmp_path / "a.png").divided
    tifffile.imwrite(tmp_path / "planes.tif", np.moveaxis(scene(), 2, 0), photometric="rgb", planarconfig="separate")
    assert not read_image(tmp_path / "planes.tif").divided
    monkeypatch.setattr(strips, "LARGEST", 1000)
    tifffile.imwrite(tmp_path / "one.tif", scene(), rowsperstrip=H, compression="zlib", photometric="rgb")
    assert not read_image(tmp_path / "one.tif").divided


@pytest.mark.usefixtures("divided")
def test_bombs_are_refused_as_ever(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", scene(), tile=(32, 48), photometric="rgb")
    with pytest.raises(MediaError) as info:
        read_image(tmp_path / "a.tif", max_pixels=W * H - 1)
    assert info.value.status == "bomb"


@pytest.mark.usefixtures("divided")
def test_damage_and_loss_are_told(tmp_path: Path) -> None:
    file = tmp_path / "a.tif"
    tifffile.imwrite(file, scene(), tile=(32, 48), compression="zlib", photometric="rgb")
    picture = read_image(file)
    data = bytearray(file.read_bytes())
    with tifffile.TiffFile(file) as opened:
        page: Any = opened.pages.first
        start = page.dataoffsets[3]
    data[start : start + 40] = bytes(40)
    file.write_bytes(data)
    with pytest.raises(MediaError):
        read_image(file)
    file.unlink()
    with pytest.raises(MediaError) as info:
        picture.region((0, 0, 100, 100))
    assert info.value.status == "missing"


@pytest.mark.usefixtures("divided")
def test_another_window_of_values_reads_the_file_no_second_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.tif"
    tifffile.imwrite(file, scene(np.uint16), tile=(32, 48), photometric="rgb")
    picture = read_image(file)
    monkeypatch.setattr(regions.Samples, "_shrunk", lambda _: pytest.fail("read again"))
    darker = read_image(file, window=(0.0, 20_000.0))
    assert darker.window == (0.0, 20_000.0)
    assert darker.region((0, 0, 50, 50)).mean() < picture.region((0, 0, 50, 50)).mean() / 2


@pytest.mark.usefixtures("divided")
def test_many_threads_read_the_same_pixels(tmp_path: Path) -> None:
    file = tmp_path / "a.tif"
    values = scene()
    tifffile.imwrite(file, values, rowsperstrip=5, compression="zlib", photometric="rgb")
    picture, wrong = read_image(file), []

    def look(seed: int) -> None:
        rng = np.random.default_rng(seed)
        for _ in range(30):
            x, y = int(rng.integers(0, W - 20)), int(rng.integers(0, H - 20))
            if not (picture.region((x, y, x + 20, y + 20)) == values[y : y + 20, x : x + 20]).all():
                wrong.append((x, y))

    threads = [threading.Thread(target=look, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.usefixtures("divided")
def test_a_thumbnail_comes_from_the_small_copy(tmp_path: Path) -> None:
    file = tmp_path / "a.tif"
    tifffile.imwrite(file, scene(), tile=(32, 48), photometric="rgb")
    small = thumbnail(file, 20)
    assert small.shape in ((14, 20, 3), (15, 20, 3))


@pytest.mark.parametrize("tiled", [True, False], ids=["tiles", "strips"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_large_file_is_opened_and_read_in_a_fraction_of_its_size(tmp_path: Path, tiled: bool, dtype: Any) -> None:
    side = 8448  # 71 million pixels, 214 MB or 428 MB of samples
    file = tmp_path / "a.tif"
    row = (np.arange(side * 3, dtype=np.uint32) % 251).astype(dtype).reshape(side, 3)
    if tiled:
        tile = np.ascontiguousarray(np.broadcast_to(row[:256], (256, 256, 3)))
        count = (-(-side // 256)) ** 2
        tiles = (tile for _ in range(count))
        tifffile.imwrite(
            file, tiles, shape=(side, side, 3), dtype=dtype, tile=(256, 256), photometric="rgb", compression="zlib"
        )
    else:
        kept = tifffile.memmap(file, shape=(side, side, 3), dtype=dtype, photometric="rgb")
        kept[::64] = row
        kept.flush()
        del kept
    whole = side * side * 3 * np.dtype(dtype).itemsize
    tracemalloc.start()
    try:
        picture = read_image(file)
        assert picture.divided and (picture.width, picture.height) == (side, side)
        assert isinstance(picture.source, Regions)
        picture.source.read((0, 0, 900, 700), 1)
        part = picture.region((4096, 6400, 4196, 6401))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    wanted = (row[:100] if tiled else row[4096:4196]) if dtype == np.uint8 else None
    assert wanted is None or (part[0] == wanted).all()
    # The small copies, the decoded tiles that are kept, and a few bands: no more for a larger file.
    assert peak < picture.nbytes + strips.KEPT + 3 * regions._BAND and picture.nbytes < whole

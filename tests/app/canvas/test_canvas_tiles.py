"""A picture that is read by regions looks on the canvas as it does when it is held whole."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage

from segstudio.app.canvas import tiles
from segstudio.app.canvas.view import CanvasView
from segstudio.core.display import Display
from segstudio.core.errors import MediaError
from segstudio.media import read_image, regions

W, H = 900, 700


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A picture that is read by regions, with a copy of a sixteenth of its pixels and tiles of 64."""
    monkeypatch.setattr(regions, "LARGE", 400)
    monkeypatch.setattr(regions, "COPY", W * H // 16 + 2000)
    monkeypatch.setattr(tiles, "SIDE", 64)
    y, x = np.mgrid[:H, :W]
    rgb = np.stack([x * 255 // W, y * 255 // H, (x // 40 + y // 40) % 2 * 200], axis=-1).astype(np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", rgb, tile=(64, 64), compression="zlib", photometric="rgb")
    return tmp_path / "a.tif"


def shown(qtbot, source):
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.set_picture(source)
    view.show()
    return view


def painted(qtbot, view, zoom, place):
    view.zoom_to(zoom)
    view.centerOn(QPointF(*place))
    layer = view.layers["picture"]
    view.grab()
    if layer._tiles is not None:
        qtbot.waitUntil(lambda: not layer._tiles.waiting)
    view.refresh()
    image = view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[..., :3].astype(int)


@pytest.mark.parametrize("zoom", [0.1, 0.3, 0.6, 1.0, 3.0, 20.0])
def test_it_looks_as_it_does_when_it_is_held_whole(qtbot, file, zoom):
    picture = read_image(file)
    assert picture.divided and picture.source.base == 2
    one, other = shown(qtbot, picture.source), shown(qtbot, picture.rgb)
    for display in (Display(), Display(gamma=2.0, false_color="viridis")):
        for view in (one, other):
            view.scene_state.display = display
            view.refresh()
        for place in ((450, 350), (10, 10), (880, 690)):
            difference = np.abs(painted(qtbot, one, zoom, place) - painted(qtbot, other, zoom, place))
            # Small copies are made from small copies, and rounded once more.
            assert difference.max() <= (0 if zoom > 2 else 3 if zoom >= 0.5 else 12), (place, display)


def test_what_is_not_decoded_yet_is_coarse_and_kept_tiles_are_few(qtbot, file, monkeypatch):
    # More than the window shows: fewer would be asked for again as soon as others arrive.
    monkeypatch.setattr(tiles, "KEPT", 80)
    view = shown(qtbot, read_image(file).source)
    made = view.layers["picture"]._tiles
    view.zoom_to(1.0)
    x, y, first = made.part(0, (100, 100, 300, 220))
    assert (x, y, first.shape) == (100, 100, (120, 200, 3)) and made.waiting
    assert np.abs(first.astype(int) - read_image(file).region((100, 100, 300, 220))).mean() < 20
    for place in ((200, 150), (700, 500), (300, 600), (700, 100)):
        painted(qtbot, view, 1.0, place)
        assert len(made._tiles) <= 80


def test_a_file_that_is_gone_is_told_once_and_stays_coarse(qtbot, file):
    view = shown(qtbot, read_image(file).source)
    file.unlink()
    told = []
    view.failed.connect(told.append)
    view.zoom_to(1.0)
    view.grab()
    qtbot.waitUntil(lambda: bool(told))
    for place in ((200, 150), (700, 500)):
        view.centerOn(QPointF(*place))
        view.grab()
        qtbot.wait(30)
    assert len(told) == 1 and isinstance(told[0], MediaError) and told[0].status == "missing"
    assert painted_mean(view) > 20


def painted_mean(view):
    image = view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[..., :3].mean()

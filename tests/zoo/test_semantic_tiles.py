"""Semantic maps in overlapping tiles: as the whole picture gives them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from segstudio.core.errors import Cancelled  # noqa: E402
from segstudio.core.results import SemanticMap  # noqa: E402
from segstudio.zoo import Catalog, Context, Options  # noqa: E402
from segstudio.zoo.blocks import semantic_tiles as tiles  # noqa: E402
from segstudio.zoo.blocks.semantic import SemanticPredictor  # noqa: E402
from segstudio.zoo.predictor import untrained  # noqa: E402


def picture(height: int, width: int) -> np.ndarray:
    rng = np.random.default_rng(7)
    small = rng.integers(0, 256, (height // 16 + 1, width // 16 + 1, 3), dtype=np.uint8)
    large = small.repeat(16, 0).repeat(16, 1)[:height, :width].astype(np.int64)
    return (large + rng.integers(-20, 20, large.shape)).clip(0, 255).astype(np.uint8)


def tiny(name: str) -> SemanticPredictor:
    torch.manual_seed(5)
    predictor = untrained(Catalog().get(name))
    assert isinstance(predictor, SemanticPredictor)
    # Untrained scores hardly depend on the picture: spread them around zero.
    with torch.inference_mode():
        [(_, batch)] = predictor.prepare([picture(96, 96)])
        scores = predictor.network(batch)
    convolutions = [m for m in predictor.network.modules() if isinstance(m, torch.nn.Conv2d)]
    last = [m for m in convolutions if m.out_channels == scores.shape[1]][-1]
    assert last.bias is not None
    last.bias.data -= scores.mean((0, 2, 3))
    return predictor


def both(predictor: SemanticPredictor, frame: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the map in one piece, the one in tiles, and where the two best classes lie clearly apart."""
    options = Options(confidence=True)
    [[whole]] = predictor.predict([frame], options)
    [tiled] = predictor.predict_tiled(frame, side, options)
    assert isinstance(whole, SemanticMap) and isinstance(tiled, SemanticMap)
    scores = predictor.forward(predictor.prepare([frame]), options, Context())[0]
    if scores.shape[1:] != frame.shape[:2]:
        size = frame.shape[:2]
        scores = torch.nn.functional.interpolate(scores[None], size, mode="bilinear", align_corners=False)[0]
    top = scores.topk(2, 0).values
    return whole.map, tiled.map, (top[0] - top[1] > 1e-4 * scores.abs().max()).numpy()


@pytest.mark.parametrize("name", ["unet-carvana", "unet-bilinear", "unet-tight-frame"])
def test_tiles_with_context_give_the_whole_pictures_map(name: str) -> None:
    predictor = tiny(name)
    whole, tiled, clear = both(predictor, picture(480, 640), 448)
    assert 0.05 < (whole == 1).mean() < 0.95, "both classes must occur"
    assert clear.mean() > 0.99
    # Aligned corners make a tile's grid differ a little from the whole picture's, where a scale is enlarged so.
    allowed = 0.002 if name == "unet-bilinear" else 0.0
    assert (tiled != whole)[clear].mean() <= allowed


def test_networks_that_see_far_differ_only_near_ties() -> None:
    predictor = tiny("segnet-camvid")
    whole, tiled, clear = both(predictor, picture(352, 480), 320)
    assert (tiled != whole)[clear].mean() < 0.01


def test_without_margin_there_are_seams() -> None:
    """What the blend is for: tiles side by side do differ from the whole picture."""
    predictor = tiny("unet-carvana")
    frame = picture(256, 512)
    [[whole]] = predictor.predict([frame])
    halves = [predictor.predict([np.ascontiguousarray(frame[:, x : x + 256])])[0][0] for x in (0, 256)]
    assert isinstance(whole, SemanticMap) and all(isinstance(half, SemanticMap) for half in halves)
    joined = np.concatenate([half.map for half in halves if isinstance(half, SemanticMap)], axis=1)
    assert (joined != whole.map)[:, 200:312].any()


def test_a_picture_that_fits_is_not_cut() -> None:
    predictor = tiny("unet-carvana")
    frame = picture(100, 120)
    [[whole]] = predictor.predict([frame])
    [tiled] = predictor.predict_tiled(frame, 512)
    assert isinstance(whole, SemanticMap) and isinstance(tiled, SemanticMap)
    np.testing.assert_array_equal(whole.map, tiled.map)


def test_pictures_that_are_scaled_down_are_left_to_the_engine() -> None:
    assert tiny("unet-carvana").tiles_itself
    assert not untrained(Catalog().get("lraspp-mobilenet")).tiles_itself


def test_between_tiles_it_stops() -> None:
    class Token:
        asked = 0

        def check(self) -> None:
            self.asked += 1
            if self.asked == 2:
                raise Cancelled

    with pytest.raises(Cancelled):
        tiny("unet-carvana").predict_tiled(picture(100, 300), 128, Options(), Context(cancel=Token()))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3000), st.integers(8, 40), st.integers(0, 200), st.sampled_from([8, 16, 32]))
def test_weights_of_all_tiles_cover_every_pixel(length: int, cells: int, margin: int, stride: int) -> None:
    side, margin, overlap, fade = tiles.plan(cells * stride, margin, stride)
    begins = tiles.starts(length, side, overlap, stride)
    total = torch.zeros(length)
    for begin in begins:
        end = min(begin + side, length)
        assert begin % stride == 0 and end > begin
        total[begin:end] += tiles.weights(begin, end, length, margin, fade)
    assert begins[0] == 0 and begins[-1] + side >= length
    assert total.min() > 0

"""Hiding: which pixels, that no others change, and that little of what was there is left."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core import hiding, masks
from segstudio.core.annotation import Annotation, Keypoints
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box, Polygons
from segstudio.core.hiding import HOWS, SHAPES, Hiding, hide, region

SIZE = 40, 30  # width, height


def noise(dtype: str, channels: int = 3, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    shape = (30, 40) if channels == 1 else (30, 40, channels)
    if dtype.startswith("float"):
        return rng.random(shape).astype(dtype)
    return rng.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def covered(a: Annotation, how: Hiding) -> np.ndarray:
    """Return the hidden pixels as a bool picture."""
    whole = np.zeros((30, 40), bool)
    found = region(a, how, *SIZE)
    if found is not None:
        h, w = found.pixels.shape
        whole[found.top : found.top + h, found.left : found.left + w] = found.pixels
    return whole


def shape(geometry, **more) -> Annotation:
    return Annotation(1, 1, 1, geometry=geometry, **more)


def test_a_box_is_all_the_pixels_it_touches_and_its_margin() -> None:
    whole = covered(shape(Box(10.5, 5, 9.5, 4)), Hiding(shape="box", margin=0))
    assert whole[5:9, 10:20].all()
    assert whole.sum() == 4 * 10
    whole = covered(shape(Box(10, 5, 10, 4)), Hiding(shape="box", margin=0.2))
    assert whole[3:11, 8:22].all()
    assert whole.sum() == 8 * 14


def test_an_oval_lies_in_its_box_touches_its_sides_and_holds_its_middle() -> None:
    box = covered(shape(Box(4, 3, 20, 12)), Hiding(shape="box", margin=0))
    oval = covered(shape(Box(4, 3, 20, 12)), Hiding(shape="oval", margin=0))
    assert (oval <= box).all()
    rows, columns = np.nonzero(oval)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (3, 14, 4, 23)
    assert not oval[3, 4]
    assert abs(oval.sum() / box.sum() - np.pi / 4) < 0.1
    assert oval[6:12, 9:19].all()


def test_an_outline_is_the_mask_and_grows_on_all_sides() -> None:
    ring = Polygons(((10.0, 10.0, 20.0, 10.0, 10.0, 20.0),))
    exact = covered(shape(ring), Hiding(shape="outline", margin=0))
    assert exact.sum() == masks.from_polygons(ring, *SIZE).area
    grown = covered(shape(ring), Hiding(shape="outline", margin=0.3))
    assert (grown >= exact).all()
    assert grown[12, 7:].any() and not grown[12, 6]
    assert grown[8, 14] and not grown[25, 25]
    # A box and keypoints have no outline of their own: their box is taken.
    assert covered(shape(Box(3, 3, 4, 4)), Hiding(shape="outline", margin=0)).sum() == 16


def test_what_sticks_out_of_the_picture_is_hidden_inside_it() -> None:
    assert covered(shape(Box(-5, -5, 10, 10)), Hiding(shape="box", margin=0)).sum() == 25
    assert region(shape(Box(50, 50, 10, 10)), Hiding(margin=0), *SIZE) is None
    assert region(shape(Box(float("nan"), 0, 5, 5)), Hiding(), *SIZE) is None
    assert region(shape(None), Hiding(), *SIZE) is None
    bitmap = np.ones((10, 10), bool)
    mask = masks.from_bitmap(bitmap, 35, 25)
    assert covered(shape(mask), Hiding(shape="outline", margin=0)).sum() == 25
    assert covered(shape(masks.from_bitmap(bitmap, 41, 5)), Hiding(shape="outline", margin=0.2)).sum() > 0


def test_landmarks_outside_the_box_are_hidden_and_landmarks_alone_are_enough() -> None:
    points = Keypoints((12.0, 10.0, 2, 18.0, 10.0, 2, 15.0, 13.0, 2, 0.0, 0.0, 0))
    alone = covered(Annotation(1, 1, 1, keypoints=points), Hiding(shape="box", margin=0))
    assert alone[7:16, 9:21].all()
    both = covered(Annotation(1, 1, 1, geometry=Box(14, 11, 2, 2), keypoints=points), Hiding(shape="box", margin=0))
    assert both[10:13, 12:18].all()


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32", "float32"])
@pytest.mark.parametrize("channels", [1, 3])
def test_nothing_outside_changes_and_inside_it_is_another_picture(how: str, dtype: str, channels: int) -> None:
    before = noise(dtype, channels)
    for form in SHAPES:
        style = Hiding(how=how, shape=form)  # pyright: ignore[reportArgumentType]
        after = before.copy()
        found = region(shape(Box(8, 6, 16, 14)), style, *SIZE)
        assert found is not None
        hide(after, found, style)
        inside = covered(shape(Box(8, 6, 16, 14)), style)
        assert np.array_equal(after[~inside], before[~inside])
        assert (after[inside] != before[inside]).mean() > 0.9
        # What varied a lot varies little now.
        assert after[inside].astype(float).std() < 0.5 * before[inside].astype(float).std()


@pytest.mark.parametrize("how", ["blur", "pixelate", "average"])
def test_the_surroundings_do_not_shine_in(how: str) -> None:
    style = Hiding(how=how, shape="oval", margin=0)  # pyright: ignore[reportArgumentType]
    dark = np.full((30, 40, 3), 50, np.uint8)
    found = region(shape(Box(8, 6, 16, 14)), style, *SIZE)
    assert found is not None
    inside = covered(shape(Box(8, 6, 16, 14)), style)
    dark[~inside] = 255
    hide(dark, found, style)
    assert set(np.unique(dark[inside])) == {50}


def test_averages_and_blocks_are_means() -> None:
    picture = np.arange(30 * 40, dtype=np.uint16).reshape(30, 40)
    whole = hiding.Region(10, 10, np.ones((4, 4), bool))
    wanted = picture[10:14, 10:14].mean()
    averaged = picture.copy()
    hide(averaged, whole, Hiding(how="average"))
    assert (averaged[10:14, 10:14] == np.rint(wanted)).all()
    blocks = picture.copy()
    hide(blocks, whole, Hiding(how="pixelate", strength=0.5))
    for y, x in ((10, 10), (10, 12), (12, 10), (12, 12)):
        assert (blocks[y : y + 2, x : x + 2] == np.rint(picture[y : y + 2, x : x + 2].mean())).all()
    black = picture.copy()
    hide(black, whole, Hiding(how="black"))
    assert not black[10:14, 10:14].any()


def test_strength_keeps_less() -> None:
    before = np.kron(noise("uint8", 1)[:6, :8], np.ones((5, 5), np.uint8))
    spread = []
    for strength in (0.05, 0.2, 0.5):
        after = before.copy()
        hide(after, hiding.Region(0, 0, np.ones(before.shape, bool)), Hiding(how="blur", strength=strength))
        spread.append(after.astype(float).std())
    assert spread[0] > spread[1] > spread[2]


def test_opacity_becomes_full_where_something_is_hidden() -> None:
    for how in HOWS:
        picture = noise("uint16", 4)
        before = picture.copy()
        spot = hiding.Region(3, 4, np.ones((6, 7), bool))
        hide(picture, spot, Hiding(how=how), alpha=True)
        assert (picture[4:10, 3:10, 3] == 65535).all()
        assert (picture[4:10, 3:10, :3] != before[4:10, 3:10, :3]).mean() > 0.9
        assert np.array_equal(picture[10:], before[10:])


@given(
    st.floats(-50, 90), st.floats(-50, 90), st.floats(0, 60), st.floats(0, 60),
    st.sampled_from(HOWS), st.sampled_from(SHAPES), st.floats(0.05, 1), st.floats(0, 2),
)  # fmt: skip
def test_any_box_is_hidden_within_its_margin(x, y, w, h, how, form, strength, margin) -> None:
    style = Hiding(how, form, strength, margin)
    before = noise("uint8")
    after = before.copy()
    a = shape(Box(x, y, w, h))
    found = region(a, style, *SIZE)
    if found is None:
        return
    hide(after, found, style)
    inside = covered(a, style)
    assert np.array_equal(after[~inside], before[~inside])
    grown = covered(a, Hiding(how, "box", strength, margin))
    assert (inside <= grown).all()


@pytest.mark.parametrize(
    "wrong", [{"strength": 0.0}, {"strength": 1.5}, {"margin": -1}, {"how": "melt"}, {"shape": "star"}]
)
def test_what_is_out_of_range_is_refused(wrong: dict) -> None:
    with pytest.raises(InputError):
        Hiding(**wrong)

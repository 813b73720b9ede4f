"""Textures go onto people and come back from them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from densepose_data import PUBLISHED, needed
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core import densepose_texture as textures
from segstudio.core.errors import InputError


def dense(seed: int, height: int = 40, width: int = 30) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 25, (height, width)).astype(np.uint8)
    return labels, rng.random((2, height, width), np.float32) * (labels > 0)


@given(st.integers(1, 9), st.integers(0, 99))
def test_a_sheet_and_its_squares_are_the_same(side: int, seed: int) -> None:
    sheet = np.random.default_rng(seed).integers(0, 256, (6 * side, 4 * side, 3), np.uint8)
    texture = textures.from_sheet(sheet)
    assert texture.shape == (24, side, side, 3)
    np.testing.assert_array_equal(textures.to_sheet(texture), sheet)
    # One column of squares after the other.
    np.testing.assert_array_equal(texture[7], sheet[side : 2 * side, side : 2 * side])


@pytest.mark.parametrize("shape", [(60, 60, 3), (60, 41, 3), (61, 40, 3), (0, 0, 3), (60, 40)])
def test_other_pictures_are_no_textures(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="4 squares wide and 6 high"):
        textures.from_sheet(np.zeros(shape, np.uint8))


@given(st.integers(0, 99))
def test_the_background_stays_black_and_every_pixel_shows_its_own_chart(seed: int) -> None:
    labels, uv = dense(seed)
    texture = np.broadcast_to(np.arange(1, 25, dtype=np.uint8)[:, None, None, None], (24, 5, 5, 3))
    np.testing.assert_array_equal(textures.applied(labels, uv, texture), labels[..., None].repeat(3, 2))


def test_u_runs_along_the_columns_and_v_up_the_rows() -> None:
    texture = np.zeros((24, 10, 10, 3), np.uint8)
    texture[4, 0, 9] = 255
    labels = np.full((1, 3), 5, np.uint8)
    uv = np.array([[[1.0, 1.0, 0.0]], [[1.0, 0.0, 1.0]]], np.float32)
    assert textures.applied(labels, uv, texture)[0, :, 0].tolist() == [255, 0, 0]


@given(st.integers(0, 99))
def test_what_a_person_wears_put_on_again_looks_the_same(seed: int) -> None:
    labels, uv = dense(seed, 12, 9)
    rgb = np.random.default_rng(seed + 1).integers(0, 256, (12, 9, 3), np.uint8) * (labels > 0)[..., None].astype(
        np.uint8
    )
    texture, seen = textures.taken(labels, uv, rgb, side=512)
    again = textures.applied(labels, uv, texture)
    # Two pixels on the same place of a chart share their mean.
    assert (again == rgb).all(2).mean() > 0.95
    assert seen.sum() <= (labels > 0).sum()


def test_the_published_texture_dresses_the_people_of_the_published_picture() -> None:
    iuv = cv2.imread(str(needed(PUBLISHED / "DensePoseData" / "infer_out" / "demo_im_IUV.png")))
    sheet = cv2.imread(str(needed(PUBLISHED / "DensePoseData" / "demo_data" / "texture_from_SURREAL.png")))[..., ::-1]
    labels, uv = iuv[..., 0], iuv[..., 1:].transpose(2, 0, 1).astype(np.float32) / 255
    worn = textures.applied(labels, uv, textures.from_sheet(sheet))
    assert not worn[labels == 0].any()
    # The shirt is pink from the front and from behind, the trousers are dark.
    red, _, blue = (worn[..., c].astype(int) for c in range(3))
    for chart in (1, 2):
        assert np.median((red - blue)[labels == chart]) >= 15 and np.median(red[labels == chart]) > 180
    for chart in (7, 8, 9, 10):
        assert np.median(worn[labels == chart]) < 90

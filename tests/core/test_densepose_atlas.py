"""The atlas shows every place of every chart, turned as published pictures show the body."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from densepose_data import PUBLISHED, needed

from segstudio.core import densepose as dp
from segstudio.core import densepose_atlas as atlas

CHARTS = range(1, 25)
# (left, top, right, bottom) in the published example picture.
FACING = (180, 180, 280, 450)
RIDER = (755, 180, 862, 400)


def published(window: tuple[int, int, int, int]) -> np.ndarray:
    """Return I, U, V of a part of the published example, uint8 (h, w, 3)."""
    path = needed(PUBLISHED / "DensePoseData" / "infer_out" / "demo_im_IUV.png")
    left, top, right, bottom = window
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)[top:bottom, left:right]


@pytest.mark.parametrize("chart", CHARTS)
def test_every_place_of_a_chart_is_found_on_the_drawing_and_back(chart: int) -> None:
    found = 0
    for u in np.linspace(0.02, 0.98, 9):
        for v in np.linspace(0.02, 0.98, 9):
            places = atlas.places(chart, u, v)
            assert places
            for place in places:
                np.testing.assert_allclose(atlas.at(*place), (chart, u, v), atol=1e-9)
                found += 1
    assert found >= 81


def test_beside_the_bodies_is_nothing() -> None:
    assert atlas.at(0.0, 0.0) is None
    assert atlas.at(atlas.FRONT, -0.1) is None


@pytest.mark.parametrize("chart", CHARTS)
def test_both_sides_are_mirror_images(chart: int) -> None:
    for u, v in ((0.2, 0.3), (0.7, 0.9)):
        here, there = atlas.places(chart, u, v), atlas.places(*dp.mirrored_uv(chart, u, v))
        mirrored = [(2 * (atlas.BACK if x > 0 else atlas.FRONT) - x, y) for x, y in here]
        np.testing.assert_allclose(sorted(there), sorted(mirrored), atol=1e-9)


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_alone_is_turned_as_on_the_body(chart: int) -> None:
    square = atlas.turned(chart)
    assert square.coordinates(*(square.place(0.25, 0.75) or (9, 9))) == pytest.approx((0.25, 0.75))
    low, high = (atlas.places(chart, 0.45, v)[0] for v in (0.4, 0.6))
    small, large = (square.place(0.45, v) for v in (0.4, 0.6))
    assert small is not None and large is not None
    moved = np.array(high) - low
    assert np.dot(moved, np.array(large) - small) > 0


@pytest.mark.parametrize(
    ("window", "back", "charts"),
    [(FACING, False, (2, 9, 10, 13, 14, 15, 16, 23, 24)), (RIDER, True, (1, 11, 12, 17, 18, 23, 24))],
)
def test_published_people_lie_on_the_figures_as_in_their_picture(
    window: tuple[int, int, int, int], back: bool, charts: tuple[int, ...]
) -> None:
    iuv = published(window)
    for chart in charts:
        ys, xs = np.nonzero(iuv[..., 0] == chart)
        rows = [
            (*place, x, y)
            for x, y in zip(xs.tolist(), ys.tolist())
            for place in atlas.places(chart, *(iuv[y, x, 1:] / 255))
            if (place[0] > 0) == back
        ]
        assert len(rows) > 0.5 * len(xs)
        values = np.array(rows)
        # Arms and legs are so narrow that their slant hides most of what goes across.
        for axis, least in ((0, 0.2), (1, 0.7)):
            assert np.corrcoef(values[:, axis], values[:, 2 + axis])[0, 1] > least, (chart, axis)


def test_the_other_side_of_a_published_person_shows_mirrored_coordinates() -> None:
    """The person stands upright and faces the camera: a place and its mirror image show mirrored charts."""
    iuv = published(FACING)
    ys, xs = np.nonzero(iuv[..., 0])
    middle = (xs.min() + xs.max()) / 2
    errors = []
    for y, x in zip(ys.tolist(), xs.tolist()):
        other = iuv[y, min(max(round(2 * middle - x), 0), iuv.shape[1] - 1)]
        part, u, v = dp.mirrored_uv(*(iuv[y, x] / (1, 255, 255)))
        if other[0] == part:
            errors.append((abs(other[1] / 255 - u), abs(other[2] / 255 - v)))
    assert len(errors) > 0.7 * len(xs)
    assert np.mean(errors) < 0.1

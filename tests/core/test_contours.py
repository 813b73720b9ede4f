"""A mask traced along its pixel borders comes back pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from segstudio.core import contours, masks
from segstudio.core.geometry import ring_area, ring_points

bitmaps = hnp.arrays(np.uint8, st.tuples(st.integers(1, 14), st.integers(1, 14)), elements=st.integers(0, 1))


def picture(*rows: str) -> np.ndarray:
    return np.array([[c == "#" for c in row] for row in rows], np.uint8)


@settings(max_examples=300)
@given(bitmaps, st.integers(0, 9), st.integers(0, 9))
def test_mask_to_polygons_to_mask_is_the_identity(bitmap: np.ndarray, x: int, y: int) -> None:
    mask = masks.from_bitmap(bitmap, x, y)
    assert masks.from_polygons(contours.trace(mask), 40, 40) == mask


@given(bitmaps)
def test_rings_are_whole_numbered_simple_and_turn_at_every_vertex(bitmap: np.ndarray) -> None:
    shape = contours.trace(masks.from_bitmap(bitmap))
    for ring in shape.parts:
        points = ring_points(ring)
        assert (points == np.round(points)).all()
        assert len(np.unique(points, axis=0)) == len(points)
        level = points[:, 1] == np.roll(points, -1, axis=0)[:, 1]
        assert (level != np.roll(level, 1)).all()
    area = sum(map(ring_area, shape.parts)) - sum(map(ring_area, shape.holes))
    assert area == bitmap.sum()


@pytest.mark.parametrize("seed,share", [(1, 0.5), (2, 0.6), (3, 0.85), (4, 0.15)])
def test_noise_comes_back(seed: int, share: float) -> None:
    mask = masks.from_bitmap(np.random.default_rng(seed).random((160, 170)) < share, 3, 5)
    assert masks.from_polygons(contours.trace(mask), 400, 400) == mask


def test_holes_and_parts_are_kept_apart() -> None:
    mask = masks.from_bitmap(picture("####.##", "#..#.##", "####..."))
    shape = contours.trace(mask)
    assert (len(shape.parts), len(shape.holes)) == (2, 1)
    assert shape.holes == ((1.0, 1.0, 3.0, 1.0, 3.0, 2.0, 1.0, 2.0),)


def test_pixels_that_meet_at_a_corner_are_parts_of_their_own() -> None:
    shape = contours.trace(masks.from_bitmap(picture("#.", ".#")))
    assert [ring_area(r) for r in shape.parts] == [1, 1] and shape.holes == ()


def test_islands_within_holes_within_islands_come_back() -> None:
    bitmap = np.zeros((21, 21), np.uint8)
    for i in range(10):
        bitmap[i : 21 - i, i : 21 - i] ^= 1
    bitmap[9, 2:4] ^= 1
    mask = masks.from_bitmap(bitmap)
    shape = contours.trace(mask)
    assert masks.from_polygons(shape, 21, 21) == mask
    assert len(shape.parts) == 1


def test_parts_are_four_connected() -> None:
    import cv2

    bitmap = (np.random.default_rng(5).random((80, 90)) < 0.4).astype(np.uint8)
    shape = contours.trace(masks.from_bitmap(bitmap))
    assert not shape.holes or len(shape.parts) > 1
    four, eight = (cv2.connectedComponents(bitmap, connectivity=n)[0] - 1 for n in (4, 8))
    assert eight < four - len(shape.holes) <= len(shape.parts) <= four


def test_nothing_has_no_rings() -> None:
    assert contours.trace(masks.EMPTY).parts == ()

"""DensePose data is read, moved, mirrored and converted as the published code does it."""

from __future__ import annotations

import json

import cv2
import numpy as np
from densepose_data import FACTS, PUBLISHED, needed, oracle, person, published_results
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from segstudio.core import densepose as dp
from segstudio.core import densepose_maps as maps
from segstudio.core import masks
from segstudio.core.densepose import DensePose
from segstudio.core.geometry import Box

boxes = st.builds(Box, st.floats(-50, 500), st.floats(-50, 500), st.floats(2, 900), st.floats(2, 900))


def test_parts_and_symmetries_are_the_published_ones() -> None:
    facts = json.loads(needed(FACTS).read_text())
    assert {str(c.number): c.coarse for c in dp.CHARTS} == facts["fine_to_coarse"]
    assert dp.MIRROR.tolist() == facts["point_label_symmetries_0_to_24"]
    assert dp.COARSE_MIRROR.tolist() == facts["mask_label_symmetries_0_to_14"]
    for ours, theirs in zip(dp.COARSE, facts["coarse_parts_1_to_14"]):
        assert set(ours.lower().split()) == set(theirs.lower().split())
    for ours, theirs in zip(dp.CHARTS, facts["fine_parts_1_to_24"]):
        assert set(theirs.lower().split()) <= set(ours.name.lower().replace(",", "").split())


def _annotation() -> tuple[DensePose, dict[str, np.ndarray]]:
    manifest, given_, wanted = oracle()
    rles = manifest["settings"]["annotation_dp_masks"]
    parts = tuple(masks.from_coco(rle, 256, 256) if rle else masks.EMPTY for rle in rles)
    lists = (tuple(given_[f"ann_dp_{name}"].tolist()) for name in "xyIUV")
    return DensePose(Box(0.0, 0.0, 256.0, 256.0), *lists, masks=parts), wanted


def test_an_annotations_parts_become_the_published_map() -> None:
    dense, wanted = _annotation()
    np.testing.assert_array_equal(dense.part_map(), wanted["ann_segm"])


def test_a_mirrored_annotation_is_the_published_one() -> None:
    dense, wanted = _annotation()
    i, v, u = np.meshgrid(np.arange(24), np.arange(256), np.arange(256), indexing="ij")
    tables = (
        ((((i + 1) * u + 3 * v) % 256) / 255).astype(np.float32),
        (((v * (i + 2) + u) % 256) / 255).astype(np.float32),
    )
    flipped = dp.flipped(dense, 256.0, tables)
    np.testing.assert_array_equal(flipped.part, wanted["ann_flip_i"])
    np.testing.assert_allclose(flipped.x, wanted["ann_flip_x"], atol=1e-5)
    np.testing.assert_allclose(flipped.u, wanted["ann_flip_u"], atol=1e-6)
    np.testing.assert_allclose(flipped.v, wanted["ann_flip_v"], atol=1e-6)
    np.testing.assert_array_equal(dp.flipped(dense, 256.0, tables).part_map(), wanted["ann_flip_segm"])


@given(boxes)
def test_mirroring_twice_gives_the_same(box: Box) -> None:
    dense = person(box)
    again = dp.flipped(dp.flipped(dense, 640.0), 640.0)
    assert (again.part, again.x, again.masks) == (dense.part, dense.x, dense.masks)
    np.testing.assert_allclose(again.points(), dense.points(), atol=1e-9)
    assert dp.swapped(dp.swapped(dense)).part == dense.part


@given(boxes, boxes)
def test_points_keep_their_place_in_the_picture_when_the_box_changes(box: Box, other: Box) -> None:
    dense = person(box)
    np.testing.assert_allclose(dp.rebased(dense, other).points(), dense.points(), atol=1e-6)


def test_parts_keep_their_place_when_the_box_grows() -> None:
    dense = person(Box(10.0, 20.0, 128.0, 128.0))
    grown = dp.rebased(dense, Box(10.0, 20.0, 256.0, 256.0))
    before, left, top = dp.in_picture(dense, dense.part_map())
    after = dp.in_picture(grown, grown.part_map())[0]
    assert (left, top) == (10, 20)
    np.testing.assert_array_equal(after[:128, :128], before)
    assert not after[128:].any() and not after[:, 128:].any()


@given(boxes, st.integers(0, 63), st.integers(0, 63), st.integers(1, 9))
def test_no_stroke_falls_through_the_grid(box: Box, x: int, y: int, size: int) -> None:
    dense = dp.empty(box)
    left, top = int(box.x + box.w * x / 64), int(box.y + box.h * y / 64)
    stroke = masks.from_bitmap(np.ones((size, size), np.uint8), left, top)
    centre = (left + size / 2, top + size / 2)
    if box.x <= centre[0] < box.right and box.y <= centre[1] < box.bottom:
        cells = dp.cells_of(dense, stroke)
        assert cells.counts
        column, row = (int(v) for v in dense.to_box(*centre))
        assert masks.window(cells, column, row, 1, 1)[0, 0] or size % 2 == 0


def test_the_part_under_a_place_is_the_painted_one() -> None:
    dense = person()
    assert dense.part_at(*dense.to_picture(100, 100)) == 1
    assert dense.part_at(*dense.to_picture(100, 200)) == 6
    assert dense.part_at(*dense.to_picture(10, 10)) == 0
    assert dense.part_at(-999, 0) == 0


def test_a_published_dense_map_survives_becoming_points() -> None:
    for box, _, iuv in published_results()[:5]:
        labels, uv = maps.from_quantised(iuv)
        here = Box(0.0, 0.0, float(labels.shape[1]), float(labels.shape[0]))
        dense = maps.to_annotation(labels, uv, here)
        filled = maps.filled(dense)
        both = (labels > 0) & (filled.labels > 0)
        same = both & (labels == filled.labels)
        assert both.sum() > 0.98 * (labels > 0).sum(), box
        assert same.sum() > 0.93 * both.sum(), box
        assert np.abs(filled.uv - uv)[:, same].mean() < 0.02, box
        charts = np.bincount(np.array(dense.part, int), minlength=25)
        assert charts.max() <= maps.PER_PART
        assert set(np.flatnonzero(charts)) == set(np.unique(labels[labels > 0]).tolist())


def test_an_iuv_picture_says_what_the_maps_say() -> None:
    box, _, iuv = published_results()[0]
    labels, uv = maps.from_quantised(iuv)
    shown = maps.picture([maps.Dense(-5, 3, labels, uv)], 400, 300)
    assert shown.shape == (400, 300, 3)
    h, w = labels.shape
    np.testing.assert_array_equal(shown[3 : 3 + h, : w - 5], np.moveaxis(iuv, 0, -1)[: 400 - 3, 5:])
    assert box.w == w


def test_a_guess_follows_the_parts_and_the_neighbours() -> None:
    dense = person()
    part, u, v = maps.guess(dense, *dense.to_picture(130, 90)) or (0, 0, 0)
    assert part == 2 and abs(u - 0.5) < 0.01 and abs(v - 0.5) < 0.01
    assert (maps.guess(dense, *dense.to_picture(100, 238)) or (0,))[0] == 9
    bare = replace(dense, x=(), y=(), part=(), u=(), v=())
    assert maps.guess(bare, *bare.to_picture(100, 100)) == (2, 0.5, 0.5)
    assert maps.guess(dp.empty(dense.box), 30, 60) is None


def test_the_published_demos_picture_comes_out_of_its_people() -> None:
    folder = PUBLISHED / "DensePoseData" / "infer_out"
    iuv = cv2.imread(str(needed(folder / "demo_im_IUV.png")))
    people = cv2.imread(str(needed(folder / "demo_im_INDS.png")), cv2.IMREAD_GRAYSCALE)
    rows = []
    for number in np.unique(people[people > 0]).tolist():
        own = people == number
        ys, xs = np.nonzero(own)
        window = (slice(ys.min(), ys.max() + 1), slice(xs.min(), xs.max() + 1))
        quantised = np.where(own[window][None], np.moveaxis(iuv[window], -1, 0), 0)
        labels, uv = maps.from_quantised(quantised)
        rows.append(maps.Dense(int(xs.min()), int(ys.min()), labels, uv))
    assert len(rows) == 13
    np.testing.assert_array_equal(maps.picture(rows, *iuv.shape[:2]), iuv)

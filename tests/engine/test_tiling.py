"""Large pictures in tiles: the tiles cover, and what they say is merged without seams and doubles."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from engine_fakes import CLASSES, boxes, instances
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core import masks
from segstudio.core.errors import Cancelled
from segstudio.core.results import Boxes, DenseMaps, Faces, Instances, JointHeat, Poses, Scores, SemanticMap
from segstudio.engine.tiling import NotTileable, merge, predict_tiled, tiles

SIZE = (300, 400)


@given(st.integers(1, 3000), st.integers(1, 3000), st.integers(64, 1024))
def test_tiles_cover_the_picture_and_overlap(height, width, side):
    found = tiles(height, width, side)
    for low, high, length in ((0, 2, width), (1, 3, height)):
        spans = sorted({(t[low], t[high]) for t in found})
        assert spans[0][0] == 0
        assert spans[-1][1] == length
        assert all(b - a == min(side, length) for a, b in spans)
        assert all(a[1] - b[0] >= side // 4 for a, b in pairwise(spans))
    assert len(found) == len(set(found))


def objects(frame: np.ndarray, make=instances) -> list:
    """A model that finds each grey level as one object, exactly as far as it can see it."""
    corners, labels = [], []
    for value in np.unique(frame[..., 0]):
        rows, columns = np.nonzero(frame[..., 0] == value)
        if value:
            corners.append((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1))
            labels.append(1 + int(value) % 2)
    return [make(frame.shape[:2], corners, labels, [0.9] * len(corners))]


def picture(*rectangles) -> np.ndarray:
    frame = np.zeros((*SIZE, 3), np.uint8)
    for i, (left, top, right, bottom) in enumerate(rectangles):
        frame[top:bottom, left:right] = 10 + 2 * i
    return frame


def check_nothing() -> None:
    return


@pytest.mark.parametrize(
    "rectangles",
    [
        [(10, 10, 30, 40)],
        [(90, 90, 130, 130)],
        [(110, 120, 150, 140), (160, 200, 190, 280), (350, 250, 400, 300)],
        [(5, 140, 395, 160)],
        [(0, 0, 400, 300)],
        [(60, 30, 340, 270)],
        [(20, 20, 380, 60), (20, 70, 380, 120)],
    ],
    ids=["inside", "on a seam", "several", "wide", "whole", "large", "two wide ones"],
)
def test_objects_come_out_as_from_the_whole_picture(rectangles):
    frame = picture(*rectangles)
    [merged] = predict_tiled(objects, frame, 160, check_nothing)
    [whole] = objects(frame)
    assert isinstance(merged, Instances)
    assert merged.size == SIZE

    def known(r: Instances) -> list:
        return sorted(zip(r.boxes.tolist(), r.labels.tolist(), r.masks, strict=True), key=lambda x: x[0])

    assert known(merged) == known(whole)


def test_objects_inside_each_other_stay_two():
    """What one call returns is left alone; only what tiles say twice is merged."""
    frame = np.zeros((*SIZE, 3), np.uint8)

    def model(tile: np.ndarray) -> list:
        return [boxes(tile.shape[:2], [(10, 10, 100, 100), (20, 20, 90, 95)], scores=[0.9, 0.8])]

    places = tiles(*SIZE, 160)
    [merged] = predict_tiled(model, frame, 160, check_nothing)
    assert isinstance(merged, Boxes)
    assert len(merged.boxes) <= 2 * len(places)
    assert [10, 10, 100, 100] in merged.boxes.tolist()
    assert [20, 20, 90, 95] in merged.boxes.tolist()


def test_scores_stay_sorted_and_the_surer_of_two_stays():
    places = [(0, 0, 100, 100), (75, 0, 175, 100)]
    left = boxes((100, 100), [(80, 10, 95, 40)], scores=[0.6])
    right = boxes((100, 100), [(5, 11, 20, 40), (60, 60, 80, 80)], scores=[0.7, 0.95])
    merged = merge([left, right], places, (100, 175))
    assert isinstance(merged, Boxes)
    assert merged.boxes.tolist() == [[135, 60, 155, 80], [80, 11, 95, 40]]
    assert merged.scores.tolist() == pytest.approx([0.95, 0.7])


def test_another_class_is_another_object():
    places = [(0, 0, 100, 100), (75, 0, 175, 100)]
    left = boxes((100, 100), [(80, 10, 95, 40)], labels=[1])
    right = boxes((100, 100), [(5, 10, 20, 40)], labels=[2])
    assert len(merge([left, right], places, (100, 175)).boxes) == 2


def test_keypoints_and_landmarks_move_with_their_tile():
    places = [(0, 0, 100, 100), (75, 0, 175, 100)]
    parts = [boxes((100, 100), [(10, 10, 30, 30)]), boxes((100, 100), [(50, 50, 70, 70)], scores=[0.5])]
    points = np.ones((1, 17, 3), np.float32)
    poses = merge([Poses(**{**vars(p), "keypoints": points}) for p in parts], places, (100, 175))
    assert isinstance(poses, Poses)
    assert poses.keypoints[0, 0].tolist() == [1, 1, 1]
    assert poses.keypoints[1, 0].tolist() == [76, 1, 1]
    marks = np.ones((1, 5, 2), np.float32)
    faces = merge([Faces(**{**vars(p), "landmarks": marks}) for p in parts], places, (100, 175))
    assert isinstance(faces, Faces)
    assert faces.landmarks[1, 4].tolist() == [76, 1]


def test_the_heat_of_keypoints_moves_with_its_tile():
    some = JointHeat(
        size=(50, 50), classes=CLASSES, boxes=np.array([[-2, 3, 8, 9]], np.float32), heat=np.full((1, 2, 4, 4), 0.5)
    )
    none = replace(some, boxes=np.zeros((0, 4), np.float32), heat=np.zeros((0, 2, 1, 1)))
    merged = merge([some, none, some], [(0, 0, 50, 50), (40, 0, 90, 50), (0, 40, 50, 90)], (90, 90))
    assert isinstance(merged, JointHeat) and merged.size == (90, 90)
    assert merged.boxes.tolist() == [[-2, 3, 8, 9], [-2, 43, 8, 49]] and merged.heat.shape == (2, 2, 4, 4)
    assert len(merge([none, none], [(0, 0, 50, 50), (40, 0, 90, 50)], (90, 90)).heat) == 0


def test_empty_tiles_merge_to_nothing():
    frame = np.zeros((*SIZE, 3), np.uint8)
    [merged] = predict_tiled(objects, frame, 160, check_nothing)
    assert isinstance(merged, Instances)
    assert (len(merged.boxes), merged.masks, merged.boxes.shape) == (0, [], (0, 4))


@given(st.integers(0, 1000), st.booleans())
def test_a_semantic_map_that_sees_pixels_has_no_seams(seed, with_confidence):
    rng = np.random.default_rng(seed)
    frame = np.repeat(rng.integers(0, 5, (90, 130, 1), np.uint8), 3, axis=2)

    def model(tile: np.ndarray) -> list:
        sure = tile[..., 1].astype(np.float32) if with_confidence else None
        return [SemanticMap(size=tile.shape[:2], classes=CLASSES, map=tile[..., 0], confidence=sure)]

    [merged] = predict_tiled(model, frame, 48, check_nothing)
    assert isinstance(merged, SemanticMap)
    assert np.array_equal(merged.map, frame[..., 0])
    assert (merged.confidence is not None) == with_confidence
    if merged.confidence is not None:
        assert np.array_equal(merged.confidence, frame[..., 1])


def test_a_seam_lies_where_both_tiles_see_far():
    def model(tile: np.ndarray) -> list:
        seen = np.ones(tile.shape[:2], np.uint8)
        seen[10:-10, 10:-10] = 0
        return [SemanticMap(size=tile.shape[:2], classes=CLASSES, map=seen)]

    [merged] = predict_tiled(model, np.zeros((48, 200, 3), np.uint8), 80, check_nothing)
    assert isinstance(merged, SemanticMap)
    assert not merged.map[10:-10, 10:-10].any()


def test_whole_picture_results_are_refused():
    made = Scores(size=(1, 1), classes=CLASSES, labels=np.array([1]), scores=np.array([0.5], np.float32))
    with pytest.raises(NotTileable, match="Scores"):
        merge([made, made], [(0, 0, 1, 1)] * 2, (1, 1))


def test_a_token_stops_between_tiles():
    calls = []

    def stop() -> None:
        if len(calls) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        predict_tiled(lambda tile: calls.append(1) or [boxes(tile.shape[:2], [])], picture(), 100, stop)
    assert len(calls) == 3


def test_masks_of_joined_parts_are_one():
    places = [(0, 0, 100, 50), (75, 0, 175, 50)]
    left = instances((50, 100), [(20, 10, 100, 40)])
    right = instances((50, 100), [(0, 10, 60, 40)])
    merged = merge([left, right], places, (50, 175))
    assert isinstance(merged, Instances)
    assert merged.boxes.tolist() == [[20, 10, 135, 40]]
    assert masks.paste(merged.masks[0], 50, 175).sum() == 115 * 30


def test_dense_maps_stay_with_their_boxes():
    places = [(0, 0, 100, 100), (75, 0, 175, 100)]
    found = [boxes((100, 100), [(10, 10, 30, 30)]), boxes((100, 100), [(50, 50, 70, 80)], scores=[0.5])]
    sizes = [(20, 20), (30, 20)]
    dense = merge(
        [
            DenseMaps(**{**vars(p), "parts": [np.full(s, i + 1, np.uint8)], "uv": [np.zeros((2, *s), np.float32)]})
            for i, (p, s) in enumerate(zip(found, sizes))
        ],
        places,
        (100, 175),
    )
    assert isinstance(dense, DenseMaps)
    assert dense.boxes.tolist() == [[10, 10, 30, 30], [125, 50, 145, 80]]
    assert [m.shape for m in dense.parts] == sizes and [int(m.max()) for m in dense.parts] == [1, 2]
    assert [m.shape for m in dense.uv] == [(2, *s) for s in sizes]

"""Panoptic quality: the figures of the published evaluation, and its conventions case by case."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segstudio.core.errors import InputError
from segstudio.core.panoptic_quality import Segment, Tally, match, mean
from segstudio.learn.metrics import evaluate


def grid(*rows: str) -> np.ndarray:
    return np.array([[int(c) for c in row] for row in rows])


def counts(tally: Tally) -> tuple:
    return round(tally.iou, 6), tally.tp, tally.fp, tally.fn


def test_the_figures_are_those_of_the_published_evaluation(shared: Path) -> None:
    folder = shared / "data" / "panoptic_sample"
    said = json.loads((folder / "pq_results.json").read_text())
    truth = folder / "panoptic_examples.json"
    names = {c["id"]: c["name"] for c in json.loads(truth.read_text())["categories"]}
    scores = evaluate(truth, folder / "predictions.json", "panoptic")
    wanted = said["predictions_vs_ground_truth"]
    for suffix, group in (("", "All"), ("_things", "Things"), ("_stuff", "Stuff")):
        figures = [scores[f"{name}{suffix}"] for name in ("PQ", "SQ", "RQ", "n")]
        assert figures == pytest.approx([wanted[group][k] for k in ("pq", "sq", "rq", "n")], abs=1e-12)
    for id, c in wanted["counts"].items():
        found = scores["classes"][names[int(id)]]
        assert found["iou"] == pytest.approx(c["iou"], abs=1e-12)
        assert [found[k] for k in ("tp", "fp", "fn")] == [c["tp"], c["fp"], c["fn"]]
    for id, per in said["per_image"].items():
        assert scores["per_image"][f"{int(id):012d}.jpg"] == pytest.approx(per["All"]["pq"], abs=1e-12)
    assert evaluate(truth, truth, "panoptic")["PQ"] == 1.0


def test_a_pair_matches_from_more_than_half() -> None:
    truth, true = grid("1111"), {1: Segment(7)}
    half = match(truth, grid("2200"), true, {2: Segment(7)})
    assert counts(half[7]) == (0, 0, 1, 1)
    more = match(truth, grid("2220"), true, {2: Segment(7)})
    assert counts(more[7]) == (0.75, 1, 0, 0)
    other = match(truth, grid("2222"), true, {2: Segment(8)})
    assert counts(other[7]) == (0, 0, 0, 1) and counts(other[8]) == (0, 0, 1, 0)


def test_void_counts_neither_for_nor_against() -> None:
    # The part over void is left out of the union, and a segment that lies on void mostly is no false one.
    assert counts(match(grid("1100"), grid("2222"), {1: Segment(7)}, {2: Segment(7)})[7]) == (1, 1, 0, 0)
    found = match(grid("1000"), grid("0222"), {1: Segment(7)}, {2: Segment(7)})
    assert counts(found[7]) == (0, 0, 0, 1)


def test_a_crowd_is_neither_missed_nor_found() -> None:
    true = {1: Segment(7, crowd=True)}
    assert match(grid("1111"), grid("0000"), true, {}) == {}
    assert match(grid("1111"), grid("2222"), true, {2: Segment(7)}) == {}
    assert counts(match(grid("1111"), grid("2222"), true, {2: Segment(8)})[8]) == (0, 0, 1, 0)


def test_the_mean_leaves_out_classes_without_a_segment() -> None:
    quality = mean([Tally(), Tally(0.8, 1), Tally(0, 0, 1)])
    assert quality is not None and quality == pytest.approx((0.4, 0.4, 0.5, 2))
    assert mean([Tally()]) is None and mean([]) is None


def test_pictures_without_results_count_as_missed_and_are_named(tmp_path: Path) -> None:
    values = np.zeros((4, 6, 3), np.uint8)
    values[:2, :, 0] = 5
    for name in ("truth", "found"):
        (tmp_path / name).mkdir()
        Image.fromarray(values).save(tmp_path / name / "1.png")
    segments = [{"id": 5, "category_id": 3}]
    maps = [{"image_id": i, "file_name": "1.png", "segments_info": segments} for i in (1, 2)]
    truth = {
        "images": [{"id": i, "file_name": f"{i}.jpg", "width": 6, "height": 4} for i in (1, 2)],
        "annotations": maps,
        "categories": [{"id": 3, "name": "sky", "isthing": 0}],
    }
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    (tmp_path / "found.json").write_text(json.dumps({"annotations": maps[:1]}))
    scores = evaluate(tmp_path / "truth.json", tmp_path / "found.json", "panoptic")
    assert scores["classes"]["sky"] | {"pq": 0, "rq": 0} == {
        "pq": 0, "sq": 1.0, "rq": 0, "iou": 1.0, "tp": 1, "fp": 0, "fn": 1,
    }  # fmt: skip
    assert (scores["PQ_things"], scores["n_things"], scores["PQ_stuff"]) == (None, 0, pytest.approx(2 / 3))
    assert "2.jpg" in " ".join(scores["warnings"])
    with pytest.raises(InputError, match="Name the ground truth first"):
        evaluate(tmp_path / "found.json", tmp_path / "truth.json", "panoptic")

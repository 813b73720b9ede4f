"""Panoptic FPN on random weights: its map, what is left out, and what is seen inside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from segstudio.core.panoptic_merge import Rule
from segstudio.core.results import PanopticMap
from segstudio.core.views import PictureView
from segstudio.engine.drafts import drafts
from segstudio.zoo import Catalog, Options, predictor
from segstudio.zoo.blocks import panoptic_fpn


@pytest.fixture(scope="module")
def model() -> Any:
    torch.manual_seed(3)
    made: Any = predictor.untrained(Catalog().get("panoptic-fpn-r50"))
    with torch.no_grad():
        made.network.roi_heads.box_predictor.cls_score.weight.mul_(60)
    return made


def photos() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, size, dtype=np.uint8) for size in ((60, 80, 3), (90, 50, 3))]


LOOSE = Options(threshold=0.05, merge=Rule(0.9, 10, 0.05))


def test_a_map_says_what_every_segment_is(model: Any) -> None:
    things = {label.id for label in model.classes.labels if label.thing}
    for frame, [result] in zip(photos(), model.predict(photos(), LOOSE), strict=True):
        assert isinstance(result, PanopticMap)
        assert result.map.shape == frame.shape[:2]
        assert set(np.unique(result.map)) - {0} <= set(result.segments)
        kinds = [label in things for label, _ in result.segments.values()]
        assert True in kinds
        assert False in kinds
        assert kinds == sorted(kinds, reverse=True), "instances come first"
        assert len(drafts([result])) >= len(np.unique(result.map)) - 2


def test_the_parameters_of_the_merge_are_respected(model: Any) -> None:
    frame = photos()[0]
    [[loose]] = model.predict([frame], LOOSE)
    [[strict]] = model.predict([frame], Options(merge=Rule(0.9, 10, 1.0)))
    [[large]] = model.predict([frame], Options(threshold=0.05, merge=Rule(0.9, 60 * 80 + 1, 0.05)))
    [[lower]] = model.predict([frame], Options(merge=Rule(0.9, 10, 0.05)))
    assert lower.segments == loose.segments, "without a threshold the merge alone decides"
    ids = {label.id for label in model.classes.labels if label.thing}
    assert not any(label in ids for label, _ in strict.segments.values())
    assert all(label in ids for label, _ in large.segments.values())
    assert (loose.map == 0).mean() < (large.map == 0).mean()
    one = loose.segments[1][0]
    [[only]] = model.predict([frame], Options(threshold=0.05, merge=LOOSE.merge, labels=frozenset({one})))
    assert {label for label, _ in only.segments.values()} == {one}
    assert set(np.unique(only.map)) <= {0, *only.segments}


def test_what_is_seen_inside(model: Any) -> None:
    shown = model.look(photos()[0], LOOSE)
    assert [view.title for view in shown[:3]] == ["Semantic map", "Instances", "Merged"]
    for view in shown[:3]:
        assert isinstance(view, PictureView)
        assert view.rgb.shape == (60, 80, 3)
        assert view.rgb.any()
    assert {"Proposals", "Mask logits", "RoIAlign crops"} <= {view.group for view in shown}
    assert len(shown) <= 64


@pytest.mark.parametrize("size", [(40, 60), (23, 31), (100, 90)])
def test_only_classes_that_can_win_are_enlarged(size: tuple[int, int]) -> None:
    generator = torch.Generator().manual_seed(3)
    for _ in range(10):
        logits = torch.randn(9, 12, 17, generator=generator)
        logits[5:] -= 6.0
        seen = (45, 66)
        large = panoptic_fpn.enlarge(logits, seen, size).argmax(0)
        assert len(panoptic_fpn.candidates(logits)) < 9
        np.testing.assert_array_equal(panoptic_fpn.classes_of(logits, seen, size).T, large)

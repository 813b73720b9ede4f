"""UPSNet: one segment a pixel, what it shows inside, and what its merge leaves out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core.panoptic_merge import Rule
from segstudio.core.results import PanopticMap
from segstudio.core.views import HeatView
from segstudio.engine.drafts import drafts
from segstudio.zoo import Catalog, Options
from segstudio.zoo.blocks import upsnet, upsnet_head, waiting
from segstudio.zoo.predictor import DEFAULT_CONTEXT, untrained

EVERYTHING = Options(threshold=0.0, max_instances=4, merge=Rule(stuff_area=0))


def model():
    torch.manual_seed(3)
    return untrained(Catalog().get("upsnet-r50"))


def frames(*sizes: tuple[int, int]) -> list[np.ndarray]:
    rng = np.random.default_rng(4)
    return [rng.integers(0, 256, (*size, 3), np.uint8) for size in sizes]


def test_every_frame_becomes_a_panoptic_map_of_its_own_size() -> None:
    pictures = frames((70, 90), (120, 50), (70, 90), (1, 1))
    one = model()
    together = one.predict(pictures, EVERYTHING)
    for (found,), picture in zip(together, pictures, strict=True):
        assert isinstance(found, PanopticMap)
        assert found.map.shape == found.size == picture.shape[:2]
        assert set(np.unique(found.map)) - {0} == set(found.segments)
        known = {label.id for label in one.classes.labels}
        assert all(label in known and 0 <= score <= 1 for label, score in found.segments.values())
        assert len(drafts([found])) <= len(found.segments)
    (alone,) = one.predict(pictures[:1], EVERYTHING)[0]
    np.testing.assert_array_equal(alone.map, together[0][0].map)


def sure() -> Any:
    """Return a model whose box head is confident of something, hardly moves boxes, and has masks that show."""
    one: Any = model()
    with torch.no_grad():
        one.network.rcnn.cls_score.weight.mul_(60)
        one.network.mask_branch.mask_score.weight.mul_(20)
        one.network.rpn.bbox_pred.weight.mul_(0.02)
        one.network.rcnn.bbox_pred.weight.mul_(0.02)
    return one


@pytest.mark.parametrize("threshold", [0.05, 1.0])
def test_a_device_finds_what_the_cpu_finds(threshold: float) -> None:
    one, pictures = sure(), frames((70, 90), (120, 50), (70, 90))
    options = Options(threshold=threshold, max_instances=20, merge=Rule(stuff_area=0))
    want = one.predict(pictures, options)
    objects = [sum(one.classes.by_id(label).thing for label, _ in w.segments.values()) for (w,) in want]
    assert (max(objects) > 1) == (threshold < 1)
    with waiting.as_on_a_device():
        for room in ("of all that may be", "of twice what was"):
            for (got,), (true,) in zip(one.predict(pictures, options), want, strict=True):
                assert (got.map == true.map).mean() > 0.999, room
                for k, (label, score) in true.segments.items():
                    assert got.segments[k] == (label, pytest.approx(score, abs=1e-4))


def test_what_there_is_no_room_for_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    one, pictures = sure(), frames((70, 90))
    options = Options(threshold=0.05, max_instances=20, merge=Rule(stuff_area=0))
    inputs = one.prepare(pictures)
    with waiting.as_on_a_device():
        one.room = waiting.Room()
        one.room.seen(0)
        monkeypatch.setattr(waiting, "_LEAST", 1)
        with pytest.raises(waiting.Unsettled):
            one.decode(one.forward(inputs, options, DEFAULT_CONTEXT), pictures, options)
        assert one.room.size > 1, "it has made room"
        one.decode(one.forward(inputs, options, DEFAULT_CONTEXT), pictures, options)


@given(st.integers(1, 9), st.lists(st.tuples(*[st.floats(0, 29)] * 4), min_size=1, max_size=4), st.integers(0, 1 << 30))
def test_masks_are_enlarged_as_pictures_are(side: int, corners: list[tuple[float, ...]], seed: int) -> None:
    logits = torch.randn(len(corners), side, side, generator=torch.Generator().manual_seed(seed))
    boxes = torch.tensor(corners, dtype=torch.float32)
    got = upsnet_head.energies(logits, boxes, (20, 30))
    for i, (left, top, right, bottom) in enumerate(boxes.long().tolist()):
        want = torch.zeros(60, 60)
        shape = (bottom - top + 1, right - left + 1)
        if min(shape) < 1:
            assert not got[i].any(), "such a box has no pixel"
            continue
        large = torch.nn.functional.interpolate(logits[i][None, None], size=shape, mode="bilinear")[0, 0]
        want[top : top + shape[0], left : left + shape[1]] = large
        torch.testing.assert_close(got[i], want[:20, :30], atol=1e-5, rtol=1e-4)


def test_small_stuff_and_other_classes_are_left_out() -> None:
    one, (picture,) = model(), frames((64, 64))
    (found,) = one.predict([picture], Options(threshold=1.0, merge=Rule(stuff_area=64 * 64 + 1)))[0]
    assert not found.segments and not found.map.any()
    (whole,) = one.predict([picture], EVERYTHING)[0]
    label = next(iter(whole.segments.values()))[0]
    (part,) = one.predict([picture], Options(0.0, 4, frozenset({label}), merge=Rule(stuff_area=0)))[0]
    assert {kind for kind, _ in part.segments.values()} == {label}


def test_the_inside_can_be_seen() -> None:
    views = model().look(frames((64, 80))[0], EVERYTHING)
    assert {view.group for view in views} >= {"Proposals", "Objects", "Maps", "Unknown"}
    assert all(np.isfinite(view.values).all() for view in views if isinstance(view, HeatView))


def test_anchors_are_those_of_the_first_detectors() -> None:
    # Girshick 2015's base anchors of 16 pixels, at scale 8: 184 x 96, 128 x 128, 88 x 176.
    found = upsnet.anchors(1, 2, 16)
    assert found[:3].tolist() == [[-84, -40, 99, 55], [-56, -56, 71, 71], [-36, -80, 51, 95]]
    assert (found[3:] - found[:3]).tolist() == [[16, 0, 16, 0]] * 3


def test_a_box_stays_where_no_delta_moves_it_and_within_the_picture() -> None:
    boxes = torch.tensor([[2.0, 3.0, 11.0, 12.0], [-5.0, 0.0, 90.0, 4.0]])
    found = upsnet_head.shifted(boxes, torch.zeros(2, 8), (40, 60))
    assert found[0].tolist() == [[2, 3, 11, 12]] * 2
    assert found[1].tolist() == [[0, 0, 59, 4]] * 2


def test_a_mask_that_a_better_one_of_its_class_covers_goes() -> None:
    energy = torch.full((3, 6, 6), -1.0)
    energy[:, :4] = 1
    scores, classes = torch.tensor([0.9, 0.5, 0.1]), torch.tensor([1, 1, 2])
    found = upsnet_head.Regions(torch.zeros(3, 4), classes, scores, torch.ones(3, dtype=torch.bool))
    assert upsnet_head.kept(energy, found).tolist() == [True, False, True], "another class is not in the way"
    without = found._replace(valid=torch.tensor([False, True, True]))
    assert upsnet_head.kept(energy, without).tolist() == [False, True, True], "what does not count is not there"

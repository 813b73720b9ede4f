"""UPSNet: one segment a pixel, what it shows inside, and what its merge leaves out."""

from __future__ import annotations

import numpy as np
import torch

from segstudio.core.panoptic_merge import Rule
from segstudio.core.results import PanopticMap
from segstudio.core.views import HeatView
from segstudio.engine.drafts import drafts
from segstudio.zoo import Catalog, Options
from segstudio.zoo.blocks import upsnet, upsnet_head
from segstudio.zoo.predictor import untrained

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
    stay = upsnet_head.kept(energy, torch.tensor([1, 1, 2]), torch.tensor([0.5, 0.9, 0.1]))
    assert stay.tolist() == [1, 2], "another class is not in the way"

"""YOLACT's targets and losses on cases worked out by hand, and one picture learned by heart."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
import torch

from segstudio.core import masks
from segstudio.core.results import Instances
from segstudio.learn.losses import yolact as losses
from segstudio.learn.losses.yolact import IGNORED, Recipe, Targets, Truth
from segstudio.zoo import Catalog, Options
from segstudio.zoo.blocks import yolact_decoding
from segstudio.zoo.blocks.yolact import Raw
from segstudio.zoo.blocks.yolact_predictor import YolactPredictor
from segstudio.zoo.predictor import untrained


def anchors(*corners: tuple[float, float, float, float]) -> torch.Tensor:
    """Return anchors as centre and size from corners."""
    a = torch.tensor(corners)
    return torch.cat(((a[:, :2] + a[:, 2:]) / 2, a[:, 2:] - a[:, :2]), dim=1)


def truth(boxes: list, labels: list, masks: torch.Tensor | None = None, crowds: list | None = None) -> Truth:
    return Truth(
        torch.tensor(boxes, dtype=torch.float32).view(-1, 4),
        torch.tensor(labels, dtype=torch.int64),
        torch.zeros(len(labels), 8, 8) if masks is None else masks,
        None if crowds is None else torch.tensor(crowds, dtype=torch.float32),
    )


def test_anchors_are_objects_background_or_ignored_by_their_overlap() -> None:
    # Overlaps with the object (0, 0, 1, 0.5): 1, 0.5, 0.45, 0.39, 0.
    rows = anchors((0, 0, 1, 0.5), (0, 0, 0.5, 0.5), (0, 0, 0.45, 0.5), (0, 0, 0.39, 0.5), (0, 0.6, 1, 1))
    got = losses.targets(truth([[0, 0, 1, 0.5]], [6]), rows)
    assert got.labels.tolist() == [7, 7, IGNORED, 0, 0]
    assert got.objects[:3].tolist() == [0, 0, 0]
    torch.testing.assert_close(got.offsets[0], torch.zeros(4))
    # From an anchor of width 0.5 at 0.25 to a box of width 1 at 0.5.
    torch.testing.assert_close(got.offsets[1], torch.tensor([0.25 / (0.1 * 0.5), 0, math.log(2) / 0.2, 0]))


def test_each_object_gets_an_anchor_of_its_own_however_little_they_overlap() -> None:
    rows = anchors((0, 0, 0.5, 0.5), (0.1, 0.1, 0.6, 0.6), (0, 0.9, 0.1, 1))
    # Both objects overlap the first anchor most; the second has to take what is left.
    both = truth([[0, 0, 0.4, 0.4], [0, 0, 0.2, 0.2]], [0, 1])
    got = losses.targets(both, rows)
    assert got.labels.tolist() == [1, 2, 0]
    assert got.objects[:2].tolist() == [0, 1]


def test_background_in_a_crowd_is_ignored_and_objects_there_are_not() -> None:
    rows = anchors((0, 0, 0.5, 0.5), (0.5, 0, 1, 0.5), (0.5, 0.5, 1, 1))
    got = losses.targets(truth([[0, 0, 0.5, 0.5]], [0], crowds=[[0, 0, 0.86, 0.5]]), rows)
    # 0.36 / 0.5 = 72 percent of the second lie in the crowd, none of the third.
    assert got.labels.tolist() == [1, IGNORED, 0]
    nothing = losses.targets(truth([], [], crowds=[[0, 0, 0.5, 0.5]]), rows)
    assert nothing.labels.tolist() == [IGNORED, 0, 0]


def test_three_background_anchors_count_for_each_object_the_hardest_ones() -> None:
    labels = torch.tensor([[1, 0, 0, 0, 0, IGNORED]])
    logits = torch.zeros(1, 6, 2)
    logits[0, :, 1] = torch.tensor([0.0, 3.0, -1.0, 2.0, 1.0, 9.0])
    hard = losses.hardest(logits, labels, 3)
    assert hard[0].tolist() == [False, True, False, True, True, False]
    got = losses.label_loss(logits, labels)
    want = math.log(2) + sum(math.log(1 + math.exp(v)) for v in (3.0, 2.0, 1.0))
    assert got.item() == pytest.approx(want, rel=1e-6)


def one_mask(logit: float) -> tuple[Raw, Truth, Targets]:
    """Return a picture of 8x8 prototypes with one object in its left half, and one anchor that has it."""
    there = torch.zeros(1, 8, 8)
    there[:, :, :4] = 1
    prototypes = torch.ones(1, 8, 8)
    raw = Raw(torch.zeros(1, 4), torch.zeros(1, 3), torch.tensor([[logit]]), prototypes)
    known = truth([[0, 0, 0.5, 1]], [1], there)
    return raw, known, Targets(torch.tensor([2]), torch.tensor([0]), torch.zeros(1, 4))


def test_a_mask_is_compared_inside_its_box_and_divided_by_its_area() -> None:
    raw, known, target = one_mask(0.0)
    got, drawn = losses.mask_loss(raw, known, target)
    # The crop has a pixel around the box of 4x8: 5 columns at one half; the rest says nothing, and rightly so.
    assert got.item() == pytest.approx(5 * 8 * math.log(2) / (4 * 8), rel=1e-6)
    assert drawn.predicted.shape == drawn.true.shape == (1, 8, 8)
    assert drawn.labels.tolist() == [1]


def test_more_masks_than_are_compared_are_drawn_by_lot_and_count_for_all() -> None:
    raw, known, _ = one_mask(0.0)
    many = Raw(raw.offsets.expand(6, 4), raw.logits.expand(6, 3), raw.coefficients.expand(6, 1), raw.prototypes)
    target = Targets(torch.full((6,), 2), torch.zeros(6, dtype=torch.int64), torch.zeros(6, 4))
    all_of_them, _ = losses.mask_loss(many, known, target)
    some, drawn = losses.mask_loss(many, known, target, Recipe(masks=2))
    assert len(drawn.predicted) == 2
    torch.testing.assert_close(some, all_of_them)


def test_regions_are_compared_with_all_objects_of_a_class_together() -> None:
    there = torch.zeros(2, 4, 4)
    there[0, 0], there[1, 1] = 1, 1
    known = truth([[0, 0, 1, 0.25], [0, 0.25, 1, 0.5]], [1, 1], there)
    logits = torch.zeros(1, 3, 4, 4)
    assert losses.region_loss(logits, [known]).item() == pytest.approx(3 * math.log(2), rel=1e-6)
    logits[0, 1] = torch.where(there.amax(0) > 0, 40.0, -40.0)
    assert losses.region_loss(logits, [known]).item() == pytest.approx(2 * math.log(2), rel=1e-6)


def test_mask_scores_learn_the_overlap_of_masks_that_are_large_enough() -> None:
    raw, known, target = one_mask(5.0)
    _, drawn = losses.mask_loss(raw, known, target)
    # The cropped mask has 5 of 8 columns and the object 4: an overlap of 0.8.
    got = losses.score_loss([drawn], lambda masks: torch.full((len(masks), 3), 0.5))
    assert got.item() == pytest.approx(0.5 * 0.3**2, rel=1e-5)
    assert losses.score_loss([drawn], lambda masks: masks.mean(), Recipe(least_area=32)).item() == 0


def test_the_whole_is_weighted_and_divided_as_published() -> None:
    raw, known, _ = one_mask(0.0)
    rows = anchors((0, 0, 0.5, 1), (0.5, 0, 1, 1))
    batch = Raw(
        torch.tensor([[[0.0, 2.0, 0.5, 0.0], [9.0] * 4]]),
        torch.zeros(1, 2, 3),
        torch.zeros(1, 2, 1),
        raw.prototypes[None],
    )
    got = losses.loss(batch, torch.zeros(1, 2, 8, 8), [known], rows, score=lambda m: torch.zeros(len(m), 2))
    assert set(got) == {"box", "label", "mask", "region", "score"}
    assert got["box"].item() == pytest.approx(1.5 * (1.5 + 0.125))
    assert got["label"].item() == pytest.approx(2 * math.log(3), rel=1e-6)
    assert got["mask"].item() == pytest.approx(6.125 * 5 / 4 * math.log(2), rel=1e-6)
    assert got["region"].item() == pytest.approx(2 * math.log(2), rel=1e-6)
    # sigmoid(0) is not above one half, so the predicted mask is empty and its overlap is 0, as expected of it.
    assert got["score"].item() == 0
    twice = Raw(*(torch.cat((part, part)) for part in batch))
    again = losses.loss(twice, torch.zeros(2, 2, 8, 8), [known, known], rows)
    for name in ("box", "label", "mask", "region"):
        torch.testing.assert_close(again[name], got[name])


def test_a_batch_without_objects_has_a_loss_and_gradients() -> None:
    batch = Raw(*(torch.zeros(shape, requires_grad=True) for shape in ((1, 3, 4), (1, 3, 3), (1, 3, 2), (1, 2, 8, 8))))
    rows = anchors((0, 0, 0.5, 1), (0.5, 0, 1, 1), (0, 0, 1, 1))
    got = losses.loss(batch, torch.zeros(1, 2, 8, 8), [truth([], [])], rows, score=lambda m: torch.zeros(len(m), 2))
    total = torch.stack(list(got.values())).sum()
    assert total.item() == pytest.approx(2 * math.log(2), rel=1e-6)
    total.backward()


@pytest.mark.parametrize(("name", "steps"), [("yolact-r50", 80), ("yolact-plus-r50", 40)])
def test_one_picture_is_learned_by_heart(name: str, steps: int) -> None:
    """A tiny network learns one object, with its norms frozen as the published training has them for small batches."""
    torch.manual_seed(0)
    card = Catalog().get(name)
    # One anchor a place, so that it is quick.
    few = {"scales": [[card.tiny["size"] * share] for share in (0.1, 0.2, 0.4, 0.6, 0.9)], "ratios": [1.0]}
    ours = untrained(msgspec.structs.replace(card, tiny={**card.tiny, **few}))
    assert isinstance(ours, YolactPredictor)
    side = ours.size
    frame = np.random.default_rng(0).integers(0, 90, (side, side, 3)).astype(np.uint8)
    there = torch.zeros(1, side, side)
    there[0, side // 4 : side * 3 // 4, side // 8 : side // 2] = 1
    frame[there[0].numpy() > 0] = (220, 180, 40)
    known = Truth(torch.tensor([[1 / 8, 1 / 4, 1 / 2, 3 / 4]]), torch.tensor([16]), there)
    net = ours.network.requires_grad_(True)
    optimizer = torch.optim.Adam(net.parameters(), 3e-3)
    batch = ours.prepare([frame])
    slower = torch.optim.lr_scheduler.MultiStepLR(optimizer, [steps // 2, steps * 3 // 4], 0.3)
    course = []
    for _ in range(steps):
        levels = net.levels(batch)
        parts = losses.loss(net.heads(levels), net.regions(levels), [known], ours.anchors, score=net.maskiou_net)
        total = torch.stack(list(parts.values())).sum()
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        slower.step()
        course.append(float(total.detach()))
    assert course[-1] < course[0] / 2
    # Expecting the overlap of one mask is too little to learn mask scores from: the class's score alone counts here.
    ours.network.maskiou_net = None
    [[found]] = ours.predict([frame], Options(threshold=0.2))
    assert isinstance(found, Instances)
    assert len(found.boxes) >= 1
    assert found.labels[0] == ours.ids[16]
    box = torch.from_numpy(found.boxes[:1] / side)
    assert yolact_decoding.overlaps(box, known.boxes).item() > 0.7
    drawn = torch.from_numpy(masks.paste(found.masks[0], side, side).astype(np.float32))
    shared = (drawn * there[0]).sum()
    assert shared / (drawn.sum() + there.sum() - shared) > 0.7

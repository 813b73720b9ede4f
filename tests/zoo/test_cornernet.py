"""CornerNet's predictor: what goes in, what comes out, what it shows."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
import torch

from segstudio.core.errors import WeightsError
from segstudio.core.results import Boxes
from segstudio.core.views import BarsView, HeatView, PointsView
from segstudio.zoo import Catalog, Options, load_published
from segstudio.zoo.predictor import untrained
from segstudio.zoo.systems.points.cornernet import CornerNetPredictor

CLASSES = 80


def model(*, classes: tuple[str, ...] = (), **settings) -> CornerNetPredictor:
    torch.manual_seed(0)
    card = Catalog().get("cornernet")
    if classes:
        card = msgspec.structs.replace(card, labels="", classes=classes)
    made = untrained(card)
    assert isinstance(made, CornerNetPredictor)
    for key, value in settings.items():
        assert hasattr(made, key)
        setattr(made, key, value)
    return made


def photo(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def corners(one: CornerNetPredictor, size: tuple[int, int], *found: tuple[str, int, int, int, float, float]):
    """Return the batch and maps of a picture with corners at (kind, channel, row, column, logit, embedding)."""
    [batch] = one.prepare([photo(*size)])
    height, width = ((side + 1) // 4 for side in batch.images.shape[2:])
    maps = {}
    for kind in ("tl", "br"):
        maps[f"{kind}_heat"] = torch.full((len(batch.images), CLASSES, height, width), -9.0)
        # Where there is nothing, nothing agrees.
        maps[f"{kind}_tag"] = torch.full((len(batch.images), 1, height, width), 50.0 if kind == "tl" else -50.0)
        maps[f"{kind}_regr"] = torch.full((len(batch.images), 2, height, width), 0.5)
    for kind, channel, row, column, logit, tag in found:
        maps[f"{kind}_heat"][0, channel, row, column] = logit
        maps[f"{kind}_tag"][0, 0, row, column] = tag
    return batch, maps


def boxes(one: CornerNetPredictor, size: tuple[int, int], *found, **options) -> Boxes:
    [[result]] = one.decode([corners(one, size, *found)], [photo(*size)], Options(**options))
    assert isinstance(result, Boxes)
    return result


def test_two_corners_that_agree_become_a_box_where_they_lie_in_the_picture() -> None:
    one = model(mirror=False)
    result = boxes(one, (100, 90), ("tl", 79, 8, 9, 2.0, 1.0), ("br", 79, 20, 25, 3.0, 1.4), threshold=0.5)
    step = 127 / 32
    # 100 x 90 lies in the middle of 127 x 127, behind 13 rows and 18 columns.
    want = [9.5 * step - 18, 8.5 * step - 13, 25.5 * step - 18, 20.5 * step - 13]
    np.testing.assert_allclose(result.boxes, [want], atol=1e-4)
    assert result.labels.tolist() == [90]
    sigmoid = 1 / (1 + np.exp(-np.array([2.0, 3.0])))
    assert result.scores[0] == pytest.approx(sigmoid.mean())


@pytest.mark.parametrize(
    "second",
    [
        ("br", 78, 20, 25, 3.0, 1.0),
        ("br", 79, 20, 25, 3.0, 1.6),
        ("br", 79, 4, 25, 3.0, 1.0),
        ("br", 79, 20, 4, 3.0, 1.0),
    ],
    ids=["another class", "another embedding", "above", "left"],
)
def test_other_corners_become_none(second) -> None:
    one = model(mirror=False)
    assert len(boxes(one, (100, 90), ("tl", 79, 8, 9, 2.0, 1.0), second, threshold=0.5).boxes) == 0


def test_threshold_labels_and_most_instances_are_kept_to() -> None:
    one = model(mirror=False)
    found = [
        *((kind, 0, place, place, 2.0, 0.0) for kind, place in (("tl", 5), ("br", 10))),
        *((kind, 2, place, place, 3.0, 9.0) for kind, place in (("tl", 18), ("br", 26))),
        *((kind, 2, 5 + 10 * (kind == "br"), 18 + 7 * (kind == "br"), 1.0, 5.0) for kind in ("tl", "br")),
    ]
    assert boxes(one, (127, 127), *found, threshold=0.5).labels.tolist() == [3, 1, 3]
    assert boxes(one, (127, 127), *found, threshold=0.8).labels.tolist() == [3, 1]
    assert boxes(one, (127, 127), *found, threshold=0.5, labels=frozenset({3})).labels.tolist() == [3, 3]
    assert boxes(one, (127, 127), *found, threshold=0.5, max_instances=1).labels.tolist() == [3]


def test_what_overlaps_within_a_class_loses_score() -> None:
    one = model(mirror=False)
    found = [("tl", 0, 4, 4, 3.0, 0.0), ("br", 0, 24, 24, 3.0, 0.0), ("br", 0, 28, 24, 1.0, 0.0)]
    result = boxes(one, (127, 127), *found, threshold=0.01)
    high, low = (1 / (1 + np.exp(-x)) for x in (3.0, 1.0))
    step = 127 / 32
    wide, tall = 20 * step + 1, 24 * step + 1
    iou = wide / tall
    want = [high, (high + low) / 2 * np.exp(-(iou**2) / 0.5)]
    assert result.scores.tolist() == pytest.approx(want, rel=1e-4)


def test_merging_moves_a_box_towards_those_that_it_lowers() -> None:
    found = [("tl", 0, 4, 4, 3.0, 0.0), ("br", 0, 20, 24, 3.0, 0.0), ("br", 0, 24, 24, 2.0, 0.0)]
    alone = boxes(model(mirror=False), (127, 127), *found, threshold=0.4)
    merged = boxes(model(mirror=False, merging=1.0), (127, 127), *found, threshold=0.4)
    assert alone.boxes[0, 3] + 1 < merged.boxes[0, 3] < alone.boxes[0, 3] + 4 * 4
    np.testing.assert_allclose(alone.boxes[0, :3], merged.boxes[0, :3], atol=1e-3)


def test_a_batch_gives_what_single_pictures_give() -> None:
    # With one class some corners of a random network agree.
    one = model(classes=("thing",), reach=100.0)
    frames = [photo(90, 130), photo(60, 60, 1), photo(90, 130, 2)]
    options = Options(threshold=0.01, max_instances=7)
    for frame, [result] in zip(frames, one.predict(frames, options), strict=True):
        [[alone]] = one.predict([frame], options)
        assert isinstance(result, Boxes)
        assert isinstance(alone, Boxes)
        assert len(result.boxes)
        np.testing.assert_allclose(result.boxes, alone.boxes, atol=1e-3)
        assert (result.boxes >= 0).all()
        assert (result.boxes <= [frame.shape[1], frame.shape[0]] * 2).all()


def test_with_its_mirror_image_a_mirrored_picture_gives_the_mirrored_boxes() -> None:
    one = model(classes=("thing",), reach=100.0)
    # An odd width lies in the very middle of the odd canvas.
    frame = photo(101, 99)
    options = Options(threshold=0.01, max_instances=30)
    [[there]], [[back]] = (one.predict([np.ascontiguousarray(x)], options) for x in (frame, frame[:, ::-1]))
    assert isinstance(there, Boxes)
    assert isinstance(back, Boxes)
    turned = there.boxes[:, [2, 1, 0, 3]] * [-1, 1, -1, 1] + [99, 0, 99, 0]
    np.testing.assert_allclose(there.scores, back.scores, atol=1e-5)
    np.testing.assert_allclose(turned[0], back.boxes[0], atol=1e-3)


def test_inside_it_shows_corners_embeddings_and_pairs() -> None:
    one = model(classes=("thing", "other"), reach=1e-9)
    views = one.look(photo(100, 90))
    for group in ("Top-left corners", "Bottom-right corners"):
        heat = [view for view in views if isinstance(view, HeatView) and view.group == group]
        assert heat[0].title == "All classes"
        assert heat[0].values.shape == (32, 32)
        assert heat[0].box == (-18, -13, pytest.approx(109), pytest.approx(114))
        assert len(heat) > 1
    bars = [view for view in views if isinstance(view, BarsView)]
    assert [len(view.values) for view in bars] == [10, 10]
    pairs = {view.title: view for view in views if view.group == "Pairs"}
    apart = pairs["Too different"]
    assert isinstance(apart, PointsView)
    assert apart.links is not None
    assert len(apart.links)
    count = len(apart.links)
    assert len(apart.points) == len(apart.texts) == 2 * count
    assert (apart.points[:count] <= apart.points[count:]).all()
    assert len(views) <= 64


def test_weights_of_another_network_are_named() -> None:
    state = dict(untrained(Catalog().get("centernet-hg")).network.state_dict())  # type: ignore[attr-defined]
    with pytest.raises(WeightsError, match="not of CornerNet"):
        load_published(Catalog().get("cornernet"), state, tiny=True)


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (127, 128)])
def test_pictures_of_any_shape_are_taken(size: tuple[int, int]) -> None:
    one = model()
    [[result]] = one.predict([photo(*size)], Options(threshold=0.0))
    assert isinstance(result, Boxes)
    assert result.size == size
    assert one.look(photo(*size))

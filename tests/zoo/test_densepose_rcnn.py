"""DensePose R-CNN: what it returns, what it shows inside, and its published file."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch

from segstudio.core.densepose_maps import box_size
from segstudio.core.errors import WeightsError
from segstudio.core.results import DenseMaps
from segstudio.core.views import HeatView, PictureView
from segstudio.engine.drafts import drafts
from segstudio.zoo import Catalog, Options, add_file
from segstudio.zoo.predictor import untrained

CARDS = [card.name for card in Catalog() if card.task == "densepose"]


def frames(*sizes: tuple[int, int]) -> list[np.ndarray]:
    rng = np.random.default_rng(4)
    return [rng.integers(0, 256, (*size, 3), np.uint8) for size in sizes]


@pytest.mark.parametrize("name", CARDS)
def test_every_person_has_a_dense_map_over_its_box(name: str) -> None:
    torch.manual_seed(2)
    model = untrained(Catalog().get(name))
    found = model.predict(frames((70, 90), (90, 60)), Options(threshold=0.0, max_instances=3))
    for (one,), (height, width) in zip(found, ((70, 90), (90, 60)), strict=True):
        assert isinstance(one, DenseMaps) and one.size == (height, width)
        assert 0 < len(one.boxes) <= 3
        for box, parts, uv in zip(one.boxes, one.parts, one.uv, strict=True):
            assert parts.shape == uv.shape[1:] == box_size(box)
            assert parts.dtype == np.uint8 and parts.max() <= 24
            assert uv.min() >= 0 and uv.max() <= 1 and not uv[:, parts == 0].any()
        for draft in drafts([one]):
            assert draft.label.name == "person" and draft.score is not None


def test_other_classes_and_low_scores_are_left_out() -> None:
    model = untrained(Catalog().get("densepose-s1x"))
    (picture,) = frames((64, 64))
    assert not len(model.predict([picture], Options(threshold=0.0, labels=frozenset({99})))[0][0].boxes)
    assert not len(model.predict([picture], Options(threshold=1.0))[0][0].parts)


def test_the_inside_of_a_person_can_be_seen() -> None:
    torch.manual_seed(2)
    model = untrained(Catalog().get("densepose-wc2m"))
    (picture,) = frames((64, 80))
    views = model.look(picture, Options(threshold=0.0))
    groups = {view.group for view in views}
    assert groups == {"Proposals", "Dense map", "Body", "Charts", "U", "V", "Confidence"}
    assert sum(view.group == "Charts" for view in views) == 24
    for view in views:
        if isinstance(view, HeatView):
            assert np.isfinite(view.values).all() and view.values.ndim == 2
        if isinstance(view, PictureView):
            assert view.rgb.dtype == np.uint8 and view.rgb.ndim == 3
    assert [view.group for view in model.look(picture, Options(threshold=1.0))] == ["Proposals"]


def test_another_ones_pickle_is_refused_when_it_comes(tmp_path) -> None:
    card = Catalog().get("densepose-s1x")
    wrong = tmp_path / card.weights[0].name
    wrong.write_bytes(pickle.dumps({"model": {"a": np.zeros(3, np.float32)}, "__author__": "x"}))
    with pytest.raises(WeightsError, match=r"not of DensePose R50-FPN s1x.*missing"):
        add_file(card, wrong)

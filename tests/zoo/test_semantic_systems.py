"""Semantic segmentation networks, tiny and untrained: prediction, looking inside, tiles."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from segstudio.core.results import SemanticMap  # noqa: E402
from segstudio.core.views import HeatView  # noqa: E402
from segstudio.zoo import Catalog, Options  # noqa: E402
from segstudio.zoo.blocks.semantic import SemanticPredictor  # noqa: E402
from segstudio.zoo.predictor import untrained  # noqa: E402

OWN = {
    "unet", "fcn_vgg", "segnet", "deconvnet", "pspnet", "espnet", "espnetv2", "u2net", "hrnet", "sinet",
}  # fmt: skip
CARDS = [c.name for c in Catalog() if c.builder.startswith("semantic.") and c.builder[9:].split(":")[0] in OWN]


def photo(height: int, width: int, seed: int = 0) -> np.ndarray:
    small = np.random.default_rng(seed).integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), dtype=np.uint8)
    return np.ascontiguousarray(small.repeat(8, 0).repeat(8, 1)[:height, :width])


@pytest.fixture
def tiny():
    def make(name: str) -> SemanticPredictor:
        torch.manual_seed(3)
        predictor = untrained(Catalog().get(name))
        assert isinstance(predictor, SemanticPredictor)
        return predictor

    return make


@pytest.mark.parametrize("name", CARDS)
def test_a_batch_gives_what_each_picture_gives(name: str, tiny) -> None:
    predictor = tiny(name)
    frames = [photo(70, 101), photo(83, 60, 1), photo(70, 101, 2)]
    together = predictor.predict(frames, Options(confidence=True))
    for frame, [result] in zip(frames, together):
        assert isinstance(result, SemanticMap) and result.confidence is not None
        assert result.map.shape == result.confidence.shape == frame.shape[:2] == result.size
        assert result.map.max() < len(predictor.classes.labels)
        assert 0 <= result.confidence.min() <= result.confidence.max() <= 1
        [[alone]] = predictor.predict([frame])
        assert isinstance(alone, SemanticMap)
        # Other batches may sum in another order, which near-ties notice.
        assert (alone.map == result.map).mean() > 0.99


@pytest.mark.parametrize("name", CARDS)
def test_classes_that_were_not_asked_for_become_0(name: str, tiny) -> None:
    predictor = tiny(name)
    frame = photo(70, 101)
    [[every]] = predictor.predict([frame])
    [[one]] = predictor.predict([frame], Options(labels=frozenset({1})))
    np.testing.assert_array_equal(one.map, np.where(every.map == 1, 1, 0))


@pytest.mark.parametrize("name", CARDS)
def test_what_is_inside_lies_over_the_picture(name: str, tiny) -> None:
    predictor = tiny(name)
    views = predictor.look(photo(70, 101))
    assert 3 < len(views) <= 64
    assert len({(v.group, v.title, v.box) for v in views}) == len(views)
    for view in views:
        assert isinstance(view, HeatView)
        assert view.values.dtype == np.float32 and view.values.ndim == 2
        assert np.isfinite(view.values).all()
        left, top, right, bottom = view.box
        assert left < 101 and top < 70 and right > max(left, 0) and bottom > max(top, 0)


@pytest.mark.parametrize("cells", [(6, 8), (50, 70), (83, 120)])
def test_labels_are_those_of_the_enlarged_scores(cells: tuple[int, int], tiny) -> None:
    predictor = tiny("pspnet50-voc2012")
    scores = torch.randn(21, *cells, generator=torch.Generator().manual_seed(2))
    for corners in (False, True):
        predictor.align_corners = corners
        large = torch.nn.functional.interpolate(scores[None], (83, 120), mode="bilinear", align_corners=corners)[0]
        np.testing.assert_array_equal(predictor.labels(scores, 83, 120).numpy(), large.argmax(0).numpy())


def test_deeplab_shows_a_map_for_each_dilation_rate(tiny) -> None:
    shown = tiny("deeplabv3-mobilenet").look(photo(70, 101))
    assert [v.title for v in shown if v.group == "Dilation rates"] == [
        "1x1", "Rate 12", "Rate 24", "Rate 36", "Whole picture",
    ]  # fmt: skip
    assert {v.group for v in shown} == {"Dilation rates", "Probabilities", "Uncertainty"}


def test_a_card_without_a_number_of_classes_has_as_many_as_its_labels() -> None:
    card = Catalog().get("espnet-camvid")
    settings = {key: value for key, value in card.settings.items() if key != "num_classes"}
    for changed, count in (({"settings": settings}, 12), ({"settings": settings, "labels": "voc-21"}, 21), ({}, 12)):
        model = untrained(msgspec.structs.replace(card, **changed))
        assert isinstance(model, SemanticPredictor)
        [(_, batch)] = model.prepare([photo(64, 96)])
        assert model.network(batch).shape[1] == count

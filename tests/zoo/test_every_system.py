"""Every network of the zoo, in its tiny settings and with random weights: batches, odd pictures, and waiting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from segstudio.core.results import Boxes, Instances, PanopticMap, Poses, Result, SemanticMap
from segstudio.zoo import Catalog, Options
from segstudio.zoo.predictor import Predictor, lacking, untrained
from segstudio.zoo.spec import Card

CATALOG = Catalog()
# Those whose files are their graphs are not here; prompts have tests of their own.
LEFT_OUT = ("files", "starter", "prompt")
NAMES = [card.name for card in CATALOG if card.tiny and card.builder.split(".")[0] not in LEFT_OUT]
# One card a builder is enough for what does not depend on the backbone.
FIRST = list({CATALOG.get(name).builder: name for name in reversed(NAMES)}.values())[::-1]


class Given(Predictor):
    """Finds the same people in every picture, for models that run on boxes."""

    def __init__(self, card: Card, count: int = 3) -> None:
        super().__init__(card)
        self.count = count

    def predict(self, frames: Any, options: Any = None, context: Any = None) -> list[list[Result]]:
        found = []
        for frame in frames:
            h, w = frame.shape[:2]
            boxes = [(0.1 * i * w, 0.1 * i * h, (0.4 + 0.1 * i) * w, (0.5 + 0.1 * i) * h) for i in range(self.count)]
            scores = np.linspace(0.9, 0.5, self.count, dtype=np.float32)
            made = Boxes(
                size=(h, w),
                classes=self.classes,
                boxes=np.array(boxes, np.float32).reshape(-1, 4),
                labels=np.ones(self.count, np.int64),
                scores=scores,
            )
            found.append([made])
        return found


def tiny(name: str, count: int = 3, device: str = "cpu") -> Any:
    """Return the untrained model of a card, always the same."""
    card = CATALOG.get(name)
    if lacking(card):
        pytest.skip(f"it needs {', '.join(lacking(card))}")
    torch.manual_seed(0)
    model: Any = untrained(card, device, parts={part: Given(CATALOG.get(part), count) for part in card.composes})
    network = getattr(model, "network", None)
    if isinstance(network, torch.nn.Module):
        # Statistics of random weights are far from those of the data: what comes out stays finite so.
        for module in network.modules():
            if isinstance(module, torch.nn.BatchNorm2d) and module.running_var is not None:
                module.running_var.fill_(4.0)
        # Without training everywhere may be something: a hundred regions a picture will do.
        if hasattr(network, "roi_heads"):
            model.network.rpn._post_nms_top_n = {"training": 100, "testing": 100}
    return model


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def agree(a: list[Result], b: list[Result]) -> None:
    """Assert that two pictures' results are the same up to rounding."""
    assert [type(r) for r in a] == [type(r) for r in b]
    for one, other in zip(a, b):
        assert one.size == other.size
        match one, other:
            case SemanticMap(), SemanticMap():
                assert (one.map == other.map).mean() > 0.99
            case PanopticMap(), PanopticMap():
                assert one.map.shape == other.map.shape
                # Of two as good as equal, rounding may choose.
                assert abs(len(one.segments) - len(other.segments)) <= 1
            case Boxes(), Boxes():
                # Random weights leave many as good as equal: rounding may choose between them.
                assert abs(len(one.boxes) - len(other.boxes)) <= max(2, len(one.boxes) // 10)
                n = min(len(one.boxes), len(other.boxes))
                np.testing.assert_allclose(one.scores[:n], other.scores[:n], atol=1e-3)
                if isinstance(one, Instances) and isinstance(other, Instances):
                    assert len(one.masks) == len(one.boxes)


OPTIONS = Options(threshold=0.0, max_instances=20)


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_gives_what_single_pictures_give(name: str) -> None:
    model = tiny(name)
    frames = [noise(70, 90), noise(70, 90, 1)]
    together = model.predict(frames, OPTIONS)
    assert len(together) == 2
    for frame, results in zip(frames, together):
        agree(results, model.predict([frame], OPTIONS)[0])


@pytest.mark.parametrize("name", NAMES)
def test_odd_pictures_are_no_trouble(name: str) -> None:
    model = tiny(name)
    black, grey = np.zeros((50, 64, 3), np.uint8), np.full((50, 64, 3), 128, np.uint8)
    odd = [black, grey, noise(1, 1), noise(1, 57), noise(33, 1), noise(3, 2)]
    for frame in odd:
        frame.setflags(write=False)
        for results in model.predict([frame], OPTIONS):
            for result in results:
                assert result.size == frame.shape[:2]
                if isinstance(result, Boxes):
                    assert np.isfinite(result.boxes).all() and np.isfinite(result.scores).all()
                    assert (result.boxes >= 0).all() and (result.boxes[:, 2::2] <= frame.shape[1]).all()
                    assert (result.scores >= 0).all() and (result.scores <= 1).all()
                    assert (np.diff(result.scores) <= 1e-6).all()
                if isinstance(result, SemanticMap):
                    assert result.map.shape == frame.shape[:2]
    assert model.predict([]) == []


@pytest.mark.parametrize("name", FIRST)
def test_nobody_and_labels_that_are_not_wanted(name: str) -> None:
    model = tiny(name, count=0)
    for result in model.predict([noise(40, 50)], Options(threshold=1.0))[0]:
        if isinstance(result, Boxes):
            assert result.boxes.shape == (len(result.boxes), 4) and result.labels.dtype == np.int64
            if isinstance(result, Poses):
                assert result.keypoints.ndim == 3
    unwanted = max(label.id for label in model.classes.labels) + 7
    for result in tiny(name).predict([noise(40, 50)], Options(threshold=0.0, labels=frozenset({unwanted})))[0]:
        if isinstance(result, Boxes):
            assert len(result.boxes) == 0
        if isinstance(result, SemanticMap):
            assert not result.map.any()


@pytest.mark.parametrize("name", FIRST)
def test_more_objects_need_no_more_reads(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "benchmarks"))
    from syncs import Reads

    frames = [noise(70, 90), noise(70, 90, 1)]
    counts = []
    for people, most in ((2, 2), (8, 50)):
        model = tiny(name, people)
        with Reads() as reads:
            model.predict(frames, Options(threshold=0.0, max_instances=most))
        counts.append(reads.found)
    few, many = counts
    assert sum(many.values()) <= sum(few.values()), f"{dict(few)}, with more objects {dict(many)}"

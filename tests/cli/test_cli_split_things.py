"""`predict --split-things`: objects of the pieces of a map."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

MODEL = ("--model", "deeplabv3-r50")


@pytest.fixture(autouse=True)
def cats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every model sees two cats apart from each other, as a map."""
    from segstudio.core.results import SemanticMap
    from segstudio.zoo import Card, Predictor

    class Two(Predictor):
        """Sees two cats."""

        def predict(self, frames, options=None, context=None):
            return [[self._one(frame, options.split_things)] for frame in frames]

        def _one(self, frame: np.ndarray, split: bool) -> SemanticMap:
            found = np.zeros(frame.shape[:2], np.uint8)
            cat = next(label.id for label in self.classes.labels if label.name == "cat")
            found[:5, :5] = found[10:15, 10:16] = cat
            return SemanticMap(size=found.shape, classes=self.classes, map=found, split_things=split)

    def load(card: Card, device: str = "cpu", **_: Any) -> Predictor:
        return Two(card, device)

    monkeypatch.setattr("segstudio.zoo.load", load, raising=False)


@pytest.mark.parametrize(("words", "areas"), [((), [55]), (("--split-things",), [25, 30])])
def test_pieces_become_objects_where_asked(call, photos, tmp_path, words, areas) -> None:
    out = tmp_path / "found.json"
    said = call("predict", photos, *MODEL, *words, "--out", out)
    assert said.code == 0, said.err
    document = json.loads(out.read_text())
    for image in document["images"]:
        assert sorted(a["area"] for a in document["annotations"] if a["image_id"] == image["id"]) == areas

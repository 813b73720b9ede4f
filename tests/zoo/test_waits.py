"""A batch makes a device wait once: when its results are fetched."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from test_every_system import CATALOG, NAMES, OPTIONS, noise, tiny

from segstudio.zoo.blocks import waiting

# Detectors whose heads run on regions are counted elsewhere.
REGIONS = (
    "detection.faster_rcnn", "detection.mask_rcnn", "detection.keypoint_rcnn", "detection.detectron2", "panoptic.",
    "densepose.",
)  # fmt: skip
# What transformers does within its own layers.
WITHIN = {
    "mask2former-swin-tiny": Counter(as_tensor=1, tensor=1),
    "oneformer-swin-large": Counter(as_tensor=1, item=1, where=2),
}
# A cascade cuts what a network finds out of the picture for the next one.
MOST = {"starter-faces": 3}
COUNTED = [name for name in NAMES if not CATALOG.get(name).builder.startswith(REGIONS)]


@pytest.mark.parametrize("name", [*COUNTED, "starter-labels", "starter-faces"])
def test_a_batch_is_fetched_at_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "benchmarks"))
    from syncs import Reads

    model = tiny(name)
    # What does not depend on the pictures is sent with the first ones.
    model.predict([noise(70, 90)], OPTIONS)
    with waiting.as_on_a_device(), Reads() as reads:
        model.predict([noise(70, 90), noise(70, 90, 1)], OPTIONS)
    found = reads.found + reads.sent - WITHIN.get(name, Counter())
    assert found.total() <= MOST.get(name, 1), dict(found)
    assert set(found) <= {"fetch", "cpu"}, "nothing else is waited for"

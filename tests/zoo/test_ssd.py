"""SSD against torchvision's own model on the same random weights, what it shows, and its loss."""

from __future__ import annotations

from unittest import mock

import msgspec
import numpy as np
import pytest
import torch
from torchvision.models import get_model, get_model_weights
from torchvision.models._api import WeightsEnum

from segstudio.core.errors import WeightsError
from segstudio.core.results import Boxes
from segstudio.core.views import BoxesView, HeatView
from segstudio.learn.losses.ssd import ssd_loss, targets
from segstudio.zoo import Catalog, Options, load_published, predictor
from segstudio.zoo.systems.detection.ssd import SsdPredictor

CARDS = ("ssdlite320-mobilenet", pytest.param("ssd300-vgg16", marks=pytest.mark.slow))


def photo(height: int, width: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), dtype=np.uint8)
    return np.ascontiguousarray(small.repeat(8, 0).repeat(8, 1)[:height, :width])


def published(arch: str, gain: float):
    """Return torchvision's model as it is built for its published weights, filled with random ones."""
    torch.manual_seed(1)

    def random_state(self, *args, **kwargs):
        state = get_model(arch, weights=None, weights_backbone=None).state_dict()
        for key, value in state.items():
            if key.endswith("running_var"):
                value.uniform_(0.5, 1.5)
            elif value.ndim == 4:
                # torchvision's own start fades towards the heads: every place would say the same.
                value.normal_(0, (gain / value[0].numel()) ** 0.5)
        return state

    weights = get_model_weights(arch).DEFAULT
    with mock.patch.object(WeightsEnum, "get_state_dict", random_state):
        model = get_model(arch, weights=weights, progress=False)
    return model.eval(), weights.transforms()


@pytest.mark.parametrize("name", CARDS)
def test_boxes_are_torchvisions(name: str) -> None:
    card = Catalog().get(name)
    model, transforms = published(card.settings["network"], 2.0 if "lite" in name else 1.0)
    ours = load_published(
        msgspec.structs.replace(card, settings={**card.settings, "candidates": 40000}), model.state_dict()
    )
    assert isinstance(ours, SsdPredictor)
    model.score_thresh, model.detections_per_img = 0.02, 2000
    frames = [photo(75, 100), photo(128, 80, 1)]
    with torch.inference_mode():
        expected = model([transforms(torch.from_numpy(frame).permute(2, 0, 1)) for frame in frames])
    got = [found for [found] in ours.predict(frames, Options(threshold=0.02, max_instances=2000))]
    assert sum(len(one["boxes"]) for one in expected) > 10
    for result, reference in zip(got, expected):
        assert isinstance(result, Boxes)
        # Those that clipping left without an area are kept there.
        solid = (reference["boxes"][:, 2:] > reference["boxes"][:, :2]).all(1)
        reference = {key: value[solid] for key, value in reference.items()}
        count = len(reference["boxes"])
        np.testing.assert_allclose(result.scores[:count], reference["scores"].numpy(), atol=1e-5)
        # Scores that are equal but for rounding may stand in either order.
        close = np.abs(result.boxes[:count] - reference["boxes"].numpy()).max(1) < 1e-2
        assert (close & (result.labels[:count] == reference["labels"].numpy())).mean() > 0.99


def test_weights_of_the_other_network_are_refused() -> None:
    other = predictor.untrained(Catalog().get("ssdlite320-mobilenet"))
    with pytest.raises(WeightsError, match="not of SSD300"):
        load_published(Catalog().get("ssd300-vgg16"), other.network.state_dict())  # pyright: ignore


def test_what_it_shows() -> None:
    torch.manual_seed(0)
    model = predictor.untrained(Catalog().get("ssdlite320-mobilenet"))
    views = model.look(photo(75, 100), Options(threshold=0.0))
    maps = [view.values.shape for view in views if isinstance(view, HeatView)]
    assert maps == [(20, 20), (10, 10), (5, 5), (3, 3), (2, 2), (1, 1)]
    fired, became = (view for view in views if isinstance(view, BoxesView))
    assert len(fired.boxes) == len(became.boxes) == len(became.texts) == 300
    assert (became.boxes[:, 2:] <= [100, 75]).all()


def test_a_default_box_is_for_what_it_overlaps_by_half() -> None:
    network = get_model("ssdlite320_mobilenet_v3_large", weights=None, weights_backbone=None)
    defaults = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 5.1], [0, 0, 10, 4.9], [50, 50, 60, 60], [80, 80, 81, 81]])
    objects = torch.tensor([[0.0, 0, 10, 10], [52, 52, 70, 70]])
    # The fourth overlaps its object little, but no other overlaps it more.
    assert targets(network, objects, defaults).tolist() == [0, 0, -1, 1, -1]
    assert targets(network, objects[:0], defaults).tolist() == [-1] * 5


def test_a_network_learns_one_picture() -> None:
    torch.manual_seed(0)
    model = predictor.untrained(Catalog().get("ssdlite320-mobilenet"))
    frame = np.full((120, 160, 3), 60, np.uint8)
    frame[20:80, 40:120] = (30, 200, 90)
    network = model.network.train().requires_grad_(True)  # pyright: ignore
    # Two of it: a batch norm over a map of one place needs more than one picture.
    inputs = model.prepare([frame, frame])  # pyright: ignore
    box, label = [torch.tensor([[40.0, 20, 120, 80]])] * 2, [torch.tensor([17])] * 2
    optimiser = torch.optim.Adam(network.parameters(), 2e-3)
    losses = []
    for _ in range(15):
        total, parts = ssd_loss(network, inputs, box, label)
        assert total.item() == pytest.approx(sum(part.item() for part in parts.values()), rel=1e-5)
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
        losses.append(total.item())
    assert losses[-1] < 0.5 * losses[0]
